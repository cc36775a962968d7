# SPDX-License-Identifier: Apache-2.0
"""One page a recommendation: what Microsoft says, what we decided and why, what happened (design §6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Bucket, Decision, DecisionVersion
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import citation
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.site import figures, words
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.markdown import decision_markdown, microsoft_html, safe_link
from secure_score_backlog.site.pages import board
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.snapshots.model import Observation

PATH = "recommendations/"
TITLE = ""

QUESTIONS = (
    ("reduces", "Which risk does it reduce?"),
    ("owner", "Who owns it?"),
    ("impact", "What does it mean for users and services?"),
    ("prerequisites", "What has to be there first?"),
    ("proof", "What will prove that it stays?"),
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    day: date
    kind: str
    """decided or measured."""
    words: str
    version: Version | None = None


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """A page for every recommendation that is known from anywhere; none is hidden."""
    entries = {entry.status.id: entry for entry in (*facts.register, *facts.covered)}
    for status in facts.statuses.values():
        path = site.page(status.id)
        recommendation = status.recommendation
        decision = status.decision
        detail = facts.history.details.get(status.id)
        body = render(
            "recommendation.html.j2",
            site=site,
            path=path,
            facts=facts,
            status=status,
            recommendation=recommendation,
            decision=decision,
            entry=entries.get(status.id),
            citation=citation,
            losses=words.losses(status, facts),
            stands=words.standing_since(status, entries.get(status.id)),
            attested=words.attested,
            questions=questions(decision) if decision else [],
            body=decision_markdown(decision.body, site.from_decision(path), site.tenants) if decision else "",
            links=[(link, safe_link(link, site.tenants)) for link in decision.links] if decision else [],
            same_as=facts.statuses.get(decision.same_as) if decision and decision.same_as else None,
            description=microsoft_html(recommendation.description, site.tenants),
            remediation=microsoft_html(recommendation.remediation, site.tenants),
            remediation_impact=microsoft_html(recommendation.remediation_impact, site.tenants),
            microsoft_status=microsoft_html(detail.status, site.tenants) if detail else "",
            synced=detail.synced if detail else None,
            portal_link=safe_link(recommendation.action_url, site.tenants),
            line=figures.line_of(status, facts, "line"),
            events=timeline(status, facts),
            has_git=facts.decisions.has_git,
            unreadable=bool(status.versions) and not status.versions[-1].readable,
        )
        yield page(
            path,
            recommendation.title,
            body,
            site=site,
            description=f"{recommendation.id}: {wording.sign(status.state).label}",
            hide=("navigation",),
            up=("Board", board.PATH),
        )


def questions(decision: Decision) -> list[tuple[str, str]]:
    """The five questions as they read for this answer, each with what was answered."""
    carried = decision.bucket in (Bucket.ACCEPT, Bucket.NOT_APPLICABLE)
    labels = {**dict(QUESTIONS), **({"reduces": "Which risk do we run?"} if carried else {})}
    return [(label, getattr(decision, name)) for name, label in labels.items()]


def timeline(status: Status, facts: Facts) -> list[Event]:
    """Decisions and measurements in one list, the newest first."""
    events = [*decided(status.versions), *measured(status, facts)]
    return sorted(events, key=lambda event: (event.day, event.kind), reverse=True)


def decided(versions: tuple[DecisionVersion, ...]) -> Iterator[Event]:
    """What each version of the decision said."""
    previous: DecisionVersion | None = None
    for version in versions:
        if version.version.committed:
            yield Event(version.version.at.date(), "decided", words_of(previous, version), version.version)
        previous = version


def measured(status: Status, facts: Facts) -> Iterator[Event]:
    """Each change that Microsoft measured and that a reader would care about."""
    history = facts.history.timelines.get(status.id)
    if history is None:
        return
    changes = [(day, seen) for day, seen in history.changes() if day <= facts.as_of]
    if changes and changes[0][1]:
        day, first = changes[0]
        yield Event(day, "measured", f"First measured: {amount_words(first)}.")
    for (_, before), (day, after) in pairwise(changes):
        said = change_words(before, after)
        if said:
            yield Event(day, "measured", said)


def change_words(before: Observation | None, after: Observation | None) -> str:
    """What changed between two measurements; nothing for a change of counts alone."""
    if after is None:
        return "No longer scored."
    if before is None:
        return f"Scored again: {amount_words(after)}."
    if before.maximum != after.maximum:
        return f"Microsoft re-weighted it: {amount_words(after)}."
    if before.claimed != after.claimed:
        return (
            f"{'Claimed in the portal' if after.claimed else 'The claim in the portal ended'}: {amount_words(after)}."
        )
    if before.portal != after.portal:
        return f"Marked in the portal as {after.portal or 'nothing'}."
    if before.points == after.points:
        return ""
    if after.observed_in_full:
        return f"Measured in full: {amount_words(after)}."
    direction = "rose" if after.points > before.points else "fell"
    return f"It {direction} from {wording.points(before.points)} to {amount_words(after)}."


def amount_words(observation: Observation | None) -> str:
    """Points of points, in words."""
    if observation is None:
        return "not measured"
    most = wording.points(observation.maximum) if observation.maximum is not None else "an unknown number of"
    return f"{wording.points(observation.points)} of {most} points"
