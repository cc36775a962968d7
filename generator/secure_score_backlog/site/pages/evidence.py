# SPDX-License-Identifier: Apache-2.0
"""Evidence: every change of a decision with commit, pull request and approver, and commands to verify it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from secure_score_backlog import __version__, wording
from secure_score_backlog.dates import month_before, month_of
from secure_score_backlog.decisions.model import Acceptance, Attestation, Cover, Decision
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.decision_log import Change, DecisionLog, decision_log_of
from secure_score_backlog.evaluation.facts import Facts, Review
from secure_score_backlog.evaluation.register import RegisterEntry, approver, in_force
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.reviews import differences
from secure_score_backlog.site import days
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import imported, unexplained
from secure_score_backlog.snapshots.coverage import Coverage, DayKind
from secure_score_backlog.snapshots.model import Recommendation
from secure_score_backlog.text import shell_quoted

PATH = "evidence.md"
TITLE = "Evidence"
PULL_REQUEST = r"^[0-9a-f]+ Merge pull request #[0-9]+|\(#[0-9]+\)$"
"""What GitHub writes into the first line of a merge and of a squash; as an extended regular expression."""


SOURCES = {
    "graph": "collected from Microsoft Graph",
    "backfill": "backfilled from Microsoft Graph",
    "json": "imported from saved answers of Microsoft Graph",
    "csv": "imported from a CSV of the Defender portal",
}
"""What `collected.source` of a snapshot says, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one decision, as it is shown."""

    status: Status
    day: date
    words: str
    version: Version
    approver: str
    """The role that the file names; empty for a decision that needs none."""
    approved_by: tuple[str, ...]
    """Roles whose approval of the pull request GitHub recorded."""
    attested: Attestation | None


@dataclass(frozen=True, slots=True)
class Approvals:
    """How the approvals of acceptances and exemptions in force are known."""

    approved: int
    """Recorded by GitHub."""
    attested: int
    """Given outside of GitHub; the decision names the record."""
    named: tuple[RegisterEntry, ...]
    """The decision names an approver, and nothing else counts."""
    asked: bool = False
    """GitHub was asked about at least one of them."""

    @property
    def all(self) -> int:
        """Every acceptance and exemption in force."""
        return self.approved + self.attested + len(self.named)


@dataclass(frozen=True, slots=True)
class Month:
    """The minutes and the signed facts of one month."""

    review: Review
    minutes: Version | None
    differs: tuple[str, ...]
    """Parts of the signed facts that this version of the program computes differently."""

    @property
    def is_silent(self) -> bool:
        """Nothing was measured, written or signed in a finished month."""
        review = self.review
        return review.finished and not (review.is_measured or review.minutes or review.signed)


@dataclass(frozen=True, slots=True)
class Step:
    """One command to verify something."""

    title: str
    command: str
    expect: str
    """What it prints."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The evidence page."""
    population = decision_log_of(facts.decisions, facts.as_of)
    covered, sources = facts.coverage, Counter(day.source for day in facts.history.days if day.day <= facts.as_of)
    body = render(
        "evidence.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        population=population,
        decided=sum(1 for s in facts.statuses.values() if s.decision and not s.decision.draft),
        since=population.changes[-1].version.at.date() if population.changes else None,
        coverage=covered,
        days_observed=days.sentence(covered),
        days_counted=days.counted(covered),
        complete=covered.count(DayKind.COMPLETE),
        in_part=in_part(covered),
        without=covered.without,
        kind=imported(facts.snapshot) if facts.snapshot else "",
        sources=source_words(sources),
        imported_days=sources["json"] + sources["csv"],
        unexplained=unexplained(facts.explained),
        unmeasured=sum(1 for s in facts.statuses.values() if s.observation is None),
        approvals=approvals(facts),
        months=list(grouped(months(facts))),
        signed=any(review.signed for review in facts.reviews),
        signatures=sum(1 for version in population.commits if version.signature),
        approver=approver,
        history=history(population, facts),
        direct=[
            (version, [named(facts, change) for change in population.of(version.commit)])
            for version in population.direct
        ],
        steps=steps(facts, population),
        has_git=facts.decisions.has_git,
        head=facts.head,
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Every change of a decision with commit, pull request and approver; and how to verify it.",
        hide=("navigation",),
    )


def history(population: DecisionLog, facts: Facts) -> list[tuple[str, list[Line]]]:
    """Every change by month, the newest first."""
    recorded = recorded_approvals(facts)
    lines = [line_of(change, facts, recorded) for change in population.changes]
    return [(month, list(group)) for month, group in groupby(lines, key=lambda line: month_of(line.day))]


def line_of(change: Change, facts: Facts, recorded: Mapping[str, tuple[str, ...]]) -> Line:
    """One change, as it is shown."""
    approvable = approvable_of(change.after.decision)
    return Line(
        status=named(facts, change),
        day=change.version.at.date(),
        words=words_of(change.before, change.after),
        version=change.version,
        approver=approvable.approver if approvable else "",
        approved_by=recorded.get(change.version.commit, ()),
        attested=approvable.approval if approvable else None,
    )


def named(facts: Facts, change: Change) -> Status:
    """The recommendation that a change is about; a file that never was a decision goes by its path."""
    bare = Recommendation(change.recommendation, title=change.version.path, in_catalogue=False)
    return facts.statuses.get(change.recommendation) or Status(bare, State.NOT_MEASURED, None)


def approvable_of(decision: Decision | None) -> Acceptance | Cover | None:
    """The acceptance or the exemption of a decision that needs an approver."""
    return decision.approvable if decision and not decision.draft else None


def recorded_approvals(facts: Facts) -> dict[str, tuple[str, ...]]:
    """The roles that approved, by commit, as far as the register knows them."""
    entries = (*facts.register, *facts.covered, *facts.past)
    return {entry.approval.commit: entry.approved_by for entry in entries if entry.approved_by}


def approvals(facts: Facts) -> Approvals:
    """The acceptances and exemptions in force, by how their approval is known."""
    entries = in_force((*facts.register, *facts.covered))
    approved = [entry for entry in entries if entry.approved_by]
    rest = [entry for entry in entries if not entry.approved_by]
    attested = [entry for entry in rest if entry.approval.recorded]
    asked = any(entry.approval.asked for entry in entries)
    return Approvals(len(approved), len(attested), tuple(entry for entry in rest if entry not in attested), asked)


def in_part(covered: Coverage) -> str:
    """How many days have scores only, or are partial; empty for none."""
    kinds = ((DayKind.FILLED, "with scores only"), (DayKind.PARTIAL, "partial"))
    return ", ".join(f"{wording.number(number)} {words}" for kind, words in kinds if (number := covered.count(kind)))


def source_words(sources: Mapping[str, int]) -> str:
    """Where the snapshots come from, in words."""
    return "; ".join(
        f"{wording.count(sources[source], 'day')} {words}" for source, words in SOURCES.items() if sources.get(source)
    )


def grouped(every: Iterable[Month]) -> Iterator[tuple[str, str, Month]]:
    """The rows of the table of months, each with the first and the last of the months it stands for.

    Finished months in a row without measurement, minutes and signature are one row.
    """
    newer = ""
    for silent, group in groupby(every, key=lambda month: month.is_silent):
        row = list(group)
        if silent:
            yield row[-1].review.month, month_before(newer) if newer else row[0].review.month, row[0]
        else:
            yield from ((month.review.month, month.review.month, month) for month in row)
        newer = row[-1].review.month


def months(facts: Facts) -> list[Month]:
    """Each month with its minutes and its signed facts, the newest first."""
    return [
        Month(
            review=review,
            minutes=review.minutes.versions[-1] if review.minutes and review.minutes.versions else None,
            differs=differences(review.signed, plain_facts(review.facts)) if review.signed else (),
        )
        for review in facts.reviews
    ]


def steps(facts: Facts, population: DecisionLog) -> list[Step]:
    """The steps that this repository allows, in order."""
    return [
        *decision_steps(population),
        *snapshot_steps(facts),
        *figure_steps(facts),
        *approval_steps(population),
    ]


def decision_steps(population: DecisionLog) -> Iterator[Step]:
    """All changes, one of them in full, and those without a pull request."""
    if not population.changes:
        return
    number = len(population.commits)
    yield Step(
        "List every commit that changed a decision",
        'git log --first-parent --format="%h %cI %an: %s" -- decisions/',
        f"Prints {wording.count(number, 'line')}: the commits listed at the end of this page, the newest first.",
    )
    sample = next((change.version for change in population.changes if change.version.blob), None)
    if sample is not None:
        yield Step(
            "Read one decision as it was merged",
            f"git show {shell_quoted(f'{sample.commit[:10]}:./{sample.path}')}",
            "Prints the file of that commit. Any other commit and file can be read the same way.",
        )
    direct = len(population.direct)
    yield Step(
        "Find changes without a pull request",
        f"git log --first-parent --format=\"%h %s\" -- decisions/ | grep -vE '{PULL_REQUEST}'",
        f"Prints {wording.count(direct, 'line')}: the commits listed above."
        if direct
        else "Prints nothing: every commit names its pull request.",
    )


def snapshot_steps(facts: Facts) -> Iterator[Step]:
    """The newest snapshot, and the snapshots that were written more than once."""
    snapshot = facts.snapshot
    if snapshot is None or not snapshot.path or not facts.decisions.has_git:
        return
    branch = facts.settings.snapshots.branch
    place = shell_quoted(f"{branch or 'HEAD'}:./{snapshot.path}")
    yield Step(
        "Read what is stored of the newest day",
        f"git show {place}",
        "Prints the snapshot, one recommendation per line, with the points of the score page.",
    )
    on = f" {shell_quoted(branch)}" if branch else ""
    yield Step(
        "Find snapshots that were written more than once",
        f'git log{on} --first-parent --diff-filter=MD --name-status --format="%h %cI %s" -- "snapshots/*/*.json"',
        "Prints only days that were backfilled first and completed later; nothing if there are none.",
    )


def figure_steps(facts: Facts) -> Iterator[Step]:
    """The figures and the site, computed again."""
    finished = next((review.month for review in facts.reviews if review.finished and review.is_measured), None)
    if finished is not None:
        yield Step(
            f"Compute the figures of {wording.month(finished)} again",
            f"backlog status --json --month {finished}",
            "Prints the figures of that month’s review, from files and history alone.",
        )
    elif facts.snapshot is not None:
        yield Step(
            "Compute the figures of this site again",
            f"backlog status --json --as-of {facts.as_of.isoformat()}",
            "Prints the figures of these pages, from the files alone.",
        )
    if facts.head is not None:
        yield Step(
            "Build this site again and compare it",
            f"git checkout {facts.head.commit[:10]} && backlog build --as-of {facts.as_of.isoformat()}",
            f"Builds the same pages, byte for byte, with version {__version__} of the program.",
        )


def approval_steps(population: DecisionLog) -> Iterator[Step]:
    """What only GitHub knows."""
    if population.pull_requests:
        number = population.pull_requests[-1]
        yield Step(
            "Ask GitHub who approved a pull request, and when",
            f"gh pr view {number} --json author,mergedAt,mergedBy,reviews",
            "Prints author, approvals and times as recorded by GitHub. Needs access to the repository on GitHub.",
        )
