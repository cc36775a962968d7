# SPDX-License-Identifier: Apache-2.0
"""`backlog render`: write the pages of the site, for any builder."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import click

from secure_score_backlog import kept_pages
from secure_score_backlog.cli import options, output
from secure_score_backlog.git import open_repository
from secure_score_backlog.kept_pages import Kept
from secure_score_backlog.wording import plural
from secure_score_backlog.workspace import load

PAGES = "build/pages"


@click.command()
@options.root
@options.as_of
@options.profile
@options.trust_docs
def command(root: Path, as_of: date | None, profile: str | None, trust_docs: bool) -> int:
    """Write every page to build/pages, ready for MkDocs, ProperDocs or Zensical.

    The folder belongs to this program and is kept out of Git; nothing outside of it is changed. For the profiles
    insurer and public, a configuration that fits their pages is written to build/mkdocs.yml. The pages are searched for
    leaks first, as `backlog build` searches the built site; what readers must not see ends the command. Where neither
    what pages are made from nor the pages have changed since the last time, nothing is made again.
    """
    today, asked = options.now().date(), (as_of, profile, trust_docs)
    before = kept_pages.working_tree(root, open_repository(root))
    workspace = load(root, today=today)
    cache = kept_pages.cache_for(workspace) if before else None
    inputs = kept_pages.inputs(workspace, before, asked, today) if cache and before else ""
    kept = kept_pages.unchanged(cache, root, PAGES, inputs) if cache else None
    if kept:
        for line in kept.remarks:
            output.say(line)
        output.say(f"{kept.summary}; 0 files changed.")
        output.product(root / PAGES)
        return 0

    from secure_score_backlog.site import builder, rendering

    wanted = rendering.Wanted(as_of, profile, trust_docs)
    rendered = rendering.render_workspace(workspace, root, wanted, today=today, search=True)
    output.say_rendered(rendered)
    if rendered.profile.outside:
        here = (root / builder.BUILD).resolve()
        builder.configuration(rendered.job, builder.Workplace(here, here), hooks=())
    elif cache and not rendered.ahead and kept_pages.working_tree(root, workspace.repository) == before:
        pages = {f"{PAGES}/{each.path}": hashlib.sha256(each.content).hexdigest() for each in rendered.documents}
        cache.put(kept_pages.KEPT, Kept(inputs, pages, rendered.remarks, rendered.summary))
    output.say(f"{rendered.summary}; {plural(rendered.changed, 'file')} changed.")
    output.product(root / PAGES)
    return 0
