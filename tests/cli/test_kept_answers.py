# SPDX-License-Identifier: Apache-2.0
"""An answer is given again only where everything is as it was that it follows from; the second time says the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from secure_score_backlog import files, workspace
from secure_score_backlog.cache import FOLDER
from secure_score_backlog.cli import check, clock, kept_answers, output
from secure_score_backlog.snapshots.snapshot_files import encode
from tests.support.decision_files import plan
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.tenants import stored

DECISION = "decisions/Safe.md"
SNAPSHOT = "snapshots/2026/2026-10-01.json"
ACCEPTED = """---
recommendation: Other
bucket: accept
risk: high
owner: Head of IT
accepted:
  rationale: The old system ends in spring.
  approver: Managing Director
  until: 2027-01-31
  approval: {by: Managing Director, on: 2026-10-01, record: records/2026/minutes.pdf}
---
"""
ALWAYS_OLDER = -(1 << 62)
"""In place of two seconds: files that were made just now count as old."""


@pytest.fixture(autouse=True)
def few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One commit is enough, and so is any age."""
    monkeypatch.setattr(kept_answers, "WORTH_KEEPING", 1)
    monkeypatch.setattr(kept_answers, "CLEARLY_OLDER", ALWAYS_OLDER)


@pytest.fixture
def tenant(tmp_path: Path) -> Repository:
    """A day, two decisions, a page, settings, and a branch beside the main one."""
    repository = Repository(tmp_path / "tenant")
    repository.write(SNAPSHOT, encode(stored({"Safe": (1, 5), "Other": (0, 5)})))
    repository.write("docs/guide/a.md", "# A\n")
    repository.write("backlog.yml", "organisation: Smith\n")
    repository.write("decisions/Other.md", ACCEPTED)
    repository.write(DECISION, plan())
    repository.commit("Begin")
    repository.git("branch", "build")
    return repository


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Notes each time that a kept answer is given."""
    found: list[object] = []
    original = output.say_again

    def say_again(said: list[tuple[str, str]]) -> None:
        found.append(said)
        original(said)

    monkeypatch.setattr(output, "say_again", say_again)
    return found


def asked(root: Path, *command: str) -> tuple[int, str, str]:
    """Exit code, and both streams."""
    said: CompletedProcess[str] = run_here(*(command or ("check",)), "--root", root)
    return said.returncode, said.stdout, said.stderr


@pytest.mark.parametrize("command", [("status",), ("status", "--json"), ("check",), ("check", "--format", "sarif")])
def test_the_second_time_says_the_same(tenant: Repository, again: list[object], command: tuple[str, ...]) -> None:
    """Both streams and the exit code, also where the day lies ahead and where the data has errors."""
    tenant.commit("Ahead", when="2090-01-01T00:00:00Z", decisions__Safe="---\nbucket: later\n---\n")
    first = asked(tenant.folder, *command)
    assert (not again, asked(tenant.folder, *command), len(again)) == (True, first, 1)
    assert first[0] == (command[0] == "check")
    assert bool(first[2]) == (command[0] == "status")


def same_size_and_time(tenant: Repository, path: str) -> None:
    """Another content of the same length, with the time of the first."""
    file = tenant.folder / path
    before = file.stat()
    file.write_bytes(file.read_bytes()[:-2] + b"x\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(tenant: Repository, path: str) -> None:
    """Another file of the same content and time."""
    file = tenant.folder / path
    shutil.copy2(file, tenant.folder / ".other")
    (tenant.folder / ".other").replace(file)


def relinked(tenant: Repository) -> None:
    """A link to the same content."""
    (tenant.folder / DECISION).rename(tenant.folder / ".other")
    (tenant.folder / DECISION).symlink_to(tenant.folder / ".other")


CHANGES: dict[str, Callable[[Repository], object]] = {
    "touched": lambda tenant: os.utime(tenant.folder / DECISION),
    "another mode": lambda tenant: (tenant.folder / DECISION).chmod(0o400),
    "a decision of the same size and time": lambda tenant: same_size_and_time(tenant, DECISION),
    "a snapshot of the same size and time": lambda tenant: same_size_and_time(tenant, SNAPSHOT),
    "another file of the same content": lambda tenant: replaced(tenant, SNAPSHOT),
    "a link to the same content": relinked,
    "a decision gone": lambda tenant: (tenant.folder / DECISION).unlink(),
    "a new decision": lambda tenant: tenant.write("decisions/New.md", plan()),
    "a new snapshot": lambda tenant: tenant.write("snapshots/2026/2026-10-02.json", b"{"),
    "a page below a folder called build": lambda tenant: tenant.write("docs/build/a.md", "# A\n"),
    "settings": lambda tenant: tenant.write("backlog.yml", "organisation: Jones\n"),
    "misnamed settings": lambda tenant: tenant.write("backlog.yaml", "organisation: Jones\n"),
    "the layout": lambda tenant: tenant.write("mkdocs.yml", "hooks: [x.py]\n"),
    "a record of an approval": lambda tenant: tenant.write("records/2026/minutes.pdf", "x"),
    "names": lambda tenant: tenant.write(".mailmap", "Somebody <author@tenant.example>\n"),
    "a commit": lambda tenant: tenant.commit("Second"),
    "another message": lambda tenant: tenant.git("commit", "--amend", "--quiet", "--message", "Other"),
    "another branch": lambda tenant: tenant.git("checkout", "--quiet", "build"),
    "a branch called build that moved": lambda tenant: tenant.git(
        "update-ref", "refs/heads/build", tenant.git("commit-tree", "HEAD^{tree}", "-m", "x")
    ),
    "a replaced commit": lambda tenant: tenant.write(f".git/refs/replace/{'0' * 40}", "0" * 40 + "\n"),
    "a shallow clone": lambda tenant: tenant.write(".git/shallow", tenant.git("rev-parse", "HEAD") + "\n"),
    "grafts": lambda tenant: tenant.write(".git/info/grafts", tenant.git("rev-parse", "HEAD") + "\n"),
    "settings of Git": lambda tenant: tenant.git("config", "diff.renames", "copies"),
    "objects elsewhere": lambda tenant: tenant.write(".git/objects/info/alternates", "/nowhere\n"),
    "a lost object": lambda tenant: next((tenant.folder / ".git/objects").glob("??/*")).rename(tenant.folder / ".x"),
    "files kept in Git": lambda tenant: tenant.git("add", "--force", f"{FOLDER}/{kept_answers.KEPT}"),
    "the whole folder copied": lambda tenant: (
        tenant.folder.rename(tenant.folder.parent / "first"),
        shutil.copytree(tenant.folder.parent / "first", tenant.folder, symlinks=True),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_counts(tenant: Repository, again: list[object], change: str) -> None:
    """The answer is made anew."""
    asked(tenant.folder)
    asked(tenant.folder)
    assert len(again) == 1
    CHANGES[change](tenant)
    asked(tenant.folder)
    assert len(again) == 1


def wider(patch: pytest.MonkeyPatch) -> None:
    """Another width of the terminal."""
    patch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((200, 50)))


def next_day(patch: pytest.MonkeyPatch) -> None:
    """A later day of the clock."""
    patch.setattr(clock, "now", lambda: datetime(2100, 1, 1, tzinfo=UTC))


CIRCUMSTANCES: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
    "a variable": lambda patch: patch.setenv("FORCE_COLOR", "1"),
    "Git's own settings": lambda patch: patch.setenv("GIT_CONFIG_VALUE_0", "master"),
    "the width of the terminal": wider,
    "the day": next_day,
    "another Python": lambda patch: patch.setattr("sys.version", "4.0"),
    "where Python looks": lambda patch: patch.syspath_prepend("elsewhere"),
    "the folder one is in": lambda patch: patch.chdir("/"),
}


@pytest.mark.parametrize("change", CIRCUMSTANCES)
def test_whatever_else_changed_counts(
    tenant: Repository, again: list[object], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """What is around the folder, too; as it was before, the first answer holds again."""
    first = asked(tenant.folder)
    with monkeypatch.context() as patch:
        CIRCUMSTANCES[change](patch)
        asked(tenant.folder)
        assert not again
    assert (asked(tenant.folder), len(again)) == (first, 1)


def test_settings_of_git_that_others_include_count(
    tenant: Repository, again: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that the user's settings name, and that appears later."""
    (tmp_path / "user").write_text(f"[include]\n\tpath = {tmp_path}/more\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "user"))
    asked(tenant.folder)
    (tmp_path / "more").write_text("[diff]\n\trenames = copies\n", encoding="utf-8")
    asked(tenant.folder)
    assert not again
    asked(tenant.folder)
    assert again


def test_another_state_of_the_program_counts(
    tenant: Repository, again: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files and the libraries beside it; not what Python leaves there."""
    module, library = tmp_path / "program" / "cli" / "a.py", tmp_path / "x-1.dist-info" / "METADATA"
    for file in (module, library):
        file.parent.mkdir(parents=True)
        file.write_text("one\n", encoding="utf-8")
    monkeypatch.setattr(kept_answers, "__file__", str(module))
    monkeypatch.syspath_prepend(tmp_path)
    asked(tenant.folder)
    (tmp_path / "program" / "__pycache__").mkdir()
    asked(tenant.folder)
    assert len(again) == 1
    for file in (module, library):
        file.write_text("two\n", encoding="utf-8")
        asked(tenant.folder)
        assert len(again) == 1
    asked(tenant.folder)
    assert len(again) == 2


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut off": lambda content: content[:-1],
    "changed": lambda content: content.replace(b"Smith", b"Jones").replace(b"warning", b"nothing"),
    "another form": lambda content: content.replace(b"/1\n", b"/2\n", 1),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_nothing(tenant: Repository, again: list[object], damage: str) -> None:
    """The answer is made anew."""
    first = asked(tenant.folder)
    (file,) = (tenant.folder / FOLDER / kept_answers.KEPT).iterdir()
    content = file.read_bytes()
    assert DAMAGE[damage](content) != content
    file.write_bytes(DAMAGE[damage](content))
    assert (asked(tenant.folder), again) == (first, [])


def test_what_another_folder_answered_is_nothing(tenant: Repository, again: list[object], tmp_path: Path) -> None:
    """Its file, in the place of one's own, is the answer to another question."""
    other = Repository(tmp_path / "other")
    other.write(DECISION, plan())
    other.commit("Begin")
    first = asked(other.folder)
    assert asked(tenant.folder) != first
    (own,), (foreign,) = ((each.folder / FOLDER / kept_answers.KEPT).iterdir() for each in (other, tenant))
    own.write_bytes(foreign.read_bytes())
    other.write(DECISION, "---\nbucket: later\n---\n")
    assert asked(other.folder) != asked(tenant.folder)
    assert len(again) == 1


def test_a_change_that_may_have_left_no_trace(
    tenant: Repository, again: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not clearly older than the run, and one that is changed in it: nothing is kept."""
    later = datetime(2150, 1, 1, tzinfo=UTC).timestamp()
    os.utime(tenant.folder / DECISION, (later, later))
    monkeypatch.setattr(kept_answers, "CLEARLY_OLDER", 2_000_000_000)
    asked(tenant.folder)
    monkeypatch.setattr(kept_answers, "CLEARLY_OLDER", ALWAYS_OLDER)
    asked(tenant.folder)
    assert not again
    asked(tenant.folder)
    assert again


def test_a_change_within_the_run(tenant: Repository, again: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read may be older than what is seen at the end."""

    def load(*arguments: object, **named: object) -> object:
        found = workspace.load(*arguments, **named)  # type: ignore[arg-type]
        tenant.write(DECISION, "---\nbucket: later\n---\n")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(check, "load", load)
        patch.setattr(kept_answers, "CLEARLY_OLDER", 2_000_000_000)
        asked(tenant.folder)
    asked(tenant.folder)
    assert not again


def test_everything_that_is_read_is_looked_at(tenant: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each path below the root that a command opens or looks at is among the places of its answer."""
    seen: set[str] = set()

    def noting(name: str) -> None:
        original = getattr(files, name)

        def note(root: Path, path: str | tuple[str, ...]) -> object:
            if root == tenant.folder:
                seen.add(path if isinstance(path, str) else "/".join(path))
            return original(root, path)

        monkeypatch.setattr(files, name, note)

    noting("_look")
    noting("_open_folder")
    for command in ("status", "check"):
        asked(tenant.folder, command)
    assert {DECISION, "backlog.yml", "records/2026/minutes.pdf"} <= seen
    in_trees = ("snapshots", "decisions", "docs", FOLDER, "build")
    records = ("records", "records/2026", "records/2026/minutes.pdf")
    left = {path for path in seen if path.partition("/")[0] not in in_trees and path not in records}
    assert all("/" not in path for path in left), left


@pytest.mark.parametrize(
    ("words", "root"),
    [
        ("status", "."),
        ("status --json --root a --month=2026-10", "a"),
        ("check --root=a --strict --format json", "a"),
        ("check --format github", None),
        ("check --format=github", None),
        ("check --fix", None),
        ("check --base main", None),
        ("check --root", None),
        ("status -- --root", None),
        ("status --help", None),
        ("render", None),
        ("", None),
    ],
)
def test_which_questions_are_kept(words: str, root: str | None) -> None:
    """Those alone that print and do nothing else."""
    assert kept_answers.root_of(words.split()) == root


def test_only_some_are_kept(tenant: Repository, again: list[object]) -> None:
    """The oldest go."""
    for number in range(kept_answers.MOST_ANSWERS + 2):
        asked(tenant.folder, "status", f"--as-of=2026-11-{number + 1:02}")
    assert len(list((tenant.folder / FOLDER / kept_answers.KEPT).iterdir())) == kept_answers.MOST_ANSWERS
    assert not again


def test_a_folder_that_cannot_be_written(tenant: Repository, again: list[object]) -> None:
    """The answer is the same."""
    (tenant.folder / "build").write_bytes(b"")
    first = asked(tenant.folder)
    assert (asked(tenant.folder), again) == (first, [])
