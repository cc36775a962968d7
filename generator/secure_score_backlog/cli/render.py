# SPDX-License-Identifier: Apache-2.0
"""`backlog render`: write the pages of the site, for any builder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.site import builder, rendering
from secure_score_backlog.wording import plural


@click.command()
@options.root
@options.as_of
@options.profile
@options.trust_docs
def command(root: Path, as_of: date | None, profile: str | None, trust_docs: bool) -> int:
    """Write every page to build/pages, ready for MkDocs, ProperDocs or Zensical.

    The folder belongs to this program and is kept out of Git; nothing outside of it is changed. For the profiles
    insurer and public, a configuration that fits their pages is written to build/mkdocs.yml. The pages are searched for
    leaks first, as `backlog build` searches the built site; what readers must not see ends the command.
    """
    wanted = rendering.Wanted(as_of, profile, trust_docs)
    rendered = rendering.render(root, wanted, today=options.now().date(), search=True)
    output.say_rendered(rendered)
    if rendered.profile.outside:
        here = (root / builder.BUILD).resolve()
        builder.configuration(rendered.job, builder.Workplace(here, here), hooks=())
    output.say(f"{rendered.summary}; {plural(rendered.changed, 'file')} changed.")
    output.product(root / rendering.PAGES)
    return 0
