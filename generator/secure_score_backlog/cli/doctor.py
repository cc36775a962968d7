# SPDX-License-Identifier: Apache-2.0
"""`backlog doctor`: one page on whether everything is set up as it should be, and the fix for what is not."""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import click

from secure_score_backlog import __version__
from secure_score_backlog.branches import merge_base
from secure_score_backlog.cli import options, output
from secure_score_backlog.cli.collect import NO_NEW_DAY, TO_ENTER_A_CODE, mask_in_actions
from secure_score_backlog.data_repository.choices import Plan
from secure_score_backlog.data_repository.rulesets import CHECK, main_ruleset, snapshots_ruleset
from secure_score_backlog.data_repository.steps import ENVIRONMENT, SCRIPT, SCRIPTS, START, Shell
from secure_score_backlog.data_repository.tool import installed_tool
from secure_score_backlog.data_repository.written import RECORD, Record, read_record
from secure_score_backlog.doctor import checked, entra_script, on_github, rules, sign_in, support, workflows
from secure_score_backlog.doctor import folder as in_folder
from secure_score_backlog.doctor.checked import GROUPS, Checked, State
from secure_score_backlog.doctor.page import page, signs
from secure_score_backlog.doctor.workflows import Workflow
from secure_score_backlog.errors import BacklogError, CannotProceed
from secure_score_backlog.files import names_in, read_file
from secure_score_backlog.git import Repository, current_branch, open_repository, origin_on_github
from secure_score_backlog.github import upkeep
from secure_score_backlog.github.address import API, find_address, repository_named
from secure_score_backlog.github.client import GitHub, connect
from secure_score_backlog.github.errors import INSPECTING
from secure_score_backlog.github.visibility import Visibility, pages_are_public, visibility_of
from secure_score_backlog.graph import credentials
from secure_score_backlog.graph.client import Place, fetch
from secure_score_backlog.graph.clouds import CLOUDS, Cloud
from secure_score_backlog.graph.credentials import (
    ClientCertificate,
    Credential,
    DeviceCode,
    GitHubIdentity,
    choose_credential,
)
from secure_score_backlog.graph.errors import COLLECTION, COLLECTION_SECONDS
from secure_score_backlog.graph.sign_in import token_for
from secure_score_backlog.graph.tokens import read_claims
from secure_score_backlog.http_client import Deadline, HttpClient, check_address, is_loopback
from secure_score_backlog.problems import Problem
from secure_score_backlog.settings import Settings, load_settings
from secure_score_backlog.snapshots.collect import RunInfo, collect, days_in
from secure_score_backlog.snapshots.store import load_stored
from secure_score_backlog.workspace import load, require_backlog

SECONDS = 120.0
"""How long GitHub may take, for all questions together."""
SECRETS = (
    credentials.SECRET,
    credentials.CERTIFICATE_PASSWORD,
    credentials.TOKEN,
    credentials.REQUEST_TOKEN,
    "GITHUB_TOKEN",
    "GH_TOKEN",
)
"""Variables whose values are never printed."""
SHORTEST_SECRET = 6
"""A shorter text would take words apart; the messages hold no secret anyway."""
WANTS_TO_SIGN_IN = (
    credentials.TENANT,
    credentials.CLIENT,
    credentials.SECRET,
    credentials.CERTIFICATE,
    credentials.TOKEN,
    credentials.REQUEST_URL,
)
"""Where one of these is set, somebody means to sign in."""
OFFLINE = CannotProceed("It needs the network, and --offline forbids it.")
LARGEST_TEXT = 1_000_000
"""Bytes of a workflow or of CODEOWNERS, beyond which it counts as missing."""
OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for it, the first that is there."""

Found = TypeVar("Found")


@click.command()
@options.root
@options.as_json
@click.option("--strict", is_flag=True, help="Exit 1 on warnings too.")
@click.option("--offline", is_flag=True, help="Check only what needs no network.")
@options.repository
@options.verbose
@options.cloud
@options.graph_url
@options.authority
@options.device_code
@options.tenant_id
@options.client_id
@click.option(
    "--entra-script",
    "script",
    type=click.Choice([shell.value for shell in Shell]),
    is_flag=False,
    flag_value=options.shell_here().value,
    help="Check nothing; print the commands that register the app in Entra with its one permission and the federated "
    "credential: for Azure CLI in Bash, or for Microsoft Graph PowerShell. Where none is named, powershell on Windows, "
    "else bash.",
)
def command(
    *,
    root: Path,
    as_json: bool,
    strict: bool,
    offline: bool,
    repository: str | None,
    verbose: bool,
    cloud: str,
    graph_url: str | None,
    authority: str | None,
    device_code: bool,
    tenant: str | None,
    client: str | None,
    script: str | None,
) -> int:
    """Check settings, clone, sign-in, Graph, rules, readers and schedule; say how to mend what is wrong.

    What cannot be looked at, for want of a token, a permission or the network, is "not checked", with the reason.
    Nothing is changed.

    \b
    For Microsoft: --tenant, --client and the variables of `backlog collect`.
    For GitHub:
      GITHUB_REPOSITORY             owner/name, or --repository
      GITHUB_TOKEN or GH_TOKEN      at your desk: what `gh auth token` prints
      GITHUB_API_URL                for GitHub Enterprise

    Exit 0: nothing is wrong. Exit 1: something is; with --strict also warnings.
    """  # noqa: D301 - \b keeps the table as it is
    require_backlog(root)
    secrets = Secrets()
    log = secrets.say if verbose else lambda _: None
    folder = read_folder(root)
    if script:
        shell = Shell(script)
        output.product(entra_script_of(folder, repository, CLOUDS[cloud], shell, log))
        output.say(f"\nThis is for {SCRIPTS[shell]}. For {SCRIPTS[shell.other]}: --entra-script {shell.other}.")
        return 0
    graph = check_address(graph_url or CLOUDS[cloud].graph, "--graph-url")
    login = check_address(authority or CLOUDS[cloud].authority, "--authority")
    now = options.now()
    way = Way(CLOUDS[cloud], graph, login, device_code, offline, secrets, log, options.as_app(tenant, client))
    named = tried(lambda: repository_named(os.environ, repository or repository_of(folder)))
    here = named if isinstance(named, str) and os.environ.get("GITHUB_API_URL", API) == API else ""
    found = list(of_folder(folder, here, now))
    signed = list(of_microsoft(folder, way, now))
    asked = OFFLINE if offline else tried(lambda: ask_github(folder, repository, log))
    if isinstance(asked, BacklogError) and folder.plan is Plan.NONE:
        asked = CannotProceed("This backlog was set up without GitHub.")
    known = named if isinstance(named, str) else ""
    if isinstance(asked, BacklogError) and folder.plan is Plan.NONE:
        found = checked.in_order([*found, *signed, checked.not_checked("github", asked)])
    else:
        found = checked.in_order([*found, *signed, *of_github(folder, known, asked, way.presented, now)])
    found = [checked.without(each, secrets.values) for each in found]
    tell(found, as_json=as_json)
    bad = {State.WRONG, State.WARNING} if strict else {State.WRONG}
    return 1 if any(each.state in bad for each in found) else 0


def tried(ask: Callable[[], Found]) -> Found | BacklogError:
    """What is found, or why it is not."""
    try:
        return ask()
    except BacklogError as error:
        return error


class Secrets:
    """What must never be printed."""

    def __init__(self) -> None:
        """Those of the environment; others are added as they are obtained."""
        self.values = {value for name in SECRETS if len(value := os.environ.get(name, "").strip()) >= SHORTEST_SECRET}

    def add(self, token: str) -> None:
        """Hide a token from now on, also in the log of a workflow."""
        self.values.add(token)
        mask_in_actions(token)

    def say(self, line: str) -> None:
        """Tell the person a line without any of them."""
        output.say(checked.hidden(line, self.values))


# This folder


@dataclass(frozen=True, slots=True)
class Folder:
    """What is read of a folder and of the repository that it lies in."""

    root: Path
    settings: Settings
    problems: tuple[Problem, ...]
    """Of the settings."""
    repository: Repository | BacklogError | None
    record: Record
    workflows: tuple[Workflow, ...]
    dependabot: str | None
    owners: str | None
    """CODEOWNERS."""

    @property
    def plan(self) -> Plan | None:
        """The plan that `backlog init` was told; None: it made nothing here."""
        said = self.record.choices.get("plan")
        return Plan(said) if said else Plan.FREE if self.record.version else None

    @property
    def has_script(self) -> bool:
        """Whether a scheduled task of a computer collects here, by the script that `backlog init` wrote."""
        return (
            self.plan is Plan.NONE and text_of(self.root, SCRIPT[options.shell_here()].replace("\\", "/")) is not None
        )

    @property
    def protected(self) -> bool:
        """Whether the main branch is meant to accept pull requests only."""
        return bool(self.record.choices.get("protected", self.settings.snapshots.branch is not None))

    @property
    def tool(self) -> str:
        """OWNER/NAME of the tool, as recorded; empty: not known."""
        return str(self.record.choices.get("tool") or "").partition("@")[0]

    def tail(self, branch: str) -> str:
        """What stands behind the repository in the subject of the job that collects."""
        environment = workflows.environment_of(self.workflows)
        if environment is None:
            environment = ENVIRONMENT if self.plan is not None and self.plan.has_rules else ""
        return f"environment:{environment.replace(':', '%3A')}" if environment else f"ref:refs/heads/{branch}"


def read_folder(root: Path) -> Folder:
    """What a folder holds for the checks; what cannot be read is missing."""
    settings, problems = load_settings(root)
    repository = tried(lambda: open_repository(root))
    record = text_of(root, RECORD)
    top = root
    if isinstance(repository, Repository) and repository.prefix:  # workflows are those of the whole repository
        top = root.resolve().parents[repository.prefix.strip("/").count("/")]
    found = (f"{workflows.FOLDER}/{name}" for name in names(top, workflows.FOLDER) if name.endswith((".yml", ".yaml")))
    texts = ((path, text) for path in found if (text := text_of(top, path)) is not None)
    return Folder(
        root,
        settings,
        tuple(problems),
        repository,
        (read_record(record.encode()) if record is not None else None) or Record(),
        tuple(workflows.read_workflow(path, text) for path, text in texts),
        next((text for path in workflows.DEPENDABOT if (text := text_of(top, path)) is not None), None),
        next((text for path in OWNERS if (text := text_of(top, path)) is not None), None),
    )


def names(root: Path, path: str) -> list[str]:
    """The names in a folder; none where it cannot be read."""
    try:
        return names_in(root, path)
    except OSError:
        return []


def text_of(root: Path, path: str) -> str | None:
    """The text of a file; None where it is missing or cannot be read."""
    try:
        return read_file(root, path, LARGEST_TEXT).decode("utf-8", "replace")
    except OSError:
        return None


def of_folder(folder: Folder, named: str, now: datetime) -> Iterator[Checked]:
    """The checks that ask nobody; `named` is OWNER/NAME on github.com, or empty."""
    today = now.date()
    unnamed = "" if folder.settings.repository.url else named
    yield in_folder.settings(folder.problems, unnamed)
    opened = folder.repository
    yield in_folder.clone(opened if isinstance(opened, BacklogError) else opened is not None)
    collecting = workflows.collecting(folder.workflows)
    here = START[options.shell_here()] if folder.has_script else "backlog collect"
    run = f"gh workflow run {collecting.file}" if collecting else here
    bring = "git fetch origin" if folder.settings.snapshots.branch else "git pull"
    more = f" If it has run already, bring what it stored: {bring}." if collecting else ""
    yield in_folder.snapshot_age(tried(lambda: newest_day(folder.root, today)), today, f"Run: {run}.{more}")
    if folder.plan is not Plan.NONE or folder.workflows:
        yield workflows.tool_version(folder.workflows, folder.tool, installed_tool())
        yield workflows.upgrades(folder.dependabot, has_workflows=bool(folder.workflows))
    yield support.python((sys.version_info.major, sys.version_info.minor), today)
    yield support.material(today)


def newest_day(root: Path, today: date) -> date | None:
    """The day of the newest stored snapshot."""
    days = load(root, today=today).history.days
    return days[-1].day if days else None


# Microsoft


@dataclass(slots=True)
class Way:
    """How to get to Microsoft Graph."""

    cloud: Cloud
    graph: str
    login: str
    device_code: bool
    offline: bool
    secrets: Secrets
    log: Callable[[str], None]
    environment: Mapping[str, str]
    """Where credentials are taken from."""
    presented: str = ""
    """The subject that GitHub has presented to this run, once it has."""


def of_microsoft(folder: Folder, way: Way, now: datetime) -> Iterator[Checked]:
    """The checks of sign-in and Graph; what lies behind a failed one is not checked."""
    wanted = way.device_code or any(name in way.environment for name in WANTS_TO_SIGN_IN)
    found = tried(lambda: choose_credential(way.environment, device_code=way.device_code))
    yield sign_in.credential(
        found,
        today=now.date(),
        ends=tried(lambda: credentials.last_day(found)) if isinstance(found, ClientCertificate) else None,
        wanted=wanted or os.environ.get("GITHUB_ACTIONS") == "true",
        by_script=f"{START[options.shell_here()]} doctor" if folder.has_script else "",
        workflow=collecting.file if (collecting := workflows.collecting(folder.workflows)) else "",
    )
    if way.offline or isinstance(found, BacklogError):
        why = OFFLINE.message if way.offline else "There is no credential that could be tried."
        yield from (checked.not_checked(code, why) for code in ("token", "permission", "graph"))
        return
    credential = found
    token = tried(lambda: obtain(credential, way))
    claims = token if isinstance(token, BacklogError) else read_claims(token)
    yield sign_in.token(claims)
    if isinstance(token, BacklogError) or isinstance(claims, BacklogError):
        yield from (checked.not_checked(code, "There is no token.") for code in ("permission", "graph"))
        return
    yield sign_in.permission(claims)
    obtained = token
    answer = tried(lambda: ask_graph(folder, way, obtained, now))
    yield sign_in.graph(answer, now.date(), NO_NEW_DAY.days)


def obtain(credential: Credential, way: Way) -> str:
    """A token for Graph. What GitHub presents to Entra is remembered."""
    seconds = TO_ENTER_A_CODE if isinstance(credential, DeviceCode) else COLLECTION_SECONDS
    http = HttpClient(Deadline(seconds, COLLECTION), log=way.log)

    def mask(token: str) -> None:
        way.secrets.add(token)
        if isinstance(credential, GitHubIdentity) and not way.presented:
            way.presented = read_claims(token).subject  # GitHub's own token comes first

    return http.deadline.run(lambda: token_for(credential, way.cloud, way.login, http, output.say, mask))


def ask_graph(folder: Folder, way: Way, token: str, now: datetime) -> sign_in.Answered:
    """Everything that a collection would fetch, in figures; nothing is written."""
    http = HttpClient(Deadline(COLLECTION_SECONDS, COLLECTION), log=way.log)
    pages: list[Place] = []
    answer = http.deadline.run(lambda: fetch(way.graph, token, http, pages.append))
    stored, _ = load_stored(folder.root, answer)
    found = collect(answer, stored, RunInfo(now, __version__, "graph"))
    days = days_in(answer)
    return sign_in.Answered(len(days), max(days), len(answer.profiles or ()), len(pages), found.problems)


# GitHub


def ask_github(folder: Folder, given: str | None, log: Callable[[str], None]) -> GitHub:
    """The repository on GitHub; an error where it is not known which, or there is no token."""
    address = find_address(os.environ, given or repository_of(folder), INSPECTING)
    return connect(address, seconds=SECONDS, log=log)


def repository_of(folder: Folder) -> str | None:
    """OWNER/NAME by the folder's own files, where the environment does not say."""
    if os.environ.get("GITHUB_REPOSITORY", "").strip():
        return None
    url = folder.settings.repository.url
    if url.startswith("https://github.com/") or (url and os.environ.get("GITHUB_API_URL")):
        return "/".join(url.rsplit("/", 2)[-2:])
    return str(folder.record.choices.get("repository") or "") or origin_on_github(folder.root) or None


def of_github(
    folder: Folder, named: str, asked: GitHub | BacklogError, presented: str, now: datetime
) -> Iterator[Checked]:
    """The checks that ask GitHub; `named` is OWNER/NAME, or empty."""
    about = asked if isinstance(asked, BacklogError) else tried(lambda: upkeep.about(asked))
    if isinstance(asked, BacklogError) or isinstance(about, BacklogError):
        yield from without_github(folder, named, asked, about)
        return
    yield on_github.github(about, asked.address.repository)
    yield from of_identity(folder, asked, about, presented)
    yield from of_branches(folder, asked, about.branch)
    yield from of_readers(folder, asked)
    reviews = any(job.proposes for each in folder.workflows for job in each.jobs)
    yield on_github.actions(tried(lambda: upkeep.workflows_may_approve(asked)), reviews=reviews)
    collecting = workflows.collecting(folder.workflows)
    found = tried(lambda: upkeep.schedule_of(asked, collecting.file)) if collecting else None
    yield on_github.schedule(found, collecting.file if collecting else None, now)


def without_github(
    folder: Folder, named: str, asked: GitHub | BacklogError, about: upkeep.About | BacklogError
) -> Iterator[Checked]:
    """What can be said without an answer."""
    if isinstance(about, BacklogError):
        yield checked.not_checked("github", about) if about is asked else on_github.github(about, named)
    why = CannotProceed("GitHub gave no answer." if isinstance(asked, GitHub) else "GitHub was not asked.")
    done = {"github"}
    if named:
        done.add("subject")
        yield on_github.subject(named, why, why, folder.tail(folder.settings.repository.branch), "")
    done.add("code-owners")
    yield on_github.code_owners(folder.owners, why, folder.settings.roles, wanted=folder.protected)
    yield from (checked.not_checked(code, why) for code in GROUPS["GitHub"] if code not in done)


def of_identity(folder: Folder, asked: GitHub, about: upkeep.About, presented: str) -> Iterator[Checked]:
    """As what the workflow signs in, and who can be it."""
    form = tried(lambda: upkeep.subject_form(asked))
    yield on_github.subject(asked.address.repository, about, form, folder.tail(about.branch), presented)
    name = workflows.environment_of(folder.workflows)
    found = tried(lambda: upkeep.environment(asked, name)) if name else None
    yield on_github.environment(name, found, about.branch)


def of_branches(folder: Folder, asked: GitHub, branch: str) -> Iterator[Checked]:
    """Clone and rules of the branches, and who reviews."""
    head = tried(lambda: upkeep.head_of(asked, branch))
    yield compared_with(folder, head, branch)
    found = tried(lambda: rules_in_force(asked, branch, head))
    wanted = main_ruleset()["rules"] if folder.protected else []
    yield rules.rules("rules-main", branch, wanted, found)
    if folder.plan is not None and not folder.plan.has_rules:
        yield checked.not_checked("required-check", "A private repository on this plan has no rules.")
    else:
        yield rules.required_check(found, jobs_of(folder), promised=folder.protected, name=CHECK)
    own = folder.settings.snapshots.branch
    if own is None:
        yield checked.not_checked("rules-snapshots", "Snapshots have no branch of their own.")
    else:
        here = tried(lambda: rules_in_force(asked, own, tried(lambda: upkeep.head_of(asked, own))))
        yield rules.rules("rules-snapshots", own, snapshots_ruleset(own)["rules"], here)
    faults = tried(lambda: upkeep.owners_faults(asked, branch))
    yield on_github.code_owners(folder.owners, faults, folder.settings.roles, wanted=folder.protected)


def rules_in_force(asked: GitHub, branch: str, head: upkeep.Head | BacklogError | None) -> tuple[upkeep.Rule, ...]:
    """The rules of rulesets and of a classic protection together."""
    found = upkeep.rules_of(asked, branch)
    if found or isinstance(head, BacklogError) or head is None or not head.protected:
        return found
    return upkeep.protection_of(asked, branch)


def jobs_of(folder: Folder) -> list[str]:
    """The names of the jobs that run for a pull request."""
    return [job.name for each in folder.workflows if "pull_request" in each.events for job in each.jobs]


def compared_with(folder: Folder, head: upkeep.Head | BacklogError | None, branch: str) -> Checked:
    """Whether the clone holds the newest commit of the main branch."""
    here = folder.repository
    if not isinstance(here, Repository):
        return checked.not_checked("main-branch", "There is no clone with its whole history here.")
    if isinstance(head, BacklogError) or head is None:
        return on_github.main_branch(head, branch, contained=False, ahead=False)
    contained = head.commit in here.sizes([head.commit]) and merge_base(here, head.commit, "HEAD") == head.commit
    ahead = current_branch(folder.root) == branch and here.tip(branch) != head.commit
    return on_github.main_branch(head, branch, contained=contained, ahead=ahead)


def of_readers(folder: Folder, asked: GitHub) -> Iterator[Checked]:
    """Who can read repository and site."""
    public = tried(lambda: visibility_of(asked) is Visibility.PUBLIC)
    yield on_github.readers(public, tried(lambda: pages_are_public(asked)), folder.settings.profile)


# The script


def entra_script_of(folder: Folder, given: str | None, cloud: Cloud, shell: Shell, log: Callable[[str], None]) -> str:
    """The commands for one shell.

    Raises CannotProceed where it is not known which subject GitHub presents: a wrong one is accepted, and fails later.
    """
    if folder.plan is Plan.NONE:
        raise CannotProceed(
            "This backlog was set up without GitHub, so there is no workflow that could be trusted.",
            where=RECORD,
            hint="Register the app by hand, for a person or with a certificate: `backlog init` says how.",
        )
    github = ask_github(folder, given, log)
    host = urlsplit(github.address.api).hostname
    if host != urlsplit(API).hostname and not is_loopback(host):
        raise CannotProceed(
            "It is not known which issuer the tokens of this GitHub name, as GitHub Enterprise Server has its own.",
            where=github.address.api,
            hint="Run the workflow once: where signing in fails, it prints issuer, subject and audience. Register the "
            "app by hand.",
        )
    about, found = upkeep.about(github), upkeep.subject_form(github)
    subject = on_github.presented_subject(found, folder.tail(about.branch))
    if not subject:
        raise CannotProceed(
            "GitHub does not say which subject it presents for this repository."
            if found.usual
            else "This repository has a template of its own for the subject, so it is not known what GitHub presents.",
            where=github.address.rest("actions/oidc/customization/sub"),
            hint="Run the workflow once: where signing in fails, it prints the subject. Register the app by hand.",
        )
    wanted = entra_script.registration(github.address.repository, subject, cloud)
    make = entra_script.for_bash if shell is Shell.BASH else entra_script.for_powershell
    return make(wanted).rstrip("\n")


# The page


def tell(found: Sequence[Checked], *, as_json: bool) -> None:
    """Print the page."""
    counts = {state: sum(each.state is state for each in found) for state in State}
    if as_json:
        content = {
            "schema": "backlog-doctor/1",
            "version": __version__,
            "checks": [each.as_json() for each in found],
            "counts": {state.value: count for state, count in counts.items()},
        }
        output.product_json(json.dumps(content, indent=2, ensure_ascii=False))
        return
    output.product("\n".join(page(found, signs(locale.getencoding()))))
    said = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    output.product(f"\n{said}.")
