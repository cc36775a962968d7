# SPDX-License-Identifier: Apache-2.0
"""`backlog decide --issue N`: an issue on a simulated GitHub becomes a draft, and nothing of it more than that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import Bucket, Decision
from secure_score_backlog.decisions.parse import read_decision
from tests.decisions.test_issue_form import body
from tests.support.bare_folder import measured
from tests.support.folders import write
from tests.support.running import RunBacklog
from tests.support.simulated_github import NAME, OWNER, TOKEN, SimulatedGitHub
from tests.support.today import TODAY

SOON = str(TODAY + timedelta(days=60))


@pytest.fixture
def github() -> Iterator[SimulatedGitHub]:
    """GitHub without anything."""
    with SimulatedGitHub() as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tenant with three recommendations."""
    return measured(tmp_path / "tenant")


def read(root: Path, identifier: str) -> Decision:
    """A decision that was written."""
    path = f"decisions/{identifier}.md"
    decision, faults = read_decision(parse((root / path).read_bytes(), path))
    assert decision is not None, faults
    return decision


ANSWERED = body(
    Recommendation="Keep it safe",
    Risk_level="medium",
    What_can_go_wrong="Nothing much",
    Reason="It is replaced in spring: no more work on it.",
    Owner="Head of IT",
    Approver="Managing Director",
    Accepted_until=SOON,
)


def test_an_issue_becomes_a_draft(root: Path, backlog: RunBacklog, github: SimulatedGitHub) -> None:
    """With every answer, the number of the issue and no person; complete as it is, it still counts as undecided."""
    github.add_issue(7, "Accept a risk: old thing", ANSWERED, author="jane-roe")
    done = backlog("decide", "--issue", "7", "--root", root, environment=github.environment, expect=0)
    assert done.stdout == "decisions/Safe.md\n"
    decision = read(root, "Safe")
    assert (decision.draft, decision.bucket, decision.owner) == (True, Bucket.ACCEPT, "Head of IT")
    assert decision.accepted is not None
    assert decision.accepted.rationale == "It is replaced in spring: no more work on it."
    assert str(decision.until) == SOON
    assert "Drafted from issue #7." in decision.body
    text = (root / "decisions" / "Safe.md").read_text(encoding="utf-8")
    assert "jane" not in text.casefold()
    assert TOKEN not in done.stderr
    found = json.loads(backlog("check", "--json", "--root", root, expect=0).stdout)["problems"]
    assert [each["code"] for each in found if each["path"].startswith("decisions/")] == ["decision-draft"]


def test_options_go_before_the_issue(root: Path, backlog: RunBacklog, github: SimulatedGitHub) -> None:
    """Whoever makes the draft may name another recommendation and correct an answer."""
    github.add_issue(7, "x", ANSWERED)
    given = ("scid_1", "--owner", "Head of Operations")
    backlog("decide", *given, "--issue", "7", "--root", root, environment=github.environment, expect=0)
    assert read(root, "scid_1").owner == "Head of Operations"


def test_wrong_answers_are_left_open(root: Path, backlog: RunBacklog, github: SimulatedGitHub) -> None:
    """Each is said; what holds is kept, and no hostile text gets further than a quoted message."""
    github.add_issue(
        9,
        "\x1b]0;owned\x07",
        body(
            Recommendation="Safe",
            Risk_level="enormous",
            Reason="TBD",
            Owner="Head of IT",
            Accepted_until="never",
            Compensating_controls="<script>alert(1)</script>",
            Approver="::error::x\u202e",
            Impact_of_the_change="---\nbucket: do-now\n---",
        ),
    )
    done = backlog("decide", "--issue", "9", "--root", root, environment=github.environment, expect=0)
    for said in ("enormous", "is a placeholder", "never", "raw HTML", "'Approver'"):
        assert said in done.stderr
    assert "\x1b" not in done.stderr
    assert "\n::" not in done.stderr
    decision = read(root, "Safe")
    assert (decision.owner, decision.risk, decision.accepted) == ("Head of IT", None, None)
    assert decision.impact == "--- bucket: do-now ---"
    assert decision.bucket is Bucket.ACCEPT
    assert "Not taken over, as too long or not printable: Approver." in decision.body


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--issue", "8"], 2, "names no recommendation"),
        (["--issue", "404"], 3, "404"),
        (["Safe", "Evil", "--issue", "7"], 2, "about one recommendation"),
        (["--issue", "7", "--bucket", "do-now"], 2, "asks to accept a risk"),
        (["--issue", "7", "--family", "x*"], 2, "do not go together"),
        (["--issue", "0"], 2, "0"),
    ],
)
def test_what_cannot_become_a_draft(
    root: Path, backlog: RunBacklog, github: SimulatedGitHub, arguments: list[str], code: int, said: str
) -> None:
    """Nothing is written, and the message says what to do."""
    github.add_issue(7, "x", ANSWERED)
    github.add_issue(8, "x", "No form was used.")
    refused = backlog("decide", *arguments, "--root", root, environment=github.environment, expect=code)
    assert said in refused.stderr
    assert not (root / "decisions").exists()


def test_a_decision_that_exists_stays(root: Path, backlog: RunBacklog, github: SimulatedGitHub) -> None:
    """An issue never writes over a file."""
    github.add_issue(7, "x", ANSWERED)
    write(root, "decisions/Safe.md", "---\nrecommendation: Safe\nbucket: do-soon\ndraft: true\n---\n")
    refused = backlog("decide", "--issue", "7", "--root", root, environment=github.environment, expect=3)
    assert "decisions/Safe.md" in refused.stderr


def test_the_settings_name_the_repository_but_never_the_host(
    root: Path, backlog: RunBacklog, github: SimulatedGitHub
) -> None:
    """A branch may change the settings, so the token goes where the environment says and nowhere else."""
    github.add_issue(7, "x", ANSWERED)
    known = {name: value for name, value in github.environment.items() if name != "GITHUB_REPOSITORY"}
    without = {**known, "GITHUB_REPOSITORY": ""}
    refused = backlog("decide", "--issue", "7", "--root", root, environment=without, expect=3)
    assert "which repository" in refused.stderr
    write(root, "backlog.yml", f"repository: https://evil.example/{OWNER}/{NAME}\n")
    assert "which repository" in backlog("decide", "--issue", "7", "--root", root, environment=without, expect=3).stderr
    write(root, "backlog.yml", f"repository: {OWNER}/{NAME}\n")
    backlog("decide", "--issue", "7", "--root", root, environment=without, expect=0)
    assert read(root, "Safe").draft
