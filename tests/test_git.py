# SPDX-License-Identifier: Apache-2.0
"""Git as the clock: real repositories, with what real repositories do."""

from __future__ import annotations

import contextlib
import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog import git
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import (
    FileVersions,
    Identity,
    MainHistory,
    current_branch,
    origin_on_github,
    pull_request_of,
    read_main_history,
)
from tests.support.repositories import Repository
from tests.support.running import run_here


def read(folder: Path) -> MainHistory:
    """The history, which must be there."""
    found = read_main_history(folder)
    assert found is not None
    return found


def test_a_folder_without_git_has_no_history(tmp_path: Path) -> None:
    """That is allowed: citations are missing, nothing else."""
    assert read_main_history(tmp_path) is None


def test_an_empty_repository_has_an_empty_history(tmp_path: Path) -> None:
    """Right after `git init`."""
    Repository(tmp_path)
    found = read(tmp_path)
    assert found.versions == {}
    assert found.head is None


def test_what_counts_is_when_the_main_branch_got_it(tmp_path: Path) -> None:
    """A decision written on a branch in September and merged in October is known since October."""
    repository = Repository(tmp_path)
    repository.commit("Begin", "2026-09-01T08:00:00+00:00")
    repository.git("switch", "--quiet", "--create", "side")
    repository.commit("Decide A", "2026-09-10T08:00:00+00:00", decisions__A="one")
    repository.commit("Decide A better", "2026-09-11T08:00:00+00:00", decisions__A="two")
    repository.git("switch", "--quiet", "main")
    repository.commit("Meanwhile", "2026-09-20T08:00:00+00:00", other="x")
    merged = repository.merge(
        "side", "Merge pull request #12 from tenant/side\n\nAccept A until spring", "2026-10-02T23:30:00-03:00"
    )
    found = read(tmp_path)
    (version,) = found.versions["decisions/A.md"]
    assert (version.commit, version.pull_request, version.subject) == (merged, 12, "Accept A until spring")
    assert version.at.isoformat() == "2026-10-03T02:30:00+00:00"
    assert version.blob is not None
    assert found.content(version.blob) == b"two"
    assert found.head is not None
    assert found.head.commit == merged


def test_squash_merges_carry_their_number(tmp_path: Path) -> None:
    """A squash subject ends in the number; a plain commit has none."""
    repository = Repository(tmp_path)
    repository.commit("Decide A (#7)", decisions__A="one")
    repository.commit("Decide B", decisions__B="one")
    found = read(tmp_path)
    assert [(v.pull_request, v.subject) for v in found.versions["decisions/A.md"]] == [(7, "Decide A")]
    assert found.versions["decisions/B.md"][0].pull_request is None


def test_deletions_reverts_and_renames_are_versions(tmp_path: Path) -> None:
    """Nothing is lost: a deleted file has a version without content, a revert brings the old content back."""
    repository = Repository(tmp_path)
    repository.commit("one", "2026-10-01T08:00:00+00:00", decisions__A="one")
    repository.commit("two", "2026-10-02T08:00:00+00:00", decisions__A="two")
    repository.git("revert", "--no-edit", "HEAD", when="2026-10-03T08:00:00+00:00")
    repository.git("mv", "decisions/A.md", "decisions/B.md")
    repository.commit("rename", "2026-10-04T08:00:00+00:00")
    found = read(tmp_path)
    versions = found.versions["decisions/A.md"]
    contents = [found.content(version.blob) if version.blob else None for version in versions]
    assert contents == [b"one", b"two", b"one", None]
    assert [version.at.day for version in found.versions["decisions/B.md"]] == [4]


def test_a_clock_that_ran_backwards_does_not_turn_history_round(tmp_path: Path) -> None:
    """A commit cannot be older than the one it follows."""
    repository = Repository(tmp_path)
    repository.commit("one", "2026-10-05T08:00:00+00:00", decisions__A="one")
    repository.commit("two", "2026-10-01T08:00:00+00:00", decisions__A="two")
    assert [version.at.day for version in read(tmp_path).versions["decisions/A.md"]] == [5, 5]


def test_odd_names_and_odd_messages_are_read(tmp_path: Path) -> None:
    """Blanks, quotes, other alphabets in paths; control characters in messages and author names."""
    repository = Repository(tmp_path)
    odd = 'decisions/a "b" \u00fc\t\u65e5.md'
    repository.write(odd, "x")
    repository.git("add", "--all")
    repository.git("-c", "user.name=A\x1fB", "commit", "--quiet", "--message", "sub\x1fject\n\nbo\x1fdy")
    found = read(tmp_path)
    assert list(found.versions) == [odd]
    assert len(found.versions[odd][0].commit) == 40


def test_octopus_merges_and_detached_heads_and_worktrees_work(tmp_path: Path) -> None:
    """The main line is the first parents of whatever is checked out."""
    repository = Repository(tmp_path / "main")
    repository.commit("Begin", base="x")
    for name in ("A", "B"):
        repository.git("switch", "--quiet", "--create", name, "main")
        repository.commit(name, **{f"decisions__{name}": name})
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "both", "A", "B", when="2026-10-02T08:00:00+00:00")
    repository.git("switch", "--quiet", "--detach")
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    for folder in (tmp_path / "main", tmp_path / "second"):
        assert {path for path in read(folder).versions if path.startswith("decisions/")} == {
            "decisions/A.md", "decisions/B.md",
        }  # fmt: skip


def test_a_root_inside_a_repository_sees_its_own_files_only(tmp_path: Path) -> None:
    """Several tenants may live in folders of one repository."""
    repository = Repository(tmp_path)
    repository.commit("both", one__decisions__A="x", two__decisions__B="y")
    assert list(read(tmp_path / "one").versions) == ["decisions/A.md"]


def test_a_shallow_clone_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    """It would date every decision to its last commit."""
    repository = Repository(tmp_path / "full")
    repository.commit("one", decisions__A="one")
    repository.commit("two", decisions__A="two")
    repository.git("clone", "--quiet", "--depth", "1", f"file://{tmp_path / 'full'}", str(tmp_path / "shallow"))
    with pytest.raises(CannotProceed) as caught:
        read_main_history(tmp_path / "shallow")
    assert "fetch --unshallow" in (caught.value.hint or "")


def test_an_uncommitted_edit_is_a_version_without_a_commit(tmp_path: Path) -> None:
    """Edited, new and deleted files count for the day the build looks at; unchanged ones add nothing."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="same\n", decisions__B="old", decisions__C="gone")
    repository.write("decisions/A.md", "same\r\n")
    repository.write("decisions/B.md", "new")
    (tmp_path / "decisions/C.md").unlink()
    repository.write("decisions/D.md", "fresh")
    repository.write("decisions/.hidden.md", "no")
    files = FileVersions(tmp_path, read(tmp_path), date(2026, 11, 1))
    assert list(files.paths("decisions", ".md")) == [f"decisions/{name}.md" for name in "ABCD"]
    assert [version.committed for version in files.of("decisions/A.md")] == [True]
    assert [version.committed for version in files.of("decisions/B.md")] == [True, False]
    assert files.content(files.of("decisions/B.md")[-1]) == b"new"
    assert files.of("decisions/C.md")[-1].blob is None
    assert [version.at.date() for version in files.of("decisions/D.md")] == [date(2026, 11, 1)]


def test_a_link_in_the_working_tree_is_not_followed(tmp_path: Path) -> None:
    """It could lead out of the folder and bring anybody's file onto the site."""
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    repository = Repository(tmp_path / "tenant")
    repository.commit("Begin", decisions__A="own")
    (tmp_path / "tenant" / "decisions" / "B.md").symlink_to(tmp_path / "secret.md")
    files = FileVersions(tmp_path / "tenant", read(tmp_path / "tenant"), date(2026, 11, 1))
    assert files.of("decisions/B.md") == ()


CANARY = "touch {canary}; exit 1"
"""What a hostile setting has Git run."""
PROGRAMS = {
    "core.fsmonitor": CANARY,
    "core.pager": CANARY,
    "core.sshCommand": CANARY,
    "core.gitProxy": CANARY,
    "core.askPass": "{script}",
    "core.editor": CANARY,
    "core.alternateRefsCommand": CANARY,
    "core.hooksPath": "{hooks}",
    "credential.helper": "!" + CANARY,
    "diff.external": "{script}",
    "diff.hostile.textconv": CANARY,
    "diff.hostile.command": "{script}",
    "filter.hostile.clean": CANARY,
    "filter.hostile.smudge": CANARY,
    "filter.hostile.process": CANARY,
    "gpg.program": "{script}",
    "gpg.ssh.program": "{script}",
    "log.showSignature": "true",
    "pager.log": CANARY,
    "alias.log": "!" + CANARY,
    "alias.rev-parse": "!" + CANARY,
    "uploadpack.packObjectsHook": CANARY,
    "protocol.ext.allow": "always",
    "protocol.allow": "always",
    "mailmap.file": "{mailmap}",
}
"""Settings of a repository that name a program or a file outside, by key."""
REMOTES = {
    "a program in place of upload-pack": ("file://{origin}", {"remote.origin.uploadpack": CANARY + ";"}),
    "a command as the address": ("ext::touch {canary}", {"protocol.ext.allow": "always"}),
    "a program in place of ssh": ("ssh://nowhere.invalid/x", {"core.sshCommand": CANARY + ";"}),
    "a proxy for git://": ("git://nowhere.invalid/x", {"core.gitProxy": "{script}"}),
    "a remote helper": ("hostile://x", {"protocol.hostile.allow": "always"}),
}
"""Where a partial clone fetches a missing object from: address, and settings that come with it."""


@pytest.mark.skipif(os.name == "nt", reason="starts a shell")
class TestHostileRepositories:
    """A repository whose own settings name programs: none is started, by reading or by a command."""

    @pytest.fixture
    def places(self, tmp_path: Path) -> dict[str, str]:
        """What settings refer to: the canary that must not appear, a script that makes it, hooks that do."""
        canary, script, hooks = tmp_path / "canary", tmp_path / "script", tmp_path / "hooks"
        hooks.mkdir()
        names = ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman")
        for file in (script, *(hooks / name for name in names), tmp_path / "git-remote-hostile"):
            file.write_text(f"#!/bin/sh\ntouch {canary}\n", encoding="utf-8")
            file.chmod(0o755)
        (tmp_path / "mailmap").write_text("Somebody Else <author@tenant.example>\n", encoding="utf-8")
        return {
            "canary": str(canary),
            "script": str(script),
            "hooks": str(hooks),
            "origin": str(tmp_path / "origin"),
            "mailmap": str(tmp_path / "mailmap"),
        }

    @staticmethod
    def read_all(folder: Path) -> None:
        """Read the history and every content, and run the commands of a pull-request check."""
        history = read_main_history(folder)
        assert history is not None
        for versions in history.versions.values():
            for version in versions:
                with contextlib.suppress(CannotProceed):
                    history.content(version.blob or "", keep=False)
        assert current_branch(folder) == "main"
        for command in ("check", "status", "triage"):
            assert run_here(command, "--root", folder).returncode in {0, 1, 3}

    @staticmethod
    def partial_clone(folder: Path, places: dict[str, str], remote: tuple[str, dict[str, str]]) -> Path:
        """A clone that lacks an old content, with a hostile address to fetch it from."""
        origin = Repository(Path(places["origin"]))
        origin.commit("one", decisions__A="one")
        origin.commit("two", decisions__A="two")
        origin.git("config", "uploadpack.allowFilter", "true")
        origin.git("clone", "--quiet", "--filter=blob:none", f"file://{origin.folder}", str(folder))
        tenant = Repository(folder)
        address, settings = remote
        tenant.git("config", "remote.origin.url", address.format(**places))
        for name, value in settings.items():
            tenant.git("config", name, value.format(**places))
        return folder

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe in a folder is for POSIX")
    @pytest.mark.parametrize("place", ["include.path", "packed-refs", "objects/info/alternates"])
    def test_a_pipe_that_git_opens_ends_in_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        """Git waits for somebody to write into it; it is ended, and the error says where to look."""
        repository = Repository(tmp_path / "tenant")
        repository.commit("one", decisions__A="one")
        pipe = tmp_path / "pipe" if "." in place else repository.folder / ".git" / place
        pipe.parent.mkdir(parents=True, exist_ok=True)
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
        if "." in place:
            with (repository.folder / ".git" / "config").open("a", encoding="utf-8") as settings:
                settings.write(f"[include]\n\tpath = {pipe}\n")
        monkeypatch.setattr(git, "LONGEST_CALL", 2)
        for ask in (read_main_history, current_branch):
            with contextlib.suppress(CannotProceed):
                ask(repository.folder)
        done = run_here("check", "--root", repository.folder)
        assert done.returncode == 3
        assert "no answer in 2 seconds" in done.stderr

    def test_settings_cannot_name_a_file_that_orders_the_log(self, tmp_path: Path) -> None:
        """Git would open it, and read it to its end: a device has none."""
        repository = Repository(tmp_path / "tenant")
        repository.commit("one", decisions__A="one", decisions__B="one")
        repository.git("config", "diff.orderFile", str(tmp_path / "missing"))
        history = read_main_history(repository.folder)
        assert history is not None
        assert len(history.versions) == 2

    @pytest.mark.parametrize("remote", REMOTES.values(), ids=REMOTES)
    def test_a_missing_object_is_not_fetched(
        self,
        tmp_path: Path,
        places: dict[str, str],
        remote: tuple[str, dict[str, str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """In a partial clone Git would fetch it, with whatever program the repository names."""
        tenant = self.partial_clone(tmp_path / "tenant", places, remote)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
        self.read_all(tenant)
        assert not Path(places["canary"]).exists()

    @pytest.mark.parametrize("remote", REMOTES.values(), ids=REMOTES)
    def test_no_version_of_git_fetches_it(
        self,
        tmp_path: Path,
        places: dict[str, str],
        remote: tuple[str, dict[str, str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Old versions do not know the variable that forbids it: then no protocol is allowed."""
        tenant = self.partial_clone(tmp_path / "tenant", places, remote)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
        monkeypatch.setitem(git.ENVIRONMENT, "GIT_NO_LAZY_FETCH", "0")
        self.read_all(tenant)
        assert not Path(places["canary"]).exists()

    @pytest.mark.parametrize("name", PROGRAMS)
    def test_no_setting_starts_a_program(self, tmp_path: Path, places: dict[str, str], name: str) -> None:
        """With an edit in the working tree, signed commits, attributes and another object folder."""
        repository = Repository(tmp_path / "tenant")
        repository.write(".gitattributes", "* diff=hostile filter=hostile\n")
        repository.commit("one", decisions__A="one")
        repository.commit("two", decisions__A="two")
        signed = repository.git("cat-file", "commit", "HEAD").replace(
            "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n\n", 1
        )
        (tmp_path / "commit").write_text(f"{signed}\n", encoding="utf-8")
        commit = repository.git("hash-object", "-t", "commit", "-w", str(tmp_path / "commit"))
        repository.git("update-ref", "refs/heads/main", commit)
        (repository.folder / ".git/objects/info/alternates").write_text(f"{tmp_path / 'hooks'}\n", encoding="utf-8")
        repository.git("config", name, PROGRAMS[name].format(**places))
        if name.startswith("gpg."):
            repository.git("config", "log.showSignature", "true")
        repository.write("decisions/A.md", "an edit")
        self.read_all(repository.folder)
        assert not Path(places["canary"]).exists()
        history = read_main_history(repository.folder)
        assert history is not None
        assert history.head is not None
        assert history.head.author == "Test Author"

    def test_a_bare_repository_inside_a_branch_is_not_read(self, tmp_path: Path, places: dict[str, str]) -> None:
        """A branch may hold the files of a bare repository, with settings; they are taken for files."""
        Repository(tmp_path / "tenant").commit("one", sub__decisions__A="one")
        sub = tmp_path / "tenant" / "sub"
        (sub / "objects").mkdir()
        (sub / "refs").mkdir()
        (sub / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
        (sub / "config").write_text(
            f"[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = {places['script']}\n", encoding="utf-8"
        )
        with pytest.raises(CannotProceed, match="no working tree"):
            read_main_history(sub)
        assert not Path(places["canary"]).exists()

    def test_git_is_not_taken_from_the_folder(
        self, tmp_path: Path, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A PATH with the current folder in it does not lead to a `git` that a branch brings."""
        repository = Repository(tmp_path / "tenant")
        repository.commit("one", decisions__A="one")
        for name in ("git", "git.exe"):
            shutil.copy(places["script"], repository.folder / name)
        monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.chdir(repository.folder)
        self.read_all(repository.folder)
        assert not Path(places["canary"]).exists()

    def test_a_pipe_as_mailmap_is_refused(self, tmp_path: Path) -> None:
        """Git would wait for it for ever; also where the root is inside the repository."""
        repository = Repository(tmp_path)
        repository.commit("one", sub__decisions__A="one")
        os.mkfifo(tmp_path / ".mailmap")
        for folder in (tmp_path, tmp_path / "sub"):
            with pytest.raises(CannotProceed, match="mailmap"):
                read_main_history(folder)

    def test_grafts_do_not_change_the_history(self, tmp_path: Path) -> None:
        """They belong to one clone: the same commit would have another history there."""
        repository = Repository(tmp_path)
        repository.commit("one", decisions__A="one")
        head = repository.commit("two", decisions__A="two")
        (tmp_path / ".git/info").mkdir(exist_ok=True)
        (tmp_path / ".git/info/grafts").write_text(f"{head}\n", encoding="utf-8")
        assert len(read(tmp_path).versions["decisions/A.md"]) == 2


def test_the_branch_is_named(tmp_path: Path) -> None:
    """Of a repository, also from a folder inside; none outside of Git and where a commit is checked out."""
    repository = Repository(tmp_path / "tenant")
    head = repository.commit("one", sub__decisions__A="one")
    assert current_branch(repository.folder) == "main"
    assert current_branch(repository.folder / "sub") == "main"
    repository.git("switch", "--quiet", "--create", "topic/x")
    assert current_branch(repository.folder) == "topic/x"
    repository.git("checkout", "--quiet", head)
    assert current_branch(repository.folder) is None
    assert current_branch(tmp_path) is None


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://github.com/harbour/backlog", "harbour/backlog"),
        ("https://github.com/harbour/backlog.git", "harbour/backlog"),
        ("git@github.com:harbour/our.score.git", "harbour/our.score"),
        ("ssh://git@github.com/harbour/backlog.git", "harbour/backlog"),
        ("https://github.com.example/harbour/backlog", ""),
        ("https://example.com/github.com/harbour/backlog", ""),
        ("https://github.com/harbour/backlog/tree", ""),
        ("https://github.com/harbour/..", ""),
        ("../origin", ""),
    ],
)
def test_the_name_on_github_is_that_of_origin(tmp_path: Path, address: str, name: str) -> None:
    """Of github.com only, in each form that it offers for cloning."""
    repository = Repository(tmp_path / "tenant")
    repository.commit("one", decisions__A="one")
    assert origin_on_github(repository.folder) == ""
    repository.git("remote", "add", "origin", address)
    assert origin_on_github(repository.folder) == name
    assert origin_on_github(tmp_path) == ""


def test_every_commit_of_the_main_branch_is_there_with_who_and_what(tmp_path: Path) -> None:
    """Oldest first, also an empty one and the first; a merge with all parents and what it changed on the main line."""
    repository = Repository(tmp_path)
    first = repository.commit("Begin", "2026-10-01T08:00:00+00:00", decisions__A="one")
    repository.git("switch", "--quiet", "--create", "side")
    side = repository.commit("On the side", "2026-10-01T09:00:00+00:00", decisions__B="two")
    repository.git("switch", "--quiet", "main")
    empty = repository.commit("Nothing", "2026-10-02T08:00:00+00:00")
    merge = repository.merge("side", "Merge pull request #5 from x/side\n\nDecide B", "2026-10-03T08:00:00+00:00")
    gone = repository.commit("Withdraw A", "2026-10-04T08:00:00+00:00", decisions__A=None)
    commits = read(tmp_path).commits
    assert [each.version.commit for each in commits] == [first, empty, merge, gone]
    assert [each.parents for each in commits] == [(), (first,), (empty, side), (merge,)]
    assert [[path for path, _ in each.changes] for each in commits] == [
        ["decisions/A.md"], [], ["decisions/B.md"], ["decisions/A.md"],
    ]  # fmt: skip
    assert commits[3].changes[0][1] is None
    assert (commits[2].version.pull_request, commits[2].version.subject) == (5, "Decide B")
    assert {each.author for each in commits} == {Identity("Test Author", "author@tenant.example")}
    assert {each.committer for each in commits} == {Identity("Test Committer", "committer@tenant.example")}


def test_identities_are_those_of_the_commit_and_not_of_mailmap(tmp_path: Path) -> None:
    """A branch brings `.mailmap`, and could give its commits to the account that commits snapshots."""
    repository = Repository(tmp_path)
    repository.write(".mailmap", "The Bot <bot@tenant.example> <author@tenant.example>\n")
    repository.commit("Begin")
    (commit,) = read(tmp_path).commits
    assert commit.version.author == "The Bot"
    assert commit.author == Identity("Test Author", "author@tenant.example")


def test_a_time_is_kept_as_it_was_written(tmp_path: Path) -> None:
    """A commit counts from its parent's time at the earliest, and the time that it states stays known."""
    repository = Repository(tmp_path)
    repository.commit("one", "2026-10-05T08:00:00+00:00")
    repository.commit("two", "2026-10-01T08:00:00+00:00")
    found = read(tmp_path)
    assert [each.version.at.day for each in found.commits] == [5, 5]
    assert [each.stated.day for each in found.commits if each.stated] == [5, 1]
    assert [each.version.at.day for each in found.until(date(2026, 10, 3)).commits] == [3, 3]


def test_what_a_commit_changed_outside_of_the_folder_is_known(tmp_path: Path) -> None:
    """A root inside a repository: its own paths are relative, those of others are from the top."""
    repository = Repository(tmp_path)
    repository.write(".github/workflows/collect.yml", "on: push\n")
    repository.commit("both", one__decisions__A="x", two__decisions__B="y")
    (commit,) = read(tmp_path / "one").commits
    assert [path for path, _ in commit.changes] == ["decisions/A.md"]
    assert commit.outside == (".github/workflows/collect.yml", "two/decisions/B.md")


def test_a_name_that_looks_like_a_commit_is_a_name(tmp_path: Path) -> None:
    """Texts of a commit cannot pass for an id, whatever they hold."""
    repository = Repository(tmp_path)
    odd = "f" * 40
    author, message = f"--author={odd} <{odd}>", f"--message={odd}\n\n{odd}"
    repository.git("commit", "--quiet", "--allow-empty", author, message)
    repository.commit("two", **{odd: "x"})
    one, two = read(tmp_path).commits
    assert (one.version.subject, one.author, two.version.subject) == (odd, Identity(odd, odd), "two")
    assert [path for path, _ in two.changes] == [f"{odd}.md"]


@pytest.mark.parametrize(
    ("subject", "body", "number", "title"),
    [
        ("Merge pull request #12 from harbour/relay", "Close the relay\n\nMore", 12, "Close the relay"),
        ("Merge pull request #12 from harbour/relay", "", 12, None),
        ("Close the relay (#12)", "", 12, "Close the relay"),
        ("Revert (#3) again (#12)", "", 12, "Revert (#3) again"),
        (
            "Merge branch 'relay' into 'main'",
            "Close the relay\n\nCloses #4\n\nSee merge request harbour/it/backlog!12\n",
            12,
            "Close the relay",
        ),
        ("Merge branch 'relay' into 'main'", "See merge request !12", 12, None),
        ("Close the relay", "Why\n\nSee merge request harbour/backlog!12", 12, None),
        ("Merged PR 12: Close the relay", "", 12, "Close the relay"),
        ("Merged in relay (pull request #12)", "Close the relay\n\nApproved-by: Somebody", 12, "Close the relay"),
        ("Pull request #12: Close the relay", "Merge in HAR/backlog from relay to main", 12, "Close the relay"),
        ("Close the relay", "", None, None),
        ("Merge branch 'relay'", "", None, None),
        ("Merge branch 'relay' into 'main'", "Text about See merge request x!12 inside", None, None),
        ("Merged PR twelve: x", "", None, None),
        ("Pull request #12345678901: x", "", None, None),
        ("Close the relay (#12) ", "", None, None),
    ],
)
def test_messages_of_other_services_claim_their_pull_request(
    subject: str, body: str, number: int | None, title: str | None
) -> None:
    """Merge, squash, GitLab, Azure DevOps, Bitbucket; a rebase leaves nothing in the message."""
    assert pull_request_of(subject, body) == (number, title or subject)


def test_a_huge_message_is_no_claim() -> None:
    """A message can be as long as somebody wants it; each form is looked for once, and in a part of it."""
    for text in ("See merge request " + "a/" * 200_000, "See merge request \n" * 50_000, "(" * 200_000):
        assert pull_request_of("x" * 200_000 + "(#", text)[0] is None
    assert pull_request_of("Merge branch '" + "'" * 100_000, "Merged in " + "x" * 100_000)[0] is None
