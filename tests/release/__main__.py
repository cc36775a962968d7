# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.release FOLDER [--tag TAG]`: makes the files and notes of a release, or says why not.

With a tag, anything that must be true before a release and is not ends the command. Without, it is a rehearsal.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.release import building, changelog

ROOT = Path(__file__).resolve().parents[2]
MAIN = "origin/main"


def tag_faults(repository: Path, tag: str) -> Iterator[str]:
    """Why a tag is not the one to release."""
    version = building.version_of(repository)
    if tag != f"v{version}":
        yield f"The tag is {tag}, the program says {version}. Tag it v{version}, or set __version__ first."
    merged = subprocess.run(
        ["git", "merge-base", "--is-ancestor", "HEAD", MAIN], cwd=repository, capture_output=True, check=False
    )
    if merged.returncode:
        yield f"The commit of {tag} is not on {MAIN}. Tag a commit of the main branch."


def main(arguments: list[str], repository: Path = ROOT) -> int:
    """Run the command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.release", description="Make the files of a release.")
    parser.add_argument("folder", type=Path, help="where to put them")
    parser.add_argument("--tag", default="", help="the tag that is released; empty: a rehearsal")
    parser.add_argument("--repository", default="OWNER/secure-score-backlog", help="OWNER/NAME, for the notes")
    given = parser.parse_args(arguments)
    version = building.version_of(repository)
    text = building.committed(repository, "CHANGELOG.md")
    open_points = [*(tag_faults(repository, given.tag) if given.tag else ()), *changelog.faults(text, version)]
    if open_points:
        print(f"Before v{version} can be released:", file=sys.stderr)
        print("".join(f"  {point}\n" for point in open_points), end="", file=sys.stderr)
        if given.tag:
            return 1
    building.make(repository, given.folder)
    notes = changelog.notes(text, version, given.repository)
    (given.folder / "notes.md").write_text(notes, encoding="utf-8", newline="\n")
    for file in sorted(given.folder.iterdir()):
        print(f"{building.digest(file)}  {given.folder / file.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
