# SPDX-License-Identifier: Apache-2.0
"""Front matter and body of a Markdown file: bytes in, values out, whatever the bytes are."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from secure_score_backlog.model.front_matter import FrontMatter
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.records.yaml_tree import read_yaml
from secure_score_backlog.records.yaml_values import CONTROL
from secure_score_backlog.rules.deciding.rule_table import problem

LARGEST_FILE = 1_000_000
"""Bytes; a decision with its discussion is a few thousand."""
LARGEST_FRONT_MATTER = 65_536
"""Characters between the dashes."""
REMEMBERED = 8192
"""How many contents are kept parsed: a history repeats most of its versions, and YAML is slow to read."""

OPENING = re.compile(r"---[ \t]*")
OTHER_ENCODINGS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))
SAVE_AGAIN = "Save it again as UTF-8: `Save as` in Notepad, `Save with encoding` in VS Code."


def parse(text: bytes | str, path: str) -> FrontMatter:
    """The front matter of a file, its body, the line of every key, and what is wrong with it.

    Never raises for content. The result is remembered by content: treat its data as read-only.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    found = parse_content(content)
    return replace(found, path=path, problems=tuple(replace(fault, path=path) for fault in found.problems))


@lru_cache(maxsize=REMEMBERED)
def parse_content(content: bytes) -> FrontMatter:
    """The same for bytes alone, with an empty path: the seam for a cache by content."""
    decoded = decode(content, "")
    if isinstance(decoded, Problem):
        return FrontMatter("", problems=(decoded,))
    lines = decoded.split("\n")
    if not OPENING.fullmatch(lines[0]):
        return FrontMatter("", problems=(_not_opened(lines),), body=decoded)
    end = next((number for number, line in enumerate(lines[1:], start=1) if OPENING.fullmatch(line)), None)
    if end is None:
        return FrontMatter("", problems=(_not_closed(),))
    header = "\n".join(lines[1:end]) + "\n"
    if len(header) > LARGEST_FRONT_MATTER:
        return FrontMatter("", problems=(_too_large("The front matter", LARGEST_FRONT_MATTER),))
    yaml = read_yaml(header, "", first_line=2)
    problems = yaml.problems
    if not yaml.data and not problems:
        problems = (_empty(),)
    return FrontMatter("", yaml.data, yaml.lines, problems, "\n".join(lines[end + 1 :]), end + 2)


def decode(content: bytes, path: str) -> str | Problem:
    """The text of a file with LF line endings and without byte-order mark, or why it is not text."""
    if len(content) > LARGEST_FILE:
        return replace(_too_large("The file", LARGEST_FILE), path=path)
    for mark, name in OTHER_ENCODINGS:
        if content.startswith(mark):
            return problem("file-encoding", path, 1, f"The file is written in {name}, not in UTF-8.", SAVE_AGAIN)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # decode("utf-8-sig") counts positions behind the mark
        read = content.removeprefix(b"\xef\xbb\xbf")[: error.start]
        line = 1 + read.count(b"\n") + read.count(b"\r") - read.count(b"\r\n")
        return problem("file-encoding", path, line, "This line holds bytes that are not UTF-8.", SAVE_AGAIN)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = CONTROL.search(text)
    if control:
        line = 1 + text.count("\n", 0, control.start())
        name = f"U+{ord(control.group()):04X}"
        return problem(
            "file-characters",
            path,
            line,
            f"A control character ({name}) stands on this line.",
            "Delete the line and type it again; if the whole file looks garbled, save it as UTF-8.",
        )
    return text


def _not_opened(lines: list[str]) -> Problem:
    if not any(line.strip() for line in lines):
        return problem(
            "front-matter-missing",
            "",
            1,
            "The file is empty.",
            "Delete it and run `backlog decide ID`, which writes the scaffold.",
        )
    number = next((number for number, line in enumerate(lines, start=1) if line.strip()), 1)
    if number > 1 and OPENING.fullmatch(lines[number - 1]):
        return problem(
            "front-matter-missing",
            "",
            1,
            "Blank lines stand above the front matter.",
            "Delete them, so that line 1 is --- and nothing else.",
        )
    return problem(
        "front-matter-missing",
        "",
        1,
        "The file does not begin with front matter.",
        "Make line 1 three dashes (---), then `key: value` lines, then three dashes again.",
    )


def _not_closed() -> Problem:
    return problem(
        "front-matter-not-closed",
        "",
        1,
        "The front matter is never closed, so nothing of it was read.",
        "Add a line of exactly three dashes (---), not indented, below the last key.",
    )


def _empty() -> Problem:
    return problem(
        "yaml-not-a-mapping",
        "",
        2,
        "The front matter holds no keys.",
        "Write lines such as `bucket: do-soon` between the dashes.",
    )


def _too_large(what: str, limit: int) -> Problem:
    return problem(
        "file-too-large",
        "",
        1,
        f"{what} is longer than {limit} characters and was not read.",
        "Keep the answer here, and link to long evidence with `links`.",
    )
