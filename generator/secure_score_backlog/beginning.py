# SPDX-License-Identifier: Apache-2.0
"""Where the history of a backlog begins, in a repository that held something else before.

A copy of this project's repository has the commits of the project, with its sample, below its own. The setting
`history: {after: COMMIT}` leaves them out. It could also be used to hide decisions, so it counts only where the commit
that set it left nothing of a backlog over: what is hidden is gone, and what is there has its whole history
(docs/adr/0026-a-copy-begins-after-a-commit.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from secure_score_backlog.decisions.store import DECISIONS, NOT_DECISIONS
from secure_score_backlog.files import paths_below
from secure_score_backlog.git import MainHistory, Version
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.settings import SETTINGS_PATH, SettingsFile, parse_settings
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.wording import plural

DATA = (DECISIONS, SNAPSHOTS, REVIEWS)
"""Folders of which nothing may be left over."""
SHOWN = 3
"""Files that a message names."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is left out of the history, and who says so."""

    after: str
    """Full id of the last commit that is left out."""
    until: date
    """Its day."""
    hidden: int
    """How many commits of the main branch are left out."""
    said_by: Version | None = None
    """The commit that wrote the setting; None: it is not committed."""


def begun(
    main: MainHistory | None, settings_file: SettingsFile, root: Path | None
) -> tuple[MainHistory | None, Beginning | None, tuple[Problem, ...]]:
    """The history from its beginning on, what is left out, and why nothing is where the setting does not count.

    Args:
        main: The whole history; None without Git.
        settings_file: The settings that hold.
        root: The folder; None: only what is committed counts.
    """
    after = settings_file.settings.history.after
    if main is None or main.repository is None or after is None:
        return main, None, ()
    order = [each.version.commit for each in main.commits]
    if after not in order:
        why = f"{after[:10]} is no commit of the main branch"
        hint = (
            "Delete the line, or write the full id of a commit that the main branch shows (`git log --first-parent`)."
        )
        return main, None, (_refused(settings_file, why, hint),)
    said_by = _said_by(main, after)
    if said_by is not None:
        paths = [path for folder in DATA for path in main.repository.files(said_by.commit, f"{folder}/")]
        where = f"when commit {said_by.commit[:10]} added it, there were already"
    else:
        paths = [path for folder in DATA for path in paths_below(root, folder)] if root else []
        where = "in this folder there are"
    if over := sorted(filter(_is_data, paths)):
        more = f" and {len(over) - SHOWN} more" if len(over) > SHOWN else ""
        why = f"{where} {', '.join(over[:SHOWN])}{more}"
        hint = (
            "Delete `history` and `after` below it. It may be set (`backlog init --here` does) only before there is "
            "any decision or snapshot; later it would hide their history."
        )
        return main, None, (_refused(settings_file, why, hint),)
    place = order.index(after)
    begins = main.after(after, beginning=said_by.commit if said_by else "")
    return begins, Beginning(after, main.commits[place].version.at.date(), place + 1, said_by), ()


def _said_by(main: MainHistory, after: str) -> Version | None:
    """The commit that brought the setting as it is now; None where it is not committed."""
    found = None
    for version in reversed(main.versions.get(SETTINGS_PATH, ())):
        content = main.content(version.blob) if version.blob else b""
        if parse_settings(content).settings.history.after != after:
            break
        found = version
    return found


def _is_data(path: str) -> bool:
    """Whether a file below one of the folders is a decision, a snapshot, minutes or the like."""
    name = PurePosixPath(path).name.lower()
    return not name.startswith(".") and name not in NOT_DECISIONS


def _refused(settings_file: SettingsFile, why: str, hint: str) -> Problem:
    message = f"`history.after` is ignored, and the whole history is shown: {why}."
    return problem("settings-history", SETTINGS_PATH, settings_file.source.line("history", "after"), message, hint)


def words(beginning: Beginning) -> Iterable[str]:
    """What readers have to know about the beginning, as sentences."""
    said = beginning.said_by
    commits = plural(beginning.hidden, "commit")
    yield f"The history begins after commit {beginning.after[:10]} of {beginning.until}: {commits} before are left out."
    if said is None:
        yield "The setting that says so (`history` in backlog.yml) is not committed."
    else:
        who = f" by {said.author}" if said.author else ""
        yield (
            f"So says `history` in backlog.yml, since commit {said.commit[:10]}{who} of {said.at.date()}, "
            "which left no decision, no snapshot and no minutes over."
        )
