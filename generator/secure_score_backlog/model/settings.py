# SPDX-License-Identifier: Apache-2.0
"""Every option of `backlog.yml`, declared once with type, default and documentation (design §4.3).

The settings page of the guide and the JSON Schema are generated from these declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from secure_score_backlog.model.decision import Risk


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
