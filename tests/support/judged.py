# SPDX-License-Identifier: Apache-2.0
"""A backlog from whatever sources a test has, and a computed page read as a person would: by heading, without tags."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from secure_score_backlog.dates import last_day
from secure_score_backlog.evaluation.facts import evaluate, month_end, months_of
from secure_score_backlog.evaluation.status import Sources
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.workspace import Backlog, Review

HEADING = re.compile(r"^(#{1,6}) (.*) \{ #([a-z0-9-]+)[^}]*\}$", re.MULTILINE)


def judged(sources: Sources, as_of: date, *, has_git: bool = True, **more: Any) -> Backlog:
    """The backlog of a day, with a review of each month."""
    sources = replace(sources, decisions=replace(sources.decisions, has_git=has_git))
    ends = [(month, month_end(month, as_of)) for month in months_of(sources, as_of)]
    reviews = tuple(Review(month, evaluate(sources, end), finished=last_day(month) <= as_of) for month, end in ends)
    made = Backlog(
        settings=sources.settings,
        catalogue=sources.catalogue,
        history=sources.history,
        decisions=sources.decisions,
        facts=evaluate(sources, as_of),
        reviews=reviews,
        version="1.2.3",
    )
    return replace(made, **more)


class Read:
    """One computed page."""

    def __init__(self, backlog: Backlog, documents: Callable[[Backlog, Site], Iterable[Document]]) -> None:
        """Make the page; a view that makes several is read by its first."""
        self.source = next(iter(documents(backlog, Site.of(backlog)))).content.decode("utf-8")
        marks = [*HEADING.finditer(self.source)]
        ends = [*(mark.start() for mark in marks[1:]), len(self.source)]
        self.sections = {mark[3]: words(self.source[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)}
        self.lead = self.sections["page"]
        self.text = words(self.source)

    def raw(self, anchor: str) -> str:
        """The HTML of a section."""
        mark = next(mark for mark in HEADING.finditer(self.source) if mark[3] == anchor)
        following = HEADING.search(self.source, mark.end())
        return self.source[mark.end() : following.start() if following else len(self.source)]

    def rows(self, anchor: str) -> list[str]:
        """The rows of the tables of a section, as texts."""
        found = re.findall(r"<tr>(.*?)</tr>", self.raw(anchor), re.DOTALL)
        return [words(row) for row in found if "<td" in row]


def words(source: str) -> str:
    """HTML as text: tags become blanks, references characters, white space one blank."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", source)).replace("\u00a0", " ").split())
