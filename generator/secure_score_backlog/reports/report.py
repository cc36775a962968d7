# SPDX-License-Identifier: Apache-2.0
"""The interface of reports: what was found goes in, texts and where they belong come out.

A format is a function from `Findings` to a `Report`; it prints nothing and opens no file. `cli/` does both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from secure_score_backlog.git import HISTORY
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.wording import plural


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked, and the day that was judged."""

    decisions: int
    snapshots: int
    as_of: date

    @property
    def anything(self) -> bool:
        """There is a decision or a snapshot; settings alone say nothing about a tenant."""
        return bool(self.decisions or self.snapshots)

    def __str__(self) -> str:
        """In words."""
        number = f"{plural(self.decisions, 'decision')} and {plural(self.snapshots, 'snapshot')}"
        return f"{number} checked, as of today, {self.as_of}"


def errors_first(problems: Sequence[Problem], changed: Collection[str] = ()) -> list[Problem]:
    """Errors, then warnings, each in the order in which they are given.

    Args:
        problems: In order of place.
        changed: Paths that come first within errors and within warnings.
    """
    return sorted(problems, key=lambda found: (found.severity is not Severity.ERROR, found.path not in changed))


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found."""

    problems: Sequence[Problem]
    """In order of place."""
    checked: Checked
    folder: str = ""
    """The folder's path inside its repository, with a slash at the end; empty at its top."""
    changed: Collection[str] = ()
    """Paths that differ from the base of a comparison: where only some problems can be shown, theirs come first."""

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(1 for found in self.problems if found.severity is Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many problems are warnings."""
        return len(self.problems) - self.errors

    @property
    def sentence(self) -> str:
        """The numbers of problems, of decisions and of snapshots, and the day that was judged."""
        if not self.problems:
            nothing = "No problems" if self.checked.anything else "There is nothing to check yet"
            return f"{nothing}: {self.checked}."
        files = plural(len({found.path for found in self.problems}), "file")
        numbers = f"{plural(self.errors, 'error')} and {plural(self.warnings, 'warning')} in {files}"
        return f"{numbers}{self._of_change}; {self.checked}."

    @property
    def _of_change(self) -> str:
        """How many are about the files of the change, where there is one."""
        if not self.changed:
            return ""
        own = sum(1 for found in self.problems if found.path in self.changed)
        return f", {own or 'none'} of them about files of this change"

    def file_of(self, found: Problem) -> str | None:
        """The file of a problem, relative to the repository; None where it is about the history as a whole."""
        return None if found.path == HISTORY else self.folder + found.path


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note on a line of a file, which GitHub shows beside the changes of a pull request."""

    level: str
    """`error`, `warning` or `notice`."""
    title: str
    message: str
    file: str | None = None
    """Relative to the repository."""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """Markdown for the summary page of a workflow's job, which has a largest size.

    Its parts are safe to show: what other people wrote in them went through `reports.markdown`.
    """

    head: str
    """Always shown."""
    rows: Sequence[str] = ()
    """The lines below it, each ending with a line break, the most important first."""
    left_out: Callable[[int], str] = "\n{} more.\n".format
    """The last line where rows do not fit; its argument is how many."""

    def within(self, most: int) -> str:
        """The summary in at most so many bytes of UTF-8; empty where not even its head fits."""
        room = most - len(self.head.encode())
        if room < 0:
            return ""
        sizes = [len(row.encode()) for row in self.rows]
        if sum(sizes) <= room:
            return self.head + "".join(self.rows)
        room -= len(self.left_out(len(sizes)).encode())
        kept = 0
        while kept < len(sizes) and sizes[kept] <= room:
            room -= sizes[kept]
            kept += 1
        return self.head + "".join(self.rows[:kept]) + (self.left_out(len(sizes) - kept) if room >= 0 else "")


@dataclass(frozen=True, slots=True)
class Report:
    """What a format makes of findings, by where it belongs; what a format does not use is empty."""

    annotations: Sequence[Annotation] = ()
    """First on stdout, as commands to the runner of GitHub Actions."""
    text: str = ""
    """On stdout, for people."""
    json: str = ""
    """On stdout, for programs."""
    summary: Summary | None = None
    """Appended to the file of the job's summary, where there is one."""
    instead: str = ""
    """Text on stdout where there is no file for the summary."""


ReportFormat: TypeAlias = Callable[[Findings], Report]
