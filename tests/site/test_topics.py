# SPDX-License-Identifier: Apache-2.0
"""Topics: what is measured, what is not covered, and where else to look; nothing is claimed that has no score."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from secure_score_backlog.evaluation.insurance import OwnEvidence
from secure_score_backlog.git import Version
from secure_score_backlog.questionnaires.model import Says
from secure_score_backlog.questionnaires.shipped import shipped_questions
from secure_score_backlog.ratings import load_ratings, normalised
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import topics
from secure_score_backlog.topics import TOPICS
from tests.support.pages import Read, evaluated, words
from tests.support.tenants import day, history, workspace

LISTED = json.loads(files("secure_score_backlog.content").joinpath("recommendations.json").read_text(encoding="utf-8"))
KNOWN = {normalised(item["id"]) for item in LISTED["recommendations"]}


def pages(known: dict[str, tuple[int, int]]) -> dict[str, str]:
    """Every page of topics as a person reads it, of a tenant with these scores."""
    facts = evaluated(workspace(history(known) if known else history()), day(1))
    return {page.path: words(page.content.decode()) for page in topics.documents(facts, Site.of(facts))}


def test_every_recommendation_of_a_topic_is_known() -> None:
    """No id is misspelt: each is in the shipped list or is rated."""
    named = {name for topic in TOPICS.values() for name in topic.recommendations}
    rated = load_ratings().exact
    assert {name for name in named if normalised(name) not in KNOWN and normalised(name) not in rated} == set()
    assert all(len(set(topic.recommendations)) == len(topic.recommendations) for topic in TOPICS.values())


def test_a_topic_says_what_is_measured_here() -> None:
    """How many are done, what is open first; an instance number or another case is the same recommendation."""
    found = pages({"MFARegistrationV2": (9, 9), "AdminMFAV2": (0, 10), "11770.mda_google_enabletwofactorauth": (0, 7)})
    text = found["topics/mfa-multi-factor-authentication.md"]
    assert "Covered in part" in text
    assert "Secure Score measures 3 recommendations about this here; 1 is done: MFARegistrationV2" in text
    table = text.partition("{ #measured")[2]
    assert table.index("AdminMFAV2") < table.index("MFARegistrationV2")
    assert "Conditional Access policies with their exclusions" in text
    assert "1 of 3" in found["topics.md"]


@pytest.mark.parametrize("name", ["backup-and-restore", "awareness-and-phishing-training", "incident-response-plan"])
def test_what_is_not_covered_is_said_whatever_the_score(name: str) -> None:
    """With a place where to look."""
    text = pages({"AdminMFAV2": (10, 10)})[f"topics/{name}.md"]
    assert "Not covered by Secure Score. A high score says nothing about it." in text
    assert "Where to look The" in text
    assert "done" not in text.partition("Not covered")[0]


def test_own_evidence_and_questions_of_insurers_are_linked() -> None:
    """Where evidence answers a question about the subject; a subject without either says nothing of them."""
    facts = evaluated(workspace(history({"AdminMFAV2": (10, 10)})), day(1))
    (asked,) = facts.insurance.questionnaires
    version = Version("docs/evidence/test.md", "c" * 40, datetime(2026, 10, 2, tzinfo=UTC), "Jane Roe", "Show it")
    own = OwnEvidence(
        "test", version, "0" * 64, Says.SUPPORTED, "Head of IT", day(1), day(200), "All was restored", "", ("backup",)
    )
    answers = tuple(replace(each, evidence=(own,)) if each.question.id == "backup" else each for each in asked.answers)
    insurance = replace(facts.insurance, questionnaires=(replace(asked, answers=answers),), evidence=(own,))
    known = replace(facts, insurance=insurance)
    made = {page.path: page.content.decode() for page in topics.documents(known, Site.of(known))}
    page = made["topics/backup-and-restore.md"]
    assert "Own evidence, not verified by Microsoft test : All was restored. By Head of IT on 1 October 2026" in words(
        page
    )
    assert "#own-test" in page
    assert "Insurers ask" in page
    assert "#q-backup" in page
    assert not any(
        "Own evidence, not verified" in text for path, text in made.items() if path != "topics/backup-and-restore.md"
    )
    assert "Insurers ask" not in made["topics.md"]
    assert "Own evidence none" not in words(page)
    assert any("Own evidence none" in words(text) for text in made.values()), "asked by insurers, and nothing shows it"


def test_every_subject_is_asked_about_by_a_shipped_question() -> None:
    """So that its page tells what insurers ask."""
    assert {title for each in shipped_questions().values() for title in each.topics} == set(TOPICS)


def test_edr_on_servers_leads_to_the_answer_that_it_is_not_measured() -> None:
    """Whatever is measured of devices: the subject of EDR lists the question with its level."""
    said = pages({"scid_2000": (9, 9)})["topics/edr-endpoint-detection-and-response.md"]
    assert "Not measured Is endpoint detection and response running on all servers?" in said
    assert said.index("Which of the devices are servers") < said.index("EDR on servers")


def test_what_has_no_score_is_not_called_done() -> None:
    """A topic of which nothing is scored, and a tenant without a snapshot."""
    text = pages({"AdminMFAV2": (10, 10)})["topics/antivirus.md"]
    assert "none has a score here" in text
    assert "This does not count as compliant." in text
    assert "No snapshot is stored yet" in pages({})["topics/antivirus.md"]


def test_only_subjects_are_listed_sooner() -> None:
    """The search lists the page of a subject before others, and the list of all of them where it belongs."""
    facts = evaluated(workspace(history({"AdminMFAV2": (10, 10)})), day(1))
    made = {page.path: page.content.decode() for page in topics.documents(facts, Site.of(facts))}
    assert "boost" not in made.pop("topics.md")
    assert len(made) == len(TOPICS)
    assert all("search:\n  boost: 20\n" in text for text in made.values())
    assert Read(facts, topics.documents).lead.startswith("Secure Score measures settings")
