# SPDX-License-Identifier: Apache-2.0
"""Histories that somebody made odd, by accident or on purpose: signatures, settings of Git, hostile trees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.decisions.store import load_decisions
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import FileVersions, MainHistory, read_main_history, signature_kind
from tests.support.bounded import limit_process
from tests.support.repositories import Repository

DAY = "2026-10-01T12:00:00+00:00"


def read(folder: Path) -> MainHistory:
    """The history, which must be there."""
    found = read_main_history(folder)
    assert found is not None
    return found


def plumb(repository: Repository, kind: str, content: bytes) -> str:
    """Write an object as it is, however odd; its id."""
    finished = subprocess.run(
        ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"],
        cwd=repository.folder, input=content, capture_output=True, check=True,
    )  # fmt: skip
    return finished.stdout.decode().strip()


def commit_of(repository: Repository, tree: str, header: bytes = b"", message: bytes = b"Say so\n") -> str:
    """A commit on a tree, with lines of one's own in its header; HEAD is it."""
    people = b"Somebody <s@tenant.example> 1790856000 +0000\n"
    content = b"tree %s\nauthor %scommitter %s%s\n%s" % (tree.encode(), people, people, header, message)
    identifier = plumb(repository, "commit", content)
    repository.git("update-ref", "refs/heads/main", identifier)
    return identifier


def tree_of(repository: Repository, *entries: tuple[str, bytes, str]) -> str:
    """A tree with entries of any mode and name."""
    lines = [f"{mode} ".encode() + name + b"\0" + bytes.fromhex(identifier) for mode, name, identifier in entries]
    return plumb(repository, "tree", b"".join(lines))


def blob_of(repository: Repository, content: bytes = b"x") -> str:
    """A file's content."""
    return plumb(repository, "blob", content)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (b"", ""),
        (b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n", "openpgp"),
        (b"gpgsig -----BEGIN SSH SIGNATURE-----\n abc\n -----END SSH SIGNATURE-----\n", "ssh"),
        (b"gpgsig-sha256 -----BEGIN SIGNED MESSAGE-----\n abc\n", "x509"),
        (b"gpgsig whatever comes next\n", "other"),
        (b"mergetag object 1\n gpgsig -----BEGIN PGP SIGNATURE-----\n", ""),
        (b"encoding UTF-8\nHG:extra gpgsig\n", ""),
    ],
)
def test_the_kind_of_a_signature_stands_in_the_commit(tmp_path: Path, header: bytes, kind: str) -> None:
    """As stated, unverified: neither a key nor gpg is asked; a signed tag merged in is not the commit's own."""
    repository = Repository(tmp_path)
    folder = tree_of(repository, ("100644", b"A.md", blob_of(repository)))
    commit = commit_of(repository, tree_of(repository, ("40000", b"decisions", folder)), header)
    found = read(tmp_path)
    assert found.repository is not None
    ((identifier, raw),) = found.repository.objects([commit])
    assert (identifier, signature_kind(raw)) == (commit, kind)
    assert found.versions["decisions/A.md"][0].signature == kind
    assert found.head is not None
    assert found.head.signature == kind


def test_words_in_a_message_are_no_signature_and_no_commit(tmp_path: Path) -> None:
    """A message cannot forge a header, a field, a path or a commit of its own."""
    forged = (
        "gpgsig -----BEGIN PGP SIGNATURE-----\n\x01" + "a" * 40 + "\x1f2020-01-01T00:00:00+00:00\x1f\x1fx\x1fx\x1fx\x02"
    )
    repository = Repository(tmp_path)
    real = repository.commit(
        f"Decide\n\n{forged}\n:100644 100644 {'a' * 40} {'b' * 40} M\n" + "c" * 40, decisions__A="x"
    )
    found = read(tmp_path)
    (version,) = found.versions["decisions/A.md"]
    assert (version.commit, version.signature, version.at.year) == (real, "", 2026)
    assert list(found.versions) == ["decisions/A.md"]


def test_settings_of_git_change_nothing(tmp_path: Path) -> None:
    """What a user may configure about logs: first commits, signatures, relative paths, renames, encodings."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="one")
    repository.git("mv", "decisions/A.md", "decisions/B.md")
    repository.commit("two")
    before = read(tmp_path)
    for name, value in {
        "log.showRoot": "false", "log.showSignature": "true", "diff.relative": "true", "diff.renames": "copies",
        "log.follow": "true", "log.diffMerges": "off", "core.quotePath": "true", "i18n.logOutputEncoding": "UTF-16",
        "log.abbrevCommit": "true", "format.pretty": "oneline", "color.ui": "always", "core.abbrev": "7",
        "diff.ignoreSubmodules": "all", "log.date": "relative", "diff.noprefix": "true", "log.decorate": "full",
    }.items():  # fmt: skip
        repository.git("config", name, value)
    assert read(tmp_path).versions == before.versions
    assert read(tmp_path).head == before.head


def test_a_replaced_commit_is_read_as_it_was(tmp_path: Path) -> None:
    """`git replace` is one clone's own view; the same commit gives the same history everywhere."""
    repository = Repository(tmp_path)
    first = repository.commit("one", decisions__A="one")
    second = repository.commit("two", decisions__A="two")
    repository.git("replace", second, first)
    found = read(tmp_path)
    assert [version.commit for version in found.versions["decisions/A.md"]] == [first, second]


def test_other_encodings_are_read(tmp_path: Path) -> None:
    """A message and a name in Latin-1, declared or not."""
    repository = Repository(tmp_path)
    repository.git("config", "i18n.commitEncoding", "ISO-8859-1")
    folder = tree_of(repository, ("100644", b"A.md", blob_of(repository)))
    tree = tree_of(repository, ("40000", b"decisions", folder))
    commit_of(repository, tree, b"encoding ISO-8859-1\n", "Prüfen (#3)\n".encode("latin-1"))
    found = read(tmp_path).versions["decisions/A.md"][0]
    assert (found.subject, found.pull_request) == ("Prüfen", 3)
    commit_of(repository, tree, b"", "Prüfen (#4)\n".encode("latin-1"))
    assert read(tmp_path).versions["decisions/A.md"][0].pull_request == 4


def test_links_and_submodules_are_no_decisions(tmp_path: Path) -> None:
    """What is no ordinary file counts as not there, and the working tree is not read through it."""
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    repository = Repository(tmp_path / "tenant")
    folder = tree_of(
        repository,
        ("100644", b"A.md", blob_of(repository)),
        ("120000", b"B.md", blob_of(repository, b"../../secret.md")),
        ("160000", b"C.md", "1" * 40),
        ("40000", b"D.md", tree_of(repository, ("100644", b"x", blob_of(repository)))),
    )
    commit_of(repository, tree_of(repository, ("40000", b"decisions", folder)))
    repository.write("decisions/A.md", b"x")
    (repository.folder / "decisions/B.md").symlink_to(tmp_path / "secret.md")
    (repository.folder / "decisions/C.md").mkdir()
    files = FileVersions(repository.folder, read(repository.folder), date(2026, 11, 1))
    assert [version.blob is None for version in files.of("decisions/B.md")] == [True]
    assert [version.blob is None for version in files.of("decisions/C.md")] == [True]
    history = load_decisions(files)[0]
    assert {name: [v.decision for v in known] for name, known in history.versions.items() if name != "A"} == {
        "B": [None], "C": [None],
    }  # fmt: skip


def test_a_file_that_became_a_link_has_ended(tmp_path: Path) -> None:
    """The change of type is a version without content."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="one")
    (tmp_path / "decisions/A.md").unlink()
    (tmp_path / "decisions/A.md").symlink_to("../README.md")
    repository.commit("two")
    assert [version.blob is None for version in read(tmp_path).versions["decisions/A.md"]] == [False, True]


@pytest.mark.parametrize(
    "name", [b"git~1", b".git", b"..", b"..\\..\\out.md", b"C:out.md", b"con.md", b"a\nb.md", b"\xff.md", b"A.md "]
)
def test_hostile_names_in_a_tree_lead_nowhere(tmp_path: Path, name: bytes) -> None:
    """Such trees can be pushed past a careless host: they are read as bytes, and nothing outside the root is."""
    (tmp_path / "out.md").write_text("outside", encoding="utf-8")
    repository = Repository(tmp_path / "tenant")
    folder = tree_of(repository, ("100644", name, blob_of(repository, b"inside")))
    commit_of(repository, tree_of(repository, ("40000", b"decisions", folder)))
    files = FileVersions(repository.folder, read(repository.folder), date(2026, 11, 1))
    for path in files.paths("decisions", ".md"):
        contents = [files.content(version) for version in files.of(path) if version.blob]
        assert contents == [b"inside"]
    load_decisions(files)


def test_a_repository_with_sha256_is_read(tmp_path: Path) -> None:
    """Longer ids, the same history; an unchanged file is no edit."""
    tmp_path.joinpath("x").mkdir()
    repository = Repository.__new__(Repository)
    repository.folder = tmp_path / "x"
    if "unknown" in repository.git("init", "--quiet", "--object-format=sha256", check=False):
        pytest.skip("this Git knows no SHA-256")
    repository.commit("one", "2026-10-01T08:00:00+00:00", decisions__A="one")
    repository.commit("two", "2026-10-02T08:00:00+00:00", decisions__A="two")
    files = FileVersions(repository.folder, read(repository.folder), date(2026, 11, 1))
    versions = files.of("decisions/A.md")
    assert [len(version.commit) for version in versions] == [64, 64]
    assert [files.content(version) for version in versions] == [b"one", b"two"]


def test_what_git_has_lost_is_said(tmp_path: Path) -> None:
    """A partial clone, or a damaged one: the command that mends it is named."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="one")
    found = read(tmp_path)
    blob = found.versions["decisions/A.md"][0].blob
    assert blob is not None
    path = tmp_path / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.unlink()
    with pytest.raises(CannotProceed, match="could not read object"):
        found.content(blob)


def test_a_worktree_with_files_of_its_own_and_a_missing_head(tmp_path: Path) -> None:
    """A new orphan branch in a worktree has no history yet; the main folder keeps its own."""
    repository = Repository(tmp_path / "main")
    repository.commit("one", decisions__A="one")
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    second = Repository.__new__(Repository)
    second.folder = tmp_path / "second"
    second.git("switch", "--quiet", "--orphan", "fresh")
    assert read(tmp_path / "second").versions == {}
    assert list(read(tmp_path / "main").versions) == ["decisions/A.md"]
    shutil.rmtree(tmp_path / "second")
    assert list(read(tmp_path / "main").versions) == ["decisions/A.md"]


def test_times_beyond_all_sense_do_not_stop_the_reading(tmp_path: Path) -> None:
    """The year 1970, zones that nobody lives in, and a far future; the line never runs backwards."""
    repository = Repository(tmp_path)
    for when, text in (("@0 +0000", "one"), ("@2082758399 +1400", "two"), ("@1790856000 -1200", "three")):
        repository.write("decisions/A.md", text)
        repository.git("add", "--all")
        environment = {**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        subprocess.run(["git", "commit", "--quiet", "--message", text], cwd=tmp_path, env=environment, check=True)
    years = [version.at.year for version in read(tmp_path).versions["decisions/A.md"]]
    assert years == [1970, 2035, 2035]


COMMIT_TIMES = [
    "253402300800 +0000",  # the year 10000
    "99999999999999999999999 +0000",
    "-5 +0000",  # before 1970
    "7258118400 +0000",  # the year 2200
    "",
    "abc",
]


def odd_commit(repository: Repository, time: str, *, committer: bool = True) -> str:
    """Put a commit on the branch that Git itself would not write."""
    tree, parent = repository.git("rev-parse", "HEAD^{tree}"), repository.git("rev-parse", "HEAD")
    who = f"committer C <c@tenant.example> {time}\n" if committer else ""
    raw = f"tree {tree}\nparent {parent}\nauthor A <a@tenant.example> {time}\n{who}\nmade elsewhere\n"
    identifier = plumb(repository, "commit", raw.encode())
    repository.git("update-ref", "HEAD", identifier)
    return identifier


@pytest.mark.parametrize(("time", "committer"), [*((time, True) for time in COMMIT_TIMES), ("1790856000 +0000", False)])
def test_a_commit_without_a_usable_time_counts_as_the_one_before_it(tmp_path: Path, time: str, committer: bool) -> None:
    """A time beyond the calendar, before 1970, no number, none, no committer: a problem that names the commit."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="one")
    at = read(tmp_path).versions["decisions/A.md"][0].at
    commit = odd_commit(repository, time, committer=committer)
    found = read(tmp_path)
    assert found.head is not None
    assert (found.head.commit, found.head.at) == (commit, at)
    (problem,) = found.problems
    assert problem.code == "commit-time"
    assert commit[:10] in problem.message
    assert problem.hint


def test_where_no_commit_has_a_time_nothing_is_dated(tmp_path: Path) -> None:
    """A history whose only commit has none is refused: no decision could be dated."""
    repository = Repository(tmp_path)
    tree = tree_of(repository, ("100644", b"backlog.yml", blob_of(repository)))
    identifier = plumb(repository, "commit", f"tree {tree}\nauthor A <a@tenant.example> x\n\nodd\n".encode())
    repository.git("update-ref", "HEAD", identifier)
    with pytest.raises(CannotProceed, match="has a time") as ending:
        read_main_history(tmp_path)
    assert ending.value.hint


@pytest.mark.parametrize("zone", ["+9900", "-2500", "+0000"])
def test_a_zone_that_nobody_lives_in_changes_no_time(tmp_path: Path, zone: str) -> None:
    """Git stores seconds since 1970; the zone beside them says only how to show them."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="one")
    odd_commit(repository, f"1890856000 {zone}")
    found = read(tmp_path)
    assert found.head is not None
    assert found.head.at.timestamp() == 1890856000
    assert found.problems == ()


def test_a_pull_request_number_of_5000_digits_is_none(tmp_path: Path) -> None:
    """Squashed or merged: no number of GitHub's is that long."""
    repository = Repository(tmp_path)
    for subject in (f"Decide (#{'7' * 5000})", f"Merge pull request #{'7' * 5000} from a/b"):
        repository.commit(subject, decisions__A=subject)
        version = read(tmp_path).versions["decisions/A.md"][-1]
        assert version.pull_request is None
        assert version.subject == subject


def test_a_path_of_4000_letters_in_git_is_read_past(tmp_path: Path) -> None:
    """No disk has such a name, so it has no edit; what Git holds of it stays readable."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="one")
    blob = repository.git("rev-parse", "HEAD:decisions/A.md")
    name = "A" * 4000 + ".md"
    decisions = tree_of(repository, ("100644", name.encode(), blob))
    commit_of(repository, tree_of(repository, ("40000", b"decisions", decisions)))
    files = FileVersions(tmp_path, read(tmp_path), date(2026, 11, 1))
    path = f"decisions/{name}"
    assert path in set(files.paths("decisions", ".md"))
    assert [version.blob for version in files.of(path)][:1] == [blob]


def test_a_hook_of_another_repository_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside a hook, Git names its own repository in the environment; the folder's repository is read all the same."""
    Repository(tmp_path / "other").commit("other", decisions__B="x")
    commit = Repository(tmp_path / "tenant").commit("one", decisions__A="one")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    found = read(tmp_path / "tenant")
    assert [version.commit for version in found.versions["decisions/A.md"]] == [commit]
    assert list(found.versions) == ["decisions/A.md"]


def test_a_missing_git_is_named_where_there_is_a_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository is never read as if it had no history; a plain folder needs no Git."""
    Repository(tmp_path / "tenant").commit("one", tenant__decisions__A="one")
    (tmp_path / "plain").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_main_history(tmp_path / "plain") is None
    for folder in (tmp_path / "tenant", tmp_path / "tenant" / "tenant"):
        with pytest.raises(CannotProceed, match="Git is not installed"):
            read_main_history(folder)


def test_a_repository_that_git_refuses_is_an_error(tmp_path: Path) -> None:
    """A worktree whose repository is gone, or a bare repository: never read as a folder without history."""
    repository = Repository(tmp_path / "main")
    repository.commit("one", decisions__A="one")
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    repository.git("clone", "--quiet", "--bare", str(tmp_path / "main"), str(tmp_path / "bare"))
    shutil.rmtree(tmp_path / "main")
    with pytest.raises(CannotProceed, match="Git cannot read this repository"):
        read_main_history(tmp_path / "second")
    with pytest.raises(CannotProceed, match="no working tree"):
        read_main_history(tmp_path / "bare")


def test_a_damaged_object_stops_no_other(tmp_path: Path) -> None:
    """Git's process ends at a damaged object; what is asked for next is read all the same."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="one", decisions__B="two")
    found = read(tmp_path)
    broken, healthy = (found.versions[f"decisions/{name}.md"][0].blob or "" for name in "AB")
    file = tmp_path / ".git/objects" / broken[:2] / broken[2:]
    file.chmod(0o600)
    file.write_bytes(b"no object")
    for _ in range(2):
        with pytest.raises(CannotProceed, match="could not read object"):
            found.content(broken)
        assert found.content(healthy, keep=False) == b"two"
    assert dict(found.stream([healthy, broken])) == {healthy: b"two"}


def test_an_object_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is asked before its content: it is left out of many, and alone it is an error that names it."""
    repository = Repository(tmp_path)
    small, large = blob_of(repository, b"small"), blob_of(repository, b"x" * 2000)
    other = blob_of(repository, b"other")
    repository.commit("one", decisions__A="one")
    monkeypatch.setattr("secure_score_backlog.git.LARGEST_OBJECT", 1000)
    found = read(tmp_path).repository
    assert found is not None
    assert dict(found.objects([small, large, other, large])) == {small: b"small", other: b"other"}
    assert found.sizes([small, large, "0" * 40]) == {small: 5, large: 2000}
    with pytest.raises(CannotProceed, match=large[:12]) as ending:
        found.content(large)
    assert ending.value.hint
    assert found.content(other) == b"other"


def test_versions_that_are_too_long_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision of 0.9 MB, in whatever number of versions, costs no memory: each is a problem."""
    repository = Repository(tmp_path)
    for number in range(3):
        repository.commit("x", decisions__A=f"---\nrecommendation: A\n---\n{number}" + "x" * 900_000)
    repository.commit("short", decisions__A="---\nrecommendation: A\nbucket: do-soon\n---\n")
    history = read(tmp_path)
    decisions, _ = load_decisions(FileVersions(tmp_path, history, date(2026, 11, 1)))
    *long, short = decisions.versions["A"]
    assert [[fault.code for fault in version.faults] for version in long] == [["file-too-large"]] * 3
    assert short.source is not None
    assert short.source.data["recommendation"] == "A"
    assert sum(map(len, history._contents.values())) < 1000
    monkeypatch.setattr("secure_score_backlog.decisions.store.MOST_BYTES", 40)
    with pytest.raises(CannotProceed, match="versions of all decisions"):
        load_decisions(FileVersions(tmp_path, read(tmp_path), date(2026, 11, 1)))


def test_edits_that_are_too_many_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not committed is counted too."""
    for name in "ABC":
        (tmp_path / "decisions").mkdir(exist_ok=True)
        (tmp_path / "decisions" / f"{name}.md").write_text("x" * 100)
    monkeypatch.setattr("secure_score_backlog.git.MOST_EDITS", 250)
    with pytest.raises(CannotProceed, match="not committed"):
        load_decisions(FileVersions(tmp_path, None, date(2026, 11, 1)))


@pytest.mark.skipif(os.name == "nt", reason="limits of a process are POSIX's")
def test_ten_million_files_in_a_few_objects_are_refused(tmp_path: Path) -> None:
    """Trees that name one tree ten times each: neither the program nor Git takes the memory that a list would need."""
    repository = Repository(tmp_path)
    repository.write("decisions/A.md", "x")
    tree = tree_of(repository, *(("100644", b"%d.md" % number, blob_of(repository)) for number in range(10)))
    for _ in range(6):
        tree = tree_of(repository, *(("40000", b"%d" % number, tree) for number in range(10)))
    commit_of(repository, tree_of(repository, ("40000", b"decisions", tree)))
    done = subprocess.run(
        [sys.executable, "-m", "secure_score_backlog", "check", "--root", str(tmp_path)],
        capture_output=True, text=True, check=False, preexec_fn=lambda: limit_process(300, 4000),
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "names more files" in done.stderr
    assert "what to do:" in done.stderr


def test_a_long_answer_of_git_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log beyond the limit is an error, not a part of the history."""
    repository = Repository(tmp_path)
    repository.commit("word " * 1000, decisions__A="one")
    monkeypatch.setattr("secure_score_backlog.git.LONGEST_ANSWER", 3000)
    with pytest.raises(CannotProceed, match="longer texts than are read"):
        read_main_history(tmp_path)
