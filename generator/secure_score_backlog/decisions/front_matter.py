# SPDX-License-Identifier: Apache-2.0
"""Front matter and body of a Markdown file: bytes in, values out, whatever the bytes are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.strict_yaml import YamlData, decode, read_rest, read_yaml, too_large


@dataclass(frozen=True, slots=True)
class FrontMatter(YamlData):
    """The front matter of a Markdown file, and the Markdown below it."""

    body: str = ""
    """Markdown as written, line endings normalised to LF."""
    body_line: int = 1
    """Line of the body's first line, from 1."""


LARGEST_FRONT_MATTER = 65_536
"""Characters between the dashes."""

DASHES = re.compile(r"---[ \t]*")


def parse(text: bytes | str, path: str) -> FrontMatter:
    """The front matter of a file, its body, the line of every key, and what is wrong with it.

    Never raises for content.
    """
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    decoded = decode(content, path)
    if isinstance(decoded, Problem):
        return FrontMatter(path, problems=(decoded,))
    lines = decoded.split("\n")
    if not DASHES.fullmatch(lines[0]):
        return FrontMatter(path, problems=(_missing(path, lines),), body=decoded)
    end = next((number for number, line in enumerate(lines[1:], start=1) if DASHES.fullmatch(line)), None)
    if end is None:
        message = "The front matter is never closed, so nothing of it was read."
        hint = "Add a line of exactly three dashes (---), not indented, below the last key."
        return FrontMatter(path, problems=(problem("front-matter-not-closed", path, 1, message, hint),))
    header = "\n".join(lines[1:end]) + "\n"
    if len(header) > LARGEST_FRONT_MATTER:
        return FrontMatter(path, problems=(too_large("The front matter", LARGEST_FRONT_MATTER, path),))
    yaml = read_yaml(header, path, first_line=2)
    if any(each.code == "yaml-syntax" for each in yaml.problems):
        yaml = read_rest(header, yaml, 2)
    problems = yaml.problems
    if not yaml.data and not problems:
        hint = "Write lines such as `bucket: do-soon` between the dashes."
        problems = (problem("yaml-not-a-mapping", path, 2, "The front matter holds no keys.", hint),)
    return FrontMatter(path, yaml.data, yaml.lines, problems, "\n".join(lines[end + 1 :]), end + 2)


def _missing(path: str, lines: list[str]) -> Problem:
    """Why there is no front matter on line 1."""
    first = next((number for number, line in enumerate(lines, start=1) if line.strip()), None)
    if first is None:
        message = "The file is empty."
        hint = "Delete it; then use *Propose a decision* on the page of the recommendation, or run `backlog decide ID`."
    elif first > 1 and DASHES.fullmatch(lines[first - 1]):
        message = "There are blank lines above the front matter."
        hint = "Delete them, so that line 1 is --- and nothing else."
    else:
        message = "The file does not begin with front matter."
        hint = "Make line 1 three dashes (---), then `key: value` lines, then three dashes again."
    return problem("front-matter-missing", path, 1, message, hint)
