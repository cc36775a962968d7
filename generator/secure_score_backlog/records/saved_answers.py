# SPDX-License-Identifier: Apache-2.0
"""Files with Graph JSON that a person saved, in whatever encoding their tools wrote (PowerShell 5: UTF-16)."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.rules.capturing.exact_json import MAXIMUM_BYTES, UnreadableJson, parse_text
from secure_score_backlog.rules.capturing.saved_items import EXPECTED, Foreign, SavedItems, sort_out
from secure_score_backlog.rules.capturing.terms import Answer

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; UTF-32's go first, as UTF-16's is their beginning."""


def read_saved(files: Sequence[Path]) -> tuple[Answer, tuple[Problem, ...]]:
    """All files as one answer, in any order. Raises CannotProceed for a file that is not what was expected."""
    found = [(file, _read(file)) for file in files]
    scores = tuple(score for _, items in found for score in items.scores)
    profiles = tuple(profile for _, items in found for profile in items.profiles)
    if not scores and not profiles:
        places = ", ".join(str(file) for file in files)
        raise CannotProceed("There is no score and no profile in what was given.", where=places, hint=EXPECTED)
    unfinished = tuple(_unfinished(file) for file, items in found if items.unfinished)
    # Profiles that come alone may be the last of several pages, so only those with scores count as the whole catalogue.
    return Answer(scores, profiles or None, whole=bool(scores) and not unfinished), unfinished


def _unfinished(file: Path) -> Problem:
    message = "The saved answer is one page of several: it names a next page that is not in the file."
    hint = "Save the other pages too (follow @odata.nextLink) and import all files in one command."
    return Problem(file.as_posix(), None, "import-unfinished", Severity.WARNING, message, hint)


def _read(file: Path) -> SavedItems:
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
        return sort_out(parse_text(decode_text(data)))
    except (UnreadableJson, Foreign) as error:
        raise _refused(file, str(error)) from None


def decode_text(data: bytes) -> str:
    """The text of a file by its byte order mark, or by where its zero bytes stand; else UTF-8."""
    mark, encoding = next(((mark, name) for mark, name in MARKS if data.startswith(mark)), (b"", ""))
    if not encoding:
        zeros = (data[0:1] == b"\0", data[1:2] == b"\0")
        encoding = {(True, False): "utf-16-be", (False, True): "utf-16-le"}.get(zeros, "utf-8")
    try:
        decoded = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableJson(f"it is not text in {encoding.upper()}") from None
    if decoded.lstrip()[:1] == "<":
        raise UnreadableJson("it is a web page or XML, not JSON")
    return decoded


def _refused(file: Path, why: str) -> CannotProceed:
    return CannotProceed(f"This file was not imported, and nothing was changed: {why}.", where=str(file), hint=EXPECTED)
