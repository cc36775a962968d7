# SPDX-License-Identifier: Apache-2.0
"""`backlog remind`: issues on a simulated GitHub, messages to a webhook on loopback, and Markdown."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.webhook import VARIABLE
from tests.support.bare_folder import measured
from tests.support.decision_files import SAFE, accept, plan
from tests.support.loopback import LoopbackServer, Request, Response
from tests.support.running import RunBacklog
from tests.support.simulated_github import HERE, TOKEN, SimulatedGitHub
from tests.support.today import TODAY
from tests.support.workflow_log import active, shown

DAY = timedelta(days=1)
ROLES = "organisation: Harbour\nroles:\n  Head of IT: [owner]\n  Managing Director: [boss]\n"
ASK = (
    "ask:\n  - from: Managing Director\n    since: 2026-10-01\n    question: {question}\n    recommend: Yes, at once.\n"
    "    asked_by: Head of IT\n    default: stays as it is\n"
)


class Stage:
    """A folder with one decision, and GitHub."""

    def __init__(self, folder: Path, github: SimulatedGitHub, backlog: RunBacklog) -> None:
        self.folder = measured(folder / "tenant")
        self.github, self.backlog = github, backlog
        self.write("backlog.yml", ROLES)

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(
        self, *arguments: str, expect: int = 0, hook: str = "", token: str = TOKEN
    ) -> subprocess.CompletedProcess[str]:
        """Run the command in the folder; `hook` is the webhook's address."""
        given = {**self.github.environment, VARIABLE: hook, "GITHUB_TOKEN": token}
        return self.backlog("remind", *arguments, cwd=self.folder, environment=given, expect=expect)

    @property
    def issues(self) -> list[dict[str, Any]]:
        """GitHub's issues, the oldest first."""
        return [self.github.issues[number] for number in sorted(self.github.issues)]

    @property
    def changes(self) -> int:
        """How many requests changed something."""
        return sum(
            r.method == "PATCH" or (r.method == "POST" and r.path.startswith(HERE)) for r in self.github.requests
        )


@pytest.fixture
def stage(tmp_path: Path, backlog: RunBacklog) -> Iterator[Stage]:
    """A risk that was accepted until yesterday."""
    with SimulatedGitHub(page=2) as server:
        found = Stage(tmp_path, server, backlog)
        found.write(SAFE, accept(TODAY - DAY))
        yield found


def logins(issue: dict[str, Any]) -> list[str]:
    """Who is assigned."""
    return [each["login"] for each in issue.get("assignees", ())]


@pytest.mark.parametrize(
    ("text", "begins", "holds"),
    [
        (accept(TODAY - DAY), "Expired: Keep it safe", "Managing Director"),
        (accept(TODAY + 10 * DAY), "Expires soon: Keep it safe", "Managing Director"),
        (plan(due=TODAY - DAY), "Overdue: Keep it safe", "Due date"),
        (plan(ASK.format(question="Fund the relay?")), "A decision is requested: Keep it safe", "Fund the relay"),
    ],
)
def test_each_kind_becomes_one_issue_for_its_role(stage: Stage, text: str, begins: str, holds: str) -> None:
    """The owner's login is assigned, or that of the role that is asked; a second run changes nothing."""
    stage.write(SAFE, text)
    finished = stage.run("--to", "issues")
    (issue,) = stage.issues
    assert issue["title"] == begins
    assert holds in issue["body"]
    assert logins(issue) == (["boss"] if "requested" in begins else ["owner"])
    assert "1 issue created." in finished.stdout
    assert TOKEN not in finished.stdout + finished.stderr
    before = stage.changes
    assert "Every issue is as it should be." in stage.run("--to", "issues").stdout
    assert stage.changes == before


def test_what_has_time_is_no_reminder(stage: Stage) -> None:
    """An acceptance in force, and a plan in time."""
    for text in (accept(TODAY + 40 * DAY), plan(due=TODAY + 40 * DAY)):
        stage.write(SAFE, text)
        assert "Nothing to remind of" in stage.run().stdout
        stage.run("--to", "issues")
    assert stage.issues == []


def test_an_issue_follows_the_facts(stage: Stage) -> None:
    """Expiring becomes expired in the same issue; settled, it is closed; expired anew, it is opened again."""
    stage.write(SAFE, accept(TODAY + 10 * DAY))
    stage.run("--to", "issues")
    stage.write(SAFE, accept(TODAY - DAY))
    assert "1 issue updated." in stage.run("--to", "issues").stdout
    stage.write(SAFE, accept(TODAY + 40 * DAY))
    assert "1 issue closed." in stage.run("--to", "issues").stdout
    (issue,) = stage.issues
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    before = stage.changes
    stage.run("--to", "issues")
    assert stage.changes == before
    stage.write(SAFE, accept(TODAY - DAY))  # the same words as before
    assert "1 issue reopened." in stage.run("--to", "issues").stdout
    (issue,) = stage.issues
    assert issue["state"] == "open"
    assert issue["title"].startswith("Expired")


def test_what_a_person_did_to_an_issue_stays(stage: Stage) -> None:
    """Closed by hand it stays closed, and assigned to somebody else it stays so, until the facts change."""
    stage.run("--to", "issues")
    stage.issues[0]["state"] = "closed"
    stage.run("--to", "issues")
    assert stage.issues[0]["state"] == "closed"
    stage.write(SAFE, plan(due=TODAY - DAY))
    stage.run("--to", "issues")
    assert stage.issues[0]["state"] == "open"
    stage.issues[0]["assignees"] = []
    stage.write(SAFE, accept(TODAY - DAY))
    stage.run("--to", "issues")
    assert (stage.issues[0]["title"][:7], logins(stage.issues[0])) == ("Expired", [])


def test_only_issues_of_the_own_account_are_touched(stage: Stage) -> None:
    """A mark that somebody else copied keeps no reminder away, and their issue is not changed; pages are read."""
    stage.run("--to", "issues")
    copied = stage.issues[0]["body"]
    stage.github.issues.clear()
    for number in range(1, 6):
        stage.github.add_issue(number, "Copied", copied, author="stranger")
    stage.run("--to", "issues")
    assert [each["title"] for each in stage.issues[:5]] == ["Copied"] * 5
    assert stage.issues[5]["title"] == "Expired: Keep it safe"
    assert "as it should be" in stage.run("--to", "issues").stdout
    assert len(stage.issues) == 6


def test_a_login_that_cannot_be_assigned_costs_no_reminder(stage: Stage) -> None:
    """The others are assigned, and the command says who was not."""
    stage.write("backlog.yml", ROLES.replace("[owner]", "[gone, owner, left]"))
    finished = stage.run("--to", "issues")
    assert logins(stage.issues[0]) == ["owner"]
    assert "GitHub did not assign gone, left" in finished.stdout
    assert len(stage.issues) == 1


def test_texts_of_others_are_inert(stage: Stage) -> None:
    """Questions and titles cannot notify anybody, link, close issues or end the mark."""
    hostile = "'@everyone fixes #1 [x](https://evil.example) | -- ![p](https://evil.example/p.png)'"
    stage.write(SAFE, plan(ASK.format(question=hostile)))
    stage.run("--to", "issues")
    body = stage.issues[0]["body"]
    assert body.count("-->") == 1
    assert active(shown(body)) == []
    assert active(shown(stage.run("--to", "markdown").stdout)) == []


def test_a_run_is_bounded_and_the_next_goes_on(stage: Stage) -> None:
    """The most urgent first; what is left is said."""
    for name in ("scid_1", "Evil"):
        stage.write(f"decisions/{name}.md", plan(due=TODAY - DAY).replace("Safe", name))
    finished = stage.run("--to", "issues", "--most", "1")
    assert "2 more changes left" in finished.stdout
    assert [each["title"] for each in stage.issues] == ["Expired: Keep it safe"]
    stage.run("--to", "issues")
    assert len(stage.issues) == 3


def test_a_public_repository_gets_no_issue(stage: Stage) -> None:
    """It would show the world which risks are open; what GitHub does not say counts as public."""
    stage.github.visibility = "public"
    assert "is public" in stage.run("--to", "issues", expect=3).stderr
    stage.github.responders = [lambda r: Response.of_json(200, {}) if r.path == HERE else None]
    assert "unknown who can read" in stage.run("--to", "issues", expect=3).stderr
    assert stage.issues == []


def test_a_dry_run_changes_nothing(stage: Stage) -> None:
    """It names what would be done."""
    finished = stage.run("--to", "issues", "--dry-run")
    assert "1 issue would be created." in finished.stdout
    assert "created: Expired: Keep it safe" in finished.stdout
    assert stage.changes == 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response.of_json(403, {"message": "Resource not accessible by integration"}), "`issues: write`"),
        (Response.of_json(410, {"message": "Issues are disabled for this repo"}), "Settings, General, Features"),
        (
            Response.of_json(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "3600"}),
            "too many requests at once",
        ),
        (Response.of_json(200, {"no": "issue"}), "it is no issue"),
    ],
)
def test_a_refusal_says_what_to_do_and_the_next_run_goes_on(stage: Stage, answer: Response, said: str) -> None:
    """A missing permission, issues that are switched off, a secondary limit, an odd answer."""

    def refuse(request: Request) -> Response | None:
        return answer if request.method == "POST" and request.path == f"{HERE}/issues" else None

    stage.github.responders = [refuse]
    assert said in stage.run("--to", "issues", expect=3).stderr
    stage.github.responders = []
    stage.run("--to", "issues")
    assert len(stage.issues) == 1


def test_programs_get_json(stage: Stage) -> None:
    """The reminders, and what became of the issues."""
    (item,) = json.loads(stage.run("--json").stdout)
    assert (item["kind"], item["recommendation"], item["role"]) == ("expired", "Safe", "Head of IT")
    assert date.fromisoformat(item["day"]) == TODAY - DAY
    summary = json.loads(stage.run("--to", "issues", "--json").stdout)
    assert summary["steps"] == [{"what": "created", "issue": "#1 Expired: Keep it safe"}]


# Webhooks


class Hook(LoopbackServer):
    """A webhook that takes everything."""

    reply = Response(200, {}, b"ok")

    def answer(self, request: Request) -> Response:
        """What it says."""
        return self.reply


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook on loopback."""
    with Hook() as server:
        yield server


def texts(value: Any) -> list[str]:
    """Every text that is shown."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for each in value.values() for text in texts(each)]
    return [text for each in value for text in texts(each)] if isinstance(value, list) else []


def kinds(value: Any) -> set[str]:
    """Every kind of element."""
    if isinstance(value, dict):
        own = {value["type"]} if isinstance(value.get("type"), str) else set()
        return own.union(*(kinds(each) for each in value.values()))
    return set().union(*(kinds(each) for each in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(
    ("target", "elements"),
    [
        ("teams", {"message", "AdaptiveCard", "RichTextBlock", "TextRun"}),  # no TextBlock, which knows Markdown
        ("slack", {"section", "plain_text"}),  # no mrkdwn
    ],
)
def test_a_chat_gets_one_message_of_plain_text(stage: Stage, hook: Hook, target: str, elements: set[str]) -> None:
    """The same facts, as text that neither program reads as Markdown or as a mention; the address is not printed."""
    secret = f"{hook.origin}/services/T0/B0/verysecret?sig=alsosecret"
    stage.write(SAFE, plan(ASK.format(question="'@channel [x](https://evil.example) *now*?'"), due=TODAY - DAY))
    finished = stage.run("--to", target, hook=secret)
    (request,) = hook.requests
    content = json.loads(request.body)
    assert kinds(content) == elements
    assert any("@channel [x](https://evil.example) *now*?" in text for text in texts(content))
    assert any("Overdue" in text for text in texts(content))
    assert "authorization" not in request.headers
    assert "secret" not in finished.stdout + finished.stderr
    assert "Sent 2 reminders." in finished.stdout


@pytest.mark.parametrize("target", ["teams", "slack"])
def test_a_message_is_bounded(stage: Stage, hook: Hook, target: str) -> None:
    """Hundreds of questions with long texts fit what Teams (28 KB) and Slack (50 blocks) take."""
    asks = "".join(ASK.format(question=f"Number {n} " + "long " * 60).removeprefix("ask:\n") for n in range(100))
    stage.write(SAFE, plan(f"ask:\n{asks}"))
    stage.run("--to", target, hook=hook.origin)
    body = hook.requests[0].body
    assert len(body) < 28_000
    assert len(json.loads(body).get("blocks", [])) <= 50
    assert any("And 80 more" in text for text in texts(json.loads(body)))


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Response(404, {}, b"no_team"), "did not take the message (404)"),
        (Response(200, {}, b"Webhook message delivery failed with error: 413"), "did not take the message (200)"),
        (Response(302, {"Location": "https://evil.example/"}, b""), "did not take the message (302)"),
    ],
)
def test_a_message_that_did_not_arrive_fails(stage: Stage, hook: Hook, reply: Response, said: str) -> None:
    """Exit 3, also where Teams answers 200 with an error; sent once, never to another place."""
    hook.reply = reply
    finished = stage.run("--to", "teams", expect=3, hook=f"{hook.origin}/verysecret")
    assert said in finished.stderr
    assert "verysecret" not in finished.stderr
    assert len(hook.requests) == 1


def test_a_webhook_that_cannot_be_reached_does_not_show_its_address(stage: Stage) -> None:
    """Neither path nor host."""
    with Hook() as server:
        gone = server.origin
    finished = stage.run("--to", "slack", expect=3, hook=f"{gone}/verysecret")
    assert "refused the connection" in finished.stderr
    assert not any(part in finished.stderr for part in ("verysecret", "127.0.0.1"))


@pytest.mark.parametrize(
    "address", ["http://chat.example/x", "ftp://x", "xyz", "https:///hook", "https://u:p@chat.example/s"]
)
def test_a_webhook_has_to_be_https(stage: Stage, address: str) -> None:
    """Anything else is refused, unseen."""
    finished = stage.run("--to", "teams", expect=2, hook=address)
    assert "no https address" in finished.stderr
    assert address not in finished.stderr


def test_nothing_is_sent_where_nothing_is_due(stage: Stage, hook: Hook) -> None:
    """No empty message every day; without an address the command says which variable is missing."""
    stage.write(SAFE, accept(TODAY + 40 * DAY))
    assert "nothing was sent" in stage.run("--to", "teams", hook=hook.origin).stdout
    assert hook.requests == []
    assert VARIABLE in stage.run("--to", "teams", expect=3).stderr


def test_text_and_markdown_list_everything(stage: Stage) -> None:
    """On stdout, by kind, each with its id, without asking anybody; only Markdown needs its marks escaped."""
    stage.write(SAFE, plan(ASK.format(question="Fund *it*?")))
    text, markdown = (stage.run("--to", kind, token="").stdout for kind in ("text", "markdown"))
    assert text == stage.run(token="").stdout
    assert "\nA decision is requested\n  - Fund *it*?; Keep it safe (Safe); risk " in text
    assert "\n### A decision is requested\n\n- Fund " in markdown
    assert "*it*" not in markdown
    assert stage.github.requests == []


def test_quiet_is_silent_where_nothing_is_due(stage: Stage) -> None:
    """For a scheduled task, whose every word is a mail."""
    assert "Expired" in stage.run("--quiet").stdout
    stage.write(SAFE, accept(TODAY + 40 * DAY))
    assert stage.run("--quiet").stdout == ""
