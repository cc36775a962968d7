# SPDX-License-Identifier: Apache-2.0
"""`backlog audit`: the population test of a period, for people or as JSON; the conclusion first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

import click

from secure_score_backlog import beginning
from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.evaluation.audit import (
    ASK_NOW,
    HINTS,
    SAMPLE_SIZE,
    Audit,
    AuditedCommit,
    Kind,
    Reason,
    Sample,
    draw,
)
from secure_score_backlog.evaluation.facts import evaluate, with_audit
from secure_score_backlog.exports.audit import (
    KIND_WORDS,
    cannot_show,
    in_reasons,
    owner_words,
    plain_audit,
    reasons_of,
    shown_reasons,
)
from secure_score_backlog.exports.json import encode
from secure_score_backlog.problems import Severity
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.snapshots.coverage import DayKind
from secure_score_backlog.text import shortened
from secure_score_backlog.wording import plural
from secure_score_backlog.workspace import dated_ahead, load

SHOWN = 10
"""Exceptions and problems that the text lists; --json and the download have all."""
OF_COMMITS = frozenset(reason.value for reason in Reason)
"""Codes of the problems that the list of exceptions shows already."""
LARGEST_SAMPLE = 1_000
LONGEST_SEED = 200


@click.command()
@options.root
@click.option("--from", "start", type=options.Day(), help="First day (UTC). Default: the day of the first commit.")
@click.option(
    "--to",
    "end",
    type=options.Day(),
    help="Last day (UTC). Default: the day of the newest snapshot or commit, whichever is later.",
)
@click.option(
    "--sample",
    "size",
    type=click.IntRange(0, LARGEST_SAMPLE),
    default=SAMPLE_SIZE,
    show_default=True,
    help="How many changes to draw for a closer look.",
)
@click.option("--seed", help="Text that decides which ones. Default: the newest commit and the period.")
@options.as_json
@click.option("--strict", is_flag=True, help="Warnings count as well: exit 1.")
def command(
    *, root: Path, start: date | None, end: date | None, size: int, seed: str | None, as_json: bool, strict: bool
) -> int:
    """Test every commit of the main branch: a snapshot, a pull request that somebody else approved, or an exception.

    Exit 1 where there is an error: a change that nobody else approved, as far as is known, or a stored file that was
    rewritten. On GitHub, run `backlog approvals` before, so that it is known who approved what. Without GitHub a commit
    is attested where it brings decisions with the records of their approvals, or where minutes that somebody else
    committed name it; anything else is an exception.
    """
    if start and end and start > end:
        raise WrongUsage(f"The period begins ({start}) after it ends ({end}).", hint="Swap --from and --to.")
    if seed is not None and len(seed) > LONGEST_SEED:
        raise WrongUsage(f"The seed is longer than {LONGEST_SEED} characters.", hint="Choose a shorter one for --seed.")
    today = options.now().date()
    workspace = load(root, today=today)
    if not workspace.commits:
        raise CannotProceed(
            "There is no commit to audit: this folder is not under Git, or nothing is committed.",
            where=str(root.resolve()),
            hint="Commit the folder first (git init, git add ., git commit), or name a repository with --root.",
        )
    last = end or workspace.newest_day
    if start and start > last:
        raise WrongUsage(
            f"The period begins ({start}) after the newest commit and snapshot ({last}).",
            hint="Choose an earlier day for --from, or name the last day with --to.",
        )
    output.say_dated_ahead(dated_ahead(workspace, today) if end is None else (), last)
    facts = with_audit(evaluate(workspace, last), workspace, workspace.stored_history(), start)
    result = facts.audit
    assert result is not None
    sample = draw(result, size, seed)
    if as_json:
        output.product_json(encode(plain_audit(result, sample)))
    else:
        output.product("\n".join(report(result, sample)))
    weights = {found.severity for found in result.problems}
    return 1 if Severity.ERROR in weights or (strict and weights) else 0


def report(result: Audit, sample: Sample) -> Iterator[str]:
    """The audit for a person: the conclusion first."""
    yield conclusion(result)
    yield f"{plural(result.total, 'commit')} from {result.start} to {result.end} (UTC): {in_kinds(result)}."
    yield asked(result)
    if result.beginning:
        yield from beginning.words(result.beginning)
    listed = (line for each in result.exceptions for line in about(each, result.asked_at))
    yield from section("Commits without a known approval by another person", listed, 2 * SHOWN)
    yield from section("What to do about them", (f"  {line}" for line in to_do(result)), len(Reason))
    others = [found for found in result.problems if found.code not in OF_COMMITS]
    told = (f"  {found.severity}: {found.message}\n      {found.hint}" for found in others)
    yield from section("Other findings", told, SHOWN)
    yield from section("Further tests", (f"  {line}" for line in further(result)), SHOWN)
    if sample.items:
        title = f"Sample of {len(sample.items)} of the {plural(sample.of, 'commit')} that are not snapshots"
        yield from section(title, drawn(sample), LARGEST_SAMPLE + 3)
    yield from section("What this cannot show", (f"  {sentence}" for sentence in cannot_show(result)), SHOWN)


def section(title: str, lines: Iterable[str], most: int) -> Iterator[str]:
    """Some lines below a title, at most so many; nothing where there are none."""
    listed = list(lines)
    if listed:
        yield from ("", title, *listed[:most])
    if len(listed) > most:
        yield "  There are more; --json lists all."


def conclusion(result: Audit) -> str:
    """The result in one or two sentences."""
    if not result.total:
        return "There is no commit in this period, so there is nothing to audit."
    number, errors = result.counts[Kind.EXCEPTION], sum(1 for each in result.rewritten)
    changes = result.total - result.counts[Kind.SNAPSHOT]
    of = f"{plural(changes, 'commit')} that {'is not a snapshot' if changes == 1 else 'are not snapshots'}"
    verb = "has" if number == 1 else "have"
    found = f"{number} of {of} {verb} no known approval by another person: {in_reasons(result)}."
    if not number:
        found = "No commit is without a known approval by another person."
    if not number and (attested := result.counts.get(Kind.ATTESTED, 0)):
        found = (
            f"No commit is without an approval or a record of one by another person; {attested} of {changes} "
            f"{'rests' if attested == 1 else 'rest'} on a record alone, which only people can judge."
        )
    return f"{found} {plural(errors, 'stored file')} changed in a way that is not allowed." if errors else found


def in_kinds(result: Audit) -> str:
    """How many commits of the population are of each kind that occurs."""
    named = ((result.counts[kind], words) for kind, words in KIND_WORDS.items())
    return ", ".join(f"{number} {one if number == 1 else many}" for number, (one, many) in named if number) or "none"


def asked(result: Audit) -> str:
    """When GitHub was asked who approved what."""
    if result.without_github:
        return (
            f"No repository on GitHub is named in {SETTINGS_PATH}, so approvals are known by records on file alone: "
            "those that decisions name, and minutes by somebody else that name a commit."
        )
    if result.asked_at is None:
        return f"GitHub was never asked who approved what. {ASK_NOW}"
    last = f"{result.asked_at:%Y-%m-%d}"
    return f"GitHub was asked last on {last} (`backlog approvals`); what was merged later is listed as not asked about."


def about(each: AuditedCommit, asked_at: datetime | None) -> Iterator[str]:
    """An exception: which commit, and why."""
    yield f"  {one(each)}"
    yield f"      {each.severity}: {reasons_of(each, asked_at)}; changed: {', '.join(each.areas) or 'nothing'}"


def to_do(result: Audit) -> Iterator[str]:
    """Each reason of an exception, with what to do about it; reasons with one answer stand together."""
    found = {reason for each in result.exceptions for reason in shown_reasons(each)}
    for hint in dict.fromkeys(HINTS[reason] for reason in Reason if reason in found):
        same = [reason.words for reason in Reason if reason in found and HINTS[reason] == hint]
        yield f"{'; '.join(same)}:\n      {hint}"


def one(each: AuditedCommit) -> str:
    """A commit on one line."""
    request = f"#{each.pull_request}" if each.pull_request is not None else "-"
    return f"{each.at.date()}  {each.commit[:10]}  {request:>6}  {shortened(each.subject)}"


def further(result: Audit) -> Iterator[str]:
    """The further tests, one on a line."""
    days, counts = result.days, result.approvals
    named = (
        (DayKind.FILLED, "with scores only (points, but no texts and counts)"),
        (DayKind.PARTIAL, "partial"),
        (DayKind.MISSING, "missing"),
    )
    rest = "".join(f", {number} {words}" for kind, words in named if (number := days.count(kind)))
    later = f"; {result.completed} completed later" if result.completed else ""
    yield f"Days: {days.count(DayKind.COMPLETE)} of {days.passed} complete{rest}{later}."
    yield (
        f"Decisions in force that need an approval: {counts.all}; {counts.approved} approved on GitHub, "
        f"{counts.attested} approved outside GitHub, {counts.named} only named. "
        f"{owner_words(counts.same, result)}."
    )
    versions, compared = result.record_versions
    if versions:
        which = "all" if compared == versions else str(compared)
        lost = sum(1 for each in result.rewritten if each.version.path == APPROVALS_PATH)
        found = f"{plural(lost, 'version')} changed or lost records" if lost else "no record was changed or lost"
        yield f"Versions of the recorded approvals: {versions}, {which} compared with the one before; {found}."
    kinds = ", ".join(f"{number} {kind}" for kind, number in result.signatures.items())
    yield f"Signatures that the commits state (not needed, and not verified here): {kinds or 'no commit'}."


def drawn(sample: Sample) -> Iterator[str]:
    """The sample, one change on a line."""
    yield f"  Drawn by the seed {sample.seed}; the same --seed draws the same sample again."
    for number, each in enumerate(sample.items, start=1):
        yield f"  {number:>3}  {one(each)} ({KIND_WORDS[each.kind][0]})"
    yield "  With --json each has its paths, people and the commands to check it."
