# SPDX-License-Identifier: Apache-2.0
"""What a commit is and why to believe it, or not: for readers who never saw Git.

The texts are `content/citations.yml`; the report has the terms, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from secure_score_backlog.content import load
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import RegisterEntry, in_force
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render


class Term(Struct, frozen=True, forbid_unknown_fields=True):
    """A word of Git or GitHub."""

    word: str
    means: str
    proves: str
    leaves_open: str
    """What it does not prove."""


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a record, and who wrote it."""

    what: str
    by: str


class Way(Struct, frozen=True, forbid_unknown_fields=True):
    """One way to check a citation."""

    title: str
    steps: tuple[str, ...]


class Texts(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the page says."""

    introduction: str
    terms: tuple[Term, ...]
    sources: tuple[Written, ...]
    checks: tuple[Way, ...]
    reject: tuple[str, ...]


TEXTS = load("citations", Texts)
PATH = "citations.md"
TITLE = ""
"""Not in the navigation of the organisation's own site: citations lead here."""
FOR_INSURERS = "Citations"
"""The title on the site for insurers."""
HEADING = "What a commit is, and why to believe it, or not"


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The page."""
    entries = [
        each for each in in_force((*facts.register, *facts.covered)) if each.citation and each.citation.committed
    ]
    yield page(
        PATH,
        FOR_INSURERS,
        render("citations.html.j2", site=site, path=PATH, facts=facts, texts=TEXTS, entry=example(entries)),
        site=site,
        description="For readers who never saw Git: what a citation proves, what it does not, and how to check one.",
        shown_title=HEADING,
        hide=("navigation", "toc"),
    )


def example(entries: list[RegisterEntry]) -> RegisterEntry | None:
    """The citation that is explained: the first with an approval on GitHub, else the first."""
    return next((each for each in entries if each.approval.pull_request), entries[0] if entries else None)
