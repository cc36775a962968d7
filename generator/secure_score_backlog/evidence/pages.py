# SPDX-License-Identifier: Apache-2.0
"""What the pages of a site say, read as text, and checks of pages against what else is in the pack.

Pages are never shown or run: they are read by an HTML parser alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from secure_score_backlog.evidence.layout import DATA, SITE
from secure_score_backlog.evidence.outcome import Check, Item, checked
from secure_score_backlog.site.registry import assets
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.text import shortened
from secure_score_backlog.wording import day as day_words

INDEX = f"{SITE}search/search_index.json"
REGISTER_PAGE = f"{SITE}register.html"
REGISTER = f"{DATA}register.json"
DOWNLOADS = f"{SITE}downloads/"
AGREE = "Pages, search index and tables say the same."
UNCHANGED = "Scripts, styles and pictures are those of the program and its theme."
_WAY_UP = re.compile(r"""(?<=["'])(?:\.\./)+|"base": "[^"]*"|new URL\("[./]*",""")
WORD = re.compile(r"\w+", re.UNICODE)
_SILENT = frozenset({"script", "style", "template", "noscript"})
CONTEXT = 3
"""Words before a difference that a message shows."""
LONGEST_COMPARED = 20_000
"""Words of two texts that are aligned; longer ones are compared up to their first difference."""


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


class _Reader(HTMLParser):
    """Collects the words of the article, the rows of its tables and what would run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.inside = 0
        self.silent: list[str] = []
        self.row: dict[str, str] | None = None
        self.label = ""
        self.marks: set[str] = set()
        self.skipped = 0
        self.excluded: list[str] = []
        """The element that the search index leaves out, and those of its kind inside of it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "article":
            self.inside += 1
        self._note_scripts(tag, given)
        if tag in _SILENT:
            self.silent.append(tag)
        if "data-search-exclude" in given or self.excluded[:1] == [tag]:
            self.excluded.append(tag)
        if self.inside and tag == "a" and "headerlink" in given.get("class", ""):
            self.skipped = 1
        if tag == "tr" and self.inside:
            self.row, self.marks, self.label = {}, set(), ""
        if self.row is not None:
            self.label = given.get("data-label", self.label)
            self.marks.update(given[name] for name in ("datetime", "title") if given.get(name))

    def _note_scripts(self, tag: str, given: Mapping[str, str]) -> None:
        if tag in ("script", "iframe", "object", "embed", "base"):
            self.page.scripts.append(f"{tag} {sorted(given.items())}")
        handlers = [f"{name}={value}" for name, value in given.items() if name.startswith("on")]
        links = [value for value in given.values() if value.strip().lower().startswith(("javascript:", "data:text"))]
        self.page.scripts += handlers + links

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.inside -= 1
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        if self.excluded and tag == self.excluded[-1]:
            self.excluded.pop()
        if tag == "a":
            self.skipped = 0
        if tag == "tr" and self.row is not None:
            self.page.rows.append((self.row, frozenset(self.marks)))
            self.row = None

    def handle_data(self, data: str) -> None:
        if self.silent:
            if self.silent[-1] == "script":
                self.page.scripts.append(data.strip())
        elif self.inside and not self.skipped:
            (self.page.excluded if self.excluded else self.page.words).extend(WORD.findall(data))
            if self.row is not None:
                self.row[self.label] = self.row.get(self.label, "") + data


def read(content: bytes) -> Page:
    """What a page holds."""
    reader = _Reader()
    reader.feed(content.decode("utf-8", "replace"))
    reader.close()
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
    start = next((i for i, pair in enumerate(zip(expected, given, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        if len(expected) == len(given):
            return
        start = min(len(expected), len(given))
    if max(len(expected), len(given)) > LONGEST_COMPARED:
        yield (
            _phrase(given[start : start + 1]),
            _phrase(expected[start : start + 1]),
            _phrase(given[start - CONTEXT : start]),
        )
        return
    for kind, i, j, k, m in SequenceMatcher(None, expected, given, autojunk=False).get_opcodes():
        if kind != "equal":
            yield _phrase(given[k:m]), _phrase(expected[i:j]), _phrase(given[max(0, k - CONTEXT) : k])


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
    except (exact_json.UnreadableJson, KeyError, TypeError, ValueError):
        yield Item(REGISTER, "It is not the table of the register.")


def _shows(cells: Mapping[str, str], marks: frozenset[str], row: Mapping[str, Any]) -> bool:
    """Whether a row of the page says what a row of the table says."""
    whole = {"Recommendation": row["title"], "Owner": row["owner"]}
    begin = {"Approver": row["approver"]}
    cites = {row["commit"] or ""}
    if row["section"] == "in-force":
        cites.add(row["until"])
        begin["Until"] = day_words(date.fromisoformat(row["until"]))
        if row["compensating"] and "Compensating controls" in cells:
            whole["Compensating controls"] = row["compensating"]
    equal = all(_plain(cells.get(label, "")) == _plain(said) for label, said in whole.items())
    begun = all(_plain(cells.get(label, "")).startswith(_plain(said)) for label, said in begin.items())
    return cites - {""} <= marks and equal and begun


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
