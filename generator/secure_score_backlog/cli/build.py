# SPDX-License-Identifier: Apache-2.0
"""`backlog build`: render the pages, build the site, search it for leaks and check that it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from secure_score_backlog.cli import options
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.site import builder, leaks, profiles, rendering
from secure_score_backlog.wording import plural


@click.command()
@options.root
@options.as_of
@options.profile
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for the site. Default: build/site below the root. Must be new, empty, or a site built earlier.",
)
def command(root: Path, as_of: date | None, profile: str | None, output: Path | None) -> int:
    """Build the site: pages, style and search in one folder that opens without a server.

    The same commit gives the same bytes, wherever it is built. The built files are searched for ids of the tenant,
    addresses and secrets; what its readers must not see stops the build.
    """
    place = output or root / rendering.SITE
    builder.refuse_foreign(place)
    rendered = rendering.render(root, as_of=as_of, today=options.now().date(), profile=profile)
    options.say(f"Rendered {len(rendered.documents)} documents; building the site ...")
    files = builder.build(rendered.job, place, rendered.expected(), lambda built: refuse_leaks(rendered, built))
    pages = sum(1 for document in rendered.documents if document.path.endswith(".md"))
    readers = f" for the profile {rendered.profile.name}" if rendered.profile.outside else ""
    options.say(f"{plural(pages, 'page')}{readers} as of {rendered.facts.as_of}, {files} files, none missing.")
    print(place / "index.html")
    return 0


def refuse_leaks(rendered: rendering.Rendered, built: Iterator[tuple[str, bytes]]) -> None:
    """Report every finding; CannotProceed where one of them is something that readers must not see."""
    found = leaks.scan(built, profiles.guard(rendered.facts, rendered.profile))
    for line in leaks.report(item for item in found if not item.serious):
        options.say(f"Check this: {line}")
    serious = [item for item in found if item.serious]
    if serious:
        lines = "".join(f"\n  - {line}" for line in leaks.report(serious))
        raise CannotProceed(
            f"The site held what readers of the profile {rendered.profile.name} must not see; it was deleted.{lines}",
            where=", ".join(dict.fromkeys(item.path for item in serious[:3])),
            hint="Find the text in decisions/, docs/ or backlog.yml, change it as described above, and build again.",
        )
