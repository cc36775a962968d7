# SPDX-License-Identifier: Apache-2.0
"""How to verify in five minutes: commands for a stranger with a clone, and what each has to print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from secure_score_backlog import __version__, wording
from secure_score_backlog.dates import month_of
from secure_score_backlog.decisions.model import Acceptance, Attestation, Cover, Decision
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.audit import Change, Population, population_of
from secure_score_backlog.evaluation.facts import Facts, Review
from secure_score_backlog.evaluation.register import RegisterEntry, approver, in_force
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.reviews import differences
from secure_score_backlog.site import words
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.snapshots.coverage import DayKind, coverage

PULL_REQUEST = r"^[0-9a-f]+ Merge pull request #[0-9]+|\(#[0-9]+\)$"
"""What GitHub writes into the first line of a merge and of a squash; as an extended regular expression."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    title: str
    command: str
    expect: str
    """What it has to show."""


def steps(facts: Facts, population: Population) -> list[Step]:
    """The steps that this repository allows, in order."""
    return [*of_decisions(population), *of_snapshots(facts), *of_figures(facts), *of_approvals(population)]


def of_decisions(population: Population) -> Iterator[Step]:
    """The population, one sample of it, and its exceptions."""
    if not population.changes:
        return
    number = len(population.commits)
    yield Step(
        "List every commit that changed a decision",
        'git log --first-parent --format="%h %cI %an: %s" -- decisions/',
        f"{wording.count(number, 'line')}: the commits of the history below, the newest first.",
    )
    sample = next((change.version for change in population.changes if change.version.blob), None)
    if sample is not None:
        yield Step(
            "Read what one of them said, word for word",
            f"git show {quoted(f'{sample.commit[:10]}:./{sample.path}')}",
            "The decision as it was agreed on. Any commit and any file of the history below can be read like this.",
        )
    direct = len(population.direct)
    yield Step(
        "Look for changes that came without a pull request",
        f"git log --first-parent --format=\"%h %s\" -- decisions/ | grep -vE '{PULL_REQUEST}'",
        f"{wording.count(direct, 'line')}: the exceptions named above." if direct else "Nothing.",
    )


def of_snapshots(facts: Facts) -> Iterator[Step]:
    """The measurement itself, and that no day was written twice."""
    snapshot = facts.snapshot
    if snapshot is None or not snapshot.path:
        return
    branch = facts.settings.snapshots.branch
    if not facts.decisions.has_git:
        return
    place = quoted(f"{branch or 'HEAD'}:./{snapshot.path}")
    yield Step(
        "Read what Microsoft measured on the newest day",
        f"git show {place}",
        "Microsoft’s own answer, one recommendation a line; points and totals as on the score page.",
    )
    on = f" {quoted(branch)}" if branch else ""
    yield Step(
        "Look for snapshots that were written more than once",
        f'git log{on} --first-parent --diff-filter=MD --name-status --format="%h %cI %s" -- "snapshots/*/*.json"',
        "Only days that were known in less detail before and were completed later. Nothing else may change.",
    )


def of_figures(facts: Facts) -> Iterator[Step]:
    """The figures, computed anew."""
    finished = next((review.month for review in facts.reviews if review.finished), None)
    if finished is not None:
        yield Step(
            f"Compute the figures of {wording.month(finished)} yourself",
            f"backlog status --json --month {finished}",
            "The figures of that month’s review, from the files and the history alone.",
        )
    elif facts.snapshot is not None:
        yield Step(
            "Compute the figures of this site yourself",
            f"backlog status --json --as-of {facts.as_of.isoformat()}",
            "The figures of these pages, from the files alone.",
        )
    if facts.head is not None:
        yield Step(
            "Build this site yourself and compare it",
            f"git checkout {facts.head.commit[:10]} && backlog build --as-of {facts.as_of.isoformat()}",
            f"With version {__version__} of the program: the same pages, byte for byte.",
        )


def of_approvals(population: Population) -> Iterator[Step]:
    """What only GitHub knows."""
    if population.pull_requests:
        number = population.pull_requests[-1]
        yield Step(
            "Ask GitHub who approved a pull request, and when",
            f"gh pr view {number} --json author,mergedAt,mergedBy,reviews",
            "Author, approvals and times as GitHub recorded them, not as anybody typed them. Needs access to GitHub.",
        )


def quoted(words: str) -> str:
    """A word as a shell takes it, in POSIX shells and in PowerShell alike."""
    plain = all(letter.isalnum() or letter in "._-:/" for letter in words)
    return words if plain else "'" + words.replace("'", "") + "'"


# --- Evidence: how do you know, since when, who agreed, may I check it (design §6).


PATH = "evidence.md"
TITLE = "Evidence"


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one decision, as it is shown."""

    status: Status
    day: date
    words: str
    version: Version
    approver: str
    """The role that the file names; empty for an answer that needs none."""
    approved_by: tuple[str, ...]
    """Roles that approved its pull request, where anybody collected that."""
    attested: Attestation | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well it is known that the acceptances and covers in force were approved."""

    approved: int
    attested: int
    named: tuple[RegisterEntry, ...]
    """Only named in the file: whoever wrote it says so."""

    @property
    def all(self) -> int:
        """Every acceptance and cover in force."""
        return self.approved + self.attested + len(self.named)


@dataclass(frozen=True, slots=True)
class Month:
    """What people wrote and signed about one month."""

    review: Review
    minutes: Version | None
    differs: tuple[str, ...]
    """Parts of the signed facts that today's tool would state differently."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The evidence page."""
    population = population_of(facts.decisions, facts.as_of)
    days = coverage(facts.history, facts.as_of)
    body = render(
        "evidence.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        population=population,
        decided=sum(1 for s in facts.statuses.values() if s.decision and not s.decision.draft),
        since=population.changes[-1].version.at.date() if population.changes else None,
        days=days,
        days_said=words.sentence(days),
        filled=days.count(DayKind.FILLED),
        missing=days.count(DayKind.MISSING),
        unmeasured=sum(1 for s in facts.statuses.values() if s.observation is None),
        agreement=agreement(facts),
        months=months(facts),
        signed=any(review.signed for review in facts.reviews),
        signatures=sum(1 for version in population.commits if version.signature),
        approver=approver,
        history=history(population, facts),
        direct=[(version, population.of(version.commit)) for version in population.direct],
        steps=steps(facts, population),
        has_git=facts.decisions.has_git,
        head=facts.head,
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Every change of a decision with commit, pull request and approver; and how to check it.",
        shown_title="Evidence: how do you know?",
        hide=("navigation",),
    )


def history(population: Population, facts: Facts) -> list[tuple[str, list[Line]]]:
    """Every change by month, the newest first."""
    recorded = recorded_approvals(facts)
    lines = [line_of(change, facts, recorded) for change in population.changes]
    return [(month, list(group)) for month, group in groupby(lines, key=lambda line: month_of(line.day))]


def line_of(change: Change, facts: Facts, recorded: Mapping[str, tuple[str, ...]]) -> Line:
    """One change, as it is shown."""
    exemption = exemption_of(change.after.decision)
    return Line(
        status=facts.statuses[change.recommendation],
        day=change.version.at.date(),
        words=words_of(change.before, change.after),
        version=change.version,
        approver=exemption.approver if exemption else "",
        approved_by=recorded.get(change.version.commit, ()),
        attested=exemption.approval if exemption else None,
    )


def exemption_of(decision: Decision | None) -> Acceptance | Cover | None:
    """The acceptance or the cover of an answer that needs an approver."""
    return decision.exemption if decision and not decision.draft else None


def recorded_approvals(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Who approved, by commit, as far as the register knows it."""
    entries = (*facts.register, *facts.covered, *facts.past)
    return {entry.citation.commit: entry.approved_by for entry in entries if entry.citation and entry.approved_by}


def agreement(facts: Facts) -> Agreement:
    """The acceptances and covers in force, by how their approval is known."""
    entries = in_force((*facts.register, *facts.covered))
    approved = [entry for entry in entries if entry.approved_by]
    rest = [entry for entry in entries if not entry.approved_by]
    attested = [entry for entry in rest if (exemption := exemption_of(entry.decision)) and exemption.approval]
    return Agreement(len(approved), len(attested), tuple(entry for entry in rest if entry not in attested))


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
