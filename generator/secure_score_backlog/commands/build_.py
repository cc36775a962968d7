# SPDX-License-Identifier: Apache-2.0
"""`backlog build`: render, build the site, and make sure that no page is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from secure_score_backlog.commands import options, rendering
from secure_score_backlog.records import site_builder


@click.command("build", short_help="Render, build the site and make sure that no page is missing.")
@options.root
@options.as_of
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for the site. Default: build/site below the root. Must be new, empty, or a site built earlier.",
)
def command(root: Path, as_of: date | None, output: Path | None) -> int:
    """Make the site: pages, style, search, all in one folder that opens without a server.

    The same commit gives the same bytes, wherever it is built.
    """
    place = output or root / rendering.SITE
    site_builder.refuse_foreign(place)
    rendered = rendering.render(root, as_of=as_of, today=options.now().date())
    options.say(f"Rendered {len(rendered.documents)} documents; building the site ...")
    files = site_builder.build(rendering.job_of(root, rendered.backlog), place, rendered.expected())
    pages = sum(1 for document in rendered.documents if document.path.endswith(".md"))
    options.say(f"{pages} pages as of {rendered.backlog.facts.as_of}, {files} files, none missing.")
    print(place / "index.html")
    return 0
