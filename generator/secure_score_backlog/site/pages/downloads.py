# SPDX-License-Identifier: Apache-2.0
"""The files for download, and the page that says what each is for."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.exports import registry
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render

PATH = "downloads/index.md"
TITLE = "Downloads"


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """What readers of the organisation get."""
    yield from of_profile(facts, site, registry.INTERNAL)


def for_insurers(facts: Facts, site: Site) -> Iterator[Document]:
    """What insurers get."""
    yield from of_profile(facts, site, registry.INSURER)


def of_profile(facts: Facts, site: Site, profile: str) -> Iterator[Document]:
    """The files of a profile, and the page that lists them."""
    yield from registry.documents(facts, site, profile)
    body = render(
        "downloads.html.j2",
        site=site,
        path=PATH,
        tables=registry.tables(profile),
        formats=registry.TABLE_FORMATS,
        files=registry.files(profile),
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Register and board as files, a calendar of due dates, a feed of decisions.",
        hide=("navigation", "toc"),
    )
