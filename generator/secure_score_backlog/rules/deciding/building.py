# SPDX-License-Identifier: Apache-2.0
"""Puts a `Decision` together from the values that were read of its file."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

from secure_score_backlog.model.decision import Acceptance, Ask, Attestation, Blockage, Cover, CoverReason, Decision

Found: TypeAlias = dict[str, Any]
"""Values by key, already of the right type; None where nothing was typed; groups within groups."""


def _attestation(found: Found | None) -> Attestation | None:
    complete = found and found["by"] and found["on"] and found["record"]
    return Attestation(found["by"], found["on"], found["record"]) if found and complete else None


def _acceptance(found: Found | None) -> Acceptance | None:
    if not found or found["until"] is None:
        return None
    return Acceptance(
        rationale=found["rationale"] or "",
        approver=found["approver"] or "",
        until=found["until"],
        compensating=found["compensating"] or (),
        share=found["share"] or Fraction(0),
        approval=_attestation(found["approval"]),
    )


def _cover(found: Found | None) -> Cover | None:
    if not found or found["until"] is None:
        return None
    return Cover(
        reason=found["reason"] or CoverReason.NOT_APPLICABLE,
        by=found["by"] or "",
        evidence=found["evidence"] or "",
        approver=found["approver"] or "",
        until=found["until"],
        approval=_attestation(found["approval"]),
    )


def _blockage(found: Found | None) -> Blockage | None:
    if not found or not found["by"] or not found["since"]:
        return None
    return Blockage(found["by"], found["since"], found["note"] or "")


def _ask(found: Found) -> Ask | None:
    if not (found["from"] and found["since"] and found["question"]):
        return None
    return Ask(found["from"], found["since"], found["question"], found["options"] or (), found["default"] or "")


def decision_of(found: Found, body: str) -> Decision:
    """The value from what was read; what a draft leaves half open is left out."""
    return Decision(
        recommendation=found["recommendation"],
        bucket=found["bucket"],
        risk=found["risk"],
        reduces=found["reduces"] or "",
        owner=found["owner"] or "",
        impact=found["impact"] or "",
        prerequisites=found["prerequisites"] or "",
        proof=found["proof"] or "",
        due=found.get("due"),
        blocked=_blockage(found.get("blocked")),
        accepted=_acceptance(found.get("accepted")),
        covered=_cover(found.get("covered")),
        asks=tuple(ask for entry in found["ask"] or () if (ask := _ask(entry)) is not None),
        same_as=found["same_as"],
        links=found["links"] or (),
        draft=found["draft"] or False,
        body=body,
        inherits=found["inherits"],
    )
