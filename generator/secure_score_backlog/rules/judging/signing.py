# SPDX-License-Identifier: Apache-2.0
"""Signed months: the facts of a review as they were shown, with a digest (design §5, Signed months).

The file says which tool computed the facts and names the SHA-256 of them in canonical form. Once it is merged,
the month shows these facts, whatever a later version of the tool would compute.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from secure_score_backlog.model.backlog import SignedReview
from secure_score_backlog.model.problem import Problem, Severity

SCHEMA = "backlog-review/1"
UNSIGNED = frozenset({"problems", "recorded_later"})
"""Parts that are no facts of the month: what was wrong in its files, and which decisions came after it."""


def digest_of(month: str, tool: str, facts: Mapping[str, Any]) -> str:
    """SHA-256 over month, tool and facts: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps([month, tool, facts], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def sign(month: str, tool: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What `docs/reviews/YYYY-MM.json` holds for a month."""
    kept = {name: value for name, value in facts.items() if name not in UNSIGNED}
    return {"schema": SCHEMA, "month": month, "tool": tool, "digest": digest_of(month, tool, kept), "facts": kept}


def read_signed(data: Any, month: str, path: str) -> SignedReview | Problem:
    """The signed facts in parsed JSON, or why they cannot be trusted."""
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        return unusable(path, f"This is no signed review: `schema` {SCHEMA} is expected.")
    tool, facts, digest = data.get("tool"), data.get("facts"), data.get("digest")
    if not isinstance(tool, str) or not isinstance(facts, dict) or data.get("month") != month:
        return unusable(path, f"The signed review does not hold the facts of {month}.")
    if digest != digest_of(month, tool, facts):
        return unusable(path, "The facts do not match their digest: somebody changed them after they were signed.")
    return SignedReview(month, tool, str(digest), facts)


def unusable(path: str, message: str) -> Problem:
    """A signed review that cannot be trusted: the month shows what today's tool computes instead."""
    hint = f"Bring back what was merged (git log -- {path}), or delete the file and sign the month anew."
    return Problem(path, None, "review-signature", Severity.ERROR, message, hint)


def differences(signed: SignedReview, computed: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts of the facts in which today's tool would say something else, in order."""
    known = signed.facts.keys() & (computed.keys() - UNSIGNED)
    return tuple(sorted(name for name in known if signed.facts[name] != plain(computed[name])))


def plain(value: Any) -> Any:
    """The value as it comes back from JSON."""
    return json.loads(json.dumps(value))
