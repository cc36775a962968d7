# SPDX-License-Identifier: Apache-2.0
"""The guide's generated tables: complete, and whole tables whatever a tenant's settings hold."""

from __future__ import annotations

import re

import markdown
import pytest

from secure_score_backlog.decisions.model import KEYS
from secure_score_backlog.problems import RULES
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import Settings, options
from secure_score_backlog.site.guide import decision_page, problems_page, settings_page

HOSTILE = Settings(
    organisation="A | B `x` ``y`` <script>\nnew line",
    tenant="`",
    roles={"CIO | CFO": ("login",)},
    risk={"AdminMFAV2": Risk.HIGH},
    snapshots_branch="data",
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
    """Every key, rule and option stands in the guide, with its meaning."""
    decisions, settings = decision_page(), settings_page(HOSTILE)
    for key in (inner for outer in KEYS for inner in (outer, *outer.keys)):
        assert f"| `{key.name}`" in decisions
        assert key.documentation.replace("|", r"\|") in decisions
    problems = problems_page()
    for rule in RULES.values():
        assert f"| `{rule.code}` | {rule.severity} | {rule.meaning} |" in problems
    for declared in options():
        assert f"| `{': '.join(declared.place)}` |" in settings


def test_a_tenants_own_values_are_shown() -> None:
    """The last column says what holds here."""
    assert "| `[A, B]` |" in settings_page(HOSTILE)
    assert "| `{AdminMFAV2: high}` |" in settings_page(HOSTILE)
    assert "| `[65, 80]` | `[65, 80]` |" not in settings_page(HOSTILE)
    assert settings_page(Settings()).count("`[65, 80]`") == 2
