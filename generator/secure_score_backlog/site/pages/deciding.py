# SPDX-License-Identifier: Apache-2.0
"""How a decision is proposed, made and approved, and how an exception is asked for: where the search leads."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.decisions.proposal import CHOSEN
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import home
from secure_score_backlog.site.templates import page, render

PATH = "deciding.md"
TITLE = ""
"""Not in the navigation: the search, the register and the pages of recommendations lead here."""
HEADING = "How do I decide, propose a decision, or approve one?"
BOOST = 40
"""Above topics: who asks how to decide finds this before pages that merely have the words."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The page."""
    yield page(
        PATH,
        HEADING,
        render(
            "deciding.html.j2",
            site=site,
            path=PATH,
            facts=facts,
            chosen=CHOSEN,
            named=facts.settings.roles_with_logins,
            on_github=bool(facts.settings.repository.url),
        ),
        site=site,
        description="How a decision is proposed, made and approved, and how an exception is asked for.",
        hide=("navigation", "toc"),
        up=(home.TITLE, home.PATH),
        boost=BOOST,
    )
