# SPDX-License-Identifier: Apache-2.0
"""Every change of a decision: each committed version along the first parents of the main branch.

It is the list of the Evidence page. What else the main branch got, and who approved it, is tested in
`evaluation/audit.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from secure_score_backlog.decisions.model import Decision, DecisionHistory, DecisionVersion
from secure_score_backlog.git import Version


@dataclass(frozen=True, slots=True)
class Change:
    """One commit's change of one decision."""

    recommendation: str
    before: DecisionVersion | None
    """The version before it; None where this is the first."""
    after: DecisionVersion

    @property
    def version(self) -> Version:
        """The commit, its day and where it came from."""
        return self.after.version

    @property
    def decision(self) -> Decision | None:
        """The decision after the change; for a deletion, the one before it."""
        return self.after.decision or (self.before.decision if self.before else None)


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Every change of a decision up to a day."""

    changes: tuple[Change, ...] = ()
    """The newest first."""
    uncommitted: tuple[str, ...] = ()
    """Paths of decisions with an uncommitted edit."""

    @property
    def commits(self) -> tuple[Version, ...]:
        """Every commit that changed a decision, each once, the newest first."""
        return tuple({change.version.commit: change.version for change in self.changes}.values())

    @property
    def direct(self) -> tuple[Version, ...]:
        """The exceptions: commits whose message names no pull request."""
        return tuple(version for version in self.commits if version.pull_request is None)

    @property
    def pull_requests(self) -> tuple[int, ...]:
        """Numbers of the pull requests that changed decisions, each once, in order."""
        return tuple(sorted({v.pull_request for v in self.commits if v.pull_request is not None}))

    def of(self, commit: str) -> tuple[Change, ...]:
        """The changes of one commit."""
        return tuple(change for change in self.changes if change.version.commit == commit)


def decision_log_of(decisions: DecisionHistory, as_of: date) -> DecisionLog:
    """Every change up to the end of a day. Without Git there is none."""
    changes: list[Change] = []
    uncommitted: list[str] = []
    for identifier in sorted(decisions.versions):
        versions = decisions.until(identifier, as_of)
        changes += changes_of(identifier, versions)
        uncommitted += [known.version.path for known in versions if not known.version.committed]
    changes.sort(key=lambda change: (-change.version.at.timestamp(), change.version.commit, change.recommendation))
    return DecisionLog(tuple(changes), tuple(uncommitted) if decisions.has_git else ())


def changes_of(identifier: str, versions: Iterable[DecisionVersion]) -> Iterable[Change]:
    """The committed changes of one decision, oldest first."""
    before: DecisionVersion | None = None
    for version in versions:
        if version.version.committed:
            yield Change(identifier, before, version)
        before = version
