# SPDX-License-Identifier: Apache-2.0
"""Hygiene: what rots quietly, each with what to do about it (design §6).

Every group has the same shape: what it means, who is concerned, what to do, and a good sentence where it is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.document import Document
from secure_score_backlog.model.problem import Severity
from secure_score_backlog.rules.judging.snapshot_gaps import coverage
from secure_score_backlog.views import observed, wording
from secure_score_backlog.views.hygiene_groups import Group, groups_of
from secure_score_backlog.views.site import Site
from secure_score_backlog.views.templating import page, render

PATH = "hygiene.md"


@dataclass(frozen=True, slots=True)
class Chapter:
    """Groups that belong together."""

    title: str
    anchor: str
    groups: tuple[Group, ...]


CHAPTERS = (
    ("Answers that no longer hold", "answers", ("expired", "breached", "regressed", "conflict", "overdue")),
    ("Left lying", "left", ("ownerless", "unrated", "drafts", "stale", "asks")),
    ("Said in the portal, not in a decision", "portal", ("shadow", "no-effect")),
    ("Moved by Microsoft", "moved", ("outlived",)),
)
"""Heading, anchor, keys of the groups. Problems in files and gaps between snapshots have a form of their own."""


def documents(backlog: Backlog, site: Site) -> Iterator[Document]:
    """The hygiene page."""
    facts = backlog.facts
    groups = groups_of(backlog)
    days = coverage(backlog.history, facts.as_of)
    chapters = [Chapter(title, anchor, tuple(groups[key] for key in keys)) for title, anchor, keys in CHAPTERS]
    found = {group.title: (group.key, len(group.items)) for chapter in chapters for group in chapter.groups}
    found["Problems in files"] = ("problems", len(backlog.problems))
    found["Days without a snapshot"] = ("gaps", observed.gap_days(days))
    body = render(
        "hygiene.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        chapters=chapters,
        tally=[(title, anchor, number) for title, (anchor, number) in found.items()],
        said=summary(dict(found.values())),
        coded=coded,
        decided=any(standing.decision for standing in facts.standings.values()),
        problems=backlog.problems,
        errors=sum(1 for problem in backlog.problems if problem.severity is Severity.ERROR),
        gap_days=observed.gap_days(days),
        days=days,
        days_said=observed.sentence(days),
        late=observed.is_late(days),
        recoverable=observed.spans(observed.recoverable(days, facts.as_of)),
        calendar=observed.calendar_of(days, "calendar"),
        has_git=backlog.decisions.has_git,
    )
    yield page(
        PATH,
        "Hygiene",
        body,
        site=site,
        description="What rots quietly: expired, ownerless, stale, contradicted; each with what to do.",
        shown_title="Hygiene: what rots quietly",
        hide=("navigation",),
    )


GRAVEST = (
    (("expired", "breached", "regressed", "conflict", "overdue"), "earlier answer no longer holds",
     "earlier answers no longer hold"),
    (("ownerless",), "open recommendation has no owner", "open recommendations have no owner"),
    (("asks",), "question has waited for more than 90 days", "questions have waited for more than 90 days"),
    (("shadow",), "mark in the portal stands alone", "marks in the portal stand alone"),
    (("gaps",), "day was not observed", "days were not observed"),
)  # fmt: skip
"""What the first sentence names: keys of groups, and what to say of their sum."""
NAMED = 3


def summary(found: dict[str, int]) -> str:
    """The whole page in a sentence or two."""
    dirty = sum(1 for number in found.values() if number)
    if not dirty:
        return f"Every one of {len(found)} checks is clean. Nothing has to be done here."
    sums = [(sum(found[key] for key in keys), one, many) for keys, one, many in GRAVEST]
    named = [wording.count(number, one, many) for number, one, many in sums if number][:NAMED]
    many = "Every check" if dirty == len(found) else f"{dirty} of {len(found)} checks"
    return f"{many} found something{': ' if named else ''}{'; '.join(named)}."


def coded(text: str) -> Markup:
    """A message of the check: what stands between backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    forms = (Markup("<code>{}</code>") if index % 2 else Markup("{}") for index in range(len(parts)))
    return Markup("").join(form.format(part) for form, part in zip(forms, parts, strict=True))
