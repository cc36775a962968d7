# SPDX-License-Identifier: Apache-2.0
"""Errors that end a command, each with its exit code; `cli.main` lists all codes.

Problems in the data are values (`problems.Problem`), not exceptions. An exception means that the command cannot
continue, and says what to do next.
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
    """The command line asks for something that does not exist or makes no sense (exit 2)."""

    exit_code = 2


class CannotProceed(BacklogError):
    """The job could not be done: network, permission, unreadable file, shallow clone (exit 3)."""

    exit_code = 3


class ShallowClone(CannotProceed):
    """The repository lacks the history of its decisions; what needs no history can still be done."""
