# SPDX-License-Identifier: Apache-2.0
"""What is odd about an answer: warnings, never a reason to drop anything (docs/method.md#snapshots).

The same oddity on many days is reported once, with its days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots.graph_json import (
    Json,
    control_name,
    controls,
    mapping,
    number,
    scored_names,
    sort_key,
    text,
)
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, is_complete, snapshot_path
from secure_score_backlog.wording import plural

KEPT_AS_IT_IS = (
    "Nothing has to be done: the file holds what Graph said. If it stays for days, compare the total with Secure Score "
    "in the Defender portal, and report a difference to Microsoft."
)
ONE_COUNTS = "Nothing has to be done: the file holds all that Graph said, and of each of these one entry counts."
SHOWN = 5
"""How many names a message lists."""
MANY = 10
"""Recommendations that may disappear in a day without a warning: Microsoft retires some twenty a year."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd about one day, or about the catalogue (no day)."""

    code: str
    day: date | None
    message: str
    hint: str = KEPT_AS_IT_IS


def problems(findings: Iterable[Finding]) -> tuple[Problem, ...]:
    """Findings as problems, one for each kind."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    return tuple(sorted((_problem(kind) for kind in by_code.values()), key=lambda problem: problem.order))


def _problem(kind: list[Finding]) -> Problem:
    """One problem for one kind of finding: the newest in full, the other days counted."""
    first = max(kind, key=lambda finding: finding.day or date.max)
    others = sorted(finding.day for finding in kind if finding is not first and finding.day is not None)
    message = first.message
    if others:
        span = f"{others[0]} to {others[-1]}" if len(others) > 1 else str(others[0])
        message += f" The same on {plural(len(others), 'other day')} ({span})."
    undated_path = CATALOGUE_PATH if first.code.startswith("catalogue") else "snapshots"
    path = snapshot_path(first.day) if first.day else undated_path
    return problem(first.code, path, None, message, first.hint)


def some(names: Iterable[str]) -> str:
    """The first few names of many."""
    ordered = sorted(names)
    rest = len(ordered) - SHOWN
    return ", ".join(ordered[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def undated(count: int, total: int) -> Finding:
    """Scores that no day can be read from."""
    message = f"Left out of {plural(total, 'score')}: {count} without a date that can be read (createdDateTime or id)."
    hint = "Nothing has to be done: the other scores are taken, and without its day nothing can be stored."
    return Finding("snapshot-undated", None, message, hint)


def twice(day: date, count: int) -> Finding:
    """Several differing scores for one day."""
    message = f"Graph gave {count} differing scores for {day}; the one with most detail, then the latest, was taken."
    hint = "Nothing has to be done. If that day matters, compare it with Secure Score's history in the Defender portal."
    return Finding("snapshot-day-twice", day, message, hint)


def left_out_as_future(days: Iterable[date], today: date) -> Finding:
    """Days that have not come yet, apart from the series of the others."""
    ahead = sorted(days)
    message = f"Left out: {plural(len(ahead), 'score')} dated {some(map(str, ahead))}, though today is {today}."
    hint = (
        "The other scores are taken. Check this machine's clock: if it was wrong, set it and run it again; if it is "
        "right, Microsoft gave a wrong date and nothing has to be done."
    )
    return Finding("snapshot-future", None, message, hint)


def ahead_of_clock(newest: date, today: date) -> Finding:
    """A series of days that continues past this machine's clock."""
    message = f"The newest score is of {newest}, but this machine's clock says {today}: the clock seems to be wrong."
    hint = (
        "Set the clock, as `collected.at` is taken from it; the days are Microsoft's own and were stored as they are."
    )
    return Finding("snapshot-ahead-of-clock", newest, message, hint)


def stored_already(day: date) -> Finding:
    """A table about a day that has a snapshot."""
    message = f"{day} is stored already, so nothing was taken from the exported table."
    hint = "Nothing has to be done. Keep the stored snapshot: it has more detail, or was stored first."
    return Finding("import-day-stored", day, message, hint)


def shrunk(before: Iterable[str], now: Iterable[str], source: str = "Graph") -> list[Finding]:
    """Many profiles are missing at once, which is more often a fault than a change by Microsoft."""
    known = set(before)
    present = {name.casefold() for name in now}
    left = {name for name in known if name.casefold() not in present}
    if len(left) <= MANY or len(left) * 10 < len(known):
        return []
    message = (
        f"{source} no longer lists {len(left)} of {plural(len(known), 'recommendation')} stored: {some(left)}. "
        f"{CATALOGUE_PATH} holds the shorter list now."
    )
    repair = (
        "collect again tomorrow" if source == "Graph" else "import all pages of secureScoreControlProfiles together"
    )
    hint = (
        "So many at once is most often a fault at Microsoft or a missing page. If so, before you commit: put the list "
        f"back (git checkout -- {CATALOGUE_PATH}, which drops what is not committed in that file), then {repair}."
    )
    return [Finding("catalogue-shrank", None, message, hint)]


def catalogue_vanished(count: int) -> Finding:
    """Graph gave no profile at all where there were many."""
    message = (
        f"Graph gave no recommendation profiles (titles and texts), though {count} are stored; the stored ones stay."
    )
    return Finding("catalogue-vanished", None, message, "Most likely a fault at Microsoft: run it again tomorrow.")


def newest_incomplete(day: date, *, has_profiles: bool) -> Finding:
    """The newest day came without details, as an old one does, or without the profiles that complete it."""
    if has_profiles:
        message = f"Graph gave its newest day, {day}, without texts or counts, so it is stored as incomplete."
        hint = (
            "What Graph gave is stored. To get the rest, run it again later today: once Graph has a newer day, this "
            "one stays incomplete, without its texts and, where they are missing, without points by recommendation."
        )
        return Finding("snapshot-newest-bare", day, message, hint)
    message = f"There are no recommendation profiles for {day}, so it is stored as incomplete: most maxima are unknown."
    hint = (
        "Import secureScoreControlProfiles (titles, texts and maxima) together with the scores; that completes the day."
    )
    return Finding("snapshot-no-catalogue", day, message, hint)


def differs(day: date, stored: Json, offered: Json, source: str = "Graph") -> list[Finding]:
    """A stored snapshot stays; where a later score of its day says something else, that is reported."""
    if stored["collected"].get("source") == "csv":
        comparable = _points_above_zero
    else:
        comparable = _figures if is_complete(stored) else _without_lifted_texts
    if comparable(stored["secureScore"]) == comparable(offered):
        return []
    before, after = (number(each.get("currentScore")) for each in (stored["secureScore"], offered))
    change = f" (current score {before} then, {after} now)" if None not in (before, after) and before != after else ""
    message = f"{source} now describes {day} differently from the stored snapshot{change}; the stored one stays."
    hint = "Nothing has to be done: a snapshot is evidence and written once. The portal shows today's view."
    return [Finding("snapshot-differs", day, message, hint)]


def _figures(score: Json) -> Any:
    """The figures of a score: what a complete and an incomplete copy of one day have in common."""
    points = [(control_name(control), number(control.get("score"))) for control in controls(score)]
    return number(score.get("currentScore")), number(score.get("maxScore")), sorted(points, key=str)


def _points_above_zero(score: Json) -> Any:
    """Points above zero by recommendation: what an exported table and Graph's copy of a day have in common."""
    points = [(control_name(control), number(control.get("score"))) for control in controls(score)]
    return sorted((name, value) for name, value in points if value)


def _without_lifted_texts(score: Json) -> Any:
    """A score without the texts that may have been lifted out of it, its controls in order."""
    items = score.get("controlScores")
    if not isinstance(items, list):
        return score
    lines = [_without_lifted(item) if isinstance(item, dict) else item for item in items]
    return {**score, "controlScores": sorted(lines, key=lambda line: sort_key(line, "controlName"))}


def _without_lifted(control: Json) -> Json:
    return {key: value for key, value in control.items() if key not in {"description", "lastSynced"}}


def snapshot_findings(day: date, snapshot: Json, profiles: Mapping[str, Json] | None) -> list[Finding]:
    """The checks of one snapshot; `profiles` where they are of the same day."""
    score = snapshot["secureScore"]
    found = _odd_controls(day, score)
    sums = [*_sum_of_points(day, score), *_sum_of_maxima(day, snapshot)]
    if any(finding.code == "snapshot-control-twice" for finding in found):  # which explains sums that differ
        sums = [finding for finding in sums if not finding.code.endswith("-differs")]
    found += sums
    if profiles is not None:
        found += _without_profile(day, score, profiles)
    return found


def _odd_controls(day: date, score: Json) -> list[Finding]:
    items = score.get("controlScores")
    if not isinstance(items, list) or not items:
        return [Finding("snapshot-empty", day, f"Graph scored no recommendation on {day}.")]
    names = [control_name(item) for item in items]
    found = []
    unnamed = names.count("")
    if unnamed:
        found.append(Finding("snapshot-unnamed", day, f"On {day}, {plural(unnamed, 'score')} without a name."))
    repeated = {name for name, times in Counter(names).items() if name and times > 1}
    if repeated:
        what = f"{plural(len(repeated), 'recommendation')} more than once: {some(repeated)}"
        message = f"On {day}, Graph scored {what}; sums may differ from its totals."
        found.append(Finding("snapshot-control-twice", day, message))
    silent = {name for item, name in zip(items, names, strict=True) if name and number(item.get("score")) is None}
    if silent:
        found.append(Finding("snapshot-no-points", day, f"Without readable points on {day}: {some(silent)}."))
    return found


def _sum_of_points(day: date, score: Json) -> list[Finding]:
    stated = number(score.get("currentScore"))
    points = [value for control in controls(score) if (value := number(control.get("score"))) is not None]
    if stated is None:
        return [Finding("snapshot-no-total", day, f"Graph gave no readable currentScore for {day}.")]
    if not points or _close(points, stated):
        return []
    added = f"the points of {plural(len(points), 'recommendation')} add up to {_sum(points)}"
    message = f"On {day}, {added}, but Graph's currentScore is {stated}."
    return [Finding("snapshot-sum-differs", day, message)]


def _sum_of_maxima(day: date, snapshot: Json) -> list[Finding]:
    stated = number(snapshot["secureScore"].get("maxScore"))
    maxima = [entry[0] for entry in snapshot["maximum"].values()]
    known = [value for value in maxima if value is not None]
    if stated is None:
        return [Finding("snapshot-no-maximum", day, f"Graph gave no readable maxScore for {day}.")]
    unknown = len(maxima) - len(known)
    if not known or _close(known, stated) or (unknown and _sum(known) < stated):
        return []
    added = f"the maxima of {plural(len(known), 'recommendation')} add up to {_sum(known)}"
    message = f"On {day}, {added}, but Graph's maxScore is {stated}."
    return [Finding("snapshot-maximum-differs", day, message)]


def _sum(values: list[Decimal]) -> Decimal:
    return sum(values, Decimal(0))


def _close(values: list[Decimal], stated: Decimal) -> bool:
    """Equal within the rounding of Graph's two decimals."""
    rounded = sum(1 for value in [*values, stated] if value != value.to_integral_value())
    return abs(sum(map(Fraction, values), Fraction(0)) - Fraction(stated)) <= Fraction(rounded, 200)


def _without_profile(day: date, score: Json, profiles: Mapping[str, Json]) -> list[Finding]:
    missing = scored_names(score) - profiles.keys()
    if not missing:
        return []
    have = "has" if len(missing) == 1 else "have"
    what = f"{plural(len(missing), 'recommendation')} {have} no title yet"
    message = f"On {day}, {what}, because there is no profile: {some(missing)}."
    by_case = {name.lower(): name for name in profiles}
    renamed = {f"{name} (profile {by_case[name.lower()]})" for name in missing if name.lower() in by_case}
    if renamed:
        message += f" Some differ in case only: {some(renamed)}."
    hint = (
        "Nothing has to be done unless it stays for days: then report it to Microsoft. "
        "Where files were imported, a page of secureScoreControlProfiles (the titles) may be missing."
    )
    return [Finding("snapshot-no-profile", day, message, hint)]


def catalogue_findings(profiles: Iterable[Any]) -> list[Finding]:
    """The checks of the catalogue."""
    ids = [text(mapping(profile).get("id")) for profile in profiles]
    found = []
    if "" in ids:
        found.append(Finding("catalogue-no-id", None, f"{plural(ids.count(''), 'profile')} without an id."))
    repeated = {name for name, times in Counter(ids).items() if name and times > 1}
    if repeated:
        found.append(Finding("catalogue-id-twice", None, f"Graph lists more than once: {some(repeated)}.", ONE_COUNTS))
    return found
