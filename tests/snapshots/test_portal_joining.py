# SPDX-License-Identifier: Apache-2.0
"""The portal's rows joined with what is known: every row counts, and what is left out is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.snapshots.known import id_of_title, is_made_of_title, known_recommendations, plain_words
from secure_score_backlog.snapshots.portal_csv import Row, read_table, titles_of
from secure_score_backlog.snapshots.portal_join import SHOWN, Joined, UnusableTable, join, problems, rows_json
from tests.support.graph_items import DAY, profile
from tests.support.portal_tables import DATES, Action, actions, portal_csv, saved_again, written

PROFILES = tuple(profile(name, title=f"Do {name}") for name in ("a", "b", "c"))


def row(name: str, points: str | None = "3/10", line: int = 2, **more: str) -> Row:
    """A row about a recommendation; without points, the cell is missing."""
    return Row(line, {"title": f"Do {name}", **({} if points is None else {"points": points}), **more})


def joined(*rows: Row) -> Joined:
    """The rows joined with the catalogue of these tests, each on a line of its own."""
    return join([Row(number, each.cells) for number, each in enumerate(rows, start=2)], PROFILES, DAY)


def whole(*rows: Row) -> Joined:
    """The same, with score impacts that say that there are no other rows."""
    maxima = [Decimal((each.cells.get("points") or "0/0").partition("/")[2] or 0) for each in rows]
    total = sum(maxima)
    cells = [{**each.cells, "impact": f"{100 * most / total:.6f}%"} for each, most in zip(rows, maxima, strict=True)]
    return joined(*(Row(2, each) for each in cells))


def read(text: str, profiles: tuple[object, ...] = ()) -> Joined:
    """A table as `import` reads it, without a catalogue unless given."""
    return join(read_table(text, titles_of(profiles)), profiles, DAY)


def told(found: Joined) -> dict[str, Problem]:
    """What is said about a table, by its code."""
    listed = problems(found, "export.csv", DAY)
    assert [problem.path for problem in listed] == ["export.csv"] * len(listed)
    assert {(problem.line, problem.severity) for problem in listed} <= {(None, Severity.WARNING)}
    assert not any(re.search(r"\bNone\b", text) for each in listed for text in (each.message, each.hint))
    return {problem.code: problem for problem in listed}


def scores(found: Joined) -> dict[str, Decimal]:
    """Points by id."""
    return {line["controlName"]: line["score"] for line in found.export.score["controlScores"]}


def test_a_day_in_graphs_shape() -> None:
    """The export is of its day, in the shape of a score; of notes nothing is said where there were none."""
    export = joined(row("a", category=" Identity ", rank="1", notes=" ", status="To address")).export
    assert (export.day, export.dropped) == (DAY, ())
    kept = {"category": "Identity", "status": "To address"}
    assert export.score == {
        "createdDateTime": f"{DAY}T00:00:00Z",
        "controlScores": [{"controlName": "a", "score": 3, "exported": kept}],
    }
    assert export.titles == {}


@pytest.mark.parametrize(
    ("notes", "dropped"), [((), ()), (("", " "), ()), (("", "Ask"), ("Notes",)), (("x", ""), ("Notes",))]
)
def test_notes_are_dropped_and_told(notes: tuple[str, ...], dropped: tuple[str, ...]) -> None:
    """One note in any row is enough, also in a row that is not used."""
    assert joined(row("a"), row("b", "?"), *(row("c", notes=note) for note in notes)).export.dropped == dropped


def test_every_row_counts_licensed_or_not() -> None:
    """The portal's total is the sum over all rows: one without a licence counts, and keeps that fact."""
    found = whole(row("a", "3/10", licence="No"), row("b", "5/8", licence="Yes"), row("c", "1/2", licence=""))
    assert (found.points.earned, found.points.possible, found.unlicensed) == (9, 20, 1)
    lines = {line["controlName"]: line for line in found.export.score["controlScores"]}
    assert [lines[name].get("licensed") for name in "abc"] == [False, None, None]
    assert lines["a"]["exported"]["licence"] == "No"
    assert told(found) == {}


def test_a_real_shaped_table_gives_the_portals_own_figure() -> None:
    """Mark of byte order, CRLF, a blank after a title, tabs before points, rows without a licence, 74 of them."""
    rows = actions()
    table = portal_csv(rows)
    assert "Last synced ," in table
    assert "\t0/3" in table
    assert "\r\n" in table
    expected = (sum(each.earned for each in rows), sum(each.possible for each in rows))
    without = read(table)
    listed = [each for each in known_recommendations().values() if each.title in {action.title for action in rows}]
    with_catalogue = read(table, tuple(profile(each.id, str(each.maximum), title=each.title) for each in listed))
    for found in (without, with_catalogue):
        assert (found.points.earned, found.points.possible) == expected
        assert (found.rows, found.unlicensed, found.export.whole) == (74, 8, True)
        assert told(found) == {}
    assert scores(without) == scores(with_catalogue)
    assert with_catalogue.export.titles == {}
    assert {entry["source"] for entry in without.export.titles.values()} == {"shipped"}


@pytest.mark.parametrize("form", DATES.values(), ids=DATES.keys())
@pytest.mark.parametrize("month_first", [False, True])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_points_that_a_spreadsheet_program_made_dates_of_are_recovered(
    form: Callable[[int, int], str], month_first: bool, separator: str
) -> None:
    """The same figure after the table was opened and saved, however the program writes a day and a month."""
    rows = actions()
    found = read(saved_again(portal_csv(rows), form, separator, month_first=month_first))
    assert (found.points.earned, found.points.possible) == (
        sum(each.earned for each in rows),
        sum(each.possible for each in rows),
    )
    assert found.export.whole
    message = told(found)["import-points-recovered"].message
    assert f"changed the points of {len(found.recovered)} rows into dates" in message
    assert len(found.recovered) > 30
    changed = [line for line in found.export.score["controlScores"] if "points" in line["exported"]]
    assert len(changed) == len(found.recovered), "what the cell said is kept"


def test_points_are_not_recovered_where_it_is_not_certain() -> None:
    """Two readings of one cell, and neither an impact nor a known maximum: the table is refused, with the reason."""
    table = written([["Recommended action", "Points achieved", "Status"], ["Do x", "8. Aug", "Completed"],
                     ["Do y", "0/5", "To address"]], ",")  # fmt: skip
    with pytest.raises(UnusableTable, match="changed points into dates") as refused:
        read(table)
    assert "'8. Aug'" in str(refused.value)
    assert "Do x" in str(refused.value)
    assert "as the portal wrote it" in refused.value.advice


def test_a_filtered_table_is_a_partial_day() -> None:
    """Three rows of 74: their score impacts say how much there is in all."""
    rows = actions()
    found = read(portal_csv(rows[:3], of=rows))
    assert not found.export.whole
    total = sum(each.possible for each in rows)
    message = told(found)["import-partial"].message
    assert f"3 rows with {found.points.possible} possible points, where its score impacts imply about " in message
    assert message.endswith(f" to {total}.")
    assert "export again without it" in told(found)["import-partial"].hint


def test_one_row_that_is_missing_is_noticed() -> None:
    """Even of one point: the impacts of the others are fine enough."""
    rows = [*actions(), Action("A small one", Decimal(0), 1)]
    assert read(portal_csv(rows)).export.whole
    assert not read(portal_csv(rows[:-1], of=rows)).export.whole


def test_a_table_without_impacts_may_be_a_part() -> None:
    """Nothing in it says how many rows there are, so it does not count as the whole list."""
    assert "no score impact" in told(joined(row("a"), row("b")))["import-partial"].message


@pytest.mark.parametrize("points", [None, "", "3", "3/", "/10", "3/10/x", "-3/10", "11/10", "1234567/1", "1.2.3/4"])
def test_points_that_are_none(points: str | None) -> None:
    """A missing cell, an empty one, more than the maximum, and any other writing: named and left out, so a part."""
    found = joined(row("a", points), row("b"))
    assert [each.title for each in found.unreadable] == ["Do a"]
    assert scores(found).keys() == {"b"}
    assert told(found).keys() == {"import-partial", "import-points-unreadable"}
    assert "Do a" in told(found)["import-points-unreadable"].message


def test_a_row_without_a_title_is_named_by_its_line() -> None:
    """It cannot count under any id."""
    found = join([row("a"), Row(9, {"title": " ", "points": "1/2"})], PROFILES, DAY)
    assert "line 9" in told(found)["import-points-unreadable"].message


@pytest.mark.parametrize("points", ["0 out of 8", "0 von 8"])
def test_words_between_points_are_read(points: str) -> None:
    """What a person or a tool may have written for 0/8."""
    assert joined(row("a", points)).export.maximum == {"a": [8, None]}


@pytest.mark.parametrize(
    ("points", "status", "maximum"),
    [
        ("0/0", "Erfunden", [0, None]),
        ("1/1", "Erfunden", None),
        ("0.5/0.5", "Erfunden", None),
        ("1/2", "Erfunden", [2, None]),
        ("0/2", "", [2, None]),
        ("2/2", None, None),
        ("2/2", "Completed", [2, "Default"]),
        ("0/0", "Completed", [0, "Default"]),
    ],
)
def test_full_points_need_a_status_that_is_known(points: str, status: str | None, maximum: list[object] | None) -> None:
    """Full points of anything above zero may be self-attested, so such a row is left out, with its maximum."""
    odd = row("a", points) if status is None else row("a", points, status=status)
    found = joined(odd, row("b", "0/3", status="To address"))
    assert found.export.maximum.get("a") == maximum
    assert scores(found).keys() == ({"a", "b"} if maximum else {"b"})
    assert len(found.unclear) == (maximum is None)
    assert found.points.earned <= found.points.possible


def test_unclear_statuses_are_told_once_each() -> None:
    """In order, whichever row came first."""
    known = row("c", "0/2", status="Planned")
    found = joined(row("a", "2/2", status=" Zulu "), row("b", "2/2", status="Alpha"), known)
    assert "Alpha; Zulu" in told(found)["import-status-unknown"].message


def test_rows_that_nobody_knows_count_under_an_id_of_their_title() -> None:
    """Listed with what becomes of them; the first ones in the message, all of them for a program."""
    rows = [row("a"), row("b"), row("c"), *(row(f"unheard of {number}") for number in range(3))]
    found = whole(*rows)
    assert found.points.possible == 60
    assert {name for name in scores(found) if is_made_of_title(name)} == {each.id for each in found.unjoined}
    message = told(found)["import-title-unknown"].message
    assert "3 of 6 rows have titles that are not known" in message
    assert "Do unheard of 0; Do unheard of 1; Do unheard of 2." in message
    assert {entry["title"] for entry in found.export.titles.values()} == {f"Do unheard of {n}" for n in range(3)}
    many = join([Row(n, {"title": f"Unheard {n}", "points": "1/2"}) for n in range(2, 40)], (), DAY)
    assert f"and {38 - SHOWN} more (--json lists all)" in told(many)["import-title-unknown"].message
    assert len(rows_json(many)["unjoined"]) == 38


def test_an_id_of_a_title_is_stable_and_its_own() -> None:
    """The looks of a title make no difference, another title does, and so does what tells two equal titles apart."""
    first = id_of_title("Require MFA for “admins”.")
    assert first == id_of_title('require  mfa for "admins"')
    assert re.fullmatch(r"portal_require-mfa-for-admins-[0-9a-f]{8}", first)
    assert re.fullmatch(r"portal_[0-9a-f]{8}", id_of_title("多要素認証"))
    assert len({first, id_of_title("Require MFA for admin"), id_of_title("Require MFA for admins", "Okta")}) == 3
    assert len(id_of_title("word " * 1000)) < 64


def test_a_title_that_several_have_is_joined_by_its_product() -> None:
    """Connected apps share titles: the product of the row says whose it is; without it the row counts all the same."""
    shared = [
        each for each in known_recommendations().values() if plain_words(each.title) == "password expiry requirements"
    ]
    assert {each.id for each in shared} == {"MDA_DocuSign_PasswordExpires", "MDA_Okta_PasswordExpires"}
    rows = [Row(number, {"title": shared[0].title, "points": "1/2", "product": product})
            for number, product in enumerate(("Okta", "DocuSign", "Elsewhere"))]  # fmt: skip
    found = join(rows, (), DAY)
    okta, docusign, other = scores(found)
    assert (okta, docusign) == ("MDA_Okta_PasswordExpires", "MDA_DocuSign_PasswordExpires")
    assert is_made_of_title(other)


def test_rows_that_repeat_all_count() -> None:
    """Nothing tells which of them is the known recommendation, so each has an id of its own, in order."""
    found = join([row("a", "1/10", 2), row("a", "2/10", 3), row("b", line=4), row("c", line=5)], PROFILES, DAY)
    assert len(scores(found)) == 4
    assert found.points.earned == 9
    assert [each.row.line for each in found.unjoined] == [2, 3]


def test_titles_that_the_catalogue_cannot_tell_apart() -> None:
    """Neither a title that two recommendations share nor a profile without title or id finds anything."""
    odd = (*PROFILES, profile("twin", title="do A."), profile("d", title=None), {"title": "Do nameless"}, None)
    rows = [row("a", line=2), row("b", line=3), row("c", line=4), row("nameless", line=5)]
    assert {each.name for each in join(rows, odd, DAY).unjoined} == {"Do a", "Do nameless"}


def test_titles_in_another_language_are_refused_beside_graphs() -> None:
    """Graph's catalogue is stored and knows few of the titles: the same recommendations would be there twice."""
    with pytest.raises(UnusableTable, match="only 1 of 3 rows could be joined") as refused:
        joined(row("a"), row("x"), row("y"))
    assert "Do x; Do y" in str(refused.value)
    assert "set the portal to English" in refused.value.advice
    assert joined(row("a"), row("x")).rows == 2


def test_nothing_usable_is_refused() -> None:
    """Where not one row can be used there is no day."""
    for rows in ((), (Row(2, {"points": "1/2"}),), (row("a", "many"),)):
        with pytest.raises(UnusableTable, match="has a title and points that can be read"):
            join(rows, PROFILES, DAY)


def test_graphs_catalogue_goes_before_the_shipped_list() -> None:
    """A title that both have is Graph's, under Graph's id."""
    known = next(iter(known_recommendations().values()))
    found = join([Row(2, {"title": known.title, "points": "1/2"})], (profile("own", title=known.title),), DAY)
    assert scores(found).keys() == {"own"}
    assert found.export.titles == {}
