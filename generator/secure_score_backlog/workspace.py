# SPDX-License-Identifier: Apache-2.0
"""Everything that a folder holds, read once: snapshots, catalogue, decisions, settings, minutes.

`load(root)` is the way in for every command that reads a backlog, `load_commit` for a backlog as it was at a commit.
Each file and each blob is parsed once;
`evaluation.facts.evaluate(workspace, day)` computes what follows from it on a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from pathlib import Path

from secure_score_backlog.approval_records import load_records, record_files
from secure_score_backlog.approvals import Approvals, load_approvals
from secure_score_backlog.beginning import Beginning, begun
from secure_score_backlog.cache import FOLDER, Cache
from secure_score_backlog.decisions.model import DecisionHistory
from secure_score_backlog.decisions.store import DECISIONS, load_decisions
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.files import is_portable, names_in, paths_below, refused_below
from secure_score_backlog.git import (
    HISTORY,
    FileVersions,
    MainCommit,
    MainHistory,
    People,
    Repository,
    Version,
    open_repository,
    read_history,
)
from secure_score_backlog.git_index import read_index
from secure_score_backlog.kept_log import read_kept_history
from secure_score_backlog.licences import Licences, load_licences
from secure_score_backlog.problems import IF_ADDED, TELL, Problem, is_unreadable, problem
from secure_score_backlog.questionnaires.store import Questions, load_questions
from secure_score_backlog.ratings import Ratings, load_ratings
from secure_score_backlog.recorded_packs import RecordedPack, load_packs
from secure_score_backlog.reviews import DOCS, Minutes, SignedReview, load_minutes, load_signed_reviews
from secure_score_backlog.settings import (
    NO_SETTINGS,
    SETTINGS_PATH,
    Settings,
    SettingsFile,
    check_settings,
    parse_settings,
    read_settings_file,
)
from secure_score_backlog.snapshots.catalogue import CatalogueVersions
from secure_score_backlog.snapshots.model import Catalogue, History
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.snapshots.store import (
    SnapshotBranch,
    SnapshotFolder,
    SnapshotSource,
    catalogue_versions,
    load_catalogue,
    load_history,
    open_snapshot_branch,
    snapshots_at,
)
from secure_score_backlog.stored_history import StoredHistory, read_stored_history
from secure_score_backlog.strict_yaml import YamlData

LAYOUT = "mkdocs.yml"
"""Navigation and look of the site; read by `site/` alone."""

YEAR = re.compile(r"\d{4}")
"""Name of a folder of snapshots."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a folder holds. Days are UTC."""

    history: History
    catalogue: Catalogue
    """The newest one; `catalogue_versions` has the older ones."""
    decisions: DecisionHistory
    settings: Settings
    """Those of the working tree; `settings_versions` has the older ones."""
    ratings: Ratings
    licences: Licences = field(default_factory=Licences)
    settings_source: YamlData = field(default_factory=lambda: YamlData(SETTINGS_PATH))
    """The settings as typed, with the line of every key."""
    newest_day: date = date.min
    """The later of the newest snapshot's and the newest commit's day: the as-of date unless another is given."""
    head: Version | None = None
    """The newest commit of the main branch; None without Git."""
    dated_by: Version | None = None
    """The commit of the main branch with the latest time: `head`, or an earlier one whose clock was ahead."""
    minutes: Mapping[str, Minutes] = field(default_factory=dict)
    """By month, YYYY-MM."""
    signed: Mapping[str, SignedReview] = field(default_factory=dict)
    """By month, YYYY-MM."""
    questions: Questions = field(default_factory=Questions)
    """The organisation's own questionnaires and evidence."""
    catalogue_versions: CatalogueVersions | None = None
    """None: the catalogue was always as it is."""
    settings_versions: tuple[tuple[date, Settings], ...] = ()
    """Day and settings of each version, oldest first."""
    settings_of: Mapping[str, Settings] = field(default_factory=dict)
    """By commit: the settings that it brought to the main branch."""
    approvals: Approvals = field(default_factory=Approvals)
    """What GitHub said about the pull requests that brought commits; empty where it was never asked."""
    packs: tuple[RecordedPack, ...] = ()
    """The packs that were recorded, oldest first."""
    records: Mapping[str, str] = field(default_factory=dict)
    """Texts of the committed files that decisions name as records of approvals, as they are compared, by blob."""
    record_files: Mapping[str, bool] = field(default_factory=dict)
    """Of each file that decisions name as record of an approval: whether it is there now."""
    problems: tuple[Problem, ...] = ()
    """Found while reading, in order of place; those that depend on the day come from evaluating."""
    repository: Repository | None = None
    """None without Git, or where its history was not read."""
    tips: tuple[str, ...] = ()
    """The newest commits of the main branch and of the snapshots' own branch."""
    commits: tuple[MainCommit, ...] = ()
    """Every commit of the main branch along first parents, oldest first."""
    snapshot_branch: SnapshotBranch | None = None
    """The snapshots' own branch; None where they are on the main branch."""
    beginning: Beginning | None = None
    """What is left out of the history; None: nothing."""

    def people(self) -> People:
        """Everyone whom the history names; read from Git when asked, because only a site for outsiders needs it."""
        return self.repository.people(self.tips) if self.repository and self.tips else frozenset()

    @property
    def snapshot_commits(self) -> tuple[MainCommit, ...]:
        """The commits of the snapshots' own branch along first parents that the main branch lacks, oldest first."""
        shared = {each.version.commit for each in self.commits}
        found = self.snapshot_branch.history.commits if self.snapshot_branch else ()
        return tuple(each for each in found if each.version.commit not in shared)

    def stored_history(self) -> StoredHistory:
        """What happened to stored files later; read from Git when asked, because only an audit needs it."""
        return read_stored_history(self.repository, self.commits, self.snapshot_branch)

    def settings_on(self, day: date) -> Settings:
        """The settings in force at the end of a day; without Git, today's."""
        if self.head is None or day >= self.newest_day:
            return self.settings
        known = [settings for since, settings in self.settings_versions if since <= day]
        return known[-1] if known else NO_SETTINGS

    def catalogue_on(self, day: date) -> Catalogue:
        """The catalogue at the end of a day, and what was last said about everything else that was known then."""
        if self.catalogue_versions is None:
            return self.catalogue
        scored = {name for name, line in self.history.timelines.items() if line.days and line.days[0] <= day}
        return self.catalogue_versions.on(day, scored | self.decisions.recorded(day))

    def catalogue_listed_on(self, day: date) -> Catalogue:
        """The catalogue at the end of a day, without what it no longer lists."""
        return self.catalogue_versions.listed_on(day) if self.catalogue_versions else self.catalogue

    def catalogue_stored_by(self, day: date) -> bool:
        """Git holds a version of the catalogue of a day or of one before it, so that its words are known."""
        known = self.catalogue_versions.versions if self.catalogue_versions else ()
        return any(version.at.date() <= day for version in known[:1])


def load(
    root: Path,
    *,
    today: date,
    edited_on: date | None = None,
    with_history: bool = True,
    working_tree: bool = False,
) -> Workspace:
    """Read a folder, each file once.

    Args:
        root: The folder that holds snapshots/, decisions/ and backlog.yml.
        today: The newest day of a folder that has neither a snapshot nor a commit.
        edited_on: The day that uncommitted edits count for; the newest day unless given.
        with_history: False: leave Git's history alone, so that every decision counts as made on the day.
        working_tree: True: signed months are those of the working tree, merged or not, for a check before the merge.

    Raises:
        WrongUsage: root holds no backlog.
        CannotProceed: Git's history or the snapshots' branch cannot be read.
    """
    require_backlog(root)
    repository = open_repository(root) if with_history else None
    cached = cache(partial(cache_of, repository))
    main = read_kept_history(repository, cached) if repository else None
    settings_file = read_settings_file(root)
    main, beginning, faults = begun(main, settings_file, root)
    snapshots = snapshot_source(root, settings_file.settings, main)
    sources = _Sources(root, main, settings_file, snapshots, beginning, cached)
    found = _read(sources, today, edited_on, working_tree=working_tree)
    problems = {*found.problems, *faults, *refused_files(root, {each.path for each in found.problems})}
    return replace(found, problems=tuple(sorted(problems, key=lambda each: each.order)))


def load_commit(
    repository: Repository,
    commit: str,
    *,
    today: date,
    edited_on: date | None = None,
    measured: Workspace | None = None,
) -> Workspace:
    """Read the folder of a repository as it was at a commit, from Git alone: nothing of the working tree.

    Snapshots that have a branch of their own are those of the branch's tip. What only a folder can have, such as links
    and misnamed settings, is no problem here.

    Args:
        repository: See `git.open_repository`.
        commit: The full id of a commit; `branches.commit_of` finds it.
        today: As for `load`.
        edited_on: As for `load`.
        measured: A workspace with the same snapshots and catalogue, which are then not read a second time.

    Raises:
        CannotProceed: Git's history or the snapshots' branch cannot be read.
    """
    whole = read_history(repository, commit)
    known = whole.versions.get(SETTINGS_PATH, ())
    content = whole.content(known[-1].blob) if known and known[-1].blob else None
    no_file = SettingsFile(Settings(), YamlData(SETTINGS_PATH))
    settings_file = parse_settings(content) if content is not None else no_file
    main, beginning, faults = begun(whole, settings_file, None)
    branch = settings_file.settings.snapshots.branch
    snapshots: SnapshotSource = snapshots_at(repository, commit, main or whole)
    if branch and not is_unpushed(main, branch):
        snapshots = open_snapshot_branch(main, branch)
    sources = _Sources(None, main, settings_file, snapshots, beginning)
    found = _read(sources, today, edited_on, measured=measured)
    problems = {*found.problems, *faults}
    return replace(found, problems=tuple(sorted(problems, key=lambda each: each.order)))


def load_nothing(repository: Repository, *, today: date, edited_on: date | None = None) -> Workspace:
    """A backlog before its beginning: no file and no commit."""
    settings_file = SettingsFile(Settings(), YamlData(SETTINGS_PATH))
    snapshots = SnapshotBranch(repository, "", {})
    return _read(_Sources(None, MainHistory(repository=repository), settings_file, snapshots), today, edited_on)


def confirmed(main: MainHistory, approvals: Approvals) -> MainHistory:
    """The versions with the pull requests that GitHub names, in place of what the messages of commits claim.

    `commits` keep the claims, for the audit.
    """
    if not approvals.commits:
        return main

    def told(version: Version) -> Version:
        fact = approvals.commits.get(version.commit)
        return replace(version, pull_request=fact.pull_request, confirmed=True) if fact else version

    return replace(
        main,
        versions={path: tuple(map(told, each)) for path, each in main.versions.items()},
        head=told(main.head) if main.head else None,
        dated_by=told(main.dated_by) if main.dated_by else None,
    )


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where everything is read from."""

    root: Path | None
    """None: from Git alone."""
    main: MainHistory | None
    settings_file: SettingsFile
    snapshots: SnapshotSource
    beginning: Beginning | None = None
    cached: Callable[[], Cache | None] | None = None
    """Opens the cache, once; None: that of the history's repository."""


def _read(
    sources: _Sources,
    today: date,
    edited_on: date | None,
    *,
    working_tree: bool = False,
    measured: Workspace | None = None,
) -> Workspace:
    """Everything of a folder, or of a commit, with the problems of reading it."""
    main, settings_file, snapshots = sources.main, sources.settings_file, sources.snapshots
    settings = settings_file.settings
    if sources.beginning and isinstance(snapshots, SnapshotBranch):
        snapshots = replace(snapshots, history=snapshots.history.after(sources.beginning.after))
    problems: set[Problem] = set()
    cached = sources.cached or cache(partial(cache_of, main.repository if main else None))
    if measured is None:
        catalogue, of_catalogue = load_catalogue(snapshots)
        history, of_history = load_history(snapshots, catalogue, cached)
        problems.update(of_catalogue, of_history)
    else:
        catalogue, history = measured.catalogue, measured.history
    approvals, of_approvals = load_approvals(snapshots)
    if not (approvals.collected_at or settings.repository.url or settings.roles_with_logins):
        approvals = replace(approvals, without_github=True)
    packs, of_packs = load_packs(snapshots)
    main = confirmed(main, approvals) if main else None
    newest = newest_day(history, main, today)
    dated_by = main.dated_by if main else None
    if edited_on:  # what a clock ahead dates after the day is judged on it all the same
        main, newest = main.until(edited_on) if main else None, min(newest, edited_on)
    files = FileVersions(sources.root, main, edited_on or newest)
    minutes, of_minutes = load_minutes(files)
    signed, of_signed = load_signed_reviews(files, uncommitted=working_tree)
    decisions, of_decisions = load_decisions(files, cached)
    questions, of_questions = load_questions(files)
    versions = tuple(settings_versions(files, settings_file))
    problems.update(
        main.problems if main else (),
        settings_file.problems,
        check_settings(settings_file.source, settings, catalogue.recommendations),
        of_minutes,
        of_signed,
        of_decisions,
        of_questions,
        of_approvals,
        of_packs,
    )
    return Workspace(
        history=history,
        catalogue=catalogue,
        decisions=decisions,
        settings=settings,
        ratings=load_ratings(),
        licences=load_licences(),
        newest_day=newest,
        head=main.head if main else None,
        dated_by=dated_by,
        minutes=minutes,
        signed=signed,
        questions=questions,
        catalogue_versions=catalogue_versions(files, snapshots, catalogue),
        settings_source=settings_file.source,
        settings_versions=tuple((version.at.date(), each) for version, each in versions),
        settings_of={version.commit: each for version, each in versions if version.committed},
        approvals=approvals,
        packs=packs,
        records=load_records(main, decisions, minutes=approvals.without_github),
        record_files=record_files(sources.root, None if working_tree else main, decisions),
        problems=tuple(sorted(problems, key=lambda problem: problem.order)),
        repository=main.repository if main else None,
        tips=tips(main, snapshots),
        commits=main.commits if main else (),
        snapshot_branch=snapshots if settings.snapshots.branch and isinstance(snapshots, SnapshotBranch) else None,
        beginning=sources.beginning,
    )


def tips(main: MainHistory | None, snapshots: SnapshotSource) -> tuple[str, ...]:
    """The newest commits of the main branch and of the snapshots' own branch."""
    found = [main.head.commit] if main and main.head else []
    return tuple(dict.fromkeys([*found, *([snapshots.tip] if isinstance(snapshots, SnapshotBranch) else [])]))


def refused_files(root: Path, known: Collection[str]) -> Iterator[Problem]:
    """What is not read because it is a link, a pipe or the like, beside what is reported by its path already."""
    for place in (SNAPSHOTS, DOCS):
        for path, why in refused_below(root, place):
            if path not in known:
                hint = f"If your pull request or commit adds it, put the file or folder itself in its place; {TELL}"
                yield problem("file-refused", path, None, f"This is not read: {why}.", hint)
    for path in paths_below(root, DOCS):
        if not is_portable(path):
            message = "This is not published: its name holds what no file of a site can have in its name."
            hint = "Rename it, with characters that can be shown, without colons and backslashes."
            yield problem("file-refused", path, None, message, hint)


def require_backlog(root: Path) -> None:
    """WrongUsage for a folder that has nothing of a backlog in it.

    Other projects have folders of these names too: one that holds files counts only where one of them could be ours.
    """
    if not ((root / SETTINGS_PATH).exists() or could_hold_snapshots(root) or (root / DECISIONS).exists()):
        raise WrongUsage(
            f"There is no backlog in this folder: it has no {SNAPSHOTS}/ with snapshots, no {DECISIONS}/ and no "
            f"{SETTINGS_PATH}.",
            where=str(root.resolve()),
            hint="Go to the folder that has them, or name it with --root. To make a new one, run `backlog init DIR`.",
        )


def could_hold_snapshots(root: Path) -> bool:
    """The folder of snapshots is there, and is empty, or holds a catalogue or a year; a link is refused later."""
    if not (root / SNAPSHOTS).exists():
        return False
    try:
        names = names_in(root, SNAPSHOTS)
    except OSError:
        return True
    return not names or any(name.endswith(".json") or YEAR.fullmatch(name) for name in names)


def snapshot_source(root: Path, settings: Settings, main: MainHistory | None) -> SnapshotSource:
    """Where the snapshots are: in the folder, or on the branch that the settings name, once anything is committed."""
    branch = settings.snapshots.branch
    if branch is None or (main is not None and main.head is None) or is_unpushed(main, branch):
        return SnapshotFolder(root, main.repository if main else None)
    return open_snapshot_branch(main, branch)


def cache_of(repository: Repository | None) -> Cache | None:
    """The cache of a folder; None without Git, and where a branch brought files of a cache: they could say anything."""
    if repository is None or read_index(repository).tracks(FOLDER):
        return None
    return Cache(repository.folder)


def is_unpushed(main: MainHistory | None, branch: str) -> bool:
    """Whether a branch of snapshots cannot be there yet: it is missing, and nothing of the backlog was pushed.

    Where the first commit is on another side, the branch may be there too, and has to be fetched. Only a repository
    with a folder for snapshots, as `backlog init` makes it, is taken for a new one: a wrong name must not pass.
    """
    if main is None or main.repository is None or not main.commits or main.repository.tip(branch) is not None:
        return False
    if not any(path.startswith(f"{SNAPSHOTS}/") for path in main.versions):
        return False
    return not main.repository.is_pushed(main.commits[0].version.commit)


def newest_day(history: History, main: MainHistory | None, today: date) -> date:
    """The as-of date unless another is given: the later of the newest snapshot and the newest commit."""
    days = [history.days[-1].day] if history.days else []
    if main and main.head:
        days.append(main.head.at.date())
    return max(days, default=today)


def dated_ahead(workspace: Workspace, today: date) -> list[Problem]:
    """The commits and snapshots that are dated after today.

    They move the as-of date of every page, so `check` reports them, and a command that judges the newest day says so.
    Pages know no clock (docs/method.md#as-of).
    """
    of_catalogue = workspace.catalogue_versions.versions if workspace.catalogue_versions else ()
    latest = [workspace.dated_by, *of_catalogue[-1:]]
    commits = {each.commit: each.at.date() for each in latest if each and each.committed and each.at.date() > today}
    found = [
        problem(
            "commit-in-future",
            HISTORY,
            None,
            f"Commit {commit[:10]} is dated {day}, after today ({today}): the clock of the computer that made it was "
            "wrong.",
            f"{_again(workspace)} For the maintainer: once it is on the main branch, this error stays until {day}; "
            f"until then give each `backlog build` the current date (today `--as-of {today}`).",
        )
        for commit, day in commits.items()
    ]
    return found + [
        problem(
            "snapshot-in-future",
            each.path,
            None,
            f"This snapshot is of {each.day}, after today ({today}).",
            f"{IF_ADDED} For the maintainer: if {today} is right, the day came under a wrong date: delete the file.",
        )
        for each in workspace.history.days
        if each.day > today
    ]


def _again(workspace: Workspace) -> str:
    """What to do about a commit with a wrong time."""
    if workspace.approvals.without_github:
        return (
            "If it is yours and nobody has it yet, set the clock right and commit again (`git commit --amend "
            "--date=now`)."
        )
    return (
        "If it is yours and not merged, close its pull request and make the change again in a new one, in the browser; "
        "else tell whoever maintains this repository."
    )


def settings_versions(files: FileVersions, newest: SettingsFile) -> Iterator[tuple[Version, Settings]]:
    """Each version of the settings, oldest first; `newest` is the working tree's, each other content is read once."""
    versions = files.of(SETTINGS_PATH)
    known: dict[str | None, Settings] = {}
    if versions and not is_unreadable(newest.problems):
        known[versions[-1].blob] = newest.settings
    known[None] = NO_SETTINGS
    for version in versions[:-1]:
        if version.blob not in known:
            known[version.blob] = parse_settings(files.content(version) or b"").settings
        yield version, known[version.blob]
    yield from ((version, newest.settings) for version in versions[-1:])
