# SPDX-License-Identifier: Apache-2.0
"""What is offered for download: every file, for whom, and the page that links it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import feedparser
import openpyxl

from secure_score_backlog.exports import registry
from secure_score_backlog.site import profiles
from secure_score_backlog.site.pages.downloads import PATH
from tests.support.backlogs import backlog
from tests.support.downloads import files, hostile

TABLES = ("all-changes", "answers-common", "audit", "board", "changes", "register")


def test_every_file_is_made_and_linked() -> None:
    """Three forms of six tables, all figures, calendar, feeds, and the page that links each of them."""
    made = files(backlog())
    forms = [f"downloads/{name}.{form}" for name in TABLES for form in ("csv", "json", "xlsx")]
    others = [f"downloads/{name}" for name in ("backlog.ics", "changes.atom", "decisions.atom", "status.json")]
    others.append("downloads/plan-of-action.oscal.json")
    assert sorted(made) == sorted([*forms, *others, PATH])
    page = made[PATH].decode()
    for path in (*forms, *others):
        assert re.search(rf'href="{path.removeprefix("downloads/")}" type="[a-z]+/[a-z.+-]+"', page), path


def test_a_file_is_for_a_profile_that_exists() -> None:
    """A profile without a file gets none; a misspelt one would hide it from everybody."""
    known = {export.profile for export in registry.TABLES} | {export.profile for export in registry.FILES}
    assert known == {registry.INTERNAL, registry.INSURER} == {profiles.INTERNAL.name, profiles.INSURER.name}


@hostile
def test_the_same_backlog_gives_the_same_bytes(text: str) -> None:
    """Made twice, from values made twice: equal to the last byte, without the clock."""
    assert files(backlog(text)) == files(backlog(text))


def test_a_tenant_without_data_gets_every_file() -> None:
    """On the first day every file is there, empty and valid."""
    made = backlog()
    empty = replace(made, statuses={}, register=(), covered=(), past=())
    content = files(empty)
    assert content["downloads/register.csv"].count(b"\r\n") == 1
    assert json.loads(content["downloads/register.json"])["rows"] == []
    assert not feedparser.parse(content["downloads/decisions.atom"]).entries
    assert b"BEGIN:VEVENT" not in content["downloads/backlog.ics"]
    assert openpyxl.load_workbook(io.BytesIO(content["downloads/board.xlsx"]))["Board"].max_row == 1
