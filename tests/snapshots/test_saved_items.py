# SPDX-License-Identifier: Apache-2.0
"""Saved JSON is sorted by what it holds, in every shape that it may be saved in; anything else is named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from secure_score_backlog.snapshots.saved_files import PROFILE_KEYS, SCORE_KEYS, SavedItems, UnsupportedFile, sort_out
from tests.support.graph_items import DAY, control, profile, score

SCORE = score(DAY, [control("a")])
OLDER = score(DAY.replace(day=1), [control("a", full=False)])
PROFILE = profile("a")
NEXT = "https://graph.microsoft.com/v1.0/security/secureScores?$skiptoken=x"


def why_foreign(content: Any) -> str:
    """What is said about content that is refused, and what to do about it."""
    with pytest.raises(UnsupportedFile) as ending:
        sort_out(content)
    return f"{ending.value}; {ending.value.advice}"


@pytest.mark.parametrize(
    ("content", "scores", "profiles"),
    [
        (SCORE, (SCORE,), ()),
        (PROFILE, (), (PROFILE,)),
        ([], (), ()),
        ([SCORE, PROFILE, OLDER], (SCORE, OLDER), (PROFILE,)),
        ({"value": []}, (), ()),
        ({"value": [OLDER, SCORE]}, (OLDER, SCORE), ()),
        ({"@odata.context": "x", "value": [PROFILE]}, (), (PROFILE,)),
        ([{"value": [SCORE]}, {"value": [PROFILE, OLDER]}], (SCORE, OLDER), (PROFILE,)),
        ([{"value": [SCORE]}, PROFILE], (SCORE,), (PROFILE,)),
    ],
)
def test_every_shape_is_sorted(content: Any, scores: tuple[Any, ...], profiles: tuple[Any, ...]) -> None:
    """One object, a list, a response, a list of responses: the same items in the same order, and nothing missing."""
    found = sort_out(content)
    assert found == SavedItems(scores, profiles, unfinished=False)
    assert found.unfinished is False


@pytest.mark.parametrize("key", sorted(SCORE_KEYS | PROFILE_KEYS))
def test_one_field_is_enough(key: str) -> None:
    """An object is known by any one of its kind's own fields, whatever that holds; a score's outweigh a profile's."""
    item = {"id": "x", key: None}
    assert sort_out(item) == (SavedItems((item,)) if key in SCORE_KEYS else SavedItems((), (item,)))
    both = {**item, "tier": "Core", "currentScore": Decimal(1)}
    assert sort_out(both) == SavedItems((both,))


@pytest.mark.parametrize(
    ("content", "unfinished"),
    [
        ({"value": [SCORE], "@odata.nextLink": NEXT}, True),
        ({"value": [], "@odata.nextLink": NEXT}, True),
        ([{"value": [SCORE], "@odata.nextLink": NEXT}, {"value": [OLDER]}], True),
        ([{"value": [OLDER]}, {"value": [SCORE], "@odata.nextLink": NEXT}], True),
        ({"value": [SCORE], "@odata.nextLink": None}, False),
        ({"value": [SCORE], "@odata.nextLink": ""}, False),
        ({"value": [SCORE], "@odata.count": Decimal(1)}, False),
        ([{"value": [SCORE]}, {"value": [OLDER]}], False),
    ],
)
def test_a_page_that_is_missing_is_noted(content: Any, unfinished: bool) -> None:
    """A response that names a further page is not all there is; what it does hold is taken."""
    found = sort_out(content)
    assert found.unfinished is unfinished
    assert found.profiles == ()


def test_a_list_in_a_list_is_nothing_that_graph_writes() -> None:
    """Only responses are opened within a list, and only one level deep."""
    assert why_foreign([[SCORE]]) == why_foreign({"value": [[SCORE]]})
    why_foreign({"value": [{"value": [SCORE]}]})
    why_foreign([{"value": SCORE}])


def test_what_is_no_object_is_named_by_its_kind() -> None:
    """A text, a list, a truth value, null and a number are told apart; all numbers are the same kind."""
    kinds = ["a text", [], True, None, Decimal(5)]
    said = [why_foreign([item]) for item in kinds]
    assert len(set(said)) == len(kinds)
    assert why_foreign([False]) == said[2]
    assert why_foreign([Decimal("1.5")]) == why_foreign(Decimal(5)) == said[4]
    assert "null" in said[3]
    assert "number" in said[4]


def test_one_foreign_item_spoils_the_file() -> None:
    """Nothing is taken of a file that holds something else too."""
    assert why_foreign([SCORE, {"name": "x"}]) == why_foreign([{"name": "x"}, SCORE])


@pytest.mark.parametrize(
    "item",
    [
        "@{id=x; currentScore=5}",
        "System.Object[]",
        "System.Collections.Hashtable",
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphSecureScore",
    ],
)
def test_what_convertto_json_cut_off(item: str) -> None:
    """PowerShell's stand-ins are recognised by their beginnings, and the remedy is named."""
    assert "-Depth 10" in why_foreign([item])
    assert "-Depth 10" in why_foreign({"value": [SCORE, item]})


@pytest.mark.parametrize(
    "item", ["x", "", "A System.Object[]", "system.object[]", "{id=x}", "Microsoft Graph", 5, None]
)
def test_other_items_have_nothing_to_do_with_powershell(item: object) -> None:
    """The remedy is proposed only where it helps; nothing is added to what is said of a plain text."""
    said = why_foreign([item])
    assert "-Depth 10" not in said
    assert said == why_foreign(["any text" if isinstance(item, str) else item])


def test_the_property_that_was_cut_off_is_named() -> None:
    """Which part of a PowerShell object is missing stands in the refusal."""
    cut = {"CurrentScore": 5, "ControlScores": ["@{ControlName=a}"]}
    assert "ControlScores" in why_foreign([SCORE, cut])
    assert "AdditionalProperties" in why_foreign({"CurrentScore": 5, "AdditionalProperties": "System.Object[]"})


def test_another_object_is_named_by_its_fields() -> None:
    """The first four of the alphabet are shown, cut off at 120 letters; an object without fields is told as well."""
    said = why_foreign({"delta": 1, "alpha": 1, "echo": 1, "charlie": 1, "bravo": 1})
    assert "alpha, bravo, charlie, delta" in said
    assert "echo" not in said
    long = why_foreign({"x" * 200: 1})
    assert "x" * 120 in long
    assert "x" * 121 not in long
    assert "with )" not in why_foreign({})
    assert why_foreign({}) == why_foreign([{}]) != said


@pytest.mark.parametrize(
    ("code", "denied"),
    [
        ("Forbidden", True),
        ("forbidden", True),
        ("Authorization_RequestDenied", True),
        ("accessDenied", True),
        ("Unauthorized", False),
        ("TooManyRequests", False),
        ("Forbidden2", False),
    ],
)
def test_an_error_that_graph_answered(code: str, denied: bool) -> None:
    """It is named by its code; where the permission is missing, that is what is said to be mended."""
    said = why_foreign({"error": {"code": code, "message": "Secret details."}})
    assert code in said
    assert ("SecurityEvents.Read.All" in said) is denied
    assert "Secret" not in said
    assert "None" not in said
    assert said == why_foreign([{"error": {"code": code}}])
    alike = said.replace(code, "") == why_foreign({"error": {"code": "FORBIDDEN"}}).replace("FORBIDDEN", "")
    assert alike is denied


def test_an_error_of_any_shape() -> None:
    """A long code is cut off at 80 letters; what is no object is no error of Graph's, but a field like others."""
    long = why_foreign({"error": {"code": "x" * 200}})
    assert "x" * 80 in long
    assert "x" * 81 not in long
    assert "error" in why_foreign({"error": "Forbidden", "zulu": 1})
    assert why_foreign({"error": "Forbidden"}) == why_foreign({"error": None})
    assert "zulu" in why_foreign({"error": ["Forbidden"], "zulu": 1})
    assert sort_out({"error": {"code": "Forbidden"}, "currentScore": 1}).scores
