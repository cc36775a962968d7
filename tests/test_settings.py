# SPDX-License-Identifier: Apache-2.0
"""`backlog.yml`: every option read with its type, every mistake reported with its line, defaults for the rest."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are no dependency of ours
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.problems import MOST_REPEATED, Problem, Severity
from secure_score_backlog.ratings import Risk
from secure_score_backlog.schema import as_written
from secure_score_backlog.settings import (
    KEYS,
    LARGEST_SETTINGS,
    HistorySettings,
    Policy,
    ProfileName,
    RepositorySettings,
    Settings,
    SnapshotSettings,
    StaticWebApp,
    Weight,
    check_settings,
    load_settings,
    parse_settings,
    read_settings,
    read_settings_file,
    settings_schema,
)
from secure_score_backlog.strict_yaml import YamlData, read_yaml

PATH = "backlog.yml"
EVERYTHING = """\
# comments stay out of it
organisation: Northwind
tenant: "Tenant 1"
acceptance_months: 6
year_months: 24
stale_months: 4
bands: [50, 75]
snapshots:
  branch: data/snapshots
  keep_names: true
history: {after: 0123456789abcdef0123456789abcdef01234567}
repository:
  address: northwind/backlog
  branch: trunk
  folder: tenants/north
profile: insurer
static_web_app: {tenant: 6f1d3c4a-0000-4000-8000-0123456789ab}
roles:
  Managing Director: [md-login]
  Head of IT: it-login
policy: {approver_is_owner: warning, past_date: off}
risk: {AdminMFAV2: critical}
owners: [Head of IT, Managing Director]
"""


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
    """The value of an option in a file without problems; `snapshots.branch` is one of a group."""
    settings, problems = read_settings(source(text))
    assert problems == []
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def test_every_option_is_read(tmp_path: Path) -> None:
    """A file that says everything gives everything, in the types of the model."""
    (tmp_path / "backlog.yml").write_text(EVERYTHING, encoding="utf-8")
    settings, problems = load_settings(tmp_path)
    assert problems == []
    assert settings == Settings(
        organisation="Northwind",
        tenant="Tenant 1",
        acceptance_months=6,
        year_months=24,
        stale_months=4,
        bands=(50, 75),
        snapshots=SnapshotSettings(branch="data/snapshots", keep_names=True),
        history=HistorySettings("0123456789abcdef0123456789abcdef01234567"),
        repository=RepositorySettings("northwind/backlog", "trunk", "tenants/north"),
        profile=ProfileName.INSURER,
        static_web_app=StaticWebApp("6f1d3c4a-0000-4000-8000-0123456789ab"),
        roles={"Managing Director": ("md-login",), "Head of IT": ("it-login",)},
        policy=Policy(approver_is_owner=Weight.WARNING, past_date=Weight.OFF),
        risk={"AdminMFAV2": Risk.CRITICAL},
        owners=("Head of IT", "Managing Director"),
    )
    assert all(getattr(settings, each.name) != getattr(Settings(), each.name) for each in dataclasses.fields(settings))


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n", "{}\n", "organisation:\nbands: ~\nsnapshots:\n"])
def test_nothing_said_means_the_defaults(tmp_path: Path, text: str) -> None:
    """A missing file, an empty one and empty options are all the same, and no problem."""
    assert load_settings(tmp_path) == (Settings(), [])
    (tmp_path / "backlog.yml").write_text(text, encoding="utf-8")
    assert load_settings(tmp_path) == (Settings(), [])


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
        ("snapshots: {branch: a}", "snapshots.branch", "a"),
        ("snapshots: {branch: data/a-1_b.c}", "snapshots.branch", "data/a-1_b.c"),
        ("snapshots: {keep_names: false}", "snapshots.keep_names", False),
        ("snapshots: {keep_names: true}", "snapshots.keep_names", True),
        ("snapshots:", "snapshots.keep_names", False),
        ("roles: {CIO: login}", "roles", {"CIO": ("login",)}),
        ("roles: {CIO: [], 'Bot': ['a-b_c', 'x[bot]']}", "roles", {"CIO": (), "Bot": ("a-b_c", "x[bot]")}),
        ("risk: {}", "risk", {}),
    ],
)
def test_values_at_their_limits(text: str, name: str, value: Any) -> None:
    """The least and the most that an option takes; one text may stand for a list."""
    assert taken(text, name) == value


MISTAKES = {
    "organization: X": ("settings-unknown-key", 1, "organisation"),
    "tenant: T\nBands: [1, 2]": ("settings-unknown-key", 2, "bands"),
    "wholly_else: 1": ("settings-unknown-key", 1, "organisation"),
    "insurer_questions: []": ("settings-unknown-key", 1, "organisation"),
    "snapshots:\n  brunch: x": ("settings-unknown-key", 2, "branch"),
    "snapshots: data": ("settings-wrong-type", 1, "branch"),
    "snapshots: []": ("settings-wrong-type", 1, "branch"),
    "snapshots: 0": ("settings-wrong-type", 1, "branch"),
    "organisation: 12": ("settings-wrong-type", 1, "double quotes"),
    "acceptance_months: twelve": ("settings-wrong-type", 1, "12"),
    "acceptance_months: true": ("settings-wrong-type", 1, "12"),
    "acceptance_months: 5.0": ("settings-wrong-type", 1, "12"),
    "acceptance_months: 0": ("settings-wrong-value", 1, "1 to 60"),
    "acceptance_months: 61": ("settings-wrong-value", 1, "1 to 60"),
    "acceptance_months: 600": ("settings-wrong-value", 1, "1 to 60"),
    "year_months: 121": ("settings-wrong-value", 1, "1 to 120"),
    "stale_months: 1.5": ("settings-wrong-type", 1, "3"),
    "bands: 65": ("settings-wrong-type", 1, "[65, 80]"),
    "bands: []": ("settings-wrong-type", 1, "[65, 80]"),
    "bands: [80, 65]": ("settings-wrong-value", 1, "[65, 80]"),
    "bands: [65, 65]": ("settings-wrong-value", 1, "[65, 80]"),
    "bands: [0, 65]": ("settings-wrong-value", 1, "[65, 80]"),
    "bands: [65, 100]": ("settings-wrong-value", 1, "[65, 80]"),
    "bands: [65, x]": ("settings-wrong-type", 1, "[65, 80]"),
    "bands: [true, 65]": ("settings-wrong-type", 1, "[65, 80]"),
    "bands: [1, 2, 3]": ("settings-wrong-type", 1, "[65, 80]"),
    "bands: [65, 200]": ("settings-wrong-value", 1, "two whole percentages"),
    "snapshots: {keep_names: yes}": ("settings-wrong-type", 1, "true or false"),
    "snapshots: {keep_names: 1}": ("settings-wrong-type", 1, "true or false"),
    "snapshots: {branch: --upload-pack=x}": ("settings-wrong-value", 1, "branch"),
    "snapshots: {branch: a..b}": ("settings-wrong-value", 1, "branch"),
    "snapshots: {branch: ''}": ("settings-wrong-value", 1, "branch"),
    "snapshots: {branch: a/}": ("settings-wrong-value", 1, "branch"),
    "snapshots: {branch: a.lock}": ("settings-wrong-value", 1, "branch"),
    "snapshots:\n  keep_names: false\n  branch: 2026-10-01": ("settings-wrong-type", 3, "double quotes"),
    "profile: Public": ("settings-wrong-value", 1, "public"),
    "profile: ''": ("settings-wrong-value", 1, "public"),
    "profile: [public]": ("settings-wrong-type", 1, "public"),
    "snapshots: {bot: collector}": ("settings-wrong-value", 1, "Name <mail>"),
    "snapshots: {bot: 'a <b@c> d'}": ("settings-wrong-value", 1, "Name <mail>"),
    "roles: x": ("settings-wrong-type", 1, "logins"),
    "roles: [a]": ("settings-wrong-type", 1, "logins"),
    "roles: {A: 5}": ("settings-wrong-type", 1, 'double quotes: `A: "5"`'),
    "roles:\n  A: ok\n  B: 5": ("settings-wrong-type", 3, 'double quotes: `B: "5"`'),
    "roles:\n  A: ok\n  B:": ("settings-wrong-type", 3, "login"),
    "roles:\n  A: ok\n  B: {c: d}": ("settings-wrong-type", 3, "login"),
    "roles:\n  A: ok\n  B: [c, 5]": ("settings-wrong-type", 3, "double quotes"),
    "roles:\n  A: ok\n  B:\n    - c\n    - -d": ("settings-wrong-value", 5, "login"),
    "roles:\n  A: ok\n  B: -c": ("settings-wrong-value", 3, "login"),
    "roles:\n  A: [ok]\n  B: ['@x']": ("settings-wrong-value", 3, "without the @"),
    "risk: high": ("settings-wrong-type", 1, "critical"),
    "risk: [A]": ("settings-wrong-type", 1, "critical"),
    "risk:\n  A: high\n  B: huge": ("settings-wrong-value", 3, "critical"),
    "risk:\n  A: high\n  B: [high]": ("settings-wrong-type", 3, "critical"),
    "risk:\n  A: high\n  B:": ("settings-wrong-value", 3, "critical"),
    "owners: 5": ("settings-wrong-type", 1, 'double quotes: `owners: "5"`'),
    "owners: {A: b}": ("settings-wrong-type", 1, "text"),
    "owners:\n  - A\n  - 5": ("settings-wrong-type", 3, "double quotes"),
    "owners:\n  - A\n  - ''": ("settings-wrong-value", 3, "text"),
    "owners:\n  - A\n  - ' '": ("settings-wrong-value", 3, "text"),
    "tenant: A\ntenant: B": ("yaml-duplicate-key", 2, "delete"),
    "- a": ("yaml-not-a-mapping", 1, "colon"),
    "tenant: [": ("yaml-syntax", 1, "]"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_each_mistake_is_reported_and_the_default_holds(text: str) -> None:
    """Every wrong key, type and value is an error on its line whose hint says what to write."""
    code, line, hint = MISTAKES[text]
    found = parse_settings(text.encode())
    assert [(fault.code, fault.line, fault.severity) for fault in found.problems] == [(code, line, Severity.ERROR)]
    assert hint in sound(found.problems[0]).hint
    assert dataclasses.replace(found.settings, tenant="") == Settings()


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("acceptance_months: twelve", "`acceptance_months`", '"twelve"'),
        ("acceptance_months: 600", "`acceptance_months`", "the number 600"),
        ("stale_months: 1.5", "`stale_months`", "the number 1.5"),
        ("tenant: [Secret]", "`tenant`", "a list"),
        ("profile: nobody   at all", "`profile`", '"nobody at all"'),
        ("bands: [80, 65]", "`bands`", "[80, 65]"),
        ("bands: [Secret, 65]", "`bands`", "a list"),
        ("owners: {Secret: x}", "`owners`", "keys of its own"),
        ("tenant: 2026-10-01", "`tenant`", "the date 2026-10-01"),
        ("snapshots: {keep_names: perhaps}", "`snapshots.keep_names`", '"perhaps"'),
        ("snapshots: {branch: a..b}", "`snapshots.branch`", '"a..b"'),
        ("snapshots: data", "`snapshots`", '"data"'),
        ("risk: {A: huge}", "`risk.A`", '"huge"'),
        ("risk: {A: [Secret]}", "`risk.A`", "a list"),
    ],
)
def test_a_message_repeats_what_was_written(text: str, place: str, said: str) -> None:
    """Where it is short; lists and mappings are named by their kind, so that nothing long or private is repeated."""
    (problem,) = faults(text)
    assert f"{place} takes " in problem.message
    assert f", not {said}." in problem.message
    assert "Secret" not in problem.message


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
        ("organisation: 5", ('"5"', "Our organisation")),
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
        ("organization: X", '"organization" is not a key of the settings', "`organisation`", "acceptance_months"),
        ("zzz: 1", '"zzz" is not a key of the settings', None, "organisation, tenant, acceptance_months"),
        ("snapshots: {brunch: x}", '"brunch" is not a key of `snapshots`', "`branch`", "keep_names"),
        ("snapshots: {zzz: x}", '"zzz" is not a key of `snapshots`', None, "branch, keep_names"),
        ("branch: x", '"branch" is not a key of the settings', None, "below `snapshots:`"),
    ],
)
def test_an_unknown_option(text: str, place: str, near: str | None, others: str) -> None:
    """It is named with its group; the nearest is proposed, else its group, else all that there are."""
    (problem,) = faults(text)
    assert problem.code == "settings-unknown-key"
    assert place in problem.message
    assert (others in problem.hint) is (near is None)
    assert near is None or near in problem.hint


def test_unknown_options_without_end() -> None:
    """Twenty are reported, and as many within a group; what is known is read all the same."""
    many = "".join(f"q{number:02}: 1\n" for number in range(MOST_REPEATED + 5))
    inner = "".join(f"  w{number:02}: 1\n" for number in range(MOST_REPEATED + 5))
    settings, problems = read_settings(source(f"{many}tenant: T\nsnapshots:\n{inner}"))
    lines = [problem.line for problem in problems]
    assert lines == [*range(1, MOST_REPEATED + 1), *range(MOST_REPEATED + 8, 2 * MOST_REPEATED + 8)]
    assert settings.tenant == "T"


def test_defaults_as_one_would_write_them() -> None:
    """Numbers, words, lists and truth values; what is empty is empty."""
    options = {each.name: each for key in KEYS for each in (key.keys or (key,))}
    shown = {name: as_written(option.default) for name, option in options.items()}
    assert {name for name, text in shown.items() if not text} == {
        *("tenant", "after", "address", "folder", "roles", "risk", "owners")
    }
    assert {name: text for name, text in shown.items() if text} == {
        "organisation": "Our organisation",
        "acceptance_months": "12",
        "year_months": "12",
        "stale_months": "3",
        "bands": "[65, 80]",
        "keep_names": "false",
        "bot": "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
        "branch": "main",
        "profile": "internal",
        "approver_is_owner": "error",
        "person_as_role": "error",
        "placeholder": "error",
        "past_date": "error",
        "critical_approver_unlisted": "error",
        "critical_unapproved": "error",
        "approver_unlisted": "warning",
    }


def test_one_mistake_leaves_the_rest() -> None:
    """The other options of a file with a mistake are read, those of the same group too."""
    found = parse_settings(b"tenant: T\nbands: 5\nyear_months: 6\nsnapshots: {branch: --x, keep_names: true}\n")
    assert (found.settings.tenant, found.settings.year_months, found.settings.bands) == ("T", 6, (65, 80))
    assert found.settings.snapshots == SnapshotSettings(None, keep_names=True)


def test_windows_line_ends_and_marks() -> None:
    """A file saved by Notepad reads the same, with the same lines."""
    found = parse_settings(b"\xef\xbb\xbftenant: T\r\n\r\nbands: 5\r\n")
    assert found.settings.tenant == "T"
    assert [fault.line for fault in found.problems] == [3]


def test_a_file_that_is_not_text_is_a_problem(tmp_path: Path) -> None:
    """UTF-16, a folder of that name and the other usual ending are problems, and the defaults hold."""
    (tmp_path / "backlog.yaml").write_text("tenant: T\n", encoding="utf-8")
    settings, problems = load_settings(tmp_path)
    assert (settings, [fault.code for fault in problems]) == (Settings(), ["settings-file-name"])
    (tmp_path / "backlog.yml").mkdir()
    assert [fault.code for fault in load_settings(tmp_path)[1]] == ["file-unreadable", "settings-file-name"]
    assert [fault.code for fault in parse_settings("tenant: T".encode("utf-16")).problems] == ["file-encoding"]


@pytest.mark.parametrize("length", [LARGEST_SETTINGS, LARGEST_SETTINGS + 1])
def test_settings_that_are_too_long_are_not_read(length: int) -> None:
    """At the limit they are read; above it one problem on line 1 says so, nothing is taken from them."""
    content = b"tenant: T\n".ljust(length, b"#")
    found = parse_settings(content, "other.yml")
    if length == LARGEST_SETTINGS:
        assert (found.settings.tenant, found.problems) == ("T", ())
        return
    (fault,) = found.problems
    assert (fault.code, fault.path, fault.line) == ("file-too-large", "other.yml", 1)
    assert fault.message == f"The settings are longer than {LARGEST_SETTINGS} characters and were not read."
    assert (
        fault.hint
        == "Until this is mended, every setting has its default. Take long texts out: the settings are short."
    )
    assert (found.settings, found.source.path, found.source.problems) == (Settings(), "other.yml", (fault,))


def test_settings_of_any_path_name_it_in_their_problems() -> None:
    """An old version of the settings, or a file under another name: the problem says where."""
    (fault,) = parse_settings("tenant: T".encode("utf-16"), "other.yml").problems
    assert (fault.path, fault.code) == ("other.yml", "file-encoding")
    found = parse_settings("tenant: T".encode("utf-16"), "other.yml")
    assert (found.source.path, found.source.problems) == ("other.yml", (fault,))
    (fault,) = parse_settings(b"nothing: 1\n", "other.yml").problems
    assert (fault.path, fault.line) == ("other.yml", 1)


def test_lines_are_kept(tmp_path: Path) -> None:
    """Further checks of a setting can point at its line."""
    (tmp_path / "backlog.yml").write_text(EVERYTHING, encoding="utf-8")
    assert read_settings_file(tmp_path).source.line("snapshots", "keep_names") == 10


@pytest.mark.parametrize(
    ("identifier", "near"), [("AdminMFA2", "AdminMFAV2"), ("adminmfav2", "AdminMFAV2"), ("zzz", None)]
)
def test_risk_of_an_id_that_the_catalogue_does_not_know(identifier: str, near: str | None) -> None:
    """A warning on its line with the nearest id, or the place to look it up; nothing without a catalogue."""
    found = parse_settings(f"risk:\n  AdminMFAV2: high\n  {identifier}: low\n".encode())
    (problem,) = check_settings(found.source, found.settings, {"AdminMFAV2"})
    sound(problem)
    assert (problem.code, problem.line, problem.severity) == ("settings-unknown-id", 3, Severity.WARNING)
    assert f'"{identifier}"' in problem.message
    assert ("AdminMFAV2" in problem.hint) is (near is not None)
    assert ("catalogue.json" in problem.hint) is (near is None)
    assert check_settings(found.source, found.settings, ()) == []


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        ({}, True),
        (None, True),
        ({"bands": [65, 80], "snapshots": {"branch": "data"}, "roles": {"CIO": "login"}, "risk": {"A": "high"}}, True),
        ({"organisation": None, "snapshots": None}, True),
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
def test_the_json_schema(data: Any, fits: bool) -> None:
    """The schema of backlog.yml takes what is right and refuses what is wrong."""
    assert jsonschema.Draft202012Validator(settings_schema()).is_valid(data) is fits


@given(st.binary(max_size=120))
def test_any_bytes_give_settings(content: bytes) -> None:
    """Settings are read or refused, never raised."""
    for text in (content, b"bands: " + content, b"roles: {a: " + content + b"}", b"risk:\n  " + content):
        assert isinstance(parse_settings(text).settings, Settings)


@given(
    st.dictionaries(
        st.sampled_from([option.name for option in KEYS]),
        st.recursive(
            st.sampled_from(["5", "x", "true", "2026-10-01", "1.5", "~", "high", "'@'", '""']),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
                st.dictionaries(st.sampled_from(["branch", "keep_names", "a", "b"]), inner, max_size=3).map(
                    lambda items: f"{{{', '.join(f'{key}: {value}' for key, value in items.items())}}}"
                ),
            ),
            max_leaves=6,
        ),
    )
)
def test_any_values_give_settings(values: dict[str, str]) -> None:
    """Values of any shape behind any option are read or refused, never raised."""
    found = parse_settings("".join(f"{key}: {value}\n" for key, value in values.items()).encode())
    wrong = {fault.code for fault in found.problems}
    assert wrong <= {"settings-wrong-type", "settings-wrong-value", "settings-unknown-key"}


def test_a_login_with_its_at_sign_is_told_without() -> None:
    """As CODEOWNERS writes it; in YAML it is no text, and quotes alone would leave a wrong login."""
    found = read_yaml("roles:\n  Head of IT: [@boss]\n", "backlog.yml").problems
    assert [(each.code, each.line, "without its @" in each.hint) for each in found] == [("yaml-syntax", 2, True)]
