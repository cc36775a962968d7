# SPDX-License-Identifier: Apache-2.0
"""The page that says what a commit is: on the site of every reader who sees citations, and linked from each kind."""

from __future__ import annotations

import pytest

from secure_score_backlog.evidence.signatures import GITHUB_KEYS
from secure_score_backlog.site.pages import citations
from secure_score_backlog.site.profiles import INSURER, INTERNAL, Profile
from tests.site.test_profiles import content
from tests.support.backlogs import backlog
from tests.support.pages import Read

LINKED = {
    INTERNAL.name: ["insurers.md", "insurers/common.md", "evidence.md", "register.md", "recommendations/accept.md"],
    INSURER.name: ["insurers.md", "insurers/common.md", "index.md", "register.md"],
}


@pytest.mark.parametrize("profile", [INTERNAL, INSURER], ids=lambda profile: profile.name)
def test_the_page_is_there_and_linked(profile: Profile) -> None:
    """From wherever a citation stands."""
    made = content(backlog(), profile)
    for path in LINKED[profile.name]:
        address = "../citations.html" if "/" in path else "citations.html"
        assert f'<a href="{address}">' in made[path], path
    assert "What a commit is" in made["citations.md"]


def test_it_says_what_each_word_proves_and_what_not() -> None:
    """Every term has all three; the words that an underwriter asks about are among them."""
    words = " ".join(term.word for term in citations.TEXTS.terms)
    for word in ("Hash", "Commit", "Pull request", "Approval", "Merge", "Signature"):
        assert word in words
    page = Read(backlog(), citations.documents)
    for term in citations.TEXTS.terms:
        for text in (term.word, term.means, term.proves, term.leaves_open):
            assert " ".join(text.split()) in page.sections["words"]


def test_the_example_is_one_of_the_register() -> None:
    """With what is known of its approval; without a citation there is no example."""
    facts = backlog()
    (entry,) = (each for each in facts.register if each.citation)
    page = Read(facts, citations.documents)
    assert f"“{entry.status.title}”" in page.lead
    assert entry.citation is not None
    assert entry.citation.commit[:10] in page.lead
    assert citations.example([]) is None


def test_the_key_is_the_one_that_signatures_are_checked_with() -> None:
    """The page names the end of the fingerprint, as GitHub shows it."""
    said = " ".join(step for way in citations.TEXTS.checks for step in way.steps)
    assert any(key.upper()[-16:] in said for key in GITHUB_KEYS)
