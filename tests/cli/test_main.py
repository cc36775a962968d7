# SPDX-License-Identifier: Apache-2.0
"""What all commands have in common: the registry, `--help`, `--root`, and the exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import click
import pytest

from secure_score_backlog.cli import status
from secure_score_backlog.cli.main import VERBS
from secure_score_backlog.errors import CannotProceed, WrongUsage
from tests.support.bare_folder import measured
from tests.support.bounded import limit_process
from tests.support.folders import contents, write
from tests.support.repositories import Repository
from tests.support.running import RunBacklog

NO_VERBS = {
    "__init__.py",
    "main.py",
    "clock.py",
    "kept_answers.py",
    "options.py",
    "output.py",
    "signals.py",
    "answer_options.py",
    "interview.py",
    "many_decisions.py",
    "new_decisions.py",
    "review_proposal.py",
}
"""Modules of `cli/` that are no verb."""
READING = ["check", "status", "triage", "decide A", "review 2026-10", "render", "build", "serve --no-open"]
WRITING = ["collect", "import scores.json"]


def test_every_module_of_a_verb_is_registered() -> None:
    """A new file in `cli/` without its line in the registry could not be called."""
    files = {file.name for file in resources.files("secure_score_backlog").joinpath("cli").iterdir()}
    modules = {name for name in files - NO_VERBS if name.endswith(".py")}
    assert {name.removesuffix(".py").removesuffix("_") for name in modules} == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(backlog: RunBacklog, verb: str) -> None:
    """`--help` has the usage and a text, and `backlog --help` has a line."""
    shown = backlog(verb, "--help", expect=0).stdout
    assert shown.startswith(f"Usage: backlog {verb} [OPTIONS]")
    assert len(shown.split("\n\n")[1].strip()) > 20
    assert f"  {verb} " in backlog("--help", expect=0).stdout


@pytest.mark.parametrize("root", ["nowhere", "notes.txt"])
@pytest.mark.parametrize("verb", [*READING, *WRITING])
def test_a_root_that_is_no_folder_gets_one_answer(tmp_path: Path, backlog: RunBacklog, verb: str, root: str) -> None:
    """Missing, or a file: wrong usage, with the same words from every verb."""
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    done = backlog(*verb.split(), "--root", root, expect=2)
    assert done.stdout == ""
    assert done.stderr == (
        f"backlog: The path {root} is not a folder.\n"
        "  where: --root\n"
        "  what to do: Name the folder that holds snapshots/, decisions/ and backlog.yml, or make it first.\n"
    )
    assert list(contents(tmp_path)) == ["notes.txt"]


@pytest.mark.parametrize("verb", READING)
def test_a_folder_that_holds_no_backlog_gets_one_answer(tmp_path: Path, backlog: RunBacklog, verb: str) -> None:
    """A check in the wrong folder must not pass: every verb that reads a backlog says that there is none."""
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    done = backlog(*verb.split(), expect=2)
    assert done.stdout == ""
    assert "There is no backlog in this folder" in done.stderr
    assert "backlog init DIR" in done.stderr
    assert "--root" in done.stderr
    assert list(contents(tmp_path)) == ["notes.txt"]


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (WrongUsage("Which one?", where="--month", hint="Name it."), 2, "what to do: Name it."),
        (CannotProceed("No network.", where="graph.example"), 3, "where: graph.example"),
        (click.UsageError("Not like this."), 2, "Not like this."),
        (click.exceptions.Abort(), 130, ""),
        (ZeroDivisionError("oops"), 4, "this is a bug in the program, not in your data"),
    ],
)
def test_every_error_has_its_exit_code(
    tmp_path: Path, backlog: RunBacklog, monkeypatch: pytest.MonkeyPatch, raised: Exception, code: int, said: str
) -> None:
    """Only a bug shows a traceback."""

    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(status, "load", fail)
    done = backlog("status", expect=code)
    assert done.stdout == ""
    assert said in done.stderr
    assert ("Traceback" in done.stderr) == (code == 4)


def test_an_unknown_verb_is_wrong_usage(backlog: RunBacklog) -> None:
    """With the way to the list of verbs."""
    assert "Try 'backlog --help' for help." in backlog("colect", expect=2).stderr


def tenant(tmp_path: Path) -> Path:
    """A folder with a little of everything, in Git."""
    root = measured(tmp_path / "tenant")
    write(root, "backlog.yml", "organisation: Contoso\n")
    write(root, "decisions/scid_1.md", "---\nrecommendation: scid_1\nbucket: do-soon\ndraft: true\n---\n")
    write(root, "docs/reviews/2026-10.md", "Present: Head of IT\n")
    write(root, "docs/reviews/2026-10.json", "{}")
    write(root, "docs/notes.md", "# Hello\n")
    repository = Repository(root)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "All")
    return root


READ_IN_PROCESS = ["check", "check --json", "status", "triage", "render", "decide Safe", "review 2026-09"]


@pytest.mark.parametrize(
    "path",
    [
        *("backlog.yml", "decisions/scid_1.md", "snapshots/catalogue.json", "snapshots/2026/2026-10-03.json"),
        *("docs/reviews/2026-10.md", "docs/reviews/2026-10.json", "docs/notes.md", "build/.manifest", "mkdocs.yml"),
        *("decisions/new.md", "snapshots/2026/2026-10-04.json", "build/.gitignore", "build/pages/index.md"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_bug(tmp_path: Path, backlog: RunBacklog, path: str) -> None:
    """A folder in its place, which no permission opens: a problem or an error with its place, and what to do."""
    root = tenant(tmp_path)
    (root / path).unlink(missing_ok=True)
    (root / path).mkdir(parents=True)
    for verb in READ_IN_PROCESS:
        done = backlog(*verb.split(), cwd=root)
        assert done.returncode in (0, 1, 2, 3), done.stderr
        assert done.returncode not in (2, 3) or "what to do: " in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("status --as-of 0001-01-01", 2),
        ("status --as-of 9999-12-31", 2),
        ("status --as-of 1970-01-01", 0),
        ("status --as-of 2199-12-31", 0),
        ("render --as-of 1970-01-01", 0),
        ("render --as-of 2199-12-31", 0),
        ("status --month 0001-01", 2),
        ("status --month 9999-12", 2),
        ("review 9999-12", 2),
        ("build --output build/site.new", 0),
    ],
)
def test_days_and_folders_at_the_edge(tmp_path: Path, backlog: RunBacklog, arguments: str, code: int) -> None:
    """Years that nothing is computed with are wrong usage; a site beside the others is one like any other."""
    backlog(*arguments.split(), cwd=tenant(tmp_path), expect=code)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1969-12-31", "2200-01-01"])
def test_a_date_beyond_the_calendar_is_a_problem_of_its_line(tmp_path: Path, backlog: RunBacklog, day: str) -> None:
    """In front matter with and without quotes, and as the name of a snapshot."""
    root = tenant(tmp_path)
    for name, written in (("Safe", day), ("Evil", f'"{day}"')):
        text = f"---\nrecommendation: {name}\nbucket: do-soon\ndue: {written}\nask: {{since: {written}}}\n---\n"
        write(root, f"decisions/{name}.md", text)
    write(root, f"snapshots/{day[:4]}/{day}.json", (root / "snapshots/2026/2026-10-01.json").read_text())
    found = json.loads(backlog("check", "--json", cwd=root, expect=1).stdout)["problems"]
    dates = {(each["path"], each["line"]) for each in found if each["code"] == "date-invalid"}
    assert {("decisions/Safe.md", 4), ("decisions/Safe.md", 5), ("decisions/Evil.md", 4)} <= dates
    unreadable = {each["path"] for each in found if each["code"] == "snapshot-unreadable"}
    assert f"snapshots/{day[:4]}/{day}.json" in unreadable
    for verb in ("status", "triage", "render"):
        backlog(*verb.split(), cwd=root, expect=0)


def test_an_organisation_of_200000_letters_is_a_problem(tmp_path: Path, backlog: RunBacklog) -> None:
    """The title of every page, and a variable of the builder's environment, would hold it."""
    root = tenant(tmp_path)
    write(root, "backlog.yml", f"organisation: {'x' * 200_000}\ntenant: {'y' * 201}\n")
    found = json.loads(backlog("check", "--json", cwd=root, expect=1).stdout)["problems"]
    wrong = [(each["line"], each["code"]) for each in found if each["path"] == "backlog.yml"]
    assert wrong == [(1, "settings-wrong-value"), (2, "settings-wrong-value")]
    backlog("build", cwd=root, expect=0)


@pytest.mark.parametrize("verb", ["check", "status", "triage", "render", "decide Safe", "demo new", "import x.json"])
def test_without_git_on_the_path_nothing_is_guessed(
    tmp_path: Path, backlog: RunBacklog, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """A repository without Git's program is an error that says so."""
    root = tenant(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    done = backlog(*verb.split(), cwd=root, expect=3)
    assert "what to do: " in done.stderr
    assert "Git" in done.stderr or verb.startswith("import")


def test_a_recovery_list_that_is_nested_deeply_is_no_list(tmp_path: Path, backlog: RunBacklog) -> None:
    """What a killed run left may hold anything; the next run removes it."""
    root = tenant(tmp_path)
    write(root, "snapshots/.intent.partial", "[" * 100_000)
    write(tmp_path, "x.json", '{"value": [{"id": "Safe", "title": "Keep it safe", "tier": "Core"}]}')
    backlog("import", str(tmp_path / "x.json"), cwd=root, expect=0)
    assert not (root / "snapshots/.intent.partial").exists()


@pytest.mark.skipif(os.name == "nt", reason="sparse files and limits of a process are POSIX's")
def test_files_of_gigabytes_take_no_memory(tmp_path: Path) -> None:
    """Sparse files of 6 GB in place of each kind of file: the size is asked first."""
    root = tenant(tmp_path)
    paths = ["backlog.yml", "decisions/scid_1.md", "snapshots/catalogue.json", "snapshots/2026/2026-10-03.json"]
    paths += ["docs/reviews/2026-10.md", "docs/reviews/2026-10.json", "docs/notes.md", "decisions/new.md"]
    for path in paths:
        with (root / path).open("ab") as file:
            file.truncate(6 << 30)
    for verb in ("check", "status", "render"):
        done = subprocess.run(
            [sys.executable, "-m", "secure_score_backlog", verb],
            cwd=root, capture_output=True, text=True, check=False, preexec_fn=lambda: limit_process(120, 2000),
        )  # fmt: skip
        assert done.returncode in (0, 1, 2, 3), done.stderr
        assert "Traceback" not in done.stderr
