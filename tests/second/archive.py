# SPDX-License-Identifier: Apache-2.0
"""What is on disk and in Git, read in the slow and obvious way: every commit is visited, nothing is indexed.

Part of the second implementation: nothing here imports the product. Written from docs/method.md alone.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

YEAR_2200 = 7_258_118_400
"""Seconds since 1970; later times are none (docs/method.md#decisions)."""


@cache
def settings_of(text: str) -> Any:
    """What a text of `backlog.yml` says; for reading only."""
    return YAML(typ="safe", pure=True).load(text)


@dataclass(frozen=True)
class Seen:
    """One recommendation on one day."""

    points: Fraction
    most: Fraction | None
    mark: str | None
    total: Fraction | None
    count: Fraction | None = None
    """Those for whom it is done, or those for whom it is not."""

    @cached_property
    def claims(self) -> bool:
        """An administrator says that another control covers it."""
        return (self.mark or "").lower() in ("thirdparty", "alternatemitigation")

    @cached_property
    def full(self) -> bool:
        """All points are given; a maximum of 0 is neither full nor empty (ADR 0007)."""
        return self.most is not None and self.most > 0 and self.points >= self.most

    @cached_property
    def claimed(self) -> bool:
        """Full, and self-attested."""
        return self.full and self.claims

    @cached_property
    def measured_full(self) -> bool:
        """Full, and measured by Microsoft."""
        return self.full and not self.claims

    @cached_property
    def share(self) -> Fraction | None:
        """S = p/m; unknown where m is 0, or unknown and p is not 0 (ADR 0007)."""
        if self.most is None:
            return Fraction(0) if self.points == 0 else None
        return self.points / self.most if self.most > 0 else None

    @cached_property
    def still_open(self) -> Fraction:
        """The part that Microsoft has not observed."""
        if self.claimed:
            return Fraction(1)
        return Fraction(0) if self.share is None else max(Fraction(0), 1 - self.share)

    @cached_property
    def left(self) -> Fraction:
        """max(0, m − p); 0 where m is unknown."""
        return Fraction(0) if self.most is None else max(Fraction(0), self.most - self.points)


@dataclass(frozen=True)
class Day:
    """One snapshot."""

    day: date
    complete: bool
    current: Fraction
    most: Fraction
    seen: dict[str, Seen]
    """What the file holds; on a partial day, also what was last known of the rest."""
    left_out: frozenset[str] = frozenset()
    """What a partial day does not hold."""
    partial: bool = False
    services: frozenset[str] = frozenset()
    """What Graph calls enabled."""
    source: str = "graph"

    @cached_property
    def lacks_scores(self) -> bool:
        """The points of what is scored are too far from the total."""
        points = sum((seen.points for seen in self.seen.values()), Fraction(0))
        return abs(self.current - points) > self.most / 100


@dataclass(frozen=True)
class Change:
    """One version of one file."""

    commit: str | None
    day: date
    subject: str
    text: str | None

    @property
    def pull_request(self) -> int | None:
        """From the message of a merge or of a squash."""
        found = re.match(r"Merge pull request #(\d+)\b", self.subject) or re.search(r" \(#(\d+)\)$", self.subject)
        return int(found[1]) if found else None


@dataclass
class Archive:
    """A root with all data that figures are computed from."""

    root: Path
    days: list[Day] = field(default_factory=list)
    commits: list[tuple[str, date, str]] = field(default_factory=list)
    """First parents of HEAD, oldest first: id, day, subject."""
    trees: list[dict[str, str]] = field(default_factory=list)
    """What each of them holds below the folders that matter: blob by path."""

    told: dict[str, dict[Any, Any]] = field(default_factory=dict)
    """What GitHub said: commits by id, pull requests by number."""

    def __post_init__(self) -> None:
        """Read it all."""
        file = self.root / "snapshots/approvals.json"
        told = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"commits": [], "pull_requests": []}
        self.told = {
            "commits": {fact["commit"]: fact for fact in told["commits"]},
            "pull_requests": {request["number"]: request for request in told["pull_requests"]},
        }
        self.days = []
        for file in sorted(self.root.glob("snapshots/[0-9]*/*.json"), key=lambda each: each.name):
            self.days.append(snapshot(file, self.days[-1].seen if self.days else {}))
        self.commits = self.main_line() if (self.root / ".git/refs/heads/main").exists() else []
        self.trees = [self.tree(commit) for commit, _, _ in self.commits]
        self.texts: dict[str, bytes] = {}

    def git(self, *arguments: str) -> bytes:
        """What git prints."""
        return subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, check=True).stdout

    def main_line(self) -> list[tuple[str, date, str]]:
        """Times along the main line never run backwards; one that is no time counts as the one before (ADR 0005)."""
        lines = self.git("log", "--first-parent", "--reverse", "--format=%H %ct %s").decode().splitlines()
        found = [line.split(" ", 2) for line in lines]
        stamps = [int(when) if when.isdigit() and int(when) < YEAR_2200 else 0 for _, when, _ in found]
        latest = next((stamp for stamp in stamps if stamp), 0)
        days = []
        for stamp in stamps:
            latest = max(latest, stamp)
            days.append(datetime.fromtimestamp(latest, UTC).date())
        return [(commit, day, subject) for (commit, _, subject), day in zip(found, days, strict=True)]

    def tree(self, commit: str) -> dict[str, str]:
        """Blob by path of one commit."""
        wanted = ("decisions/", "backlog.yml", "snapshots/catalogue.json", "docs/questionnaires/", "docs/evidence/")
        lines = self.git("ls-tree", "-r", "-z", commit, "--", *wanted).decode().split("\0")
        return {line.split("\t")[1]: line.split("\t")[0].split()[2] for line in lines if line}

    def newest_day(self) -> date:
        """The later of the newest snapshot's day and the newest commit's."""
        return max([day.day for day in self.days[-1:]] + [day for _, day, _ in self.commits[-1:]])

    def changes(self, path: str, until: date) -> list[Change]:
        """Every version of a file that was known at the end of a day, oldest first; the working tree last."""
        found: list[Change] = []
        before: str | None = None
        for (commit, day, subject), tree in zip(self.commits, self.trees, strict=True):
            blob = tree.get(path)
            if blob != before and day <= until:
                found.append(Change(commit, day, subject, self.text(blob)))
            before = blob if day <= until else before
        if until >= self.newest_day():
            now = self.root / path
            text = now.read_text(encoding="utf-8") if now.is_file() else None
            if text != (found[-1].text if found else None):
                found.append(Change(None, until, "", text))
        return found

    def text(self, blob: str | None) -> str | None:
        """What a blob says."""
        if blob is None:
            return None
        if blob not in self.texts:
            self.texts[blob] = self.git("cat-file", "blob", blob)
        return self.texts[blob].decode("utf-8", "replace")

    def decision_names(self) -> list[str]:
        """Every id that ever had a file."""
        paths = {path for tree in self.trees for path in tree if re.fullmatch(r"decisions/[^/]+\.md", path)}
        paths |= {f"decisions/{file.name}" for file in self.root.glob("decisions/*.md")}
        return sorted(path[len("decisions/") : -len(".md")] for path in paths)

    def catalogues(self, until: date) -> list[dict[str, Any]]:
        """Profiles by id of every version up to a day, oldest first; a day before the first one sees the first one."""
        known = self.changes("snapshots/catalogue.json", until)
        if not known:
            known = self.changes("snapshots/catalogue.json", date.max)[:1]
        texts = [change.text or '{"profiles": []}' for change in known]
        return [{profile["id"]: profile for profile in json.loads(text)["profiles"]} for text in texts]

    def wordings(self, until: date) -> dict[str, dict[str, str]]:
        """What the last of them says about each recommendation, in words and ratings of its own."""
        known = (
            self.changes("snapshots/catalogue.json", until) or self.changes("snapshots/catalogue.json", date.max)[:1]
        )
        held = json.loads((known[-1].text if known else None) or '{"profiles": []}')
        found = {}
        for profile in held["profiles"]:
            said = {
                "title": profile.get("title"),
                "description": (held.get("descriptions") or {}).get(profile["id"]),
                "remediation": profile.get("remediation"),
                "remediation_impact": profile.get("remediationImpact"),
                "cost": str(profile.get("implementationCost") or "").lower().replace("medium", "moderate"),
                "user_impact": str(profile.get("userImpact") or "").lower().replace("medium", "moderate"),
                "deprecated": "yes" if profile.get("deprecated") is True else "",
            }
            found[profile["id"]] = {key: " ".join((value or "").split()) for key, value in said.items()}
        return found


def number(value: Any) -> Fraction | None:
    """A number in a file, exactly."""
    return None if value in (None, "") else Fraction(str(value))


def snapshot(file: Path, before: dict[str, Seen]) -> Day:
    """One file, after what was known the day before."""
    held = json.loads(file.read_text(encoding="utf-8"), parse_float=Fraction)
    seen = {}
    for control in held["secureScore"]["controlScores"]:
        most, mark = held["maximum"].get(control["controlName"], [None, None])
        points, total = number(control["score"]), number(control.get("total"))
        count = number(control.get("count"))
        seen[control["controlName"]] = Seen(points or Fraction(0), number(most), mark, total, count)
    partial = held["collected"].get("coverage") == "partial"
    left_out = frozenset(before.keys() - seen.keys()) if partial else frozenset()
    seen |= {name: before[name] for name in left_out}
    current, most = number(held["secureScore"].get("currentScore")), number(held["secureScore"].get("maxScore"))
    return Day(
        date.fromisoformat(file.stem),
        held["collected"]["complete"],
        sum((each.points for each in seen.values()), Fraction(0)) if current is None else current,
        sum((each.most or Fraction(0) for each in seen.values()), Fraction(0)) if most is None else most,
        seen,
        left_out,
        partial,
        services=frozenset(held["secureScore"].get("enabledServices") or ()),
        source=held["collected"]["source"],
    )
