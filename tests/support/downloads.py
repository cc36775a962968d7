# SPDX-License-Identifier: Apache-2.0
"""The downloads of a backlog, and texts that attack each of their formats."""

from __future__ import annotations

import pytest

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.downloads import documents

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "\uff1d1+1",
    "words;=1+1",
    'words";"=1+1',
    "words\n=1+1",
    "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VEVENT",
    "</title></entry><script>alert(1)</script>&evil;]]>",
    "\x00\x01\x0b\x1b[31m\ufffe\ud800",
    "\u202ereversed",
    "メールボックスの監査を有効にする、、、" * 40,
    "https://evil.example/?a=1;b=2,c=3\\",
    "x" * 20_000,
    '"quoted, and; more"',
    "{{ 7*7 }}",
)
hostile = pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))


def files(made: Facts) -> dict[str, bytes]:
    """Every download of a backlog, by path, and the page about them."""
    return {document.path: document.content for document in documents(made, Site.of(made))}
