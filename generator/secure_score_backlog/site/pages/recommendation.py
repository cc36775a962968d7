# SPDX-License-Identifier: Apache-2.0
"""One page per recommendation: the decision and its reasons, what Microsoft says, and what happened over time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise

from markupsafe import Markup, escape

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Bucket, Decision, DecisionVersion
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import citation, needs_decision
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State, Status
from secure_score_backlog.evaluation.tasks import named_by
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.site import figures, words
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.markdown import decision_markdown, microsoft_html, safe_link
from secure_score_backlog.site.pages import board
from secure_score_backlog.site.repository import change, commit, proposals
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.work import first_step, link_label, portal_label, where_status_is_set, where_to_set
from secure_score_backlog.snapshots.model import Observation
from secure_score_backlog.snapshots.service_names import portal_words
from secure_score_backlog.text import shell_quoted

PATH = "recommendations/"
TITLE = ""

QUESTIONS = (
    ("reduces", "Risk if not implemented"),
    ("owner", "Owner"),
    ("impact", "Impact on users and services"),
    ("prerequisites", "Prerequisites"),
    ("proof", "Evidence that it stays in place"),
)
SAID_ABOVE = (("reduces", "risk"), ("owner", "owner"))
"""Answers at the top of the page, where they are given: the lead and the first facts."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline."""

    day: date
    kind: str
    """decided or measured."""
    words: str
    version: Version | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One way out of a decision that is not in force, or not in time."""

    words: str
    """In sentences; text between backticks is code."""
    command: str = ""
    portal: str | None = None
    """Where the first of Microsoft's steps is done."""


def documents(facts: Facts, site: Site, only: Collection[str] | None = None) -> Iterator[Document]:
    """A page for every recommendation that is known from catalogue, scores or decisions; `only`: for some of them."""
    entries = {entry.status.id: entry for entry in (*facts.register, *facts.covered)}
    for status in facts.statuses.values():
        if only is not None and status.id not in only:
            continue
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
            remedy=words.remedy(entries.get(status.id), without_github=facts.recorded.without_github),
            points_given=words.points_given(status.observation),
            held=words.held(status),
            since_word=words.since_word(status),
            needs_decision=needs_decision,
            described=recommendation.title != recommendation.id,
            regressions=words.regressions(status, facts),
            decision_dates=words.decision_dates(status, entries.get(status.id)),
            attested=words.attested,
            questions=questions(decision, facts, site, path) if decision else [],
            said_above=[label for name, label in SAID_ABOVE if decision and getattr(decision, name)],
            with_links=partial(with_links, facts=facts, site=site, path=path),
            body=decision_markdown(decision.body, site.from_decision(path), site.tenants) if decision else "",
            links=[(link, safe_link(link, site.tenants)) for link in decision.links] if decision else [],
            same_as=facts.statuses.get(decision.same_as) if decision and decision.same_as else None,
            description=microsoft_html(recommendation.description, site.tenants),
            remediation=microsoft_html(recommendation.remediation, site.tenants),
            remediation_impact=microsoft_html(recommendation.remediation_impact, site.tenants),
            microsoft_status=microsoft_html(detail.status, site.tenants) if detail else "",
            synced=detail.synced if detail else None,
            action_link=(action := safe_link(recommendation.action_url, site.tenants)),
            action_label=link_label(action or ""),
            portal=where_to_set(recommendation, site),
            portal_label=portal_label,
            line=figures.line_of(status, facts, "line"),
            events=timeline(status, facts),
            has_git=facts.decisions.has_git,
            proposals=list(proposals(status, facts)),
            change=change(status, facts),
            commit_url=partial(commit, facts),
            to_do=list(to_do(status, facts, site)),
            unreadable=bool(status.versions) and not status.versions[-1].readable,
        )
        yield page(
            path,
            recommendation.title,
            body,
            site=site,
            description=f"{recommendation.id}: {wording.badge_of(status.state).label}",
            hide=("navigation", "toc"),
            up=(board.TITLE, board.PATH),
        )


def to_do(status: Status, facts: Facts, site: Site) -> Iterator[Step]:
    """What to do about a decision that is no longer in force or overdue, and about a portal status without effect."""
    decision = status.decision
    if decision and not decision.draft and status.state in (*NEEDS_NEW_DECISION, State.OVERDUE):
        yield from decide_anew(status, decision, facts, site)
    if status.claim_without_effect:
        said = f"{words.without_effect(status)}. Not urgent: check in the portal whether it was set for all of it."
        yield Step(said, portal=where_status_is_set(site))
        yield Step("If it is no longer true, remove it there and make a new decision.")


def decide_anew(status: Status, decision: Decision, facts: Facts, site: Site) -> Iterator[Step]:
    """What to do about a decision that is no longer in force or overdue: restore or do it, or change the decision."""
    state, path = status.state, f"decisions/{status.id}.md"
    if state is State.CONFLICT:
        yield Step(f"If it applies after all, delete `{path}`: Microsoft measures it as done.", f"git rm {path}")
        yield Step(f"Else choose another decision in `{path}`. {merged(decision, facts)}")
        return
    done = {State.BREACHED: words.restoring(status), State.REGRESSED: "Restore it"}.get(state, "Do it")
    first = first_step(status.recommendation.remediation, site)
    said = wording.sentence(f"{done}. First step: {first}" if first else done)
    yield Step(said, portal=where_to_set(status.recommendation, site))
    change, options = changed(status, decision)
    command = f"backlog decide {shell_quoted(status.id)} --change {options}"
    yield Step(f"Or make a new decision: {change}. This changes `{path}`. {merged(decision, facts)}", command)


def changed(status: Status, decision: Decision) -> tuple[str, str]:
    """How the decision can be changed instead, in words and as options of `backlog decide`."""
    if status.state is State.BREACHED and status.observation and status.observation.share is not None:
        share = status.observation.share
        return f"accept the lower level, {wording.share(share)}", f"--share {share} --until YYYY-MM-DD"
    if decision.approvable:
        return "renew it, with the reason in the text", "--until YYYY-MM-DD"
    return "write a new date, with the reason in the text", "--due YYYY-MM-DD"


def merged(decision: Decision, facts: Facts) -> str:
    """How a change comes to count."""
    approver = decision.approvable.approver if decision.approvable else ""
    agreed = f", which {approver} approves" if approver else ""
    if facts.recorded.without_github:
        return f"Commit it{f' with the record of the approval by {approver}' if approver else ''}."
    return f"It counts once it is merged in a pull request{agreed}."


def questions(decision: Decision, facts: Facts, site: Site, path: str) -> list[tuple[str, Markup]]:
    """The questions as this bucket asks them, each with its answer, in which the id of another one is a link.

    Two of the five are left out where their answers stand at the top of the page.
    """
    above = {name for name, _ in SAID_ABOVE if getattr(decision, name)}
    left_open = decision.bucket in (Bucket.ACCEPT, Bucket.NOT_APPLICABLE)
    labels = {**dict(QUESTIONS), **({"reduces": "Risk if it stays open"} if left_open else {})}
    asked = ((name, label) for name, label in labels.items() if name not in above)
    return [(label, with_links(getattr(decision, name), facts, site, path)) for name, label in asked]


def with_links(text: str, facts: Facts, site: Site, path: str) -> Markup:
    """A text, with the title of a recommendation in the place of its id, as a link."""
    parts = []
    for word in text.split(" "):
        named = named_by(word, facts)
        if named and site.has_page(named.id):
            before, after = word.split(named.id, 1)
            link = Markup('{}<a href="{}">{}</a>{}')
            parts.append(link.format(before, site.url_for(named.id, path), named.title or named.id, after))
        else:
            parts.append(escape(word))
    return Markup(" ").join(parts)


def timeline(status: Status, facts: Facts) -> list[Event]:
    """Decisions and measurements in one list, the newest first."""
    events = [*decided(status.versions), *measured(status, facts)]
    return sorted(events, key=lambda event: (event.day, event.kind), reverse=True)


def decided(versions: tuple[DecisionVersion, ...]) -> Iterator[Event]:
    """What each committed version of the decision changed."""
    previous: DecisionVersion | None = None
    for version in versions:
        if version.version.committed:
            yield Event(version.version.at.date(), "decided", words_of(previous, version), version.version)
        previous = version


def measured(status: Status, facts: Facts) -> Iterator[Event]:
    """The changes that Microsoft measured, without changes of counts alone."""
    history = facts.history.timelines.get(status.id)
    if history is None:
        return
    changes = [(day, seen) for day, seen in history.changes() if day <= facts.as_of]
    day, first = changes[0] if changes else (facts.as_of, None)
    if first is not None:
        yield Event(day, "measured", f"First {'scored' if first.claimed else 'measured'}: {words.points_given(first)}.")
    for (_, before), (day, after) in pairwise(changes):
        change = change_words(before, after)
        if change:
            yield Event(day, "measured", change)


def change_words(before: Observation | None, after: Observation | None) -> str:
    """What changed between two observations; empty for a change of counts alone."""
    amount = words.amount(after)
    if after is None:
        return "No longer scored."
    if before is None:
        return f"Scored again: {amount}."
    if before.maximum != after.maximum:
        return f"Re-weighted by Microsoft: {amount}."
    if before.claimed != after.claimed:
        return f"{'Self-attested in the portal' if after.claimed else 'No longer self-attested'}: {amount}."
    if before.portal != after.portal:
        return f"Portal status: {portal_words(after.portal or '') or 'none'}."
    if before.points == after.points:
        return ""
    if after.observed_in_full:
        return f"Measured in full: {amount}."
    direction = "Rose" if after.points > before.points else "Fell"
    return f"{direction} from {wording.points(before.points)} to {amount}."
