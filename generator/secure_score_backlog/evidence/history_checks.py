# SPDX-License-Identifier: Apache-2.0
"""Checks of what a pack holds of Git: objects, order, sources, recorded approvals, signatures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from secure_score_backlog import approvals
from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.evidence.git_objects import (
    COMMIT_KIND,
    SUBMODULE,
    TREE,
    BadObject,
    Objects,
    algorithm_of,
    object_id,
    read_bundle,
    read_objects,
)
from secure_score_backlog.evidence.layout import BUNDLE, COMMITS, OBJECTS, SOURCES, Manifest, source_path
from secure_score_backlog.evidence.outcome import Check, Item, checked, unknown
from secure_score_backlog.evidence.packing import APPROVALS
from secure_score_backlog.evidence.signatures import Judgement, Keys
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.wording import plural

SHOWN = 12
"""Letters of an id in a message."""
IDS = "Every object of Git has the id that names it, and none is missing."
ORDER = "The main branch leads from its first commit to the one that was read, and its times are those that are listed."
FROM = "Every source is what the commit that it names holds at its path."
APPROVED = "The recorded approvals are those of the history, and each is about a commit of it."
SIGNED = "Every signature that can be checked is good."


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What of Git was read from a pack."""

    objects: Objects
    whole: bool
    """The whole history is there, not single objects."""


def enclosed(files: Mapping[str, bytes], manifest: Manifest) -> tuple[Enclosed, Check]:
    """The objects of a pack, and whether they are in order."""
    if BUNDLE not in files and manifest.profile != "internal":
        inside = {path.removeprefix(OBJECTS): content for path, content in files.items() if path.startswith(OBJECTS)}
        found, wrong = read_objects(inside)
        items = [Item(OBJECTS + name, "Its content does not have the id that its name is.") for name in wrong]
        if not inside:
            why = "The pack encloses no commit, because each names somebody. See its list `left_out`."
            return Enclosed(found, False), unknown("objects", IDS, why)
        return Enclosed(found, False), checked("objects", IDS, [*items, *gaps_below(found)])
    if BUNDLE not in files:
        return Enclosed(Objects(), True), checked("objects", IDS, [Item(BUNDLE, "It is missing.")])
    try:
        found = read_bundle(files[BUNDLE])
    except BadObject as error:
        return Enclosed(Objects(), True), checked("objects", IDS, [Item(BUNDLE, str(error))])
    expected = {"HEAD": manifest.read, "refs/heads/main": manifest.read}
    items = [
        Item(BUNDLE, f"Its {name} is {found.references.get(name, 'missing')[:SHOWN]}, the manifest says {tip[:SHOWN]}.")
        for name, tip in expected.items()
        if found.references.get(name) != tip
    ]
    others = set(found.references.values()) - {manifest.read}
    if others != ({manifest.snapshots} - {None, manifest.read}):
        items.append(Item(BUNDLE, "The branch of snapshots is not the one that the manifest names."))
    return Enclosed(found, True), checked("objects", IDS, [*items, *gaps(found)])


def gaps(objects: Objects) -> Iterator[Item]:
    """What the history names and lacks, and what it holds and does not name."""
    seen: set[str] = set()
    waiting = [(tip, COMMIT_KIND, "a branch") for tip in objects.references.values()]
    while waiting:
        identifier, kind, by = waiting.pop()
        if identifier in seen:
            continue
        seen.add(identifier)
        if objects.content(identifier, kind) is None:
            yield Item(f"{kind} {identifier[:SHOWN]}", f"It is not there, but {by} names it: the history was changed.")
            continue
        try:
            waiting += named_by(objects, identifier, kind)
        except BadObject as error:
            yield Item(f"{kind} {identifier[:SHOWN]}", str(error))
    for identifier, (kind, _) in objects.contents.items():
        if identifier not in seen:
            yield Item(f"{kind} {identifier[:SHOWN]}", "No branch of the history leads to it.")


def named_by(objects: Objects, identifier: str, kind: str) -> list[tuple[str, str, str]]:
    """Id, kind and place of what an object names."""
    by = f"{kind} {identifier[:SHOWN]}"
    if kind == COMMIT_KIND:
        commit = objects.commit(identifier)
        assert commit is not None
        return [(commit.tree, TREE, by), *((parent, COMMIT_KIND, by) for parent in commit.parents)]
    if kind == TREE:
        entries = (objects.tree(identifier) or {}).values()
        return [(e.id, TREE if e.is_folder else "blob", by) for e in entries if e.mode != SUBMODULE]
    return []


def gaps_below(objects: Objects) -> Iterator[Item]:
    """Trees that no commit or tree of the pack leads to."""
    named: set[str] = set()
    for identifier, (kind, _) in objects.contents.items():
        try:
            named.update(each for each, _, _ in named_by(objects, identifier, kind))
        except BadObject as error:
            yield Item(f"{OBJECTS}{identifier}.{kind}", str(error))
    for identifier, (kind, _) in objects.contents.items():
        if kind == TREE and identifier not in named:
            yield Item(f"{OBJECTS}{identifier}.{kind}", "No commit of the pack leads to it.")


# Order


def history(found: Enclosed, files: Mapping[str, bytes], manifest: Manifest) -> Check:
    """Whether the main branch is one line, ends the period where the manifest says, and is listed as it is."""
    listed, items = listed_commits(files)
    if not found.whole and not found.objects.contents:
        return unknown("history", ORDER, "The pack encloses no commit. Check it with --repo DIR.")
    if found.whole:
        try:
            line = found.objects.first_parents(manifest.read)
        except (KeyError, BadObject):
            return checked(
                "history",
                ORDER,
                [*items, Item(f"commit {manifest.read[:SHOWN]}", "The commits before it are missing.")],
            )
        items += on_line(found.objects, line, manifest)
    items += list(as_listed(found, listed))
    note = "" if found.whole else "Only the commits that the pack encloses were compared."
    return checked("history", ORDER, items, note)


def on_line(objects: Objects, line: list[str], manifest: Manifest) -> Iterator[Item]:
    """Whether the commit of the pack is the newest one at the end of its period."""
    latest: datetime | None = None
    tip = ""
    for identifier in line:
        commit = objects.commit(identifier)
        assert commit is not None
        latest = max((each for each in (latest, commit.at) if each), default=None)
        if latest is None or latest.date() <= manifest.end:
            tip = identifier
    if manifest.commit not in line:
        yield Item(f"commit {manifest.commit[:SHOWN]}", "The manifest names it, and the main branch does not have it.")
    elif tip != manifest.commit:
        what = f"The newest commit on {manifest.end} is {tip[:SHOWN]}, not this one that the manifest names."
        yield Item(f"commit {manifest.commit[:SHOWN]}", what)


def listed_commits(files: Mapping[str, bytes]) -> tuple[dict[str, Any], list[Item]]:
    """The list of commits, and what is wrong with its form."""
    try:
        listed = exact_json.parse(files.get(COMMITS, b""))
    except exact_json.UnreadableJson as error:
        return {}, [Item(COMMITS, f"It cannot be read: {error}.")]
    if not isinstance(listed, dict):
        return {}, [Item(COMMITS, "It is not a list of commits.")]
    good = {
        commit: each
        for commit, each in listed.items()
        if isinstance(each, dict) and isinstance(each.get("paths"), dict) and approvals.is_commit(commit)
    }
    return good, [Item(COMMITS, f"Its entry {key[:SHOWN]} cannot be read.") for key in listed.keys() - good.keys()]


def as_listed(found: Enclosed, listed: Mapping[str, Any]) -> Iterator[Item]:
    """Where the list of commits says something else than the commits."""
    for identifier, each in listed.items():
        commit = found.objects.commit(identifier)
        if commit is None:
            if found.whole:
                yield Item(COMMITS, f"It names commit {identifier[:SHOWN]}, which the history does not have.")
            continue
        time = f"{commit.at:%Y-%m-%dT%H:%M:%SZ}" if commit.at else None
        if each.get("time") != time:
            yield Item(COMMITS, f"Commit {identifier[:SHOWN]} is of {time}, not of {str(each.get('time'))[:40]}.")
        for path, blob in each["paths"].items():
            try:
                held = found.objects.blob_at(identifier, path)
            except (KeyError, BadObject):
                yield Item(COMMITS, f"Nothing shows what commit {identifier[:SHOWN]} holds at {path}.")
                continue
            if held != blob:
                yield Item(COMMITS, f"Commit {identifier[:SHOWN]} does not hold {str(blob)[:SHOWN]} at {path}.")


# Sources


def sources(found: Enclosed, files: Mapping[str, bytes], manifest: Manifest) -> Check:
    """Whether the sources are the files of the commits that they name."""
    inside = {path: content for path, content in files.items() if path.startswith(SOURCES)}
    if not found.whole and not inside:
        left = plural(len(manifest.left_out), "source")
        why = f"The profile leaves out {left}; the manifest has their ids. Ask to see one, or use --repo DIR."
        return unknown("sources", FROM, why)
    listed, _ = listed_commits(files)
    named = ((source_path(path, commit), blob) for commit, e in listed.items() for path, blob in e["paths"].items())
    expected = dict(named)
    missing = sorted(expected.keys() - inside)
    items = [Item(path, "The list of commits names it, and it is missing.") for path in missing]
    for path, content in inside.items():
        if path not in expected:
            items.append(Item(path, "No commit of the list brought it."))
        elif object_id("blob", content, algorithm_of(manifest.read)) != expected[path]:
            items.append(Item(path, "It is not what the commit that it names holds."))
    return checked("sources", FROM, items, f"{plural(len(inside), 'file')} compared." if not items else "")


# Approvals


def recorded(found: Enclosed, files: Mapping[str, bytes], manifest: Manifest) -> Check:
    """Whether the recorded approvals are those of the history."""
    if not found.whole:
        return unknown("approvals", APPROVED, "The profile leaves out logins. Check it with --repo DIR.")
    tip = manifest.snapshots or manifest.read
    try:
        blob = found.objects.blob_at(tip, manifest.folder + APPROVALS_PATH)
    except (KeyError, BadObject):
        return checked("approvals", APPROVED, [Item(APPROVALS, "Nothing shows what the history holds in its place.")])
    stored = found.objects.content(blob, "blob") if blob else None
    if stored is None and APPROVALS not in files:
        return unknown("approvals", APPROVED, "GitHub was never asked who approved what.")
    items = []
    if files.get(APPROVALS) != stored:
        items.append(Item(APPROVALS, f"It is not the file that commit {tip[:SHOWN]} holds."))
        items += differences(stored or b"", files.get(APPROVALS, b""))
    known, _ = approvals.parse(files.get(APPROVALS, b""))
    line = {commit for start in {manifest.read, tip} for commit in line_of(found.objects, start)}
    for commit in known.commits:
        if commit not in line:
            what = f"It is about commit {commit[:SHOWN]}, which the history does not have: one of the two was changed."
            items.append(Item(APPROVALS, what))
    return checked("approvals", APPROVED, items)


def line_of(objects: Objects, tip: str) -> list[str]:
    """The commits along first parents up to a tip; none where one of them is missing."""
    try:
        return objects.first_parents(tip)
    except (KeyError, BadObject):
        return []


def differences(stored: bytes, given: bytes) -> Iterator[Item]:
    """The records of approvals that were changed, added or taken away."""
    before, after = approvals.parse(stored)[0], approvals.parse(given)[0]
    for number in sorted(before.pull_requests.keys() | after.pull_requests.keys()):
        if before.pull_requests.get(number) != after.pull_requests.get(number):
            yield Item(APPROVALS, f"The record of pull request #{number} is not the one of the history.")
    for commit in sorted(before.commits.keys() | after.commits.keys()):
        if before.commits.get(commit) != after.commits.get(commit):
            yield Item(APPROVALS, f"The record of commit {commit[:SHOWN]} is not the one of the history.")


# Signatures


def signatures(found: Enclosed, manifest: Manifest, keys: Keys) -> Check:
    """Whether the signatures of the commits are good, as far as their keys are here."""
    commits = [identifier for identifier, (kind, _) in found.objects.contents.items() if kind == COMMIT_KIND]
    if found.whole:
        try:
            commits = found.objects.first_parents(manifest.read)
            commits += found.objects.first_parents(manifest.snapshots) if manifest.snapshots else []
        except (KeyError, BadObject):
            return unknown("signatures", SIGNED, "The history is not whole.")
    if not commits:
        return unknown("signatures", SIGNED, "The pack encloses no commit.")
    items: list[Item] = []
    counts: Counter[str] = Counter()
    for identifier in dict.fromkeys(commits):
        try:
            commit = found.objects.commit(identifier)
        except BadObject:
            continue
        judged = keys.judge(commit.signature, commit.signed) if commit else None
        if judged is None:
            continue
        if judged.judgement is Judgement.WRONG:
            items.append(Item(f"commit {identifier[:SHOWN]}", f"Its signature by key {judged.key[-16:]} is wrong."))
        counts[said_of(judged.judgement, judged.owner, judged.kind)] += 1
    note = "; ".join(f"{count} {words}" for words, count in sorted(counts.items()))
    note = f"Of {plural(len(set(commits)), 'commit')}: {note}."
    if not items and not any(words.startswith("signed by") for words in counts):
        return unknown("signatures", SIGNED, f"No signature could be checked. {note}")
    return checked("signatures", SIGNED, items, note)


def said_of(judgement: Judgement, owner: str, kind: str) -> str:
    """A judgement in words, for a list of counts."""
    return {
        Judgement.VALID: f"signed by {owner}",
        Judgement.WRONG: "with a wrong signature",
        Judgement.NONE: "without a signature",
        Judgement.NO_KEY: "signed by a key that is not here (name it with --keys)",
        Judgement.NOT_READ: f"with a signature that is not read ({kind})",
    }[judgement]
