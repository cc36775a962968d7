# SPDX-License-Identifier: Apache-2.0
"""A service owner who knows no Git: from a recommendation's page to an approval on the register.

Each step is what a person does in a browser. GitHub's editor is played by a commit of what its address holds, with the
answers typed in; the check runs as it is written; review and merge are the simulated GitHub's.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from secure_score_backlog import wording
from tests.support.act import run_workflow
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.simulated_github import TOKEN, SimulatedGitHub

PAGE = "recommendations/aatp-unsecuredomain.html"
REVIEWED = datetime(2026, 11, 21, 10, tzinfo=UTC)
UNTIL = datetime.now(UTC).date() + timedelta(days=150)
"""The check asks the real clock."""
ANSWERS = {
    "reduces": "Settings of the domain that let everybody add machines",
    "owner": "Security Administrator",
    "impact": "None for users",
    "prerequisites": "A maintenance window of the domain controllers",
    "proof": "The recommendation stays at full points for a month",
    "  rationale": "The window is in spring, when the old controllers are replaced",
    "  approver": "Head of IT",
    "  until": UNTIL.isoformat(),
    "  compensating": "New machines are reported weekly",
}


def propose_link(page: str, label: str) -> str:
    """The address behind a button."""
    found = re.search(rf'href="([^"]+)"[^>]*>\s*{label}\s*<', page)
    assert found, page
    return html.unescape(found[1])


def typed(draft: str) -> str:
    """The draft as a person fills it in: an answer behind each colon, and the line `draft` deleted."""
    lines = [line for line in draft.splitlines() if line != "draft: true"]
    for key, answer in ANSWERS.items():
        place = lines.index(f"{key}:")
        lines[place] = f"{key}: {answer}"
    return "\n".join(lines) + "\n"


def test_from_the_page_to_the_register(small_seed: Repository, tmp_path: Path, backlog: RunBacklog) -> None:
    """The button holds the whole draft; the check is green and says what is agreed; the register shows who approved."""
    seed, root = small_seed, small_seed.folder
    backlog("build", "--root", root, expect=0)
    page = (root / "build" / "site" / PAGE).read_text(encoding="utf-8")
    asked = parse_qs(urlsplit(propose_link(page, "Accept the risk")).query)
    (path,), (draft,) = asked["filename"], asked["value"]
    with SimulatedGitHub() as github:
        for commit in seed.git("rev-list", "HEAD").split():
            github.commit(commit)
        seed.git("switch", "--quiet", "--create", "patch-1")
        seed.write(path, typed(draft))
        seed.commit(f"Create {path}", "2026-11-21T09:00:00+00:00")
        pull = github.open_pull(seed, "patch-1", "harbour-security")
        seed.git("update-ref", f"refs/pull/{pull.number}/merge", "patch-1")
        seed.git("switch", "--quiet", "main")
        head = {"ref": "patch-1", "repo": {"full_name": github.environment["GITHUB_REPOSITORY"]}}
        request = {"number": pull.number, "base": {"ref": "main"}, "head": head}
        run = run_workflow(
            "decisions.yml",
            "pull_request",
            {"number": pull.number, "pull_request": request},
            folder=tmp_path / "run",
            origin=root,
            environment={name: value for name, value in github.environment.items() if name != "GITHUB_TOKEN"},
            secrets={"GITHUB_TOKEN": TOKEN},
        )
        assert run.jobs == {"validate": "success", "comment": "success"}, run.output
        (comment,) = github.comments[pull.number]
        for told in (run.summary, comment["body"]):
            assert f"Accepts 1 high risk until {wording.day(UNTIL)}" in told, told
            assert "Head of IT, for 1 acceptance: harbour&#45;head&#45;of&#45;it on GitHub" in told
        github.review(pull, "harbour-head-of-it", REVIEWED)
        github.merge(seed, pull, "harbour-security", REVIEWED + timedelta(hours=1))
        backlog("approvals", "--root", root, environment=github.environment, expect=0)
    backlog("build", "--root", root, expect=0)
    register = (root / "build" / "site" / "register.html").read_text(encoding="utf-8")
    group, _, row = register.partition('<tr id="entry-aatp-unsecuredomain"')
    assert "Approved on GitHub: 1" in group
    row = row.split("</tr>")[0]
    assert wording.day(UNTIL) in row
    assert "Approved on GitHub" in row
    assert "approved by harbour-head-of-it" in (root / "build" / "site" / PAGE).read_text(encoding="utf-8")
