# SPDX-License-Identifier: Apache-2.0
"""What must not stand in the texts of a decision: raw HTML, and links that run code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from secure_score_backlog.model.front_matter import FrontMatter, Place
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.rules.deciding.raw_html import find_raw_html, find_unsafe_links
from secure_score_backlog.rules.deciding.rule_table import MOST_TOLD, problem


def markdown_problems(source: FrontMatter) -> list[Problem]:
    """Every line of the body, and every key of the front matter, that holds what a reviewer should refuse."""
    html: set[int] = set()
    links: set[int] = set()
    for place, text in _texts(source.data, ()):
        line = source.line(*place)
        html |= {line} if find_raw_html(text) else set()
        links |= {line} if find_unsafe_links(text) else set()
    html |= {source.body_line + offset for offset in find_raw_html(source.body)}
    links |= {source.body_line + offset for offset in find_unsafe_links(source.body)}
    told = [_html(source.path, line) for line in sorted(html)[:MOST_TOLD]]
    return told + [_link(source.path, line) for line in sorted(links)[:MOST_TOLD]]


def _html(path: str, line: int) -> Problem:
    return problem(
        "decision-raw-html",
        path,
        line,
        "Raw HTML stands here; a decision is plain Markdown.",
        "Use Markdown, put code in `backticks`, or write a blank after the <.",
    )


def _link(path: str, line: int) -> Problem:
    return problem(
        "decision-bad-link",
        path,
        line,
        "A link here is neither http, nor https, nor mailto.",
        "Write a link that begins with https://, or a path in this repository.",
    )


def _texts(value: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text in the data, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*place, index))
