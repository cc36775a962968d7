# SPDX-License-Identifier: Apache-2.0
"""`backlog init`: a repository from flags and from a session at a terminal; where it refuses; what an upgrade shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from secure_score_backlog.data_repository.written import RECORD
from secure_score_backlog.sample.story import OWNER, final_files
from secure_score_backlog.settings import load_settings
from tests.support.folders import contents, write
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.tenants import stored

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TENANT = "00000000-1111-2222-3333-444444444444"
TOOL = f"harbour/secure-score-backlog@{COMMIT}"
SAMPLE = re.compile(rf"northwind|harbour logistics|{OWNER}-|sample tenant", re.IGNORECASE)


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a new repository but Git's own."""
    return {path: content for path, content in contents(folder).items() if not path.startswith(".git/")}


def test_a_name_is_enough(backlog: RunBacklog, tmp_path: Path) -> None:
    """The repository is there, `check` and `build` are content with it, and nothing is left for Git to wonder about."""
    made = backlog("init", "our-score", "--organisation", "Example Ltd", expect=0)
    folder = tmp_path / "our-score"
    assert "What is left to do" in made.stdout
    assert load_settings(folder)[0].organisation == "Example Ltd"
    assert "nothing to check yet" in backlog("check", "--root", folder, expect=0).stdout
    backlog("build", "--root", folder, expect=0)
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(line[3:] for line in listed.stdout.splitlines()) == sorted(
        path for path in files(folder) if not path.startswith("build/")
    )


@pytest.mark.parametrize("plan", ["free", "team", "enterprise", "none"])
def test_a_new_site_holds_no_word_of_the_sample_and_none_of_the_guide(
    backlog: RunBacklog, tmp_path: Path, plan: str
) -> None:
    """Not in a file, not in the built site; the organisation's name and its own pages are there."""
    backlog("init", "our-score", "--organisation", "Example Ltd", "--plan", plan, "--tool", TOOL, expect=0)
    folder = tmp_path / "our-score"
    backlog("build", "--root", folder, expect=0)
    found = files(folder)
    named = {path for path, content in found.items() if SAMPLE.search(content.decode("utf-8", "replace"))}
    assert named == set()
    pages = {path.removeprefix("build/site/") for path in found if path.startswith("build/site/")}
    assert {"how-we-decide.html", "how-to-verify.html"} <= pages
    assert not {path for path in pages if path.startswith(("guide/", "adr/", "method"))}
    assert "Example Ltd" in found["build/site/index.html"].decode()
    assert SAMPLE.search(final_files()["backlog.yml"].decode())


def test_what_was_protected_is_green_before_and_after_the_first_commit(backlog: RunBacklog, tmp_path: Path) -> None:
    """Before there is a push, there is no branch of snapshots either; with the first push there are both."""
    backlog("init", "our-score", "--organisation", "X", "--plan", "team", "--tool", TOOL, expect=0)
    folder = tmp_path / "our-score"
    backlog("check", "--root", folder, expect=0)
    repository = Repository.existing(folder)
    repository.commit("Begin our backlog")
    backlog("check", "--root", folder, expect=0)
    backlog("build", "--root", folder, expect=0)
    repository.git("branch", "snapshots")
    backlog("check", "--root", folder, expect=0)
    backlog("build", "--root", folder, expect=0)


def test_a_folder_with_other_things_is_refused(backlog: RunBacklog, tmp_path: Path) -> None:
    """Nothing is written beside them."""
    write(tmp_path, "work/thesis.txt", "mine")
    refused = backlog("init", "work", "--organisation", "X", expect=3)
    assert "thesis.txt" in refused.stderr
    assert "what to do" in refused.stderr
    assert files(tmp_path / "work") == {"thesis.txt": b"mine"}


def test_a_file_in_the_way_is_refused(backlog: RunBacklog, tmp_path: Path) -> None:
    """A file is no folder."""
    write(tmp_path, "taken", "mine")
    assert "file, not a folder" in backlog("init", "taken", "--organisation", "X", expect=3).stderr


@pytest.mark.parametrize("there", ["README.md", "backlog.yml", "snapshots/2026/2026-11-20.json", "LICENSE"])
def test_a_file_that_exists_is_never_changed(backlog: RunBacklog, tmp_path: Path, there: str) -> None:
    """A clone of an empty repository, or a folder that collected before: only what is missing is added."""
    write(tmp_path, f"our-score/{there}", "mine\n")
    made = backlog("init", "our-score", "--organisation", "X", expect=0)
    found = files(tmp_path / "our-score")
    assert found[there] == b"mine\n"
    assert "decisions/README.md" in found
    assert (there in made.stderr) == (there in ("README.md", "backlog.yml"))
    assert there not in json.loads(found[RECORD])["files"]


def test_a_second_run_adds_what_is_missing_by_the_choices_of_the_first(backlog: RunBacklog, tmp_path: Path) -> None:
    """Here the workflows, once the tool is known; nothing else changes."""
    backlog("init", "our-score", "--organisation", "Example Ltd", "--plan", "team", expect=0)
    before = files(tmp_path / "our-score")
    assert not any("workflows" in path for path in before)
    backlog("init", "our-score", "--tool", TOOL, expect=0)
    after = files(tmp_path / "our-score")
    assert {path: after[path] for path in before if path != RECORD} == {
        path: before[path] for path in before if path != RECORD
    }
    assert f"uses: {TOOL} # v".encode() in after[".github/workflows/check.yml"]
    assert json.loads(after[RECORD])["choices"]["organisation"] == "Example Ltd"
    assert json.loads(after[RECORD])["files"].keys() == after.keys() - {RECORD}


def test_a_second_run_names_what_is_done_and_prints_the_rest(backlog: RunBacklog, tmp_path: Path) -> None:
    """Steps that the folder shows as done are named in a line; without a commit nothing is."""
    made = ("init", "our-score", "--organisation", "X", "--plan", "none")
    backlog(*made, expect=0)
    folder = tmp_path / "our-score"
    assert "Done already" not in backlog("init", "our-score", expect=0).stdout
    settings = folder / "backlog.yml"
    settings.write_text(settings.read_text("utf-8") + "roles: {Head of IT: [], Board: []}\n", "utf-8")
    write(folder, "snapshots/2026/2026-10-01.json", json.dumps(stored({"AdminMFA": (0, 8)}), default=float))
    repository = Repository.existing(folder)
    repository.commit("Begin our backlog")
    repository.git("remote", "add", "origin", "https://git.example/of-the-program.git")  # nothing was pushed to it
    again = backlog("init", "our-score", expect=0).stdout
    done = next(line for line in again.splitlines() if line.startswith("Done already"))
    assert [word for word in ("certificate", "app in Entra", "Fill in", "Commit", "first time") if word in done]
    assert "openssl" not in again
    assert "git init --bare" in again
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert "git init --bare" not in backlog("init", "our-score", expect=0).stdout
    assert "backlog decide ID" in again


def test_a_folder_inside_another_repository_is_refused(backlog: RunBacklog, tmp_path: Path) -> None:
    """Its workflows would never run; --no-git says that this is meant."""
    Repository(tmp_path / "clone")
    refused = backlog("init", "clone/our-score", "--organisation", "X", expect=3)
    assert "inside another Git repository" in refused.stderr
    assert not (tmp_path / "clone" / "our-score").exists()
    backlog("init", "clone/our-score", "--organisation", "X", "--no-git", expect=0)
    assert not (tmp_path / "clone" / "our-score" / ".git").exists()


def test_missing_git_is_explained(backlog: RunBacklog, tmp_path: Path) -> None:
    """Before anything is created."""
    finished = backlog("init", "x", "--organisation", "X", environment={"PATH": str(tmp_path)}, expect=3)
    assert "Git is not installed" in finished.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--organisation"),
        (("--organisation", "X", "--plan", "team", "--site", "pages"), "anyone on the internet"),
        (("--organisation", "two\nlines"), "line breaks"),
    ],
)
def test_wrong_choices_write_nothing(
    backlog: RunBacklog, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    """Exit 2, with the option and what to do."""
    refused = backlog("init", "our-score", *arguments, expect=2)
    assert says in refused.stderr
    assert not (tmp_path / "our-score").exists()


def test_an_upgrade_writes_nothing_and_says_why_files_differ(backlog: RunBacklog, tmp_path: Path) -> None:
    """A file that a person changed stays theirs; a deleted one is named; a newer pin alone is no difference."""
    backlog("init", "our-score", "--organisation", "X", "--plan", "team", "--tool", TOOL, expect=0)
    folder = tmp_path / "our-score"
    same = backlog("init", "our-score", "--upgrade", expect=0)
    assert (same.stdout, "nothing differently" in same.stderr) == ("", True)
    write(folder, "README.md", "ours\n")
    (folder / ".gitignore").unlink()
    workflow = folder / ".github" / "workflows" / "check.yml"
    workflow.write_text(workflow.read_text(encoding="utf-8").replace(COMMIT, "f" * 40), encoding="utf-8")
    before = files(folder)
    shown = backlog("init", "our-score", "--upgrade", expect=0)
    assert files(folder) == before
    assert re.findall(r"^\S+(?= \()", shown.stdout, re.MULTILINE) == [".gitignore"]
    other = backlog("init", "our-score", "--upgrade", "--no-protected", expect=0)
    assert "does not write it any more" in other.stdout
    assert re.search(r"^    -.*build/snapshots", other.stdout, re.MULTILINE)
    assert files(folder) == before


def test_an_upgrade_needs_a_record(backlog: RunBacklog, tmp_path: Path) -> None:
    """A folder that `init` did not make, or whose record is damaged, is not judged."""
    (tmp_path / "empty").mkdir()
    assert "no record" in backlog("init", "empty", "--upgrade", expect=2).stderr
    write(tmp_path, f"damaged/{RECORD}", "[")
    assert "cannot be read" in backlog("init", "damaged", "--upgrade", expect=3).stderr


def test_a_hostile_record_is_not_obeyed(backlog: RunBacklog, tmp_path: Path) -> None:
    """Choices of a record are checked like options, and its names are printed as text."""
    record = {"schema": "backlog-init/1", "version": "\x1b[2J::error::x", "choices": {"organisation": "X"}, "files": {}}
    write(tmp_path, f"our-score/{RECORD}", json.dumps(record))
    write(tmp_path, "our-score/README.md", "\x1b]0;owned\x07\n::error::x\n")
    shown = backlog("init", "our-score", "--upgrade", expect=0)
    assert not set(shown.stdout) & {"\x1b", "\x07"}
    assert not re.search(r"^\s*::", shown.stdout, re.MULTILINE)
    for choices in ({"organisation": 7}, {"organisation": "X", "plan": "gold"}, {"organisation": "X", "tool": "x"}):
        write(tmp_path, f"our-score/{RECORD}", json.dumps({**record, "choices": choices}))
        assert backlog("init", "our-score", "--upgrade").returncode in (2, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_session_at_a_terminal(tmp_path: Path) -> None:
    """What the options do not say is asked for, wrong answers at once again; the plan decides what is asked."""
    from tests.support.terminals import at_terminal  # noqa: PLC0415 - cannot be imported on Windows

    done = at_terminal(
        ["init", "our-score", "--tool", TOOL],
        [
            ("organisation", ""),
            ("needs a name", b""),
            ("organisation", "Example & Söhne"),
            ("free: GitHub Free", b""),
            ("plan [free]", "gold"),
            ("Type one of", b""),
            ("plan [free]", "enterprise"),
            ("protected [yes]", ""),
            ("site [artifact]", "folder"),
            ("Type one of: artifact, azure, pages.", b""),
            ("site [artifact]", "pages"),
            ("for later", b""),
            ("repository", "example/backlog"),
            ("reviewer", "security"),
            ("Write it as @login", b""),
            ("reviewer", "@example/security"),
            ("tenant", "example.com"),
            ("Directory (tenant) ID", b""),
            ("tenant", TENANT),
            ("chat [none]", "teams"),
        ],
        cwd=tmp_path,
    )
    assert done.code == 0
    found = files(tmp_path / "our-score")
    assert json.loads(found[RECORD])["choices"] == {
        "organisation": "Example & Söhne",
        "plan": "enterprise",
        "site": "pages",
        "protected": True,
        "repository": "example/backlog",
        "reviewer": "@example/security",
        "tool": TOOL,
        "chat": "teams",
        "tenant": TENANT,
    }
    assert f"AZURE_TENANT_ID --repo example/backlog --body {TENANT}" in " ".join(done.text.split())
    assert "gh repo create example/backlog --private" in done.text
    assert "Once the repository's name is known" not in done.text


def test_a_reviewer_without_a_role_is_named(backlog: RunBacklog, tmp_path: Path) -> None:
    """An approval by an account that the settings list below no role counts for none, so a decision would wait."""
    given = ("init", "our-score", "--organisation", "X", "--tool", TOOL, "--reviewer", "@Boss")
    backlog(*given, expect=0)
    settings = tmp_path / "our-score" / "backlog.yml"
    for roles, missing in (("Head of IT: [it]", True), ("Head of IT: [boss]", False)):
        settings.write_text(f"organisation: X\nroles:\n  {roles}\n", encoding="utf-8")
        said = " ".join(backlog(*given, expect=0).stderr.split())
        assert ("Add Boss to the list of the role in which it approves: Head of IT." in said) is missing


def test_a_repository_named_later_is_asked_for_in_the_settings(backlog: RunBacklog, tmp_path: Path) -> None:
    """Without the line no page links to GitHub; a file of the user is never rewritten, so the line is said."""
    first = backlog("init", "our-score", "--organisation", "X", "--tool", TOOL, expect=0)
    line = "repository: harbour/backlog"
    assert line not in first.stderr
    before = (tmp_path / "our-score" / "backlog.yml").read_bytes()
    again = ("init", "our-score", "--repository", "harbour/backlog")
    assert line in backlog(*again, expect=0).stderr.splitlines()
    assert (tmp_path / "our-score" / "backlog.yml").read_bytes() == before
    (tmp_path / "our-score" / "backlog.yml").write_bytes(before + f"{line}\n".encode())
    assert line not in backlog(*again, expect=0).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_the_name_of_a_clone_is_proposed(tmp_path: Path) -> None:
    """An empty repository that GitHub made, cloned first: `origin` says what it is called."""
    from tests.support.terminals import at_terminal  # noqa: PLC0415 - cannot be imported on Windows

    clone = tmp_path / "our-score"
    subprocess.run(["git", "init", "--quiet", clone], check=True)
    subprocess.run(["git", "remote", "add", "origin", "git@github.com:harbour/our-score.git"], cwd=clone, check=True)
    answers = [("organisation", "X"), ("plan [free]", ""), ("site [artifact]", ""), ("[harbour/our-score]", "")]
    answers += [("tenant", ""), ("chat [none]", "")]
    done = at_terminal(["init", "our-score", "--tool", TOOL], answers, cwd=tmp_path)
    assert done.code == 0
    assert b"\nrepository: harbour/our-score\n" in files(clone)["backlog.yml"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_session_that_is_ended_writes_nothing(tmp_path: Path) -> None:
    """Ctrl-C at a question."""
    from tests.support.terminals import CONTROL_C, at_terminal  # noqa: PLC0415 - cannot be imported on Windows

    done = at_terminal(["init", "our-score"], [("organisation", CONTROL_C.encode())], cwd=tmp_path)
    assert done.code == 130
    assert not (tmp_path / "our-score").exists()
