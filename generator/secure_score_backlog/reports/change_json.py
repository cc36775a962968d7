# SPDX-License-Identifier: Apache-2.0
"""What a change does, for programs: under keys that stay, with the sentences as people read them."""

from __future__ import annotations

import json
from typing import Any

from secure_score_backlog.decisions.model import Ask, Decision
from secure_score_backlog.evaluation.change import LEVELS, Change, Claim, DecisionChange, Figures, Kind
from secure_score_backlog.ratings import Risk
from secure_score_backlog.reports.change_approval import approval_sentences
from secure_score_backlog.reports.change_phrases import level_word
from secure_score_backlog.reports.change_record import record
from secure_score_backlog.reports.change_text import plain
from secure_score_backlog.reports.change_words import sentences

SCHEMA = "backlog-diff/1"


def as_json(change: Change) -> str:
    """Everything that the change holds."""
    result = {
        "schema": SCHEMA,
        "base": change.base,
        "head": change.head,
        "as_of": change.as_of.isoformat(),
        "summary": [
            {"text": each.text, "details": [line for detail in each.details for line in detail.split("\n")]}
            for each in sentences(change, plain)
        ],
        "approval": [
            {
                "role": each.role,
                "logins": list(each.logins),
                "decisions": [decision.id for decision in each.decisions],
                "attested": each.attested,
                "outdated": [day.isoformat() for day in each.outdated],
                "logins_after": list(each.later),
            }
            for each in change.approvers
        ],
        "approval_summary": approval_sentences(change, plain),
        "author": change.author or None,
        "levels_moved": [
            {"before": _level(old), "after": _level(new), "number": number}
            for (old, new), number in change.levels_moved.items()
        ],
        "before": _figures(change.before),
        "after": _figures(change.after),
        "decisions": [_decision(each) for each in change.decisions],
        "settings": [{"key": each.key, "before": each.before, "after": each.after} for each in change.settings],
        "minutes": {
            "added": list(change.minutes_added),
            "changed": list(change.minutes_changed),
            "removed": list(change.minutes_removed),
        },
        "signed": {"added": list(change.signed), "changed": list(change.signed_changed)},
        "snapshots": {
            "added": [day.isoformat() for day in change.days_added],
            "changed": [day.isoformat() for day in change.days_changed],
            "removed": [day.isoformat() for day in change.days_removed],
            "catalogue": change.catalogue,
            "approvals": change.approvals,
            "packs": change.packs,
        },
        "other_files": [{"path": _path(each.path), "runs": each in change.programs} for each in change.others],
    }
    return json.dumps(result, indent=2, ensure_ascii=False)


def _path(path: str) -> str:
    """A path as text; bytes that are not UTF-8 are replaced."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "open": {level_word(level): figures.open.get(level, 0) for level in LEVELS},
        "accepted": {level_word(level): figures.accepted.get(level, 0) for level in LEVELS},
        "undecided": figures.undecided,
        "needs_decision": figures.needs_decision,
        "overdue": figures.overdue,
        "covered": figures.covered,
        "covered_points": float(figures.covered_points),
        "asks": figures.asks,
    }


def _decision(change: DecisionChange) -> dict[str, Any]:
    return {
        "recommendation": change.id,
        "title": change.title,
        "path": _path(change.path),
        "change": change.kind.value,
        "risk": {"before": _level(change.level_before), "after": _level(change.level)},
        "bucket": {"before": _bucket(change.before), "after": _bucket(change.after)},
        "state": {
            "before": change.state_before.value if change.state_before else None,
            "after": change.status.state.value,
        },
        "extensions": change.extensions,
        "reason": change.reason.value if change.kind is Kind.EXTENDED else None,
        "errors": change.errors,
        "rated_by_before": change.rating_before.by.value if change.rating_before else None,
        "lowers_and_accepts": change.lowers_accepted,
        "first_on": change.first_on.isoformat() if change.first_on else None,
        "explained": change.explained if change.kind is Kind.WITHDRAWN else None,
        "approval_claimed": _claim(change.claim) if change.claim else None,
        "asks": {
            "asked": [_ask(each) for each in change.asks.asked],
            "answered": [_ask(each) for each in change.asks.answered],
            "dropped": [_ask(each) for each in change.asks.dropped],
        },
        "values": [
            {"label": label, "before": before or None, "after": after or None}
            for label, before, after in record(change)
        ],
    }


def _level(level: Risk | None) -> str | None:
    return level.value if level else None


def _bucket(decision: Decision | None) -> str | None:
    if decision is None:
        return None
    return "draft" if decision.draft else decision.bucket.value


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "by": claim.attestation.by,
        "on": claim.attestation.on.isoformat(),
        "record": claim.attestation.record,
        "is_new": claim.is_new,
        "record_is_there": claim.checked,
        "fault": claim.fault.value if claim.fault else None,
    }


def _ask(ask: Ask) -> dict[str, Any]:
    return {
        "from": ask.of,
        "since": ask.since.isoformat(),
        "question": ask.question,
        "by": ask.by.isoformat() if ask.by else None,
        "recommend": ask.recommend or None,
        "cost": ask.cost or None,
        "default": ask.default or None,
    }
