# SPDX-License-Identifier: Apache-2.0
"""`backlog publish`: what a run wrote, committed to a branch of a simulated GitHub that has a real repository."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from secure_score_backlog import publishing
from secure_score_backlog.github import commits
from tests.support.loopback import Request, Response
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.simulated_github import TOKEN, SimulatedGitHub

DAY = "snapshots/2026/2026-11-21.json"
CATALOGUE = "snapshots/catalogue.json"


def day(score: int, *, complete: bool = True) -> str:
    """A stored day."""
    collected = {"at": "2026-11-21T05:00:00Z", "by": "0", "complete": complete, "source": "graph"}
    content = {"collected": collected, "maximum": {}, "secureScore": {"currentScore": score, "controlScores": []}}
    return json.dumps(content) + "\n"


class Stage:
    """A clone of a hosted repository, GitHub, and the outputs of a step."""

    def __init__(self, folder: Path, github: SimulatedGitHub, backlog: RunBacklog) -> None:
        self.github, self.backlog = github, backlog
        self.clone = Repository(folder / "clone")
        self.clone.write("backlog.yml", "organisation: Harbour\n")
        self.clone.write(CATALOGUE, "{}\n")
        self.clone.commit("Begin")
        github.hosted = folder / "hosted.git"
        self.clone.git("clone", "--quiet", "--bare", str(self.clone.folder), str(github.hosted))
        self.outputs = folder / "outputs"

    def run(self, *arguments: str | Path, expect: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the command in the clone."""
        self.outputs.write_text("", encoding="utf-8")
        environment = {**self.github.environment, "GITHUB_OUTPUT": str(self.outputs), **variables}
        return self.backlog("publish", *arguments, cwd=self.clone.folder, environment=environment, expect=expect)

    @property
    def told(self) -> Mapping[str, str]:
        """The outputs of the step."""
        return dict(line.split("=", 1) for line in self.outputs.read_text(encoding="utf-8").splitlines())

    def head(self, branch: str = "main") -> str:
        """The newest commit of GitHub's branch."""
        return self.github.git("rev-parse", branch)

    def show(self, path: str, branch: str = "main") -> str:
        """A file of GitHub's branch."""
        return self.github.git("show", f"{branch}:{path}")

    def elsewhere(self, **files: str) -> str:
        """Somebody else commits to the main branch of GitHub; `__` in a name stands for a slash."""
        return self.github.commit_files(
            "main", {name.replace("__", "/"): text for name, text in files.items()}, "Meanwhile"
        )


@pytest.fixture
def stage(tmp_path: Path, backlog: RunBacklog, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A clone of what GitHub has; nothing is waited for."""
    monkeypatch.setattr(commits, "PAUSE_SECONDS", 0.0)
    with SimulatedGitHub() as server:
        yield Stage(tmp_path, server, backlog)


def test_a_new_snapshot_is_committed_and_nothing_else(stage: Stage) -> None:
    """The snapshot reaches main, signed by GitHub, with no name of ours; a stray change of another file does not."""
    stage.clone.write(DAY, day(40))
    stage.clone.write("backlog.yml", "organisation: Somebody else\n")
    finished = stage.run()
    assert stage.told == {"commit": stage.head(), "changed": "true"}
    assert stage.github.git("show", "--name-only", "--format=%an|%cn|%s", "main").split("\n") == [
        "github-actions[bot]|GitHub|Snapshot of " + stage.github.git("show", "-s", "--format=%s", "main")[-10:],
        "",
        DAY,
    ]
    assert stage.show(DAY) == day(40).strip()
    assert stage.head() in finished.stdout
    assert "signed by GitHub" in finished.stdout
    assert TOKEN not in finished.stdout + finished.stderr
    given = json.loads(stage.github.requests[0].body)["variables"]["input"]
    assert given.keys() == {"branch", "expectedHeadOid", "message", "fileChanges"}
    assert given["message"].keys() == {"headline"}


def test_nothing_new_asks_nobody_and_says_so(stage: Stage) -> None:
    """The second slot of a day needs neither GitHub nor a token."""
    before = stage.head()
    finished = stage.run(GITHUB_TOKEN="", GITHUB_REPOSITORY="")
    assert finished.stdout == "Nothing is new.\n"
    assert stage.told == {"commit": before, "changed": "false"}
    assert stage.github.requests == []


def test_named_paths_are_committed_instead(stage: Stage) -> None:
    """A file or a folder; what leads out of the folder is refused."""
    stage.clone.write(DAY, day(40))
    stage.clone.write("docs/reviews/2026-11.md", "Minutes\n")
    stage.run("docs/reviews", "--message", "Minutes of November")
    assert stage.github.git("show", "--name-only", "--format=%s", "main").split("\n") == [
        "Minutes of November", "", "docs/reviews/2026-11.md",
    ]  # fmt: skip
    for path in ("..", "/etc", "../x", ".git", "snapshots/../../x", "."):
        assert "PATHS" in stage.run(path, expect=2).stderr


def test_a_branch_that_moved_gets_the_snapshot_on_top(stage: Stage) -> None:
    """Also when it moves twice: a decision that was merged meanwhile stays, and the file is added."""
    stage.clone.write(DAY, day(40))
    stage.clone.write(CATALOGUE, '{"new": 1}\n')
    stage.github.before_commit = [
        lambda: stage.elsewhere(decisions__A="one"), lambda: stage.elsewhere(decisions__B="two"),
    ]  # fmt: skip
    stage.run()
    assert (stage.show("decisions/A"), stage.show("decisions/B")) == ("one", "two")
    assert stage.show(DAY) == day(40).strip()
    assert stage.show(CATALOGUE) == '{"new": 1}'
    assert stage.told == {"commit": stage.head(), "changed": "true"}


def test_a_branch_that_never_stands_still_ends_in_an_error(stage: Stage) -> None:
    """After some attempts the command gives up and claims nothing."""
    stage.clone.write(DAY, day(40))
    stage.github.before_commit = [partial(stage.elsewhere, **{f"decisions__{number}": "x"}) for number in range(20)]
    finished = stage.run(expect=3)
    assert f"in {publishing.MOST_ATTEMPTS} attempts" in finished.stderr
    assert stage.told == {}
    assert len(stage.github.before_commit) == 20 - publishing.MOST_ATTEMPTS


@pytest.mark.parametrize(
    ("theirs", "ours", "stays", "code"),
    [
        (day(39), day(40), "theirs", 0),  # complete and complete: the first stays
        (day(39, complete=False), day(40), "ours", 0),  # completed
        (day(39), day(40, complete=False), "theirs", 0),
        (day(39, complete=False), day(40, complete=False), "theirs", 0),
        (day(40), day(40), "ours", 0),  # the same
    ],
)
def test_a_day_that_another_run_stored_meanwhile(stage: Stage, theirs: str, ours: str, stays: str, code: int) -> None:
    """Only an incomplete day gives way, and only to a complete one; the other files are committed all the same."""
    stage.clone.write(DAY, ours)
    stage.clone.write("snapshots/2026/2026-11-20.json", day(1))
    stage.github.before_commit = [lambda: stage.elsewhere(**{DAY: theirs})]
    finished = stage.run(expect=code)
    assert stage.show(DAY) == (theirs if stays == "theirs" else ours).strip()
    assert stage.show("snapshots/2026/2026-11-20.json") == day(1).strip()
    assert ("the first version stays" in finished.stderr) == (stays == "theirs")


def test_another_file_that_changed_meanwhile_is_left_out_loudly(stage: Stage) -> None:
    """The branch's catalogue stays, the day is committed, and exit 3 says which file somebody has to look at."""
    stage.clone.write(DAY, day(40))
    stage.clone.write(CATALOGUE, '{"ours": 1}\n')
    stage.github.before_commit = [lambda: stage.elsewhere(**{CATALOGUE: '{"theirs": 1}\n'})]
    finished = stage.run(expect=3)
    assert f"{CATALOGUE} was changed on the branch meanwhile" in finished.stderr
    assert stage.show(CATALOGUE) == '{"theirs": 1}'
    assert stage.show(DAY) == day(40).strip()
    assert stage.told == {"commit": stage.head(), "changed": "true"}


def test_a_stored_day_is_neither_rewritten_nor_deleted(stage: Stage) -> None:
    """What the folder lost or changed stays on GitHub; the new day is committed; exit 3 names both."""
    stage.clone.write(DAY, day(40))
    stage.clone.write("snapshots/2026/2026-11-20.json", day(1))
    stage.run()
    stage.clone.git("pull", "--quiet", str(stage.github.hosted), "main", check=False)
    stage.clone.git("fetch", "--quiet", str(stage.github.hosted), "main")
    stage.clone.git("reset", "--quiet", "--hard", "FETCH_HEAD")
    stage.clone.write(DAY, day(41))
    (stage.clone.folder / "snapshots/2026/2026-11-20.json").unlink()
    stage.clone.write("snapshots/2026/2026-11-22.json", day(42))
    finished = stage.run(expect=3)
    assert "2026-11-20.json is missing in this folder; nothing is deleted" in finished.stderr
    assert f"{DAY} was complete, and was replaced; a day is written once" in finished.stderr
    assert stage.show(DAY) == day(40).strip()
    assert stage.show("snapshots/2026/2026-11-20.json") == day(1).strip()
    assert stage.show("snapshots/2026/2026-11-22.json") == day(42).strip()


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Repository rule violations found\n\nChanges must be made through a pull request.", "snapshots: {branch:"),
        ("Repository rule violations found\n\n2 of 2 required status checks are expected.", "Require status checks"),
        ("Repository rule violations found\n\nCannot update this protected ref.", "Restrict updates"),
        ("Resource not accessible by integration", "`contents: write`"),
        ("Repository was archived so is read-only.", "unarchive"),
    ],
)
def test_a_refusal_names_the_setting(stage: Stage, said: str, named: str) -> None:
    """A protected branch, a missing permission, an archived repository: exit 3, no outputs, nothing changed."""
    before = stage.head()
    stage.clone.write(DAY, day(40))
    stage.github.rules["main"] = said
    finished = stage.run(expect=3)
    assert named in finished.stderr
    assert stage.told == {}
    assert stage.head() == before
    assert len(stage.github.requests) == 1


def test_a_branch_that_github_does_not_have(stage: Stage) -> None:
    """The error says how to make it."""
    stage.clone.write(DAY, day(40))
    finished = stage.run("--branch", "snapshots", expect=3)
    assert "git push origin HEAD:refs/heads/snapshots" in finished.stderr


def test_snapshots_on_a_branch_of_their_own(stage: Stage) -> None:
    """With `snapshots.branch` the worktree of that branch is committed; from the main branch nothing is."""
    stage.clone.write("backlog.yml", "snapshots:\n  branch: snapshots\n")
    stage.clone.commit("Set")
    stage.clone.git("branch", "snapshots")
    stage.clone.git("push", "--quiet", str(stage.github.hosted), "main", "snapshots")
    stage.clone.write(DAY, day(40))
    finished = stage.run(expect=3)
    assert "--from ../snapshots" in finished.stderr
    assert stage.github.requests == []
    beside = stage.clone.folder.parent / "snapshots"
    stage.clone.git("worktree", "add", "--quiet", str(beside), "snapshots")
    (beside / "snapshots" / "2026").mkdir()
    (beside / DAY).write_text(day(41), encoding="utf-8")
    before = stage.head()
    stage.run("--from", "../snapshots")
    assert stage.show(DAY, "snapshots") == day(41).strip()
    assert stage.head() == before
    assert stage.told["commit"] == stage.head("snapshots")


def test_a_commit_whose_answer_was_lost_is_not_made_twice(stage: Stage) -> None:
    """GitHub commits and then fails: the branch shows that it has the files."""
    stage.clone.write(DAY, day(40))

    def lose(request: Request) -> Response | None:
        if b"createCommitOnBranch" in request.body and not lost:
            lost.append(stage.github.answer(request))
            return Response(502, {}, b"")
        return None

    lost: list[Response] = []
    stage.github.responders = [lose]
    finished = stage.run()
    assert "already has 1 file with the same content" in finished.stdout
    assert stage.told == {"commit": stage.head(), "changed": "true"}
    assert stage.github.git("rev-list", "--count", "main") == "2"


def test_many_files_are_split_into_several_commits(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """By number and by size, each on top of the one before; a refusal in the middle keeps what was committed."""
    monkeypatch.setattr(publishing, "MOST_FILES", 4)
    monkeypatch.setattr(publishing, "LARGEST_COMMIT", 3 * len(day(10)))
    for number in range(10, 20):
        stage.clone.write(f"snapshots/2026/2026-11-{number}.json", day(number))
    finished = stage.run("--json")
    summary = json.loads(finished.stdout)
    assert len(summary["commits"]) == 4
    assert len(summary["committed"]) == 10
    assert summary["signed_by_github"] is True
    assert "(4 of 4)" in stage.github.git("log", "-1", "--format=%s", "main")
    assert stage.github.git("diff", "--name-only", "main~4", "main").count("\n") == 9
    assert stage.told["commit"] == stage.head() == summary["commits"][-1]
    stage.clone.git("fetch", "--quiet", str(stage.github.hosted), "main")
    stage.clone.git("reset", "--quiet", "FETCH_HEAD")
    for number in range(20, 28):
        stage.clone.write(f"snapshots/2026/2026-11-{number}.json", day(number))
    forbid = [lambda: None, lambda: stage.github.rules.update(main="Repository rule violations found")]
    stage.github.before_commit = list(forbid)
    stage.run(expect=3)
    assert stage.told == {"commit": stage.head(), "changed": "true"}
    assert stage.show("snapshots/2026/2026-11-22.json") == day(22).strip()


def test_an_answer_with_errors_beside_data_is_an_error(stage: Stage) -> None:
    """HTTP 200 is no success; words of GitHub reach a log without being obeyed."""
    stage.clone.write(DAY, day(40))
    answer = {"data": {"createCommitOnBranch": None}, "errors": [{"message": "\n::error::\x1b[31m owned", "type": "X"}]}
    stage.github.responders = [lambda _: Response.of_json(200, answer)]
    finished = stage.run(expect=3)
    assert "\x1b" not in finished.stderr
    assert not [line for line in finished.stderr.splitlines() if line.lstrip().startswith("::")]
    assert stage.told == {}


def test_a_secondary_limit_that_lasts_is_told(stage: Stage) -> None:
    """A limit longer than the deadline ends the command with its reason."""
    stage.clone.write(DAY, day(40))
    limited = Response.of_json(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "3600"})
    stage.github.responders = [lambda _: limited]
    finished = stage.run(expect=3)
    assert "too many requests at once" in finished.stderr


def test_a_dry_run_only_says_what_it_would_do(stage: Stage) -> None:
    """No request, no commit, no output."""
    stage.clone.write(DAY, day(40))
    finished = stage.run("--dry-run")
    assert f'Would commit 1 file to "main" of the repository:\n  {DAY}' in finished.stdout
    assert stage.github.requests == []
    assert stage.told == {}


def test_a_link_is_not_committed(stage: Stage) -> None:
    """What a link leads to is not sent to GitHub."""
    secret = stage.clone.folder.parent / "secret"
    secret.write_text("secret\n", encoding="utf-8")
    (stage.clone.folder / "snapshots" / "note.json").symlink_to(secret)
    finished = stage.run(expect=3)
    assert "snapshots/note.json cannot be read" in finished.stderr
    assert stage.github.requests == []


# Without GitHub


@pytest.fixture
def remote(stage: Stage) -> Path:
    """The hosted repository as a remote of the clone."""
    assert stage.github.hosted is not None
    stage.clone.git("remote", "add", "origin", str(stage.github.hosted))
    return stage.github.hosted


def test_plain_git_commits_and_pushes(stage: Stage, remote: Path) -> None:
    """Only the snapshot, under the user's own name; what is staged besides stays staged."""
    stage.clone.write(DAY, day(40))
    stage.clone.write("backlog.yml", "organisation: Somebody else\n")
    stage.clone.git("add", "backlog.yml")
    finished = stage.run("--git", "origin", GITHUB_TOKEN="")
    assert stage.github.git("show", "--name-only", "--format=%an", "main").split() == ["Test", "Author", DAY]
    assert stage.told == {"commit": stage.head(), "changed": "true"}
    assert stage.head() in finished.stdout
    assert stage.clone.git("diff", "--cached", "--name-only") == "backlog.yml"
    assert stage.github.requests == []


def test_plain_git_goes_on_top_of_what_others_pushed(stage: Stage, remote: Path) -> None:
    """A merged decision stays; uncommitted edits stay too."""
    stage.elsewhere(decisions__A="one")
    stage.clone.write(DAY, day(40))
    stage.clone.write("backlog.yml", "organisation: Edited\n")
    stage.run("--git", "origin")
    assert (stage.show("decisions/A"), stage.show(DAY)) == ("one", day(40).strip())
    assert (stage.clone.folder / "backlog.yml").read_text(encoding="utf-8") == "organisation: Edited\n"
    assert stage.clone.git("status", "--porcelain") == "M backlog.yml"


def test_plain_git_loses_nothing_where_both_sides_stored_a_day(stage: Stage, remote: Path) -> None:
    """The remote's day stays, ours is kept as a commit, and exit 3 says so; a later run refuses in the same way."""
    stage.elsewhere(**{DAY: day(39)})
    stage.clone.write(DAY, day(40))
    finished = stage.run("--git", "origin", expect=3)
    assert "other versions of these files" in finished.stderr
    assert "kept in this folder" in finished.stderr
    assert stage.show(DAY) == day(39).strip()
    assert (stage.clone.folder / DAY).read_text(encoding="utf-8") == day(40)
    assert stage.clone.git("status", "--porcelain") == ""


def test_a_push_that_failed_is_made_up_for(stage: Stage, remote: Path) -> None:
    """A remote that cannot be reached: the commit is kept; the next run pushes it, although nothing is new."""
    stage.clone.write(DAY, day(40))
    remote.rename(remote.with_name("away.git"))
    assert "could not fetch before the push" in stage.run("--git", "origin", expect=3).stderr
    assert stage.told == {}
    remote.with_name("away.git").rename(remote)
    stage.run("--git", "origin")
    assert stage.show(DAY) == day(40).strip()


def test_plain_git_pushes_no_commit_of_somebody(stage: Stage, remote: Path) -> None:
    """A decision that was committed and not pushed is not published by a scheduled task."""
    stage.clone.write("decisions/A.md", "mine\n")
    stage.clone.commit("Not ready")
    stage.clone.write(DAY, day(40))
    before = stage.head()
    assert "never pushed" in stage.run("--git", "origin", expect=3).stderr
    assert stage.head() == before


def test_plain_git_says_why_a_push_was_refused(stage: Stage, remote: Path) -> None:
    """A hook of the server; a password in the remote's address is not shown."""
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho protected: https://bot:pass@host/x >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    stage.clone.write(DAY, day(40))
    finished = stage.run("--git", "origin", expect=3)
    assert "protected" in finished.stderr
    assert "pass@" not in finished.stderr
    assert "is no remote" in stage.run("--git", "--upload-pack=x", expect=2).stderr
