# SPDX-License-Identifier: Apache-2.0
"""The few ways in which a command can end badly (design §7, exit codes).

Problems in the data are values (`model.problem.Problem`), not exceptions.
An exception here means "cannot go on", and always says what to do next.
"""

from __future__ import annotations


class BacklogError(Exception):
    """Something stopped the command: what happened, where, and what to do next."""

    exit_code = 3

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


class WrongUsage(BacklogError):
    """The command was asked for something it cannot mean (exit 2)."""

    exit_code = 2


class CannotProceed(BacklogError):
    """The job could not be done: network, permission, unreadable file, shallow clone (exit 3)."""

    exit_code = 3
