# SPDX-License-Identifier: Apache-2.0
"""What a change does, in Markdown for GitHub: the summary of a job, and one comment in a pull request.

It begins with a mark that no reader sees, by which a later run finds the comment and replaces it. Texts of other people
are made inert (`reports/markdown.py`); the only links are ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from secure_score_backlog.evaluation.change import Change, DecisionChange
from secure_score_backlog.reports.change_approval import approval_sentences
from secure_score_backlog.reports.change_figures import figure_lines, figure_rows, level_lines, title_of, unmoved
from secure_score_backlog.reports.change_phrases import level_word
from secure_score_backlog.reports.change_record import cut, heading, heading_of, record, saying
from secure_score_backlog.reports.change_words import sentences
from secure_score_backlog.reports.markdown import code, inert
from secure_score_backlog.reports.report import Summary
from secure_score_backlog.text import one_line
from secure_score_backlog.wording import plural

LONGEST = 120
"""Characters of a text of somebody else in a sentence."""
MOST_MARKS = 140
"""Characters by which it may be more than three times as long once it is inert: marks become several each."""
LONGEST_VALUE_ESCAPED = 1_500
LONGEST_SENTENCES = 24_000
"""Bytes of all sentences together, so that the comment always has room for who has to approve."""
OPEN_RECORDS = 3
"""Up to so many decisions are shown unfolded."""
MORE_BELOW = "Too much to tell here: see each decision below."
LONGEST_COMMENT = 65_000
"""Bytes; GitHub takes 65,536 characters."""
LONGEST_DOCUMENT = 1_000_000
"""Bytes of the same elsewhere."""
HOW_TO_ANSWER = (
    "To answer: *Files changed* at the top of this pull request, then *Review changes* (on newer pages *Submit "
    "review*). *Approve* agrees, *Request changes* declines, *Comment* asks. A comment alone is no approval."
)
ON_PAPER = (
    "A role without a login here answers outside GitHub, in writing: agreed, declined or a question, to whoever "
    "proposes the change, who files what was agreed as the record."
)
ARTIFACT = re.compile(r"/actions/runs/\d+/artifacts/\d+$")
"""Where GitHub offers what a workflow run uploaded: as an archive, never as a page."""


def marker(folder: str = "") -> str:
    """The mark of the comment about one backlog of a repository; `folder` is its path there, empty at the top."""
    name = f":{hashlib.sha256(folder.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}" if folder else ""
    return f"<!-- secure-score-backlog diff{name} -->"


def as_markdown(change: Change, *, folder: str = "", preview: str = "") -> Summary:
    """The summary, in parts that can be left out from the end.

    Args:
        change: What the change does.
        folder: Path of the backlog in its repository.
        preview: Address of the site as the change makes it, which the caller has checked; empty without one.
    """
    head = f"{marker(folder)}\n## What this change does\n\n"
    return Summary(head, list(_parts(change, preview)), _left_out)


def in_sentence(text: str, longest: int = LONGEST, /) -> str:
    """A text of somebody else, inert and short."""
    return bounded(text, longest, 3 * longest + MOST_MARKS)


def bounded(text: str, longest: int, escaped: int) -> str:
    """A text of somebody else, inert, in so many characters before and after that."""
    line = one_line(text)
    while True:
        safe = inert(cut(line, longest))
        if len(safe) <= escaped:
            return safe
        longest = min(longest, len(line)) * 3 // 4


def _parts(change: Change, preview: str) -> Iterator[str]:
    yield from _sentences(change)
    yield "\n"
    yield "### Who has to approve\n\n"
    answer = [HOW_TO_ANSWER] if any(each.logins for each in change.approvers) else []
    on_paper = not change.without_github and any(not each.logins for each in change.approvers)
    answer += [ON_PAPER] if on_paper else []
    yield "".join(f"- {each}\n" for each in (*approval_sentences(change, in_sentence), *answer)) + "\n"
    if preview:
        is_archive = ARTIFACT.search(preview) is not None
        label = "Download the site as this change makes it (a ZIP: unpack it, open index.html)"
        yield f"[{label if is_archive else 'See the site as this change makes it'}]({preview})\n\n"
    yield f"### Before and after\n\n{''.join(_figures(change))}\n{title_of(change)}\n\n"
    if change.decisions:
        yield "### Each decision\n\n"
    is_open = len(change.decisions) <= OPEN_RECORDS
    for each in change.decisions:
        yield _record(each, is_open=is_open)


def _sentences(change: Change) -> Iterator[str]:
    """Each sentence with its details; without them where they would take too much room."""
    room, left = LONGEST_SENTENCES, 0
    for sentence in sentences(change, in_sentence):
        head = f"- {sentence.text}\n"
        whole = head + "".join(map(_detail, sentence.details))
        if len(whole.encode()) > room:
            whole = f"{head}    - {MORE_BELOW}\n" if sentence.details else head
        if len(whole.encode()) > room:
            left += 1
            continue
        room -= len(whole.encode())
        yield whole
    if left:
        yield f"- And {plural(left, 'more change')}.\n"


def _detail(detail: str) -> str:
    first, *parts = detail.split("\n")
    return f"    - {first}\n" + "".join(f"        - {part}\n" for part in parts)


def _figures(change: Change) -> Iterator[str]:
    if said := unmoved(change):
        yield f"{said}\n"
        return
    rows = figure_rows(change)
    if rows:
        yield "| Risk level | Open, not accepted | Accepted (the risk stays as it is) |\n|---|---|---|\n"
        yield from (f"| {level} | {opened} | {accepted} |\n" for level, opened, accepted in rows)
        yield "\n"
    yield from (f"- {said}\n" for said in level_lines(change))
    yield from (f"- {label}: {moved}\n" for label, moved in figure_lines(change, in_sentence))


def _record(change: DecisionChange, *, is_open: bool) -> str:
    lines = [
        f"<details{' open' if is_open else ''}><summary>{heading(change, in_sentence)}</summary>\n\n",
        f"Risk level: {level_word(change.level)}. File: {code(one_line(change.path)[:200])}\n\n",
    ]
    if said := saying(change):
        lines.append(f"Microsoft: {bounded(said, LONGEST * 2, LONGEST_VALUE_ESCAPED)}\n\n")
    rows = record(change)
    if rows and change.before and change.after:
        lines.append("| | Before | After |\n|---|---|---|\n")
        lines += [f"| {inert(label)} | {_value(before)} | {_value(after)} |\n" for label, before, after in rows]
    elif rows:
        lines.append(f"| {heading_of(change)} | |\n|---|---|\n")
        lines += [f"| {inert(label)} | {_value(before or after)} |\n" for label, before, after in rows]
    return "".join(lines) + "\n</details>\n\n"


def _value(text: str) -> str:
    return bounded(text, LONGEST_VALUE_ESCAPED, LONGEST_VALUE_ESCAPED) if text else "–"


def _left_out(number: int) -> str:
    return f"\n{plural(number, 'more part does', 'more parts do')} not fit here: run `backlog diff`.\n"
