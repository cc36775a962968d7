# SPDX-License-Identifier: Apache-2.0
"""Problems in a pull request on GitHub: notes on the lines they are about, and all of them in the job's summary.

GitHub shows at most ten errors and ten warnings of a step; it drops what is more without a word. So the first ten of
each are annotated, the errors before the warnings, and within both what is wrong with the files that the pull request
changes before the rest. The summary lists every problem.
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.problems import RULES, Problem, Severity
from secure_score_backlog.reports.markdown import code, inert
from secure_score_backlog.reports.report import Annotation, Findings, Report, Summary, errors_first
from secure_score_backlog.reports.text import listed
from secure_score_backlog.wording import plural

MOST_ANNOTATIONS = 10
"""Of each severity, in one step of a job."""


def as_annotations(findings: Findings) -> Report:
    """Annotations, the numbers in a sentence, and the summary; without a summary, the list of what is left over."""
    annotated = [found for severity in Severity for found in _first(findings, severity)]
    shown = {id(found) for found in annotated}
    left = [found for found in findings.problems if id(found) not in shown]
    return Report(
        annotations=[_annotation(found, findings) for found in annotated],
        text=findings.sentence,
        summary=_summary(findings, len(left)),
        instead="\n".join(listed(left)).rstrip("\n"),
    )


def _first(findings: Findings, severity: Severity) -> list[Problem]:
    ordered = errors_first(findings.problems, findings.changed)
    return [found for found in ordered if found.severity is severity][:MOST_ANNOTATIONS]


def _annotation(found: Problem, findings: Findings) -> Annotation:
    """The message on its line, with what to do below it."""
    file = findings.file_of(found)
    return Annotation(
        level=found.severity.value,
        title=f"{RULES[found.code].subject}: {found.code}",
        message=f"{found.message}\n{found.hint}",
        file=file,
        line=found.line if file else None,
    )


def _summary(findings: Findings, left: int) -> Summary:
    return Summary("".join(f"{line}\n" for line in _head(findings, left)), list(_rows(findings)), _left_out)


def _head(findings: Findings, left: int) -> Iterator[str]:
    yield "## Check of the backlog"
    yield ""
    yield inert(findings.sentence)
    if left:
        yield ""
        yield (
            f"GitHub shows at most {MOST_ANNOTATIONS} errors and {MOST_ANNOTATIONS} warnings beside the files: "
            f"{plural(left, 'problem is', 'problems are')} listed here only."
        )
    if findings.problems:
        yield ""
        yield "| Severity | Place | Problem | What to do | Rule |"
        yield "| --- | --- | --- | --- | --- |"


def _rows(findings: Findings) -> Iterator[str]:
    for found in errors_first(findings.problems, findings.changed):
        place = (findings.file_of(found) or "Git history") + (f":{found.line}" if found.line is not None else "")
        severity = f"**{found.severity.value}**" if found.severity is Severity.ERROR else found.severity.value
        cells = (severity, code(place), inert(found.message), inert(found.hint), code(found.code))
        yield f"| {' | '.join(cells)} |\n"


def _left_out(number: int) -> str:
    return f"\n{plural(number, 'more problem does', 'more problems do')} not fit here: run `backlog check`.\n"
