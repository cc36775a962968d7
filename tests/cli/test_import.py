# SPDX-License-Identifier: Apache-2.0
"""`backlog import`: what a person saved, in whatever form their tools wrote it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from secure_score_backlog.snapshots.catalogue import read_catalogue
from secure_score_backlog.snapshots.known import id_of_title
from secure_score_backlog.snapshots.snapshot_files import decode, decode_catalogue
from tests.support.folders import contents
from tests.support.graph_items import DAY, OTHER_TENANT, control, profile, score
from tests.support.graph_server import to_json
from tests.support.portal_tables import DATES, Action, actions, portal_csv, saved_again
from tests.support.running import RunBacklog, run_here
from tests.support.today import TODAY

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
        {"secureScore": {"value": [SCORE]}, "profiles": {"value": PROFILES}},
        [SCORE, *({key: item[key] for key in ("id", "title", "maxScore")} for item in PROFILES)],
    ],
    ids=["list", "response", "list of responses", "both answers in one object", "short profiles"],
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
    "1;Title of a;+40,00 %;7,5/10;Zu behandeln;gefragt\r\n"
    "2;Title of b;+40,00 %;10/10;Durch Drittanbieter gelöst;\r\n"
    "3;Title that nobody has;+20,00 %;0/5;Geplant;\r\n"
).encode()
LONG_AGO = "2025-10-31"


@pytest.fixture
def known(root: Path, save: Callable[..., Path]) -> Path:
    """A repository with a catalogue and one day."""
    read_in(root, save("start.json", [SCORE, *PROFILES]))
    return root


def test_a_portal_csv_becomes_a_day_marked_csv(known: Path, save: Callable[..., Path]) -> None:
    """A day of its own, marked as csv; what it does not say stays unknown, and a row that did not join is listed."""
    before = contents(known)
    done = read_in(known, save("export.csv", TABLE), "--date", LONG_AGO)
    assert (
        "1 of 3 rows has a title that is not known, and counts under an id that is made of it: Title that nobody has."
        in done.stderr
    )
    assert "1 added (2025-10-31)" in done.stdout
    path = f"snapshots/2025/{LONG_AGO}.json"
    files = contents(known)
    assert {name: data for name, data in files.items() if name not in (path, CATALOGUE)} == {SNAPSHOT: before[SNAPSHOT]}
    catalogue = decode_catalogue(files[CATALOGUE], CATALOGUE)
    made = id_of_title("Title that nobody has")
    assert catalogue.pop("titles") == [{"id": made, "source": "title", "title": "Title that nobody has"}]
    assert catalogue == decode_catalogue(before[CATALOGUE], CATALOGUE)
    stored = decode(files[path], path)
    note = stored["collected"]
    assert (note["source"], note["complete"], note["dropped"]) == ("csv", False, ["Notes"])
    assert "coverage" not in note
    assert stored["maximum"] == {"a": [10, "Default"], "b": [10, "ThirdParty"], made: [5, "Planned"]}
    assert set(stored["secureScore"]) == {"createdDateTime", "controlScores"}
    assert [str(line["score"]) for line in stored["secureScore"]["controlScores"]] == ["7.5", "10", "0"]
    assert b"gefragt" not in files[path]
    done = read_in(known, save("export.csv", TABLE), "--date", LONG_AGO)
    assert "2025-10-31 is stored already" in done.stderr
    assert contents(known) == files


def test_a_csv_day_gives_way_to_a_whole_day_only(known: Path, save: Callable[..., Path]) -> None:
    """A day from Graph stays; a day from a table is replaced by Graph's day in full, and by nothing less."""
    before = contents(known)
    read_in(known, save("export.csv", TABLE), "--date", str(DAY))
    assert contents(known)[SNAPSHOT] == before[SNAPSHOT]
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
    recently = str(TODAY - timedelta(days=9))
    done = read_in(known, save("export.csv", TABLE), "--date", recently, "--dry-run")
    assert "Microsoft still has" in done.stderr
    done = read_in(known, save("export.csv", TABLE), "--date", LONG_AGO, "--dry-run")
    assert "Microsoft still has" not in done.stderr


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
            "only 0 of 1 row could be joined with the stored recommendations by title; not joined: Other",
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


def test_a_csv_alone_is_enough_to_start(root: Path, save: Callable[..., Path]) -> None:
    """A real-shaped table and nothing else: the portal's own figure, known titles, and what to decide first."""
    rows = actions()
    table = portal_csv([*rows, Action("A title that nobody has", Decimal(0), 5)])
    done = read_in(root, save("export.csv", table.encode()), "--date", LONG_AGO)
    earned, possible = sum(each.earned for each in rows), sum(each.possible for each in rows) + 5
    assert f"2025-10-31: {earned} of {possible} points (scores only)." in done.stdout
    assert "1 of 75 rows has a title that is not known" in done.stderr
    assert "under an id that is made of it: A title that nobody has." in done.stderr
    found = json.loads(run_here("status", "--root", root, "--json", "--as-of", LONG_AGO, expect=0).stdout)
    assert (found["score"]["current"], found["score"]["max"]) == (float(earned), possible)
    assert found["ledger"]["unexplained"] == 0
    waiting = json.loads(run_here("triage", "--root", root, "--json", expect=0).stdout)["waiting"]
    titles = {item["title"] for item in waiting}
    assert "A title that nobody has" in titles
    assert titles <= {each.title for each in rows} | {"A title that nobody has"}
    assert any(item["rated_by"] == "shipped" for item in waiting)


def test_rows_without_a_licence_count_as_the_portal_counts_them(root: Path, save: Callable[..., Path]) -> None:
    """The total is that of all rows, and the fact is shown where the recommendation is shown."""
    rows = actions()
    read_in(root, save("export.csv", portal_csv(rows).encode()), "--date", LONG_AGO)
    path = f"snapshots/2025/{LONG_AGO}.json"
    lines = decode(contents(root)[path], path)["secureScore"]["controlScores"]
    without = [line for line in lines if line.get("licensed") is False]
    assert len(without) == sum(not each.licensed for each in rows) == 8
    assert any(line["score"] for line in without), "they hold points"
    run_here("render", "--root", root, expect=0)
    slug = re.sub("[^a-z0-9]", "-", without[0]["controlName"].lower())
    page = (root / f"build/pages/recommendations/{slug}.md").read_text(encoding="utf-8")
    assert "no licence for it, says the portal’s export" in page
    other = next(line for line in lines if "licensed" not in line)
    slug = re.sub("[^a-z0-9]", "-", other["controlName"].lower())
    assert "no licence for it" not in (root / f"build/pages/recommendations/{slug}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8"])
def test_a_table_that_excel_saved_again_gives_the_same_day(
    root: Path, save: Callable[..., Path], encoding: str
) -> None:
    """Points made dates, semicolons, no mark of byte order, another encoding: the same points and maxima."""
    rows = actions()
    first, again = (
        save("export.csv", portal_csv(rows).encode()),
        save("again.csv", saved_again(portal_csv(rows), DATES["08. Aug"], ";").encode(encoding)),
    )
    read_in(root, first, "--date", "2025-10-30")
    done = read_in(root, again, "--date", "2025-10-31")
    assert "had changed the points of" in done.stderr
    paths = [f"snapshots/2025/2025-10-{day}.json" for day in (30, 31)]
    one, other = (decode(contents(root)[path], path) for path in paths)
    assert one["maximum"] == other["maximum"]
    points = [{c["controlName"]: c["score"] for c in each["secureScore"]["controlScores"]} for each in (one, other)]
    assert points[0] == points[1]


def test_dates_that_were_points_and_cannot_be_recovered_are_refused(root: Path, save: Callable[..., Path]) -> None:
    """Exactly the rows with points would be missing, so nothing is written, and the reason is told."""
    rows = [Action(f"Nobody knows {number}", Decimal(8), 8, "Completed") for number in range(3)]
    table = saved_again(portal_csv(rows), DATES["8. Aug"], ";")
    done = read_in(root, save("export.csv", table.encode()), "--date", LONG_AGO, expect=3)
    assert "a spreadsheet program has changed points into dates (8/8 became '8. Aug', or the like)" in done.stderr
    assert "without opening and saving it in a spreadsheet program" in done.stderr
    assert contents(root) == {}


def test_a_filtered_table_retires_nothing_and_is_completed_later(root: Path, save: Callable[..., Path]) -> None:
    """Three rows of a later day: a partial day, the backlog as it was; the whole table then replaces it."""
    rows = actions()
    read_in(root, save("all.csv", portal_csv(rows).encode()), "--date", "2025-10-30")
    before = triage(root)
    done = read_in(root, save("some.csv", portal_csv(rows[:3], of=rows).encode()), "--date", LONG_AGO)
    assert "is stored as a partial day: the table has 3 rows" in done.stderr
    assert "Retired" not in done.stdout
    path = f"snapshots/2025/{LONG_AGO}.json"
    assert decode(contents(root)[path], path)["collected"]["coverage"] == "partial"
    assert triage(root) == before
    found = json.loads(run_here("status", "--root", root, "--json", expect=0).stdout)
    assert (found["snapshot"]["date"], found["snapshot"]["partial"]) == (LONG_AGO, True)
    assert found["score"]["max"] == sum(each.possible for each in rows)
    done = read_in(root, save("all.csv", portal_csv(rows).encode()), "--date", LONG_AGO)
    assert "1 completed (2025-10-31)" in done.stdout
    assert "coverage" not in decode(contents(root)[path], path)["collected"]
    again = read_in(root, save("some.csv", portal_csv(rows[:3], of=rows).encode()), "--date", LONG_AGO)
    assert "2025-10-31 is stored already" in again.stderr


def triage(root: Path) -> set[str]:
    """What waits for a decision."""
    found = json.loads(run_here("triage", "--root", root, "--json", expect=0).stdout)
    return {item["recommendation"] for item in found["waiting"]}


def test_rows_that_did_not_join_are_listed_for_a_day_that_graph_still_holds(
    known: Path, save: Callable[..., Path]
) -> None:
    """Also beside the warning about that day, and all of them for a program."""
    recently = str(TODAY - timedelta(days=9))
    done = read_in(known, save("export.csv", TABLE), "--date", recently, "--json")
    assert "Microsoft still has" in done.stderr
    assert "counts under an id that is made of it: Title that nobody has." in done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [(row["line"], row["title"]) for row in rows["unjoined"]] == [(4, "Title that nobody has")]
    assert (rows["total"], rows["earned"], rows["possible"]) == (3, 17.5, 25)


def test_an_id_made_of_a_title_gives_way_to_graphs(root: Path, save: Callable[..., Path]) -> None:
    """Once the catalogue lists the title, what was measured under the made id is Graph's recommendation."""
    rows = [*actions(), Action("Do what is new", Decimal(2), 5)]
    read_in(root, save("export.csv", portal_csv(rows).encode()), "--date", LONG_AGO)
    made = id_of_title("Do what is new")
    assert made in triage(root)
    read_in(root, save("p.json", [profile("mdo_new", 5, title="Do what is new."), profile("scid_2090", 5)]))
    assert made not in {entry["id"] for entry in catalogue(root)["titles"]}
    waiting = triage(root)
    assert "mdo_new" in waiting
    assert made not in waiting
    path = f"snapshots/2025/{LONG_AGO}.json"
    assert made.encode() in contents(root)[path], "the snapshot is written once"
    run_here("decide", "--root", root, "mdo_new", "--bucket", "do-soon", expect=0)
    file = root / "decisions" / "mdo_new.md"
    file.with_name(f"{made}.md").write_text(file.read_text(encoding="utf-8").replace("mdo_new", made), encoding="utf-8")
    checked = run_here("check", "--root", root).stdout
    assert "[decision-made-id]" in checked
    assert "Write `recommendation: mdo_new` and rename the file to mdo_new.md." in checked
    read_in(root, save("export.csv", portal_csv(rows).encode()), "--date", "2025-11-30")
    assert b"mdo_new" in contents(root)["snapshots/2025/2025-11-30.json"]


def test_a_title_of_ours_gives_way_field_by_field() -> None:
    """What Graph's profile says counts; what it lacks is still known from the table or the shipped list."""
    ours = {"title": "Ours", "service": "MDO", "maxScore": 5, "source": "shipped"}
    titles = [{**ours, "id": name} for name in "ab"]
    stored = {"profiles": [{"id": "a", "title": "Graph's"}], "descriptions": {}, "titles": titles}
    found = read_catalogue(stored).recommendations
    assert (found["a"].title, found["a"].service, found["a"].maximum, found["a"].named_by) == ("Graph's", "MDO", 5, "")
    assert (found["b"].title, found["b"].named_by, found["b"].in_catalogue) == ("Ours", "shipped", False)
    alone = read_catalogue({**stored, "profiles": []}).recommendations
    assert alone["b"].in_catalogue, "without Graph's catalogue, this is what the tenant has"


LOOKS_LIKE_A_CATALOGUE = [{"id": "a", "title": "Title of a", "tier": "Core", "userImpact": "Low"}]


def test_a_poorer_catalogue_never_overwrites_a_richer_one(root: Path, save: Callable[..., Path]) -> None:
    """A list of ids and titles: maxima, portal marks and what it does not list stay, and the summary says so."""
    rich = [profile("a", state="ThirdParty", on="2026-01-01T00:00:00Z", remediation="Do it."), profile("b")]
    read_in(root, save("rich.json", [SCORE, *rich]))
    before = {item["id"]: item for item in catalogue(root)["profiles"]}
    tomorrow = score(DAY + timedelta(days=1), [control("a"), control("b", 0, 0)])
    done = read_in(root, save("poor.json", [tomorrow, *LOOKS_LIKE_A_CATALOGUE]))
    assert "Kept from the stored catalogue, as the new one lacks it:" in done.stdout
    assert "maxScore of 1 recommendation" in done.stdout
    assert "remediation of 1 recommendation" in done.stdout
    after = {item["id"]: item for item in catalogue(root)["profiles"]}
    assert after["a"] == {**before["a"], "tier": "Core", "userImpact": "Low"}
    assert after["b"] == before["b"]
    path = f"snapshots/2026/{DAY + timedelta(days=1)}.json"
    stored = decode(contents(root)[path], path)
    assert stored["maximum"] == {"a": [10, "ThirdParty"], "b": [10, "Default"]}
    assert stored["collected"]["complete"] is True
    summary = json.loads(read_in(root, save("again.json", LOOKS_LIKE_A_CATALOGUE), "--json").stdout)
    assert summary["kept"]["maxScore"] == 1


def catalogue(root: Path) -> dict[str, Any]:
    """The stored catalogue."""
    return decode_catalogue((root / CATALOGUE).read_bytes(), CATALOGUE)


@pytest.mark.parametrize("with_scores", [False, True], ids=["the rest alone", "everything again"])
def test_a_day_with_the_first_page_of_profiles_is_completed_later(
    root: Path, save: Callable[..., Path], with_scores: bool
) -> None:
    """It is stored as partial, not as complete; the other page completes it, alone or with the scores."""
    scores = [score(DAY, [control(name, 0, 0) for name in "abcd"])]
    first = save("one.json", {"value": [profile("a")], "@odata.nextLink": "https://graph.example/next"})
    done = read_in(root, save("s.json", scores), first)
    assert "is stored as a partial day: the catalogue lacks 3 of 4 scored" in done.stderr
    assert "one page of several of the catalogue (secureScoreControlProfiles)" in done.stderr
    collected = decode(contents(root)[SNAPSHOT], SNAPSHOT)["collected"]
    assert (collected["complete"], collected["coverage"]) == (False, "partial")
    rest = save("two.json", {"value": [profile(name) for name in "bcd"]})
    done = read_in(root, *([save("s.json", scores), first] if with_scores else []), rest)
    assert "1 completed (2026-11-20)" in done.stdout
    assert "one page of several" not in done.stderr
    after = decode(contents(root)[SNAPSHOT], SNAPSHOT)
    assert after["collected"]["complete"] is True
    assert "coverage" not in after["collected"]
    assert after["maximum"] == {name: [10, "Default"] for name in "abcd"}
    assert listed(root) == ["a", "b", "c", "d"]


def test_scores_that_are_mostly_missing_are_a_partial_day(root: Path, save: Callable[..., Path]) -> None:
    """Few recommendations of a day whose total says that there are many: the others keep what was measured."""
    names = [f"id{number}" for number in range(20)]
    yesterday = score(DAY - timedelta(days=1), [control(name) for name in names])
    profiles = [profile(name) for name in names]
    read_in(root, save("whole.json", [yesterday, *profiles]))
    done = read_in(root, save("cut.json", [score(DAY, [control("id0")], currentScore=100, maxScore=200), *profiles]))
    assert (
        "is stored as a partial day: the points of 1 recommendation add up to 5, but Microsoft's total is 100"
        in done.stderr
    )
    assert "Retired" not in done.stdout
    assert len(triage(root)) == 20


def test_all_pages_in_one_command_are_not_one_of_several(root: Path, save: Callable[..., Path]) -> None:
    """A page that names a next one is fine where the last one is there."""
    pages = [save("one.json", {"value": PROFILES[:1], "@odata.nextLink": "https://graph.example/next"}),
             save("two.json", {"value": PROFILES[1:]})]  # fmt: skip
    done = read_in(root, save("s.json", SCORE), *pages)
    assert done.stderr == ""
    assert decode(contents(root)[SNAPSHOT], SNAPSHOT)["collected"]["complete"] is True


def test_a_dry_run_writes_nothing(root: Path, save: Callable[..., Path]) -> None:
    """It says what would be written, and writes nothing."""
    done = read_in(root, save("saved.json", [SCORE, *PROFILES]), "--dry-run")
    assert "Would write 2 files" in done.stdout
    assert contents(root) == {}


def test_a_shrinking_catalogue_is_warned_of(known: Path, save: Callable[..., Path]) -> None:
    """Many recommendations that a saved list lacks stay: a missing page is likelier than so many retirements."""
    many = [profile(f"p{number}") for number in range(40)]
    tomorrow = score(DAY + timedelta(days=1), [control("a")])
    read_in(known, save("many.json", [SCORE, *PROFILES, *many]))
    errors = read_in(known, save("few.json", [tomorrow, *PROFILES])).stderr
    assert "The imported catalogue lacks 40 of 42 stored recommendations, which stay in" in errors
    assert "snapshots/catalogue.json: p0, p1, p10" in errors
    assert len(listed(known)) == 42


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
