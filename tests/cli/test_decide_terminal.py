# SPDX-License-Identifier: Apache-2.0
"""`backlog decide` with a person at a terminal: what is asked, what is refused at once, and when nothing is written."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import Bucket, Decision
from secure_score_backlog.decisions.parse import read_decision
from tests.support.folders import write
from tests.support.running import RunBacklog
from tests.support.tenants import stored

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

from tests.support.terminals import CONTROL_C, Screen, at_terminal
from tests.support.today import TODAY

SOON = str(TODAY + timedelta(days=30))
LATER = str(TODAY + timedelta(days=3000))
ENDED = b"\x04"
"""Ctrl-D on an empty line: the end of input."""
HOSTILE = "\x1b]0;owned\x07\x1b[2J::error::x\u202e</title>"
WHAT = f"<p>Block <b>old</b>&nbsp;clients &amp; more. {HOSTILE}</p>" + "<p>And so on, at length.</p>" * 60


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tenant with four recommendations; one has a status in the portal, one a hostile title."""
    scores = {"BlockLegacy": (0, 8, "Ignored"), "AdminMFA": (5, 8), "UserMFA": (0, 9), "Evil": (1, 4)}
    titles = {"BlockLegacy": "Block old clients", "AdminMFA": "MFA for administrators", "UserMFA": "MFA for users"}
    whole = stored(scores, createdDateTime="2026-10-01T00:00:00Z", averageComparativeScores=[])
    write(tmp_path, "snapshots/2026/2026-10-01.json", json.dumps(whole, default=float))
    update = {"state": "Ignored", "updatedDateTime": "2026-03-02T10:00:00Z"}
    profiles = [
        {"id": name, "title": titles.get(name, HOSTILE), "maxScore": 8, "service": "EXO", "remediation": WHAT}
        | ({"controlStateUpdates": [update]} if name == "BlockLegacy" else {})
        for name in scores
    ]
    write(tmp_path, "snapshots/catalogue.json", json.dumps({"collected": {}, "profiles": profiles, "descriptions": {}}))
    write(tmp_path, "backlog.yml", "risk: {UserMFA: critical}\nroles: {Managing Director: [director]}\n")
    return tmp_path


def session(root: Path, *arguments: str, typing: list[tuple[str, str | bytes]]) -> Screen:
    """One session of a person with `backlog decide`."""
    return at_terminal(["decide", *arguments], typing, cwd=root)


def read(root: Path, identifier: str) -> Decision:
    """A decision that was written."""
    path = f"decisions/{identifier}.md"
    decision, faults = read_decision(parse((root / path).read_bytes(), path))
    assert decision is not None, faults
    return decision


ACCEPT: list[tuple[str, str | bytes]] = [
    ("risk:", "high"),
    ("reduces:", "Password spraying"),
    ("owner:", "Head of IT"),
    ("impact:", "None"),
    ("prerequisites:", "ERP upgrade"),
    ("proof:", ""),
    ("rationale:", "The ERP mailer: needs it."),
    ("approver:", "1"),
    ("until:", SOON),
    ("compensating:", "Two addresses only; none outside"),
    ("another compensating", "Weekly report"),
    ("another compensating", ""),
    ("share [0]:", ""),
    ("Anything more?", ""),
]


def test_an_acceptance_by_questions(root: Path, backlog: RunBacklog) -> None:
    """The text of the recommendation comes first, what the portal says stands beside the question, `check` agrees."""
    done = session(root, "old clients", typing=[("bucket:", "accept"), *ACCEPT, ("Write decisions/", "")])
    assert done.code == 0
    words = " ".join(done.text.split())
    assert "Block old clients & more." in words
    assert "0 of 8 on 1 October 2026" in words
    assert "risk accepted, since 2 March 2026" in words
    assert "says “risk accepted”, which is accept here." in words
    assert words.index("Block old clients & more.") < words.index("What is decided?")
    assert "due" not in done.text.split("What is decided?")[1].split("decisions/BlockLegacy.md")[0]
    decision = read(root, "BlockLegacy")
    assert (decision.bucket, decision.draft, decision.owner) == (Bucket.ACCEPT, False, "Head of IT")
    assert decision.accepted is not None
    assert decision.accepted.rationale == "The ERP mailer: needs it."
    assert decision.accepted.compensating == ("Two addresses only; none outside", "Weekly report")
    assert str(decision.until) == SOON
    assert "`proof` left open" in done.text
    found = json.loads(backlog("check", "--json", "--root", root, expect=0).stdout)["problems"]
    assert [each["code"] for each in found if each["path"].startswith("decisions/")] == ["decision-unanswered"]


def test_what_a_person_types_is_taken_as_it_is_meant(root: Path) -> None:
    """A bucket with a blank, a role in another case, and a plain no; each word for more is explained."""
    typed = {"bucket:": "Accept", "approver:": "managing director", "Anything more?": "no"}
    answers = [(question, typed.get(question, answer)) for question, answer in ACCEPT]
    done = session(root, "BlockLegacy", typing=[("bucket:", "Accept"), *answers, ("Write decisions/", "")])
    assert done.code == 0
    decision = read(root, "BlockLegacy")
    assert decision.accepted is not None
    assert decision.accepted.approver == "Managing Director"
    assert "links: addresses of tickets or documents" in done.text
    words = " ".join(done.text.split())
    assert "if it were done? You may leave it empty; `check` then reminds of it." in words
    assert "so nothing has to be." in words
    done = session(root, "UserMFA", typing=[("bucket:", "do now"), ("risk [critical]:", CONTROL_C.encode())])
    assert done.code == 130


def test_a_wrong_answer_is_asked_again_at_once(root: Path) -> None:
    """Placeholders, days that are none or too far, and a wrong choice; what holds is kept."""
    done = session(
        root,
        "BlockLegacy",
        typing=[
            ("bucket:", ""),
            ("Type a number from 1 to 4", b""),
            ("bucket:", "9"),
            ("Type a number from 1 to 4", b""),
            ("bucket:", "acc"),
            ("risk:", "enormous"),
            ("takes one of critical", b""),
            ("risk:", "7"),
            ("The list has no number", b""),
            ("risk:", "4"),
            ("reduces:", ""),
            ("owner:", "TBD"),
            ("is a placeholder", b""),
            ("owner:", "jane.roe@example.com"),
            ("looks like a person", b""),
            ("owner:", "Head of IT"),
            *[(f"{name}:", "") for name in ("impact", "prerequisites", "proof")],
            ("rationale:", "<b>bold</b>"),
            ("raw HTML", b""),
            ("rationale:", "It is needed."),
            ("approver:", "Managing Director"),
            ("at the latest", b""),
            ("until:", LATER),
            ("longer than 12 months", b""),
            ("until:", "tomorrow"),
            ("takes a day of the calendar", b""),
            ("until:", SOON),
            ("compensating:", ""),
            ("share", ""),
            ("Anything more?", ""),
            ("Write decisions/", "y"),
        ],
    )
    assert done.code == 0
    decision = read(root, "BlockLegacy")
    assert (decision.owner, decision.risk, str(decision.until)) == ("Head of IT", "low", SOON)


ROLES = "roles: {Managing Director: [director], Head of IT: [it], Board: []}\n"
UP_TO_THE_APPROVER: list[tuple[str, str | bytes]] = [
    ("1  Managing Director", b""),
    ("owner:", "2"),
    *[(f"{name}:", "") for name in ("impact", "prerequisites", "proof")],
    ("rationale:", "It is needed."),
]
FROM_THE_LAST_DAY: list[tuple[str, str | bytes]] = [
    ("until:", SOON),
    ("compensating:", ""),
    ("share", ""),
    ("Anything more?", ""),
    ("Write decisions/", ""),
]


def test_an_approver_is_judged_at_once(root: Path) -> None:
    """Offered are the roles with a login, without the owner; the owner and a role without a login are objected to."""
    write(root, "backlog.yml", ROLES)
    done = session(
        root,
        "BlockLegacy",
        typing=[
            ("bucket:", "accept"),
            ("risk:", "medium"),
            ("reduces:", ""),
            *UP_TO_THE_APPROVER,
            ("approver:", "head of it"),
            ("is the owner too", b""),
            ("These may approve it: Managing Director.", b""),
            ("approver:", "Board"),
            ("gives this role no login", b""),
            ("outside GitHub already, with a record? (y/n) [n]", ""),
            ("Keep this approver? (y/n) [n]", ""),
            ("approver:", "1"),
            ("until:", ""),
            ("compensating:", ""),
            ("share", ""),
            ("Anything more?", ""),
            ("Still open: accepted.until.", b""),
            ("Write decisions/", ""),
        ],
    )
    assert done.code == 0
    asked = done.text.split("The role that may accept this risk.")[1].split("approver:")[0]
    assert "1  Managing Director" in asked
    assert not {"Head of IT", "Board"} & set(asked.split("  "))
    assert "approver: Managing Director" in (root / "decisions/BlockLegacy.md").read_text(encoding="utf-8")


def test_a_critical_risk_needs_a_login_or_a_record(root: Path, backlog: RunBacklog) -> None:
    """Whoever has no login is objected to, unless the approval on paper is answered: by the approver, with a record."""
    write(root, "backlog.yml", ROLES)
    done = session(
        root,
        "BlockLegacy",
        typing=[
            ("bucket:", "accept"),
            ("risk:", "critical"),
            ("reduces:", ""),
            *UP_TO_THE_APPROVER,
            ("approver:", "Board"),
            ("outside GitHub already", "n"),
            ("Keep this approver?", "n"),
            ("approver:", "Board"),
            ("outside GitHub already", "y"),
            ("approval-by [Board]:", "Managing Director"),
            ('Only the approver can approve it: Enter takes "Board"', b""),
            ("approval-by [Board]:", "Head of IT"),
            ('Only the approver can approve it: Enter takes "Board"', b""),
            ("approval-by [Board]:", ""),
            ("approval-on:", str(TODAY)),
            ("approval-record:", "Minutes of the board, item 4"),
            *FROM_THE_LAST_DAY,
        ],
    )
    assert done.code == 0
    assert "Keep this answer?" not in done.text
    decision = read(root, "BlockLegacy")
    assert not decision.draft
    assert decision.accepted is not None
    assert decision.accepted.approval is not None
    found = json.loads(backlog("check", "--json", "--root", root).stdout)["problems"]
    assert not {"decision-critical-approver", "decision-approver-unlisted"} & {each["code"] for each in found}


def test_without_github_the_record_is_asked_for_at_once(root: Path) -> None:
    """No role has a login, and no repository is named: every other role is offered, and its record is asked for."""
    write(root, "backlog.yml", "roles: {Managing Director: [], Head of IT: [], Board: []}\n")
    done = session(
        root,
        "BlockLegacy",
        typing=[
            ("bucket:", "accept"),
            ("risk:", "critical"),
            ("reduces:", ""),
            *UP_TO_THE_APPROVER,
            ("2  Board", b""),
            ("approver:", "2"),
            ("approve it already, with a record? (y/n) [n]", "y"),
            ("approval-by [Board]:", ""),
            ("approval-on:", str(TODAY)),
            ("approval-record:", f"docs/reviews/{TODAY:%Y-%m}.md"),
            *FROM_THE_LAST_DAY,
        ],
    )
    assert done.code == 0
    words = " ".join(done.text.split())
    assert "GitHub" not in words
    assert f'BlockLegacy: The record of the approval, "docs/reviews/{TODAY:%Y-%m}.md", is not there, so' in words
    assert words.endswith("Run `backlog check`, and commit it.")
    decision = read(root, "BlockLegacy")
    assert decision.accepted is not None
    assert decision.accepted.approval is not None


@pytest.mark.parametrize(("risk", "is_draft"), [("critical", True), ("high", False)])
def test_an_honest_no_goes_on(root: Path, backlog: RunBacklog, risk: str, *, is_draft: bool) -> None:
    """The approver is only named; of a critical risk it stays a draft, which the command that is printed finishes."""
    write(root, "backlog.yml", "roles: {Board: [], Head of IT: []}\n")
    rest: list[tuple[str, str | bytes]] = [(f"{name}:", "x-ray") for name in ("impact", "prerequisites", "proof")]
    done = session(
        root,
        "BlockLegacy",
        typing=[
            ("bucket:", "accept"),
            ("risk:", risk),
            ("reduces:", "x-ray"),
            ("owner:", "2"),
            *rest,
            ("rationale:", "It is needed."),
            ("approver:", "1"),
            ("approve it already, with a record? (y/n) [n]", "n"),
            ("the approver is only named", b""),
            *FROM_THE_LAST_DAY,
        ],
    )
    assert done.code == 0
    assert read(root, "BlockLegacy").draft is is_draft
    words = " ".join(done.text.split())
    assert ("Still open: accepted.approval." in words) is is_draft
    command = words.split("Once it is approved: `backlog ")[1].split("`")[0]
    typed = shlex.split(command.replace("YYYY-MM-DD", str(TODAY)).replace("RECORD", "'Minutes, item 4'"))
    backlog(*typed, "--root", root, expect=0)
    decision = read(root, "BlockLegacy")
    assert not decision.draft
    assert decision.accepted is not None
    assert decision.accepted.approval is not None
    found = json.loads(backlog("check", "--json", "--root", root, expect=0).stdout)["problems"]
    assert [each["code"] for each in found if each["path"].startswith("decisions/")] == []


def test_what_is_left_open_makes_a_draft(root: Path) -> None:
    """A dash leaves a question open although an answer is proposed; the file says what is missing."""
    done = session(
        root,
        "AdminMFA",
        typing=[
            ("bucket:", "do-now"),
            ("risk:", "-"),
            ("reduces:", "x-ray"),
            ("owner:", ""),
            *[(f"{name}:", "x-ray") for name in ("impact", "prerequisites", "proof")],
            ("due:", ""),
            ("Anything more? blocked, ask, links", "blocked"),
            ("blocked-by:", "licensing"),
            ("blocked-since [", ""),
            ("blocked-note:", "A licence"),
            ("Anything more? ask, links", ""),
            ("Still open: risk, owner, due.", b""),
            ("Write decisions/", ""),
        ],
    )
    assert done.code == 0
    decision = read(root, "AdminMFA")
    assert (decision.draft, decision.bucket, decision.proof) == (True, Bucket.DO_NOW, "x-ray")
    assert decision.blocked is not None
    assert decision.blocked.since == TODAY


@pytest.mark.parametrize(
    ("typing", "code"),
    [
        ([("bucket:", CONTROL_C.encode())], 130),
        ([("bucket:", "3"), ("risk:", CONTROL_C.encode())], 130),
        ([("bucket:", ENDED)], 130),
        ([("bucket:", "3"), *ACCEPT, ("Write decisions/", ENDED), ("as a draft?", "n")], 130),
        ([("bucket:", "3"), *ACCEPT, ("Write decisions/", "n")], 0),
    ],
)
def test_whoever_says_no_leaves_nothing_behind(root: Path, typing: list[tuple[str, str | bytes]], code: int) -> None:
    """Ctrl-C or the end of input before the first answer, or later and a no to the draft; and a no at the end."""
    before = sorted(root.rglob("*"))
    done = session(root, "BlockLegacy", typing=typing)
    assert done.code == code
    assert "Nothing was written." in done.text
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize(
    "last",
    [
        [("owner:", ENDED), ("Keep 2 answers as a draft? (y/n) [y]", "")],
        [("owner:", CONTROL_C.encode())],  # it is pressed again where the program asks
        [("owner:", ENDED), ("Keep 2 answers", ENDED)],
    ],
    ids=["yes", "Ctrl-C", "end of input"],
)
def test_whoever_stops_loses_no_answer(root: Path, last: list[tuple[str, str | bytes]]) -> None:
    """Ctrl-C, twice, or the end of input: what was answered is a draft, which the command goes on with."""
    begun: list[tuple[str, str | bytes]] = [("bucket:", "3"), ("risk:", "high"), ("reduces:", "Password spraying")]
    done = session(root, "BlockLegacy", typing=[*begun, *last])
    assert done.code == 130
    assert "`backlog decide BlockLegacy` goes on" in " ".join(done.text.split())
    kept = read(root, "BlockLegacy")
    assert (kept.draft, kept.bucket, kept.risk, kept.reduces) == (True, Bucket.ACCEPT, "high", "Password spraying")
    rest: list[tuple[str, str | bytes]] = [("owner:", "Head of IT"), ("rationale:", ENDED), ("Keep 1", "")]
    again = session(root, "BlockLegacy", typing=rest)
    assert again.code == 130
    assert "reduces:" not in again.text.split("Ctrl-C ends")[1].split("rationale:")[0]
    assert "impact:" not in again.text, "what may stay open is asked after what is required"
    assert (read(root, "BlockLegacy").owner, read(root, "BlockLegacy").reduces) == ("Head of IT", "Password spraying")


def test_a_dry_run_that_is_stopped_writes_nothing(root: Path) -> None:
    """Not even a draft."""
    typing: list[tuple[str, str | bytes]] = [("bucket:", "3"), ("risk:", "high"), ("reduces:", CONTROL_C.encode())]
    assert session(root, "BlockLegacy", "--dry-run", typing=typing).code == 130
    assert not (root / "decisions").exists()


def test_the_terminal_obeys_no_title_and_no_text(root: Path) -> None:
    """What Microsoft sends cannot clear the screen, set its title, turn the text around or command a workflow."""
    done = session(root, "Evil", typing=[("bucket:", CONTROL_C.encode())])
    assert b"\x1b]0;" not in done.raw
    assert b"\x1b[2J" not in done.raw
    assert b"\xe2\x80\xae" not in done.raw
    assert "\n::error" not in done.text
    assert "title" in done.text


def test_words_of_several_titles_can_be_chosen_from(root: Path) -> None:
    """The candidates are numbered; a number that is none is asked again."""
    options = ["--bucket", "do-soon", "--risk", "high", "--owner", "Head of IT", "--due", SOON]
    done = session(root, "mfa", *options, typing=[("2 recommendations have", b""), ("number:", "2"), ("Write", "y")])
    assert done.code == 0
    assert read(root, "UserMFA").owner == "Head of IT"
    assert "What is decided?" not in done.text


def test_without_a_name_what_waits_is_offered_by_risk(root: Path) -> None:
    """The highest risk is the first of the list; options that answer everything are not asked again."""
    options = ["--bucket", "do-soon", "--risk", "high", "--owner", "Head of IT", "--due", SOON]
    done = session(root, *options, typing=[("1  MFA for users (UserMFA)", b""), ("number:", "1"), ("Write", "y")])
    assert done.code == 0
    assert not read(root, "UserMFA").draft


def test_no_input_asks_nothing_at_a_terminal(root: Path) -> None:
    """As in a script: what is not answered stays open."""
    done = session(root, "AdminMFA", "--no-input", typing=[])
    assert done.code == 0
    assert read(root, "AdminMFA").draft
    assert session(root, "--no-input", typing=[]).code == 2
    assert session(root, "mfa", "--no-input", typing=[]).code == 2


def test_what_is_not_utf_8_is_asked_again(root: Path) -> None:
    """Bytes that are no text are no bug and no answer, whatever the system does with them."""
    for errors, said in (("strict", "not UTF-8"), ("surrogateescape", "Type a number from 1 to 4")):
        done = at_terminal(
            ["decide", "AdminMFA"],
            [("bucket:", b"\xff\xfe\n"), (said, b""), ("bucket:", CONTROL_C.encode())],
            cwd=root,
            environment={"PYTHONIOENCODING": f"utf-8:{errors}"},
        )
        assert done.code == 130


def test_an_answer_that_cannot_be_printed_is_asked_again(root: Path) -> None:
    """Escapes and bytes that are no text would reach the file, its readers and their terminals."""
    done = session(
        root,
        "AdminMFA",
        "--bucket",
        "do-soon",
        typing=[
            ("risk:", "high"),
            ("reduces:", ""),
            ("owner:", "Head\u2028of IT"),
            ("cannot be printed", b""),
            ("owner:", CONTROL_C.encode()),
        ],
    )
    assert done.code == 130
