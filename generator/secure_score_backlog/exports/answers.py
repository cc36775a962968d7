# SPDX-License-Identifier: Apache-2.0
"""The answers to a questionnaire as a table, one row a question, and as plain data (docs/method.md#answers)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from secure_score_backlog.evaluation import answer_words as words
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.insurance import Answer, Answers, Insurance, Measured, OwnEvidence
from secure_score_backlog.evaluation.register import RegisterEntry, approver, shown_state
from secure_score_backlog.exports.tables import Cell, Column, Table, filled
from secure_score_backlog.git import Version
from secure_score_backlog.questionnaires.model import AnsweredBy, Level
from secure_score_backlog.snapshots.service_names import title_of
from secure_score_backlog.wording import sentence

Plain = dict[str, object]
Row = tuple[Facts, Answers, Answer]


def export_path(each: Answers) -> str:
    """Where the table of a questionnaire is, without suffix."""
    return f"downloads/answers-{each.name}"


def exception_words(entry: RegisterEntry, dated: Callable[[date], str] = date.isoformat) -> str:
    """One acceptance or exemption in a sentence, without what a person wrote about it."""
    kind = "accepted risk" if entry.decision.accepted else "exemption"
    commit = f", commit {entry.citation.commit}" if entry.citation else ""
    return (
        f"{title_of(entry.status.recommendation)} ({entry.status.id}): {kind} {words.force_of(entry, dated)}, owner "
        f"{entry.decision.owner}, approver {approver(entry)} ({entry.approval.how}){commit}"
    )


def evidence_words(each: OwnEvidence, dated: Callable[[date], str] = date.isoformat) -> str:
    """One piece of own evidence in sentences."""
    commit = f"commit {each.version.commit}" if each.version.committed else "not committed"
    until = f"{'Was valid' if each.expired else 'Valid'} until {dated(each.until)}"
    files = "".join(f"; {file.version.path} SHA-256 {file.digest}" for file in each.files)
    return (
        f"Statement of {each.by}, as of {dated(each.on)}: “{each.says}”. {sentence(each.shows)} "
        f"Scope: {sentence(each.scope)} {until}. Not verified. "
        f"({each.version.path}, {commit}, SHA-256 {each.digest}{files})"
    )


def numbers(each: Measured) -> str:
    """What was measured of one recommendation."""
    parts = (words.MEASURES[each.measure], words.measured_for(each), words.points_of(each))
    return f"{title_of(each.status.recommendation)} ({each.status.id}): {', '.join(part for part in parts if part)}"


def single(answer: Answer, name: str) -> Cell:
    """The numerator or denominator, where one recommendation answers the question and Microsoft counts it."""
    if len(answer.primary) != 1:
        return None
    cell: Cell = getattr(answer.primary[0], name)
    return cell


def denominators(answer: Answer) -> str:
    """Whose denominators the numbers have."""
    found = (f"{each.unit} {each.counted}".strip() for each in answer.primary if each.total is not None or each.unit)
    return "; ".join(dict.fromkeys(found))


def days(answer: Answer, name: str) -> Cell:
    """Days of the unbroken run; empty where there is none."""
    cell: Cell = getattr(answer.held, name) if answer.held else None
    return cell


def measured_points(answer: Answer, name: str) -> Cell:
    """Points of what answers a question; empty where nothing is measured."""
    cell: Cell = getattr(answer, name) if answer.primary else None
    return cell


ANSWERS: tuple[tuple[Column, Callable[[Row], Cell]], ...] = (
    (Column("questionnaire", "Questionnaire", 20), lambda r: r[1].title),
    (Column("id", "Id", 24), lambda r: r[2].question.id),
    (Column("heading", "Heading", 20), lambda r: r[2].question.heading),
    (Column("question", "Question", 60), lambda r: r[2].question.question),
    (Column("level", "Answer", 13), lambda r: r[2].level.value),
    (Column("reasons", "Why", 60), lambda r: words.reasons_of(r[2])),
    (Column("as_of", "As of", 11), lambda r: r[0].as_of),
    (Column("measured_on", "Measured on", 11), lambda r: r[0].snapshot.day if r[0].snapshot else None),
    (Column("done", "Numerator", 9), lambda r: single(r[2], "done")),
    (Column("total", "Denominator", 9), lambda r: single(r[2], "total")),
    (Column("counted", "Whose denominator", 40), lambda r: denominators(r[2])),
    (Column("points", "Points measured", 9), lambda r: measured_points(r[2], "points")),
    (Column("claimed", "Points self-attested", 9), lambda r: measured_points(r[2], "claimed")),
    (Column("maximum", "Maximum", 9), lambda r: measured_points(r[2], "maximum")),
    (Column("since", "In full since", 11), lambda r: days(r[2], "since")),
    (Column("before", "Last snapshot before that", 11), lambda r: days(r[2], "before")),
    (Column("days", "Days since then", 9), lambda r: days(r[2], "days")),
    (Column("observed", "Days observed", 9), lambda r: days(r[2], "observed")),
    (Column("backfilled", "Days with scores only", 9), lambda r: days(r[2], "filled")),
    (Column("partial", "Partial days", 9), lambda r: days(r[2], "partial")),
    (Column("first", "First in full", 11), lambda r: days(r[2], "first")),
    (Column("interrupted", "Days not in full after it", 9), lambda r: days(r[2], "interrupted")),
    (Column("missing", "Days without a snapshot", 9), lambda r: days(r[2], "missing")),
    (Column("open_since", "Open since", 11), lambda r: r[2].open_since),
    (Column("recommendations", "Recommendations", 60), lambda r: "; ".join(map(numbers, r[2].primary))),
    (Column("related", "Related recommendations", 60), lambda r: "; ".join(map(numbers, r[2].related))),
    (Column("exceptions", "Exceptions", 60), lambda r: "; ".join(map(exception_words, r[2].exceptions))),
    (Column("evidence", "Own evidence", 60), lambda r: "; ".join(map(evidence_words, r[2].evidence))),
    (Column("limits", "Not seen by Secure Score", 60), lambda r: r[2].question.limits),
    (Column("elsewhere", "Where else to look", 40), lambda r: "; ".join(r[2].question.elsewhere)),
    (Column("frameworks", "Frameworks", 40), lambda r: "; ".join(r[2].question.frameworks)),
    (Column("snapshot", "Snapshot", 32), lambda r: r[0].snapshot.path if r[0].snapshot else ""),
    (Column("commit", "Commit", 44), lambda r: r[0].insurance.stored.commit if r[0].insurance.stored else ""),
)
"""The columns, each with what it takes from an answer."""


def answers_table(facts: Facts, each: Answers) -> Table:
    """Every question of a questionnaire with its answer, in order."""
    return filled("Answers", ANSWERS, [(facts, each, answer) for answer in each.answers], facts)


def iso(day: date | None) -> str | None:
    """A day as JSON."""
    return day.isoformat() if day else None


def plain_insurance(found: Insurance) -> Plain:
    """Everything that insurers are told, as plain data; numbers are exact."""
    reported = found.reported
    return {
        "questionnaires": [plain_answers(each) for each in found.questionnaires],
        "evidence": [plain_evidence(each) for each in found.evidence],
        "reported": {
            "date": iso(reported.day),
            "current": reported.current,
            "max": reported.maximum,
            "percent": reported.percent,
            "claimed": reported.claimed,
            "all_tenants": reported.all_tenants,
            "similar": reported.similar,
            "before": iso(reported.before),
            "percent_before": reported.percent_before,
        }
        if reported
        else None,
        "stored": found.stored.commit if found.stored else None,
        "left_out": list(found.unreadable),
    }


def plain_answers(each: Answers) -> Plain:
    """One questionnaire with its answers."""
    return {
        "name": each.name,
        "title": each.title,
        "by": list(each.by),
        "commit": each.version.commit or None if each.version else None,
        "levels": {level.value: each.levels[level] for level in Level},
        "answers": [plain_answer(answer) for answer in each.answers],
    }


def plain_answer(answer: Answer) -> Plain:
    """One answer."""
    held = answer.held
    return {
        "id": answer.question.id,
        "question": answer.question.question,
        "level": answer.level.value,
        "reasons": [
            {
                "reason": each.reason.value,
                "recommendations": list(each.recommendations),
                "number": each.number or None,
                "words": words.sentence_of(each, answer),
            }
            for each in answer.because
        ],
        "answered_by": (answer.question.answered_by or AnsweredBy.RECOMMENDATIONS).value,
        "coverage": answer.question.coverage.value if answer.question.coverage else None,
        "primary": [plain_measured(each) for each in answer.primary],
        "related": [plain_measured(each) for each in answer.related],
        "points": answer.points,
        "claimed": answer.claimed,
        "maximum": answer.maximum,
        "held": {
            "since": iso(held.since),
            "before": iso(held.before),
            "days": held.days,
            "observed": held.observed,
            "backfilled": held.filled,
            "partial": held.partial,
            "missing": held.missing,
            "first": iso(held.first),
            "interrupted": held.interrupted,
        }
        if held
        else None,
        "open_since": iso(answer.open_since),
        "open_from_start": answer.open_from_start,
        "exceptions": [
            {
                "recommendation": entry.status.id,
                "kind": "accepted" if entry.decision.accepted else "covered",
                "state": shown_state(entry),
                "owner": entry.decision.owner,
                "approver": approver(entry),
                "approval": entry.approval.kind.value,
                "until": iso(entry.until),
                "commit": entry.citation.commit if entry.citation else None,
            }
            for entry in answer.exceptions
        ],
        "evidence": [each.name for each in answer.evidence],
    }


def plain_measured(each: Measured) -> Plain:
    """One recommendation that an answer rests on."""
    return {
        "recommendation": each.status.id,
        "measure": each.measure.value,
        "points": each.points,
        "maximum": each.maximum,
        "done": each.done,
        "total": each.total,
        "unit": each.unit or None,
        "held_since": iso(each.status.held_since),
        "open_since": iso(each.status.open_since),
    }


def plain_evidence(each: OwnEvidence) -> Plain:
    """One piece of own evidence."""
    return {
        "name": each.name,
        "questions": list(each.questions),
        "says": each.says.value,
        "by": each.by,
        "on": iso(each.on),
        "until": iso(each.until),
        "expired": each.expired,
        "shows": each.shows,
        "scope": each.scope,
        **plain_file(each.version, each.digest),
        "files": [plain_file(file.version, file.digest) for file in each.files],
        "changed": list(each.changed),
    }


def plain_file(version: Version, digest: str) -> Plain:
    """Where a file is, when the main branch got it, and the digest of its bytes."""
    return {
        "path": version.path,
        "commit": version.commit or None,
        "in_git_since": iso(version.at.date()) if version.committed else None,
        "sha256": digest,
    }
