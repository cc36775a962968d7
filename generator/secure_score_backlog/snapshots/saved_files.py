# SPDX-License-Identifier: Apache-2.0
"""Files that a person saved: Graph's JSON or the portal's CSV, in any encoding (PowerShell 5 writes UTF-16).

JSON may be one object, a list of objects, a whole response (`{"value": [...]}`) or a list of responses, as Graph sent
it or as Microsoft's PowerShell module wrote it: `Get-MgSecuritySecureScore | ConvertTo-Json` writes property names in
PascalCase, puts what the module does not know under `AdditionalProperties`, and cuts off what is nested deeper than its
`-Depth`. Windows PowerShell writes dates as `/Date(1700000000000)/`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import read_named_file
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots.collect import Answer
from secure_score_backlog.snapshots.exact_json import MAXIMUM_BYTES, UnreadableJson, parse_text
from secure_score_backlog.snapshots.graph_json import text
from secure_score_backlog.snapshots.portal_csv import NotAPortalExport, is_table, read_table, titles_of
from secure_score_backlog.snapshots.portal_join import Joined, UnusableTable, join

MARKS = frozenset({"ControlScores", "CurrentScore", "ControlStateUpdates", "ImplementationCost", "ActionType"})
"""Properties by which the module's objects are known."""
REST = "AdditionalProperties"
_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_CUT_OFF = re.compile(r"@\{.*\}|System\.[A-Za-z.]+.*|Microsoft\.[A-Za-z.]+.*", re.DOTALL)
_NESTED = {
    *("AverageComparativeScores", "ControlScores", "VendorInformation"),
    *("ComplianceInformation", "CertificationControls", "ControlStateUpdates"),
}
_SINCE = datetime(1970, 1, 1, tzinfo=UTC)


class TruncatedJson(ValueError):
    """ConvertTo-Json left something out; the text names the property."""


def is_powershell(item: dict[str, Any]) -> bool:
    """The object was written by the PowerShell module."""
    return bool(MARKS & item.keys())


def as_graph(item: dict[str, Any]) -> dict[str, Any]:
    """One object as Graph sent it. Raises TruncatedJson where a part of it is missing."""
    result: dict[str, Any] = {}
    for name, value in item.items():
        if name == REST:
            continue
        result[_camel(name)] = _nested(name, value) if name in _NESTED else _date(value)
    rest = item.get(REST)
    if rest is not None and not isinstance(rest, dict):
        raise TruncatedJson(REST)
    return {**result, **(rest or {})}


def _nested(name: str, value: Any) -> Any:
    """A list of objects, or one; PowerShell writes a list of one as the object itself."""
    if isinstance(value, list):
        return [_nested(name, item) for item in value]
    if isinstance(value, str) and _CUT_OFF.fullmatch(value):
        raise TruncatedJson(name)
    return as_graph(value) if isinstance(value, dict) else value


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _date(value: Any) -> Any:
    """A time as Graph writes it, where PowerShell wrote it differently."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    try:
        return (_SINCE + timedelta(milliseconds=int(found[1]))).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return value


EXPECTED = (
    "What can be imported: what Microsoft Graph answers to /security/secureScores or "
    "/security/secureScoreControlProfiles, saved whole as JSON (PowerShell's ConvertTo-Json too), or the CSV that the "
    "Defender portal exports under Secure Score, Recommended actions."
)
DEEPER = "Save it again with ConvertTo-Json -Depth 10, which keeps everything, and import that."
SCORE_KEYS = frozenset({"controlScores", "currentScore"})
PROFILE_KEYS = frozenset(
    {"controlStateUpdates", "implementationCost", "remediation", "actionUrl", "actionType", "tier"}
)

SHORT_PROFILE = frozenset({"id", "title", "maxScore"})
"""What other tools keep of a profile; none of `PROFILE_KEYS` is among them."""
BOTH_ANSWERS = frozenset({"secureScore", "secureScores", "profiles", "secureScoreControlProfiles"})
"""Names under which other tools put both of Graph's answers into one object."""


class UnsupportedFile(ValueError):
    """A file that cannot be imported; the text says what it is instead, `advice` what to do."""

    def __init__(self, what: str, advice: str = EXPECTED) -> None:
        super().__init__(what)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class SavedItems:
    """The items of one file, by kind."""

    scores: tuple[Any, ...] = ()
    profiles: tuple[Any, ...] = ()
    unfinished: bool = False
    """The response names a further page that is not in it."""


def sort_out(content: Any) -> SavedItems:
    """The items of a parsed file. Raises UnsupportedFile where it holds anything else."""
    scores: list[Any] = []
    profiles: list[Any] = []
    unfinished = False
    for raw in _items(content):
        item = _of_graph(raw)
        if isinstance(item, _Unfinished):
            unfinished = True
        elif not isinstance(item, dict):
            cut = isinstance(item, str) and item.startswith(("@{", "System.", "Microsoft."))
            raise UnsupportedFile(f"it holds {_kind(item)} where an object was expected", DEEPER if cut else EXPECTED)
        elif SCORE_KEYS & item.keys():
            scores.append(item)
        elif PROFILE_KEYS & item.keys() or item.keys() >= SHORT_PROFILE:
            profiles.append(item)
        else:
            raise _what_else(item)
    return SavedItems(tuple(scores), tuple(profiles), unfinished)


def _of_graph(item: Any) -> Any:
    """An item as Graph sent it, where PowerShell wrote it."""
    if not isinstance(item, dict) or not is_powershell(item):
        return item
    try:
        return as_graph(item)
    except TruncatedJson as missing:
        raise UnsupportedFile(f"ConvertTo-Json cut off everything below {missing}", DEEPER) from None


class _Unfinished:
    """Marks, among the items, a page that is missing."""


def _items(content: Any) -> list[Any]:
    """The items of an object, a list or a response, which may itself be an item of a list."""
    if isinstance(content, dict) and content.keys() and content.keys() <= BOTH_ANSWERS:
        content = list(content.values())
    if isinstance(content, list):
        return [inner for item in content for inner in (_items(item) if _is_response(item) else [item])]
    if not _is_response(content):
        return [content]
    missing: list[Any] = [_Unfinished()] if text(content.get("@odata.nextLink")) else []
    return [*content["value"], *missing]


def _is_response(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("value"), list)


def _what_else(item: dict[str, Any]) -> UnsupportedFile:
    """An object that is neither a score nor a profile, in words."""
    error = item.get("error")
    if isinstance(error, dict):
        code = str(error.get("code") or "without a code")[:80]
        denied = code.lower() in {"forbidden", "authorization_requestdenied", "accessdenied"}
        advice = (
            "SecurityEvents.Read.All with an administrator's consent is missing, or for a person the role Security "
            "Reader: grant it"
        )
        return UnsupportedFile(
            f"it is an error that Graph answered, {code}",
            f"{advice if denied else 'Remove its cause'}, then save Graph's answer again.",
        )
    names = ", ".join(sorted(item)[:4])
    return UnsupportedFile(
        f"it holds an object that is neither a score nor a profile (with {names[:120] or 'no fields'})"
    )


def _kind(item: Any) -> str:
    names = {str: "a text", list: "a list", bool: "true or false", type(None): "null"}
    return names.get(type(item), "a number")


BLANK = 0x20
"""Bytes below it are no text, but for tabs and line ends."""
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; UTF-32's go first, as UTF-16's is their beginning."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What some files hold, by kind."""

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
            "The files hold neither scores nor profiles.",
            where=places,
            hint="Nothing was changed. The format is right, but the list is empty: check whether the Defender portal "
            "shows a Secure Score, then save Graph's answer again.",
        )
    open_ended = missing_pages(found)
    unfinished = any(items.profiles for _, items in open_ended)
    # Profiles that come alone may be the last of several pages, so only those with scores count as the whole catalogue.
    answer = Answer(scores, profiles or None, whole=bool(scores) and not unfinished, unfinished=unfinished)
    return Saved(answer, tables, tuple(_unfinished(file, items) for file, items in open_ended))


def missing_pages(found: Sequence[tuple[Path, SavedItems]]) -> list[tuple[Path, SavedItems]]:
    """Pages that name a next one, where no page of the same kind is the last: then one is missing."""
    missing = []
    for kind in ("scores", "profiles"):
        pages = [(file, items) for file, items in found if getattr(items, kind)]
        if pages and all(items.unfinished for _, items in pages):
            missing += [page for page in pages if page not in missing]
    return missing


def join_table(file: Path, content: str, profiles: Sequence[Any], day: date) -> Joined:
    """An exported table as a day, and what is odd about its rows. Raises CannotProceed where it cannot be used."""
    try:
        return join(read_table(content, titles_of(profiles)), profiles, day)
    except NotAPortalExport as error:
        raise _refused(file, str(error)) from None
    except UnusableTable as error:
        raise _refused(file, str(error), error.advice) from None


def _unfinished(file: Path, items: SavedItems) -> Problem:
    kind = "the catalogue (secureScoreControlProfiles)" if items.profiles else "the scores (secureScores)"
    message = f"This is one page of several of {kind}, and the next one is not among the imported files."
    hint = (
        "Save the other pages too (the address of the next one is in this file, after `@odata.nextLink`), and import "
        "them: they complete what was stored of this one."
    )
    return problem("import-unfinished", file.as_posix(), None, message, hint)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAXIMUM_BYTES:
            raise _refused(file, f"it is larger than {MAXIMUM_BYTES // 1024 // 1024} MB")
        data = read_named_file(file, MAXIMUM_BYTES)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CannotProceed(
            f"A file cannot be read: {reason}.", where=str(file), hint="Nothing was changed. Check the path."
        ) from None
    try:
        return decode_text(data)
    except UnsupportedFile as error:
        raise _refused(file, str(error), error.advice) from None


def _sorted_out(file: Path, content: str) -> SavedItems:
    try:
        return sort_out(parse_text(content))
    except UnreadableJson as error:
        raise _refused(file, str(error)) from None
    except UnsupportedFile as error:
        raise _refused(file, str(error), error.advice) from None


def decode_text(data: bytes) -> str:
    """The text of a file by its byte order mark, or by where its zero bytes stand; else UTF-8."""
    if data.startswith(b"PK\x03\x04"):
        raise UnsupportedFile(
            "it is an Excel workbook or another archive",
            "Import the CSV as the portal exported it. If you have only the workbook: see that the points still read "
            "like 3/10 before you save it as CSV (UTF-8).",
        )
    mark, encoding = next(((mark, name) for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), (b"", ""))
    if not encoding:
        zeros = (data[0:1] == b"\0", data[1:2] == b"\0")
        encoding = {(True, False): "utf-16-be", (False, True): "utf-16-le"}.get(zeros, "utf-8")
    decoded: str | None
    try:
        decoded = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        decoded = _table_of_windows(data) if not mark else None
    if decoded is None:
        raise UnsupportedFile(
            "it is not a text file, or in an unknown encoding", f"If it is text, save it as UTF-8. {EXPECTED}"
        )
    if decoded.lstrip()[:1] == "<":
        raise UnsupportedFile("it is a web page or XML, not JSON")
    return decoded


def _table_of_windows(data: bytes) -> str | None:
    """A table in the encoding in which spreadsheet programs write CSV on Windows (cp1252); None for anything else.

    Where it was another code page, the letters of titles in other languages are wrong, and those rows do not join.
    """
    if any(byte < BLANK and byte not in b"\t\r\n" for byte in data):
        return None
    decoded = data.decode("cp1252", errors="replace")
    return decoded if is_table(decoded) else None


def _refused(file: Path, why: str, advice: str = EXPECTED) -> CannotProceed:
    return CannotProceed(f"This file was not imported, and nothing was changed: {why}.", where=str(file), hint=advice)
