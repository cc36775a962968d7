# SPDX-License-Identifier: Apache-2.0
"""Makes a pack again from the history that it encloses, or from a repository, and says what differs.

The history is put into a folder of its own, as a repository that this program writes file by file: nothing of it is
run, no hook or setting comes along, and it is read as any other backlog, with the same limits.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from secure_score_backlog.errors import BacklogError
from secure_score_backlog.evidence import packing, pages
from secure_score_backlog.evidence.archive import name_fault
from secure_score_backlog.evidence.git_objects import BadObject, Objects
from secure_score_backlog.evidence.layout import DATA, MANIFEST, SITE, SUMS, Manifest, Pack, parse
from secure_score_backlog.evidence.makers import other_program, undecided
from secure_score_backlog.evidence.outcome import Check, Item, checked
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.text import shortened

FIGURES = "Every table and figure of data/ is what the history gives."
PAGES = "Every page and file of the site is what the history gives."
REST = "Everything else of the pack is what the history gives."
CONFIGURATION = "[core]\n\trepositoryformatversion = {version}\n\tbare = false\n{extension}"
READ = ("decisions/", "docs/", "snapshots/")
READ_FILES = ("backlog.yml", "mkdocs.yml")
MOST_DIFFERENCES = 3
"""Named of one file."""
BEFORE = 25
"""Characters before and after the first difference that a message shows."""


@contextmanager
def repository_of(objects: Objects, manifest: Manifest) -> Iterator[Path]:
    """A folder with a history, checked out as far as it is read; the root of the backlog in it.

    Raises:
        BadObject: A path of the history cannot be one of a folder.
    """
    with TemporaryDirectory(prefix="backlog-verify-") as name:
        top = Path(name).resolve()
        git = top / ".git"
        (git / "refs" / "heads").mkdir(parents=True)
        sha256 = len(manifest.read) == 64
        extension = "[extensions]\n\tobjectFormat = sha256\n" if sha256 else ""
        (git / "config").write_text(CONFIGURATION.format(version=int(sha256), extension=extension), encoding="utf-8")
        (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
        for identifier, (kind, content) in objects.contents.items():
            place = git / "objects" / identifier[:2] / identifier[2:]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content, 1))
        for reference, tip in {**objects.references, "refs/heads/main": manifest.read}.items():
            if reference != "HEAD":
                place = git / reference
                if name_fault(reference) or not reference.startswith("refs/heads/"):
                    raise BadObject(f"A branch cannot be called {shortened(reference)}.")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(f"{tip}\n", encoding="utf-8")
        _check_out(objects, manifest, top)
        yield top / manifest.folder if manifest.folder else top


def _check_out(objects: Objects, manifest: Manifest, top: Path) -> None:
    """Write the files of the newest commit that are read."""
    for path, blob in objects.files(manifest.read):
        inside = path.removeprefix(manifest.folder) if path.startswith(manifest.folder) else ""
        if path != ".mailmap" and not inside.startswith(READ) and inside not in READ_FILES:
            continue
        content = objects.content(blob, "blob")
        if name_fault(path) or ".git" in path.lower().split("/") or content is None:
            raise BadObject(f"The history holds a file that cannot be read: {shortened(path)}.")
        place = top / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (top / manifest.folder).mkdir(parents=True, exist_ok=True)


def remade(objects: Objects, manifest: Manifest) -> Pack:
    """The pack that the history gives; BacklogError or BadObject where it gives none."""
    wish = packing.Wish(
        manifest.start, manifest.end, manifest.profile, manifest.repository, manifest.named, manifest.previous
    )
    with repository_of(objects, manifest) as root:
        return packing.make(root, wish, today=manifest.end)


def checks(objects: Objects, manifest: Manifest, files: Mapping[str, bytes], source: str) -> list[Check]:
    """The pack compared with what a history gives.

    Args:
        objects: The whole history.
        manifest: What the pack says about itself.
        files: The files of the pack.
        source: Where the history is from, for the notes.
    """
    titles = {"figures": FIGURES, "pages": PAGES, "rest": REST}
    other = other_program(manifest)
    try:
        again = remade(objects, manifest)
    except (BacklogError, BadObject) as error:
        said = error.message if isinstance(error, BacklogError) else str(error)
        item = Item(MANIFEST, f"The history gives no pack. {said}")
        return [undecided(checked(code, title, [item]), other) for code, title in titles.items()]
    expected = {each.path: each.content for each in again.documents}
    same = again.manifest.made_with == manifest.made_with
    groups: dict[str, list[Item]] = {code: [] for code in titles}
    for path in sorted(expected.keys() | files.keys()):
        group = "figures" if path.startswith(DATA) else "pages" if path.startswith(SITE) else "rest"
        if path == SUMS:
            continue
        if path == MANIFEST:
            groups[group] += about(parse(expected[path]), manifest)
        elif path not in files:
            groups[group].append(Item(path, "It is missing, and the history gives it."))
        elif path not in expected:
            groups[group].append(Item(path, "The history does not give it."))
        elif expected[path] != files[path]:
            groups[group] += differing(path, expected[path], files[path], exact=same)
    note = f"Compared with {source}." + ("" if same else " Libraries differ, so pages are compared by their texts.")
    return [undecided(checked(code, title, groups[code], note), other) for code, title in titles.items()]


def about(again: Manifest, manifest: Manifest) -> Iterator[Item]:
    """What the manifest says that the history does not give; its list of files is compared file by file."""
    given, made = manifest.plain(), again.plain()
    for key in made:
        if key not in ("files", "tool") and given[key] != made[key]:
            yield Item(MANIFEST, f"Its `{key}` is not what the history gives.")


def differing(path: str, expected: bytes, given: bytes, *, exact: bool) -> Iterator[Item]:
    """How a file differs; unless it has to be exact, nothing for what only another library wrote differently."""
    found = list(islice(_differences(path, expected, given), MOST_DIFFERENCES))
    if found:
        yield from (Item(path, each) for each in found)
    elif exact:
        yield Item(path, another(expected, given))


def _differences(path: str, expected: bytes, given: bytes) -> Iterator[str]:
    if path.endswith(".json"):
        try:
            yield from _in_json(exact_json.parse(expected), exact_json.parse(given), "")
        except exact_json.UnreadableJson as error:
            yield f"It cannot be read: {error}."
    elif path.endswith(".csv"):
        yield from _in_table(expected, given)
    elif path.endswith(".html"):
        yield from pages.differences(expected, given)
    elif path.endswith(".xlsx"):
        if _members(expected) != _members(given):
            yield "Its cells are not those that the history gives."
    elif expected != given and not path.startswith(f"{SITE}assets/"):
        yield another(expected, given)


def another(expected: bytes, given: bytes) -> str:
    """That a file is another one; of a text, what stands at the first place that differs."""
    said = "It is another file than the one that the history gives"
    try:
        before, after = expected.decode(), given.decode()
    except UnicodeDecodeError:
        return f"{said}."
    pairs = enumerate(zip(before, after, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), min(len(before), len(after)))
    line = after.count("\n", 0, same) + 1
    here = shortened(after[max(0, same - BEFORE) : same + BEFORE]) or "nothing"
    return f"{said}: first in line {line}, which says “{here}”."


def _in_json(expected: Any, given: Any, place: str) -> Iterator[str]:
    """The places where two values differ."""
    if isinstance(expected, dict) and isinstance(given, dict):
        for key in [*expected, *(key for key in given if key not in expected)]:
            yield from _in_json(expected.get(key), given.get(key), f"{place}.{key}" if place else str(key))
    elif isinstance(expected, list) and isinstance(given, list):
        for index, (one, other) in enumerate(zip_longest(expected, given)):
            yield from _in_json(one, other, f"{place}[{index}]")
    elif expected != given:
        yield f"At {shortened(place)} it says {_said(given)}, and the history gives {_said(expected)}."


def _said(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a list of things"
    return "nothing" if value is None else shortened(value)


def _in_table(expected: bytes, given: bytes) -> Iterator[str]:
    try:
        tables = [list(csv.reader(io.StringIO(each.decode("utf-8-sig")))) for each in (expected, given)]
    except (UnicodeDecodeError, csv.Error):
        yield "It is no table that can be read."
        return
    heads = tables[0][0] if tables[0] else []
    for line, (one, other) in enumerate(zip_longest(*tables, fillvalue=[]), start=1):
        for column, (left, right) in enumerate(zip_longest(one, other, fillvalue="")):
            if left != right:
                name = heads[column] if column < len(heads) else str(column + 1)
                said, gives = shortened(right) or "nothing", shortened(left) or "nothing"
                yield f"In row {line}, {name}, it says {said}, and the history gives {gives}."


def _members(content: bytes) -> dict[str, bytes] | None:
    """The parts of a workbook; None where it is none, or larger than one of this program."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if sum(each.file_size for each in book.infolist()) > len(content) * 2:
                return None
            return {each.filename: book.read(each) for each in book.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return None
