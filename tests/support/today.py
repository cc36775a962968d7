# SPDX-License-Identifier: Apache-2.0
"""The day on which a run of the tests began: for those that run commands as of today."""

from __future__ import annotations

from datetime import UTC, datetime, time

TODAY = datetime.now(UTC).date()
LAST_SECOND = datetime.combine(TODAY, time(23, 59, 59), UTC)


def now() -> datetime:
    """The clock of a command that is run here: it stays on this day in a run that midnight falls into."""
    return min(datetime.now(UTC).replace(microsecond=0), LAST_SECOND)
