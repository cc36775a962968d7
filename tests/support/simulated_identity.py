# SPDX-License-Identifier: Apache-2.0
"""Microsoft Entra's token service and GitHub's OIDC endpoint on loopback, so that msal's own code can be driven.

By default it speaks plain http, for clients that bridge it as `graph.sign_in` does: msal itself accepts https
only. With `tls` it speaks TLS with a certificate made on the spot, and msal needs no help: set the environment's
`REQUESTS_CA_BUNDLE` to `certificate` (where it is set, it beats the `verify` given to msal). Tried with msal 1.39:
`authority=...` needs `instance_discovery=False` or `validate_authority=False` beside it, else msal asks
login.microsoftonline.com about 127.0.0.1; `oidc_authority=<authority>/v2.0` works as it is.
"""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.loopback import LoopbackServer, Request, Responder, Response
from tests.support.tokens import claims_of, unsigned

AUDIENCE = "api://AzureADTokenExchange"
GITHUB = "https://token.actions.githubusercontent.com"
LIFETIME = 3599
"""Seconds for which an access token is good."""


@dataclass(frozen=True, slots=True)
class Registration:
    """The app registration that the simulated tenant knows."""

    tenant: str
    client: str = "00000000-bbbb-4ccc-8ddd-5eca7e000002"
    secret: str = "simulated-secret"
    subject: str = "repo:harbour@1001/backlog@2002:ref:refs/heads/main"
    """What the federated credential expects as `sub` of GitHub's token, letter for letter."""
    request_token: str = "simulated-request-token"
    """`ACTIONS_ID_TOKEN_REQUEST_TOKEN` of the workflow run."""
    audience: str = AUDIENCE
    """What GitHub's token must be addressed to: each cloud has its own."""
    roles: tuple[str, ...] = ("SecurityEvents.Read.All",)
    """Application permissions with admin consent; empty for the 403 that follows without."""


class SimulatedIdentity(LoopbackServer):
    """Tokens for one app registration. `presented_subject` may be changed to make federation fail."""

    def __init__(
        self, registration: Registration, *, tls: bool = False, responders: Iterable[Responder] = (), port: int = 0
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="simulated-identity-")
        self.certificate = Path(self._folder.name) / "certificate.pem"
        """What a client has to trust, with `tls`."""
        super().__init__(responders, port=port, tls=server_context(self.certificate) if tls else None)
        self.registration = registration
        self.presented_subject = registration.subject
        """`sub` of the tokens that the simulated GitHub hands out."""
        self.issuer = GITHUB
        """`iss` of the same; another one is what GitHub Enterprise Server would present."""
        self.authority = f"{self.origin}/{registration.tenant}"
        """The authority as msal wants it, tenant included; `--authority` of the collector takes `origin`."""
        self.oidc_request_url = f"{self.origin}/oidc?api-version=2.0"
        """`ACTIONS_ID_TOKEN_REQUEST_URL` of the workflow run: it has a query already."""
        self.pending = 1
        """How often the device code flow answers that the code has not been entered yet."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._folder.cleanup()

    def answer(self, request: Request) -> Response:
        """Route by path."""
        root = f"/{self.registration.tenant}"
        if request.path == "/oidc":
            return self._github(request)
        if request.path == "/common/discovery/instance":
            return Response.of_json(200, self._instances())
        if request.path.endswith("/v2.0/.well-known/openid-configuration"):
            if request.path.startswith(f"{root}/"):
                return Response.of_json(200, self._configuration())
            return refusal(400, "invalid_tenant", 90002, "This tenant does not exist.")
        if request.method == "POST" and request.path == f"{root}/oauth2/v2.0/token":
            return self._token(request.form)
        if request.method == "POST" and request.path == f"{root}/oauth2/v2.0/devicecode":
            return Response.of_json(200, self._device_code())
        return Response.of_json(404, {"error": "not_found"})

    def _github(self, request: Request) -> Response:
        """GitHub's token for a workflow run, good for 300 seconds like the real one."""
        if request.bearer != self.registration.request_token:
            return Response.of_json(401, {"message": "The request token is not valid."})
        claims = {"iss": self.issuer, "sub": self.presented_subject, "aud": request.query.get("audience", GITHUB)}
        numbers = {"repository_owner_id": "1001", "repository_id": "2002"}
        return Response.of_json(200, {"count": 1, "value": unsigned({**claims, **numbers, "iat": 0, "exp": 300})})

    def _instances(self) -> dict[str, Any]:
        """Instance discovery: this host is as good as the real one."""
        host = self.origin.partition("://")[2]
        return {
            "tenant_discovery_endpoint": f"{self.authority}/v2.0/.well-known/openid-configuration",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }

    def _configuration(self) -> dict[str, str]:
        """Discovery document of the tenant."""
        return {
            "issuer": f"{self.authority}/v2.0",
            "authorization_endpoint": f"{self.authority}/oauth2/v2.0/authorize",
            "token_endpoint": f"{self.authority}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{self.authority}/oauth2/v2.0/devicecode",
        }

    def _device_code(self) -> dict[str, Any]:
        """What a person at a desk is asked to type, and where."""
        address = f"{self.origin}/device"
        return {
            "user_code": "HARBOUR1",
            "device_code": "simulated-device-code",
            "verification_uri": address,
            "expires_in": 900,
            "interval": 0,
            "message": f"Open {address} and enter the code HARBOUR1.",
        }

    def _token(self, form: dict[str, str]) -> Response:
        """An access token, or the error that Entra would give."""
        if form.get("client_id") != self.registration.client:
            return refusal(400, "unauthorized_client", 700016, "The tenant does not know this application.")
        if form.get("grant_type", "").endswith("device_code"):
            if self.pending > 0:
                self.pending -= 1
                return refusal(400, "authorization_pending", 70016, "Nobody has signed in yet.")
            return self._granted({"scp": " ".join(self.registration.roles)}, {"scope": form.get("scope", "")})
        return self._refuse_credential(form) or self._granted({"roles": list(self.registration.roles)}, {})

    def _refuse_credential(self, form: dict[str, str]) -> Response | None:
        """What is wrong with a secret or an assertion; None where it is good."""
        if "client_secret" in form:
            if form["client_secret"] == self.registration.secret:
                return None
            return refusal(401, "invalid_client", 7000215, "The secret is wrong, or it is the secret's id.")
        claims = claims_of(form.get("client_assertion", "")) or {}
        if claims.get("iss") == self.registration.client:
            return None  # signed with a certificate: the simulation takes it as it is
        if claims.get("iss") != GITHUB:
            return refusal(400, "invalid_client", 700211, "No federated credential trusts this issuer.")
        audience, subject = claims.get("aud"), claims.get("sub")
        if audience != self.registration.audience:
            return refusal(400, "invalid_client", 700212, f"No federated credential has the audience {audience!r}.")
        if subject != self.registration.subject:
            return refusal(400, "invalid_client", 700213, f"No federated credential has the subject {subject!r}.")
        return None

    def _granted(self, claims: dict[str, Any], extra: dict[str, Any]) -> Response:
        """The token and what comes with it."""
        token = unsigned({"tid": self.registration.tenant, "appid": self.registration.client, **claims})
        return Response.of_json(200, {"token_type": "Bearer", "expires_in": LIFETIME, "access_token": token, **extra})


def refusal(status: int, error: str, code: int, text: str) -> Response:
    """Entra's error JSON."""
    return Response.of_json(
        status,
        {
            "error": error,
            "error_description": f"AADSTS{code}: {text}",
            "error_codes": [code],
            "timestamp": "2026-11-20 06:00:00Z",
            "trace_id": "00000000-cccc-4ddd-8eee-5eca7e000003",
            "correlation_id": "00000000-dddd-4eee-8fff-5eca7e000004",
        },
    )


def server_context(
    certificate: Path, *, host: str = "localhost", address: str = "127.0.0.1", years: int = 60, authority: bool = True
) -> ssl.SSLContext:
    """A TLS server context with a fresh certificate for this machine, written beside its key.

    To be refused, it can be made out to another name and address, or for so few `years` from 2020 that it has expired.
    Without `authority` it is a server's alone, which clients written in Rust insist on.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated identity")])
    start = datetime(2020, 1, 1, tzinfo=UTC)  # fixed: whatever the clock says, it is valid
    addresses = [x509.DNSName(host), x509.IPAddress(IPv4Address(address))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * years))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = certificate.with_name("key.pem")
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return context
