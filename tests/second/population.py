# SPDX-License-Identifier: Apache-2.0
"""The population test a second time, from docs/method.md#audit alone: what each commit of the main branch is.

Part of the second implementation: nothing here imports the product.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.second.records import attested

BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
GITHUB = "GitHub <noreply@github.com>"


def kinds(root: Path) -> dict[str, str]:
    """Each commit along first parents, and what it is; the account is the default one."""
    form = "%x01%H%x02%P%x02%an <%ae>%x02%cn <%ce>%x03"
    asked = ["git", "log", "--first-parent", "--diff-merges=first-parent", "--no-renames", "--name-only", "-z"]
    said = subprocess.run([*asked, f"--format={form}"], cwd=root, capture_output=True, check=True).stdout.decode()
    recorded = record(root)
    spoken_for = attested(root) if is_alone(root, recorded) else set()
    found = {}
    for part in said.split("\x01")[1:]:
        head, _, listed = part.partition("\x03")
        commit, parents, author, committer = head.split("\x02")
        files = [name for name in listed.replace("\n", "\0").split("\0") if name]
        found[commit] = kind(commit, parents.split(), (author, committer), files, recorded)
        if found[commit] == "exception" and commit in spoken_for:
            found[commit] = "attested"
    return found


def is_alone(root: Path, recorded: Any) -> bool:
    """There is no GitHub to ask: no repository, no login, and nothing that was ever recorded."""
    settings = YAML(typ="safe").load((root / "backlog.yml").read_text(encoding="utf-8")) or {}
    return not (recorded["commits"] or settings.get("repository") or any((settings.get("roles") or {}).values()))


def kind(commit: str, parents: list[str], people: tuple[str, str], files: list[str], recorded: Any) -> str:
    """The first that applies."""
    by_bot = people[0] == BOT and people[1] in (BOT, GITHUB)
    if by_bot and len(parents) < 2 and files and all(name.startswith("snapshots/") for name in files):
        return "snapshot"
    if not parents:
        return "beginning"
    requests = {each["number"]: each for each in recorded["pull_requests"]}
    number = next((each["pull_request"] for each in recorded["commits"] if each["commit"] == commit), None)
    request = requests.get(number)
    if request is None or request["merge_commit"] == "" or commit == request["head"]:
        return "exception"
    if len(parents) > 1 and parents[1:] != [request["head"]]:
        return "exception"
    return "approved" if any(counts(review, request) for review in request["reviews"]) else "exception"


def counts(review: dict[str, Any], request: dict[str, Any]) -> bool:
    """An approval by somebody else, before the merge, of the final head, and not withdrawn before the merge."""
    wrote = {name.lower() for name in (request["author"], *request["contributors"])}
    who = review["by"].lower()
    before = [each for each in request["reviews"] if each["by"].lower() == who and each["at"] <= request["merged_at"]]
    return (
        review["state"] == "approved"
        and who != ""
        and who not in wrote
        and review["at"] <= request["merged_at"]
        and review["commit"] == request["head"]
        and before[-1]["state"] == "approved"
    )


def record(root: Path) -> Any:
    """What GitHub said; nothing where it was not asked."""
    file = root / "snapshots/approvals.json"
    return json.loads(file.read_text()) if file.is_file() else {"commits": [], "pull_requests": []}
