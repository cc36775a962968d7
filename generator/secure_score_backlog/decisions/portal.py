# SPDX-License-Identifier: Apache-2.0
"""What a status that an administrator set in the portal says about a decision: enough for a draft, never for more.

The portal names neither a reason, nor who approved it, nor until when (docs/method.md#portal-drafts).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from secure_score_backlog.decisions.answers import Answers
from secure_score_backlog.decisions.model import Bucket, CoverReason
from secure_score_backlog.decisions.writing import WIDTH
from secure_score_backlog.snapshots.model import StateUpdate
from secure_score_backlog.text import one_line
from secure_score_backlog.wording import day as day_words

BUCKETS: Mapping[str, Bucket] = {
    "planned": Bucket.DO_SOON,
    "ignored": Bucket.ACCEPT,
    "thirdparty": Bucket.NOT_APPLICABLE,
    "alternatemitigation": Bucket.NOT_APPLICABLE,
}
"""The bucket that a portal status suggests, by Graph's state in lower case; only a portal CSV says `planned`."""
REASONS: Mapping[str, CoverReason] = {
    "thirdparty": CoverReason.THIRD_PARTY,
    "alternatemitigation": CoverReason.ALTERNATE,
}
WORDS: Mapping[str, str] = {
    "planned": "Planned",
    "ignored": "Risk accepted",
    "thirdparty": "Resolved through third party",
    "alternatemitigation": "Resolved through alternate mitigation",
}
"""As the portal calls them."""
LONGEST_COMMENT = 1_000
"""Characters of a comment that are taken over."""


@dataclass(frozen=True, slots=True)
class PortalDraft:
    """What a draft takes over from the portal."""

    bucket: Bucket
    answers: Answers
    body: str


def drafted_bucket(state: str | None) -> Bucket | None:
    """The bucket that a portal status suggests; None for one that says nothing about a decision."""
    return BUCKETS.get(_folded(state))


def drafted_reason(state: str | None) -> CoverReason | None:
    """Why no change is needed, as far as a portal status says so."""
    return REASONS.get(_folded(state))


def draft_of(state: str | None, since: date | None, updates: Iterable[StateUpdate]) -> PortalDraft | None:
    """What a draft takes over from a portal status; None for a status that says nothing about a decision.

    Args:
        state: Graph's state, or `Planned`.
        since: The day on which it was set, where that is known.
        updates: What the catalogue keeps of the changes of the status, oldest first.
    """
    bucket, reason = drafted_bucket(state), drafted_reason(state)
    if bucket is None:
        return None
    answers: Answers = {("covered", "reason"): reason.value} if reason else {}
    return PortalDraft(bucket, answers, "\n".join(body(_folded(state), since, comment_of(state, updates))))


def comment_of(state: str | None, updates: Iterable[StateUpdate]) -> str:
    """The comment that was written with a status; empty where none was kept (docs/method.md#snapshots)."""
    written = [update.comment for update in updates if _folded(update.state) == _folded(state) and update.comment]
    return one_line(written[-1])[:LONGEST_COMMENT] if written else ""


def body(state: str, since: date | None, comment: str) -> list[str]:
    """The text of a draft: where it comes from, the comment as it was written, and what is left to do."""
    on = f" since {day_words(since)}".replace("\u00a0", " ") if since else ""
    lines = [
        f"Drafted from the status in Microsoft's portal: “{WORDS[state]}”{on}. The portal does not say who approved "
        "it, for which reason, or until when. Answer the open questions above together with the owner of the risk, and "
        "put the discussion in place of this text."
    ]
    if comment:
        # as a block of code nothing in it is read as Markdown, HTML or the mention of a person
        quoted = [f"    {line}" for line in textwrap.wrap(comment, WIDTH, break_long_words=True)]
        lines += ["", "The comment in the portal:", "", *quoted]
    return lines


def _folded(state: str | None) -> str:
    return (state or "").strip().lower()
