# SPDX-License-Identifier: Apache-2.0
"""The licence that a recommendation needs, compared with the services that Graph says are enabled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from secure_score_backlog.evaluation.licences import NO_LICENCE, Licence, licence_of
from secure_score_backlog.evaluation.status import status_of
from secure_score_backlog.licences import load_licences, read_licences
from secure_score_backlog.wording import licence_words
from tests.support.tenants import day, history, stored, workspace

LICENCES, PROBLEMS = read_licences(
    {
        "schema": "licences/1",
        "sources": {"A page": "Its full title."},
        "licences": [
            {"name": "Small", "services": ["HasSmall", "HasLarge"]},
            {"name": "Large", "services": ["HasLarge"]},
        ],
        "needs": [
            {"recommendations": ["A"], "licence": "Small", "source": "A page"},
            {"recommendations": ["B"], "licence": "Large", "source": "A page"},
            {"recommendations": ["C"], "licence": "Large", "source": "A page", "also": "Another"},
        ],
    }
)


@pytest.mark.parametrize(
    ("identifier", "services", "has"),
    [
        ("A", {"HasSmall"}, True),
        ("A", {"HasLarge"}, True),
        ("B", {"HasSmall"}, False),
        ("B", {"HasSmall", "HasElse"}, False),
        ("B", {"HasLarge"}, True),
        ("B", set(), None),
        ("B", {"HasElse"}, None),
        ("C", {"HasSmall"}, None),
        ("C", {"HasLarge"}, True),
    ],
)
def test_what_the_services_say(identifier: str, services: set[str], has: bool | None) -> None:
    """Absence counts only beside a service that is known, and only where no other licence would do."""
    assert PROBLEMS == []
    found = licence_of(identifier, LICENCES, services)
    assert (found.has, found.source, bool(found.needs)) == (has, "A page", True)


def test_what_no_source_names_is_unknown() -> None:
    """No need is invented, whatever the tenant has."""
    assert licence_of("D", LICENCES, {"HasSmall"}) == NO_LICENCE == Licence()


def measured(*services: list[str] | None) -> Any:
    """A tenant on consecutive days, each with the services that Graph named, or without any list."""
    scores = {"UserRiskPolicy": (0, 7)}
    days = [stored(scores, **({} if named is None else {"enabledServices": named})) for named in services]
    return replace(workspace(history(*days)), licences=load_licences())


@pytest.mark.parametrize(
    ("services", "has"),
    [
        ([["HasAADFree", "HasEOP"]], False),
        ([["HasAADFree"], ["HasAADP1", "HasAADP2"]], True),
        ([["HasAADP1", "HasAADP2"], ["HasAADFree"]], False),
        ([["HasAADFree"], None], None),
        ([[]], None),
        ([["HasExchange", "HasSharePoint"]], None),
    ],
)
def test_the_newest_snapshot_says_what_the_tenant_has(services: list[list[str] | None], has: bool | None) -> None:
    """A licence that was bought later, one that ended, and days on which Graph named nothing that is known."""
    known = measured(*services)
    found = status_of(known, "UserRiskPolicy", day(len(services)))
    assert (found.licence.needs, found.licence.has) == ("Entra ID P2", has)


def test_before_the_first_snapshot_it_is_unknown_what_the_tenant_has() -> None:
    """The need is known, the tenant is not."""
    found = status_of(measured(["HasAADFree"]), "UserRiskPolicy", day(0))
    assert (found.licence.needs, found.licence.has) == ("Entra ID P2", None)


@pytest.mark.parametrize(
    ("needs", "has", "also", "words"),
    [
        ("Entra ID P2", False, "", "Needs Entra ID P2, which this tenant does not have."),
        ("Entra ID P2", True, "", "Needs Entra ID P2, which this tenant has."),
        ("Entra ID P2", None, "", "Needs Entra ID P2. It is unknown whether this tenant has it."),
        (
            "Entra ID P2",
            None,
            "Another",
            "Needs Entra ID P2 (sufficient as well: Another). It is unknown whether this tenant has it.",
        ),
        ("", None, "", "It is unknown which licence this needs."),
    ],
)
def test_the_sentence_claims_no_more_than_is_known(needs: str, has: bool | None, also: str, words: str) -> None:
    """One sentence for each case; `does not have` is said only where Graph said so."""
    assert licence_words(needs, has, also) == words
    if needs:
        assert licence_words(needs, has, also, "Or so.") == f"{words} Or so."
