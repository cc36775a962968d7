# SPDX-License-Identifier: Apache-2.0
"""Problems in a pull request on GitHub: notes on the lines they are about, and all of them in the job's summary.

GitHub shows at most ten errors and ten warnings of a step; it drops what is more without a word. So the first ten of
each are annotated, the errors before the warnings, and within both what is wrong with the files that the pull request
changes before the rest. A warning about a file that it leaves as it is is not annotated: whoever proposes a decision
can do nothing about it. The summary lists every problem, such warnings folded at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

from secure_score_backlog.problems import RULES, Problem, Severity
from secure_score_backlog.reports.markdown import code, inert
from secure_score_backlog.reports.report import Annotation, Findings, Report, Summary, errors_first
from secure_score_backlog.reports.text import listed
from secure_score_backlog.wording import plural

MOST_ANNOTATIONS = 10
"""Of each severity, in one step of a job."""
TABLE = ("", "| Severity | Place and rule | Problem and what to do |", "| --- | --- | --- |")
FOLD_END = "\n</details>\n"


def as_annotations(findings: Findings) -> Report:
    """Annotations, the numbers in a sentence, and the summary; without a summary, the list of what is left over."""
    annotated = [found for severity in Severity for found in _first(findings, severity)]
    shown = {id(found) for found in annotated}
    left = [found for found in findings.problems if id(found) not in shown]
    return Report(
        annotations=[_annotation(found, findings) for found in annotated],
        text=findings.sentence,
        summary=_summary(findings, sum(1 for found in left if not _is_aside(found, findings))),
        instead="\n".join(listed(left)).rstrip("\n"),
    )


def _first(findings: Findings, severity: Severity) -> list[Problem]:
    ordered = errors_first(findings.problems, findings.changed)
    wanted = (found for found in ordered if found.severity is severity and not _is_aside(found, findings))
    return list(islice(wanted, MOST_ANNOTATIONS))


def _is_aside(found: Problem, findings: Findings) -> bool:
    """A warning about a file that the change leaves as it is."""
    return bool(findings.changed) and found.severity is not Severity.ERROR and found.path not in findings.changed


def _annotation(found: Problem, findings: Findings) -> Annotation:
    """The message on its line, with what to do below it."""
    file = findings.file_of(found)
    return Annotation(
        level=found.severity.value,
        title=f"{RULES[found.code].subject.partition(' (')[0]}: {found.code}",
        message=f"{found.message}\n{found.hint}",
        file=file,
        line=found.line if file else None,
    )


def _summary(findings: Findings, left: int) -> Summary:
    ordered = errors_first(findings.problems, findings.changed)
    rows = [_row(found, findings) for found in ordered if not _is_aside(found, findings)]
    aside = [_row(found, findings) for found in ordered if _is_aside(found, findings)]
    head = [*_head(findings, left), *(TABLE if rows else ())]
    if aside:
        about = plural(len(aside), "warning about a file", "warnings about files")
        start = "\n".join(["", f"<details><summary>{about} that this change does not touch</summary>", *TABLE, ""])
        aside[0] = start + aside[0]
        aside[-1] += FOLD_END
    return Summary("".join(f"{line}\n" for line in head), [*rows, *aside], partial(_left_out, len(aside)))


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


def _row(found: Problem, findings: Findings) -> str:
    place = (findings.file_of(found) or "Git history") + (f":{found.line}" if found.line is not None else "")
    severity = f"**{found.severity.value}**" if found.severity is Severity.ERROR else found.severity.value
    cells = (severity, f"{code(place)}<br>{code(found.code)}", f"{inert(found.message)}<br>{inert(found.hint)}")
    return f"| {' | '.join(cells)} |\n"


def _left_out(aside: int, number: int) -> str:
    """The last line where rows do not fit.

    Args:
        aside: How many of all rows are folded, at the end.
        number: How many rows do not fit.
    """
    end = FOLD_END if number < aside else ""
    return f"{end}\n{plural(number, 'more problem does', 'more problems do')} not fit here: run `backlog check`.\n"
