# SPDX-License-Identifier: Apache-2.0
"""How much it matters to leave a recommendation open: risk levels, and the shipped ratings.

A rating is a level, a reason in plain words and a source. It is never derived from points, effort or cost. It is for
one id, or for a family: all ids of one form, so that a new id of a known subject is rated (docs/adr/0017). What neither
names is unrated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.schema import (
    DIALECT,
    Choice,
    Format,
    Json,
    Key,
    Need,
    Reading,
    Text,
    build,
    filled,
    in_words,
    key,
    keys_of,
    object_schema,
)
from secure_score_backlog.text import shown
from secure_score_backlog.wording import lower_first


class Risk(StrEnum):
    """What it means to leave the recommendation open, in our judgement; the most serious first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


LEVELS = (*Risk, "unrated")
"""Every level as a word, in the order of all lists: the most serious first, unrated last."""
SEVERE = (Risk.CRITICAL, Risk.HIGH)
"""The levels that are counted apart."""


def level_order(level: str | None) -> int:
    """Position of a level, for sorting; None is unrated."""
    return LEVELS.index(level or "unrated")


Shipped = TypeVar("Shipped")
RATINGS_SCHEMA = "ratings/1"
RATINGS_PATH = "ratings.json"
SHORTEST_REASON = 40
"""Characters; less cannot say what goes wrong."""
INSTANCE_NUMBER = re.compile(r"^\d+\.")


def normalised(identifier: str) -> str:
    """The form in which ids are compared: lower case, without an instance number such as `11770.`."""
    return INSTANCE_NUMBER.sub("", identifier.strip()).lower()


class RatedBy(StrEnum):
    """Where a risk level comes from."""

    DECISION = "decision"
    SETTINGS = "settings"
    SHIPPED = "shipped"
    """The shipped rating of its id."""
    FAMILY = "family"
    """The shipped rating of a family that its id belongs to."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A shipped rating: of one recommendation by its id, or of all whose ids have one form."""

    level: Risk = key(Choice(Risk, code="rating-level"), "The risk if this stays open.", Need.REQUIRED, example="high")
    reason: str = key(
        Text(
            f"a sentence of at least {SHORTEST_REASON} characters",
            shortest=SHORTEST_REASON,
            pattern=r"[\s\S]*\.",
            code="rating-reason",
        ),
        "What goes wrong if this stays open, in plain words for a managing director.",
        Need.REQUIRED,
    )
    source: str = key(
        Text("one of the names under `sources`, then the place in that source", shortest=1, code="rating-source"),
        "One of the sources, then the place in it.",
        Need.REQUIRED,
    )
    id: str = key(
        Text("an id in letters, digits, `_` and `-`", pattern=r"[A-Za-z0-9_-]+", code="rating-key"),
        "Microsoft's id of the recommendation, without an instance number such as 11770.",
        default="",
    )
    pattern: str = key(
        Text("an id in which `*` and `?` may stand", pattern=r"[A-Za-z0-9_?*-]+", code="rating-key"),
        "The form of a family's ids: * stands for any text, ? for one character.",
        default="",
    )
    family: str = key(
        Text("a name for the family of a pattern (an entry with an `id` needs none)", shortest=1, code="rating-family"),
        "Those that share one reason; needed with a pattern.",
        default="",
    )

    @property
    def name(self) -> str:
        """The id, or the pattern."""
        return self.id or self.pattern


def specificity(pattern: str) -> tuple[int, int, str]:
    """Order of patterns, most specific first: most letters spelled out, fewest `*`, then the alphabet."""
    wild = pattern.count("*")
    return (wild + pattern.count("?") - len(pattern), wild, pattern.lower())


@lru_cache(maxsize=1 << 16)
def fits(identifier: str, pattern: str) -> bool:
    """Whether an id has the form of a pattern; letter case and an instance number are ignored."""
    return fnmatchcase(normalised(identifier), pattern.lower())


KEYS = keys_of(Rating)
FORMAT = Format("a rating", unknown_key="rating-unknown-key", wrong_type="rating-shape", wrong_value="rating-shape")


@dataclass(frozen=True, slots=True)
class Ratings:
    """The shipped ratings: by id (normalised), and by pattern, most specific first."""

    exact: Mapping[str, Rating] = field(default_factory=dict)
    patterns: tuple[Rating, ...] = ()
    listed: tuple[Rating, ...] = ()
    """All of them, in the order of the file."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """What the sources are: the name by which a rating cites each, and its title."""

    _rated: dict[str, Rating | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `rate` found, by id: every month asks for the same ones."""

    def rate(self, identifier: str) -> Rating | None:
        """The rating of a recommendation: by its id, else by the most specific pattern; None where none fits."""
        if identifier not in self._rated:
            name = normalised(identifier)
            fitting = next((rating for rating in self.patterns if fits(name, rating.pattern)), None)
            self._rated[identifier] = self.exact.get(name, fitting)
        return self._rated[identifier]


@cache
def load_ratings() -> Ratings:
    """The ratings that came with this version of the program.

    Raises:
        CannotProceed: the file is missing from the installation, or damaged there.
    """
    return load_shipped(
        RATINGS_PATH,
        read_ratings,
        unreadable="The shipped risk ratings cannot be read.",
        damaged="The shipped risk ratings are damaged.",
    )


def load_shipped(
    name: str, read: Callable[[Any], tuple[Shipped, list[Problem]]], *, unreadable: str, damaged: str
) -> Shipped:
    """What a file of the package holds.

    Args:
        name: The file.
        read: The value of its parsed JSON, and what is wrong with that.
        unreadable: What to say where the file is missing or is no JSON.
        damaged: What to say where something is wrong with it.

    Raises:
        CannotProceed: either is so.
    """
    place = f"secure_score_backlog/content/{name}"
    hint = "Install the program again: this file belongs to it and is not meant to be edited."
    try:
        text = files("secure_score_backlog.content").joinpath(name).read_text(encoding="utf-8")
        value, problems = read(json.loads(text))
    except (OSError, ValueError) as error:
        raise CannotProceed(unreadable, where=place, hint=hint) from error
    if problems:
        raise CannotProceed(f"{damaged} {problems[0].message}", where=place, hint=hint)
    return value


def read_ratings(data: Any) -> tuple[Ratings, list[Problem]]:
    """The ratings in parsed JSON, and what is wrong with it; an entry with a problem is left out.

    Shape: `{"schema": "ratings/1", "sources": {name: title}, "ratings": [entry, …]}` (`ratings_schema`). A pattern
    names its family; a reason may repeat only inside one family; a source is one of `sources`, with the place in it.
    """
    entries = data.get("ratings") if isinstance(data, dict) and data.get("schema") == RATINGS_SCHEMA else None
    sources = listed_sources(data)
    if not isinstance(entries, list) or not sources:
        message = (
            f"This is no list of risk ratings: `schema` {RATINGS_SCHEMA}, `sources` and a list `ratings` are expected."
        )
        hint = "Compare with the last commit in which it was right: what is missing here is there."
        return Ratings(), [_problem("rating-shape", message, hint)]
    problems: list[Problem] = []
    listed: dict[str, Rating] = {}
    families: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        rating, faults = _read_entry(entry, sources)
        if rating is not None:
            faults = _repeats(rating, listed, families)
        problems += [_problem(code, f"Entry {number}{_named(entry)}: {text}", hint) for code, text, hint in faults]
        if rating is not None and not faults:
            listed[normalised(rating.name)] = rating
            families[_words(rating.reason)] = rating.family
    exact = {name: rating for name, rating in listed.items() if rating.id}
    patterns = sorted(
        (rating for rating in listed.values() if rating.pattern), key=lambda each: specificity(each.pattern)
    )
    return Ratings(exact, tuple(patterns), tuple(listed.values()), sources), problems


def cited(source: str, sources: Iterable[str]) -> str | None:
    """Which of the listed sources a rating cites: the longest name that the citation begins with; None for none."""
    found = [name for name in sources if source == name or source.startswith(f"{name} ")]
    return max(found, key=len, default=None)


def listed_sources(data: Any) -> dict[str, str]:
    """The sources by name, with their titles; none where something in the list is not as it should be."""
    sources = data.get("sources") if isinstance(data, dict) else None
    if not isinstance(sources, dict):
        return {}
    texts = [text for pair in sources.items() for text in pair]
    return sources if all(isinstance(text, str) and bool(text.strip()) for text in texts) else {}


FAMILY_HINT = 'Add `"family":` and a name of your choice, which all patterns with this reason share.'
ENTRY_HINT = "Look at the entry above it, and write this one in the same way."
SOURCE_HINT = "where it can be checked: one of the names under `sources`, then the place in that source"
Told = tuple[str, str, str]
"""Code, message, hint."""


def _read_entry(entry: Any, sources: Iterable[str]) -> tuple[Rating | None, list[Told]]:
    """One rating, or what is wrong with it by itself."""
    if not isinstance(entry, dict):
        message = f"this is {in_words(entry)}, where keys and values between {{ and }} belong."
        return None, [("rating-shape", message, ENTRY_HINT)]
    reading = Reading(FORMAT)
    values = reading.group(KEYS, entry)
    delete = "This entry has an `id`, so delete `family`."
    faults = [
        (fault.code, fault.message, delete if fault.code == "rating-family" and entry.get("id") else fault.hint)
        for fault in reading.faults
    ]
    faults += [(each.type.code, f"`{each.name}` is missing.", _json_hint(each)) for each, _ in reading.missing]
    by_id, by_pattern = (entry.get(name) is not None for name in ("id", "pattern"))
    if by_id and by_pattern:
        hint = (
            "Keep `id` where it rates one recommendation, `pattern` where all whose ids have that form; delete the "
            "other."
        )
        faults.append(("rating-key", "it has both `id` and `pattern`.", hint))
    elif not by_id and not by_pattern:
        hint = "Add `id` with Microsoft's id of the recommendation, or `pattern` and `family` for all ids of one form."
        faults.append(("rating-key", "it says neither by `id` nor by `pattern` what it rates.", hint))
    if by_pattern and entry.get("family") is None:
        faults.append(("rating-family", "a pattern rates a family, and this one has no name.", FAMILY_HINT))
    if values["source"] is not None and cited(values["source"], sources) is None:
        hint = f"Write {SOURCE_HINT}."
        faults.append(("rating-source", f"the source {shown(values['source'])} is not under `sources`.", hint))
    return None if faults else build(Rating, KEYS, values), faults


def _json_hint(key: Key) -> str:
    """What to write for a missing key in JSON, with nothing that could be pasted."""
    if key.name == "source":
        return f'Add `"source":` and {SOURCE_HINT}.'
    return f'Add `"{key.name}":` and {lower_first(key.documentation)}'


def _repeats(rating: Rating, listed: Mapping[str, Rating], families: Mapping[str, str]) -> list[Told]:
    """What a rating says again: the same id or pattern, or a reason that belongs to something else."""
    faults: list[Told] = []
    if normalised(rating.name) in listed:
        other = listed[normalised(rating.name)].name
        message = f"{shown(rating.name)} is rated already, as {shown(other)}."
        faults.append(("rating-duplicate", message, "Keep the entry that is right, and delete the other one."))
    reason = _words(rating.reason)
    if reason in families and (not rating.family or families[reason] != rating.family):
        hint = "Say what goes wrong here, or give both the same family."
        other = next(each.name for each in listed.values() if _words(each.reason) == reason)
        faults.append(("rating-repeated-reason", f"the entry of {shown(other)} gives the same reason.", hint))
    return faults


def _words(text: str) -> str:
    """A reason as it is compared: letters and digits only, so that a comma makes no new reason."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _named(entry: Any) -> str:
    """The id or pattern of an entry in brackets, where it has one."""
    name = entry.get("id", entry.get("pattern")) if isinstance(entry, dict) else None
    return f" ({name})" if isinstance(name, str) else ""


def _problem(code: str, message: str, hint: str) -> Problem:
    return problem(code, RATINGS_PATH, None, message, hint)


def ratings_schema() -> Json:
    """The JSON Schema of `ratings.json`, but for what needs the whole list: repetitions, and sources not listed."""
    text = {"type": "string", "pattern": r"\S"}
    entry = {
        **object_schema(KEYS, required=("level", "reason", "source")),
        "oneOf": [filled(["id"]), filled(["pattern", "family"])],
        "not": filled(["id", "pattern"]),
    }
    return {
        "$schema": DIALECT,
        "title": "Risk ratings: what goes wrong if a recommendation stays open",
        "type": "object",
        "properties": {
            "schema": {"description": "The format of this file.", "const": RATINGS_SCHEMA},
            "about": {"description": "What the list is, in a sentence or two.", **text},
            "sources": {
                "description": "Each source by the name that ratings cite, with its full title.",
                "type": "object",
                "propertyNames": {"pattern": r"\S"},
                "additionalProperties": text,
                "minProperties": 1,
            },
            "ratings": {"description": "One entry for an id or a pattern.", "type": "array", "items": entry},
        },
        "required": ["schema", "sources", "ratings"],
    }
