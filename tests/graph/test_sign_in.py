# SPDX-License-Identifier: Apache-2.0
"""Signing in through msal's own code against a simulated Entra over TLS, and over http on loopback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.clouds import CLOUDS
from secure_score_backlog.graph.credentials import (
    Application,
    ClientCertificate,
    ClientSecret,
    Credential,
    DeviceCode,
    GitHubIdentity,
    GivenToken,
    last_day,
)
from secure_score_backlog.graph.errors import COLLECTION
from secure_score_backlog.graph.sign_in import token_for
from secure_score_backlog.http_client import RETRY_POLICY, Deadline, HttpClient
from tests.support.graph_items import TENANT
from tests.support.loopback import Request, Responder, Response
from tests.support.simulated_identity import Registration, SimulatedIdentity, refusal
from tests.support.tokens import claims_of

REGISTRATION = Registration(TENANT)
APPLICATION = Application(TENANT, REGISTRATION.client)
GLOBAL = CLOUDS["global"]


@pytest.fixture(params=[True, False], ids=["tls", "http"])
def identity(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedIdentity]:
    """Entra and GitHub's OIDC service: over TLS, trusted as a company's own certificate would be, and over http."""
    with SimulatedIdentity(REGISTRATION, tls=bool(request.param)) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        yield server


def sign_in(credential: Credential, authority: str, *, said: list[str] | None = None, cloud: str = "global") -> str:
    """A token for a credential, with one retry."""
    http = HttpClient(Deadline(20, COLLECTION), RETRY_POLICY.new(total=1))
    return token_for(credential, CLOUDS[cloud], authority, http, (said if said is not None else []).append)


def github(identity: SimulatedIdentity) -> GitHubIdentity:
    """The credential of a workflow run."""
    return GitHubIdentity(APPLICATION, identity.oidc_request_url, REGISTRATION.request_token)


def failure(credential: Credential, authority: str) -> CannotProceed:
    """The error of a sign-in that fails; never with a secret."""
    with pytest.raises(CannotProceed) as raised:
        sign_in(credential, authority)
    shown = f"{raised.value.message} {raised.value.where} {raised.value.hint}"
    assert REGISTRATION.secret not in shown
    assert REGISTRATION.request_token not in shown
    assert raised.value.__cause__ is None
    return raised.value


def test_a_given_token_needs_no_network() -> None:
    """GRAPH_TOKEN is sent as it is."""
    assert sign_in(GivenToken("t"), "https://127.0.0.1:1") == "t"


def test_a_client_secret(identity: SimulatedIdentity) -> None:
    """An application's secret becomes a token with its roles, for the scope of the cloud."""
    token = sign_in(ClientSecret(APPLICATION, REGISTRATION.secret), identity.origin)
    assert (claims_of(token) or {})["roles"] == ["SecurityEvents.Read.All"]
    assert identity.requests[-1].form["scope"] == "https://graph.microsoft.com/.default"
    assert {request.path.split("/")[1] for request in identity.requests} == {TENANT}


def test_an_authority_may_name_its_tenant(identity: SimulatedIdentity) -> None:
    """`--authority` works with and without the tenant at its end."""
    assert sign_in(ClientSecret(APPLICATION, REGISTRATION.secret), identity.authority)


def test_each_cloud_asks_for_its_own_scope(identity: SimulatedIdentity) -> None:
    """A token of GCC High is for GCC High."""
    sign_in(ClientSecret(APPLICATION, REGISTRATION.secret), identity.origin, cloud="usgov")
    assert identity.requests[-1].form["scope"] == "https://graph.microsoft.us/.default"


def test_github_oidc(identity: SimulatedIdentity) -> None:
    """GitHub's token is fetched for Entra's audience and presented as assertion; no secret is involved."""
    assert sign_in(github(identity), identity.origin)
    asked = next(request for request in identity.requests if request.path == "/oidc")
    assert asked.query == {"api-version": "2.0", "audience": "api://AzureADTokenExchange"}
    form = identity.requests[-1].form
    assert (claims_of(form["client_assertion"]) or {})["sub"] == REGISTRATION.subject
    assert "client_secret" not in form


def test_github_oidc_with_another_subject(identity: SimulatedIdentity) -> None:
    """The message shows the subject presented, in both forms, and where to enter it."""
    identity.presented_subject = "repo:harbour@1001/other@3003:ref:refs/heads/main"
    error = failure(github(identity), identity.origin)
    assert "AADSTS700213" in error.message
    assert "Federated credentials" in str(error.hint)
    assert identity.presented_subject in str(error.hint)
    assert "form of the subject without numbers (repo:harbour/other:ref:refs/heads/main)" in str(error.hint)
    assert APPLICATION.client in str(error.where)


def test_github_gives_no_token(identity: SimulatedIdentity) -> None:
    """A request token that is no longer valid, and an answer that is none."""
    expired = replace(github(identity), token="expired")
    assert "GitHub gave no OIDC token for this job (status 401)" in failure(expired, identity.origin).message
    for body in (b"<html>", b"[]", b'{"value": 5}'):
        identity.responders = [oidc_says(body)]
        assert "GitHub gave no OIDC token" in failure(github(identity), identity.origin).message


def oidc_says(body: bytes) -> Responder:
    """A responder for GitHub's endpoint alone."""

    def respond(request: Request) -> Response | None:
        return Response(200, {}, body) if request.path == "/oidc" else None

    return respond


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (700016, "AZURE_CLIENT_ID names no application"),
        (7000215, "copy its Value"),
        (7000222, "has expired"),
        (700027, "upload the public part"),
        (700024, "clock"),
        (70025, "has no federated credential yet"),
        (70021, "Federated credentials"),
        (700211, "another issuer"),
        (700212, "another audience"),
        (700223, "policy of the tenant"),
        (700238, "policy of the tenant"),
        (900382, "check --cloud"),
        (65001, "have an administrator grant it"),
        (123456, "Check the app registration"),
    ],
)
@pytest.mark.parametrize("status", [400, 401])
def test_each_refusal_of_entra_has_its_advice(identity: SimulatedIdentity, code: int, advice: str, status: int) -> None:
    """Microsoft's words are shown, and what to do about them."""

    def respond(request: Request) -> Response | None:
        return refusal(status, "invalid_client", code, "No.") if request.path.endswith("/token") else None

    identity.responders = [respond]
    error = failure(ClientSecret(APPLICATION, REGISTRATION.secret), identity.origin)
    assert f"AADSTS{code}: No." in error.message
    assert advice in str(error.hint)


def test_a_wrong_secret(identity: SimulatedIdentity) -> None:
    """The simulated Entra refuses a wrong secret as the real one does."""
    error = failure(ClientSecret(APPLICATION, "wrong"), identity.origin)
    assert "AADSTS7000215" in error.message


def test_a_wrong_tenant(identity: SimulatedIdentity) -> None:
    """The library says it in its own way, without Microsoft's number; ours is clear."""
    nowhere = ClientSecret(
        Application("00000000-0000-4000-8000-000000000000", REGISTRATION.client), REGISTRATION.secret
    )
    error = failure(nowhere, identity.origin)
    assert "does not know this tenant" in error.message
    assert "AZURE_TENANT_ID" in str(error.hint)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Response(503, {}, b"down"), "is not available (503)"),
        (Response(429, {}, b"down"), "is throttling requests (429)"),
        (Response(200, {}, b"<html>"), "not the JSON that was expected"),
        (Response(302, {"Location": "https://elsewhere.example"}, b""), "redirects (302)"),
        (Response.of_json(200, []), "not the JSON that was expected"),
        (Response.of_json(200, {"access_token": ""}), "no reason was given"),
    ],
)
def test_an_unusable_answer_of_entra(
    identity: SimulatedIdentity, caplog: pytest.LogCaptureFixture, answer: Response, why: str
) -> None:
    """A fault of the sign-in service is reported as such, not as a bug, and leaves no traceback in the log."""
    identity.responders = [lambda request: answer if request.path.endswith("/token") else None]
    assert why in failure(ClientSecret(APPLICATION, REGISTRATION.secret), identity.origin).message
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_endpoints_without_https_get_nothing(identity: SimulatedIdentity) -> None:
    """A discovery document cannot direct a secret or a sign-in to http."""
    with SimulatedIdentity(REGISTRATION) as thief:
        root, lure = f"{identity.authority}/oauth2/v2.0", f"{thief.authority}/oauth2/v2.0"
        honest = {"token_endpoint": f"{root}/token", "authorization_endpoint": f"{root}/authorize"}
        for credential, endpoints in (
            (ClientSecret(APPLICATION, REGISTRATION.secret), {**honest, "token_endpoint": f"{lure}/token"}),
            (DeviceCode(APPLICATION), {**honest, "device_authorization_endpoint": f"{lure}/devicecode"}),
        ):
            identity.responders = [discovery_says(endpoints)]
            error = failure(credential, identity.origin)
            assert "no usable answer" in error.message or "without https" in error.message
        assert not thief.requests


def test_another_port_gets_nothing(
    identity: SimulatedIdentity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A discovery document cannot direct a secret or a sign-in to another service of the same host, over TLS either."""
    with SimulatedIdentity(REGISTRATION, tls=True) as thief:
        servers = [server for server in (identity, thief) if server.certificate.exists()]
        trusted = tmp_path / "trusted.pem"
        trusted.write_bytes(b"".join(server.certificate.read_bytes() for server in servers))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
        root, lure = f"{identity.authority}/oauth2/v2.0", f"{thief.authority}/oauth2/v2.0"
        honest = {"token_endpoint": f"{root}/token", "authorization_endpoint": f"{root}/authorize"}
        for credential, endpoints in (
            (ClientSecret(APPLICATION, REGISTRATION.secret), {**honest, "token_endpoint": f"{lure}/token"}),
            (DeviceCode(APPLICATION), {**honest, "device_authorization_endpoint": f"{lure}/devicecode"}),
        ):
            identity.responders = [discovery_says(endpoints)]
            error = failure(credential, identity.origin)
            assert f"to another address, {thief.origin}" in error.message
            assert "No credential was sent" in str(error.hint)
        assert not thief.requests


def discovery_says(endpoints: dict[str, str]) -> Responder:
    """A responder for the discovery document alone."""

    def respond(request: Request) -> Response | None:
        return Response.of_json(200, endpoints) if request.path.endswith("openid-configuration") else None

    return respond


def test_an_untrusted_certificate_gets_nothing() -> None:
    """Without the company's certificate the connection is refused before anything secret is sent."""
    with SimulatedIdentity(REGISTRATION, tls=True) as server:
        error = failure(ClientSecret(APPLICATION, REGISTRATION.secret), server.origin)
        assert "could not prove its identity" in error.message
        assert "REQUESTS_CA_BUNDLE" in str(error.hint)
        assert not server.requests


def test_a_device_code(identity: SimulatedIdentity) -> None:
    """A person is shown what to do; the token is delegated."""
    said: list[str] = []
    token = sign_in(DeviceCode(APPLICATION), identity.origin, said=said)
    assert said == [f"Open {identity.origin}/device and enter the code HARBOUR1."]
    assert (claims_of(token) or {})["scp"] == "SecurityEvents.Read.All"


def test_a_device_code_that_expires(identity: SimulatedIdentity) -> None:
    """The sign-in ends when the code has expired or was declined."""

    def respond(request: Request) -> Response | None:
        return refusal(400, "expired_token", 70020, "Too late.") if request.path.endswith("/token") else None

    identity.responders = [respond]
    assert "The code was not entered in time" in str(failure(DeviceCode(APPLICATION), identity.origin).hint)


@pytest.fixture(scope="module")
def key_pair() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A key with its certificate, made on the spot."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "backlog")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=3650))
    return key, builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize("password", [None, "correct horse"])
@pytest.mark.parametrize("form", ["pem", "pfx"])
def test_a_client_certificate(
    identity: SimulatedIdentity,
    tmp_path: Path,
    key_pair: tuple[rsa.RSAPrivateKey, x509.Certificate],
    form: str,
    password: str | None,
) -> None:
    """PEM and PFX, with and without password, sign an assertion; a wrong password is reported before any network."""
    key, certificate = key_pair
    hidden = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    if form == "pem":
        shown = certificate.public_bytes(serialization.Encoding.PEM)
        content = shown + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
    else:
        content = pkcs12.serialize_key_and_certificates(b"backlog", key, certificate, None, hidden)
    file = tmp_path / f"certificate.{form}"
    file.write_bytes(content)
    assert sign_in(ClientCertificate(APPLICATION, file, password), identity.origin)
    assert last_day(ClientCertificate(APPLICATION, file, password)) == certificate.not_valid_after_utc.date()
    assert (claims_of(identity.requests[-1].form["client_assertion"]) or {})["iss"] == APPLICATION.client
    asked = len(identity.requests)
    if password:
        error = failure(ClientCertificate(APPLICATION, file, "wrong"), identity.origin)
        assert "the password does not open it" in error.message
        assert "which is set" in str(error.hint)
    assert len(identity.requests) == asked


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"])
def test_a_file_that_is_no_certificate(tmp_path: Path, content: bytes) -> None:
    """It is reported before any network, by the variable that names it."""
    file = tmp_path / "certificate.pem"
    file.write_bytes(content)
    error = failure(ClientCertificate(APPLICATION, file, None), "https://127.0.0.1:1")
    assert "client certificate cannot be used" in error.message
    assert str(error.where) == "AZURE_CLIENT_CERTIFICATE_PATH"


def test_nothing_secret_is_logged(identity: SimulatedIdentity, caplog: pytest.LogCaptureFixture) -> None:
    """Neither msal nor HttpClient writes a token or secret to a log, at any level."""
    caplog.set_level(logging.DEBUG)
    token = sign_in(ClientSecret(APPLICATION, REGISTRATION.secret), identity.origin)
    sign_in(github(identity), identity.origin)
    assertion = identity.requests[-1].form["client_assertion"]
    failure(ClientSecret(APPLICATION, "wrong-secret"), identity.origin)
    assert not [
        s
        for s in (token, assertion, REGISTRATION.secret, "wrong-secret", REGISTRATION.request_token)
        if s in caplog.text
    ]
