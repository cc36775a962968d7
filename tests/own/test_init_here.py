# SPDX-License-Identifier: Apache-2.0
"""`backlog init --here` in a private copy of this repository: the sample is gone, all is green, nothing can be lost."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from secure_score_backlog.data_repository.copy import MARKS, PROJECT
from secure_score_backlog.data_repository.tool import HERE
from secure_score_backlog.data_repository.written import RECORD
from secure_score_backlog.sample.cut import cut_files
from secure_score_backlog.sample.story import OWNER
from tests.project.test_workflows import OWN, WRITERS, faults
from tests.support.folders import write
from tests.support.repositories import Repository
from tests.support.running import RunBacklog, run_here

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
SAMPLE = re.compile(rf"northwind|harbou?r|{OWNER}-|sample tenant, invented", re.IGNORECASE)
"""Every word of the sample: its organisation, its logins and addresses, the label of its tenant."""
PROGRAM = ("generator/", "tests/")
"""Where a copy keeps the program, whose `demo` shows the sample to whoever asks for it."""
ORGANISATION = ("--organisation", "Example Ltd", "--repository", "example/backlog")
BEGUN = "2026-11-22T12:00:00+00:00"


def tracked() -> list[str]:
    """Every file of this repository that is committed, or will be."""
    call = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(call, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in listed.split("\0") if path and (ROOT / path).is_file()]


def whole(folder: Path) -> Repository:
    """A copy of this repository as it is now, with a history of two commits."""
    copy = Repository(folder)
    for path in tracked():
        copy.write(path, (ROOT / path).read_bytes())
    copy.commit("Everything", "2026-11-20T12:00:00+00:00")
    changed = next(path for path in sorted(cut_files()) if path.startswith("decisions/"))
    content = cut_files()[changed]
    copy.write(changed, content + b"\nMore.\n")
    copy.commit("Northwind changes a decision", "2026-11-21T11:00:00+00:00")
    copy.write(changed, content)
    copy.commit("Northwind changes it back", "2026-11-21T12:00:00+00:00")
    return copy


def small(folder: Path) -> Repository:
    """The least that is a copy with a sample."""
    copy = Repository(folder)
    for path in MARKS:
        copy.write(path, (ROOT / path).read_bytes())
    for path, content in sorted(cut_files().items())[:40]:
        copy.write(path, content)
    copy.write("backlog.yml", cut_files()["backlog.yml"])
    copy.write("mkdocs.yml", (ROOT / "mkdocs.yml").read_bytes())
    copy.write("README.md", "# The project\n")
    copy.write(".github/workflows/release.yml", "on: push\n")
    copy.write("notes/ours.md", "kept\n")
    copy.commit("Everything")
    return copy


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A copy that `init --here` has changed, committed; its main branch is protected."""
    return started(tmp_path_factory.mktemp("team") / "copy", "team")


def started(folder: Path, plan: str) -> Repository:
    """The same for a plan."""
    copy = whole(folder)
    before = copy.git("rev-parse", "HEAD")
    done = run_here("init", "--here", *ORGANISATION, "--plan", plan, cwd=copy.folder, expect=0)
    assert "files of the sample" in done.stderr
    assert "release.yml" in done.stderr
    assert "git commit -m" in done.stdout
    for verb in ("check", "status"):
        run_here(verb, cwd=copy.folder, expect=0)
    copy.commit("Begin our backlog", BEGUN)
    assert copy.git("rev-parse", "HEAD^") == before
    return copy


def texts(copy: Repository) -> dict[str, str]:
    """Every committed file as text, by path."""
    paths = copy.git("ls-files").splitlines()
    return {path: (copy.folder / path).read_text(encoding="utf-8", errors="replace") for path in paths}


def test_the_sample_is_gone_from_the_tree(begun: Repository) -> None:
    """No word of it is left outside of the program, and nothing of it but empty folders."""
    found = texts(begun)
    assert [path for path, text in found.items() if not path.startswith(PROGRAM) and SAMPLE.search(text)] == []
    assert [
        path for path in found if path.startswith(("decisions/", "snapshots/", "docs/reviews/", "docs/pictures/"))
    ] == [
        "decisions/README.md",
        "docs/reviews/.gitkeep",
        "snapshots/.gitkeep",
    ]
    assert [path for path in found if path.startswith("tests/") and path.startswith(PROJECT)] == []
    assert {"Makefile", ".ci/run", "action.yml", "docs/guide/settings.md", "tests/conftest.py"} <= found.keys()
    assert "Example Ltd" in found["README.md"]


def test_the_site_holds_no_word_of_the_sample_nor_of_the_guide(begun: Repository, backlog: RunBacklog) -> None:
    """Neither in pages nor in downloads nor in the search; check and build are green, before any snapshot."""
    for verb in (("check", "--strict"), ("status",), ("audit",), ("build",)):
        backlog(*verb, cwd=begun.folder, expect=0)
    site = begun.folder / "build" / "site"
    built = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    assert {"index.html", "evidence.html", "how-we-decide.html"} <= built.keys()
    assert [path for path, file in built.items() if SAMPLE.search(file.read_bytes().decode("latin-1"))] == []
    assert [path for path in built if path.startswith(("guide/", "adr/", "method"))] == []
    evidence = built["evidence.html"].read_text(encoding="utf-8")
    assert "The history begins after commit" in evidence
    assert "3 commits before are left out" in evidence
    assert begun.git("status", "--porcelain") == ""


def test_without_protection_it_is_green_too(tmp_path: Path, backlog: RunBacklog) -> None:
    """Snapshots are on the main branch then."""
    copy = started(tmp_path / "copy", "free")
    for verb in ("check", "build"):
        backlog(verb, cwd=copy.folder, expect=0)
    site = copy.folder / "build" / "site"
    assert not any(SAMPLE.search(file.read_bytes().decode("latin-1")) for file in site.rglob("*") if file.is_file())


def test_the_guide_is_in_the_site_when_asked_for(tmp_path: Path, begun: Repository, backlog: RunBacklog) -> None:
    """Without its lines in `mkdocs.yml`."""
    begun.git("clone", "--quiet", str(begun.folder), str(tmp_path / "clone"))
    layout = tmp_path / "clone" / "mkdocs.yml"
    layout.write_text(re.sub(r"(?s)\n# The tool's own documents.*", "\n", layout.read_text(encoding="utf-8")), "utf-8")
    begun.git("-C", str(tmp_path / "clone"), "branch", "snapshots")
    backlog("build", cwd=tmp_path / "clone", expect=0)
    site = tmp_path / "clone" / "build" / "site"
    assert (site / "guide" / "settings.html").exists()
    assert (site / "method.html").exists()


def test_the_history_shown_is_our_own(begun: Repository, backlog: RunBacklog) -> None:
    """The first commit is ours, and the first decision has one version."""
    said = json.loads(backlog("audit", "--json", cwd=begun.folder).stdout)
    assert [each["subject"] for each in said["commits"]] == ["Begin our backlog"]
    assert said["counts"]["beginning"] == 1
    assert said["problems"] == []


def test_workflows_use_the_copy_and_are_hardened(begun: Repository) -> None:
    """No release, no other repository's program, nothing that this project forbids its own workflows."""
    workflows = {path: text for path, text in texts(begun).items() if path.startswith(".github/workflows/")}
    names = {Path(path).name for path in workflows}
    assert {"check.yml", "ci.yml", "site.yml", "snapshot.yml"} <= names
    assert names.isdisjoint({"decisions.yml", "release.yml"})
    for path, text in workflows.items():
        assert faults(Path(path).name, text) == []
    assert all(any(map(OWN.fullmatch, text.splitlines())) for path, text in workflows.items() if "ci.yml" not in path)
    assert ("snapshot.yml", "collect") in WRITERS
    calls = [["zizmor", "--offline", "--persona", "pedantic", "--quiet", "--no-progress", ".github"]]
    calls += [["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *sorted(workflows)]]
    for name, *arguments in calls:
        done = subprocess.run(
            [PROGRAMS / name, *arguments], cwd=begun.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="make is not part of Windows")
@pytest.mark.parametrize("target", ["sample", "release", "pictures"])
def test_make_does_not_bring_the_sample_back(begun: Repository, target: str) -> None:
    """Nor does it release; it says what to run instead, before it does anything."""
    done = subprocess.run(["make", target], cwd=begun.folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "holds a backlog of its own" in done.stderr
    assert begun.git("status", "--porcelain", "--ignored").replace("!! build/", "") == ""


def test_the_tests_of_the_copy_are_whole(begun: Repository) -> None:
    """Every test is found without what was taken out, and those that read the repository pass.

    All of them take as long as here; this is the part that could know the difference.
    """
    chosen = ["tests/project/test_workflows.py", "tests/project/test_documents.py", "tests/project/test_clean.py"]
    environment = {**os.environ, "PYTHONPATH": str(begun.folder / "generator"), "BACKLOG_FONTS": ""}
    said = ""
    for arguments in (["--collect-only", "--assert=plain", "tests"], chosen):  # to find them, asserts stay as they are
        call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(
            call, cwd=begun.folder, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:]
        said += done.stdout
    assert "tests/project/test_workflows.py" in said
    assert "tests/own" not in said


def test_a_second_run_and_an_upgrade_change_nothing(begun: Repository, backlog: RunBacklog) -> None:
    """It was set up; what somebody deleted comes back, and nothing of theirs goes."""
    backlog("init", "--here", cwd=begun.folder, expect=0)
    changed = begun.git("status", "--porcelain")
    assert changed == ""
    assert "nothing differently" in backlog("init", "--here", "--upgrade", cwd=begun.folder, expect=0).stderr
    write(begun.folder, "decisions/Ours.md", "x")
    (begun.folder / ".github" / "workflows" / "site.yml").unlink()
    backlog("init", ".", cwd=begun.folder, expect=0)
    assert begun.git("status", "--porcelain") == "?? decisions/Ours.md"
    (begun.folder / "decisions" / "Ours.md").unlink()


def test_the_pull_request_that_sets_it_up_is_green(begun: Repository, tmp_path: Path, backlog: RunBacklog) -> None:
    """Where the main branch is protected already: the check of the pull request compares with the sample, and knows."""
    begun.git("clone", "--quiet", str(begun.folder), str(tmp_path / "clone"))
    clone = Repository.existing(tmp_path / "clone")
    clone.git("branch", "snapshots")
    clone.git("branch", "--force", "base", "HEAD^")
    backlog("check", "--base", "base", cwd=clone.folder, expect=0)
    shown = backlog("diff", "base", "HEAD", cwd=clone.folder, expect=0).stdout
    assert not SAMPLE.search(shown)


def test_a_newer_version_brings_no_sample_back(tmp_path: Path, backlog: RunBacklog) -> None:
    """The guide's commands, in Git: the program and its tests are the newer ones, and the data stays our own."""
    guide = (ROOT / "docs" / "guide" / "setting-up.md").read_text(encoding="utf-8")
    block = guide.partition("**Newer versions**")[2].partition("```console\n")[2].partition("```")[0]
    lines = [line.partition("  #")[0].strip() for line in block.splitlines() if line.startswith("git ")]
    project = small(tmp_path / "project")
    taken = [path for line in lines if " -- " in line for path in line.partition(" -- ")[2].split()]
    for path in taken:
        if path not in MARKS:
            project.write(f"{path}/old.py" if "." not in Path(path).name[1:] and path != "LICENSE" else path, "old\n")
    project.write("tests/own/test_sample.py", "old\n")
    project.commit("More")
    project.git("clone", "--quiet", str(project.folder), str(tmp_path / "copy"))
    copy = Repository.existing(tmp_path / "copy")
    copy.git("remote", "rename", "origin", "upstream")
    backlog("init", "--here", *ORGANISATION, cwd=copy.folder, expect=0)
    copy.write("decisions/Ours.md", "ours\n")
    copy.commit("Begin our backlog")
    sampled = next(path for path in sorted(cut_files()) if path.startswith("decisions/"))
    for path in (sampled, "decisions/New.md", "tests/own/test_sample.py", "tests/new.py", "README.md"):
        project.write(path, "new\n")
    project.git("rm", "--quiet", "generator/old.py")
    project.commit("Move on")
    for line in lines:
        if not line.startswith("git commit"):
            copy.git(*shlex.split(line)[1:])
    said = backlog("init", ".", "--upgrade", cwd=copy.folder, expect=0).stdout
    copy.git(*shlex.split(re.findall(r"(?m)^ +git (rm .*)$", said)[0]))
    changed = set(copy.git("diff", "--staged", "--name-status").split("\n"))
    assert changed == {"D\tgenerator/old.py", "A\ttests/new.py"}
    assert copy.git("status", "--porcelain", "--untracked-files=all").count("\n") == len(changed) - 1
    assert (copy.folder / "decisions" / "Ours.md").is_file()
    assert not (copy.folder / "tests" / "own").exists()
    assert "git rm" not in backlog("init", ".", "--upgrade", cwd=copy.folder, expect=0).stdout


# What is refused


def refused(copy: Repository, backlog: RunBacklog, *arguments: str, says: str, code: int = 3) -> None:
    """`init --here` ends with a message, and the folder is as it was."""
    before = (copy.git("rev-parse", "HEAD"), copy.git("status", "--porcelain"))
    done = backlog("init", *(arguments or ("--here", *ORGANISATION)), cwd=copy.folder, expect=code)
    assert says in done.stderr
    assert (copy.git("rev-parse", "HEAD"), copy.git("status", "--porcelain")) == before
    assert not (copy.folder / RECORD).exists()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("decisions/Ours.md", "---\nrecommendation: Ours\n---\n"),
        ("decisions/AATP_ClearText.md", "---\nrecommendation: AATP_ClearText\nbucket: accept\n---\n"),
        ("snapshots/2027/2027-01-01.json", "{}"),
        ("snapshots/approvals.json", "{}"),
        ("docs/reviews/2027-01.md", "We met.\n"),
        ("backlog.yml", "organisation: Example Ltd\n"),
    ],
)
def test_data_of_ones_own_is_never_deleted(tmp_path: Path, backlog: RunBacklog, path: str, content: str) -> None:
    """A file of the data that is not exactly the sample's, added or changed."""
    copy = small(tmp_path / "copy")
    copy.write(path, content)
    copy.commit("Ours")
    refused(copy, backlog, says=f"may be yours: {path}")


@pytest.mark.parametrize("path", ["new.txt", "README.md", "decisions/Draft.md"])
def test_what_is_not_committed_is_never_deleted(tmp_path: Path, backlog: RunBacklog, path: str) -> None:
    """Git could not bring it back."""
    copy = small(tmp_path / "copy")
    copy.write(path, "ours\n")
    refused(copy, backlog, says=f"not committed: {path}")


def test_a_file_that_is_ignored_stays(tmp_path: Path, backlog: RunBacklog) -> None:
    """Only what Git has is deleted, file by file."""
    copy = small(tmp_path / "copy")
    copy.write(".gitignore", "*.secret\n")
    copy.commit("Ignore")
    copy.write("decisions/mine.secret", "kept")
    backlog("init", "--here", *ORGANISATION, cwd=copy.folder, expect=0)
    assert (copy.folder / "decisions" / "mine.secret").read_bytes() == b"kept"
    assert (copy.folder / "notes" / "ours.md").read_bytes() == b"kept\n"
    assert not (copy.folder / ".github" / "workflows" / "release.yml").exists()
    copy.git("checkout", "--quiet", "--force", ".")
    assert (copy.folder / ".github" / "workflows" / "release.yml").exists()


def test_other_folders_are_refused(tmp_path: Path, backlog: RunBacklog) -> None:
    """One that is no copy, one without Git, one inside of a repository, one whose history is not all there."""
    other = Repository(tmp_path / "other")
    other.commit("First", notes="x")
    refused(other, backlog, says="is no copy of this program's repository")
    copy = small(tmp_path / "copy")
    inside = Repository(tmp_path / "around")
    copy.git("worktree", "list")
    for path in copy.git("ls-files").splitlines():
        inside.write(f"copy/{path}", (copy.folder / path).read_bytes())
    inside.commit("Everything")
    done = backlog("init", "--here", *ORGANISATION, cwd=inside.folder / "copy", expect=3)
    assert "not the top of a Git repository" in done.stderr
    inside.git("clone", "--quiet", "--depth", "1", copy.folder.as_uri(), str(tmp_path / "shallow"))
    assert "shallow" in backlog("init", "--here", *ORGANISATION, cwd=tmp_path / "shallow", expect=3).stderr


def test_the_way_in_is_named(tmp_path: Path, backlog: RunBacklog) -> None:
    """Without --here in a copy, without a folder elsewhere, and with another program than the copy's."""
    copy = small(tmp_path / "copy")
    refused(copy, backlog, ".", *ORGANISATION, says="backlog init --here", code=2)
    refused(copy, backlog, *ORGANISATION, says="backlog init our-score", code=2)
    pinned = f"example/tool@{'0' * 40}"
    refused(copy, backlog, "--here", *ORGANISATION, "--tool", pinned, says="use the program of the copy", code=2)
    done = backlog("init", "data", *ORGANISATION, "--tool", HERE, expect=2)
    assert "only a copy" in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_printed_steps_warn_of_public_forks(tmp_path: Path, backlog: RunBacklog) -> None:
    """What is pushed to a fork of a public repository is public."""
    copy = small(tmp_path / "copy")
    done = backlog("init", "--here", *ORGANISATION, "--plan", "none", cwd=copy.folder, expect=0)
    assert not list((copy.folder / ".github").rglob("*.yml"))
    copy.git("checkout", "--quiet", "--force", ".")
    copy.git("clean", "--quiet", "--force", "-d")
    done = backlog("init", "--here", *ORGANISATION, cwd=copy.folder, expect=0)
    assert "A fork of a public repository is public" in done.stdout
