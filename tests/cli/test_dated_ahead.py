# SPDX-License-Identifier: Apache-2.0
"""Commits and snapshots dated in the future: `check` fails and names them, commands and pages say so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secure_score_backlog.cli import options
from tests.cli.test_check import checked, codes, plan
from tests.support.bare_folder import measured
from tests.support.folders import contents, write
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.today import TODAY

AHEAD = "2099-01-01"


@pytest.fixture
def ahead(tmp_path: Path) -> tuple[Repository, str]:
    """A backlog with a commit of 2099, one of a right clock after it, and the id of the first."""
    repository = Repository(measured(tmp_path / "tenant"))
    repository.commit("Collect", when="2026-10-04T05:00:00+00:00")
    repository.write("decisions/Safe.md", plan("Safe"))
    culprit = repository.commit("Decide", when=f"{AHEAD}T12:00:00+00:00")
    repository.write("docs/guide/a.md", "# A\n")
    repository.commit("Write", when="2026-10-05T12:00:00+00:00")
    return repository, culprit


def test_check_fails_on_a_commit_dated_in_the_future(ahead: tuple[Repository, str], backlog: RunBacklog) -> None:
    """It names the commit whose clock was wrong, not the one after it, and what to do."""
    repository, culprit = ahead
    found = checked(backlog, "--root", repository.folder, expect=1)
    (fault,) = [problem for problem in found["problems"] if problem["code"] == "commit-in-future"]
    assert (fault["severity"], fault["path"]) == ("error", ".git")
    assert fault["message"].startswith(f"Commit {culprit[:10]} is dated {AHEAD}, after today ({TODAY}): the clock")
    assert "--as-of" in fault["hint"]


def test_a_commit_dated_in_the_future_hides_no_other_problem(
    ahead: tuple[Repository, str], backlog: RunBacklog
) -> None:
    """Decisions, settings and files that came with it or after it are checked as of today all the same."""
    repository, _ = ahead
    repository.write("decisions/Evil.md", plan("Evil", TODAY + timedelta(days=93)))
    repository.write("decisions/Other.md", plan("Safe", risk="hihg"))
    repository.write("backlog.yml", "organization: X\nowners: [CIO]\n")
    repository.commit("Decide more", when=f"{AHEAD}T13:00:00+00:00")
    found = [(path, code) for path, _, code in codes(checked(backlog, "--root", repository.folder, expect=1))]
    assert {
        ("decisions/Evil.md", "decision-due-too-far"),
        ("decisions/Other.md", "decision-wrong-value"),
        ("decisions/Safe.md", "decision-owner-unlisted"),
        ("backlog.yml", "settings-unknown-key"),
    } <= set(found)


def test_check_fails_on_a_snapshot_dated_in_the_future(tmp_path: Path, backlog: RunBacklog) -> None:
    """The file is named; also in a folder without Git."""
    root = measured(tmp_path / "tenant")
    (root / "snapshots" / "2099").mkdir()
    text = (root / "snapshots" / "2026" / "2026-10-03.json").read_text(encoding="utf-8").replace("2026-10-03", AHEAD)
    (root / "snapshots" / "2099" / f"{AHEAD}.json").write_text(text, encoding="utf-8")
    write(root, "backlog.yml", "organization: X\n")
    found = codes(checked(backlog, "--root", root, expect=1))
    assert ("backlog.yml", 1, "settings-unknown-key") in found
    assert [fault for fault in found if fault[2].endswith("-in-future")] == [
        (f"snapshots/2099/{AHEAD}.json", None, "snapshot-in-future")
    ]
    assert f"This snapshot is of {AHEAD}" in backlog("status", "--root", root, expect=0).stderr


def test_check_passes_on_the_day_of_the_newest_commit(tmp_path: Path, backlog: RunBacklog) -> None:
    """A commit of today is not ahead."""
    repository = Repository(measured(tmp_path / "tenant"))
    repository.commit("Collect", when=f"{TODAY}T00:00:00+00:00")
    assert checked(backlog, "--root", repository.folder, expect=0)["errors"] == 0


def test_a_commit_on_the_branch_of_snapshots_is_named(tmp_path: Path, backlog: RunBacklog) -> None:
    """The catalogue of that branch counts from its commits."""
    repository = Repository(measured(tmp_path / "tenant"))
    repository.git("switch", "--quiet", "--create", "snapshots")
    culprit = repository.commit("Collect", when=f"{AHEAD}T05:00:00+00:00")
    repository.git("switch", "--quiet", "--orphan", "main")
    repository.write("backlog.yml", "snapshots: {branch: snapshots}\n")
    repository.commit("Begin", when="2026-10-05T05:00:00+00:00")
    found = checked(backlog, "--root", repository.folder, expect=1)
    assert [fault["message"].split()[1] for fault in found["problems"] if fault["code"] == "commit-in-future"] == [
        culprit[:10]
    ]


@pytest.mark.parametrize("verb", ["status", "triage", "render"])
def test_commands_say_that_the_day_is_in_the_future(
    ahead: tuple[Repository, str], backlog: RunBacklog, verb: str
) -> None:
    """They judge the newest day, as ever, and name the commit that sets it."""
    repository, culprit = ahead
    said = backlog(verb, "--root", repository.folder, expect=0).stderr
    assert f"Note: this is as of {AHEAD}. Commit {culprit[:10]} is dated {AHEAD}" in said
    if verb != "triage":
        assert "Note:" not in backlog(verb, "--root", repository.folder, "--as-of", "2026-10-05", expect=0).stderr


def test_no_month_is_signed_while_a_commit_is_ahead(ahead: tuple[Repository, str], backlog: RunBacklog) -> None:
    """Decisions dated years ahead would be missing in the month's facts, and months to come would count as over."""
    repository, culprit = ahead
    for month in ("2026-10", "2098-12"):
        assert culprit[:10] in backlog("review", month, "--root", repository.folder, expect=3).stderr


@pytest.mark.parametrize("profile", ["internal", "insurer", "public"])
def test_pages_say_which_commit_sets_their_day(
    ahead: tuple[Repository, str], backlog: RunBacklog, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page does, from the data alone: with another clock the bytes are the same."""
    repository, culprit = ahead
    pages = repository.folder / "build" / "pages"
    backlog("render", "--root", repository.folder, "--profile", profile, expect=0)
    first = contents(pages)
    named = f"commit <code>{culprit[:10]}</code>" if profile != "public" else "a commit"
    for path, content in first.items():
        if path.endswith(".md") and not path.startswith(("guide/", "reviews/")):
            assert f"the day of {named}, more than 31 days after the newest snapshot" in content.decode(), path
    monkeypatch.setattr(options, "now", lambda: datetime(2150, 1, 1, tzinfo=UTC))
    said = backlog("render", "--root", repository.folder, "--profile", profile, expect=0).stderr
    assert "Note:" not in said
    assert contents(pages) == first


def test_a_century_ahead_makes_few_pages(ahead: tuple[Repository, str], backlog: RunBacklog) -> None:
    """The months after the newest snapshot are bounded: twelve, the last, and those with minutes."""
    repository, _ = ahead
    repository.write("docs/reviews/2031-05.md", "Minutes.\n")
    backlog("render", "--root", repository.folder, expect=0)
    months = sorted(path.stem for path in (repository.folder / "build" / "pages" / "reviews").glob("2*.md"))
    assert (len(months), months[0], months[-3:]) == (15, "2026-10", ["2027-10", "2031-05", "2099-01"])
    json.loads(backlog("status", "--json", "--root", repository.folder, expect=0).stdout)


def test_a_page_near_its_snapshot_names_no_commit(tmp_path: Path, backlog: RunBacklog) -> None:
    """A month between the newest snapshot and the newest commit is nothing unusual."""
    repository = Repository(measured(tmp_path / "tenant"))
    repository.commit("Collect", when="2026-11-03T05:00:00+00:00")
    backlog("render", "--root", repository.folder, expect=0)
    assert "days after the newest snapshot" not in (repository.folder / "build" / "pages" / "board.md").read_text()
