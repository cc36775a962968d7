# SPDX-License-Identifier: Apache-2.0
"""The table that the portal exports: any language, any separator, and nothing made up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.snapshots.known import plain_words
from secure_score_backlog.snapshots.portal_csv import (
    WORDS,
    NotAPortalExport,
    Row,
    column_meaning,
    is_table,
    portal_state_of,
    read_table,
    titles_of,
)
from secure_score_backlog.snapshots.portal_join import Joined, UnusableTable, join
from tests.support.graph_items import DAY, profile

PROFILES = (
    profile("AdminMFAV2", title="Require MFA for administrative roles"),
    profile("BlockLegacyAuthentication", title="Enable policy to block “legacy” authentication"),
    profile("mdo_safelinks", title="Create Safe Links policies"),
    profile("twin_one", title="The same title"),
    profile("twin_two", title="The same title"),
)
ENGLISH = (
    "\ufeffRank,Recommended action,Score impact,Points achieved,Status,Regressed,Have license?,Category,Product,"
    '"Last synced ",Microsoft update,Notes\r\n'
    "1,Require MFA for administrative roles,+37.04 %,0/10,To address,No,Yes,Identity,Microsoft Entra ID,11/20/2026,"
    "None,\r\n"
    '2,"Enable policy to block ""legacy"" authentication",+29.63 %,7.83/8,Risk accepted,No,Yes,Identity,'
    "Microsoft Entra ID,11/20/2026,None,Asked the person in charge\r\n"
    "3,Create Safe Links policies,+33.33 %,9/9,Resolved through third party,No,Yes,Apps,Defender for Office,,,\r\n"
)
GERMAN = (
    "Rang;Empfohlene Maßnahme;Bewertungsauswirkung;Erzielte Punkte;Status;Kategorie;Produkt\n"
    "1;Require MFA for administrative roles;+37,04 %;0/10;Zu behandeln;Identität;Microsoft Entra ID\n"
    '2;Enable policy to block "legacy" authentication;+29,63 %;7,83/8;Risiko akzeptiert;Identität;Microsoft Entra ID\n'
    "3;Create Safe Links policies;+33,33 %;9/9;Durch Drittanbieter gelöst;Apps;Defender for Office\n"
)
FRENCH = (
    GERMAN.replace(
        "Rang;Empfohlene Maßnahme;Bewertungsauswirkung;Erzielte Punkte;Status;Kategorie;Produkt",
        "Classement;Action recommandée;Impact sur le score;Points obtenus;Statut ;Catégorie;Produit",
    )
    .replace("Zu behandeln", "À traiter")
    .replace("Risiko akzeptiert", "Risque accepté")
    .replace("Durch Drittanbieter gelöst", "Résolu par un tiers")
)
SPANISH = (
    FRENCH.replace(
        "Classement;Action recommandée;Impact sur le score;Points obtenus;Statut ;Catégorie;Produit",
        "Rango\tAcción recomendada\tImpacto de puntuación\tPuntos conseguidos\tEstado\tCategoría\tProducto",
    )
    .replace(";", "\t")
    .replace("À traiter", "Por abordar")
    .replace("Risque accepté", "Riesgo aceptado")
    .replace("Résolu par un tiers", "Resuelto mediante terceros: tercero")
)
UNKNOWN_LANGUAGE = (
    "順位,推奨される処置,影響,達成したポイント,カテゴリ\n"
    "1,Require MFA for administrative roles,+37.04 %,0/10,ID\n"
    '2,Enable policy to block "legacy" authentication,+29.63 %,7.83/8,ID\n'
    "3,Create Safe Links policies,+33.33 %,8/9,アプリ\n"
)
EXPECTED = {
    "AdminMFAV2": (Decimal(0), [10, "Default"]),
    "BlockLegacyAuthentication": (Decimal("7.83"), [8, "Ignored"]),
    "mdo_safelinks": (Decimal(9), [9, "ThirdParty"]),
}


def joined(text: str) -> Joined:
    """A table joined with the catalogue of these tests."""
    return join(read_table(text, titles_of(PROFILES)), PROFILES, DAY)


def said(result: Joined) -> dict[str, object]:
    """Points, maximum and state by recommendation."""
    lines = {line["controlName"]: line["score"] for line in result.export.score["controlScores"]}
    return {name: (points, result.export.maximum[name]) for name, points in lines.items()}


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        GERMAN,
        FRENCH,
        SPANISH,
        "sep=;\r\n" + GERMAN,
        GERMAN.replace("\n", "\r\n"),
        ENGLISH.replace("Points achieved", "POINTS  ACHIEVED "),
        "\n\n" + ENGLISH.lstrip("\ufeff") + ",,,,,,,,,,,\n",
        ENGLISH.replace("0/10", " 0 / 10 ")
        .replace("7.83/8", "7,83\u00a0/\u00a08")
        .replace("7,83", '"7,83')
        .replace("\u00a08,Risk", '\u00a08",Risk'),
    ],
    ids=["en", "de", "fr", "es", "sep", "crlf", "capitals", "blank lines", "blanks in cells"],
)
def test_every_language_says_the_same(text: str) -> None:
    """Ids by title, points with comma or point, Graph's state for the portal's status."""
    result = joined(text)
    assert said(result) == EXPECTED
    assert (result.unjoined, result.unreadable, result.unclear) == ((), (), ())
    assert result.export.whole


def test_a_language_that_nobody_knows() -> None:
    """Columns are found by what stands in them; the status, which nobody can read, stays unknown."""
    result = joined(UNKNOWN_LANGUAGE)
    assert said(result) == {
        "AdminMFAV2": (0, [10, None]),
        "BlockLegacyAuthentication": (Decimal("7.83"), [8, None]),
        "mdo_safelinks": (8, [9, None]),
    }
    assert joined(UNKNOWN_LANGUAGE).export.whole, "the column of impacts is found, too"


@pytest.mark.parametrize("status", ["", ",状態"])
def test_a_language_that_nobody_knows_never_exceeds_the_maximum(status: str) -> None:
    """With all points and no status that is known, nobody can say who measured them: refused, with what to do."""
    header, *rows = UNKNOWN_LANGUAGE.replace("8/9", "9/9").splitlines()
    text = "\n".join([header + status, *(row + (",完了" if status else "") for row in rows)]) + "\n"
    with pytest.raises(UnusableTable, match="no status in it is known") as refused:
        joined(text)
    assert "Set the portal to English" in refused.value.advice
    assert "with all points" in str(refused.value)


def test_what_a_table_cannot_know_stays_unknown() -> None:
    """No totals, no percentages, no counts, no times, no comparison; cells are kept, but for the notes."""
    export = joined(ENGLISH).export
    assert export.score.keys() == {"createdDateTime", "controlScores"}
    assert {key for line in export.score["controlScores"] for key in line} == {"controlName", "score", "exported"}
    first = export.score["controlScores"][0]["exported"]
    assert first == {
        "category": "Identity",
        "impact": "+37.04 %",
        "licence": "Yes",
        "product": "Microsoft Entra ID",
        "regressed": "No",
        "status": "To address",
        "synced": "11/20/2026",
        "update": "None",
    }
    assert "person in charge" not in str(export)
    assert export.dropped == ("Notes",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Name,Mail\nA user,user@tenant.example\n", "not the portal's export (columns: Name, Mail)"),
        ("Rank,Recommended action,Points achieved\n", "a table without rows"),
        ("Rank,Recommended action\n1,Do it\n", "expected are Recommended action, Points achieved, Status"),
        ("a,b\n" + "1,2\n" * 10_001, "more than 10000 rows"),
        ('a,b\n"1,2\n', "a table that was cut off"),
    ],
)
def test_another_table_is_refused(text: str, why: str) -> None:
    """It is named by its columns, and what was expected is said."""
    assert is_table(text)
    with pytest.raises(NotAPortalExport) as ending:
        read_table(text, titles_of(PROFILES))
    assert why in str(ending.value)


def test_json_is_no_table() -> None:
    """Files are told apart by how they begin."""
    assert not any(map(is_table, ['{"a": 1, "b": 2}', " \n[1,2]", "\ufeff{}", "", "<html>"]))
    assert is_table("\ufeffRank,Recommended action")


def test_words_are_compared_without_their_looks() -> None:
    """Case, blanks, quotes and marks at the end make no difference; letters do."""
    assert plain_words(" Have  license? ") == plain_words("have license")
    assert plain_words("Don’t\u00a0wait.") == plain_words("don't wait")
    assert plain_words("a") != plain_words("b")


def test_every_known_word_is_recognised() -> None:
    """Each column title and each beginning of a status finds itself, in capitals too."""
    for meaning, titles in WORDS.columns.items():
        assert {column_meaning(title.upper()) for title in titles} == {meaning}
    assert {portal_state_of(word) for word in ("To address", "Completed", "Abgeschlossen")} == {"Default"}
    assert {portal_state_of(word) for word in ("Planned", "Geplant", "Planifié", "Pianificato")} == {"Planned"}
    assert portal_state_of("Resolved through alternate mitigation") == "AlternateMitigation"
    assert portal_state_of("Über Drittanbieter gelöst") == "ThirdParty"
    assert portal_state_of("something else") is None
    for state, beginnings in WORDS.statuses.items():
        assert {portal_state_of(beginning.upper()) for beginning in beginnings} == {state}
    assert set(WORDS.statuses) == {"Default", "Planned", "Ignored", "ThirdParty", "AlternateMitigation"}


@given(st.text(alphabet='abc,;\t"\n0123456789/% ', max_size=200))
def test_no_table_is_a_bug(text: str) -> None:
    """Whatever stands in a file, it is read or refused."""
    try:
        join(read_table(text), PROFILES, DAY)
    except (NotAPortalExport, UnusableTable):
        return


@given(st.decimals(0, 99, places=2), st.integers(99, 999), st.sampled_from(",."))
def test_points_are_exact(points: Decimal, possible: int, mark: str) -> None:
    """What stands before and after the stroke arrives digit by digit."""
    cells = {"title": "Create Safe Links policies", "points": f"{points}".replace(".", mark) + f"/{possible}"}
    result = join([Row(2, {**cells, "status": "To address"})], PROFILES, DAY)
    assert said(result) == {"mdo_safelinks": (points, [possible, "Default"])}
