# SPDX-License-Identifier: Apache-2.0
"""`backlog review --pull-request`: a month's minutes and facts on a branch, and the pull request that signs them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from secure_score_backlog import wording
from secure_score_backlog.cli import output
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import Review
from secure_score_backlog.files import Document
from secure_score_backlog.git import prefix_of
from secure_score_backlog.github.client import GitHub
from secure_score_backlog.github.commits import GitHubBranch
from secure_score_backlog.github.proposals import (
    Place,
    Proposal,
    change_proposal,
    find_place,
    make_branch,
    open_proposal,
)
from secure_score_backlog.github.visibility import Visibility, visibility_of
from secure_score_backlog.publishing import NewFile, Written, publish
from secure_score_backlog.reports.markdown import inert
from secure_score_backlog.reports.report import Annotation, Summary
from secure_score_backlog.reports.review_request import MARK, Wanted, body_of, title_of
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.text import shown

SERVER = re.compile(r"https://[A-Za-z0-9.:-]+")


@dataclass(frozen=True, slots=True)
class Files:
    """What a month's pull request holds, from the top of the repository."""

    minutes: NewFile
    facts: NewFile

    @property
    def paths(self) -> tuple[str, str]:
        """The minutes and the facts."""
        return self.minutes.path, self.facts.path


def propose(root: Path, review: Review, documents: list[Document], days: str, github: GitHub) -> None:
    """Bring the branch and the pull request of a month up to date; open it where there is none.

    A month that is signed on the default branch is left alone, and so is one whose pull request a person closed.

    Args:
        root: The backlog's folder.
        review: The month.
        documents: Its minutes and its facts, relative to the folder.
        days: On how many days there was a snapshot, as a sentence.
        github: The repository.
    """
    if visibility_of(github) is Visibility.PUBLIC:
        raise CannotProceed(
            f"The repository {github.address.repository} is public: the pull request would show open risks to the "
            "world.",
            where=github.address.rest(""),
            hint="Nothing was changed. Make it private (Settings, General, Danger Zone), or review without "
            "--pull-request.",
        )
    minutes, facts = (NewFile(prefix_of(root) + each.path, each.content, None) for each in documents)
    files = Files(minutes, facts)
    place = find_place(github, f"review/{review.month}")
    refuse_other_branch(place)
    signed = GitHubBranch(github, place.base).blobs(place.base_commit, files.paths)
    name = wording.month(review.month)
    if signed[facts.path] is not None:
        notice(f"{name} is already signed: {facts.path} is on {place.base}. Nothing was changed.")
        return
    if closed := is_closed(place, name):
        notice(closed)
        return
    if place.commit is None:
        make_branch(github, place)
    left = signed[minutes.path] is not None
    message = f"Propose the {wording.lower_first(title_of(review.month))}"
    blob = commit(github, place, files, message, minutes_written=left)
    wanted = Wanted(
        review.month,
        review.facts,
        days,
        minutes.path,
        "" if left else minutes.content.decode("utf-8"),
        blob,
        place.branch,
        editor(github, place, minutes.path),
    )
    tell(github, place, name, wanted)


def refuse_other_branch(place: Place) -> None:
    """CannotProceed where a workflow runs for another branch, whose decisions nobody has merged."""
    kind, _, name = os.environ.get("GITHUB_REF", "").partition("refs/heads/")
    if name and not kind and name != place.base:
        raise CannotProceed(
            f"This run is for the branch {shown(name)}, but a month is signed as {place.base} has it.",
            where="GITHUB_REF",
            hint=f"Nothing was changed. Start the workflow for {place.base}.",
        )


def is_closed(place: Place, name: str) -> str:
    """What is said where a person closed the pull request; empty where there is something to do.

    Raises CannotProceed where the branch of a merged one is still there.
    """
    found = place.newest
    if found is None or found.state == "OPEN":
        return ""
    if found.state == "MERGED":
        if place.commit is not None:
            raise CannotProceed(
                f"The pull request #{found.number} for {name} is merged, its facts were taken out again, and its "
                f"branch {place.branch} is still there.",
                where=found.url,
                hint=f"To sign the month again, delete the branch {place.branch} and run it again.",
            )
        return ""
    return (
        f"The pull request #{found.number} for {name} was closed without a merge, so it is not opened again. To go on "
        "with it, reopen it on GitHub."
    )


def commit(github: GitHub, place: Place, files: Files, message: str, *, minutes_written: bool) -> str:
    """Commit what the branch lacks or has otherwise; Git's id of the scaffold where the branch has it unchanged.

    Args:
        github: The repository.
        place: The branch.
        files: What it should hold.
        message: Of the commit.
        minutes_written: The default branch has minutes already.
    """
    branch = GitHubBranch(github, place.branch)
    head = place.commit or branch.head()
    there = branch.blobs(head, files.paths)
    wanted = [files.facts] if minutes_written else [*renewed_minutes(files.minutes, there, place.newest), files.facts]
    missing = [replace(each, before=there[each.path]) for each in wanted if there[each.path] != each.blob]
    published = publish(Written(head, files.paths, tuple(missing)), branch, head, message)
    if published.stopped is not None:
        raise published.stopped
    for each in published.left_out:
        output.say(f"Left out: {each.path} {each.why}.")
    if published.committed:
        output.say(f"Committed {' and '.join(published.committed)} to {place.branch}.")
    left = {each.path for each in published.left_out}
    as_written = there[files.minutes.path] == files.minutes.blob
    renewed = files.minutes.path in published.committed or files.minutes.path in published.there
    return files.minutes.blob if (renewed or as_written) and files.minutes.path not in left else ""


def renewed_minutes(minutes: NewFile, there: Mapping[str, str | None], newest: Proposal | None) -> list[NewFile]:
    """The scaffold, where the branch has none or the one that an earlier run wrote; else nothing.

    What the branch has counts as a person's, unless the pull request's own mark names it.
    """
    found = MARK.match(newest.body) if newest is not None and newest.is_own and newest.state == "OPEN" else None
    blob = there[minutes.path]
    return [minutes] if blob is None or (found is not None and found["minutes"] == blob) else []


def editor(github: GitHub, place: Place, path: str) -> str:
    """The address of GitHub's editor for a file of the branch; empty where it is not known."""
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    if not SERVER.fullmatch(server):
        return ""
    return f"{server}/{github.address.repository}/edit/{quote(place.branch)}/{quote(path)}"


def tell(github: GitHub, place: Place, name: str, wanted: Wanted) -> None:
    """Open the pull request, or renew its text, and say which one it is."""
    body = body_of(wanted)
    found = place.newest if place.newest is not None and place.newest.state == "OPEN" else None
    what = "up to date"
    if found is None:
        found, what = open_proposal(github, place, title_of(wanted.month), body), "opened"
    if found is None:  # another run was faster
        found, what = find_place(github, place.branch).newest, "opened"
    assert found is not None
    if found.body != body:
        if found.is_own and MARK.match(found.body):
            found, what = change_proposal(github, found, place, body), "renewed"
        else:
            output.say(f"The text of #{found.number} is somebody else's and stays as it is.")
    notice(f"The pull request for {name} is {what}: {found.url}")


def notice(text: str) -> None:
    """Say how it ended, to a person, on the page of the run and in the summary of its job."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        output.annotation(Annotation("notice", REVIEWS, text))
        output.add_to_summary(Summary(f"{inert(text)}\n"))
    else:
        output.product(text)
