# SPDX-License-Identifier: Apache-2.0
"""The facts of whatever workspace a test has, and a computed page read as a person would: by heading, without tags."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from secure_score_backlog.evaluation.approval import Approval, ApprovalKind
from secure_score_backlog.evaluation.facts import Facts, evaluate, with_audit
from secure_score_backlog.evaluation.register import RegisterEntry
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site, built
from secure_score_backlog.site.registry import PAGES
from secure_score_backlog.stored_history import StoredHistory
from secure_score_backlog.workspace import Workspace
from tests.support.variants import variants

MONTH = "reviews/2026-10.html"
RECOMMENDATION = "recommendations/blocklegacyauthentication.html"
YEAR = "evidence/2026.html"
OLDER_CHANGES = "changes/2025.html"
TOPIC = "topics/ransomware.html"
QUESTIONNAIRE = "insurers/renewal-2027.html"
QUESTIONS_PART = "insurers/common/2.html"
CITATIONS = "citations.html"
DECIDING = "deciding.html"
KINDS = (
    *(built(page.PATH) for page in PAGES if page.TITLE),
    *(MONTH, RECOMMENDATION, YEAR, OLDER_CHANGES, TOPIC, QUESTIONNAIRE, QUESTIONS_PART, CITATIONS, DECIDING),
)
"""One page of each kind of the sample tenant's site."""
ALIKE = (YEAR, OLDER_CHANGES, QUESTIONS_PART)
"""Those made by the template of another one, as a further part of it."""
EACH_KIND = pytest.mark.parametrize("name", variants(KINDS, always=[name for name in KINDS if name not in ALIKE]))
"""A test of every kind of page."""

HEADING = re.compile(r"^(#{1,6}) (.*) \{ #([a-z0-9-]+)[^}]*\}$", re.MULTILINE)


def evaluated(known: Workspace, as_of: date, *, has_git: bool = True, **more: Any) -> Facts:
    """The facts of a day, with a review of each month."""
    known = replace(known, decisions=replace(known.decisions, has_git=has_git))
    return replace(with_audit(evaluate(known, as_of, months=None), known, StoredHistory()), **more)


def approved_as(roles: tuple[str, ...]) -> Approval:
    """An approval on GitHub as the first of some roles; none without a role."""
    return Approval(ApprovalKind.APPROVED, roles[0], date(2026, 10, 1), asked=True) if roles else Approval()


def with_approvals(facts: Facts, approved: Mapping[str, tuple[str, ...]]) -> Facts:
    """The same, as if GitHub had recorded who approved some commits."""

    def recorded(entries: tuple[RegisterEntry, ...]) -> tuple[RegisterEntry, ...]:
        return tuple(told(entry) for entry in entries)

    def told(entry: RegisterEntry) -> RegisterEntry:
        commit = entry.citation.commit if entry.citation else ""
        roles = approved.get(commit, ())
        return replace(entry, approval=replace(approved_as(roles), commit=commit)) if roles else entry

    return replace(facts, register=recorded(facts.register), covered=recorded(facts.covered), past=recorded(facts.past))


class Read:
    """One computed page."""

    def __init__(self, facts: Facts, documents: Callable[[Facts, Site], Iterable[Document]], path: str = "") -> None:
        """Make the page; a view that makes several is read by its first, or by the one with a path."""
        made = documents(facts, Site.of(facts))
        self.source = next(each for each in made if path in ("", each.path)).content.decode("utf-8")
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
        found = re.findall(r"<tr\b[^>]*>(.*?)</tr>", self.raw(anchor), re.DOTALL)
        return [words(row) for row in found if "<td" in row]


def unmarked(source: str) -> str:
    """HTML in which the words of commands are not elements."""
    command = re.compile(r'<pre class="backlog-command">.*?</pre>', re.DOTALL)
    return command.sub(lambda match: re.sub(r"</?span>", "", match[0]), source)


def words(source: str) -> str:
    """HTML as text: tags become blanks, references characters, white space one blank."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", source)).replace("\u00a0", " ").split())
