# SPDX-License-Identifier: Apache-2.0
"""What `collect` and `import` have in common: compare an answer with what is stored, write, tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from secure_score_backlog import __version__
from secure_score_backlog.commands import options
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.model.settings import Settings
from secure_score_backlog.records.alone import alone
from secure_score_backlog.records.settings_file import load_settings
from secure_score_backlog.records.snapshot_store import finish_killed_run, load_stored, write_capture
from secure_score_backlog.rules.capturing.capture import capture
from secure_score_backlog.rules.capturing.terms import Answer, Occasion
from secure_score_backlog.views.capture_summary import problem_text, summary_json, summary_text

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far apart two clocks may be: sign-in services allow as much."""
GROWN_OLD = timedelta(days=3)
"""Microsoft publishes daily; so long without a new day is worth a word."""

dry_run_option = click.option("--dry-run", is_flag=True, help="Print what would change, and write nothing.")


def check_root(root: Path) -> None:
    """Refuse a root that is not there, before anything is asked of anybody."""
    if not root.is_dir():
        raise CannotProceed(
            "There is no such folder.",
            where=str(root),
            hint="Nothing was written. Name the folder that holds the tenant's snapshots/ and decisions/ by --root, or "
            "make it first.",
        )


@contextmanager
def writing(root: Path, *, dry_run: bool) -> Iterator[None]:
    """Be the only one who writes, and first complete what a killed run left; a dry run does neither."""
    if dry_run:
        yield
        return
    with alone(root):
        finish_killed_run(root)
        yield


def clock_problems(server: datetime | None) -> tuple[Problem, ...]:
    """A warning where this machine's clock and the server's are apart."""
    here = options.now()
    if server is None or abs(here - server) <= CLOCKS_DIFFER:
        return ()
    side = "ahead of" if here > server else "behind"
    apart = _span(abs(here - server))
    message = f"This machine's clock ({here:%Y-%m-%d %H:%M} UTC) is {apart} {side} the server's."
    hint = (
        "The days stored are Graph's own and right. Set the clock all the same: while it is wrong, sign-ins may fail "
        "and certificates count as invalid."
    )
    return (Problem("snapshots", None, "clock-differs", Severity.WARNING, message, hint),)


def _span(apart: timedelta) -> str:
    if apart.days:
        return f"{apart.days} day{'s' if apart.days > 1 else ''}"
    minutes = apart.seconds // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"


def store(
    root: Path,
    answer: Answer,
    source: str,
    *,
    as_json: bool,
    noted: tuple[Problem, ...] = (),
    dry_run: bool = False,
    files: tuple[str, ...] = (),
) -> int:
    """Write what is new in an answer and say what it was; the exit code."""
    settings, settings_problems = load_settings(root)
    broken = any(problem.severity is Severity.ERROR for problem in settings_problems)
    now = options.now()
    stored, unreadable = load_stored(root, answer)
    occasion = Occasion(now, __version__, source, settings.keep_names and not broken, files)
    result = capture(answer, stored, occasion)
    written = write_capture(root, result, dry_run=dry_run)
    told = (*noted, *_elsewhere(root, settings), *settings_problems, *unreadable, *result.problems)
    problems = (*told, *(_grown_old(result.changes.end, now.date()) if source == "graph" else ()))
    for problem in problems:
        options.say(problem_text(problem))
    if as_json:
        print(json.dumps(summary_json(result, written, problems, dry_run=dry_run), indent=2, ensure_ascii=False))
    else:
        print(summary_text(result, written, dry_run=dry_run))
    return 0


def _grown_old(newest: date | None, today: date) -> tuple[Problem, ...]:
    """A warning where Graph answers, but has had nothing new for days."""
    if newest is None or today - newest <= GROWN_OLD:
        return ()
    message = f"Graph's newest day is {newest}, {(today - newest).days} days ago."
    hint = "If the portal shows a newer score, report it to Microsoft; if not even that, check this machine's clock."
    return (Problem("snapshots", None, "graph-grown-old", Severity.WARNING, message, hint),)


def _elsewhere(root: Path, settings: Settings) -> tuple[Problem, ...]:
    """A warning where the site reads its snapshots from a branch that is not the one checked out here."""
    branch = settings.snapshots_branch
    if branch is None:
        return ()
    from secure_score_backlog.records.checked_out import checked_out_branch

    here = checked_out_branch(root)
    if here is None or here == branch:
        return ()
    message = (
        f"The site reads snapshots from the branch {branch!r} (backlog.yml: snapshots.branch), but this folder has "
        f"{here!r} checked out: what is written to snapshots/ here is not what the site shows."
    )
    hint = (
        "Undo what was written here: of the files below snapshots/ that git status names, delete the untracked ones "
        "and put the changed ones back (git checkout -- FILE). Then check that branch out beside this one (git "
        f"worktree add ../{branch} {branch}), run the command with --root ../{branch}, and commit and push there."
    )
    return (Problem("backlog.yml", None, "snapshots-elsewhere", Severity.WARNING, message, hint),)
