# SPDX-License-Identifier: Apache-2.0
"""Answers in words: the same for pages, tables and JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from textwrap import shorten

from secure_score_backlog.evaluation.insurance import Answer, Because, Held, Measure, Measured, Reason
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry, needs_decision, shown_state
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State
from secure_score_backlog.git import Version
from secure_score_backlog.questionnaires.model import Level
from secure_score_backlog.snapshots.known import known_recommendations
from secure_score_backlog.snapshots.service_names import titled
from secure_score_backlog.wording import badge_of, count, day, joined, lower_first, number, point_count, points

LEVELS: Mapping[Level, str] = {
    Level.SUPPORTED: "Microsoft measures all that is asked in full, and nothing related is open.",
    Level.QUALIFIED: "What is measured is in full, and something limits the answer; the reasons say what.",
    Level.GAP: "Something that answers the question is not in full.",
    Level.NOT_MEASURED: "Nothing that is measured answers the question. This is no yes.",
}
"""What each level means."""
MOST_NAMED = 4
"""Recommendations that one reason names; the JSON of the answers has all."""


def _of(answer: Answer) -> str:
    """How many recommendations answer a question."""
    return f"{number(len(answer.primary))} {'recommendation' if len(answer.primary) == 1 else 'recommendations'}"


def _open(each: Because, answer: Answer) -> str:
    if len(answer.primary) == 1:
        return "The recommendation that answers it is not in full."
    verb = "is" if len(each.recommendations) == 1 else "are"
    return f"Of the {_of(answer)} that answer it, {number(len(each.recommendations))} {verb} not in full."


def _regressed(each: Because, answer: Answer) -> str:
    since = {one.status.id: one.status.open_since for one in answer.primary}
    named = "; ".join(f"{_titled([name])} (since {day(since[name])})" for name in each.recommendations[:MOST_NAMED])
    more = len(each.recommendations) - MOST_NAMED
    return f"Points lost since it was in full: {named}{f'; and {number(more)} more' if more > 0 else ''}."


def _related(each: Because, answer: Answer) -> str:
    many = len(each.recommendations)
    verb = "is" if many == 1 else "are"
    return f"Of {count(len(answer.related), 'related recommendation')}, {number(many)} {verb} open."


def _claimed(each: Because, _: Answer) -> str:
    many = count(len(each.recommendations), "recommendation")
    return f"Points of {many} are self-attested, not verified by Microsoft."


def _titled(ids: Sequence[str]) -> str:
    """Recommendations by title and id, as no page of theirs need exist; an id alone where no title is known."""
    known = known_recommendations()
    titles = {each: titled(known[each].title, known[each].service) for each in ids if each in known}
    return joined([f"“{titles[each]}”, {each}" if each in titles else each for each in ids])


def _some_titled(ids: Sequence[str]) -> str:
    """The first of some recommendations, and how many more there are."""
    if len(ids) <= MOST_NAMED:
        return _titled(ids)
    return f"{'; '.join(_titled([each]) for each in ids[:MOST_NAMED])}; and {number(len(ids) - MOST_NAMED)} more"


SENTENCES: Mapping[Reason, Callable[[Because, Answer], str]] = {
    Reason.NOT_COVERED: lambda _, __: "Not covered by Secure Score.",
    Reason.HINT: lambda _, __: "Secure Score measures only something near it, from which no answer follows.",
    Reason.NO_SCORE: lambda _, __: (
        "Nothing that would answer it has a score here: a licence is missing, the product is not in use, or the score "
        "is not stored."
    ),
    Reason.OPEN: _open,
    Reason.REGRESSED: _regressed,
    Reason.PART: lambda _, __: "Secure Score measures only a part of what is asked.",
    Reason.NO_SCORE_FOR: lambda each, _: (
        f"A part of it has no score here, and does not count as in place: {_titled(each.recommendations)}."
    ),
    Reason.CLAIMED: _claimed,
    Reason.CONFLICT: lambda each, _: (
        f"A decision says that {joined(each.recommendations)} does not apply, and Microsoft measures it as done."
    ),
    Reason.RELATED_OPEN: _related,
    Reason.OLD: lambda each, _: f"The newest snapshot is {count(each.number, 'day')} old.",
    Reason.EARLIER: lambda each, _: (
        f"The newest day holds no score of {_titled(each.recommendations)}; the last known one is used."
    ),
    Reason.PARTIAL_DAY: lambda _, __: "The newest snapshot holds only a part of what was measured on its day.",
    Reason.NOT_SYNCED: lambda each, _: (
        f"Microsoft based the score of {joined(each.recommendations)} on data that is older than usual."
    ),
    Reason.UNEXPLAINED: lambda _, __: "A part of the score has no recommendation behind it that is stored.",
    Reason.NO_SNAPSHOT: lambda _, __: "No snapshot is stored yet.",
    Reason.NO_DECISION: lambda _, __: "No decision is recorded yet, so nothing is known of accepted risks.",
    Reason.NEEDS_DECISION: lambda each, _: (
        f"{count(each.number, 'acceptance or exemption needs', 'acceptances and exemptions need')} a new decision."
    ),
    Reason.SHADOW: lambda each, _: (
        f"For {count(each.number, 'recommendation')}, the portal says that a risk is accepted or covered, and no "
        f"decision in force does: {_some_titled(each.recommendations)}."
    ),
    Reason.UNAPPROVED: lambda each, _: (
        f"Of those in force, {number(each.number)} {'has' if each.number == 1 else 'have'} no approval that counts."
    ),
    Reason.NOT_CITED: lambda _, __: "The decisions are not under version control, so their dates are unknown.",
}
"""Each reason as a sentence."""


def sentence_of(because: Because, answer: Answer) -> str:
    """One reason of an answer."""
    return SENTENCES[because.reason](because, answer)


def reasons_of(answer: Answer) -> str:
    """All reasons; where there is none, what the level means."""
    return " ".join(sentence_of(each, answer) for each in answer.because) or LEVELS[answer.level]


def measured_for(each: Measured) -> str:
    """For how many it is done: "247 of 258 users"; empty where Microsoft gives no number that is clear."""
    if each.done is None or each.total is None:
        return ""
    return f"{number(each.done)} of {number(each.total)} {each.unit}".rstrip()


def points_of(each: Measured) -> str:
    """Points of the maximum."""
    if each.maximum is None:
        return f"{point_count(each.points)}, maximum unknown"
    return f"{points(each.points)} of {point_count(each.maximum)}"


def figure_of(answer: Answer) -> str:
    """The answer's numbers in a few words; empty where nothing that answers it is measured."""
    if answer.level is Level.NOT_MEASURED or not answer.primary:
        return ""
    if len(answer.primary) == 1:
        only = answer.primary[0]
        return measured_for(only) or points_of(only)
    said = f"{number(answer.in_full)} of {number(len(answer.primary))} in full"
    worst = min((each for each in answer.primary if each.measure is Measure.OPEN), key=share_of, default=None)
    return f"{said}; at worst {measured_for(worst) or points_of(worst)}" if worst and answer.in_full else said


_CLAUSE = re.compile(r"(?<=\w{3})[.:](?=\s|$)")
"""The end of the first clause of a text; not of an abbreviation."""
_PAUSE = re.compile(r"[.,;:](?= )")
LEAST_OF_CLAUSE, LONGEST_CLAUSE = 30, 110
"""Characters of a limit in a table; all of it is beside the answer, or on the page that the row leads to."""


def shortened(text: str) -> str:
    """A text for a row of a table: of a long one the first clauses, so that no number is cut from its unit."""
    if len(text) <= LONGEST_CLAUSE:
        return text
    ends = [match.start() for match in _PAUSE.finditer(text, LEAST_OF_CLAUSE, LONGEST_CLAUSE)]
    return f"{text[: ends[-1]]} …" if ends else shorten(text, LONGEST_CLAUSE, placeholder=" …")


def limit_in_short(answer: Answer) -> str:
    """What is not seen of the question of an answer that rests on a part or on nothing, in a few words; else empty."""
    if not answer.in_part and answer.level is not Level.NOT_MEASURED:
        return ""
    said = _CLAUSE.split(answer.question.limits, maxsplit=1)[0].strip()
    if not said:
        return "a part is not measured" if answer.in_part else ""
    return f"not seen: {lower_first(shortened(said))}"


def reason_in_short(answer: Answer) -> str:
    """Why an answer goes no further, for a row of a table: what is not seen, else its first reason, if it has one."""
    found = limit_in_short(answer)
    return found or (lower_first(sentence_of(answer.because[0], answer)).rstrip(".") if answer.because else "")


def own_in_short(answer: Answer) -> str:
    """What own evidence shows, for a row of a table: the first words of it; empty without any that counts."""
    return shortened(answer.own.shows) if answer.own else ""


def share_of(each: Measured) -> Fraction:
    """How much of a recommendation is done, from 0 to 1: by what Microsoft counts, else by points."""
    if each.done is not None and each.total:
        return Fraction(each.done, each.total)
    return each.points / each.maximum if each.maximum else Fraction(0)


MEASURES: Mapping[Measure, str] = {
    Measure.FULL: "in full",
    Measure.CLAIMED: "self-attested",
    Measure.OPEN: "open",
    Measure.UNKNOWN: "maximum unknown",
}
"""What a measured recommendation says, within a sentence."""


PLANS = (State.PLANNED, State.BLOCKED, State.OVERDUE)
"""States of a recommendation that a decision plans to change."""


def since_of(held: Held) -> str:
    """The first day of the run, and what is known of the day before."""
    if held.before is None:
        return f"at least since {day(held.since)}, the first day that is stored of it"
    if (held.since - held.before).days > 1:
        return f"since {day(held.since)} at the latest (not yet on {day(held.before)}, the snapshot before)"
    return f"since {day(held.since)}"


def since_in_short(held: Held) -> str:
    """The same in a table: "15 August 2025 or earlier" where the day before it is not known."""
    known = held.before is not None and (held.since - held.before).days == 1
    return day(held.since) if known else f"{day(held.since)} or earlier"


def open_of(answer: Answer) -> str:
    """Since when something that answers it is open; empty where nothing is."""
    if answer.open_since is None:
        return ""
    first = " or earlier; nothing older is stored of it"
    return f"{day(answer.open_since)}{first}" if answer.open_from_start else day(answer.open_since)


def days_of(held: Held) -> str:
    """How much of the run was observed: "observed on 162 of 165 days; 2 backfilled, 1 without a snapshot"."""
    rest = (
        (held.filled, "with scores only (backfilled or imported)"),
        (held.partial, "partial"),
        (held.missing, "without a snapshot"),
    )
    more = ", ".join(f"{number(days)} {words}" for days, words in rest if days)
    said = f"observed on {number(held.observed)} of {count(held.days, 'day')}"
    return f"{said}; {more}" if more else said


def lapses_of(held: Held) -> str:
    """What was before the run, as a sentence; empty where all was never in full before it."""
    if held.first is None or held.before is None:
        return ""
    return (
        f"Before that, it was first in full on {day(held.first)}, and not in full on "
        f"{count(held.interrupted, 'later day')} with a snapshot, the last on {day(held.before)}."
    )


def plan_of(each: Measured) -> str:
    """What is decided about an open recommendation: "planned, last day 18 December 2026, owner Head of IT"."""
    status = each.status
    if each.measure is Measure.OPEN and status.state in NEEDS_NEW_DECISION:
        return f"{badge_of(status.state).label.lower()}, needs a new decision"
    if each.measure is not Measure.OPEN or status.state not in (*PLANS, State.UNDECIDED):
        return ""
    found = [badge_of(status.state).label.lower()]
    if status.decision and status.state in PLANS:
        due = status.decision.due
        found += [f"last day {day(due)}" if due else "no last day", f"owner {status.decision.owner}"]
    return ", ".join(found)


ENDED: Mapping[str, str] = {
    AcceptanceState.EXPIRED: "its last day was {until}",
    AcceptanceState.BREACHED: "breached, as it is worse than what was accepted until {until}",
    State.REGRESSED: "it ended when the recommendation was done, which has regressed since; last day would be {until}",
    State.CONFLICT: "Microsoft measures it as done; it was to last until {until}",
}
"""Why an acceptance or exemption is no longer in force, by the state that is shown."""


def force_of(entry: RegisterEntry, dated: Callable[[date], str] = day) -> str:
    """Until when an acceptance or exemption is in force, or that it no longer is, and why."""
    until = dated(entry.until)
    if needs_decision(entry):
        return f"no longer in force ({ENDED[shown_state(entry)].format(until=until)}), needs a new decision"
    return f"in force until {until}{' (expiring)' if entry.state is AcceptanceState.EXPIRING else ''}"


def exceptions_of(answer: Answer) -> str:
    """How many exceptions are in force, and how many no longer are; empty for none."""
    return in_force_and_ended(len(answer.in_force), len(answer.ended))


def in_force_and_ended(in_force: int, ended: int, one: str = "", many: str = "") -> str:
    """`3 in force, and 1 that is no longer`; with what is counted after the first number, where it is named."""
    found = in_force or ended
    what = f"\u00a0{one if found == 1 else many}" if one else ""
    if not in_force:
        return f"{number(ended)}{what} no longer in force" if ended else ""
    more = f", and {number(ended)} that {'is' if ended == 1 else 'are'} no longer" if ended else ""
    return f"{number(in_force)}{what} in force{more}"


NEAR = {
    "Measured": "Measured near it",
    "Self-attested": "Self-attested near it",
    "In full without a break": "In full near it, without a break",
    "Open since": "Open near it since",
}


def label_of(label: str, answer: Answer) -> str:
    """What a figure beside an answer is: where that is not measured, whatever has a score is only near the question."""
    return NEAR[label] if answer.level is Level.NOT_MEASURED else label


def citation_of(name: str, answer: Answer, as_of: str, stored: Version | None, path: str) -> str:
    """One line by which others can look an answer up.

    Args:
        name: The questionnaire's.
        answer: The answer.
        as_of: The day, YYYY-MM-DD.
        stored: The commit that brought the snapshot; None where it is not committed.
        path: The snapshot's file; empty without one.
    """
    level = answer.level.value.replace("-", " ")
    said = f"Answer to “{answer.question.question}” ({name}/{answer.question.id}): {level}, as of {as_of}"
    if not path:
        return f"{said}; no snapshot is stored."
    return f"{said}; measured in {path}, {f'commit {stored.commit}' if stored else 'not committed'}."
