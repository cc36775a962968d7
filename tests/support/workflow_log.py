# SPDX-License-Identifier: Apache-2.0
"""What the runner of GitHub Actions makes of a log and of a job's summary, read as it reads them.

Commands: a line that begins, after blanks, with `::name properties::data`; the first `::` after the name ends the
properties. In data `%0D`, `%0A` and `%25` are decoded, in properties `%3A` and `%2C` too. An older form is
`##[name]data` anywhere in a line. The rules are those of the runner's own source (actions/runner, ActionCommand.cs).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt


@dataclass(frozen=True)
class Obeyed:
    """A command that the runner obeys."""

    name: str
    properties: dict[str, str]
    data: str


def obeyed(log: str) -> list[Obeyed]:
    """Every command in a log, in its order."""
    found = []
    for line in re.split(r"\r\n|\r|\n", log):
        stripped = line.lstrip()
        if stripped.startswith("::") and "::" in stripped[2:]:
            head, data = stripped[2:].split("::", 1)
            name, _, written = head.partition(" ")
            pairs = (pair.split("=", 1) for pair in written.strip().split(",") if "=" in pair)
            found.append(Obeyed(name, {key: _property(value) for key, value in pairs}, _data(data)))
        elif old := re.search(r"##(?:\[|vso\[)([^\]]*)\](.*)", line):
            found.append(Obeyed(old[1], {}, old[2]))
    return found


def _data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _property(text: str) -> str:
    decoded = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",")
    return decoded.replace("%25", "%")


@dataclass
class Shown(HTMLParser):
    """What a reader of rendered Markdown sees: the elements, the text outside code, and all text."""

    elements: set[str] = field(default_factory=set)
    outside: str = ""
    text: str = ""
    attributes: list[tuple[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing read yet."""
        super().__init__()
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.add(tag)
        self.attributes += attrs
        self.depth += tag in ("code", "pre")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        self.depth -= tag in ("code", "pre")

    def handle_data(self, data: str) -> None:
        """A text."""
        self.text += data
        self.outside += "\0" if self.depth else data

    def handle_comment(self, data: str) -> None:
        """A comment, which a reader does not see."""
        self.elements.add("!--")

    def handle_decl(self, decl: str) -> None:
        """A declaration."""
        self.elements.add("!")

    def handle_pi(self, data: str) -> None:
        """An instruction."""
        self.elements.add("?")


def shown(markdown: str) -> Shown:
    """Markdown as GitHub renders it, with tables and with the HTML that it holds."""
    page = Shown()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    page.close()
    return page


ACTIVE = re.compile(r"@\w|#\d|\bGH-\d|://|\bwww\.|\b[0-9a-f]{7,40}\b|:[a-z0-9_+-]+:", re.IGNORECASE)
"""What GitHub makes active in a finished page, outside code: a mention, an issue, an address, a commit, a picture."""


def active(page: Shown) -> list[str]:
    """What of a rendered text is active."""
    return ACTIVE.findall(page.outside)
