# SPDX-License-Identifier: Apache-2.0
"""One decision: front matter in, a `Decision` or the reasons why it is none out.

Fails closed: a file with any error is no decision, so its recommendation counts as undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.model import KEYS, QUESTIONS, Bucket, Decision
from secure_score_backlog.decisions.text_checks import markdown_problems
from secure_score_backlog.decisions.values import is_no_answer, is_open
from secure_score_backlog.problems import Problem, Severity, is_unreadable, problem
from secure_score_backlog.schema import Format, Key, Need, Reading, build, required_hint
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import shown

FORMAT = Format(
    "a decision",
    unknown_key="decision-unknown-key",
    wrong_type="decision-wrong-type",
    wrong_value="decision-wrong-value",
    is_open=is_open,
    is_no_answer=lambda value: is_open(value) or is_no_answer(value),
    unknown_hint="Delete it, move it to the text below the front matter, or use one of",
)
LENIENT = replace(FORMAT, is_no_answer=lambda value: not value.strip() if isinstance(value, str) else is_open(value))
"""The same where a placeholder counts as an answer."""


def read_decision(source: FrontMatter, *, placeholders_count: bool = False) -> tuple[Decision | None, list[Problem]]:
    """The decision of one file, and every problem of that file, those of its front matter included.

    None where there is an error. A draft may leave anything open but `recommendation` and `bucket`.

    Args:
        source: The file.
        placeholders_count: Whether a placeholder such as TBD is an answer, as a policy may have it.
    """
    problems = list(source.problems)
    if is_unreadable(problems):
        return None, [*problems, *of_the_rest(source)]
    file = _File(source, LENIENT if placeholders_count else FORMAT)
    values = file.read()
    problems += sorted(file.problems, key=lambda found: found.order)
    if any(found.severity is Severity.ERROR for found in problems):
        return None, problems
    inherits = frozenset(file.reading.inherited)
    return build(Decision, KEYS, values, body=source.body, inherits=inherits), problems


def of_the_rest(source: FrontMatter) -> list[Problem]:
    """What is wrong in a file beside its syntax errors, as far as the rest could be read; not what it may lack."""
    if not all(each.code == "yaml-syntax" for each in source.problems if is_unreadable([each])):
        return []
    file = _File(source)
    file.reading.group(KEYS, source.data)
    for code, place, message, hint in file.reading.faults:
        file.report(code, place, message, hint)
    for key, place in file.reading.forbidden:
        file.report_forbidden(key, place)
    return sorted([*file.problems, *markdown_problems(source)], key=lambda found: found.order)


def read_answers(source: FrontMatter) -> tuple[Decision | None, list[Problem], list[Place]]:
    """What a file says so far, its problems, and the required keys that it leaves open; for a decision being made.

    What is wrong counts as open. None where the file cannot be read, or names no bucket.
    """
    problems = list(source.problems)
    if is_unreadable(problems):
        return None, problems, []
    file = _File(source)
    values = file.read()
    problems += sorted(file.problems, key=lambda found: found.order)
    decision = build(Decision, KEYS, values, body=source.body, inherits=frozenset(file.reading.inherited))
    missing = [place for _, place in file.reading.missing]
    return decision if file.bucket else None, problems, missing


class _File:
    """The reading of one file: what the engine finds, and what only decisions ask for."""

    def __init__(self, source: FrontMatter, form: Format = FORMAT) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.draft = source.data.get("draft") is True
        written = source.data.get("bucket")
        self.bucket = next((bucket for bucket in Bucket if bucket.value == written), None)
        same_as = source.data.get("same_as")
        self.reading = Reading(form, self.bucket, inherits=isinstance(same_as, str) and not is_open(same_as))

    def read(self) -> dict[str, Any]:
        """The values by key; what is wrong is in `problems`."""
        values = self.reading.group(KEYS, self.source.data)
        for code, place, message, hint in self.reading.faults:
            self.report(code, place, message, hint)
        self.problems += markdown_problems(self.source)
        for key, place in self.reading.forbidden:
            self.report_forbidden(key, place)
        left_open = [each for each in self.reading.missing if not self.draft or each[0].name in _ALWAYS]
        for key, place in left_open:
            if not (self.bucket is Bucket.DO_NOW and place[0] in QUESTIONS):  # those are reported together
                self.report_missing(key, place)
        if self.draft:
            self.report_draft([place for key, place in self.reading.missing if key.name not in _ALWAYS])
        elif self.bucket is not None:
            self.report_unanswered(self.bucket)
        return values

    def report(self, code: str, place: Place, message: str, hint: str) -> None:
        """Note a problem at a place of the front matter."""
        self.problems.append(problem(code, self.source.path, self.source.line(*place), message, hint))

    def report_forbidden(self, key: Key, place: Place) -> None:
        """A key that has no place in this bucket."""
        buckets = [f"`bucket: {bucket}`" for bucket in Bucket if key.need(bucket) is not Need.FORBIDDEN]
        self.report(
            "decision-forbidden-key",
            place,
            f"`{key.name}` does not belong in a decision of bucket {self.bucket}.",
            f"Delete it, or write {' or '.join(buckets)} if that is what you mean.",
        )

    def report_missing(self, key: Key, place: Place) -> None:
        """A required key that was left open."""
        of_bucket = f"A decision of bucket {self.bucket}" if self.bucket else "A decision"
        whole = of_bucket if len(place) == 1 else f"`{'.'.join(map(str, place[:-1]))}`"
        if len(place) == 1 and key.name in _QUESTION_HINTS:
            hint = _question_hint(key.name, self.source.data)
        elif place == ("recommendation",):  # an example alone would be copied, and another recommendation decided
            hint = f"Write `recommendation:` and the id of the recommendation, as on its page, such as {key.example}."
        else:
            hint = required_hint(key)
        placeholder = placeholder_words([self.written(place)])
        code = "decision-placeholder" if placeholder else "decision-missing-key"
        self.report(code, place, f"{whole} needs `{key.name}`.{placeholder}", hint)

    def written(self, place: Place) -> object:
        """What stands at a place of the front matter; None where nothing does."""
        value: object = self.source.data
        for step in place:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
        return value

    def is_unanswered(self, name: str) -> bool:
        """Whether one of the five questions is left open."""
        key = next(key for key in KEYS if key.name == name)
        return key.type.is_open(self.source.data.get(name), self.reading.format)

    def report_unanswered(self, bucket: Bucket) -> None:
        """The open questions: an error for do-now, otherwise asked for."""
        wanted = {key.name for key in KEYS if bucket is Bucket.DO_NOW or key.need(bucket) is Need.ASKED}
        inherited = {key.name for key in KEYS if key.inheritable} if self.reading.inherits else set()
        left = [name for name in QUESTIONS if name in wanted - inherited and self.is_unanswered(name)]
        if left:
            line = self.source.line("bucket")
            self.problems.append(unanswered(self.source.path, line, bucket, left, self.source.data))

    def report_draft(self, missing: list[Place]) -> None:
        """One warning for all that a draft leaves open."""
        names = ", ".join(".".join(map(str, place)) for place in missing)
        left = f" Still to be written: {names}." if names else " Nothing required is missing."
        self.report(
            "decision-draft",
            ("draft",),
            f"This is a draft, so it counts as undecided.{left}",
            "When it is finished, delete the line `draft: true`.",
        )


_ALWAYS = ("recommendation", "bucket")
"""What a draft says too."""


_QUESTION_HINTS = {
    "reduces": "which risk it reduces",
    "owner": "which role owns it",
    "impact": "what changes for users and services",
    "prerequisites": "what is needed and what is missing",
    "proof": "the evidence that it stays in place",
}
"""What an answer to each of the five questions states. An example here could be pasted as if it were the answer."""


def _question_hint(name: str, data: Mapping[str, object]) -> str:
    """What to do about an open question, whether its line is missing, empty, or holds a placeholder."""
    states = _QUESTION_HINTS[name]
    if name not in data:
        return f"Add `{name}:` and state {states}."
    written = data[name]
    if is_no_answer(written):
        by = "the role that owns it" if name == "owner" else states
        return f"Replace {shown(written)} after `{name}:` by {by}."
    return f"State after `{name}:` {states}."


def placeholder_words(written: Iterable[object]) -> str:
    """A sentence, with a blank before it, about placeholders such as TBD among what was written; empty without one."""
    found = list(dict.fromkeys(shown(value) for value in written if is_no_answer(value)))
    if not found:
        return ""
    counts = "is a placeholder and counts" if len(found) == 1 else "are placeholders and count"
    return f" {' and '.join(found)} {counts} as no answer."


def unanswered(path: str, line: int, bucket: Bucket, left: list[str], data: Mapping[str, object]) -> Problem:
    """The problem of open questions: for do-now an error, otherwise a warning.

    Args:
        path: The decision's file.
        line: Where the problem is shown.
        bucket: The decision type.
        left: The open questions.
        data: The front matter, in which a placeholder such as TBD may stand in their place.
    """
    names = ", ".join(f"`{name}`" for name in left)
    placeholders = placeholder_words(data.get(name) for name in left)
    hint = _question_hint(left[0], data)
    if bucket is Bucket.DO_NOW:
        message = f"{names} left open: a do-now decision needs all five answers.{placeholders}"
        return problem("decision-not-ready", path, line, message, f"{hint} Or write `bucket: do-soon` meanwhile.")
    number = len(QUESTIONS) - len(left)
    answered = f"{number} of the five questions {'is' if number == 1 else 'are'} answered."
    message = f"{names} left open; {answered}{placeholders}"
    return problem("decision-unanswered", path, line, message, hint)
