# SPDX-License-Identifier: Apache-2.0
"""A package index with trusted publishing on loopback, and GitHub's identity of the run that publishes.

The way is that of PyPI: the client asks which audience the index wants, gets the run's identity for it from GitHub,
exchanges that for a token that is good for one upload of the project, and posts each file as a form.
"""

from __future__ import annotations

import base64
import hashlib
import json
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from tests.support.loopback import LoopbackServer, Request, Response
from tests.support.simulated_identity import server_context
from tests.support.tokens import claims_of, unsigned

AUDIENCE = "simulated-index"
UPLOAD_TOKEN = "simulated-upload-token"
REQUEST_TOKEN = "simulated-request-token"
"""`ACTIONS_ID_TOKEN_REQUEST_TOKEN` of the run."""


class SimulatedIndex(LoopbackServer):
    """An index that trusts one workflow. `presented` may be changed to be another one."""

    def __init__(self, trusted: dict[str, str]) -> None:
        """Trust runs whose identity holds these claims."""
        self._folder = TemporaryDirectory(prefix="simulated-index-")
        self.certificate = Path(self._folder.name) / "certificate.pem"
        """What a client has to trust: uv asks about publishers by https only."""
        super().__init__(tls=server_context(self.certificate, authority=False))
        self.trusted = trusted
        self.presented = dict(trusted)
        """Claims of the identity that the simulated GitHub hands out."""
        self.files: dict[str, bytes] = {}
        """What was published, by file name."""
        self.upload_url = f"{self.origin}/legacy/"
        self.oidc_request_url = f"{self.origin}/identity?api-version=2.0"
        """`ACTIONS_ID_TOKEN_REQUEST_URL` of the run."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._folder.cleanup()

    def answer(self, request: Request) -> Response:
        """One of the four requests of the way."""
        match request.method, request.path:
            case "GET", "/_/oidc/audience":
                return Response.of_json(200, {"audience": AUDIENCE})
            case "GET", "/identity" if request.bearer == REQUEST_TOKEN:
                claims = {**self.presented, "aud": request.query["audience"]}
                return Response.of_json(200, {"value": unsigned(claims)})
            case "POST", "/_/oidc/mint-token":
                return self._exchange(claims_of(json.loads(request.body)["token"]) or {})
            case "POST", "/legacy/":
                return self._upload(request)
            case _:
                return Response(404)

    def _exchange(self, claims: dict[str, Any]) -> Response:
        if self.trusted.items() <= claims.items() and claims["aud"] == AUDIENCE:
            return Response.of_json(200, {"success": True, "token": UPLOAD_TOKEN})
        errors = [{"code": "invalid-publisher", "description": "no publisher of this project is like this"}]
        return Response.of_json(422, {"message": "Token request failed", "errors": errors})

    def _upload(self, request: Request) -> Response:
        basic = base64.b64encode(f"__token__:{UPLOAD_TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return Response(403, body=b"Invalid or non-existent authentication information.")
        fields = form_of(request)
        name, content = fields["content"]
        if fields["sha256_digest"][1].decode() != hashlib.sha256(content).hexdigest():
            return Response(400, body=b"The digest does not match the file.")
        self.files[name] = content
        return Response(200)


def form_of(request: Request) -> dict[str, tuple[str, bytes]]:
    """File name (empty for plain values) and value of each field of a multipart form."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message: Message = BytesParser().parsebytes(head + request.body)
    found = {}
    for part in message.get_payload():
        assert isinstance(part, Message)
        value = part.get_payload(decode=True)
        assert isinstance(value, bytes)
        name = part.get_param("name", header="content-disposition")
        found[str(name)] = (part.get_filename() or "", value)
    return found
