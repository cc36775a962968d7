# SPDX-License-Identifier: Apache-2.0
"""`backlog import`: what a person saved, in whatever form their tools wrote it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.cli import main
from secure_score_backlog.records.snapshot_file import decode, decode_catalogue
from tests.support.graph_items import DAY, OTHER_TENANT, control, profile, score
from tests.support.graph_server import to_json
from tests.support.running import RunBacklog

SNAPSHOT = "snapshots/2026/2026-11-20.json"
CATALOGUE = "snapshots/catalogue.json"
SCORE = score(DAY, [control("a"), control("b")])
PROFILES = [profile("a"), profile("b")]


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a repository, by path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty repository."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Save something as a person's tool would."""

    def saved(name: str, content: Any, encoding: str = "utf-8", mark: bytes = b"") -> Path:
        data = content if isinstance(content, bytes) else to_json(content)
        file = tmp_path / name
        file.write_bytes(mark + data.decode().encode(encoding) if encoding != "utf-8" or mark else data)
        return file

    return saved


def read_in(root: Path, *files: Path) -> int:
    """Run the command in this process; its exit code."""
    with pytest.raises(SystemExit) as ending:
        main(["import", "--root", str(root), *map(str, files)])
    assert isinstance(ending.value.code, int)
    return ending.value.code


def test_two_files_in_any_order(root: Path, save: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Scores and profiles are told apart by content; a second import changes nothing."""
    profiles, scores = (
        save("one.json", {"value": PROFILES}),
        save("two.json", {"@odata.context": "x", "value": [SCORE]}),
    )
    assert read_in(root, profiles, scores) == 0
    before = tree(root)
    collected = decode(before[SNAPSHOT], SNAPSHOT)["collected"]
    assert (collected["complete"], collected["source"]) == (True, "json")
    assert "2026-11-20: 10 of 20 points." in capsys.readouterr().out
    assert read_in(root, scores, profiles) == 0
    assert capsys.readouterr().out == "Nothing new; the newest snapshot is of 2026-11-20.\n"
    assert tree(root) == before


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)
def test_every_encoding_of_windows(root: Path, save: Callable[..., Path], encoding: str, mark: bytes) -> None:
    """Byte order marks and UTF-16 of either kind give the same bytes as UTF-8."""
    content = {"value": [score(DAY, [control("a", implementationStatus="Grüße – 100 %")]), *PROFILES]}
    assert read_in(root, save("plain.json", json.loads(to_json(content)), "utf-8")) == 0
    before = tree(root)
    for path in (SNAPSHOT, CATALOGUE):
        (root / path).unlink()
    odd = json.dumps(json.loads(to_json(content)), ensure_ascii=False).encode()
    assert read_in(root, save("odd.json", odd, encoding, mark)) == 0
    assert lines(tree(root)) == lines(before)
    assert "Grüße – 100 %".encode() in tree(root)[SNAPSHOT]


def lines(files: dict[str, bytes]) -> dict[str, list[bytes]]:
    """Files without the line that says when they were collected."""
    return {path: [line for line in data.split(b"\n") if b'"collected"' not in line] for path, data in files.items()}


@pytest.mark.parametrize(
    "content",
    [
        [SCORE, *PROFILES],
        {"value": [*PROFILES, SCORE]},
        [{"value": [SCORE], "@odata.nextLink": None}, {"value": PROFILES}],
    ],
    ids=["list", "response", "list of responses"],
)
def test_every_form_of_an_answer(root: Path, save: Callable[..., Path], content: Any) -> None:
    """A list, a whole response and a list of responses, also mixed."""
    assert read_in(root, save("saved.json", content)) == 0
    assert [item["id"] for item in decode_catalogue(tree(root)[CATALOGUE], CATALOGUE)["profiles"]] == ["a", "b"]
    assert decode(tree(root)[SNAPSHOT], SNAPSHOT)["collected"]["complete"] is True


def test_single_objects_and_many_days(root: Path, save: Callable[..., Path]) -> None:
    """One object a file; days saved while they were the newest are complete, others are not."""
    older = score(DAY - timedelta(days=1), [control("a", full=False)])
    oldest = score(DAY - timedelta(days=2), [control("a")])
    files = [save(f"{number}.json", item) for number, item in enumerate([oldest, SCORE, older, *PROFILES])]
    assert read_in(root, *files) == 0
    complete = {
        path[-15:-5]: decode(data, path)["collected"]["complete"]
        for path, data in tree(root).items()
        if path != CATALOGUE
    }
    assert complete == {"2026-11-18": True, "2026-11-19": False, "2026-11-20": True}


def test_a_page_of_several_is_told(root: Path, save: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """A response that names a next page is imported, with a warning that the rest is missing."""
    page = save("page.json", {"value": PROFILES, "@odata.nextLink": "https://graph.example/next"})
    assert read_in(root, page, save("score.json", SCORE)) == 0
    assert "one page of several" in capsys.readouterr().err


def test_pages_read_in_one_by_one(root: Path, save: Callable[..., Path]) -> None:
    """Profiles that come alone, or as one page of several, are added to what is there; nothing is retired by them."""
    first = save("first.json", {"value": PROFILES, "@odata.nextLink": "https://graph.example/next"})
    assert read_in(root, save("score.json", SCORE), first) == 0
    assert read_in(root, save("last.json", {"value": [profile("c")]})) == 0
    assert read_in(root, save("score.json", SCORE), first) == 0
    assert [item["id"] for item in decode_catalogue(tree(root)[CATALOGUE], CATALOGUE)["profiles"]] == ["a", "b", "c"]
    assert read_in(root, save("score.json", SCORE), save("whole.json", {"value": PROFILES})) == 0
    assert [item["id"] for item in decode_catalogue(tree(root)[CATALOGUE], CATALOGUE)["profiles"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b'{"value": [{"controlScores": [', "it was cut off"),
        (b"Rank,Recommended action\n1,Do it\n", "not JSON (line 1, column 1)"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x01", "not text in UTF-8"),
        (b"PK\x03\x04", "not JSON"),
        ({"value": [{"displayName": "a user", "id": "1"}]}, "neither a score nor a profile (with displayName, id)"),
        ({"ControlScores": [], "CurrentScore": 5}, "-OutputType Json"),
        ({"error": {"code": "Forbidden", "message": "no"}}, "an error that Graph answered: Forbidden"),
        ([1, 2], "a number where an object was expected"),
        (None, "null where an object was expected"),
        ({}, "neither a score nor a profile (with no fields)"),
        ({"value": []}, "no score and no profile"),
    ],
)
def test_anything_else_is_refused(
    root: Path, save: Callable[..., Path], capsys: pytest.CaptureFixture[str], content: Any, why: str
) -> None:
    """Beside a good file too: exit 3, the file and the reason, what was expected, and nothing written."""
    odd = save("odd.json", content)
    good = [] if content == {"value": []} else [save("good.json", [SCORE, *PROFILES])]
    assert read_in(root, *good, odd) == 3
    told = capsys.readouterr().err
    assert why in told
    assert str(odd) in told
    assert "Expected is what Microsoft Graph answers to /security/secureScores" in told
    assert tree(root) == {}


def test_files_that_are_none(run_backlog: RunBacklog, root: Path) -> None:
    """A missing file, a folder and no file at all."""
    assert "cannot be read" in run_backlog("import", "missing.json", cwd=root, expect=3).stderr
    assert "cannot be read" in run_backlog("import", ".", cwd=root, expect=3).stderr
    assert "FILE" in run_backlog("import", cwd=root, expect=2).stderr


def test_two_tenants_do_not_mix(root: Path, save: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Files of another customer are refused, together or later."""
    mine, theirs = (
        save("mine.json", [SCORE, *PROFILES]),
        save("theirs.json", score(DAY, [control("a")], tenant=OTHER_TENANT)),
    )
    assert read_in(root, mine, theirs) == 3
    assert "mixes 2 tenants" in capsys.readouterr().err
    assert read_in(root, mine) == 0
    before = tree(root)
    assert read_in(root, theirs) == 3
    assert tree(root) == before


def test_as_json(run_backlog: RunBacklog, root: Path, save: Callable[..., Path]) -> None:
    """The summary for a program, as `collect` gives it."""
    done = run_backlog("import", "--json", save("saved.json", [SCORE, *PROFILES]), cwd=root, expect=0)
    assert json.loads(done.stdout)["days"]["added"] == ["2026-11-20"]
