# SPDX-License-Identifier: Apache-2.0
"""Options of the settings at their limits, and what is said of values that do not fit."""

from __future__ import annotations

import re
from typing import Any

import pytest

from secure_score_backlog.problems import MOST_REPEATED, Problem
from secure_score_backlog.settings import (
    Settings,
    Unfit,
    check_settings,
    inner_names,
    options,
    read_settings,
    shown_default,
)
from secure_score_backlog.snapshots.model import Catalogue, Recommendation
from secure_score_backlog.strict_yaml import YamlData, read_yaml

PATH = "backlog.yml"
OPTIONS = {declared.name: declared for declared in options()}


def source(text: str) -> YamlData:
    """The text of a settings file as data."""
    return read_yaml(text, PATH)


def sound(problem: Problem) -> Problem:
    """A problem of the settings file in words that hold nothing that is missing."""
    assert problem.path == PATH
    for words in (problem.message, problem.hint):
        assert isinstance(words, str)
        assert not re.search(r"\bNone\b", words)
        assert words != words.upper()
    return problem


def faults(text: str) -> list[Problem]:
    """The problems of a settings file."""
    return [sound(problem) for problem in read_settings(source(text))[1]]


def taken(text: str, name: str) -> Any:
    """The value of an option in a file without problems."""
    settings, problems = read_settings(source(text))
    assert problems == []
    return getattr(settings, name)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("acceptance_months: 1", "acceptance_months", 1),
        ("acceptance_months: 60", "acceptance_months", 60),
        ("year_months: 120", "year_months", 120),
        ("bands: [1, 2]", "bands", (1, 2)),
        ("bands: [1, 99]", "bands", (1, 99)),
        ("owners: Head of IT", "owners", ("Head of IT",)),
        ("owners: [' Head of IT ', CIO]", "owners", ("Head of IT", "CIO")),
        ("owners: []", "owners", ()),
        ("tenant: ' T '", "tenant", "T"),
        ("tenant: ''", "tenant", ""),
        ("profile: public", "profile", "public"),
        ("snapshots: {branch: a}", "snapshots_branch", "a"),
        ("snapshots: {branch: data/a-1_b.c}", "snapshots_branch", "data/a-1_b.c"),
        ("snapshots: {keep_names: false}", "keep_names", False),
        ("snapshots: {keep_names: true}", "keep_names", True),
        ("snapshots:", "keep_names", False),
        ("roles: {CIO: login}", "roles", {"CIO": ("login",)}),
        ("roles: {CIO: [], 'Bot': ['a-b_c', 'x[bot]']}", "roles", {"CIO": (), "Bot": ("a-b_c", "x[bot]")}),
        ("risk: {}", "risk", {}),
        ("insurer_questions: []", "insurer_questions", ()),
        ("insurer_questions: [{a: b}]", "insurer_questions", ({"a": "b"},)),
    ],
)
def test_values_at_their_limits(text: str, name: str, value: Any) -> None:
    """The least and the most that an option takes; one text may stand for a list."""
    assert taken(text, name) == value


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("acceptance_months: 61", "settings-wrong-value", 1),
        ("acceptance_months: 0", "settings-wrong-value", 1),
        ("acceptance_months: 5.0", "settings-wrong-type", 1),
        ("year_months: 121", "settings-wrong-value", 1),
        ("bands: [65, 65]", "settings-wrong-value", 1),
        ("bands: [0, 65]", "settings-wrong-value", 1),
        ("bands: [65, 100]", "settings-wrong-value", 1),
        ("bands: [65, x]", "settings-wrong-type", 1),
        ("bands: [true, 65]", "settings-wrong-type", 1),
        ("bands: []", "settings-wrong-type", 1),
        ("profile: ''", "settings-wrong-value", 1),
        ("profile: [public]", "settings-wrong-type", 1),
        ("snapshots: {branch: ''}", "settings-wrong-value", 1),
        ("snapshots: {branch: a/}", "settings-wrong-value", 1),
        ("snapshots: {branch: a.lock}", "settings-wrong-value", 1),
        ("snapshots: {keep_names: 1}", "settings-wrong-type", 1),
        ("snapshots: []", "settings-wrong-type", 1),
        ("snapshots: 0", "settings-wrong-type", 1),
        ("owners: 5", "settings-wrong-type", 1),
        ("owners:\n  - A\n  - 5", "settings-wrong-type", 3),
        ("owners:\n  - A\n  - ' '", "settings-wrong-type", 3),
        ("roles:\n  A: ok\n  B: 5", "settings-wrong-type", 3),
        ("roles:\n  A: ok\n  B: {c: d}", "settings-wrong-type", 3),
        ("roles:\n  A: ok\n  B: [c, 5]", "settings-wrong-value", 3),
        ("roles:\n  A: ok\n  B: -c", "settings-wrong-value", 3),
        ("roles: x", "settings-wrong-type", 1),
        ("risk:\n  A: high\n  B: [high]", "settings-wrong-value", 3),
        ("risk:\n  A: high\n  B:", "settings-wrong-value", 3),
        ("risk: [A]", "settings-wrong-type", 1),
        ("insurer_questions:\n  - a: b\n  - {}", "settings-wrong-type", 3),
        ("insurer_questions:\n  - a: 5", "settings-wrong-type", 2),
        ("insurer_questions:\n  - a: b\n    c: 5", "settings-wrong-type", 2),
        ("insurer_questions:\n  - a: b\n  - []", "settings-wrong-type", 3),
        ("insurer_questions: {a: b}", "settings-wrong-type", 1),
    ],
)
def test_values_beyond_their_limits(text: str, code: str, line: int) -> None:
    """A wrong type and a wrong value are told apart, on the line of the entry that is wrong; the default holds."""
    assert [(problem.code, problem.line) for problem in faults(text)] == [(code, line)]
    assert read_settings(source(text))[0] == Settings()


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("acceptance_months: twelve", "`acceptance_months`", '"twelve"'),
        ("acceptance_months: 600", "`acceptance_months`", '"600"'),
        ("stale_months: 1.5", "`stale_months`", '"1.5"'),
        ("tenant: [Secret]", "`tenant`", None),
        ("profile: nobody   at all", "`profile`", '"nobody at all"'),
        ("bands: [80, 65]", "`bands`", None),
        ("owners: {Secret: x}", "`owners`", None),
        ("tenant: 2026-10-01", "`tenant`", None),
        ("snapshots: {keep_names: perhaps}", "`snapshots.keep_names`", '"perhaps"'),
        ("snapshots: {branch: a..b}", "`snapshots.branch`", '"a..b"'),
        ("snapshots: data", "`snapshots`", '"data"'),
        ("risk: {A: huge}", "`risk`", None),
    ],
)
def test_what_stands_there_is_repeated_where_it_is_short(text: str, place: str, said: str | None) -> None:
    """A word or a number in quotes, as safely as any typed text; lists, mappings and days are not repeated."""
    (problem,) = faults(text)
    assert place in problem.message
    if said is None:
        assert '"' not in problem.message
        assert "Secret" not in problem.message
    else:
        assert said in problem.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acceptance_months: twelve", ("1", "60", "12")),
        ("acceptance_months: 600", ("1", "60", "12")),
        ("stale_months: []", ("1", "120", "3")),
        ("bands: 5", ("[65, 80]",)),
        ("bands: [80, 65]", ("[65, 80]",)),
        ("profile: Nobody", ("internal", "insurer", "public")),
        ("snapshots: {keep_names: 5}", ("true or false", "is false")),
        ("organisation: 5", ("Our organisation",)),
        ("risk: {A: 5}", ("critical", "high", "medium", "low")),
    ],
)
def test_a_hint_says_what_fits_and_the_default(text: str, expected: tuple[str, ...]) -> None:
    """Limits, choices and what holds where the line is deleted."""
    (problem,) = faults(text)
    assert all(re.search(rf"(?<![\w.]){re.escape(word)}(?!\w)", problem.hint) for word in expected)


@pytest.mark.parametrize(
    ("text", "place", "near", "others"),
    [
        ("organization: X", '"organization"', "`organisation`", "acceptance_months"),
        ("zzz: 1", '"zzz"', None, "acceptance_months, bands, insurer_questions"),
        ("snapshots: {brunch: x}", '"snapshots.brunch"', "`branch`", "keep_names"),
        ("snapshots: {zzz: x}", '"snapshots.zzz"', None, "branch, keep_names"),
        ("branch: x", '"branch"', None, "snapshots"),
    ],
)
def test_an_unknown_option(text: str, place: str, near: str | None, others: str) -> None:
    """It is named with what it stands in; the nearest is proposed, else all that there are."""
    (problem,) = faults(text)
    assert problem.code == "settings-unknown-key"
    assert place in problem.message
    assert (others in problem.hint) is (near is None)
    assert near is None or near in problem.hint


def test_unknown_options_without_end() -> None:
    """Twenty are told, beside as many within a group; what is known is read all the same."""
    many = "".join(f"q{number:02}: 1\n" for number in range(MOST_REPEATED + 5))
    inner = "".join(f"  w{number:02}: 1\n" for number in range(MOST_REPEATED + 5))
    settings, problems = read_settings(source(f"{many}tenant: T\nsnapshots:\n{inner}"))
    lines = [problem.line for problem in problems]
    assert lines == [*range(1, MOST_REPEATED + 1), *range(MOST_REPEATED + 8, 2 * MOST_REPEATED + 8)]
    assert settings.tenant == "T"


def test_a_group_names_what_belongs_into_it() -> None:
    """Those options only that stand below it in the file."""
    assert inner_names("snapshots") == ["branch", "keep_names"]
    assert inner_names("organisation") == inner_names("keep_names") == []
    (problem,) = faults("snapshots: data")
    assert all(name in problem.hint for name in ("branch", "keep_names"))


def test_defaults_as_one_would_type_them() -> None:
    """Numbers, words, lists and truth values; whatever is empty is called the same."""
    shown = {name: shown_default(declared) for name, declared in OPTIONS.items()}
    empty = {shown.pop(name) for name in ("tenant", "snapshots_branch", "roles", "risk", "owners", "insurer_questions")}
    assert len(empty) == 1
    assert re.fullmatch("[a-z]+", empty.pop())
    assert shown == {
        "organisation": "Our organisation",
        "acceptance_months": "12",
        "year_months": "12",
        "stale_months": "3",
        "bands": "[65, 80]",
        "keep_names": "false",
        "profile": "internal",
    }


def test_what_does_not_fit_says_what_would() -> None:
    """The exception's own text is what was expected."""
    assert str(Unfit("a list")) == Unfit("a list").expected == "a list"


@pytest.mark.parametrize(
    ("identifier", "near"), [("AdminMFA2", "AdminMFAV2"), ("adminmfav2", "AdminMFAV2"), ("zzz", None)]
)
def test_risk_of_an_id_that_nobody_knows(identifier: str, near: str | None) -> None:
    """The id is named on its line; the nearest is proposed, else the place to look it up."""
    text = f"risk:\n  AdminMFAV2: high\n  {identifier}: low\n"
    read = source(text)
    catalogue = Catalogue({"AdminMFAV2": Recommendation("AdminMFAV2", "")})
    (problem,) = check_settings(read, read_settings(read)[0], catalogue)
    sound(problem)
    assert (problem.code, problem.line) == ("settings-unknown-id", 3)
    assert f'"{identifier}"' in problem.message
    assert ("AdminMFAV2" in problem.hint) is (near is not None)
    assert ("catalogue.json" in problem.hint) is (near is None)
