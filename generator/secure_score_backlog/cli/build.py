# SPDX-License-Identifier: Apache-2.0
"""`backlog build`: render the pages, build the site, search it for leaks and check that it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.site import builder, leaks, rendering


@click.command()
@options.root
@options.as_of
@options.profile
@click.option(
    "--output",
    "place",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for the site. Default: build/site below the root. Must be new, empty, or a site built earlier.",
)
def command(root: Path, as_of: date | None, profile: str | None, place: Path | None) -> int:
    """Build the site: pages, style and search in one folder that opens without a server.

    The same commit gives the same bytes, wherever it is built. The built files are searched for ids of the tenant,
    addresses and secrets; what its readers must not see stops the build.
    """
    place = place or root / rendering.SITE
    builder.refuse_foreign(place)
    rendered = rendering.render(root, as_of=as_of, today=options.now().date(), profile=profile)
    output.say_dated_ahead(rendered.ahead, rendered.facts.as_of)
    for line in rendered.remarks:
        output.say(line)
    output.say(f"Rendered {len(rendered.documents)} documents; building the site ...")
    files = builder.build(rendered.job, place, rendered.expected(), lambda built: refuse_leaks(rendered, built))
    output.say(f"{rendered.summary}, {files} files, none missing.")
    output.product(place / "index.html")
    return 0


def refuse_leaks(rendered: rendering.Rendered, built: Iterator[tuple[str, bytes]]) -> None:
    """Report every finding; CannotProceed where one of them is something that readers must not see."""
    found = leaks.scan(built, rendered.guard)
    for line in rendering.refused(found, rendered.profile, "It was deleted"):
        output.say(line)
