# SPDX-License-Identifier: Apache-2.0
"""The generated pages of the guide say what the model declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from secure_score_backlog.files import Document
from secure_score_backlog.site.guide import guide_pages

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", guide_pages(), ids=lambda page: page.path)
def test_generated_pages_are_current(page: Document) -> None:
    """`make guide` would change nothing."""
    assert (DOCS / page.path).read_bytes() == page.content
