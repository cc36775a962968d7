# SPDX-License-Identifier: Apache-2.0
"""The least that a site can be built from: a folder with a few snapshots, no decision and no settings."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.folders import write
from tests.support.tenants import stored

TENANT = "11111111-2222-3333-4444-555555555555"
ATTACK = "</title><script>alert(1)</script>{: onclick=x } *x*"
"""The title of one recommendation."""


def measured(folder: Path) -> Path:
    """A folder that holds three days of three recommendations, one of them with a hostile title, and no more."""
    (folder / "snapshots" / "2026").mkdir(parents=True)
    for number in (1, 2, 3):
        day = f"2026-10-0{number}"
        scores = {"Safe": (number, 5), "scid_1": (0, 3), "Evil": (1, 2)}
        whole = stored(scores, createdDateTime=f"{day}T00:00:00Z", averageComparativeScores=[])
        whole["collected"] = {"at": f"{day}T05:00:00Z", "by": "0", "complete": True, "source": "graph"}
        write(folder, f"snapshots/2026/{day}.json", json.dumps(whole, default=float))
    profiles = [
        {"id": name, "title": title, "maxScore": most, "service": "EXO",
         "actionUrl": f"https://portal.example/?tid={TENANT}",
         "remediation": f"<p onclick='x'>Do <b>it</b>. <a href='javascript:x'>x</a> {ATTACK}</p>"}
        for name, title, most in (("Safe", "Keep it safe", 5), ("scid_1", "Zebracrossing", 3), ("Evil", ATTACK, 2))
    ]  # fmt: skip
    write(folder, "snapshots/catalogue.json", json.dumps({"collected": {}, "profiles": profiles, "descriptions": {}}))
    return folder
