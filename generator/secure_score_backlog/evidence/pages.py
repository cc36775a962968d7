# SPDX-License-Identifier: Apache-2.0
"""What the pages of a site say, read as text, and checks of pages against what else is in the pack.

Pages are never shown or run: they are read by an HTML parser alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from secure_score_backlog.evidence.layout import DATA, SITE
from secure_score_backlog.evidence.outcome import Check, Item, checked
from secure_score_backlog.site.registry import assets
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.text import shortened
from secure_score_backlog.wording import badge_of
from secure_score_backlog.wording import day as day_words

INDEX = f"{SITE}search/search_index.json"
REGISTER_PAGE = f"{SITE}register.html"
REGISTER = f"{DATA}register.json"
DOWNLOADS = f"{SITE}downloads/"
APPROVED = ("Accepted risk", "Exemption")
"""The first columns of the lists of approvals."""
AGREE = "Pages, search index and tables say the same."
UNCHANGED = "Scripts, styles and pictures are those of the program and its theme."
_WAY_UP = re.compile(r"""(?<=["'])(?:\.\./)+|"base": "[^"]*"|new URL\("[./]*",""")
WORD = re.compile(r"\w+", re.UNICODE)
LARGEST_PAGE = 16 << 20
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^>]*)>")
_ATTRIBUTE = re.compile(r"""([^\s=/"'>]+)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_RAW = frozenset({"script", "style"})
_HIDDEN = frozenset({"template", "noscript"})
CONTEXT = 3
"""Words before a difference that a message shows."""
LONGEST_COMPARED = 500
"""Words, between the first and the last difference, that are aligned; of more only the first difference is said."""


@dataclass
class Page:
    """What one page holds."""

    words: list[str] = field(default_factory=list)
    """Of its article."""
    excluded: list[str] = field(default_factory=list)
    """Of the parts of it that the search index leaves out."""
    rows: list[tuple[dict[str, str], frozenset[str]]] = field(default_factory=list)
    """Each row of a table: its cells by the titles of their columns, and the dates and ids that it carries."""
    scripts: list[str] = field(default_factory=list)
    """Everything in it that would run."""


class _Reader:
    """Collects the words of the article, the rows of its tables and what would run.

    It reads what the program's own pages are made of, in one pass: Python's parser takes hours for some inputs.
    """

    def __init__(self) -> None:
        self.page = Page()
        self.inside = 0
        self.hidden: list[str] = []
        self.row: dict[str, str] | None = None
        self.label = ""
        self.headings: list[str] = []
        """The columns of the table, from its first row."""
        self.column = -1
        self.marks: set[str] = set()
        self.in_link = False
        self.excluded: list[str] = []
        """The element that the search index leaves out, and those of its kind inside of it."""

    def feed(self, text: str) -> None:
        """Read a page. Each step begins behind the one before it, so the time grows with the length alone."""
        position = 0
        while position < len(text):
            start = text.find("<", position)
            if start < 0:
                self.data(text[position:])
                return
            if start > position:
                self.data(text[position:start])
            position = self.markup(text, start)

    def markup(self, text: str, start: int) -> int:
        """Read what begins with a `<`; the place behind it."""
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            return len(text) if end < 0 else end + 3
        end, other = text.find(">", start), text.find("<", start + 1)
        if end < 0:
            self.data(text[start:])
            return len(text)
        if 0 <= other < end:
            self.data("<")
            return start + 1
        found = _TAG.match(text[start : end + 1])
        if found is None:
            return end + 1
        name = found[2].lower()
        if found[1]:
            self.end_tag(name)
            return end + 1
        self.start_tag(name, _attributes(found[3]))
        if name not in _RAW:
            return end + 1
        close = text.find(f"</{name}", end)
        close = len(text) if close < 0 else close
        if name == "script":
            self.page.scripts.append(text[end + 1 : close].strip())
        return close

    def start_tag(self, tag: str, given: Mapping[str, str]) -> None:
        """An element begins."""
        if tag == "article":
            self.inside += 1
        self._note_scripts(tag, given)
        if tag in _HIDDEN:
            self.hidden.append(tag)
        if "data-search-exclude" in given or self.excluded[:1] == [tag]:
            self.excluded.append(tag)
        if self.inside and tag == "a" and "headerlink" in given.get("class", ""):
            self.in_link = True
        if tag == "table":
            self.headings = []
        if tag == "tr" and self.inside:
            self.row, self.marks, self.label, self.column = {}, set(), "", -1
        if self.row is not None:
            if tag in ("td", "th"):
                self.column += 1
                named = self.headings[self.column : self.column + 1]
                self.label = given.get("data-label") or (named[0] if named else str(self.column))
            self.marks.update(given[name] for name in ("datetime", "title") if given.get(name))

    def _note_scripts(self, tag: str, given: Mapping[str, str]) -> None:
        if tag in ("script", "iframe", "object", "embed", "base"):
            self.page.scripts.append(f"{tag} {sorted(given.items())}")
        handlers = [f"{name}={value}" for name, value in given.items() if name.startswith("on")]
        links = [value for value in given.values() if value.strip().lower().startswith(("javascript:", "data:text"))]
        self.page.scripts += handlers + links

    def end_tag(self, tag: str) -> None:
        """An element ends."""
        if tag == "article":
            self.inside -= 1
        if self.hidden and tag == self.hidden[-1]:
            self.hidden.pop()
        if self.excluded and tag == self.excluded[-1]:
            self.excluded.pop()
        if tag == "a":
            self.in_link = False
        if tag == "tr" and self.row is not None:
            self.page.rows.append((self.row, frozenset(self.marks)))
            self.headings = self.headings or [" ".join(cell.split()) for cell in self.row.values()]
            self.row = None

    def data(self, text: str) -> None:
        """Text between two tags."""
        if self.hidden or not self.inside or self.in_link:
            return
        said = unescape(text)
        (self.page.excluded if self.excluded else self.page.words).extend(WORD.findall(said))
        if self.row is not None:
            self.row[self.label] = self.row.get(self.label, "") + said


def _attributes(text: str) -> dict[str, str]:
    """The attributes of a tag, names in lower case."""
    return {each[1].lower(): unescape((each[2] or "").strip("\"'")) for each in _ATTRIBUTE.finditer(text)}


def read(content: bytes) -> Page:
    """What a page holds; nothing for one that is larger than any of the program."""
    reader = _Reader()
    if len(content) <= LARGEST_PAGE:
        reader.feed(content.decode("utf-8", "replace"))
    return reader.page


def words_of(html: str) -> list[str]:
    """The words of a piece of HTML."""
    return read(f"<article>{html}</article>".encode()).words


def differences(expected: bytes, given: bytes) -> Iterator[str]:
    """Where two pages say different things; that they would run different things."""
    before, after = read(expected), read(given)
    for told, gives, around in changed(before.words, after.words):
        where = f"after “{around}” " if around else ""
        yield f"It says “{told}” {where}where the history gives “{gives}”."
    if Counter(before.scripts) != Counter(after.scripts):
        yield "It holds a script that is not the program's."


def changed(expected: list[str], given: list[str]) -> Iterator[tuple[str, str, str]]:
    """The words that differ: given, expected, and those before."""
    if expected == given:
        return
    first = _same(expected, given)
    last = _same(expected[first:][::-1], given[first:][::-1])
    one, two = expected[first : len(expected) - last], given[first : len(given) - last]
    before = given[max(0, first - CONTEXT) : first]
    if max(len(one), len(two)) > LONGEST_COMPARED:
        yield _phrase(two), _phrase(one), _phrase(before)
        return
    for kind, i, j, k, m in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _phrase(two[k:m]), _phrase(one[i:j]), _phrase([*before, *two[:k]][-CONTEXT:])


def _same(one: list[str], other: list[str]) -> int:
    """How many words two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _phrase(words: list[str]) -> str:
    return shortened(" ".join(words[:8])) if words else "nothing"


# A pack whose sources are left out


def agreement(files: Mapping[str, bytes], as_of: date) -> Check:
    """Pages against the search index, downloads against tables, and the register's page against its table."""
    items = [*against_index(files, day_words(as_of)), *copies(files), *same_rows(files), *register(files)]
    note = "That they say what is true is only shown by the sources, which this profile leaves out."
    return checked("agreement", AGREE, items, note)


def against_index(files: Mapping[str, bytes], as_of: str) -> Iterator[Item]:
    """The words of each page, and those that the search index holds of it."""
    try:
        listed = exact_json.parse(files.get(INDEX, b""))["docs"]
        texts: dict[str, list[str]] = {}
        for each in listed:
            page = str(each["location"]).partition("#")[0]
            texts.setdefault(SITE + page, []).extend([*words_of(str(each["title"])), *words_of(str(each["text"]))])
    except (exact_json.UnreadableJson, KeyError, TypeError):
        yield Item(INDEX, "It cannot be read, so pages cannot be compared with it.")
        return
    script = files.get(f"{SITE}search/search_index.js", b"")
    if script != b"var __index = " + files[INDEX]:
        yield Item(f"{SITE}search/search_index.js", "It is not the search index that lies beside it.")
    for path, content in files.items():
        if not path.startswith(SITE) or not path.endswith(".html"):
            continue
        found = read(content)
        if "".join(found.words) != "".join(texts.get(path, [])):
            yield Item(
                path, f"The search index does not have what it says {_around(found.words, texts.get(path, []))}."
            )
        if found.excluded and " ".join(WORD.findall(as_of)) not in " ".join(found.excluded):
            yield Item(path, "Its last line names another day than the manifest.")


def _around(said: list[str], known: list[str]) -> str:
    """Where a page begins to differ from the search index, which knows no spaces between cells."""
    joined, other = "".join(said), "".join(known)
    start = next((i for i, (one, two) in enumerate(zip(joined, other, strict=False)) if one != two), len(other))
    position = 0
    for number, word in enumerate(said):
        position += len(word)
        if position > start:
            return f"at “{_phrase(said[max(0, number - CONTEXT) : number + CONTEXT])}”"
    return "at its end"


def copies(files: Mapping[str, bytes]) -> Iterator[Item]:
    """Each table of data/ lies in the site as well."""
    for path, content in files.items():
        if path.startswith(DOWNLOADS) and not path.endswith(".html"):
            twin = DATA + path.removeprefix(DOWNLOADS)
            if files.get(twin) != content:
                yield Item(path, f"It is not the same file as {twin}.")
        elif path.startswith(DATA) and DOWNLOADS + path.removeprefix(DATA) not in files:
            yield Item(path, "The site does not offer it.")


def same_rows(files: Mapping[str, bytes]) -> Iterator[Item]:
    """A table says the same as CSV and as JSON."""
    for path in files:
        twin = f"{path.removesuffix('.json')}.csv"
        if not path.startswith(DATA) or not path.endswith(".json") or twin not in files:
            continue
        try:
            rows = exact_json.parse(files[path])["rows"]
            table = list(csv.DictReader(io.StringIO(files[twin].decode("utf-8-sig"))))
            wrong = [
                (number, key)
                for number, (one, other) in enumerate(zip(rows, table, strict=True), start=1)
                for key in one
                if _cell(one[key]) != _cell(other.get(key))
            ]
        except (exact_json.UnreadableJson, KeyError, TypeError, ValueError, AttributeError, csv.Error):
            yield Item(path, f"It does not hold the same rows as {twin}.")
            continue
        yield from (Item(path, f"In row {number}, {key}, it says something else than {twin}.") for number, key in wrong)


def _cell(value: Any) -> str:
    """A cell without what differs between formats: line breaks, and the apostrophe before what could be a formula."""
    text = " ".join(str("" if value is None else value).split()).removeprefix("'")
    try:
        return f"{float(text):.6g}" if text and text[0] in "-0123456789" else text
    except ValueError:
        return text


def register(files: Mapping[str, bytes]) -> Iterator[Item]:
    """Each risk in force of the table stands on the page with its last day, people and commit."""
    try:
        rows = exact_json.parse(files.get(REGISTER, b""))["rows"]
        listed = [row for row in rows if row["section"] in ("in-force", "needs-decision")]
        shown = read(files.get(REGISTER_PAGE, b"")).rows
        for row in listed:
            if not any(_shows(cells, marks, row) for cells, marks in shown):
                what = f"No row of it says what {REGISTER} says about {shortened(row['recommendation'])}."
                yield Item(REGISTER_PAGE, what)
        yield from approvals(shown, [row for row in listed if row["section"] == "in-force"])
    except (exact_json.UnreadableJson, KeyError, TypeError, ValueError):
        yield Item(REGISTER, "It is not the table of the register.")


def approvals(
    shown: Iterable[tuple[dict[str, str], frozenset[str]]], listed: Sequence[Mapping[str, Any]]
) -> Iterator[Item]:
    """The lists of who approved what say of each entry in which way its approval is known, of which role and day."""
    given: list[tuple[str, str, dict[str, str]]] = []
    kind = ""
    for cells, _ in shown:
        title = next((cells[column] for column in APPROVED if column in cells), None)
        if title is not None and "Approved on" in cells:
            given.append((kind, title, cells))
        elif title is not None:
            kind = _plain(title)
    for row in listed:
        if not any(_says(kind, title, cells, row) for kind, title, cells in given):
            what = f"Its list of approvals says otherwise than {REGISTER} about {shortened(row['recommendation'])}."
            yield Item(REGISTER_PAGE, what)
    if len(given) > len(listed):
        yield Item(REGISTER_PAGE, f"Its list of approvals has rows that {REGISTER} has not.")


def _says(kind: str, title: str, cells: Mapping[str, str], row: Mapping[str, Any]) -> bool:
    """Whether a row of a list of approvals says what a row of the register says."""
    on = {"approved": row["approved_on"], "attested": row["attested_on"]}.get(row["approval"])
    return (
        kind.startswith(_plain(badge_of(row["approval"]).label))
        and _plain(row["title"]) in _plain(title)
        and _plain(cells["Named approver"]) == _plain(row["approver"])
        and _plain(cells["Approved on"]) == _plain(day_words(date.fromisoformat(on)) if on else "")
    )


def _shows(cells: Mapping[str, str], marks: frozenset[str], row: Mapping[str, Any]) -> bool:
    """Whether a row of the page says what a row of the table says."""
    begin = {"Owner": row["owner"], "Approver": row["approver"]}
    holds = {"Recommendation": row["title"]}  # a connected app's begins with the product
    ends: dict[str, str] = {}
    cites = {row["commit"] or ""}
    if row["section"] == "in-force":
        cites.add(row["until"])
        begin["Date"] = day_words(date.fromisoformat(row["until"]))
        if row["compensating"]:
            ends["Recommendation"] = row["compensating"]
    begun = all(_plain(cells.get(label, "")).startswith(_plain(said)) for label, said in begin.items())
    ended = all(_plain(cells.get(label, "")).endswith(_plain(said)) for label, said in ends.items())
    held = all(_plain(said) in _plain(cells.get(label, "")) for label, said in holds.items())
    return cites - {""} <= marks and begun and held and ended


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text))


def static_files(files: Mapping[str, bytes]) -> Check:
    """What the browser would run or load: only what the program and its theme bring."""
    ours = {f"{SITE}{each.path}": each.content for each in assets()}
    theme = find_spec("material")
    places = [Path(place) / "templates" for place in (theme.submodule_search_locations or ())] if theme else []
    items: list[Item] = []
    usual: Counter[str] | None = None
    for path, content in sorted(files.items()):
        if not path.startswith(SITE) or path.startswith((DOWNLOADS, f"{SITE}search/search_index.")):
            continue
        if path.endswith(".html"):
            runs = Counter(_without_base(each) for each in read(content).scripts)
            usual = runs if usual is None else usual
            if runs != usual:
                items.append(Item(path, "It holds a script that other pages do not have."))
        elif ours.get(path) != content and not any(_is(place / path.removeprefix(SITE), content) for place in places):
            items.append(Item(path, "It is no file of the program or its theme in these versions."))
    return checked("static", UNCHANGED, items)


def _without_base(script: str) -> str:
    """A script without the way to the top of the site, which depends on the page's folder."""
    return _WAY_UP.sub("", script)


def _is(file: Path, content: bytes) -> bool:
    return file.is_file() and file.stat().st_size == len(content) and file.read_bytes() == content
