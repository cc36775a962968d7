# SPDX-License-Identifier: Apache-2.0
"""What is left to do by hand after `backlog init`, in order, with what is known filled in, for one shell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from secure_score_backlog.data_repository.choices import PLAN_NAMES, Chat, Choices, Plan, Site
from secure_score_backlog.text import shell_quoted

ENVIRONMENT = "secure-score"
AZURE = "azure"
"""The environment that holds the deployment token of Azure Static Web Apps."""
CHAT = "chat"
"""The environment that holds the address of the webhook."""
ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
REPOSITORY = "OWNER/NAME"
UNKNOWN: Mapping[str, str] = {
    REPOSITORY: "the repository on GitHub",
    "OWNER/secure-score-backlog@COMMIT": "this program's repository on GitHub, and all 40 digits of a commit of it",
    "LOGIN": "who acts in the first role: the user name on GitHub, without @",
    "OTHER-LOGIN": "who acts in the second role",
    "TENANT_ID": "Directory (tenant) ID, which Entra shows with the app",
    "CLIENT_ID": "Application (client) ID, which Entra shows with the app",
    "OWNER_ID": "number of the repository's owner on GitHub; the step says how to get it",
    "REPOSITORY_ID": "number of the repository on GitHub; the step says how to get it",
    "YOUR-SITE": "the host name of the Static Web App",
    "ID": "the recommendation that is decided: the line below its title in `backlog triage`",
    "YYYY-MM": "the month that is reviewed, such as 2026-10",
    "YYYY-MM-DD": "first and last day of a pack's period, such as 2026-10-01",
    "USER": "the user of Windows who installed `backlog`",
    "SHARED": "the shared repository: its address, or a new folder that colleagues can write",
}
"""Every word of the steps that a person replaces, with its meaning; what it stands for is not known to `init`."""


class Shell(StrEnum):
    """What the printed lines are typed into. Lines without a variable are the same in both."""

    BASH = "bash"
    POWERSHELL = "powershell"

    @property
    def label(self) -> str:
        """As its makers write it."""
        return "Bash" if self is Shell.BASH else "PowerShell"

    @property
    def other(self) -> Shell:
        """The one that the lines are not for."""
        return Shell.POWERSHELL if self is Shell.BASH else Shell.BASH


SCRIPTS: Mapping[Shell, str] = {Shell.BASH: "Azure CLI in Bash", Shell.POWERSHELL: "Microsoft Graph PowerShell"}
"""What the commands that register the app are for."""
ENTRA_FILES: Mapping[Shell, str] = {Shell.BASH: "../entra.sh", Shell.POWERSHELL: "../entra.ps1"}
ENTRA_NEEDS: Mapping[Shell, str] = {
    Shell.BASH: "It needs Azure CLI, signed in: `az login`.",
    Shell.POWERSHELL: "It needs the PowerShell module Microsoft.Graph.Applications, and signs in by itself.",
}
ENTRA_RUNS: Mapping[Shell, str] = {
    Shell.BASH: "bash ../entra.sh",
    Shell.POWERSHELL: "powershell -NoProfile -ExecutionPolicy Bypass -File ../entra.ps1",
}
"""How the file with these commands is run."""
PEOPLE = "Invite who decides (Settings, Collaborators): write access to approve and merge, read access to read."
ISSUES = "Leave its issues switched on, as GitHub makes it (Settings, General, Features): reminders are issues."


class Sign(StrEnum):
    """What in a folder shows that steps were done."""

    ROLES = "roles"
    """The settings name roles."""
    COMMIT = "commit"
    REMOTE = "remote"
    """There is a commit, and a remote repository."""
    SNAPSHOT = "snapshot"
    """Something was collected from Graph, so the app is registered; imported files say nothing about it."""
    DECISION = "decision"
    MONTH = "month"
    """A month is signed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    title: str
    lines: tuple[str, ...]
    shown_by: frozenset[Sign] = frozenset()
    """What has to be found for the step to count as done; empty: nothing in the folder shows that it is."""

    def is_done(self, found: Collection[Sign]) -> bool:
        """Whether the folder shows that it was done."""
        return bool(self.shown_by) and self.shown_by <= set(found)


def steps(choices: Choices, folder: str, shell: Shell = Shell.BASH, *, place: str = "") -> list[Step]:
    """Every step of setting up, the first thing first.

    Args:
        choices: What the repository was made for.
        folder: Its folder, as it is typed after `cd`.
        shell: What the lines are typed into.
        place: Its folder by its whole path.
    """
    if choices.on_github:
        return list(github_steps(choices, folder, shell))
    return list(desk_steps(choices, folder, place or folder, shell))


def unknown_words(told: Sequence[Step]) -> dict[str, str]:
    """The words in some steps that a person has to replace, each with its meaning."""
    text = "\n".join("\n".join(step.lines) for step in told)
    return {word: what for word, what in UNKNOWN.items() if re.search(rf"(?<![A-Z_`-]){word}(?![\w-])", text)}


def with_token(shell: Shell, line: str) -> tuple[str, ...]:
    """A command of this program with the token of `gh`, which is signed in."""
    if shell is Shell.BASH:
        return (f"  GH_TOKEN=$(gh auth token) {line}",)
    return ("  $env:GH_TOKEN = gh auth token", f"  {line}")


def github_steps(choices: Choices, folder: str, shell: Shell) -> Iterator[Step]:
    """For a private repository on GitHub."""
    name = choices.repository or REPOSITORY
    if choices.tool is None:
        yield Step(
            "Name the commit of the tool that the workflows shall use",
            (
                "It is not known where this program was installed from, so no workflow was written. Run, with the",
                "address of this program's repository and a full commit of it:",
                f"  backlog init {shell_quoted(folder)} --tool OWNER/secure-score-backlog@COMMIT",
                "It adds the workflows and changes nothing else.",
            ),
        )
    yield Step(
        "Say who decides and who is reminded, before the first commit", tuple(people(choices)), frozenset({Sign.ROLES})
    )
    yield Step(
        "Commit what was written, and push it to a private repository",
        push(choices, name, folder),
        frozenset({Sign.REMOTE}),
    )
    yield Step(
        "Register an app in Entra (roles: Cloud Application Administrator, and for the consent Privileged Role "
        "Administrator)",
        entra(choices, name, shell),
        frozenset({Sign.SNAPSHOT}),
    )
    yield from settings_steps(choices, name)
    yield Step(
        "Look whether it is all set up",
        (
            *with_token(shell, f"backlog doctor --repository {name}"),
            "It changes nothing, and says of each thing whether it is as it should be, and the fix. Two lines may be",
            "wrong still: `Newest snapshot` until the next step is done, `Schedule` until the night after it.",
        ),
        frozenset({Sign.SNAPSHOT}),
    )
    yield Step(
        "Collect for the first time",
        (
            f"  gh workflow run snapshot.yml --repo {name}",
            "If signing in fails, the run prints the subject that GitHub presented: copy it into the credential. When",
            f"it is done (`gh run watch --repo {name}`), bring what it stored:",
            "  git pull",
            *stored_elsewhere(choices),
        ),
        frozenset({Sign.SNAPSHOT}),
    )
    if choices.site is Site.ARTIFACT:
        yield Step(
            "Read the site",
            (
                "It is the artifact `site` of each run: download it, unpack it, open index.html. Kept for a week. Or,",
                "into a folder outside of the repository that does not exist yet:",
                f"  gh run download --repo {name} --name site --dir ../site",
            ),
        )
    yield Step("Make the first decision", tuple(first_decision()), frozenset({Sign.DECISION}))
    yield Step("Review the first month", tuple(first_review(name)), frozenset({Sign.MONTH}))
    yield Step(
        "Let issues remind of what is due",
        (
            "Every day it runs by itself; on a first day nothing is due. To see before what it would open, change and",
            "close:",
            *with_token(shell, f"backlog remind --to issues --dry-run --repository {name}"),
            "To let it do so now:",
            f"  gh workflow run remind.yml --repo {name}",
        ),
    )
    yield Step("Make a pack for an auditor or an insurer, once there is something to show", tuple(packs(choices, name)))
    yield Step("Know what the plan does not offer", tuple(limits(choices)))
    yield Step(
        "Check that everything is set up, and again whenever something fails",
        (*with_token(shell, f"backlog doctor --repository {name}"), "From the day after on, nothing should be wrong."),
    )


def stored_elsewhere(choices: Choices) -> Iterator[str]:
    """Why the folder stays as it was, where snapshots have a branch of their own."""
    if choices.branch:
        yield "Git may say that nothing changed, and the folder snapshots/ stays empty: what was collected is on the"
        yield f"branch {choices.branch}, where backlog reads it. `backlog status` shows it."


def roles_in_settings(named: str, logins: tuple[str, str]) -> Iterator[str]:
    """What backlog.yml has to say about roles, with the logins of two of them."""
    yield f"In backlog.yml take the # away before `roles:` and its lines, and name {named}:"
    yield "  roles:"
    yield f"    Head of IT: [{logins[0]}]"
    yield f"    Managing Director: [{logins[1]}]"
    yield "Two at least: who approves a decision is another role than its owner."


def people(choices: Choices) -> Iterator[str]:
    """What only the organisation knows; later, a protected branch asks for a pull request to say it."""
    yield from roles_in_settings("each role with its logins, without @", ("LOGIN", choices.reviewing or "OTHER-LOGIN"))
    yield "Issues are assigned to these logins. An approval on GitHub counts where its login stands below the role that"
    yield "the decision names as approver; without that line the approver stays only named, whoever approves."
    if choices.reviewing:
        yield f"{choices.reviewer}, who reviews, stands below the second role: move the login if it acts in another."
        if choices.protected:
            yield "Nobody approves a pull request of their own on GitHub, and here a code owner has to: name"
            yield f"a second login beside {choices.reviewer} in .github/CODEOWNERS, or what {choices.reviewer} proposes"
            yield "waits for ever."
    elif choices.reviewer:
        team = choices.reviewer.removeprefix("@").replace("/", "/teams/")
        yield f"GitHub asks {choices.reviewer} for reviews, and `roles` knows no teams: write each member who approves"
        yield "below the role. Who is in it:"
        yield f"  gh api orgs/{team}/members --jq '.[].login'"
    yield "A role whose holder has no account gets []: its approvals are recorded by minutes, which the decision names."
    if choices.plan.has_rules and not choices.reviewer:
        yield "Name the login or the team that reviews decisions in .github/CODEOWNERS, there with @."


def first_decision() -> Iterator[str]:
    """From the first proposal to the site that shows it as approved."""
    yield "ID is one that `backlog triage` lists:"
    yield "  git switch --create first-decision"
    yield "  backlog decide ID"
    yield "  backlog check"
    yield "  git add decisions"
    yield '  git commit -m "Make the first decision"'
    yield "  git push --set-upstream origin first-decision"
    yield "  gh pr create --fill"
    yield "Somebody else approves and merges it. That starts the workflow site, which records who approved and builds"
    yield "the site. When it is done:"
    yield "  git switch main"
    yield "  git pull"


def first_review(name: str) -> Iterator[str]:
    """From the scaffold of the minutes to a signed month."""
    yield f"  gh workflow run review.yml --repo {name}"
    yield "It proposes the minutes of last month as a pull request. That month has no decision yet: today's belong to"
    yield "this month. When it is done, complete the minutes on its branch:"
    yield "  git fetch origin"
    yield "  git switch review/YYYY-MM"
    yield from minutes()
    yield "  backlog check"
    yield "  git add docs/reviews"
    yield '  git commit -m "Complete the minutes"'
    yield "  git push"
    yield "Somebody else approves and merges it, which signs the month. Then `git switch main` and `git pull`; the"
    yield "newest site shows it."


def minutes() -> Iterator[str]:
    """What people write into the scaffold of the minutes, before they check and commit it."""
    yield "In docs/reviews/YYYY-MM.md, YYYY-MM being last month, fill in three things: the line `Present:` (which roles"
    yield "met, and on which day), below `Decided` what was decided, and below `Actions until next month` who does what"
    yield "by when (roles, not names). Then:"


def push(choices: Choices, name: str, folder: str) -> tuple[str, ...]:
    """The first commit, and the repository on GitHub."""
    if choices.in_copy:
        return (*push_copy(choices, name, folder), PEOPLE, ISSUES)
    return (
        f"  cd {shell_quoted(folder)}",
        "  git add .",
        '  git commit -m "Begin our backlog"',
        f"  gh repo create {name} --private --source . --remote origin",
        *push_branches(choices),
        PEOPLE,
        ISSUES,
    )


def push_branches(choices: Choices) -> Iterator[str]:
    """The main branch and, where they have one, the snapshots' own.

    Not by one push: with `--set-upstream` the last branch named becomes the one that `git pull` reads.
    """
    yield "  git push --set-upstream origin main"
    if choices.branch:
        yield f"  git push origin main:{choices.branch}"
        yield f"The scheduled run commits snapshots to the branch {choices.branch}, which begins here."


def push_copy(choices: Choices, name: str, folder: str) -> Iterator[str]:
    """The same in a copy of this project's repository, which has commits and perhaps a remote already."""
    yield "A fork of a public repository is public, and stays so: what you push there, everybody reads."
    if folder != ".":
        yield f"  cd {shell_quoted(folder)}"
    yield "  git add --all"
    yield '  git commit -m "Begin our backlog"'
    yield "If origin is the program's own repository, keep it under another name, for newer versions:"
    yield "  git remote rename origin upstream"
    yield "If there is no private repository yet:"
    yield f"  gh repo create {name} --private --source . --remote origin"
    yield "If there is one, and no remote leads to it:"
    yield f"  git remote add origin https://github.com/{name}.git"
    yield "So that gh takes this one, and not upstream:"
    yield f"  gh repo set-default {name}"
    yield from push_branches(choices)
    if choices.branch:
        yield "Only if its main branch has commits and rules already, in place of these pushes:"
        yield "  git switch --create begin"
        yield "  git push --set-upstream origin begin"
        yield "  gh pr create --fill"
        yield "and, when it is merged:"
        yield "  git fetch origin"
        yield "  git switch --force-create main origin/main"
        yield f"  git push origin main:{choices.branch}"


def entra(choices: Choices, name: str, shell: Shell) -> tuple[str, ...]:
    """The app registration with its one permission, and who may sign in as it."""
    tail = f"environment:{ENVIRONMENT}" if choices.plan.has_rules else "ref:refs/heads/main"
    owner, _, repository = name.partition("/")
    kind = "the scenario 'Other issuer'"
    return (
        f"A. With the script, for {SCRIPTS[shell]} (for {SCRIPTS[shell.other]}: --entra-script {shell.other}). This",
        "   writes it, with the right subject filled in:",
        *with_token(shell, f"backlog doctor --repository {name} --entra-script {shell} > {ENTRA_FILES[shell]}"),
        f"   {ENTRA_NEEDS[shell]}",
        "   Read it, and run it as somebody with these roles; if a line fails, again:",
        f"  {ENTRA_RUNS[shell]}",
        "   It does all of this step, and prints both IDs for the next one.",
        "B. By hand in the portal (https://entra.microsoft.com), if you do not run the script:",
        "   1. App registrations, New registration: any name, this organisational directory only. Overview shows both",
        "      IDs for the next step.",
        "   2. API permissions: Microsoft Graph, APPLICATION permission SecurityEvents.Read.All, and remove User.Read.",
        "      Grant admin consent (role: Privileged Role Administrator).",
        f"   3. Certificates & secrets, Federated credentials: {kind}. No client secret is needed.",
        f"        Issuer:   {ISSUER}",
        f"        Audience: {AUDIENCE}",
        f"        Subject:  repo:{owner}@OWNER_ID/{repository}@REPOSITORY_ID:{tail}",
        "                  in repositories created, renamed or transferred after 15 July 2026; the numbers:",
        f"                  gh api repos/{name} --jq '[.owner.id, .id]'",
        f"        or:       repo:{owner}/{repository}:{tail}",
        "                  in older ones. Which form it is:",
        f"                  gh api repos/{name}/actions/oidc/customization/sub --jq .sub_claim_prefix",
    )


def settings_steps(choices: Choices, name: str) -> Iterator[Step]:
    """The settings of the repository on GitHub."""
    yield Step(
        "Say which tenant is meant: two variables of the repository (they are not secrets)",
        (
            "Both IDs are those that the script printed last, or that the app's Overview shows in the portal.",
            f"  gh variable set AZURE_TENANT_ID --repo {name} --body {choices.tenant or 'TENANT_ID'}",
            f"  gh variable set AZURE_CLIENT_ID --repo {name} --body CLIENT_ID",
            "Not variables of an environment: whether the job starts is decided before it has one.",
        ),
        frozenset({Sign.SNAPSHOT}),
    )
    if choices.plan.has_rules:
        yield Step(
            f"Make the environment {ENVIRONMENT}, for the main branch only",
            (
                *only_main(name, ENVIRONMENT),
                "No reviewer: a run at night would wait for one.",
            ),
            frozenset({Sign.SNAPSHOT}),
        )
    if choices.protected:
        yield Step(
            "Protect the branches: import the rulesets, after the first push",
            (
                "Settings, Rules, Rulesets, New ruleset, Import a ruleset, or:",
                f"  gh api repos/{name}/rulesets --input .github/rulesets/main.json",
                f"  gh api repos/{name}/rulesets --input .github/rulesets/{choices.branch}.json",
            ),
        )
    yield Step("Let the review be proposed each month", tuple(review(choices, name)))
    if choices.chat is not Chat.NONE:
        yield Step("Give the address of the chat's webhook", tuple(chat(choices, name)))
    if choices.site is Site.PAGES:
        yield Step(
            "Publish the site with GitHub Pages, for readers of this repository only",
            (
                "Settings, Pages: Source GitHub Actions, Visibility PRIVATE; or:",
                f"  gh api --method POST repos/{name}/pages -f build_type=workflow",
                f"  gh api --method PUT repos/{name}/pages -F public=false",
                "Only then let the workflows publish. Before each upload they look who could read it, and stop where",
                f"that is everybody; mend it, and start again: gh workflow run site.yml --repo {name}",
                f"  gh variable set BACKLOG_DEPLOY_PAGES --repo {name} --body true",
                "After the first run that publishes, open the address in a window in which you are not signed in:",
                f"  gh api repos/{name}/pages --jq .html_url",
                *NOT_READERS,
            ),
        )
    elif choices.site is Site.AZURE:
        yield Step("Publish the site with Azure Static Web Apps, behind Entra", tuple(azure(choices, name)))


NOT_READERS = (
    "Whoever is not signed in to GitHub, or cannot read the repository, sees GitHub's page 404, as if there were no",
    "site. Say so to its readers: sign in to GitHub first, and ask for read access if the page stays.",
)
"""What private GitHub Pages show to everybody else."""


def only_main(name: str, environment: str) -> Iterator[str]:
    """An environment that only the main branch can use: by clicks, or by two lines."""
    yield f"Settings, Environments, New environment: {environment}. Deployment branches and tags: Selected branches"
    yield "and tags, add the rule main. Or:"
    policy = "deployment_branch_policy"
    yield (
        f"  gh api --method PUT repos/{name}/environments/{environment} -F '{policy}[protected_branches]=false' "
        f"-F '{policy}[custom_branch_policies]=true'"
    )
    yield f"  gh api repos/{name}/environments/{environment}/deployment-branch-policies -f name=main"


def review(choices: Choices, name: str) -> Iterator[str]:
    """What GitHub needs before a workflow may open a pull request, and what else that allows."""
    yield "Settings, Actions, General, Workflow permissions: Allow GitHub Actions to create and approve pull"
    yield "requests, and Read repository contents; or:"
    yield (
        f"  gh api --method PUT repos/{name}/actions/permissions/workflow -f default_workflow_permissions=read "
        "-F can_approve_pull_request_reviews=true"
    )
    yield "Where this is refused, the organisation or the enterprise has to allow it first. Without it, the workflow"
    yield "review leaves the branch, fails, and says how to open the pull request by hand."
    if choices.protected:
        yield "With it, a workflow on any branch could also approve a pull request: keep CODEOWNERS filled in, whose"
        yield "review no workflow can give."
        yield "In such a pull request the required check waits: somebody with write access presses Approve workflows"
        yield "to run, or commits the minutes to it."


def chat(choices: Choices, name: str) -> Iterator[str]:
    """The secret that the weekly message needs."""
    place = f"--repo {name}"
    if choices.plan.has_rules:
        yield from only_main(name, CHAT)
        yield "Then, and paste the address when asked:"
        place += f" --env {CHAT}"
    else:
        yield "Paste the address when asked:"
    yield f"  gh secret set BACKLOG_WEBHOOK_URL {place}"
    yield f"  gh workflow run remind.yml --repo {name}"


def behind_entra(choices: Choices) -> Iterator[str]:
    """What Azure needs before it asks for an account of the tenant."""
    yield "1. In Azure: Static Web App, plan STANDARD (on Free it knows no registration of your own), source Other."
    yield "2. In Entra: App registrations, New registration, this organisational directory only, redirect address (Web)"
    yield "   https://YOUR-SITE/.auth/login/aad/callback. Authentication: `ID tokens`. A client secret: note its end."
    yield "3. Static Web App, Environment variables: AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of that registration."
    yield f"   backlog.yml names the tenant already: {choices.tenant}."


def azure(choices: Choices, name: str) -> Iterator[str]:
    """Azure Static Web Apps, and the secret with which a workflow deploys to it."""
    yield from behind_entra(choices)
    place = f"--repo {name}"
    if choices.plan.has_rules:
        first, *lines = only_main(name, AZURE)
        yield f"4. On GitHub: {first}"
        yield from (f"   {line}" for line in lines)
        yield "   Then paste the token when asked (Static Web App, Manage deployment token):"
        place += f" --env {AZURE}"
    else:
        yield "4. Paste the token when asked (Static Web App, Manage deployment token):"
    yield f"     gh secret set AZURE_STATIC_WEB_APPS_API_TOKEN {place}"
    yield "5. Only then:"
    yield f"     gh variable set BACKLOG_DEPLOY_AZURE --repo {name} --body true"
    yield f"     gh workflow run site.yml --repo {name}"
    yield "6. Open the site in a private window: it must ask for an account before it shows anything."


def packs(choices: Choices, name: str) -> Iterator[str]:
    """What the workflow that makes packs can do beyond a pack, and what it needs for that."""
    yield f"  gh workflow run pack.yml --repo {name} -f profile=internal -f from=YYYY-MM-DD -f to=YYYY-MM-DD"
    yield "It is the artifact `pack` of the run; its digest is recorded in snapshots/packs.json. At the beginning of"
    yield "each quarter the workflow makes one by itself."
    yield "To keep each pack for good: Settings, General, Releases, Enable release immutability. Only then:"
    yield f"  gh variable set BACKLOG_RELEASE_PACKS --repo {name} --body true"
    yield "For time stamps, set the variable BACKLOG_TIMESTAMP_URL to the address of an authority that your auditor or"
    yield "insurer accepts."
    if choices.plan is Plan.ENTERPRISE:
        yield "GitHub also attests each digest: gh attestation verify MANIFEST.sha256 --repo " + name


def limits(choices: Choices) -> Iterator[str]:
    """What cannot be had on the plan, for a private repository."""
    yield f"{PLAN_NAMES[choices.plan]}, private repository:"
    if choices.plan is Plan.FREE:
        yield "- no rulesets and no code owners: everybody who may write can also push to main and rewrite its history"
        yield "- no environments: the credential trusts every run on main; a branch cannot use it"
        yield "- no GitHub Pages: the site is an artifact"
    if choices.plan is Plan.TEAM:
        yield "- GitHub Pages would be public on the internet, so the site is an artifact"
    if choices.plan.has_rules and not choices.protected:
        yield "- the main branch is not protected: decisions can be pushed without a pull request"
    if choices.plan is not Plan.ENTERPRISE:
        yield "- no attestations of packs, no API of the audit log"
    if choices.plan is Plan.ENTERPRISE:
        yield "- private GitHub Pages can be read by everybody who can read the repository"


SCRIPT: Mapping[Shell, str] = {Shell.BASH: "scripts/collect.sh", Shell.POWERSHELL: r"scripts\collect.ps1"}
"""What collects every day without GitHub."""
POWERSHELL = "powershell -NoProfile -ExecutionPolicy Bypass -File"
START: Mapping[Shell, str] = {
    Shell.BASH: f"sh {SCRIPT[Shell.BASH]}",
    Shell.POWERSHELL: f"{POWERSHELL} {SCRIPT[Shell.POWERSHELL]}",
}
"""How it is started by hand."""


def desk_steps(choices: Choices, folder: str, place: str, shell: Shell) -> Iterator[Step]:
    """For a computer without GitHub."""
    yield Step("Make a certificate, outside of the repository", tuple(certificate(shell)), frozenset({Sign.SNAPSHOT}))
    yield Step(
        "Register an app in Entra (roles: Cloud Application Administrator, and for the consent Privileged Role "
        "Administrator)",
        (
            "1. App registrations, New registration: any name, this organisational directory only.",
            "2. API permissions: Microsoft Graph, APPLICATION permission SecurityEvents.Read.All. Remove User.Read.",
            "   Grant admin consent.",
            "3. Certificates & secrets, Certificates, Upload certificate: app.cer.",
            "To let a person sign in instead, see the guide:",
            f"  {guide(choices)}",
        ),
        frozenset({Sign.SNAPSHOT}),
    )
    yield Step(
        "Fill in what only you know, before the first commit",
        tuple(filled_in(choices, folder, shell)),
        frozenset({Sign.ROLES, Sign.SNAPSHOT}),
    )
    yield Step(
        "Commit what was written",
        (
            "  git add .",
            '  git commit -m "Begin our backlog"',
            "If Git does not know who you are, it says how to tell it: run its two lines, then commit again.",
        ),
        frozenset({Sign.COMMIT}),
    )
    yield Step(
        "Look whether signing in works",
        (
            f"  {START[shell]} doctor",
            "Only `Newest snapshot` may still be wrong. It also says which day is the certificate's last.",
        ),
        frozenset({Sign.SNAPSHOT}),
    )
    yield Step(
        "Collect for the first time",
        (
            f"  {START[shell]}",
            "It collects the 90 days that Microsoft keeps, commits them, and builds the site, which takes a minute or",
            "two. It says nothing where all went well: open build/site/index.html. For others to read the site, name a",
            "folder on a share in the script, in place of `--output build/site`.",
        ),
        frozenset({Sign.SNAPSHOT}),
    )
    yield Step("Collect every day", tuple(every_day(place, shell)))
    if choices.site is Site.AZURE:
        yield Step(
            "Publish the site with Azure Static Web Apps, behind Entra",
            (
                *behind_entra(choices),
                "4. With the token of the Static Web App (Manage deployment token) in SWA_CLI_DEPLOYMENT_TOKEN:",
                *deploy(shell),
                "5. Open the site in a private window: it must ask for an account before it shows anything.",
                f"6. {SCRIPT[shell]} says where the same lines go for every day; keep the token in a file outside.",
            ),
        )
    yield Step(
        "Make the first decision",
        (
            "Before the approver of an accepted risk or an exemption agrees, it is only named. So write down what was",
            "agreed first, such as in the minutes of this month: a new file docs/reviews/YYYY-MM.md with a line like",
            '"- ID: Managing Director accepts the risk until 2027-03-31". Name that file as the record when `decide`',
            "asks for it: the approval then counts as attested.",
            "ID is one that `backlog triage` lists:",
            "  backlog decide ID",
            "  backlog check",
            "  git add decisions docs",
            '  git commit -m "Make the first decision"',
        ),
        frozenset({Sign.DECISION}),
    )
    yield Step(
        "Review the first month",
        (
            "  backlog review",
            "It writes the facts of last month and a scaffold of its minutes. That month has no decision yet.",
            *minutes(),
            "  backlog check",
            "  git add docs/reviews",
            '  git commit -m "Sign the month"',
            "This commit signs the month.",
        ),
        frozenset({Sign.MONTH}),
    )
    yield Step("Be reminded of what is due", tuple(reminders(place, shell)))
    yield Step(
        "Let colleagues work on it, too (not needed if you work alone)",
        tuple(colleagues(choices)),
        frozenset({Sign.REMOTE}),
    )
    yield Step(
        "Know what is missing without GitHub",
        (
            "- nobody else than the writer of a record says who approved: it counts as attested, not as approved",
            "- `backlog audit` knows of an approval only by its record: commit a decision together with it. Snapshots",
            "  are known by the account of the script",
            "- whoever may write to the folder can rewrite its history: keep the id of the newest commit elsewhere",
        ),
    )
    yield Step(
        "Check that everything is set up, and again whenever something fails",
        (
            f"  {START[shell]} doctor",
            "It changes nothing, and says of each thing whether it is as it should be, and the fix.",
        ),
    )


def certificate(shell: Shell) -> Iterator[str]:
    """Private key and certificate in one file, and the certificate alone."""
    if shell is Shell.POWERSHELL:
        yield "openssl comes with Git:"
        yield "  $env:PATH += ';C:\\Program Files\\Git\\usr\\bin'"
    yield (
        '  openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj /CN=backlog -keyout "$HOME/app.pem" '
        '-out "$HOME/app.pem"'
    )
    yield '  openssl x509 -in "$HOME/app.pem" -out "$HOME/app.cer"'
    yield "app.pem holds the private key: only the task may read it. app.cer is for Entra. From 30 days before its end"
    yield "each run warns that a new one is needed."


def filled_in(choices: Choices, folder: str, shell: Shell) -> Iterator[str]:
    """What is edited before the first commit."""
    if folder != ".":
        yield f"  cd {shell_quoted(folder)}"
    words = "CLIENT_ID" if choices.tenant else "TENANT_ID and CLIENT_ID"
    yield f"In {SCRIPT[shell]} write your own in place of {words}."
    yield from roles_in_settings("the roles that own and approve", ("", ""))


def every_day(place: str, shell: Shell) -> Iterator[str]:
    """How the script is started by itself; `place` is the whole path of the folder."""
    if shell is Shell.BASH:
        yield "`crontab -e`, then this line:"
        yield f"  17 7 * * * {started(place, shell)}"
        yield "A run says nothing where all is well. What it says else, cron mails, where the computer can send mail."
    else:
        yield "As the user who installed `backlog`:"
        yield f"  schtasks /Create /SC DAILY /ST 07:17 /TN Backlog /TR '{started(place, shell)}'"
        yield "It runs while that user is signed in; with /RU USER /RP *, which asks for the password, always."
        yield "A task whose result is not 0 has failed."
    yield "Microsoft keeps 90 days: a day that was missed comes with the next."


def started(place: str, shell: Shell) -> str:
    """The script by its whole path, as a scheduled task starts it."""
    if shell is Shell.BASH:
        return f"sh {shell_quoted(f'{place}/{SCRIPT[shell]}')}".replace("%", r"\%")  # cron breaks lines there
    script = rf"{place}\{SCRIPT[shell]}".replace("'", "''")
    return f"{POWERSHELL} " + (rf"\"{script}\"" if " " in script else script)


def colleagues(choices: Choices) -> Iterator[str]:
    """A repository that several people push to: the task's folder has files, so that Git refuses a push to it."""
    yield "Nobody can push to the folder of the task. So push it to a repository that colleagues reach: an empty one"
    yield "on your Git server, or a new folder on a share, made by"
    yield "  git init --bare --shared --initial-branch=main SHARED"
    yield "Then:"
    if choices.in_copy:
        yield "If origin is the program's own repository, keep it under another name, for newer versions:"
        yield "  git remote rename origin upstream"
    yield "  git remote add origin SHARED"
    yield "  git push --set-upstream origin main"
    yield "From now on the script brings what others pushed, and pushes what it collected. Everybody works in a clone"
    yield "of their own, you too, and leaves the folder of the task to the task:"
    yield "  git clone SHARED our-score"
    yield "There, after each commit:"
    yield "  git pull --rebase"
    yield "  git push"
    yield "Where Git speaks of dubious ownership, it prints the line that says whom to trust."


def reminders(place: str, shell: Shell) -> Iterator[str]:
    """What is due, once a week: as a mail of cron, or in a chat."""
    yield "What expires, is overdue or waits for an answer; on a first day nothing is due:"
    yield "  backlog remind"
    if shell is Shell.BASH:
        yield "Once a week as a mail of cron, by one more line (`crontab -e`); no mail comes where nothing is due:"
        yield f"  47 7 * * 1 {started(place, shell)} remind --quiet"
        yield "Or in a chat: write the address of its webhook, which is a secret, into $HOME/webhook.txt, and end the"
        yield "line with `remind --to teams --quiet`, or `slack`."
    else:
        yield r"Once a week in a chat: write the address of its webhook, which is a secret, into $HOME\webhook.txt."
        yield "Then, with `teams` or `slack`:"
        task = "schtasks /Create /SC WEEKLY /D MON /ST 07:47 /TN BacklogReminders"
        yield f"  {task} /TR '{started(place, shell)} remind --to teams --quiet'"


def guide(choices: Choices) -> str:
    """Where the guide speaks of a computer without GitHub; its address, where that is known."""
    page = "docs/guide/setting-up.md#without-github"
    if choices.in_copy:
        return page
    tool = choices.tool
    return f"https://github.com/{tool.repository}/blob/{tool.commit}/{page}" if tool else f"{page} of the program"


def deploy(shell: Shell) -> Iterator[str]:
    """Upload the site that the script built, unless everybody could read it."""
    upload = "npx --yes '@azure/static-web-apps-cli' deploy build/site --env production"
    if shell is Shell.BASH:
        yield f"     backlog visibility --for azure && {upload}"
    else:
        yield "     backlog visibility --for azure"
        yield f"     if (!$LASTEXITCODE) {{ {upload} }}"
