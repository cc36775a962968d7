# SPDX-License-Identifier: Apache-2.0
"""A folder is read once: no command parses the same content of the same file a second time."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from secure_score_backlog import reviews, strict_yaml
from secure_score_backlog.decisions import parse as decisions_parse
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.git import open_repository
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.snapshot_files import encode
from secure_score_backlog.snapshots.stored_lines import StoredLines
from secure_score_backlog.workspace import load, load_commit
from tests.support.bare_folder import measured
from tests.support.repositories import Repository
from tests.support.running import PACKAGE, run_here
from tests.support.tenants import stored

PARSERS: Mapping[str, ModuleType] = {
    "parse": exact_json,  # the versions of the catalogue; snapshots are counted below
    "read_yaml": strict_yaml,  # settings and front matter
    "read_decision": decisions_parse,
    "read_signed": reviews,
    "minutes_text": reviews,
}
"""Everything that turns the content of a file into values, by name."""


class Calls:
    """Counts what each parser was given."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """Count from now on, wherever a module has imported a parser."""
        self.counted: Counter[tuple[str, int]] = Counter()
        for name, module in PARSERS.items():
            original: Callable[..., Any] = getattr(module, name)
            for each in list(sys.modules.values()):
                if each.__name__.startswith(PACKAGE) and getattr(each, name, None) is original:
                    patch.setattr(each, name, self.counting(name, original))
        by_lines = StoredLines._whole

        def whole(lines: StoredLines, content: bytes) -> Any:
            found = by_lines(lines, content)  # or it raises, and the whole is parsed
            self.counted["parse", hash(content)] += 1
            return found

        patch.setattr(StoredLines, "_whole", whole)

    def counting(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        """The parser; it notes the content it is given."""

        def call(content: Any, *more: Any, **named: Any) -> Any:
            key = content if isinstance(content, (bytes, str)) else repr(content)
            self.counted[name, hash(key)] += 1
            return original(content, *more, **named)

        return call

    def more_than_once(self) -> dict[str, int]:
        """How many contents each parser was given again, by parser."""
        return dict(Counter(name for (name, _), times in self.counted.items() if times > 1))

    def of(self, name: str) -> int:
        """How many different contents a parser was given."""
        return sum(1 for parser, _ in self.counted if parser == name)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The calls of the parsers in this test."""
    return Calls(monkeypatch)


DECISION = "---\nrecommendation: Safe\nbucket: do-soon\nowner: The {text} one\ndue: 2026-12-01\ndraft: true\n---\n"


@pytest.fixture(scope="module")
def reverted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which every kind of file was changed, and changed back."""
    folder = tmp_path_factory.mktemp("reverted") / "tenant"
    tenant = Repository(measured(folder))
    catalogue = (folder / "snapshots/catalogue.json").read_text(encoding="utf-8")
    for number, again in enumerate(("first", "second", "first", "second", "first"), start=1):
        tenant.write("backlog.yml", f"organisation: {again}\n")
        tenant.write("snapshots/catalogue.json", catalogue.replace("Zebracrossing", f"Zebra {again}"))
        tenant.write("decisions/Safe.md", DECISION.format(text=again))
        tenant.write("docs/reviews/2026-10.md", f"The {again} minutes.\n")
        tenant.commit(f"Change {number}", f"2026-11-0{number}T12:00:00+00:00")
    run_here("review", "2026-10", "--root", folder, expect=0)
    tenant.commit("Sign October", "2026-11-06T12:00:00+00:00")
    return folder


@pytest.mark.parametrize("command", ["status --json", "status --month 2026-10", "check", "triage"])
def test_a_command_parses_no_content_twice(command: str, reverted: Path, calls: Calls) -> None:
    """Settings, snapshots, catalogue, decisions, minutes and signed months."""
    run_here(*command.split(), "--root", reverted, expect=0)
    assert calls.more_than_once() == {}
    assert calls.of("parse") == 3 + 1  # snapshots and the newest catalogue
    assert calls.of("read_yaml") == 2 + 2  # settings and the decision
    assert calls.of("read_decision") == 2
    assert (calls.of("minutes_text"), calls.of("read_signed")) == (1, 1)


def test_several_scaffolds_need_one_reading(tmp_path: Path, reverted: Path, calls: Calls) -> None:
    """However many `triage` writes."""
    copy = shutil.copytree(reverted, tmp_path / "copy")
    done = run_here("triage", "--write", "9", "--root", copy, expect=0)
    assert done.stdout.split() == ["decisions/scid_1.md", "decisions/Evil.md"]
    assert calls.more_than_once() == {}


@pytest.mark.parametrize("command", ["status", "check"])
def test_a_command_parses_no_content_of_the_sample_tenant_twice(
    command: str, sample_tenant: Path, calls: Calls
) -> None:
    """The same with fifteen months of history."""
    run_here(command, "--root", sample_tenant, expect=0)
    assert calls.more_than_once() == {}
    assert calls.of("parse") > 400


@pytest.mark.parametrize("folder", ["sample_tenant", "reverted"])
def test_the_reviews_of_all_months_parse_nothing_again(
    folder: str, calls: Calls, request: pytest.FixtureRequest
) -> None:
    """Every month needs the settings, the catalogue and the decisions of its own last day."""
    workspace = load(request.getfixturevalue(folder), today=date(2026, 12, 1))
    facts = evaluate(workspace, workspace.newest_day, months=None)
    assert len(facts.reviews) > 1
    assert calls.more_than_once() == {}
    assert calls.of("parse") >= len(workspace.history.days)


def test_a_shallow_clone_is_read_once(tmp_path: Path, calls: Calls, reverted: Path) -> None:
    """`check` goes on without the history, and had parsed nothing before it missed it."""
    shallow = tmp_path / "shallow"
    Repository(tmp_path).git("clone", "--quiet", "--depth=1", f"file://{reverted}", str(shallow))
    done = run_here("check", "--root", shallow, expect=0)
    assert "every decision counts as made today" in done.stderr
    assert calls.more_than_once() == {}


def test_commits_of_the_snapshots_own_branch_are_there_once(tmp_path: Path) -> None:
    """The branch began on the main branch: what both have is the main branch's."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", "snapshots: {branch: data}\n")
    first = repository.commit("Begin")
    repository.git("switch", "--quiet", "--create", "data")
    collected = repository.commit("Snapshot", snapshots__note="x")
    repository.git("switch", "--quiet", "main")
    decided = repository.commit("Decide", decisions__A="x")
    found = load(tmp_path, today=date(2026, 10, 1))
    assert [each.version.commit for each in found.commits] == [first, decided]
    assert [each.version.commit for each in found.snapshot_commits] == [collected]


def test_a_commit_is_read_as_the_folder_was_then(reverted: Path) -> None:
    """What a clean folder says of itself, its newest commit says too: comparing with a base compares like with like."""
    today = date(2026, 12, 1)
    repository = open_repository(reverted)
    assert repository is not None
    folder = load(reverted, today=today)
    assert folder.head is not None
    committed = load_commit(repository, folder.head.commit, today=today)
    for field in fields(folder):
        if field.name not in ("repository", "catalogue_versions"):
            assert getattr(committed, field.name) == getattr(folder, field.name), field.name
    assert evaluate(committed, committed.newest_day) == evaluate(folder, folder.newest_day)


def test_a_commit_is_read_from_git_alone(tmp_path: Path) -> None:
    """Nothing of the working tree gets into what was true at a commit: no edit, no new file, no setting."""
    tenant = Repository(tmp_path / "tenant")
    tenant.write("backlog.yml", "organisation: Before\n")
    tenant.write("snapshots/2026/2026-10-01.json", encode(stored({"Safe": (1, 2)})))
    first = tenant.commit("Begin", decisions__Safe=DECISION.format(text="first"), docs__reviews__2026_10="Said.\n")
    tenant.write("backlog.yml", "organisation: After\n")
    tenant.write("decisions/Other.md", DECISION.format(text="second"))
    tenant.write("snapshots/2026/2026-10-02.json", encode(stored({"Safe": (2, 2)})))
    (tenant.folder / "decisions" / "Safe.md").unlink()
    tenant.write("backlog.yaml", "organisation: Misnamed\n")
    repository = open_repository(tenant.folder)
    assert repository is not None
    found = load_commit(repository, first, today=date(2026, 12, 1))
    assert found.settings.organisation == "Before"
    assert [day.day.isoformat() for day in found.history.days] == ["2026-10-01"]
    assert set(found.decisions.in_force(date(2026, 12, 1))) == {"Safe"}
    assert [problem.code for problem in found.problems] == []


def test_snapshots_on_their_own_branch_are_read_from_there(tmp_path: Path) -> None:
    """Where the settings of a commit name a branch, the commit has that branch's snapshots."""
    tenant = Repository(tmp_path / "tenant")
    tenant.commit("Begin", decisions__Safe=DECISION.format(text="first"))
    tenant.git("checkout", "--quiet", "-b", "snapshots")
    tenant.write("snapshots/2026/2026-10-01.json", encode(stored({"Safe": (1, 2)})))
    tenant.commit("Snapshot")
    tenant.git("checkout", "--quiet", "main")
    tenant.write("backlog.yml", "snapshots: {branch: snapshots}\n")
    newest = tenant.commit("Settings")
    repository = open_repository(tenant.folder)
    assert repository is not None
    found = load_commit(repository, newest, today=date(2026, 12, 1))
    assert [day.day.isoformat() for day in found.history.days] == ["2026-10-01"]
    again = load_commit(repository, newest, today=date(2026, 12, 1), measured=found)
    assert again.history is found.history
