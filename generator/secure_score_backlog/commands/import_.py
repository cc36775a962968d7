# SPDX-License-Identifier: Apache-2.0
"""`backlog import`: read Graph JSON that a person saved into `snapshots/`."""

from __future__ import annotations

from pathlib import Path

import click

from secure_score_backlog.commands import options
from secure_score_backlog.commands.capturing import check_root, store
from secure_score_backlog.records.saved_answers import read_saved


@click.command("import", short_help="Read Graph JSON that a person saved.")
@options.root
@options.as_json
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
def command(root: Path, as_json: bool, files: tuple[Path, ...]) -> int:
    """Read saved answers of Microsoft Graph and write what is new to snapshots/.

    FILE holds what /security/secureScores or /security/secureScoreControlProfiles answered, as JSON: one object, a
    list, or the whole response. Several files may be given in any order; give scores and profiles together.
    """
    check_root(root)
    answer, problems = read_saved(files)
    return store(root, answer, "json", as_json=as_json, noted=problems)
