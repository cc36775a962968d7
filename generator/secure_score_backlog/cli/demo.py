# SPDX-License-Identifier: Apache-2.0
"""`backlog demo DIR`: the sample tenant's repository, with fifteen months of history."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from secure_score_backlog.cli.output import say
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.sample.events import pull_requests
from secure_score_backlog.sample.fast_import import begin, fill, find_git
from secure_score_backlog.sample.story import commits, final_files
from secure_score_backlog.sample.tenant import FIRST_DAY, LAST_DAY


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Make the sample tenant's repository in DIR, which must be new or empty."""
    find_git()
    is_new = prepare(folder)
    try:
        repository = begin(folder)  # first, so that a missing Git is reported at once
        history = commits()
        head = fill(repository, history)
    except BaseException:
        empty(folder, remove=is_new)
        raise
    decisions = sum(path.startswith("decisions/") for path in final_files())
    say(f"Made the sample tenant in {folder}: an invented company, its snapshots from {FIRST_DAY} to {LAST_DAY},")
    requests = sum(request.how != "direct" for request in pull_requests())
    say(f"{decisions} decisions, {requests} pull requests, {len(history)} commits; newest {head[:12]}.")
    say("Next:")
    say(f"  cd {quoted(folder)}")
    say("  backlog status      the state of the tenant")
    say("  backlog check       check every decision")
    say("  backlog serve       the site, rendered again after each edit")


def prepare(folder: Path) -> bool:
    """Create the folder, or accept an empty one; True when it is new. Raises CannotProceed for anything else."""
    elsewhere = "Name a folder that does not exist yet: `backlog demo sample-tenant`."
    try:
        if folder.is_dir():
            if any(folder.iterdir()):
                raise CannotProceed("The folder is not empty; nothing was written.", where=str(folder), hint=elsewhere)
            return False
        folder.mkdir(parents=True)
    except FileExistsError:
        raise CannotProceed("This is a file, not a folder.", where=str(folder), hint=elsewhere) from None
    except OSError as error:
        raise CannotProceed(
            f"The folder cannot be created: {error.strerror}.", where=str(folder), hint=elsewhere
        ) from error
    return True


def empty(folder: Path, *, remove: bool) -> None:
    """Delete what a failed run wrote; the folder was empty or new before."""
    for entry in list(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    if remove:
        folder.rmdir()


def quoted(folder: Path) -> str:
    """A path as it is typed into a shell."""
    return f'"{folder}"' if " " in str(folder) else str(folder)
