# SPDX-License-Identifier: Apache-2.0
"""Addresses of Microsoft Graph and its sign-in service in each cloud (docs/method.md#graph), and which are accepted."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from secure_score_backlog.errors import WrongUsage


@dataclass(frozen=True, slots=True)
class Cloud:
    """The addresses of one cloud."""

    name: str
    graph: str
    """Root of the Graph API with its version, without a slash at the end."""
    authority: str
    """Sign-in service; the tenant id follows as the first part of the path."""
    audience: str
    """What a federated token must be addressed to."""
    scope: str
    """What a token is requested for; another cloud does not accept it."""


CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "global",
            "https://graph.microsoft.com/v1.0",
            "https://login.microsoftonline.com",
            "api://AzureADTokenExchange",
            "https://graph.microsoft.com",
        ),
        Cloud(
            "usgov",
            "https://graph.microsoft.us/v1.0",
            "https://login.microsoftonline.us",
            "api://AzureADTokenExchangeUSGov",
            "https://graph.microsoft.us",
        ),
        Cloud(
            "dod",
            "https://dod-graph.microsoft.us/v1.0",
            "https://login.microsoftonline.us",
            "api://AzureADTokenExchangeUSGov",
            "https://dod-graph.microsoft.us",
        ),
    )
}
"""The clouds that have Secure Score. GCC uses `global`; China (21Vianet) has no Secure Score."""


def check_address(address: str, option: str) -> str:
    """The address of an option, which a token may be sent to: https, or http on this machine. Raises WrongUsage."""
    try:
        parts = urlsplit(address.strip())
        port_is_readable = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_readable = urlsplit(""), False
    if not port_is_readable or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongUsage(
            f"{option} is not an address: {address!r}.",
            where=option,
            hint="Write it like `https://graph.microsoft.com/v1.0`.",
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise WrongUsage(
            f"{option} must not contain a user name, query or fragment.",
            where=option,
            hint="Give scheme, host and path only.",
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise WrongUsage(
            f"{option} uses http, which would send the token unencrypted.",
            where=option,
            hint="Use https. (http is accepted for 127.0.0.1 and localhost only, which are this machine.)",
        )
    return address.strip().rstrip("/")


def is_loopback(host: str | None) -> bool:
    """The host is this machine."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address; raises ValueError where it has none."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError(address)
    return parts.scheme, parts.hostname.lower(), parts.port or (443 if parts.scheme == "https" else 80)
