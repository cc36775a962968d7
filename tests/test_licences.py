# SPDX-License-Identifier: Apache-2.0
"""The shipped list of licences: complete, with a source for each fact, and never guessed."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are no dependency of ours
import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.licences import (
    LicenceNeed,
    Licences,
    is_pattern,
    licence_name,
    licences_schema,
    load_licences,
    read_licences,
)
from secure_score_backlog.problems import Severity
from secure_score_backlog.ratings import fits, load_ratings

SHIPPED: dict[str, Any] = json.loads(
    files("secure_score_backlog.content").joinpath("licences.json").read_text(encoding="utf-8")
)
LICENCES = load_licences()
RATINGS = load_ratings()
KNOWN = Path(__file__).with_name("known_ids.txt").read_text(encoding="utf-8").split()
SEEN_IN_TENANTS = frozenset(
    "HasAADFree HasAADP1 HasAADP2 HasAATP HasAIPP1 HasAIPP2 HasCASD HasCLB HasEOP HasEXOP2 HasM365E5 HasMCAS HasMDEP2 "
    "HasMDOP1 HasMDOP2 HasOCAS HasSPOP1 HasSPOP2".split()
)
"""Values of `enabledServices` in payloads of real tenants."""


def licence(**changes: Any) -> dict[str, Any]:
    """A good licence, with changes; None takes a key away."""
    return changed({"name": "Entra ID P2", "services": ["HasAADP2"]}, changes)


def need(**changes: Any) -> dict[str, Any]:
    """A good need, with changes; None takes a key away."""
    return changed({"recommendations": ["UserRiskPolicy"], "licence": "Entra ID P2", "source": "A page"}, changes)


def changed(good: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The entry with other values."""
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def listed(*needs: Any, licences: Any = None) -> dict[str, Any]:
    """A file with these needs."""
    sources = {"A page": "Its full title."}
    given = [licence()] if licences is None else licences
    return {"schema": "licences/1", "sources": sources, "licences": given, "needs": list(needs)}


def test_the_shipped_list_has_no_problem_and_fits_its_schema() -> None:
    """Every shipped entry is read."""
    licences, problems = read_licences(SHIPPED)
    assert problems == []
    assert len(licences.services) == len(SHIPPED["licences"])
    assert len(licences.needs) == len(SHIPPED["needs"])
    jsonschema.Draft202012Validator.check_schema(licences_schema())
    assert list(jsonschema.Draft202012Validator(licences_schema()).iter_errors(SHIPPED)) == []


def test_only_values_that_tenants_have_are_listed() -> None:
    """The absence of a value that Graph never sends would prove nothing, so none is listed."""
    assert LICENCES.known <= SEEN_IN_TENANTS


def test_a_larger_licence_includes_the_smaller_one() -> None:
    """Entra ID P2 includes P1, and Defender for Office 365 Plan 2 includes Plan 1 and the basic protection."""
    services = LICENCES.services
    assert services["Entra ID P2"] < services["Entra ID P1"] < services["Entra ID Free"]
    assert services["Defender for Office 365 Plan 1"] < services["Exchange Online Protection"]


def test_every_need_is_for_recommendations_that_exist_and_are_rated() -> None:
    """Each id and each pattern fits a known id, and each known id that needs a licence has a rating."""
    for each in LICENCES.needs:
        for name in each.recommendations:
            assert [known for known in KNOWN if fits(known, name)], name
    needing = [known for known in KNOWN if LICENCES.need(known)]
    assert len(needing) > 380
    assert all(RATINGS.rate(known) for known in needing)


def test_every_listed_source_is_cited() -> None:
    """No source is listed that nothing rests on."""
    assert {each.source for each in LICENCES.needs} == set(LICENCES.sources)


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("UserRiskPolicy", "Entra ID P2"),
        ("AdminMFAV2", "Entra ID Free"),
        ("mdo_zapspam", "Exchange Online Protection"),
        ("mdo_safelinksforemail", "Defender for Office 365 Plan 1"),
        ("mdo_similaruserssafetytips", "Defender for Office 365 Plan 1"),
        ("scid_99999", "Defender for Endpoint Plan 2"),
        ("11770.MDA_Google_EnableTwoFactorAuth", "Defender for Cloud Apps"),
        ("aatp_new", "Defender for Identity"),
        ("intune_mobile_password_requirement", None),
        ("exo_mailtipsenabled", None),
        ("never_heard_of", None),
    ],
)
def test_what_needs_what(identifier: str, name: str | None) -> None:
    """One id of each kind; what no source says is unknown."""
    found = LICENCES.need(identifier)
    assert (found.licence if found else None) == name


def test_id_before_the_most_specific_pattern() -> None:
    """In whatever order they stand."""
    licences = [licence(name=name) for name in ("A", "B", "C")]
    needs = [
        need(recommendations=["mdo_*"], licence="A"),
        need(recommendations=["mdo_safe*"], licence="B"),
        need(recommendations=["mdo_safedocuments"], licence="C"),
    ]
    for order in (needs, needs[::-1]):
        found, problems = read_licences(listed(*order, licences=licences))
        assert problems == []
        names = ("mdo_spam", "mdo_safelinks", "MDO_SafeDocuments")
        assert [each.licence if (each := found.need(name)) else None for name in names] == ["A", "B", "C"]


def test_a_list_is_read_completely() -> None:
    """Every part, with one text in place of a list of one."""
    given = need(recommendations="Scid_*", also="Another")
    found, problems = read_licences(listed(given, licences=[licence(services="HasAADP2")]))
    expected = LicenceNeed(("Scid_*",), "Entra ID P2", "A page", "Another")
    assert problems == []
    services, sources = {"Entra ID P2": frozenset({"HasAADP2"})}, {"A page": "Its full title."}
    assert found == Licences(services, (expected,), {"HasAADP2": "Entra ID P2"}, sources, {}, (("scid_*", expected),))
    assert (found.known, is_pattern("a?"), is_pattern("a")) == ({"HasAADP2"}, True, False)


@pytest.mark.parametrize("service", sorted(LICENCES.known))
def test_a_value_is_named_by_its_own_licence(service: str) -> None:
    """Not by a smaller licence that it includes; one that no licence is known by stays as it is."""
    name = licence_name(service)
    smaller = [other for other, values in LICENCES.services.items() if service in values and other != name]
    assert name == service or all(len(LICENCES.services[other]) > len(LICENCES.services[name]) for other in smaller)


def test_a_plan_that_was_bought_has_a_name() -> None:
    """Plan 2 is no Plan 1, and an unknown value is not named by guess."""
    assert [licence_name(value) for value in ("HasMDOP1", "HasMDOP2", "HasEXOP2")] == [
        "Defender for Office 365 Plan 1",
        "Defender for Office 365 Plan 2",
        "HasEXOP2",
    ]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("text", "licence-shape"),
        (need(recommendations=None), "licence-shape"),
        (need(recommendations=[5]), "licence-shape"),
        (need(recommendations=["[a-z]*"]), "licence-shape"),
        (need(licence=None), "licence-shape"),
        (need(source=None), "licence-shape"),
        (need(also=" "), "licence-shape"),
        (need(points=10), "licence-unknown-key"),
        (need(licence="Entra ID P9"), "licence-unlisted"),
        (need(source="Hearsay"), "licence-source"),
        (need(recommendations=["adminmfav2"]), "licence-duplicate"),
        (need(recommendations=["a", "A"]), "licence-duplicate"),
    ],
)
def test_a_bad_need_is_named_and_left_out(bad: Any, code: str) -> None:
    """A wrong entry becomes one problem with its number, and the others still count."""
    good = need(recommendations=["AdminMFAV2"])
    found, problems = read_licences(listed(good, bad))
    assert [each.code for each in problems] == [code]
    assert problems[0].message.startswith("Entry 2 of `needs`: ")
    assert (problems[0].path, problems[0].severity, problems[0].hint != "") == ("licences.json", Severity.ERROR, True)
    assert list(found.exact) == ["adminmfav2"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (licence(name=None), "licence-shape"),
        (licence(services=["AADP2"]), "licence-shape"),
        (licence(price=9), "licence-unknown-key"),
        (licence(services=["HasAADP1"]), "licence-duplicate"),
    ],
)
def test_a_bad_licence_is_named(bad: Any, code: str) -> None:
    """The first entry of a name counts."""
    found, problems = read_licences(listed(licences=[licence(), bad]))
    assert [each.code for each in problems] == [code]
    assert problems[0].message.startswith("Entry 2 of `licences`: ")
    assert found.services == {"Entra ID P2": {"HasAADP2"}}


@pytest.mark.parametrize(
    "data",
    [
        *(None, [], {}),
        {**listed(), "schema": "licences/2"},
        {**listed(), "sources": {}},
        {**listed(), "licences": None},
        {**listed(), "needs": {}},
    ],
)
def test_data_of_another_shape_says_nothing(data: Any) -> None:
    """Anything but a list in the known shape is one problem, and every need stays unknown."""
    found, problems = read_licences(data)
    assert [each.code for each in problems] == ["licence-shape"]
    assert "licences/1" in problems[0].message
    assert found.need("UserRiskPolicy") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read"), ("{", "cannot be read"), ("{}", "damaged")],
)
def test_a_damaged_installation_is_said(
    content: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing or damaged file stops the command with what to do."""
    if content is not None:
        (tmp_path / "licences.json").write_text(content, encoding="utf-8")
    monkeypatch.setattr("secure_score_backlog.ratings.files", lambda _: tmp_path)
    load_licences.cache_clear()
    with pytest.raises(CannotProceed, match=message) as caught:
        load_licences()
    assert caught.value.where == "secure_score_backlog/content/licences.json"
    assert "Install" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("data", "valid"),
    [
        (listed(), True),
        (listed(need(), need(recommendations="mdo_*", also="Another")), True),
        (listed(need(recommendations=None)), False),
        (listed(need(points=10)), False),
        (listed(licences=[licence(services=["AADP2"])]), False),
        ({**listed(), "sources": {}}, False),
    ],
)
def test_schema_and_reader_agree(data: Any, valid: bool) -> None:
    """What the reader takes, the schema takes; what it refuses entry by entry, the schema refuses."""
    assert jsonschema.Draft202012Validator(licences_schema()).is_valid(data) is valid
    assert (read_licences(data)[1] == []) is valid
