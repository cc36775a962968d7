# SPDX-License-Identifier: Apache-2.0
"""The credential that the environment offers, checked before anything is sent.

The variables have the names that Azure's own tools use: AZURE_TENANT_ID, AZURE_CLIENT_ID and one of a client
certificate, a client secret or GitHub's OIDC token; `--device-code` for a person; GRAPH_TOKEN for a token obtained
elsewhere. A variable that is set but empty is refused, as it would otherwise select another credential in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import read_named_file
from secure_score_backlog.graph.errors import UNTOUCHED
from secure_score_backlog.graph.tokens import check_token
from secure_score_backlog.http_client import check_address

REQUEST_URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - the name of a variable
CERTIFICATE = "AZURE_CLIENT_CERTIFICATE_PATH"
CERTIFICATE_PASSWORD = "AZURE_CLIENT_CERTIFICATE_PASSWORD"  # noqa: S105 - the name of a variable
SECRET = "AZURE_CLIENT_SECRET"  # noqa: S105 - the name of a variable
TENANT, CLIENT, TOKEN = "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "GRAPH_TOKEN"
OTHER_WAYS = f"Also possible: {CERTIFICATE} or {SECRET} in addition to both, or {TOKEN} alone."
PERMISSION_OF_THE_JOB = (
    "The job needs `permissions:` with both `id-token: write` and `contents: write`, and any other permission that it "
    "uses: what the list of a job does not name is denied."
)
CERTIFICATE_SOON = timedelta(days=30)
"""How long before its last day a certificate is warned of: a new one has to be added in Entra by an administrator."""
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(rb"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A token obtained elsewhere."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Application:
    """The app registration in Entra, by its ids."""

    tenant: str
    client: str


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """An application with a secret."""

    application: Application
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """An application with a certificate: PEM or PFX with its private key."""

    application: Application
    path: Path
    password: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class GitHubIdentity:
    """An application that trusts GitHub's OIDC token of a workflow: no secret is stored anywhere."""

    application: Application
    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A person at a desk."""

    application: Application


Credential = GivenToken | ClientSecret | ClientCertificate | GitHubIdentity | DeviceCode


def choose_credential(environment: Mapping[str, str], *, device_code: bool = False) -> Credential:
    """The credential to use. Raises CannotProceed where there is none, or where it cannot work.

    A certificate goes before a secret, a secret before GitHub's OIDC token, which every job may have.
    """
    if device_code:
        return DeviceCode(_application(environment))
    if TOKEN in environment:
        return GivenToken(check_token(environment[TOKEN], TOKEN))
    for name in (CERTIFICATE, SECRET):
        if name in environment and not environment[name].strip():
            raise CannotProceed(
                f"{name} is set, but empty.",
                where=name,
                hint=f"{UNTOUCHED} In a workflow, this comes from a secret that does not exist, or is hidden from "
                "a fork: add it. To sign in another way, do not set this variable at all.",
            )
    if CERTIFICATE in environment:
        return _certificate(environment)
    if SECRET in environment:
        return ClientSecret(_application(environment), environment[SECRET].strip())
    if REQUEST_URL in environment or REQUEST_TOKEN in environment:
        return _github(environment)
    raise _no_credential(environment)


def _application(environment: Mapping[str, str]) -> Application:
    missing = [name for name in (TENANT, CLIENT) if not environment.get(name, "").strip()]
    if missing:
        raise CannotProceed(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set or empty.",
            where=missing[0],
            hint=f"{UNTOUCHED} Take both from the app registration's overview in Entra (Directory (tenant) ID, "
            "Application (client) ID). At your desk, name them with --tenant and --client; in a workflow, set both "
            "under `env:` of the step.",
        )
    tenant, client = environment[TENANT].strip(), environment[CLIENT].strip()
    for name, value in ((TENANT, tenant), (CLIENT, client)):
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", value):
            hint = (
                f"{UNTOUCHED} It is a GUID (or, for the tenant, a domain name), without quotes, spaces or slashes: put "
                "your own in the place of a word such as TENANT_ID."
            )
            raise CannotProceed(f"{name} is not an id.", where=name, hint=hint)
    return Application(tenant, client)


def _certificate(environment: Mapping[str, str]) -> ClientCertificate:
    application = _application(environment)
    path = Path(environment[CERTIFICATE].strip())
    if not path.is_file():
        hint = f"{UNTOUCHED} Give the path of a PEM or PFX file that holds the certificate and its private key."
        raise CannotProceed("There is no certificate file at that path.", where=CERTIFICATE, hint=hint)
    return ClientCertificate(application, path, environment.get(CERTIFICATE_PASSWORD) or None)


def _github(environment: Mapping[str, str]) -> GitHubIdentity:
    url, token = environment.get(REQUEST_URL, "").strip(), environment.get(REQUEST_TOKEN, "").strip()
    if not url or not token:
        raise CannotProceed(
            "GitHub offers no OIDC token to this job.",
            where=REQUEST_URL if not url else REQUEST_TOKEN,
            hint=f"{UNTOUCHED} {PERMISSION_OF_THE_JOB} Jobs of pull requests from forks usually get no token.",
        )
    application = _application(environment)
    check_address(url.split("?")[0], REQUEST_URL)
    return GitHubIdentity(application, url, check_token(token, REQUEST_TOKEN))


def _no_credential(environment: Mapping[str, str]) -> CannotProceed:
    if environment.get("GITHUB_ACTIONS") == "true":
        hint = f"Set {TENANT} and {CLIENT} under `env:` of the step. {PERMISSION_OF_THE_JOB}"
    else:
        hint = (
            "On your own machine: add --device-code, --tenant and --client. In a GitHub workflow: set "
            f"{TENANT} and {CLIENT}, and give the job `id-token: write` (and `contents: write`) under `permissions:`."
        )
    message = "There is no credential for Microsoft Graph."
    return CannotProceed(message, hint=f"{UNTOUCHED} {hint} {OTHER_WAYS}")


def last_day(credential: ClientCertificate) -> date:
    """The last day (UTC) of a certificate. Raises CannotProceed where the file cannot be used."""
    from cryptography import x509  # noqa: PLC0415 - slow to import, and seldom needed

    shown = load_certificate(credential.path, credential.password)["public_certificate"].encode("ascii")
    try:
        return x509.load_pem_x509_certificate(shown).not_valid_after_utc.date()
    except ValueError:
        raise _unusable("the certificate in it cannot be read", "Make it again.") from None


def load_certificate(path: Path, password: str | None) -> dict[str, Any]:
    """A PEM or PFX file as msal takes it: certificate and private key, in memory alone. Raises CannotProceed."""
    try:
        content = read_named_file(path)
    except OSError as error:
        raise _unusable(f"it cannot be read ({error.strerror})", "Check its permissions.") from None
    if b"-----BEGIN" in content:
        return _from_pem(content, password)
    return _from_pfx(content, password)


def _from_pem(content: bytes, password: str | None) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow to import, and seldom needed

    certificates, key = _CERTIFICATE.findall(content), _KEY.search(content)
    if not certificates or key is None:
        missing = "private key" if certificates else "certificate"
        raise _unusable(f"it holds no {missing}", "Put both into one file, one below the other.")
    try:
        loaded = serialization.load_pem_private_key(key[0], password.encode() if password else None)
    except (TypeError, ValueError):
        raise _wrong_password(password) from None
    return _material(loaded, b"\n".join(certificates))


def _from_pfx(content: bytes, password: str | None) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow to import, and seldom needed
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode() if password else None)
    except ValueError:
        raise _wrong_password(password) from None
    if key is None or certificate is None:
        missing = "private key" if key is None else "certificate"
        raise _unusable(f"it holds no {missing}", "Export the certificate together with its private key.")
    return _material(key, certificate.public_bytes(serialization.Encoding.PEM))


def _material(key: Any, certificates: bytes) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow to import, and seldom needed

    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"private_key": private.decode("ascii"), "public_certificate": certificates.decode("ascii")}


def _wrong_password(password: str | None) -> CannotProceed:
    hint = f"Check {CERTIFICATE_PASSWORD}, which is {'set' if password else 'not set'}."
    return _unusable("the password does not open it, or it is no PEM or PFX file", hint)


def _unusable(why: str, hint: str) -> CannotProceed:
    return CannotProceed(
        f"The client certificate cannot be used: {why}.", where=CERTIFICATE, hint=f"{UNTOUCHED} {hint}"
    )
