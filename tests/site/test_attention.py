# SPDX-License-Identifier: Apache-2.0
"""What each role has to do, and the checks below it: what is wrong, what to do, and a sentence for an empty group."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import click
import pytest

from secure_score_backlog.cli.main import backlog as program
from secure_score_backlog.decisions.model import Ask, Attestation, Blockage, Blocker, Bucket, CoverReason
from secure_score_backlog.evaluation.approval import Approval, Reason
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import Settings, parse_settings
from secure_score_backlog.site.links import Site, slug
from secure_score_backlog.site.pages import (
    attention,
    board,
    evidence,
    glossary,
    home,
    recommendation,
    register,
    reviews,
)
from secure_score_backlog.snapshots.model import History, Recommendation
from tests.support.pages import Read, evaluated, unmarked
from tests.support.tenants import Measured, acceptance, cover, day, decision, history, stored, versions, workspace

ODD = ("11770.MDA_X", "A", "null", "x: y # z", "x; rm -rf '$HOME'")
HOSTILE = "<script>steal()</script> `x` {{ 7*7 }}"


def tenant(*days: dict[str, Measured] | None, **decided: object) -> Facts:
    """A tenant of consecutive days; one decision of the first day each, by id."""
    answers = {name: versions((1, answer)) for name, answer in decided.items()}  # type: ignore[arg-type]
    return evaluated(workspace(history(*days), answers), day(len(days)))


def old_ask(number: int) -> tuple[Ask, ...]:
    """A question of a day."""
    return (Ask("leadership", day(number), "Pay for it?", default="It stays open."),)


SCENES: dict[str, tuple[Callable[[], Facts], str]] = {
    "ownerless": (lambda: tenant({"A": (0, 4)}), "No decision; open at least since 1 October 2026."),
    "unrated": (lambda: tenant({"A": (1, 4)}), "Share open: 75 %."),
    "drafts": (
        lambda: tenant({"A": (0, 4)}, {"A": (0, 4)}, A=decision("A", draft=True)),
        "Draft: do now; 5 of 5 questions answered, 1 day ago.",
    ),
    "stale": (
        lambda: tenant(*[{"A": (0, 4)}] * 100, A=decision("A", due=day(200))),
        "No activity since 1 October 2026; planned.",
    ),
    "shadow": (
        lambda: tenant({"A": (0, 4, "Ignored")}),
        "Portal status: “risk accepted”. No decision recorded.",
    ),
    "no-effect": (
        lambda: tenant({"A": (1, 4, "ThirdParty")}),
        "Portal status: “resolved through third party”, 1 of 4 points. Not urgent: check whether it was set for all of "
        "it. Portal",
    ),
    "orphaned": (
        lambda: evaluated(
            workspace(
                history({"A": (0, 4), "a": (0, 4)}, {"a": (0, 4)}),
                {"A": versions((1, decision("A")))},
                [Recommendation("A", "Old words", in_catalogue=False), Recommendation("a", "New words")],
            ),
            day(2),
        ),
        "Microsoft retired it. Probably replaced, judging by its id, by: New words",
    ),
}


TO_DO: dict[str, tuple[Callable[[], Facts], str]] = {
    "expired": (
        lambda: tenant({"A": (0, 4)}, {"A": (0, 4)}, A=decision("A", Bucket.ACCEPT, accepted=acceptance(day(1)))),
        "Overdue. Renew it with a reason; its last day was 1 October 2026. Or do it. All steps",
    ),
    "breached": (
        lambda: tenant(
            *[{"A": (2, 4)}, {"A": (1, 4)}, {"A": (1, 4)}],
            A=decision("A", Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2))),
        ),
        "Overdue. Restore it: 50 % done was accepted, now it is 25 %. All steps Or agree with Managing Director on a "
        "new level.",
    ),
    "regressed": (
        lambda: tenant({"A": (4, 4)}, {"A": (1, 4)}, {"A": (1, 4)}, A=decision("A")),
        "Overdue. Restore it. All steps Or make a new decision.",
    ),
    "conflict": (
        lambda: tenant(
            {"A": (4, 4)},
            A=decision("A", Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE)),
        ),
        "Overdue. Delete the decision’s file: Microsoft measures it as done. All steps Or choose another decision.",
    ),
    "overdue": (
        lambda: tenant({"A": (0, 4)}, {"A": (0, 4)}, {"A": (0, 4)}, A=decision("A", due=day(1))),
        "Overdue Do it; it was due on 1 October 2026. All steps Or write a new date with the reason.",
    ),
    "asked too long ago": (
        lambda: tenant(*[{"A": (0, 4)}] * 92, A=decision("A", asks=old_ask(1), due=day(200))),
        "Overdue. Answer; no day is given. Choice: yes / no. Without an answer: It stays open.",
    ),
    "asked, and late": (
        lambda: tenant(*[{"A": (0, 4)}] * 3, A=decision("A", asks=(replace(old_ask(1)[0], by=day(2)),), due=day(200))),
        "Overdue. Answer by 2 October 2026. Choice: yes / no. Without an answer: It stays open. Asked by",
    ),
    "asked": (
        lambda: tenant({"A": (0, 4)}, A=decision("A", asks=old_ask(1), due=day(200))),
        "Answer; no day is given. Choice: yes / no. Without an answer: It stays open.",
    ),
    "expiring": (
        lambda: tenant({"A": (0, 4)}, A=decision("A", Bucket.ACCEPT, accepted=acceptance(day(8)))),
        "Renew it with a reason by 8 October 2026. Or do it.",
    ),
    "planned": (
        lambda: tenant({"A": (0, 4)}, A=decision("A", due=day(31))),
        "Do it by 31 October 2026.",
    ),
    "blocked": (
        lambda: tenant(
            {"A": (0, 4)},
            {"A": (0, 4)},
            A=decision("A", due=day(1), blocked=Blockage(Blocker.LICENSING, day(1), "Buy P2.")),
        ),
        "Ask who can end the block. Blocked by a missing licence: Buy P2. It was due on 1 October 2026.",
    ),
}
"""What some role has to do, with what its row says."""


@pytest.mark.parametrize("key", TO_DO)
def test_each_role_is_told_until_when_and_what_comes_next(key: str) -> None:
    """One row under the role's own address, counted on top."""
    make, says = TO_DO[key]
    page = Read(make(), attention.documents)
    role, *others = [anchor for anchor in page.sections if anchor.startswith("role-")]
    asks = ["role-head-of-it"] if key.startswith("asked") else []
    assert others == (["role-managing-director"] if key in ("expired", "breached", "expiring") else asks)
    assert role == ("role-leadership" if key.startswith("asked") else "role-head-of-it")
    (row,) = page.rows(role)
    assert says in row
    assert ("Overdue." in row) is ("Overdue." in says or key == "conflict")
    assert f'<a href="#{role}">' in page.source.partition("<h2")[0]


def test_a_role_reads_what_it_waits_for() -> None:
    """The answer that it asked for, without `asked_by` as the owner, and a missing approval; not what is its own."""
    asked = (replace(old_ask(1)[0], by=day(9)), Ask("Head of IT", day(1), "And this?"))
    named = decision("B", Bucket.ACCEPT, accepted=acceptance(day(60)))
    made = tenant({"A": (0, 4), "B": (0, 4)}, A=decision("A", asks=asked, due=day(200)), B=named)
    unapproved = tuple(replace(entry, approval=Approval(asked=True)) for entry in made.register)
    made = replace(made, register=unapproved)
    page = Read(made, attention.documents)
    mine = page.sections["role-head-of-it"]
    assert mine.startswith("1 waits for an answer of this role; waits for others: 2 ")
    waits = mine.partition("Waits for leadership, Managing Director: nothing to do now. ")[2]
    assert waits.startswith("What Head of IT waits for Waits for For what Until ")
    assert "leadership Pay for it? 9 October 2026 Managing Director approval: B in force without it" in waits
    assert "aits for" not in page.sections["role-leadership"].replace("1 waits", "")
    director = page.raw("role-managing-director")
    assert 'href="register.html?approver=Managing%20Director"' in director
    assert "?owner=" not in director, "it owns nothing"


def test_a_role_that_only_waits_is_named_last() -> None:
    """With nothing to do of its own, before what no role owns."""
    asks = (replace(old_ask(1)[0], asked_by="Head of Finance"),)
    page = Read(tenant({"A": (0, 4)}, A=decision("A", asks=asks, due=day(200))), attention.documents)
    assert [anchor for anchor in page.sections if anchor.startswith("role-")] == [
        "role-leadership",
        "role-head-of-finance",
    ]
    assert page.sections["role-head-of-finance"].startswith("Nothing to do; waits for others: 1 ")
    assert page.rows("role-head-of-finance") == ["leadership Pay for it? no day given"]


NO_LICENCE = Blockage(Blocker.LICENSING, day(1), "Buy P2.")


def test_what_a_role_owns_and_what_blocks_it_is_among_what_it_waits_for() -> None:
    """Measured or not and whatever its date, with the request that waits, also one of `same_as`; not a draft."""
    asked = (replace(old_ask(1)[0], asked_by="Head of Finance", by=day(50)),)
    soon = decision("D", due=day(9), blocked=NO_LICENCE)
    page = Read(
        tenant(
            dict.fromkeys("ABD", (0, 4)),
            A=decision("A", due=day(200), blocked=NO_LICENCE, asks=asked),
            B=decision("B", due=day(150), blocked=Blockage(Blocker.BUSINESS, day(1)), same_as="A"),
            C=decision("C", due=day(100), blocked=NO_LICENCE, owner="head of it"),
            D=soon,
            E=replace(soon, recommendation="E", draft=True),
        ),
        attention.documents,
    )
    mine = page.sections["role-head-of-it"]
    assert mine.startswith("1 due within 30 days; waits for others: 1; 1 blocked ")
    waits = mine.partition("Waits for leadership; 1 blocked: nothing to do now. ")[2]
    assert waits.startswith("What ")
    assert "leadership, 1 blocked" in page.text.partition("Order of each role")[0]
    assert "leadership Pay for it? Needed for: B (due 27 February 2027)" in waits
    assert "A (due 18 April 2027) 19 November 2026 no role is asked" in waits
    assert "C : Missing licence, blocked since 1 October 2026: Buy P2. Not measured. 8 January 2027" in waits
    assert len(page.rows("role-head-of-it")) == 3, "a request that two changes wait for is one row"
    alone = Read(tenant({"A": (4, 4)}, C=decision("C", due=day(100), blocked=NO_LICENCE)), attention.documents)
    assert alone.sections["role-head-of-it"].startswith("Nothing to do; 1 blocked 1 blocked: nothing to do now. ")
    assert "nothing is overdue or due within 30 days; below is what is blocked." in alone.lead


def test_what_another_change_waits_for_is_in_its_owners_week() -> None:
    """Whatever its date, on both sides; not once it is done, and not for itself or for a word that is no id."""
    needs = "Four keys. First keys_for_admins, `no_answer` and done_one, then late_one. A"
    late = replace(decision("late_one", due=day(250)), prerequisites=needs, owner="Head of Finance")
    keys = decision("keys_for_admins", due=day(80))
    measured = {**dict.fromkeys(("keys_for_admins", "no_answer", "late_one", "A"), (0, 4)), "done_one": (4, 4)}
    page = Read(tenant(measured, late_one=late, keys_for_admins=keys), attention.documents)
    (row,) = page.rows("role-head-of-it")
    assert "Do it by 19 December 2026. Head of Finance waits for it: late_one." in row
    assert page.sections["role-head-of-it"].startswith("1 waits for a change of this role ")
    (row,) = page.rows("no-role")
    assert "Decide. Head of Finance waits for it: late_one." in row
    waits = page.sections["role-head-of-finance"]
    assert waits.startswith("Nothing to do; waits for others: 2 ")
    for said in (
        "Head of IT change: keys_for_admins Needed for: late_one (due 7 June 2027) 19 December 2026",
        "an owner change: no_answer Needed for: late_one (due 7 June 2027) not decided",
    ):
        assert said in waits
    assert "done_one" not in waits
    assert "No owner – – – 1 decision an owner: 2 recommendations: " in page.text
    alone = Read(
        tenant({**measured, "keys_for_admins": (4, 4), "no_answer": (4, 4)}, late_one=late), attention.documents
    )
    assert "role-head-of-finance" not in alone.sections


def test_what_nobody_owns_is_counted_by_risk_and_listed_once() -> None:
    """In the first table with the way to the list, also where no role is busy; not where all has an owner."""
    ids = ("MFARegistrationV2", "scid_96")
    page = Read(
        tenant(dict.fromkeys(ids, (0, 4)), MFARegistrationV2=decision(ids[0], due=day(90))), attention.documents
    )
    assert 'an owner: <a href="#ownerless">1\xa0recommendation: ' in page.source
    owned = Read(tenant({"A": (0, 4)}, A=decision("A", due=day(9))), attention.documents)
    assert "an owner:" not in owned.text


def test_a_planned_change_that_is_not_measured_is_listed_by_its_date() -> None:
    """Soon due, and past its date; its state says that it is not measured."""
    given = tenant({"A": (4, 4)}, {"A": (4, 4)}, B=decision("B", due=day(9)), C=decision("C", due=day(1)))
    page = Read(given, attention.documents)
    assert "1 due within 7 days, 1 waits for a measurement" in page.sections["role-head-of-it"]
    soon, passed = page.rows("role-head-of-it")
    assert "Not measured Do it by 9 October 2026." in soon
    assert "Write a new date; it was due on 1 October 2026. Or make a new decision: without a score, whether" in passed


def test_what_is_overdue_comes_first_by_risk_then_the_nearest_day() -> None:
    """Within a role; a change that is due in 31 days is not listed, and a role is matched whatever its letter case."""
    page = Read(
        tenant(
            *[dict.fromkeys("ABCDEFG", (0, 4))] * 3,
            F=replace(decision("F", due=day(1)), risk=Risk.LOW),
            G=replace(decision("G", due=day(2)), risk=Risk.CRITICAL),
            A=decision("A", due=day(33)),
            B=decision("B", due=day(10), owner="head of it"),
            C=decision("C", due=day(34)),
            D=decision("D", due=day(2)),
            E=decision("E", Bucket.ACCEPT, accepted=acceptance(day(12))),
        ),
        attention.documents,
    )
    assert page.lead.startswith("As of 3 October 2026: 3 overdue, 1 due within 7 days, 2 due within 30 days. ")
    rows = page.rows("role-head-of-it")
    assert [re.search(r"(was due on|Do it by|reason by) (\d+) (\w+)", row).group(2, 3) for row in rows] == [  # type: ignore[union-attr]
        ("2", "October"),
        ("2", "October"),
        ("1", "October"),
        ("10", "October"),
        ("12", "October"),
        ("2", "November"),
    ]


def test_the_first_of_microsofts_steps_is_the_next_step() -> None:
    """In plain words, with the way to the portal."""
    known = Recommendation(
        "A", "Words", remediation="<ol><li>Open the portal.</li></ol>", action_url="https://entra.microsoft.com/x"
    )
    given = workspace(history({"A": (0, 4)}), {"A": versions((1, decision("A", due=day(3))))}, [known])
    (row,) = Read(evaluated(given, day(1)), attention.documents).rows("role-head-of-it")
    assert "First step: Open the portal. Portal" in row


@pytest.mark.parametrize(
    ("address", "other", "link"),
    [
        ("", "", "https://security.microsoft.com/"),
        ("https://learn.microsoft.com/x", "https://blog.zoom.us/x", "https://security.microsoft.com/"),
        ("https://entra.microsoft.com/x", "", "https://entra.microsoft.com/x"),
        ("https://learn.microsoft.com/x", "https://security.microsoft.us/x", ""),
    ],
)
def test_a_breach_says_where_to_restore_it_before_how_to_decide_anew(address: str, other: str, link: str) -> None:
    """By Microsoft's address, else the portal of the service in the worldwide cloud; steps are folded below."""
    steps = "<ol><li>List the servers.</li><li>Narrow each.</li></ol>"
    known = [
        Recommendation("A", "Words", service="Azure ATP", remediation=steps, action_url=address),
        Recommendation("B", "More", service="MDO", action_url=other),
    ]
    accepted = decision("A", Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    given = workspace(history(*[{"A": (2, 4)}, {"A": (1, 4)}, {"A": (1, 4)}]), {"A": versions((1, accepted))}, known)
    facts = evaluated(given, day(3))
    page = Read(facts, recommendation.documents, "recommendations/a.md")
    said = page.raw("to-do")
    first = "Restore it: 50 % done was accepted, now it is 25 %. First step: List the servers."
    assert unmarked(said).replace("\u00a0", " ").count(first) == 1
    assert said.index("First step: List the servers.") < said.index("Or make a new decision")
    assert said.index("Or make a new decision: accept the lower level") < said.index("Steps (Microsoft)")
    assert page.source.count("Steps (Microsoft)") == 1
    label = "Defender portal" if link == "https://security.microsoft.com/" else "Portal"
    shown = f'<a href="{link}" rel="noopener noreferrer">{label}</a>'
    assert (shown in said) if link else ("ortal</a>" not in said)
    (row,) = Read(facts, attention.documents).rows("role-head-of-it")
    assert (f"{label} · All" in row) is bool(link)


CLOSE = "Close {} of the {} open; {} may stay open."


def test_a_breach_is_said_in_numbers_where_microsoft_counts() -> None:
    """The same on Home, the register and its page, with what to do there and on this week; else as shares."""
    accepted = decision("A", Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    shares = "Restore it: 50 % done was accepted, now it is 25 %."
    for before, after, says, to_do in (
        (
            (2, 4, None, 2, 4),
            (1, 4, None, 1, 4),
            "up to 2 of 4 open; now 3 of 4 open",
            CLOSE.format(1, 3, 2),
        ),
        (
            (2, 4, None, 2, 4),
            (1, 5, None, 1, 5),
            "up to 2 of 4 open; now 4 of 5 open",
            CLOSE.format(2, 4, 2),
        ),
        ((2, 4), (1, 3, None, 1, 3), "up to 1 of 3 open; now 2 of 3 open", CLOSE.format(1, 2, 1)),
        ((2, 4), (0, 1, None, 0, 1), "up to 0 of 1 open; now 1 of 1 open", "Close what is open: 1 of 1."),
        ((2, 4, None, 2, 4), (1, 4, None, 3, 9), "50 % done; now 25 % done", shares),
        ((2, 4, None, 2, 4), (1, 4), "50 % done; now 25 % done", shares),
    ):
        facts = tenant({"A": before}, {"A": after}, {"A": after}, A=accepted)
        assert facts.statuses["A"].breach.replace("\u00a0", " ") == f"accepted: {says}"
        own = Read(facts, recommendation.documents, "recommendations/a.md")
        (row,) = Read(facts, attention.documents).rows("role-head-of-it")
        assert f"Breached Overdue. {to_do} " in row
        assert to_do in own.sections["to-do"]
        assert f"Accepted: {says}." in Read(facts, home.documents).text
        assert f"breached on 2 October 2026; accepted: {says}" in Read(facts, register.documents).text
        assert f"since 2 October 2026; accepted: {says}" in own.text


def test_a_portal_status_without_effect_is_checked_and_no_task() -> None:
    """It is not urgent: in its check with owner and portal, and on its own page; in nobody's week."""
    claimed = {"A": (1, 4, "ThirdParty"), "B": (1, 4, "ThirdParty")}
    facts = tenant(claimed, A=decision("A", due=day(200)))
    page = Read(facts, attention.documents)
    assert "role-head-of-it" not in page.sections
    owned, ownerless = page.rows("no-effect")
    said = "Portal status: “resolved through third party”, 1 of 4 points. Not urgent: check"
    assert f"Planned {said} whether it was set for all of it. Portal Owner: Head of IT" in owned
    assert ownerless.endswith("Portal no owner")
    assert page.raw("no-effect").count('href="https://security.microsoft.com/securescore"') == 2
    for name in "ab":
        own = Read(facts, recommendation.documents, f"recommendations/{name}.md")
        assert f"{said} in the portal whether it was set for all of it. Portal If it is no" in own.sections["to-do"]


def test_a_request_says_when_the_change_is_due_that_it_is_about() -> None:
    """Only with a recommendation, and only where the decision plans a change."""
    (ask,) = old_ask(1)
    advised = replace(ask, recommend="Yes")
    for asked, bucket, says in (
        (advised, Bucket.DO_SOON, True),
        (ask, Bucket.DO_SOON, False),
        (advised, Bucket.ACCEPT, False),
    ):
        given = {"accepted": acceptance(day(90))} if bucket is Bucket.ACCEPT else {"due": day(90)}
        facts = tenant({"A": (0, 4)}, A=decision("A", bucket, asks=(asked,), **given))
        (row,) = Read(facts, attention.documents).rows("role-leadership")
        assert ("Change due: 29 December 2026." in row) is says
        assert "Change due" not in Read(facts, home.documents).text, "Home is short: the review and the page say it"


def test_an_approval_that_is_missing_waits_for_the_approver() -> None:
    """Once GitHub was asked; before that nothing is known of it."""
    made = tenant({"A": (0, 4)}, A=decision("A", Bucket.ACCEPT, accepted=acceptance(day(200))))
    (entry,) = made.register
    asked = replace(made, register=(replace(entry, approval=replace(entry.approval, asked=True)),))
    approver = slug(entry.decision.accepted.approver)  # type: ignore[union-attr]
    (row,) = Read(asked, attention.documents).rows(f"role-{approver}")
    assert "Tell Head of IT whether you approve. No approval counts yet: " in row
    assert "How an answer or approval is recorded" in Read(asked, attention.documents).sections[f"role-{approver}"]
    assert "1 waits for an approval. What each role has" in Read(asked, attention.documents).lead
    nothing = "As of 1 October 2026, nothing is overdue or due within 30 days, and nothing waits."
    assert Read(made, attention.documents).lead.startswith(nothing)
    stated = Attestation("Managing Director", day(1), "docs/reviews/2026-10.md")
    filed = replace(entry.approval, asked=True, stated=stated, filed=day(2), reason=Reason.RECORD_MISSING)
    late = Read(replace(made, register=(replace(entry, approval=filed),)), attention.documents)
    (row,) = late.rows("role-head-of-it")
    assert "Managing Director approved on 1 October 2026, but the record came on 2" in row
    assert "To make it count, name it again in a pull request that changes" in row
    assert 'href="reviews/2026-10.html#minutes"' in late.raw("role-head-of-it")
    assert "<code>record: docs/reviews/2026-10.md#approval</code>" in late.raw("role-head-of-it")
    assert "1 waits for the record of an approval. What each role has" in late.lead
    assert f"role-{approver}" not in late.source


def test_a_renewal_waits_for_an_approver_who_is_not_the_owner() -> None:
    """What ends soon and what needs a new decision; it is overdue for the owner alone."""
    ends = acceptance(day(12))
    made = tenant(
        *[dict.fromkeys("ABCD", (0, 4))] * 3,
        A=decision("A", Bucket.ACCEPT, accepted=ends),
        B=decision("B", Bucket.ACCEPT, accepted=acceptance(day(2))),
        C=decision("C", Bucket.ACCEPT, accepted=replace(ends, approver="head of IT")),
        D=decision("D", Bucket.ACCEPT, accepted=acceptance(day(200))),
    )
    page = Read(made, attention.documents)
    assert page.rows("role-managing-director") == [
        "Head of IT new decision: B overdue",
        "Head of IT renewal: A 12 October 2026",
    ]
    assert page.sections["role-managing-director"].startswith("Nothing to do; waits for others: 2 ")
    assert len(page.rows("role-head-of-it")) == 3
    (entry,) = [entry for entry in made.register if entry.status.id == "A"]
    asked = replace(entry, approval=replace(entry.approval, asked=True))
    given = replace(made, register=tuple(asked if each is entry else each for each in made.register))
    rows = Read(given, attention.documents).rows("role-managing-director")
    assert [row for row in rows if "12 October" in row] == [row for row in rows if "To renew by" in row]
    assert len(rows) == 2


def test_many_roles_and_many_tasks_have_a_limit() -> None:
    """Ten rows of a role and fifteen roles; what is left is counted, with a link to the board."""
    many = {f"id-{number:02}": decision(f"id-{number:02}", due=day(3)) for number in range(12)}
    page = Read(tenant(dict.fromkeys(many, (0, 4)), **many), attention.documents)
    assert len(page.rows("role-head-of-it")) == 10
    assert "2 more, less urgent, are on the board" in page.sections["role-head-of-it"]
    many = {name: replace(each, owner=f"Role {name}") for name, each in many.items()}
    more = {f"no-{number}": decision(f"no-{number}", due=day(3), owner=f"Other {number}") for number in range(5)}
    page = Read(tenant(dict.fromkeys({**many, **more}, (0, 4)), **many, **more), attention.documents)
    assert sum(anchor.startswith("role-") for anchor in page.sections) == 15
    assert "Other roles, on the board: Role id-10 (1 due within 7 days), Role id-11 (1 due within 7 days)." in page.text


@pytest.mark.parametrize("key", SCENES)
def test_each_group_says_what_is_wrong_and_what_to_do(key: str) -> None:
    """One row with its reason, what it means, what to do; the count on top is the number of rows."""
    make, says = SCENES[key]
    page = Read(make(), attention.documents)
    rows = page.rows(key)
    assert len(rows) == 1
    assert says in rows[0]
    assert "What to do." in page.sections[key]
    assert re.search(rf'href="#{key}"><span class="backlog-tally-number">1</span>', page.source)


def test_one_finding_is_not_called_several() -> None:
    """One draft and one day without a snapshot are each named in the singular."""
    measured = {"A": (0, 4)}
    page = Read(tenant(measured, None, measured, A=decision("A", draft=True)), attention.documents)
    for words in ("1 : Draft ", "1 : Day without a snapshot "):
        assert words in f"{page.sections['checks']} "
    two = Read(tenant(measured, None, None, measured, A=decision("A", draft=True)), attention.documents)
    assert "2 : Days without a snapshot " in two.sections["checks"]


def test_the_last_day_is_in_time() -> None:
    """On its last day an acceptance is in force and a plan in time; a request of ninety days is not overdue."""
    page = Read(
        tenant(
            *[{"A": (0, 4), "B": (0, 4)}] * 91,
            A=decision("A", Bucket.ACCEPT, accepted=acceptance(day(91)), asks=old_ask(1)),
            B=decision("B", due=day(91)),
        ),
        attention.documents,
    )
    assert page.lead.startswith("As of 30 December 2026: 2 due within 7 days, 1 waits for an answer.")
    assert "Overdue." not in page.text


def clean() -> Facts:
    """Everything done, a snapshot of every day for longer than three months, and the portal says nothing special."""
    return tenant(*[{"A": (4, 4, "Default"), "B": (2, 2, "Default")}] * 93, A=decision("A"))


def test_a_tenant_without_findings() -> None:
    """No table and nothing to do; each group has its sentence."""
    page = Read(clean(), attention.documents)
    assert page.lead == "As of 1 January 2027, nothing is overdue or due within 30 days, and nothing waits."
    assert page.sections["checks"].startswith("All 10 checks are clear.")
    assert "<tr><td" not in page.source.split("calendar-figure")[0]
    assert "What to do." not in page.text
    assert all("✓" in page.sections[key] for key in [*SCENES, "problems", "gaps"])


def test_a_check_that_cannot_find_anything_yet_has_no_tick() -> None:
    """Too few days, no decision, no statuses of the portal, no score: each is said, and counted as unknown."""
    young = Read(tenant(*[{"A": (0, 4, "Default")}] * 92), attention.documents)
    assert young.sections["stale"] == (
        "Nothing can be known to have stood still for 3 months: there are measurements only since 1 October 2026."
    )
    assert young.sections["orphaned"].endswith("No decision is recorded yet.")
    assert "✓ No mark in the portal is known to lack a decision." in young.sections["shadow"]
    assert young.sections["checks"].startswith("2 of 10 checks found something: 1 open recommendation has no owner.")
    assert "2 checks cannot tell yet." in young.sections["checks"]
    assert "– unknown : No activity" in young.sections["checks"]
    settled = Read(tenant(*[{"A": (4, 4)}] * 93, A=decision("A")), attention.documents)
    assert settled.sections["checks"].startswith("8 of 10 checks are clear. 2 checks cannot tell yet.")
    for key in ("shadow", "no-effect"):
        assert settled.sections[key].endswith("The data does not say what is marked in the portal.")
    unscored = Read(tenant({}, A=decision("A")), attention.documents)
    for key in ("ownerless", "unrated"):
        assert unscored.sections[key].endswith("No recommendation has a score, so what is open is unknown.")


def test_the_total_of_a_csv_is_none_of_microsofts() -> None:
    """Its rows add up to it, whatever Microsoft's total was."""
    table = {**stored({"A": (4, 4)}), "collected": {"complete": False, "source": "csv"}}
    page = Read(evaluated(workspace(history(table)), day(1)), attention.documents)
    assert "✓" not in page.sections["unexplained"]
    assert "Microsoft’s total is unknown: the newest snapshot is a CSV of the portal" in page.sections["unexplained"]


def test_nothing_due_does_not_hide_what_is_undecided() -> None:
    """The highest level without a finished decision, with who owns none of it; Home says the same in its first box."""
    rated = Settings(risk={"A": Risk.HIGH, "B": Risk.HIGH, "C": Risk.LOW})
    measured = history({"A": (0, 4), "B": (0, 4), "C": (0, 4)})
    draft = {"B": versions((1, decision("B", draft=True)))}
    said = "2 high risks have no finished decision, 1 of them no owner: choose the first ones"
    facts = evaluated(workspace(measured, draft, settings=rated), day(1))
    assert said in Read(facts, attention.documents).lead
    assert f"But {said}" in Read(facts, home.documents).sections["decisions-needed"]
    alone = Read(evaluated(workspace(history({"A": (0, 4)}), settings=rated), day(1)), attention.documents)
    assert "but 1 high risk has no finished decision and no owner: choose the first one" in alone.lead
    assert 'href="board.html?state=undecided&amp;risk=high"' in alone.source
    assert "ask" not in alone.sections["answer"].split()


def test_what_only_the_portal_accepts_is_said_where_nothing_is_accepted() -> None:
    """On Home and in the review: an administrator's mark is no acceptance, and none the less known."""
    marked = tenant({"A": (0, 4, "Ignored"), "B": (4, 4, "ThirdParty"), "C": (0, 4, "Default")})
    said = "Microsoft’s portal alone marks 1 as accepted, without a decision: list"
    shown = Read(marked, home.documents)
    assert f"No risk is accepted at present. {said}" in shown.text
    assert 'href="attention.html#shadow">list</a>' in shown.source
    _, month = [page.content.decode() for page in reviews.documents(marked, Site.of(marked))]
    assert "No risk was accepted. Microsoft’s portal alone marked 1 as accepted, without a decision." in month
    assert "portal alone" not in Read(tenant({"A": (0, 4, "Default")}), home.documents).text


def test_the_first_day_names_the_highest_risks() -> None:
    """One snapshot, no decision: why nothing has an owner, and the command for the highest risks."""
    rated = Settings(risk={"B": Risk.HIGH, "C": Risk.CRITICAL})
    given = workspace(history({"A": (0, 4), "B": (0, 4), "C": (0, 4), "D": (4, 4)}), settings=rated)
    page = Read(evaluated(given, day(1), has_git=False), attention.documents)
    assert "No decision is recorded yet" in page.lead
    assert page.sections["checks"].startswith("2 of 10 checks found something: 3 open recommendations have no owner.")
    assert "Undecided Decide." in page.sections["no-role"]
    assert "backlog decide C B A" in page.sections["ownerless"]
    assert "One day so far: 1 October 2026, complete." in page.sections["gaps"]


def test_without_a_snapshot() -> None:
    """The page says what to run, and shows problems nevertheless."""
    wrong = Problem("backlog.yml", 2, "settings-unknown-key", Severity.ERROR, "No such key.", "Delete it.")
    page = Read(evaluated(workspace(History()), day(1), problems=(wrong,)), attention.documents)
    assert "There is no snapshot yet" in page.lead
    assert "There is no snapshot yet." in page.sections["gaps"]
    assert page.rows("problems") == ["Error backlog.yml:2 No such key. Delete it."]


def test_counts_are_those_of_the_status() -> None:
    """What `backlog status --json` counts and this page counts is the same number."""
    measured: dict[str, Measured] = dict.fromkeys("ABCDEF", (0, 4)) | {"G": (0, 4, "Ignored"), "H": (4, 4)}
    made = tenant(
        *[measured] * 100,
        A=decision("A", due=day(50)),
        B=decision("B", Bucket.ACCEPT, accepted=acceptance(day(40))),
        C=decision("C", draft=True),
        D=decision("D", Bucket.ACCEPT),
    )
    page = Read(made, attention.documents)
    tally = dict(re.findall(r'href="#([a-z-]+)"><span class="backlog-tally-number">(\d+)<', page.source))
    for key in ("shadow", "unrated", "stale", "ownerless"):
        assert int(tally[key]) == made.counts[key] > 0, key
        assert len(page.rows(key)) == made.counts[key], key


def test_a_long_group_is_folded_and_nothing_is_left_out() -> None:
    """Of forty rows, fifteen are shown at once and the rest is folded; a command names five ids."""
    page = Read(tenant({f"id-{number:02}": (0, 1) for number in range(40)}), attention.documents)
    opened, _, folded = page.raw("ownerless").partition("<details><summary>")
    assert (opened.count("<tr><td"), folded.count("<tr><td")) == (15, 25)
    assert "25 more" in folded
    command = re.search(r"<code>(backlog decide .*?)</code>", unmarked(opened), re.DOTALL)
    assert command is not None
    assert len(command[1].split()) == 7


def test_recoverable_gaps_are_distinguished_from_old_ones() -> None:
    """Within ninety days the next collection fills them in; older ones remain."""
    recent = Read(tenant({"A": (4, 4)}, None, {"A": (4, 4)}), attention.documents)
    assert "Microsoft still has these days: 2 October 2026." in recent.sections["gaps"]
    assert "backlog collect" in recent.sections["gaps"]
    old = Read(tenant({"A": (4, 4)}, None, *[{"A": (4, 4)}] * 90), attention.documents)
    assert "cannot be recovered" in old.sections["gaps"]
    assert "Observed in full on 91 of 92 days since 1 October 2026; 1 missing (2 October 2026)." in old.sections["gaps"]


def test_a_collection_that_stopped_is_a_gap_after_three_days() -> None:
    """Three days without a snapshot are not a gap; four are."""
    given = workspace(history({"A": (4, 4)}))
    early = Read(evaluated(given, day(4)), attention.documents)
    assert "✓" in early.sections["gaps"]
    late = Read(evaluated(given, day(5)), attention.documents)
    assert 'href="#gaps"><span class="backlog-tally-number">4</span>' in late.source
    assert "2 to 5 October 2026" in late.sections["gaps"]


def test_problems_have_place_and_hint_and_run_nothing() -> None:
    """What a message quotes is code; everything else stays text."""
    problem = Problem("decisions/A.md", 7, "decision-x", Severity.WARNING, HOSTILE, "Write `due: 2026-12-31`.")
    page = Read(replace(clean(), problems=(problem,)), attention.documents)
    assert page.rows("problems") == [f"Warning decisions/A.md:7 {HOSTILE.replace('`', '')} Write due: 2026-12-31 ."]
    assert "<code>due: 2026-12-31</code>" in page.raw("problems")
    assert "<script>" not in page.source
    odd = Problem("decisions/A.md", None, "decision-x", Severity.WARNING, "one ` alone", "h")
    assert "one &#96; alone" in Read(replace(clean(), problems=(odd,)), attention.documents).raw("problems")


def test_commands_and_settings_are_ready_to_copy() -> None:
    """Lines for backlog.yml are valid settings; odd ids cannot leave their quotes."""
    page = Read(tenant(dict.fromkeys(ODD, (0, 1))), attention.documents)
    block = re.search(r'<pre class="backlog-command"><code>(risk:.*?)</code>', unmarked(page.raw("unrated")), re.DOTALL)
    assert block is not None
    read = parse_settings(html.unescape(block[1]).encode(), "backlog.yml").settings
    assert dict(read.risk) == dict.fromkeys(ODD, Risk.MEDIUM)
    command = re.search(r"<code>(backlog decide .*?)</code>", unmarked(page.raw("ownerless")), re.DOTALL)
    assert command is not None
    assert shlex.split(html.unescape(command[1]))[2:] == list(ODD)


@pytest.mark.parametrize("view", [attention, evidence, glossary])
def test_every_command_on_the_page_exists(view: object) -> None:
    """Verb and options are those of the program."""
    made = [scene() for scene, _ in (*SCENES.values(), *TO_DO.values())] + [clean()]
    calls = {
        html.unescape(call)
        for one in made
        for call in re.findall(r"<code>[^<]*?(backlog [a-z][^<]*)</code>", unmarked(Read(one, view.documents).source))  # type: ignore[attr-defined]
    }
    assert calls
    for call in calls:
        verb, *rest = shlex.split(call)[1:]
        command = program.get_command(click.Context(program), verb)
        assert command is not None, call
        known = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known, call


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("expired", "backlog decide A --change --until YYYY-MM-DD"),
        ("breached", "backlog decide A --change --share 1/4 --until YYYY-MM-DD"),
        ("regressed", "backlog decide A --change --due YYYY-MM-DD"),
        ("overdue", "backlog decide A --change --due YYYY-MM-DD"),
        ("conflict", "git rm decisions/A.md"),
    ],
)
def test_its_page_says_how_a_decision_is_changed(key: str, command: str) -> None:
    """What is no longer in force or overdue: what to restore or do, which file, which command, and who approves."""
    facts = TO_DO[key][0]()
    page = Read(facts, recommendation.documents)
    said = page.sections["to-do"]
    assert f"<code>{command}</code>" in unmarked(page.raw("to-do"))
    assert "decisions/A.md" in said
    assert ("which Managing Director approves" in said) is (key in ("expired", "breached"))
    assert ("since 2 October 2026; accepted: 50 % done; now 25 % done" in page.text) is (key == "breached")
    (row,) = Read(facts, attention.documents).rows("role-head-of-it")
    assert "All steps" in row
    link = 'recommendations/a.html#to-do">How</a>'
    assert (link in Read(facts, home.documents).source) is (key != "overdue"), "not critical, so no decision is needed"


def test_a_decision_in_force_has_nothing_to_change() -> None:
    """Neither a plan in time nor a draft."""
    for given in (decision("A"), decision("A", draft=True, due=day(1))):
        facts = tenant(*[{"A": (0, 4)}] * 3, A=given)
        assert "to-do" not in Read(facts, recommendation.documents).sections


def test_what_waits_for_another_role_says_so() -> None:
    """In the owner's row of this week, and on the board: for whom, until when, and which question."""
    asked = (replace(old_ask(1)[0], by=day(9)),)
    facts = tenant({"A": (0, 4)}, A=decision("A", asks=asked, due=day(20)))
    row, waits = Read(facts, attention.documents).rows("role-head-of-it")
    assert waits == "leadership Pay for it? 9 October 2026"
    assert row.endswith("Do it by 20 October 2026. Waits for leadership by 9 October 2026: Pay for it?")
    assert (
        "what it reduces. Waits for leadership, by 9 October 2026." in Read(facts, board.documents).sections["do-now"]
    )
    (own,) = Read(facts, attention.documents).rows("role-leadership")
    assert "Waits for" not in own


def test_a_row_of_the_board_says_why_it_stands_there() -> None:
    """The share that is open, the risk in a sentence, and the day of a breach."""
    make, _ = TO_DO["breached"]
    (row,) = Read(make(), board.documents).rows("undecided")
    assert row.startswith("High A what it reduces.")
    assert "75 % open" in row
    assert "2 October 2026 breached since" in row


def test_leadership_reads_who_asks_who_owns_and_what_it_costs_together() -> None:
    """The sum of plain amounts, with what is not in it; in the month the owner beside the role that asks."""
    one = replace(old_ask(1)[0], cost="900 EUR a year", by=day(9))
    asks = (one, replace(one, question="And this?", cost="2 days", asked_by="Head of Finance"))
    more = replace(one, question="Or that?", cost="about 1,100 EUR a year")
    facts = tenant(dict.fromkeys("AB", (0, 4)), A=decision("A", asks=asks), B=decision("B", asks=(more,)))
    shown = Read(facts, home.documents)
    rows = shown.rows("decisions-needed")
    assert [("Head of IT asks" in row, "not in the total" in row) for row in rows[:3]] == [
        *((False, True), (True, False), (True, False))
    ]
    _, month = [page.content.decode() for page in reviews.documents(facts, Site.of(facts))]
    assert "Head of Finance asks; owner: Head of IT" in month
    assert month.count("Head of IT (owner) asks") == 2
    assert rows[3].replace("\u202f", " ") == "Total as recommended about 2 000 EUR a year"
    assert "Total" not in Read(tenant({"A": (0, 4)}, A=decision("A", asks=(one,))), home.documents).text
