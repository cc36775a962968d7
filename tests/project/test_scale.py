# SPDX-License-Identifier: Apache-2.0
"""docs/scale.md says what benchmarks/scale.py reckons, and that reckons right."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks import scale
from benchmarks.large_tenant import Size, make
from benchmarks.scale import JOBS, Job, Runner, approvals_over, kept, line, printed, queue, square, weigh
from secure_score_backlog.approvals import parse

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
WORKFLOWS = ROOT / "generator" / "secure_score_backlog" / "data_repository" / "templates" / "github" / "workflows"


@pytest.mark.parametrize(
    "rows",
    [scale.minutes(), scale.plans(scale.ZIPPED), scale.queues(), scale.costs(scale.ZIPPED), scale.limits()],
    ids=["minutes", "plans", "queues", "costs", "limits"],
)
def test_the_page_holds_the_tables(rows: scale.Table) -> None:
    """What is arithmetic is on the page as it is reckoned."""
    assert printed(rows, markdown=True) in PAGE


def test_every_measured_quantity_is_on_the_page() -> None:
    """The tables of measured sizes have the rows that a run prints."""
    names = [row[0] for row in (*scale.REPOSITORY_ROWS, *scale.SITE_ROWS)]
    assert [name for name in names if f"| {name} |" not in PAGE] == []
    assert f"| {' | '.join(scale.HEAD)} |" in PAGE


def test_every_workflow_counts() -> None:
    """Each workflow that `init` writes and that runs of itself is among the jobs; *ci* runs only for the program."""
    assert {job.workflow for job in JOBS} == {path.stem for path in WORKFLOWS.glob("*.yml")} - {"ci"}


def test_minutes_are_rounded_up_for_each_job() -> None:
    """61 seconds are two minutes; a job that installs nothing has no start of ours."""
    assert Job("w", "j", lambda _: 1, reads=2).minutes(Runner("", 52, 1)) == 2
    assert Job("w", "j", lambda _: 1, reads=2).minutes(Runner("", 51, 1)) == 1
    assert Job("w", "j", lambda _: 1, installs=False).minutes(Runner("", 500, 1)) == 1


def test_a_queue_is_worked_off_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four tenants of three minutes each: one runner needs twelve, four need three, and nobody waits for a free one."""
    minute = Job("w", "j", lambda _: 1)
    for name in ("COLLECT", "BUILT", "DEPLOYED"):
        monkeypatch.setattr(scale, name, minute)
    runner = Runner("", 60, 1)
    assert queue(1, [0] * 4, runner)[0] == 12
    assert queue(4, [0] * 4, runner) == (3, 0)
    assert queue(2, [0] * 4, runner)[0] == 6
    last, wait = queue(1, [0, 10, 20, 30], runner)
    assert (last, wait) == (33, 0)


def test_lines_go_through_what_was_measured() -> None:
    """Both ways to draw a figure out give back what they were made of."""
    assert [line(3, 5, years) for years in (1, 2, 10)] == [3, 5, 21]
    assert [square(2, 5, years) for years in (0.5, 1, 2)] == [2, 5, 14]
    assert kept(1, 0) == 7


def test_a_repository_is_weighed(tmp_path: Path) -> None:
    """Counts are those of Git, a clone is smaller than its objects one by one, and a day smaller than all."""
    root = tmp_path / "tenant"
    make(root, Size(years=1, recommendations=4, decisions=3, commits=9, changes_a_day=1))
    found = weigh(root)
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    assert (found.commits, found.files, found.widest) == (365 + 9, len(listed), 365)
    assert 0 < found.day < found.packed < found.loose
    assert found.tree > found.largest > 0


def test_the_file_of_approvals_is_the_program_s() -> None:
    """Every version can be read without a problem, and holds each snapshot, each merge and its record."""
    *_, (_, content) = approvals_over(61, 3)
    approvals, problems = parse(content)
    assert problems == []
    assert len(approvals.pull_requests) == 7
    assert len(approvals.commits) == 61 + 2 * 7
