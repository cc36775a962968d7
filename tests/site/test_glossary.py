# SPDX-License-Identifier: Apache-2.0
"""The glossary explains everything that the site shows: every state, answer, part, count and service."""

from __future__ import annotations

import pytest

from secure_score_backlog import wording
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import Settings
from secure_score_backlog.site import part_names
from secure_score_backlog.site.pages import glossary
from secure_score_backlog.site.pages.glossary import GLOSSARY
from secure_score_backlog.snapshots.model import History, Recommendation
from secure_score_backlog.snapshots.service_names import SERVICE_NAMES, portal_words, service_name
from tests.support.pages import Read, evaluated
from tests.support.tenants import day, history, workspace


def test_every_count_is_explained() -> None:
    """Each headline count of `backlog status --json` is among the figures."""
    explained = " ".join(GLOSSARY.figures["Counts"]).lower()
    for name in evaluated(workspace(History()), day(1)).counts:
        assert name in explained, name


def test_every_explanation_is_a_sentence() -> None:
    """A reader who looks something up finds more than a word."""
    lists = [GLOSSARY.words, GLOSSARY.buckets, GLOSSARY.states, GLOSSARY.register_states, GLOSSARY.levels]
    for entries in [*lists, GLOSSARY.products, *GLOSSARY.figures.values()]:
        assert all(meaning.endswith(".") and len(meaning) > 15 for meaning in entries.values())
    assert all(part.meaning.endswith(".") for part in part_names.WORDS.movement.values())


def test_the_products_that_leadership_meets_are_explained() -> None:
    """What the home page of a usual tenant names."""
    explained = " ".join(GLOSSARY.products)
    for word in ("Entra ID", "MFA", "Legacy authentication", "Conditional Access", "Safe Links", "SPF", "DLP", "EDR"):
        assert word in explained, word


def test_figures_know_the_tenants_settings() -> None:
    """Bands and months are those of backlog.yml, not those of some other tenant."""
    given = workspace(history({"A": (0, 4)}), settings=Settings(bands=(51, 77), stale_months=5, acceptance_months=7))
    page = Read(evaluated(given, day(1)), glossary.documents)
    assert "Below 51 %, from 51 % to 77 %, and above" in page.text
    assert "without a change of points or of their decision for 5 months" in page.text
    assert "at most 7 months" in page.text
    assert "{" not in page.text.replace("{ #", "")


def test_who_rated_is_counted() -> None:
    """By decision, settings or list, or not at all: of what is measured."""
    given = workspace(history({"A": (0, 4), "B": (0, 4)}), settings=Settings(risk={"A": Risk.HIGH}))
    page = Read(evaluated(given, day(1)), glossary.documents)
    assert "Here, of 2 measured recommendations: 1 in our settings, 1 not yet." in page.sections["risk"]


def test_the_tenants_abbreviations_stand_in_plain_words() -> None:
    """Only those of its catalogue, with how often; an unknown code stays."""
    known = [Recommendation(name, name, service) for name, service in (("A", "EXO"), ("B", "EXO"), ("C", "NEWONE"))]
    page = Read(evaluated(workspace(history({"A": (0, 4)}), catalogued=known), day(1)), glossary.documents)
    assert page.rows("abbreviations") == ["E-mail (Exchange Online) EXO 2", "NEWONE NEWONE 1"]


def test_an_empty_tenant_has_a_glossary() -> None:
    """Words do not need data."""
    page = Read(evaluated(workspace(History()), day(1), has_git=False), glossary.documents)
    assert "abbreviations" not in page.sections
    assert "Here, of" not in page.text
    assert wording.badge_of("moot").label in page.sections["register"]


@pytest.mark.parametrize("code", SERVICE_NAMES.services)
def test_services_are_glossed_with_microsofts_name_behind(code: str) -> None:
    """Plain words first, the product's name in brackets; letter case does not matter."""
    assert service_name(code) == service_name(code.upper()) == SERVICE_NAMES.services[code]
    assert service_name(code).endswith(")")


def test_connected_apps_and_unknown_codes() -> None:
    """An app of another maker has its own name; what is unknown stays as it is."""
    assert service_name("MDA_SF") == "Salesforce (connected app)"
    assert service_name("MDA_Something") == "Something (connected app)"
    assert [service_name(code) for code in ("", "MDA_", "Brand New", "azuread")][:3] == ["", "MDA_", "Brand New"]
    assert set(SERVICE_NAMES.connected) >= {"google", "github", "okta", "zoom"}


def test_marks_in_the_portal_are_worded_as_the_portal_words_them() -> None:
    """Graph's words in any case; unknown ones stay."""
    assert portal_words("ThirdParty") == portal_words("thirdparty") == SERVICE_NAMES.portal["thirdparty"]
    assert portal_words("Something") == "Something"
