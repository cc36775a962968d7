# SPDX-License-Identifier: Apache-2.0
"""Four tenants about which little is known, as whole folders: stored by `backlog import`, then committed.

Everything is invented, in the form of what others have published; ids are the only real thing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.site.registry import site_documents
from secure_score_backlog.workspace import load
from tests.support.graph_items import control, profile, score
from tests.support.pages import words
from tests.support.repositories import Repository
from tests.support.running import run_here

COMMITTED = date(2026, 11, 21)
"""The day on which each folder was committed, and so the as-of date of its pages."""
OLD = date(2024, 1, 1)
"""The one day of `one_old_day`."""
EXPORTED = date(2026, 5, 2)
"""The one day of `portal_csv`."""
FIRST, LAST = date(2024, 11, 22), COMMITTED
GAP = (date(2025, 9, 1), date(2026, 2, 28))
"""The first and the last day without a snapshot in `two_years_with_a_gap`."""
NEXT_PAGE = "https://graph.microsoft.com/v1.0/security/secureScoreControlProfiles?$skiptoken=0"

CONTENT = files("secure_score_backlog.content")
RATED = json.loads(CONTENT.joinpath("ratings.json").read_text(encoding="utf-8"))["ratings"]
IDS = tuple(rating["id"] for rating in RATED if "id" in rating)
LISTED = json.loads(CONTENT.joinpath("recommendations.json").read_text(encoding="utf-8"))["recommendations"]
TITLES = {item["id"]: item["title"] for item in LISTED}
"""Titles as the portal writes them."""


def one_old_day(folder: Repository) -> None:
    """One day of January 2024: 68 scores, and 200 profiles that are the first page of more; 27 scores have none."""
    scored = [measured(name, *size(number)) for number, name in enumerate(IDS[:68])]
    profiles = [profile(name, size(number)[1]) for number, name in enumerate(IDS[:227]) if not 41 <= number < 68]
    day = score(OLD, scored, maxScore=sum(size(number)[1] for number in range(68)))
    save(folder, {"value": [day]}, {"@odata.nextLink": NEXT_PAGE, "value": profiles})


def five_of_232(folder: Repository) -> None:
    """815.22 of 1376 points, but only five of the 232 scores that make them up; one of the five is decided."""
    scored = [measured(name, points, 10) for name, points in zip(IDS, (10, 3, 0, 10, 0), strict=False)]
    day = score(COMMITTED - timedelta(days=1), scored, currentScore=Decimal("815.22"), maxScore=Decimal(1376))
    save(folder, {"value": [day]}, {"value": [profile(name, 10) for name in IDS[:5]]})
    for name in IDS[1:3]:
        folder.write(f"decisions/{name}.md", planned(name))


def portal_csv(folder: Repository) -> None:
    """Thirteen rows of a portal's CSV and nothing else: two without a licence, one with a title that nobody knows."""
    header = (
        "Rank,Recommended action,Score impact,Points achieved,Status,Regressed,Have license?,Category,Product,"
        "Last synced ,Microsoft update,Notes"
    )
    titles = [TITLES[name] for name in IDS[:12] if name in TITLES] + ["Turn on what no list knows"]
    total = sum(size(number)[1] for number, _ in enumerate(titles))
    rows = []
    for number, title in enumerate(titles):
        points, most = size(number)
        licence, state = ("No" if number in (4, 6) else "Yes"), ("Completed" if points == most else "To address")
        rows.append(
            f'{number + 1},"{title}",+{100 * most / total:.2f}%,\t{points}/{most},{state},No,{licence},Identity,'
            "Microsoft Entra ID,5/2/2026,None,"
        )
    (folder.folder / "export.csv").write_text("\ufeff" + "\r\n".join([header, *rows, ""]), encoding="utf-8", newline="")
    run_here("import", "export.csv", "--date", str(EXPORTED), cwd=folder.folder, expect=0)
    (folder.folder / "export.csv").unlink()


def two_years_with_a_gap(folder: Repository) -> None:
    """A day each from November 2024 to November 2026 but for half a year; the last month was backfilled.

    One recommendation was done all the time, one since spring 2025, one until the gap, one never; one risk is accepted.
    """
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    for day in days:
        if not GAP[0] <= day <= GAP[1]:
            folder.write(f"snapshots/{day.year}/{day}.json", json.dumps(stored_day(day), default=float))
    profiles = [
        {"id": name, "title": f"Title of {name}", "maxScore": 10, "controlStateUpdates": []} for name in IDS[:4]
    ]
    catalogue = {"collected": {}, "descriptions": {}, "profiles": profiles}
    folder.write("snapshots/catalogue.json", json.dumps(catalogue))
    folder.write(f"decisions/{IDS[3]}.md", accepted(IDS[3]))


def stored_day(day: date) -> dict[str, Any]:
    """A day of `two_years_with_a_gap` as `snapshots/` holds it."""
    points = {
        IDS[0]: 10,
        IDS[1]: 10 if day >= date(2025, 4, 1) else 4,
        IDS[2]: 0,
        IDS[3]: 5,
        IDS[4]: 10 if day < GAP[0] else 0,
    }
    backfilled = day > LAST - timedelta(days=30)
    return {
        "collected": {"complete": not backfilled, "source": "backfill" if backfilled else "graph"},
        "maximum": {name: [10, "Default"] for name in points},
        "secureScore": {
            "currentScore": sum(points.values()),
            "maxScore": 50,
            "controlScores": [{"controlName": name, "score": given} for name, given in points.items()],
        },
    }


def size(number: int) -> tuple[int, int]:
    """Points and maximum of the recommendation with a number: most are open, some done, some half done."""
    most = (2, 4, 6, 8, 10)[number % 5]
    return (most if number % 3 == 0 else most // 2 if number % 7 == 0 else 0), most


def measured(name: str, points: int, most: int) -> dict[str, Any]:
    """The score of a recommendation as only the newest day has it."""
    return control(name, points, 100 * points / most, on="true" if points == most else "false")


def planned(name: str) -> str:
    """A change that is due next year."""
    return f"---\nrecommendation: {name}\nbucket: do-soon\nrisk: high\nowner: Head of IT\ndue: 2027-02-01\n---\n"


def accepted(name: str) -> str:
    """A risk that is accepted for some months."""
    reason = "accepted: {rationale: The old scanner stays, approver: Managing Director, until: 2027-03-01}"
    return f"---\nrecommendation: {name}\nbucket: accept\nrisk: medium\nowner: Head of IT\n{reason}\n---\n"


def save(folder: Repository, *answers: dict[str, Any]) -> None:
    """Import saved answers of Graph."""
    names = [f"answer-{number}.json" for number, _ in enumerate(answers)]
    for name, answer in zip(names, answers, strict=True):
        folder.write(name, json.dumps(answer, default=float))
    run_here("import", *names, cwd=folder.folder, expect=0)
    for name in names:
        (folder.folder / name).unlink()


TENANTS: dict[str, Callable[[Repository], None]] = {
    "one old day": one_old_day,
    "5 of 232 scores": five_of_232,
    "a portal CSV": portal_csv,
    "two years with a gap": two_years_with_a_gap,
}
"""What makes each of them, by its name."""


def made(name: str, root: Path) -> Path:
    """The folder of a tenant, committed."""
    folder = Repository(root)
    TENANTS[name](folder)
    folder.write("backlog.yml", "organisation: A company\n")
    folder.commit("Begin", f"{COMMITTED}T12:00:00+00:00")
    return root


@cache
def facts_of(root: Path) -> Facts:
    """What the pages of a folder are made from."""
    workspace = load(root, today=COMMITTED)
    return evaluate(workspace, workspace.newest_day, months=None)


@cache
def pages_of(root: Path) -> dict[str, str]:
    """Every page by its path, as a person reads it."""
    documents = site_documents(facts_of(root), ())
    return {page.path: words(page.content.decode("utf-8")) for page in documents if page.path.endswith(".md")}
