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
    in_order,
    mapping,
    number,
    scored_names,
    text,
)
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, is_complete, snapshot_path
from secure_score_backlog.text import shortened
from secure_score_backlog.wording import plural

KEPT_AS_IT_IS = (
    "Nothing has to be done: the day is stored as Microsoft gave it. Only if the Defender portal shows something else "
    "for days, report that to Microsoft."
)
STORED_AS_SAVED = (
    "Nothing has to be done, unless somebody edited or shortened the imported file. Then delete the stored day, save "
    "what Microsoft gives again, and import that."
)
ONE_COUNTS = "Nothing has to be done: of each of these one entry counts."
NO_ID = "Nothing has to be done: what has no id cannot be shown."
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
    """What to do where Graph was asked."""
    saved: str = STORED_AS_SAVED
    """What to do where saved files were imported."""


def problems(findings: Iterable[Finding], source: str = "graph") -> tuple[Problem, ...]:
    """Findings as problems, one for each kind, with hints for what the person did."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    found = (_problem(kind, source) for kind in by_code.values())
    return tuple(sorted(found, key=lambda problem: problem.order))


def _problem(kind: list[Finding], source: str) -> Problem:
    """One problem for one kind of finding: the newest in full, the other days counted."""
    first = max(kind, key=lambda finding: finding.day or date.max)
    others = sorted(finding.day for finding in kind if finding is not first and finding.day is not None)
    message = first.message
    if others:
        span = f"{others[0]} to {others[-1]}" if len(others) > 1 else str(others[0])
        message += f" The same on {plural(len(others), 'other day')} ({span})."
    undated_path = CATALOGUE_PATH if first.code.startswith("catalogue") else "snapshots"
    path = snapshot_path(first.day) if first.day else undated_path
    return problem(first.code, path, None, message, first.hint if source == "graph" else first.saved)


def some(names: Iterable[str]) -> str:
    """The first few names of many."""
    ordered = sorted(names)
    rest = len(ordered) - SHOWN
    return ", ".join(map(shortened, ordered[:SHOWN])) + (f" and {rest} more" if rest > 0 else "")


def undated(count: int, total: int) -> Finding:
    """Scores that no day can be read from."""
    message = (
        f"{count} of {plural(total, 'day')} came without a date that can be read (createdDateTime or id), and "
        f"{'was' if count == 1 else 'were'} left out."
    )
    hint = (
        "No day was stored. Save Microsoft’s answer again, with all its fields, and import that file."
        if count == total
        else "Nothing has to be done: without its date a day cannot be stored, and the others are taken."
    )
    return Finding("snapshot-undated", None, message, hint, hint)


def twice(day: date, count: int) -> Finding:
    """Several differing scores for one day."""
    message = (
        f"{day} came {count} times, each time different; the one with most detail was taken, of several the latest."
    )
    hint = "Nothing has to be done. If that day matters, compare it with Secure Score's history in the Defender portal."
    return Finding("snapshot-day-twice", day, message, hint, hint)


def left_out_as_future(days: Iterable[date], today: date) -> Finding:
    """Days that have not come yet, apart from the series of the others."""
    ahead = sorted(days)
    message = (
        f"{plural(len(ahead), 'day is', 'days are')} dated after today, which is {today} in UTC, and "
        f"{'was' if len(ahead) == 1 else 'were'} left out: {some(map(str, ahead))}."
    )
    hint = (
        f"Nothing has to be done if today is {today}: then Microsoft gave wrong dates, and the other days are taken. "
        "If it is not, set this machine's clock, and collect again."
    )
    saved = (
        f"Nothing has to be done if today is {today}: then the dates in the file are wrong, and the other days are "
        "taken. If it is not, set this machine's clock, and import again."
    )
    return Finding("snapshot-future", None, message, hint, saved)


def ahead_of_clock(newest: date, today: date) -> Finding:
    """A series of days that continues past this machine's clock."""
    message = f"The newest day is {newest}, but this machine's clock says {today}: the clock seems to be wrong."
    hint = (
        "Set the clock. The days were stored with their own dates; only the time at which they were collected "
        "(`collected.at`) is wrong."
    )
    return Finding("snapshot-ahead-of-clock", newest, message, hint, hint)


def stored_already(day: date) -> Finding:
    """A table about a day that has a snapshot."""
    message = f"{day} is stored already, so nothing was taken from the exported table."
    hint = (
        "Nothing has to be done, unless the table should replace what is stored. Then delete "
        f"{snapshot_path(day)}, and import the table again."
    )
    return Finding("import-day-stored", day, message, hint, hint)


def missing_at_once(before: Iterable[str], now: Iterable[str]) -> frozenset[str]:
    """The stored recommendations that a list lacks, where they are so many that it is more often a fault than a change.

    More than ten, and at least a tenth (docs/method.md#snapshots); none where they are fewer.
    """
    known = frozenset(before)
    present = {name.casefold() for name in now}
    left = frozenset(name for name in known if name.casefold() not in present)
    return left if len(left) > MANY and len(left) * 10 >= len(known) else frozenset()


def shrunk(before: Iterable[str], now: Iterable[str]) -> list[Finding]:
    """Many profiles are missing from Graph's answer at once; the stored list is as short now."""
    known = frozenset(before)
    left = missing_at_once(known, now)
    if not left:
        return []
    message = (
        f"Microsoft's catalogue no longer lists {len(left)} of {plural(len(known), 'stored recommendation')}: "
        f"{some(left)}. {CATALOGUE_PATH} holds the shorter one now."
    )
    hint = (
        "So many at once is most often a fault at Microsoft. Do not merge this before you know. For the maintainer: "
        f"put {CATALOGUE_PATH} back as it was, and collect again tomorrow (where it is not committed yet: `git "
        f"checkout -- {CATALOGUE_PATH}`, which drops what is not committed in that file)."
    )
    return [Finding("catalogue-shrank", None, message, hint)]


def shorter_list(left: Iterable[str], known: int) -> Finding:
    """A saved list lacks many of the stored recommendations, which stay."""
    missing = sorted(left)
    message = (
        f"The imported catalogue lacks {len(missing)} of {plural(known, 'stored recommendation')}, which "
        f"{'stays' if len(missing) == 1 else 'stay'} in {CATALOGUE_PATH}: {some(missing)}."
    )
    hint = (
        "Nothing has to be done: most often a page of it was not saved. What Microsoft has retired is removed by the "
        "next `backlog collect`."
    )
    return Finding("catalogue-shorter", None, message, hint, hint)


def catalogue_vanished(count: int) -> Finding:
    """Graph gave no profile at all where there were many."""
    message = (
        f"The catalogue came empty; {plural(count, 'recommendation')} that {'is' if count == 1 else 'are'} stored "
    )
    message += f"{'stays' if count == 1 else 'stay'}."
    hint = "Nothing has to be done today: most likely it is a fault at Microsoft, and the next collection asks again."
    saved = "Nothing has to be done: the file has the right form, but lists no recommendation."
    return Finding("catalogue-vanished", None, message, hint, saved)


def newest_incomplete(day: date, *, has_profiles: bool) -> Finding:
    """The newest day came without details, as an old one does, or without the profiles that complete it."""
    if has_profiles:
        message = f"The newest day, {day}, came without texts or counts, so it is stored with scores only."
        hint = (
            "Collect again later today: what then comes in full replaces it. From tomorrow on Microsoft gives no more "
            "of this day, and it stays as it is."
        )
        saved = (
            "Nothing has to be done: Microsoft gives texts and counts only on the day itself, and this file was saved "
            "later, or shortened. If you have one that was saved on that day, import it: it replaces this one."
        )
        return Finding("snapshot-newest-bare", day, message, hint, saved)
    message = (
        f"{day} came without a catalogue, so titles and most maxima are unknown, and it is stored as a partial day."
    )
    hint = "Collect again later today: what then comes in full replaces it."
    saved = (
        "Save the catalogue too (/security/secureScoreControlProfiles, where the scores are /security/secureScores), "
        "and import it: that completes the day."
    )
    return Finding("snapshot-no-catalogue", day, message, hint, saved)


def profiles_missing(day: date, names: Iterable[str], number_scored: int) -> Finding:
    """Scores came with a part of the profiles only."""
    missing = sorted(names)
    message = (
        f"{day} is stored as a partial day: the catalogue lacks {len(missing)} of "
        f"{plural(number_scored, 'scored recommendation')}, or their maximum: {some(missing)}."
    )
    hint = (
        "Save the rest of the catalogue too, and import it: that completes the day. It comes in pages: the address of "
        "the next page is at the beginning or end of a saved one, after `@odata.nextLink`."
    )
    return Finding("snapshot-profiles-missing", day, message, hint, hint)


def scores_missing(day: date, score: Json) -> Finding:
    """The recommendations of a day have much fewer points than its total: most of them are not there."""
    points = [value for control in controls(score) if (value := number(control.get("score"))) is not None]
    message = (
        f"{day} is stored as a partial day: the points of {plural(len(controls(score)), 'recommendation')} add up to "
        f"{_sum(points)}, but Microsoft's total is {number(score.get('currentScore'))}."
    )
    hint = (
        "Collect again later today: what then comes in full replaces it. Until then the other recommendations keep "
        "what was measured last."
    )
    saved = (
        "Save the scores of that day again, all of them, and import that: it replaces the partial day. Until then the "
        "other recommendations keep what was measured last."
    )
    return Finding("snapshot-scores-missing", day, message, hint, saved)


def differs(day: date, stored: Json, offered: Json, source: str = "Microsoft") -> list[Finding]:
    """A stored snapshot stays; where a later score of its day says something else, that is reported."""
    if stored["collected"].get("source") == "csv":
        comparable = _points_above_zero
    else:
        comparable = _figures if is_complete(stored) else _without_lifted_texts
    if comparable(stored["secureScore"]) == comparable(offered):
        return []
    before, after = (number(each.get("currentScore")) for each in (stored["secureScore"], offered))
    change = f" (a total of {after} instead of {before})" if None not in (before, after) and before != after else ""
    message = f"{source} says something else about {day} than the stored snapshot{change}; the stored one stays."
    hint = "Nothing has to be done: a snapshot is evidence and written once."
    saved = (
        "Nothing has to be done: a snapshot is evidence and written once. Only if you know that the stored one is "
        f"wrong, delete {snapshot_path(day)}, and import the file again."
    )
    return [Finding("snapshot-differs", day, message, hint, saved)]


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
    return {**score, "controlScores": in_order(lines, "controlName")}


def _without_lifted(control: Json) -> Json:
    return {key: value for key, value in control.items() if key not in {"description", "lastSynced"}}


def snapshot_findings(day: date, snapshot: Json, profiles: Mapping[str, Json] | None) -> list[Finding]:
    """The checks of one snapshot; `profiles` where they are of the same day."""
    score = snapshot["secureScore"]
    found = odd_controls(day, score)
    sums = [*_sum_of_points(day, score), *_sum_of_maxima(day, snapshot)]
    if any(finding.code == "snapshot-control-twice" for finding in found):  # which explains sums that differ
        sums = [finding for finding in sums if not finding.code.endswith("-differs")]
    found += sums
    if profiles is not None:
        found += _without_profile(day, score, profiles)
    return found


def odd_controls(day: date, score: Json) -> list[Finding]:
    """Scores without recommendations, without names, without points, and names that come twice."""
    items = score.get("controlScores")
    if not isinstance(items, list) or not items:
        return [Finding("snapshot-empty", day, f"No recommendation has a score on {day}.")]
    names = [control_name(item) for item in items]
    found = []
    unnamed = names.count("")
    if unnamed:
        which = "score does not say which recommendation it is", "scores do not say which recommendations they are"
        found.append(Finding("snapshot-unnamed", day, f"On {day}, {plural(unnamed, *which)} of."))
    repeated = {name for name, times in Counter(names).items() if name and times > 1}
    if repeated:
        what = plural(len(repeated), "recommendation has", "recommendations have")
        message = f"On {day}, {what} more than one score, so sums may differ from the totals: {some(repeated)}."
        found.append(Finding("snapshot-control-twice", day, message))
    silent = {name for item, name in zip(items, names, strict=True) if name and number(item.get("score")) is None}
    if silent:
        what = plural(len(silent), "recommendation has", "recommendations have")
        message = f"On {day}, {what} no points that can be read: {some(silent)}."
        found.append(Finding("snapshot-no-points", day, message))
    return found


def _sum_of_points(day: date, score: Json) -> list[Finding]:
    stated = number(score.get("currentScore"))
    points = [value for control in controls(score) if (value := number(control.get("score"))) is not None]
    if stated is None:
        return [Finding("snapshot-no-total", day, f"{day} has no total that can be read (currentScore).")]
    if not points or _close(points, stated):
        return []
    added = f"the points of {plural(len(points), 'recommendation')} add up to {_sum(points)}"
    message = f"On {day}, {added}, but Microsoft's total is {stated} (currentScore)."
    return [Finding("snapshot-sum-differs", day, message)]


def _sum_of_maxima(day: date, snapshot: Json) -> list[Finding]:
    stated = number(snapshot["secureScore"].get("maxScore"))
    maxima = [entry[0] for entry in snapshot["maximum"].values()]
    known = [value for value in maxima if value is not None]
    if stated is None:
        return [Finding("snapshot-no-maximum", day, f"{day} has no maximum that can be read (maxScore).")]
    unknown = len(maxima) - len(known)
    if not known or _close(known, stated) or (unknown and _sum(known) < stated):
        return []
    added = f"the maxima of {plural(len(known), 'recommendation')} add up to {_sum(known)}"
    message = f"On {day}, {added}, but Microsoft's maximum is {stated} (maxScore)."
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
    what = plural(len(missing), "recommendation has a score", "recommendations have a score")
    message = f"On {day}, {what}, and the catalogue lacks {'it' if len(missing) == 1 else 'them'}, so "
    message += f"{'its title is' if len(missing) == 1 else 'their titles are'} unknown: {some(missing)}."
    by_case = {name.lower(): name for name in profiles}
    renamed = {f"{name} (listed as {by_case[name.lower()]})" for name in missing if name.lower() in by_case}
    if renamed:
        message += f" Some differ in case only: {some(renamed)}."
    hint = "Nothing has to be done. Only if it stays for days, report it to Microsoft."
    saved = (
        "Nothing has to be done, unless a page of the catalogue (secureScoreControlProfiles) was not saved. Then save "
        "and import it too."
    )
    return [Finding("snapshot-no-profile", day, message, hint, saved)]


def catalogue_findings(profiles: Iterable[Any]) -> list[Finding]:
    """The checks of the catalogue."""
    ids = [text(mapping(profile).get("id")) for profile in profiles]
    found = []
    if "" in ids:
        what = plural(ids.count(""), "entry of the catalogue has", "entries of the catalogue have")
        found.append(Finding("catalogue-no-id", None, f"{what} no id.", NO_ID, NO_ID))
    repeated = {name for name, times in Counter(ids).items() if name and times > 1}
    if repeated:
        what = plural(len(repeated), "recommendation")
        message = f"The catalogue lists {what} more than once: {some(repeated)}."
        found.append(Finding("catalogue-id-twice", None, message, ONE_COUNTS, ONE_COUNTS))
    return found
