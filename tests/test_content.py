# SPDX-License-Identifier: Apache-2.0
"""The data files beside the code: each key that the code asks for is there, and none that nothing asks for."""

from __future__ import annotations

from importlib.resources import files

import pytest
from msgspec import ValidationError

from secure_score_backlog import content
from secure_score_backlog.content import load_json
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.ledger import Ledger
from secure_score_backlog.evaluation.movement import Part
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.ratings import Risk, load_ratings
from secure_score_backlog.site import part_names
from secure_score_backlog.site.pages import attention, home
from secure_score_backlog.site.pages.glossary import GLOSSARY
from secure_score_backlog.snapshots.known import KnownRecommendations, is_made_of_title, known_recommendations
from secure_score_backlog.snapshots.portal_csv import WORDS
from secure_score_backlog.snapshots.portal_join import KEPT
from secure_score_backlog.snapshots.service_names import SERVICE_NAMES

LOADED = {
    "attention", "blindspots", "citations", "denominators", "glossary", "points", "portal_csv", "report",
    "services",
}  # fmt: skip


def test_every_file_is_read() -> None:
    """A file that nothing loads is dead text."""
    names = [entry.name for entry in files(content).iterdir()]
    assert {name.removesuffix(".yml") for name in names if name.endswith(".yml")} == LOADED


def test_every_state_bucket_and_level_is_explained() -> None:
    """Each once, states in the order in which they are tried."""
    assert list(GLOSSARY.states) == [state.value for state in State]
    assert set(GLOSSARY.register_states) == set(AcceptanceState)
    assert set(GLOSSARY.buckets) == {*Bucket, "undecided"}
    assert list(GLOSSARY.levels) == [*Risk, "unrated"]


def test_every_part_of_points_has_its_words() -> None:
    """Of the ledger and of a movement, in their order."""
    assert list(part_names.WORDS.ledger) == list(Ledger().parts())
    assert list(part_names.WORDS.movement) == list(Part)


def test_every_group_of_the_attention_page_has_its_words() -> None:
    """The groups with lines, those of the chapters, and those with texts are the same."""
    assert list(attention.WORDS) == list(attention.CHECKS)
    assert {key for _, _, keys in attention.CHAPTERS for key in keys} == set(attention.WORDS)
    assert set(attention.COMMANDS) <= set(attention.WORDS)


def test_blind_spots_name_recommendations_that_are_rated() -> None:
    """A misspelt id would show nothing, in every tenant."""
    ratings = load_ratings()
    for spot in home.BLINDSPOTS.values():
        for identifier in spot.recommendations:
            assert ratings.rate(identifier) is not None, identifier


def test_codes_are_in_lower_case() -> None:
    """That is how they are looked up."""
    for names in (SERVICE_NAMES.services, SERVICE_NAMES.connected, SERVICE_NAMES.portal):
        assert list(names) == [code.casefold() for code in names]


def test_the_columns_that_are_kept_are_known() -> None:
    """What is read of a portal's table has a title to be found by."""
    assert set(WORDS.columns) >= {*KEPT, "notes"}
    assert len(WORDS.months) == 12


def test_data_that_does_not_fit_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A key twice, a value of another type: each says where."""
    folder = tmp_path_factory.mktemp("content")
    monkeypatch.setattr(content, "files", lambda _: folder)
    (folder / "twice.yml").write_text("a: x\nb: y\na: z\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"twice\.yml, line 3"):
        content.load("twice", dict[str, str])
    (folder / "number.yml").write_text("a: 1\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="Expected `str`"):
        content.load("number", dict[str, str])


def test_the_shipped_list_of_recommendations_is_sound() -> None:
    """Facts only: each id once, with a title, a service and at most ten points; every source is named."""
    listed = load_json("recommendations", KnownRecommendations)
    assert listed.schema == "recommendations/1"
    assert len(listed.sources) == 4
    ids = [each.id for each in listed.recommendations]
    assert len(set(ids)) == len(ids) == len(known_recommendations()) >= 430
    for each in listed.recommendations:
        assert each.title == each.title.strip() != ""
        assert each.service
        assert each.maximum is None or 0 < each.maximum <= 10
        assert not is_made_of_title(each.id)
