# SPDX-License-Identifier: Apache-2.0
"""`backlog remind`: what is due, as text, as issues on GitHub, or as a message in a chat."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.reminders import Reminder, reminders
from secure_score_backlog.github.address import find_address
from secure_score_backlog.github.client import GitHub, connect
from secure_score_backlog.github.errors import REMINDING, SECONDS
from secure_score_backlog.github.issues import Issue, assign, change_issue, make_issue, own_issues
from secure_score_backlog.github.visibility import Visibility, visibility_of
from secure_score_backlog.reports.reminders import (
    MARK,
    IssueText,
    as_markdown,
    as_slack_message,
    as_teams_card,
    as_text,
    issue_text,
    settled,
)
from secure_score_backlog.webhook import send, webhook_address
from secure_score_backlog.wording import plural
from secure_score_backlog.workspace import load

MOST_CHANGES = 50
"""Issues of one run: GitHub allows 80 new ones a minute."""
CARDS = {"teams": as_teams_card, "slack": as_slack_message}
TEXTS = {"text": as_text, "markdown": as_markdown}
Roles = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of an issue."""

    what: str
    """created, updated, reopened or closed."""
    text: IssueText | None
    issue: Issue | None
    logins: tuple[str, ...] = ()


@dataclass(slots=True)
class Done:
    """What a run did."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    """What was done, and to which issue."""
    not_assigned: list[str] = field(default_factory=list)
    """Logins that GitHub did not assign."""
    unchanged: int = 0
    left: int = 0


@click.command()
@options.root
@options.as_json
@click.option(
    "--to",
    "target",
    type=click.Choice((*TEXTS, "issues", *CARDS)),
    default="text",
    show_default=True,
    help="Text or Markdown on stdout, one issue on GitHub for each, or one message to a webhook of Teams or Slack.",
)
@click.option("--quiet", is_flag=True, help="Print nothing where nothing is due, or where it was sent.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and change nothing.")
@click.option(
    "--most",
    metavar="CHANGES",
    type=click.IntRange(1, 500),
    default=MOST_CHANGES,
    show_default=True,
    help="Make, change or close at most so many issues, the most urgent first; the next run goes on.",
)
@options.repository
@click.option("--verbose", is_flag=True, help="Show each request to GitHub on stderr, without the token.")
def command(
    *,
    root: Path,
    as_json: bool,
    target: str,
    quiet: bool,
    dry_run: bool,
    most: int,
    repository: str | None,
    verbose: bool,
) -> int:
    """Remind of what expires, has expired, is breached, regressed or overdue, and of questions without an answer.

    As of today (UTC).

    \b
    --to issues     One issue on GitHub for each, assigned to the logins of its role (`roles` in backlog.yml), changed
                    when the facts change and closed when it is settled. Needs GITHUB_TOKEN or GH_TOKEN with
                    `issues: write`, and GITHUB_REPOSITORY or --repository. Refused in a public repository.
    --to teams      One message to the webhook in BACKLOG_WEBHOOK_URL, which is never printed.
    --to slack      The same for Slack.
    """  # noqa: D301 - \b keeps the list as it is
    today = options.now().date()
    workspace = load(root, today=today, edited_on=today)
    facts = evaluate(workspace, today)
    found = reminders(facts)
    organisation = facts.settings.organisation
    if target == "issues":
        log = output.say if verbose else lambda _: None
        github = connect(find_address(os.environ, repository, REMINDING), seconds=SECONDS, log=log)
        done = on_github(github, found, facts.settings.roles, most, dry_run=dry_run)
        calm = quiet and not (done.not_assigned or done.left)
        tell(as_summary(done, found), in_words(done, dry_run=dry_run), as_json=as_json, quiet=calm)
        return 0
    if target in CARDS:
        address = "" if dry_run else webhook_address(os.environ)
        content = CARDS[target](found, organisation, today)
        if found and not dry_run:
            send(address, content)
        said = f"Sent {plural(len(found), 'reminder')}." if found else "Nothing to remind of; nothing was sent."
        result: object = {"reminders": len(found), "sent": bool(found) and not dry_run}
        tell(json.loads(content) if dry_run and not as_json else result, said, as_json=as_json or dry_run, quiet=quiet)
        return 0
    said = TEXTS[target](found, organisation, today)
    tell([as_item(each) for each in found], said, as_json=as_json, quiet=quiet and not found)
    return 0


def tell(result: object, said: str, *, as_json: bool, quiet: bool) -> None:
    """Print what was done, or what is due, for programs or for people."""
    if as_json:
        output.product_json(json.dumps(result, indent=2, ensure_ascii=False))
    elif not quiet:
        output.product(said)


def as_item(each: Reminder) -> dict[str, object]:
    """A reminder, for programs."""
    return {
        "kind": each.kind.value,
        "recommendation": each.status.id,
        "title": each.status.title,
        "risk": each.status.risk_word,
        "role": each.role,
        "day": each.day.isoformat() if each.day else None,
        "question": each.ask.question if each.ask else None,
    }


def on_github(github: GitHub, found: Sequence[Reminder], roles: Roles, most: int, *, dry_run: bool) -> Done:
    """Make issues agree with the reminders; each change is told on stderr as it is done."""
    if visibility_of(github) is Visibility.PUBLIC:
        raise CannotProceed(
            f"The repository {github.address.repository} is public: its issues would show open risks to the world.",
            where=github.address.rest(""),
            hint="Nothing was changed. Make it private (Settings, General, Danger Zone), or use --to teams or slack.",
        )
    steps, unchanged = planned(found, own_issues(github), roles)
    done = Done(unchanged=unchanged, left=max(0, len(steps) - most))
    for step in steps[:most]:
        title = step.text.title if step.text else step.issue.title if step.issue else ""
        issue = step.issue if dry_run else take(github, step, done)
        name = f"#{issue.number} {title}" if issue else title
        done.steps.append((step.what, name))
        if not dry_run:
            output.say(f"{step.what.capitalize()}: {name}")
    return done


def planned(found: Sequence[Reminder], issues: Sequence[Issue], roles: Roles) -> tuple[list[Step], int]:
    """What has to be done, the most urgent first, and how many issues stay as they are.

    Of several issues about the same, an open one counts, else the newest. One that a person closed stays closed until
    the facts change.
    """
    known: dict[str, Issue] = {}
    for each in issues:
        mark = MARK.match(each.body)
        if mark and (mark["about"] not in known or known[mark["about"]].state != "open"):
            known[mark["about"]] = each
    steps: list[Step] = []
    unchanged = 0
    wanted = {text.about: (text, each) for each in found for text in [issue_text(each)]}
    for about, (text, reminder) in wanted.items():
        issue = known.get(about)
        logins = reminder.logins(roles)
        if issue is None:
            steps.append(Step("created", text, None, logins))
            continue
        mark = MARK.match(issue.body)
        same = mark is not None and mark["says"] == text.says and mark["state"] == "open"
        if same:
            unchanged += 1
        elif issue.state == "open":
            steps.append(Step("updated", text, issue, logins))
        else:
            steps.append(Step("reopened", text, issue, logins))
    steps += [
        Step("closed", None, each) for about, each in known.items() if about not in wanted and each.state == "open"
    ]
    return steps, unchanged


def take(github: GitHub, step: Step, done: Done) -> Issue:
    """Do one step; the issue as GitHub has it then."""
    text, issue = step.text, step.issue
    if text is None:
        assert issue is not None
        return change_issue(github, issue.number, state="closed", state_reason="completed", body=settled(issue.body))
    if issue is None:
        made = make_issue(github, text.title, text.body, step.logins)
    else:
        made = change_issue(github, issue.number, state="open", title=text.title, body=text.body)
        if step.what == "reopened":
            made = assign(github, made, step.logins)
    if step.what != "updated":  # who was assigned by a person meanwhile stays
        assigned = {login.casefold() for login in made.assignees}
        done.not_assigned += [login for login in step.logins if login.casefold() not in assigned]
    return made


def as_summary(done: Done, found: Sequence[Reminder]) -> dict[str, object]:
    """For programs."""
    return {
        "reminders": len(found),
        "steps": [{"what": what, "issue": name} for what, name in done.steps],
        "unchanged": done.unchanged,
        "left": done.left,
        "not_assigned": sorted(set(done.not_assigned)),
    }


def in_words(done: Done, *, dry_run: bool) -> str:
    """For people."""
    lines = []
    for what in ("created", "updated", "reopened", "closed"):
        count = sum(1 for step, _ in done.steps if step == what)
        if count:
            lines.append(f"{plural(count, 'issue')} {'would be ' if dry_run else ''}{what}.")
    lines += [f"  {what}: {name}" for what, name in done.steps] if dry_run else []
    if not done.steps:
        lines.append("Every issue is as it should be.")
    if done.not_assigned:
        unassigned = ", ".join(sorted(set(done.not_assigned)))
        lines.append(f"GitHub did not assign {unassigned}: no such account, or no access to this repository.")
    if done.left:
        lines.append(f"{plural(done.left, 'more change')} left to the next run (--most).")
    return "\n".join(lines)
