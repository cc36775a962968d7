# SPDX-License-Identifier: Apache-2.0
"""Checks of a folder and its clone: nobody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.doctor.checked import Checked, not_checked, ok, refused, warning, wrong
from secure_score_backlog.errors import BacklogError
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.snapshots.coverage import OLD_AFTER


def settings(found: Sequence[Problem], unnamed: str = "") -> Checked:
    """Whether `backlog.yml` can be read, and names its repository.

    Args:
        found: The problems of reading it.
        unnamed: OWNER/NAME, where it is known and the settings do not name it.
    """
    errors = [each for each in found if each.severity is Severity.ERROR]
    chosen = (errors or list(found))[:1]
    if not chosen and unnamed:
        return warning(
            "settings",
            f"{SETTINGS_PATH} names no repository, so no page offers to propose or to change a decision.",
            f"Add the line `repository: {unnamed}` to it.",
        )
    if not chosen:
        return ok("settings", f"{SETTINGS_PATH} can be read.")
    first = chosen[0]
    line = f", line {first.line}" if first.line else ""
    more = f" There are {len(found) - 1} more; `backlog check` lists them all." if len(found) > 1 else ""
    make = wrong if errors else warning
    return make("settings", f"{SETTINGS_PATH}{line}: {first.message}{more}", first.hint)


def clone(found: BacklogError | bool) -> Checked:
    """Whether Git has the whole history.

    Args:
        found: False outside of Git; the error where Git's history cannot be read, as in a shallow clone.
    """
    if isinstance(found, BacklogError):
        return refused("clone", found)
    if not found:
        return wrong(
            "clone",
            "This folder is in no Git repository: decisions have no dates, and nobody can see who made them.",
            "Run `git init` and commit, or clone the repository again.",
        )
    return ok("clone", "Git has the whole history.")


def snapshot_age(newest: date | BacklogError | None, today: date, commands: str) -> Checked:
    """How old the newest stored snapshot is.

    Args:
        newest: Its day; None: nothing is stored; the error where it cannot be read.
        today: Today (UTC).
        commands: What brings a newer one.
    """
    code = "snapshot-age"
    if isinstance(newest, BacklogError):
        return not_checked(code, newest)
    if newest is None:
        return wrong(code, "No snapshot is stored.", commands)
    age = (today - newest).days
    what = f"The newest snapshot is of {wording.day(newest)}, {wording.plural(max(age, 0), 'day')} ago."
    if age > OLD_AFTER:
        return wrong(code, what, f"Microsoft keeps 90 days: what is missing comes with the next run. {commands}")
    if age < -1:
        return warning(
            code, f"The newest snapshot is of {wording.day(newest)}, which is in the future.", "Set the clock."
        )
    return ok(code, what)
