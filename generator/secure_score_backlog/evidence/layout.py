# SPDX-License-Identifier: Apache-2.0
"""Where things are in a pack, and its manifest (docs/method.md#pack).

The manifest lists every other file with its SHA-256; the sums list those and the manifest. The digest of a pack is the
SHA-256 of the sums.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from secure_score_backlog.files import Document
from secure_score_backlog.snapshots import exact_json

SCHEMA = "secure-score-backlog/pack/1"
OTHER_SCHEMA = re.compile(r"secure-score-backlog/pack/[0-9]{1,4}")
MANIFEST = "MANIFEST.json"
SUMS = "MANIFEST.sha256"
GUIDE = "VERIFY.md"
REPORT = "report.pdf"
SITE, DATA, SOURCES, GIT, KEYS = "site/", "data/", "sources/", "git/", "keys/"
BUNDLE = f"{GIT}history.bundle"
OBJECTS = f"{GIT}objects/"
COMMITS = f"{GIT}commits.json"
PACKS = f"{DATA}packs.json"
"""The packs that were recorded before this one."""
KINDS = {SITE: "site", DATA: "table", SOURCES: "source", GIT: "git", REPORT: "report"}
"""What a file is, by how its path begins; any other is text."""
LARGEST_MANIFEST = 16 << 20

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
DIGEST = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
INSTALL = re.compile(
    r"(git\+https://github\.com/[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}@[0-9a-f]{40}"
    r"|secure-score-backlog==[A-Za-z0-9.+]{1,40})?"
)
REPOSITORY = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,99}/[A-Za-z0-9._-]{1,100})?")


class BadManifest(ValueError):
    """A manifest that says what none can say; the text is a sentence about it."""


class OtherForm(BadManifest):
    """A manifest in a form that another version of the program writes."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a pack."""

    path: str
    sha256: str
    bytes: int
    kind: str

    @staticmethod
    def of(document: Document) -> File:
        """The entry of a document."""
        content = document.content
        return File(document.path, sha256(content), len(content), kind_of(document.path))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that the figures rest on and that the profile does not show."""

    path: str
    commit: str
    blob: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Previous:
    """The pack before this one."""

    commit: str
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a pack says about itself."""

    profile: str
    organisation: str
    start: date
    end: date
    repository: str
    """OWNER/NAME; may be empty."""
    folder: str
    """The folder of the backlog inside its repository, with a slash at the end; empty at its top."""
    commit: str
    """The newest commit of the main branch at the end of the period: the state that is shown."""
    read: str
    """The commit of the main branch that was read: later snapshots of earlier days, and approvals, are from there."""
    version: str = ""
    """Of the program that made it."""
    code: str = ""
    """The digest of that program's files, which tells apart what has the same version (`program.code_digest`)."""
    install: str = ""
    """What pip is given to get that program; empty where that is not known."""
    made_with: Mapping[str, str] = field(default_factory=dict)
    """Versions of the libraries whose work is in the bytes."""
    snapshots: str | None = None
    """The commit of the snapshots' own branch that was read."""
    named: bool = True
    """The commits of people are enclosed, which name them."""
    previous: Previous | None = None
    left_out: tuple[LeftOut, ...] = ()
    files: tuple[File, ...] = ()

    def encode(self) -> bytes:
        """The canonical bytes."""
        text = json.dumps(self.plain(), indent=1, ensure_ascii=False)
        return (text + "\n").encode("utf-8")

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        previous = self.previous
        return {
            "schema": SCHEMA,
            "tool": {
                "name": "secure-score-backlog",
                "version": self.version,
                "code": self.code,
                "install": self.install,
                "with": dict(self.made_with),
            },
            "profile": self.profile,
            "organisation": self.organisation,
            "period": {"from": self.start.isoformat(), "to": self.end.isoformat()},
            "as_of": self.end.isoformat(),
            "repository": self.repository,
            "folder": self.folder,
            "commit": self.commit,
            "read": {"main": self.read, "snapshots": self.snapshots},
            "names": self.named,
            "previous": {"commit": previous.commit, "digest": previous.digest} if previous else None,
            "left_out": [
                {"path": e.path, "commit": e.commit, "blob": e.blob, "sha256": e.sha256, "bytes": e.bytes}
                for e in self.left_out
            ],
            "files": [{"path": e.path, "sha256": e.sha256, "bytes": e.bytes, "is": e.kind} for e in self.files],
        }


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack before it is written."""

    manifest: Manifest
    documents: tuple[Document, ...]
    """Every file by path, with the manifest and the sums."""
    remarks: tuple[str, ...] = field(default=())

    @property
    def digest(self) -> str:
        """SHA-256 of the sums."""
        return sha256(sums(self.manifest))


def sha256(content: bytes) -> str:
    """The digest in lower case."""
    return hashlib.sha256(content).hexdigest()


def kind_of(path: str) -> str:
    """What a file of a pack is."""
    return next((kind for start, kind in KINDS.items() if path.startswith(start)), "text")


def sums(manifest: Manifest) -> bytes:
    """Every file of the pack but this one, in the form that `sha256sum -c` reads."""
    listed = [*manifest.files, File.of(Document(MANIFEST, manifest.encode()))]
    return "".join(f"{each.sha256}  {each.path}\n" for each in sorted(listed, key=lambda each: each.path)).encode()


def source_path(path: str, commit: str) -> str:
    """The place of a source."""
    return f"{SOURCES}{path}@{commit[:12]}"


# Reading


def parse(content: bytes) -> Manifest:
    """The manifest in some bytes; BadManifest, which names what is wrong, for anything that `encode` does not write."""
    if len(content) > LARGEST_MANIFEST:
        raise BadManifest(f"It is larger than {LARGEST_MANIFEST >> 20} MB.")
    try:
        data = exact_json.parse(content)
    except exact_json.UnreadableJson as error:
        raise BadManifest(f"It cannot be read: {error}.") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        other = isinstance(data, dict) and OTHER_SCHEMA.fullmatch(str(data.get("schema")))
        kind = OtherForm if other else BadManifest
        raise kind(f"Its `schema` is not {SCHEMA}, so this version cannot read it.")
    found = _read(data)
    if found.encode() != content:
        raise BadManifest("It is not written as the program writes it: keys, order or spaces differ.")
    return found


def _read(data: Mapping[str, Any]) -> Manifest:
    tool, period, read = (_mapping(data, name) for name in ("tool", "period", "read"))
    snapshots, previous = read.get("snapshots"), data.get("previous")
    before = _mapping(data, "previous") if previous is not None else {}
    named = data.get("names")
    if not isinstance(named, bool):
        raise BadManifest("`names` is neither true nor false.")
    made_with = (
        {_text({"with": name}, "with", NAME): _text(_mapping(tool, "with"), name) for name in tool["with"]}
        if (isinstance(tool.get("with"), dict))
        else _mapping(tool, "with")
    )
    return Manifest(
        version=_text(tool, "version"),
        code=_text(tool, "code", DIGEST),
        install=_text(tool, "install", INSTALL),
        made_with=made_with,
        profile=_text(data, "profile", NAME),
        organisation=_text(data, "organisation"),
        start=_day(period, "from"),
        end=_day(period, "to"),
        repository=_text(data, "repository", REPOSITORY),
        folder=_text(data, "folder"),
        commit=_text(data, "commit", COMMIT),
        read=_text(read, "main", COMMIT),
        snapshots=None if snapshots is None else _text(read, "snapshots", COMMIT),
        named=named,
        previous=Previous(_text(before, "commit", COMMIT), _text(before, "digest", DIGEST)) if before else None,
        left_out=tuple(
            LeftOut(
                _text(each, "path"),
                _text(each, "commit", COMMIT),
                _text(each, "blob", COMMIT),
                _text(each, "sha256", DIGEST),
                _number(each, "bytes"),
            )
            for each in _list(data, "left_out")
        ),
        files=tuple(
            File(_text(each, "path"), _text(each, "sha256", DIGEST), _number(each, "bytes"), _text(each, "is"))
            for each in _list(data, "files")
        ),
    )


def _mapping(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    if not isinstance(found, dict):
        raise BadManifest(f"`{name}` is not an object.")
    return found


def _list(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = data.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadManifest(f"`{name}` is not a list of objects.")
    return found


def _text(data: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None) -> str:
    found = data.get(name)
    if not isinstance(found, str) or (form and not form.fullmatch(found)):
        raise BadManifest(f"`{name}` has a value that it cannot have.")
    return found


def _number(data: Mapping[str, Any], name: str) -> int:
    found = str(data.get(name))
    if not (found.isascii() and found.isdigit() and len(found) <= 12):
        raise BadManifest(f"`{name}` has a value that it cannot have.")
    return int(found)


def _day(data: Mapping[str, Any], name: str) -> date:
    found = _text(data, name)
    try:
        day = date.fromisoformat(found)
    except ValueError:
        raise BadManifest(f"`{name}` is not a day.") from None
    if day.isoformat() != found:
        raise BadManifest(f"`{name}` is not a day.")
    return day
