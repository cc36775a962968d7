# SPDX-License-Identifier: Apache-2.0
"""Finds raw HTML, and links that run code, in the texts of a decision.

A decision is plain Markdown, so that the pull request shows the reviewer what the site will show. The site sanitises
its output all the same. Where Markdown dialects differ, the stricter one decides: a `<` is allowed only where every
dialect takes it for code. A CommonMark parser alone would be less safe: of random texts in which Python-Markdown,
which the site uses, passes a tag through, it takes one in nine for code; and it is not linear on rows of brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.markdown_limits import find_excess
from secure_score_backlog.problems import MOST_REPEATED, Problem, problem
from secure_score_backlog.strict_yaml import Place

TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?://[^\s<>]*>)(?![A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>)", re.IGNORECASE)
"""What a browser takes for a tag, a comment or an instruction; `<https://…>` and `<name@host>` are Markdown."""
LINK = re.compile(r"(?:\]\(\s{0,20}<?|^[ ]{0,3}\[[^\]\n]{1,200}\]:\s{0,20}<?)([A-Za-z][A-Za-z0-9+.-]*):", re.MULTILINE)
SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
BLANK_LINE = re.compile(r"\n[ \t]*\n")
TICKS = re.compile(r"`+")
FENCE = re.compile(r"(`{3,}|~{3,})[ ]*[\w#.+-]*[ ]*")
LIST_ITEM = re.compile(r"[ ]{0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)")


def find_raw_html(text: str) -> list[int]:
    """Line offsets from 0 of raw HTML outside code."""
    if "<" not in text:
        return []
    return [number for number, line in enumerate(without_code(text)) if TAG.search(line)]


def find_unsafe_links(text: str) -> list[int]:
    """Line offsets from 0 of links in Markdown whose scheme is not http, https or mailto."""
    if "](" not in text and "]:" not in text:
        return []
    plain = "\n".join(without_code(text))
    breaks = [found.start() for found in re.finditer("\n", plain)]
    unsafe = (link for link in LINK.finditer(plain) if link[1].lower() not in SAFE_SCHEMES)
    return [bisect_right(breaks, link.start(1)) for link in unsafe]


def without_code(text: str) -> list[str]:
    """The lines with code taken out: fenced and indented blocks, and spans that any reading takes for code."""
    lines = ["" if code else line for line, code in _Blocks(text.split("\n")).read()]
    by_line = [_without_spans(line) for line in lines]
    by_text = _without_spans("\n".join(lines)).split("\n")
    # a code span must be one both on its own line and in the whole text: a stray backtick above must not hide a tag
    return [one if one == two else _either(one, two) for one, two in zip(by_line, by_text, strict=True)]


def _either(one: str, two: str) -> str:
    return "".join(left if left != " " else right for left, right in zip(one, two, strict=True))


def _without_spans(text: str) -> str:
    """The text with code spans blanked, line breaks kept.

    A span ends at the next run of as many backticks in its paragraph. Readers disagree about what follows an
    escaped run, or one without a partner: from there on, nothing in the paragraph counts as code.
    """
    runs = [(found.start(), found.end()) for found in TICKS.finditer(text)]
    starts: dict[int, list[int]] = {}
    for start, end in runs:
        starts.setdefault(end - start, []).append(start)
    for same in starts.values():
        same.append(len(text))
    ends = [*(found.start() for found in BLANK_LINE.finditer(text)), len(text)]
    pieces, done = [], 0
    for start, end in runs:
        if start < done:
            continue
        paragraph = ends[bisect_right(ends, start)]
        same = starts[end - start]
        partner = same[bisect_right(same, start)]
        if partner >= paragraph or text[start - 1 : start] == "\\":
            stop = paragraph
            pieces.append(text[done:stop])
        else:
            stop = partner + end - start
            pieces += [text[done:start], re.sub(r"[^\n]", " ", text[start:stop])]
        done = stop
    return "".join([*pieces, text[done:]])


class _Blocks:
    """Tells code blocks from text, line by line."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.unclosed: dict[str, int] = {}
        """By fence character, the length of the shortest fence that nothing below closes."""

    def read(self) -> Iterator[tuple[str, bool]]:
        """Each line with whether it belongs to a code block."""
        index, after_blank, in_list = 0, True, False
        while index < len(self.lines):
            line = self.lines[index]
            end = self.fence_end(index)
            if end is not None:
                yield from ((inside, True) for inside in self.lines[index : end + 1])
                index, after_blank = end + 1, False
                continue
            if LIST_ITEM.match(line):
                in_list = True
            elif line.strip() and not line.startswith((" ", "\t")) and after_blank:
                in_list = False
            indented = line.startswith(("    ", "\t")) and after_blank and not in_list
            yield line, indented
            after_blank = indented or not (line.strip() or (line and index == 0))  # blanks on line 1 are text to some
            index += 1

    def fence_end(self, start: int) -> int | None:
        """The line that closes the fence opened on a line; None where none is opened, or it is never closed."""
        opened = FENCE.fullmatch(self.lines[start])
        if not opened:
            return None
        mark = opened[1]
        if len(mark) >= self.unclosed.get(mark[0], len(mark) + 1):
            return None
        for number in range(start + 1, len(self.lines)):
            closing = self.lines[number].strip()
            if len(closing) >= len(mark) and not closing.strip(mark[0]):
                # some dialects close with a longer or an indented fence and others do not: then it may not be code
                return number if self.lines[number].rstrip(" ") == mark else None
        self.unclosed[mark[0]] = len(mark)
        return None


def markdown_problems(source: FrontMatter) -> list[Problem]:
    """A problem for every line of the body, and every key of the front matter, with raw HTML or an unsafe link.

    One more where the body is too long or too intricate to be converted.
    """
    html: set[int] = set()
    links: set[int] = set()
    for place, text in _texts(source.data, ()):
        line = source.line(*place)
        html |= {line} if find_raw_html(text) else set()
        links |= {line} if find_unsafe_links(text) else set()
    html |= {source.body_line + offset for offset in find_raw_html(source.body)}
    links |= {source.body_line + offset for offset in find_unsafe_links(source.body)}
    found = [_html(source.path, line) for line in sorted(html)[:MOST_REPEATED]]
    excess = find_excess(source.body)
    if excess is not None:
        found.append(excess.as_problem(source.path, source.body_line, "The text below the front matter"))
    return found + [_link(source.path, line) for line in sorted(links)[:MOST_REPEATED]]


def _html(path: str, line: int) -> Problem:
    return problem(
        "decision-raw-html",
        path,
        line,
        "There is raw HTML here; a decision is plain Markdown.",
        "Use Markdown, put code in `backticks`, or write a blank after the <.",
    )


def _link(path: str, line: int) -> Problem:
    return problem(
        "decision-bad-link",
        path,
        line,
        "A link here is neither http, nor https, nor mailto.",
        "Write a link that begins with https://, or a path in this repository.",
    )


def _texts(value: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text in the data, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*place, index))
