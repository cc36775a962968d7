# SPDX-License-Identifier: Apache-2.0
"""`same_as`: one answer and one reason for several recommendations, each with its own owner and dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from secure_score_backlog.decisions.model import KEYS, Acceptance, Cover, Decision
from secure_score_backlog.schema import Need

MOST_LINKS = 50
"""Decisions along `same_as`; nobody can tell where an answer comes from that has come further."""


def is_endless(decisions: Mapping[str, Decision], chain: list[str]) -> bool:
    """Whether a chain goes on where it was left."""
    last = decisions.get(chain[-1])
    return len(chain) > MOST_LINKS and last is not None and bool(last.same_as)


def resolve_same_as(decisions: Mapping[str, Decision]) -> dict[str, Decision]:
    """The decisions, by id, with what they left out taken from the one they name.

    A chain is followed to its end. A decision whose `same_as` is unknown or circular stays as it is; `check_same_as`
    reports it, and what the other decision does not answer either.
    """
    resolved: dict[str, Decision] = {}
    for identifier in decisions:
        if identifier in resolved:
            continue
        chain = chain_of(decisions, identifier)
        if chain[-1] not in decisions or len(set(chain)) < len(chain) or is_endless(decisions, chain):
            resolved[identifier] = decisions[identifier]
            continue
        for link in reversed(chain):
            if link not in resolved:
                source = decisions[link].same_as
                resolved[link] = filled(decisions[link], resolved[source]) if source else decisions[link]
    return {identifier: resolved[identifier] for identifier in decisions}


def chain_of(decisions: Mapping[str, Decision], identifier: str) -> list[str]:
    """The ids along `same_as`, beginning with this one.

    The last id is not in `decisions` where the chain is broken, and occurs twice where it is circular. A chain is
    followed over `MOST_LINKS` decisions and no further; then its last id names another one still.
    """
    chain, seen = [identifier], {identifier}
    while len(chain) <= MOST_LINKS and (known := decisions.get(chain[-1])) is not None and known.same_as:
        chain.append(known.same_as)
        if known.same_as in seen:
            break
        seen.add(known.same_as)
    return chain


def filled(decision: Decision, source: Decision) -> Decision:
    """A decision with the answers and the reason it left out, from the one it is the same as."""
    return replace(
        decision,
        reduces=decision.reduces or source.reduces,
        impact=decision.impact or source.impact,
        prerequisites=decision.prerequisites or source.prerequisites,
        proof=decision.proof or source.proof,
        accepted=_acceptance(decision.accepted, source.accepted),
        covered=_cover(decision, source.covered),
    )


def left_open(decision: Decision, source: Decision) -> list[str]:
    """Dotted keys that the bucket requires, left to a resolved decision that does not answer them either."""
    required = {
        *(key.name for key in KEYS if key.need(decision.bucket) is Need.REQUIRED),
        *(f"{group.name}.{key.name}" for group in KEYS for key in group.keys if key.need(None) is Need.REQUIRED),
    }
    return sorted(name for name in decision.inherits & required if not _answers(source, name))


def _answers(source: Decision, name: str) -> bool:
    """Whether a resolved decision can answer a dotted key."""
    group, _, key = name.rpartition(".")
    holder = getattr(source, group) if group else source
    return holder is not None and bool(getattr(holder, key))


def _acceptance(own: Acceptance | None, source: Acceptance | None) -> Acceptance | None:
    if own is None or source is None:
        return own
    return replace(
        own,
        rationale=own.rationale or source.rationale,
        approver=own.approver or source.approver,
        compensating=own.compensating or source.compensating,
    )


def _cover(decision: Decision, source: Cover | None) -> Cover | None:
    own = decision.covered
    if own is None or source is None:
        return own
    return replace(
        own,
        reason=source.reason if "covered.reason" in decision.inherits else own.reason,
        by=own.by or source.by,
        evidence=own.evidence or source.evidence,
        approver=own.approver or source.approver,
    )
