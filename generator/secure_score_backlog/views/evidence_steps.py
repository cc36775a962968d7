# SPDX-License-Identifier: Apache-2.0
"""How to verify in five minutes: commands for a stranger with a clone, and what each has to print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.rules.judging.population import Population
from secure_score_backlog.views import wording

PULL_REQUEST = r"^[0-9a-f]+ Merge pull request #[0-9]+|\(#[0-9]+\)$"
"""What GitHub writes into the first line of a merge and of a squash; as an extended regular expression."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    title: str
    command: str
    expect: str
    """What it has to show."""


def steps(backlog: Backlog, population: Population) -> list[Step]:
    """The steps that this repository allows, in order."""
    return [*of_decisions(population), *of_snapshots(backlog), *of_figures(backlog), *of_approvals(population)]


def of_decisions(population: Population) -> Iterator[Step]:
    """The population, one sample of it, and its exceptions."""
    if not population.changes:
        return
    number = len(population.commits)
    yield Step(
        "List every commit that changed a decision",
        'git log --first-parent --format="%h %cI %an: %s" -- decisions/',
        f"{wording.count(number, 'line')}: the commits of the history below, the newest first.",
    )
    sample = next((change.version for change in population.changes if change.version.blob), None)
    if sample is not None:
        yield Step(
            "Read what one of them said, word for word",
            f"git show {quoted(f'{sample.commit[:10]}:./{sample.path}')}",
            "The decision as it was agreed on. Any commit and any file of the history below can be read like this.",
        )
    direct = len(population.direct)
    yield Step(
        "Look for changes that came without a pull request",
        f"git log --first-parent --format=\"%h %s\" -- decisions/ | grep -vE '{PULL_REQUEST}'",
        f"{wording.count(direct, 'line')}: the exceptions named above." if direct else "Nothing.",
    )


def of_snapshots(backlog: Backlog) -> Iterator[Step]:
    """The measurement itself, and that no day was written twice."""
    snapshot = backlog.facts.snapshot
    if snapshot is None or not snapshot.path:
        return
    branch = backlog.settings.snapshots_branch
    if not backlog.decisions.has_git:
        return
    place = quoted(f"{branch or 'HEAD'}:./{snapshot.path}")
    yield Step(
        "Read what Microsoft measured on the newest day",
        f"git show {place}",
        "Microsoft’s own answer, one recommendation a line; points and totals as on the score page.",
    )
    on = f" {quoted(branch)}" if branch else ""
    yield Step(
        "Look for snapshots that were written more than once",
        f'git log{on} --first-parent --diff-filter=MD --name-status --format="%h %cI %s" -- "snapshots/*/*.json"',
        "Only days that were known in less detail before and were completed later. Nothing else may change.",
    )


def of_figures(backlog: Backlog) -> Iterator[Step]:
    """The figures, computed anew."""
    finished = next((review.month for review in backlog.reviews if review.finished), None)
    if finished is not None:
        yield Step(
            f"Compute the figures of {wording.month(finished)} yourself",
            f"backlog status --json --month {finished}",
            "The figures of that month’s review, from the files and the history alone.",
        )
    elif backlog.facts.snapshot is not None:
        yield Step(
            "Compute the figures of this site yourself",
            f"backlog status --json --as-of {backlog.facts.as_of.isoformat()}",
            "The figures of these pages, from the files alone.",
        )
    if backlog.head is not None:
        yield Step(
            "Build this site yourself and compare it",
            f"git checkout {backlog.head.commit[:10]} && backlog build --as-of {backlog.facts.as_of.isoformat()}",
            f"With version {backlog.version or 'of the day'} of the program: the same pages, byte for byte.",
        )


def of_approvals(population: Population) -> Iterator[Step]:
    """What only GitHub knows."""
    if population.pull_requests:
        number = population.pull_requests[-1]
        yield Step(
            "Ask GitHub who approved a pull request, and when",
            f"gh pr view {number} --json author,mergedAt,mergedBy,reviews",
            "Author, approvals and times as GitHub recorded them, not as anybody typed them. Needs access to GitHub.",
        )


def quoted(words: str) -> str:
    """A word as a shell takes it, in POSIX shells and in PowerShell alike."""
    plain = all(letter.isalnum() or letter in "._-:/" for letter in words)
    return words if plain else "'" + words.replace("'", "") + "'"
