# SPDX-License-Identifier: Apache-2.0
"""The clock. Nothing else reads it: what is computed depends on committed data and on a day that is passed on."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time now, in UTC and whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
