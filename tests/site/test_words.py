# SPDX-License-Identifier: Apache-2.0
"""Pages use the terms of the glossary, one term for one thing, and no figures of speech."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import secure_score_backlog

PACKAGE = Path(secure_score_backlog.__file__).parent
TEXTS = sorted(
    [
        *(PACKAGE / "site").glob("pages/*"),
        *(PACKAGE / "site").glob("theme/*.j2"),
        *(PACKAGE / "site").glob("theme/assets/*.js"),
        *(PACKAGE / "site").glob("charts/*"),
        *(PACKAGE / "site").glob("*.py"),
        *(path for path in (PACKAGE / "content").glob("*.yml") if path.stem != "portal_csv"),
        PACKAGE / "wording.py",
        PACKAGE / "decisions" / "words.py",
    ]
)
"""What the words on pages come from. Texts of Microsoft, of ratings and of decisions are not ours to choose."""

INSTEAD = {
    r"somebody|nobody|anybody|whoever": "the role or the fact",
    r"carr(y|ied|ies) (a |the )?risks?|knowingly": "accepted risk",
    r"lost again|fell back|fallen back|fell below|then lost|healed": "regressed, breached, restored",
    r"said to (be|apply|not)|on (somebody|an administrator)’?'?s word|merely claimed": "self-attested",
    r"ran out|run out|lapsed|gives? up": "expired, ended",
    r"new answer|another answer|no answer|decided? anew": "decision",
    r"left lying|standing still|stands? still|rots|lives? on|lies around": "no activity",
    r"to take away|ask elsewhere|master keys|lying|gravest|mend": "plain words",
    r"hygiene": "needs attention",
    r"an unknown number of": "unknown",
    r"(a|the|no|every|each|and|or) covers?": "exemption",
}
"""Words that pages do not use, by what they say instead."""


@pytest.mark.parametrize("path", [path for path in TEXTS if path.is_file()], ids=lambda path: path.name)
def test_no_page_uses_a_retired_word(path: Path) -> None:
    """Texts, comments and names alike: a word that is gone from pages does not come back through the code."""
    text = path.read_text(encoding="utf-8")
    found = {
        match[0]: instead for words, instead in INSTEAD.items() for match in re.finditer(rf"(?i)\b({words})\b", text)
    }
    assert found == {}
