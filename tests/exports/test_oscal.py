# SPDX-License-Identifier: Apache-2.0
"""Accepted risks and plans as OSCAL, judged by NIST's own schema.

`oscal_poam_schema.json` is NIST's JSON Schema of the plan of action and milestones, OSCAL 1.1.3, as released. Source:
National Institute of Standards and Technology; a work of the US government, in the public domain, CC0 elsewhere.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are no dependency of ours
import pytest
import regress
from hypothesis import given, settings
from hypothesis import strategies as st

from secure_score_backlog.decisions.model import Acceptance, Bucket
from secure_score_backlog.evaluation.approval import Approval, ApprovalKind
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports import oscal
from secure_score_backlog.exports.oscal import as_plan_of_action, markup, role_ids, string, uuid5
from secure_score_backlog.site import profiles
from secure_score_backlog.site.leaks import Guard, scan
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.downloads import for_insurers
from secure_score_backlog.site.profiles import INSURER
from tests.support.awkward import ARABIC, GERMAN, JAPANESE, ONE_WORD, UNBROKEN
from tests.support.backlogs import backlog
from tests.support.downloads import files, hostile
from tests.support.tenants import day, decision, history, versions, workspace

SCHEMA = json.loads((Path(__file__).parent / "oscal_poam_schema.json").read_text("utf-8"))


@cache
def expression(pattern: str) -> Any:
    """A pattern as JavaScript reads it, which is what JSON Schema means: Python knows no letters by `p{L}`."""
    return regress.Regex(pattern, "u")


def of_pattern(_: object, pattern: str, value: object, __: object) -> Iterator[jsonschema.ValidationError]:
    """What JSON Schema's `pattern` refuses."""
    if isinstance(value, str) and expression(pattern).find(value) is None:
        yield jsonschema.ValidationError(f"{value!r} does not fit {pattern!r}")


VALIDATOR = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": of_pattern})(SCHEMA)


def valid(facts: Facts) -> dict[str, Any]:
    """The plan that was made from some facts; it fits the schema, and every id in it leads somewhere."""
    content = as_plan_of_action(facts)
    assert content is not None
    made = json.loads(content)
    assert [error.message for error in VALIDATOR.iter_errors(made)] == []
    plan: dict[str, Any] = made["plan-of-action-and-milestones"]
    own = [value for key, value in walk(plan) if key == "uuid"]
    named = {value for key, value in walk(plan) if key.endswith("-uuid") or key == "party-uuids"}
    assert len(own) == len(set(own))
    assert named <= set(own)
    roles = [role["id"] for role in plan["metadata"].get("roles", ())]
    assert len(roles) == len(set(roles))
    assert {value for key, value in walk(plan) if key == "role-id"} <= set(roles)
    return plan


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no container, with the name that it has."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walk(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, key)
    else:
        yield key, value


def by_id(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The risks by recommendation."""
    return {prop(risk, "recommendation"): risk for risk in plan["risks"]}


def prop(part: dict[str, Any], name: str) -> str:
    """A property of our own; KeyError where it is missing."""
    return str({each["name"]: each["value"] for each in part["props"]}[name])


def test_the_schema_refuses_what_is_wrong() -> None:
    """The judge is awake: it wants a version, tokens, UUIDs of version 4 or 5, and at least one item."""
    made = json.loads(as_plan_of_action(backlog()) or b"")
    assert VALIDATOR.is_valid(made)
    plan = made["plan-of-action-and-milestones"]
    for broken in (
        {**plan, "poam-items": []},
        {**plan, "uuid": str(uuid.uuid1())},
        {**plan, "metadata": {**plan["metadata"], "roles": [{"id": "two words", "title": "x"}]}},
        {**plan, "metadata": {**plan["metadata"], "parties": [{**plan["metadata"]["parties"][0], "name": " x"}]}},
    ):
        assert not VALIDATOR.is_valid({"plan-of-action-and-milestones": broken})


def test_accepted_risks_and_plans_are_in_it() -> None:
    """With status, deadline, role and what Microsoft measured; no exemption, nothing undecided."""
    plan = valid(backlog("the old scanners"))
    risks = by_id(plan)
    assert list(risks) == ["Accept", "Plan", "Wait"]
    accepted = risks["Accept"]
    assert accepted["status"] == "deviation-approved"
    assert accepted["deadline"] == "2026-11-29T23:59:59Z"
    assert accepted["mitigating-factors"][0]["description"] == "the old scanners"
    assert "until 29\u00a0November\u00a02026" in accepted["description"]
    assert "the old scanners" in accepted["description"]
    response = accepted["remediations"][0]
    assert response["props"] == [{"name": "type", "value": "accept"}]
    assert response["tasks"][0]["responsible-roles"][0]["role-id"] == "role-managing-director"
    planned = risks["Plan"]
    assert (planned["status"], planned["remediations"][0]["lifecycle"]) == ("open", "planned")
    assert planned["statement"] == "the old scanners"
    observation = {each["uuid"]: each for each in plan["observations"]}[
        accepted["related-observations"][0]["observation-uuid"]
    ]
    assert observation["description"] == "Microsoft gave 1 of 4 points."
    assert "blocked" in risks["Wait"]["description"]


@pytest.mark.parametrize(
    ("approval", "status"),
    [
        (Approval(), "deviation-requested"),
        (Approval(ApprovalKind.ATTESTED, "Managing Director", day(9)), "deviation-approved"),
        (Approval(ApprovalKind.APPROVED, "Managing Director", day(9)), "deviation-approved"),
    ],
)
def test_an_acceptance_is_approved_where_an_approval_is_recorded(approval: Approval, status: str) -> None:
    """A name in the field of the approver is a request, not an approval."""
    made = backlog()
    register = tuple(replace(entry, approval=approval) for entry in made.register)
    assert by_id(valid(replace(made, register=register)))["Accept"]["status"] == status


def test_what_is_over_is_closed_and_what_ended_is_open_again() -> None:
    """A plan that is done closes; an acceptance whose last day has passed is open, under the same id."""
    scores = [{"A": (0, 4), "B": (0, 4)}] * 20 + [{"A": (4, 4), "B": (0, 4)}] * 30
    decided = {
        "A": versions((10, decision("A", Bucket.DO_NOW))),
        "B": versions((10, decision("B", Bucket.ACCEPT, accepted=Acceptance("Reason", "Board", day(30))))),
    }
    known = workspace(history(*scores), decided)
    then, now = valid(evaluate(known, day(15))), valid(evaluate(known, day(45)))
    assert {name: risk["status"] for name, risk in by_id(then).items()} == {"A": "open", "B": "deviation-requested"}
    assert {name: risk["status"] for name, risk in by_id(now).items()} == {"A": "closed", "B": "open"}
    assert by_id(now)["A"]["remediations"][0]["lifecycle"] == "completed"
    assert by_id(then)["A"]["description"].startswith("The change is planned (do-now)")
    assert by_id(now)["A"]["description"].startswith("The change was planned (do-now)")
    assert by_id(now)["B"]["description"].startswith("The acceptance is no longer in force.")
    assert prop(by_id(now)["A"], "first-done") == day(21).isoformat()
    assert [risk["uuid"] for risk in then["risks"]] == [risk["uuid"] for risk in now["risks"]]
    assert then["uuid"] == now["uuid"]


def test_an_empty_plan_is_no_file() -> None:
    """OSCAL has none: without acceptances and plans there is no file, and no page links it."""
    empty = replace(backlog(), statuses={}, register=(), covered=(), past=())
    assert as_plan_of_action(empty) is None
    made = files(empty)
    assert oscal.PATH not in made
    assert b"oscal" not in made["downloads/index.md"]


@hostile
def test_hostile_texts_stay_texts(text: str) -> None:
    """In every field; and the same text gives the same bytes."""
    valid(backlog(text, text))
    assert as_plan_of_action(backlog(text, text)) == as_plan_of_action(backlog(text, text))


@settings(deadline=None, max_examples=60)
@given(
    text=st.text(max_size=40),
    title=st.sampled_from((ARABIC, GERMAN, JAPANESE, ONE_WORD, UNBROKEN, "\ufeff", "1. x", "")),
)
def test_any_text_makes_a_valid_plan(text: str, title: str) -> None:
    """Whatever people write: organisation, roles, reasons, controls, titles."""
    made = backlog(text, title)
    statuses = {
        name: replace(status, decision=status.decision and replace(status.decision, owner=text))
        for name, status in made.statuses.items()
    }
    valid(replace(made, statuses=statuses, settings=replace(made.settings, organisation=text)))


@given(st.text())
def test_markup_is_one_line_that_stays_text(text: str) -> None:
    """No line break, no mark without a backslash, nothing lost."""
    made = markup(text)
    assert "\n" not in made
    assert made == made.strip()
    plain = made.replace("\\\\", "")
    assert all(plain[place - 1] == "\\" for place, letter in enumerate(plain) if letter in "*`[]<>{}~^")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mdo_safelinksforemail (2026)", "mdo_safelinksforemail (2026)"),
        ("*all* of _it_", r"\*all\* of \_it\_"),
        ("<script>", r"\<script\>"),
        ("{{ insert: param, x }}", r"\{\{ insert: param, x \}\}"),
        ("- item", r"\- item"),
        ("# head", r"\# head"),
        ("12. item", r"12\. item"),
        ("12.5 points", "12.5 points"),
        ("R&D, AT&amp;T", r"R&D, AT\&amp;T"),
        ("a\\b", r"a\\b"),
        ("two\nlines", "two lines"),
    ],
)
def test_marks_get_a_backslash(text: str, expected: str) -> None:
    """What would be markup is text, and plain words stay plain."""
    assert markup(text) == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_ids_are_those_of_the_standard(name: str) -> None:
    """As Python's own library makes them."""
    assert uuid5(name) == str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def test_roles_that_look_alike_get_different_tokens() -> None:
    """`Head of IT` and `head-of-it` are two roles; a role without Latin letters gets a token, too."""
    made = role_ids(["Head of IT", "head-of-it", "情報システム部長", " ", ""])
    assert len(set(made.values())) == len(made) == 3
    assert "role-head-of-it" in made.values()


def test_insurers_see_what_their_register_shows() -> None:
    """Neither reasons nor statements, no pull request's author; and the search for leaks knows the ids."""
    facts = backlog("a secret reason")
    seen = profiles.allowed(facts, INSURER)
    plan = valid(seen)
    (accepted,) = (risk for name, risk in by_id(plan).items() if name == "Accept")
    assert accepted["statement"] == "Not given in this file."
    assert "secret" not in accepted["description"]
    assert accepted["mitigating-factors"][0]["description"] == "a secret reason"
    document = next(d for d in for_insurers(seen, Site.of(facts)) if d.path == oscal.PATH)
    guard = Guard(outside=True, made=oscal.identifiers(seen))
    assert scan([(document.path, document.content)], guard) == []
    assert {found.what for found in scan([(document.path, document.content)], Guard(outside=True))} == {"an id (GUID)"}


def test_an_id_that_somebody_wrote_is_found() -> None:
    """Only ids that were made here are left out of the search: one in a text is a leak."""
    leaked = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
    facts = backlog(leaked)
    content = as_plan_of_action(facts) or b""
    found = scan([(oscal.PATH, content)], Guard(outside=True, made=oscal.identifiers(facts)))
    assert {each.what for each in found} == {"an id (GUID)"}


def test_a_lost_plan_is_open_and_its_response_is_over() -> None:
    """Done and lost again: the risk is open, and the old plan is no longer one."""
    made = backlog()
    status = replace(made.statuses["Plan"], state=State.REGRESSED)
    risk = by_id(valid(replace(made, statuses={**made.statuses, "Plan": status})))["Plan"]
    assert (risk["status"], risk["remediations"][0]["lifecycle"]) == ("open", "completed")


def test_a_string_has_no_blank_at_its_ends() -> None:
    """As JavaScript knows blanks."""
    assert string("\ufeff\u3000 x\u00a0\ufeff") == "x"


def test_owners_of_plans_are_searched_for_names() -> None:
    """They are texts that people wrote, and readers outside see them here."""
    facts = backlog()
    status = facts.statuses["Plan"]
    assert status.decision is not None
    named = replace(status, decision=replace(status.decision, owner="Somebody"))
    searched = profiles.written(replace(facts, statuses={**facts.statuses, "Plan": named}), INSURER)
    assert ("decisions/Plan.md", "Somebody") in {(each.path, each.text) for each in searched}
