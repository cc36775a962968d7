# SPDX-License-Identifier: Apache-2.0
"""Random small tenants, written as real folders with a real Git history: everything odd that §5 names is in reach.

Part of the second implementation: nothing here imports the product.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

BEGIN = date(2026, 8, 27)
NAMES = ("A", "b_C", "d-E", "11770.F")
MAXIMA = (None, 0, 1, 3, 5, "2.5")
MARKS = (None, "Default", "Default", "Default", "Ignored", "ThirdParty", "AlternateMitigation", "Reviewed")
Files = dict[str, str | None]


@dataclass
class Tenant:
    """What a tenant did: snapshots by day, and commits in order, each with its moment, subject and files."""

    snapshots: dict[date, dict[str, Any]]
    commits: list[tuple[datetime, str, Files]]
    edits: Files = field(default_factory=dict)
    """What lies in the working tree without a commit."""

    def write(self, root: Path) -> None:
        """Make the folder and its repository."""
        root.mkdir(parents=True)
        subprocess.run(["git", "init", "--quiet", str(root)], check=True)
        stream = b"".join(self.stream())
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=stream, check=True)
        if self.commits:
            subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=root, check=True)
        for day, content in self.snapshots.items():
            put(root, f"snapshots/{day.year}/{day}.json", json.dumps(content))
        for path, text in self.edits.items():
            put(root, path, text)

    def stream(self) -> list[bytes]:
        """The commits as `git fast-import` reads them."""
        lines = []
        for moment, subject, files in self.commits:
            words = subject.encode()
            when = int(moment.timestamp())
            lines.append(b"commit refs/heads/main\ncommitter T <t@tenant.example> %d +0000\n" % when)
            lines.append(b"data %d\n%s\n" % (len(words), words))
            for path, text in files.items():
                if text is None:
                    lines.append(f"D {path}\n".encode())
                else:
                    lines.append(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n".encode())
        return lines


def put(root: Path, path: str, text: str | None) -> None:
    """Write or delete a file of the working tree."""
    file = root / path
    if text is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@st.composite
def control(draw: st.DrawFn) -> dict[str, Any]:
    """One recommendation on one day."""
    most = draw(st.sampled_from(MAXIMA))
    size = float(most) if most is not None else 4.0
    points = draw(st.sampled_from([0, size, size, round(size / 3, 2), round(size / 2, 2), size + 1]))
    return {
        "points": int(points) if points == int(points) else points,
        "most": float(most) if isinstance(most, str) else most,
        "mark": draw(st.sampled_from(MARKS)),
        "total": draw(st.sampled_from([None, None, "0", "10", "12", "40"])),
    }


@st.composite
def measured(draw: st.DrawFn) -> dict[date, dict[str, Any]]:
    """Snapshots of some days, each mostly like the one before."""
    found: dict[date, dict[str, Any]] = {}
    day = BEGIN
    state: dict[str, dict[str, Any]] = {}
    for _ in range(draw(st.integers(1, 9))):
        day += timedelta(days=draw(st.sampled_from([1, 1, 1, 2, 9, 33])))
        for name in NAMES:
            choice = draw(st.sampled_from(["same", "same", "same", "new", "points", "gone"]))
            if choice == "gone":
                state.pop(name, None)
            elif choice == "new" or (choice == "points" and name not in state):
                state[name] = draw(control())
            elif choice == "points":
                points = draw(st.sampled_from([0, state[name]["most"] or 0, 1]))
                state[name] = {**state[name], "points": points, "total": draw(st.sampled_from([None, "10", "12"]))}
        complete = draw(st.sampled_from([True, True, True, False]))
        drift = draw(st.sampled_from([0, 0, 0, 1, -0.5]))
        found[day] = snapshot(state, complete, drift)
    return found


def snapshot(state: dict[str, dict[str, Any]], complete: bool, drift: float) -> dict[str, Any]:
    """A stored day; a degraded one has no counts."""
    points, most = sum(c["points"] for c in state.values()), sum(c["most"] or 0 for c in state.values())
    return {
        "collected": {"complete": complete, "source": "graph" if complete else "backfill"},
        "maximum": {name: [c["most"], c["mark"]] for name, c in sorted(state.items())},
        "secureScore": {
            "currentScore": round(points + drift, 4),
            "maxScore": round(most + abs(drift), 4),
            "controlScores": [
                {"controlName": name, "score": c["points"], "total": c["total"] if complete else None}
                for name, c in sorted(state.items())
            ],
        },
    }


def catalogue(names: list[str]) -> str:
    """What Microsoft lists."""
    profiles = [{"id": name, "title": f"Title of {name}", "controlStateUpdates": []} for name in sorted(names)]
    return json.dumps({"collected": {}, "descriptions": {}, "profiles": profiles})


@st.composite
def decision(draw: st.DrawFn, name: str, day: date) -> str | None:
    """One version of one decision: complete, a draft, broken, or none any more."""
    kind = draw(
        st.sampled_from(["accept", "accept", "accept", "plan", "plan", "cover", "draft", "broken", "gone", "same"])
    )
    if kind == "gone":
        return None
    said = [f"recommendation: {name}", "owner: Head of IT"]
    if draw(st.booleans()) or kind in ("accept", "plan"):
        said.append(f"risk: {draw(st.sampled_from(['critical', 'high', 'medium', 'low']))}")
    until = day + timedelta(days=draw(st.sampled_from([-1, 5, 20, 45, 200, 500])))
    if kind in ("accept", "same"):
        share = draw(st.sampled_from(["0", "0.4", "60 %", "1/3"]))
        reason = draw(st.sampled_from([f"because {name}", f"because {name}", "because"]))
        said += ["bucket: accept", "accepted:", f"  until: {until}", f"  share: {share}"]
        if kind == "same":
            said += [f"same_as: {draw(st.sampled_from(NAMES))}", "risk: high"][: 1 if "risk" in said[2] else 2]
        else:
            said += ["  approver: Managing Director", f"  rationale: {reason}"]
    elif kind == "cover":
        why = draw(st.sampled_from(["not-applicable", "third-party"]))
        said += ["bucket: not-applicable", "covered:", f"  until: {until}", f"  reason: {why}", "  by: gateway"]
        said += ["  evidence: export", "  approver: Head of IT"]
    else:
        bucket = draw(st.sampled_from(["do-now", "do-soon"]))
        said += [f"bucket: {bucket}", "reduces: x", "impact: y", "prerequisites: z", "proof: w", f"due: {until}"]
    if kind == "plan" and draw(st.booleans()):
        by = draw(st.sampled_from(["licensing", "business", "technical"]))
        said += ["blocked:", f"  by: {by}", f"  since: {day}"]
    if draw(st.sampled_from([False, False, True])):
        since = day + timedelta(days=draw(st.sampled_from([-40, 0, 9])))
        said += ["ask:", f"  - {{from: leadership, since: {since}, question: May we}}"]
    said += ["draft: true"] if kind == "draft" else []
    said += [draw(st.sampled_from(["owner: twice", "colour: blue", "bucket: never"]))] if kind == "broken" else []
    body = draw(st.sampled_from(["", "Once discussed.\n", "Twice discussed.\n"]))
    return "---\n" + "\n".join(said) + "\n---\n" + body


@st.composite
def tenants(draw: st.DrawFn) -> Tenant:
    """A tenant with its whole history."""
    days = draw(measured())
    first, last = min(days), max(days)
    span = (last - first).days + 3
    commits: list[tuple[datetime, str, Files]] = []
    held: set[str] = set()
    offsets = sorted(draw(st.lists(st.integers(-2, span), max_size=9)))
    for number, offset in enumerate(offsets, start=1):
        day = first + timedelta(days=offset)
        back = timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 3])))  # a clock that runs behind
        moment = datetime(day.year, day.month, day.day, draw(st.sampled_from([0, 12, 23])), 30, tzinfo=UTC) - back
        subject = draw(st.sampled_from(["Say so", f"Say so (#{number})", f"Merge pull request #{number} from t/x"]))
        files: Files = {}
        what = draw(st.sampled_from(["decision", "decision", "decision", "catalogue", "settings"]))
        if what == "catalogue":
            files["snapshots/catalogue.json"] = catalogue(draw(st.lists(st.sampled_from(NAMES), unique=True)))
        elif what == "settings":
            risk = draw(st.sampled_from(["{}", "{A: low, b_C: critical}", "{'11770.F': medium}"]))
            months = draw(st.sampled_from([1, 3]))
            files["backlog.yml"] = f"stale_months: {months}\nacceptance_months: {months * 4}\nrisk: {risk}\n"
        for _ in range(draw(st.integers(1, 2)) if what == "decision" else 0):
            name = draw(st.sampled_from(NAMES))
            text = draw(decision(name, day))
            if text is not None or name in held:
                files[f"decisions/{name}.md"] = text
                (held.discard if text is None else held.add)(name)
        commits.append((moment, subject, files))
    edits: Files = {}
    if draw(st.sampled_from([False, False, True])):
        name = draw(st.sampled_from(NAMES))
        edits[f"decisions/{name}.md"] = draw(decision(name, last))
    return Tenant(days, commits, edits)
