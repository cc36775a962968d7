# SPDX-License-Identifier: Apache-2.0
"""The catalogue as of a day: what Microsoft said then, so that no finished month changes when a text does.

Its versions come from Git, like those of decisions (design §4.2); a day before the first version sees the first one,
because snapshots may be older than the first collection. What Microsoft took out keeps what was said about it last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import FileVersions, Version
from secure_score_backlog.snapshots.graph_json import decode_catalogue
from secure_score_backlog.snapshots.history import read_catalogue
from secure_score_backlog.snapshots.model import Catalogue, Recommendation
from secure_score_backlog.snapshots.store import CATALOGUE, SnapshotBranch, SnapshotSource

NAMED = re.compile(rb'"id"\s*:\s*("(?:[^"\\]|\\.)*")')
"""An id in the bytes of a catalogue: finding the version to read costs less than reading every one."""

Stream = Callable[[Iterable[str]], Iterator[tuple[str, bytes]]]


@dataclass(slots=True)
class CatalogueVersions:
    """Every version of the catalogue, oldest first; a version is read when a day needs it, and once."""

    current: Catalogue
    """As it lies in the folder, or on the branch."""
    versions: tuple[Version, ...] = ()
    """Those that Git has; an uncommitted edit last. Empty where nothing dates them."""
    read: Callable[[Version], bytes | None] = lambda _: None
    stream: Stream = lambda _: iter(())
    _ids: dict[str, frozenset[str]] = field(default_factory=dict)
    """What each version lists, by blob."""
    _parsed: dict[str, Catalogue] = field(default_factory=dict)
    """Versions that were read, by blob."""
    _shared: dict[Recommendation, Recommendation] = field(default_factory=dict)
    """Each different description once: most versions differ in a few of them."""
    _retired: dict[tuple[str, str], Recommendation | None] = field(default_factory=dict)
    """What a version says about one recommendation, by blob and id."""

    def on(self, day: date, wanted: Collection[str]) -> Catalogue:
        """The catalogue at the end of a day, with the last words about those of `wanted` that it lists no more.

        An entry found in an older version keeps its texts and counts as not catalogued.
        """
        known = [version for version in self.versions if version.at.date() <= day] or list(self.versions[:1])
        if not known:
            return self.current
        base = self._catalogue(known[-1])
        missing = {name for name in wanted if not is_described(base.recommendations.get(name))}
        found: dict[str, Recommendation] = {}
        for version in reversed(known[:-1]) if missing else ():
            for name in sorted(missing & self._listed(version)):
                said = self._said(version, name)
                if said is not None:
                    found[name] = replace(said, in_catalogue=False)
            missing -= found.keys()
            if not missing:
                break
        return replace(base, recommendations=dict(sorted({**base.recommendations, **found}.items())))

    def _catalogue(self, version: Version) -> Catalogue:
        if version is self.versions[-1]:
            return self.current
        blob = version.blob or ""
        if blob not in self._parsed:
            found = parsed(self.read(version))
            shared = {name: self._shared.setdefault(entry, entry) for name, entry in found.recommendations.items()}
            self._parsed[blob] = replace(found, recommendations=shared)
        return self._parsed[blob]

    def _listed(self, version: Version) -> frozenset[str]:
        """The ids that a version lists; the first time, all committed versions are looked through in one go."""
        if not self._ids:
            committed = dict.fromkeys(each.blob for each in self.versions if each.committed and each.blob)
            shared: dict[frozenset[str], frozenset[str]] = {}  # most versions list the same ids in other words
            for blob, content in self.stream(committed):
                found = listed(content)
                self._ids[blob] = shared.setdefault(found, found)
        return self._ids.get(version.blob or "", frozenset())

    def _said(self, version: Version, name: str) -> Recommendation | None:
        key = (version.blob or "", name)
        if key not in self._retired:
            said = self._catalogue(version).recommendations.get(name)
            self._retired[key] = said if is_described(said) else None
        return self._retired[key]


def catalogue_versions(files: FileVersions, snapshots: SnapshotSource, current: Catalogue) -> CatalogueVersions:
    """The versions where the snapshots lie: on the main branch, or on a branch of their own."""
    if isinstance(snapshots, SnapshotBranch):
        history = snapshots.history(CATALOGUE)
        files = FileVersions(files.root, history, files.edited_on)
        versions = history.versions.get(CATALOGUE, ())
    else:
        versions = files.of(CATALOGUE) if files.main else ()
    stream: Stream = files.main.stream if files.main else lambda _: iter(())
    return CatalogueVersions(current, versions, lambda version: files.content(version, keep=False), stream)


def parsed(content: bytes | None) -> Catalogue:
    """A version as catalogue; an empty one where there was none, or where it cannot be read."""
    try:
        return read_catalogue(decode_catalogue(content, CATALOGUE), CATALOGUE) if content else Catalogue()
    except CannotProceed:
        return Catalogue()


def listed(content: bytes) -> frozenset[str]:
    """The ids in the bytes of a catalogue, and perhaps others; never fewer than it lists."""
    found = set()
    for match in NAMED.finditer(content):
        try:
            found.add(str(json.loads(match[1])))
        except ValueError:
            continue
    return frozenset(found)


def is_described(recommendation: Recommendation | None) -> bool:
    """A catalogue lists it, rather than only a score of its day."""
    return recommendation is not None and recommendation.in_catalogue
