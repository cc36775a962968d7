# SPDX-License-Identifier: Apache-2.0
"""Plain names of Microsoft's abbreviations: services, connected apps, portal statuses."""

from __future__ import annotations

from msgspec import Struct

from secure_score_backlog.content import load

CONNECTED_PREFIX = "mda_"


class ServiceNames(Struct, frozen=True, forbid_unknown_fields=True):
    """The names (`content/services.yml`), by codes in lower case."""

    services: dict[str, str]
    """Names of Graph's `service`."""
    connected: dict[str, str]
    """Apps of other makers that are connected to Defender for Cloud Apps, by their code without prefix."""
    portal: dict[str, str]
    """Graph's states of a recommendation, as the portal calls them."""


SERVICE_NAMES = load("services", ServiceNames)


def service_name(service: str) -> str:
    """The name of a service code; an unknown code stays as it is."""
    code = service.strip().casefold()
    if code.startswith(CONNECTED_PREFIX) and len(code) > len(CONNECTED_PREFIX):
        name = service.strip()[len(CONNECTED_PREFIX) :]
        return f"{SERVICE_NAMES.connected.get(name.casefold(), name)} (connected app)"
    return SERVICE_NAMES.services.get(code, service)


def portal_words(state: str) -> str:
    """A portal status as the portal calls it; an unknown one stays as it is."""
    return SERVICE_NAMES.portal.get(state.strip().casefold(), state)
