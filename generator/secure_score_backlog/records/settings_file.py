# SPDX-License-Identifier: Apache-2.0
"""`backlog.yml`: bytes in, settings out; a missing file means the defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from secure_score_backlog.model.front_matter import YamlData
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.model.settings import Settings
from secure_score_backlog.records.front_matter import decode
from secure_score_backlog.records.yaml_tree import read_yaml
from secure_score_backlog.rules.deciding.rule_table import problem
from secure_score_backlog.rules.deciding.settings_reading import read_settings

PATH = "backlog.yml"
LARGEST = 262_144
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
    file = root / PATH
    try:
        return parse_settings(file.read_bytes())
    except FileNotFoundError:
        return _without_file(root)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        fault = problem(
            "file-unreadable",
            PATH,
            None,
            f"The settings cannot be read: {reason}.",
            "Check that backlog.yml is an ordinary file that you may read; until then the defaults hold.",
        )
        return SettingsFile(Settings(), YamlData(PATH), (fault,))


def parse_settings(content: bytes, path: str = PATH) -> SettingsFile:
    """The settings in the bytes of a file, also of an old version; never raises for content."""
    text = decode(content, path)
    if isinstance(text, Problem):
        return SettingsFile(Settings(), YamlData(path, problems=(text,)), (text,))
    if len(text) > LARGEST:
        hint = "Keep long texts elsewhere; the settings are short."
        message = f"The settings are longer than {LARGEST} characters and were not read."
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
    return SettingsFile(Settings(), YamlData(PATH), problems)
