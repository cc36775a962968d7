# SPDX-License-Identifier: Apache-2.0
"""Problems for a person at a terminal: file by file, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from secure_score_backlog.problems import Problem
from secure_score_backlog.reports.report import Findings, Report, errors_first
from secure_score_backlog.wording import plural

MOST_LISTED = 1_000
"""Problems that are listed; nobody reads more, and the errors come first."""


def as_text(findings: Findings) -> Report:
    """The list, what the change itself touches first, and the numbers in a sentence."""
    ordered = sorted(findings.problems, key=lambda found: found.path not in findings.changed)
    return Report(text="\n".join([*listed(ordered), findings.sentence]))


def listed(problems: Sequence[Problem]) -> Iterator[str]:
    """The lines of a list of problems in order of place; of more than can be read, the errors first."""
    chosen = problems
    if len(problems) > MOST_LISTED:
        wanted = {id(found) for found in errors_first(problems)[:MOST_LISTED]}
        chosen = [found for found in problems if id(found) in wanted]
    for _, group in groupby(chosen, key=lambda found: found.path):
        for found in group:
            place = found.path + (f":{found.line}" if found.line is not None else "")
            yield f"{place}: {found.severity.value}: {found.message} [{found.code}]"
            yield f"    {found.hint}"
        yield ""
    left = len(problems) - len(chosen)
    if left:
        yield f"{plural(left, 'more problem is', 'more problems are')} not listed; `--format json` lists all."
        yield ""
