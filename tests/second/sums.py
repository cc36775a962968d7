# SPDX-License-Identifier: Apache-2.0
"""Ledger and movement (docs/method.md#ledger, #movement), in fractions and in the order of the text.

Part of the second implementation: nothing here imports the product.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from tests.second.archive import Day, Seen

PARTS = ("improved", "regressed", "claimed", "rescored", "scope", "unexplained")
BAR = ("observed", "claimed", "do-now", "do-soon", "accept", "blocked", "not-applicable", "undecided", "unexplained")
Line = tuple[str, str]
"""Recommendation (empty: nobody's) and part."""


def ledger(day: Day, parts: dict[str, str]) -> dict[str, Fraction]:
    """The ledger; `parts` names the part for the unearned points of each recommendation."""
    bar = dict.fromkeys(BAR, Fraction(0))
    for name, seen in day.seen.items():
        bar["claimed" if seen.claimed else "observed"] += seen.points
        if seen.left:
            bar[parts[name]] += seen.left
    bar["unexplained"] = day.most - sum(bar.values())
    return bar


def moved(old: Seen | None, new: Seen | None) -> dict[str, Fraction]:
    """The points of one recommendation, by part."""
    if old is None or new is None:
        if new is None:
            return {"rescored": -old.points} if old else {}
        return {"claimed" if new.claimed else "rescored": new.points}
    change = new.points - old.points
    if old.most == 0 or new.most == 0:
        return {"rescored": change}
    if old.most is None or new.most is None:
        return {"improved" if change > 0 else "regressed": change}
    before, after = old.points / old.most, new.points / new.most
    found = {"rescored": before * (new.most - old.most)}
    rest = new.most * (after - before)
    if old.claimed != new.claimed:
        return {**found, "claimed": rest}
    grown = Fraction(0)
    partial = before > 0 or after < 1
    if partial and before != after and old.total and new.total and old.total > 0 and new.total > 0:
        grown = new.most * before * old.total * (1 / new.total - 1 / old.total)
        grown = min(max(grown, min(Fraction(0), rest)), max(Fraction(0), rest))
    return {**found, "scope": grown, "improved" if rest > 0 else "regressed": rest - grown}


def movement(old: Day, new: Day) -> tuple[dict[Line, Fraction], dict[Line, Fraction]]:
    """Points and percentage points, by line."""
    points: dict[Line, Fraction] = defaultdict(Fraction)
    percent: dict[Line, Fraction] = defaultdict(Fraction)
    known = old.most > 0 and new.most > 0
    inverse = (1 / old.most + 1 / new.most) / 2 if known else Fraction(0)
    weight = -100 * (old.current + new.current) / 2 / (old.most * new.most) if known else Fraction(0)
    explained = Fraction(0)
    for name in sorted({*old.seen, *new.seen}):
        before, after = old.seen.get(name), new.seen.get(name)
        for part, amount in moved(before, after).items():
            points[name, part] += amount
            percent[name, part] += 100 * amount * inverse
        most = [Fraction(0) if seen is None else seen.most for seen in (before, after)]
        if most[0] is not None and most[1] is not None:
            percent[name, "rescored"] += weight * (most[1] - most[0])
            explained += most[1] - most[0]
    rest = (new.current - old.current) - sum(points.values())
    points["", "unexplained"] += rest
    percent["", "unexplained"] += 100 * rest * inverse + weight * (new.most - old.most - explained)
    return points, percent


def by_part(lines: dict[Line, Fraction]) -> dict[str, Fraction]:
    """The sums of a movement, by part."""
    sums = {part: sum((v for (_, own), v in lines.items() if own == part), Fraction(0)) for part in PARTS}
    return {**sums, "total": sum(sums.values(), Fraction(0))}
