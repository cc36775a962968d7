# SPDX-License-Identifier: Apache-2.0
"""What `backlog status --json` prints, compared with the second implementation: every difference by its place.

Nothing here imports the product: the caller says how it is run.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.second.archive import Archive
from tests.second.insuring import shaped as shaped_answers
from tests.second.reckoning import Reckoning, month_ends

Plain = dict[str, Any]
CLOSE = 1e-9
"""JSON numbers are doubles; ours are exact."""
AS_THEY_ARE = (
    *("as_of", "period", "states", "unrated", "counts", "score", "ledger", "snapshot", "explained", "coverage"),
    *("late", "open"),
)


def shaped(said: Plain) -> Plain:
    """The program's figures in the second implementation's shape."""
    ours = {key: said[key] for key in AS_THEY_ARE}
    if ours["score"]:
        ours["score"] = {key: value for key, value in ours["score"].items() if key != "comparison"}
    ours["top"] = [{key: value for key, value in row.items() if key != "title"} for row in said["top"]]
    for part in ("register", "covered"):
        left_out = ("recommendation",)
        ours[part] = {
            row["recommendation"]: {
                **{key: value for key, value in row.items() if key not in left_out},
                "approval": {key: value for key, value in row["approval"].items() if key != "why"},
            }
            for row in said[part]
        }
    ours["blocked"] = {row["recommendation"]: row["by"] for row in said["blocked"]}
    ours["completed"] = {row["recommendation"]: (row["on"], row["how"]) for row in said["completed"]}
    ours["regressed"] = {(row["recommendation"], row["on"]): row["points"] for row in said["regressed"]}
    ours["asks"] = [(row["recommendation"], row["question"], row["age_days"], row["by"]) for row in said["asks"]]
    ours["decisions_needed"] = [
        (row["kind"], row["recommendation"], row["by"], row["question"] or "") for row in said["decisions_needed"]
    ]
    ours["shadow"] = {row["recommendation"]: row["portal"] for row in said["shadow"]}
    ours["insurance"] = shaped_answers(said["insurance"])
    ours["unrated"] = sorted(said["unrated"])
    ours["stale"] = sorted(row["recommendation"] for row in said["stale"])
    if said["movement"]:
        rows = {
            f"{row['recommendation'] or ''}|{row['part']}": (row["points"], row["percent"])
            for row in said["movement"]["lines"]
        }
        ours["movement"] = {"points": said["movement"]["points"], "percent": said["movement"]["percent"], "lines": rows}
        ours["microsoft"] = {**said["microsoft"], "changes": dict(map(changed, said["microsoft"]["changes"]))}
    return ours


def changed(row: Plain) -> tuple[str, Any]:
    """One of Microsoft's changes by recommendation and kind; what was worded anew as a set."""
    amounts = tuple(row[key] for key in ("on", "points", "percent", "before", "after"))
    return f"{row['recommendation']}|{row['kind']}", set(row["fields"]) if row["kind"] == "re-worded" else amounts


def differences(mine: Any, theirs: Any, place: str = "") -> list[str]:
    """Every place where the two differ."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        found = []
        for key in [*mine, *(key for key in theirs if key not in mine)]:
            found += differences(mine.get(key), theirs.get(key), f"{place}/{key}")
        return found
    if isinstance(mine, list | tuple) and isinstance(theirs, list | tuple) and len(mine) == len(theirs):
        pairs = enumerate(zip(mine, theirs, strict=True))
        return [line for index, (a, b) in pairs for line in differences(a, b, f"{place}/{index}")]
    if isinstance(mine, int | float | Fraction) and isinstance(theirs, int | float):
        return [] if abs(mine - theirs) < CLOSE else [f"{place}: {float(mine)} here, {theirs} there"]
    return [] if mine == theirs else [f"{place}: {mine!r} here, {theirs!r} there"]


def disagreements(root: Path, printed: Callable[..., Plain]) -> list[str]:
    """Today and month by month: every difference between what the program prints and the second implementation."""
    archive = Archive(root)
    newest = archive.newest_day()
    found = differences(Reckoning(archive, newest).status(), shaped(printed(root)), "today")
    for month, end in month_ends(archive, newest):
        found += differences(Reckoning(archive, end).status(), shaped(printed(root, "--month", month)), month)
    return found
