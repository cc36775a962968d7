# SPDX-License-Identifier: Apache-2.0
"""Who a site is for: for each kind of reader, the pages that are made and the fields that they may show.

Fields are allow-lists (docs/adr/0009-profiles-are-allow-lists.md). The profile comes from the command line, else from
the settings. A mistake in the settings' `profile` is an error, not the default: the default shows everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from secure_score_backlog.decisions.model import Acceptance, Attestation, Cover, Decision, DecisionHistory
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.evaluation.facts import Facts, Review
from secure_score_backlog.evaluation.ledger import Score
from secure_score_backlog.evaluation.register import RegisterEntry
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.reviews import Minutes
from secure_score_backlog.settings import SETTINGS_PATH, Settings
from secure_score_backlog.site import leaks
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import downloads, insurer_register, insurer_summary, public
from secure_score_backlog.site.reduction import Fields, reduced
from secure_score_backlog.site.registry import NAVIGATION, PageMaker, site_documents
from secure_score_backlog.snapshots.model import Observation, Recommendation, SnapshotDay
from secure_score_backlog.text import nearest
from secure_score_backlog.workspace import Workspace

INSURER_FIELDS: Fields = {
    Settings: "organisation stale_months",
    DecisionHistory: "has_git",
    Version: "path commit at pull_request",
    Review: "month finished minutes",
    Minutes: "month versions",
    Facts: "as_of settings decisions head snapshot score statuses register covered past reviews",
    SnapshotDay: "day complete current maximum path partial",
    Score: "current maximum percent",
    Status: "recommendation state observation decision answered level open_share open_since days_open held_since "
    "days_held days_observed portal_since last_activity",
    Recommendation: "id title maximum in_catalogue",
    Observation: "points maximum portal",
    Decision: "recommendation bucket risk owner due accepted covered draft",
    Acceptance: "approver until compensating share approval",
    Cover: "reason by approver until approval",
    Attestation: "by on",
    RegisterEntry: "status decision state until days_left points renewals since citation approved_by ended",
}
"""Decisions, counts, and accepted risks with role, last day and shortened compensating controls."""

PUBLIC_FIELDS: Fields = {Facts: "as_of settings", Settings: "organisation"}
"""Organisation and as-of date. What else the public page says comes from `public.Statement`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of reader."""

    name: str
    meaning: str
    """For the guide and for `--help`."""
    navigation: tuple[tuple[str, str], ...]
    """Title and document of the site's sections."""
    fields: Fields | None = None
    """The allowed fields; None for readers of the organisation, who see all of them."""

    @property
    def outside(self) -> bool:
        """True for readers who do not belong to the organisation."""
        return self.fields is not None


INTERNAL = Profile("internal", "Everything, for readers of your own organisation.", NAVIGATION)
INSURER = Profile(
    "insurer",
    "Counts, and the risk register with role, last day and compensating controls.",
    (
        (insurer_summary.TITLE, insurer_summary.PATH),
        (insurer_register.TITLE, insurer_register.PATH),
        (downloads.TITLE, downloads.PATH),
    ),
    INSURER_FIELDS,
)
PUBLIC = Profile(
    "public",
    "One page: how regularly decisions are reviewed, how many are in force, whether any has expired.",
    ((public.TITLE, public.PATH),),
    PUBLIC_FIELDS,
)
PROFILES = {profile.name: profile for profile in (INTERNAL, INSURER, PUBLIC)}

SETTINGS_NAMES = (SETTINGS_PATH, "backlog.yaml")
UNREADABLE = ("file-", "yaml-", "settings-file-name")
"""Beginnings of the codes of problems after which it is unknown what the settings say."""


def choose(workspace: Workspace, asked: str | None) -> Profile:
    """The profile of the command line, else of the settings.

    Raises:
        WrongUsage: The profile is unknown, or the settings may mean one and do not say it.
    """
    names = ", ".join(PROFILES)
    if asked is not None:
        if asked not in PROFILES:
            raise WrongUsage(f"There is no profile {asked!r}.", hint=f"Name one of: {names}.")
        return PROFILES[asked]
    source = workspace.settings_source
    of_settings = (problem for problem in workspace.problems if problem.path in SETTINGS_NAMES)
    unsure = [problem for problem in of_settings if problem.code.startswith(UNREADABLE)]
    if unsure:
        raise WrongUsage(
            f"The settings cannot be read, so it is unknown who the site is for. {unsure[0].message}",
            where=f"{unsure[0].path}, line {unsure[0].line}" if unsure[0].line else unsure[0].path,
            hint="Run `backlog check` and fix the file, or name the readers with --profile.",
        )
    value = source.data.get("profile")
    misspelt = [key for key in source.data if key not in ("profile", "profiles") and nearest(key, ["profile"])]
    if (value is not None and value not in tuple(PROFILES)) or (value is None and misspelt):
        key = "profile" if value is not None else str(misspelt[0])
        line = source.line(key)
        raise WrongUsage(
            f"The settings name no known profile: {key}.",
            where=f"{SETTINGS_PATH}, line {line}" if line else SETTINGS_PATH,
            hint=f"Write `profile:` and one of {names}. Until then nothing is built: the default shows everything.",
        )
    return PROFILES[workspace.settings.profile]


def allowed(facts: Facts, profile: Profile) -> Facts:
    """The facts that a profile's readers may see; all their pages are made from this value."""
    return reduced(facts, profile.fields) if profile.fields is not None else facts


def documents(facts: Facts, docs: Iterable[Document], profile: Profile) -> list[Document]:
    """Every document of the site for a profile's readers, by path. Files of `docs/` are for the organisation alone."""
    seen, tenants = allowed(facts, profile), Site.of(facts).tenants
    if profile is INTERNAL:
        return site_documents(seen, docs, tenants=tenants)
    return site_documents(seen, (), makers=makers(facts, profile), tenants=tenants)


def makers(facts: Facts, profile: Profile) -> tuple[PageMaker, ...]:
    """What makes the pages of readers outside."""
    if profile is INSURER:
        return (insurer_summary.documents, insurer_register.documents, downloads.for_insurers)
    return (public.maker(public.statement(facts)),)


def guard(facts: Facts, profile: Profile) -> leaks.Guard:
    """What the scan of the built site has to look for."""
    return leaks.Guard(profile.outside, Site.of(facts).tenants, leaks.people(facts))
