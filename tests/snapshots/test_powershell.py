# SPDX-License-Identifier: Apache-2.0
"""What PowerShell's module writes, turned back into what Graph said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from secure_score_backlog.snapshots.exact_json import parse
from secure_score_backlog.snapshots.saved_files import TruncatedJson, UnsupportedFile, as_graph, is_powershell, sort_out
from tests.support.graph_items import DAY, LITERAL_SCORE, control, profile, score
from tests.support.graph_server import to_json

KNOWN = {"controlCategory", "controlName", "description", "score", "averageScore", "basis", "state", "updatedDateTime"}
KNOWN |= {"updatedBy", "assignedTo", "comment", "provider", "vendor", "certificationName"}


def pascal(item: Any, *, top: bool = True) -> Any:
    """An object as the module writes it: what it does not know goes to AdditionalProperties."""
    if isinstance(item, list):
        return [pascal(inner, top=False) for inner in item]
    if not isinstance(item, dict):
        return item
    declared = {key: value for key, value in item.items() if (top and not key.startswith("@")) or key in KNOWN}
    rest = {key: value for key, value in item.items() if key not in declared}
    written = {key[:1].upper() + key[1:]: pascal(value, top=False) for key, value in declared.items()}
    return {**written, "AdditionalProperties": rest}


def test_a_score_and_a_profile_come_back_word_for_word() -> None:
    """Names, nesting and the properties that the module hides."""
    said = score(
        DAY, [control("a", on="true"), control("b", full=False)], vendorInformation={"provider": "SecureScore"}
    )
    kept = profile("a", "8", "ThirdParty", "2026-01-01T00:00:00Z", actionType="Config", threats=["Account Breach"])
    for item in (said, kept):
        assert is_powershell(pascal(item))
        assert not is_powershell(item)
        assert as_graph(pascal(item)) == item
    assert sort_out([pascal(said), pascal(kept)]).scores == (said,)
    assert sort_out({"value": [pascal(kept)], "Count": 1}).profiles == (kept,)


@given(LITERAL_SCORE)
def test_any_score_comes_back(said: dict[str, Any]) -> None:
    """Whatever Graph's own description allows survives the way through PowerShell."""
    assert as_graph(pascal(said)) == said


def test_one_of_a_list_may_come_as_itself() -> None:
    """PowerShell unrolls a list of one; what is nested is still named as Graph names it."""
    item = as_graph({"ControlScores": {"ControlName": "a", "AdditionalProperties": {"scoreInPercentage": 5}}})
    assert item == {"controlScores": {"controlName": "a", "scoreInPercentage": 5}}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/Date(1795132800000)/", "2026-11-20T00:00:00Z"),
        ("/Date(1795132800000+0100)/", "2026-11-20T00:00:00Z"),
        ("2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"),
        ("/Date(999999999999999)/", "/Date(999999999999999)/"),
        (None, None),
    ],
)
def test_dates_of_windows_powershell(written: Any, read: Any) -> None:
    """Milliseconds since 1970 are a day like any other."""
    assert as_graph({"CreatedDateTime": written, "CurrentScore": 5})["createdDateTime"] == read


@pytest.mark.parametrize(
    "cut",
    [
        {"ControlScores": ["@{ControlName=a; Score=5}"], "CurrentScore": 5},
        {"ControlScores": "Microsoft.Graph.PowerShell.Models.MicrosoftGraphControlScore", "CurrentScore": 5},
        {
            "CurrentScore": 5,
            "AdditionalProperties": "System.Collections.Generic.Dictionary`2[System.String,System.Object]",
        },
        {"ControlScores": [{"ControlName": "a", "AdditionalProperties": "System.Collections.Hashtable"}]},
    ],
)
def test_what_was_cut_off_is_refused(cut: dict[str, Any]) -> None:
    """ConvertTo-Json goes two levels deep unless told: then most of a score is missing, and nobody noticed."""
    with pytest.raises(TruncatedJson):
        as_graph(cut)
    with pytest.raises(UnsupportedFile) as ending:
        sort_out(parse(to_json([cut])))
    assert "ConvertTo-Json -Depth 10" in ending.value.advice


@pytest.mark.parametrize(
    ("cut", "missing"),
    [
        ({"ControlScores": "@{ControlName=a}"}, "ControlScores"),
        ({"ControlScores": [{"ControlName": "a"}, "@{ControlName=b}"]}, "ControlScores"),
        ({"ControlScores": [["System.Object[]"]]}, "ControlScores"),
        ({"VendorInformation": "Microsoft.Graph.PowerShell.Models.X", "CurrentScore": 5}, "VendorInformation"),
        ({"ComplianceInformation": [{"CertificationControls": "System.Object[]"}]}, "CertificationControls"),
        ({"CurrentScore": 5, "AdditionalProperties": "System.Object"}, "AdditionalProperties"),
        ({"CurrentScore": 5, "AdditionalProperties": []}, "AdditionalProperties"),
        ({"ControlScores": [{"ControlName": "a", "AdditionalProperties": ""}]}, "AdditionalProperties"),
    ],
)
def test_what_was_cut_off_is_named(cut: dict[str, Any], missing: str) -> None:
    """The property below which something is missing, however deep."""
    with pytest.raises(TruncatedJson) as ending:
        as_graph(cut)
    assert str(ending.value) == missing


def test_properties_that_the_module_hides_may_come_first() -> None:
    """What stands behind them is read all the same, and what they say counts; null hides nothing."""
    hidden = {"AdditionalProperties": {"on": "true", "score": 1}, "Score": 2, "ControlName": "a"}
    assert as_graph({"ControlScores": [hidden]}) == {"controlScores": [{"on": "true", "score": 1, "controlName": "a"}]}
    assert as_graph({"AdditionalProperties": None, "CurrentScore": 5}) == {"currentScore": 5}


@pytest.mark.parametrize("value", ["a text", None, 5, True, "@{", "System", "Microsoft Graph", ["x", None]])
def test_a_nested_property_may_hold_anything_else(value: Any) -> None:
    """What is no stand-in of ConvertTo-Json stays as it was."""
    assert as_graph({"ControlScores": value}) == {"controlScores": value}


def test_a_list_that_was_cut_off_whole() -> None:
    """Even the scores themselves may be texts."""
    with pytest.raises(UnsupportedFile) as stand_in:
        sort_out(["Microsoft.Graph.PowerShell.Models.MicrosoftGraphSecureScore"])
    assert "ConvertTo-Json -Depth 10" in stand_in.value.advice
    with pytest.raises(UnsupportedFile) as ending:
        sort_out(["a text"])
    assert "ConvertTo-Json" not in str(ending.value)
