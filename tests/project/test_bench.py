# SPDX-License-Identifier: Apache-2.0
"""`make bench` measures what it says: children count, rounds alternate, and a failure is no figure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import floor, rivals
from benchmarks.costs import Case, Cost, Failed, in_turns, measured, ratio
from benchmarks.large_tenant import Size, make
from benchmarks.table import COLUMNS, Row, markdown, plain
from benchmarks.tenants import Tenant, copied, tags_in, tags_to_parse
from secure_score_backlog.cli.main import main
from secure_score_backlog.git import read_main_history

ROOT = Path(__file__).resolve().parents[2]
SMALL = Size(years=1, recommendations=4, decisions=3, commits=9, changes_a_day=1)


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    """A year of four recommendations."""
    root = tmp_path_factory.mktemp("bench") / "tenant"
    make(root, SMALL)
    return Tenant(root, SMALL)


def test_what_children_need_counts(tmp_path: Path) -> None:
    """A command that leaves its work to another process does not look small."""
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'b\"x\" * 200_000_000'], check=True)"
    assert measured(Case((sys.executable, "-c", parent), tmp_path)).memory > 190


def test_a_command_that_fails_has_no_cost(tmp_path: Path) -> None:
    """A crash is quick, and must not be taken for a good figure."""
    with pytest.raises(Failed, match=r"exit code 3 .*\n.*no disk"):
        measured(Case((sys.executable, "-c", "import sys; print('no disk'); sys.exit(3)"), tmp_path))


def test_commands_alternate(tmp_path: Path) -> None:
    """What is compared runs in turns, so that a busy minute falls on both; what takes long runs less often."""
    heard: list[str] = []
    case = Case((sys.executable, "-c", ""), tmp_path)
    long = Case((sys.executable, "-c", ""), tmp_path, rounds=1)
    found = in_turns({"ours": case, "theirs": case, "long": long}, 2, heard.append)
    assert heard == ["ours", "theirs", "long", "ours", "theirs"]
    assert [len(costs) for costs in found.values()] == [2, 2, 1]


def test_a_ratio_is_taken_within_a_round() -> None:
    """Two rounds on a machine that is twice as slow in the second give one ratio, without a spread."""
    assert str(ratio([1.0, 2.0], [4.0, 8.0])) == "0.25"
    assert str(ratio([1.0, 2.0, 9.0], [1.0])) == "2.00 (1.00 to 9.00)"
    with pytest.raises(ValueError, match="nothing was measured"):
        ratio([], [1.0])


def test_the_table_says_what_was_not_measured() -> None:
    """A builder that is not installed is named, and what was measured has a ratio and its target."""
    rows = [
        Row("ours", [Cost(1.0, 2.0, 30.0, 4_000_000)], "theirs", [Cost(4.0)], "≤ 0.5"),
        Row("theirs first", [Cost(1.0)], "theirs", [Cost(4.0)], "≥ 40", inverse=True),
        Row("Zensical", [], "theirs", [Cost(4.0)]),
    ]
    lines = markdown(rows).splitlines()
    assert [line.count("|") for line in lines] == [len(COLUMNS) + 1] * 5
    assert lines[2] == "| ours | 1.00 | 2.00 | 30 | 4.0 | theirs | 4.00 | 0.25 | ≤ 0.5 |"
    assert "4.00 ×, the other way round" in lines[3]
    assert "not measured" in lines[4]
    assert "not measured" in plain(rows)


def test_the_floor_does_the_work(tenant: Tenant) -> None:
    """A floor that read nothing would be no floor: it finds the versions that the program finds."""
    main_history = read_main_history(tenant.root)
    assert main_history is not None
    ours = {(path, version.blob) for path, each in main_history.versions.items() for version in each}
    found = floor.log(tenant.root)
    assert len(found) == SMALL.commits
    assert set(found) <= ours
    for part in floor.PARTS.values():
        part(tenant.root)


@pytest.mark.parametrize("name", rivals.WAYS)
def test_rivals_answer(tenant: Tenant, name: str) -> None:
    """A rival that finds nothing would be quick: each asks about every file."""
    rivals.WAYS[name](tenant.root, 1)
    with pytest.raises(AssertionError):
        rivals.paths(tenant.root.parent, 1)


def test_a_change_is_a_change(tenant: Tenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Between two runs there is one more day, and one more edit, that the program reads without an error."""
    other = copied(tenant, tmp_path / "other")
    before = other.newest()
    other.another_day()
    other.another_edit()
    assert other.newest() > before
    assert other.newest().read_bytes() != before.read_bytes()
    changed = subprocess.run(["git", "status", "--short"], cwd=other.root, capture_output=True, text=True, check=True)
    assert f" M {other.decision().relative_to(other.root).as_posix()}" in changed.stdout.splitlines()
    with pytest.raises(SystemExit) as ended:
        main(["check", "--root", str(other.root)])
    assert ended.value.code == 0
    assert f"and {SMALL.days + 1} snapshots checked" in capsys.readouterr().out


def test_tags_are_counted(tmp_path: Path) -> None:
    """Opening and closing tags count in Markdown files alone; a smaller-than sign does not."""
    (tmp_path / "page.md").write_text("<p>1 < 2 <b>x</b></p>", encoding="utf-8")
    (tmp_path / "page.html").write_text("<p></p>", encoding="utf-8")
    assert tags_in(tmp_path) == (4, 21)


def test_tags_in_the_blocks_of_a_page_are_not_parsed(tmp_path: Path) -> None:
    """What is left is what the builder's Markdown looks at: headings, and all of a hand-written page."""
    block = '<div class="backlog">\n<p>x</p>\n</div>'
    (tmp_path / "a.md").write_text(f"# A\n\n{block}\n\n## B\n\n{block}\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("<i>b</i>\n", encoding="utf-8")
    assert tags_in(tmp_path)[0] == 10
    assert tags_to_parse(tmp_path)[0] == 2


def test_the_page_explains_each_column() -> None:
    """docs/performance.md holds a table with the columns of this program."""
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert f"| {' | '.join(COLUMNS)} |" in page
