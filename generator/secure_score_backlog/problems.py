# SPDX-License-Identifier: Apache-2.0
"""A problem in the data: a value that is collected and shown, never raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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


# --- Every rule about files that people write: its stable code, its weight and what it means.
#
# One table for `check`, for the guide's page of rules and for whoever reads a report years later. A problem can
# only be made from a rule that stands here, so that the table cannot fall behind.


GARBLED = frozenset({"yaml-syntax", "yaml-not-a-mapping", "yaml-depth", "yaml-key"})
"""Problems after which nothing that is missing, or odd, can be held against the writer."""

MOST_TOLD = 20
"""How often one file is told the same mistake."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what `check` calls it, how much it weighs and what it means."""

    code: str
    severity: Severity
    subject: str
    """What it is about, for grouping in the guide: files, decisions, dates, settings …"""
    meaning: str
    """One sentence in plain words."""


def _errors(subject: str, meanings: Mapping[str, str]) -> list[Rule]:
    return [Rule(code, Severity.ERROR, subject, meaning) for code, meaning in meanings.items()]


def _warnings(subject: str, meanings: Mapping[str, str]) -> list[Rule]:
    return [Rule(code, Severity.WARNING, subject, meaning) for code, meaning in meanings.items()]


FILES = "Files and YAML"
DECISIONS = "One decision"
TOGETHER = "Decisions together, and with the catalogue"
TIME = "Time"
SETTINGS = "Settings"

_ALL: list[Rule] = [
    *_errors(
        FILES,
        {
            "file-encoding": "The file is not UTF-8 text.",
            "file-characters": "The file holds control characters that no editor shows.",
            "file-too-large": "The file, or its front matter, is larger than anything a person writes.",
            "file-unreadable": "The file cannot be opened, or it is not an ordinary file.",
            "front-matter-missing": "The file does not begin with a line of three dashes and front matter.",
            "front-matter-not-closed": "The second line of three dashes is missing.",
            "yaml-syntax": "The text between the dashes is not YAML.",
            "yaml-not-a-mapping": "There are no `key: value` lines where they were expected.",
            "yaml-duplicate-key": "A key stands twice, and only one of the two could count.",
            "yaml-alias": "Anchors and aliases (`&` and `*`) hide what a line says.",
            "yaml-tag": "Tags (`!` at the start of a value) are not read.",
            "yaml-key": "A key is not plain text.",
            "yaml-depth": "Lists and mappings are nested deeper, or are more, than the format ever needs.",
            "date-invalid": "A date does not exist, or is not written YYYY-MM-DD.",
            "date-with-time": "A date carries a time of day; days here are whole, and UTC.",
            "decisions-link": "A symbolic link leads out of `decisions/`, or to nowhere.",
        },
    ),
    *_warnings(
        FILES,
        {
            "decisions-odd-name": "A file in `decisions/` is not read, because its name is not `<id>.md`.",
        },
    ),
    *_errors(
        DECISIONS,
        {
            "decision-unknown-key": "A key is not part of the format.",
            "decision-missing-key": "A key that this bucket needs is missing or empty.",
            "decision-forbidden-key": "A key has no place in this bucket.",
            "decision-wrong-type": "A value is of the wrong kind, such as a list where a text belongs.",
            "decision-wrong-value": "A value is not one of those that the key may have.",
            "decision-share": "`share` is not a part between 0 and 1, nor written like `6/10` or `60 %`.",
            "decision-bad-link": "A link is neither http, nor https, nor a path in this repository.",
            "decision-raw-html": "Raw HTML stands in a text; a decision is plain Markdown.",
            "decision-not-ready": "A do-now decision leaves one of the five questions unanswered.",
            "decision-file-name": "The file is not named after its `recommendation`, letter for letter.",
        },
    ),
    *_warnings(
        DECISIONS,
        {
            "decision-unanswered": "Some of the five questions are unanswered, which lowers readiness.",
            "decision-draft": "A draft counts as undecided.",
            "decision-person": "A person seems to stand where a role belongs.",
        },
    ),
    *_errors(
        TOGETHER,
        {
            "decision-two-files": "Two files decide about one recommendation.",
            "decision-id-case": "The id differs from the catalogue's in upper and lower case.",
            "decision-copied-rationale": "A reason is copied word for word from another decision, without `same_as`.",
            "decision-same-as-unknown": "`same_as` names a decision that does not exist.",
            "decision-same-as-circular": "`same_as` leads back to where it came from.",
            "decision-same-as-unusable": "`same_as` names a decision that lacks the answer, is a draft or has errors.",
            "decision-owner-unlisted": "The owner is not among the `owners` in the settings.",
        },
    ),
    *_warnings(
        TOGETHER,
        {
            "decision-unknown-id": "Neither the catalogue nor any snapshot knows the id.",
            "decision-retired-id": "The recommendation was known once; Microsoft has retired it.",
            "decision-not-in-catalogue": "The recommendation is scored, but the catalogue does not describe it.",
        },
    ),
    *_errors(
        TIME,
        {
            "decision-until-too-far": "An acceptance or cover runs longer than the settings allow.",
            "decision-due-too-far": "A do-now decision is due later than 92 days after it was made.",
        },
    ),
    *_warnings(
        TIME,
        {
            "decision-expired": "An acceptance or cover has run out.",
            "decision-overdue": "A planned change has passed its due day.",
            "decision-ask-old": "A question to others has waited for more than 90 days.",
            "decision-date-ahead": "A day that should lie in the past lies ahead.",
        },
    ),
    *_errors(
        SETTINGS,
        {
            "settings-unknown-key": "An option is not part of the settings.",
            "settings-wrong-type": "An option's value is of the wrong kind.",
            "settings-wrong-value": "An option's value is not one of those it may have.",
        },
    ),
    *_warnings(
        SETTINGS,
        {
            "settings-file-name": "The settings lie in a file that is not called backlog.yml.",
            "settings-unknown-id": "The settings name a recommendation that the catalogue does not know.",
        },
    ),
]

RULES: Final[Mapping[str, Rule]] = {rule.code: rule for rule in _ALL}
"""Every rule by its code, in the order in which the guide lists them."""


def problem(
    code: str, path: str, line: int | None, message: str, hint: str, *, severity: Severity | None = None
) -> Problem:
    """A problem found by a rule of the table; weighs what the table says unless told otherwise."""
    return Problem(path, line, code, severity or RULES[code].severity, message, hint)


def garbled(problems: Iterable[Problem]) -> bool:
    """Whether a file was read so badly that only its first problem is worth telling."""
    return any(found.code in GARBLED or found.code.startswith(("front-", "file-")) for found in problems)
