# SPDX-License-Identifier: Apache-2.0
"""What a check says, and which checks there are.

A check is a function of values that were read before it: where reading failed, it gets the error in their place. It
reads no file, asks no server, and returns one `Checked`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from secure_score_backlog.errors import BacklogError


class State(StrEnum):
    """What a check found."""

    OK = "ok"
    WARNING = "warning"
    """Works today, and should be looked at."""
    WRONG = "wrong"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of one check."""

    code: str
    """A key of `TITLES`."""
    state: State
    what: str
    """What was found, or why it was not looked at: sentences, some on lines of their own."""
    fix: str = ""
    """What to do; empty where nothing is wrong."""

    def as_json(self) -> dict[str, str]:
        """For programs."""
        return {"code": self.code, "state": self.state.value, "what": self.what, "fix": self.fix}


GROUPS: Mapping[str, Mapping[str, str]] = {
    "This folder": {
        "settings": "Settings",
        "clone": "Clone",
        "snapshot-age": "Newest snapshot",
        "tool-version": "Version in the workflows",
        "upgrades": "Upgrades",
        "python": "Python",
        "material": "Material for MkDocs",
    },
    "Microsoft": {
        "credential": "Credential",
        "token": "Token",
        "permission": "Permission",
        "graph": "Microsoft Graph",
    },
    "GitHub": {
        "github": "GitHub",
        "subject": "Subject of the federated credential",
        "environment": "Environment",
        "main-branch": "Main branch",
        "rules-main": "Rules of the main branch",
        "rules-snapshots": "Rules of the snapshots' branch",
        "required-check": "Required check",
        "code-owners": "Code owners",
        "readers": "Readers of the site",
        "actions": "Approvals by workflows",
        "schedule": "Schedule",
    },
}
"""Code and title of every check, in the order of the page."""
TITLES: Mapping[str, str] = {code: title for group in GROUPS.values() for code, title in group.items()}


def ok(code: str, what: str) -> Checked:
    """Nothing is wrong."""
    return Checked(code, State.OK, what)


def warning(code: str, what: str, fix: str) -> Checked:
    """Something should be looked at."""
    return Checked(code, State.WARNING, what, fix)


def wrong(code: str, what: str, fix: str) -> Checked:
    """Something has to be mended."""
    return Checked(code, State.WRONG, what, fix)


def not_checked(code: str, why: str | BacklogError, fix: str = "") -> Checked:
    """It was not looked at, and why."""
    if isinstance(why, BacklogError):
        return Checked(code, State.NOT_CHECKED, why.message, fix or without_promise(why.hint))
    return Checked(code, State.NOT_CHECKED, why, fix)


def refused(code: str, error: BacklogError) -> Checked:
    """What was tried was refused: the error says why, and what to do."""
    return wrong(code, error.message, without_promise(error.hint))


PROMISES = (
    "Nothing was written, and nothing is lost if this is fixed soon: Graph keeps 90 days.",
    "Nothing was written, and nothing is lost: Graph keeps 90 days, and the next run fetches what is missing.",
    "Nothing was changed; the next run asks again.",
    "Nothing was changed.",
    "Nothing was written.",
)
"""How hints of other commands begin; a check writes nothing, so it promises nothing."""


def without_promise(hint: str | None) -> str:
    """A hint without what it says about files."""
    found = hint or ""
    for promise in PROMISES:
        found = found.removeprefix(promise).lstrip(" ")
    return found


def in_order(found: Iterable[Checked]) -> list[Checked]:
    """By the order of the page."""
    places = {code: place for place, code in enumerate(TITLES)}
    return sorted(found, key=lambda each: places[each.code])


def without(found: Checked, secrets: Collection[str]) -> Checked:
    """The same without any of these texts."""
    return replace(found, what=hidden(found.what, secrets), fix=hidden(found.fix, secrets))


def hidden(text: str, secrets: Collection[str]) -> str:
    """A text without any of these."""
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return text
