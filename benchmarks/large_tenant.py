# SPDX-License-Identifier: Apache-2.0
"""A large invented tenant: years of daily snapshots, hundreds of decisions, thousands of commits.

Made with a fixed seed and `git fast-import`; nothing of it is committed anywhere. Run by hand:
`python -m benchmarks.large_tenant FOLDER --years 5`.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from secure_score_backlog.snapshots.snapshot_files import encode

FIRST = date(2021, 1, 1)
MAXIMA = (1, 2, 3, 4, 5, 7, 8, 10)
STATUS = (
    "An invented sentence of ordinary length about users, devices and policies, as Graph sends one for each control."
)
TEXT = "An invented description of some length, so that a catalogue of this size weighs what a real one does. " * 12
CHANGES_A_DAY = 6
"""How many of the recommendations move from one day to the next; the rest stay."""


@dataclass(frozen=True)
class Size:
    """How large a tenant is."""

    years: int = 5
    recommendations: int = 250
    decisions: int = 300
    commits: int = 3000
    """Commits of decisions; each day's snapshot is one more."""
    changes_a_day: int = CHANGES_A_DAY

    @property
    def days(self) -> int:
        """Snapshots, one a day."""
        return self.years * 365 + self.years // 4


def identifier(number: int) -> str:
    """The id of a recommendation."""
    return f"scid_{number}" if number % 3 else f"mdo_setting{number}"


def catalogue(size: Size, version: int) -> bytes:
    """What Microsoft lists; each version changes one title."""
    profiles = [
        {
            "controlCategory": "Apps",
            "controlStateUpdates": [{"state": "Default", "updatedDateTime": None}],
            "id": identifier(number),
            "implementationCost": "Low",
            "maxScore": MAXIMA[number % len(MAXIMA)],
            "remediation": TEXT,
            "service": "EXO",
            "title": f"Title of {number}, version {version if version % size.recommendations == number else 0}",
        }
        for number in range(size.recommendations)
    ]
    return encode({"collected": {}, "descriptions": {}, "profiles": profiles})


def snapshots(size: Size, random: Random) -> Iterator[tuple[date, bytes]]:
    """One day after the other, some shares moving a little."""
    shares = [random.choice((0, 0, 25, 50, 80, 100, 100)) for _ in range(size.recommendations)]
    for offset in range(size.days):
        for _ in range(size.changes_a_day):
            number = random.randrange(size.recommendations)
            shares[number] = max(0, min(100, shares[number] + random.choice((-40, -5, -1, 1, 5, 60))))
        yield FIRST + timedelta(days=offset), snapshot(size, shares, offset)


def snapshot(size: Size, shares: list[int], offset: int) -> bytes:
    """A stored day, in the form in which the program stores one."""
    points = [MAXIMA[number % len(MAXIMA)] * share / 100 for number, share in enumerate(shares)]
    maxima = {identifier(n): [MAXIMA[n % len(MAXIMA)], "Default"] for n in range(size.recommendations)}
    controls = [
        {
            "controlCategory": "Apps",
            "controlName": identifier(number),
            "count": str(shares[number]),
            "implementationStatus": STATUS,
            "score": round(points[number], 2),
            "scoreInPercentage": shares[number],
            "total": "100",
        }
        for number in range(size.recommendations)
    ]
    head: dict[str, Any] = {
        "activeUserCount": 250 + offset // 90,
        "averageComparativeScores": [{"averageScore": round(46 + offset / 900, 2), "basis": "AllTenants"}],
        "currentScore": round(sum(round(each, 2) for each in points), 2),
        "enabledServices": ["HasEXOP2", "HasAADP1"],
        "maxScore": sum(most for most, _ in maxima.values()),
    }
    head["controlScores"] = sorted(controls, key=lambda control: str(control["controlName"]))
    return encode({"collected": {"complete": True, "source": "graph"}, "maximum": maxima, "secureScore": head})


def decision(number: int, version: int, day: date, random: Random) -> bytes:
    """One version of one decision."""
    answers = "reduces: risk\nimpact: few notice\nprerequisites: none\nproof: the report\n"
    risk = random.choice(("high", "medium", "low"))
    head = f"recommendation: {identifier(number)}\nowner: Head of IT\nrisk: {risk}\n{answers}"
    if number % 3 == 0:
        rest = f"bucket: accept\naccepted:\n  rationale: reason {number}\n  approver: Managing Director\n"
        rest += f"  until: {day + timedelta(days=200)}\n  share: 0\n"
    else:
        rest = f"bucket: do-soon\ndue: {day + timedelta(days=120)}\n"
    return f"---\n{head}{rest}---\nVersion {version} of the discussion.\n".encode()


def history(size: Size) -> Iterator[tuple[datetime, str, dict[str, bytes]]]:
    """Every commit, oldest first."""
    random = Random(20260827)  # the same tenant every time
    written = 0
    for offset, (day, content) in enumerate(snapshots(size, random)):
        morning = datetime(day.year, day.month, day.day, 4, 20, tzinfo=UTC)
        files = {f"snapshots/{day.year}/{day}.json": content}
        if offset % 20 == 0:
            files["snapshots/catalogue.json"] = catalogue(size, offset // 20)
        yield morning, f"Snapshot {day}", files
        while written < size.commits * (offset + 1) // size.days:
            number = written % size.decisions
            text = decision(number, written // size.decisions, day, random)
            yield (
                morning + timedelta(hours=8),
                f"Decide {number} (#{written + 1})",
                {f"decisions/{identifier(number)}.md": text},
            )
            written += 1


def make(folder: Path, size: Size) -> None:
    """The repository, checked out."""
    folder.mkdir(parents=True)
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    with subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE) as running:
        assert running.stdin is not None
        for moment, subject, files in history(size):
            words, when = subject.encode(), int(moment.timestamp())
            running.stdin.write(b"commit refs/heads/main\n")
            running.stdin.write(b"committer Test Committer <committer@tenant.example> %d +0000\n" % when)
            running.stdin.write(b"data %d\n%s\n" % (len(words), words))
            for path, content in files.items():
                running.stdin.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
    assert running.returncode == 0, "git fast-import failed"
    subprocess.run([*git, "reset", "--quiet", "--hard", "main"], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--years", type=int, default=5)
    options = parser.parse_args()
    make(options.folder, Size(years=options.years))
