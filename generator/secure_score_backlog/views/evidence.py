# SPDX-License-Identifier: Apache-2.0
"""Evidence: how do you know, since when, who agreed, may I check it (design §6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from secure_score_backlog.model.backlog import Backlog, Review
from secure_score_backlog.model.decision import Acceptance, Attestation, Cover, Decision, Version
from secure_score_backlog.model.document import Document
from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.register import RegisterEntry
from secure_score_backlog.model.standing import Standing
from secure_score_backlog.rules.calendar import month_of
from secure_score_backlog.rules.judging.population import Change, Population, population_of
from secure_score_backlog.rules.judging.signing import differences
from secure_score_backlog.rules.judging.snapshot_gaps import DayKind, coverage
from secure_score_backlog.views import observed
from secure_score_backlog.views.carried import approver, carried_now
from secure_score_backlog.views.changes import words_of
from secure_score_backlog.views.evidence_steps import steps
from secure_score_backlog.views.site import Site
from secure_score_backlog.views.status import status
from secure_score_backlog.views.templating import page, render

PATH = "evidence.md"


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one decision, as it is shown."""

    standing: Standing
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


def documents(backlog: Backlog, site: Site) -> Iterator[Document]:
    """The evidence page."""
    facts = backlog.facts
    population = population_of(backlog.decisions, facts.as_of)
    days = coverage(backlog.history, facts.as_of)
    body = render(
        "evidence.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        population=population,
        decided=sum(1 for s in facts.standings.values() if s.decision and not s.decision.draft),
        since=population.changes[-1].version.at.date() if population.changes else None,
        days=days,
        days_said=observed.sentence(days),
        filled=days.count(DayKind.FILLED),
        missing=days.count(DayKind.MISSING),
        unmeasured=sum(1 for s in facts.standings.values() if s.observation is None),
        agreement=agreement(facts),
        months=months(backlog),
        signed=any(review.signed for review in backlog.reviews),
        signatures=sum(1 for version in population.commits if version.signature),
        approver=approver,
        history=history(population, facts),
        direct=[(version, population.of(version.commit)) for version in population.direct],
        steps=steps(backlog, population),
        has_git=backlog.decisions.has_git,
        head=backlog.head,
    )
    yield page(
        PATH,
        "Evidence",
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
    carrier = carrier_of(change.after.decision)
    return Line(
        standing=facts.standings[change.recommendation],
        day=change.version.at.date(),
        words=words_of(change.before, change.after),
        version=change.version,
        approver=carrier.approver if carrier else "",
        approved_by=recorded.get(change.version.commit, ()),
        attested=carrier.approval if carrier else None,
    )


def carrier_of(decision: Decision | None) -> Acceptance | Cover | None:
    """The acceptance or the cover of an answer that needs an approver."""
    return decision.carrier if decision and not decision.draft else None


def recorded_approvals(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Who approved, by commit, as far as the register knows it."""
    entries = (*facts.register, *facts.covered, *facts.past)
    return {entry.citation.commit: entry.approved_by for entry in entries if entry.citation and entry.approved_by}


def agreement(facts: Facts) -> Agreement:
    """The acceptances and covers in force, by how their approval is known."""
    entries = carried_now((*facts.register, *facts.covered))
    approved = [entry for entry in entries if entry.approved_by]
    rest = [entry for entry in entries if not entry.approved_by]
    attested = [entry for entry in rest if (carrier := carrier_of(entry.decision)) and carrier.approval]
    return Agreement(len(approved), len(attested), tuple(entry for entry in rest if entry not in attested))


def months(backlog: Backlog) -> list[Month]:
    """Each month with its minutes and its signed facts, the newest first."""
    return [
        Month(
            review=review,
            minutes=review.minutes.versions[-1] if review.minutes and review.minutes.versions else None,
            differs=differences(review.signed, status(review.facts)) if review.signed else (),
        )
        for review in backlog.reviews
    ]
