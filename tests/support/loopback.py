# SPDX-License-Identifier: Apache-2.0
"""A web server on loopback for the simulators: real sockets, one method that makes an answer.

To simulate a fault, put a function into `responders`: it sees each request first and may answer it,
or return None to let the simulator answer. A subclass may override `answer` for the same purpose.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext, SSLError
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    """Without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        """The body read as a web form."""
        return dict(parse_qsl(self.body.decode("utf-8"), keep_blank_values=True))

    @property
    def bearer(self) -> str:
        """The token of the Authorization header; empty where there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. A Content-Length among the headers is sent unchanged, right or wrong."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @staticmethod
    def of_json(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
        """An answer in JSON."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8")
        return Response(status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, body)


Responder = Callable[[Request], Response | None]


class LoopbackServer:
    """A server on 127.0.0.1 that runs while its `with` block does."""

    def __init__(self, responders: Iterable[Responder] = (), *, port: int = 0, tls: SSLContext | None = None) -> None:
        """Port 0 takes a free one; `tls` makes it an https server."""
        self.responders: list[Responder] = list(responders)
        """Asked in order before the simulator itself; the first answer counts."""
        self.requests: list[Request] = []
        """Every request so far, oldest first."""
        self._server = QuietServer(("127.0.0.1", port), handler_of(self))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._server.socket.settimeout(1)  # a connection that is gone before it is accepted must not block `shutdown`
        self.origin = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._server.server_address[1]}"
        """Scheme, address and port, without a slash at the end."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def respond(self, request: Request) -> Response:
        """Log the request, then ask the responders and at last the simulator."""
        self.requests.append(request)
        for responder in self.responders:
            response = responder(request)
            if response is not None:
                return response
        return self.answer(request)

    def answer(self, request: Request) -> Response:
        """What this simulator says when no responder interferes."""
        raise NotImplementedError


def handler_of(server: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    """The class that the standard library wants, bound to one server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            """Read the request whole, answer it, keep the connection."""
            parts = urlsplit(self.path)
            request = Request(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            )
            response = server.respond(request)
            if "Date" in response.headers:
                self.send_response_only(response.status)  # else there would be two
            else:
                self.send_response(response.status)
            headers = {"Content-Length": str(len(response.body)), **response.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)
            if headers["Content-Length"] != str(len(response.body)):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing: `requests` is the log."""

    for method in ("GET", "POST", "PATCH", "DELETE", "HEAD"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    return Handler


class QuietServer(ThreadingHTTPServer):
    """Says nothing when a client hangs up, which some clients under test do on purpose."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report everything except a lost connection."""
        if not isinstance(sys.exception(), (ConnectionError, SSLError)):
            super().handle_error(request, client_address)
