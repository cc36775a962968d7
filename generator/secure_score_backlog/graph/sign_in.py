# SPDX-License-Identifier: Apache-2.0
"""A credential becomes an access token: msal signs in through our `HttpClient`, and a failure gets a hint.

msal is slow to import and uses the network in its constructor, so both happen only when a token is wanted.

Microsoft says that its error codes may change, so a code only chooses the hint; Microsoft's own text is always shown.
The forms of a workflow's subject are described in docs/method.md#graph.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from secure_score_backlog.errors import BacklogError, CannotProceed
from secure_score_backlog.graph.clouds import Cloud
from secure_score_backlog.graph.credentials import (
    PERMISSION_OF_THE_JOB,
    REQUEST_TOKEN,
    REQUEST_URL,
    Application,
    ClientCertificate,
    ClientSecret,
    Credential,
    DeviceCode,
    GitHubIdentity,
    GivenToken,
    load_certificate,
)
from secure_score_backlog.graph.errors import NOTHING_LOST, UNTOUCHED
from secure_score_backlog.graph.tokens import PERMISSION, Claims, check_token, read_claims
from secure_score_backlog.http_client import (
    HttpClient,
    Reply,
    is_loopback,
    origin,
    redirection,
    sanitize,
    without_query,
)
from secure_score_backlog.snapshots.exact_json import UnreadableJson, parse

GITHUB = "https://token.actions.githubusercontent.com"
_FEDERATION = (
    "In Entra, App registrations, your application, Certificates & secrets, Federated credentials: take the scenario "
    "'Other issuer' and copy issuer, subject and audience letter for letter from below."
)
_TOO_LATE = "The code was not entered in time: run it again and open the link at once."
_FORBIDDEN = (
    "A policy of the tenant forbids federated sign-in for applications: have an administrator allow it for this one, "
    "or use a certificate (AZURE_CLIENT_CERTIFICATE_PATH)."
)
HINTS: Mapping[str, str] = {
    "90002": "AZURE_TENANT_ID names no tenant of this cloud: check it, and --cloud.",
    "700016": "AZURE_CLIENT_ID names no application of this tenant: check both ids.",
    "7000215": "AZURE_CLIENT_SECRET is not the secret's value (perhaps its id): make a new secret, copy its Value.",
    "7000222": "The client secret has expired: make a new one, or use GitHub's OIDC token, which needs none.",
    "700027": "The certificate has expired, or is not registered with this application. See its dates: if it has "
    "expired, make a new one. Then upload the public part to the app registration (Certificates & secrets).",
    "700024": "The sign-in proof is expired or not yet valid. With GitHub's OIDC token: run the job again. "
    "With a certificate: check its dates and this machine's clock.",
    "70025": "The application has no federated credential yet. If you know the repository below: add one. "
    f"{_FEDERATION}",
    "70021": "No federated credential fits this workflow. If you know the repository below: add one, or change the one "
    "that is meant for it. "
    f"{_FEDERATION}",
    "700211": f"The federated credential names another issuer. If the issuer below is GitHub's, or a GitHub Enterprise "
    f"Server of your own: add a credential for it. If you do not know it: change nothing. {_FEDERATION}",
    "700212": "The federated credential names another audience. If --cloud is given, check it first, as each cloud has "
    f"an audience of its own; else add a credential, or change the one that is meant for this workflow. {_FEDERATION}",
    "700213": "No federated credential names this subject. If you know the repository and the branch or environment "
    "in it: add a credential for them, and leave alone the ones that others use. If you do not know them: change "
    f"nothing, and find out who runs this workflow. {_FEDERATION}",
    "700223": _FORBIDDEN,
    "700238": _FORBIDDEN,
    "900382": "The tenant is in another cloud than this sign-in service: check --cloud and AZURE_TENANT_ID first. "
    "If both are right, it cannot sign in across clouds: register the application in the tenant's own cloud.",
    "65001": f"Consent to {PERMISSION} is missing for this person: have an administrator grant it.",
    "7000218": "The application is not a public client: in Entra, Authentication, allow public client flows.",
    "authorization_pending": _TOO_LATE,
    "expired_token": _TOO_LATE,
    "70020": _TOO_LATE,
    "authorization_declined": "The person declined: run it again and accept, with the role Security Reader.",
    "70018": "The code was mistyped, or the person declined: run it again, enter the code exactly, and accept.",
    "70019": _TOO_LATE,
}
"""What to do, by AADSTS number or by OAuth error."""
NOT_ABOUT_CLAIMS = frozenset({"700223", "700238", "900382"})
"""Codes for which the claims that a workflow presented do not help."""


@dataclass(slots=True)
class SignIn:
    """Which application signs in where, and who gets its messages and tokens."""

    application: Application
    authority: str
    cloud: Cloud
    say: Callable[[str], None]
    """Shows a person what to do."""
    mask: Callable[[str], None]
    """Keeps a token out of the log of a workflow run."""
    presented: Claims | None = None
    """Claims of GitHub's token, once GitHub has given it."""

    @property
    def place(self) -> str:
        """Where the sign-in took place."""
        return f"{self.authority}, tenant {self.application.tenant}, application {self.application.client}"


def token_for(
    credential: Credential,
    cloud: Cloud,
    authority: str,
    http: HttpClient,
    say: Callable[[str], None],
    mask: Callable[[str], None] = lambda _: None,
) -> str:
    """An access token for Microsoft Graph. Raises CannotProceed with what is wrong and where to fix it.

    `say` shows a person what to do; `mask` gets every token first, to keep it out of a log.
    """
    if isinstance(credential, GivenToken):
        mask(credential.token)
        return credential.token
    logging.getLogger("msal").setLevel(logging.CRITICAL + 1)  # it logs whole answers; our messages say what matters
    sign_in = SignIn(credential.application, authority, cloud, say, mask)
    try:
        result = _acquire(credential, http, sign_in)
    except BacklogError:
        raise
    except Exception as error:  # msal raises ValueError, KeyError, RuntimeError and classes of its own
        raise _failed_sign_in(error, sign_in) from None
    token = result.get("access_token") if isinstance(result, dict) else None
    if not isinstance(token, str) or not token:
        raise _refused_sign_in(result if isinstance(result, dict) else {}, sign_in)
    mask(token)
    return check_token(token, "the sign-in service")


def _acquire(
    credential: ClientSecret | ClientCertificate | GitHubIdentity | DeviceCode, http: HttpClient, sign_in: SignIn
) -> Any:
    """The answer as msal gives it: a dict with `access_token` or with `error`."""
    material = _material(credential, http, sign_in)
    msal: Any = import_module("msal")
    transport = _Transport(http, sign_in.authority)
    common: dict[str, Any] = {
        "authority": transport.as_https(of_tenant(sign_in.authority, credential.application.tenant)),
        "http_client": transport,
        "instance_discovery": False,
    }
    if isinstance(credential, DeviceCode):
        public = msal.PublicClientApplication(credential.application.client, **common)
        flow = public.initiate_device_flow(scopes=[f"{sign_in.cloud.scope}/{PERMISSION}"])
        if "user_code" not in flow:
            return flow
        sign_in.say(str(flow.get("message") or f"Open {flow.get('verification_uri')} and enter {flow['user_code']}"))
        return public.acquire_token_by_device_flow(flow)
    application = msal.ConfidentialClientApplication(
        credential.application.client, client_credential=material, **common
    )
    return application.acquire_token_for_client([f"{sign_in.cloud.scope}/.default"])


def of_tenant(authority: str, tenant: str) -> str:
    """The authority with its tenant; one that has a path names the tenant already."""
    return authority if urlsplit(authority).path.strip("/") else f"{authority.rstrip('/')}/{tenant}"


def _material(credential: Credential, http: HttpClient, sign_in: SignIn) -> Any:
    """What msal calls a client credential."""
    match credential:
        case ClientSecret(secret=secret):
            return secret
        case ClientCertificate(path=path, password=password):
            return load_certificate(path, password)
        case GitHubIdentity():
            return {"client_assertion": lambda: _assertion(credential, http, sign_in)}
        case _:
            return None


def _assertion(credential: GitHubIdentity, http: HttpClient, sign_in: SignIn) -> str:
    """GitHub's OIDC token for this job: fetched anew each time, as it lives for five minutes only."""
    separator = "&" if "?" in credential.url else "?"
    url = f"{credential.url}{separator}audience={quote(sign_in.cloud.audience, safe='')}"
    reply = http.get(url, bearer=credential.token, headers={"Accept": "application/json"})
    if reply.status != 200:
        raise _no_github_token(reply.status)
    try:
        content = parse(reply.body)
    except UnreadableJson:
        raise _no_github_token(reply.status) from None
    value = content.get("value") if isinstance(content, dict) else None
    if not isinstance(value, str):
        raise _no_github_token(reply.status)
    sign_in.mask(value)
    sign_in.presented = read_claims(value)
    return check_token(value, REQUEST_TOKEN)


class _Answer:
    """A reply in the form that msal expects."""

    def __init__(self, reply: Reply, text: str) -> None:
        self.status_code = reply.status
        self.headers = dict(reply.headers)
        self.text = text

    def raise_for_status(self) -> None:
        """Raise where the service failed, as `requests` would."""
        if self.status_code >= 400:
            raise requests.HTTPError(f"HTTP status {self.status_code}")


class _Transport:
    """The `http_client` of msal: our HttpClient, with its limits, and https only.

    msal accepts https addresses alone. For a simulator on this machine, it is shown https in place of the http used.
    """

    def __init__(self, http: HttpClient, authority: str) -> None:
        self._http = http
        self._origin = origin(authority)
        parts = urlsplit(authority)
        self._simulated = parts.scheme == "http" and is_loopback(parts.hostname)
        self._http_origin, self._https_origin = f"http://{parts.netloc}", f"https://{parts.netloc}"

    def as_https(self, text: str) -> str:
        """Text with the http addresses of a simulator written as https."""
        return text.replace(self._http_origin, self._https_origin) if self._simulated else text

    def _address(self, url: str) -> str:
        if self._simulated and origin(url) == origin(self._https_origin):
            return self._http_origin + url[len(self._https_origin) :]
        if urlsplit(url).scheme != "https":
            raise CannotProceed(
                "The sign-in service names an address without https, which is not used.",
                where=urlsplit(url).hostname,
                hint=f"{UNTOUCHED} Check --authority where you use it; else run it again later.",
            )
        return url

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> _Answer:
        """The first request of msal: where the tenant's endpoints are."""
        query = "&".join(f"{quote(key)}={quote(str(value))}" for key, value in (params or {}).items())
        address = self._address(url) + (f"{'&' if '?' in url else '?'}{query}" if query else "")
        return self._answer(self._http.get(address, headers=headers))

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> _Answer:
        """The request for a token. Raises CannotProceed where the service names another address for it than its own."""
        address = self._address(url)
        if origin(address) != self._origin:
            scheme, host, port = origin(address)
            raise CannotProceed(
                f"The sign-in service sends the credential to another address, {scheme}://{sanitize(host)}:{port}.",
                where=urlsplit(address).hostname,
                hint=f"{UNTOUCHED} No credential was sent. Check --authority where you use it, and any proxy.",
            )
        return self._answer(self._http.post(address, data, headers))

    def close(self) -> None:
        """Nothing stays open between requests."""

    def _answer(self, reply: Reply) -> _Answer:
        error = _service_error(reply)
        if error is not None:
            raise error
        text = reply.body.decode("utf-8", errors="replace")
        if reply.status == 200 and self._simulated:
            text = json.dumps(_as_https(json.loads(text), self)) if text.lstrip().startswith("{") else text
        return _Answer(reply, text)


def _as_https(content: Any, transport: _Transport) -> Any:
    """An answer of a simulator with its addresses written as https."""
    if isinstance(content, dict):
        return {key: _as_https(value, transport) for key, value in content.items()}
    return transport.as_https(content) if isinstance(content, str) and content.startswith("http://") else content


def _refused_sign_in(result: Mapping[str, Any], sign_in: SignIn) -> CannotProceed:
    """The error for a sign-in that the service refused."""
    said = sanitize(result.get("error_description")) or sanitize(result.get("error")) or "no reason was given"
    keys = [*_codes(result), sanitize(result.get("error"), limit=40)]
    key = next((key for key in keys if key in HINTS), "")
    hint = HINTS.get(key, "Check the app registration in Entra.")
    if sign_in.presented is not None and sign_in.presented.subject and key not in NOT_ABOUT_CLAIMS:
        hint += _presented(sign_in.presented, sign_in.cloud)
    return CannotProceed(f"The sign-in failed: {said.rstrip('.')}.", where=sign_in.place, hint=f"{UNTOUCHED} {hint}")


def _codes(result: Mapping[str, Any]) -> list[str]:
    """Microsoft's numbers for what went wrong."""
    listed = result.get("error_codes")
    codes = [str(code) for code in listed] if isinstance(listed, list) else []
    return codes + re.findall(r"AADSTS(\d+)", str(result.get("error_description") or ""))


def _presented(claims: Claims, cloud: Cloud) -> str:
    """What the workflow presented, to be copied line by line, with the form of the subject that it does not present."""
    subject = sanitize(claims.subject)
    older = re.sub(r"^repo:([^/@]+)@\d+/([^:@]+)@\d+:", r"repo:\1/\2:", subject)
    newer = subject
    if older == subject and all(claims.repository):
        owner, repository = claims.repository
        newer = re.sub(r"^repo:([^/@:]+)/([^:@]+):", rf"repo:\1@{owner}/\2@{repository}:", subject)
    lines = [f"Issuer:   {sanitize(claims.issuer) or GITHUB}", f"Subject:  {subject}", f"Audience: {cloud.audience}"]
    if older != subject:
        lines.append(f"The form of the subject without numbers ({older}) is not presented by this repository.")
    elif newer != subject:
        lines.append(f"The form of the subject with numbers ({newer}) is not presented by this repository.")
    return "".join(f"\n    {line}" for line in lines)


def _failed_sign_in(error: Exception, sign_in: SignIn) -> CannotProceed:
    """The error for a sign-in without an answer that msal could use."""
    chain = " ".join(str(each) for each in (error, error.__cause__, error.__context__) if each is not None)
    if isinstance(error, ValueError) and "Unable to get authority configuration" in chain:
        message = "The sign-in service does not know this tenant"
        return CannotProceed(f"{message}.", where=sign_in.place, hint=f"{UNTOUCHED} {HINTS['90002']}")
    return CannotProceed(
        "The sign-in service gave no usable answer (not the JSON that was expected).",
        where=sign_in.place,
        hint=f"{NOTHING_LOST} Run it again later; if it stays, a proxy or a sign-in page may be in between.",
    )


def _no_github_token(status: int) -> CannotProceed:
    """The error where GitHub gave no OIDC token."""
    hint = (
        f"{UNTOUCHED} The job's own request token has expired or was refused: run the job again. "
        f"If it stays: {PERMISSION_OF_THE_JOB}"
    )
    if status == 429 or status >= 500:
        hint = f"{NOTHING_LOST} GitHub's token service is failing: run the job again later."
    return CannotProceed(f"GitHub gave no OIDC token for this job (status {status}).", where=REQUEST_URL, hint=hint)


def _service_error(reply: Reply) -> CannotProceed | None:
    """The error for an answer that says nothing about the credential; None for one that msal can read."""
    status, place = reply.status, without_query(reply.url)
    if 300 <= status < 400:
        return CannotProceed(
            f"The sign-in service {redirection(reply)}, which is not followed.",
            where=place,
            hint=f"{UNTOUCHED} No credential is sent to another address. Check --authority where you use it, and any "
            "proxy in between; else run it again tomorrow.",
        )
    if status == 429 or status >= 500:
        what = "is throttling requests" if status == 429 else "is not available"
        return CannotProceed(
            f"The sign-in service {what} ({status}).",
            where=place,
            hint=f"{NOTHING_LOST} Run it again later; a scheduled run does so by itself.",
        )
    return None
