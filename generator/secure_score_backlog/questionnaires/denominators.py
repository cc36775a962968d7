# SPDX-License-Identifier: Apache-2.0
"""What Microsoft counts, and whose denominator that is (`content/denominators.yml`, by service)."""

from __future__ import annotations

from msgspec import Struct

from secure_score_backlog.content import load


class Denominator(Struct, frozen=True, forbid_unknown_fields=True):
    """What a service counts."""

    unit: str
    """Users or devices; empty where a service counts different things."""
    counted: str
    """Whose denominator it is, as the end of a sentence."""


DENOMINATORS = load("denominators", dict[str, Denominator])


def denominator_of(service: str) -> Denominator:
    """The denominator of a service, as Graph writes its name."""
    return DENOMINATORS.get(service.lower(), DENOMINATORS["other"])
