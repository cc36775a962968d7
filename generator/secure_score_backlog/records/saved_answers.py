# SPDX-License-Identifier: Apache-2.0
"""Files that a person saved (Graph's JSON, the portal's CSV), in whatever encoding (PowerShell 5 writes UTF-16)."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.rules.capturing.exact_json import MAXIMUM_BYTES, UnreadableJson, parse_text
from secure_score_backlog.rules.capturing.portal_export import (
    NoExport,
    is_table,
    join,
    problems,
    read_table,
    titles_of,
)
from secure_score_backlog.rules.capturing.saved_items import EXPECTED, Foreign, SavedItems, sort_out
from secure_score_backlog.rules.capturing.terms import Answer, Export

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; UTF-32's go first, as UTF-16's is their beginning."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What some files hold, told apart by content."""

    answer: Answer
    tables: tuple[tuple[Path, str], ...] = ()
    """Files that may be the portal's export, with their text."""
    problems: tuple[Problem, ...] = ()


def read_saved(files: Sequence[Path]) -> Saved:
    """All files as one answer, in any order. Raises CannotProceed for a file that is not what was expected."""
    texts = [(file, _text(file)) for file in files]
    tables = tuple((file, content) for file, content in texts if is_table(content))
    found = [(file, _sorted_out(file, content)) for file, content in texts if not is_table(content)]
    scores = tuple(score for _, items in found for score in items.scores)
    profiles = tuple(profile for _, items in found for profile in items.profiles)
    if not scores and not profiles and not tables:
        places = ", ".join(str(file) for file in files)
        raise CannotProceed(
            "There is no score and no profile in what was given.",
            where=places,
            hint="Nothing was changed. The form is right, but the list is empty: see whether the Defender portal shows "
            "a Secure Score, then save Graph's answer again.",
        )
    unfinished = tuple(_unfinished(file) for file, items in found if items.unfinished)
    # Profiles that come alone may be the last of several pages, so only those with scores count as the whole catalogue.
    return Saved(Answer(scores, profiles or None, whole=bool(scores) and not unfinished), tables, unfinished)


def join_table(file: Path, content: str, profiles: Sequence[Any], day: date) -> tuple[Export, tuple[Problem, ...]]:
    """An exported table as a day, and what could not be used of it. Raises CannotProceed where nothing could."""
    if not profiles:
        raise CannotProceed(
            "There is no list of recommendations yet, so the titles of this table lead nowhere.",
            where=str(file),
            hint="Nothing was changed. If a scheduled run collects already: git pull first, on the branch that holds "
            "snapshots/. Else run backlog collect once, or import secureScoreControlProfiles (which has the "
            "titles with their ids) together with the table.",
        )
    try:
        rows = read_table(content, titles_of(profiles))
    except NoExport as error:
        raise _refused(file, str(error)) from None
    joined = join(rows, profiles, day)
    if joined.export is None:
        first = "; ".join([*joined.unknown, *joined.unreadable][:3]) or "no row at all"
        raise CannotProceed(
            f"Not one of {joined.rows} rows could be joined with the catalogue and read ({first}).",
            where=str(file),
            hint="Nothing was changed. If the titles are in another language than those that Graph gave: set the "
            "portal to English, export again, and give today as --date. The portal exports today only, so a table of "
            "an earlier day in another language cannot be imported.",
        )
    return joined.export, problems(joined, file.as_posix(), day)


def _unfinished(file: Path) -> Problem:
    message = "The saved answer is one page of several: it names a next page that is not in the file."
    hint = (
        "What is in these files is taken. Save the other pages too (their address stands in @odata.nextLink), then "
        "import all of them in one command; days that are stored already stay as they are."
    )
    return Problem(file.as_posix(), None, "import-unfinished", Severity.WARNING, message, hint)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAXIMUM_BYTES:
            raise _refused(file, f"it is larger than {MAXIMUM_BYTES // 1024 // 1024} MB")
        data = file.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CannotProceed(
            f"A file cannot be read: {reason}.", where=str(file), hint="Nothing was changed. Check the path."
        ) from None
    try:
        return decode_text(data)
    except Foreign as error:
        raise _refused(file, str(error), error.advice) from None


def _sorted_out(file: Path, content: str) -> SavedItems:
    try:
        return sort_out(parse_text(content))
    except UnreadableJson as error:
        raise _refused(file, str(error)) from None
    except Foreign as error:
        raise _refused(file, str(error), error.advice) from None


def decode_text(data: bytes) -> str:
    """The text of a file by its byte order mark, or by where its zero bytes stand; else UTF-8."""
    if data.startswith(b"PK\x03\x04"):
        raise Foreign(
            "it is an Excel workbook or another archive",
            "Import the CSV as the portal exported it. If you have only the workbook: see that the points still read "
            "like 3/10 before you save it as CSV (UTF-8).",
        )
    mark, encoding = next(((mark, name) for mark, name in MARKS if data.startswith(mark)), (b"", ""))
    if not encoding:
        zeros = (data[0:1] == b"\0", data[1:2] == b"\0")
        encoding = {(True, False): "utf-16-be", (False, True): "utf-16-le"}.get(zeros, "utf-8")
    try:
        decoded = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        raise Foreign(
            "it is not a text file, or in an unknown encoding", f"If it is text, save it as UTF-8. {EXPECTED}"
        ) from None
    if decoded.lstrip()[:1] == "<":
        raise Foreign("it is a web page or XML, not JSON")
    return decoded


def _refused(file: Path, why: str, advice: str = EXPECTED) -> CannotProceed:
    return CannotProceed(f"This file was not imported, and nothing was changed: {why}.", where=str(file), hint=advice)
