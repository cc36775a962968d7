# SPDX-License-Identifier: Apache-2.0
"""The table of sign-ins that fail, and of those that work: every credential, through msal's own code, over TLS.

Each row is a run of `collect` against a simulated Entra with a certificate made on the spot. A row that
fails ends with 3, an untouched folder, and one message that says what is wrong and where to fix it. No row shows a
secret, on stdout, on stderr, or in a file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.support.graph_items import TENANT
from tests.support.graph_server import GraphAnswers
from tests.support.graph_stage import Stage, answers, profiles, tree
from tests.support.loopback import Request, Response
from tests.support.simulated_identity import Registration, SimulatedIdentity, refusal
from tests.support.tokens import claims_of

REGISTRATION = Registration(TENANT)
SECRET = "s3cret~value"
OLDER = "repo:harbour/backlog:ref:refs/heads/main"
USGOV = "api://AzureADTokenExchangeUSGov"
LATER = {"Retry-After": "500"}


@dataclass(slots=True)
class SignIn:
    """A stage with a sign-in service."""

    stage: Stage
    identity: SimulatedIdentity
    folder: Path
    secrets: list[str] = field(default_factory=list)
    """What must not be seen anywhere."""

    def environment(self, **values: str) -> None:
        """Set variables."""
        self.stage.environment.update(values)

    def fails(self, status: int, error: str, code: int, text: str = "No.") -> None:
        """Entra refuses every request for a token."""
        self.identity.responders.append(
            lambda request: refusal(status, error, code, text) if request.path.endswith("/token") else None
        )

    def answers(self, path: str, response: Response) -> None:
        """One endpoint answers in its own way."""

        def respond(request: Request) -> Response | None:
            return response if request.path.endswith(path) else None

        self.identity.responders.append(respond)


Step = Callable[[SignIn], None]


@pytest.fixture
def sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignIn]:
    """An empty folder, a Graph, and an Entra over TLS."""
    (tmp_path / "root").mkdir()
    (tmp_path / "temporary").mkdir()
    graph = GraphAnswers(answers(), profiles())
    registration = replace(REGISTRATION, secret=SECRET)
    with Stage(tmp_path / "root", graph) as stage, SimulatedIdentity(registration, tls=True) as identity:
        stage.options = ["--authority", identity.origin]
        stage.environment = {
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": REGISTRATION.client,
            "REQUESTS_CA_BUNDLE": str(identity.certificate),
        }
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
        yield SignIn(stage, identity, tmp_path, [SECRET, REGISTRATION.request_token])


def secret(one: SignIn) -> None:
    """An application with a secret."""
    one.environment(AZURE_CLIENT_SECRET=SECRET)


def github(one: SignIn) -> None:
    """A workflow run with GitHub's own identity."""
    one.environment(
        ACTIONS_ID_TOKEN_REQUEST_URL=one.identity.oidc_request_url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN=REGISTRATION.request_token,
    )


def certificate(form: str, password: str = "") -> Step:
    """An application with a certificate made on the spot."""

    def step(one: SignIn) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "backlog")])
        start = datetime(2026, 1, 1, tzinfo=UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        signed = (
            builder.not_valid_before(start).not_valid_after(start + timedelta(days=9000)).sign(key, hashes.SHA256())
        )
        hidden = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
        if form == "pem":
            private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
            content = private + signed.public_bytes(serialization.Encoding.PEM)
        else:
            content = pkcs12.serialize_key_and_certificates(b"backlog", key, signed, None, hidden)
        file = one.folder / f"certificate.{form}"
        file.write_bytes(content)
        one.environment(AZURE_CLIENT_CERTIFICATE_PATH=str(file))
        if password:
            one.environment(AZURE_CLIENT_CERTIFICATE_PASSWORD=password)
            one.secrets.append(password)

    return step


def device(one: SignIn) -> None:
    """A person at a desk."""
    one.stage.options.append("--device-code")


def cloud(name: str) -> Step:
    """Another cloud, whose Entra wants another audience."""

    def step(one: SignIn) -> None:
        one.stage.options += ["--cloud", name]
        one.identity.registration = replace(one.identity.registration, audience=USGOV)

    return step


def steps(*each: Step) -> Step:
    """Several steps, one after the other."""

    def step(one: SignIn) -> None:
        for part in each:
            part(one)

    return step


def fails(status: int, error: str, code: int) -> Step:
    """Entra refuses with a code of its own."""
    return lambda one: one.fails(status, error, code)


def says(path: str, response: Response) -> Step:
    """One endpoint answers in its own way."""
    return lambda one: one.answers(path, response)


def environment(**values: str) -> Step:
    """Variables that are wrong."""
    return lambda one: one.environment(**values)


def presents(subject: str, expected: str = REGISTRATION.subject) -> Step:
    """GitHub presents one subject, Entra expects another."""

    def step(one: SignIn) -> None:
        one.identity.presented_subject = subject
        one.identity.registration = replace(one.identity.registration, subject=expected)

    return step


def issuer(one: SignIn) -> None:
    """GitHub Enterprise Server presents an issuer of its own."""
    one.identity.issuer = "https://github.example/_services/token"


def roles(*granted: str) -> Step:
    """What the administrator consented to."""

    def step(one: SignIn) -> None:
        one.identity.registration = replace(one.identity.registration, roles=granted)

    return step


def graph_denies(one: SignIn) -> None:
    """Graph says 403, as it does without consent and without role."""
    one.stage.graph.break_with(Response.of_json(403, {"error": {"code": "Forbidden", "message": "No valid roles"}}))


def untrusted(one: SignIn) -> None:
    """The certificate of the sign-in service is not trusted."""
    del one.stage.environment["REQUESTS_CA_BUNDLE"]


def without(*names: str) -> Step:
    """Variables that are not set."""

    def step(one: SignIn) -> None:
        for name in names:
            one.stage.environment.pop(name, None)

    return step


WORKS: dict[str, tuple[Step, str]] = {
    "a secret": (secret, "roles"),
    "GitHub's identity": (github, "roles"),
    "a certificate, PEM": (certificate("pem"), "roles"),
    "a certificate, PEM with password": (certificate("pem", "correct horse"), "roles"),
    "a certificate, PFX": (certificate("pfx"), "roles"),
    "a certificate, PFX with password": (certificate("pfx", "correct horse"), "roles"),
    "a person": (device, "scp"),
    "GitHub's identity, usgov": (steps(github, cloud("usgov")), "roles"),
    "GitHub's identity, dod": (steps(github, cloud("dod")), "roles"),
    "the older form of a subject": (steps(github, presents(OLDER, OLDER)), "roles"),
    "a fault that passes": (steps(secret, lambda one: one.identity.responders.append(first_503())), "roles"),
}
"""Each ends with 0 and today's snapshot; the word is the claim that Graph gets to see."""


def first_503() -> Callable[[Request], Response | None]:
    """The token service is away for one request."""
    left = [True]

    def respond(request: Request) -> Response | None:
        if request.path.endswith("/token") and left:
            left.clear()
            return Response(503, {"Retry-After": "0"}, b"")
        return None

    return respond


@dataclass(frozen=True)
class Failure:
    """One row: what is wrong, and the words in which the program says so."""

    name: str
    happens: Step
    message: str
    where: str
    advice: tuple[str, ...]
    network: bool = True
    """False: refused before anything is sent anywhere."""


ENTRA = f"tenant {TENANT}, application {REGISTRATION.client}"
SUBJECT = f"\n    Subject:  {REGISTRATION.subject}\n"
OTHER = "repo:harbour@1001/other@3003:environment:secure-score"
FAILS = [
    # --- refused before any network -------------------------------------------------------------------------------
    Failure("nothing at all", without("AZURE_TENANT_ID", "AZURE_CLIENT_ID"),
            "There is no credential for Microsoft Graph.", "", ("GRAPH_TOKEN", "--device-code"), False),
    Failure("nothing, in a workflow", environment(GITHUB_ACTIONS="true"),
            "There is no credential for Microsoft Graph", "",
            ("`id-token: write` and `contents: write`",), False),
    Failure("an empty token", environment(GRAPH_TOKEN=""),
            "The token of GRAPH_TOKEN is empty.", "GRAPH_TOKEN", ("one access token",), False),
    Failure("a token in two lines", environment(GRAPH_TOKEN="two\nlines"),
            "contains spaces or characters that no token has", "GRAPH_TOKEN",
            ("without quotes or line breaks",), False),
    Failure("an empty secret", environment(AZURE_CLIENT_SECRET=" "),
            "AZURE_CLIENT_SECRET is set, but empty.", "AZURE_CLIENT_SECRET",
            ("a secret that does not exist", "do not set this variable"), False),
    Failure("no tenant", steps(secret, without("AZURE_TENANT_ID")),
            "AZURE_TENANT_ID is not set or empty.", "AZURE_TENANT_ID", ("app registration's overview",), False),
    Failure("no client", steps(github, environment(AZURE_CLIENT_ID="")),
            "AZURE_CLIENT_ID is not set or empty.", "AZURE_CLIENT_ID", ("Application (client) ID",), False),
    Failure("a tenant that is no id", steps(secret, environment(AZURE_TENANT_ID="https://contoso.example/")),
            "AZURE_TENANT_ID is not an id.", "AZURE_TENANT_ID", ("It is a GUID",), False),
    Failure("no permission for GitHub's identity", steps(github, environment(ACTIONS_ID_TOKEN_REQUEST_TOKEN="")),
            "GitHub offers no OIDC token to this job.", "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            ("id-token: write", "from forks"), False),
    Failure("no certificate file", environment(AZURE_CLIENT_CERTIFICATE_PATH="nowhere.pem"),
            "There is no certificate file at that path.", "AZURE_CLIENT_CERTIFICATE_PATH",
            ("PEM or PFX",), False),
    Failure("a wrong password",
            steps(certificate("pfx", "battery staple"), environment(AZURE_CLIENT_CERTIFICATE_PASSWORD="wrong")),
            "the password does not open it", "AZURE_CLIENT_CERTIFICATE_PATH",
            ("AZURE_CLIENT_CERTIFICATE_PASSWORD, which is set",), False),
    Failure("a password that is missing",
            steps(certificate("pem", "battery staple"), without("AZURE_CLIENT_CERTIFICATE_PASSWORD")),
            "the password does not open it", "AZURE_CLIENT_CERTIFICATE_PATH", ("which is not set",), False),
    # --- Entra says no --------------------------------------------------------------------------------------------
    Failure("no such tenant", steps(secret, environment(AZURE_TENANT_ID="00000000-0000-4000-8000-000000000000")),
            "The sign-in service does not know this tenant.", "tenant 00000000-0000-4000-8000-000000000000",
            ("AZURE_TENANT_ID names no tenant of this cloud", "--cloud")),
    Failure("no such application", steps(secret, environment(AZURE_CLIENT_ID="00000000-0000-4000-8000-000000000000")),
            "AADSTS700016", "application 00000000", ("AZURE_CLIENT_ID names no application of this tenant",)),
    Failure("a wrong secret", environment(AZURE_CLIENT_SECRET="its-id-perhaps"),
            "AADSTS7000215", ENTRA, ("perhaps its id", "copy its Value")),
    Failure("an expired secret", steps(secret, fails(401, "invalid_client", 7000222)),
            "AADSTS7000222", ENTRA, ("has expired", "make a new one")),
    Failure("a certificate that is not registered", steps(certificate("pem"), fails(401, "invalid_client", 700027)),
            "AADSTS700027", ENTRA, ("upload the public part",)),
    Failure("a clock that is off", steps(certificate("pfx"), fails(401, "invalid_client", 700024)),
            "AADSTS700024", ENTRA, ("run the job again", "this machine's clock")),
    Failure("no federated credential", steps(github, fails(400, "invalid_client", 70025)),
            "AADSTS70025", ENTRA, ("has no federated credential yet", "Federated credentials", SUBJECT)),
    Failure("no federated credential that fits", steps(github, fails(400, "invalid_request", 70021)),
            "AADSTS70021", ENTRA, ("No federated credential fits", SUBJECT)),
    Failure("another subject", steps(github, presents(OTHER)),
            "AADSTS700213", ENTRA,
            ("names this subject", f"Subject:  {OTHER}\n", "repo:harbour/other:environment:secure-score")),
    Failure("a subject of the older form", steps(github, presents(OLDER)),
            "AADSTS700213", ENTRA, (f"Subject:  {OLDER}\n", REGISTRATION.subject)),
    Failure("another issuer", steps(github, issuer),
            "AADSTS700211", ENTRA, ("names another issuer", "Issuer:   https://github.example/_services/token")),
    Failure("another audience", steps(github, lambda one: one.stage.options.extend(["--cloud", "usgov"])),
            "AADSTS700212", ENTRA, ("names another audience", "--cloud", "Audience: api://AzureADTokenExchangeUSGov")),
    Failure("federation forbidden", steps(github, fails(400, "unauthorized_client", 700223)),
            "AADSTS700223", ENTRA, ("A policy of the tenant forbids", "use a certificate")),
    Failure("federation not in this cloud", steps(github, fails(400, "invalid_request", 900382)),
            "AADSTS900382", ENTRA, ("is in another cloud", "--cloud")),
    Failure("no consent for the person", steps(device, fails(400, "invalid_grant", 65001)),
            "AADSTS65001", ENTRA, ("have an administrator grant it",)),
    Failure("no public client", steps(device, fails(401, "invalid_client", 7000218)),
            "AADSTS7000218", ENTRA, ("allow public client flows",)),
    Failure("the person says no", steps(device, fails(400, "authorization_declined", 70018)),
            "AADSTS70018", ENTRA, ("declined", "accept")),
    Failure("the code has expired", steps(device, fails(400, "expired_token", 70020)),
            "AADSTS70020", ENTRA, ("The code was not entered in time",)),
    Failure("no consent for the application", steps(secret, roles(), graph_denies),
            "denies access (403)", "/security/secureScores", ("as application permission and grant admin consent",)),
    Failure("no role for the person", steps(device, graph_denies),
            "denies access (403)", "/security/secureScores", ("give the person who signs in the role",)),
    # --- the network ----------------------------------------------------------------------------------------------
    Failure("GitHub's token service is down", steps(github, says("/oidc", Response(503, LATER, b""))),
            "GitHub gave no OIDC token for this job (status 503).", "ACTIONS_ID_TOKEN_REQUEST_URL",
            ("run the job again",)),
    Failure("the request token has expired", steps(github, environment(ACTIONS_ID_TOKEN_REQUEST_TOKEN="stale")),
            "GitHub gave no OIDC token for this job (status 401).", "ACTIONS_ID_TOKEN_REQUEST_URL",
            ("id-token: write",)),
    Failure("Entra is down", steps(secret, says("/openid-configuration", Response(503, LATER, b"down"))),
            "The sign-in service is not available (503).", "/v2.0/.well-known/openid-configuration", ("again later",)),
    Failure("Entra throttles", steps(secret, says("/token", Response(429, LATER, b""))),
            "The sign-in service is throttling requests (429).", "/oauth2/v2.0/token", ("again later",)),
    Failure("a sign-in page", steps(secret, says("/token", Response(200, {}, b"<html>Wi-Fi</html>"))),
            "gave no usable answer (not the JSON that was expected).", ENTRA, ("a proxy or a sign-in page",)),
    Failure("a redirect", steps(secret, says("/token", Response(302, {"Location": "https://elsewhere.example"}, b""))),
            "The sign-in service redirects (302) to https://elsewhere.example, which is not followed.",
            "/oauth2/v2.0/token",
            ("--authority",)),
    Failure("TLS by an unknown issuer",
            steps(secret, untrusted, lambda one: one.stage.options.extend(["--deadline", "2"])),
            "could not prove its identity (TLS failed: self", "openid-configuration", ("REQUESTS_CA_BUNDLE",), False),
]  # fmt: skip
"""Exit 3 and nothing written."""


@pytest.mark.parametrize("name", WORKS)
def test_every_credential_works(name: str, sign_in: SignIn) -> None:
    """Exit 0, today's snapshot, the right kind of token at Graph, and no secret anywhere."""
    happens, claim = WORKS[name]
    happens(sign_in)
    done = sign_in.stage.run()
    assert done.returncode == 0, done.stderr
    files = tree(sign_in.stage.root)
    assert "snapshots/2026/2026-11-20.json" in files
    bearers = {request.bearer for request in sign_in.stage.graph.requests}
    assert all(claim in (claims_of(bearer) or {}) for bearer in bearers)
    seen = done.stdout + done.stderr + "".join(content.decode() for content in files.values())
    assert not [hidden for hidden in (*sign_in.secrets, *bearers) if hidden in seen]
    assert not list((sign_in.folder / "temporary").iterdir())


@pytest.mark.parametrize("row", FAILS, ids=lambda row: row.name)
def test_every_failure_has_its_message(row: Failure, sign_in: SignIn) -> None:
    """Exit 3, nothing written, and one message: what is wrong, where, and what to do about it."""
    row.happens(sign_in)
    done = sign_in.stage.run("--verbose")
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("GET ", "POST ", "Open ", "waiting "))]
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert tree(sign_in.stage.root) == {}
    assert lines[0].startswith("backlog: "), done.stderr
    assert row.message in lines[0], done.stderr
    assert row.where in lines[1] or not row.where, done.stderr
    advice = done.stderr.partition("\n  what to do: ")[2]
    assert advice.startswith("Nothing was written"), done.stderr
    assert [words for words in row.advice if words not in advice] == [], done.stderr
    assert not [hidden for hidden in sign_in.secrets if hidden in done.stderr]
    assert row.network or not sign_in.identity.requests
    assert row.network or not sign_in.stage.graph.requests


def test_tokens_are_masked_in_a_workflow(sign_in: SignIn) -> None:
    """In Actions, stderr has a mask command for both tokens, which are nowhere else; outside, it has none."""
    github(sign_in)
    quiet = sign_in.stage.run("--verbose")
    assert "::" not in quiet.stderr
    sign_in.environment(GITHUB_ACTIONS="true")
    done = sign_in.stage.run("--verbose")
    assert done.returncode == 0, done.stderr
    assertion = sign_in.identity.requests[-1].form["client_assertion"]
    bearer = sign_in.stage.graph.requests[-1].bearer
    masked = [line for line in done.stderr.splitlines() if line.startswith("::add-mask::")]
    assert masked == [f"::add-mask::{assertion}", f"::add-mask::{bearer}"]
    rest = done.stdout + done.stderr.replace("::add-mask::" + assertion, "").replace("::add-mask::" + bearer, "")
    assert not [hidden for hidden in (assertion, bearer, REGISTRATION.request_token) if hidden in rest]


def test_a_token_is_fetched_anew_for_each_run(sign_in: SignIn) -> None:
    """Nothing is kept between runs: GitHub and Entra are asked again."""
    github(sign_in)
    for _ in range(2):
        assert sign_in.stage.run().returncode == 0
    asked = [request.path for request in sign_in.identity.requests]
    assert asked.count("/oidc") == 2
    assert sum(path.endswith("/token") for path in asked) == 2
