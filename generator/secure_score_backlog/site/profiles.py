# SPDX-License-Identifier: Apache-2.0
"""Who a site is for: for each kind of reader, the pages that are made and the fields that they may show.

Fields are allow-lists (docs/adr/0009-profiles-are-allow-lists.md). The profile comes from the command line, else from
the settings. A mistake in the settings' `profile` is an error, not the default: the default shows everything.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from secure_score_backlog.beginning import Beginning
from secure_score_backlog.decisions.model import Acceptance, Attestation, Cover, Decision, DecisionHistory
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.evaluation.approval import Approval
from secure_score_backlog.evaluation.audit import Audit, AuditedCommit
from secure_score_backlog.evaluation.facts import Facts, Review
from secure_score_backlog.evaluation.insurance import (
    Answer,
    Answers,
    Because,
    Held,
    Insurance,
    Measured,
    OwnEvidence,
    Reported,
)
from secure_score_backlog.evaluation.ledger import Explained, Score
from secure_score_backlog.evaluation.register import ApprovalCounts, RegisterEntry
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.exports import oscal
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem, Severity, problem
from secure_score_backlog.questionnaires.model import Attachment, Question
from secure_score_backlog.reviews import Minutes
from secure_score_backlog.schema import Key
from secure_score_backlog.settings import KEYS, SETTINGS_PATH, Settings
from secure_score_backlog.site import leaks
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import citations, downloads, insurer_register, insurer_summary, insurers, public
from secure_score_backlog.site.reduction import Fields, reduced
from secure_score_backlog.site.registry import NAVIGATION, PageMaker, site_documents
from secure_score_backlog.snapshots.coverage import Coverage, DayRun
from secure_score_backlog.snapshots.model import History, Observation, Recommendation, SnapshotDay
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import nearest, shown
from secure_score_backlog.workspace import Workspace

INSURER_FIELDS: Fields = {
    Settings: "organisation stale_months",
    DecisionHistory: "has_git",
    Version: "path commit at pull_request confirmed",
    Review: "month finished minutes",
    Minutes: "month versions",
    Facts: "as_of dated_by settings history decisions head snapshot score explained statuses register covered past "
    "reviews audit insurance",
    History: "days",
    Insurance: "questionnaires evidence reported stored",
    Answers: "name title about version answers by",
    Question: "id question heading coverage answered_by limits elsewhere frameworks",
    Answer: "question level because primary related held open_since open_from_start exceptions evidence",
    Because: "reason recommendations number",
    Measured: "status measure points maximum done total unit counted",
    Held: "since before days observed filled partial first interrupted",
    OwnEvidence: "name version digest says by on until shows scope questions expired files changed",
    Attachment: "version digest size",
    Reported: "day source current maximum percent claimed all_tenants similar before percent_before",
    Audit: "start end counts reasons commits asked_at without_github days completed beginning forbidden approvals "
    "only_owner signatures accounts",
    Beginning: "after until hidden said_by",
    AuditedCommit: "commit at kind reasons areas decided pull_request claimed roles opened_as settings_keys "
    "merged_at signature files",
    ApprovalCounts: "approved attested named same unchecked unnamed asked",
    Coverage: "runs",
    DayRun: "first last kind",
    SnapshotDay: "day complete source current maximum path partial lacks_scores",
    Score: "current maximum percent",
    Explained: "recommendations without_maximum points maximum points_of maximum_of",
    Status: "recommendation state observation decision answered level reason open_share open_since days_open "
    "from_start was_in_full held_since days_held days_observed days_filled days_partial done_on "
    "breached_since portal_since last_activity",
    Recommendation: "id title maximum in_catalogue",
    Observation: "points maximum portal",
    Decision: "recommendation bucket risk owner due accepted covered draft",
    Acceptance: "approver until compensating share approval",
    Cover: "reason by approver until approval",
    Attestation: "by on",
    RegisterEntry: "status decision state until days_left points renewals since citation approval earlier answered "
    "ended unapproved_since",
    Approval: "kind by at pull_request confirmed commit stated on_file names_it filed reason asked",
}
"""Decisions, counts, and accepted risks with role, last day and shortened compensating controls."""

PUBLIC_FIELDS: Fields = {
    Facts: "as_of dated_by settings snapshot",
    Version: "at",
    Settings: "organisation",
    SnapshotDay: "day",
}
"""Organisation, as-of date, whether a commit sets it, day of the newest snapshot. All else is a `public.Statement`."""


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
    "Answers to questionnaires, counts, and the risk register with role, last day and compensating controls.",
    (
        (insurer_summary.TITLE, insurer_summary.PATH),
        (insurers.FOR_INSURERS, insurers.PATH),
        (insurer_register.TITLE, insurer_register.PATH),
        (citations.FOR_INSURERS, citations.PATH),
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

LEFT_OUT = "(left out)"
"""What stands in an ended entry in place of a text that must not be seen."""
UNREADABLE = ("file-", "yaml-")
"""Beginnings of the codes of problems after which it is unknown what the settings say."""
_SAYS_PROFILE = re.compile(r"(?i)\bprofiles?\s*[:=]")


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
    for doubt in doubts(workspace):
        raise WrongUsage(
            f"It is unknown who the site is for. {doubt.message}",
            where=f"{doubt.path}, line {doubt.line}" if doubt.line else doubt.path,
            hint=f"Write `profile:` and one of {names} in {SETTINGS_PATH}, or name one with --profile. Until then "
            "nothing is built: the default shows everything. `backlog check` lists what is wrong with the settings.",
        )
    return PROFILES[workspace.settings.profile]


NAME_IT = f"Write `profile:` and one of {', '.join(PROFILES)}."


def doubts(workspace: Workspace) -> Iterator[Problem]:
    """Why the settings may mean a profile that they do not say; nothing where they say it, or mean none."""
    source = workspace.settings_source
    of_settings = [found for found in workspace.problems if found.path == SETTINGS_PATH or found.code in NOT_READ]
    yield from (found for found in of_settings if found.code.startswith(UNREADABLE))
    if "profile" in source.data:
        value = source.data["profile"]
        if value not in tuple(PROFILES):
            message = "`profile` is empty." if value is None else "`profile` names no known profile."
            yield problem("settings-wrong-value", SETTINGS_PATH, source.line("profile"), message, NAME_IT)
        return
    yield from (found for found in of_settings if found.code in NOT_READ)
    for place in [*mentions(source.data), *unknown_options(KEYS, source.data)]:
        key = ".".join(map(str, place))
        message = f"{shown(key)} may have been meant as `profile`."
        yield problem("settings-unknown-key", SETTINGS_PATH, source.line(*place), message, NAME_IT)


NOT_READ = frozenset({"settings-file-name", "settings-commented-profile"})
"""Codes of problems that tell of settings which are written where they are not read."""


def mentions(value: object, place: Place = ()) -> Iterator[Place]:
    """Where keys or texts inside a value name a profile, at any depth; not the option itself."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if "profil" in str(key).casefold():
                yield (*place, key)
            yield from mentions(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from mentions(inner, (*place, index))
    elif isinstance(value, str) and _SAYS_PROFILE.search(value):
        yield place


def unknown_options(keys: Iterable[Key], written: Mapping[str, object], place: Place = ()) -> Iterator[Place]:
    """The keys that are no options, apart from those that are plainly another option misspelt."""
    known = {key.name: key for key in keys}
    for name, value in written.items():
        if name not in known:
            meant = nearest(name, known)
            if meant in (None, "profile") or names_profile(value):
                yield (*place, name)
        elif known[name].keys and isinstance(value, Mapping):
            yield from unknown_options(known[name].keys, value, (*place, name))


def names_profile(value: object) -> bool:
    """Whether a value is, or holds, the name of a profile."""
    if isinstance(value, Mapping):
        return any(names_profile(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return any(map(names_profile, value))
    return str(value).strip().casefold() in PROFILES


def refuse_faulty_settings(workspace: Workspace, profile: Profile) -> None:
    """WrongUsage for a site for readers outside while the settings have an error, which may hide a name to look for."""
    errors = [found for found in workspace.problems if found.path == SETTINGS_PATH and found.severity is Severity.ERROR]
    if profile.outside and errors:
        first = errors[0]
        raise WrongUsage(
            f"A site for the profile {profile.name} is not made while {SETTINGS_PATH} has an error, because names that "
            f"must not be shown may be missing. {first.message}",
            where=f"{first.path}, line {first.line}" if first.line else first.path,
            hint=f"{first.hint} `backlog check` lists every error.",
        )


def allowed(facts: Facts, profile: Profile) -> Facts:
    """The facts that a profile's readers may see; all their pages are made from this value."""
    return reduced(facts, profile.fields) if profile.fields is not None else facts


def documents(
    facts: Facts, docs: Iterable[Document], profile: Profile, guard: leaks.Guard | None = None
) -> list[Document]:
    """Every document of the site for a profile's readers, by path. Files of `docs/` are for the organisation alone.

    `guard`: in entries of the register that have ended, texts that must not be seen are left out.
    """
    seen, tenants = shown_to(facts, profile, guard), Site.of(facts).tenants
    if profile is INTERNAL:
        return site_documents(seen, docs, tenants=tenants)
    return site_documents(seen, (), makers=makers(facts, profile), tenants=tenants)


def shown_to(facts: Facts, profile: Profile, guard: leaks.Guard | None) -> Facts:
    """What a profile's readers see: the allowed facts, without texts of the past that the guard refuses."""
    seen = allowed(facts, profile)
    if guard and profile.outside:
        past = tuple(cleaned(entry, guard) for entry in seen.past)
        return replace(seen, past=past, audit=without_names(seen.audit, guard) if seen.audit else None)
    return seen


def makers(facts: Facts, profile: Profile) -> tuple[PageMaker, ...]:
    """What makes the pages of readers outside."""
    if profile is INSURER:
        return (
            insurer_summary.documents,
            insurers.for_insurers,
            insurer_register.documents,
            citations.documents,
            downloads.for_insurers,
        )
    return (public.maker(public.statement(facts)),)


def guard(workspace: Workspace, facts: Facts, profile: Profile) -> leaks.Guard:
    """What the search has to look for."""
    older = {login for _, each in workspace.settings_versions for logins in each.roles.values() for login in logins}
    logins = older | workspace.approvals.logins()
    names = leaks.people(workspace.people(), workspace.settings, logins) if profile.outside else frozenset()
    found = leaks.guard_for(profile.outside, Site.of(facts).tenants, names, facts.settings.organisation)
    return replace(found, made=oscal.identifiers(allowed(facts, profile))) if profile.outside else found


def written(facts: Facts, profile: Profile) -> Iterator[leaks.Written]:
    """The texts of people that a profile's readers outside see, each with its file; not those of ended entries.

    What has ended can no longer be changed: `documents` leaves out of it what must not be seen.
    """
    seen = allowed(facts, profile)
    yield leaks.Written(SETTINGS_PATH, seen.settings.organisation)
    for entry in (*seen.register, *seen.covered):
        path = f"decisions/{entry.decision.recommendation}.md"
        yield from (leaks.Written(path, text) for text in (*texts_in(entry.decision), *entry.approved_by))
    for each in seen.insurance.evidence:
        yield from (leaks.Written(each.version.path, text) for text in (each.by, each.shows, each.scope))
    for asked in seen.insurance.questionnaires:
        if asked.version is not None:
            texts = (
                asked.title,
                asked.about,
                *asked.by,
                *(text for answer in asked.answers for text in texts_in(answer.question)),
            )
            yield from (leaks.Written(asked.version.path, text) for text in texts)
    for item in oscal.items(seen):
        yield leaks.Written(f"decisions/{item.status.id}.md", item.decision.owner)


def without_names(audit: Audit, guard: leaks.Guard) -> Audit:
    """An audit in which every role is replaced that must not be seen: older settings can no longer be changed."""
    commits = (
        replace(each, roles=cleaned(each.roles, guard), opened_as=cleaned(each.opened_as, guard))
        if each.roles or each.opened_as
        else each
        for each in audit.commits
    )
    return replace(audit, commits=tuple(commits))


def cleaned(value: Any, guard: leaks.Guard) -> Any:
    """A value of the model with every text replaced that must not be seen; statuses stay, as no person writes them."""
    if type(value) is str:
        return value if leaks.is_clean(value, guard) else LEFT_OUT
    if isinstance(value, tuple):
        return tuple(cleaned(member, guard) for member in value)
    if isinstance(value, (RegisterEntry, Decision, Acceptance, Cover, Attestation)):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return replace(value, **{name: cleaned(each, guard) for name, each in fields.items()})
    return value


def texts_in(value: object) -> Iterator[str]:
    """Every text inside a value of the model; words of a fixed list are none."""
    if type(value) is str:
        yield value
    elif isinstance(value, tuple):
        for member in value:
            yield from texts_in(member)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts_in(getattr(value, field.name))
