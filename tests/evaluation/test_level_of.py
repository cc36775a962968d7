# SPDX-License-Identifier: Apache-2.0
"""Which risk level counts: the decision's, else the settings', else the shipped rating's."""

from __future__ import annotations

import pytest

from secure_score_backlog.decisions.model import Bucket, Decision
from secure_score_backlog.evaluation.status import Rated, level_of
from secure_score_backlog.ratings import RatedBy, Risk, load_ratings
from secure_score_backlog.settings import Settings

RATINGS = load_ratings()


def decided(risk: Risk | None) -> Decision:
    """A decision that says this about the risk."""
    return Decision(recommendation="AdminMFAV2", bucket=Bucket.DO_NOW, risk=risk)


def test_decision_before_settings_before_shipped() -> None:
    """The order of precedence, one step at a time; the shipped reason stays whoever rates it."""
    settings = Settings(risk={"AdminMFAV2": Risk.MEDIUM})
    shipped = RATINGS.rate("AdminMFAV2")
    assert shipped is not None
    by_decision = Rated(Risk.LOW, RatedBy.DECISION, shipped.reason)
    assert level_of("AdminMFAV2", decided(Risk.LOW), settings, RATINGS) == by_decision
    for silent in (None, decided(None)):
        by_settings = Rated(Risk.MEDIUM, RatedBy.SETTINGS, shipped.reason)
        assert level_of("AdminMFAV2", silent, settings, RATINGS) == by_settings
        expected = Rated(Risk.CRITICAL, RatedBy.SHIPPED, shipped.reason)
        assert level_of("AdminMFAV2", silent, Settings(), RATINGS) == expected
        assert level_of("never_heard_of", silent, settings, RATINGS) == Rated()


def test_a_family_comes_after_decision_settings_and_id() -> None:
    """The order of precedence for an id that only a family rates, and for a member with a rating of its own."""
    new, family = "AATP_Okta_SomethingNew", "AATP_Okta_*"
    by_family = RATINGS.rate(new)
    assert by_family is not None
    settings = Settings(risk={new: Risk.LOW})
    assert level_of(new, decided(Risk.HIGH), settings, RATINGS) == Rated(Risk.HIGH, RatedBy.DECISION, by_family.reason)
    assert level_of(new, None, settings, RATINGS) == Rated(Risk.LOW, RatedBy.SETTINGS, by_family.reason)
    expected = Rated(by_family.level, RatedBy.FAMILY, by_family.reason, family)
    assert level_of(new, None, Settings(), RATINGS) == expected
    assert level_of("scid_2509", None, Settings(), RATINGS).by is RatedBy.SHIPPED
    assert level_of("scid_2519", None, Settings(), RATINGS).family == "scid_25??"


@pytest.mark.parametrize(
    ("written", "asked", "level"),
    [
        ("mda_zoom_mfa", "MDA_Zoom_MFA", Risk.LOW),
        ("MDA_Zoom_MFA", "11770.MDA_Zoom_MFA", Risk.LOW),
        ("11770.MDA_Zoom_MFA", "11770.mda_zoom_mfa", Risk.LOW),
        ("11770.MDA_Zoom_MFA", "20000.MDA_Zoom_MFA", Risk.HIGH),
        ("MDA_Zoom", "MDA_Zoom_MFA", Risk.HIGH),
    ],
)
def test_settings_are_found_as_people_write_them(written: str, asked: str, level: Risk) -> None:
    """Case is ignored, and an id without instance number applies to all instances; one instance's id to no other."""
    assert level_of(asked, None, Settings(risk={written: Risk.LOW}), RATINGS).level is level


def test_settings_for_one_instance_win_over_those_for_all() -> None:
    """The more specific id counts."""
    settings = Settings(risk={"MDA_Zoom_MFA": Risk.LOW, "11770.MDA_Zoom_MFA": Risk.CRITICAL})
    assert level_of("11770.MDA_Zoom_MFA", None, settings, RATINGS).level is Risk.CRITICAL
    assert level_of("1.MDA_Zoom_MFA", None, settings, RATINGS).level is Risk.LOW
    twice = Settings(risk={"OneAdmin": Risk.LOW, "oneadmin": Risk.HIGH})
    assert level_of("OneAdmin", None, twice, RATINGS).level is Risk.LOW
