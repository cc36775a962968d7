# SPDX-License-Identifier: Apache-2.0
"""What pages, exports and JSON say of the licence that a recommendation needs, and of a rating by family."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from secure_score_backlog.decisions.model import Blocker, Bucket
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.exports.tables import board_table
from secure_score_backlog.licences import load_licences
from secure_score_backlog.ratings import Risk, load_ratings
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.pages import board, glossary, recommendation
from tests.support.pages import Read, evaluated
from tests.support.tenants import blocked, day, decision, history, stored, versions, workspace

FREE, P2, NOTHING = ["HasAADFree", "HasEOP"], ["HasAADFree", "HasAADP1", "HasAADP2"], None
LACKS = "Needs Entra ID P2, which this tenant does not have."


def tenant(identifier: str, services: list[str] | None, settings: Settings | None = None, **decided: Any) -> Facts:
    """A tenant with one open recommendation, the shipped ratings and licences, and services as Graph names them."""
    named = {} if services is None else {"enabledServices": services}
    measured = history(stored({identifier: (1, 7)}, **named))
    answers = {identifier: versions((1, decision(identifier, **decided)))} if decided else {}
    known = workspace(measured, answers, settings=settings, ratings=load_ratings())
    return evaluated(replace(known, licences=load_licences()), day(1))


@pytest.mark.parametrize(
    ("identifier", "services", "sentence"),
    [
        ("UserRiskPolicy", FREE, f"{LACKS} Source: ID Protection."),
        ("UserRiskPolicy", P2, "Needs Entra ID P2, which this tenant has. Source: ID Protection."),
        ("UserRiskPolicy", NOTHING, "Needs Entra ID P2. It is unknown whether this tenant has it."),
        ("UserRiskPolicy", ["HasExchange"], "Needs Entra ID P2. It is unknown whether this tenant has it."),
        ("scid_2010", FREE, "Defender for Business). It is unknown whether this tenant has it."),
        ("exo_mailtipsenabled", FREE, "It is unknown which licence this needs."),
    ],
)
def test_a_recommendations_page_says_which_licence_it_needs(
    identifier: str, services: list[str] | None, sentence: str
) -> None:
    """In full, with the source of the fact; what Graph did not say is unknown."""
    page = Read(tenant(identifier, services), recommendation.documents)
    assert sentence in page.text
    assert ("does not have" in page.text) is (sentence.startswith(LACKS))


def test_an_enabled_service_does_not_contradict_a_missing_licence() -> None:
    """Microsoft names the service, not for how many; where our decision says that it is missing, both are said."""
    for services, has in ((P2, "by our decision licences are missing"), (FREE, LACKS)):
        page = Read(tenant("UserRiskPolicy", services, blocked=blocked(Blocker.LICENSING)), recommendation.documents)
        assert has in page.text
        assert "which this tenant has" not in page.text
    other = Read(tenant("UserRiskPolicy", P2, blocked=blocked(Blocker.BUSINESS)), recommendation.documents)
    assert "which this tenant has." in other.text


@pytest.mark.parametrize(
    ("services", "words"),
    [
        (FREE, "Entra ID P2, missing"),
        (NOTHING, "Entra ID P2"),
        (P2, "Entra ID P2"),
    ],
)
def test_a_row_of_the_board_names_the_licence(services: list[str] | None, words: str) -> None:
    """After the service, and that it is missing where that is known."""
    row = Read(tenant("UserRiskPolicy", services), board.documents).raw("undecided")
    assert f", {words}</i>" in row


def test_json_and_exports_name_need_and_licence() -> None:
    """`licence {needs, has}` on each of the top, and two columns of the board."""
    expected = [
        ("UserRiskPolicy", FREE, {"needs": "Entra ID P2", "has": False}, ("Entra ID P2", "no")),
        ("UserRiskPolicy", P2, {"needs": "Entra ID P2", "has": True}, ("Entra ID P2", "yes")),
        ("UserRiskPolicy", NOTHING, {"needs": "Entra ID P2", "has": None}, ("Entra ID P2", "unknown")),
        ("exo_mailtipsenabled", FREE, {"needs": None, "has": None}, ("", "")),
    ]
    for identifier, services, plain, cells in expected:
        facts = tenant(identifier, services)
        assert plain_facts(facts)["top"][0]["licence"] == plain
        table = board_table(facts)
        keys = [column.key for column in table.columns]
        assert (table.rows[0][keys.index("licence")], table.rows[0][keys.index("licensed")]) == cells


@pytest.mark.parametrize(
    ("identifier", "settings", "decided", "words"),
    [
        ("AATP_Okta_SomethingNew", None, {}, "family AATP_Okta_*"),
        ("AATP_Okta_SensitiveApiToken", None, {}, "family AATP_*_SensitiveApiToken*"),
        ("UserRiskPolicy", None, {}, "shipped"),
        ("AATP_Okta_SomethingNew", Settings(risk={"AATP_Okta_SomethingNew": Risk.LOW}), {}, "settings"),
        ("AATP_Okta_SomethingNew", None, {"bucket": Bucket.DO_SOON}, "decision"),
    ],
)
def test_a_rating_by_family_is_marked_wherever_the_rater_is_said(
    identifier: str, settings: Settings | None, decided: dict[str, object], words: str
) -> None:
    """On the page, in JSON and in the exports: the family, but only where it rated."""
    facts = tenant(identifier, FREE, settings, **decided)
    assert plain_facts(facts)["top"][0]["rated_by"] == words
    table = board_table(facts)
    assert table.rows[0][[column.key for column in table.columns].index("rated_by")] == words
    page = Read(facts, recommendation.documents).text
    assert ("rated by: family" in page) is words.startswith("family")
    if words.startswith("family"):
        assert f"rated by: {words}" in page
        assert "1 in that list by the family that the id belongs to" in Read(facts, glossary.documents).text.replace(
            "\u00a0", " "
        )
