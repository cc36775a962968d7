# SPDX-License-Identifier: Apache-2.0
"""`backlog build`: render the pages, build the site, search it for leaks and check that it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.site import builder, leaks, rendering, static_web_app
from secure_score_backlog.workspace import require_backlog


@click.command()
@options.root
@options.as_of
@options.profile
@options.trust_configuration
@options.trust_docs
@options.builder
@options.quiet
@click.option(
    "--output",
    "place",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for the site. Default: build/site below the root. Must be new, empty, or a site built earlier.",
)
def command(
    *,
    root: Path,
    as_of: date | None,
    profile: str | None,
    trust_site_configuration: bool,
    trust_docs: bool,
    builder_name: str,
    quiet: bool,
    place: Path | None,
) -> int:
    """Build the site: pages, style and search in one folder that opens without a server.

    The same commit gives the same bytes, wherever it is built. The built files are searched for ids of the tenant,
    addresses and secrets; what its readers must not see stops the build.
    """
    site = place or root / rendering.SITE
    builder.refuse_missing(builder_name, trusted=trust_site_configuration)
    builder.refuse_foreign(site)
    require_backlog(root)
    wanted = rendering.Wanted(as_of, profile, trust_docs, trust_site_configuration, builder_name)
    with builder.workplace(root, trusted=trust_site_configuration) as work:
        rendered = rendering.render(root, wanted, today=options.now().date(), place=work.source)
        output.say_rendered(rendered)
        if not quiet:
            output.say(f"Rendered {len(rendered.documents)} documents; building the site ...")
        files = builder.build(rendered.job, work, site, rendered.expected(), partial(refuse_leaks, rendered))
    if not quiet:
        output.say(f"{rendered.summary}, {files} files, none missing.")
        output.product(site / "index.html")
    return 0


def refuse_leaks(rendered: rendering.Rendered, built: Iterator[tuple[str, bytes]]) -> None:
    """Report every finding; CannotProceed where one of them is something that readers must not see."""
    served = ((path, content) for path, content in built if path != static_web_app.PATH)  # Azure keeps it to itself
    found = leaks.scan(served, rendered.guard)
    for line in rendering.refused(found, rendered.profile, "It was deleted"):
        output.say(line)
