# SPDX-License-Identifier: Apache-2.0
"""A document: path and bytes, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the site's sources (or of any folder), not yet on disk."""

    path: str
    """Relative to the folder it will be written to, with forward slashes."""
    content: bytes

    @staticmethod
    def of_text(path: str, text: str) -> Document:
        """A document from text: UTF-8, LF, one newline at the end."""
        return Document(path, (text.rstrip("\n") + "\n").encode("utf-8"))
