# SPDX-License-Identifier: Apache-2.0
"""Pages use the terms of the glossary, one term for one thing, and no figures of speech."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import secure_score_backlog
from secure_score_backlog.decisions.model import Bucket, CoverReason
from secure_score_backlog.evaluation.approval import Approval, ApprovalKind
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState, needing_decision
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.exports.tables import board_table, register_table
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import (
    board,
    downloads,
    evidence,
    home,
    insurer_register,
    insurer_summary,
    public,
    recommendation,
    register,
    reviews,
)
from tests.support.pages import Read, evaluated
from tests.support.pages import words as text_of
from tests.support.tenants import acceptance, cover, day, decision, history, versions, workspace

PACKAGE = Path(secure_score_backlog.__file__).parent
TEXTS = sorted(
    [
        *(PACKAGE / "site").glob("pages/*"),
        *(PACKAGE / "site").glob("theme/*.j2"),
        *(PACKAGE / "site").glob("theme/assets/*.js"),
        *(PACKAGE / "site").glob("charts/*"),
        *(PACKAGE / "site").glob("*.py"),
        *(path for path in (PACKAGE / "content").glob("*.yml") if path.stem != "portal_csv"),
        PACKAGE / "wording.py",
        PACKAGE / "decisions" / "words.py",
    ]
)
"""What the words on pages come from. Texts of Microsoft, of ratings and of decisions are not ours to choose."""

INSTEAD = {
    r"somebody|nobody|anybody|whoever": "the role or the fact",
    r"carr(y|ied|ies) (a |the )?risks?|knowingly": "accepted risk",
    r"lost again|fell back|fallen back|fell below|then lost|healed": "regressed, breached, restored",
    r"said to (be|apply|not)|on (somebody|an administrator)’?'?s word|merely claimed": "self-attested",
    r"ran out|run out|lapsed|gives? up": "expired, ended",
    r"new answer|another answer|no answer|decided? anew": "decision",
    r"left lying|standing still|stands? still|rots|lives? on|lies around": "no activity",
    r"to take away|ask elsewhere|master keys|lying|gravest|mend": "plain words",
    r"hygiene": "needs attention",
    r"an unknown number of": "unknown",
    r"(a|the|no|every|each|and|or) covers?": "exemption",
}
"""Words that pages do not use, by what they say instead."""


@pytest.mark.parametrize("path", [path for path in TEXTS if path.is_file()], ids=lambda path: path.name)
def test_no_page_uses_a_retired_word(path: Path) -> None:
    """Texts, comments and names alike: a word that is gone from pages does not come back through the code."""
    text = path.read_text(encoding="utf-8")
    found = {
        match[0]: instead for words, instead in INSTEAD.items() for match in re.finditer(rf"(?i)\b({words})\b", text)
    }
    assert found == {}


NOT_APPLICABLE = decision("Clash", Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE))
UNDER_ITS_DECISION = "Previously done under its decision"


def tenant() -> Facts:
    """One recommendation of each kind that the pages used to count differently, on day 3."""
    scores = {"Expired": (0, 4), "Draft": (0, 4), "Open": (0, 4), "Attested": (4, 4, "ThirdParty")}
    first = {**scores, "Gone": (0, 4), "Back": (4, 4), "Clash": (0, 4), "Lost": (4, 4)}
    last = {**scores, "Back": (1, 4), "Clash": (4, 4), "Lost": (1, 4)}
    decided = {
        "Expired": decision("Expired", Bucket.ACCEPT, accepted=acceptance(day(2))),
        "Back": decision("Back", Bucket.ACCEPT),
        "Gone": decision("Gone", Bucket.ACCEPT),
        "Draft": decision("Draft", draft=True),
        "Clash": NOT_APPLICABLE,
    }
    known = workspace(
        history(first, last, last), {name: versions((1, said)) for name, said in decided.items()}, tuple(last)
    )
    return evaluated(known, day(3))


def page_of(facts: Facts, name: str) -> str:
    """The text of a recommendation's page."""
    path = f"recommendations/{name.lower()}.md"
    found = {page.path: page.content for page in recommendation.documents(facts, Site.of(facts))}
    return text_of(found[path].decode("utf-8"))


def test_lost_points_of_a_month_are_not_called_regressed() -> None:
    """Points are lost with and without a decision, so the list has a name and a tooltip of its own."""
    facts = tenant()
    documents = [page.content.decode("utf-8") for page in reviews.documents(facts, Site.of(facts))]
    index, month = documents[:2]
    assert "Lost points Accepted risks" in text_of(index)
    assert "and 2 more 1 0 2 0 4 36 %" in text_of(index).replace("\u00a0", " ")
    assert "regressed" not in text_of(index)
    listed = month[month.index("{ #completed }") : month.index("{ #score")]
    assert "Lost points" in text_of(listed)
    assert UNDER_ITS_DECISION not in listed
    assert UNDER_ITS_DECISION in month[: month.index("{ #completed }")]


def test_a_retired_recommendation_says_that_its_decision_ended() -> None:
    """Register and page agree: no longer in force, because Microsoft retired it."""
    text = page_of(tenant(), "Gone")
    assert "Ended Microsoft retired it" in text
    assert "Accept , decided on 1 October 2026. Not in force: Microsoft retired it." in text
    assert "Accept since" not in text
    assert "Measured not measured" not in text
    assert "Points not measured" in text


def test_every_page_counts_the_same_acceptances_that_need_a_new_decision() -> None:
    """Expired, regressed and in conflict: the list of home, the insurers' tile, the register and its file."""
    facts = tenant()
    needing = {"Expired", "Back", "Clash"}
    assert {entry.status.id for entry in needing_decision((*facts.register, *facts.covered))} == needing
    listed_first = Read(facts, home.documents).sections["decisions-needed"]
    assert all(name in listed_first for name in needing)
    assert "Need a new decision 3 acceptances and exemptions" in Read(facts, insurer_summary.documents).text
    plan = replace(facts.statuses["Lost"], state=State.REGRESSED, decision=decision("Lost"))
    more = replace(facts, statuses={**facts.statuses, "Lost": plan})
    said = "Need a new decision 4 3 acceptances and exemptions and 1 planned change no longer in force"
    assert said in Read(more, insurer_summary.documents).text
    assert len(Read(more, insurer_register.documents).rows("new-decision")) == 4
    listed = Read(facts, register.documents)
    assert all(name in listed.sections["new-decision"] for name in needing)
    (ended,) = listed.rows("ended-automatically")
    assert "Gone" in ended
    table = register_table(facts)
    at = {column.key: number for number, column in enumerate(table.columns)}
    assert {row[0] for row in table.rows if row[at["section"]] == "needs-decision"} == needing
    assert public.statement(facts).ended == {State.EXPIRED: 1, State.REGRESSED: 1, State.CONFLICT: 1}


def test_every_page_counts_the_same_approvals() -> None:
    """Home, board, register, evidence, the insurers' register and the JSON: one value, in the same words."""
    accept = decision("A", Bucket.ACCEPT, accepted=acceptance(day(200)))
    made = evaluated(workspace(history({"A": (0, 4)}), {"A": versions((1, accept))}), day(1))
    how = (ApprovalKind.APPROVED, ApprovalKind.ATTESTED, ApprovalKind.NAMED)
    (entry,) = made.register
    three = tuple(replace(entry, approval=Approval(kind, entry.decision.owner, day(1), asked=True)) for kind in how)
    facts = replace(made, register=three, covered=())
    counting = "1 approved on GitHub, 1 approved outside GitHub (record not checked), 1 without an approval that counts"
    said = f"in force: {counting}."
    assert f"3 in force: {counting}." in Read(facts, home.documents).text
    assert f"3 {said}" in Read(facts, board.documents).sections["accept"]
    for view in (register, insurer_register):
        read = Read(facts, view.documents)
        assert read.lead.startswith("3 accepted risks are in force; 1 of them has no approval that counts. ")
        assert (
            "All accepted risks 1 (1 high) 1 (1 high) 1 (1 high) 3 (3 high) Managing Director 1 (1 high) 1 (1 high)"
            in read.lead
        )
        for row in ("Approved on GitHub: 1", "Approved outside GitHub: 1", "No approval that counts: 1"):
            assert row in read.sections["approvals"]
    summary = Read(facts, insurer_summary.documents)
    assert "Accepted risks in force 3 on 1 October 2026" in summary.text
    for row, name in zip(summary.rows("approvals"), ("All accepted risks", "Managing Director"), strict=True):
        assert row == f"{name} 1 (1 high) 1 (1 high) 1 (1 high) 3 (3 high)"
    assert (
        "Records: 1 kept elsewhere, not checked (Managing Director). Limits of the proof: approvals on GitHub, their "
        "days and merges are known from a copy of its answers that this organisation keeps."
        in summary.sections["approvals"]
    )
    assert f"3 acceptances and exemptions are {said}" in Read(facts, evidence.documents).sections["approvals"]
    counted = {
        "in_force": 3,
        "approved": 1,
        "attested": 1,
        "record_not_checked": 1,
        "record_does_not_name_it": 0,
        "named": 1,
    }
    assert plain_facts(facts)["approvals"]["accepted"] == counted


def test_a_conflict_is_called_conflict_everywhere() -> None:
    """Board, register, month and the page of the recommendation: in conflict, and neither done nor ended by itself."""
    facts = tenant()
    shown = Read(facts, board.documents)
    assert "Clash" in shown.sections["undecided"]
    assert "1 in conflict: marked not applicable, but measured as done." in shown.sections["undecided"]
    assert "Clash" not in shown.sections["done"]
    new_decision = Read(facts, register.documents).sections["new-decision"]
    assert "Conflict marked not applicable, but measured as done since 2 October 2026" in new_decision
    month = [page.content.decode("utf-8") for page in reviews.documents(facts, Site.of(facts))][1]
    assert "Conflict Clash. Choice: delete the decision, or choose another." in text_of(month)
    text = page_of(facts, "Clash")
    assert "Conflict marked not applicable, but measured as done; a new decision is needed" in text
    assert "when it was done" not in text


def test_undecided_counts_drafts_and_says_so_and_nothing_else_is_called_so() -> None:
    """The board's section and its file hold more than what is undecided, and are called otherwise."""
    facts = tenant()
    assert facts.counts["undecided"] == 4
    assert "4 of 7 measured recommendations have no finished decision" in Read(facts, home.documents).text
    needed = Read(facts, board.documents).sections["undecided"]
    assert "4 undecided, drafts included; 2 expired, breached (worse than accepted) or regressed" in needed
    table = board_table(facts)
    groups = [row[[column.key for column in table.columns].index("group")] for row in table.rows]
    assert groups.count("needs-decision") == 7
    assert "undecided" not in groups


def test_what_was_so_on_the_first_snapshot_is_dated_at_least() -> None:
    """Nobody knows what was before the first snapshot; a later day is exact."""
    facts = tenant()
    assert "Open at least since 1 October 2026, 2 days" in page_of(facts, "Open")
    assert "Open since 2 October 2026, 1 day" in page_of(facts, "Back")
    done = evaluated(workspace(history({"A": (4, 4), "B": (0, 4)}, {"A": (4, 4), "B": (4, 4)})), day(2))
    assert "A at least since 1 October 2026 B since 2 October 2026" in Read(done, board.documents).sections["done"]
    assert "Fully implemented at least since 1 October 2026" in page_of(done, "A")


def test_self_attested_points_are_not_called_measured() -> None:
    """The row names points, and says where Microsoft did not verify them."""
    facts = tenant()
    text = page_of(facts, "Attested")
    assert "Points 4 of 4 points, self-attested, not verified by Microsoft" in text
    assert "Measured 4 of 4" not in text
    assert "First measured" not in text
    assert "Points 1 of 4 points Owner" in page_of(facts, "Back")


def test_the_downloads_page_explains_every_word_of_its_tables() -> None:
    """Each state of a row, its section and its group: no value is left to be guessed."""
    facts = tenant()
    made = {page.path: page.content for page in downloads.documents(facts, Site.of(facts))}
    text = text_of(made[downloads.PATH].decode("utf-8"))
    register_rows = {"conflict", *(state.value for state in AcceptanceState)}
    assert {value for value, *_ in downloads.register_states()} == register_rows | {"regressed"}
    assert {value for value, *_ in downloads.board_states()} == {state.value for state in State}
    for table, columns in ((register_table(facts), ("section", "state")), (board_table(facts), ("group", "state"))):
        for name in columns:
            at = [column.key for column in table.columns].index(name)
            for row in table.rows:
                assert f"{name} {row[at]} " in text, (name, row[at])
    assert "state moot Done since" in text
    assert "state orphan Retired by Microsoft" in text
