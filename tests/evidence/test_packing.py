# SPDX-License-Identifier: Apache-2.0
"""`backlog pack` and `backlog verify` as commands, and the guide of a pack followed word by word."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from secure_score_backlog.evidence import guide
from secure_score_backlog.evidence.git_objects import COMMIT_KIND, read_bundle, without_signature
from secure_score_backlog.evidence.layout import BUNDLE, COMMITS, GUIDE, MANIFEST, SUMS, parse, sha256
from secure_score_backlog.evidence.outcome import Result
from secure_score_backlog.evidence.verifying import Asked, verify
from secure_score_backlog.site import builder
from tests.evidence.test_archive import HOSTILE
from tests.evidence.test_tampering import rewritten_message
from tests.support.packs import (
    BOT,
    PERSON,
    Files,
    Tenant,
    files_of,
    packed,
    public_key,
    replaced,
    resealed,
    tenant,
    with_file,
    zipped,
)
from tests.support.repositories import Repository
from tests.support.running import RunBacklog

PERIOD = ("--from", "2026-10-01", "--to", "2026-10-03")


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the tenant, to change."""
    return Path(shutil.copytree(root, tmp_path / "copy", ignore=shutil.ignore_patterns("build")))


def test_the_same_commit_gives_the_same_bytes(
    internal: Files, root: Path, tmp_path: Path, run_backlog: RunBacklog
) -> None:
    """From another clone, whose objects are stored otherwise, elsewhere, with another time zone and hash seed."""
    Repository.existing(tmp_path).git("clone", "--quiet", str(root), "deeper/clone")
    clone = tmp_path / "deeper" / "clone"
    Repository.existing(clone).git("gc", "--quiet", "--aggressive")
    elsewhere = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    options = ("--root", clone, *PERIOD, "--profile", "internal", "--output", tmp_path / "a.zip")
    made = run_backlog("pack", *options, environment=elsewhere, expect=0)
    assert (tmp_path / "a.zip").read_bytes() == zipped(internal, tmp_path / "b.zip").read_bytes()
    assert made.stdout == f"{sha256(internal[SUMS])}  {tmp_path / 'a.zip'}\n"


def shell_lines(guide: str) -> list[str]:
    """The commands of a guide: lines that are indented by four spaces, as a reader would type them."""
    lines = [line[4:] for line in guide.split("\n") if line.startswith("    ")]
    return [line for line in lines if not line.startswith(("pipx ", "backlog ", "export GNUPGHOME", "gpg "))]


def follow(files: Files, folder: Path, *, wrong: bool = False, **places: str) -> str:
    """Unpack a pack in an empty folder, and type what its guide says; everything that is printed.

    `wrong`: a command is expected to fail; the others are typed as well.
    """
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(zipped(files, folder / "pack.zip")) as archive:
        archive.extractall(folder / "pack")
    text = (folder / "pack" / GUIDE).read_text(encoding="utf-8")
    script = "\n".join(shell_lines(text))
    for word, value in places.items():
        script = script.replace(word, value)
    shell = ["bash", "-u" if wrong else "-eu", "-c", script]
    done = subprocess.run(
        shell, cwd=folder / "pack", capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"},
    )  # fmt: skip
    if not wrong:
        assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout + done.stderr


def rewritten(before: Files) -> Files:
    """Another history, and everything that names its ids made anew, as whoever changes it can do."""
    files = rewritten_message(before)
    manifest = parse(files[MANIFEST])
    objects = read_bundle(files[BUNDLE])
    old = read_bundle(before[BUNDLE]).first_parents(parse(before[MANIFEST]).read)
    now = {f"@{was[:12]}": f"@{new[:12]}" for was, new in zip(old, objects.first_parents(manifest.read), strict=True)}
    files = {path[:-13] + now.get(path[-13:], path[-13:]): content for path, content in files.items()}
    written = guide.document(manifest, [path for path in files if path not in (MANIFEST, SUMS, GUIDE)], objects)
    return resealed({**files, GUIDE: written.content})


def digest_in(said: str) -> str:
    """The digest of a pack, as its guide makes a reader print it."""
    return next(line.split()[0] for line in said.split("\n") if line.endswith(f"  {SUMS}"))


def line_changed(path: str, old: str, new: str) -> Callable[[Files], Files]:
    """A text of one file, and that file's line in the list for sha256sum; the manifest stays."""

    def change(files: Files) -> Files:
        after = with_file(files, path, replaced(old, new))
        return with_file(after, SUMS, replaced(sha256(files[path]), sha256(after[path])))

    return change


@pytest.mark.parametrize(
    ("profile", "change"),
    [
        ("internal", line_changed("data/register.csv", "2027-01-31", "2027-12-31")),
        ("insurer", line_changed("site/register.html", "31\u00a0January", "31\u00a0March")),
        ("internal", rewritten),
    ],
)
def test_no_change_keeps_the_digest(
    request: pytest.FixtureRequest, tmp_path: Path, profile: str, change: Callable[[Files], Files]
) -> None:
    """What passes every other step by hand has another digest, which the guide says to compare."""
    files: Files = request.getfixturevalue(profile)
    changed = change(files)
    said = follow(changed, tmp_path / "changed", COMMIT="HEAD", FILE="MANIFEST.json")
    assert "Every file is as listed." in said
    assert "No file more, no file less." in said
    assert "differs:" not in said
    right = follow(files, tmp_path / "right", COMMIT="HEAD", FILE="MANIFEST.json")
    assert digest_in(right) == sha256(files[SUMS])
    assert digest_in(said) != sha256(files[SUMS])


def test_a_file_that_no_list_names_is_seen(internal: Files, tmp_path: Path) -> None:
    """Also one that is called like a list, in a folder."""
    said = follow({**internal, "data/MANIFEST.extra": b"x"}, tmp_path, wrong=True, COMMIT="HEAD", FILE=".")
    assert "> data/MANIFEST.extra" in said
    assert "No file more" not in said


def test_what_an_earlier_check_left_is_not_read(internal: Files, tmp_path: Path) -> None:
    """The first line prints nothing, and the history beside the pack is not checked in the place of its own."""
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "file").write_text("x")
    said = follow(internal, tmp_path, wrong=True, COMMIT="HEAD", FILE=".")
    assert "fatal: destination path '../history' already exists" in said
    assert "Nothing of an earlier check" not in said
    assert "Every object has its id." not in said


def test_the_guide_works_word_by_word(internal: Files, root: Path, tmp_path: Path) -> None:
    """In an empty folder, with Git and the usual tools alone: each line prints what the guide says that it prints."""
    manifest = json.loads(internal[MANIFEST])
    commit = Repository.existing(root).git("log", "-1", "--format=%h", "--", "decisions/Safe.md")
    said = follow(internal, tmp_path, COMMIT=commit, FILE="decisions/Safe.md")
    assert "Nothing of an earlier check is here." in said
    for sentence in ("Every file is as listed.", "No file more, no file less.", "Every object has its id."):
        assert sentence in said
    sources = sum(1 for path in internal if path.startswith("sources/"))
    assert f"All sources compared: {sources}." in said
    text = internal[GUIDE].decode()
    assert f"There are\n{sources} of them." in text
    merge = Repository.existing(root).git("rev-list", "-1", "--merges", "HEAD")
    assert f"--format=fuller {merge} -- decisions/Safe.md\n" in text
    assert said.count("until: 2027-01-31") == 2  # the one that was chosen and the example, which is a merge
    assert "Of 7 commits, 4 carry an OpenPGP signature." in text
    assert "differs:" not in said
    for printed in (sha256(internal[SUMS]), manifest["read"]["main"], manifest["commit"], "until: 2027-01-31"):
        assert printed in said


def test_the_guide_finds_what_was_changed(internal: Files, tmp_path: Path) -> None:
    """A changed source, with lists made anew, is named by the comparison with the history."""
    path = next(path for path in internal if path.startswith("sources/decisions/Safe.md@"))
    files = resealed(with_file(internal, path, replaced("2027-01-31", "2027-06-30")))
    said = follow(files, tmp_path, COMMIT="HEAD", FILE=".")
    assert f"differs: {path}" in said
    assert "All sources compared" not in said


def test_the_insurers_guide_works_word_by_word(insurer: Files, root: Path, tmp_path: Path) -> None:
    """Objects can be read back with Git; a source that is shown later has the id of the list."""
    shown = tmp_path / "shown.md"
    shown.write_bytes((root / "decisions" / "Safe.md").read_bytes())
    said = follow(insurer, tmp_path, FILE=str(shown))
    assert "Every file is as listed." in said
    assert "All objects have their ids." in said
    assert "differs:" not in said
    left_out = {each["path"]: each["blob"] for each in json.loads(insurer[MANIFEST])["left_out"]}
    blob = next(blob for path, blob in left_out.items() if path.startswith("sources/decisions/Safe.md@"))
    assert blob in said
    assert f"committer {BOT[0]}" in said
    snapshot = max(path for path in left_out if path.startswith("sources/snapshots/2026/"))
    assert f"100644 blob {left_out[snapshot]}\t{snapshot.split('/')[-1].split('@')[0]}\n" in said
    text = insurer[GUIDE].decode()
    manifest = json.loads(insurer[MANIFEST])
    assert manifest["commit"] in text
    assert manifest["read"]["main"] in text
    decisions = sum(1 for path in left_out if path.startswith("sources/decisions/"))
    assert f"{len(left_out) - decisions} of them can be followed" in text
    assert f"The other {decisions} cannot: a citation" in text
    assert "this pack holds what GitHub answered" not in text


@pytest.fixture(scope="module")
def of_sha256(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tenant in a repository whose ids are SHA-256."""
    with mock.patch.dict(os.environ, GIT_DEFAULT_HASH="sha256"):
        return tenant(tmp_path_factory.mktemp("sha256") / "tenant")


@pytest.mark.parametrize("profile", ["internal", "insurer"])
def test_the_guide_works_for_ids_of_sha256(
    profile: str, of_sha256: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word by word, whatever kind of ids the reader's Git makes by itself, and the program verifies it as well."""
    monkeypatch.setattr(builder, "build", lambda _, __, site, *___: site.mkdir(parents=True))
    files = files_of(packed(of_sha256, profile))
    shown = of_sha256 / "decisions" / "Safe.md"
    commit = Repository.existing(of_sha256).git("log", "-1", "--format=%h", "--", "decisions/Safe.md")
    said = follow(files, tmp_path, COMMIT=commit, FILE="decisions/Safe.md" if profile == "internal" else str(shown))
    assert "differs:" not in said
    assert "Every file is as listed." in said
    if profile == "internal":
        assert "Every object has its id." in said
        assert "All sources compared: " in said
        assert said.count("until: 2027-01-31") == 2
    else:
        assert "All objects have their ids." in said
        left_out = {each["path"]: each["blob"] for each in json.loads(files[MANIFEST])["left_out"]}
        blob = next(blob for path, blob in left_out.items() if path.startswith("sources/decisions/Safe.md@"))
        assert len(blob) == 64
        assert f"\n{blob}\n" in said
    found = verify(zipped(files, tmp_path / "pack.zip"), Asked())
    checked = {each.code: each.result for each in found.checks}
    assert checked["objects"] is Result.HOLDS
    assert checked["history"] is Result.HOLDS


def test_what_an_altered_object_leads_to_is_not_called_compared(insurer: Files, tmp_path: Path) -> None:
    """A tree that lacks its id is named, and the closing sentence is missing."""
    path = next(path for path in sorted(insurer) if path.endswith(".tree"))
    files = resealed(with_file(insurer, path, lambda content: content + content))
    said = follow(files, tmp_path, wrong=True, FILE="MANIFEST.json")
    assert f"differs: {path}" in said
    assert "All objects have their ids." not in said


def test_where_nothing_is_signed_the_guide_says_so(internal: Files) -> None:
    """It gives no commands for signatures, and says that names are only written."""
    objects = read_bundle(internal[BUNDLE])
    for identifier, (kind, content) in objects.contents.items():
        objects.contents[identifier] = (kind, without_signature(content)[1] if kind == COMMIT_KIND else content)
    text = guide.document(parse(internal[MANIFEST]), list(internal), objects).content.decode()
    assert "None of the enclosed commits (7 commits) carries a signature" in text
    assert "GNUPGHOME" not in text


def test_the_insurers_pack_names_nobody(insurer: Files) -> None:
    """No committer, address, login, tenant or reason anywhere, in no object of Git either; sources are listed by id."""
    assert not [path for path in insurer if path.startswith("sources/") or path == BUNDLE]
    for path, content in insurer.items():
        for word in (*PERSON, "Test Author", "boss", "11111111-2222", "The mailer cannot"):
            assert word.encode() not in content, (path, word)
    assert any(path.startswith("git/objects/") for path in insurer)
    left_out = [each["path"].split("@")[0] for each in json.loads(insurer[MANIFEST])["left_out"]]
    assert "sources/decisions/Safe.md" in left_out
    assert "sources/decisions/scid_1.md" not in left_out  # a plan, which this profile does not show


STATEMENT = """\
---
questions: [backup]
says: qualified
by: Managing Director
on: 2026-10-02
until: 2027-03-31
shows: Two servers were restored.
scope: The eleven servers.
---
"""


def test_own_evidence_is_listed_with_its_commit_and_no_folder_of_documents(copy: Path) -> None:
    """An insurer gets its name, commit and ids, so that it can be asked for; not what else lies beside it."""
    repository = Repository.existing(copy)
    repository.write("docs/evidence/restore.md", STATEMENT)
    made = Tenant(repository).commit("State", "2026-10-03T07:00:00", BOT)
    files = files_of(packed(copy, "insurer"))
    listed = {each["path"]: each["commit"] for each in json.loads(files[MANIFEST])["left_out"]}
    assert listed[f"sources/docs/evidence/restore.md@{made[:12]}"] == made
    assert "docs/evidence/restore.md" in json.loads(files[COMMITS])[made]["paths"]
    assert not [
        path for path, content in files.items() if path.startswith("git/objects/") and b"backups.txt" in content
    ]
    assert f"git/objects/{made}.commit" not in files


def test_commits_of_people_are_enclosed_when_asked_for(copy: Path, tmp_path: Path, backlog: RunBacklog) -> None:
    """With --with-names an insurer gets every commit that is cited, and the pack holds."""
    place = tmp_path / "pack.zip"
    backlog("pack", "--root", copy, *PERIOD, "--profile", "insurer", "--with-names", "--output", place, expect=0)
    with zipfile.ZipFile(place) as archive:
        objects = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("git/objects/"))
    assert b"author Test Author <author@tenant.example>" in objects
    said = backlog("verify", place, expect=0).stdout
    assert said.startswith("Nothing was found to be wrong")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"decisions/Safe.md": b"x"}, "decisions/Safe.md"),
        ({"decisions/New.md": b"x"}, "decisions/New.md"),
        ({"decisions/Safe.md": None}, "decisions/Safe.md"),
        ({"docs/page.md": b"x"}, "docs/page.md"),
        ({"snapshots/2026/2026-10-02.json": b"{}"}, "snapshots/2026/2026-10-02.json"),
        ({"backlog.yml": b"organisation: Other\n"}, "backlog.yml"),
        ({"mkdocs.yml": b"site_name: x\n"}, "mkdocs.yml"),
    ],
)
def test_what_is_not_committed_is_refused(
    copy: Path, tmp_path: Path, backlog: RunBacklog, change: dict[str, bytes | None], named: str
) -> None:
    """Each kind of edit ends the command, its path is named, and nothing is written."""
    Repository.existing(copy).change(change)
    place = tmp_path / "pack.zip"
    said = backlog("pack", "--root", copy, *PERIOD, "--profile", "internal", "--output", place, expect=3).stderr
    assert f"differs from its newest commit: {named}" in said
    assert not place.exists()


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--from", "2026-10-03", "--to", "2026-10-01"), 2, "begins (2026-10-03) after it ends"),
        (("--from", "2026-10-01", "--to", "2026-10-04"), 2, "after the newest commit and snapshot (2026-10-03)"),
        (("--from", "2026-09-01", "--to", "2026-09-02"), 2, "before the first commit (2026-09-30)"),
        ((*PERIOD, "--repository", "x"), 2, "not written as OWNER/NAME"),
        ((*PERIOD, "--previous", "none.zip"), 3, "The pack cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused(
    root: Path, tmp_path: Path, backlog: RunBacklog, options: tuple[str, ...], code: int, words: str
) -> None:
    """With what is wrong, and nothing is written."""
    place = tmp_path / "pack.zip"
    said = backlog("pack", "--root", root, *options, "--profile", "internal", "--output", place, expect=code).stderr
    assert words in said
    assert not place.exists()


def test_no_file_is_overwritten_and_no_git_is_said(root: Path, tmp_path: Path, backlog: RunBacklog) -> None:
    """A file in the place stays as it is; a folder without Git has nothing to pack."""
    place = tmp_path / "pack.zip"
    place.write_bytes(b"mine")
    options = ("pack", "--root", root, *PERIOD, "--profile", "internal", "--output", place)
    assert "is there already" in backlog(*options, expect=2).stderr
    assert place.read_bytes() == b"mine"
    bare = Path(shutil.copytree(root, tmp_path / "bare", ignore=shutil.ignore_patterns(".git", "build")))
    options = ("pack", "--root", bare, *PERIOD, "--profile", "internal", "--output", tmp_path / "b.zip")
    assert "nothing to pack" in backlog(*options, expect=3).stderr


def test_packs_form_a_chain(internal: Files, copy: Path, tmp_path: Path, backlog: RunBacklog) -> None:
    """A pack names the digest and the commit of the one before it."""
    first = zipped(internal, tmp_path / "first.zip")
    options = ("--root", copy, *PERIOD, "--profile", "internal", "--previous", first, "--output", tmp_path / "b.zip")
    backlog("pack", *options, expect=0)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        manifest = json.loads(archive.read(MANIFEST))
    before = json.loads(internal[MANIFEST])
    assert manifest["previous"] == {"commit": before["commit"], "digest": sha256(internal[SUMS])}


@pytest.mark.usefixtures("remembered")
def test_verify_tells_people_and_scripts(internal: Files, tmp_path: Path, backlog: RunBacklog) -> None:
    """Exit 0 and a conclusion; with --strict, 1 for what was not checked; the same as JSON; keys of a folder count."""
    place = zipped(internal, tmp_path / "pack.zip")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "bot.asc").write_bytes(public_key())
    digest = sha256(internal[SUMS])
    options = ("verify", place, "--keys", tmp_path / "keys", "--digest", digest)
    said = backlog(*options, "--strict", expect=0).stdout
    assert said.startswith("Nothing was found to be wrong: 13 checks held.\n")
    assert "4 signed by bot.asc" in said
    backlog("verify", place, "--strict", expect=1)
    found = json.loads(backlog(*options, "--json", expect=0).stdout)
    assert (found["holds"], found["digest"], found["counts"]["not-checked"]) == (True, digest, 0)
    said = backlog("verify", place, "--digest", "0" * 64, expect=1).stdout
    assert "This pack is not to be relied on: 1 check does not hold. The first: MANIFEST.sha256." in said


def test_an_unpacked_pack_is_verified_too(internal: Files, tmp_path: Path, backlog: RunBacklog) -> None:
    """A folder is as good as a zip; one file changed in it is named."""
    with zipfile.ZipFile(zipped(internal, tmp_path / "pack.zip")) as archive:
        archive.extractall(tmp_path / "pack")
    backlog("verify", tmp_path / "pack", expect=0)
    (tmp_path / "pack" / "data" / "board.csv").write_text("x")
    assert "data/board.csv: It is not the file that the manifest lists" in backlog(
        "verify", tmp_path / "pack", expect=1
    ).stdout  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_end_with_a_refusal(name: str, tmp_path: Path, backlog: RunBacklog) -> None:
    """Exit 1 or 3 and a message; no file appears anywhere, and no text of the archive reaches the terminal as is."""
    place = tmp_path / "pack.zip"
    place.write_bytes(HOSTILE[name][0]())
    finished = backlog("verify", place)
    assert finished.returncode in (1, 3)
    assert "\x1b" not in finished.stdout + finished.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["pack.zip"]


def test_wrong_options_of_verify_are_refused(internal: Files, tmp_path: Path, backlog: RunBacklog) -> None:
    """A digest that is none, a folder of keys that holds none, a repository that is none, no pack at all."""
    place = zipped(internal, tmp_path / "pack.zip")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "a.asc").write_text("text")
    assert "not a SHA-256" in backlog("verify", place, "--digest", "abc", expect=2).stderr
    assert "a.asc holds no OpenPGP key" in backlog("verify", place, "--keys", tmp_path / "keys", expect=3).stderr
    assert "no Git repository" in backlog("verify", place, "--repo", tmp_path / "keys", expect=3).stderr
    assert "cannot be read" in backlog("verify", tmp_path / "none.zip", expect=3).stderr
