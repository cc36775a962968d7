# SPDX-License-Identifier: Apache-2.0
"""`backlog decide` where there is a file already: a draft gets what it lacks, a decision only what --change says."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import Bucket, Decision
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.proposal import Proposal
from tests.support.bare_folder import measured
from tests.support.folders import write
from tests.support.running import RunBacklog
from tests.support.today import TODAY

SOON = TODAY + timedelta(days=60)
PATH = "decisions/Safe.md"
ANSWERS = (
    *("--impact", "Two scanners stop.", "--prerequisites", "SMTP relay.", "--proof", "The sign-in log."),
    *("--rationale", 'The "ERP": no other way.', "--approver", "Managing Director", "--until", str(SOON)),
)
DRAFT = """\
---
# Asked by the service desk.
recommendation: Safe
draft: true   # not agreed yet

bucket: accept
risk: high  # higher in January
# Which risk?
reduces: "Spraying: old clients # 3"
owner: Head of IT
impact:
prerequisites: TBD   # ask Ana's team
accepted:
    # Why?
    rationale:
    compensating:
    - Two addresses only

    until:      # a day
# ask:
#   - from: leadership
links: [https://tickets.example/1]
---

# Discussion

draft: true is only a text here.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tenant with three recommendations and one draft."""
    folder = measured(tmp_path / "tenant")
    write(folder, PATH, DRAFT)
    return folder


def read(root: Path) -> Decision:
    """The decision of the file, without errors."""
    decision, faults = read_decision(parse((root / PATH).read_bytes(), PATH))
    assert decision is not None, faults
    return decision


def text(root: Path) -> str:
    """The file."""
    return (root / PATH).read_bytes().decode("utf-8")


def decisions_in(backlog: RunBacklog, root: Path) -> list[dict[str, Any]]:
    """What `check` says about decisions."""
    found = json.loads(backlog("check", "--json", "--root", root).stdout)["problems"]
    return [each for each in found if each["path"].startswith("decisions/")]


def test_a_draft_gets_what_it_lacks_and_keeps_the_rest(root: Path, backlog: RunBacklog) -> None:
    """Every comment, the text and every answer stay; only the lines of the answers and of `draft` differ."""
    done = backlog("decide", "Safe", "--no-input", "--root", root, *ANSWERS, expect=0)
    assert done.stdout == f"{PATH}\n"
    made = text(root)
    gone = [line for line in DRAFT.split("\n") if line not in made.split("\n")]
    assert gone == [
        "draft: true   # not agreed yet",
        "impact:",
        "prerequisites: TBD   # ask Ana's team",
        "    rationale:",
        "    until:      # a day",
    ]
    assert "\nprerequisites: SMTP relay.  # ask Ana's team\nproof: The sign-in log.\naccepted:\n    # Why?\n" in made
    assert f"\n    until: {SOON}  # a day\n" in made
    assert made.partition("\n---\n")[2] == DRAFT.partition("\n---\n")[2].partition("\n---\n")[2] or made.endswith(
        "# Discussion\n\ndraft: true is only a text here.\n"
    )
    decision = read(root)
    assert not decision.draft
    assert (decision.reduces, decision.owner) == ("Spraying: old clients # 3", "Head of IT")
    assert decision.accepted is not None
    assert decision.accepted.rationale == 'The "ERP": no other way.'
    assert decision.accepted.compensating == ("Two addresses only",)
    assert decision.accepted.approver == "Managing Director"
    assert [each["code"] for each in decisions_in(backlog, root)] == ["decision-approver-unlisted"]


def test_a_finished_draft_says_nothing_about_drafts(root: Path, backlog: RunBacklog) -> None:
    """What the program wrote about finishing it is gone with `draft`, and so is the empty comment above."""
    (root / PATH).unlink()
    given = ("--risk", "high", "--reduces", "Spraying.", "--owner", "Head of IT")
    backlog("decide", "Safe", "--bucket", "accept", *given, "--no-input", "--root", root, expect=0)
    drafted = [line for line in text(root).split("\n") if line.startswith("#")]
    backlog("decide", "Safe", "--no-input", "--root", root, *ANSWERS, expect=0)
    assert not read(root).draft
    finished = [line for line in text(root).split("\n") if line.startswith("#")]
    gone = [line for line in drafted if line not in finished]
    assert len(gone) == 2, gone
    assert gone[0] == "#"
    assert "counts as undecided" in gone[1]


def test_one_answer_more_is_still_a_draft(root: Path, backlog: RunBacklog) -> None:
    """What is still open is named; with --draft it stays one although nothing is open."""
    done = backlog("decide", "Safe", "--no-input", "--root", root, "--impact", "Nobody notices.", expect=0)
    assert "Still open: accepted.rationale, accepted.approver, accepted.until." in done.stderr
    assert read(root).draft
    assert "# not agreed yet" in text(root)
    backlog("decide", "Safe", "--no-input", "--draft", "--root", root, *ANSWERS[2:], expect=0)
    assert read(root).draft
    backlog("decide", "Safe", "--no-input", "--root", root, expect=0)
    assert not read(root).draft


def test_a_mistake_in_the_draft_keeps_it_one_and_loses_no_answer(root: Path, backlog: RunBacklog) -> None:
    """The placeholder is not this person's answer, so the others are written, and it is said why it is a draft."""
    answers = [each for each in ANSWERS if each not in ("--prerequisites", "SMTP relay.")]
    done = backlog("decide", "Safe", "--no-input", "--root", root, *answers, expect=0)
    assert 'Safe: It stays a draft. "TBD" is a placeholder and counts as no answer.' in " ".join(done.stderr.split())
    assert read(root).draft
    assert "proof: The sign-in log." in text(root)
    assert "prerequisites: TBD   # ask Ana's team" in text(root)


def test_line_endings_stay(root: Path, backlog: RunBacklog) -> None:
    """A file from Windows keeps its line endings, in the new lines too."""
    (root / PATH).write_bytes(DRAFT.replace("\n", "\r\n").encode())
    backlog("decide", "Safe", "--no-input", "--root", root, *ANSWERS, expect=0)
    content = (root / PATH).read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert not read(root).draft


@pytest.mark.parametrize("bucket", list(Bucket))
def test_what_the_program_wrote_itself_is_completed(root: Path, backlog: RunBacklog, bucket: Bucket) -> None:
    """The draft of the browser and the scaffold of the command, of every bucket, without what they say about drafts."""
    planned = bucket in (Bucket.DO_NOW, Bucket.DO_SOON)
    claim = ("--cover-reason", "third-party", "--covered-by", "Mail gateway", "--evidence", "Its rules.", *ANSWERS[8:])
    answers = {
        Bucket.ACCEPT: ANSWERS,
        Bucket.NOT_APPLICABLE: claim,
    }.get(bucket, (*ANSWERS[:6], "--due", str(SOON)))
    common = ("--owner", "Head of IT", "--risk", "low", "--reduces", "Spraying.")
    write(root, PATH, Proposal("Safe", "Title", bucket, 12, {}, ("Head of IT",)).text())
    backlog("decide", "scid_1", "--no-input", "--root", root, "--bucket", bucket, expect=0)
    backlog("decide", "Safe", "--no-input", "--root", root, *common, *answers, expect=0)
    other = [each.replace("The ", "Another ") for each in (*common, *answers)]
    backlog("decide", "scid_1", "--no-input", "--root", root, *other, expect=0)
    assert planned == (read(root).due == SOON)
    for path in (PATH, "decisions/scid_1.md"):
        made = (root / path).read_text(encoding="utf-8")
        assert "draft" not in made.replace("# A draft counts", "A draft counts").partition("\n---\n")[0], path
    assert {each["code"] for each in decisions_in(backlog, root)} <= {"decision-approver-unlisted"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--owner", "Service Desk"), 2, 'decisions/Safe.md answers this already: "Head of IT".'),
        (("--bucket", "do-soon"), 2, "decisions/Safe.md is of bucket accept."),
        (("--due", str(SOON)), 2, "A decision of bucket accept has no --due."),
        (("--approver", "Head of IT", "--until", str(SOON)), 2, "is the owner too"),
        (("--from-portal", "--change"), 2, "--change is about one decision."),
    ],
)
def test_what_contradicts_the_draft_is_refused(
    root: Path, backlog: RunBacklog, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """The file stays as it is, to the byte."""
    refused = backlog("decide", "Safe", "--no-input", "--root", root, *arguments, expect=code)
    assert said in " ".join(refused.stderr.split())
    assert text(root) == DRAFT


def test_a_made_decision_is_changed_only_by_the_flag(root: Path, backlog: RunBacklog) -> None:
    """Without --change it is refused; with it, what the options name changes and nothing else."""
    backlog("decide", "Safe", "--no-input", "--root", root, *ANSWERS, expect=0)
    before = text(root)
    later = str(SOON + timedelta(days=30))
    refused = backlog("decide", "Safe", "--no-input", "--root", root, "--until", later, expect=3)
    assert "--change" in refused.stderr
    for arguments in (("--change",), ("--change", "--draft", "--until", later)):
        refused = backlog("decide", "Safe", "--no-input", "--root", root, *arguments, expect=2)
        assert "is a decision that is made" in refused.stderr
    assert text(root) == before
    backlog("decide", "Safe", "--no-input", "--change", "--root", root, "--until", later, expect=0)
    assert text(root) == before.replace(str(SOON), later)


@pytest.mark.parametrize(
    "lines",
    [
        "accepted: {rationale: Ours alone., approver: Managing Director}  # agreed",
        "accepted: {\n  rationale: Ours alone.,\n  approver: Managing Director}",
        "accepted:\n  rationale: >\n    Ours\n    alone.\n  approver: Managing Director",
        "accepted:\n  approver: Managing Director\n  # Why?\n  rationale: Ours alone.\n# The end",
    ],
)
def test_however_it_is_written(root: Path, backlog: RunBacklog, lines: str) -> None:
    """Either the answer is in its place and nothing else changes, or the file stays and the person is told."""
    head = DRAFT.partition("accepted:")[0].replace("TBD", "SMTP relay.").replace("impact:", "impact: None of note.")
    written = f"{head}{lines}\nlinks: [https://tickets.example/1]\n---\nText.\n"
    write(root, PATH, written)
    done = backlog("decide", "Safe", "--no-input", "--root", root, "--until", str(SOON), expect=None)
    if done.returncode == 3:
        assert "cannot change with certainty" in done.stderr
        assert text(root) == written
        return
    decision = read(root)
    assert decision.accepted is not None
    assert (decision.accepted.rationale.strip(), decision.until, decision.draft) == ("Ours alone.", SOON, False)
    assert decision.accepted.approver == "Managing Director"
    remarks = [line.partition("#")[2] for line in written.split("\n") if "#" in line and "agreed yet" not in line]
    assert [line.partition("#")[2] for line in text(root).split("\n") if "#" in line] == remarks


def test_several_questions_are_left_to_an_editor(root: Path, backlog: RunBacklog) -> None:
    """A list of questions has no place for one answer."""
    asks = "ask:\n- {from: leadership, since: 2026-10-01, question: Fund it?}\n"
    write(root, PATH, DRAFT.replace("links:", f"{asks}links:"))
    refused = backlog(
        *("decide", "Safe", "--no-input", "--root", root, "--ask-from", "CIO", "--ask-since", "2026-10-02"),
        *("--ask-question", "Why?"),
        expect=3,
    )
    assert "`ask` is written in a way" in refused.stderr


def test_a_draft_and_a_new_file_are_written_together(root: Path, backlog: RunBacklog) -> None:
    """Both, or none where one of them cannot be."""
    given = ("--owner", "Head of IT", "--bucket", "accept", "--impact", "Nobody notices.")
    refused = backlog("decide", "Safe", "Evil", "--no-input", "--root", root, *given, "--until", "soon", expect=2)
    assert "--until" in refused.stderr
    assert text(root) == DRAFT
    done = backlog("decide", "Safe", "Evil", "--no-input", "--root", root, *given, expect=0)
    assert done.stdout.split() == [PATH, "decisions/Evil.md"]
    assert "impact: Nobody notices." in text(root)


def test_a_dry_run_shows_the_completed_draft(root: Path, backlog: RunBacklog) -> None:
    """And writes nothing."""
    done = backlog("decide", "Safe", "--no-input", "--dry-run", "--root", root, *ANSWERS, expect=0)
    assert "# Asked by the service desk." in done.stdout
    assert 'rationale: "The \\"ERP\\": no other way."' in done.stdout
    assert text(root) == DRAFT


if sys.platform != "win32":
    from tests.support.terminals import at_terminal

    def test_at_a_terminal_only_what_is_open_is_asked(root: Path) -> None:
        """In the order of the format; what the draft answers is not asked again."""
        write(root, "backlog.yml", "roles: {Managing Director: [login]}\n")
        done = at_terminal(
            ["decide", "Safe"],
            [
                ("rationale:", "The ERP needs it."),
                ("approver:", "Managing Director"),
                ("until:", str(SOON)),
                ("share [", ""),
                ("impact:", "None of note."),
                ("prerequisites:", "SMTP relay."),
                ("proof:", "The log."),
                ("Anything more?", ""),
                ("Write decisions/Safe.md?", "y"),
            ],
            cwd=root,
        )
        assert done.code == 0
        for name in ("bucket", "risk", "owner", "reduces", "compensating"):
            assert f"\n{name}:" not in done.text.partition("Write decisions/")[0].split("Asked by the service desk")[0]
        decision = read(root)
        assert not decision.draft
        assert decision.accepted is not None
        assert decision.accepted.rationale == "The ERP needs it."
        assert decision.accepted.compensating == ("Two addresses only",)


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("aad_linkedin_connection_disables", ("--until", "{later}")),
        ("AATP_KerberosDelegations", ("--share", "1/4", "--until", "{later}")),
        ("aad_admin_consent_workflow", ("--due", "{soon}")),
    ],
)
def test_another_answer_is_judged_as_made_today(
    sample_tenant: Path, backlog: RunBacklog, name: str, answers: tuple[str, ...]
) -> None:
    """What expired, was breached or regressed is renewed long after it was decided; a term counts from today on."""
    given = [each.format(later=TODAY + timedelta(days=330), soon=TODAY + timedelta(days=60)) for each in answers]
    command = ("decide", name, "--no-input", "--change", "--dry-run", "--root", str(sample_tenant), *given)
    done = backlog(*command, expect=0)
    assert name in done.stderr + done.stdout
    refused = backlog(*command[:-1], str(TODAY + timedelta(days=500)), expect=2)
    assert "longer than 12 months" in refused.stderr or "92 days" in refused.stderr
