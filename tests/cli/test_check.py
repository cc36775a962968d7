# SPDX-License-Identifier: Apache-2.0
"""`backlog check` as a person and as a program meets it: output, exit codes, and folders in every condition."""

from __future__ import annotations

import json
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.decision_files import accept
from tests.support.folders import write
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.tenants import stored
from tests.support.today import TODAY

ODD_FILES = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such files themselves")


def plan(identifier: str, due: date | None = None, **changes: str) -> str:
    """A complete do-now decision, due in a month unless given."""
    values = {
        "recommendation": identifier,
        "bucket": "do-now",
        "risk": "high",
        "reduces": "Spraying.",
        "owner": "Head of IT",
        "impact": "None.",
        "prerequisites": "None.",
        "proof": "Log.",
        "due": str(due or TODAY + timedelta(days=30)),
        **changes,
    }
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items() if value) + "---\nText.\n"


def checked(backlog: RunBacklog, *arguments: str | Path, expect: int | None = None) -> dict[str, Any]:
    """What `check --json` prints."""
    result: dict[str, Any] = json.loads(backlog("check", "--json", *arguments, expect=expect).stdout)
    return result


def codes(found: dict[str, Any]) -> list[tuple[str, int | None, str]]:
    """Path, line and code of each problem."""
    return [(fault["path"], fault["line"], fault["code"]) for fault in found["problems"]]


def test_a_folder_without_decisions(tmp_path: Path, backlog: RunBacklog) -> None:
    """Settings alone are nothing to be content with: the answer never says that there are no problems."""
    write(tmp_path, "backlog.yml", "organisation: A company\n")
    done = backlog("check", "--strict", expect=0)
    said = f"There is nothing to check yet: 0 decisions and 0 snapshots checked, as of today, {TODAY}.\n"
    assert done.stdout == said
    assert done.stderr == ""


@pytest.mark.parametrize("path", ["snapshots/button.test.js.snap", "snapshots/readme.txt"])
def test_a_folder_of_another_project_is_no_backlog(tmp_path: Path, backlog: RunBacklog, path: str) -> None:
    """Other tools keep files in `snapshots/` too: every command that reads a backlog refuses, and none is content."""
    write(tmp_path, path, "something else\n")
    for command in (("check",), ("status",), ("triage",), ("review", "2026-10")):
        refused = backlog(*command, expect=2)
        assert "There is no backlog in this folder" in refused.stderr
        assert refused.stdout == ""


def test_empty_folders_are_nothing_to_check(tmp_path: Path, backlog: RunBacklog) -> None:
    """A gate in the wrong folder is not green: without a decision, a snapshot or settings `check` is a usage error."""
    (tmp_path / "decisions").mkdir()
    (tmp_path / "snapshots").mkdir()
    refused = backlog("check", expect=2)
    assert "There is nothing to check in this folder" in refused.stderr


def test_old_data_is_a_warning(tmp_path: Path, backlog: RunBacklog) -> None:
    """A newest snapshot of four days ago is reported with its age and what to do; one of three days ago is not."""
    for age, expected in ((4, 1), (3, 0)):
        root = tmp_path / str(age)
        day = TODAY - timedelta(days=age)
        write(root, f"snapshots/{day.year}/{day}.json", json.dumps(stored({"A": (1, 2)}), default=float))
        found = checked(backlog, "--root", root, expect=0)["problems"]
        assert [problem["code"] for problem in found] == ["snapshot-old"] * expected
        if found:
            assert found[0]["path"] == f"snapshots/{day.year}/{day}.json"
            assert f"of {day}, 4 days before {TODAY}" in found[0]["message"]
            assert "backlog collect" in found[0]["hint"]
            assert found[0]["severity"] == "warning"


def test_a_signed_month_is_checked_before_it_is_merged(tmp_path: Path, backlog: RunBacklog) -> None:
    """What the working tree holds counts for `check`, also an edit that is not committed and a file that is new."""
    repository = Repository(tmp_path / "tenant")
    repository.write("decisions/A.md", plan("A"))
    repository.commit("decide", when=f"{TODAY}T00:00:00+00:00")
    repository.write("docs/reviews/2026-10.json", "{}")
    assert codes(checked(backlog, "--root", repository.folder, expect=1)) == [
        ("docs/reviews/2026-10.json", None, "review-signature")
    ]
    status = json.loads(backlog("status", "--json", "--root", repository.folder, expect=0).stdout)
    assert [problem["code"] for problem in status["problems"]] == []
    repository.commit("sign", when=f"{TODAY}T00:00:00+00:00")
    (repository.folder / "docs/reviews/2026-10.json").unlink()
    assert checked(backlog, "--root", repository.folder, expect=0)["problems"] == []


def test_people_read_a_block_for_each_file_and_a_total(tmp_path: Path, backlog: RunBacklog) -> None:
    """One block a file, a line and a hint for each problem, a sentence at the end."""
    write(tmp_path, "decisions/B.md", plan("B", TODAY - timedelta(days=1), risk="hihg"))
    write(tmp_path, "decisions/A.md", plan("A", TODAY - timedelta(days=2)))
    write(tmp_path, "decisions/Good.md", plan("Good"))
    write(tmp_path, "backlog.yml", "bands: 5\n")
    done = backlog("check", expect=1)
    assert done.stdout.split("\n") == [
        "backlog.yml:1: error: `bands` takes two whole percentages from 1 to 99, the lower first, not the number 5. "
        "[settings-wrong-type]",
        "    Write two whole percentages from 1 to 99, the lower first, or delete the line: the default is [65, 80].",
        "",
        f"decisions/A.md:10: warning: It was due on {TODAY - timedelta(days=2)}, 2 days ago. [decision-overdue]",
        "    Write a new `due` and why in the text, or below `blocked` what it waits for, or choose another bucket.",
        "",
        'decisions/B.md:4: error: `risk` takes one of critical, high, medium, low, not "hihg". [decision-wrong-value]',
        "    Write `risk: high`.",
        "",
        f"2 errors and 1 warning in 3 files; 3 decisions and 0 snapshots checked, as of today, {TODAY}.",
        "",
    ]


def test_json_has_the_documented_shape(tmp_path: Path, backlog: RunBacklog) -> None:
    """The documented shape, all of it on stdout, problems in order of place."""
    write(tmp_path, "decisions/A.md", plan("A", bucket="do-soon", owner="someone@tenant.example", proof=""))
    found = checked(backlog, expect=1)
    assert list(found) == ["schema", "as_of", "decisions", "snapshots", "problems", "errors", "warnings"]
    assert (found["schema"], found["errors"], found["warnings"]) == ("backlog-check/1", 1, 1)
    assert [list(fault) for fault in found["problems"]] == [["path", "line", "code", "severity", "message", "hint"]] * 2
    assert codes(found) == [("decisions/A.md", 3, "decision-unanswered"), ("decisions/A.md", 6, "decision-person")]
    assert [fault["severity"] for fault in found["problems"]] == ["warning", "error"]


def test_warnings_fail_only_with_strict(tmp_path: Path, backlog: RunBacklog) -> None:
    """Warnings fail only with --strict, errors always."""
    write(tmp_path, "decisions/A.md", plan("A", TODAY - timedelta(days=2)))
    backlog("check", expect=0)
    backlog("check", "--strict", expect=1)
    write(tmp_path, "decisions/A.md", plan("A"))
    backlog("check", "--strict", expect=0)
    write(tmp_path, "decisions/A.md", plan("A", risk=""))
    backlog("check", expect=1)


@ODD_FILES
def test_no_odd_file_stops_the_check(tmp_path: Path, backlog: RunBacklog) -> None:
    """Every odd file in the folder is reported or left alone, and none stops the check."""
    folder = tmp_path / "decisions"
    write(tmp_path, "decisions/A.md", plan("A").replace("\n", "\r\n"))
    write(tmp_path, "decisions/README.md", "# About this folder\n")
    write(tmp_path, "decisions/.hidden.md", "x")
    write(tmp_path, "decisions/picture.png", b"\x89PNG")
    write(tmp_path, "decisions/B.MD", plan("B"))
    write(tmp_path, "decisions/C.md.txt", plan("C"))
    write(tmp_path, "decisions/old/D.md", plan("D"))
    write(tmp_path, "decisions/empty.md", "")
    write(tmp_path, "decisions/utf16.md", plan("utf16").encode("utf-16"))
    write(tmp_path, "decisions/big.md", plan("big") + "x" * 1_000_001)
    write(tmp_path, "decisions/folder.md/x", "")
    write(tmp_path, "elsewhere/E.md", plan("E"))
    (folder / "E.md").symlink_to(tmp_path / "elsewhere" / "E.md")
    (folder / "F.md").symlink_to("nowhere.md")
    (folder / "G.md").symlink_to("G.md")
    os.mkfifo(folder / "pipe.md")
    (folder / os.fsdecode(b"b\xe4d.md")).write_text(plan("bad"), encoding="utf-8")
    found = checked(backlog, expect=1)
    assert codes(found) == [
        ("decisions/B.MD", None, "decisions-odd-name"),
        ("decisions/C.md.txt", None, "decisions-odd-name"),
        ("decisions/E.md", None, "decisions-link"),
        ("decisions/F.md", None, "decisions-link"),
        ("decisions/G.md", None, "decisions-link"),
        ("decisions/big.md", None, "file-too-large"),
        ("decisions/b\N{REPLACEMENT CHARACTER}d.md", None, "decisions-odd-name"),
        ("decisions/empty.md", 1, "front-matter-missing"),
        ("decisions/folder.md", None, "file-unreadable"),
        ("decisions/old", None, "decisions-odd-name"),
        ("decisions/pipe.md", None, "file-unreadable"),
        ("decisions/utf16.md", 1, "file-encoding"),
    ]
    assert "git mv decisions/B.MD decisions/B.md" in found["problems"][0]["hint"]


@ODD_FILES
def test_decisions_behind_a_link_are_not_read(tmp_path: Path, backlog: RunBacklog) -> None:
    """Decisions behind a link are not read."""
    write(tmp_path, "elsewhere/A.md", plan("A", risk=""))
    root = tmp_path / "root"
    root.mkdir()
    (root / "decisions").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert codes(checked(backlog, "--root", root)) == [("decisions", None, "decisions-link")]


def test_settings_and_snapshots_are_checked_too(tmp_path: Path, backlog: RunBacklog) -> None:
    """A catalogue that cannot be read, an unknown option and an override for an unknown id all show."""
    write(tmp_path, "snapshots/catalogue.json", "{")
    write(tmp_path, "backlog.yml", "organization: X\n")
    found = codes(checked(backlog, expect=1))
    assert ("backlog.yml", 1, "settings-unknown-key") in found
    assert [path for path, _, _ in found] == ["backlog.yml", "snapshots/catalogue.json"]
    profiles = [{"id": "AdminMFAV2", "title": "x", "maxScore": 8}]
    write(tmp_path, "snapshots/catalogue.json", json.dumps({"collected": {}, "profiles": profiles, "descriptions": {}}))
    write(tmp_path, "backlog.yml", "risk: {adminMFAV2: high}\nowners: [CIO]\n")
    write(tmp_path, "decisions/AdminMFAV3.md", plan("AdminMFAV3"))
    assert codes(checked(backlog, expect=1)) == [
        ("backlog.yml", 1, "settings-unknown-id"),
        ("decisions/AdminMFAV3.md", 2, "decision-unknown-id"),
        ("decisions/AdminMFAV3.md", 6, "decision-owner-unlisted"),
    ]


def test_a_due_date_counts_from_the_commit_that_decided(tmp_path: Path, backlog: RunBacklog) -> None:
    """With Git, 92 days run from the commit that gave the answer, whatever else changed since; without, from today."""
    text = plan("A", TODAY + timedelta(days=60))
    repository = Repository(tmp_path / "tenant")
    repository.write("decisions/A.md", text)
    repository.commit("decide", when=f"{TODAY - timedelta(days=40)}T12:00:00+00:00")
    repository.write("decisions/A.md", text.replace("Head of IT", "Head of Operations"))
    repository.commit("new owner", when=f"{TODAY - timedelta(days=1)}T12:00:00+00:00")
    assert codes(checked(backlog, "--root", repository.folder)) == [("decisions/A.md", 10, "decision-due-too-far")]
    repository.write("decisions/A.md", plan("A", TODAY + timedelta(days=61)))
    assert checked(backlog, "--root", repository.folder, expect=0)["problems"] == []
    write(tmp_path, "bare/decisions/A.md", text)
    assert checked(backlog, "--root", tmp_path / "bare", expect=0)["problems"] == []


def test_a_shallow_clone_is_checked_with_a_note(tmp_path: Path, backlog: RunBacklog) -> None:
    """CI often clones one commit: the files are checked, and a note says what could not be known."""
    source = Repository(tmp_path / "source")
    for number in (1, 2):
        source.write("decisions/A.md", plan("A", TODAY + timedelta(days=number)))
        source.commit(f"decide {number}")
    source.git("clone", "--quiet", "--depth", "1", f"file://{source.folder}", str(tmp_path / "clone"))
    done = backlog("check", "--root", tmp_path / "clone", expect=0)
    assert done.stdout == f"No problems: 1 decision and 0 snapshots checked, as of today, {TODAY}.\n"
    assert "counts as made today" in done.stderr


def test_a_broken_version_in_the_history_is_no_problem_today(tmp_path: Path, backlog: RunBacklog) -> None:
    """Only what the working tree says is checked, also where Git remembers rubbish."""
    repository = Repository(tmp_path / "tenant")
    repository.write("decisions/A.md", b"\xff\xfe---")
    repository.write("decisions/B.md", "---\nbucket: [\n")
    repository.commit("rubbish")
    repository.write("decisions/A.md", plan("A"))
    repository.git("rm", "--quiet", "decisions/B.md")
    repository.commit("mended", when=f"{TODAY}T00:00:00+00:00")
    assert checked(backlog, "--root", repository.folder, expect=0)["problems"] == []


@ODD_FILES
def test_hostile_text_cannot_forge_a_line_of_output(tmp_path: Path, backlog: RunBacklog) -> None:
    """Names and values cannot move the reader's cursor or forge a line of output."""
    name = "x\n::error::forged\x1b[2J"
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / f"{name}.md").write_text(plan("A"), encoding="utf-8")
    write(tmp_path, "decisions/B.md", plan("B").replace("risk: high", 'risk: "a\\nb ::warning::"'))
    done = backlog("check", expect=1)
    assert "\x1b" not in done.stdout
    assert not any(line.startswith("::") for line in done.stdout.split("\n"))
    assert r"x\n::error::forged\x1b[2J.md: warning: The name of this file holds a line break" in done.stdout
    found = json.loads(backlog("check", "--json", expect=1).stdout)
    assert (found["errors"], found["warnings"]) == (1, 1)


def test_three_hundred_decisions_are_counted(tmp_path: Path, backlog: RunBacklog) -> None:
    """Three hundred decisions are read, and each is counted."""
    for number in range(300):
        write(tmp_path, f"decisions/R{number}.md", plan(f"R{number}"))
    done = backlog("check", expect=0)
    assert done.stdout == f"No problems: 300 decisions and 0 snapshots checked, as of today, {TODAY}.\n"


@pytest.mark.parametrize("option", ["--json", "--strict", "--root"])
def test_help_names_every_option(backlog: RunBacklog, option: str) -> None:
    """The help text tells what there is."""
    assert option in backlog("check", "--help", expect=0).stdout


def test_a_branch_of_snapshots_that_was_not_fetched_stops_the_check(tmp_path: Path, backlog: RunBacklog) -> None:
    """It would pass without having read a snapshot. Before the first push the branch cannot be there."""
    repository = Repository(tmp_path / "tenant")
    repository.write("backlog.yml", "snapshots: {branch: data}\n")
    repository.commit("settings")
    assert "'data'" in backlog("check", "--root", repository.folder, expect=3).stderr  # a wrong name, maybe
    repository.write("snapshots/README.md", "Days are stored here.\n")
    repository.commit("as init makes it")
    said = backlog("check", "--root", repository.folder, expect=0).stdout
    assert said.startswith("There is nothing to check yet")
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "origin.git"))
    repository.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    repository.git("fetch", "--quiet", "origin")
    finished = backlog("check", "--root", repository.folder, expect=3)
    assert "The branch 'data', which should hold the snapshots, was not found" in finished.stderr
    assert finished.stdout == ""


def test_a_file_that_is_no_decision_is_a_problem_and_no_recommendation(tmp_path: Path, backlog: RunBacklog) -> None:
    """Notes and a copy under another name: `check` names them, and nothing claims that Microsoft knew them once."""
    write(tmp_path, "decisions/notes.md", "Buy milk.\n")
    write(tmp_path, "decisions/A copy.md", plan("A"))
    assert [code for _, _, code in codes(checked(backlog, expect=1))] == ["decision-file-name", "front-matter-missing"]
    found = json.loads(backlog("status", "--json", expect=0).stdout)
    assert found["states"] == {}
    assert found["recorded_later"] == []
    backlog("render", expect=0)
    pages = tmp_path / "build" / "pages"
    assert not list(pages.glob("recommendations/*"))
    shown = (pages / "attention.md").read_text(encoding="utf-8")
    assert "decisions/notes.md" in shown


def test_a_record_that_is_not_there_is_said_before_the_commit(tmp_path: Path, backlog: RunBacklog) -> None:
    """On its line, in the working tree as it is; a build of what was committed misses nothing."""
    repository = Repository(tmp_path)
    approval = f"  approval: {{by: Managing Director, on: {TODAY}, record: docs/reviews/2026-11.md}}\n"
    repository.write("backlog.yml", "organisation: A\n")
    repository.write("decisions/Safe.md", accept(more=approval))
    repository.commit("Begin", f"{TODAY}T00:00:00+00:00")

    def found(verb: str = "check") -> list[tuple[str, int]]:
        printed = json.loads(backlog(verb, "--json").stdout)["problems"]
        return [(each["code"], each["line"]) for each in printed if each["code"] == "decision-record-missing"]

    assert found() == found("status") == [("decision-record-missing", 14)]
    repository.write("docs/reviews/2026-11.md", "Safe: agreed.\n")
    assert found() == []
    repository.commit("Minutes", f"{TODAY}T00:00:01+00:00")
    (tmp_path / "docs/reviews/2026-11.md").unlink()
    assert found() == [("decision-record-missing", 14)]
    assert found("status") == []
