# SPDX-License-Identifier: Apache-2.0
"""The least that any program has to do for the same answers: `python benchmarks/floor.py TENANT PART...`.

Nothing of the product is imported, nothing is checked, no link is refused and no line is known. `all` is one loop of
msgspec over the snapshots, one log of Git and one pass of libyaml over every version of every decision.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOG = (
    *("log", "-z", "--raw", "--no-abbrev", "--no-renames", "--first-parent", "--diff-merges=first-parent"),
    "--format=%x01%H%x1f%P%x1f%aN%x1f%cI%x1f%s%x1f%b",
)


def snapshots(root: Path) -> None:
    """Read every score of every day with msgspec, the fields that count alone."""
    import msgspec  # noqa: PLC0415 - each part pays for its own imports

    control: Any = msgspec.defstruct("Control", [("controlName", str), ("score", float), ("count", str | None, None)])
    score: Any = msgspec.defstruct("Score", [("controlScores", list[control]), ("currentScore", float)])
    maximum = dict[str, tuple[float | None, str | None]]
    day: Any = msgspec.defstruct("Day", [("secureScore", score), ("maximum", maximum)])
    read = msgspec.json.Decoder(day).decode
    total = 0.0
    for path in sorted((root / "snapshots").glob("*/*.json")):
        total += sum(each.score for each in read(path.read_bytes()).secureScore.controlScores)
    assert total


def log(root: Path) -> list[tuple[str, str]]:
    """Path and blob of every version of every decision, from one log of Git."""
    said = subprocess.run(["git", *LOG], cwd=root, stdout=subprocess.PIPE, check=True).stdout
    fields = said.split(b"\0")
    found = [
        (fields[place + 1].decode(), entry.split(b" ")[3].decode())
        for place, field in enumerate(fields)
        if (entry := field.lstrip(b"\n")).startswith(b":")
    ]
    assert found
    return [(path, blob) for path, blob in found if path.startswith("decisions/") and blob.strip("0")]


def blobs(root: Path, identifiers: set[str]) -> dict[str, bytes]:
    """The contents of many objects, from one `cat-file`."""
    names = "".join(f"{each}\n" for each in sorted(identifiers)).encode()
    said = subprocess.run(["git", "cat-file", "--batch"], cwd=root, input=names, stdout=subprocess.PIPE, check=True)
    found, place = {}, 0
    while place < len(said.stdout):
        end = said.stdout.index(b"\n", place)
        name, _, size = said.stdout[place:end].split(b" ")
        place = end + 1 + int(size) + 1
        found[name.decode()] = said.stdout[end + 1 : place - 1]
    return found


def decisions(root: Path) -> None:
    """Read the front matter of every version of every decision with libyaml."""
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415

    for content in blobs(root, {blob for _, blob in log(root)}).values():
        front = content.split(b"\n---\n", 1)[0].removeprefix(b"---\n")
        assert yaml.load(front, Loader=yaml.CSafeLoader)


def replay(root: Path) -> None:
    """The text of every decision at the end of each month, from one log and one `cat-file`."""
    said = subprocess.run(["git", *LOG, "--reverse"], cwd=root, stdout=subprocess.PIPE, check=True).stdout
    now: dict[str, str] = {}
    months: dict[str, dict[str, str]] = {}
    fields = said.split(b"\0")
    month = ""
    for place, field in enumerate(fields):
        entry = field.lstrip(b"\n")
        if entry.startswith(b"\x01"):
            ends = entry.split(b"\x1f")[3][:7].decode()
            if ends != month:
                months[month] = dict(now)
                month = ends
        elif entry.startswith(b":") and fields[place + 1].startswith(b"decisions/"):
            now[fields[place + 1].decode()] = entry.split(b" ")[3].decode()
    months[month] = dict(now)
    contents = blobs(root, {blob for state in months.values() for blob in state.values() if blob.strip("0")})
    assert sum(len(contents[blob]) for state in months.values() for blob in state.values())


def everything(root: Path) -> None:
    """All that a state of the tenant rests on."""
    snapshots(root)
    decisions(root)


PARTS: dict[str, Callable[[Path], object]] = {
    "all": everything,
    "snapshots": snapshots,
    "log": log,
    "decisions": decisions,
    "replay": replay,
}

if __name__ == "__main__":
    PARTS[sys.argv[2]](Path(sys.argv[1]))
