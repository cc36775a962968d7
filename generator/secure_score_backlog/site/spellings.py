# SPDX-License-Identifier: Apache-2.0
"""Brings texts that a reader takes for the same into one spelling, so that the search for leaks compares what is read.

Escapes are resolved as browsers and spreadsheets do, also when they are nested; compatibility forms, dashes, invisible
characters and letters of other alphabets that look the same become one form. Lines stay lines, so that a place in the
result has the line of its source. Encodings that a reader has to decode on purpose, such as base64, are not resolved.
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache

ROUNDS = 5
"""How often escapes inside escapes are resolved."""
SHORTEST_WORD = 3
"""Letters of the shortest name of one word that is looked for; two in scripts without blanks between words."""
FORMS_OF_ADDRESS = ("mr", "mrs", "ms", "dr", "prof", "herr", "herrn", "frau", "madame", "monsieur", "sig", "sra", "dhr")
SHORTEST_JOINED = 6
"""Letters of the shortest name of several words that is looked for as one word: `Al So` is none."""

_LINE_REFERENCE = re.compile(r"&#(?:0*1[03]|x0*[aAdD]);")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_CODE_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_ANY_ESCAPE = re.compile(r"\\([^ux\n]|u(?:\{[0-9a-fA-F]{1,6}\}|[0-9a-fA-F]{4})|x[0-9a-fA-F]{2})")
_CELL_ESCAPE = re.compile(r"_x([0-9a-fA-F]{4})_")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_APOSTROPHE = re.compile("['`\u00b4\u2018\u2019\u02bc]")
_TAG = re.compile(r"<(/?[A-Za-z!?][^<>\s/]*)([^<>]*)>")

INLINE_TAGS = frozenset(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup t tspan "
    "tt u var wbr".split()
)
"""Tags inside a word: what is before and after them is read as one."""

_DASHES = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207b\u208b\u2212\u2796\u2cba\u2e17\u2e1a"
    "\u2e3a\u2e3b\u2e40\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d"
)
_SHOWS_NOTHING = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
JOINERS = "\u200c\u200d\ufe0e\ufe0f"
_ALIKE = {
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d": "aeopcyxijshdqw",
    "\u043a\u043c\u0442\u043d\u0432\u04cf": "kmthbl",
    "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f": "abcdefghijkl",
    "\u1d0d\u0274\u1d0f\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22": "mnoprstuvwyz",
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03b3": "abezhikmvoptuxy",
}
"""Small letters of Cyrillic and Greek of which one case looks like a Latin letter, and small capitals."""
_SIMPLE = {
    "\u00f8": "o",
    "\u0111": "d",
    "\u00f0": "d",
    "\u0142": "l",
    "\u0127": "h",
    "\u0131": "i",
    "\u00e6": "ae",
    "\u0153": "oe",
    "\u00fe": "th",
    "\u0167": "t",
}
"""Letters with a stroke and ligatures, which Unicode does not decompose."""
_SPELLED_OUT = {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00e5": "aa", "\u00f8": "oe"}
"""How a letter is written where it cannot be typed."""

_DASH = re.compile(f"[{re.escape(_DASHES)}]")
_ASCII = bytes(range(128))
_TO_LATIN = str.maketrans("".join(_ALIKE), "".join(_ALIKE.values()))
_TO_SIMPLE = str.maketrans(_SIMPLE)
_TO_SPELLED_OUT = str.maketrans(_SPELLED_OUT)
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts in which words are not parted by blanks, or in which endings are joined to names."""
_WORD = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")
_IN_UNSPACED = re.compile(f"[{_UNSPACED}]")


def decoded(text: str, *, escapes: bool = False, cells: bool = False) -> str:
    """The text with character references, percent signs and escapes of programs resolved, also those inside others.

    Args:
        text: A file's text.
        escapes: True for JSON and JavaScript: every backslash escape is resolved, a line break in a text is a blank.
        cells: True for the parts of a workbook, where `_x0040_` is an at sign.
    """
    if escapes:
        text = _joined(_ANY_ESCAPE.sub(lambda match: _escaped(match[1]), text))
    if cells:
        text = _CELL_ESCAPE.sub(lambda match: _character(match[1]), text)
    for _ in range(ROUNDS):
        before = text
        if "&" in text:
            text = html.unescape(_LINE_REFERENCE.sub(" ", text))
        if "%" in text:
            text = _PERCENT.sub(lambda match: _printable(bytes.fromhex(match[0].replace("%", ""))), text)
        if "\\" in text:
            text = _joined(_CODE_ESCAPE.sub(lambda match: _character(match[1] or match[2] or match[3]), text))
        if text == before:
            break
    return text


def without_tags(text: str) -> str:
    """The text of HTML and XML as it is read: tags inside a word are nothing, others a blank."""
    parts = _TAG.split(text)  # a text, the name of a tag, the rest of that tag, a text, ...
    parts[1::3] = map(_blank_for_tag, parts[1::3])
    parts[2::3] = ["\n" * rest.count("\n") if "\n" in rest else "" for rest in parts[2::3]]
    return "".join(parts)


def normal(text: str) -> str:
    """The text in compatibility form, with one kind of dash, and without characters that show nothing."""
    if text.isascii():
        return text
    text = text.replace("\N{NO-BREAK SPACE}", " ")  # as normalizing does, which is quick where nothing is left to do
    text = unicodedata.normalize("NFKC", text)
    others = beyond_ascii(text)
    if _SHOWS_NOTHING.search(others):
        text = unicodedata.normalize("NFKC", _SHOWS_NOTHING.sub("", text))  # what they parted may join
    return _DASH.sub("-", text) if _DASH.search(others) else text


def beyond_ascii(text: str) -> str:
    """The characters of a text that are not ASCII, in order: few, so that looking for some of them takes no time."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def without_hidden(text: str) -> str:
    """The text without characters that show nothing, apart from those that join letters or choose a form of one."""
    return _SHOWS_NOTHING.sub(lambda match: match[0] if match[0] in JOINERS else "", text)


def lowered(text: str) -> str:
    """A normal text in lower case, with letters of other alphabets that look like Latin ones as these."""
    text = text.casefold()
    return text if text.isascii() else text.translate(_TO_LATIN)


def words(text: str) -> list[str]:
    """The words of a text as names are compared: in lower case, without accents, punctuation and blanks."""
    text = lowered(normal(text))
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text.translate(_TO_SIMPLE))
        bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
        text = unicodedata.normalize("NFC", bare)
    return _WORD.findall(text)


def name_forms(name: str) -> frozenset[str]:
    """The forms in which a name is looked for: words parted by one blank; none for what is too short.

    A name of several words is also looked for with the last word first, as one word, and without the words in the
    middle; one with umlauts also as it is spelled without them.
    """
    found: set[str] = set()
    for spelled in _spellings(name):
        parts = words(spelled)
        if len(parts) > 1:
            first, *middle, last = parts
            found |= {" ".join(parts), " ".join((last, first, *middle)), f"{first} {last}", f"{last} {first}"}
            found |= {"".join(parts)} if sum(map(len, parts)) >= SHORTEST_JOINED else set()
        else:
            found |= set(parts)
    return frozenset(form for form in found if len(form) >= (2 if is_unspaced(form) else SHORTEST_WORD))


def _spellings(name: str) -> set[str]:
    """A name as it is written; the first name in front; umlauts spelled out; without apostrophes."""
    last, comma, first = name.partition(",")
    whole = f"{first} {last}" if comma and first.strip() else name
    typed = normal(whole).casefold()
    return {whole, typed.translate(_TO_SPELLED_OUT), _APOSTROPHE.sub("", typed)}


def short_forms(name: str) -> frozenset[str]:
    """The forms in which the last word of a name stands alone: behind an initial or a form of address."""
    found: set[str] = set()
    for spelled in _spellings(name):
        parts = words(spelled)
        if len(parts) > 1 and len(parts[-1]) >= SHORTEST_WORD and parts[-1].isalpha():
            found |= {f"{before} {parts[-1]}" for before in (parts[0][:1], *FORMS_OF_ADDRESS)}
            found |= {f"{parts[0][:1]} {' '.join(parts[1:])}"}
    return frozenset(found)


def is_unspaced(form: str) -> bool:
    """Whether a form is in a script without blanks between words, where no other letter ends a name."""
    return _IN_UNSPACED.search(form) is not None


@cache
def _form_pattern(form: str) -> re.Pattern[str]:
    if is_unspaced(form):
        return re.compile(re.escape(form))
    return re.compile(r"(?: \S)?".join(f" {re.escape(word)}" for word in form.split(" ")) + "(?= )")


class Words:
    """The words of one text, in which names are found as whole words; initials between two of them are passed over."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._joined = f" {' '.join(words(text))} "

    def lines_of(self, form: str, unless: str = "") -> Iterator[int]:
        """The line of each place of a name's form, apart from places where a longer text begins with it."""
        for match in _form_pattern(form).finditer(self._joined):
            if not unless or not self._joined.startswith(unless, match.start()):
                yield self._line(self._joined.count(" ", 0, match.start() + 1))

    def _line(self, number: int) -> int:
        """The line of the n-th word."""
        seen = itertools.accumulate(len(words(text)) for text in self.text.split("\n"))
        return next((line for line, count in enumerate(seen, start=1) if count >= number), 1)


def identifies(tenant: str) -> bool:
    """Whether an id can be told from other words: eight letters and digits or more, a digit or a dot among them.

    Files that people made anonymous have words such as `String` in place of an id, or one digit repeated.
    """
    letters = [letter for letter in lowered(normal(tenant)) if letter.isalnum()]
    return len(letters) >= 8 and len(set(letters)) > 3 and ("." in tenant or any(map(str.isdigit, letters)))


@cache
def id_pattern(tenant: str) -> re.Pattern[str]:
    """Finds an id in a text that is normal and lowered: with other marks between its characters, or with none.

    An id that is shorter than a GUID is found as a whole word only.
    """
    return re.compile(_pattern(tenant, re.escape, r"[\W_]{0,8}"))


@cache
def written_id_pattern(tenant: str) -> re.Pattern[str]:
    """Finds an id in a text as it was written: in any case, in full width, with escaped dashes."""

    def either(letter: str) -> str:
        forms = {letter, letter.upper()} | ({chr(ord(letter) + 0xFEE0)} if "!" <= letter <= "~" else set())
        return f"[{re.escape(''.join(sorted(forms | {form.upper() for form in forms})))}]"

    mark = r"(?:%(?:25)*2[dD]|&#(?:25;#)*0*45;|&#[xX]0*2[dD];|&[A-Za-z]{2,8};|[\W_]){0,8}?"
    return re.compile(_pattern(tenant, either, mark))


def _pattern(tenant: str, character: Callable[[str], str], between: str) -> str:
    letters = [letter for letter in lowered(normal(tenant)) if letter.isalnum()]
    joined = between.join(character(letter) for letter in letters)
    return joined if len(letters) >= 24 else f"(?<![^\\W_]){joined}(?![^\\W_])"


def without_ids(text: str, tenants: Iterable[str]) -> str:
    """The text with every id that can be told from other words replaced, however it is written."""
    for tenant in sorted(tenants):
        if identifies(tenant):
            text = written_id_pattern(tenant).sub("[tenant id]", text)
    return text


def mentions_id(text: str, tenants: Iterable[str]) -> bool:
    """Whether a text holds an id that can be told from other words, however it is written."""
    small = lowered(normal(decoded(text)))
    return any(id_pattern(tenant).search(small) for tenant in tenants if identifies(tenant))


def without_word(text: str, tenants: Iterable[str]) -> str:
    """The text with every id replaced, also one that is a common word, where it stands as a whole word."""
    text = without_ids(text, tenants)
    for tenant in sorted(tenants):
        if len(tenant.strip()) >= SHORTEST_WORD and not identifies(tenant):
            text = re.sub(rf"(?i)(?<!\w){re.escape(tenant.strip())}(?!\w)", "[tenant id]", text)
    return text


def _escaped(body: str) -> str:
    """What one backslash escape of JSON or JavaScript stands for."""
    if body[0] in "ux" and len(body) > 1:
        return _character(body[1:].strip("{}"))
    return " " if body in "nrtbfv0" else body


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 31 < number <= 0x10FFFF else " "


def _printable(content: bytes) -> str:
    return _CONTROL.sub(" ", content.decode("utf-8", "replace")).replace("\n", " ").replace("\t", " ")


def _joined(text: str) -> str:
    """Pairs of surrogates as the character that they are."""
    if text.isascii() or not _LONE_SURROGATE.search(text):
        return text
    pairs = _SURROGATES.sub(lambda match: match[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", pairs)


@lru_cache(maxsize=1000)
def _blank_for_tag(name: str) -> str:
    """What stands for a tag of this name; remembered, because a page has thousands of tags of a few names."""
    tag = name.strip("/").lower()
    return "" if tag in INLINE_TAGS or tag.startswith("!--") else " "
