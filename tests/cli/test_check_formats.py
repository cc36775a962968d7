# SPDX-License-Identifier: Apache-2.0
"""`backlog check --format`: what a workflow's runner, a program and a person get, from real folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.folders import write
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.workflow_log import active, obeyed, shown

DECISION = """---
recommendation: {id}
bucket: do-soon
risk: {risk}
reduces: Spraying.
owner: Head of IT
impact: None of note.
prerequisites: None missing.
proof: Log.
due: 2199-01-31
---
Text.
"""


def test_annotations_are_on_the_very_line_below_the_repository(tmp_path: Path, backlog: RunBacklog) -> None:
    """A backlog in a subfolder: paths count from the top of the repository, lines from that of the file."""
    repository = Repository(tmp_path / "all")
    repository.write("tenant/decisions/A.md", DECISION.format(id="A", risk="hihg"))
    repository.commit("decide")
    summary = tmp_path / "summary.md"
    done = backlog(
        *("check", "--format", "github", "--root", repository.folder / "tenant"),
        environment={"GITHUB_STEP_SUMMARY": str(summary)},
        expect=1,
    )
    (command,) = obeyed(done.stdout)
    assert command.name == "error"
    assert command.properties == {
        "file": "tenant/decisions/A.md",
        "line": "4",
        "title": "One decision: decision-wrong-value",
    }
    assert command.data == '`risk` takes one of critical, high, medium, low, not "hihg".\nWrite `risk: high`.'
    assert done.stdout.splitlines()[1:] == [done.stdout.splitlines()[-1]]
    assert done.stdout.splitlines()[-1].startswith("1 error and 0 warnings in 1 file; 1 decision and 0 snapshots")
    assert "tenant/decisions/A.md:4" in shown(summary.read_text(encoding="utf-8")).text


def test_a_shallow_clone_has_paths_below_the_repository_too(tmp_path: Path, backlog: RunBacklog) -> None:
    """The path of the folder does not depend on the history."""
    source = Repository(tmp_path / "source")
    for risk in ("low", "hihg"):
        source.write("tenant/decisions/A.md", DECISION.format(id="A", risk=risk))
        source.commit(risk)
    source.git("clone", "--quiet", "--depth", "1", f"file://{source.folder}", str(tmp_path / "clone"))
    done = backlog("check", "--format", "github", "--root", tmp_path / "clone" / "tenant", expect=1)
    assert obeyed(done.stdout)[0].properties["file"] == "tenant/decisions/A.md"


def test_what_is_not_annotated_is_in_the_summary(tmp_path: Path, backlog: RunBacklog) -> None:
    """Twelve errors: ten on their lines, twelve in the summary, and the sentence counts all."""
    for number in range(12):
        write(tmp_path, f"decisions/R{number:02}.md", DECISION.format(id=f"R{number:02}", risk="hihg"))
    summary = tmp_path / "summary.md"
    summary.write_text("Written by an earlier command.\n", encoding="utf-8")
    done = backlog("check", "--format", "github", environment={"GITHUB_STEP_SUMMARY": str(summary)}, expect=1)
    assert len(obeyed(done.stdout)) == 10
    assert "12 errors and 0 warnings in 12 files" in done.stdout
    written = summary.read_text(encoding="utf-8")
    assert written.startswith("Written by an earlier command.\n")
    assert [f"R{number:02}.md" in written.replace("&#46;", ".") for number in range(12)] == [True] * 12
    assert "2 problems are listed here only" in shown(written).text


def test_without_a_summary_the_rest_is_listed(tmp_path: Path, backlog: RunBacklog) -> None:
    """On a desk there is no summary: what is not annotated follows as text, and nothing is lost."""
    for number in range(11):
        write(tmp_path, f"decisions/R{number:02}.md", DECISION.format(id=f"R{number:02}", risk="hihg"))
    done = backlog("check", "--format", "github", expect=1)
    assert "decisions/R10.md:4: error:" in done.stdout
    assert "decisions/R09.md:4: error:" not in done.stdout


@pytest.mark.parametrize("place", ["folder", "missing/summary.md", "\0"])
def test_a_summary_that_cannot_be_written_stops_nothing(tmp_path: Path, backlog: RunBacklog, place: str) -> None:
    """The check is what counts: its answer and its exit code stay, and a note says what failed."""
    write(tmp_path, "decisions/A.md", DECISION.format(id="A", risk="low"))
    (tmp_path / "folder").mkdir()
    environment = {} if "\0" in place else {"GITHUB_STEP_SUMMARY": str(tmp_path / place)}
    done = backlog("check", "--format", "github", environment=environment, expect=0)
    assert done.stdout.startswith("No problems: 1 decision")
    assert ("could not be written" in done.stderr) == bool(environment)


def test_a_full_summary_is_left_alone(tmp_path: Path, backlog: RunBacklog) -> None:
    """More than GitHub takes would make it show nothing: what an earlier command wrote stays shown."""
    write(tmp_path, "decisions/A.md", DECISION.format(id="A", risk="hihg"))
    summary = tmp_path / "summary.md"
    summary.write_text("x" * 1_000_000, encoding="utf-8")
    backlog("check", "--format", "github", environment={"GITHUB_STEP_SUMMARY": str(summary)}, expect=1)
    assert summary.stat().st_size == 1_000_000


def test_hostile_texts_give_no_orders(tmp_path: Path, backlog: RunBacklog) -> None:
    """Values, keys and names of files that hold commands, Markdown and HTML are shown, and never obeyed."""
    evil = r"\n::error file=x,line=1::by data\n##[error]x\r::stop-commands::y <img src=x> @octocat %0A::warning::"
    write(tmp_path, "decisions/A.md", DECISION.format(id="A", risk=f'"{evil}"'))
    write(
        tmp_path, "decisions/::error::x,line=9.md", DECISION.format(id='"@octocat](https://evil.example)"', risk="no")
    )
    write(tmp_path, "backlog.yml", '"::warning::x": 1\n"%0A::error::y": 2\n')
    summary = tmp_path / "summary.md"
    done = backlog("check", "--format", "github", environment={"GITHUB_STEP_SUMMARY": str(summary)}, expect=1)
    commands = obeyed(done.stdout)
    assert len(commands) == sum(line.startswith("::") for line in done.stdout.splitlines())
    assert {command.name for command in commands} == {"error"}
    assert all(set(command.properties) <= {"file", "line", "title"} for command in commands)
    assert {command.properties["file"] for command in commands} == {
        "backlog.yml",
        "decisions/A.md",
        "decisions/::error::x,line=9.md",
    }
    assert obeyed(done.stderr) == []
    assert not any("::" in command.data for command in commands)
    page = shown(summary.read_text(encoding="utf-8"))
    assert obeyed(summary.read_text(encoding="utf-8")) == []
    assert active(page) == []
    assert page.elements <= {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "code", "br"}
    assert page.attributes == []


def test_json_is_the_same_under_both_names(tmp_path: Path, backlog: RunBacklog) -> None:
    """`--json` stays what it was; two different formats at once are a mistake."""
    write(tmp_path, "decisions/A.md", DECISION.format(id="A", risk="hihg"))
    short, long = (backlog("check", *option, expect=1).stdout for option in (["--json"], ["--format", "json"]))
    assert short == long
    assert json.loads(short)["schema"] == "backlog-check/1"
    refused = backlog("check", "--json", "--format", "sarif", expect=2)
    assert "two formats, json and sarif" in refused.stderr


def test_sarif_is_json_on_stdout(tmp_path: Path, backlog: RunBacklog) -> None:
    """A workflow redirects it into a file; the exit code is that of every format."""
    write(tmp_path, "decisions/A.md", DECISION.format(id="A", risk="hihg"))
    made = json.loads(backlog("check", "--format", "sarif", expect=1).stdout)
    assert [result["ruleId"] for result in made["runs"][0]["results"]] == ["decision-wrong-value"]


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_a_name_of_several_lines_stays_on_one(tmp_path: Path, backlog: RunBacklog, form: str) -> None:
    """A second line that begins with `::error::` would be a command to a workflow's runner, in whatever format."""
    odd = "line\n::error::obeyed"
    write(tmp_path, f"decisions/{odd}.md", DECISION.format(id="A", risk="low"))
    write(tmp_path, f"decisions/{odd}.txt", "")
    write(tmp_path, f"snapshots/2026/{odd}.json", "{}")
    write(tmp_path, "decisions/B.md", "")
    summary = tmp_path.parent / "summary.md"
    done = backlog(
        *("check", "--format", form, "--root", tmp_path),
        environment={"GITHUB_STEP_SUMMARY": str(summary)},
        expect=1,
    )
    lines = (done.stdout + done.stderr).splitlines()
    assert not any(line.lstrip().startswith("::error::obeyed") for line in lines)
    commands = obeyed(done.stdout + done.stderr)
    assert {command.properties.get("file") for command in commands} <= {"decisions/B.md", *ESCAPED}
    assert bool(commands) == (form == "github")
    if form == "text":
        assert {line.partition(": ")[0] for line in lines if "line" in line.partition(": ")[0]} == set(ESCAPED)
    if form == "json":
        assert set(ESCAPED) < {each["path"] for each in json.loads(done.stdout)["problems"]}


ESCAPED = (r"decisions/line\n::error::obeyed.md", r"decisions/line\n::error::obeyed.txt")
