# SPDX-License-Identifier: Apache-2.0
"""The declarative engine: what it reads and refuses, and that reader and JSON Schema of every format agree."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are no dependency of ours
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog import ratings, settings
from secure_score_backlog.decisions import model
from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.model import decision_schema
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.values import Link, Share
from secure_score_backlog.problems import MOST_REPEATED, Severity
from secure_score_backlog.ratings import ratings_schema, read_ratings
from secure_score_backlog.schema import (
    Choice,
    Day,
    Flag,
    Format,
    Group,
    Json,
    Key,
    Need,
    OneOrMore,
    Reading,
    Table,
    Text,
    Type,
    Whole,
    as_written,
    build,
    key,
    keys_of,
    object_schema,
    required_hint,
)
from secure_score_backlog.settings import Bands, read_settings, settings_schema
from secure_score_backlog.site.schemas import FOLDER, all_schemas, write_schemas
from secure_score_backlog.strict_yaml import UNREADABLE, YamlData


class Kind(StrEnum):
    """The variants of the format below."""

    LOAN = "loan"
    GIFT = "gift"


@dataclass(frozen=True, slots=True)
class Person:
    """A group."""

    name: str = key(Text(), "Who.", Need.REQUIRED, example="Ada")
    born: date | None = key(Day(), "When.", default=None, example="1815-12-10")


@dataclass(frozen=True, slots=True)
class Book:
    """A format with a key of every type, one of which is needed for a loan alone."""

    title: str = key(Text(shortest=2), "What.", Need.REQUIRED, example="Emma")
    kind: Kind = key(Choice(Kind), "Which.", Need.REQUIRED, example="loan")
    pages: int = key(Whole(1, 999), "How many.", default=100)
    lost: bool = key(Flag(), "Whether.", default=False)
    due: date | None = key(
        Day(), "Until.", {Kind.LOAN: Need.REQUIRED, Kind.GIFT: Need.FORBIDDEN}, default=None, example="2026-12-31"
    )
    owner: Person | None = key(Group(Person, needs=("name",)), "Whose.", default=None, inheritable=True)
    authors: tuple[Person, ...] = key(OneOrMore(Group(Person)), "By whom.", name="by", default=())
    shelves: Mapping[str, tuple[int, ...]] = key(
        Table(OneOrMore(Whole(1, 9)), "rooms with shelves", "rooms with shelves"), "Where.", default={}
    )
    code: str = key(Text("a code", pattern="[A-Z]{2}", code="book-code"), "Its code.", default="")


KEYS = keys_of(Book)
BOOK = Format("a book", unknown_key="unknown", wrong_type="type", wrong_value="value")
GOOD_BOOK: dict[str, Any] = {"title": "Emma", "kind": "loan", "due": "2026-12-31"}


def read(data: Mapping[str, Any], variant: str | None = Kind.LOAN, **more: Any) -> tuple[dict[str, Any], Reading]:
    """What is read of a book, and what is found."""
    reading = Reading(BOOK, variant, **more)
    return reading.group(KEYS, data), reading


def test_every_type_is_read_and_built() -> None:
    """Each value arrives in its type; one value may stand for a list; what is open gives its default."""
    values, reading = read(
        {
            **GOOD_BOOK,
            "pages": 7,
            "lost": True,
            "owner": {"name": " Ada ", "born": date(1815, 12, 10)},
            "by": {"name": "Jane"},
            "shelves": {"cellar": 3, "attic": [1, 2]},
            "code": "AB",
        }
    )
    assert (reading.faults, reading.missing, reading.forbidden) == ([], [], [])
    assert build(Book, KEYS, values) == Book(
        title="Emma",
        kind=Kind.LOAN,
        pages=7,
        lost=True,
        due=date(2026, 12, 31),
        owner=Person("Ada", date(1815, 12, 10)),
        authors=(Person("Jane", None),),
        shelves={"cellar": (3,), "attic": (1, 2)},
        code="AB",
    )
    bare = build(Book, KEYS, read(GOOD_BOOK)[0])
    assert bare == Book("Emma", Kind.LOAN, 100, lost=False, due=date(2026, 12, 31))


@pytest.mark.parametrize(
    ("data", "code", "place", "message", "hint"),
    [
        ({"titel": "x"}, "unknown", ("titel",), '"titel" is not a key of a book.', "Write `title`."),
        ({"born": "x"}, "unknown", ("born",), '"born" is not a key of a book.', "It belongs below `owner:`"),
        ({"owner": {"nam": "x"}}, "unknown", ("owner", "nam"), '"nam" is not a key of `owner`.', "Write `name`."),
        ({"by": [{"zz": 1}]}, "unknown", ("by", 0, "zz"), '"zz" is not a key of `by`.', "one of: name, born."),
        ({"title": 5}, "type", ("title",), "`title` takes a text, not the number 5.", '`title: "5"`'),
        ({"title": "x"}, "value", ("title",), '`title` takes a text, not "x".', "`title: Emma`"),
        ({"kind": ["gift"]}, "type", ("kind",), "`kind` takes one of loan, gift, not a list.", "one of loan, gift"),
        ({"kind": "lone"}, "value", ("kind",), '`kind` takes one of loan, gift, not "lone".', "`kind: loan`"),
        ({"pages": "5"}, "type", ("pages",), '`pages` takes a whole number from 1 to 999, not "5".', "1 to 999"),
        ({"pages": True}, "type", ("pages",), "not true (true or false).", "1 to 999"),
        ({"pages": 1000}, "value", ("pages",), "not the number 1000.", "1 to 999"),
        ({"lost": "no"}, "type", ("lost",), '`lost` takes true or false, not "no".', "true or false"),
        ({"due": "soon"}, "date-invalid", ("due",), "`due` takes a day of the calendar", "as YYYY-MM-DD"),
        ({"due": "2026-02-30"}, "date-invalid", ("due",), 'not "2026-02-30".', "YYYY-MM-DD"),
        (
            {"owner": "Ada"},
            "type",
            ("owner",),
            '`owner` takes keys of its own, not "Ada".',
            "further in, `name:`, with a value",
        ),
        ({"owner": {"name": {}}}, "type", ("owner", "name"), "`owner.name` takes a text", "`name: Ada`"),
        (
            {"by": [{"name": "x"}, 5]},
            "type",
            ("by", 1),
            "`by` takes keys of its own",
            "Write `by:` alone on its line and below it",
        ),
        ({"by": [{"born": "x"}]}, "date-invalid", ("by", 0, "born"), "`by.born` takes", "as YYYY-MM-DD"),
        ({"shelves": []}, "type", ("shelves",), "`shelves` takes rooms with shelves, not a list.", "rooms"),
        ({"shelves": {"a": [1, 10]}}, "value", ("shelves", "a", 1), "`shelves.a` takes a whole number", "1 to 9"),
        ({"shelves": {"a": None}}, "type", ("shelves", "a"), "not nothing.", "1 to 9"),
        ({"code": "abc"}, "book-code", ("code",), '`code` takes a code, not "abc".', "a code"),
        ({"code": 5}, "book-code", ("code",), "`code` takes a code, not the number 5.", '`code: "5"`'),
    ],
)
def test_each_fault_has_its_code_place_message_and_hint(
    data: dict[str, Any], code: str, place: tuple[str | int, ...], message: str, hint: str
) -> None:
    """At each level of nesting; a type may have a code of its own."""
    _, reading = read({**GOOD_BOOK, **data})
    ((found_code, found_place, found_message, found_hint),) = reading.faults
    assert (found_code, found_place) == (code, place)
    assert message in found_message
    assert hint in found_hint


def test_a_wrong_value_gives_the_default() -> None:
    """Of its own key; one wrong item spoils its list, and one wrong entry its table."""
    values, _ = read({**GOOD_BOOK, "pages": 0, "by": [{"name": "x"}, 5], "shelves": {"a": 1, "b": 0}, "lost": True})
    book = build(Book, KEYS, values)
    assert (book.pages, book.authors, book.shelves, book.lost) == (100, (), {}, True)


def test_needs_depend_on_the_variant() -> None:
    """Required, forbidden and, for an unknown variant, neither; a forbidden key that says nothing is none."""
    names = {variant: [each.name for each, _ in read({}, variant)[1].missing] for variant in (*Kind, None)}
    assert names == {Kind.LOAN: ["title", "kind", "due"], Kind.GIFT: ["title", "kind"], None: ["title", "kind"]}
    assert [each.name for each, _ in read({"due": "soon"}, Kind.GIFT)[1].forbidden] == ["due"]
    assert read({"due": None}, Kind.GIFT)[1].forbidden == []
    assert [place for _, place in read({"owner": {}, "by": [{}, {"name": "x"}, {"born": None}]})[1].missing] == [
        *(("title",), ("kind",), ("due",), ("owner", "name"), ("by", 0, "name"), ("by", 2, "name"))
    ]


def test_what_is_wrong_is_not_missing_too() -> None:
    """Neither a value with a fault nor one that could not be read."""
    assert read({**GOOD_BOOK, "title": 5, "due": UNREADABLE})[1].missing == []
    assert [fault.place for fault in read({**GOOD_BOOK, "title": 5, "due": UNREADABLE})[1].faults] == [("title",)]


def test_inheritable_keys_may_be_left_out() -> None:
    """Where the document names another one; they are listed by their dotted names."""
    assert read(GOOD_BOOK, inherits=True)[1].inherited == {"owner"}
    assert read(GOOD_BOOK)[1].inherited == set()


def test_a_group_without_what_it_needs_is_none() -> None:
    """Which a draft may leave open."""
    assert build(Book, KEYS, read({**GOOD_BOOK, "owner": {"born": "1815-12-10"}})[0]).owner is None


def test_hints_for_missing_keys() -> None:
    """A group names its required keys, a choice its values, everything else its example."""
    hints = {each.name: required_hint(each) for each in KEYS}
    assert hints["owner"] == (
        "Write `owner:` alone on its line and below it, two spaces further in, `name:`, with a value behind it."
    )
    assert hints["kind"] == "Write `kind:` and one of loan, gift."
    assert hints["title"] == "Write `title: Emma`."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((None, ""), ("", ""), ((), ""), ({}, ""), (5, "5"), (False, "false"), ("a b", "a b")),
        *(((65, 80), "[65, 80]"), (["a", True], "[a, true]"), ({"b": ("x",), "a": 1}, "{a: 1, b: [x]}")),
    ],
)
def test_values_as_written(value: object, text: str) -> None:
    """As one would write them in the file; nothing for what is empty."""
    assert as_written(value) == text


def test_a_format_with_defaults_says_them() -> None:
    """Each hint ends with what holds where the line is deleted, but for a group."""
    form = Format("a book", unknown_key="unknown", wrong_type="type", wrong_value="value", has_defaults=True)
    reading = Reading(form, Kind.LOAN)
    reading.group(KEYS, {**GOOD_BOOK, "pages": 0, "code": "x", "owner": "Ada"})
    hints = {fault.place[0]: fault.hint for fault in reading.faults}
    assert hints["pages"].endswith(", or delete the line: the default is 100.")
    assert hints["code"].endswith(", or delete the line: the default is nothing.")
    assert "default" not in hints["owner"]


ANY_VALUE = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.decimals(),
        st.dates(),
        st.just(UNREADABLE),
        st.text(max_size=20),
        st.sampled_from(["Emma", "loan", "2026-12-31", "AB", 5]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "born", "cellar", "title", "\u202e", "x" * 200]), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([each.name for each in KEYS] + ["zzz", "\u202e"]), ANY_VALUE, max_size=6))
def test_any_data_is_read(data: dict[str, Any]) -> None:
    """Whatever stands behind whatever key is read or refused, never raised; messages are printable and short."""
    for variant in (*Kind, None):
        values, reading = read(data, variant, inherits=bool(data))
        assert isinstance(build(Book, KEYS, values), Book)
        for fault in reading.faults:
            assert fault.message.isprintable()
            assert fault.hint.isprintable()
            assert len(fault.message) < 300
            assert len(fault.hint) < 300
            assert fault.message.endswith(".")
            assert fault.hint.endswith(".")


def test_hostile_sizes_end() -> None:
    """A hundred thousand unknown keys, items, entries and letters take no time, and few of them are reported."""
    many = range(100_000)
    _, reading = read(
        {
            **{f"key{number}": number for number in many},
            "title": "x" * 1_000_000,
            "code": "A" * 1_000_000,
            "kind": "l" * 1_000_000,
            "by": [{"name": "x"} for _ in many],
            "shelves": {f"room{number}": 1 for number in many},
        }
    )
    assert len(reading.faults) == MOST_REPEATED + 2
    assert all(len(fault.message) + len(fault.hint) < 400 for fault in reading.faults)


# The three formats: reader and JSON Schema agree

PLAN: dict[str, Any] = {
    "recommendation": "Alpha",
    "bucket": "do-now",
    "risk": "high",
    "reduces": "Password spraying.",
    "owner": "Head of IT",
    "impact": "Two scanners stop.",
    "prerequisites": "None.",
    "proof": "Sign-in log.",
    "due": "2026-12-31",
}
ACCEPTED = {"rationale": "The ERP cannot.", "approver": "Managing Director", "until": "2027-01-31"}
ACCEPT: dict[str, Any] = {key: text for key, text in PLAN.items() if key != "due"} | {
    "bucket": "accept",
    "accepted": ACCEPTED,
}
COVERED = {"reason": "third-party", "by": "Gateway", "evidence": "Rules", "approver": "CIO", "until": "2027-01-31"}
COVER = {"recommendation": "Alpha", "bucket": "not-applicable", "owner": "CIO", "covered": COVERED}
ASK = {"from": "leadership", "since": "2026-10-01", "question": "Fund it?"}
APPROVAL = {"by": "Board", "on": "2026-10-01", "record": "Minutes"}
SHARING = {"recommendation": "Bravo", "bucket": "do-now", "risk": "low", "owner": "CIO", "same_as": "Alpha"}


def without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The values but for some keys."""
    return {key: value for key, value in values.items() if key not in keys}


GOOD: list[dict[str, Any]] = [
    PLAN,
    ACCEPT,
    COVER,
    {**PLAN, "bucket": "do-soon"},
    without({**PLAN, "bucket": "do-soon"}, "impact", "proof"),
    without(ACCEPT, "reduces"),
    {**COVER, "risk": None, "impact": None},
    {**PLAN, "blocked": {"by": "licensing", "since": "2026-10-01", "note": "E5"}, "accepted": None},
    {**ACCEPT, "accepted": {**ACCEPTED, "compensating": "One", "share": 0.6, "approval": APPROVAL}},
    {**ACCEPT, "accepted": {**ACCEPTED, "compensating": ["One", "Two"], "share": "6/10"}},
    {**ACCEPT, "accepted": {**ACCEPTED, "share": "60 %"}},
    {**PLAN, "ask": ASK},
    {**PLAN, "ask": [ASK, {**ASK, "options": ["now", "never"], "default": "never"}]},
    {**PLAN, "links": "docs/a.md"},
    {**PLAN, "links": ["https://tickets.example/1", "../b.pdf", "#part"], "draft": False},
    {"recommendation": "Alpha", "bucket": "accept", "draft": True},
    {"recommendation": "Alpha", "bucket": "accept", "draft": True, "risk": None, "accepted": {"until": None}},
    {**SHARING, "due": "2026-12-31"},
    {**without(SHARING, "due"), "bucket": "accept", "accepted": {"until": "2026-12-31"}},
    {
        "recommendation": "B",
        "bucket": "not-applicable",
        "owner": "CIO",
        "covered": {"until": "2027-01-01"},
        "same_as": "A",
    },
]
BAD: list[dict[str, Any]] = [
    {},
    without(PLAN, "recommendation"),
    without(PLAN, "bucket"),
    *(without(PLAN, key) for key in ("risk", "owner", "reduces", "impact", "prerequisites", "proof", "due")),
    {**PLAN, "proof": None},
    {**PLAN, "recommendation": None},
    {**PLAN, "bucket": "do now"},
    {**PLAN, "risk": "High"},
    {**PLAN, "impcat": "x"},
    {**PLAN, "owner": 12},
    {**PLAN, "owner": ["CIO"]},
    {**PLAN, "due": "soon"},
    {**PLAN, "due": "2026-02-30"},
    {**PLAN, "draft": "yes"},
    {**PLAN, "accepted": ACCEPTED},
    {**PLAN, "covered": COVERED},
    {**PLAN, "blocked": {"by": "money", "since": "2026-10-01"}},
    {**PLAN, "blocked": {"by": "licensing"}},
    {**PLAN, "blocked": "licensing"},
    {**PLAN, "ask": [ASK, without(ASK, "since")]},
    {**PLAN, "ask": {**ASK, "to": "x"}},
    {**PLAN, "links": ["javascript:alert(1)"]},
    {**PLAN, "links": ["//evil.example"]},
    {**PLAN, "links": "a b"},
    {**ACCEPT, "due": "2026-12-31"},
    {**ACCEPT, "blocked": {"by": "licensing", "since": "2026-10-01"}},
    without(ACCEPT, "accepted"),
    *({**ACCEPT, "accepted": without(ACCEPTED, key)} for key in ACCEPTED),
    {**ACCEPT, "accepted": {**ACCEPTED, "until": None}},
    {**ACCEPT, "accepted": {**ACCEPTED, "share": 60}},
    {**ACCEPT, "accepted": {**ACCEPTED, "share": "most"}},
    {**ACCEPT, "accepted": {**ACCEPTED, "approval": without(APPROVAL, "record")}},
    *({**COVER, "covered": without(COVERED, key)} for key in COVERED),
    {**COVER, "covered": {**COVERED, "reason": "other"}},
    SHARING,
    {**SHARING, "bucket": "accept", "accepted": {}},
    {"recommendation": "Alpha", "bucket": "accept", "draft": True, "due": "2026-12-31"},
]


def decision_fits(data: dict[str, Any]) -> bool:
    """Whether the reader takes a decision without an error."""
    _, problems = read_decision(FrontMatter("decisions/A.md", data))
    return all(fault.severity is Severity.WARNING for fault in problems)


def settings_fit(data: dict[str, Any]) -> bool:
    """Whether the reader takes settings without a problem."""
    return read_settings(YamlData("backlog.yml", data))[1] == []


def rating_fits(data: dict[str, Any]) -> bool:
    """Whether the reader takes one rating without a problem."""
    return read_ratings(rating_file(data))[1] == []


def rating_file(entry: Any) -> dict[str, Any]:
    """A file of ratings with one entry."""
    return {"schema": "ratings/1", "sources": {"CIS Controls v8": "The controls."}, "ratings": [entry]}


def accepts(schema: Json, data: Any) -> bool:
    """Whether a JSON Schema accepts data."""
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return bool(validator.is_valid(data))


@pytest.mark.parametrize(("data", "fits"), [(data, True) for data in GOOD] + [(data, False) for data in BAD])
def test_reader_and_schema_of_decisions_agree(data: dict[str, Any], fits: bool) -> None:
    """What the reader takes, the schema takes; what the reader refuses, the schema refuses."""
    assert accepts(decision_schema(), data) is fits
    assert decision_fits(exact(data)) is fits


def exact(value: Any) -> Any:
    """JSON data as the strict reader of YAML has it: no floats."""
    match value:
        case dict():
            return {name: exact(inner) for name, inner in value.items()}
        case list():
            return [exact(item) for item in value]
        case float():
            return Decimal(str(value))
        case _:
            return value


REASON = "One stolen password is enough to take everything over."
SOURCE = "CIS Controls v8 6.5"
TEXTS = ["Head of IT", "x", "A*", "--x", REASON, SOURCE]
WRONG_KIND: list[Any] = [5, 1.5, True, ["x"], {"zzz": "x"}, [["x"]], "somewhere else"]


SINGLE: dict[type[Type], list[Any]] = {
    Share: [0, 1, 0.5, 2, -1, "6/10", "60 %", "most"],
    Bands: [[65, 80], [1, 99], [0, 80], [65, 100], [65], [65, "x"]],
    Link: ["https://a.example/x", "docs/a.md", "javascript:alert(1)", "a b", "//evil.example"],
    Day: ["2026-12-31", "2026-02-30", "soon"],
    Flag: [True, False],
}
"""Values, right and wrong, by type; none that only a reader can refuse (`7/6`, `https://`)."""


def examples(type: Type) -> st.SearchStrategy[Any]:  # noqa: A002
    """Values for a type, right ones and wrong ones."""
    match type:
        case Choice():
            return st.sampled_from([*type.values, "other"])
        case Whole():
            return st.integers(type.lowest - 1, type.highest + 1)
        case OneOrMore():
            items = st.one_of(examples(type.item), st.sampled_from(WRONG_KIND))
            return st.one_of(examples(type.item), st.lists(items, min_size=1, max_size=2))
        case Table():
            items = st.one_of(examples(type.value), st.sampled_from(WRONG_KIND))
            return st.dictionaries(st.sampled_from(["A", "B"]), items, min_size=1, max_size=2)
        case Group():
            return group(type.keys)
        case _:
            return st.sampled_from(SINGLE.get(type.__class__, TEXTS))


def group(keys: tuple[Key, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the keys, at least one."""
    each = {item.name: examples(item.type) for item in keys}
    return st.fixed_dictionaries({}, optional=each).filter(bool)


@st.composite
def changed(draw: st.DrawFn, documents: list[dict[str, Any]], keys: tuple[Key, ...]) -> dict[str, Any]:
    """A good document in which some keys, also of its groups, were changed, taken out or added."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(0, 4))):
        item = draw(st.sampled_from(keys))
        inside = document.get(item.name)
        if item.keys and isinstance(inside, dict) and draw(st.booleans()):
            change(draw, inside, draw(st.sampled_from(item.keys)))
        else:
            change(draw, document, item)
    if draw(st.integers(0, 9)) == 0:
        document["zzz"] = "x"
    return document


def change(draw: st.DrawFn, document: dict[str, Any], item: Key) -> None:
    """Give a key another value, a value of another kind, none, or take it out."""
    value = draw(st.one_of(examples(item.type), st.sampled_from([*WRONG_KIND, None, "take out"])))
    if value != "take out":
        document[item.name] = value
    elif len(document) > 1:  # an empty group says nothing, which a schema cannot know
        document.pop(item.name, None)


@given(changed(GOOD, model.KEYS))
def test_reader_and_schema_agree_on_changed_decisions(data: dict[str, Any]) -> None:
    """Whatever is changed in a decision, an editor sees what `check` sees."""
    assert accepts(decision_schema(), data) is decision_fits(exact(data))


GOOD_SETTINGS: list[dict[str, Any]] = [
    {},
    {
        "organisation": "Northwind",
        "acceptance_months": 6,
        "bands": [50, 75],
        "snapshots": {"branch": "data/snapshots", "keep_names": True},
        "profile": "insurer",
        "roles": {"Managing Director": ["md-login"], "Head of IT": "it-login"},
        "risk": {"AdminMFAV2": "critical"},
        "owners": ["Head of IT"],
    },
]


@given(changed(GOOD_SETTINGS, settings.KEYS))
def test_reader_and_schema_agree_on_changed_settings(data: dict[str, Any]) -> None:
    """Whatever is changed in the settings, an editor sees what `check` sees."""
    assert accepts(settings_schema(), data) is settings_fit(exact(data))


GOOD_RATINGS: list[dict[str, Any]] = [
    {"id": "AdminMFAV2", "level": "critical", "reason": REASON, "source": SOURCE},
    {"pattern": "MDA_*", "family": "apps", "level": "low", "reason": REASON, "source": SOURCE},
]


@given(changed(GOOD_RATINGS, ratings.KEYS))
def test_reader_and_schema_agree_on_changed_ratings(data: dict[str, Any]) -> None:
    """Whatever is changed in a rating; that a source must be listed is beyond a schema."""
    listed = data.get("source") in (SOURCE, None) or not isinstance(data["source"], str)
    if listed:
        assert accepts(ratings_schema(), rating_file(data)) is rating_fits(data)


def test_shipped_schemas_are_the_generated_ones() -> None:
    """`make schemas` was run: the files in the package are what the declarations say, and valid schemas."""
    for schema in (decision_schema(), settings_schema(), ratings_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)
    assert {path.name for path in FOLDER.iterdir()} == {document.path for document in all_schemas()}
    for document in all_schemas():
        assert (FOLDER / document.path).read_bytes() == document.content


def test_schemas_are_written_anew(tmp_path: Any) -> None:
    """The function behind `make schemas` writes every file, the same bytes every time."""
    written = write_schemas(tmp_path / "schemas")
    assert [path.read_bytes() for path in written] == [document.content for document in all_schemas()]
    assert write_schemas(tmp_path / "schemas") == written


def test_every_key_is_explained_to_the_editor() -> None:
    """Each key has its documentation in the schema, and its default where it has one."""
    for keys in (model.KEYS, settings.KEYS, ratings.KEYS):
        for properties, inner in [(object_schema(keys)["properties"], keys)] + [
            (object_schema(each.keys)["properties"], each.keys) for each in keys if each.keys
        ]:
            assert {name: content["description"] for name, content in properties.items()} == {
                each.name: each.documentation for each in inner
            }
    assert settings_schema()["properties"]["bands"]["default"] == (65, 80)
    assert "default" not in settings_schema()["properties"]["roles"]
