# SPDX-License-Identifier: Apache-2.0
"""`backlog.yml`: every option declared once with type, default and documentation, and the file as it is read.

An option with a problem keeps its default; a missing file means the defaults.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from secure_score_backlog.files import is_file, names_in, read_file
from secure_score_backlog.git import Identity
from secure_score_backlog.problems import Problem, is_unreadable, problem
from secure_score_backlog.ratings import Risk
from secure_score_backlog.schema import (
    DIALECT,
    At,
    Choice,
    Flag,
    Format,
    Group,
    Json,
    OneOrMore,
    Reading,
    Table,
    Text,
    Type,
    Whole,
    as_written,
    build,
    key,
    keys_of,
    object_schema,
)
from secure_score_backlog.strict_yaml import LARGEST_FILE, YamlData, decode, read_yaml
from secure_score_backlog.text import Suggestions, shown

SETTINGS_PATH = "backlog.yml"
LOOK_ALIKES = frozenset(
    f"{dot}backlog.{ending}{more}" for dot in ("", ".") for ending in ("yml", "yaml") for more in ("", ".txt")
)
"""Names, in lower case, under which settings may have been saved by mistake."""
LONGEST_NAME = 200
"""Characters of the organisation's name and of the tenant's label, which stand in every title."""
COMMENTED_PROFILE = re.compile(r"(?im)^[^\n#]*#[^\n]*\bprofile\s*:\s*[\"']?(?:insurer|public)\b")
LARGEST_SETTINGS = 262_144
"""Characters; a settings file with hundreds of roles and overrides is a few thousand."""


class ProfileName(StrEnum):
    """The profiles of the site: who it is for."""

    INTERNAL = "internal"
    INSURER = "insurer"
    PUBLIC = "public"


class Bands(Type):
    """Two whole percentages, the lower first."""

    expects = "two whole percentages from 1 to 99, the lower first"
    label = "two whole numbers, 1 to 99"
    schema: Mapping[str, Any] = {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 99},
        "minItems": 2,
        "maxItems": 2,
    }

    def read(self, value: object, at: At) -> tuple[int, int] | None:
        """The two percentages."""
        match value:
            case [int(low), int(high)] if not isinstance(low, bool) and not isinstance(high, bool):
                if 1 <= low < high <= 99:
                    return low, high
                at.wrong_value(self, value, as_written(value))
            case _:
                at.wrong_type(self, value)
        return None


BRANCH = Text("the name of a branch", pattern=r"(?!.*(\.\.|//|@\{|\.lock$|/$|\.$))[A-Za-z0-9][A-Za-z0-9._/-]*")
ACCOUNT = Text("a name and a mail address, as `Name <mail>`", pattern=r"[^<>\x00-\x1f]{1,100} <[^<>\x00-\x20]{1,200}>")
LOGIN = Text("a GitHub login without the @", pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\])?")


class RepositoryAddress(Text):
    """A repository on GitHub, by its address or as OWNER/NAME."""

    def __init__(self) -> None:
        host = r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?/"
        name = r"(?!\.{1,2}(?:\.git)?/?$)[A-Za-z0-9._-]{1,100}"
        super().__init__("a repository on GitHub", pattern=rf"(?:{host})?[A-Za-z0-9_][A-Za-z0-9_-]{{0,99}}/{name}/?")

    def hint(self, value: object, at: At) -> str:
        """Both forms."""
        return "Write `repository: https://github.com/OWNER/NAME`, or OWNER/NAME alone"


FOLDER = Text(
    "a path of folders, without a slash at its ends",
    pattern=r"(?!(?:.*/)?\.{1,2}(?:/|$))[\w.-]+(?:[ /][\w.-]+)*",
)


@dataclass(frozen=True, slots=True)
class RepositorySettings:
    """Where this backlog is on GitHub."""

    address: str = key(
        RepositoryAddress(),
        "Where this backlog is on GitHub: `https://github.com/OWNER/NAME`, or OWNER/NAME. Pages for your own "
        "organisation then link to GitHub's editor, to propose and to change decisions (short: `repository: "
        "OWNER/NAME`).",
        default="",
    )
    branch: str = key(
        BRANCH, "The main branch there (written `repository: {address: OWNER/NAME, branch: NAME}`).", default="main"
    )
    folder: str = key(
        FOLDER, "Folder of this backlog inside the repository, where it is not at its top: `tenants/north`.", default=""
    )

    @property
    def url(self) -> str:
        """Address of the repository, without a slash at the end; empty where none is set."""
        plain = self.address.removesuffix("/").removesuffix(".git")
        return plain if plain.startswith("https://") or not plain else f"https://github.com/{plain}"


class RepositoryGroup(Group):
    """The repository; its address alone may stand in place of the group."""

    def __init__(self) -> None:
        super().__init__(RepositorySettings)
        self.schema = {"anyOf": [RepositoryAddress().schema, self.schema]}

    def read(self, value: object, at: At) -> dict[str, Any] | None:
        """The values by key."""
        return super().read({"address": value} if isinstance(value, str) else value, at)


@dataclass(frozen=True, slots=True)
class SnapshotSettings:
    """Where snapshots are kept, and what of Graph's answer."""

    branch: str | None = key(
        BRANCH,
        "Branch that holds `snapshots/` where the main branch accepts pull requests only "
        "(written `snapshots: {branch: NAME}`).",
        default=None,
    )
    keep_names: bool = key(
        Flag(),
        "Keep `updatedBy`, `assignedTo` and `comment` from Graph. Off by default, because names would remain in the "
        "Git history (written `snapshots: {keep_names: true}`).",
        default=False,
    )
    bot: str = key(
        ACCOUNT,
        "The account that commits snapshots, as it stands in its commits. `backlog audit` counts what it commits to "
        "`snapshots/`, and nowhere else, as snapshots (written `snapshots: {bot: Name <mail>}`).",
        default="github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
    )

    @property
    def account(self) -> Identity:
        """The same, name and address apart."""
        name, _, mail = self.bot.rstrip(">").rpartition(" <")
        return Identity(name, mail)


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """Where the history begins."""

    after: str | None = key(
        Text("the full id of a commit", pattern=r"[0-9a-f]{40}|[0-9a-f]{64}"),
        "Commits of the main branch up to this one are left out: they are from before the backlog. `backlog init "
        "--here` sets it in a copy of this program's repository. It counts only where the commit that sets it leaves "
        "no decision, snapshot and minutes over; the page *Evidence* and `backlog audit` say who set it, and when "
        "(written `history: {after: COMMIT}`).",
        default=None,
    )


class Weight(StrEnum):
    """How hard a rule weighs."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Policy:
    """How hard the rules about approval, roles and answers weigh (docs/method.md#policy)."""

    approver_is_owner: Weight = key(
        Choice(Weight), "The approver of an acceptance or exemption is its owner.", default=Weight.ERROR
    )
    person_as_role: Weight = key(
        Choice(Weight), "A person's name, address or login stands where a role belongs.", default=Weight.ERROR
    )
    placeholder: Weight = key(
        Choice(Weight),
        "TBD, n/a, x, one letter and the like stand for an answer. As an error, a required answer is missing; whatever "
        "it weighs, they do not count towards readiness.",
        default=Weight.ERROR,
    )
    past_date: Weight = key(
        Choice(Weight), "`until` or `due` had passed on the day of the decision.", default=Weight.ERROR
    )
    critical_approver_unlisted: Weight = key(
        Choice(Weight),
        "The approver of an accepted critical risk has no login under `roles`, and no approval outside GitHub is "
        "recorded.",
        default=Weight.ERROR,
    )
    critical_unapproved: Weight = key(
        Choice(Weight),
        "A critical risk is accepted, GitHub was asked who approved it, and no approval by the approver's role counts.",
        default=Weight.ERROR,
    )
    approver_unlisted: Weight = key(
        Choice(Weight), "The same for any other acceptance or exemption.", default=Weight.WARNING
    )


TENANT = Text("the directory (tenant) ID of Entra", pattern=r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True)
class StaticWebApp:
    """How Azure Static Web Apps protects the site."""

    tenant: str | None = key(
        TENANT,
        "Only accounts of this Entra tenant may read the site: `build` writes `staticwebapp.config.json` beside it "
        "(written `static_web_app: {tenant: ID}`).",
        default=None,
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What a tenant's `backlog.yml` says, defaults filled in."""

    organisation: str = key(
        Text(longest=LONGEST_NAME), "Name of the organisation, shown in the site's title.", default="Our organisation"
    )
    tenant: str = key(
        Text(longest=LONGEST_NAME),
        "Label of the tenant, shown beside the organisation. Not the tenant's id.",
        default="",
    )
    acceptance_months: int = key(Whole(1, 60), "Longest term of an acceptance or an exemption, in months.", default=12)
    year_months: int = key(Whole(1, 120), "How many months the views over a year show.", default=12)
    stale_months: int = key(
        Whole(1, 120),
        "After how many months without decision or movement an open recommendation counts as stale.",
        default=3,
    )
    bands: tuple[int, int] = key(
        Bands(),
        "Two percentages, the lower first, that part the score into low, fair and good on the score page.",
        default=(65, 80),
    )
    snapshots: SnapshotSettings = key(
        Group(SnapshotSettings), "Where snapshots are kept, and what of Graph's answer.", default=SnapshotSettings()
    )
    history: HistorySettings = key(
        Group(HistorySettings), "Where the history of this backlog begins.", default=HistorySettings()
    )
    repository: RepositorySettings = key(
        RepositoryGroup(), "Where this backlog is on GitHub.", default=RepositorySettings()
    )
    profile: ProfileName = key(
        Choice(ProfileName), "Who the site is for: `internal`, `insurer` or `public`.", default=ProfileName.INTERNAL
    )
    static_web_app: StaticWebApp = key(
        Group(StaticWebApp), "How Azure Static Web Apps protects the site.", default=StaticWebApp()
    )
    roles: Mapping[str, tuple[str, ...]] = key(
        Table(OneOrMore(LOGIN), "roles, each with a list of GitHub logins", "roles with lists of logins"),
        "Which GitHub logins may approve as which role: `{Managing Director: [login]}`. Approvals on GitHub are "
        "compared with it, as it stood before the merge.",
        default={},
    )
    policy: Policy = key(Group(Policy), "How hard the rules about approval, roles and answers weigh.", default=Policy())
    risk: Mapping[str, Risk] = key(
        Table(Choice(Risk), f"ids, each with one of {', '.join(Risk)}", "ids with a risk"),
        "Risk of single recommendations, over the shipped rating: `{id: critical|high|medium|low}`.",
        default={},
    )
    owners: tuple[str, ...] = key(
        OneOrMore(Text(shortest=1), "list of texts"),
        "Roles that may own a decision. Empty: any role.",
        default=(),
    )

    @property
    def roles_with_logins(self) -> tuple[str, ...]:
        """The roles that have at least one login, in order."""
        return tuple(sorted(role for role, logins in self.roles.items() if logins))


NO_SETTINGS = Settings()
"""Those of a folder without `backlog.yml`: every default."""
KEYS = keys_of(Settings)
FORMAT = Format(
    "the settings",
    unknown_key="settings-unknown-key",
    wrong_type="settings-wrong-type",
    wrong_value="settings-wrong-value",
    has_defaults=True,
)


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A settings file as read: what it says, and where."""

    settings: Settings
    source: YamlData
    problems: tuple[Problem, ...] = ()


def load_settings(root: Path) -> tuple[Settings, list[Problem]]:
    """The settings of a root, defaults filled in, and every problem of the file."""
    found = read_settings_file(root)
    return found.settings, list(found.problems)


def read_settings_file(root: Path) -> SettingsFile:
    """The same, with the line of every key."""
    misnamed = tuple(other_files(root))
    try:
        found = parse_settings(read_file(root, SETTINGS_PATH, LARGEST_FILE))
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return SettingsFile(Settings(), YamlData(SETTINGS_PATH), misnamed)
        reason = error.strerror or type(error).__name__
        fault = problem(
            "file-unreadable",
            SETTINGS_PATH,
            None,
            f"The file cannot be read: {reason}.",
            "Tell whoever maintains this repository; until it is mended, every setting has its default. For the "
            "maintainer: put a file that may be read in its place.",
        )
        found = SettingsFile(Settings(), YamlData(SETTINGS_PATH, problems=(fault,)), (fault,))
    return replace(found, problems=(*found.problems, *misnamed))


def parse_settings(content: bytes, path: str = SETTINGS_PATH) -> SettingsFile:
    """The settings in the bytes of a file, also of an old version; never raises for content."""
    text = decode(content, path)
    if isinstance(text, Problem):
        return SettingsFile(Settings(), YamlData(path, problems=(text,)), (text,))
    if len(text) > LARGEST_SETTINGS:
        hint = "Until this is mended, every setting has its default. Take long texts out: the settings are short."
        message = f"The settings are longer than {LARGEST_SETTINGS} characters and were not read."
        fault = problem("file-too-large", path, 1, message, hint)
        return SettingsFile(Settings(), YamlData(path, problems=(fault,)), (fault,))
    source = read_yaml(text, path)
    settings, problems = read_settings(source)
    return SettingsFile(settings, source, (*problems, *commented_profile(text, source)))


def commented_profile(text: str, source: YamlData) -> Iterator[Problem]:
    """A profile for readers outside that only a comment names."""
    match = COMMENTED_PROFILE.search(text)
    if match and "profile" not in source.data and not is_unreadable(source.problems):
        message = "The site shows everything to its readers: `profile` stands in a comment, behind a #."
        hint = (
            "If others read the site, take the # away. If only your own organisation does, write `profile: internal`."
        )
        yield problem("settings-commented-profile", source.path, text.count("\n", 0, match.end()) + 1, message, hint)


def read_settings(source: YamlData) -> tuple[Settings, list[Problem]]:
    """The settings, and every problem of the file; an option with a problem keeps its default.

    Nothing is taken from a file that is not YAML: half of the settings could mean something else than all of them.
    """
    if is_unreadable(source.problems):
        return Settings(), list(source.problems)
    reading = Reading(FORMAT)
    settings: Settings = build(Settings, KEYS, reading.group(KEYS, source.data))
    faults = (problem(code, source.path, source.line(*place), *text) for code, place, *text in reading.faults)
    return settings, [*source.problems, *sorted(faults, key=lambda found: found.order)]


def check_settings(source: YamlData, settings: Settings, known: Collection[str]) -> list[Problem]:
    """Ids in the settings that are not among the known ones; nothing where none is known yet."""
    found = []
    suggestions = Suggestions(known)
    for identifier in settings.risk if known else ():
        if identifier not in known:
            meant = suggestions.nearest(identifier)
            hint = (
                f"Write {meant} if that is meant."
                if meant
                else "Copy the id from snapshots/catalogue.json, or delete it."
            )
            message = f"The catalogue does not know {shown(identifier)}."
            line = source.line("risk", identifier)
            found.append(problem("settings-unknown-id", source.path, line, message, hint))
    return found


def settings_schema() -> Json:
    """The JSON Schema of `backlog.yml`."""
    options = object_schema(KEYS)
    title = "Settings of a tenant's backlog (backlog.yml)"
    return {"$schema": DIALECT, "title": title, **options, "type": ["object", "null"]}


def other_files(root: Path) -> Iterator[Problem]:
    """Files that seem to be settings and are not read, because of their name."""
    try:
        names = names_in(root)
    except OSError:  # the folder may not be listed; what is read from it says so
        return
    found = [name for name in names if name != SETTINGS_PATH and name.lower() in LOOK_ALIKES]
    if is_file(root, SETTINGS_PATH) and SETTINGS_PATH not in names:  # a disk that ignores case
        found = [name for name in found if name.lower() != SETTINGS_PATH]
    for name in found:
        message = f"This file is not read: the settings are called {SETTINGS_PATH}."
        hint = (
            f"Rename it to {SETTINGS_PATH} (in GitHub's editor above its text, or `git mv {shlex.quote(name)} "
            f"{SETTINGS_PATH}`). If there is a {SETTINGS_PATH} already, copy the lines into it and delete this file."
        )
        yield problem("settings-file-name", name, None, message, hint)
