# SPDX-License-Identifier: Apache-2.0
"""`backlog render`: write the site's pages, and leave building to whoever builds it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from secure_score_backlog.cli import options
from secure_score_backlog.site import builder, rendering


@click.command()
@options.root
@options.as_of
@options.profile
def command(root: Path, as_of: date | None, profile: str | None) -> int:
    """Write every page to build/pages, ready for MkDocs, ProperDocs or Zensical.

    The folder belongs to this program and is kept out of Git; nothing outside it is touched. For readers outside of
    your organisation, a configuration that fits their pages is written to build/mkdocs.yml.
    """
    rendered = rendering.render(root, as_of=as_of, today=options.now().date(), profile=profile)
    if rendered.profile.outside:
        builder.configuration(rendered.job)
    pages = sum(1 for document in rendered.documents if document.path.endswith(".md"))
    options.say(f"{pages} pages as of {rendered.facts.as_of}; {rendered.changed} files changed.")
    print(root / rendering.PAGES)
    return 0
