# SPDX-License-Identifier: Apache-2.0
"""Attested commits a second time, from docs/method.md#attested-commits alone, file by file and commit by commit.

Part of the second implementation: nothing here imports the product.
"""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Plain = dict[str, Any]
FILE = re.compile(r"(?:\./)?((?:[\w-][\w.-]*/)+[\w-][\w.-]*\.[A-Za-z0-9]{1,5})(?:#\S*)?")


def attested(root: Path) -> set[str]:
    """The commits along first parents that a record on file speaks for; the titles of recommendations are not known."""
    line = git(root, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    return {new for old, new in pairwise(line) if decided(root, old, new)} | set(named(root, line))


def git(root: Path, *arguments: str) -> str:
    """What Git says; nothing where it fails."""
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, encoding="utf-8", check=False).stdout


def decided(root: Path, old: str, new: str) -> bool:
    """Decisions and their records, and nothing else."""
    changed = set(git(root, "diff", "--name-only", "--no-renames", old, new).split())
    files = {path for path in changed if re.fullmatch(r"decisions/[^/]+\.md", path)}
    records = {record for path in files if (record := approved(root, path, old, new))}
    return bool(files) and all(approved(root, path, old, new) for path in files) and changed <= files | records


def approved(root: Path, path: str, old: str, new: str) -> str:
    """The record of the approval that a decision brings; empty where it brings none that counts."""
    now, before = front(root, path, new), front(root, path, old)
    approval = group(now).get("approval")
    if not approval or now.get("draft") or approval == group(before).get("approval"):
        return ""
    approver = group(now).get("approver") or group(front(root, f"decisions/{now.get('same_as')}.md", new))["approver"]
    file = FILE.fullmatch(str(approval["record"]))
    there = file and file[1] in git(root, "ls-tree", "-r", "--name-only", new).split()
    text = git(root, "show", f"{new}:{file[1]}") if file else ""
    named_there = re.search(rf"(^|[^\w-]){re.escape(now['recommendation'].lower())}($|[^\w-])", plain(text))
    listed = map(plain, YAML(typ="safe").load(git(root, "show", f"{old}:backlog.yml"))["roles"])
    by, author = plain(approval["by"]), git(root, "log", "-1", "--format=%an", new)
    day = git(root, "log", "-1", "--format=%cs", new).strip()
    holds = (
        *(there, named_there, by == plain(approver), by in listed, by != plain(now["owner"]), by != plain(author)),
        str(approval["on"]) <= day,
    )
    return file[1] if file and all(holds) else ""


def front(root: Path, path: str, commit: str) -> Plain:
    """The front matter of a file in a commit."""
    parts = git(root, "show", f"{commit}:{path}").split("---\n")
    return YAML(typ="safe").load(parts[1]) if len(parts) > 2 else {}


def group(decision: Plain) -> Plain:
    """What has an approver."""
    return decision.get("accepted") or decision.get("covered") or {}


def plain(text: Any) -> str:
    """Without differences of case, blanks and Markdown's marks."""
    return " ".join(re.sub(r"[\\*`]", "", str(text)).lower().split())


def named(root: Path, line: list[str]) -> list[str]:
    """The commits that minutes of somebody else name."""
    found = []
    for path in git(root, "ls-files", "docs/reviews/*.md").split():
        for word in re.findall(r"\b[0-9a-f]{10,40}\b", git(root, "show", f"HEAD:{path}")):
            since = line[-1]
            for commit in reversed(line):
                if word not in git(root, "show", f"{commit}:{path}"):
                    break
                since = commit
            writer = git(root, "log", "-1", "--format=%an|%ae", since).strip().lower().split("|")
            for commit in line:
                author = git(root, "log", "-1", "--format=%an|%ae", commit).strip().lower().split("|")
                if commit.startswith(word) and not set(writer) & set(author) and "[bot]" not in writer[0]:
                    found.append(commit)
    return found
