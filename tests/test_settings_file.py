# SPDX-License-Identifier: Apache-2.0
"""`backlog.yml`: every option read with its type, every mistake told with its line, defaults where nothing is said."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.problems import Severity
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import (
    READERS,
    Settings,
    check_settings,
    load_settings,
    options,
    parse_settings,
    read_settings_file,
)
from secure_score_backlog.site.guide import TYPES
from secure_score_backlog.site.schemas import OPTIONS
from secure_score_backlog.snapshots.model import Catalogue, Recommendation

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
profile: insurer
roles:
  Managing Director: [md-login]
  Head of IT: it-login
risk: {AdminMFAV2: critical}
owners: [Head of IT, Managing Director]
insurer_questions:
  - {id: q1, question: Do you?}
"""


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
        snapshots_branch="data/snapshots",
        keep_names=True,
        profile="insurer",
        roles={"Managing Director": ("md-login",), "Head of IT": ("it-login",)},
        risk={"AdminMFAV2": Risk.CRITICAL},
        owners=("Head of IT", "Managing Director"),
        insurer_questions=({"id": "q1", "question": "Do you?"},),
    )
    assert all(getattr(settings, each.name) != getattr(Settings(), each.name) for each in dataclasses.fields(settings))


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n", "{}\n", "organisation:\nbands: ~\nsnapshots:\n"])
def test_nothing_said_means_the_defaults(tmp_path: Path, text: str) -> None:
    """A missing file, an empty one and empty options are all the same, and no problem."""
    assert load_settings(tmp_path) == (Settings(), [])
    (tmp_path / "backlog.yml").write_text(text, encoding="utf-8")
    assert load_settings(tmp_path) == (Settings(), [])


MISTAKES = {
    "organization: X": ("settings-unknown-key", 1, "organisation"),
    "tenant: T\nBands: [1, 2]": ("settings-unknown-key", 2, "bands"),
    "wholly_else: 1": ("settings-unknown-key", 1, "organisation"),
    "snapshots:\n  brunch: x": ("settings-unknown-key", 2, "branch"),
    "snapshots: data": ("settings-wrong-type", 1, "branch"),
    "organisation: 12": ("settings-wrong-type", 1, "double quotes"),
    "acceptance_months: twelve": ("settings-wrong-type", 1, "12"),
    "acceptance_months: true": ("settings-wrong-type", 1, "12"),
    "acceptance_months: 0": ("settings-wrong-value", 1, "1 to 60"),
    "acceptance_months: 600": ("settings-wrong-value", 1, "1 to 60"),
    "stale_months: 1.5": ("settings-wrong-type", 1, "3"),
    "bands: 65": ("settings-wrong-type", 1, "[65, 80]"),
    "bands: [80, 65]": ("settings-wrong-value", 1, "[65, 80]"),
    "bands: [1, 2, 3]": ("settings-wrong-type", 1, "[65, 80]"),
    "bands: [65, 200]": ("settings-wrong-value", 1, "two whole percentages"),
    "snapshots: {keep_names: yes}": ("settings-wrong-type", 1, "true or false"),
    "snapshots: {branch: --upload-pack=x}": ("settings-wrong-value", 1, "branch"),
    "snapshots: {branch: a..b}": ("settings-wrong-value", 1, "branch"),
    "snapshots:\n  keep_names: false\n  branch: 2026-10-01": ("settings-wrong-type", 3, "double quotes"),
    "profile: Public": ("settings-wrong-value", 1, "public"),
    "roles: [a]": ("settings-wrong-type", 1, "logins"),
    "roles:\n  A: [ok]\n  B: ['@x']": ("settings-wrong-value", 3, "without the @"),
    "roles: {A: 5}": ("settings-wrong-type", 1, "logins"),
    "risk: high": ("settings-wrong-type", 1, "critical"),
    "risk:\n  A: high\n  B: huge": ("settings-wrong-value", 3, "critical"),
    "owners: {A: b}": ("settings-wrong-type", 1, "list"),
    "owners:\n  - A\n  - ''": ("settings-wrong-type", 3, "list"),
    "insurer_questions: x": ("settings-wrong-type", 1, "list"),
    "insurer_questions:\n  - a: b\n  - c": ("settings-wrong-type", 3, "list"),
    "tenant: A\ntenant: B": ("yaml-duplicate-key", 2, "delete"),
    "- a": ("yaml-not-a-mapping", 1, "colon"),
    "tenant: [": ("yaml-syntax", 1, "]"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_each_mistake_is_told_and_the_default_holds(text: str) -> None:
    """Every wrong key, type and value is an error on its line whose hint says what to type."""
    code, line, hint = MISTAKES[text]
    found = parse_settings(text.encode())
    assert [(fault.code, fault.line, fault.severity) for fault in found.problems] == [(code, line, Severity.ERROR)]
    assert hint in found.problems[0].hint
    assert dataclasses.replace(found.settings, tenant="") == Settings()


def test_one_mistake_leaves_the_rest() -> None:
    """The other options of a file with a mistake are read."""
    found = parse_settings(b"tenant: T\nbands: 5\nyear_months: 6\n")
    assert (found.settings.tenant, found.settings.year_months, found.settings.bands) == ("T", 6, (65, 80))


def test_windows_line_ends_and_marks() -> None:
    """A file saved by Notepad reads the same, with the same lines."""
    found = parse_settings(b"\xef\xbb\xbftenant: T\r\n\r\nbands: 5\r\n")
    assert found.settings.tenant == "T"
    assert [fault.line for fault in found.problems] == [3]


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    """UTF-16, a folder of that name and the other usual ending are problems, and the defaults hold."""
    (tmp_path / "backlog.yaml").write_text("tenant: T\n", encoding="utf-8")
    settings, problems = load_settings(tmp_path)
    assert (settings, [fault.code for fault in problems]) == (Settings(), ["settings-file-name"])
    (tmp_path / "backlog.yml").mkdir()
    assert [fault.code for fault in load_settings(tmp_path)[1]] == ["file-unreadable"]
    assert [fault.code for fault in parse_settings("tenant: T".encode("utf-16")).problems] == ["file-encoding"]
    assert [fault.code for fault in parse_settings(b"#" * 300_000).problems] == ["file-too-large"]


def test_overrides_of_unknown_ids_are_warned_about() -> None:
    """An override for an id that the catalogue lacks is told on its line with the nearest id."""
    found = parse_settings(b"risk:\n  AdminMFAV2: high\n  AdminMFA2: low\n")
    catalogue = Catalogue({"AdminMFAV2": Recommendation("AdminMFAV2", "")})
    problems = check_settings(found.source, found.settings, catalogue)
    assert [(fault.code, fault.line, fault.severity) for fault in problems] == [
        ("settings-unknown-id", 3, Severity.WARNING)
    ]
    assert "AdminMFAV2" in problems[0].hint
    assert check_settings(found.source, found.settings, Catalogue()) == []


def test_every_declared_type_can_be_read_described_and_shown() -> None:
    """Each option has a reader, a schema and a name for its type, documentation and a default of its type."""
    for declared in options():
        assert declared.type in READERS
        assert declared.type in OPTIONS
        assert declared.type in TYPES
        assert declared.documentation.endswith(".")
    assert len({declared.place for declared in options()}) == len(dataclasses.fields(Settings))


def test_lines_are_kept(tmp_path: Path) -> None:
    """Whoever checks a setting further can point at its line."""
    (tmp_path / "backlog.yml").write_text(EVERYTHING, encoding="utf-8")
    assert read_settings_file(tmp_path).source.line("snapshots", "keep_names") == 10


@given(st.binary(max_size=120))
def test_any_bytes_give_settings(content: bytes) -> None:
    """Settings are read or refused, never raised."""
    for text in (content, b"bands: " + content, b"roles: {a: " + content + b"}", b"risk:\n  " + content):
        assert isinstance(parse_settings(text).settings, Settings)


@given(
    st.dictionaries(
        st.sampled_from([declared.place[0] for declared in options()]),
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
