# SPDX-License-Identifier: Apache-2.0
"""Links to this backlog's repository on GitHub: to propose a decision, to change one, to look at a commit.

They are plain links. Nothing is asked of GitHub before a reader follows one, and pages for readers outside have none,
because their facts hold no repository (`site.profiles`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus

from secure_score_backlog import wording
from secure_score_backlog.decisions.answers import Answers
from secure_score_backlog.decisions.lookup import unsafe
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.decisions.portal import drafted_reason
from secure_score_backlog.decisions.proposal import CHOSEN, Proposal
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import SETTLED, State, Status
from secure_score_backlog.git import Version
from secure_score_backlog.settings import RepositorySettings

LONGEST_ADDRESS = 8_000
"""Bytes of an address as GitHub's sign-in page carries it, which is where a reader without a session is sent first:
encoded a second time. GitHub answers 414 beyond 8,191."""


LABELS = {Bucket.ACCEPT: "Accept the risk"}
"""Where the word for a bucket says too little to a reader who has never seen one."""


@dataclass(frozen=True, slots=True)
class ProposalLink:
    """A link that opens GitHub's editor with the draft of a decision."""

    label: str
    address: str
    meaning: str = ""


def is_short_enough(address: str) -> bool:
    """Whether GitHub takes an address, also by way of its sign-in page."""
    return len(quote(address, safe="")) <= LONGEST_ADDRESS


def proposals(status: Status, facts: Facts) -> Iterator[ProposalLink]:
    """A link for each bucket.

    None where the settings name no repository, there is a file already, nothing is left to decide, or no file can have
    the id as its name.
    """
    repository = facts.settings.repository
    versions = facts.decisions.versions.get(status.id, ())
    is_there = bool(versions) and versions[-1].version.blob is not None
    settled = status.state in (*SETTLED, State.RETIRED)
    if not repository.url or is_there or settled or unsafe(status.id) is not None:
        return
    for bucket in Bucket:
        label = LABELS.get(bucket) or wording.badge_of(bucket).label
        yield ProposalLink(label, propose(repository, status, bucket, facts), CHOSEN[bucket])


def propose(repository: RepositorySettings, status: Status, bucket: Bucket, facts: Facts) -> str:
    """The address of GitHub's editor for a new file, with as much of the draft as its length allows."""
    path = in_repository(repository, f"decisions/{status.id}.md")
    start = f"{repository.url}/new/{quote(repository.branch)}?filename={quote(path, safe='')}"
    draft = Proposal(
        status.id,
        status.recommendation.title,
        bucket,
        facts.settings.acceptance_months,
        known_answers(status, bucket),
        facts.settings.roles_with_logins,
    )
    shorter = replace(draft, roles=())
    for text in (draft.text(), shorter.text(), shorter.text(explained=False)):
        address = f"{start}&value={quote_plus(text)}"
        if is_short_enough(address):
            return address
    return start


def known_answers(status: Status, bucket: Bucket) -> Answers:
    """What a draft begins with: the rated risk, and the reason that the portal's status gives."""
    answers: Answers = {("risk",): status.level.value} if status.level else {}
    reason = drafted_reason(status.observation.portal if status.observation else None)
    if bucket is Bucket.NOT_APPLICABLE and reason is not None:
        return {**answers, ("covered", "reason"): reason.value}
    return answers


def change(status: Status, facts: Facts) -> str:
    """The address of GitHub's editor for the newest committed file; empty where there is none."""
    repository = facts.settings.repository
    committed = [each.version for each in facts.decisions.versions.get(status.id, ()) if each.version.committed]
    if not repository.url or not committed or committed[-1].blob is None:
        return ""
    path = in_repository(repository, committed[-1].path)
    return f"{repository.url}/edit/{quote(repository.branch)}/{quote(path)}"


def commit(facts: Facts, version: Version) -> str:
    """The address of a commit; empty without a repository, and for an edit of the working tree."""
    url = facts.settings.repository.url
    return f"{url}/commit/{version.commit}" if url and version.committed else ""


def in_repository(repository: RepositorySettings, path: str) -> str:
    """The path of a file of this backlog inside the repository."""
    return f"{repository.folder}/{path}" if repository.folder else path
