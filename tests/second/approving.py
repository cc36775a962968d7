# SPDX-License-Identifier: Apache-2.0
"""How an approval is known, judged a second time from docs/method.md#approvals, record by record.

Part of the second implementation: nothing here imports the product.
"""

from __future__ import annotations

import re
import subprocess
from typing import Any

from ruamel.yaml import YAML

from tests.second.answers import Answer
from tests.second.archive import Archive, Change, settings_of

Plain = dict[str, Any]
FILE = re.compile(r"(?:\./)?((?:[\w-][\w.-]*/)+[\w-][\w.-]*\.[A-Za-z0-9]{1,5})(?:#\S*)?")


def folded(text: Any) -> str:
    """A role without differences of case and blanks."""
    return " ".join(str(text).split()).lower()


def approval(archive: Archive, change: Change, answer: Answer, *words: str) -> Plain:
    """Kind and reason, and what goes with them, of the commit that brought an answer; `words`: its id and title."""
    commit = change.commit or ""
    fact = archive.told["commits"].get(commit)
    request = archive.told["pull_requests"].get(fact["pull_request"]) if fact else None
    found: Plain = {
        "kind": "named",
        "by": None,
        "on": None,
        "record_on_file": None,
        "record_names_it": None,
        "pull_request": request["number"] if request else None if fact else change.pull_request,
        "confirmed": request is not None,
        "commit": commit or None,
    }
    role, attested = answer.reason["approver"], answer.reason.get("approval")
    review, reason = on_github(archive, commit, fact, request, folded(role))
    if review:
        return found | {"kind": "approved", "by": role, "on": review["at"][:10], "reason": None}
    if attested:
        held = record(archive, commit, str(attested["record"]))
        wrong = [
            name
            for name, holds in (
                ("other-attested", folded(attested["by"]) != folded(role)),
                ("record-later", commit and str(attested["on"]) > change.day.isoformat()),
                ("record-missing", held == ""),
            )
            if holds
        ]
        if not wrong:
            said = {"kind": "attested", "by": attested["by"], "on": str(attested["on"])}
            known = {"record_on_file": held is not None, "record_names_it": mentioned(held, words) if held else None}
            return found | said | known | {"reason": reason}
        reason = wrong[0]
    return found | {"reason": reason}


def record(archive: Archive, commit: str, named: str) -> str | None:
    """What a file held in a commit, "" where it was not there; None for what is no file of the repository."""
    path = FILE.fullmatch(named.strip())
    if not path or not commit:
        return None
    command = ["git", "show", f"{commit}:{path[1]}"]
    asked = subprocess.run(command, cwd=archive.root, capture_output=True, check=False)
    return asked.stdout.decode() or "\n" if asked.returncode == 0 else ""


def mentioned(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text holds an id or a title, not as a part of a longer word."""

    def plain(said: str) -> str:
        return folded(re.sub(r"[\\*`]", "", said.replace("\u2019", "'")))

    return any(re.search(rf"(^|[^\w-]){re.escape(plain(word))}($|[^\w-])", plain(text)) for word in words if word)


def on_github(
    archive: Archive, commit: str, fact: Plain | None, request: Plain | None, role: str
) -> tuple[Plain | None, str | None]:
    """The review that counts, or why none does."""
    if not commit:
        return None, "uncommitted"
    if fact is None:
        return None, "not-asked" if archive.told["commits"] or names_github(archive) else "no-github"
    if request is None:
        return None, "no-pull-request"
    if not request["merge_commit"] or request["head"] == commit:
        return None, "pushed"
    where = settings_before(archive, commit).get("repository") or ""
    where = where if isinstance(where, dict) else {"address": where}
    if where.get("address") and request["base"] != where.get("branch", "main"):
        return None, "other-base"
    logins = roles_before(archive, commit).get(role, set())
    tries: list[tuple[int, str]] = []
    for review in request["reviews"]:
        if review["state"] == "approved":
            failed = first_failure(review, request, logins)
            if failed is None:
                return review, None
            tries.append(failed)
    return None, max(tries, key=lambda each: each[0])[1] if tries else "no-review"


def names_github(archive: Archive) -> bool:
    """Whether the settings of today name a repository, or a login for some role."""
    file = archive.root / "backlog.yml"
    settings = (YAML(typ="safe").load(file.read_text(encoding="utf-8")) if file.is_file() else None) or {}
    return bool(settings.get("repository")) or any((settings.get("roles") or {}).values())


def first_failure(review: Plain, request: Plain, logins: set[str]) -> tuple[int, str] | None:
    """The first condition that a review does not meet, with its place; None where it meets all."""
    by = review["by"].lower()
    earlier = [each for each in request["reviews"] if each["by"].lower() == by and each["at"] <= request["merged_at"]]
    failures = {
        "deleted-account": not by,
        "own": by == request["author"].lower(),
        "contributor": by in {login.lower() for login in request["contributors"]},
        "late": review["at"] > request["merged_at"],
        "stale": review["commit"] != request["head"],
        "withdrawn": not earlier or earlier[-1]["state"] != "approved",
        "unlisted-role": not logins,
        "other-role": by not in logins,
    }
    return next(((place, name) for place, (name, fails) in enumerate(failures.items()) if fails), None)


def roles_before(archive: Archive, commit: str) -> dict[str, set[str]]:
    """Logins by role in the settings of the commit before."""
    roles: dict[str, set[str]] = {}
    for role, logins in (settings_before(archive, commit).get("roles") or {}).items():
        listed = logins if isinstance(logins, list) else [logins]
        roles.setdefault(folded(role), set()).update(login.lower() for login in listed)
    return roles


def settings_before(archive: Archive, commit: str) -> Plain:
    """The settings of the commit before."""
    place = [known for known, _, _ in archive.commits].index(commit)
    blob = archive.trees[place - 1].get("backlog.yml") if place else None
    return (settings_of(archive.text(blob) or "") if blob else None) or {}


def bringing(versions: list[tuple[Change, Answer | None]]) -> Change:
    """The change that brought the newest answer."""
    newest, last = versions[-1]
    found = newest
    for change, answer in reversed(versions):
        if answer is None or last is None or answer.what != last.what:
            break
        found = change
    return found if bool(found.commit) == bool(newest.commit) else newest
