# SPDX-License-Identifier: Apache-2.0
"""Columns of the portal's table: found by their titles, else by what stands in them, else not at all."""

from __future__ import annotations

import pytest

from secure_score_backlog.snapshots.known import plain_words
from secure_score_backlog.snapshots.portal_csv import (
    MOST_ROWS,
    NotAPortalExport,
    column_meaning,
    is_table,
    portal_state_of,
    read_table,
    says_no,
)

TITLES = frozenset({"require mfa", "create policies", "block mail"})
ADDRESS = "To address"


def cells(text: str, titles: frozenset[str] = TITLES) -> list[dict[str, str]]:
    """The cells of each row by their meaning."""
    return [dict(row.cells) for row in read_table(text, titles)]


def table(*rows: str) -> str:
    """Rows as a text."""
    return "".join(f"{row}\n" for row in rows)


def refusal(text: str, titles: frozenset[str] = TITLES) -> str:
    """Why a table is not read."""
    with pytest.raises(NotAPortalExport) as ending:
        read_table(text, titles)
    return str(ending.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b", True),
        ("a;b", True),
        ("a\tb", True),
        ("a b", False),
        ('\ufeff{"a": 1, "b": 2}', False),
        ("\ufeff \r\n\t[1, 2]", False),
        ("\ufeffa,b", True),
        ("X{a,b}", True),
        ("a,{b}", True),
    ],
)
def test_a_table_is_known_by_its_beginning(content: str, expected: bool) -> None:
    """A mark of byte order and blanks in front change nothing."""
    assert is_table(content) is expected


@pytest.mark.parametrize(
    "beginning", ["", "\ufeff", "sep=;\n", "sep=;\r\n", "\ufeffsep=;\r\n", "\n\n", "\ufeff\n", " ; ; \n"]
)
def test_what_stands_before_the_titles(beginning: str) -> None:
    """A mark of byte order, a line for Excel and empty lines are no titles."""
    text = beginning + table("Recommended action;Points achieved;Status", "Require MFA;3/10;To address")
    assert cells(text) == [{"title": "Require MFA", "points": "3/10", "status": ADDRESS}]


def test_the_line_for_excel_decides() -> None:
    """A separator that is stated is the only one, even where another one would part the titles further."""
    text = table("sep=;", "Recommended action;Points achieved;a,b,c,d,e", "Require MFA;3/10;x")
    assert cells(text) == [{"title": "Require MFA", "points": "3/10"}]


def test_lines_are_those_of_the_file() -> None:
    """Empty lines count, a cell of two lines ends on its second, and rows without a word are left out."""
    text = table("", "Recommended action,Points achieved", "", '"Require\nMFA",3/10', ",,", "Block mail,0/5")
    assert [(row.line, row.title) for row in read_table(text)] == [(5, "Require\nMFA"), (7, "Block mail")]


def test_every_kind_of_line_end() -> None:
    """Those of old Macs, too; within a cell they stay as they are."""
    text = table("Recommended action,Points achieved,Status", "Require MFA,3/10,To address")
    assert cells(text.replace("\n", "\r")) == cells(text.replace("\n", "\r\n")) == cells(text)
    inside = 'Recommended action,Points achieved,Status\r\nRequire MFA,3/10,"To\r\naddress"\r\n'
    assert cells(inside)[0]["status"] == "To\r\naddress"


def test_the_most_rows() -> None:
    """Ten thousand lines with something in them are read, one more is refused; empty ones do not count."""
    most = "Recommended action,Points achieved\n" + "Require MFA,1/2\n" * (MOST_ROWS - 1)
    assert len(read_table(most)) == MOST_ROWS - 1
    assert len(read_table(most + "\n \n")) == MOST_ROWS - 1
    assert str(MOST_ROWS) in refusal(most + "Require MFA,1/2\n")


def test_rows_that_are_too_short_or_too_long() -> None:
    """What a row lacks at its end is unknown; what it has beyond the titles is left out."""
    text = table("Recommended action,Points achieved,Status,Category", "a,1/2,Completed", "b,1/2", "c", "d,1/2,x,y,z")
    assert cells(text) == [
        {"title": "a", "points": "1/2", "status": "Completed"},
        {"title": "b", "points": "1/2"},
        {"title": "c"},
        {"title": "d", "points": "1/2", "status": "x", "category": "y"},
    ]


def test_a_refused_table_is_shown_by_its_first_titles() -> None:
    """Six of them, each cut off at forty letters."""
    said = refusal(table(f"{'x' * 41},two,three,four,five,six,seven", "1,2,3,4,5,6,7"))
    assert "x" * 40 in said
    assert "x" * 41 not in said
    assert "six" in said
    assert "seven" not in said
    assert "Something" in refusal(table("Something", '"a";b'))


def test_of_two_columns_with_one_title_the_first_counts() -> None:
    """What a title means is taken from the left."""
    text = table("Recommended action,Points achieved,Status,Status", "a,1/2,Completed,To address")
    assert cells(text) == [{"title": "a", "points": "1/2", "status": "Completed"}]


@pytest.mark.parametrize(
    ("titles", "row", "expected"),
    [
        ("?,Points achieved,Status", "Require MFA,3/10,Completed", ("Require MFA", "3/10", "Completed")),
        ("Recommended action,?,Status", "Anything,3/10,Completed", ("Anything", "3/10", "Completed")),
        ("Recommended action,Points achieved,?", "Anything,3/10,Completed", ("Anything", "3/10", "Completed")),
        ("?,??,???", "Require MFA,3/10,Completed", ("Require MFA", "3/10", "Completed")),
        ("?,??,???", "Completed,Require MFA,3/10", ("Require MFA", "3/10", "Completed")),
        ("?,??,???", "Require MFA,3/10,Something", ("Require MFA", "3/10", None)),
        ("?,??,???,????", "Identity,Require MFA,3/10,To address", ("Require MFA", "3/10", ADDRESS)),
        ("?,??,???,????", "Require MFA,1/2,3/4,To address", ("Require MFA", "1/2", ADDRESS)),
        ("Recommended action,?,??,???", "Anything,3/10,To address,Planned", ("Anything", "3/10", ADDRESS)),
    ],
)
def test_a_column_is_found_by_what_stands_in_it(titles: str, row: str, expected: tuple[str | None, ...]) -> None:
    """Where a title is not known, points, status and the catalogue's own titles are; the first column that fits."""
    (found,) = cells(table(titles, row))
    assert tuple(found.get(name) for name in ("title", "points", "status")) == expected


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        ("Recommended action,Points achieved,Status,?", "Anything,3/10,Something,1/2"),
        ("?,Recommended action,Points achieved,Status", "1/2,Anything,3/10,Something"),
        ("?,Recommended action,Points achieved,Status", "Completed,Anything,3/10,Something"),
        ("?,Recommended action,Points achieved,Status", "Require MFA,Anything,3/10,Something"),
    ],
)
def test_a_known_title_outweighs_what_stands_elsewhere(titles: str, row: str) -> None:
    """A further column that looks like one that is named already is left alone."""
    assert cells(table(titles, row)) == [{"title": "Anything", "points": "3/10", "status": "Something"}]


def test_points_need_every_cell_and_titles_one() -> None:
    """One cell that is no points spoils a column; one title of the catalogue makes one, the most make the best."""
    assert cells(table("?,??", "Require MFA,3/10", "Elsewhere,1/2"))[1] == {"title": "Elsewhere", "points": "1/2"}
    refusal(table("?,??", "Require MFA,3/10", "Block mail,many"))
    refusal(table("?,??", "Elsewhere,3/10", "Nowhere,1/2"))
    refusal(table("?,??", "Require MFA,3/10"), frozenset())
    two = table("?,??,Points achieved", "Require MFA,Block mail,1/2", "Elsewhere,Create policies,1/2")
    assert [row["title"] for row in cells(two)] == ["Block mail", "Create policies"]
    assert cells(table("?,??", "Require MFA,", ",3/10", "Block mail,1/2"))[1] == {"title": "", "points": "3/10"}


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        (("Completed", "Completed", "x"), True),
        (("Completed", "x"), False),
        (("Completed", "x", "y"), False),
        (("Completed", ""), True),
        (("x", "y"), False),
        (("Completed".ljust(59, "!"),), True),
        (("Completed".ljust(60, "!"),), False),
    ],
)
def test_a_status_needs_more_than_half(statuses: tuple[str, ...], found: bool) -> None:
    """Most of the cells that are filled are known words, in fewer than sixty letters: a note may begin like one."""
    rows = (f"Require MFA,3/10,{status}" for status in statuses)
    assert ("status" in cells(table("Recommended action,Points achieved,?", *rows))[0]) is found


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("\u2018legacy\u2019", "'legacy'", True),
        ("“legacy”", '"legacy"', True),
        ("sign\u2013in", "sign-in", True),
        ("Straße", "STRASSE", True),
        ("Score ?", "score", True),
        ("a :.", "A", True),
        ("ﬁne", "fine", True),
        ("sign_in", "sign-in", False),
        ("(a)", "a", False),
    ],
)
def test_titles_are_compared_without_their_looks(one: str, other: str, alike: bool) -> None:
    """Kinds of quotes and dashes, case, ligatures and a mark at the end are looks; other letters are not."""
    assert (plain_words(one) == plain_words(other)) is alike


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("Status", "status"),
        ("\ufeffStatus", "status"),
        (" Points  Achieved: ", "points"),
        ("XStatus", None),
        ("Status quo", None),
        ("", None),
    ],
)
def test_meaning_of_a_title(title: str, meaning: str | None) -> None:
    """Whole titles only, a mark of byte order in front aside."""
    assert column_meaning(title) == meaning


def test_words_of_a_status_begin_where_a_word_does() -> None:
    """What stands within a word is none; the first that fits decides, and a third party outweighs what is done."""
    assert portal_state_of("Incomplete") is None
    assert portal_state_of("Completed") == "Default"
    assert portal_state_of("Completed by a third party") == "ThirdParty"
    assert portal_state_of("Risk accepted, to address later") == "Ignored"
    assert portal_state_of("") is None


@pytest.mark.parametrize(
    ("cell", "expected"), [("No", True), (" NEIN. ", True), ("no licence", False), ("", False), ("Yes", False)]
)
def test_no_licence(cell: str, expected: bool) -> None:
    """Only a plain No is one."""
    assert says_no(cell) is expected
