# SPDX-License-Identifier: Apache-2.0
"""Texts of other people, made safe to show on a page, in a message or on a terminal."""

from __future__ import annotations

import difflib
import html
import json
import re
import shlex
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup

SHOWN_LENGTH = 60
"""Characters of a text that a message quotes."""


def escaped(text: str) -> str:
    r"""A text of which every character shows and stands on one line: a line break becomes `\n`, a control `\x1b`.

    A byte that is not UTF-8 becomes a replacement character.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _shown(letter) for letter in text)


def _shown(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    return letter if category == "Zs" else _escaped(letter)


def printable(text: str) -> str:
    """A text without control characters, which a terminal would obey; each becomes a replacement character."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def one_line(text: str) -> str:
    """A text on one line, without characters that show nothing or reorder what follows."""
    return " ".join(visible(text).split())


def shell_quoted(text: str) -> str:
    """A text as one argument of a command that is to be copied, in POSIX shells and in PowerShell alike.

    A text with both kinds of quotes, or with a quote beside a mark that double quotes do not protect, is quoted for
    POSIX shells.
    """
    if text and all(letter.isalnum() or letter in "._-:/" for letter in text) and not text.startswith("-"):
        return text
    if "'" not in text:
        return f"'{text}'"
    return shlex.quote(text) if any(mark in text for mark in '"$`\\!') else f'"{text}"'


OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that a terminal obeys instead of showing: controls, directions, separators of lines."""
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_OLD_COMMAND = re.compile(r"##(?=\[|vso\[)")


def for_terminal(text: str) -> str:
    r"""A text that a terminal and the log of a workflow show and do not obey; line breaks and tabs stay.

    Controls, marks of direction and separators of lines become escapes such as `\x1b`. A line cannot begin with `::`,
    nor hold `##[`: the runner of a workflow would take it for a command.
    """
    plain = "".join(_escaped(letter) if _is_obeyed(letter) else letter for letter in text)
    return _OLD_COMMAND.sub(r"#\\#", _COMMAND.sub(r"\1\\:", plain))


def json_for_terminal(text: str) -> str:
    """The same for JSON: still the same data, because the escapes are those of JSON."""
    plain = "".join(json.dumps(letter)[1:-1] if _is_obeyed(letter) else letter for letter in text)
    return _OLD_COMMAND.sub(r"#\\u0023", plain)


def _is_obeyed(letter: str) -> bool:
    return not letter.isprintable() and letter not in "\n\t" and unicodedata.category(letter) in OBEYED


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def comparable(text: str) -> str:
    """A text as it is compared where neither letter case nor the blanks between words matter."""
    return " ".join(text.casefold().split())


def shown(value: object) -> str:
    """A text inside a message: in quotes, shortened and printable."""
    return f'"{shortened(value)}"'


def shortened(value: object) -> str:
    """The same without quotes, for an id or a name."""
    text = printable(" ".join(str(value).split()))
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


MOST_SUGGESTIONS = 100
"""How many words one check compares with all known ones, which takes long where both are many."""


class Suggestions:
    """The nearest known word for each of the first words that are asked about; None for any later one."""

    def __init__(self, known: Iterable[str]) -> None:
        """`known` is read when the first word is asked about."""
        self._known = known
        self._folded: dict[str, str] = {}
        self._answers: dict[str, str | None] = {}

    def in_another_case(self, word: str) -> str | None:
        """The known word that differs in upper and lower case alone."""
        if not self._folded:
            self._folded = {known.casefold(): known for known in sorted(self._known)}
        return self._folded.get(word.casefold())

    def nearest(self, word: str) -> str | None:
        """The known word that is most similar, of the known ones as they were first."""
        if word not in self._answers and len(self._answers) < MOST_SUGGESTIONS:
            self._answers[word] = nearest(word, self._known)
        return self._answers.get(word)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most similar, ignoring case; None where none is similar enough."""
    return _nearest(word, tuple(sorted(known)))


@lru_cache(maxsize=1_000)
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The same; remembered, because each month of a review asks about the same words."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    found = most_similar(word.casefold()[:100], by_folded)
    return by_folded[found] if found is not None else None


def most_similar(word: str, candidates: Iterable[str], least: float = 0.7) -> str | None:
    """What `difflib.get_close_matches` finds first: of the most similar candidates, the last in order.

    It compares each candidate in full that has enough letters in common; this one begins with those that have most,
    and ends where no other one can be as similar.
    """
    matcher = difflib.SequenceMatcher(b=word)
    letters = [(letter, word.count(letter)) for letter in set(word)]
    bounds = []
    for candidate in candidates:
        both, shared = len(word) + len(candidate), 0
        if 2.0 * min(len(word), len(candidate)) < least * both:
            continue
        for letter, count in letters:
            here = candidate.count(letter)
            shared += min(here, count)
        bound = 2.0 * shared / both if both else 1.0  # as `SequenceMatcher.quick_ratio`
        if bound >= least:
            bounds.append((bound, candidate))
    best: tuple[float, str] | None = None
    for bound, candidate in sorted(bounds, reverse=True):
        if best is not None and bound < best[0]:
            break
        matcher.set_seq1(candidate)
        ratio = matcher.ratio()
        if ratio >= least and (best is None or (ratio, candidate) > best):
            best = (ratio, candidate)
    return best[1] if best else None


_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff"
_DIRECTION = "\u202a-\u202e\u2066-\u2069"
"""Marks that reorder the text after them: readers would see another text than the one in the file."""
_HIDDEN = re.compile(f"[{_CONTROL}{_DIRECTION}]")

_BLANKS = re.compile("[^\\S\u00a0\u202f]+")
"""White space at which a line may end: a date and a number with its unit have other blanks."""
_PUNCTUATION = {code: f"&#{code};" for code in range(33, 127) if not chr(code).isalnum()}


def visible(text: str) -> str:
    """The text without characters that show nothing or reorder what follows; each becomes a visible mark."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub("\ufffd", text)


def plain_text(text: str) -> Markup:
    """One line of text that stays text, in HTML and in Markdown with any extension.

    Every ASCII punctuation mark becomes a character reference, so that nothing is left to be read as emphasis,
    link, list, attribute, snippet, emoji, footnote, table or macro. White space is collapsed, but for blanks at which
    no line ends.
    """
    return Markup(_BLANKS.sub(" ", visible(text)).strip().translate(_PUNCTUATION))  # noqa: S704 - every mark is replaced


def escape_html(text: str) -> str:
    """One line of text for front matter, which themes print without escaping."""
    return html.escape(" ".join(visible(text).split()), quote=True)
