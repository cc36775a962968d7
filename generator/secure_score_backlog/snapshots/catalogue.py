# SPDX-License-Identifier: Apache-2.0
"""The stored catalogue as recommendations, and its versions: what Microsoft said on a day.

No finished month changes when Microsoft changes a text: versions come from Git, like those of decisions
(docs/method.md#as-of). A day before the first version sees the first one, because snapshots may be older than the first
collection. A recommendation that Microsoft retired keeps what was said about it last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots.graph_json import fraction, mapping, mappings, text, utc_day
from secure_score_backlog.snapshots.model import Catalogue, Recommendation, StateUpdate
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, decode_catalogue
from secure_score_backlog.text import shortened
from secure_score_backlog.wording import plural

EFFORT = {"low": "low", "moderate": "moderate", "medium": "moderate", "high": "high", "none": "none"}
"""Microsoft's ratings of cost and user impact, in one spelling."""
NAMED = re.compile(rb'"id"\s*:\s*("(?:[^"\\]|\\.)*")')
"""An id in the bytes of a catalogue: finding the version to read this way is faster than parsing each of them."""

LONGEST_HTML = 32_768
"""Characters of one of Microsoft's texts; the longest known one has a quarter of that."""
SHOWN_IDS = 3
"""Recommendations that a message names."""
MOST_TAGS = 2_000
"""In one of Microsoft's texts: a parser of HTML needs time and memory that grow with the square of some of them."""

Stream = Callable[[Iterable[str]], Iterator[tuple[str, bytes]]]


def read_catalogue(stored: Mapping[str, Any]) -> Catalogue:
    """The stored catalogue as recommendations, by id in order."""
    descriptions = mapping(stored.get("descriptions"))
    found: dict[str, Recommendation] = {}
    for profile in mappings(stored.get("profiles")):
        identifier = text(profile.get("id"))
        if identifier:
            found[identifier] = read_profile(profile, text(descriptions.get(identifier)))
    listed = bool(found)
    for entry in mappings(stored.get("titles")):
        identifier = text(entry.get("id"))
        if identifier:
            description = text(descriptions.get(identifier))
            found[identifier] = with_title(found.get(identifier), entry, description, alone=not listed)
    for identifier, description in descriptions.items():
        if identifier not in found:
            found[identifier] = Recommendation(
                identifier, title=identifier, description=text(description), in_catalogue=False
            )
    return Catalogue(dict(sorted(found.items())))


def read_profile(profile: Mapping[str, Any], description: str) -> Recommendation:
    """One `secureScoreControlProfile` as a recommendation."""
    identifier = text(profile.get("id"))
    threats = profile.get("threats")
    return Recommendation(
        id=identifier,
        title=text(profile.get("title")).strip() or identifier,
        service=text(profile.get("service")),
        category=text(profile.get("controlCategory")),
        maximum=fraction(profile.get("maxScore")),
        cost=effort(profile.get("implementationCost")),
        user_impact=effort(profile.get("userImpact")),
        threats=without_repetition(threats) if isinstance(threats, list) else (),
        action_url=text(profile.get("actionUrl")).strip(),
        remediation=text(profile.get("remediation")),
        remediation_impact=text(profile.get("remediationImpact")),
        description=description,
        deprecated=profile.get("deprecated") is True,
        updates=tuple(state_updates(profile.get("controlStateUpdates"))),
    )


def with_title(
    known: Recommendation | None, entry: Mapping[str, Any], description: str, *, alone: bool
) -> Recommendation:
    """A recommendation that a portal table named, or one of Graph's with what its profile lacks.

    `alone`: there is no catalogue from Graph, so this is what the tenant has.
    """
    identifier, title, service = (text(entry.get(name)) for name in ("id", "title", "service"))
    maximum = fraction(entry.get("maxScore"))
    if known is None:
        return Recommendation(
            identifier,
            title=title or identifier,
            service=service,
            maximum=maximum,
            description=description,
            in_catalogue=alone,
            named_by=text(entry.get("source")),
        )
    return replace(
        known,
        title=title if known.title == identifier and title else known.title,
        service=known.service or service,
        maximum=maximum if known.maximum is None else known.maximum,
    )


def is_too_large(html: str) -> bool:
    """Whether one of Microsoft's texts is longer, or has more tags, than is read as HTML."""
    return len(html) > LONGEST_HTML or html.count("<") > MOST_TAGS


def check_texts(catalogue: Catalogue) -> list[Problem]:
    """One problem for all recommendations with a text that is too large."""
    found = [
        identifier
        for identifier, entry in catalogue.recommendations.items()
        if any(map(is_too_large, (entry.description, entry.remediation, entry.remediation_impact)))
    ]
    if not found:
        return []
    some = ", ".join(map(shortened, found[:SHOWN_IDS])) + (" and more" if len(found) > SHOWN_IDS else "")
    what = plural(len(found), "recommendation has a text that is", "recommendations have texts that are")
    message = f"{what} longer than {LONGEST_HTML} characters, or of more than {MOST_TAGS} tags: {some}."
    hint = (
        "Nothing has to be done: such a text is cut and shown without its formatting. The Defender portal shows all "
        "of it."
    )
    return [problem("catalogue-text", CATALOGUE_PATH, None, message, hint)]


def effort(value: object) -> str:
    """Microsoft's low/Low/Medium/Moderate/High/None in one spelling; `unknown` for the rest."""
    return EFFORT.get(text(value).strip().lower(), "unknown")


def without_repetition(values: list[object]) -> tuple[str, ...]:
    """Each text once, whatever its case (Graph sends both `Account breach` and `Account Breach`)."""
    kept: dict[str, str] = {}
    for value in values:
        if text(value):
            kept.setdefault(text(value).lower(), text(value).capitalize())
    return tuple(sorted(kept.values()))


def state_updates(value: object) -> list[StateUpdate]:
    """The states that were set in the portal, undated ones first, then oldest first."""
    updates = [
        StateUpdate(text(entry.get("state")), utc_day(entry.get("updatedDateTime")), text(entry.get("comment")))
        for entry in mappings(value)
        if text(entry.get("state"))
    ]
    return sorted(updates, key=lambda update: (update.on is not None, update.on or date.min))


@dataclass(slots=True)
class CatalogueVersions:
    """Every version of the catalogue, oldest first; a version is read when a day needs it, and once."""

    current: Catalogue
    """The one of the working tree, or at the tip of the snapshots' branch."""
    versions: tuple[Version, ...] = ()
    """Those that Git has; an uncommitted edit last. Empty where nothing dates them."""
    read: Callable[[Version], bytes | None] = lambda _: None
    stream: Stream = lambda _: iter(())
    _ids: dict[str, frozenset[str]] = field(default_factory=dict)
    """The ids of each version, by blob."""
    _parsed: dict[str, Catalogue] = field(default_factory=dict)
    """Versions that were read, by blob."""
    _shared: dict[Recommendation, Recommendation] = field(default_factory=dict)
    """Each different description once: most versions differ in a few of them."""
    _retired: dict[tuple[str, str], Recommendation | None] = field(default_factory=dict)
    """What a version says about one recommendation, by blob and id."""

    def on(self, day: date, wanted: Collection[str]) -> Catalogue:
        """The catalogue at the end of a day; of those of `wanted` that it no longer lists, what was said last.

        An entry found in an older version keeps its texts and counts as not catalogued.
        """
        known = self._until(day)
        base = self.listed_on(day)
        missing = {name for name in wanted if not is_listed(base.recommendations.get(name))}
        found: dict[str, Recommendation] = {}
        for version in reversed(known[:-1]) if missing else ():
            for name in sorted(missing & self._listed(version)):
                entry = self._entry(version, name)
                if entry is not None:
                    found[name] = replace(entry, in_catalogue=False)
            missing -= found.keys()
            if not missing:
                break
        return replace(base, recommendations=dict(sorted({**base.recommendations, **found}.items())))

    def listed_on(self, day: date) -> Catalogue:
        """The catalogue at the end of a day, without what it no longer lists."""
        known = self._until(day)
        return self._catalogue(known[-1]) if known else self.current

    def _until(self, day: date) -> list[Version]:
        """The versions up to the end of a day; the first one for a day before it."""
        return [version for version in self.versions if version.at.date() <= day] or list(self.versions[:1])

    def _catalogue(self, version: Version) -> Catalogue:
        newest = self.versions[-1]
        if version is newest or (version.blob == newest.blob and self.current.recommendations):
            return self.current
        blob = version.blob or ""
        if blob not in self._parsed:
            found = parsed(self.read(version))
            shared = {name: self._shared.setdefault(entry, entry) for name, entry in found.recommendations.items()}
            self._parsed[blob] = replace(found, recommendations=shared)
        return self._parsed[blob]

    def _listed(self, version: Version) -> frozenset[str]:
        """The ids that a version lists; the first time, all committed versions are searched in one go."""
        if not self._ids:
            committed = dict.fromkeys(each.blob for each in self.versions if each.committed and each.blob)
            shared: dict[frozenset[str], frozenset[str]] = {}  # most versions list the same ids in other words
            for blob, content in self.stream(committed):
                found = ids_in(content)
                self._ids[blob] = shared.setdefault(found, found)
        return self._ids.get(version.blob or "", frozenset())

    def _entry(self, version: Version, name: str) -> Recommendation | None:
        key = (version.blob or "", name)
        if key not in self._retired:
            found = self._catalogue(version).recommendations.get(name)
            self._retired[key] = found if is_listed(found) else None
        return self._retired[key]


def parsed(content: bytes | None) -> Catalogue:
    """A version as catalogue; an empty one where there was none, or where it cannot be read."""
    try:
        return read_catalogue(decode_catalogue(content, CATALOGUE_PATH)) if content else Catalogue()
    except CannotProceed:
        return Catalogue()


def ids_in(content: bytes) -> frozenset[str]:
    """The ids in the bytes of a catalogue, and perhaps others; never fewer than it lists."""
    names = (_name(match[1]) for match in NAMED.finditer(content))
    return frozenset(name for name in names if name is not None)


@lru_cache(maxsize=1 << 14)
def _name(text: bytes) -> str | None:
    """An id as JSON; None where it is none. Remembered, because most versions list the same ones."""
    try:
        return str(json.loads(text))
    except ValueError:
        return None


def is_listed(recommendation: Recommendation | None) -> bool:
    """A catalogue lists it, so that it is not only known from a score."""
    return recommendation is not None and recommendation.in_catalogue
