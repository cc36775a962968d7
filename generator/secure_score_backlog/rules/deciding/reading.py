# SPDX-License-Identifier: Apache-2.0
"""One decision: front matter in, a `Decision` or the reasons why it is none out (design §4.2).

Fails closed: a file with any error is no decision, so its recommendation counts as undecided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from secure_score_backlog.model.decision import Bucket, Decision
from secure_score_backlog.model.decision_format import KEYS, QUESTIONS, Key, Kind, Need
from secure_score_backlog.model.front_matter import UNREADABLE, FrontMatter, Place
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.rules.deciding.building import Found, decision_of
from secure_score_backlog.rules.deciding.rule_table import MOST_TOLD, garbled, nearest, problem, shown
from secure_score_backlog.rules.deciding.texts import markdown_problems
from secure_score_backlog.rules.deciding.values import Values, is_open


def read_decision(front_matter: FrontMatter, *, path: str) -> tuple[Decision | None, list[Problem]]:
    """The decision of one file, and every problem of that file, those of its front matter included.

    None where there is an error. A draft may leave anything open but `recommendation` and `bucket`.
    """
    problems = list(front_matter.problems)
    if garbled(problems):
        return None, problems
    reading = _Reading(replace(front_matter, path=path))
    found = reading.read()
    problems += sorted(reading.values.problems, key=lambda fault: fault.order)
    if any(fault.severity is Severity.ERROR for fault in problems):
        return None, problems
    return decision_of(found, front_matter.body), problems


class _Reading:
    """The steps of reading one file."""

    def __init__(self, front_matter: FrontMatter) -> None:
        self.source = front_matter
        self.values = Values(front_matter)
        self.draft = front_matter.data.get("draft") is True
        same_as = front_matter.data.get("same_as")
        self.shares = isinstance(same_as, str) and not is_open(same_as)
        self.missing: list[str] = []
        """Dotted names of what a draft leaves open."""
        self.inherits: set[str] = set()

    def read(self) -> Found:
        """All values, with every problem told."""
        self.values.problems += markdown_problems(self.source)
        typed = self.source.data.get("bucket")
        bucket = next((choice for choice in Bucket if choice.value == typed), None)
        found = self.group(KEYS, self.source.data, (), bucket)
        if bucket is not None:
            self.tell_unanswered(bucket)
        if self.draft:
            self.tell_draft()
        found["inherits"] = frozenset(self.inherits)
        return found

    def group(self, keys: tuple[Key, ...], typed: Mapping[str, object], place: Place, bucket: Bucket | None) -> Found:
        """The values of a mapping; `bucket` is None where it is unknown, and nothing can be missing."""
        self.refuse_unknown(keys, typed, place)
        found: Found = {}
        for key in keys:
            here = (*place, key.name)
            need = key.need(bucket)
            value = typed.get(key.name)
            if need is Need.FORBIDDEN:
                if not is_open(value):
                    self.refuse_forbidden(key, here, bucket)
                continue
            before = len(self.values.problems)
            found[key.name] = self.value(key, value, here, bucket)
            wrong = value is UNREADABLE or len(self.values.problems) > before
            if wrong or not is_open(found[key.name]):
                continue
            if self.shares and key.shared:
                self.inherits.add(".".join(str(part) for part in here))
            elif need is Need.REQUIRED:
                self.note_missing(key, here, bucket)
        return found

    def value(self, key: Key, value: object, place: Place, bucket: Bucket | None) -> object | None:
        """One value; a group becomes a dict, groups a list of dicts."""
        if key.kind not in (Kind.GROUP, Kind.GROUPS):
            return self.values.read(key, value, place)
        if is_open(value):
            return None
        if isinstance(value, dict):
            found = self.group(key.keys, value, place, bucket)
            return [found] if key.kind is Kind.GROUPS else found
        if key.kind is Kind.GROUPS and isinstance(value, list):
            entries: list[Found] = []
            for index, entry in enumerate(value):
                if isinstance(entry, dict):
                    entries.append(self.group(key.keys, entry, (*place, index), bucket))
                else:
                    self.values.wrong_type(key, (*place, index), entry)
            return entries
        self.values.wrong_type(key, place, value)
        return None

    def refuse_unknown(self, keys: tuple[Key, ...], typed: Mapping[str, object], place: Place) -> None:
        """Keys that are not part of the format, with the one that was probably meant."""
        names = [key.name for key in keys]
        unknown = [name for name in typed if name not in names]
        for name in unknown[:MOST_TOLD]:
            inside = ".".join(str(part) for part in place if isinstance(part, str))
            message = f"{shown(name)} is not a key of {'`' + inside + '`' if inside else 'a decision'}."
            self.values.report("decision-unknown-key", (*place, name), message, _unknown_hint(name, names, typed[name]))

    def refuse_forbidden(self, key: Key, place: Place, bucket: Bucket | None) -> None:
        """A key that says something this bucket does not say."""
        homes = [choice.value for choice in Bucket if key.need(choice) is not Need.FORBIDDEN]
        self.values.report(
            "decision-forbidden-key",
            place,
            f"`{key.name}` has no place in a decision of bucket {bucket}.",
            f"Delete it, or write `bucket: {' or '.join(homes)}` if that is what you mean.",
        )

    def note_missing(self, key: Key, place: Place, bucket: Bucket | None) -> None:
        """Something required that was left open: an error, unless this is a draft."""
        dotted = ".".join(str(part) for part in place)
        if self.draft and key.name not in ("recommendation", "bucket"):
            self.missing.append(dotted)
        elif not (bucket is Bucket.DO_NOW and dotted in QUESTIONS):  # those are told together
            where = (
                (f"A decision of bucket {bucket}" if bucket else "A decision")
                if len(place) == 1
                else f"`{'.'.join(map(str, place[:-1]))}`"
            )
            hint = f"Write `{key.name}: {key.example}`."
            if key.kind is Kind.GROUP:
                needed = [inner.name for inner in key.keys if inner.needs[0] is Need.REQUIRED]
                hint = f"Write `{key.name}:` and below it, two spaces further in: {', '.join(needed)}."
            if key.choices is not None:
                hint = f"Write `{key.name}:` and one of {', '.join(choice.value for choice in key.choices)}."
            self.values.report("decision-missing-key", place, f"{where} needs `{key.name}`.", hint)

    def tell_unanswered(self, bucket: Bucket) -> None:
        """The questions left open: an error for do-now, otherwise asked for."""
        wanted = {key.name for key in KEYS if key.need(bucket) is Need.ASKED or bucket is Bucket.DO_NOW}
        excused = {key.name for key in KEYS if key.shared} if self.shares else set()
        left = [name for name in QUESTIONS if name in wanted - excused and is_open(self.source.data.get(name))]
        if left and not self.draft:
            self.values.problems.append(unanswered(self.source.path, self.source.line("bucket"), bucket, left))

    def tell_draft(self) -> None:
        """One line for all that a draft leaves open."""
        left = f" Still to be written: {', '.join(self.missing)}." if self.missing else " Nothing required is missing."
        self.values.report(
            "decision-draft",
            ("draft",),
            f"This is a draft, so it counts as undecided.{left}",
            "When it is finished, delete the line `draft: true`.",
        )


def unanswered(path: str, line: int, bucket: Bucket, left: list[str]) -> Problem:
    """The problem of open questions: for do-now an error, otherwise a warning."""
    names = ", ".join(f"`{name}`" for name in left)
    hint = " ".join(f"Add `{key.name}: {key.example}`." for key in KEYS if key.name == left[0])
    if bucket is Bucket.DO_NOW:
        message = f"{names} left open: without all five answers, do-now is not ready to be called progress."
        return problem("decision-not-ready", path, line, message, f"{hint} Or write `bucket: do-soon` meanwhile.")
    message = f"{names} left open; of the five questions, {len(QUESTIONS) - len(left)} answered."
    return problem("decision-unanswered", path, line, message, hint)


def _unknown_hint(name: str, names: list[str], value: object) -> str:
    meant = nearest(name, names)
    if meant:
        return f"Write `{meant}`."
    homes = [key.name for key in KEYS if any(inner.name == name for inner in key.keys)]
    if homes:
        return f"It belongs below `{homes[0]}:`, two spaces further in."
    if value is None and " " in name.strip():
        return "A comma inside { } begins a new key: put the whole text in double quotes."
    return f"Delete it, move it to the text below the front matter, or use one of: {', '.join(names)}."
