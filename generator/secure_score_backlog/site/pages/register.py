# SPDX-License-Identifier: Apache-2.0
"""The risk register: accepted risks and exemptions in force, those that need a new decision, and those that ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from secure_score_backlog.evaluation.approval import ApprovalKind
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import (
    AcceptanceState,
    RegisterEntry,
    approver,
    by_approval,
    by_approver,
    citation,
    in_force,
    needing_decision,
    needs_decision,
    number_in_words,
    reason,
    state_on_pages,
)
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import LEVELS
from secure_score_backlog.site.links import Site, slugs
from secure_score_backlog.site.pages.board import Filter, labels_of
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import why_ended
from secure_score_backlog.wording import APPROVALS, badge_of, count, joined, number

PATH = "register.md"
TITLE = "Risk register"
COLUMNS = ("Risk", "Recommendation", "Owner", "State", "Date", "Points", "Approver", "Citation")
EXEMPTIONS = "Not applicable, or covered by another control"
BOOST = 30
"""So that the search lists it before topics that merely have the word."""
PAST_SHOWN = 60
"""Entries that a later decision ended, so that the page does not grow from year to year; the downloads hold all."""
CAPITALISED = {kind: words[:1].upper() + words[1:] for kind, words in APPROVALS.items()}
"""How an approval is known, as a label."""
MOST_APPROVERS = 8
"""Roles that the first table has a row for, of accepted risks and of exemptions each; the last row holds all others."""
PROOF = {
    ApprovalKind.APPROVED: "by the role’s account",
    ApprovalKind.ATTESTED: "stated, with a record",
    ApprovalKind.NAMED: "no approval that counts",
}
"""What shows an approval, by the way in which it is known: the columns of that table."""
UNSIGNED = "no commit is signed"
ENDED_AUTOMATICALLY = (AcceptanceState.MOOT, AcceptanceState.ORPHAN)


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who approved what is in force, in numbers: the table that registers and the insurers' summary begin with."""

    groups: tuple[tuple[str, str, tuple[RegisterEntry, ...], tuple[tuple[str, list[RegisterEntry]], ...]], ...]
    """What is counted, what the word means, all entries, and those of each role."""
    proof: dict[ApprovalKind, str]
    """What shows an approval; not on GitHub where there is none."""
    said: str
    """The numbers as a sentence without a full stop; empty where nothing is in force."""
    limits: str
    """What the proof does not show; empty where nothing is known of it."""
    never: str
    """How many never had an approval that counts, as a sentence; empty for none."""

    @property
    def table(self) -> list[tuple[str, str, bool, list[str]]]:
        """Each row: its name, what that means, whether it is a total, and its numbers; the last one is their sum."""
        found = []
        for name, meaning, entries, rows in self.groups:
            found.append((name, meaning, True, self.cells(entries)))
            found += [(role, "", False, self.cells(those)) for role, those in rows]
        return found

    def cells(self, entries: Iterable[RegisterEntry]) -> list[str]:
        """The numbers of a row: by the way in which the approval is known, and of all."""
        listed = list(entries)
        ways = [[entry for entry in listed if entry.approval.kind is kind] for kind in self.proof]
        return [number_in_words(those) for those in (*ways, listed)]


def approvers(facts: Facts) -> Approvers:
    """Who approved what is in force."""
    accepted, covered = in_force(facts.register), in_force(facts.covered)
    counted = (
        ("All accepted risks", "", accepted),
        ("All exemptions", "not applicable, or covered", covered),
    )
    unasked = ApprovalKind.APPROVED if facts.approvals.without_github else None
    return Approvers(
        tuple(
            (name, meaning, tuple(entries), tuple(by_approver(entries, MOST_APPROVERS)))
            for name, meaning, entries in counted
            if entries
        ),
        {kind: said for kind, said in PROOF.items() if kind is not unasked},
        in_force_in_words(len(accepted), len(covered), facts.approvals.named),
        limits_of_proof(facts),
        never_approved([*accepted, *covered]),
    )


def in_force_in_words(accepted: int, covered: int, named: int) -> str:
    """`11 accepted risks and 4 exemptions are in force; 7 of these 15 have no approval that counts`; empty for none."""
    every = accepted + covered
    found = joined([count(many, one) for many, one in ((accepted, "accepted risk"), (covered, "exemption")) if many])
    if every <= 1:
        return f"{found} is in force, with{'out' if named else ''} an approval that counts" if every else ""
    if named in (0, every):
        return f"{found} are in force; {'none' if named else 'each'} has an approval that counts"
    which = f"these {number(every)}" if accepted and covered else "them"
    lacking = f"{number(named)} of {which} {'has' if named == 1 else 'have'}"
    return f"{found} are in force; {lacking} no approval that counts"


def limits_of_proof(facts: Facts) -> str:
    """What is not proven of the approvals, as the end of a sentence; empty where nothing is known of it."""
    counts, said = facts.approvals, []
    signatures = facts.audit.signatures if facts.audit else {}
    if signatures:
        commits, signed = sum(signatures.values()), sum(signatures.values()) - signatures.get("none", 0)
        verb = "is" if signed == 1 else "are"
        unverified = f"{number(signed)} of {count(commits, 'commit')} {verb} signed, not verified here"
        said.append(unverified if signed else UNSIGNED)
    if counts.approved and said == [UNSIGNED]:
        said = [f"{UNSIGNED}, so approvals and merges rest on a stored copy of GitHub’s answers"]
    elif counts.approved:
        said.append("approvals on GitHub are a stored copy of its answers")
    elif not counts.asked and not counts.without_github:
        said.append("GitHub was not asked who approved")
    if counts.of_records:
        said.append(f"outside GitHub: {counts.of_records}")
    return "; ".join(said)


def never_approved(entries: Iterable[RegisterEntry]) -> str:
    """How many of those that are only named never had an approval that counts, in no version."""
    named = [entry for entry in entries if entry.approval.kind is ApprovalKind.NAMED]
    never = sum(1 for entry in named if entry.known_unapproved)
    if not never:
        return ""
    if len(named) == 1:
        return "The one that is only named never had an approval that counts."
    return f"Of the {number(len(named))} only named, {number(never)} never had an approval that counts."


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The risk register."""
    both = (*facts.register, *facts.covered)
    accepted = in_force(facts.register)
    controlled = [entry for entry in accepted if entry.decision.accepted and entry.decision.accepted.compensating]
    body = render(
        "register.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        accepted=accepted,
        accepted_points=sum((entry.points for entry in accepted), Fraction(0)),
        controls=len(controlled),
        unproven=sum(1 for entry in controlled if not entry.decision.proof),
        covered=in_force(facts.covered),
        need_decision=needing_decision(both),
        approved=who_approved(facts),
        anchors=anchors(facts),
        approvers=approvers(facts),
        ended_automatically=ended_automatically(facts),
        approver=approver,
        citation=citation,
        columns=COLUMNS,
        past_shown=PAST_SHOWN,
        filters=filters([*both, *facts.past]),
        reason=reason,
        why_ended=why_ended,
        has_git=facts.decisions.has_git,
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Accepted risks: why, approved by whom, until when.",
        hide=("navigation", "toc"),
        boost=BOOST,
    )


def who_approved(facts: Facts) -> list[tuple[str, str, list[tuple[str, list[RegisterEntry]]]]]:
    """The lists of what is in force by how its approval is known: heading, name of the first column, entries."""
    return [
        ("Accepted risks", "Accepted risk", by_approval(in_force(facts.register))),
        (EXEMPTIONS, "Exemption", by_approval(in_force(facts.covered))),
    ]


def ended_automatically(facts: Facts) -> list[RegisterEntry]:
    """What is no longer in force because it was done since, or Microsoft retired it."""
    both = (*facts.register, *facts.covered)
    return [entry for entry in both if entry.state in ENDED_AUTOMATICALLY and not needs_decision(entry)]


def anchors(facts: Facts) -> dict[str, str]:
    """The place of the row of each current acceptance and exemption on this page, by id."""
    found = slugs(entry.status.id for entry in (*facts.register, *facts.covered))
    return {name: f"entry-{place}" for name, place in found.items()}


def filters(entries: list[RegisterEntry]) -> list[Filter]:
    """The values that occur, in order; a filter with one value would change nothing."""
    levels = {entry.status.risk_word for entry in entries}
    kinds = {entry.approval.kind.value for entry in entries}
    states = {label.lower(): label for label in (badge_of(state_on_pages(entry)).label for entry in entries)}
    found = (
        Filter("state", "State", tuple(sorted(states)), states),
        Filter("risk", "Risk", tuple(level for level in LEVELS if level in levels), labels_of(LEVELS)),
        Filter("owner", "Owner", tuple(sorted({entry.decision.owner for entry in entries})), folded=True),
        Filter("approver", "Approver", tuple(sorted({approver(entry) for entry in entries} - {""})), folded=True),
        Filter("approval", "Approval", tuple(kind for kind in APPROVALS if kind in kinds), CAPITALISED, folded=True),
    )
    return [item for item in found if len(item.values) > 1]
