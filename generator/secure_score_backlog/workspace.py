# SPDX-License-Identifier: Apache-2.0
"""The one value of a build, from which all pages and all JSON are made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from secure_score_backlog import __version__
from secure_score_backlog.dates import last_day
from secure_score_backlog.decisions.checks import CheckContext, Judged, judge_decisions
from secure_score_backlog.decisions.model import DecisionHistory
from secure_score_backlog.decisions.store import WrittenDecisions, load_decision_history, read_decisions
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import Facts, evaluate, month_end, months_of
from secure_score_backlog.evaluation.status import Sources, answered_on, reached_under
from secure_score_backlog.git import FileVersions, MainHistory, Version, read_main_history, version_on
from secure_score_backlog.problems import Problem
from secure_score_backlog.ratings import Ratings, load_ratings
from secure_score_backlog.reviews import Minutes, SignedReview, load_minutes, load_signed_reviews
from secure_score_backlog.settings import SETTINGS_PATH, Settings, load_settings, parse_settings
from secure_score_backlog.snapshots.catalogue_versions import CatalogueVersions, catalogue_versions
from secure_score_backlog.snapshots.model import Catalogue, History
from secure_score_backlog.snapshots.store import (
    SnapshotFolder,
    SnapshotSource,
    load_catalogue,
    load_history,
    open_snapshot_branch,
)


@dataclass(frozen=True, slots=True)
class Review:
    """One month: its facts, and the minutes if somebody wrote them."""

    month: str
    facts: Facts
    minutes: Minutes | None = None
    signed: SignedReview | None = None
    """What the month shows once it was signed and merged."""
    finished: bool = True
    """False for the month that is still running on the as-of date."""
    problems: tuple[Problem, ...] = ()
    """What was wrong with the decisions of that day."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The one value of a build: everything the pages and the JSON are made from."""

    settings: Settings
    catalogue: Catalogue
    history: History
    decisions: DecisionHistory
    facts: Facts
    """As of the build's date."""
    reviews: tuple[Review, ...] = ()
    """Newest month first."""
    problems: tuple[Problem, ...] = ()
    version: str = ""
    """Version of the tool."""
    head: Version | None = None
    """The newest commit of the main branch; None without Git."""


# --- From a folder to the one value of a build: introduces the rooms to each other, judges nothing itself.


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything that a root holds, read once."""

    files: FileVersions
    settings: Settings
    catalogue: CatalogueVersions
    history: History
    written: WrittenDecisions
    minutes: dict[str, Minutes]
    signed: dict[str, SignedReview]
    ratings: Ratings
    newest_day: date
    """The later of the newest snapshot's day and the day of the newest commit."""
    problems: tuple[Problem, ...]
    """Of reading; those of decisions come from judging."""


def assemble(root: Path, *, as_of: date | None, today: date, months: Collection[str] | None = None) -> Backlog:
    """Read a root and judge it as of a day: by default the newest data or commit (design §1.5).

    Args:
        root: The folder to read.
        as_of: The day to judge; the newest one unless told.
        today: Stands in where there is neither a snapshot nor a commit.
        months: Which reviews (YYYY-MM) are wanted; each costs a judgement. All of them unless told.

    Raises:
        CannotProceed: nothing can be judged.
    """
    folder = read_folder(root, today)
    day = as_of or folder.newest_day
    sources, judged = sources_on(folder, day)
    facts = evaluate(sources, day)
    wanted = [month for month in months_of(sources, day) if months is None or month in months]
    return Backlog(
        settings=folder.settings,
        catalogue=sources.catalogue,
        history=folder.history,
        decisions=sources.decisions,
        facts=facts,
        reviews=tuple(review_of(folder, month, facts, judged.problems) for month in wanted),
        problems=tuple(sorted({*folder.problems, *judged.problems}, key=lambda problem: problem.order)),
        version=__version__,
        head=folder.files.main.head if folder.files.main else None,
    )


def read_folder(root: Path, today: date) -> Folder:
    """Read everything; CannotProceed where the folder is none."""
    if not root.is_dir():
        raise CannotProceed(f"{root} is not a folder", hint="Name the folder that holds snapshots/ with --root.")
    settings, settings_problems = load_settings(root)
    main = read_main_history(root)
    snapshots = snapshot_source(root, settings, main)
    catalogue, catalogue_problems = load_catalogue(snapshots)
    history, history_problems = load_history(snapshots)
    newest = newest_day(history, main, today)
    files = FileVersions(root, main, newest)
    signed, signed_problems = load_signed_reviews(files)
    return Folder(
        files=files,
        settings=settings,
        catalogue=catalogue_versions(files, snapshots, catalogue),
        history=history,
        written=load_decision_history(files),
        minutes=load_minutes(files),
        signed=signed,
        ratings=load_ratings(),
        newest_day=newest,
        problems=(
            *settings_problems,
            *catalogue_problems,
            *history_problems,
            *signed_problems,
            *read_decisions(root).problems,
        ),
    )


def snapshot_source(root: Path, settings: Settings, main: MainHistory | None = None) -> SnapshotSource:
    """Where the snapshots lie: in the folder, or on the branch that the settings name."""
    if settings.snapshots_branch is None:
        return SnapshotFolder(root)
    return open_snapshot_branch(main or read_main_history(root), settings.snapshots_branch)


def newest_day(history: History, main: MainHistory | None, today: date) -> date:
    """The as-of date that a build has unless told otherwise."""
    days = [history.days[-1].day] if history.days else []
    if main and main.head:
        days.append(main.head.at.date())
    return max(days, default=today)


def sources_on(folder: Folder, day: date) -> tuple[Sources, Judged]:
    """What the rules judge from on a day: what was known at its end, and nothing that came later."""
    settings, catalogue = settings_on(folder, day), catalogue_on(folder, day)
    judged = judged_on(folder, settings, catalogue, day)
    versions = {}
    for identifier, known in folder.written.history.versions.items():
        in_force = len(folder.written.history.until(identifier, day)) - 1
        found = list(known)
        if in_force >= 0 and found[in_force].version.blob is not None:
            decision = judged.decisions.get(identifier)
            found[in_force] = replace(found[in_force], decision=decision, readable=decision is not None)
        versions[identifier] = tuple(found)
    decisions = replace(folder.written.history, versions=versions)
    return Sources(folder.history, catalogue, decisions, settings, folder.ratings), judged


def catalogue_on(folder: Folder, day: date) -> Catalogue:
    """The catalogue at the end of a day, and what was said last about everything else that was known then."""
    scored = [name for name, line in folder.history.timelines.items() if line.days and line.days[0] <= day]
    decided = [name for name in folder.written.history.versions if folder.written.history.until(name, day)]
    return folder.catalogue.on(day, {*scored, *decided})


def judged_on(folder: Folder, settings: Settings, catalogue: Catalogue, day: date) -> Judged:
    """Which decisions count on a day, from the versions known at its end."""
    written = folder.written
    in_force = [
        written.sources[known[-1].version]
        for identifier in written.history.versions
        if (known := written.history.until(identifier, day)) and known[-1].version.blob is not None
    ]
    newest = folder.history.newest(day)
    scored = folder.history.scored(newest.day) if newest else {}
    decided = answered_days(written.history, day)
    return judge_decisions(
        in_force,
        CheckContext(
            catalogue=catalogue,
            settings=settings,
            today=day,
            scored=scored.keys(),
            known=[name for name, line in folder.history.timelines.items() if line.days and line.days[0] <= day],
            decided=decided,
            done=[name for name, seen in scored.items() if seen.observed_in_full],
            reached=reached_under(folder.history, decided, day),
        ),
    )


def answered_days(history: DecisionHistory, day: date) -> dict[str, date]:
    """The day of each present answer, where Git knows it."""
    found = {name: answered_on(history.until(name, day), history.has_git) for name in history.versions}
    return {name: answered for name, answered in found.items() if answered is not None}


def review_of(folder: Folder, month: str, today: Facts, problems: tuple[Problem, ...]) -> Review:
    """One month; a finished one knows nothing that came later. `problems` are those of the decisions of today."""
    end, facts = month_end(month, today.as_of), today
    if end != today.as_of:
        sources, judged = sources_on(folder, end)
        facts, problems = evaluate(sources, end), judged.problems
    return Review(
        month=month,
        facts=facts,
        minutes=folder.minutes.get(month),
        signed=folder.signed.get(month),
        finished=last_day(month) <= today.as_of,
        problems=problems,
    )


def settings_on(folder: Folder, day: date) -> Settings:
    """The settings in force at the end of a day; without Git, today's."""
    if not folder.files.main or day >= folder.newest_day:
        return folder.settings
    version = version_on(folder.files.of(SETTINGS_PATH), day)
    content = folder.files.content(version) if version is not None else None
    return parse_settings(content, SETTINGS_PATH).settings if content is not None else Settings()
