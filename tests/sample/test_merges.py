# SPDX-License-Identifier: Apache-2.0
"""Every merge of the sample tenant's history, as its reviewer would have seen it: words, problems, and golden files.

`BACKLOG_WRITE_GOLDEN=1` writes the golden files anew; read them aloud before they are committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.branches import read_branch
from secure_score_backlog.comparison import Comparison
from secure_score_backlog.evaluation.base_rules import against_base
from secure_score_backlog.evaluation.change import Change, change_of
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.problems import Problem
from secure_score_backlog.reports.change_text import plain
from secure_score_backlog.reports.change_words import sentences
from secure_score_backlog.workspace import Workspace, load, load_commit
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.variants import variants

GOLDEN = Path(__file__).parent / "golden"
WRITE = os.environ.get("BACKLOG_WRITE_GOLDEN") == "1"
LATEST = date(2026, 12, 1)
FEWER = 4
"""One merge in so many is looked at each time, beginning with the oldest; `make thorough` looks at the rest."""
COMMITS = re.compile(r"\b[0-9a-f]{10}\b")


@dataclass(frozen=True, slots=True)
class Merge:
    """One commit of the main branch that brought a pull request."""

    commit: str
    parent: str
    day: date
    subject: str
    number: int


@pytest.fixture(scope="module")
def merges(sample_tenant: Path) -> list[Merge]:
    """All of them, oldest first."""
    log = Repository.git(_opened(sample_tenant), "log", "--first-parent", "--reverse", "--format=%H %P|%cs|%s", "main")
    found = []
    for line in log.splitlines():
        commits, day, subject = line.split("|", 2)
        number = re.search(r"#(\d+)", subject)
        if number:
            commit, parent, *_ = commits.split()
            found.append(Merge(commit, parent, date.fromisoformat(day), subject, int(number[1])))
    return found


def _opened(folder: Path) -> Repository:
    repository = Repository.__new__(Repository)
    repository.folder = folder
    return repository


@pytest.fixture(scope="module")
def whole(sample_tenant: Path) -> Workspace:
    """The newest state: snapshots count by their own day, so its measurements serve every merge."""
    return load(sample_tenant, today=LATEST)


def compared(root: Path, merge: Merge, whole: Workspace) -> Iterator[Comparison | Change | list[Problem]]:
    """What one merge does, and the problems that only the comparison shows."""
    branch = read_branch(root, merge.parent, merge.commit)
    before = load_commit(branch.repository, branch.base, today=LATEST, measured=whole)
    after = load_commit(branch.repository, merge.commit, today=LATEST, measured=whole)
    comparison = Comparison(branch, before, after)
    old, new = evaluate(before, merge.day), evaluate(after, merge.day)
    yield change_of(comparison, old, new)
    yield against_base(comparison, old, new)


@pytest.mark.parametrize("number", variants(range(FEWER), always=(0,)))
def test_every_merge_has_words_and_only_right_problems(
    sample_tenant: Path, merges: list[Merge], whole: Workspace, number: int
) -> None:
    """No merge ends in an exception or without words, and the one problem is a decision that was deleted silently."""
    assert len(merges) > 80
    chosen = merges[number::FEWER]
    found: list[tuple[int, str]] = []
    for merge in chosen:
        change, problems = compared(sample_tenant, merge, whole)
        assert isinstance(change, Change)
        assert isinstance(problems, list)
        found += [(merge.number, each.code) for each in problems]
        said = sentences(change, plain)
        assert said, merge.subject
        assert "It changes no decision" not in said[0].text, merge.subject
        for each in said:
            for text in (each.text, *each.details):
                assert text[0].isupper(), text
                assert re.search(r"[.?!”]$", text), text
                assert "None" not in text.split(), text
    assert found == [(merge.number, "decision-removed") for merge in chosen if merge.number == GOLDENS["withdraw"]]


GOLDENS = {
    "accept": 23,
    "extend-for-the-third-time": 83,
    "withdraw": 38,
    "plan-and-answer": 85,
}
"""Pull requests of the sample tenant by what a reviewer sees in them."""


@pytest.mark.parametrize("name", GOLDENS)
def test_what_a_reviewer_sees(name: str, sample_tenant: Path, merges: list[Merge]) -> None:
    """The whole text and the whole comment, word for word, through the command itself."""
    (merge,) = (each for each in merges if each.number == GOLDENS[name])
    for form, ending in (("text", "txt"), ("markdown", "md")):
        printed = run_here(
            "diff", merge.parent, merge.commit, "--format", form, "--root", sample_tenant, expect=0
        ).stdout
        golden(f"{name}.{ending}", printed)


def test_a_change_of_everything(own_sample: Path) -> None:
    """Minutes, answers, settings, a workflow, an acceptance without a new reason and a draft in one change."""
    repository = _opened(own_sample)
    repository.git("checkout", "--quiet", "-b", "everything")

    def edit(path: str, *pairs: tuple[str, str]) -> None:
        text = (repository.folder / path).read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text, (path, old)
            text = text.replace(old, new)
        repository.write(path, text)

    legacy = "decisions/BlockLegacyAuthentication.md"
    edit(
        legacy,
        ("until: 2027-01-31", "until: 2027-06-30"),
        ("    - Both passwords were changed on 20 June 2026 and are", "#"),
    )
    edit("backlog.yml", ("acceptance_months: 12", "acceptance_months: 24"))
    edit("backlog.yml", ("roles:\n", "roles:\n  Managing Director: [harbour-director]\n"))
    edit("docs/reviews/2026-10.md", ("\n", "\nLeadership pays for the second relay.\n\n"))
    repository.write("docs/reviews/2026-11.md", "Present: Head of IT.\n")
    repository.write(".github/workflows/more.yml", "on: push\n")
    repository.commit("Everything", "2026-11-21T10:00:00+00:00")
    printed = run_here("diff", "main", "HEAD", "--root", repository.folder, expect=0).stdout
    golden("everything.txt", printed)
    markdown = run_here("diff", "main", "HEAD", "--format", "markdown", "--root", repository.folder, expect=0).stdout
    golden("everything.md", markdown)


def golden(name: str, printed: str) -> None:
    """Compare with a golden file; ids of commits are those of one build of the demo."""
    text = COMMITS.sub("0123456789", printed).rstrip("\n") + "\n"
    file = GOLDEN / name
    if WRITE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8"), f"{file.name}: read the difference, then write it anew"
