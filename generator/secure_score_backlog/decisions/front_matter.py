# SPDX-License-Identifier: Apache-2.0
"""Front matter and body of a Markdown file: bytes in, values out, whatever the bytes are."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.strict_yaml import YamlData, decode, read_yaml, too_large


@dataclass(frozen=True, slots=True)
class FrontMatter(YamlData):
    """The front matter of a Markdown file, and the Markdown below it."""

    body: str = ""
    """Markdown as written, line endings normalised to LF."""
    body_line: int = 1
    """Line of the body's first line, from 1."""


LARGEST_FRONT_MATTER = 65_536
"""Characters between the dashes."""
REMEMBERED = 8192
"""How many contents are kept parsed: a history repeats most of its versions, and YAML is slow to read."""

OPENING = re.compile(r"---[ \t]*")


def parse(text: bytes | str, path: str) -> FrontMatter:
    """The front matter of a file, its body, the line of every key, and what is wrong with it.

    Never raises for content. The result is remembered by content: treat its data as read-only.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    found = parse_content(content)
    return replace(found, path=path, problems=tuple(replace(fault, path=path) for fault in found.problems))


@lru_cache(maxsize=REMEMBERED)
def parse_content(content: bytes) -> FrontMatter:
    """The same for bytes alone, with an empty path, so that it can be cached by content."""
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
        return FrontMatter("", problems=(too_large("The front matter", LARGEST_FRONT_MATTER),))
    yaml = read_yaml(header, "", first_line=2)
    problems = yaml.problems
    if not yaml.data and not problems:
        problems = (_empty(),)
    return FrontMatter("", yaml.data, yaml.lines, problems, "\n".join(lines[end + 1 :]), end + 2)


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
            "There are blank lines above the front matter.",
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
