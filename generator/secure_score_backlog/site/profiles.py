# SPDX-License-Identifier: Apache-2.0
"""Allow-lists of fields: which part of a backlog readers outside of the house get to see (facts, D).

A reduced backlog is made anew from the fields that are listed here. Everything else is empty, also what will be added
to the model tomorrow: nothing is shown because nobody thought of hiding it.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from secure_score_backlog.decisions.model import Acceptance, Attestation, Cover, Decision, DecisionHistory
from secure_score_backlog.evaluation.facts import Facts, Review
from secure_score_backlog.evaluation.ledger import Score
from secure_score_backlog.evaluation.register import RegisterEntry
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.reviews import Minutes
from secure_score_backlog.settings import Settings
from secure_score_backlog.site import leaks, registry, templates
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import downloads, insurer, public
from secure_score_backlog.snapshots.model import Observation, Recommendation, SnapshotDay

Fields = Mapping[type, str]
"""The names of the fields that pass, by the type that has them. A type that is missing passes nothing."""

INSURER_FIELDS: Fields = {
    Settings: "organisation stale_months",
    DecisionHistory: "has_git",
    Version: "path commit at pull_request",
    Review: "month finished minutes",
    Minutes: "month versions",
    Facts: "as_of settings decisions head snapshot score statuses register covered past reviews",
    SnapshotDay: "day complete current maximum path",
    Score: "current maximum percent",
    Status: "recommendation state observation decision answered level open_share open_since days_open held_since "
    "days_held days_observed portal_since last_activity",
    Recommendation: "id title maximum in_catalogue",
    Observation: "points maximum portal",
    Decision: "recommendation bucket risk owner due accepted covered draft",
    Acceptance: "approver until compensating share approval",
    Cover: "reason by approver until approval",
    Attestation: "by on",
    RegisterEntry: "status decision state until days_left points renewals since citation approved_by ended",
}
"""Answers, counts, and exceptions with role, end and compensating controls in short."""

PUBLIC_FIELDS: Fields = {Facts: "as_of settings", Settings: "organisation"}
"""Who, as of when. What else a public page says comes from a statement of numbers (`views.profile_public`)."""

SHORTENED = frozenset(
    {
        (Acceptance, "compensating"),
        (Acceptance, "approver"),
        (Cover, "by"),
        (Cover, "approver"),
        (Attestation, "by"),
        (Decision, "owner"),
        (RegisterEntry, "approved_by"),
    }
)
"""Fields in which people write text: they pass in short, and without links."""
LONGEST = 160
PORTAL_STATES = frozenset("default ignored thirdparty alternatemitigation reviewed".split())

_LINK = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.)\S+|\bmailto:\S+")


def reduced(facts: Facts, fields: Fields) -> Facts:
    """A backlog that holds what passes, and nothing else."""
    made = _Reduction(fields).value(facts)
    assert isinstance(made, Facts)
    return made


class _Reduction:
    """One pass over a backlog. What is shared there (a standing is in many lists) is shared again here."""

    def __init__(self, fields: Fields) -> None:
        self.fields = {kind: frozenset(names.split()) for kind, names in fields.items()}
        self.made: dict[int, Any] = {}

    def value(self, value: Any) -> Any:
        """The value as it passes: containers by their members, values of the model by their fields."""
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            if id(value) not in self.made:
                self.made[id(value)] = self.instance(value)
            return self.made[id(value)]
        if isinstance(value, tuple):
            return tuple(self.value(member) for member in value)
        if isinstance(value, Mapping):
            return {key: self.value(member) for key, member in value.items()}
        if value is None or isinstance(value, (str, int, Fraction, date)):
            return value
        raise TypeError(f"nobody has decided how a {type(value).__name__} passes through a profile")

    def instance(self, value: Any) -> Any:
        """A new value of the same type, with the fields that pass."""
        kind: Any = type(value)
        passing = self.fields.get(kind, frozenset())
        given = {}
        for field in dataclasses.fields(kind):
            if field.name in passing:
                given[field.name] = self.field(kind, field.name, getattr(value, field.name))
            elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                given[field.name] = blank(hints(kind)[field.name])
        return kind(**given)

    def field(self, kind: type, name: str, value: Any) -> Any:
        """One field that passes, as it passes."""
        if (kind, name) == (Observation, "portal"):
            return value if str(value).lower() in PORTAL_STATES else None
        if (kind, name) in SHORTENED:
            return tuple(in_short(text) for text in value) if isinstance(value, tuple) else in_short(value)
        return self.value(value)


@cache
def hints(kind: Hashable) -> dict[str, Any]:
    """The types of a type's fields."""
    return get_type_hints(kind)


def blank(hint: Any) -> Any:
    """Nothing, in the form that a field asks for. TypeError where nothing cannot be said: then decide what passes."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType) and type(None) in get_args(hint):
        return None
    if origin is tuple and Ellipsis not in get_args(hint):
        return tuple(blank(part) for part in get_args(hint))
    for kind, nothing in BLANKS.items():
        if hint is kind or origin is kind:
            return nothing
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        fields = [field for field in dataclasses.fields(hint) if field.default is dataclasses.MISSING]
        needed = [field.name for field in fields if field.default_factory is dataclasses.MISSING]
        return hint(**{name: blank(hints(hint)[name]) for name in needed})
    raise TypeError(f"there is no empty {hint}: a profile has to let it through, or the type needs a default")


BLANKS: Mapping[Any, Any] = {
    str: "",
    int: 0,
    bool: False,
    Fraction: Fraction(0),
    tuple: (),
    Mapping: types.MappingProxyType({}),
    frozenset: frozenset(),
    datetime: datetime.min.replace(tzinfo=UTC),
    date: date.min,
}


def in_short(text: str) -> str:
    """A text that people wrote, on one line, without links, cut where a reader would stop."""
    text = " ".join(_LINK.sub("(link left out)", text).split())
    if len(text) <= LONGEST:
        return text
    head, _, _ = text[: LONGEST - 1].rpartition(" ")
    return f"{head or text[: LONGEST - 1]}…"


# --- Who a site is for: for each kind of reader the pages that are made, and the fields that they may be made from.


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of reader."""

    name: str
    meaning: str
    """For the guide and for `--help`."""
    fields: Fields | None = None
    """The fields that pass; None for readers of the house, to whom all of them do."""
    navigation: tuple[tuple[str, str], ...] = ()
    """Title and document of the site's sections; empty for the house, whose `mkdocs.yml` says."""

    @property
    def outside(self) -> bool:
        """True for readers who do not belong to the organisation."""
        return self.fields is not None


INTERNAL = Profile("internal", "Everything, for readers of your own organisation.")
INSURER = Profile(
    "insurer",
    "Counts, and the register of exceptions with role, end and compensating controls.",
    INSURER_FIELDS,
    insurer.NAVIGATION,
)
PUBLIC = Profile(
    "public",
    "One page: how regularly decisions are reviewed, how many are in force, whether any has run out.",
    PUBLIC_FIELDS,
    public.NAVIGATION,
)
PROFILES = {profile.name: profile for profile in (INTERNAL, INSURER, PUBLIC)}


def seen_through(facts: Facts, profile: Profile) -> Facts:
    """The backlog as far as a profile's readers may see it: all pages of theirs are made from this value."""
    return reduced(facts, profile.fields) if profile.fields is not None else facts


def documents(facts: Facts, hand_written: Iterable[Document], profile: Profile) -> list[Document]:
    """Every document of the site for a profile's readers, by path. Hand-written pages are for the house alone."""
    return registry.pages(
        seen_through(facts, profile),
        () if profile.outside else hand_written,
        computed=makers(facts, profile),
        tenants=Site.of(facts).tenants,
    )


def makers(facts: Facts, profile: Profile) -> tuple[registry.PageMaker, ...]:
    """What makes the pages of a profile."""
    if profile is INSURER:
        return (insurer.documents, downloads.for_insurers)
    if profile is PUBLIC:
        return (public.maker(public.statement(facts)),)
    return registry.COMPUTED


def guard(facts: Facts, profile: Profile) -> leaks.Guard:
    """What the scan of the built site has to look for."""
    return leaks.Guard(profile.outside, Site.of(facts).tenants, leaks.people(facts))


def configuration(profile: Profile) -> str:
    """The site builder's configuration, packaged with the tool; with a navigation that fits the profile."""
    return templates.configuration(profile.navigation)
