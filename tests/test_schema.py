# SPDX-License-Identifier: Apache-2.0
"""The JSON Schemas: shipped as generated, and of one mind with `check` as far as a schema can see."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are no dependency of ours
import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.problems import Severity
from secure_score_backlog.site.schemas import FOLDER, all_schemas, decision_schema, settings_schema, write_schemas

PLAN: dict[str, Any] = {
    "recommendation": "Alpha",
    "bucket": "do-now",
    "risk": "high",
    "reduces": "Password spraying.",
    "owner": "Head of IT",
    "impact": "Two scanners stop.",
    "prerequisites": "None.",
    "proof": "Sign-in log.",
    "due": "2026-12-31",
}
ACCEPTED = {"rationale": "The ERP cannot.", "approver": "Managing Director", "until": "2027-01-31"}
ACCEPT: dict[str, Any] = {key: text for key, text in PLAN.items() if key != "due"} | {
    "bucket": "accept",
    "accepted": ACCEPTED,
}
COVERED = {"reason": "third-party", "by": "Gateway", "evidence": "Rules", "approver": "CIO", "until": "2027-01-31"}
COVER = {"recommendation": "Alpha", "bucket": "not-applicable", "owner": "CIO", "covered": COVERED}
ASK = {"from": "leadership", "since": "2026-10-01", "question": "Fund it?"}
APPROVAL = {"by": "Board", "on": "2026-10-01", "record": "Minutes"}
SHARING = {"recommendation": "Bravo", "bucket": "do-now", "risk": "low", "owner": "CIO", "same_as": "Alpha"}


def without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The values but for some keys."""
    return {key: value for key, value in values.items() if key not in keys}


GOOD: list[dict[str, Any]] = [
    PLAN,
    ACCEPT,
    COVER,
    {**PLAN, "bucket": "do-soon"},
    without({**PLAN, "bucket": "do-soon"}, "impact", "proof"),
    without(ACCEPT, "reduces"),
    {**COVER, "risk": None, "impact": None},
    {**PLAN, "blocked": {"by": "licensing", "since": "2026-10-01", "note": "E5"}, "accepted": None},
    {**ACCEPT, "accepted": {**ACCEPTED, "compensating": "One", "share": 0.6, "approval": APPROVAL}},
    {**ACCEPT, "accepted": {**ACCEPTED, "compensating": ["One", "Two"], "share": "6/10"}},
    {**ACCEPT, "accepted": {**ACCEPTED, "share": "60 %"}},
    {**PLAN, "ask": ASK},
    {**PLAN, "ask": [ASK, {**ASK, "options": ["now", "never"], "default": "never"}]},
    {**PLAN, "links": "docs/a.md"},
    {**PLAN, "links": ["https://tickets.example/1", "../b.pdf", "#part"], "draft": False},
    {"recommendation": "Alpha", "bucket": "accept", "draft": True},
    {"recommendation": "Alpha", "bucket": "accept", "draft": True, "risk": None, "accepted": {"until": None}},
    {**SHARING, "due": "2026-12-31"},
    {**without(SHARING, "due"), "bucket": "accept", "accepted": {"until": "2026-12-31"}},
    {
        "recommendation": "B",
        "bucket": "not-applicable",
        "owner": "CIO",
        "covered": {"until": "2027-01-01"},
        "same_as": "A",
    },
]
BAD: list[dict[str, Any]] = [
    {},
    without(PLAN, "recommendation"),
    without(PLAN, "bucket"),
    *(without(PLAN, key) for key in ("risk", "owner", "reduces", "impact", "prerequisites", "proof", "due")),
    {**PLAN, "proof": None},
    {**PLAN, "recommendation": None},
    {**PLAN, "bucket": "do now"},
    {**PLAN, "risk": "High"},
    {**PLAN, "impcat": "x"},
    {**PLAN, "owner": 12},
    {**PLAN, "owner": ["CIO"]},
    {**PLAN, "due": "soon"},
    {**PLAN, "due": "2026-02-30"},
    {**PLAN, "draft": "yes"},
    {**PLAN, "accepted": ACCEPTED},
    {**PLAN, "covered": COVERED},
    {**PLAN, "blocked": {"by": "money", "since": "2026-10-01"}},
    {**PLAN, "blocked": {"by": "licensing"}},
    {**PLAN, "blocked": "licensing"},
    {**PLAN, "ask": [ASK, without(ASK, "since")]},
    {**PLAN, "ask": {**ASK, "to": "x"}},
    {**PLAN, "links": ["javascript:alert(1)"]},
    {**PLAN, "links": ["//evil.example"]},
    {**PLAN, "links": "a b"},
    {**ACCEPT, "due": "2026-12-31"},
    {**ACCEPT, "blocked": {"by": "licensing", "since": "2026-10-01"}},
    without(ACCEPT, "accepted"),
    *({**ACCEPT, "accepted": without(ACCEPTED, key)} for key in ACCEPTED),
    {**ACCEPT, "accepted": {**ACCEPTED, "until": None}},
    {**ACCEPT, "accepted": {**ACCEPTED, "share": 60}},
    {**ACCEPT, "accepted": {**ACCEPTED, "share": "most"}},
    {**ACCEPT, "accepted": {**ACCEPTED, "approval": without(APPROVAL, "record")}},
    *({**COVER, "covered": without(COVERED, key)} for key in COVERED),
    {**COVER, "covered": {**COVERED, "reason": "other"}},
    SHARING,
    {**SHARING, "bucket": "accept", "accepted": {}},
    {"recommendation": "Alpha", "bucket": "accept", "draft": True, "due": "2026-12-31"},
]


def typed(value: Any) -> str:
    """Data as a person would type it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {typed(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(typed, value)) + "]"
    if isinstance(value, str):
        return f'"{value}"'
    return "~" if value is None else str(value).lower()


@pytest.mark.parametrize(("data", "fits"), [(data, True) for data in GOOD] + [(data, False) for data in BAD])
def test_schema_and_check_agree(data: dict[str, Any], fits: bool) -> None:
    """What the reader takes, the schema takes; what the reader refuses, the schema refuses."""
    validator = jsonschema.Draft202012Validator(decision_schema(), format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(data)][: 0 if not fits else None] == []
    assert validator.is_valid(data) is fits
    lines = "".join(f"{key}: {typed(value)}\n" for key, value in data.items())
    _, problems = read_decision(parse(f"---\n{lines or '{}'}\n---\n", "decisions/A.md"), path="decisions/A.md")
    errors = [fault.message for fault in problems if fault.severity is Severity.ERROR]
    assert bool(errors) is not fits, errors


def test_shipped_schemas_are_the_generated_ones() -> None:
    """`make schemas` was run: the files in the package are what the model says, and valid schemas."""
    for schema in (decision_schema(), settings_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)
    assert {path.name for path in FOLDER.iterdir()} == {document.path for document in all_schemas()}
    for document in all_schemas():
        assert (FOLDER / document.path).read_bytes() == document.content


def test_schemas_are_written_anew(tmp_path: Any) -> None:
    """The function behind `make schemas` writes every file, the same bytes every time."""
    written = write_schemas(tmp_path / "schemas")
    assert [path.read_bytes() for path in written] == [document.content for document in all_schemas()]
    assert write_schemas(tmp_path / "schemas") == written


def test_every_key_is_explained_to_the_editor() -> None:
    """Each key and each option carries its documentation."""

    def undocumented(schema: dict[str, Any]) -> list[str]:
        found = []
        for name, inner in schema.get("properties", {}).items():
            below = inner.get("properties", {})
            found += [] if "description" in inner or below else [name]
            found += undocumented(inner)
        return found

    assert undocumented(settings_schema()) == []
    assert undocumented({"properties": decision_schema()["properties"]}) == []


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        ({}, True),
        (None, True),
        ({"bands": [65, 80], "snapshots": {"branch": "data"}, "roles": {"CIO": "login"}, "risk": {"A": "high"}}, True),
        ({"organisation": None, "insurer_questions": [{"question": "Do you?"}]}, True),
        ({"bands": [65]}, False),
        ({"profile": "nobody"}, False),
        ({"snapshots": {"branch": "--x"}}, False),
        ({"snapshots": {"nonsense": 1}}, False),
        ({"roles": {"CIO": ["@login"]}}, False),
        ({"risk": {"A": "huge"}}, False),
        ({"acceptance_months": 600}, False),
        ({"nonsense": 1}, False),
    ],
)
def test_the_settings_schema(data: Any, fits: bool) -> None:
    """The schema of backlog.yml takes what is right and refuses what is wrong."""
    assert jsonschema.Draft202012Validator(settings_schema()).is_valid(data) is fits
