# SPDX-License-Identifier: Apache-2.0
"""Addresses of Microsoft Graph and its sign-in service in each cloud (docs/method.md#graph)."""

from __future__ import annotations

from dataclasses import dataclass


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
