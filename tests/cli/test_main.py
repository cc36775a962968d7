# SPDX-License-Identifier: Apache-2.0
"""What all commands have in common: the registry, `--help`, `--root`, and the exit codes."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click
import pytest

from secure_score_backlog.cli import status
from secure_score_backlog.cli.main import VERBS
from secure_score_backlog.errors import CannotProceed, WrongUsage
from tests.support.folders import contents
from tests.support.running import RunBacklog

NO_VERBS = {"__init__.py", "main.py", "options.py", "output.py", "signals.py"}
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
