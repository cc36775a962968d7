# SPDX-License-Identifier: Apache-2.0
"""Checks of the repository on GitHub: who signs in as what, who can read, who reviews, does the schedule run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from secure_score_backlog import wording
from secure_score_backlog.doctor.checked import Checked, not_checked, ok, refused, warning, wrong
from secure_score_backlog.errors import BacklogError
from secure_score_backlog.github.errors import TooSlow
from secure_score_backlog.github.proposals import SETTING
from secure_score_backlog.github.upkeep import About, Environment, Head, OwnersFault, Run, Scheduled, SubjectForm
from secure_score_backlog.http_client import Unreachable
from secure_score_backlog.settings import ProfileName

OVERDUE = timedelta(days=2)
"""A daily run may be dropped once; then it is a fault."""
STATES = {
    "disabled_inactivity": "GitHub has switched the workflow off, because nothing happened here for 60 days",
    "disabled_manually": "somebody has switched the workflow off",
    "disabled_fork": "GitHub has switched the workflow off, because this is a fork",
}


def github(found: About | BacklogError, repository: str) -> Checked:
    """Whether GitHub shows the repository to this token."""
    if isinstance(found, (Unreachable, TooSlow)):
        return not_checked("github", found)
    if isinstance(found, BacklogError):
        return refused("github", found)
    return ok("github", f"GitHub shows the repository {repository}.")


def forms(repository: str, about: About | BacklogError, tail: str) -> tuple[str, str]:
    """The subject without numbers, and with them, or with words in their place where they are not known."""
    owner, name = repository.split("/")
    of_owner: object = "OWNER_ID"
    of_repository: object = "REPOSITORY_ID"
    if isinstance(about, About) and about.owner_number is not None and about.number is not None:
        of_owner, of_repository = about.owner_number, about.number
    return f"repo:{repository}:{tail}", f"repo:{owner}@{of_owner}/{name}@{of_repository}:{tail}"


def presented_subject(form: SubjectForm | BacklogError, tail: str) -> str:
    """The subject that GitHub presents for the job that collects; empty where that is not known."""
    if isinstance(form, BacklogError) or not form.prefix or not form.usual:
        return ""
    return f"{form.prefix}:{tail}"


def subject(
    repository: str, about: About | BacklogError, form: SubjectForm | BacklogError, tail: str, seen: str
) -> Checked:
    """The subject that the federated credential in Entra has to name, in both forms.

    Args:
        repository: OWNER/NAME.
        about: The repository's numbers, or why they are not known.
        form: Which form GitHub presents, or why that is not known.
        tail: What stands behind the repository: `environment:NAME` or `ref:refs/heads/BRANCH`.
        seen: The subject that GitHub has just presented to this very run; empty where there was none.
    """
    code = "subject"
    plain, numbered = forms(repository, about, tail)
    both = f"Without numbers: {plain}\nWith numbers:    {numbered}"
    if isinstance(form, SubjectForm) and not form.usual:
        what = f"This repository has a template of its own for the subject.\n{both}"
        return warning(code, what, "Compare what a run of the workflow presents with the credential in Entra.")
    expected = presented_subject(form, tail)
    if seen and expected and seen != expected:
        what = f"This run presents another subject than the workflow that collects does.\nThis run: {seen}\n{both}"
        return warning(code, what, f"The federated credential has to name: {expected}.")
    known = expected or seen
    if known:
        return ok(
            code, f"GitHub presents, and the federated credential has to name, letter for letter: {known}\n{both}"
        )
    why = form.message if isinstance(form, BacklogError) else "GitHub does not say which form it presents."
    fix = (
        f"Which form it is: gh api repos/{repository}/actions/oidc/customization/sub --jq .sub_claim_prefix. The "
        f"numbers: gh api repos/{repository} --jq '[.owner.id, .id]'."
    )
    return not_checked(code, f"{why}\n{both}", fix)


def environment(name: str | None, found: Environment | BacklogError | None, branch: str) -> Checked:
    """Whether the environment of the job that collects is for the main branch only.

    Args:
        name: Of the environment; empty: the job has none; None: no workflow collects.
        found: The environment; None: there is none; or why it is not known.
        branch: The main branch.
    """
    code = "environment"
    if name is None:
        return not_checked(code, "No workflow here runs `backlog collect`.")
    if not name:
        what = f"The job that collects has no environment: Entra trusts every run on the branch {branch}."
        return ok(code, what)
    if isinstance(found, BacklogError):
        return not_checked(code, found)
    make = f"Settings, Environments, {name}: Deployment branches and tags, Selected branches, add the rule {branch}."
    if found is None:
        return wrong(code, f"There is no environment {name}: the first run makes one that any branch can use.", make)
    if not found.limited:
        return wrong(code, f"Every branch can use the environment {name}, and so sign in as the app.", make)
    return ok(code, f"Only chosen branches can use the environment {name}.")


def main_branch(head: Head | BacklogError | None, branch: str, *, contained: bool, ahead: bool) -> Checked:
    """Whether the clone has what GitHub has.

    Args:
        head: The tip of the main branch on GitHub; None: there is none; or why it is not known.
        branch: Its name.
        contained: Whether what is checked out here holds it.
        ahead: Whether the main branch here holds more.
    """
    code = "main-branch"
    if isinstance(head, BacklogError):
        return not_checked(code, head)
    if head is None:
        return wrong(code, f"GitHub has no branch {branch}.", "Push it: git push --set-upstream origin HEAD.")
    if not contained:
        what = f"What is checked out here lacks commit {head.commit[:10]}, the newest of {branch} on GitHub."
        return wrong(code, what, f"Run `git fetch origin`, then `git merge origin/{branch}`.")
    if ahead:
        return warning(code, f"The branch {branch} here holds commits that GitHub lacks.", "Push them.")
    return ok(code, f"What is checked out here holds the newest commit of {branch} on GitHub.")


def code_owners(
    here: str | None,
    faults: Sequence[OwnersFault] | BacklogError | None,
    roles: Mapping[str, Collection[str]],
    *,
    wanted: bool,
) -> Checked:
    """Whether reviews of decisions are asked of somebody whose approval counts.

    Args:
        here: CODEOWNERS of this folder; None: there is none.
        faults: What GitHub does not understand in it; None: GitHub has no such file; or why that is not known.
        roles: The logins of each role, as the settings list them.
        wanted: Whether the plan has code owners, and the main branch is protected.
    """
    code = "code-owners"
    fix = "Name a login or a team in .github/CODEOWNERS: each needs write access. Then merge it."
    lines = [line for line in (here or "").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        if not wanted:
            return not_checked(code, "There are no code owners here, and the main branch needs none.")
        return wrong(code, "CODEOWNERS names nobody: no rule asks anybody to review a decision.", fix)
    if isinstance(faults, BacklogError):
        return not_checked(code, faults)
    if faults is None:
        return wrong(code, "GitHub has no CODEOWNERS on the main branch.", "Merge the one of this folder.")
    if faults:
        first = faults[0]
        more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        what = f"GitHub does not understand CODEOWNERS: line {first.line}, {first.kind}{more}."
        return wrong(
            code, what, "Mend it: until then the owners that it names may not be asked. Each owner needs write access."
        )
    listed = {login.lower() for logins in roles.values() for login in logins}
    asked = dict.fromkeys(word for line in lines for word in line.partition("#")[0].split()[1:] if word[0] == "@")
    unlisted = [login for login in asked if "/" not in login and login[1:].lower() not in listed]
    if unlisted:
        what = f"CODEOWNERS asks {wording.joined(unlisted)} for reviews, and no role of backlog.yml lists "
        what += f"{'that login' if len(unlisted) == 1 else 'these logins'}: such an approval counts for no role."
        return warning(code, what, "List each login below its role in backlog.yml (`roles`), without the @.")
    return ok(code, "GitHub understands CODEOWNERS.")


def readers(public: bool | BacklogError, pages: bool | BacklogError | None, profile: str) -> Checked:
    """Whether only those who may can read the site.

    Args:
        public: Whether the world can read the repository, or why that is not known.
        pages: Whether the world can read its GitHub Pages; None: they are not switched on; or why that is not known.
        profile: Of the site.
    """
    code = "readers"
    if profile == ProfileName.PUBLIC:
        return ok(code, "The site is of the profile public: anybody may read it.")
    if isinstance(public, BacklogError):
        return not_checked(code, public)
    if public:
        what = f"The repository is public: anybody can read its decisions. The site is of the profile {profile}."
        return wrong(code, what, "Settings, General, Danger Zone, Change visibility: private.")
    if isinstance(pages, BacklogError):
        return not_checked(code, pages)
    if pages:
        what = (
            f"Anybody on the internet can read GitHub Pages of this repository. The site is of the profile {profile}."
        )
        return wrong(code, what, "Settings, Pages, Visibility: Private (Enterprise Cloud), or Unpublish site.")
    where = "GitHub Pages is switched off" if pages is None else "those who can read it can read its GitHub Pages"
    return ok(code, f"The repository is private, and {where}.")


def actions(may: bool | BacklogError, *, reviews: bool) -> Checked:
    """Whether workflows may do with pull requests what they need, and no more.

    Args:
        may: Whether they may create and approve them, which is one setting; or why that is not known.
        reviews: Whether a workflow here opens the pull request of the monthly review.
    """
    code = "actions"
    where = f"Settings, Actions, General, {SETTING}"
    if isinstance(may, BacklogError):
        return not_checked(code, may)
    if reviews and not may:
        what = "The workflow of the monthly review may not open its pull request."
        return wrong(code, what, f"{where}: on. Let rules demand a code owner's approval: no workflow is one.")
    if may and not reviews:
        return warning(code, "Workflows may approve pull requests, and none here needs to open one.", f"{where}: off.")
    what = "Workflows may open the pull request of the review." if may else "Workflows cannot approve pull requests."
    return ok(code, what)


def schedule(found: Scheduled | BacklogError | None, file: str | None, now: datetime) -> Checked:
    """Whether the daily run still starts and succeeds.

    Args:
        found: The workflow; None: GitHub has none of this file; or why that is not known.
        file: The name of its file; None: no workflow here collects.
        now: The time now.
    """
    code = "schedule"
    if file is None:
        return not_checked(code, "No workflow here runs `backlog collect`.")
    if isinstance(found, BacklogError):
        return not_checked(code, found)
    if found is None:
        fix = "Push it to the main branch: only there a schedule counts."
        return wrong(code, f"GitHub has no workflow {file}.", fix)
    run_it = f"Run it: gh workflow run {file}."
    if found.state != "active":
        why = STATES.get(found.state, "the workflow is not active")
        return wrong(
            code, f"The schedule of {file} does not run: {why}.", f"Switch it on: gh workflow enable {file}. {run_it}"
        )
    if found.last is None:
        return wrong(code, f"The schedule of {file} has not started any run yet.", f"{run_it} Then wait for a night.")
    return last_run(found.last, file, now)


def last_run(last: Run, file: str, now: datetime) -> Checked:
    """When the schedule started its last run, and how that ended."""
    code = "schedule"
    when = f"{wording.day(last.at.date())}, {last.at:%H:%M} UTC"
    if now - last.at > OVERDUE:
        what = f"The schedule of {file} started its last run on {when}."
        fix = f"Run it: gh workflow run {file}. If none starts by itself: change the line `cron` and merge it."
        return wrong(code, what, fix)
    if last.done and last.conclusion == "skipped":
        what = f"The run of {when} did nothing: its job was skipped."
        return wrong(code, what, "Set the variables AZURE_TENANT_ID and AZURE_CLIENT_ID of the repository.")
    if last.done and last.conclusion != "success":
        what = f"The run of {when} ended with {last.conclusion or 'an unknown result'}."
        return wrong(code, what, f"Read its log: gh run list --workflow {file}.")
    return ok(code, f"The schedule of {file} started its last run on {when}.")
