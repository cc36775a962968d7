# SPDX-License-Identifier: Apache-2.0
"""Without GitHub: which commits a record on file speaks for (docs/method.md#attested-commits).

Either the commit brings decisions whose approvals outside GitHub count, with their records; or minutes that somebody
else committed name it. Both are statements: whoever committed them may be wrong, or lie. What was agreed only people
can read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from secure_score_backlog.approval_records import is_minutes, records_of
from secure_score_backlog.decisions.attestations import fault_of, path_of, same_role
from secure_score_backlog.decisions.model import Decision, DecisionVersion
from secure_score_backlog.decisions.same_as import MOST_LINKS
from secure_score_backlog.evaluation.approval import Surroundings
from secure_score_backlog.git import Identity, MainCommit
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.settings import Settings
from secure_score_backlog.text import comparable
from secure_score_backlog.workspace import Workspace

SHORTEST_ID = 10
"""Characters of a commit's id, at least, by which minutes name it: as many as messages and pages show."""
COMMIT_ID = re.compile(rf"(?<![0-9a-z])[0-9a-f]{{{SHORTEST_ID},64}}(?![0-9a-z])")


@dataclass(frozen=True, slots=True)
class Attested:
    """What speaks for a commit."""

    records: tuple[str, ...]
    """Paths of the records."""
    roles: tuple[str, ...] = ()
    """The roles that approved; empty where minutes name the commit."""


@dataclass(frozen=True, slots=True)
class RecordsOnFile:
    """What the records of a repository without GitHub say about its commits."""

    attested: Mapping[str, Attested] = field(default_factory=dict)
    """By commit."""
    minutes: frozenset[str] = frozenset()
    """Commits that only add to minutes and signed months."""


def records_on_file(known: Workspace, before: Mapping[str, Settings]) -> RecordsOnFile:
    """What records say about the commits of the main branch; nothing where there is GitHub to ask.

    Args:
        known: What was read from a folder.
        before: The settings in force before each commit.
    """
    if not known.approvals.without_github:
        return RecordsOnFile()
    found = dict(named_in_minutes(known, before))
    around = Surroundings.of(known, records_of(known.decisions))
    brought: dict[str, list[tuple[DecisionVersion | None, DecisionVersion]]] = defaultdict(list)
    for versions in known.decisions.versions.values():
        for earlier, version in zip((None, *versions), versions, strict=False):
            brought[version.version.commit].append((earlier, version))
    for commit in known.commits:
        name = commit.version.commit
        if name in brought and (told := approved_in(commit, brought[name], known, around, before[name])):
            found[name] = told
    return RecordsOnFile(found, frozenset(adding_minutes(known)))


# Decisions that bring their approvals along


def approved_in(
    commit: MainCommit,
    brought: Iterable[tuple[DecisionVersion | None, DecisionVersion]],
    known: Workspace,
    around: Surroundings,
    before: Settings,
) -> Attested | None:
    """The approvals that a commit brings for everything that it changes; None where something has none.

    Args:
        commit: The commit.
        brought: The decisions that it changes, each with the version before.
        known: What was read from the folder.
        around: What the main branch was like around the commit.
        before: The settings in force before it.
    """
    told: set[str] = {path for path, _ in commit.changes}
    records: set[str] = set()
    roles: dict[str, None] = {}
    for earlier, version in brought:
        decision = version.decision
        if decision is None or not is_approved(commit, earlier, version, known, around, before):
            return None
        approval = decision.approvable.approval if decision.approvable else None
        assert approval is not None
        told.discard(version.version.path)
        records.add(path_of(approval.record) or "")
        roles[approval.by] = None
    return None if commit.outside or told - records else Attested(tuple(sorted(records)), tuple(roles))


def is_approved(
    commit: MainCommit,
    earlier: DecisionVersion | None,
    version: DecisionVersion,
    known: Workspace,
    around: Surroundings,
    before: Settings,
) -> bool:
    """Whether a decision brings an approval of its own that counts.

    It is by the approver, whom the settings listed before, who is neither the owner nor the author; and its record was
    on file, and names the recommendation as far as it can be read.
    """
    decision = version.decision
    held = decision.approvable if decision and not decision.draft else None
    if decision is None or held is None or held.approval is None or held.approval == approval_in(earlier):
        return False
    stated, title = held.approval, known.catalogue.get(decision.recommendation).title
    record = around.record(commit.version.commit, stated.record, decision.recommendation, title)
    if record is None or not record.on_file or record.names_it is False:
        return False
    approver = held.approver or inherited_approver(decision, commit, known, around)
    if fault_of(stated, approver, version.version.at.date(), record.on_file) is not None:
        return False
    others = (decision.owner, commit.author.name)
    return any(same_role(stated.by, role) for role in before.roles) and not any(same_role(stated.by, x) for x in others)


def approval_in(version: DecisionVersion | None) -> object:
    """The approval that a version states; None without one."""
    held = version.decision.approvable if version and version.decision else None
    return held.approval if held else None


def inherited_approver(decision: Decision, commit: MainCommit, known: Workspace, around: Surroundings) -> str:
    """The approver that a decision took from the one it named in `same_as`, as that stood; empty for none."""
    position = around.order[commit.version.commit]
    for _ in range(MOST_LINKS):
        versions = known.decisions.versions.get(decision.same_as or "", ())
        earlier = [each for each in versions if around.order.get(each.version.commit, position + 1) <= position]
        if not earlier or earlier[-1].decision is None:
            return ""
        decision = earlier[-1].decision
        if decision.approvable and decision.approvable.approver:
            return decision.approvable.approver
    return ""


# Minutes that name commits


def named_in_minutes(known: Workspace, before: Mapping[str, Settings]) -> Iterator[tuple[str, Attested]]:
    """The commits that minutes name by their ids, where somebody else than the author committed that."""
    commits: dict[str, list[MainCommit]] = defaultdict(list)
    states: dict[str, list[tuple[MainCommit, frozenset[str]]]] = defaultdict(list)
    for commit in known.commits:
        commits[commit.version.commit[:SHORTEST_ID]].append(commit)
        for path, blob in commit.changes:
            if is_minutes(path):
                states[path].append((commit, frozenset(COMMIT_ID.findall(known.records.get(blob or "", "")))))
    found: dict[str, set[str]] = defaultdict(set)
    for path, each in states.items():
        for named in each[-1][1]:
            writer = first_to_say(named, each)
            meant = [one for one in commits.get(named[:SHORTEST_ID], ()) if one.version.commit.startswith(named)]
            account = before[writer.version.commit].snapshots.account
            if len(meant) == 1 and writer.author.name != account.name and is_another(writer.author, meant[0].author):
                found[meant[0].version.commit].add(path)
    yield from ((commit, Attested(tuple(sorted(paths)))) for commit, paths in found.items())


def first_to_say(named: str, states: list[tuple[MainCommit, frozenset[str]]]) -> MainCommit:
    """The commit since which a file names an id without a break; the newest state does."""
    found = states[-1][0]
    for commit, ids in reversed(states):
        if named not in ids:
            break
        found = commit
    return found


def is_another(one: Identity, other: Identity) -> bool:
    """Whether two commits were made by different people, as far as they say: neither name nor address is the same."""
    return comparable(one.name) != comparable(other.name) and comparable(one.mail) != comparable(other.mail)


# Minutes themselves


def adding_minutes(known: Workspace) -> Iterator[str]:
    """The commits that only add files below `docs/reviews/`, or words to minutes there."""
    blobs: dict[str, str] = {}
    for commit in known.commits:
        changed = [(path, blobs.get(path), blob) for path, blob in commit.changes]
        if changed and not commit.outside and all(is_added(*each, known.records) for each in changed):
            yield commit.version.commit
        blobs.update((path, blob or "") for path, blob in commit.changes)


def is_added(path: str, old: str | None, new: str | None, texts: Mapping[str, str]) -> bool:
    """A record is new, or holds every word that it held."""
    if not path.startswith(f"{REVIEWS}/") or new is None:
        return False
    if not old:
        return True
    if old not in texts or new not in texts:
        return False
    return not Counter(texts[old].split()) - Counter(texts[new].split())
