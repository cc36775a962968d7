# SPDX-License-Identifier: Apache-2.0
"""Carries the HTML of computed pages past the builder's Markdown, which would parse it twice and change nothing.

A computed page is headings and blocks of HTML (`templates.py`). Python-Markdown looks for the end of each block by
parsing every tag, and MkDocs parses every tag once more for the names that links lead to. This extension of Markdown
puts each block where Markdown keeps HTML that it has found, and hands MkDocs the names alone. A page is the same
without it, only later: pages hold all of their HTML, for any builder (docs/adr/0036-ready-html.md).
"""

from __future__ import annotations

import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from secure_score_backlog.site.hand_written import is_marked

OPENING = '<div class="backlog">'
"""The first line of each block. Its last line closes that element, and none of its lines is empty."""
BLOCK = re.compile(rf"(?<=\n\n){OPENING}\n(?:.+\n)*?</div>\n(?=\n)")
"""A block, in a page that ends with an empty line."""
_NAME = re.compile(r'<[a-zA-Z][^<>]*?\s(?:id|name)="([^"<>]+)"')


class _KeepBlocks(Preprocessor):
    """Runs once white space is in order, before anything looks for markup: keeps each block of a computed page."""

    names: str = ""
    """An empty element for each name inside the blocks of the page that is being converted."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines, with a placeholder for each block."""
        self.names = ""
        source = "\n".join(lines)
        if OPENING not in source or is_marked(self.md):
            return lines
        names: dict[str, None] = {}

        def kept(block: re.Match[str]) -> str:
            names.update(dict.fromkeys(_NAME.findall(block[0])))
            return f"{self.md.htmlStash.store(block[0])}\n"

        lines = BLOCK.sub(kept, source).split("\n")
        self.names = "".join(f'<a id="{name}"></a>' for name in names)
        return lines


class _ShowNames(Preprocessor):
    """Runs just before MkDocs collects names: shows it those of the blocks."""

    def __init__(self, md: Markdown, blocks: _KeepBlocks) -> None:
        super().__init__(md)
        self._blocks = blocks

    def run(self, lines: list[str]) -> list[str]:
        """The lines, and one that holds the names."""
        return [*lines, self._blocks.names]


class _HideNames(_ShowNames):
    """Runs just after it, before Markdown looks for HTML."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines of the page alone."""
        return lines[:-1]


class ReadyHtml(Extension):
    """Keeps the blocks of computed pages from being parsed."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown calls it so
        """Register the three steps."""
        blocks = _KeepBlocks(md)
        md.preprocessors.register(blocks, "backlog_blocks", 29)  # white space is put in order at 30
        md.preprocessors.register(_ShowNames(md, blocks), "backlog_show_names", 21.5)  # MkDocs looks at 21
        md.preprocessors.register(_HideNames(md, blocks), "backlog_hide_names", 20.5)  # Markdown looks at 20


def makeExtension(**options: Any) -> ReadyHtml:  # noqa: N802 - Python-Markdown looks for this name
    """The extension, for Python-Markdown."""
    return ReadyHtml(**options)
