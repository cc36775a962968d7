# SPDX-License-Identifier: Apache-2.0
"""Answers to questionnaires, computed from docs/method.md#answers a second time; every day is visited.

Part of the second implementation: nothing here imports the product.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.second.answers import months_later
from tests.second.archive import Change, Seen

if TYPE_CHECKING:
    from tests.second.reckoning import Reckoning

SHIPPED = Path(__file__).resolve().parents[2] / "generator/secure_score_backlog/content"
Plain = dict[str, Any]
SLOW = {"azuread": 8, "ms teams": 35}
"""Days after which a service counts as not refreshed; three for any other."""


def yaml(text: str) -> Any:
    """What a file says, as texts."""
    return YAML(typ="base", pure=True).load(text)


TOPICS = json.loads((SHIPPED / "topics.json").read_bytes())
COMMON = json.loads((SHIPPED / "insurer_questions.json").read_text(encoding="utf-8"))["questions"]


def bare(name: str) -> str:
    """An id as ids are compared."""
    return re.sub(r"^\d+\.", "", name.strip()).lower()


def listed(value: Any) -> list[Any]:
    """A list, also where one value stands for it."""
    return [] if value in (None, "") else value if isinstance(value, list) else [value]


def whole(question: Plain) -> Plain:
    """A question with what it takes from the shipped one that asks the same, and from its topics."""
    same: Plain = next((each for each in COMMON if each["id"] == question.get("same_as")), {})
    own = any(question.get(key) for key in ("primary", "related", "topics"))
    source = question if own else {**same, **{k: v for k, v in question.items() if k in ("coverage", "answered_by")}}
    entries = [[bare(name) for name in listed(entry)] for entry in listed(source.get("primary"))]
    primary = {name for entry in entries for name in entry}
    near = [*listed(source.get("related"))]
    for topic in listed(source.get("topics")):
        near += listed(TOPICS[topic]["recommendations"])
    related = {bare(name) for name in near} - primary
    by = source.get("answered_by") or "recommendations"
    coverage = question.get("coverage") or source.get("coverage")
    coverage = coverage or ("part" if entries else "hint" if related else "none")
    return {
        "id": question["id"],
        "same_as": question.get("same_as"),
        "entries": entries,
        "primary": primary,
        "related": related if coverage != "none" else set(),
        "coverage": coverage,
        "by": by,
    }


class Insuring:
    """What insurers are told at the end of a day."""

    def __init__(self, known: Reckoning, registers: list[dict[str, Plain]]) -> None:
        self.known, self.day, self.registers = known, known.day, registers
        self.archive, self.newest = known.archive, known.newest
        self.last = known.archive.days[-1] if known.archive.days else None

    def told(self) -> Plain:
        """Everything."""
        evidence = self.evidence()
        own = self.questionnaires()
        asked = {**own, "common": COMMON}
        return {
            "answers": {
                name: {each["id"]: self.answer(whole(each), name, evidence) for each in asked[name]} for name in asked
            },
            "evidence": evidence,
        }

    def files(self, folder: str, suffix: str) -> dict[str, Change]:
        """Each file of a folder in the version of the day; by name."""
        paths = {path for tree in self.archive.trees for path in tree if re.fullmatch(rf"{folder}/[^/]+{suffix}", path)}
        found = {}
        for path in sorted(paths):
            changes = self.archive.changes(path, self.day)
            if changes and changes[-1].text is not None:
                found[path[len(folder) + 1 : -len(suffix)]] = changes[-1]
        return found

    def questionnaires(self) -> dict[str, list[Plain]]:
        """The questions of each questionnaire of one's own."""
        files = self.files("docs/questionnaires", r".yml")
        said = {name: yaml(change.text or "") for name, change in files.items()}
        return {name: each["questions"] for name, each in said.items() if each.get("questions")}

    def evidence(self) -> dict[str, Plain]:
        """What counts, or has counted, of the organisation's own evidence."""
        found = {}
        for name, change in self.files("docs/evidence", r".md").items():
            said = yaml((change.text or "").split("---\n")[1])
            about, until = date.fromisoformat(said["on"]), date.fromisoformat(said["until"])
            months = self.known.settings["acceptance_months"]
            known = {each["id"] for each in COMMON}
            known |= {f"{form}/{each['id']}" for form, asked in self.questionnaires().items() for each in asked}
            if about > self.day or until > months_later(about, months) or set(listed(said["questions"])) - known:
                continue
            files = {}
            for path in listed(said.get("files")):
                newest = self.archive.changes(path, self.day)[-1]
                files[path] = (newest.commit, hashlib.sha256((newest.text or "").encode()).hexdigest())
            found[name] = {
                "questions": listed(said["questions"]),
                "says": said["says"],
                "by": said["by"],
                "until": said["until"],
                "expired": until < self.day,
                "commit": change.commit,
                "in_git_since": change.day.isoformat(),
                "sha256": hashlib.sha256((change.text or "").encode()).hexdigest(),
                "files": files,
            }
        return found

    def scored(self, names: set[str]) -> dict[str, Seen]:
        """The recommendations of some ids that have a score."""
        held = self.newest.seen if self.newest else {}
        return {name: seen for name, seen in sorted(held.items()) if bare(name) in names}

    def answer(self, question: Plain, name: str, evidence: dict[str, Plain]) -> Plain:
        """One answer."""
        wanted = {f"{name}/{question['id']}", question["same_as"]} if name != "common" else {question["id"]}
        own = [key for key, each in evidence.items() if wanted & set(each["questions"])]
        if question["by"] == "score":
            return {"level": self.of_score(), "evidence": own}
        if question["by"] == "register":
            return {"level": self.of_register(), "evidence": own}
        primary, related = self.scored(question["primary"]), self.scored(question["related"])
        level, reasons = self.judge(question, primary, related)
        sound = {key: seen for key, seen in primary.items() if seen.most}
        opened = [key for key, seen in sound.items() if not seen.full]
        exceptions = {
            key
            for register in self.registers
            for key, row in register.items()
            if key in {*primary, *related} and self.is_exception(key, row["state"])
        }
        return {
            "level": level,
            "reasons": reasons,
            "points": sum((seen.points for seen in primary.values() if not seen.claimed), Fraction(0)),
            "claimed": sum((seen.points for seen in primary.values() if seen.claimed), Fraction(0)),
            "maximum": sum((seen.most or Fraction(0) for seen in primary.values()), Fraction(0)),
            "counts": {key: self.counted(seen) for key, seen in primary.items()},
            "held": self.held(primary),
            "open_since": min((self.run(key, lambda seen: not seen.measured_full) for key in opened), default=None),
            "exceptions": sorted(exceptions),
            "evidence": own,
        }

    def judge(self, question: Plain, primary: dict[str, Seen], related: dict[str, Seen]) -> tuple[str, list[str]]:
        """The level, and every reason."""
        if question["coverage"] in ("none", "hint"):
            return "not-measured", ["not-covered" if question["coverage"] == "none" else "hint"]
        says = {bare(name) for name, seen in primary.items() if seen.most}
        silent = [entry for entry in question["entries"] if not says.intersection(entry)]
        if len(silent) == len(question["entries"]):
            return "not-measured", ["no-score"]
        found = set()
        found |= {"part"} if question["coverage"] == "part" else set()
        found |= {"no-score-for"} if silent else set()
        found |= {"open"} if any(seen.most and not seen.full for seen in primary.values()) else set()
        fell = any(seen.most and not seen.full and self.was_full(name) for name, seen in primary.items())
        found |= {"regressed"} if fell else set()
        found |= {"claimed"} if any(seen.claimed for seen in primary.values()) else set()
        found |= {"conflict"} if any(self.known.states[name] == "conflict" for name in primary) else set()
        found |= {"related-open"} if any(seen.most and not seen.measured_full for seen in related.values()) else set()
        assert self.newest is not None
        found |= {"old"} if self.day - self.newest.day > timedelta(days=3) else set()
        found |= {"earlier"} if any(name in self.newest.left_out for name in primary) else set()
        found |= {"partial-day"} if self.newest.partial or self.newest.lacks_scores else set()
        if self.last is not None and self.newest.day == self.last.day:
            found |= {"not-synced"} if any(self.is_late(name) for name in primary) else set()
        return "gap" if "open" in found else "qualified" if found else "supported", sorted(found)

    def is_late(self, name: str) -> bool:
        """Whether the score rests on data that is older than its service usually is."""
        assert self.newest is not None
        file = self.archive.root / f"snapshots/{self.newest.day.year}/{self.newest.day}.json"
        synced = json.loads(file.read_text(encoding="utf-8")).get("synced") or {}
        times = [time for time, names in synced.items() if name in names]
        service = ((self.known.profiles or {}).get(name) or {}).get("service", "").lower()
        limit = timedelta(days=SLOW.get(service, 3))
        return any(self.newest.day - date.fromisoformat(time[:10]) > limit for time in times)

    def counted(self, seen: Seen) -> tuple[Fraction, Fraction] | None:
        """Numerator and denominator, where it is clear what Graph counts."""
        if seen.count is None or not seen.total or not 0 <= seen.count <= seen.total or seen.share is None:
            return None
        part = seen.count / seen.total
        if abs(part - seen.share) <= Fraction(1, 100):
            return (seen.count, seen.total)
        return (seen.total - seen.count, seen.total) if abs(1 - part - seen.share) <= Fraction(1, 100) else None

    def was_full(self, name: str) -> bool:
        """Whether the last day before the present open run had it in full."""
        for day in reversed(self.known.days):
            seen = day.seen.get(name)
            if seen is None or seen.measured_full:
                return seen is not None
        return False

    def run(self, name: str, holds: Any) -> str:
        """The first snapshot day of the unbroken run up to the newest one."""
        first = None
        for day in reversed(self.known.days):
            seen = day.seen.get(name)
            if seen is None or not holds(seen):
                break
            first = day.day
        assert first is not None
        return first.isoformat()

    def held(self, primary: dict[str, Seen]) -> Plain | None:
        """The unbroken run in which all of it was measured in full."""
        if not primary or not all(seen.measured_full for seen in primary.values()):
            return None
        starts = {name: self.run(name, lambda seen: seen.measured_full) for name in primary}
        since = max(starts.values())
        days = [each for each in self.known.days if each.day.isoformat() >= since]
        began = [name for name, start in starts.items() if start == since]
        earlier = [each for each in self.known.days if each.day.isoformat() < since]
        known_before = any(name in each.seen for each in self.archive.days for name in began if each in earlier)
        partial = [each for each in days if each.partial or each.lacks_scores]
        complete = [each for each in days if each.complete and each not in partial]
        whole = [
            (each.day, all((seen := each.seen.get(name)) is not None and seen.measured_full for name in primary))
            for each in earlier
        ]
        first = next((day for day, in_full in whole if in_full), None)
        passed = (days[-1].day - days[0].day).days + 1
        return {
            "since": since,
            "before": earlier[-1].day.isoformat() if known_before else None,
            "days": passed,
            "observed": len(complete),
            "backfilled": len(days) - len(complete) - len(partial),
            "partial": len(partial),
            "missing": passed - len(days),
            "first": first.isoformat() if first else None,
            "interrupted": sum(1 for day, in_full in whole if first and day > first and not in_full),
        }

    def is_exception(self, name: str, state: str) -> bool:
        """In force, or in need of a new decision."""
        return state in ("active", "expiring") or self.needs_decision(name, state)

    def needs_decision(self, name: str, state: str) -> bool:
        """As the register has it."""
        ended = ("expired", "breached", "regressed", "conflict")
        return state in ("expired", "breached") or (state == "moot" and self.known.states[name] in ended)

    def of_score(self) -> str:
        """How far the score as reported goes."""
        if self.newest is None:
            return "not-measured"
        seen = self.newest.seen.values()
        claimed = any(each.claimed and each.points for each in seen)
        old = self.day - self.newest.day > timedelta(days=3)
        points = sum((each.points for each in seen), Fraction(0))
        most = sum((each.points + each.left for each in seen), Fraction(0))
        away = max(abs(self.newest.current - points), abs(self.newest.most - most))
        unexplained = self.newest.partial or away > self.newest.most / 100
        return "qualified" if claimed or old or unexplained else "supported"

    def of_register(self) -> str:
        """How far the register goes."""
        if not any(self.known.decided(name) for name in self.known.names):
            return "not-measured"
        rows = [(name, row) for register in self.registers for name, row in register.items()]
        if any(self.needs_decision(name, row["state"]) for name, row in rows) or self.known.shadow():
            return "gap"
        active = [row for _, row in rows if row["state"] in ("active", "expiring")]
        named = any(row["approval"]["kind"] == "named" for row in active)
        return "qualified" if named or (active and not self.archive.commits) else "supported"


def shaped(said: Plain) -> Plain:
    """What the program prints, in this shape."""
    answers: Plain = {}
    for asked in said["questionnaires"]:
        answers[asked["name"]] = {}
        for each in asked["answers"]:
            row = {"level": each["level"], "evidence": each["evidence"]}
            if each["answered_by"] == "recommendations":
                row |= {
                    "reasons": sorted(reason["reason"] for reason in each["reasons"]),
                    "points": each["points"],
                    "claimed": each["claimed"],
                    "maximum": each["maximum"],
                    "counts": {
                        m["recommendation"]: (m["done"], m["total"]) if m["done"] is not None else None
                        for m in each["primary"]
                    },
                    "held": each["held"],
                    "open_since": each["open_since"],
                    "exceptions": sorted(row["recommendation"] for row in each["exceptions"]),
                }
            answers[asked["name"]][each["id"]] = row
    evidence = {
        each["name"]: {
            **{key: each[key] for key in ("questions", "says", "by", "until", "expired", "commit", "in_git_since")},
            "sha256": each["sha256"],
            "files": {file["path"]: (file["commit"], file["sha256"]) for file in each["files"]},
        }
        for each in said["evidence"]
    }
    return {"answers": answers, "evidence": evidence}
