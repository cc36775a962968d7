# SPDX-License-Identifier: Apache-2.0
"""The generated pages of the guide: complete, and whole tables whatever a tenant's settings hold."""

from __future__ import annotations

import re

import markdown
import pytest

from secure_score_backlog.decisions.model import KEYS
from secure_score_backlog.licences import Licences, load_licences
from secure_score_backlog.problems import RULES
from secure_score_backlog.ratings import Rating, Ratings, Risk, load_ratings
from secure_score_backlog.settings import KEYS as OPTIONS
from secure_score_backlog.settings import Settings, SnapshotSettings
from secure_score_backlog.site.guide import decision_page, problems_page, ratings_page, settings_page

LICENCES = load_licences()

HOSTILE = Settings(
    organisation="A | B `x` ``y`` <script>\nnew line",
    tenant="`",
    roles={"CIO | CFO": ("login",)},
    risk={"AdminMFAV2": Risk.HIGH},
    snapshots=SnapshotSettings(branch="data"),
    owners=("A", "B"),
)


@pytest.mark.parametrize("text", [decision_page(), problems_page(), settings_page(Settings()), settings_page(HOSTILE)])
def test_every_table_is_whole(text: str) -> None:
    """Each row has as many cells as its head, in the source and once rendered, and no tag of a tenant's."""
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        rows = [len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()]
        assert len(set(rows)) == 1, table
    rendered = markdown.markdown(text, extensions=["tables"])
    assert rendered.count("<tr>") == sum(line.startswith("| ") and "| --- |" not in line for line in text.splitlines())
    assert "<script>" not in rendered


def test_everything_is_explained() -> None:
    """Every key, rule and option is in the guide, with its meaning."""
    decisions, settings = decision_page(), settings_page(HOSTILE)
    for key in (inner for outer in KEYS for inner in (outer, *outer.keys)):
        assert f"| `{key.name}`" in decisions
        assert key.documentation.replace("|", r"\|") in decisions
    problems = problems_page()
    for rule in RULES.values():
        assert f"| `{rule.code}` | {rule.severity} | {rule.meaning} |" in problems
    for option in OPTIONS:
        for name in [f"{option.name}: {inner.name}" for inner in option.keys] or [option.name]:
            assert f"| `{name}` |" in settings


def test_the_settings_page_shows_the_values_of_a_tenant() -> None:
    """The last column says what holds here."""
    assert "| `[A, B]` |" in settings_page(HOSTILE)
    assert "| `{AdminMFAV2: high}` |" in settings_page(HOSTILE)
    assert "| `[65, 80]` | `[65, 80]` |" not in settings_page(HOSTILE)
    assert settings_page(Settings()).count("`[65, 80]`") == 2


def sections(page: str) -> dict[str, str]:
    """The text below each heading of the second rank."""
    parts = re.split(r"^## (.*)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_rating_is_under_its_level() -> None:
    """No rating is missing, none is listed twice, and the reason and the source are in its row."""
    ratings = load_ratings()
    found = sections(ratings_page(ratings, LICENCES))
    assert list(found) == ["Critical", "High", "Medium", "Low", "Families", "Licences", "Sources"]
    for known in ratings.listed:
        rows = [
            (heading, line)
            for heading, text in found.items()
            if heading != "Licences"
            for line in text.splitlines()
            if f"`{known.name}`" in line
        ]
        assert len(rows) == 1
        heading, row = rows[0]
        level = known.level.value
        assert heading == ("Families" if known.pattern else level.capitalize())
        assert row.endswith(f"| {level} | " * bool(known.pattern) + f"{known.reason} | {known.source} |")
    for name, title in ratings.sources.items():
        assert f"| {name} | {title} |" in found["Sources"]


def test_every_licence_is_on_the_page() -> None:
    """Each need with its licence, what else would do and its source; each licence with its services."""
    text = sections(ratings_page(load_ratings(), LICENCES))["Licences"]
    for need in LICENCES.needs:
        (row,) = [line for line in text.splitlines() if f"| `{need.recommendations[0]}`" in line]
        note = f". {need.note}" if need.note else ""
        assert row.endswith(f"| {need.licence}{note} | {need.also} | {need.source} |")
        assert all(f"`{name}`" in row for name in need.recommendations)
    for name, services in LICENCES.services.items():
        assert f"| {name} | {'<br>'.join(f'`{value}`' for value in sorted(services))} |" in text


def test_a_family_shares_a_row() -> None:
    """Neighbours with one reason and one source are one row; another source or another place begins a new one."""
    rows = [("a", "A 1"), ("b|*", "A 1"), ("c", "A 2"), ("d", "A 1")]
    listed = tuple(Rating(Risk.LOW, "One reason.", source, id=name, family="f") for name, source in rows)
    ratings = Ratings(listed=listed, sources={"A": "Title."})
    low = sections(ratings_page(ratings, Licences()))["Low"]
    assert [line for line in low.splitlines() if "reason." in line] == [
        r"| `a`<br>`b\|*` | One reason. | A 1 |",
        "| `c` | One reason. | A 2 |",
        "| `d` | One reason. | A 1 |",
    ]


def test_the_tables_of_ratings_are_whole() -> None:
    """Each row has as many cells as its head, once rendered too."""
    page = ratings_page(load_ratings(), LICENCES)
    for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()} in ({3}, {4}, {5})
    rendered = markdown.markdown(page, extensions=["tables"])
    assert rendered.count("<table>") == 8
    assert rendered.count("<tr>") == sum(line.startswith("| ") and "| --- |" not in line for line in page.splitlines())
