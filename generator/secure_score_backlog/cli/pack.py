# SPDX-License-Identifier: Apache-2.0
"""`backlog pack`: one file for an insurer or an auditor, which can be checked without this program."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from secure_score_backlog import files
from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.files import Document
from secure_score_backlog.wording import plural


@click.command()
@options.root
@click.option("--from", "start", type=options.Day(), required=True, help="First day of the period (UTC).")
@click.option("--to", "end", type=options.Day(), required=True, help="Last day of the period (UTC): the as-of date.")
@click.option(
    "--profile",
    type=click.Choice(("internal", "insurer")),
    required=True,
    help="Who the pack is for. insurer: what readers outside may see.",
)
@click.option(
    "--output", "place", type=click.Path(path_type=Path), required=True, help="The zip to write. Must be a new file."
)
@click.option(
    "--repository",
    metavar="OWNER/NAME",
    help="The repository to name in the pack. Default: that of backlog.yml; for an insurer none.",
)
@click.option(
    "--with-names",
    "named",
    is_flag=True,
    help="For an insurer: enclose the commits of people as well. They hold names and mail addresses, and list every "
    "decision by the id of its recommendation.",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="The pack before this one, a zip or a folder: its commit and digest go into this one.",
)
@options.as_json
def command(
    *,
    root: Path,
    start: date,
    end: date,
    profile: str,
    place: Path,
    repository: str | None,
    named: bool,
    previous: Path | None,
    as_json: bool,
) -> int:
    """Put the site, tables, sources and Git's history of a period into one zip that can be checked.

    It holds VERIFY.md, which says how to check it with git and sha256sum alone. Only what is committed goes in, and the
    same commit and options give the same bytes. Prints the digest of the pack: keep it elsewhere, or send it apart.
    """
    from secure_score_backlog.evidence import archive, packing, previous_pack
    from secure_score_backlog.evidence.layout import REPOSITORY
    from secure_score_backlog.exports.json import encode

    if place.exists():
        raise taken(place)
    if repository is not None and not REPOSITORY.fullmatch(repository):
        raise WrongUsage("The repository is not written as OWNER/NAME.", hint="Write, for example, contoso/backlog.")
    before = previous_pack.of(previous) if previous else None
    wish = packing.Wish(start, end, profile, repository, named, before)
    output.say("Building the site and gathering what it rests on ...")
    made = packing.make(root, wish, today=options.now().date())
    content = archive.written(made.documents)
    try:
        files.create_files(place.parent, [Document(place.name, content)])
    except FileExistsError:  # meanwhile
        raise taken(place) from None
    for remark in made.remarks:
        output.say(remark)
    size = f"{len(content) / 1_000_000:.1f} MB"
    output.say(f"{plural(len(made.documents), 'file')}, {size}, for the profile {profile}, {start} to {end}.")
    if made.manifest.left_out:
        output.say(f"Left out, and listed with their ids: {plural(len(made.manifest.left_out), 'source')}.")
    if as_json:
        output.product_json(
            encode({"file": str(place), "bytes": len(content), "digest": made.digest, "commit": made.manifest.commit})
        )
    else:
        output.product(f"{made.digest}  {place}")
    return 0


def taken(place: Path) -> WrongUsage:
    """The error where the file is there already."""
    return WrongUsage(
        f"The file {place} is there already.", where=str(place), hint="Name a new file, or move this one away."
    )
