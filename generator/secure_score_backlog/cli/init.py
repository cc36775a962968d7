# SPDX-License-Identifier: Apache-2.0
"""`backlog init`: the repository for a tenant's data, made from a few choices, and what is left to do by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from secure_score_backlog import wording
from secure_score_backlog.branches import changed_in_folder, commit_of, indexed, tree_of
from secure_score_backlog.cli import options, output
from secure_score_backlog.data_repository import choices as reading
from secure_score_backlog.data_repository.choices import PLAN_NAMES, Chat, Choices, Plan, Site, choose, sites_of
from secure_score_backlog.data_repository.comparing import Change, compared
from secure_score_backlog.data_repository.copy import REWRITTEN, came_back, is_copy, not_sample, of_project, of_sample
from secure_score_backlog.data_repository.steps import REPOSITORY, Shell, Sign, steps, unknown_words
from secure_score_backlog.data_repository.tool import HERE, installed_tool, parse_tool
from secure_score_backlog.data_repository.written import RECORD, Record, documents, purpose, read_record, record
from secure_score_backlog.errors import BacklogError, CannotProceed, WrongUsage
from secure_score_backlog.files import create_files, delete_files, names_in, read_file, write_file
from secure_score_backlog.git import (
    Repository,
    is_in_repository,
    make_repository,
    open_repository,
    origin_on_github,
    was_committed,
)
from secure_score_backlog.sample.cut import cut_files
from secure_score_backlog.settings import SETTINGS_PATH, load_settings
from secure_score_backlog.text import shell_quoted
from secure_score_backlog.workspace import load

BELONGING = frozenset({".git", ".github", ".gitignore", ".gitattributes", "LICENSE", "README.md"})
"""Names in a folder that may be there before: a repository that GitHub has made holds some of them."""
BACKLOG = frozenset({RECORD, "backlog.yml", "decisions", "snapshots"})
"""One of these names makes a folder a backlog, whatever else it holds."""
SITE_NAMES = {
    Site.ARTIFACT: "downloaded from a run, by readers of the repository",
    Site.PAGES: "private GitHub Pages, by readers of the repository",
    Site.AZURE: "Azure Static Web Apps, by accounts of your Entra tenant",
    Site.FOLDER: "in the folder where it is built",
}
ON_PATH = {
    Shell.BASH: 'export PATH="$PWD/.venv/bin:$PATH"',
    Shell.POWERSHELL: '$env:PATH = "$PWD\\.venv\\Scripts;$env:PATH"',
}
MOST_LISTED = 5
"""Names that a message lists."""


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--here",
    is_flag=True,
    help="In a private copy of this program's repository (DIR, or this folder): take out the sample and what belongs "
    "to the project alone, and write the files there. Git keeps what is deleted.",
)
@click.option("--organisation", metavar="NAME", help="Name of the organisation. The only choice without a default.")
@click.option(
    "--plan",
    type=click.Choice([plan.value for plan in Plan], case_sensitive=False),
    help="The plan of the account on GitHub that will own the private repository: free (the default), team (also Pro), "
    "enterprise (Enterprise Cloud), or none for a computer without GitHub.",
)
@click.option(
    "--site",
    type=click.Choice([site.value for site in Site], case_sensitive=False),
    help="Where the site can be read: as an artifact of a run, by readers of the repository (the default); on private "
    "GitHub Pages, which only Enterprise Cloud has; on Azure Static Web Apps, by accounts of your tenant; or in the "
    "folder where it is built (the default without GitHub).",
)
@click.option(
    "--tenant",
    metavar="ID",
    help="The directory (tenant) ID of Entra, filled into what is printed and into the script of a computer without "
    "GitHub; --site azure needs it.",
)
@click.option(
    "--protected/--no-protected",
    default=None,
    help="Whether the main branch accepts pull requests only; snapshots then have a branch of their own. Default: yes "
    "where the plan has rules for branches (team, enterprise).",
)
@click.option(
    "--repository", metavar="OWNER/NAME", help="The repository's name on GitHub; filled into what is printed."
)
@click.option("--reviewer", metavar="@LOGIN|@ORG/TEAM", help="Who has to review decisions (CODEOWNERS).")
@click.option(
    "--chat",
    type=click.Choice([chat.value for chat in Chat]),
    help="Send a weekly message about what is due to a webhook of Teams or Slack, beside the issues. Default: none.",
)
@click.option(
    "--tool",
    metavar="OWNER/NAME@COMMIT",
    help="Repository and full commit of this program, which workflows install. Default: where it was installed from, "
    "if that was a commit on GitHub.",
)
@click.option(
    "--shell",
    type=click.Choice([shell.value for shell in Shell]),
    help="What the printed steps are typed into. Default: powershell on Windows, else bash.",
)
@click.option("--git/--no-git", default=True, show_default=True, help="Make a Git repository where there is none.")
@click.option(
    "--upgrade",
    is_flag=True,
    help="Write nothing; show what this version would write differently, and why the files differ.",
)
@options.no_input
def command(
    folder: Path | None, here: bool, shell: str | None, git: bool, upgrade: bool, no_input: bool, **given: Any
) -> int:
    """Make the repository for your tenant's data in DIR, and print what is left to do by hand.

    At a terminal it asks for what the options do not say. A file that exists is never changed: in a folder that holds a
    backlog, only missing files are added. A folder with anything else in it is refused. With --here, the folder is a
    copy of this program's repository, whose sample is taken out.
    """
    folder = named(folder, here=here)
    copy = folder.is_dir() and is_copy(lambda path: content_of(folder, path))
    if here and not copy:
        raise no_copy(folder)
    recorded = read_folder(folder)
    said = {name: value for name, value in given.items() if value is not None}
    refuse_other_kind(folder, recorded, said.get("tool"), here=here, copy=copy)
    asked = {**recorded.choices, **said}
    if upgrade:
        return show_upgrade(folder, recorded, asked)
    clearing = clearing_of(folder) if here and not recorded.version else None
    if clearing:
        asked |= {"tool": HERE, "after": clearing.after}
    if options.at_terminal(no_input) and not recorded.version:
        asked = interview(asked, "" if clearing else origin_on_github(folder))  # of a copy, it may be the project's
    chosen = choose(asked, installed_tool())
    if git:
        refuse_inside(folder)
    if clearing:
        clear(folder, clearing, {document.path for document in documents(chosen)})
    write(folder, chosen, recorded)
    if git and not (folder / ".git").exists():
        make_repository(folder)
    say_unnamed(folder, chosen)
    done = signs_in(folder) if recorded.version else frozenset()
    tell(folder, chosen, Shell(shell) if shell else options.shell_here(), git=git, done=done)
    return 0


def named(folder: Path | None, *, here: bool) -> Path:
    """The folder that is meant; WrongUsage where none is named."""
    if folder is not None:
        return folder
    if here:
        return Path()
    raise WrongUsage(
        "The folder of the new repository is missing.",
        where="DIR",
        hint="Name one that does not exist yet: backlog init our-score. In a private copy of this program's "
        "repository, run `backlog init --here`.",
    )


def read_folder(folder: Path) -> Record:
    """The record of an earlier run, empty without one; CannotProceed for a folder with other things in it."""
    elsewhere = "Name a folder that does not exist yet: backlog init our-score."
    if folder.exists() and not folder.is_dir():
        raise CannotProceed("This is a file, not a folder.", where=str(folder), hint=elsewhere)
    try:
        names = set(names_in(folder)) if folder.exists() else set()
    except OSError as error:
        raise CannotProceed(
            f"The folder cannot be read: {error.strerror or type(error).__name__}.", where=str(folder), hint=elsewhere
        ) from error
    other = sorted(names - BELONGING)
    if other and not names & BACKLOG:
        more = " and more" if len(other) > MOST_LISTED else ""
        raise CannotProceed(
            f"The folder is not empty, and holds no backlog: {', '.join(other[:MOST_LISTED])}{more}. "
            "Nothing was written.",
            where=str(folder),
            hint=elsewhere,
        )
    if RECORD not in names:
        return Record()
    try:
        found = read_record(read_file(folder, RECORD))
    except OSError:
        found = None
    if found is None:
        raise CannotProceed(
            "The record of what was written cannot be read.",
            where=f"{folder / RECORD}",
            hint="Restore it (git checkout), or delete it and name the choices again.",
        )
    return found


def refuse_inside(folder: Path) -> None:
    """CannotProceed where a folder lies inside another repository: GitHub runs the workflows of its top folder only."""
    around = next((place for place in (folder, *folder.absolute().parents) if place.is_dir()), folder)
    if not (folder / ".git").exists() and is_in_repository(around):
        raise CannotProceed(
            "The folder lies inside another Git repository. Nothing was written.",
            where=str(folder),
            hint="Name a folder outside of it. If the backlog shall be a part of that repository, use --no-git.",
        )


# In a copy of this program's repository


@dataclass(frozen=True, slots=True)
class Clearing:
    """What is taken out of a copy; Git has all of it."""

    after: str
    """The newest commit: the last one that is the project's."""
    sample: tuple[str, ...]
    project: tuple[str, ...]
    rewritten: tuple[str, ...]
    """Paths of files."""


def no_copy(folder: Path) -> CannotProceed:
    """The error where --here is out of place."""
    return CannotProceed(
        "This folder is no copy of this program's repository. Nothing was changed.",
        where=str(folder.absolute()),
        hint="Go to the top folder of a clone of your private copy. For data alone, run `backlog init DIR`.",
    )


def refuse_other_kind(folder: Path, recorded: Record, tool: str | None, *, here: bool, copy: bool) -> None:
    """WrongUsage where --here is missing in a copy that still holds the sample, or the program is another's."""
    if copy and not here and not recorded.version:
        raise WrongUsage(
            "This is a copy of this program's repository, which holds its sample.",
            where=str(folder),
            hint="Run `backlog init --here` in it, or name a folder that does not exist yet.",
        )
    if tool is not None and (copy if tool != HERE else not copy):
        raise WrongUsage(
            "In a copy of this program's repository, workflows use the program of the copy."
            if copy
            else f"{HERE} is the program beside the data, which only a copy of this program's repository has.",
            where="--tool",
            hint="Leave --tool out." if copy else "Write it as OWNER/NAME@COMMIT, or leave it out.",
        )


def clearing_of(folder: Path) -> Clearing:
    """What would be taken out of a copy; CannotProceed where something could be lost."""
    repository = open_repository(folder)
    if repository is None or not repository.has_commits() or repository.prefix:
        raise CannotProceed(
            "This folder is not the top of a Git repository with a commit, so what is deleted would be lost. Nothing "
            "was changed.",
            where=str(folder.absolute()),
            hint="Clone your private copy, and run it at the top of the clone.",
        )
    after = commit_of(repository, "HEAD")
    refuse_uncommitted(folder, repository, after)
    tracked = sorted(path.decode("utf-8", "surrogateescape") for path in tree_of(repository, after))
    output.say("Comparing the data with the sample, which takes half a minute ...")
    of_others = not_sample({path: content_of(folder, path) or b"" for path in of_sample(tracked)}, cut_files())
    if of_others:
        raise CannotProceed(
            f"{wording.plural(len(of_others), 'file of the data is', 'files of the data are')} not the "
            f"sample of this version of the program, and may be yours: {listed(of_others)}. Nothing was changed.",
            where=str(folder.absolute()),
            hint="Data of your own is never deleted: move it to a repository that `backlog init DIR` makes. If it is "
            "the sample of another version, run the program of this copy: make install, then .venv/bin/backlog init "
            "--here.",
        )
    project = tuple(of_project(tracked))
    rewritten = tuple(path for path in REWRITTEN if path in tracked)
    return Clearing(after, tuple(path for path in of_sample(tracked) if path not in rewritten), project, rewritten)


def refuse_uncommitted(folder: Path, repository: Repository, newest: str) -> None:
    """CannotProceed where the working tree differs from the newest commit: what only the folder has could be lost."""
    changed = [change.path for change in changed_in_folder(repository, newest)]
    if changed:
        raise CannotProceed(
            f"{wording.plural(len(changed), 'file is', 'files are')} not committed: "
            f"{listed(changed)}. Nothing was changed.",
            where=str(folder.absolute()),
            hint="Commit them, or put them aside (git stash --include-untracked): everything that is deleted must be "
            "in Git.",
        )


def clear(folder: Path, clearing: Clearing, written: Collection[str]) -> None:
    """Take the sample and what belongs to the project alone out of a copy; `written`: paths that are made after it."""
    project = [path for path in clearing.project if path not in written]
    anew = sorted({*clearing.rewritten, *clearing.project} - set(project))
    delete_files(folder, (*clearing.sample, *clearing.project, *clearing.rewritten))
    output.say(
        f"Deleted {wording.plural(len(clearing.sample), 'file')} of the sample (decisions, snapshots, minutes) and "
        f"{len(project)} of the project alone: {listed(project)}."
    )
    output.say(f"Written anew: {', '.join(anew)}. Git has everything as it was: git diff {clearing.after[:10]}.")


# Asking


def interview(given: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """What a person answers, beside what the options say already; `origin` is OWNER/NAME of the clone, or empty."""
    found = dict(given)
    output.say("Enter takes the answer in [brackets]. Ctrl-C ends, and nothing is written.")

    def ask(name: str, question: str, proposed: str, read: Callable[[str], Any]) -> None:
        if name not in found:
            output.say(f"\n{question}")
            found[name] = answered(name, proposed, read)

    ask("organisation", "What is the name of your organisation?", "", reading.organisation)
    ask("plan", plan_question(), Plan.FREE.value, lambda typed: one_of(typed, tuple(Plan)))
    plan = Plan(found["plan"])
    if plan.has_rules:
        ask("protected", "Shall the main branch accept pull requests only? (yes, no)", "yes", yes_or_no)
    sites = sites_of(plan)
    ask("site", site_question(sites), sites[0].value, lambda typed: one_of(typed, sites))
    if found["site"] == Site.AZURE:
        ask("tenant", "What is the directory (tenant) ID of Entra?", "", tenant)
    output.say("\nEnter leaves each of the following for later.")
    if plan is not Plan.NONE:
        question = (
            "Which name will the repository have? OWNER/NAME. With it, pages link to GitHub to propose a decision, and "
            "the steps below are filled in"
        )
        ask("repository", question, origin, reading.repository)
    if plan.has_rules:
        ask("reviewer", "Who has to review decisions? @login or @organisation/team", "", reading.reviewer)
    ask("tenant", "What is the directory (tenant) ID of Entra? It is filled into the steps below", "", reading.tenant)
    if plan is not Plan.NONE:
        question = "Shall a weekly message about what is due go to a chat? (teams, slack, none)"
        ask("chat", question, Chat.NONE.value, lambda typed: one_of(typed, tuple(Chat)))
    if plan is not Plan.NONE and installed_tool() is None:
        question = (
            "Which commit of this program shall the workflows install? OWNER/NAME@COMMIT, all 40 digits; without it no "
            "workflow is written now"
        )
        ask("tool", question, "", lambda typed: str(parse_tool(typed)) if typed else "")
    return found


def answered(name: str, proposed: str, read: Callable[[str], Any]) -> Any:
    """One answer; a wrong one is asked for again, with the reason."""
    while True:
        try:
            return read(output.ask(name, proposed))
        except WrongUsage as error:
            output.say(f"{error.message} {error.hint}")


def plan_question() -> str:
    """Which plans there are."""
    lines = "".join(f"\n  {plan}: {name}" for plan, name in PLAN_NAMES.items())
    return f"Where will it be?{lines}"


def site_question(sites: Iterable[Site]) -> str:
    """Where the site may be read."""
    lines = "".join(f"\n  {site}: {SITE_NAMES[site]}" for site in sites)
    return f"Where shall the site be read?{lines}"


def tenant(typed: str) -> str:
    """The ID of a directory, which is needed."""
    if not typed:
        raise WrongUsage("The tenant is needed.", hint="Entra shows it as Directory (tenant) ID.")
    return reading.tenant(typed)


def one_of(typed: str, values: Sequence[str]) -> str:
    """One of the values that were offered."""
    if typed not in values:
        raise WrongUsage(f"{typed or 'Nothing'} is none of the answers.", hint=f"Type one of: {', '.join(values)}.")
    return typed


def yes_or_no(typed: str) -> bool:
    """True for yes."""
    if typed.casefold() not in ("y", "yes", "n", "no"):
        raise WrongUsage("This is neither yes nor no.", hint="Type yes or no.")
    return typed.casefold().startswith("y")


# Writing


def write(folder: Path, chosen: Choices, recorded: Record) -> None:
    """Write the files that are missing, all or none, and the record."""
    wanted = documents(chosen)
    missing = [document for document in wanted if not (folder / document.path).exists()]
    kept = [document.path for document in wanted if (folder / document.path).exists()]
    try:
        create_files(folder, missing)
    except FileExistsError as error:
        raise CannotProceed(
            "A file appeared while the others were written; nothing was written.",
            where=str(error.filename),
            hint="Run it again.",
        ) from error
    write_file(folder, RECORD, record(chosen, missing, recorded.files).content)
    where = "" if folder == Path() else f" in {folder}"
    output.say(f"Wrote {wording.plural(len(missing), 'file')}{where}, and the record of what was written, {RECORD}.")
    if kept:
        there = wording.plural(len(kept), "file was there and stays", "files were there and stay")
        output.say(f"{there} as before: {listed(kept)}.")


def say_unnamed(folder: Path, chosen: Choices) -> None:
    """Say which lines are missing where the settings were there before the repository or a reviewer had a name."""
    settings = load_settings(folder)[0]
    listed_logins = {login.casefold() for logins in settings.roles.values() for login in logins}
    if chosen.on_github and chosen.reviewing and settings.roles and chosen.reviewing.casefold() not in listed_logins:
        output.say(
            f"{SETTINGS_PATH} lists {chosen.reviewer} below no role, so an approval by this account counts for none, "
            f"and what waits for it stays only named. Add {chosen.reviewing} to the list of the role in which it "
            f"approves: {listed(settings.roles)}."
        )
    if chosen.repository and chosen.on_github and not settings.repository.url:
        output.say(
            f"{SETTINGS_PATH} names no repository, so no page offers to propose a decision. Add this line to it:\n"
            f"repository: {chosen.repository}"
        )


def signs_in(folder: Path) -> frozenset[Sign]:
    """What a folder shows of the steps that were done; nothing where it cannot be read."""
    try:
        workspace = load(folder, today=options.now().date())
        found = {
            Sign.ROLES: bool(workspace.settings.roles),
            Sign.COMMIT: was_committed(folder, RECORD),
            Sign.REMOTE: was_committed(folder, RECORD, "--remotes=origin"),
            Sign.SNAPSHOT: any(day.source == "graph" for day in workspace.history.days),
            Sign.DECISION: bool(workspace.decisions.versions),
            Sign.MONTH: bool(workspace.signed),
        }
    except BacklogError:
        return frozenset()
    return frozenset(sign for sign, shown in found.items() if shown)


def tell(folder: Path, chosen: Choices, shell: Shell, *, git: bool, done: Collection[Sign]) -> None:
    """Print what is left to do by hand; `done`: what shows that steps were done."""
    every = steps(chosen, str(folder), shell, place=str(folder.absolute()))
    left = [step for step in every if not step.is_done(done)]
    again = f"backlog init {shell_quoted(str(folder))}{'' if git else ' --no-git'}"
    output.product(f"What is left to do, in this order. Lines are for {shell.label}; for {shell.other.label}:")
    output.product(f"   {again} --shell {shell.other}")
    if unknown := unknown_words(left):
        output.product("Words to replace by your own wherever they stand below:")
        width = max(map(len, unknown))
        for word, what in unknown.items():
            output.product(f"   {word:<{width}}  {what}")
    if REPOSITORY in unknown:
        output.product("Once the repository's name is known, this prints the steps and a line for backlog.yml:")
        output.product(f"   {again} --repository {REPOSITORY}")
    if chosen.in_copy:
        output.product("If `make install` installed the program: in this folder let the terminal find it as `backlog`:")
        output.product(f"   {ON_PATH[shell]}")
    if len(left) < len(every):
        titles = "; ".join(step.title.partition(" (")[0] for step in every if step not in left)
        output.product(f"Done already, as this folder shows: {titles}.")
        if folder != Path():
            output.product("The lines are typed in the folder:")
            output.product(f"   cd {shell_quoted(str(folder))}")
    for number, step in enumerate(left, start=1):
        output.product(f"\n{number}. {step.title}")
        for line in step.lines:
            output.product(f"   {line}")


def listed(paths: Iterable[str]) -> str:
    """The first of some paths."""
    found = list(paths)
    more = f" and {len(found) - MOST_LISTED} more" if len(found) > MOST_LISTED else ""
    return f"{', '.join(found[:MOST_LISTED])}{more}"


# Upgrading


def show_upgrade(folder: Path, recorded: Record, asked: Mapping[str, Any]) -> int:
    """Print what this version would write differently, and why; nothing is written."""
    if not recorded.version:
        raise WrongUsage(
            "This folder was not made by `backlog init`: there is no record of what was written.",
            where=f"{folder / RECORD}",
            hint="Run `backlog init` there first; it adds what is missing and changes no file.",
        )
    chosen = choose(asked, installed_tool())
    brought = brought_back(folder) if chosen.in_copy else []
    if brought:
        output.product("Belongs to the project alone, and came back with a newer version of it. Take it out again:")
        output.product(f"    git rm -r -f -q -- {' '.join(brought)}\n")
    found = compared(documents(chosen), recorded, lambda path: content_of(folder, path))
    for change in found:
        show(change)
    if not found:
        output.say("This version would write nothing differently.")
        return 0
    output.say(
        f"{wording.plural(len(found), 'file')} would be different. Nothing was written. To take a file as this version "
        f"writes it, delete it and run `backlog init {shell_quoted(str(folder))}`; to keep yours, do nothing."
    )
    return 0


def brought_back(folder: Path) -> list[str]:
    """What a copy holds again of what belongs to the project alone."""
    repository = open_repository(folder)
    tracked = indexed(repository) if repository else ()
    return came_back(path.decode("utf-8", "surrogateescape") for path in tracked)


def content_of(folder: Path, path: str) -> bytes | None:
    """The content of a file; None where it is missing."""
    try:
        return read_file(folder, path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotProceed(
            f"{path} cannot be read: {error.strerror or type(error).__name__}.",
            where=str(folder / path),
            hint="Make it an ordinary file that you may read.",
        ) from error


def show(change: Change) -> None:
    """Print why a file differs, and how."""
    output.product(f"{change.path} ({purpose(change.path)}): {change.why}")
    output.product("".join(f"    {line}\n" for line in change.difference))
