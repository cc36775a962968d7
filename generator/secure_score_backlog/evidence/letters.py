# SPDX-License-Identifier: Apache-2.0
"""Which letters the shipped fonts of the report have (`fonts/`), read from the fonts themselves.

PDF/UA allows no letter without a shape. So that any text can be set, a letter that no font has is written as its code
point (`[U+1F600]`), and one that shows nothing is left out. Fonts of the machine are never used: the same commit has to
give the same bytes everywhere.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from secure_score_backlog.text import visible
from secure_score_backlog.wording import MONTHS

FONTS = (
    "NotoSans-Regular",
    "NotoSans-Bold",
    "NotoSansArabic-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansThai-Regular",
    "DroidSansFallback",
)
FAMILIES = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai", "Droid Sans Fallback")
"""In the order in which a letter is looked for."""
BREAK = "\x01"
"""Where a long word may break; the template makes a place without width of it, so that the text can still be found."""
LONGEST = 14
"""Letters of a piece of a word that is not broken."""

_SAME = {0x2212: "\u2013", 0x2010: "-", 0x2011: "-"}
"""Letters that no font has, and others that look like them: minus sign and hyphens."""
_BLANKS = re.compile(r"[^\S\u202f\u00a0]+")
"""Blanks of any kind, apart from the one between thousands, and the one that holds words together."""
_TOGETHER = re.compile(
    rf"(?<!\S)[(+\u2013]?\d[\d.,\u202f]* (?=[A-Za-z%])|(?<=\d[ \u00a0])of (?=\d)"
    rf"|\b(?:page|request|{'|'.join(MONTHS)}) (?=[#\d])"
)
"""A number and its unit, also with what it is of, the parts of a date, and a page or pull request and its number."""
_LONG = re.compile(r"[\x21-\x9f\xa1-\u058f]{15,}|\S{60,}")
_AFTER_MARK = re.compile(r"(?<=[_\-./:;=,@\\|])(?=[^_\-./:;=,@\\|])|(?<=[a-z])(?=[A-Z])")


def font_folder() -> Path:
    """Where the fonts are."""
    return Path(str(files(__package__).joinpath("fonts")))


@cache
def letters() -> frozenset[int]:
    """The code points that at least one family has, regular and bold alike."""
    found = {name: frozenset(letters_of((font_folder() / f"{name}.ttf").read_bytes())) for name in FONTS}
    common = found["NotoSans-Regular"] & found["NotoSans-Bold"]
    return common.union(*(found[name] for name in FONTS[2:]))


def letters_of(font: bytes) -> Iterator[int]:
    """The code points in the table `cmap` of a TrueType font (formats 4 and 12)."""
    (count,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(count))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    for number in range(count):
        (offset,) = struct.unpack_from(">I", font, start + 8 + 8 * number)
        (form,) = struct.unpack_from(">H", font, start + offset)
        if form == 4:
            yield from _segments(font, start + offset)
        elif form == 12:
            (groups,) = struct.unpack_from(">I", font, start + offset + 12)
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", font, start + offset + 16 + 12 * group)
                yield from range(first, last + 1)


def _segments(font: bytes, start: int) -> Iterator[int]:
    (twice,) = struct.unpack_from(">H", font, start + 6)
    number = twice // 2
    lasts, firsts, deltas, offsets = (
        struct.unpack_from(f">{number}H", font, start + 14 + twice * place + (2 if place else 0)) for place in range(4)
    )
    ranges = start + 16 + 3 * twice
    for index, (first, last, delta, offset) in enumerate(zip(firsts, lasts, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if offset == 0:
                glyph = (code + delta) & 0xFFFF
            else:
                (glyph,) = struct.unpack_from(">H", font, ranges + 2 * index + offset + 2 * (code - first))
            if glyph:
                yield code


def settable(text: str) -> str:
    """A text on one line that the fonts can set."""
    return _one_line("".join(map(_settable, _one_line(text))))


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", visible(text)).strip()


def _settable(letter: str) -> str:
    code = ord(letter)
    if code in _SAME:
        return _SAME[code]
    category = unicodedata.category(letter)
    if category == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return "" if letter not in "\u200c\u200d" or code not in letters() else letter
    if letter == " " or (code in letters() and category not in ("Co", "Cn", "Cc", "Cs", "Zl", "Zp")):
        return letter
    return " " if category == "Zs" else f"[U+{code:04X}]"


def together(text: str) -> str:
    """The same with a no-break space between what belongs on one line."""
    return _TOGETHER.sub(lambda found: f"{found[0][:-1]}\u00a0", text)


def breakable(text: str) -> str:
    """The same with a mark wherever a long word may break: after its own marks first, then anywhere."""
    return _LONG.sub(lambda word: _broken(word[0]), text)


def _broken(word: str) -> str:
    pieces = [piece for piece in _AFTER_MARK.split(word) if piece]
    return BREAK.join(BREAK.join(_clusters(piece)) if len(piece) > LONGEST else piece for piece in pieces)


def _clusters(piece: str) -> list[str]:
    """A piece by letters, each with the marks that belong to it."""
    found: list[str] = []
    for letter in piece:
        if found and (unicodedata.combining(letter) or letter in "\u200c\u200d"):
            found[-1] += letter
        else:
            found.append(letter)
    return found
