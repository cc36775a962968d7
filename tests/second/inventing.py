# SPDX-License-Identifier: Apache-2.0
"""Random small tenants, as real folders with a Git history: every special case of docs/method.md can occur.

Part of the second implementation: nothing here imports the product.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

BEGIN = date(2026, 8, 27)
NAMES = ("A", "b_C", "d-E", "11770.F", "SigninRiskPolicy", "AATP_Okta_New", "7.scid_2599")
SERVICES: tuple[list[str] | None, ...] = (
    None,
    [],
    ["HasElse"],
    ["HasAADFree"],
    ["HasAADP2", "HasAATP"],
    ["HasMDEP2", "HasAADP1"],
)
MAXIMA = (None, 0, 1, 3, 4, 5, 8, 8, "2.5")
MARKS = (None, "Default", "Default", "Default", "Ignored", "ThirdParty", "AlternateMitigation", "Reviewed")
TOTALS = (None, "0", "10", "10", "12", "20", "40")
BODIES = ("", "Once discussed.\n", "Twice discussed.\n")
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


def control(random: Random) -> dict[str, Any]:
    """One recommendation on one day."""
    most = random.choice(MAXIMA)
    return {
        "points": points_of(random, most),
        "most": float(most) if isinstance(most, str) else most,
        "mark": random.choice(MARKS),
        "total": random.choice(TOTALS),
        "count": random.choice([None, "0", "5", "10"]),
    }


def points_of(random: Random, most: int | str | None) -> float:
    """Some of the points: mostly quarters, so that shares meet those that somebody accepted; seldom too many."""
    size = float(most) if most is not None else 4.0
    found = random.choice([0, size, size, size / 4, size / 2, size * 3 / 4, size / 3, size + 1])
    return int(found) if found == int(found) else round(found, 2)


def measured(random: Random) -> dict[date, dict[str, Any]]:
    """Snapshots of some days, each mostly like the one before."""
    found: dict[date, dict[str, Any]] = {}
    day = BEGIN
    state = {name: control(random) for name in NAMES if random.random() < 0.8}
    for _ in range(random.randint(1, 14)):
        day += timedelta(days=random.choice([1, 1, 1, 1, 2, 5, 12, 33]))
        for name in NAMES:
            move(random, state, name)
        complete = random.random() < 0.85
        if random.random() < 0.15:
            held = {name: each for name, each in state.items() if random.random() < 0.5}
            found[day] = part_of(snapshot(held, False, 0), stated=random.random() < 0.5)
        else:
            found[day] = snapshot(state, complete, random.choice([0, 0, 0, 1, -0.5]))
        found[day]["secureScore"]["enabledServices"] = random.choice(SERVICES)
    return found


def move(random: Random, state: dict[str, dict[str, Any]], name: str) -> None:
    """What one day does to one recommendation: mostly nothing."""
    what = random.choice(["same"] * 5 + ["new", "gone", "points", "points", "full", "mark", "weight"])
    if what == "gone":
        state.pop(name, None)
    elif what == "new" or (what != "same" and name not in state):
        state[name] = control(random)
    elif what in ("points", "full"):
        most = state[name]["most"]
        given = points_of(random, most) if what == "points" else most or 0
        state[name] = {**state[name], "points": given, "total": random.choice(TOTALS)}
    elif what == "mark":
        state[name] = {**state[name], "mark": random.choice(MARKS)}
    elif what == "weight":
        most = random.choice(MAXIMA)
        before = state[name]["most"]
        scaled = round(state[name]["points"] * float(most) / before, 2) if most and before else state[name]["points"]
        state[name] = {**state[name], "most": float(most) if isinstance(most, str) else most, "points": scaled}


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
                {
                    "controlName": name,
                    "score": c["points"],
                    "total": c["total"] if complete else None,
                    "count": c["count"] if complete else None,
                }
                for name, c in sorted(state.items())
            ],
        },
    }


def part_of(held: dict[str, Any], *, stated: bool) -> dict[str, Any]:
    """A day of which a part is stored: a filtered table without totals, or scores with totals of the whole tenant."""
    totals = {"currentScore": 20, "maxScore": 50} if stated else {"currentScore": None, "maxScore": None}
    collected = {"complete": False, "coverage": "partial", "source": "json" if stated else "csv"}
    return {**held, "collected": collected, "secureScore": {**held["secureScore"], **totals}}


def catalogue(random: Random, names: list[str]) -> str:
    """What Microsoft lists, in which words."""
    profiles = [
        {
            "id": name,
            "title": random.choice([f"Title of {name}"] * 4 + [f"New title  of {name}", name, ""]),
            "remediation": random.choice(["Turn it on."] * 4 + ["Turn  it on.", "Switch it on.", ""]),
            "service": random.choice(["AzureAD", "mda_Zoom", "MDA_", ""]),
            "implementationCost": random.choice(["moderate"] * 4 + ["Medium", "High", ""]),
            "deprecated": random.random() < 0.1,
            "controlStateUpdates": [],
        }
        for name in sorted(names)
    ]
    descriptions = {name: random.choice(["What it is.", "What it does."]) for name in names[:2]}
    return json.dumps({"collected": {}, "descriptions": descriptions, "profiles": profiles})


def decision(random: Random, name: str, day: date, last: date) -> str | None:
    """One version of one decision: complete, a draft, broken, or none any more."""
    kind = random.choice(["accept"] * 6 + ["plan"] * 4 + ["cover"] * 2 + ["draft", "broken", "gone", "same"])
    if kind == "gone":
        return None
    owner = random.choice(["Head of IT"] * 9 + ["managing director", "Service Desk"])
    said = [f"recommendation: {name}", f"owner: {owner}"]
    if kind != "cover" or random.random() < 0.5:
        said.append(f"risk: {random.choice(['critical', 'high', 'medium', 'low'])}")
    near = [last + timedelta(days=offset) for offset in (-1, 0, 10, 28, 29, 30, 90)]
    until = random.choice([*near, day - timedelta(days=1), day + timedelta(days=random.choice([5, 45, 200, 500]))])
    if kind in ("accept", "same"):
        share = random.choice(["0", "0.25", "50 %", "3/4", "1"])
        said += ["bucket: accept", "accepted:", f"  until: {until}", f"  share: {share}"]
        if kind == "same":
            said.append(f"same_as: {random.choice(NAMES)}")
        else:
            reason = random.choice([f"because {name}"] * 4 + ["because"])
            said += ["  approver: Managing Director", f"  rationale: {reason}"]
            by = random.choice(["Managing Director", owner])
            record = random.choice(["Minutes", RECORD, f"./{RECORD}#item"])
            said += [f"  approval: {{by: {by}, on: 2026-01-01, record: '{record}'}}"] if random.random() < 0.3 else []
    elif kind == "cover":
        why = random.choice(["not-applicable", "third-party"])
        said += ["bucket: not-applicable", "covered:", f"  until: {until}", f"  reason: {why}", "  by: gateway"]
        said += ["  evidence: export", "  approver: Head of Operations"]
    else:
        bucket = random.choice(["do-now", "do-soon"])
        said += [f"bucket: {bucket}", "reduces: less spam", "impact: none", f"due: {until}"]
        said += [f"prerequisites: {random.choice(['a licence'] * 9 + ['x', 'n/a', 'TBD'])}"]
        said += [f"proof: {random.choice(['the log'] * 9 + ['w', '?', 'todo'])}"]
    if kind == "plan" and random.random() < 0.3:
        by = random.choice(["licensing", "business", "technical"])
        said += ["blocked:", f"  by: {by}", f"  since: {day}"]
    if random.random() < 0.3:
        since = day + timedelta(days=random.choice([-40, 0, 9]))
        by = random.choice(["", f", by: {since + timedelta(days=9)}"])
        said += ["ask:", f"  - {{from: leadership, since: {since}, question: May we{by}}}"]
    said += ["draft: true"] if kind == "draft" else []
    said += [random.choice(["owner: twice", "colour: blue", "bucket: never"])] if kind == "broken" else []
    return "---\n" + "\n".join(said) + "\n---\n" + random.choice(BODIES)


def reworded(random: Random, text: str) -> str:
    """The same decision again: other words below it, another risk, or moved on by some days."""
    what = random.choice(["body", "risk", "until"])
    if what == "body":
        return text + "More words.\n"
    if what == "risk":
        return re.sub(r"risk: .*", f"risk: {random.choice(['critical', 'low'])}", text)
    moved = timedelta(days=random.choice([-7, 20, 40]))
    return re.sub(r"until: (.*)", lambda found: f"until: {date.fromisoformat(found[1]) + moved}", text)


def invented(seed: int) -> Tenant:
    """A tenant with its whole history; the same for the same seed."""
    random = Random(seed)
    days = measured(random)
    first, last = min(days), max(days)
    span = (last - first).days
    commits: list[tuple[datetime, str, Files]] = []
    held: dict[str, str] = {}
    for number, offset in enumerate(sorted(random.choices(range(-2, span + 3), k=random.randint(0, 16))), start=1):
        day = first + timedelta(days=offset)
        back = timedelta(days=random.choice([0, 0, 0, 0, 0, 3]))  # a clock that runs behind
        moment = datetime(day.year, day.month, day.day, random.choice([0, 12, 23]), 30, tzinfo=UTC) - back
        subject = random.choice(["Say so", f"Say so (#{number})", f"Merge pull request #{number} from t/x"])
        commits.append((moment, subject, changed(random, held, day, last)))
    edits: Files = {}
    if random.random() < 0.3:
        name = random.choice(NAMES)
        edits[f"decisions/{name}.md"] = decision(random, name, last, last)
    return Tenant(days, commits, edits)


def questionnaire(random: Random) -> str:
    """A few questions that random recommendations answer."""
    said = "title: Some form\nquestions:\n"
    for number in range(random.randint(1, 4)):
        said += f"  - id: q{number}\n    question: Is it so?\n"
        if random.random() < 0.25:
            said += "    same_as: risky-sign-ins\n"
            continue
        entries = [random.sample(NAMES, random.choice([1, 1, 2])) for _ in range(random.randint(1, 3))]
        listed = ", ".join(f"[{', '.join(entry)}]" for entry in entries)
        said += f"    primary: [{listed}]\n"
        said += f"    related: [{', '.join(random.sample(NAMES, random.choice([0, 1, 2])))}]\n"
        said += random.choice(["", "    coverage: whole\n", "    coverage: whole\n", "    coverage: hint\n"])
    return said


def evidence(random: Random, day: date) -> Files:
    """A statement, at times about a later day or one that is long past, and the file that it names."""
    about = day + timedelta(days=random.choice([-60, -1, 0, 2]))
    until = about + timedelta(days=random.choice([1, 30, 90, 500]))
    about_what = random.choice(["backup", "form/q0", "risky-sign-ins"])
    said = f"---\nquestions: [backup, {about_what}]\nsays: qualified\nby: Head of IT\non: {about}\nuntil: {until}\n"
    said += "shows: Something was shown.\nscope: All of it.\nfiles: [docs/evidence/proof.txt]\n---\nHow it went.\n"
    proof = f"{random.random()}\n"
    return random.choice(
        [{"docs/evidence/note.md": said, "docs/evidence/proof.txt": proof}, {"docs/evidence/proof.txt": proof}]
    )


RECORD = "docs/records/board.md"
RECORDS = (
    None,
    "The board met.\n",
    "The board accepts `a`, d-e and SIGNINRISKPOLICY.\n",
    "Item 1: **Title of\nA**.\n\nItem 2: b\\_C, pre-A, 7.scid_25990\n",
)
"""What a record of approvals may hold: no file, no id, ids of another case, a title over two lines, parts of words."""
POLICY = ("approver_is_owner", "past_date", "critical_approver_unlisted")


def changed(random: Random, held: dict[str, str], day: date, last: date) -> Files:
    """What one commit changes: decisions mostly, the catalogue, the settings."""
    what = random.choice(["decision"] * 8 + ["catalogue", "settings", "record", "questions", "evidence"])
    if what == "record":
        text = random.choice(RECORDS)
        if text is None and RECORD not in held:
            return {}
        held.pop(RECORD, None)
        held |= {} if text is None else {RECORD: text}
        return {RECORD: text}
    if what == "questions":
        form = random.choice(
            [questionnaire(random), questionnaire(random), None if "form" in held else "title: Form\n"]
        )
        held["form"] = form or ""
        return {"docs/questionnaires/form.yml": form}
    if what == "evidence":
        return evidence(random, day)
    if what == "catalogue":
        return {"snapshots/catalogue.json": catalogue(random, [name for name in NAMES if random.random() < 0.75])}
    if what == "settings":
        risk = random.choice(["{}", "{A: low, b_C: critical}", "{'11770.F': medium, AATP_Okta_New: low}"])
        months = random.choice([1, 3])
        roles = random.choice(["{}", "{Managing Director: [md]}", "{managing director: md, Head of IT: it}"])
        weights = [f"{rule}: {random.choice(['error', 'error', 'warning', 'off'])}" for rule in POLICY]
        weighed = f"roles: {roles}\npolicy: {{{', '.join(weights)}}}\n"
        return {"backlog.yml": f"stale_months: {months}\nacceptance_months: {months * 4}\nrisk: {risk}\n{weighed}"}
    files: Files = {}
    for name in random.sample(NAMES, random.choice([1, 1, 2])):
        again = name in held and random.random() < 0.4
        text = reworded(random, held[name]) if again else decision(random, name, day, last)
        if text is not None:
            held[name] = text
            files[f"decisions/{name}.md"] = text
        elif name in held:
            del held[name]
            files[f"decisions/{name}.md"] = None
    return files
