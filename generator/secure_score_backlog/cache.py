# SPDX-License-Identifier: Apache-2.0
"""What was computed before from the same content by the same code, kept below `build/cache/`.

The folder may be deleted, damaged, or come from another branch at any time: a file counts only where it is whole, was
written by the same code, and is about the very content that is read now. Else it is as if there were none
(docs/adr/0035-a-cache-that-cannot-lie.md). It holds data in msgpack with a type for each value, never code.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from secure_score_backlog import __version__
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import is_file, read_file, write_file

FOLDER = "build/cache"
IGNORE = "build/.gitignore"
FORM = b"backlog-cache/1\n"
DIGEST = 32
"""Bytes."""

Kept = TypeVar("Kept")


@cache
def code_version(*packages: str) -> str:
    """A digest of what made a file: Python, msgspec, which reads and writes it, and this program's code in packages."""
    import msgspec  # noqa: PLC0415 - an answer that was kept as it is needs none, and is given before anything is imported

    digest = hashlib.sha256(f"{sys.version}\0{msgspec.__version__}\0{__version__}\0".encode())
    for package in packages:
        for file in sorted(files(package).iterdir(), key=lambda each: each.name):
            if file.name.endswith(".py"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Cache:
    """The cache of one folder."""

    root: Path

    def get(
        self, name: str, kind: type[Kept], extended: Callable[[int, memoryview], object] | None = None
    ) -> Kept | None:
        """What is kept under a name; None where there is nothing, or nothing that can be relied on.

        Args:
            name: Of the file.
            kind: What it should hold.
            extended: Reads values of a kind that msgpack has not, by number; ValueError for one that it does not know.
        """
        import msgspec  # noqa: PLC0415

        content = self.content(name)
        if content is None:
            return None
        try:
            return msgspec.msgpack.decode(content, type=kind, dec_hook=_fraction, ext_hook=extended)
        except (msgspec.DecodeError, ValueError, TypeError, ArithmeticError, RecursionError):
            return None

    def put(self, name: str, kept: object) -> None:
        """Keep something; where that cannot be written, nothing is kept, and nothing else is wrong."""
        import msgspec  # noqa: PLC0415

        with suppress(TypeError, ValueError, OverflowError):
            self.keep(name, msgspec.msgpack.encode(kept, enc_hook=_written))

    def content(self, name: str) -> bytes | None:
        """What is kept under a name, where it is whole."""
        try:
            content = read_file(self.root, f"{FOLDER}/{name}")
        except OSError:
            return None
        start = len(FORM) + DIGEST
        if content[: len(FORM)] != FORM or hashlib.sha256(content[start:]).digest() != content[len(FORM) : start]:
            return None
        return content[start:]

    def keep(self, name: str, content: bytes) -> None:
        """Keep bytes, as `put` keeps something."""
        with suppress(CannotProceed, OSError):
            if not is_file(self.root, IGNORE):
                write_file(self.root, IGNORE, b"*\n")
            write_file(self.root, f"{FOLDER}/{name}", FORM + hashlib.sha256(content).digest() + content)


def chained(digest: str, parts: Iterable[str]) -> str:
    """The digest of one more step behind those of an earlier digest."""
    return hashlib.sha256("\0".join((digest, *parts)).encode("utf-8", "surrogateescape")).hexdigest()


def _written(value: Any) -> Any:
    """An exact number as text: msgpack has no larger one than 64 bits."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"{type(value).__name__} is not kept")


def _fraction(kind: type[Any], value: Any) -> Any:
    if kind is Fraction and isinstance(value, str):
        above, _, below = value.partition("/")
        return Fraction(int(above), int(below))
    raise TypeError(f"{kind.__name__} is not kept")
