# SPDX-License-Identifier: Apache-2.0
"""What CHANGELOG.md says of a version, and whether the version may be tagged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

HEADING = re.compile(r"^## (?P<title>.*)$", re.MULTILINE)
TITLE = re.compile(r"\[(?P<name>[^]]+)\](?: - (?P<day>.*))?")
LINK = re.compile(r"(\]\()(?!https?://|#|mailto:)([^)\s]+\))")


@dataclass(frozen=True, slots=True)
class Section:
    """One version, or what is not released yet."""

    name: str
    """A version, or `Unreleased`."""
    day: str
    """As it stands there; empty for `Unreleased`."""
    text: str
    """Everything below the title, without surrounding empty lines."""

    @property
    def entries(self) -> list[str]:
        """The first line of each entry."""
        return [line for line in self.text.splitlines() if line.startswith("- ")]


def sections(text: str) -> list[Section]:
    """The sections of a changelog in the form of Keep a Changelog, in their order."""
    heads = list(HEADING.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    found = []
    for head, end in zip(heads, ends, strict=True):
        title = TITLE.fullmatch(head["title"].strip())
        name, day = (title["name"], title["day"] or "") if title else (head["title"].strip(), "")
        found.append(Section(name, day, text[head.end() : end].strip()))
    return found


def faults(text: str, version: str) -> Iterator[str]:
    """Why a version may not be tagged yet, each with what to do."""
    found = sections(text)
    if not found or found[0].name != "Unreleased":
        yield "CHANGELOG.md does not begin with the section [Unreleased]. Keep it above the versions, also empty."
        return
    if len(found) < 2 or found[1].name != version:
        yield f"CHANGELOG.md has no section for {version}. Rename [Unreleased] to `## [{version}] - YYYY-MM-DD`."
        return
    if found[0].entries:
        yield f"[Unreleased] in CHANGELOG.md still has entries. Move them to [{version}], which will contain them."
    if not found[1].entries:
        yield f"[{version}] in CHANGELOG.md has no entry. Say what the version brings."
    days = [day_of(section) for section in found[1:]]
    if None in days:
        yield "A version in CHANGELOG.md has no day. Write `## [VERSION] - YYYY-MM-DD`."
    elif any(above < below for above, below in pairwise(day for day in days if day)):
        yield "The versions in CHANGELOG.md are not in order of their days. Put the newest first."


def day_of(section: Section) -> date | None:
    """The day of a version, if it has one in the one form."""
    try:
        return date.fromisoformat(section.day) if len(section.day) == len("YYYY-MM-DD") else None
    except ValueError:
        return None


def notes(text: str, version: str, repository: str) -> str:
    """The notes of a release, in Markdown: how to get it, and its section, or what is unreleased where there is none.

    Args:
        text: The changelog.
        version: The version.
        repository: `OWNER/NAME`, for links and commands.
    """
    named = {section.name: section for section in sections(text)}
    section = named.get(version) or named["Unreleased"]
    address = f"https://github.com/{repository}"
    told = LINK.sub(rf"\g<1>{address}/blob/v{version}/\g<2>", section.text)
    return f"""\
Install it with `pipx install secure-score-backlog=={version}` or `uv tool install secure-score-backlog=={version}`, or
by hash with `python -m pip install --require-hashes -r secure-score-backlog-requirements.txt`. From which commit a file
was made: `gh attestation verify FILE --repo {repository}`. Its components: `secure-score-backlog.cdx.json` (CycloneDX).

{told}
"""
