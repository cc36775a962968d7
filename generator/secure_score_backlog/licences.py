# SPDX-License-Identifier: Apache-2.0
"""Which licence a recommendation needs: the shipped list, with the source of each fact.

A licence has the names that Graph gives it in `enabledServices`. What the list does not name is unknown, never free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.ratings import (
    ENTRY_HINT,
    SOURCE_HINT,
    cited,
    fits,
    listed_sources,
    load_shipped,
    normalised,
    specificity,
)
from secure_score_backlog.schema import (
    DIALECT,
    Format,
    Json,
    Key,
    Need,
    OneOrMore,
    Reading,
    Text,
    build,
    in_words,
    key,
    keys_of,
    object_schema,
)
from secure_score_backlog.text import shown
from secure_score_backlog.wording import lower_first

LICENCES_SCHEMA = "licences/1"
LICENCES_PATH = "licences.json"


@dataclass(frozen=True, slots=True)
class LicenceServices:
    """A licence, and what Graph calls it."""

    name: str = key(
        Text("the name of a licence", shortest=1), "The name of the licence.", Need.REQUIRED, example="Entra ID P2"
    )
    services: tuple[str, ...] = key(
        OneOrMore(Text("a value such as HasAADP2", pattern=r"Has[A-Za-z0-9]+")),
        "Values of Graph's `enabledServices`, its own first: each of them means that the tenant has this licence, or a "
        "larger one.",
        Need.REQUIRED,
        example="[HasAADP2]",
    )


@dataclass(frozen=True, slots=True)
class LicenceNeed:
    """What some recommendations need."""

    recommendations: tuple[str, ...] = key(
        OneOrMore(Text("an id, in which `*` and `?` may stand", pattern=r"[A-Za-z0-9_?*-]+")),
        "Ids of recommendations, or patterns: * stands for any text, ? for one character.",
        Need.REQUIRED,
        example="[UserRiskPolicy]",
    )
    licence: str = key(
        Text("one of the listed licences", shortest=1), "The licence they need.", Need.REQUIRED, example="Entra ID P2"
    )
    source: str = key(
        Text("one of the listed sources", shortest=1), "One of the sources.", Need.REQUIRED, example="Safe Links"
    )
    also: str = key(
        Text("other licences", shortest=1),
        "Other licences that are sufficient and that Graph has no value for: then the absence of a value proves "
        "nothing.",
        default="",
    )
    note: str = key(
        Text("a sentence", shortest=1),
        "What else to know about it, as a sentence: another way, another licence.",
        default="",
    )


LICENCE_KEYS, NEED_KEYS = keys_of(LicenceServices), keys_of(LicenceNeed)
FORMAT = Format("an entry", unknown_key="licence-unknown-key", wrong_type="licence-shape", wrong_value="licence-shape")


@dataclass(frozen=True, slots=True)
class Licences:
    """What is known about licences."""

    services: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Values of `enabledServices` that give a licence, by its name."""
    needs: tuple[LicenceNeed, ...] = ()
    """In the order of the file."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The licence that each value of `enabledServices` stands for itself: that of which it is the first value."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Titles of the sources, by the name under which a need cites each."""
    exact: Mapping[str, LicenceNeed] = field(default_factory=dict)
    """By id (normalised)."""
    patterns: tuple[tuple[str, LicenceNeed], ...] = ()
    """The most specific pattern first."""

    @property
    def known(self) -> frozenset[str]:
        """Every value of `enabledServices` that says something about a licence."""
        return frozenset().union(*self.services.values())

    _needed: dict[str, LicenceNeed | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `need` found, by id: every month asks for the same ones."""

    def need(self, identifier: str) -> LicenceNeed | None:
        """What a recommendation needs: by its id, else by the most specific pattern; None where no source says."""
        if identifier not in self._needed:
            name = normalised(identifier)
            fitting = next((need for pattern, need in self.patterns if fits(name, pattern)), None)
            self._needed[identifier] = self.exact.get(name, fitting)
        return self._needed[identifier]


@cache
def load_licences() -> Licences:
    """The list that came with this version of the program.

    Raises:
        CannotProceed: the file is missing from the installation, or damaged there.
    """
    return load_shipped(
        LICENCES_PATH,
        read_licences,
        unreadable="The shipped list of licences cannot be read.",
        damaged="The shipped list of licences is damaged.",
    )


def licence_name(service: str) -> str:
    """What a value of `enabledServices` stands for: `Entra ID P2`; one that no licence is known by stays as it is."""
    return load_licences().names.get(service, service)


def read_licences(data: Any) -> tuple[Licences, list[Problem]]:
    """The licences in parsed JSON, and what is wrong with it; an entry with a problem is left out.

    Shape: `{"schema": "licences/1", "sources": {name: title}, "licences": [entry, …], "needs": [entry, …]}`
    (`licences_schema`). A need names a listed licence and a listed source, and no recommendation has two.
    """
    known = isinstance(data, dict) and data.get("schema") == LICENCES_SCHEMA
    sources = listed_sources(data)
    if not known or not sources or not all(isinstance(data.get(part), list) for part in ("licences", "needs")):
        message = (
            f"This is no list of licences: `schema` {LICENCES_SCHEMA}, `sources` and the lists `licences` and `needs` "
            "are expected."
        )
        hint = "Compare with the last commit in which it was right: what is missing here is there."
        return Licences(), [_problem("licence-shape", message, hint)]
    problems: list[Problem] = []
    services: dict[str, frozenset[str]] = {}
    names: dict[str, str] = {}
    for place, values in _entries(data["licences"], "licences", LICENCE_KEYS, problems):
        licence: LicenceServices = build(LicenceServices, LICENCE_KEYS, values)
        if licence.name in services:
            hint = "Keep the entry that is right, and delete the other one."
            message = f"{place}: the licence {shown(licence.name)} is listed twice."
            problems.append(_problem("licence-duplicate", message, hint))
        services.setdefault(licence.name, frozenset(licence.services))
        names.setdefault(licence.services[0], licence.name)
    needs: list[LicenceNeed] = []
    named: dict[str, LicenceNeed] = {}
    for place, values in _entries(data["needs"], "needs", NEED_KEYS, problems):
        need: LicenceNeed = build(LicenceNeed, NEED_KEYS, values)
        faults = list(_unlisted(need, services, sources, named))
        problems += [_problem(code, f"{place}: {text}", hint) for code, text, hint in faults]
        if not faults:
            needs.append(need)
            named |= {normalised(each): need for each in need.recommendations}
    exact = {name: need for name, need in named.items() if not is_pattern(name)}
    patterns = sorted((name for name in named if is_pattern(name)), key=specificity)
    by_pattern = tuple((name, named[name]) for name in patterns)
    return Licences(services, tuple(needs), names, sources, exact, by_pattern), problems


def is_pattern(name: str) -> bool:
    """Whether it stands for several ids."""
    return "*" in name or "?" in name


def _entries(
    entries: list[Any], part: str, keys: tuple[Key, ...], problems: list[Problem]
) -> list[tuple[str, dict[str, Any]]]:
    """The entries that are right by themselves, each with its place for a message; the others become problems."""
    found = []
    for number, entry in enumerate(entries, start=1):
        place = f"Entry {number} of `{part}`"
        if not isinstance(entry, dict):
            message = f"{place}: this is {in_words(entry)}, where keys and values between {{ and }} belong."
            problems.append(_problem("licence-shape", message, ENTRY_HINT))
            continue
        reading = Reading(FORMAT)
        values = reading.group(keys, entry)
        faults = [(fault.code, fault.message, fault.hint) for fault in reading.faults]
        faults += [
            (
                "licence-shape",
                f"`{each.name}` is missing.",
                f'Add `"{each.name}":` and {lower_first(each.documentation)}',
            )
            for each, _ in reading.missing
        ]
        problems += [_problem(code, f"{place}: {text}", hint) for code, text, hint in faults]
        if not faults:
            found.append((place, values))
    return found


def _unlisted(
    need: LicenceNeed,
    services: Mapping[str, frozenset[str]],
    sources: Mapping[str, str],
    named: Mapping[str, LicenceNeed],
) -> list[tuple[str, str, str]]:
    """Code, message and hint of what a need names that is not listed, or that is listed already."""
    faults = []
    if need.licence not in services:
        hint = "Write the name of one that is, or add the licence there with its services."
        faults.append(("licence-unlisted", f"the licence {shown(need.licence)} is not under `licences`.", hint))
    if cited(need.source, sources) is None:
        hint = f"Write {SOURCE_HINT}."
        faults.append(("licence-source", f"the source {shown(need.source)} is not under `sources`.", hint))
    names = [normalised(each) for each in need.recommendations]
    again = next((name for place, name in enumerate(names) if name in named or name in names[:place]), None)
    if again is not None:
        message = f"{shown(need.recommendations[names.index(again)])} is named twice in this list."
        faults.append(("licence-duplicate", message, "Keep it where it is right, and delete it in the other place."))
    return faults


def _problem(code: str, message: str, hint: str) -> Problem:
    return problem(code, LICENCES_PATH, None, message, hint)


def licences_schema() -> Json:
    """The JSON Schema of `licences.json`, but for what needs the whole list: names not listed, and repetitions."""
    text = {"type": "string", "pattern": r"\S"}
    return {
        "$schema": DIALECT,
        "title": "Licences: what a recommendation needs, and what Graph calls it",
        "type": "object",
        "properties": {
            "schema": {"description": "The format of this file.", "const": LICENCES_SCHEMA},
            "about": {"description": "What the list is, in a sentence or two.", **text},
            "sources": {
                "description": "Each source by the name that needs cite, with its full title.",
                "type": "object",
                "propertyNames": {"pattern": r"\S"},
                "additionalProperties": text,
                "minProperties": 1,
            },
            "licences": {
                "description": "One entry for a licence.",
                "type": "array",
                "items": object_schema(LICENCE_KEYS, required=("name", "services")),
            },
            "needs": {
                "description": "One entry for recommendations that need the same licence for the same reason.",
                "type": "array",
                "items": object_schema(NEED_KEYS, required=("recommendations", "licence", "source")),
            },
        },
        "required": ["schema", "sources", "licences", "needs"],
    }
