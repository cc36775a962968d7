# SPDX-License-Identifier: Apache-2.0
"""Every option of `backlog.yml`, declared once with type, default and documentation (design §4.3).

The settings page of the guide and the JSON Schema are generated from these declarations.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

from secure_score_backlog.problems import MOST_REPEATED, Problem, is_unreadable, problem
from secure_score_backlog.ratings import Risk
from secure_score_backlog.snapshots.model import Catalogue
from secure_score_backlog.strict_yaml import UNREADABLE, Place, YamlData, decode, read_yaml, typed
from secure_score_backlog.text import nearest, shown


def option(documentation: str, *, default: Any, written: tuple[str, ...] = (), **limits: Any) -> Any:
    """Declare an option: its documentation travels with the field.

    Args:
        documentation: One or two sentences for the guide and for editors.
        default: What holds where the file says nothing.
        written: Where it stands in the file, from the outside in; its own name unless told.
        limits: `lowest` and `highest` for numbers, `choices` for words, `pattern` (a regular expression) for texts.
    """
    metadata = {"documentation": documentation, "written": written, **limits}
    if isinstance(default, (dict, list)):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a tenant's `backlog.yml` says, defaults filled in."""

    organisation: str = option(
        "Name of the organisation, as it stands in the site's title.", default="Our organisation"
    )
    tenant: str = option("Label of the tenant, shown beside the organisation. Not the tenant's id.", default="")
    acceptance_months: int = option(
        "How many months ahead an acceptance or a cover may run at most.", default=12, lowest=1, highest=60
    )
    year_months: int = option("How many months the views over a year show.", default=12, lowest=1, highest=120)
    stale_months: int = option(
        "After how many months without decision or movement an open recommendation counts as stale.",
        default=3,
        lowest=1,
        highest=120,
    )
    bands: tuple[int, int] = option(
        "Two percentages, the lower first, that part the score into low, fair and good on the score page.",
        default=(65, 80),
        lowest=1,
        highest=99,
    )
    snapshots_branch: str | None = option(
        "Branch that holds `snapshots/` where the main branch accepts pull requests only "
        "(written `snapshots: {branch: NAME}`).",
        default=None,
        written=("snapshots", "branch"),
        pattern=r"(?!.*(\.\.|//|@\{|\.lock$|/$|\.$))[A-Za-z0-9][A-Za-z0-9._/-]*",
    )
    keep_names: bool = option(
        "Keep `updatedBy` and `assignedTo` from Graph. Off: Git cannot forget a person's name "
        "(written `snapshots: {keep_names: true}`).",
        default=False,
        written=("snapshots", "keep_names"),
    )
    profile: str = option(
        "Who the site is for: `internal`, `insurer` or `public`.",
        default="internal",
        choices=("internal", "insurer", "public"),
    )
    roles: Mapping[str, tuple[str, ...]] = option(
        "Which GitHub logins may approve as which role: `{Managing Director: [login]}`.",
        default={},
        pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\])?",
    )
    risk: Mapping[str, Risk] = option(
        "Risk of single recommendations, over the shipped rating: `{id: critical|high|medium|low}`.", default={}
    )
    owners: tuple[str, ...] = option("Roles that may own a decision. Empty: any role.", default=())
    insurer_questions: tuple[Mapping[str, str], ...] = option(
        "Further questions of your insurer, beside the shipped ones.", default=()
    )


# --- What `backlog.yml` says: each option as declared in `model/settings.py`, or a problem and the default.


@dataclass(frozen=True, slots=True)
class Option:
    """One option as it is declared."""

    name: str
    type: Any
    default: Any
    documentation: str
    place: tuple[str, ...]
    """Keys in the file, from the outside in."""
    limits: Mapping[str, Any]
    """`lowest`, `highest`, `choices`, `pattern`: see `model.settings.option`."""


def options() -> Iterator[Option]:
    """Every option, in the order of the declaration."""
    hints, defaults = get_type_hints(Settings), Settings()
    for declared in dataclasses.fields(Settings):
        limits = dict(declared.metadata)
        documentation, place = limits.pop("documentation"), limits.pop("written") or (declared.name,)
        default = getattr(defaults, declared.name)
        yield Option(declared.name, hints[declared.name], default, documentation, place, limits)


def read_settings(source: YamlData) -> tuple[Settings, list[Problem]]:
    """The settings, and every problem of the file; an option with a problem keeps its default.

    Nothing is taken from a file that is not YAML: half of the settings could mean something else than all of them.
    """
    if is_unreadable(source.problems):
        return Settings(), list(source.problems)
    reading = _Reading(source)
    return reading.settings(), [*source.problems, *sorted(reading.problems, key=lambda fault: fault.order)]


def check_settings(source: YamlData, settings: Settings, catalogue: Catalogue) -> list[Problem]:
    """Ids in the settings that the catalogue does not know; nothing where there is no catalogue yet."""
    known = catalogue.recommendations
    found = []
    for identifier in settings.risk if known else ():
        if identifier not in known:
            meant = nearest(identifier, known)
            hint = (
                f"Write {meant} if that is meant."
                if meant
                else "Copy the id from snapshots/catalogue.json, or delete it."
            )
            message = f"The catalogue does not know {shown(identifier)}."
            line = source.line("risk", identifier)
            found.append(problem("settings-unknown-id", source.path, line, message, hint))
    return found


class Unfit(Exception):
    """A value that an option cannot take: what was expected."""

    def __init__(self, expected: str, *, place: Place = (), wrong_value: bool = False) -> None:
        super().__init__(expected)
        self.expected = expected
        self.place = place
        """Below the option's own place."""
        self.wrong_value = wrong_value
        self.code = "settings-wrong-value" if wrong_value else "settings-wrong-type"


@dataclass(slots=True)
class _Reading:
    source: YamlData
    problems: list[Problem] = field(default_factory=list)

    def settings(self) -> Settings:
        self.refuse_unknown()
        typed: dict[str, Any] = {each.name: self.value(each) for each in options()}
        return Settings(**{name: value for name, value in typed.items() if value is not None})

    def refuse_unknown(self) -> None:
        """Keys that no option is written at."""
        places = {each.place for each in options()}
        groups = {place[0] for place in places if len(place) > 1}
        top = sorted({place[0] for place in places})
        for name in [name for name in self.source.data if name not in top][:MOST_REPEATED]:
            self.unknown((name,), top)
        for name, value in self.source.data.items():
            if name in groups and isinstance(value, dict):
                inner = sorted(place[1] for place in places if place[0] == name)
                for key in [key for key in value if key not in inner][:MOST_REPEATED]:
                    self.unknown((name, key), inner)
            elif name in groups and value is not None and value is not UNREADABLE:
                message = f"`{name}` takes keys of its own, not {shown(value)}."
                hint = f"Write `{name}:` and below it, two spaces further in, {' or '.join(sorted(inner_names(name)))}."
                self.report("settings-wrong-type", (name,), message, hint)

    def unknown(self, place: tuple[str, ...], known: list[str]) -> None:
        meant = nearest(place[-1], known)
        hint = f"Write `{meant}`." if meant else f"Delete it, or use one of: {', '.join(known)}."
        self.report("settings-unknown-key", place, f"{shown('.'.join(place))} is not an option.", hint)

    def value(self, declared: Option) -> object | None:
        """The typed value; None where there is none, or a wrong one."""
        value: object = self.source.data
        for key in declared.place:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is None or value is UNREADABLE:
            return None
        try:
            return READERS[declared.type](value, declared)
        except Unfit as unfit:
            name = ".".join(declared.place)
            plain = isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)
            message = f"`{name}` takes {unfit.expected}, not {shown(value) if plain else typed(value)}."
            hint = f"Write {unfit.expected}, or delete the line: the default is {shown_default(declared)}."
            self.report(unfit.code, (*declared.place, *unfit.place), message, hint)
            return None

    def report(self, code: str, place: Place, message: str, hint: str) -> None:
        self.problems.append(problem(code, self.source.path, self.source.line(*place), message, hint))


def inner_names(group: str) -> list[str]:
    """The keys below a group of options."""
    return [each.place[1] for each in options() if each.place[0] == group and len(each.place) > 1]


def shown_default(declared: Option) -> str:
    """A default as one would type it."""
    if declared.default is None or declared.default in ("", (), {}):
        return "nothing"
    if isinstance(declared.default, tuple):
        return f"[{', '.join(map(str, declared.default))}]"
    return str(declared.default).lower() if isinstance(declared.default, bool) else str(declared.default)


def _whole(value: object, declared: Option) -> int:
    lowest, highest = declared.limits["lowest"], declared.limits["highest"]
    expected = f"a whole number from {lowest} to {highest}"
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit(expected)
    if not lowest <= value <= highest:
        raise Unfit(expected, wrong_value=True)
    return value


def _text(value: object, declared: Option) -> str:
    if not isinstance(value, str):
        raise Unfit("a text (numbers and dates in double quotes)")
    choices, pattern = declared.limits.get("choices"), declared.limits.get("pattern")
    if choices and value not in choices:
        raise Unfit(f"one of {', '.join(choices)}", wrong_value=True)
    if pattern and not re.fullmatch(pattern, value):
        raise Unfit("the name of a branch", wrong_value=True)
    return value.strip()


def _flag(value: object, _: Option) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def _band(value: object, declared: Option) -> tuple[int, int]:
    expected = "two whole percentages, the lower first, such as [65, 80]"
    if not isinstance(value, list) or len(value) != 2:
        raise Unfit(expected)
    try:
        low, high = (_whole(item, declared) for item in value)
    except Unfit as unfit:
        raise Unfit(expected, wrong_value=unfit.wrong_value) from None
    if low >= high:
        raise Unfit(expected, wrong_value=True)
    return low, high


def _texts(value: object, _: Option) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        raise Unfit("a list of texts")
    for index, item in enumerate(items):
        if not isinstance(item, str) or not item.strip():
            raise Unfit("a list of texts", place=(index,))
    return tuple(item.strip() for item in items)


def _roles(value: object, declared: Option) -> dict[str, tuple[str, ...]]:
    expected = "roles, each with a list of GitHub logins without the @"
    if not isinstance(value, dict):
        raise Unfit(expected)
    found = {}
    for role, named in value.items():
        logins = [named] if isinstance(named, str) else named
        if not isinstance(logins, list):
            raise Unfit(expected, place=(role,))
        for login in logins:
            if not isinstance(login, str) or not re.fullmatch(declared.limits["pattern"], login):
                raise Unfit(expected, place=(role,), wrong_value=True)
        found[role] = tuple(logins)
    return found


def _risks(value: object, _: Option) -> dict[str, Risk]:
    expected = f"ids, each with one of {', '.join(Risk)}"
    if not isinstance(value, dict):
        raise Unfit(expected)
    for identifier, level in value.items():
        if not isinstance(level, str) or level not in list(Risk):
            raise Unfit(expected, place=(identifier,), wrong_value=True)
    return {identifier: Risk(level) for identifier, level in value.items()}


def _questions(value: object, _: Option) -> tuple[Mapping[str, str], ...]:
    expected = "a list of questions, each with keys and texts"
    if not isinstance(value, list):
        raise Unfit(expected)
    for index, item in enumerate(value):
        if not isinstance(item, dict) or not item or not all(isinstance(text, str) for text in item.values()):
            raise Unfit(expected, place=(index,))
    return tuple(value)


READERS: Mapping[Any, Callable[[object, Option], object]] = {
    int: _whole,
    str: _text,
    str | None: _text,
    bool: _flag,
    tuple[int, int]: _band,
    tuple[str, ...]: _texts,
    Mapping[str, tuple[str, ...]]: _roles,
    Mapping[str, Risk]: _risks,
    tuple[Mapping[str, str], ...]: _questions,
}
"""How a value of each declared type is read."""


# --- `backlog.yml`: bytes in, settings out; a missing file means the defaults.


SETTINGS_PATH = "backlog.yml"
LARGEST_SETTINGS = 262_144
"""Characters; a settings file with hundreds of roles and overrides is a few thousand."""


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
    file = root / SETTINGS_PATH
    try:
        return parse_settings(file.read_bytes())
    except FileNotFoundError:
        return _without_file(root)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        fault = problem(
            "file-unreadable",
            SETTINGS_PATH,
            None,
            f"The settings cannot be read: {reason}.",
            "Check that backlog.yml is an ordinary file that you may read; until then the defaults hold.",
        )
        return SettingsFile(Settings(), YamlData(SETTINGS_PATH), (fault,))


def parse_settings(content: bytes, path: str = SETTINGS_PATH) -> SettingsFile:
    """The settings in the bytes of a file, also of an old version; never raises for content."""
    text = decode(content, path)
    if isinstance(text, Problem):
        return SettingsFile(Settings(), YamlData(path, problems=(text,)), (text,))
    if len(text) > LARGEST_SETTINGS:
        hint = "Keep long texts elsewhere; the settings are short."
        message = f"The settings are longer than {LARGEST_SETTINGS} characters and were not read."
        fault = problem("file-too-large", path, 1, message, hint)
        return SettingsFile(Settings(), YamlData(path, problems=(fault,)), (fault,))
    source = read_yaml(text, path)
    settings, problems = read_settings(source)
    return SettingsFile(settings, source, tuple(problems))


def _without_file(root: Path) -> SettingsFile:
    """The defaults; a file under the other usual ending is pointed out."""
    problems: tuple[Problem, ...] = ()
    if (root / "backlog.yaml").is_file():
        message = "This file is not read: the settings are called backlog.yml."
        hint = "Rename it: git mv backlog.yaml backlog.yml"
        problems = (problem("settings-file-name", "backlog.yaml", None, message, hint),)
    return SettingsFile(Settings(), YamlData(SETTINGS_PATH), problems)
