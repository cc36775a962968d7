# SPDX-License-Identifier: Apache-2.0
"""What a data repository depends on, and which of it can be had on which plan of GitHub (docs/adr/0027)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from secure_score_backlog.data_repository.tool import Tool, parse_tool
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.git import Identity
from secure_score_backlog.github.address import REPOSITORY
from secure_score_backlog.settings import LONGEST_NAME, TENANT
from secure_score_backlog.text import shown

CODE_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]{0,38}(/[A-Za-z0-9][A-Za-z0-9_-]{0,99})?")
TENANT_ID = re.compile(str(TENANT.pattern))
LAST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
SNAPSHOTS_BRANCH = "snapshots"
"""Where the scheduled run commits, if the main branch accepts pull requests only."""
BOT = Identity("Backlog snapshots", "snapshots@backlog.invalid")
"""As whom the script of a computer without GitHub commits; no mail reaches the address (RFC 2606)."""
MINUTES = tuple(minute for minute in range(3, 58) if minute % 5)
"""Of an hour: those at which few schedules begin. Full hours and round minutes are crowded."""


class Plan(StrEnum):
    """The plan of the account on GitHub that will own the private repository."""

    FREE = "free"
    TEAM = "team"
    ENTERPRISE = "enterprise"
    NONE = "none"

    @property
    def has_rules(self) -> bool:
        """Whether a private repository can have rulesets, code owners and environments."""
        return self in (Plan.TEAM, Plan.ENTERPRISE)


PLAN_NAMES: Mapping[Plan, str] = {
    Plan.FREE: "GitHub Free",
    Plan.TEAM: "GitHub Pro or Team",
    Plan.ENTERPRISE: "GitHub Enterprise Cloud",
    Plan.NONE: "no GitHub: a computer of your own",
}


class Site(StrEnum):
    """Where the built site can be read."""

    ARTIFACT = "artifact"
    PAGES = "pages"
    AZURE = "azure"
    FOLDER = "folder"
    """Where it was built; nothing is uploaded."""


def sites_of(plan: Plan) -> tuple[Site, ...]:
    """Where a site may be read on a plan, the default first. What would be public is not among them."""
    if plan is Plan.NONE:
        return (Site.FOLDER, Site.AZURE)
    return (Site.ARTIFACT, Site.AZURE, *((Site.PAGES,) if plan is Plan.ENTERPRISE else ()))


class Chat(StrEnum):
    """Where a weekly message goes, by a webhook."""

    NONE = "none"
    TEAMS = "teams"
    SLACK = "slack"


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that the files of a data repository are made from."""

    organisation: str
    plan: Plan = Plan.FREE
    site: Site = Site.ARTIFACT
    protected: bool = False
    """The main branch accepts pull requests only, so snapshots have a branch of their own."""
    repository: str = ""
    """OWNER/NAME on GitHub; empty: not known yet."""
    reviewer: str = ""
    """Who has to review decisions, as CODEOWNERS names them: `@login` or `@organisation/team`; empty: not known yet."""
    tool: Tool | None = None
    """The commit of the tool that workflows use; None: not known."""
    chat: Chat = Chat.NONE
    """Where a weekly message about what is due goes, beside the issues."""
    tenant: str = ""
    """The directory (tenant) ID of Entra; empty: not known yet."""
    after: str = ""
    """In a copy of this project's repository: full id of the last commit that is not ours; empty elsewhere."""

    @property
    def in_copy(self) -> bool:
        """Whether the repository is a copy of this project's, whose workflows use the program beside them."""
        return self.tool is not None and not self.tool.repository

    @property
    def on_github(self) -> bool:
        """Whether workflows run on GitHub."""
        return self.plan is not Plan.NONE

    @property
    def reviewing(self) -> str:
        """The login of who has to review, as `roles` in the settings lists it; empty for a team, or nobody."""
        return "" if "/" in self.reviewer else self.reviewer.removeprefix("@")

    @property
    def branch(self) -> str:
        """The snapshots' own branch; empty where they are on the main branch."""
        return SNAPSHOTS_BRANCH if self.protected else ""

    @property
    def minute(self) -> int:
        """At which its workflows start: by the organisation's name, so that a provider's tenants start apart."""
        digest = hashlib.sha256(self.organisation.encode()).digest()
        return MINUTES[int.from_bytes(digest) % len(MINUTES)]

    def as_json(self) -> dict[str, Any]:
        """For the record of what was written."""
        return {
            "organisation": self.organisation,
            "plan": self.plan.value,
            "site": self.site.value,
            "protected": self.protected,
            "repository": self.repository,
            "reviewer": self.reviewer,
            "tool": str(self.tool) if self.tool else "",
            "chat": self.chat.value,
            "tenant": self.tenant,
            **({"after": self.after} if self.after else {}),
        }


def choose(given: Mapping[str, Any], tool: Tool | None = None) -> Choices:
    """The choices that are given, everything else by safe defaults.

    Args:
        given: By the names of `Choices.as_json`; what is missing or None gets its default.
        tool: The tool, where `given` names none.

    Raises:
        WrongUsage: a value cannot be what it should be, or the plan does not offer what is asked for.
    """
    said = {name: value for name, value in given.items() if value is not None}
    plan = Plan(said.get("plan", Plan.FREE))
    choices = Choices(
        organisation=organisation(said.get("organisation", "")),
        plan=plan,
        site=site_on(plan, said.get("site")),
        protected=bool(said.get("protected", plan.has_rules)),
        repository=repository(said.get("repository", "")),
        reviewer=reviewer(said.get("reviewer", "")),
        tool=parse_tool(said["tool"]) if said.get("tool") else tool,
        chat=Chat(said.get("chat", Chat.NONE)),
        tenant=tenant(said.get("tenant", "")),
        after=_of_form(LAST, said.get("after", ""), "the full id of a commit", "after", "Write all of its digits."),
    )
    refuse_impossible(choices)
    return choices


def organisation(text: str) -> str:
    """The organisation's name; WrongUsage where it cannot be a title."""
    plain = text.strip()
    if not plain:
        raise WrongUsage(
            "The organisation needs a name.", where="--organisation", hint="Name it: --organisation 'Example Ltd'."
        )
    if not plain.isprintable():
        raise WrongUsage(
            f"The name {shown(plain)} contains line breaks or characters that cannot be shown.",
            where="--organisation",
            hint="Type it again on one line, without them.",
        )
    if len(plain) > LONGEST_NAME:
        raise WrongUsage(
            f"The organisation's name has {len(plain)} characters, more than {LONGEST_NAME}.",
            where="--organisation",
            hint="Shorten it: it stands in the title of every page.",
        )
    return plain


def repository(text: str) -> str:
    """OWNER/NAME, or empty; WrongUsage for anything else."""
    return _of_form(REPOSITORY, text, "a repository on GitHub", "--repository", "Write it as OWNER/NAME, without host.")


def reviewer(text: str) -> str:
    """A login or a team with its @, or empty; WrongUsage for anything else."""
    return _of_form(
        CODE_OWNER, text, "a login or a team on GitHub", "--reviewer", "Write it as @login or @organisation/team."
    )


def tenant(text: str) -> str:
    """The ID of a directory in small letters, or empty; WrongUsage for anything else."""
    found = _of_form(
        TENANT_ID,
        text,
        "the ID of a directory",
        "--tenant",
        "Entra shows it as Directory (tenant) ID: 32 digits and letters from a to f, with four hyphens.",
    )
    return found.lower()


def site_on(plan: Plan, said: str | None) -> Site:
    """Where the site is read. Without GitHub, an artifact is what an older record calls the folder."""
    found = Site(said) if said else sites_of(plan)[0]
    return Site.FOLDER if plan is Plan.NONE and found is Site.ARTIFACT else found


def _of_form(form: re.Pattern[str], text: str, what: str, option: str, hint: str) -> str:
    plain = text.strip()
    if plain and not form.fullmatch(plain):
        raise WrongUsage(f"{shown(plain)} is not {what}.", where=option, hint=hint)
    return plain


def refuse_impossible(choices: Choices) -> None:
    """WrongUsage for what a plan does not offer to a private repository."""
    name = PLAN_NAMES[choices.plan]
    if choices.chat is not Chat.NONE and not choices.on_github:
        raise WrongUsage(
            "Without GitHub no workflow sends a message.",
            where="--chat",
            hint=f"Leave it out, and run `backlog remind --to {choices.chat}` from a scheduled task.",
        )
    if choices.site is Site.FOLDER and choices.on_github:
        raise WrongUsage(
            "A workflow on GitHub builds the site on a computer that is deleted afterwards.",
            where="--site",
            hint="Use --site artifact: those who can read the repository download it.",
        )
    if choices.site is Site.AZURE and not choices.tenant:
        raise WrongUsage(
            "Azure Static Web Apps needs to know whose accounts may read the site.",
            where="--tenant",
            hint="Name the directory (tenant) ID of Entra: --tenant ID.",
        )
    if choices.site is Site.PAGES and choices.plan is Plan.NONE:
        raise WrongUsage(
            "GitHub Pages needs a repository on GitHub.",
            where="--site",
            hint="Leave --site out, or name the plan: --plan enterprise.",
        )
    if choices.site is Site.PAGES and choices.plan is not Plan.ENTERPRISE:
        fact = (
            "A private repository on GitHub Free has no GitHub Pages."
            if choices.plan is Plan.FREE
            else f"On {name}, anyone on the internet can read the GitHub Pages of a private repository."
        )
        raise WrongUsage(
            f"{fact} The site shows where you are vulnerable.",
            where="--site",
            hint="Use --site artifact: those who can read the repository download it.",
        )
    if choices.protected and not choices.plan.has_rules:
        fact = (
            "A private repository on GitHub Free cannot have rules, so its main branch cannot be protected."
            if choices.on_github
            else "Without GitHub nothing protects the main branch."
        )
        raise WrongUsage(fact, where="--protected", hint="Use --no-protected, or name another plan: --plan team.")
