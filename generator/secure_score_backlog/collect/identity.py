# SPDX-License-Identifier: Apache-2.0
"""A credential becomes a token: msal does the talking, over our own bounded wire (facts/graph.md 7).

msal is slow to import and asks the network in its constructor, so both happen only when a token is wanted.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from secure_score_backlog.collect.certificates import load_certificate
from secure_score_backlog.collect.claims import PERMISSION, check_token, read_claims
from secure_score_backlog.collect.clouds import Cloud, is_loopback, origin
from secure_score_backlog.collect.credentials import (
    REQUEST_TOKEN,
    ClientCertificate,
    ClientSecret,
    Credential,
    DeviceCode,
    GitHubIdentity,
    GivenToken,
)
from secure_score_backlog.collect.endings import UNTOUCHED
from secure_score_backlog.collect.identity_errors import (
    Attempt,
    broken_sign_in,
    refused_assertion,
    refused_sign_in,
    unusable_reply,
)
from secure_score_backlog.collect.wire import Reply, Wire
from secure_score_backlog.errors import BacklogError, CannotProceed
from secure_score_backlog.rules.capturing.exact_json import UnreadableJson, parse


def token_for(
    credential: Credential,
    cloud: Cloud,
    authority: str,
    wire: Wire,
    say: Callable[[str], None],
    mask: Callable[[str], None] | None = None,
) -> str:
    """An access token for Microsoft Graph. Raises CannotProceed with what is wrong and where to fix it.

    `mask` hears every token before anything else does, to keep it out of a log.
    """
    hide = mask or (lambda _: None)
    if isinstance(credential, GivenToken):
        hide(credential.token)
        return credential.token
    logging.getLogger("msal").setLevel(logging.CRITICAL + 1)  # it logs whole answers; ours say what matters
    attempt = Attempt(credential.application, authority, cloud, say, hide)
    try:
        result = _ask(credential, wire, attempt)
    except BacklogError:
        raise
    except Exception as error:  # msal raises ValueError, KeyError, RuntimeError and its own kinds alike
        raise broken_sign_in(error, attempt) from None
    token = result.get("access_token") if isinstance(result, dict) else None
    if not isinstance(token, str) or not token:
        raise refused_sign_in(result if isinstance(result, dict) else {}, attempt)
    hide(token)
    return check_token(token, "the sign-in service")


def _ask(
    credential: ClientSecret | ClientCertificate | GitHubIdentity | DeviceCode, wire: Wire, attempt: Attempt
) -> Any:
    """The answer as msal gives it: a dict with `access_token` or with `error`."""
    material = _material(credential, wire, attempt)
    msal: Any = import_module("msal")
    transport = _Transport(wire, attempt.authority)
    common: dict[str, Any] = {
        "authority": transport.disguise(of_tenant(attempt.authority, credential.application.tenant)),
        "http_client": transport,
        "instance_discovery": False,
    }
    if isinstance(credential, DeviceCode):
        public = msal.PublicClientApplication(credential.application.client, **common)
        flow = public.initiate_device_flow(scopes=[f"{attempt.cloud.scope}/{PERMISSION}"])
        if "user_code" not in flow:
            return flow
        attempt.say(str(flow.get("message") or f"Open {flow.get('verification_uri')} and enter {flow['user_code']}"))
        return public.acquire_token_by_device_flow(flow)
    application = msal.ConfidentialClientApplication(
        credential.application.client, client_credential=material, **common
    )
    return application.acquire_token_for_client([f"{attempt.cloud.scope}/.default"])


def of_tenant(authority: str, tenant: str) -> str:
    """The authority with its tenant; one that has a path names the tenant already."""
    return authority if urlsplit(authority).path.strip("/") else f"{authority.rstrip('/')}/{tenant}"


def _material(credential: Credential, wire: Wire, attempt: Attempt) -> Any:
    """What msal calls a client credential."""
    match credential:
        case ClientSecret(secret=secret):
            return secret
        case ClientCertificate(path=path, password=password):
            return load_certificate(path, password)
        case GitHubIdentity():
            return {"client_assertion": lambda: _assertion(credential, wire, attempt)}
        case _:
            return None


def _assertion(credential: GitHubIdentity, wire: Wire, attempt: Attempt) -> str:
    """GitHub's OIDC token for this job: fetched anew each time, as it lives for five minutes only."""
    joint = "&" if "?" in credential.url else "?"
    url = f"{credential.url}{joint}audience={quote(attempt.cloud.audience, safe='')}"
    reply = wire.get(url, bearer=credential.token, headers={"Accept": "application/json"})
    if reply.status != 200:
        raise refused_assertion(reply.status)
    try:
        content = parse(reply.body)
    except UnreadableJson:
        raise refused_assertion(reply.status) from None
    value = content.get("value") if isinstance(content, dict) else None
    if not isinstance(value, str):
        raise refused_assertion(reply.status)
    attempt.mask(value)
    attempt.presented = read_claims(value)
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
    """The http client that msal works with: bounded, without redirects, and only to where we sign in.

    msal insists on https. For a simulator on this machine it is told https, and the wire speaks http.
    """

    def __init__(self, wire: Wire, authority: str) -> None:
        self._wire = wire
        parts = urlsplit(authority)
        self._plain = parts.scheme == "http" and is_loopback(parts.hostname)
        self._real, self._told = f"http://{parts.netloc}", f"https://{parts.netloc}"

    def disguise(self, text: str) -> str:
        """Addresses of a simulator as msal must see them."""
        return text.replace(self._real, self._told) if self._plain else text

    def _address(self, url: str) -> str:
        if self._plain and origin(url) == origin(self._told):
            return self._real + url[len(self._told) :]
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
        """What msal asks first: where the tenant's endpoints are."""
        query = "&".join(f"{quote(key)}={quote(str(value))}" for key, value in (params or {}).items())
        address = self._address(url) + (f"{'&' if '?' in url else '?'}{query}" if query else "")
        return self._answer(self._wire.get(address, headers=headers))

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> _Answer:
        """The request for a token."""
        return self._answer(self._wire.post(self._address(url), data, headers))

    def close(self) -> None:
        """Nothing stays open between requests."""

    def _answer(self, reply: Reply) -> _Answer:
        ending = unusable_reply(reply)
        if ending is not None:
            raise ending
        text = reply.body.decode("utf-8", errors="replace")
        if reply.status == 200 and self._plain:
            text = json.dumps(_told(json.loads(text), self)) if text.lstrip().startswith("{") else text
        return _Answer(reply, text)


def _told(content: Any, transport: _Transport) -> Any:
    """An answer of a simulator with its addresses as msal must see them."""
    if isinstance(content, dict):
        return {key: _told(value, transport) for key, value in content.items()}
    return transport.disguise(content) if isinstance(content, str) and content.startswith("http://") else content
