# SPDX-License-Identifier: Apache-2.0
"""`backlog decide` by options: what is complete is a finished decision, what is not a draft, what is wrong nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from secure_score_backlog.cli.answer_options import given_answers, option_name, option_of, options, parameter
from secure_score_backlog.cli.decide import command
from secure_score_backlog.cli.new_decisions import Maker
from secure_score_backlog.dates import add_months
from secure_score_backlog.decisions.answers import has_place, leaves
from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import KEYS, Bucket, Decision
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.values import Share
from secure_score_backlog.problems import Severity
from secure_score_backlog.schema import Choice, Day, OneOrMore
from secure_score_backlog.workspace import load
from tests.support.bare_folder import measured
from tests.support.running import RunBacklog
from tests.support.today import TODAY

SOON = TODAY + timedelta(days=60)
QUESTIONS = {
    "reduces": "Password spraying: old clients answer #1 of all attempts.",
    "impact": 'Two scanners stop sending ("ERP" too).',
    "prerequisites": "Entra ID P1; we have it",
    "proof": "- no legacy client for 30 days",
}
PLANNED = {"risk": "high", "owner": "Head of IT", "due": str(SOON), **QUESTIONS}
COMPLETE: Mapping[Bucket, Mapping[str, str]] = {
    Bucket.DO_NOW: PLANNED,
    Bucket.DO_SOON: PLANNED,
    Bucket.ACCEPT: {
        "risk": "medium",
        "owner": "Head of IT",
        **QUESTIONS,
        "rationale": "The ERP cannot sign in otherwise: its upgrade is in January.",
        "approver": "Managing Director",
        "until": str(SOON),
        "compensating": "Only two addresses are let in",
        "share": "0.25",
    },
    Bucket.NOT_APPLICABLE: {
        "owner": "Head of IT",
        "cover-reason": "third-party",
        "covered-by": "Mail gateway",
        "evidence": "Export of its rules",
        "approver": "Managing Director",
        "until": str(SOON),
    },
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tenant with three recommendations."""
    return measured(tmp_path / "tenant")


def arguments(given: Mapping[str, str]) -> list[str]:
    """Options as they are typed."""
    return [part for name, value in given.items() for part in (f"--{name}", value)]


def written(root: Path, identifier: str) -> Decision:
    """The decision of a file without errors."""
    path = f"decisions/{identifier}.md"
    decision, faults = read_decision(parse((root / path).read_bytes(), path))
    assert decision is not None, faults
    return decision


def found_by_check(backlog: RunBacklog, root: Path) -> list[dict[str, Any]]:
    """What `check` says about decisions."""
    checked = json.loads(backlog("check", "--json", "--root", root).stdout)
    return [problem for problem in checked["problems"] if problem["path"].startswith("decisions/")]


@pytest.fixture
def identifier(root: Path) -> str:
    """A recommendation of the tenant without a decision."""
    return sorted(load(root, today=TODAY).history.timelines)[0]


@pytest.mark.parametrize("bucket", list(Bucket))
def test_complete_answers_are_a_finished_decision(
    root: Path, identifier: str, backlog: RunBacklog, bucket: Bucket
) -> None:
    """No draft, no comment, every value as it was typed, and nothing for `check` to say about it."""
    done = backlog("decide", identifier, "--root", root, "--bucket", bucket, *arguments(COMPLETE[bucket]), expect=0)
    assert done.stdout == f"decisions/{identifier}.md\n"
    decision = written(root, identifier)
    assert not decision.draft
    (root / "backlog.yml").write_text("roles: {Managing Director: [login]}\n", encoding="utf-8")
    assert found_by_check(backlog, root) == []
    text = (root / "decisions" / f"{identifier}.md").read_text(encoding="utf-8")
    assert "\n#" not in text
    assert "draft" not in text
    approvable = decision.approvable
    for name, value in COMPLETE[bucket].items():
        field = {"cover-reason": "reason", "covered-by": "by"}.get(name, name)
        holder = approvable if approvable and hasattr(approvable, field) else decision
        expected = {"compensating": (value,), "share": Fraction(1, 4), "due": SOON, "until": SOON}.get(name, value)
        assert getattr(holder, field) == expected


@pytest.mark.parametrize("bucket", list(Bucket))
def test_one_answer_less_is_a_draft_that_names_it(
    root: Path, identifier: str, backlog: RunBacklog, bucket: Bucket
) -> None:
    """Whichever required answer is missing, the draft keeps the others and says which one it is."""
    for left_out in ("owner", "until" if "until" in COMPLETE[bucket] else "due"):
        given = {name: value for name, value in COMPLETE[bucket].items() if name != left_out}
        done = backlog("decide", identifier, "--root", root, "--bucket", bucket, *arguments(given), expect=0)
        assert f"{identifier}: This is a draft. Still open: " in done.stderr
        assert left_out in done.stderr.split("Still open: ")[1].split(".\n")[0]
        decision = written(root, identifier)
        assert decision.draft
        assert decision.bucket is bucket
        assert [problem["code"] for problem in found_by_check(backlog, root)] == ["decision-draft"]
        (root / "decisions" / f"{identifier}.md").unlink()


def test_an_empty_group_is_named_by_what_is_missing_in_it(root: Path, identifier: str, backlog: RunBacklog) -> None:
    """`accepted` says nothing to somebody who does not know the format; its keys do."""
    done = backlog("decide", identifier, "--root", root, "--bucket", "accept", "--risk", "low", expect=0)
    assert "Still open: owner, accepted.rationale, accepted.approver, accepted.until." in done.stderr


def test_a_draft_is_written_on_request(root: Path, identifier: str, backlog: RunBacklog) -> None:
    """`--draft` keeps a decision with every answer from counting."""
    given = arguments(COMPLETE[Bucket.DO_SOON])
    done = backlog("decide", identifier, "--root", root, "--bucket", "do-soon", "--draft", *given, expect=0)
    assert "Nothing required is open." in done.stderr
    assert written(root, identifier).draft


WRONG = [
    ("do-soon", {"due": "2026-13-40"}, "--due", "takes a day"),
    ("do-soon", {"due": "soon"}, "--due", "takes a day"),
    ("do-now", {"due": str(TODAY + timedelta(days=93))}, "--due", "do-now means within 92 days"),
    ("accept", {"until": str(add_months(TODAY, 12) + timedelta(days=1))}, "--until", "longer than 12 months"),
    ("accept", {"share": "seven"}, "--share", "a part of the points, from 0 to 1"),
    ("accept", {"share": "1.5"}, "--share", "a part of the points, from 0 to 1"),
    ("accept", {"rationale": "TBD"}, "--rationale", "is a placeholder"),
    ("accept", {"compensating": "n<b>o"}, "--compensating", "raw HTML"),
    ("do-soon", {"proof": "[x](javascript:y)"}, "--proof", "neither http"),
    ("do-soon", {"link": "ftp://x.example/y"}, "--link", "is not a link"),
    ("do-soon", {"owner": "a\x1bb"}, "--owner", "cannot be printed"),
    ("do-soon", {"impact": "x" * 4001}, "--impact", "more than 4000"),
    ("do-soon", {"same-as": "Nowhere"}, "--same-as", "no decision about"),
    ("do-soon", {"until": str(SOON)}, "--until", "--bucket accept or not-applicable"),
    ("accept", {"due": str(SOON)}, "--due", "--bucket do-now or do-soon"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong[0]} {wrong[2]}")
def test_a_wrong_answer_writes_nothing(
    root: Path, identifier: str, backlog: RunBacklog, wrong: tuple[str, dict[str, str], str, str]
) -> None:
    """The message names the option and what is wrong, as `check` would say it later; also among complete answers."""
    bucket, given, option, said = wrong
    complete = {**COMPLETE[Bucket(bucket)], **given}
    for answers in (complete,) if "same-as" in given else (given, complete):  # a draft may wait for the other decision
        refused = backlog("decide", identifier, "--root", root, "--bucket", bucket, *arguments(answers), expect=2)
        assert said in refused.stderr
        assert option in refused.stderr
        assert not (root / "decisions").exists()


def test_a_warning_is_said_and_the_decision_written(root: Path, identifier: str, backlog: RunBacklog) -> None:
    """What `check` only warns of does not keep anybody from deciding."""
    ahead = {"blocked-since": str(TODAY + timedelta(days=1)), "blocked-by": "business"}
    done = backlog("decide", identifier, "--root", root, *arguments({**PLANNED, **ahead}), expect=0)
    assert f"{identifier}: `since` is 1 day in the future" in done.stderr
    assert not written(root, identifier).draft


def test_owners_that_the_settings_do_not_list_are_refused(root: Path, identifier: str, backlog: RunBacklog) -> None:
    """With the one that was probably meant."""
    (root / "backlog.yml").write_text("owners: [Head of IT]\n", encoding="utf-8")
    refused = backlog("decide", identifier, "--root", root, "--owner", "Head of ITT", expect=2)
    assert "is not among the owners" in refused.stderr
    assert "Head of IT`" in refused.stderr


def test_a_copied_rationale_is_refused(root: Path, backlog: RunBacklog) -> None:
    """Two decisions at once with one reason are refused as `check` refuses them; nothing is written."""
    ids = sorted(load(root, today=TODAY).history.timelines)[:2]
    given = arguments(COMPLETE[Bucket.ACCEPT])
    refused = backlog("decide", *ids, "--root", root, "--bucket", "accept", *given, expect=2)
    assert "copied word for word" in refused.stderr
    assert not (root / "decisions").exists()


def test_a_decision_that_exists_is_named_with_its_path(root: Path, identifier: str, backlog: RunBacklog) -> None:
    """Also where the file has errors or another name; the file stays as it is."""
    (root / "decisions").mkdir()
    path = root / "decisions" / "Other.md"
    path.write_text(f"---\nrecommendation: {identifier}\nbucket: wrong\n---\n", encoding="utf-8")
    refused = backlog("decide", identifier, "--root", root, *arguments(COMPLETE[Bucket.DO_SOON]), expect=3)
    assert "decisions/Other.md" in refused.stderr
    assert [each.name for each in (root / "decisions").iterdir()] == ["Other.md"]


def test_every_key_has_one_option(backlog: RunBacklog) -> None:
    """A key that is added to the format is an option by itself, with its documentation in the help."""
    shared = {"accepted", "covered"}
    for name, keys in options().items():
        assert len(keys) == 1 or {place[0] for place, _ in keys} == shared, name
        assert name == name.lower().strip("-")
        assert any(parameter(name) == each.name for each in command.params)
    answered = {place for keys in options().values() for place, _ in keys}
    assert {place[0] for place in answered} == {key.name for key in KEYS} - {"recommendation", "bucket", "draft"}
    assert all(option_of(place) == f"--{option_name(place)}" for place in answered)
    text = " ".join(backlog("decide", "--help", expect=0).stdout.split())
    for name in (
        "rationale",
        "until",
        "cover-reason",
        "covered-by",
        "blocked-since",
        "ask-question",
        "link",
        "same-as",
    ):
        assert f"--{name} " in text


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """A tenant, read once."""
    root = measured(tmp_path_factory.mktemp("property") / "tenant")
    return Maker.of(root, load(root, today=TODAY), TODAY)


ANSWER = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"]), min_size=2, max_size=60)
ANSWERED = frozenset(key.name for key in KEYS) - {"same_as", "links", "ask", "blocked"}
DAYS = st.dates(TODAY, TODAY + timedelta(days=92))


@given(st.data(), st.sampled_from(Bucket))
@settings(max_examples=150, deadline=None)
def test_what_options_write_reads_back(maker: Maker, data: st.DataObject, bucket: Bucket) -> None:
    """Every answer is read back as it was typed; what is complete and without problems passes the rules of `check`."""
    typed: dict[str, Any] = {}
    for name, keys in options().items():
        for key in [key for place, key in keys if has_place(place, bucket) and place[0] in ANSWERED][:1]:
            if isinstance(key.type, Day):
                typed[name] = data.draw(DAYS).isoformat()
            elif isinstance(key.type, Share):
                typed[name] = data.draw(st.sampled_from(["0", "1", "0.25", "1/3", "60 %"]))
            elif isinstance(key.type, Choice):
                typed[name] = data.draw(st.sampled_from(key.type.values))
            else:
                text = " ".join(data.draw(ANSWER).split())
                typed[name] = (text,) if isinstance(key.type, OneOrMore) else text
    answers = given_answers({parameter(name): value for name, value in typed.items()}, bucket)
    new = maker.make(sorted(maker.workspace.history.timelines)[0], bucket, answers)
    source = parse(new.document.content, new.document.path)
    for place, value in answers.items():
        found: Any = source.data
        for step in place:
            found = found.get(step) if isinstance(found, Mapping) else None
        assert found == (None if value in ("", []) else value)
    decision, faults = read_decision(source)
    wrong = [each for each in (*maker.problems(new), *faults) if each.severity is Severity.ERROR]
    event(f"wrong: {bool(wrong)}, open: {bool(new.open)}")
    assert wrong or (decision is not None and decision.draft is bool(new.open))


def test_the_places_of_answers_are_those_of_the_format() -> None:
    """Each leaf once, `approval` inside its two groups."""
    places = [place for place, _ in leaves()]
    assert len(places) == len(set(places))
    assert ("accepted", "approval", "on") in places
    assert ("ask", "question") in places
