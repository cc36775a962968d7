# SPDX-License-Identifier: Apache-2.0
"""What a recommendation could have earned on a day, and what the portal said then (design §4.1, `maximum`).

Graph's scores carry neither. On the day itself today's profile answers; for a day gone by, the percentage beside the
score does (`100 * score / scoreInPercentage` is the maximum wherever it can be computed, facts/graph.md 0.6), and the
dates in `controlStateUpdates`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from secure_score_backlog.rules.capturing.graph_values import instant, number, text

SINCE_EVER = datetime.min.replace(tzinfo=UTC)
_COARSEST = Fraction(1, 100)
"""Graph writes two decimals, rounded or cut off, and drops zeros at the end: 7.8 may be 7.79 to 7.81."""


def maximum_on_the_day(control: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Decimal | None:
    """Points that could be earned, where the profile is from the same day; None where nobody says."""
    stated = profile_maximum(profile)
    return stated if stated is not None else derived_maximum(control, None)


def maximum_in_hindsight(control: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Decimal | None:
    """Points that could be earned on a day gone by; today's profile decides only where the day itself is silent."""
    stated = profile_maximum(profile)
    derived = derived_maximum(control, stated)
    return derived if derived is not None else stated


def profile_maximum(profile: Mapping[str, Any] | None) -> Decimal | None:
    """The profile's `maxScore`; None where there is none that could be true."""
    stated = number(profile.get("maxScore")) if profile is not None else None
    return stated if stated is not None and stated >= 0 else None


def derived_maximum(control: Mapping[str, Any], expected: Decimal | None) -> Decimal | None:
    """The maximum that a score and its percentage imply, within what rounding allows.

    `expected` where it fits; else the one whole number that fits (several: only if it is hit exactly); else None.
    """
    score, percentage = number(control.get("score")), number(control.get("scoreInPercentage"))
    if score is None or percentage is None or score < 0 or percentage <= 0:
        return None
    points, part = Fraction(score), Fraction(percentage)
    low = 100 * max(Fraction(0), points - _rounding(score)) / (part + _rounding(percentage))
    narrowest = part - _rounding(percentage)
    high = 100 * (points + _rounding(score)) / narrowest if narrowest > 0 else None
    if expected is not None and expected > 0 and low <= expected and (high is None or expected <= high):
        return expected
    return _whole_number(100 * points / part, low, high)


def _whole_number(exact: Fraction, low: Fraction, high: Fraction | None) -> Decimal | None:
    nearest = round(exact)
    if nearest < 1 or nearest < low or (high is not None and nearest > high):
        return None
    alone = nearest - 1 < low and high is not None and nearest + 1 > high
    return Decimal(nearest) if alone or exact == nearest else None


def _rounding(written: Decimal) -> Fraction:
    """A unit of the last digit that Graph can be taken to have meant."""
    exponent = written.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    return min(_COARSEST, Fraction(1, 10 ** max(0, decimals)))


def portal_state(profile: Mapping[str, Any] | None, day: date) -> str | None:
    """The newest `controlStateUpdates` state dated up to the end of a UTC day (no date: since ever); else None."""
    updates = profile.get("controlStateUpdates") if profile is not None else None
    newest: tuple[datetime, str | None] | None = None
    for update in updates if isinstance(updates, list) else []:
        if not isinstance(update, dict):
            continue
        stated = update.get("updatedDateTime")
        at = SINCE_EVER if stated in (None, "") else instant(stated)
        if at is None or at.date() > day:
            continue
        if newest is None or at >= newest[0]:
            newest = (at, text(update.get("state")))
    return newest[1] if newest else None
