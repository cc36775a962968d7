# SPDX-License-Identifier: Apache-2.0
"""The pull request of a monthly review in words: what has to be decided, the month in figures, the minutes.

Titles, questions and roles are other people's texts: they go through `reports.markdown`, and the minutes stand in code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.reminders import needing_new_decision
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.reports.markdown import code, inert
from secure_score_backlog.text import one_line
from secure_score_backlog.wording import badge_of, day, lower_first, month, percent, plural, points, signed_points

MARK = re.compile(r"<!-- backlog-review month=(?P<month>\d{4}-\d{2}) minutes=(?P<minutes>[0-9a-f]{40}|none) -->")
LARGEST_BODY = 60_000
"""Characters; GitHub takes 65,536."""
SIZES = ((30, 20_000), (10, 10_000), (3, 2_000), (0, 0))
"""Lines of one list and characters of the minutes that are shown: the first pair that fits."""
LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the text of the pull request is made from."""

    month: str
    facts: Facts
    days: str
    """On how many days there was a snapshot, as a sentence."""
    minutes_path: str
    """From the top of the repository."""
    minutes: str
    """The scaffold; empty where the minutes are written already."""
    blob: str
    """Git's id of the scaffold, by which a later run sees whether a person has changed it; empty for none."""
    branch: str
    edit: str = ""
    """The address of GitHub's editor for the minutes; empty where it is not known."""


def title_of(wanted: str) -> str:
    """The title of the pull request for a month."""
    return f"Review of {month(wanted)}"


def body_of(wanted: Wanted) -> str:
    """The text of the pull request. It begins with a mark that readers do not see."""
    mark = f"<!-- backlog-review month={wanted.month} minutes={wanted.blob or 'none'} -->"
    body = ""
    for most, size in SIZES:
        body = "\n".join((mark, *lines(wanted, most, size))) + "\n"
        if len(body) <= LARGEST_BODY:
            break
    return body


def lines(wanted: Wanted, most: int, size: int) -> Iterator[str]:
    """The text, line by line, with so many lines of a list and characters of the minutes at most."""
    facts = wanted.facts
    yield f"The facts of {month(wanted.month)} are as of {day(facts.as_of)}. {wanted.days}".rstrip()
    yield ""
    yield from steps(wanted)
    yield from listed("Decisions needed", list(needed(facts)), most)
    yield from listed("Decisions requested", list(requested(facts)), most)
    yield "### The month in figures"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for name, value in figures(facts):
        yield f"| {name} | {value} |"
    yield ""
    if wanted.minutes:
        text = wanted.minutes if len(wanted.minutes) <= size else f"{wanted.minutes[:size]}…"
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
        yield "<details><summary>The scaffold of the minutes</summary>"
        yield ""
        yield f"{fence}markdown"
        yield text.rstrip("\n")
        yield fence
        yield ""
        yield "</details>"
        yield ""
    yield (
        "<sub>Written by <code>backlog review --pull-request</code>, which renews this text and the facts until the "
        "pull request is merged or closed. Minutes that somebody has changed stay as they are.</sub>"
    )


def steps(wanted: Wanted) -> Iterator[str]:
    """What people do with the pull request."""
    where = f"[{wanted.minutes_path}]({wanted.edit})" if wanted.edit else code(wanted.minutes_path)
    if wanted.minutes or wanted.blob:
        yield f"1. Hold the review, and complete the minutes: {where} on the branch {code(wanted.branch)}."
    else:
        yield f"1. Hold the review. The minutes are written already: {where}."
    yield "2. Decide what is listed below, each in a pull request of its own."
    yield (
        "3. Have it approved, and merge it: that signs the facts. If no check has started here, press *Approve "
        "workflows to run*; it needs write access."
    )
    yield ""


def listed(title: str, found: list[str], most: int) -> Iterator[str]:
    """A list with its heading; says how many are left out."""
    yield f"### {title}"
    yield ""
    yield from (f"- {each}" for each in found[:most])
    if len(found) > most:
        yield f"- and {len(found) - most} more"
    if not found:
        yield "None."
    yield ""


def needed(facts: Facts) -> Iterator[str]:
    """What needs a new decision, and how much has none."""
    for status, state in needing_new_decision(facts, State.REGRESSED, State.OVERDUE):
        label = lower_first(badge_of(state).label)
        owner = inert(clipped(status.owner)) if status.owner else "no owner"
        yield f"**{label}**: {inert(clipped(status.title))} ({status.risk_word}, {owner})"
    undecided = facts.counts["undecided"]
    if undecided:
        without = plural(undecided, "recommendation has", "recommendations have")
        yield f"{without} no decision yet; `backlog triage` says what comes first"


def requested(facts: Facts) -> Iterator[str]:
    """Every question that somebody has to answer."""
    for _, ask in facts.asks:
        by = f", answer by {day(ask.by)}" if ask.by else ""
        recommended = f" Recommended: {inert(clipped(ask.recommend))}" if ask.recommend else ""
        yield f"{inert(clipped(ask.question))} ({inert(clipped(ask.of))}, since {day(ask.since)}{by}).{recommended}"


def figures(facts: Facts) -> Iterator[tuple[str, str]]:
    """The counts, and the score last."""
    counts = facts.counts
    named = {
        "undecided": "Undecided",
        "expired": "Expired",
        "breached": "Breached",
        "overdue": "Overdue",
        "expiring": "Expires soon",
        "carried": "Accepted risks",
    }
    for key, name in named.items():
        yield name, str(counts[key])
    yield "Completed in this month", str(len(facts.completed))
    yield "Lost points in this month", str(len(facts.regressed))
    if facts.score is not None:
        score = facts.score
        yield "Score", f"{points(score.current)} of {points(score.maximum)} ({percent(score.percent)})"
    if facts.movement is not None:
        yield f"Score since {day(facts.movement.start)}", signed_points(facts.movement.total_points)


def clipped(text: str) -> str:
    """A text on one line, of a length that a list can bear."""
    plain = one_line(text)
    return plain if len(plain) <= LONGEST_TEXT else f"{plain[: LONGEST_TEXT - 1]}…"
