# SPDX-License-Identifier: Apache-2.0
"""One declaration for each key of a file that people write, from which everything else about the key follows.

A format is a dataclass whose fields are declared with `key(...)`: type, documentation, need, example and default.
From it come the reader (`read`, then `build`), the JSON Schema (`object_schema`) and the guide's tables (`keys_of`).
The engine reads plain data as strict YAML or JSON gives it, and knows no format: decisions, settings and ratings
bring their own codes, and types of value that only they have.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, NamedTuple, TypeAlias

from secure_score_backlog.dates import is_usable
from secure_score_backlog.problems import MOST_REPEATED
from secure_score_backlog.strict_yaml import UNREADABLE, Place
from secure_score_backlog.text import nearest, shortened, shown
from secure_score_backlog.wording import joined, lower_first

Json: TypeAlias = dict[str, Any]
"""A JSON Schema, or a part of one."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Need(Enum):
    """Whether a document needs a key; a format may need it in some of its variants only."""

    REQUIRED = "required"
    ASKED = "asked"
    """To the engine, optional: a format may remark on it."""
    OPTIONAL = "optional"
    FORBIDDEN = "–"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a format, as declared by `key`."""

    type: Type
    documentation: str
    needs: Need | Mapping[str, Need]
    """One need for all variants of the format, or one for each."""
    example: str
    """What a hint proposes to write behind the colon."""
    inheritable: bool
    """Whether a document may leave it to another document that it names."""
    default: Any
    """Value of the field where nothing, or something wrong, was written."""
    name: str
    """In the file; the field's own name where the declaration gives none."""
    field: str = ""
    """In the dataclass."""

    def need(self, variant: str | None) -> Need:
        """Whether a variant needs it; where the variant is unknown, only what all variants require is required."""
        if isinstance(self.needs, Need):
            return self.needs
        if variant is None:
            return Need.REQUIRED if set(self.needs.values()) == {Need.REQUIRED} else Need.OPTIONAL
        return self.needs[variant]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys below it, where its value is a group or a list of groups."""
        return self.type.keys


def key(  # noqa: PLR0913 - each by its name
    type: Type,  # noqa: A002 - as in every schema
    documentation: str,
    needs: Need | Mapping[str, Need] = Need.OPTIONAL,
    *,
    default: Any = MISSING,
    name: str = "",
    example: str = "",
    inheritable: bool = False,
) -> Any:
    """Declare a field of a dataclass as a key of its format; the arguments are those of `Key`.

    Without a `default` the field has none, and a key left open gives the type's empty value.
    """
    left_open = type.empty if default is MISSING else default
    declared = Key(type, documentation, needs, example, inheritable, left_open, name)
    if isinstance(default, dict):
        return field(default_factory=lambda: default, metadata={"key": declared})
    return field(default=default, metadata={"key": declared})


def keys_of(model: type[Any]) -> tuple[Key, ...]:
    """The keys of a format, in the order of its declaration."""
    declared: list[tuple[str, Key]] = [(each.name, each.metadata["key"]) for each in fields(model) if each.metadata]
    return tuple(replace(each, name=each.name or name, field=name) for name, each in declared)


# Reading


class Fault(NamedTuple):
    """Something wrong at a place of a document."""

    code: str
    place: Place
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Format:
    """How a format names itself and its problems."""

    name: str
    """In messages, such as `a decision`."""
    unknown_key: str
    """Codes of problems, here and below."""
    wrong_type: str
    wrong_value: str
    is_open: Callable[[object], bool] = lambda value: value is None
    """Whether a value says nothing, as if its key had not been written."""
    is_no_answer: Callable[[object], bool] | None = None
    """Whether a value is none where an answer belongs; as `is_open` unless given."""
    has_defaults: bool = False
    """Whether a wrong value is replaced by the key's default; hints say so."""
    unknown_hint: str = "Delete it, or use one of"
    unknown_words: str = "not a key of"
    """What a key is that is not part of the format."""


@dataclass(slots=True)
class Reading:
    """What reading one document finds, beside its values: what is wrong with it and what it leaves open."""

    format: Format
    variant: str | None = None
    inherits: bool = False
    """Whether the document names another one, so that inheritable keys may be left out."""
    faults: list[Fault] = field(default_factory=list)
    missing: list[tuple[Key, Place]] = field(default_factory=list)
    """Required keys that were left open; it is for the caller to report them."""
    forbidden: list[tuple[Key, Place]] = field(default_factory=list)
    """Keys with a value that have no place in this variant; likewise."""
    inherited: set[str] = field(default_factory=set)
    """Dotted names of the keys that are left to the other document."""

    def group(self, keys: tuple[Key, ...], written: Mapping[str, object], place: Place = ()) -> dict[str, Any]:
        """The values of a mapping by key; None where nothing, or something wrong, was written."""
        self.refuse_unknown(keys, written, place)
        values: dict[str, Any] = {}
        for each in keys:
            at = At(self, (*place, each.name), each)
            value, need = written.get(each.name), each.need(self.variant)
            if need is Need.FORBIDDEN:
                self.forbidden += [] if self.format.is_open(value) else [(each, at.place)]
                continue
            before = len(self.faults)
            values[each.name] = at.read(each.type, value)
            if values[each.name] is not None or value is UNREADABLE or len(self.faults) > before:
                continue
            if self.inherits and each.inheritable:
                self.inherited.add(dotted(at.place))
            elif need is Need.REQUIRED:
                self.missing.append((each, at.place))
        return values

    def refuse_unknown(self, keys: tuple[Key, ...], written: Mapping[str, object], place: Place) -> None:
        """Report keys that are not part of the format, with the one that was probably meant."""
        names = [each.name for each in keys]
        inside = f"`{dotted(place)}`" if place else self.format.name
        for name in [name for name in written if name not in names][:MOST_REPEATED]:
            message = f"{shown(name)} is {self.format.unknown_words} {inside}."
            hint = self.unknown_hint(name, keys, written[name])
            self.faults.append(Fault(self.format.unknown_key, (*place, name), message, hint))

    def unknown_hint(self, name: str, keys: tuple[Key, ...], value: object) -> str:
        """What to do about a key that is not part of the format."""
        names = [each.name for each in keys]
        meant = nearest(name, names)
        if meant:
            return f"Write `{meant}`."
        groups = [each.name for each in keys if any(inner.name == name for inner in each.keys)]
        if groups:
            return f"It belongs below `{groups[0]}:`, two spaces further in."
        if value is None and " " in name.strip():
            return "A comma inside { } begins a new key: put the whole text in double quotes."
        return f"{self.format.unknown_hint}: {', '.join(names)}."


def required_hint(key: Key) -> str:
    """What to write for a required key that was left open."""
    if key.keys:
        return f"{_below(key.name, key.keys)}."
    return f"{key.type.proposal(key)}."


def _below(name: str, keys: tuple[Key, ...]) -> str:
    """How a group is written: with its required keys, or with any where none is."""
    required = [inner.name for inner in keys if inner.needs is Need.REQUIRED]
    names = joined([f"`{each}:`" for each in required or [inner.name for inner in keys]])
    wanted = names if required or len(keys) == 1 else f"what you need of {names}"
    values = "a value behind it" if len(required or keys) == 1 else "a value behind each colon"
    return f"Write `{name}:` alone on its line and below it, two spaces further in, {wanted}, with {values}"


@dataclass(frozen=True, slots=True)
class At:
    """The place of one value, where faults of the value are reported."""

    reading: Reading
    place: Place
    key: Key

    @property
    def name(self) -> str:
        """The innermost key or entry that the value stands behind."""
        return next(str(step) for step in reversed(self.place) if isinstance(step, str))

    def inside(self, step: str | int) -> At:
        """The place of an item of a list, or of an entry of a table."""
        return replace(self, place=(*self.place, step))

    def read(self, type: Type, value: object) -> Any:  # noqa: A002
        """The value as the type has it; None where nothing, or something wrong, was written."""
        if value is UNREADABLE or type.is_open(value, self.reading.format):
            return None
        return type.read(value, self)

    def wrong_type(self, type: Type, value: object) -> None:  # noqa: A002
        """Report a value of another kind."""
        self._wrong(type.code or self.reading.format.wrong_type, type, value, in_words(value))

    def wrong_value(self, type: Type, value: object, written: str = "") -> None:  # noqa: A002
        """Report a value of the right kind that the key cannot have; `written` says it in words."""
        self._wrong(type.code or self.reading.format.wrong_value, type, value, written or in_words(value))

    def _wrong(self, code: str, type: Type, value: object, written: str) -> None:  # noqa: A002
        if value is UNREADABLE:
            return
        hint = type.hint(value, self)
        if self.reading.format.has_defaults and not self.key.keys:
            hint += f", or delete the line: the default is {as_written(self.key.default) or 'nothing'}"
        self.report(code, f"`{dotted(self.place)}` takes {type.expects}, not {written}.", f"{hint}.")

    def report(self, code: str, message: str, hint: str) -> None:
        """Note a fault here."""
        self.reading.faults.append(Fault(code, self.place, message, hint))


def build(model: type[Any], keys: tuple[Key, ...], values: Mapping[str, Any], **more: Any) -> Any:
    """The dataclass from the values of its keys; a key without a value gives its default. `more`: other fields."""
    built = {}
    for each in keys:
        value = values.get(each.name)
        built[each.field] = each.default if value is None else each.type.build(value)
    return model(**built, **more)


def dotted(place: Place) -> str:
    """A place for a message: its keys joined by dots, positions in lists left out, short and printable."""
    return shortened(".".join(str(step) for step in place if isinstance(step, str)))


def in_words(value: object) -> str:
    """What was written, in words: texts in quotes, what is long or nested only by its kind."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"{str(value).lower()} (true or false)"
        case int() | float() | Decimal():
            return f"the number {value}"
        case date():
            return f"the date {value.isoformat()}"
        case list():
            return "a list"
        case dict():
            return "keys of its own"
        case _:
            return shown(value)


def as_written(value: object) -> str:
    """A value as one would write it in the file; empty for nothing and for what is empty."""
    match value:
        case bool():
            return str(value).lower()
        case Mapping():
            inner = ", ".join(f"{name}: {as_written(value[name])}" for name in sorted(value))
            return f"{{{inner}}}" if value else ""
        case tuple() | list():
            return f"[{', '.join(map(as_written, value))}]" if value else ""
        case _:
            return "" if value is None else str(value)


# What may be written behind a key


class Type:
    """What may be written behind a key: how it is read, described and checked by an editor."""

    expects: str
    """In messages: `owner` takes … ."""
    label: str
    """In the guide's tables."""
    empty: Any = None
    """The value where nothing was written and the field has no default."""
    code: str = ""
    """Code of problems with the value, where the type has one of its own."""
    keys: tuple[Key, ...] = ()
    """The keys below it, in a group."""
    schema: Mapping[str, Any]
    """The JSON Schema by which an editor checks it."""

    def read(self, value: object, at: At) -> Any:
        """The value, or None after reporting what is wrong with it."""
        raise NotImplementedError

    def is_open(self, value: object, form: Format) -> bool:
        """Whether a value says nothing."""
        return form.is_open(value)

    def build(self, value: Any) -> Any:
        """What the dataclass holds of a value that was read."""
        return value

    def hint(self, value: object, at: At) -> str:
        """What to write instead of a wrong value; without the full stop."""
        return self.proposal(at.key)

    def proposal(self, key: Key) -> str:
        """What to write for a key, where nothing is known of what is meant; without the full stop."""
        return f"Write `{key.name}: {key.example}`" if key.example else f"Write {self.expects}"


class Text(Type):
    """A text, without blanks around it."""

    empty = ""

    def __init__(
        self, expects: str = "a text", *, pattern: str = "", shortest: int = 0, longest: int = 0, code: str = ""
    ) -> None:
        """`pattern` is matched by the whole text as written; `shortest` and `longest` leave out blanks around it."""
        self.expects, self.pattern, self.code = expects, pattern, code
        self.shortest, self.longest = shortest, longest
        if longest:
            self.expects += f" of at most {longest} characters"
        self.label = "text"
        filled = {"pattern": r"\S"} if shortest else {}
        length = {"minLength": shortest} if shortest > 1 else {}
        length |= {"maxLength": longest} if longest else {}
        limits = {"pattern": f"^(?:{pattern})$"} if pattern else filled
        self.schema = {"type": "string", **length, **limits}

    def read(self, value: object, at: At) -> str | None:
        """The text."""
        if not isinstance(value, str):
            at.wrong_type(self, value)
        elif len(value.strip()) < self.shortest or (self.pattern and not re.fullmatch(self.pattern, value)):
            at.wrong_value(self, value)
        elif 0 < self.longest < len(value.strip()):
            at.wrong_value(self, value, f"one of {len(value.strip())}")
        else:
            return value.strip()
        return None

    def hint(self, value: object, at: At) -> str:
        """Quotes make a text of a number, a date, true and false."""
        if isinstance(value, (int, float, Decimal, date)):
            return f'Put it in double quotes: `{at.name}: "{str(value).lower()}"`'
        return super().hint(value, at)


class Choice(Type):
    """One of the values of an enumeration."""

    def __init__(self, choices: type[StrEnum], *, empty: StrEnum | None = None, code: str = "") -> None:
        self.choices, self.empty, self.code = choices, empty, code
        self.values = [choice.value for choice in choices]
        self.expects = f"one of {', '.join(self.values)}"
        self.label = f"one of {', '.join(f'`{value}`' for value in self.values)}"
        self.schema = {"enum": self.values}

    def read(self, value: object, at: At) -> StrEnum | None:
        """The member of the enumeration."""
        if isinstance(value, str) and value in self.values:
            return self.choices(value)
        if isinstance(value, (list, dict)):
            at.wrong_type(self, value)
        else:
            at.wrong_value(self, value)
        return None

    def hint(self, value: object, at: At) -> str:
        """The nearest choice, or all of them."""
        meant = nearest(str(value).replace(" ", "-").replace("_", "-"), self.values)
        return f"Write `{at.name}: {meant}`" if meant else f"Write {self.expects}"

    def proposal(self, key: Key) -> str:
        """All choices."""
        return f"Write `{key.name}:` and one of {', '.join(self.values)}"


class Whole(Type):
    """A whole number within limits."""

    def __init__(self, lowest: int, highest: int) -> None:
        self.lowest, self.highest = lowest, highest
        self.expects = f"a whole number from {lowest} to {highest}"
        self.label = f"whole number, {lowest} to {highest}"
        self.schema = {"type": "integer", "minimum": lowest, "maximum": highest}

    def read(self, value: object, at: At) -> int | None:
        """The number."""
        if isinstance(value, bool) or not isinstance(value, int):
            at.wrong_type(self, value)
        elif not self.lowest <= value <= self.highest:
            at.wrong_value(self, value)
        else:
            return value
        return None


class Flag(Type):
    """True or false."""

    expects = label = "true or false"
    empty = False
    schema: Mapping[str, Any] = {"type": "boolean"}

    def read(self, value: object, at: At) -> bool | None:
        """The truth value."""
        if isinstance(value, bool):
            return value
        at.wrong_type(self, value)
        return None


class Day(Type):
    """A day of the calendar; what cannot be read is an error, never "no limit"."""

    expects = "a day of the calendar"
    label = "date"
    code = "date-invalid"
    schema: Mapping[str, Any] = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}

    def read(self, value: object, at: At) -> date | None:
        """The day; also of a text in quotes."""
        if isinstance(value, date):
            return value
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip(), re.ASCII):
            with contextlib.suppress(ValueError):
                found = date.fromisoformat(value.strip())
                if is_usable(found):
                    return found
        at.wrong_value(self, value)
        return None

    def hint(self, value: object, at: At) -> str:
        """The one form that is read."""
        return "Write the day as YYYY-MM-DD: year, month and day in digits, with dashes"

    def proposal(self, key: Key) -> str:
        """No day that could be pasted: what it stands for, and how it is written."""
        return f"Write `{key.name}:` and a day as YYYY-MM-DD: {lower_first(key.documentation.rstrip('.'))}"


class OneOrMore(Type):
    """A list, or one value in place of a list of one."""

    empty = ()

    def __init__(self, item: Type, label: str = "") -> None:
        self.item, self.keys = item, item.keys
        self.expects, self.label = item.expects, label or f"{item.label} or list"
        self.schema = {"anyOf": [item.schema, {"type": "array", "items": item.schema}]}

    def read(self, value: object, at: At) -> list[Any] | None:
        """The items that say something; None where one of them is wrong."""
        if not isinstance(value, list):
            found = self.item.read(value, at)
            return None if found is None else [found]
        said = [(index, item) for index, item in enumerate(value) if not at.reading.format.is_open(item)]
        items = [at.inside(index).read(self.item, item) for index, item in said]
        return None if None in items else items

    def proposal(self, key: Key) -> str:
        """As of one item."""
        return self.item.proposal(key)

    def build(self, value: list[Any]) -> tuple[Any, ...]:
        """The items as a tuple."""
        built = (self.item.build(item) for item in value)
        return tuple(item for item in built if item is not None)


class Table(Type):
    """A mapping with names of the writer's own, each with a value of one type."""

    def __init__(self, value: Type, expects: str, label: str) -> None:
        self.value, self.expects, self.label = value, expects, label
        self.schema = {"type": "object", "additionalProperties": value.schema}

    def read(self, value: object, at: At) -> dict[str, Any] | None:
        """The entries; None where one of them is wrong."""
        if not isinstance(value, dict):
            at.wrong_type(self, value)
            return None
        entries = {name: self.value.read(inner, at.inside(name)) for name, inner in value.items()}
        return None if None in entries.values() else entries

    def build(self, value: dict[str, Any]) -> dict[str, Any]:
        """The entries."""
        return {name: self.value.build(inner) for name, inner in value.items()}


class Group(Type):
    """Keys of its own, declared by a dataclass."""

    expects = "keys of its own"
    label = "group"

    def __init__(self, model: type[Any], needs: Collection[str] = ()) -> None:
        """`needs`: keys without which there is no such value; a group that lacks one (in a draft) counts as None."""
        self.model, self.keys, self.needs = model, keys_of(model), needs
        self.schema = object_schema(self.keys)

    def read(self, value: object, at: At) -> dict[str, Any] | None:
        """The values by key."""
        if isinstance(value, dict):
            return at.reading.group(self.keys, value, at.place)
        at.wrong_type(self, value)
        return None

    def build(self, value: dict[str, Any]) -> Any:
        """The dataclass."""
        return None if any(value[name] is None for name in self.needs) else build(self.model, self.keys, value)

    def hint(self, value: object, at: At) -> str:
        """How a group is written."""
        return _below(at.name, self.keys)


# JSON Schema


def object_schema(keys: tuple[Key, ...], required: Collection[str] = ()) -> Json:
    """An object with these keys and no others; what is not required may be null, as a key left empty is to YAML."""
    properties: Json = {}
    for each in keys:
        content = each.type.schema
        described = content if each.name in required else {"anyOf": [content, {"type": "null"}]}
        properties[each.name] = {"description": each.documentation, **described}
        if each.default not in (None, "", (), {}) and isinstance(each.default, (bool, int, str, tuple)):
            properties[each.name]["default"] = each.default
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, **needed, "additionalProperties": False}


def filled(names: Collection[str]) -> Json:
    """These keys are there and say something."""
    said = {"not": {"anyOf": [{"enum": [None, [], {}]}, {"type": "string", "pattern": r"^\s*$"}]}}
    return {"required": list(names), "properties": dict.fromkeys(names, said)}
