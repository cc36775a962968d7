# SPDX-License-Identifier: Apache-2.0
"""The guide's page of the shipped ratings: every one of them, under its level, with reason and source."""

from __future__ import annotations

import re

import markdown

from secure_score_backlog.ratings import NamedRating, Rating, Ratings, Risk, load_ratings
from secure_score_backlog.site.guide import ratings_page


def sections(page: str) -> dict[str, str]:
    """The text below each heading of the second rank."""
    parts = re.split(r"^## (.*)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_rating_stands_under_its_level() -> None:
    """No rating is missing, none stands in two places, and the reason and the source are in its row."""
    ratings = load_ratings()
    found = sections(ratings_page(ratings))
    assert list(found) == ["Critical", "High", "Medium", "Low", "Sources"]
    for known in ratings.listed:
        rows = [
            (heading, line)
            for heading, text in found.items()
            for line in text.splitlines()
            if f"`{known.name}`" in line
        ]
        assert len(rows) == 1
        heading, row = rows[0]
        assert heading == known.rating.level.value.capitalize()
        assert row.endswith(f"| {known.rating.reason} | {known.rating.source} |")
    for name, title in ratings.sources.items():
        assert f"| {name} | {title} |" in found["Sources"]


def test_a_family_shares_a_row() -> None:
    """Neighbours with one reason and one source are one row; another source or another place begins a new one."""
    shared, other = Rating(Risk.LOW, "One reason.", "A 1"), Rating(Risk.LOW, "One reason.", "A 2")
    listed = [("a", shared), ("b|*", shared), ("c", other), ("d", shared)]
    ratings = Ratings(listed=tuple(NamedRating(name, "f", rating) for name, rating in listed), sources={"A": "Title."})
    low = sections(ratings_page(ratings))["Low"]
    assert [line for line in low.splitlines() if "reason." in line] == [
        r"| `a`<br>`b\|*` | One reason. | A 1 |",
        "| `c` | One reason. | A 2 |",
        "| `d` | One reason. | A 1 |",
    ]


def test_the_tables_are_whole() -> None:
    """Each row has as many cells as its head, once rendered too."""
    page = ratings_page(load_ratings())
    for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()} in ({3}, {4})
    rendered = markdown.markdown(page, extensions=["tables"])
    assert rendered.count("<table>") == 5
    assert rendered.count("<tr>") == sum(line.startswith("| ") and "| --- |" not in line for line in page.splitlines())
