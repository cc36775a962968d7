# SPDX-License-Identifier: Apache-2.0
"""The board: what its columns and filters are called."""

from __future__ import annotations

from secure_score_backlog.decisions.model import Blocker, Bucket
from secure_score_backlog.site.pages import board
from tests.support.pages import Read, evaluated
from tests.support.tenants import blocked, day, decision, history, versions, workspace


def read() -> Read:
    """A board with one recommendation in each section, one of them blocked by a missing licence."""
    answers = {
        "now": decision("now", blocked=blocked(Blocker.LICENSING)),
        "soon": decision("soon", Bucket.DO_SOON),
        "accept": decision("accept", Bucket.ACCEPT),
        "cover": decision("cover", Bucket.NOT_APPLICABLE),
    }
    measured = history(dict.fromkeys([*answers, "open"], (0, 4)))
    known = workspace(measured, {name: versions((1, answer)) for name, answer in answers.items()})
    return Read(evaluated(known, day(1)), board.documents)


def test_each_section_says_what_its_date_is() -> None:
    """When a change is due, until when a decision runs, how long something has been open: never just a date."""
    page = read()
    columns = {key: page.sections[key] for key in ("undecided", "do-now", "do-soon", "accept", "not-applicable")}
    assert "Owner Days open State" in columns["undecided"]
    assert "Owner Due State" in columns["do-now"]
    assert "Owner Due State" in columns["do-soon"]
    assert "Owner Until State" in columns["accept"]
    assert "Owner Until State" in columns["not-applicable"]


def test_the_filter_names_what_blocks_as_the_rows_do() -> None:
    """The choice that filters by a missing licence says so."""
    page = read()
    assert '<option value="licensing">missing licence</option>' in page.source
    assert "blocked by a missing licence" in page.sections["do-now"]
