# SPDX-License-Identifier: Apache-2.0
"""The files for download, and the page that says what each is for."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.answer_words import LEVELS
from secure_score_backlog.evaluation.audit import Area
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State
from secure_score_backlog.exports import registry
from secure_score_backlog.exports.all_changes import MICROSOFT_WORDS, OUR_WORDS
from secure_score_backlog.files import Document
from secure_score_backlog.questionnaires.model import Level
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.glossary import GLOSSARY
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.wording import badge_of

PATH = "downloads/index.md"
TITLE = "Downloads"

Value = tuple[str, str, str]
"""A value of a column, what pages call it, and what it means."""

SECTIONS: tuple[Value, ...] = (
    ("in-force", "In force", "The acceptance or exemption is in force."),
    ("needs-decision", "Needs a new decision", "No longer in force: expired, breached, regressed or in conflict."),
    ("ended-automatically", "Ended automatically", "Done since, or retired by Microsoft."),
    ("past", "Ended by a later decision", "Another decision replaced it, or it was withdrawn."),
)
GROUPS: tuple[Value, ...] = (
    ("needs-decision", "No decision in force", "Undecided, or a new decision is needed; the state says why."),
    ("do-now", "Do now", "The decision is to do it now."),
    ("do-soon", "Do soon", "The decision is to do it soon."),
    ("accept", "Accepted risks", "The risk is accepted."),
    ("not-applicable", "Not applicable or covered", "It does not apply, or another control covers it."),
    ("done", "Done", "Microsoft measured it in full."),
    ("not-measured", "Not measured", "Microsoft gave no score, or retired it; the state says which."),
)


AUDITED: tuple[Value, ...] = (
    ("snapshot", "Snapshot", "By the account that commits snapshots, and of nothing else."),
    ("approved", "Approved", "Approved on GitHub by another person, in its final state and before the merge."),
    ("beginning", "First commit", "The beginning of the history."),
    ("exception", "Exception", "Everything else; the reasons say why."),
)


AREAS: tuple[Value, ...] = (
    (Area.DECISIONS, "Decisions", "Files of decisions."),
    (Area.SETTINGS, "Settings", "The settings: who may approve, and what is collected."),
    (Area.MINUTES, "Minutes", "Other files below docs/reviews/: minutes, and records that are filed there."),
    (Area.SIGNED, "Signed", "The facts of signed months."),
    (Area.WORKFLOWS, "Workflows", "What GitHub runs."),
    (Area.SNAPSHOTS, "Snapshots", "Stored measurements."),
    (Area.OTHER, "Other", "Everything else."),
)
CLAIMED: tuple[Value, ...] = (
    ("yes", "Named by the message only", "Only the message of the commit names the pull request."),
)
SIGNED: tuple[Value, ...] = (
    ("none", "Not signed", "The commit has no signature, so GitHub did not sign it either."),
    ("openpgp", "OpenPGP", "The kind that GitHub makes, and others too. Whose key it is was not checked."),
    ("ssh", "SSH", "Not GitHub’s. It was not checked."),
    ("x509", "X.509", "Not GitHub’s. It was not checked."),
    ("other", "Another kind", "It was not checked."),
)


CHANGED_BY: tuple[Value, ...] = (
    ("microsoft", "Microsoft", "Microsoft changed it."),
    ("us", "Us", "It was decided, completed or lost here."),
)
CHANGED: tuple[Value, ...] = tuple(
    (kind, badge_of(kind).label, badge_of(kind).meaning) for kind, _ in (*MICROSOFT_WORDS, *OUR_WORDS)
)


def register_states() -> list[Value]:
    """Every state that a row of the register can have."""
    own = [(state.value, GLOSSARY.register_states[state.value]) for state in AcceptanceState]
    named = {state for state, _ in own}
    more = [(state.value, GLOSSARY.states[state.value]) for state in NEEDS_NEW_DECISION if state.value not in named]
    return [(state, badge_of(state).label, meaning) for state, meaning in (*own, *more)]


def board_states() -> list[Value]:
    """Every state that a row of the board can have."""
    return [(state.value, badge_of(state).label, GLOSSARY.states[state.value]) for state in State]


VALUES: dict[str, tuple[tuple[str, tuple[Value, ...]], ...]] = {
    "Register": (("section", SECTIONS), ("state", tuple(register_states()))),
    "Board": (("group", GROUPS), ("state", tuple(board_states()))),
    "Audit": (("result", AUDITED), ("areas", AREAS), ("claimed", CLAIMED), ("signature", SIGNED)),
    "Answers": (("level", tuple((level.value, badge_of(level).label, LEVELS[level]) for level in Level)),),
    "All changes": (("who", CHANGED_BY), ("kind", CHANGED)),
}
"""By table: the columns whose values are words of the program, with all their values."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """What readers of the organisation get."""
    yield from of_profile(facts, site, registry.INTERNAL)


def for_insurers(facts: Facts, site: Site) -> Iterator[Document]:
    """What insurers get."""
    yield from of_profile(facts, site, registry.INSURER)


def of_profile(facts: Facts, site: Site, profile: str) -> Iterator[Document]:
    """The files of a profile, and the page that lists them."""
    made = list(registry.documents(facts, site, profile))
    yield from made
    paths = {document.path for document in made}
    tables = registry.tables(profile, facts)
    body = render(
        "downloads.html.j2",
        site=site,
        path=PATH,
        tables=tables,
        words=dict.fromkeys(export.words or export.title for export in tables),
        formats=registry.TABLE_FORMATS,
        values=VALUES,
        files=[file for file in registry.files(profile) if file.path in paths],
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Register and board as files, a calendar of due dates, a feed of decisions.",
        hide=("navigation", "toc"),
    )
