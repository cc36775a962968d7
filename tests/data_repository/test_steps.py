# SPDX-License-Identifier: Apache-2.0
"""What is left to do by hand: in order, with the values filled in, and honest about the plan."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.data_repository.choices import Choices, choose
from secure_score_backlog.data_repository.steps import UNKNOWN, Shell, Sign, Step, steps, unknown_words
from secure_score_backlog.data_repository.tool import parse_tool

TOOL = parse_tool("harbour/secure-score-backlog@0123456789abcdef0123456789abcdef01234567")

AZURE = {"site": "azure", "tenant": "00000000-1111-2222-3333-444444444444"}
EVERY: tuple[dict[str, Any], ...] = (
    {},
    {"installed": None},
    {"plan": "team", "chat": "slack"},
    {"plan": "enterprise", "site": "pages"},
    AZURE,
    {"plan": "none"},
    {"plan": "none", **AZURE},
)
"""Choices of which every step is told."""


def told(folder: str = "our-score", **given: Any) -> str:
    """Everything that is printed."""
    choices = choose({"organisation": "X", "repository": "harbour/backlog", **given}, given.get("installed", TOOL))
    found = steps(choices, folder, given.get("shell", Shell.BASH))
    return "\n".join("\n".join((step.title, *step.lines)) for step in found)


def test_the_order_is_that_of_a_first_day() -> None:
    """What people name before the first commit, push before rules that would refuse it, variables before the run."""
    text = told(plan="team")
    places = [
        "In backlog.yml take the # away",
        "in .github/CODEOWNERS,",
        "git commit",
        "git push",
        "SecurityEvents.Read.All",
        "gh variable set AZURE_TENANT_ID",
        "rulesets/main.json",
        "backlog doctor --repository harbour/backlog\n",
        "gh workflow run snapshot.yml",
        "gh run download",
        "backlog decide ID",
        "gh pr create",
        "git switch main",
        "gh workflow run review.yml",
        "git switch review/YYYY-MM",
        "gh workflow run remind.yml",
    ]
    found = [text.index(place) for place in places]
    assert found == sorted(found)


@pytest.mark.parametrize("plan", ["free", "team", "enterprise", "none"])
def test_the_last_step_checks_all_others(plan: str) -> None:
    """Whoever has done everything sees whether it was enough."""
    assert " doctor" in told(plan=plan).rpartition("Check that everything is set up")[2]


@pytest.mark.parametrize(("plan", "tail"), [("free", "ref:refs/heads/main"), ("team", "environment:secure-score")])
def test_the_subject_of_the_credential_in_both_forms(plan: str, tail: str) -> None:
    """With an environment where the plan has some, else by branch; with numbers and without; issuer and audience."""
    text = told(plan=plan)
    assert f"repo:harbour/backlog:{tail}" in text
    assert f"repo:harbour@OWNER_ID/backlog@REPOSITORY_ID:{tail}" in text
    assert "https://token.actions.githubusercontent.com" in text
    assert "api://AzureADTokenExchange" in text
    assert "OWNER/NAME" not in text


def test_snapshots_get_their_branch_with_the_first_push() -> None:
    """A protected main branch refuses the scheduled run, so the other branch must be there."""
    assert "git push origin main:snapshots" in told(plan="team")
    assert "main:snapshots" not in told(plan="team", protected=False)


def test_the_main_branch_follows_itself_after_the_first_push(tmp_path: Path) -> None:
    """Else `git pull` would bring snapshots to the main branch, and the first decision would carry them there."""
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "origin"], check=True)
    work = tmp_path / "work"
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", work], check=True)
    lines = re.findall("^ +(git push .*)$", told(plan="team").split("Register an app")[0], re.MULTILINE)
    for line in ["git remote add origin ../origin", "git commit --quiet --allow-empty -m begin", *lines]:
        subprocess.run(shlex.split(line), cwd=work, check=True)
    form = "--format=%(refname:short) %(upstream:short)"
    found = subprocess.run(["git", "branch", form], cwd=work, check=True, capture_output=True, text=True)
    assert found.stdout == "main origin/main\n"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"plan": "free"}, "everybody who may write can also push to main and rewrite its history"),
        ({"plan": "free"}, "no environments"),
        ({"plan": "team"}, "GitHub Pages would be public on the internet"),
        ({"plan": "team", "protected": False}, "the main branch is not protected"),
        ({"plan": "enterprise", "site": "pages"}, "Visibility PRIVATE"),
    ],
)
def test_the_limits_of_the_plan_are_said(given: dict[str, Any], says: str) -> None:
    """Before anybody relies on what is not there."""
    assert says in told(**given)
    assert says not in told(plan="enterprise")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "repos/harbour/backlog/actions/permissions/workflow"),
        ({"plan": "team"}, "keep CODEOWNERS filled in"),
        ({}, "Two at least: who approves a decision is another role than its owner"),
        ({"plan": "team"}, "repos/harbour/backlog/environments/secure-score/deployment-branch-policies -f name=main"),
        ({"plan": "enterprise", "site": "pages"}, "gh api --method PUT repos/harbour/backlog/pages -F public=false"),
        ({"plan": "enterprise", "site": "pages"}, "gh workflow run site.yml"),
        ({"chat": "slack"}, "gh secret set BACKLOG_WEBHOOK_URL --repo harbour/backlog\n"),
        ({"chat": "slack", "plan": "team"}, "gh secret set BACKLOG_WEBHOOK_URL --repo harbour/backlog --env chat"),
        (AZURE, "gh secret set AZURE_STATIC_WEB_APPS_API_TOKEN --repo harbour/backlog\n"),
        ({**AZURE, "plan": "team"}, "AZURE_STATIC_WEB_APPS_API_TOKEN --repo harbour/backlog --env azure"),
        (AZURE, f"gh variable set AZURE_TENANT_ID --repo harbour/backlog --body {AZURE['tenant']}"),
        ({**AZURE, "plan": "none"}, "backlog visibility --for azure && npx"),
    ],
)
def test_each_click_of_a_choice_is_named(given: dict[str, Any], says: str) -> None:
    """With the repository's name, and in the environment where the plan has some."""
    assert says in told(**given)


def test_a_secret_that_is_not_wanted_is_not_named() -> None:
    """Neither a chat nor Azure."""
    assert "gh secret" not in told(plan="enterprise", site="pages")


def test_the_site_is_deployed_to_azure_after_it_is_protected() -> None:
    """The variable that lets the workflow deploy comes after registration, settings and token."""
    text = told(**AZURE)
    places = [text.index(word) for word in ("STANDARD", "AZURE_CLIENT_SECRET", "gh secret", "BACKLOG_DEPLOY_AZURE")]
    assert places == sorted(places)


def test_without_github_nothing_of_github_is_told() -> None:
    """Signing in, committing, collecting, deciding and signing in the order of a first day."""
    text = told(plan="none", repository="")
    assert "gh " not in text
    assert "pull request" not in text
    order = (
        "openssl",
        "SecurityEvents.Read.All",
        "write your own",
        "take the # away",
        "git commit",
        "collect.sh doctor",
        "Collect for the first time",
        "crontab",
        "backlog decide",
        "backlog review",
        "backlog remind",
        "git init --bare",
    )
    places = [text.index(each) for each in order]
    assert places == sorted(places)


@pytest.mark.parametrize("plan", ["free", "team", "none"])
def test_what_a_folder_shows_as_done_is_not_asked_again(plan: str) -> None:
    """Nothing at first; with everything found, only what no folder can show is left."""
    found = steps(choose({"organisation": "X", "plan": plan}, TOOL), "x")
    assert not [step for step in found if step.is_done(())]
    left = "\n".join("\n".join(step.lines) for step in found if not step.is_done(set(Sign)))
    assert not [line for line in ("git commit", "TENANT_ID", "openssl", "backlog decide") if line in left]
    assert "doctor" in left


@pytest.mark.parametrize(
    ("shell", "place", "line"),
    [
        (Shell.BASH, "/srv/our score 50%", r"17 7 * * * sh '/srv/our score 50\%/scripts/collect.sh'"),
        (Shell.POWERSHELL, r"C:\it's here", r"""-File \"C:\it''s here\scripts\collect.ps1\"'"""),
    ],
)
def test_the_task_starts_the_script_by_its_whole_path(shell: Shell, place: str, line: str) -> None:
    """Whatever the folder is called: blanks, quotes, and the mark that cron takes for a line break."""
    choices = choose({"organisation": "X", "plan": "none"})
    assert line in "\n".join(line for step in steps(choices, "x", shell, place=place) for line in step.lines)


@pytest.mark.parametrize("given", [{}, {"plan": "team"}, {"plan": "none"}, AZURE, {**AZURE, "plan": "none"}])
def test_lines_for_powershell_hold_nothing_of_bash(given: dict[str, Any]) -> None:
    """No variable before a command, no `$( )`, no `&&`, no backslash at an end; and nothing of PowerShell for Bash."""
    of_bash = re.compile(r"\$\(|&&|\\$|^ +[A-Z_]+=", re.MULTILINE)
    assert of_bash.findall(told(**given, shell=Shell.POWERSHELL)) == []
    assert "$env:" not in told(**given)
    assert "$LASTEXITCODE" not in told(**given)


def test_both_shells_are_told_the_same_things() -> None:
    """One script that registers the app, and the name of the other."""
    bash, powershell = told(), told(shell=Shell.POWERSHELL)
    assert "GH_TOKEN=$(gh auth token) backlog doctor --repository harbour/backlog --entra-script bash > " in bash
    assert "Microsoft Graph PowerShell: --entra-script powershell)" in bash
    assert "backlog doctor --repository harbour/backlog --entra-script powershell > ../entra.ps1\n" in powershell
    assert "Azure CLI in Bash: --entra-script bash)" in powershell


def listed(choices: Choices, shell: Shell = Shell.BASH) -> set[str]:
    """The words to replace in the steps of some choices."""
    return set(unknown_words(steps(choices, "x", shell)))


def test_words_that_are_left_to_replace_are_found() -> None:
    """Names of variables that end alike are none; what is known is filled in."""
    assert unknown_words([Step("", ("gh variable set AZURE_TENANT_ID --repo a/b --body x",))]) == {}
    known = {"repository": "a/b", "tenant": AZURE["tenant"]}
    asked: dict[str, Any] = {"all": {}, "desk": {"plan": "none"}, "app": known, "site": {**known, "site": "azure"}}
    found = {word: listed(choose({"organisation": "X", **given}, TOOL)) for word, given in asked.items()}
    found["tool"] = listed(choose({"organisation": "X"}))
    found["windows"] = listed(choose({"organisation": "X", "plan": "none"}), Shell.POWERSHELL)
    always, on_github = {"CLIENT_ID", "ID", "YYYY-MM"}, {"OWNER_ID", "REPOSITORY_ID", "YYYY-MM-DD"}
    people = {"LOGIN", "OTHER-LOGIN"}
    assert found == {
        "all": always | on_github | people | {"OWNER/NAME", "TENANT_ID"},
        "desk": always | {"TENANT_ID", "SHARED"},
        "app": always | on_github | people,
        "site": always | on_github | people | {"YOUR-SITE"},
        "tool": always | on_github | people | {"OWNER/NAME", "TENANT_ID", "OWNER/secure-score-backlog@COMMIT"},
        "windows": always | {"TENANT_ID", "SHARED", "USER"},
    }
    assert set().union(*found.values()) == set(UNKNOWN)


NO_PLACEHOLDERS = re.compile(
    r"GH_TOKEN|AZURE_[A-Z_]+|BACKLOG_[A-Z_]+|SWA_CLI_DEPLOYMENT_TOKEN|PATH|HOME|PROGRAM|LASTEXITCODE|GET|POST|PUT|CN|PWD"
    r"|ADT|API|APPLICATION|CLI|IT|SC|ST|TN|TR|RU|RP|DAILY|WEEKLY|MON|D|MANIFEST|SHA256"
)
"""Words in capitals of commands that are typed as they stand."""


@pytest.mark.parametrize("given", EVERY)
def test_no_word_to_replace_is_left_out_of_the_list(given: dict[str, Any]) -> None:
    """In commands, whatever stands in capitals is listed, or typed as it stands."""
    for shell in Shell:
        text = told(**given, shell=shell)
        commands = "\n".join(line for line in text.splitlines() if line.startswith("  "))
        words = re.findall(r"[A-Z]{2,}(?:[-_/][A-Z]+)*", commands)
        listed = set(re.findall(r"[A-Z]+(?:[-_/][A-Z]+)*", " ".join(unknown_words([Step("", (text,))]))))
        assert {word for word in words if not NO_PLACEHOLDERS.fullmatch(word)} <= listed | {"OWNER/NAME"}


def test_whoever_reviews_gets_a_role() -> None:
    """A login stands in the line of a role already; a team's members have to be written, and how they are found."""
    login = told(plan="team", reviewer="@boss")
    assert "    Managing Director: [boss]" in login
    assert "OTHER-LOGIN" not in login
    assert "gh api orgs" not in login
    assert "a second login beside @boss in .github/CODEOWNERS" in login
    assert "a second login" not in told(plan="team", reviewer="@boss", protected=False)
    team = told(plan="team", reviewer="@harbour/owners")
    assert "gh api orgs/harbour/teams/owners/members --jq '.[].login'" in team
    assert "[OTHER-LOGIN]" in team
    for text in (login, team, told()):
        assert "without that line the approver stays only named" in text


@pytest.mark.parametrize("shell", Shell)
def test_one_way_to_register_the_app_can_be_followed_alone(shell: Shell) -> None:
    """The script first and whole, then the portal, without a line of the script among it."""
    (step,) = (each for each in steps(choose({"organisation": "X"}, TOOL), "x", shell) if "Register" in each.title)
    script, _, portal = "\n".join(step.lines).partition("\nB. By hand in the portal")
    assert script.startswith("A. With the script")
    assert "entra." in script.splitlines()[-2]
    assert "Federated" not in script
    assert "--entra-script" not in portal
    assert "Overview shows both" in portal


def test_the_minutes_are_filled_in_and_checked_before_they_are_signed() -> None:
    """Their open lines are named, and `check` comes before the commit, with GitHub and without."""
    for plan in ("free", "none"):
        text = told(plan=plan).partition("Review the first month")[2]
        places = [
            text.index(each) for each in ("`Present:`", "`Actions until", "backlog check", "git add docs/reviews")
        ]
        assert places == sorted(places)


def test_readers_of_a_private_site_are_told_what_others_see() -> None:
    """GitHub's page 404 does not mean that there is no site."""
    assert "page 404" in told(plan="enterprise", site="pages")
    assert "page 404" not in told(plan="enterprise")


def test_issues_are_spoken_of_when_there_is_a_repository() -> None:
    """Nobody can switch them on before."""
    text = told()
    assert text.index("gh repo create") < text.index("issues switched on")


def test_a_missing_tool_comes_first() -> None:
    """Nothing runs without it; the command adds the workflows to the folder, whatever its name."""
    text = told("our score", installed=None)
    assert "backlog init 'our score' --tool" in text.split("git commit")[0]
    assert "--tool" not in told()
