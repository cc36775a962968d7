# SPDX-License-Identifier: Apache-2.0
"""`backlog import`: read saved files (Graph's JSON, the portal's CSV) into `snapshots/`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import click

from secure_score_backlog.cli import options
from secure_score_backlog.cli.collect import dry_run_option, store, writing
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.files import is_file
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots import portal_join
from secure_score_backlog.snapshots.graph_json import KEPT_BY_GRAPH
from secure_score_backlog.snapshots.portal_join import Joined
from secure_score_backlog.snapshots.saved_files import Saved, join_table, read_saved
from secure_score_backlog.snapshots.snapshot_files import snapshot_path
from secure_score_backlog.snapshots.store import stored_profiles


@click.command()
@options.root
@options.as_json
@dry_run_option
@click.option(
    "--date",
    "day",
    type=options.Day(),
    help="Day on which a CSV was exported (UTC); required with one, as it has none.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
def command(root: Path, as_json: bool, dry_run: bool, day: date | None, files: tuple[Path, ...]) -> int:
    """Read saved files and write what is new to snapshots/.

    FILE holds what /security/secureScores or /security/secureScoreControlProfiles answered, as JSON: one object, a
    list of any number of days, or the whole response; also as PowerShell's ConvertTo-Json -Depth 10 writes it. Several
    files may be given in any order; give scores and profiles together.

    FILE may also be the CSV that the Defender portal exports under Secure Score, Recommended actions; then --date says
    which day it is from. Its rows are joined by title with the catalogue, else with a list that comes with
    this program.
    """
    saved = read_saved(files)
    with writing(root, dry_run=dry_run):
        joined = joined_table(root, saved, day)
        answer = replace(saved.answer, exports=(joined.export,)) if joined else saved.answer
        return store(
            root,
            answer,
            "json",
            as_json=as_json,
            earlier=(*saved.problems, *table_problems(root, saved, joined)),
            dry_run=dry_run,
            files=tuple(file.as_posix() for file in files),
            more={"rows": portal_join.rows_json(joined)} if joined else {},
        )


def joined_table(root: Path, saved: Saved, day: date | None) -> Joined | None:
    """The exported table as a day; None where there is none."""
    _check_usage(saved, day)
    if not saved.tables or day is None:
        return None
    file, content = saved.tables[0]
    profiles = (*(saved.answer.profiles or ()), *stored_profiles(root))
    return join_table(file, content, profiles, day)


def table_problems(root: Path, saved: Saved, joined: Joined | None) -> tuple[Problem, ...]:
    """What is odd about the rows, and about the day."""
    if joined is None:
        return ()
    file, day = saved.tables[0][0], joined.export.day
    found = portal_join.problems(joined, file.as_posix(), day)
    if not is_file(root, snapshot_path(day)) and options.now().date() - day < KEPT_BY_GRAPH:
        found = (*found, _recent(file, day, whole=joined.export.whole))
    return found


def _check_usage(saved: Saved, day: date | None) -> None:
    """Refuse a table without a date, a date without a table, two tables, and a day in the future."""
    places = ", ".join(str(file) for file, _ in saved.tables)
    if saved.tables and day is None:
        raise WrongUsage(
            "A CSV does not say which day it is from.",
            where=places,
            hint="Nothing was changed. Add the day on which it was exported, as --date YYYY-MM-DD. If it should be "
            "JSON, it is not valid JSON.",
        )
    if day is not None and not saved.tables:
        raise WrongUsage(
            "JSON contains its own dates.",
            where="--date",
            hint="Nothing was changed. Leave --date out; it is for CSV exports.",
        )
    if len(saved.tables) > 1:
        raise WrongUsage(
            "Only one CSV file can be imported at a time.",
            where=places,
            hint="Nothing was changed. Import them one by one, each with its own --date.",
        )
    if day is not None and day > options.now().date() + timedelta(days=1):
        raise WrongUsage(
            f"{day} is in the future.",
            where="--date",
            hint="Nothing was changed. Give the day on which the CSV was exported.",
        )


def _recent(file: Path, day: date, *, whole: bool) -> Problem:
    message = f"Microsoft still has {day}, and in more detail than a CSV."
    hint = (
        "Nothing has to be done where `backlog collect` does not run for this tenant. Where it does, delete "
        f"{snapshot_path(day)}, which this import wrote: its next run stores that day with more detail."
    )
    if not whole:
        hint = "Nothing has to be done: where `backlog collect` runs for this tenant, its next run replaces this day."
    return problem("import-csv-recent", file.as_posix(), None, message, hint)
