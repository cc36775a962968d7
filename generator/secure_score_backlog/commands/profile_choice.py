# SPDX-License-Identifier: Apache-2.0
"""Which profile a site is made for: the command line's, else the settings', and never a guess.

Elsewhere an option with a mistake keeps its default. Here the default shows everything, so a mistake ends the command.
"""

from __future__ import annotations

from pathlib import Path

from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.records.settings_file import PATH, read_settings_file
from secure_score_backlog.rules.deciding.rule_table import nearest
from secure_score_backlog.views.profiles import PROFILES, Profile

UNREADABLE = ("file-", "yaml-", "settings-file-name")
"""Beginnings of the codes of problems after which nobody knows for sure what the settings say."""


def chosen(root: Path, asked: str | None) -> Profile:
    """The profile. WrongUsage for an unknown one, and for settings that may mean one and do not say it."""
    names = ", ".join(PROFILES)
    if asked is not None:
        if asked not in PROFILES:
            raise WrongUsage(f"There is no profile {asked!r}.", hint=f"Name one of: {names}.")
        return PROFILES[asked]
    found = read_settings_file(root)
    unsure = [problem for problem in found.problems if problem.code.startswith(UNREADABLE)]
    if unsure:
        raise WrongUsage(
            f"The settings cannot be read for sure, so nobody knows which readers the site is for. {unsure[0].message}",
            where=f"{unsure[0].path}, line {unsure[0].line}" if unsure[0].line else unsure[0].path,
            hint="Run `backlog check` and mend the file, or say who the site is for with --profile.",
        )
    said = found.source.data.get("profile")
    meant = [key for key in found.source.data if key not in ("profile", "profiles") and nearest(key, ["profile"])]
    if (said is not None and said not in tuple(PROFILES)) or (said is None and meant):
        line = found.source.line("profile" if said is not None else meant[0])
        raise WrongUsage(
            f"The settings name no profile that there is: {'profile' if said is not None else meant[0]!s}.",
            where=f"{PATH}, line {line}" if line else PATH,
            hint=f"Write `profile:` and one of {names}. Until then nothing is built: the default shows everything.",
        )
    return PROFILES[found.settings.profile]
