# SPDX-License-Identifier: Apache-2.0
"""What is left to do by hand: in order, with the values filled in, and honest about the plan."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.data_repository.choices import choose
from secure_score_backlog.data_repository.steps import UNKNOWN, Shell, Sign, Step, steps, unknown_words
from secure_score_backlog.data_repository.tool import parse_tool

TOOL = parse_tool("harbour/secure-score-backlog@0123456789abcdef0123456789abcdef01234567")

AZURE = {"site": "azure", "tenant": "00000000-1111-2222-3333-444444444444"}


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
    assert "--entra-script powershell):" in bash
    assert "backlog doctor --repository harbour/backlog --entra-script powershell > ../entra.ps1\n" in powershell
    assert "--entra-script bash):" in powershell


def test_words_that_are_left_to_replace_are_found() -> None:
    """Names of variables that end alike are none; what is known is filled in."""
    assert unknown_words([Step("", ("gh variable set AZURE_TENANT_ID --repo a/b --body x",))]) == {}
    known = {"repository": "a/b", "tenant": AZURE["tenant"]}
    asked: dict[str, Any] = {"all": {}, "desk": {"plan": "none"}, "app": known, "site": {**known, "site": "azure"}}
    found = {
        word: set(unknown_words(steps(choose({"organisation": "X", **given}, TOOL), "x")))
        for word, given in asked.items()
    }
    assert found == {
        "all": {"OWNER/NAME", "TENANT_ID", "CLIENT_ID"},
        "desk": {"TENANT_ID", "CLIENT_ID", "SHARED"},
        "app": {"CLIENT_ID"},
        "site": {"CLIENT_ID", "YOUR-SITE"},
    }
    assert set().union(*found.values()) == set(UNKNOWN)


def test_issues_are_spoken_of_when_there_is_a_repository() -> None:
    """Nobody can switch them on before."""
    text = told()
    assert text.index("gh repo create") < text.index("issues switched on")


def test_a_missing_tool_comes_first() -> None:
    """Nothing runs without it; the command adds the workflows to the folder, whatever its name."""
    text = told("our score", installed=None)
    assert "backlog init 'our score' --tool" in text.split("git commit")[0]
    assert "--tool" not in told()
