# SPDX-License-Identifier: Apache-2.0
"""The documents tell the truth: every command, option, make target and link that they name is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from secure_score_backlog.cli.main import backlog

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))]
DOCUMENTS += [ROOT / "docs" / "method.md", *sorted((ROOT / "docs" / "adr").glob("*.md"))]
DOCUMENTS += sorted((ROOT / "docs" / "guide").glob("*.md"))
CITED = re.compile(r"\b(?:docs/(?:adr|guide)/[\w-]+(?:\.md)?|docs/method\.md|facts/\w+\.md|design §)")
METHOD_CITED = re.compile(r"docs/method\.md#([a-z-]+)|\]\((?:\.\./)?method\.md#([a-z-]+)\)|\]\(#([a-z-]+)\)")

FENCE = re.compile(r"^ *```(?:console|sh|bash|shell|powershell|text)?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"^(?:[$>] |PS> )")
MAKE = re.compile(r"(?:^|[\s`])make ((?:[a-z]+(?: |$|`))+)", re.MULTILINE)
LINK = re.compile(r"\[[^]]*\]\((?!https?://|#|mailto:)([^)#\s]+)")
ID = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


def backlog_lines(text: str) -> list[list[str]]:
    """Every call of `backlog` in a block of commands, as words; comments and what follows a pipe left out."""
    lines = [PROMPT.sub("", line.strip()) for block in FENCE.findall(text) for line in block.splitlines()]
    calls = [line[line.index("backlog ") :] for line in lines if re.match(r"([A-Z_]+=\S+ )*backlog ", line)]
    return [shlex.split(re.split(r" [|>&]|;", call)[0], comments=True)[1:] for call in calls]


def test_the_tree_of_contributing_is_that_of_the_package() -> None:
    """Each module and folder of the package stands in it once, and nothing that is not there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tree = text.partition("```text\ngenerator/secure_score_backlog/\n")[2].partition("tests/")[0]
    begins = re.findall(r"(?m)^  ((?:[a-z_]+(?:\.py|/) ?)+)", tree)
    named = [name.rstrip("/") for names in begins for name in names.split()]
    package = ROOT / "generator" / "secure_score_backlog"
    there = [path.name for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    assert sorted(named) == sorted({*there, "content"} - {"__init__.py", "__main__.py"})


def make_targets(text: str) -> list[str]:
    """Every target named after the word make in code: in a block, or between backticks."""
    code = "\n".join([*FENCE.findall(text), *re.findall(r"`[^`\n]+`", text)])
    return [target for named in MAKE.findall(code) for target in named.strip("` ").split()]


def command_fault(words: list[str]) -> str | None:
    """What is wrong with a call: a verb or an option that the program does not know."""
    verb, *rest = words
    if verb in {"--help", "--version", "-h"}:
        return None
    command = backlog.get_command(click.Context(backlog), verb)
    if command is None:
        return f"no such verb: {verb}"
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known | {"--help"}]
    return f"{verb} knows no {' '.join(unknown)}" if unknown else None


@ID
def test_commands_exist(path: Path) -> None:
    """Every `backlog` call of a document names a verb and options that the program has."""
    assert [fault for words in backlog_lines(path.read_text(encoding="utf-8")) if (fault := command_fault(words))] == []


@ID
def test_make_targets_exist(path: Path) -> None:
    """Every `make` target of a document is in the Makefile."""
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(make_targets(path.read_text(encoding="utf-8"))) - known == set()


@ID
def test_links_lead_somewhere(path: Path) -> None:
    """Every link to a file of this repository finds it."""
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_cited_sections_of_the_method_exist() -> None:
    """Every section of docs/method.md that code, tests and documents cite is a heading of that page."""
    method = ROOT / "docs" / "method.md"
    headings = re.findall(r"^###? (.*)$", method.read_text(encoding="utf-8"), re.MULTILINE)
    sections = {heading.lower().replace(" ", "-") for heading in headings}
    places = [path for folder in ("generator", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    cited = {
        (path.name, section)
        for path in (*places, *DOCUMENTS)
        for match in METHOD_CITED.finditer(path.read_text(encoding="utf-8"))
        for section in match.groups()
        if section and (match[3] is None or path == method)
    }
    assert {section for _, section in cited} & sections
    assert sorted(place for place in cited if place[1] not in sections) == []


def test_code_cites_only_documents_of_this_repository() -> None:
    """A path of a document in code, tests or a workflow exists, so that a reader can open it.

    Tests invent pages of the guide, so those count in the program only.
    """
    tests = ROOT / "tests"
    places = [path for folder in ("generator", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    places += [ROOT / "Makefile", ROOT / "pyproject.toml", *(ROOT / ".github" / "workflows").glob("*.yml")]
    cited = {
        (path.name, name)
        for path in places
        for name in CITED.findall(path.read_text(encoding="utf-8"))
        if path != Path(__file__) and not (name.startswith("docs/guide/") and path.is_relative_to(tests))
    }
    assert len(cited) > 20
    known = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    numbers = {name[: len("docs/adr/0000")] for name in known}
    assert sorted(place for place in cited if place[1] not in known | numbers) == []


def test_the_five_verbs_are_explained() -> None:
    """CONTRIBUTING names the five targets that a newcomer needs."""
    named = make_targets((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert {"demo", "test", "lint", "format", "lock"} <= set(named)


def test_the_changelog_has_a_place_for_what_is_new() -> None:
    """The first section of CHANGELOG is Unreleased."""
    titles = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert titles[:1] == ["[Unreleased]"]


def test_decisions_on_architecture_are_numbered_and_complete() -> None:
    """Each ADR has a number of its own and its four parts, and the index lists them all in order."""
    folder = ROOT / "docs" / "adr"
    records = sorted(folder.glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in records]
    assert len(records) == len(set(numbers)) > 10
    index = (folder / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(\d{4})\]", index, re.MULTILINE) == numbers
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Options", "Decision", "Consequences"]
        assert path.name in index


def test_faults_in_documents_are_noticed() -> None:
    """A wrong verb, option or target in a document would be found."""
    text = "```console\n$ backlog chekc --root x | less\nbacklog --help\n$ make nonsense\n```\nand `make test`"
    assert [command_fault(words) for words in backlog_lines(text)] == ["no such verb: chekc", None]
    assert make_targets(text) == ["nonsense", "test"]
