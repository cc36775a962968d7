# SPDX-License-Identifier: Apache-2.0
"""Home: what leadership is asked in few words, what is overdue, and what was accepted in its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from secure_score_backlog.decisions.model import Ask, Attestation, Bucket, CoverReason, Decision
from secure_score_backlog.evaluation.approval import Approval, ApprovalKind, Reason
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.ratings import Risk
from secure_score_backlog.site.pages import home
from tests.support.pages import Read, evaluated
from tests.support.tenants import acceptance, cover, day, decision, history, versions, workspace

RISK = "A stolen password works."
ASKED = Ask("Board", day(1), "Do we buy it?", day(20), asked_by="Head of IT", cost="9 EUR", default="It waits.")


def facts_of(*decisions: Decision, on: int = 6) -> Facts:
    """A tenant that measures what is decided as open, and `Clash` as done."""
    open_ones = {each.recommendation: (0, 4) for each in decisions}
    measured = [{**open_ones, "Clash": (4, 4)}] * on
    known = {each.recommendation: versions((2, each)) for each in decisions}
    return evaluated(workspace(history(*measured), known), day(on))


def test_a_request_is_said_in_few_words() -> None:
    """The question, who asks, the cost and what follows: neither the risk nor the owner, which its page says."""
    page = Read(facts_of(decision("A", reduces=RISK, owner="Admin", asks=(ASKED,))), home.documents)
    (row,) = [row for row in page.rows("decisions-needed") if "Do we buy it?" in row]
    assert "Head of IT asks" in row
    assert "It waits." in row
    assert RISK not in row
    assert "Admin" not in row
    way = '<b>To propose or approve a decision</b>: <a href="deciding.html">each step</a>'
    assert way in page.raw("decisions-needed")


def test_what_is_no_longer_in_force_is_overdue_since_a_day() -> None:
    """A conflict since the decision that it contradicts, where that came later; the same day in the JSON."""
    clash = decision("Clash", Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE))
    facts = facts_of(clash)
    assert "overdue since 2 October 2026" in Read(facts, home.documents).sections["decisions-needed"]
    (item,) = plain_facts(facts)["decisions_needed"]
    assert (item["kind"], item["by"], item["since"]) == ("conflict", None, "2026-10-02")


@pytest.mark.parametrize("late", [True, False])
def test_who_is_asked_reads_whether_that_is_overdue(late: bool) -> None:
    """Beside something else that is overdue."""
    ask = replace(ASKED, by=day(5) if late else day(60))
    clash = decision("Clash", Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE))
    said = Read(facts_of(decision("A", owner="Admin", asks=(ask,)), clash), home.documents).text
    assert "2 decisions needed , 1 from" in said.replace("\u00a0", " ")
    assert ("none from Board" in said) is not late


@pytest.mark.parametrize("decided", [True, False])
def test_what_is_overdue_is_told_apart_and_adds_up(decided: bool) -> None:
    """Decisions and changes that need none; the review of the month is one click away."""
    ask = replace(ASKED, by=day(5) if decided else day(60))
    late = decision("Late", due=day(3))
    page = Read(facts_of(decision("A", owner="Admin", due=day(90), asks=(ask,)), late), home.documents)
    told = "2 overdue (1 of these decisions and 1 change)" if decided else "; 1 change overdue."
    assert told in page.text.replace("\u00a0", " ")
    assert 'href="reviews/2026-10.html">Review of October 2026</a>' in page.source


def test_the_worst_of_all_that_is_overdue_is_named() -> None:
    """By risk, then by day, whatever it is and whoever has to act; the rest is counted, as in the JSON."""
    board = decision("Board", owner="Admin", due=day(90), asks=(replace(ASKED, by=day(4)),), risk=Risk.HIGH)
    clash = decision("Clash", Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE), risk=Risk.LOW)
    changes = [
        decision(name, due=day(on), risk=risk)
        for name, on, risk in (("New", 3, Risk.HIGH), ("Old", 2, Risk.HIGH), ("Top", 5, Risk.CRITICAL))
    ]
    facts = facts_of(board, clash, *changes)
    assert plain_facts(facts)["late"] == 5
    said = Read(facts, home.documents).text.replace("\u00a0", " ")
    assert said.index("5 overdue , worst first: risk: Critical") < said.index("Top since 5 October 2026")
    assert said.index("Old since 2 October 2026") < said.index("New since 3 October 2026")
    assert "New since 3 October 2026; all 5: This week ." in said
    few = Read(facts_of(board, clash), home.documents).text.replace("\u00a0", " ")
    assert "Do we buy it? answer due on 4 October 2026" in few
    assert "Clash in conflict since 2 October 2026." in few
    assert "all 2" not in few


def test_what_every_table_shows_is_not_named_again() -> None:
    """Where the only thing that is overdue is what leadership is asked, or no decision of others is folded."""
    board = decision("Board", owner="Admin", due=day(90), asks=(replace(ASKED, by=day(4)),))
    other = Ask("Admin", day(1), "Do we test it?", day(20))
    clash = decision("Clash", Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE))
    for shown in ([board, decision("A", owner="Admin", due=day(90), asks=(other,))], [clash]):
        page = Read(facts_of(*shown), home.documents)
        assert "1 overdue" in page.text or "all overdue" in page.text
        assert "<b>1&nbsp;overdue</b>" not in page.source


def test_nothing_asked_has_no_table() -> None:
    """Neither a way to answer, nor a heading for what nobody accepted."""
    page = Read(facts_of(decision("A", due=day(90))), home.documents)
    assert "No decision is requested" in page.sections["decisions-needed"]
    assert "To answer" not in page.text
    assert "in-name" not in page.sections


def named(identifier: str, approver: str, approval: Approval) -> tuple[Decision, Approval]:
    """An acceptance in the name of a role, and what is known of its approval."""
    accepted = replace(acceptance(day(200)), approver=approver)
    return decision(identifier, Bucket.ACCEPT, owner="Head of IT", accepted=accepted), approval


def test_what_is_accepted_in_the_name_of_leadership_has_a_heading_of_its_own() -> None:
    """With the roles, whose is which where they are several; a late record is one sentence, with who repairs it."""
    stated = Attestation("Board", day(1), "the minutes")
    late = Approval(
        ApprovalKind.NAMED,
        asked=True,
        stated=stated,
        filed=day(5),
        reason=Reason.RECORD_LATER,
    )
    given = (
        named("A", "Board", Approval(ApprovalKind.APPROVED, "Board", day(3), asked=True)),
        named("B", "Owner", late),
        named("C", "Head of IT", Approval(asked=True)),
        named("D", "Board", Approval(ApprovalKind.ATTESTED, "Board", day(4), stated=replace(stated, record="item 4"))),
        named("E", "Board", Approval(reason=Reason.NOT_ASKED)),
    )
    made = facts_of(*(one for one, _ in given))
    by_id = {one.recommendation: approval for one, approval in given}
    facts = replace(made, register=tuple(replace(each, approval=by_id[each.status.id]) for each in made.register))
    page = Read(facts, home.documents)
    assert "Accepted in the name of Owner, Board" in page.text
    late_one, unknown, approved, outside = page.rows("in-name")
    assert (
        "Not yet Nothing: Head of IT must record it again. The approval of 1 October 2026 was recorded late, on"
        in late_one
    )
    assert "late, on 5 October 2026 (the minutes)." in late_one
    assert "Yes, 3 October 2026 Nothing. On GitHub" in approved
    assert "Yes, 4 October 2026 Nothing. Outside GitHub: item 4; kept elsewhere, not checked" in outside
    assert "Not known yet" in unknown
    alone = Read(replace(facts, register=facts.register[:1]), home.documents)
    assert "Accepted in the name of Board" in alone.text


def test_a_week_leads_to_each_role_once() -> None:
    """Leadership from the number of its decisions, the others in a line that names eight and counts the rest."""
    many = [decision(f"R{number}", owner=f"Role {number}", due=day(3)) for number in range(10)]
    page = Read(facts_of(*many, decision("A", owner="Admin", asks=(ASKED,))), home.documents)
    assert page.source.count('href="attention.html#role-board"') == 1
    assert page.source.count('href="attention.html#role-role-') == 8
    assert "and 3 more roles" in page.text
    few = Read(facts_of(decision("R", owner="Role 0", due=day(3))), home.documents)
    assert "This week : Role 0" in few.text
    assert "more role" not in few.text
