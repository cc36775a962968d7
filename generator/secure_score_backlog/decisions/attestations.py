# SPDX-License-Identifier: Apache-2.0
"""Approvals outside GitHub: which file their record is, and why one does not count (docs/method.md#approvals).

One rule for what is being written, for what a change brings and for what was committed, so that `check`, `diff`, the
register and the audit cannot disagree.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from secure_score_backlog.decisions.model import Attestation
from secure_score_backlog.text import comparable

PATH = re.compile(r"(?:\./)?(?P<path>(?:[\w-][\w.-]*/)+[\w-][\w.-]*\.[A-Za-z0-9]{1,5})(?:#\S*)?")
"""A record that names a file of the repository, such as `docs/reviews/2026-10.md`; anything else is not checked."""
LONGEST_RECORD = 500
"""Characters of a record in which a path is looked for."""


class Fault(StrEnum):
    """Why an approval outside GitHub does not count."""

    OTHER_ROLE = "other-attested"
    """It is by another role than the approver."""
    LATER = "record-later"
    """It is dated after the commit that brought it."""
    MISSING = "record-missing"
    """Its record is a file that is not there."""


def path_of(record: str) -> str | None:
    """The file of the repository that a record names; None for a link, a ticket and words."""
    found = PATH.fullmatch(record.strip()) if len(record) <= LONGEST_RECORD else None
    return found["path"] if found else None


def fault_of(attested: Attestation, approver: str, made: date | None, had_record: bool | None) -> Fault | None:
    """Why an attestation does not count; None where it does. A link or a ticket cannot be checked, and counts.

    Args:
        attested: What the decision states.
        approver: The role that it names as approver.
        made: The day of the commit that brought it; None where it is not committed.
        had_record: The file that it names as record was there; None where it names none, or that is not known.
    """
    if not same_role(attested.by, approver):
        return Fault.OTHER_ROLE
    if made is not None and attested.on > made:
        return Fault.LATER
    return Fault.MISSING if had_record is False else None


def same_role(one: str, other: str) -> bool:
    """Whether two texts name the same role."""
    return comparable(one) == comparable(other)
