# SPDX-License-Identifier: Apache-2.0
"""What decisions owe one another: one file each, reasons of their own, and a `same_as` that leads home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from secure_score_backlog.model.decision import Decision
from secure_score_backlog.model.decision_format import KEYS, QUESTIONS, Need
from secure_score_backlog.model.front_matter import FrontMatter
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.rules.deciding.reading import unanswered
from secure_score_backlog.rules.deciding.rule_table import nearest, problem, shown
from secure_score_backlog.rules.deciding.same_as import chain_of, left_open, resolve_same_as

Sources = Mapping[str, tuple[FrontMatter, Decision]]
"""Readable decisions by id, each with its file."""


def check_two_files(named: Iterable[tuple[str, FrontMatter]]) -> Iterator[Problem]:
    """Two files about one recommendation: neither may count, so both are told."""
    files: dict[str, list[FrontMatter]] = defaultdict(list)
    for identifier, source in named:
        files[identifier].append(source)
    for identifier, sources in files.items():
        for source in sources if len(sources) > 1 else ():
            others = ", ".join(other.path for other in sources if other.path != source.path)
            yield problem(
                "decision-two-files",
                source.path,
                source.line("recommendation"),
                f"{shown(identifier)} is decided in another file too: {others}.",
                f"Keep {identifier}.md, move over what the other one says, and delete it.",
            )


def check_copies(sources: Sources, decided: Mapping[str, date]) -> Iterator[Problem]:
    """A reason copied word for word: told in every copy but the oldest."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for identifier, (_, decision) in sources.items():
        if decision.accepted is not None and decision.accepted.rationale and not decision.draft:
            reasons[" ".join(decision.accepted.rationale.casefold().split())].append(identifier)
    for identifiers in reasons.values():
        first, *copies = sorted(identifiers, key=lambda each: (decided.get(each, date.max), each))
        for identifier in copies:
            source, decision = sources[identifier]
            if decision.same_as is None:
                yield problem(
                    "decision-copied-rationale",
                    source.path,
                    source.line("accepted", "rationale"),
                    f"The reason is copied word for word from {sources[first][0].path}.",
                    f"Write why it holds here, or write `same_as: {first}` and leave the reason out.",
                )


def check_same_as(sources: Sources, broken: Collection[str]) -> Iterator[Problem]:
    """`same_as` names a decision that exists, is finished, has no errors (`broken`: ids that do) and the answer."""
    decisions = {identifier: decision for identifier, (_, decision) in sources.items()}
    resolved = resolve_same_as(decisions)
    for identifier, (source, decision) in sources.items():
        if decision.same_as is None:
            continue
        line = source.line("same_as")
        fault = _fault(decisions, identifier, broken)
        if fault is not None:
            yield problem(fault[0], source.path, line, fault[1], fault[2])
            continue
        left = left_open(decision, resolved[decision.same_as])
        if left and not decision.draft:
            named = ", ".join(f"`{name}`" for name in left)
            message = f"{named} left open here, and the decision about {shown(decision.same_as)} says nothing either."
            hint = "Write it here, or name a decision of the same bucket."
            yield problem("decision-same-as-unusable", source.path, line, message, hint)
        elif not decision.draft:
            yield from _check_asked(source, resolved[identifier])


def _fault(decisions: Mapping[str, Decision], identifier: str, broken: Collection[str]) -> tuple[str, str, str] | None:
    """Code, message and hint of what is wrong along the chain; None where it leads home."""
    chain = chain_of(decisions, identifier)
    end = chain[-1]
    if end == identifier:
        way = " → ".join(chain)
        return (
            "decision-same-as-circular",
            f"`same_as` goes round in a circle: {way}.",
            ("Write the answers out in one of them, and let the others name that one."),
        )
    if len(set(chain)) < len(chain):
        message = f"`same_as` leads into a circle: {' → '.join(chain)}."
        return "decision-same-as-unusable", message, "Name a decision that gives its own answers."
    wrong = next((link for link in chain[1:] if link in broken), None)
    if wrong is not None:
        message = f"The decision about {shown(wrong)} has errors, so its answers cannot be shared."
        return "decision-same-as-unusable", message, f"Correct {wrong}.md first; its problems are listed with it."
    if end not in decisions:
        meant = nearest(end, (other for other in decisions if other != identifier))
        hint = f"Write `same_as: {meant}`." if meant else "Name the id of a file in decisions/, or delete the line."
        return "decision-same-as-unknown", f"There is no decision about {shown(end)}.", hint
    draft = next((link for link in chain[1:] if decisions[link].draft), None)
    if draft is not None and not decisions[identifier].draft:
        message = f"The decision about {shown(draft)} is a draft, so its answers cannot be shared yet."
        return "decision-same-as-unusable", message, f"Finish {draft}.md and delete its `draft: true`."
    return None


def _check_asked(source: FrontMatter, decision: Decision) -> Iterator[Problem]:
    """Questions that neither this decision nor the one it is the same as answers."""
    asked = {key.name for key in KEYS if key.need(decision.bucket) is Need.ASKED}
    left = [name for name in QUESTIONS if name in asked and not getattr(decision, name)]
    if left:
        yield unanswered(source.path, source.line("bucket"), decision.bucket, left)
