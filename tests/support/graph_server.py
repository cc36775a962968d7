# SPDX-License-Identifier: Apache-2.0
"""A server with Graph's two collections, as a test sets them, and faults of every kind."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from ssl import SSLContext
from typing import Any

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.client import fetch
from secure_score_backlog.graph.errors import COLLECTION
from secure_score_backlog.http_client import RETRY_POLICY, Deadline, HttpClient
from tests.support.graph_items import DAY, control, profile, score
from tests.support.loopback import LoopbackServer, Request, Response

SCORES = "/v1.0/security/secureScores"
PROFILES = "/v1.0/security/secureScoreControlProfiles"
TOKEN = "opaque-token-that-must-not-be-shown"
QUICK = RETRY_POLICY.new(total=2, backoff_factor=0.01, backoff_jitter=0)


class GraphAnswers(LoopbackServer):
    """Graph with fixed answers. `url` goes where `--graph-url` is asked for; items may be changed at any time."""

    def __init__(
        self,
        scores: Sequence[Any] | None = None,
        profiles: Sequence[Any] | None = None,
        *,
        tls: SSLContext | None = None,
    ) -> None:
        super().__init__(tls=tls)
        self.url = f"{self.origin}/v1.0"
        self.scores = list(scores) if scores is not None else [score(DAY, [control("a"), control("b")])]
        self.profiles = list(profiles) if profiles is not None else [profile("a"), profile("b")]

    def answer(self, request: Request) -> Response:
        """Both collections in one page each, with the nulls that Graph's description allows."""
        items = {SCORES: self.scores, PROFILES: self.profiles}.get(request.path)
        if items is None:
            return Response.of_json(404, {"error": {"code": "ResourceNotFound", "message": "Nothing here."}})
        body = {"@odata.context": "x", "@odata.nextLink": None, "@odata.count": len(items), "value": items}
        return Response.of_json(200, to_json(body))

    def break_with(self, *answers: Response, path: str = SCORES) -> None:
        """Give these answers instead of a collection, one per request, and then the last one again."""
        left = list(answers)

        def respond(request: Request) -> Response | None:
            if request.path != path:
                return None
            return left.pop(0) if len(left) > 1 else left[0]

        self.responders = [respond]


def quick(seconds: float = 20.0) -> HttpClient:
    """A client whose retries do not make a test wait."""
    return HttpClient(Deadline(seconds, COLLECTION), QUICK)


def refused(graph: GraphAnswers, *answers: Response, path: str = SCORES, token: str = TOKEN) -> CannotProceed:
    """The error when Graph answers like this; it never shows the token."""
    graph.break_with(*answers, path=path)
    with pytest.raises(CannotProceed) as raised:
        fetch(graph.url, token, quick())
    error = raised.value
    assert token not in f"{error.message} {error.where} {error.hint} {error!r}"
    assert "Nothing was written" in str(error.hint)
    return error


def to_json(value: Any) -> bytes:
    """JSON with decimals as they are written."""
    text = json.dumps(value, default=lambda number: f"\0{number}\0" if isinstance(number, Decimal) else None)
    return text.replace('"\\u0000', "").replace('\\u0000"', "").encode()


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server below HTTP: `talk` gets each connection after one request was read. Yields the origin."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    talk(connection)
                except OSError:
                    continue

    worker = threading.Thread(target=serve, daemon=True)
    worker.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        listener.close()


def drip(pieces: Sequence[bytes], pause: float) -> Callable[[socket.socket], None]:
    """Send piece after piece with a pause between them, until the other side hangs up."""

    def talk(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return talk
