# SPDX-License-Identifier: Apache-2.0
"""Decisions, read from front matter by hand (docs/guide/decisions.md): dictionaries of texts, None where it is wrong.

Part of the second implementation: nothing here imports the product.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

QUESTIONS = ("reduces", "owner", "impact", "prerequisites", "proof")
KEYS = {*QUESTIONS, *"recommendation bucket risk due blocked accepted covered ask same_as links draft".split()}
PLANNED = ("do-now", "do-soon")
LENT = ("reduces", "impact", "prerequisites", "proof")
"""What `same_as` answers, beside the reason."""


@dataclass
class Answer:
    """A decision without errors, or a draft."""

    said: dict[str, Any]

    @property
    def bucket(self) -> str:
        """The answer."""
        return str(self.said["bucket"])

    @property
    def draft(self) -> bool:
        """Counts as undecided."""
        return self.said.get("draft") == "true"

    @property
    def reason(self) -> dict[str, Any]:
        """`accepted` or `covered`."""
        return self.said.get("accepted") or self.said.get("covered") or {}

    @property
    def until(self) -> date | None:
        """Last day in force."""
        return date.fromisoformat(self.reason["until"]) if self.reason.get("until") else None

    @property
    def due(self) -> date | None:
        """Last day of a plan."""
        return date.fromisoformat(self.said["due"]) if self.said.get("due") else None

    @property
    def share(self) -> Fraction:
        """Part achieved when accepted."""
        text = str(self.reason.get("share") or "0")
        return Fraction(text[:-1].strip()) / 100 if text.endswith("%") else Fraction(text)

    @property
    def ready(self) -> int:
        """How many of the five questions are answered."""
        return sum(bool(self.said.get(name)) for name in QUESTIONS)

    @property
    def what(self) -> tuple[Any, ...]:
        """What identifies the answer: a version with other words around it is no new answer."""
        reason = {**self.reason, "share": self.share} if self.reason else {}
        reason.pop("compensating", None)
        listed = self.reason.get("compensating") or []
        return (self.bucket, self.due, reason, listed, self.said.get("same_as"), self.draft)


@cache
def read(text: str | None, name: str) -> Answer | None:
    """The decision in a file; None where there is none, or where it has an error."""
    parts = re.fullmatch(r"---\n(.*?\n)---\n.*", text or "", re.DOTALL)
    try:
        said = YAML(typ="base", pure=True).load(parts[1]) if parts else None  # texts only; no key twice
        if not isinstance(said, dict):
            return None
        said = {key: answered(key, value) for key, value in said.items()}
        return Answer(said) if sound(said, name) else None
    except (YAMLError, ValueError):
        return None


def answered(key: str, value: Any) -> Any:
    """A value, or nothing where it only stands for an answer."""
    if isinstance(value, dict) and key in ("accepted", "covered"):
        return {inner: answered(inner, text) for inner, text in value.items()}
    hollow = isinstance(value, str) and (value.lower() in ("tbd", "n/a", "todo") or len(set(value.lower())) == 1)
    return "" if hollow and key in (*QUESTIONS, "rationale", "approver", "by", "evidence") else value


def plain(role: str) -> str:
    """A role without regard to case and blanks."""
    return " ".join(role.lower().split())


def sound(said: dict[str, Any], name: str) -> bool:
    """Whether a file by itself has no error."""
    bucket, draft, lent = said.get("bucket"), said.get("draft") == "true", bool(said.get("same_as"))
    if set(said) - KEYS or said.get("recommendation") != name:
        return False
    if bucket not in (*PLANNED, "accept", "not-applicable"):
        return False
    out_of_place = {"due", "blocked"} if bucket not in PLANNED else set()
    out_of_place |= {"accepted"} if bucket != "accept" else set()
    out_of_place |= {"covered"} if bucket != "not-applicable" else set()
    if any(said.get(key) for key in out_of_place):
        return False
    days = [said.get("due"), (said.get("blocked") or {}).get("since")]
    days += [(said.get(group) or {}).get("until") for group in ("accepted", "covered")]
    if not all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days if day):
        return False
    for day in days:
        date.fromisoformat(day or "2000-01-01")  # a day that does not exist is a ValueError
    return draft or not missing(said, str(bucket), lent)


def missing(said: dict[str, Any], bucket: str, lent: bool) -> list[str]:
    """What a bucket needs and a decision leaves open."""
    needed = ["owner"] + (["risk"] if bucket != "not-applicable" else [])
    needed += ["due"] if bucket in PLANNED else []
    needed += [name for name in QUESTIONS if bucket == "do-now" and not (lent and name in LENT)]
    left = [key for key in needed if not said.get(key)]
    group = {"accept": "accepted", "not-applicable": "covered"}.get(bucket)
    if group:
        inner = ["until"] + ([] if lent else ["approver"])
        if not lent:
            inner += ["rationale"] if bucket == "accept" else ["reason", "by", "evidence"]
        left += [key for key in inner if not (said.get(group) or {}).get(key)]
    return left


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def timely(answer: Answer, made: date, months: int) -> bool:
    """It neither runs too long nor is due too late."""
    if answer.until is not None and answer.until > months_later(made, months):
        return False
    return not (answer.bucket == "do-now" and answer.due is not None and answer.due > made + timedelta(days=92))


def together(answers: dict[str, Answer], made: dict[str, date], barred: set[str]) -> dict[str, Answer]:
    """Those without an error in relation to others: a copied reason, a `same_as` without a target.

    `barred`: those with another error; they do not count, but copying their reason is still an error.
    """
    reasons: dict[str, list[str]] = {}
    for name, answer in answers.items():
        reason = (answer.said.get("accepted") or {}).get("rationale")
        if reason and not answer.draft:
            reasons.setdefault(" ".join(reason.lower().split()), []).append(name)
    wrong = {
        copy
        for names in reasons.values()
        for copy in sorted(names, key=lambda each: (made[each], each))[1:]
        if not answers[copy].said.get("same_as")
    }
    kept = {name: answer for name, answer in answers.items() if name not in wrong | barred}
    found = {name: answer for name, answer in kept.items() if not answer.said.get("same_as")}
    before = -1
    while len(found) != before:  # one link of every chain at a time; what goes round in a circle is never reached
        before = len(found)
        for name in sorted(kept.keys() - found.keys()):
            source = found.get(str(kept[name].said["same_as"]))
            if source is not None and (kept[name].draft or not source.draft):
                lent = lend(kept[name], source)
                if lent.draft or not missing(lent.said, lent.bucket, lent=False):
                    found[name] = lent
    return found


OWN = ("until", "share", "approval")
"""What of a reason each decision has to say for itself."""


def lend(answer: Answer, source: Answer) -> Answer:
    """An answer with what it takes from another one."""
    said = dict(answer.said)
    for key in LENT:
        said[key] = said.get(key) or source.said.get(key)
    for group in ("accepted", "covered"):
        if said.get(group) and source.said.get(group):
            own = {key: value for key, value in said[group].items() if value}
            said[group] = {**{k: v for k, v in source.said[group].items() if k not in OWN}, **own}
    return Answer(said)
