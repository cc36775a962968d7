# SPDX-License-Identifier: Apache-2.0
"""What does not hold: decisions no longer in force, approvals that do not count, changes without an approval."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog import wording
from secure_score_backlog.evaluation.audit import Area, Audit, Kind
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import (
    approver,
    in_force,
    needing_decision,
    plans_needing_decision,
    shown_state,
)
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.evidence.blocks import Block, Line, Section, bullets, cell, paragraph, table, table_or
from secure_score_backlog.evidence.layout import DATA
from secure_score_backlog.evidence.report_values import (
    CHANGES,
    ENDED,
    OVERDUE,
    PORTAL,
    TEXTS,
    UNAPPROVED,
    UNDECIDED,
    WRITERS,
)
from secure_score_backlog.evidence.report_words import citation, cited, in_force_words, recommendation
from secure_score_backlog.exports.audit import in_reasons, owner_words, reasons_of
from secure_score_backlog.ratings import level_order
from secure_score_backlog.site.pages.evidence import RESULTS, signed_by_github, without_signature
from secure_score_backlog.site.words import amount, why_ended, why_regressed

NEED_DECISION = "In need of a new decision"
SHOWN_COMMITS = 25
"""Exceptions of the audit that are listed; the table in the pack has all."""


DIFFERS = (
    "A change counts as approved when any other person approved it, whatever that person’s role. An acceptance or "
    "exemption counts as approved only by the role that it names. These are two counts. Numbers of pull requests that "
    "are missing here belong to issues, and to pull requests that were closed without a merge or of another period."
)
"""What tells the two counts of approvals apart, and why numbers of pull requests have gaps."""


def exceptions(facts: Facts) -> Iterator[Section]:
    """Every kind of exception; one that does not occur says so."""
    intro = paragraph("What a reader has to know before relying on the records.")
    yield Section("Exceptions", (intro,))
    parts = (
        (NEED_DECISION, no_longer_in_force(facts), ENDED),
        ("In force without an approval that counts", unapproved(facts), UNAPPROVED),
        ("Planned changes that are overdue", overdue(facts), OVERDUE),
        ("Accepted or claimed in Microsoft’s portal only", in_portal_only(facts), PORTAL),
        ("Undecided", undecided(facts), UNDECIDED),
    )
    yield from (Section(title, (block,), 2, anchor=anchor) for title, block, anchor in parts)
    if facts.audit and facts.audit.total:
        yield Section("Who can change the records", tuple(writers(facts.audit)), 2, anchor=WRITERS)
        yield Section("Changes of the records", tuple(audited(facts.audit)), 2, anchor=CHANGES)


def no_longer_in_force(facts: Facts) -> Block:
    """Acceptances and exemptions that ended, and planned changes that regressed: what needs a new decision."""
    rows = [
        (
            each.status.risk_word,
            recommendation(each.status),
            (Line(wording.badge_of(shown_state(each)).label), Line(why_ended(each, facts), "fine")),
            each.decision.owner,
            cited(each),
        )
        for each in needing_decision((*facts.register, *facts.covered))
    ]
    rows += [
        (
            each.risk_word,
            recommendation(each),
            (Line(wording.badge_of(each.state).label), Line(why_regressed(each, facts), "fine")),
            each.owner,
            citation(each.versions[-1].version) if each.versions else cell("a planned change: ask to see it", "fine"),
        )
        for each in plans_needing_decision(facts.statuses.values())
    ]
    columns = (("Risk", 22), ("Recommendation", 64), ("State", 46), ("Owner", 38), ("Citation", 46))
    return table_or("", columns, rows, "Nothing that was decided needs a new decision.")


def unapproved(facts: Facts) -> Block:
    """Those in force for which no approval counts, with the reason."""
    rows = [
        (
            each.status.risk_word,
            recommendation(each.status),
            approver(each),
            (
                Line(capital(each.late_record or each.approval.words) or "No approval is known"),
                *((Line(capital(each.earlier_words), "fine"),) if each.earlier_words and not each.late_record else ()),
            ),
        )
        for each in in_force((*facts.register, *facts.covered))
        if not each.approval.recorded
    ]
    columns = (("Risk", 22), ("Recommendation", 72), ("Approver", 48), ("Why no approval counts", 74))
    return table_or("", columns, rows, "An approval is recorded for each acceptance and exemption in force.")


def overdue(facts: Facts) -> Block:
    """Planned changes whose last day has passed, the oldest first."""
    found = [(each.decision.due, each) for each in facts.in_state(State.OVERDUE) if each.decision and each.decision.due]
    rows = [
        (each.risk_word, recommendation(each), each.owner, wording.day(due))
        for due, each in sorted(found, key=lambda item: (item[0], item[1].id))
    ]
    columns = (("Risk", 22), ("Recommendation", 100), ("Owner", 52), ("Was due", 42))
    return table_or("", columns, rows, "No planned change is overdue.")


def in_portal_only(facts: Facts) -> Block:
    """What an administrator accepted or claimed without a decision in force."""
    rows = [(each.risk_word, recommendation(each), each.decision_word) for each in facts.shadow]
    columns = (("Risk", 22), ("Recommendation", 142), ("Decision on record", 52))
    return table_or("", columns, rows, "Nothing is accepted or claimed in the portal without a decision in force.")


def undecided(facts: Facts) -> Block:
    """What nobody has decided about, the highest risk first."""
    found = sorted(facts.in_state(State.UNDECIDED), key=lambda each: (level_order(each.level), each.id))
    rows = [(each.risk_word, recommendation(each), amount(each.observation)) for each in found]
    columns = (("Risk", 22), ("Recommendation", 142), ("Measured", 52))
    return table_or("", columns, rows, "Nothing is undecided.")


def settings_changed(found: Audit) -> Iterator[str]:
    """The changes of the settings, which say who may approve, each with how it passed."""
    for each in found.commits:
        if Area.SETTINGS in each.areas:
            request = f", pull request #{each.pull_request}" if each.pull_request else ""
            by = f", by {wording.joined(each.roles)}" if each.roles else ""
            passed = RESULTS[each.kind]
            yield f"{wording.day(each.at.date())}: commit {each.commit}{request}; {passed}{by}"


def writers(found: Audit) -> Iterator[Block]:
    """Who can change the records, as far as the records show it, and what only GitHub knows."""
    stored = found.counts.get(Kind.SNAPSHOT, 0)
    people, passed = found.total - stored, found.counts.get(Kind.APPROVED, 0)
    attested = found.counts.get(Kind.ATTESTED, 0)
    rest = f"; {wording.number(attested)} attested by a record on file" if attested else ""
    yield paragraph(TEXTS.writers)
    yield paragraph(
        f"What the records show of this period: {wording.count(stored, 'measurement')} committed by the account of a "
        f"program, in commits that change nothing else; {wording.count(people, 'other change')}, of which "
        f"{wording.number(passed) if passed else 'none'} passed with an approval by another person on GitHub{rest}."
    )
    changed = list(settings_changed(found))
    yield paragraph(
        "The settings say which accounts may approve for which role. "
        + ("They were changed in this period, as listed; ask what changed." if changed else "No change in this period.")
    )
    if changed:
        yield bullets(changed)
    yield bullets(TEXTS.questions)


def audited(found: Audit) -> Iterator[Block]:
    """The changes of the records by who approved them, and the newest without a known approval by another person."""
    asked = "GitHub was not asked who approved them; what is unknown does not pass."
    if found.asked_at:
        asked = "The approvals are those that GitHub recorded."
    elif found.without_github:
        asked = "There is no GitHub to ask who approved them; records on file are what is known."
    span = f"from {wording.day(found.start)} to {wording.day(found.end)} (UTC)"
    yield paragraph(f"Every change of the records {span}, each counted once. {asked} {DIFFERS}")
    counts = [(found.counts[kind], words) for kind, words in RESULTS.items() if found.counts.get(kind)]
    rows = [(wording.number(number), words) for number, words in (*counts, (found.total, "total"))]
    yield table("Changes of the records by result", (("Number", 22), ("Changes", 194)), rows)
    reasons = in_reasons(found)
    if reasons:
        yield paragraph(f"Without a known approval by another person: {reasons}.")
        yield from newest(found)
    changed = wording.number(found.forbidden) if found.forbidden else "none"
    yield paragraph(f"Stored measurements that were changed in a way that is not allowed: {changed}.")
    signed = (f"Signed by GitHub: {signed_by_github(found)}.", without_signature(found))
    yield paragraph(f"{' '.join(filter(None, signed))} VERIFY.md says how to check the commits in the pack.")
    known = found.approvals
    if known.all:
        said = in_force_words(known, "acceptance or exemption", "acceptances and exemptions")
        yield paragraph(f"{said} {owner_words(known.same, found)}.")


def newest(found: Audit) -> Iterator[Block]:
    """The newest changes without a known approval by another person."""
    listed = found.exceptions[:SHOWN_COMMITS]
    rows = [(wording.day(each.at.date()), cell(each.commit, "fine"), reasons_of(each)) for each in listed]
    columns = (("Day (UTC)", 42), ("Commit", 88), ("Reasons", 86))
    yield table("The newest changes without a known approval by another person", columns, rows)
    rest = len(found.exceptions) - len(listed)
    if rest > 0:
        yield paragraph(f"{wording.count(rest, 'older one')} in {DATA}audit.csv, which lists every change.")


def capital(text: str) -> str:
    """The same with a capital letter."""
    return text[:1].upper() + text[1:]
