# SPDX-License-Identifier: Apache-2.0
"""`backlog import`: what a person saved, in whatever form their tools wrote it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from secure_score_backlog.snapshots.snapshot_files import decode, decode_catalogue
from tests.support.folders import contents
from tests.support.graph_items import DAY, OTHER_TENANT, control, profile, score
from tests.support.graph_server import to_json
from tests.support.running import RunBacklog, run_here

SNAPSHOT = "snapshots/2026/2026-11-20.json"
CATALOGUE = "snapshots/catalogue.json"
SCORE = score(DAY, [control("a"), control("b")])
PROFILES = [profile("a"), profile("b")]


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


def read_in(root: Path, *files: Path | str, expect: int = 0) -> CompletedProcess[str]:
    """`backlog import` of some files."""
    return run_here("import", "--root", root, *files, expect=expect)


def listed(root: Path) -> list[str]:
    """The ids of the catalogue."""
    return [item["id"] for item in decode_catalogue((root / CATALOGUE).read_bytes(), CATALOGUE)["profiles"]]


def test_files_are_recognised_in_any_order(root: Path, save: Callable[..., Path]) -> None:
    """Scores and profiles are recognised by their content; a second import changes nothing."""
    profiles, scores = (
        save("one.json", {"value": PROFILES}),
        save("two.json", {"@odata.context": "x", "value": [SCORE]}),
    )
    done = read_in(root, profiles, scores)
    before = contents(root)
    collected = decode(before[SNAPSHOT], SNAPSHOT)["collected"]
    assert (collected["complete"], collected["source"]) == (True, "json")
    assert "2026-11-20: 10 of 20 points." in done.stdout
    done = read_in(root, scores, profiles)
    assert done.stdout == "Nothing new; the newest snapshot is of 2026-11-20.\n"
    assert contents(root) == before


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
def test_every_encoding_gives_the_same_bytes(root: Path, save: Callable[..., Path], encoding: str, mark: bytes) -> None:
    """Byte order marks and UTF-16 of either kind give the same bytes as UTF-8."""
    content = {"value": [score(DAY, [control("a", implementationStatus="Grüße – 100 %")]), *PROFILES]}
    read_in(root, save("plain.json", json.loads(to_json(content)), "utf-8"))
    before = contents(root)
    for path in (SNAPSHOT, CATALOGUE):
        (root / path).unlink()
    odd = json.dumps(json.loads(to_json(content)), ensure_ascii=False).encode()
    read_in(root, save("odd.json", odd, encoding, mark))
    assert lines(contents(root)) == lines(before)
    assert "Grüße – 100 %".encode() in contents(root)[SNAPSHOT]


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
def test_lists_responses_and_mixtures_are_read(root: Path, save: Callable[..., Path], content: Any) -> None:
    """A list, a whole response and a list of responses, also mixed."""
    read_in(root, save("saved.json", content))
    assert listed(root) == ["a", "b"]
    assert decode(contents(root)[SNAPSHOT], SNAPSHOT)["collected"]["complete"] is True


def test_only_a_day_saved_as_the_newest_is_complete(root: Path, save: Callable[..., Path]) -> None:
    """One object a file; days saved while they were the newest are complete, others are not."""
    older = score(DAY - timedelta(days=1), [control("a", full=False)])
    oldest = score(DAY - timedelta(days=2), [control("a")])
    files = [save(f"{number}.json", item) for number, item in enumerate([oldest, SCORE, older, *PROFILES])]
    read_in(root, *files)
    complete = {
        path[-15:-5]: decode(data, path)["collected"]["complete"]
        for path, data in contents(root).items()
        if path != CATALOGUE
    }
    assert complete == {"2026-11-18": True, "2026-11-19": False, "2026-11-20": True}


def test_one_page_of_several_is_warned_of(root: Path, save: Callable[..., Path]) -> None:
    """A response that names a next page is imported, with a warning that the rest is missing."""
    page = save("page.json", {"value": PROFILES, "@odata.nextLink": "https://graph.example/next"})
    done = read_in(root, page, save("score.json", SCORE))
    assert "one page of several" in done.stderr


def test_a_page_adds_to_the_catalogue_and_retires_nothing(root: Path, save: Callable[..., Path]) -> None:
    """Profiles that come alone, or as one page of several, are added to what is there; nothing is retired by them."""
    first = save("first.json", {"value": PROFILES, "@odata.nextLink": "https://graph.example/next"})
    read_in(root, save("score.json", SCORE), first)
    read_in(root, save("last.json", {"value": [profile("c")]}))
    read_in(root, save("score.json", SCORE), first)
    assert listed(root) == ["a", "b", "c"]
    read_in(root, save("score.json", SCORE), save("whole.json", {"value": PROFILES}))
    assert listed(root) == ["a", "b"]


ADVICE = (
    "What can be imported: what Microsoft Graph answers to /security/secureScores",
    "Save it again with ConvertTo-Json -Depth 10",
    "SecurityEvents.Read.All with an administrator's consent is missing",
    "Import the CSV as the portal exported it",
    "the list is empty",
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b'{"value": [{"controlScores": [', "it was cut off"),
        (b"Name: value\n", "not JSON (line 1, column 1)"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x01", "it is not a text file"),
        (b"PK\x03\x04", "an Excel workbook"),
        ({"value": [{"displayName": "a user", "id": "1"}]}, "neither a score nor a profile (with displayName, id)"),
        ({"ControlScores": ["@{ControlName=a}"], "CurrentScore": 5}, "cut off everything below ControlScores"),
        (
            {"error": {"code": "Forbidden", "message": "no"}},
            "an error that Graph answered, Forbidden.",
        ),
        ([1, 2], "a number where an object was expected"),
        (None, "null where an object was expected"),
        ({}, "neither a score nor a profile (with no fields)"),
        ({"value": []}, "neither scores nor profiles"),
    ],
)
def test_anything_else_is_refused_and_nothing_written(
    root: Path, save: Callable[..., Path], content: Any, why: str
) -> None:
    """Beside a good file too: exit 3, the file and the reason, what can be done, and nothing written."""
    odd = save("odd.json", content)
    good = [] if content == {"value": []} else [save("good.json", [SCORE, *PROFILES])]
    errors = read_in(root, *good, odd, expect=3).stderr
    assert why in errors
    assert str(odd) in errors
    assert "nothing was changed" in errors.lower()
    assert any(words in errors for words in ADVICE)
    assert contents(root) == {}


def test_a_missing_file_or_a_folder_is_refused(backlog: RunBacklog, root: Path) -> None:
    """A missing file, a folder and no file at all."""
    assert "cannot be read" in backlog("import", "missing.json", cwd=root, expect=3).stderr
    assert "cannot be read" in backlog("import", ".", cwd=root, expect=3).stderr
    assert "FILE" in backlog("import", cwd=root, expect=2).stderr


def test_two_tenants_do_not_mix(root: Path, save: Callable[..., Path]) -> None:
    """Files of another customer are refused, together or later."""
    mine, theirs = (
        save("mine.json", [SCORE, *PROFILES]),
        save("theirs.json", score(DAY, [control("a")], tenant=OTHER_TENANT)),
    )
    done = read_in(root, mine, theirs, expect=3)
    assert "mixes 2 tenants" in done.stderr
    read_in(root, mine)
    before = contents(root)
    read_in(root, theirs, expect=3)
    assert contents(root) == before


def powershell(item: Any) -> Any:
    """An object as `ConvertTo-Json -Depth 10` writes what the module made of it."""
    if isinstance(item, list):
        return [powershell(inner) for inner in item]
    if not isinstance(item, dict):
        return item
    hidden = {"scoreInPercentage", "implementationStatus", "lastSynced", "count", "total"}
    shown = {key[:1].upper() + key[1:]: powershell(value) for key, value in item.items() if key not in hidden}
    return {**shown, "AdditionalProperties": {key: value for key, value in item.items() if key in hidden}}


def test_powershell_json_gives_the_same_bytes_as_graph(root: Path, save: Callable[..., Path]) -> None:
    """What Get-MgSecuritySecureScore writes gives the same bytes as Graph's own answer, names of people dropped."""
    profiles = [profile(name, actionType="Config") for name in ("a", "b")]
    read_in(root, save("graph.json", [SCORE, *profiles]))
    before = contents(root)
    for path in before:
        (root / path).unlink()
    scores = json.loads(to_json([powershell(SCORE)]))
    scores[0]["CreatedDateTime"] = "/Date(1795132800000)/"  # Windows PowerShell's way
    files = save("scores.json", scores, "utf-16-le", codecs.BOM_UTF16_LE), save("profiles.json", powershell(profiles))
    read_in(root, *files)
    assert lines(contents(root)) == lines(before)
    assert b"a person" not in b"".join(before.values())


def test_overlapping_ranges_are_one_history(root: Path, save: Callable[..., Path]) -> None:
    """Files that share days are one history: a day in full beats a day in part, and nothing is reported twice."""
    days = [DAY - timedelta(days=ago) for ago in range(120)]
    early = [score(day, [control("a", full=False)]) for day in days[40:]]
    late = [score(days[0], [control("a")]), *(score(day, [control("a", full=False)]) for day in days[1:80])]
    full = score(days[60], [control("a")])
    done = read_in(root, save("early.json", early), save("late.json", late), save("p.json", PROFILES))
    assert len(contents(root)) == len(days) + 1
    assert "differing" not in done.stderr
    done = read_in(root, save("full.json", full))
    assert "1 completed" in done.stdout
    complete = [path for path, data in contents(root).items() if b'"complete":true' in data]
    assert complete == [f"snapshots/2026/{days[60]}.json", f"snapshots/2026/{days[0]}.json"]


TABLE = (
    "\ufeffRang;Empfohlene Maßnahme ;Bewertungsauswirkung;Erzielte Punkte;Status;Notizen\r\n"
    "1;Title of a;+3,24 %;7,5/10;Zu behandeln;gefragt\r\n"
    "2;Title of b;+1 %;10/10;Durch Drittanbieter gelöst;\r\n"
    "3;Title that nobody has;+1 %;0/5;Geplant;\r\n"
).encode()
LONG_AGO = "2025-10-31"


@pytest.fixture
def known(root: Path, save: Callable[..., Path]) -> Path:
    """A repository with a catalogue and one day."""
    read_in(root, save("start.json", [SCORE, *PROFILES]))
    return root


def test_a_portal_csv_becomes_a_day_marked_csv(known: Path, save: Callable[..., Path]) -> None:
    """It becomes a day of its own, marked as csv; what it does not say stays unknown, what did not fit is listed."""
    before = contents(known)
    done = read_in(known, save("export.csv", TABLE), "--date", LONG_AGO)
    assert "1 row of 3 could not be joined, as the catalogue has no such title" in done.stderr
    assert "Title that nobody has." in done.stderr
    assert "1 added (2025-10-31)" in done.stdout
    path = f"snapshots/2025/{LONG_AGO}.json"
    files = contents(known)
    assert {name: data for name, data in files.items() if name != path} == before
    stored = decode(files[path], path)
    note = stored["collected"]
    assert (note["source"], note["complete"], note["dropped"]) == ("csv", False, ["Notes"])
    assert stored["maximum"] == {"a": [10, "Default"], "b": [10, "ThirdParty"]}
    assert set(stored["secureScore"]) == {"createdDateTime", "controlScores"}
    assert [str(line["score"]) for line in stored["secureScore"]["controlScores"]] == ["7.5", "10"]
    assert b"gefragt" not in files[path]
    done = read_in(known, save("export.csv", TABLE), "--date", LONG_AGO)
    assert "2025-10-31 is stored already" in done.stderr
    assert contents(known) == files


def test_a_csv_day_gives_way_to_a_whole_day_only(known: Path, save: Callable[..., Path]) -> None:
    """A day from Graph stays; a day from a table is replaced by Graph's day in full, and by nothing less."""
    before = contents(known)
    read_in(known, save("export.csv", TABLE), "--date", str(DAY))
    assert contents(known) == before
    day = DAY - timedelta(days=300)
    path = f"snapshots/{day.year}/{day}.json"
    read_in(known, save("export.csv", TABLE), "--date", str(day))
    kept = contents(known)[path]
    read_in(known, save("bare.json", score(day, [control("a", full=False)])))
    assert contents(known)[path] == kept
    read_in(known, save("whole.json", score(day, [control("a")])))
    assert decode(contents(known)[path], path)["collected"]["source"] == "json"


def test_each_day_is_marked_with_its_own_source(root: Path, save: Callable[..., Path]) -> None:
    """JSON and a table in one command: each day is marked with its own source, and the profiles serve the table."""
    files = save("export.csv", TABLE), save("scores.json", {"value": [SCORE]}), save("profiles.json", PROFILES)
    read_in(root, *files, "--date", LONG_AGO)
    sources = {
        path[-15:-5]: decode(data, path)["collected"]["source"]
        for path, data in contents(root).items()
        if path != CATALOGUE
    }
    assert sources == {LONG_AGO: "csv", str(DAY): "json"}


def test_a_csv_of_a_day_that_graph_still_holds_is_warned_of(known: Path, save: Callable[..., Path]) -> None:
    """As long as Graph has the day itself, a table would take the place of it."""
    recently = str(datetime.now(UTC).date() - timedelta(days=9))
    done = read_in(known, save("export.csv", TABLE), "--date", recently, "--dry-run")
    assert "Graph still holds" in done.stderr
    done = read_in(known, save("export.csv", TABLE), "--date", LONG_AGO, "--dry-run")
    assert "Graph still holds" not in done.stderr


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["export.csv"], 2, "A CSV does not say which day it is from."),
        (["saved.json", "--date", LONG_AGO], 2, "JSON contains its own dates."),
        (["export.csv", "second.csv", "--date", LONG_AGO], 2, "Only one CSV file can be imported at a time."),
        (["export.csv", "--date", "2099-01-01"], 2, "2099-01-01 is in the future."),
        (["export.csv", "--date", "31.10.2025"], 2, "write it as 2026-10-31"),
        (["users.csv", "--date", LONG_AGO], 3, "not the portal's export (columns: Name, Mail)"),
        (
            ["english.csv", "--date", LONG_AGO],
            3,
            "Not one of 1 rows could be joined with the catalogue and read (Other)",
        ),
    ],
)
def test_an_unusable_csv_is_explained_and_nothing_written(
    known: Path,
    save: Callable[..., Path],
    given: list[str],
    code: int,
    words: str,
) -> None:
    """Each is explained, and nothing is written."""
    given_files = {
        "export.csv": TABLE,
        "second.csv": TABLE,
        "saved.json": [SCORE],
        "users.csv": b"Name,Mail\nA user,user@tenant.example\n",
        "english.csv": b"Recommended action,Points achieved,Status\nOther,0/10,To address\n",
    }
    before = contents(known)
    done = read_in(
        known, *(save(word, given_files[word]) if word in given_files else word for word in given), expect=code
    )
    assert words in done.stderr
    assert contents(known) == before


def test_a_csv_needs_a_catalogue(root: Path, save: Callable[..., Path]) -> None:
    """Titles cannot be matched as long as nothing was collected."""
    done = read_in(root, save("export.csv", TABLE), "--date", LONG_AGO, expect=3)
    assert "There is no list of recommendations yet" in done.stderr
    assert contents(root) == {}


def test_a_dry_run_writes_nothing(root: Path, save: Callable[..., Path]) -> None:
    """It says what would be written, and writes nothing."""
    done = read_in(root, save("saved.json", [SCORE, *PROFILES]), "--dry-run")
    assert "Would write 2 files" in done.stdout
    assert contents(root) == {}


def test_a_shrinking_catalogue_is_warned_of(known: Path, save: Callable[..., Path]) -> None:
    """Many recommendations that vanish in one day are reported: a fault is likelier than so many retirements."""
    many = [profile(f"p{number}") for number in range(40)]
    tomorrow = score(DAY + timedelta(days=1), [control("a")])
    read_in(known, save("many.json", [SCORE, *PROFILES, *many]))
    errors = read_in(known, save("few.json", [tomorrow, *PROFILES])).stderr
    assert "The file no longer lists 40 of 42 recommendations stored: p0, p1, p10, p11, p12 and 35 more." in errors
    assert "git checkout -- snapshots/catalogue.json" in errors


def test_a_claim_is_not_lost_with_its_profile(known: Path, save: Callable[..., Path]) -> None:
    """Where a scored recommendation has no profile today, yesterday's still says that its points are only claimed."""
    claimed = [profile("a"), profile("b", state="ThirdParty", on="2026-01-01T00:00:00Z")]
    day = DAY + timedelta(days=1)
    read_in(known, save("p.json", [score(DAY, [control("a"), control("b")]), *claimed]))
    later = score(day, [control("a"), control("b", 10, 100)])
    read_in(known, save("later.json", [later, profile("a")]))
    path = f"snapshots/2026/{day}.json"
    assert decode(contents(known)[path], path)["maximum"]["b"] == [10, "ThirdParty"]


def test_json_summary_is_that_of_collect(backlog: RunBacklog, root: Path, save: Callable[..., Path]) -> None:
    """The summary for a program, as `collect` gives it."""
    done = backlog("import", "--json", save("saved.json", [SCORE, *PROFILES]), cwd=root, expect=0)
    assert json.loads(done.stdout)["days"]["added"] == ["2026-11-20"]
