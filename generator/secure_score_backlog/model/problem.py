# SPDX-License-Identifier: Apache-2.0
"""A problem in the data: a value that is collected and shown, never raised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem weighs: an error makes `check` fail, a warning only with `--strict`."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file: what, where, and what to do next."""

    path: str
    """File relative to the root, with forward slashes."""
    line: int | None
    """Line from 1; None where the problem is the whole file."""
    code: str
    """Stable name of the rule, such as `decision-unknown-key`."""
    severity: Severity
    message: str
    hint: str

    @property
    def order(self) -> tuple[str, int, str, str]:
        """The key by which problems are listed: place first, then rule."""
        return (self.path, self.line or 0, self.code, self.message)
