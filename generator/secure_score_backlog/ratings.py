# SPDX-License-Identifier: Apache-2.0
"""How much it matters to leave a recommendation open: risk levels, and the shipped ratings.

A rating is a level, a reason in plain words and a source. It is never derived from points, effort or cost. What the
list does not know is unrated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import translate
from importlib.resources import files
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import Problem, problem


class Risk(StrEnum):
    """What it means to leave the recommendation open, in our judgement."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


LEVELS = (Risk.CRITICAL, Risk.HIGH, Risk.MEDIUM, Risk.LOW)


RATINGS_SCHEMA = "ratings/1"
RATINGS_PATH = "ratings.json"
SHORTEST_REASON = 40
"""Characters; less cannot say what goes wrong."""

INSTANCE_NUMBER = re.compile(r"^\d+\.")
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]+")
PATTERN = re.compile(r"[A-Za-z0-9_?*-]+")
RATING_KEYS = frozenset({"id", "pattern", "family", "level", "reason", "source"})


def normalised(identifier: str) -> str:
    """The form in which ids are compared: lower case, without an instance number such as `11770.`."""
    return INSTANCE_NUMBER.sub("", identifier.strip()).lower()


@dataclass(frozen=True, slots=True)
class PatternRating:
    """A rating for all ids of one form: `*` stands for any text, `?` for one character."""

    pattern: str
    rating: Rating
    matcher: re.Pattern[str] = field(compare=False, repr=False)

    @property
    def order(self) -> tuple[int, int, str]:
        """Most specific first: most letters that are spelled out, fewest `*`, then the alphabet."""
        wild = self.pattern.count("*")
        return (wild + self.pattern.count("?") - len(self.pattern), wild, self.pattern)


@dataclass(frozen=True, slots=True)
class NamedRating:
    """A rating as it stands in the file, for those who read the list: an id or a pattern, and its family."""

    name: str
    family: str
    rating: Rating


@dataclass(frozen=True, slots=True)
class Ratings:
    """The shipped ratings: by id (normalised), and by pattern, most specific first."""

    exact: Mapping[str, Rating] = field(default_factory=dict)
    patterns: tuple[PatternRating, ...] = ()
    listed: tuple[NamedRating, ...] = ()
    """All of them as written, in the order of the file."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """What the sources are: the name by which a rating cites each, and its title."""

    def rate(self, identifier: str) -> Rating | None:
        """The rating of a recommendation: by its id, else by the most specific pattern; None where none fits."""
        name = normalised(identifier)
        if name in self.exact:
            return self.exact[name]
        return next((known.rating for known in self.patterns if known.matcher.match(name)), None)


def read_ratings(data: Any) -> tuple[Ratings, list[Problem]]:
    """The ratings in parsed JSON, and what is wrong with it; an entry with a problem is left out.

    Shape: `{"schema": "ratings/1", "sources": {name: title},
    "ratings": [{"id" or "pattern", "level", "reason", "source", "family"?}]}`.
    A pattern names its family; a reason may repeat only inside one family; a source is one of `sources`, with the
    place in it (`CIS Controls v8 6.5`). The JSON Schema is `rating_schema.ratings_schema`.
    """
    entries = data.get("ratings") if isinstance(data, dict) and data.get("schema") == RATINGS_SCHEMA else None
    sources = _sources(data)
    if not isinstance(entries, list) or not sources:
        message = (
            f"This is no list of risk ratings: `schema` {RATINGS_SCHEMA}, `sources` and a list `ratings` are expected."
        )
        return Ratings(), [_problem("rating-shape", message, "Compare with the file that the package ships.")]
    problems: list[Problem] = []
    exact: dict[str, Rating] = {}
    patterns: dict[str, PatternRating] = {}
    families: dict[str, str | None] = {}
    listed: list[NamedRating] = []
    for number, entry in enumerate(entries, start=1):
        found = _faults(entry, sources) or _repeats(entry, exact, patterns, families)
        if found:
            problems += [_problem(code, f"Entry {number}{_named(entry)}: {text}", hint) for code, text, hint in found]
            continue
        rating = Rating(Risk(entry["level"]), entry["reason"], entry["source"])
        families[_words(rating.reason)] = entry.get("family")
        listed.append(NamedRating(entry.get("id") or entry["pattern"], entry.get("family", ""), rating))
        if "id" in entry:
            exact[normalised(entry["id"])] = rating
        else:
            pattern = entry["pattern"].lower()
            patterns[pattern] = PatternRating(pattern, rating, re.compile(translate(pattern)))
    ordered = tuple(sorted(patterns.values(), key=lambda known: known.order))
    return Ratings(exact, ordered, tuple(listed), sources), problems


def cited(source: str, sources: Iterable[str]) -> str | None:
    """Which of the listed sources a rating cites: the longest name that the citation begins with; None for none."""
    found = [name for name in sources if source == name or source.startswith(f"{name} ")]
    return max(found, key=len, default=None)


def _sources(data: Any) -> dict[str, str]:
    """The sources by name, with their titles; none where something in the list is not as it should be."""
    sources = data.get("sources") if isinstance(data, dict) else None
    if not isinstance(sources, dict):
        return {}
    texts = [text for pair in sources.items() for text in pair]
    return sources if all(isinstance(text, str) and bool(text.strip()) for text in texts) else {}


Fault = tuple[str, str, str]
"""Code, message, hint."""


def _faults(entry: Any, sources: Iterable[str]) -> list[Fault]:
    """What is wrong with one entry by itself."""
    if not isinstance(entry, dict):
        return [("rating-shape", "it is no object.", "Write id or pattern, level, reason and source.")]
    faults: list[Fault] = _key_faults(entry)
    if entry.get("level") not in tuple(Risk):
        faults.append(("rating-level", "the level is not known.", f"Use one of {', '.join(Risk)}."))
    reason = entry.get("reason")
    if not isinstance(reason, str) or len(reason.strip()) < SHORTEST_REASON or not reason.endswith("."):
        faults.append(("rating-reason", "the reason does not say enough.", "Say in a sentence what goes wrong."))
    source = entry.get("source")
    if not isinstance(source, str) or cited(source, sources) is None:
        hint = "Name where the judgement can be checked: one of `sources`, then the place in it."
        faults.append(("rating-source", "the source is missing or not listed.", hint))
    return faults


def _key_faults(entry: dict[str, Any]) -> list[Fault]:
    """What is wrong with the keys that say which recommendations an entry rates."""
    faults: list[Fault] = []
    unknown = sorted(str(key) for key in entry.keys() - RATING_KEYS)
    if unknown:
        hint = f"The keys are {', '.join(sorted(RATING_KEYS))}."
        faults.append(("rating-unknown-key", f"unknown key {', '.join(unknown)}.", hint))
    if ("id" in entry) == ("pattern" in entry):
        faults.append(("rating-key", "it needs an id or a pattern, and not both.", "Keep one of the two."))
    for key, form in (("id", IDENTIFIER), ("pattern", PATTERN)):
        value = entry.get(key, "x")
        if not isinstance(value, str) or not form.fullmatch(value):
            hint = "Letters, digits, `_` and `-`; in a pattern also `*` and `?`; no instance number."
            faults.append(("rating-key", f"the {key} cannot be read.", hint))
    family = entry.get("family", "" if "pattern" in entry else "x")
    if not isinstance(family, str) or not family.strip():
        faults.append(("rating-family", "the family has no name.", "A pattern rates a family: name it."))
    return faults


def _repeats(
    entry: dict[str, Any],
    exact: Mapping[str, Rating],
    patterns: Mapping[str, PatternRating],
    families: Mapping[str, str | None],
) -> list[Fault]:
    """What an entry says again: the same id or pattern, or a reason that belongs to something else."""
    faults: list[Fault] = []
    if normalised(entry.get("id", "")) in exact or entry.get("pattern", "").lower() in patterns:
        faults.append(("rating-duplicate", "it is rated twice.", "Keep the entry that is right."))
    reason, family = _words(entry["reason"]), entry.get("family")
    if reason in families and (family is None or families[reason] != family):
        hint = "Say what goes wrong here, or give both the same family."
        faults.append(("rating-repeated-reason", "another entry gives the same reason.", hint))
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


# --- The shipped risk ratings, read from the package itself.


def load_ratings() -> Ratings:
    """The ratings that came with this version of the program.

    Raises:
        CannotProceed: the file is missing from the installation, or damaged there.
    """
    place = "secure_score_backlog/content/" + RATINGS_PATH
    hint = "Install the program again: this file belongs to it and is not meant to be edited."
    try:
        text = files("secure_score_backlog.content").joinpath(RATINGS_PATH).read_text(encoding="utf-8")
        ratings, problems = read_ratings(json.loads(text))
    except (OSError, ValueError) as error:
        raise CannotProceed("The shipped risk ratings cannot be read.", where=place, hint=hint) from error
    if problems:
        raise CannotProceed(f"The shipped risk ratings are damaged. {problems[0].message}", where=place, hint=hint)
    return ratings


class RatedBy(StrEnum):
    """Where a risk level comes from."""

    DECISION = "decision"
    SETTINGS = "settings"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Rating:
    """A shipped risk rating: level, and what goes wrong if this stays open, in plain words."""

    level: Risk
    reason: str
    source: str = ""
