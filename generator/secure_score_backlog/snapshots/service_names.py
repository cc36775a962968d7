# SPDX-License-Identifier: Apache-2.0
"""Plain names of Microsoft's abbreviations: services, connected apps, portal statuses."""

from __future__ import annotations

from msgspec import Struct

from secure_score_backlog.content import load
from secure_score_backlog.snapshots.model import Recommendation

CONNECTED_PREFIX = "mda_"


class ServiceNames(Struct, frozen=True, forbid_unknown_fields=True):
    """The names (`content/services.yml`), by codes in lower case."""

    services: dict[str, str]
    """Names of Graph's `service`."""
    portals: dict[str, str]
    """Addresses of the portals in which services are set up."""
    portal_names: dict[str, str]
    """Names of the portals, by their hosts."""
    connected: dict[str, str]
    """Apps of other makers that are connected to Defender for Cloud Apps, by their code without prefix."""
    portal: dict[str, str]
    """Graph's states of a recommendation, as the portal calls them."""


SERVICE_NAMES = load("services", ServiceNames)


def connected_app(service: str) -> str:
    """The product that a service code names, where it is a connected app; empty for Microsoft's own services."""
    code = service.strip()
    if not code.casefold().startswith(CONNECTED_PREFIX) or len(code) == len(CONNECTED_PREFIX):
        return ""
    name = code[len(CONNECTED_PREFIX) :]
    return SERVICE_NAMES.connected.get(name.casefold(), name)


def titled(title: str, service: str) -> str:
    """A title as it stands in a list without services: that of a connected app begins with the product.

    "Enable Multi-Factor Authentication (MFA)" of Google Workspace would else read as the tenant's own.
    """
    product = connected_app(service)
    return f"{product}: {title}" if product and product.casefold() not in title.casefold() else title


def title_of(known: Recommendation) -> str:
    """The title of a recommendation as it stands in a list without services."""
    return titled(known.title, known.service)


def service_name(service: str) -> str:
    """The name of a service code; an unknown code stays as it is."""
    if product := connected_app(service):
        return f"{product} (connected app)"
    return SERVICE_NAMES.services.get(service.strip().casefold(), service)


def service_portal(service: str) -> str:
    """The portal in which a service is set up; empty for an unknown one, and for connected apps."""
    return SERVICE_NAMES.portals.get(service.strip().casefold(), "")


def portal_name(host: str) -> str:
    """The name of a portal; an unknown one is named by its host."""
    return SERVICE_NAMES.portal_names.get(host.casefold(), host)


def portal_words(state: str) -> str:
    """A portal status as the portal calls it; an unknown one stays as it is."""
    return SERVICE_NAMES.portal.get(state.strip().casefold(), state)
