# SPDX-License-Identifier: Apache-2.0
"""What other people wrote reaches a terminal and a workflow's log as text, never as an order."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from secure_score_backlog.cli import output
from tests.support.folders import write
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.tenants import stored

EVIL = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m\u202etxt\u2066\u2028\u2029\x85\n::error::from data\n##[error]x ##vso[task] \u200f"
)
"""Title, bell, CSI in one byte, directions, separators of lines, and commands of two kinds of runners."""
NAMES = {
    "::error::Evil": "::error file=x::by its id",
    "Zero\u202eWidth": EVIL,
    "scid_1": "##[error]" + "::warning::" * 30,
}


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A tenant whose ids, titles, texts, settings, decisions and commits hold orders."""
    root = tmp_path / "tenant"
    scores = dict.fromkeys(NAMES, (1, 5))
    for number in (1, 2):
        day = f"2026-10-0{number}"
        whole = stored(scores, createdDateTime=f"{day}T00:00:00Z", implementationStatus=EVIL)
        whole["collected"] = {"at": f"{day}T05:00:00Z", "by": "0", "complete": True, "source": "graph"}
        write(root, f"snapshots/2026/{day}.json", json.dumps(whole, default=float))
    profiles = [{"id": name, "title": title, "maxScore": 5, "service": EVIL} for name, title in NAMES.items()]
    catalogue = {"collected": {}, "profiles": profiles, "descriptions": {}}
    write(root, "snapshots/catalogue.json", json.dumps(catalogue))
    settings = 'organisation: "::error::\\u202e\\u2028x"\n"::error::key": 1\nrisk: {"::debug::x": high}\n'
    write(root, "backlog.yml", settings)
    write(root, "decisions/scid_1.md", f"---\nrecommendation: scid_1\nbucket: {json.dumps(EVIL)}\nowner: a\n---\n")
    write(root, "decisions/::stop-commands::x.md", "---\nrecommendation: ::error::Evil\n---\n")
    repository = Repository(root)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--allow-empty", "--message", "::error::subject\x1b[31m (#12)")
    return root


def test_a_terminal_need_not_break_words() -> None:
    """Lines are broken between words, with their margin; a command in backticks stays whole, to be copied."""
    command = "`backlog decide X --no-input --approval-by 'Managing Director' --approval-on 2026-11-27`"
    lines = output._broken(f"    It is said at length what has to be done about it: run {command} and go on.", 60)
    assert command in lines
    assert all(line.startswith("    ") for line in lines.split("\n"))
    assert all(len(line) < 60 for line in lines.split("\n") if "`" not in line)


def obeyed(text: str) -> list[str]:
    """What a terminal or a runner would obey."""
    controls = [f"{ord(c):x}" for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
    commands = [line for line in re.split(r"[\n\r]", text) if line.lstrip().startswith("::")]
    return controls + commands + re.findall(r"##\[.*|##vso\[.*", text)


@pytest.mark.parametrize(
    "verb",
    [
        *("check", "check --json", "status", "status --json", "triage --all", "triage --json", "triage --write 3"),
        *("decide Zero", "decide ::error::Evil", "decide ::error::", "status --month ::error::", "render", "nothing"),
        *("import ::error::.json", "render --profile ::error::x", "review ::error::x", "status --as-of \x1b[31m"),
    ],
)
def test_no_verb_lets_an_order_through(hostile: Path, backlog: RunBacklog, verb: str) -> None:
    """ESC, CSI, BEL, directions, separators and workflow commands come out as text; JSON stays the same data."""
    done = backlog(*verb.split(" "), cwd=hostile)
    assert obeyed(done.stdout) == []
    assert obeyed(done.stderr) == []
    assert done.returncode in (0, 1, 2, 3)
    assert done.stdout or done.stderr
    if "--json" in verb:
        assert "::error::Evil" in json.dumps(json.loads(done.stdout))


def test_json_for_programs_holds_what_was_written(hostile: Path, backlog: RunBacklog) -> None:
    """Escaped in JSON's own way: a program reads the title letter for letter."""
    found = json.loads(backlog("status", "--json", cwd=hostile).stdout)
    assert EVIL in {words["title"] for words in found["texts"].values()}


def test_a_wrapped_table_begins_no_line_with_a_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A narrow terminal breaks a title where it likes: the second line may begin with what stood in the middle."""
    monkeypatch.setenv("COLUMNS", "24")
    table = Table(box=None, show_header=False)
    table.add_row(Text("long words before it :: ::error::x and ##[x]"))
    output.product_page(table)
    said = capsys.readouterr().out
    assert "error" in said
    assert obeyed(said) == []


def test_styles_are_the_programs_own(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Colours stay where a person wants them; the same sequence in a title does not colour anything."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    output.product_page(Text.assemble(("red", "red"), " \x1b[31mtitle"))
    said = capsys.readouterr().out
    assert "\x1b[31mred\x1b[0m" in said
    assert "\\x1b[31mtitle" in said


def test_two_texts_together_make_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Styled texts are escaped one by one, and once more as the line that they make."""
    output.product_page(Text.assemble((":", "red"), (":error::x", "blue"), "\n", ("##", "red"), ("[error]", "blue")))
    assert obeyed(capsys.readouterr().out) == []


def test_the_program_gives_commands_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """A value cannot end its line; stdout stays the product."""
    output.command("add-mask", "a\nb%\r")
    assert capsys.readouterr() == ("", "::add-mask::a%0Ab%25%0D\n")
