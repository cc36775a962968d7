# SPDX-License-Identifier: Apache-2.0
"""Every kind of tampering with a pack is refused, and the message names the item that was altered.

Most of them make the manifest anew as well, as whoever changes a file can.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.cli.verify import conclusion
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evidence.git_objects import COMMIT_KIND, Objects, object_id, read_bundle, write_bundle
from secure_score_backlog.evidence.layout import BUNDLE, COMMITS, GUIDE, MANIFEST, SUMS, BadManifest, parse
from secure_score_backlog.evidence.outcome import Result, Verification
from secure_score_backlog.evidence.signatures import Keys
from secure_score_backlog.evidence.verifying import Asked, verify
from tests.support.packs import (
    Files,
    in_json,
    public_key,
    recommitted,
    replaced,
    resealed,
    with_file,
    with_history,
    zipped,
)
from tests.support.variants import variants

pytestmark = pytest.mark.usefixtures("remembered")

Tampering = Callable[[Files], Files]


def changed(path: str, old: str, new: str) -> Tampering:
    """One text in one file, with a new manifest."""
    return lambda files: resealed(with_file(files, path, replaced(old, new)))


def in_data(path: str, change: Callable[[dict[str, object]], None]) -> Tampering:
    """A change of a JSON file, with a new manifest."""
    return lambda files: resealed(with_file(files, path, in_json(change)))


def without(path: str) -> Tampering:
    """A file taken away, with a new manifest."""
    return lambda files: resealed({name: content for name, content in files.items() if name != path})


def added(path: str, content: bytes = b"text\n") -> Tampering:
    """A file added, with a new manifest."""
    return lambda files: resealed({**files, path: content})


def in_manifest(old: str, new: str) -> Tampering:
    """A change of the manifest alone."""
    return lambda files: with_file(files, MANIFEST, replaced(old, new))


def approve(path: str) -> Tampering:
    """A row of the register that says that another person approved."""

    def forge(data: dict[str, object]) -> None:
        for row in data["rows"]:  # type: ignore[attr-defined]
            row["approved_by"], row["approval"] = "Board", "approved"

    return in_data(path, forge)


def approvals(change: Callable[[dict[str, object]], None]) -> Tampering:
    """What GitHub is said to have answered, changed in the table alone."""
    return in_data("data/approvals.json", change)


def another_reviewer(data: dict[str, object]) -> None:
    """Another login approved."""
    data["pull_requests"][0]["reviews"][0]["by"] = "somebody"  # type: ignore[index]


def no_undecided(data: dict[str, object]) -> None:
    """Nothing is undecided."""
    data["counts"]["undecided"] = 0  # type: ignore[index]


def commits_of(objects: Objects) -> list[str]:
    """The commits of the main branch, oldest first."""
    return objects.first_parents(objects.references["HEAD"])


def reordered(files: Files) -> Files:
    """Two commits of the main branch change places, and every id after them is computed anew."""

    def swap(objects: Objects) -> str:
        line = commits_of(objects)
        line[2], line[3] = line[3], line[2]
        return recommitted(objects, [objects.contents[each][1] for each in line])

    return with_history(files, swap)


def swapped_only(files: Files) -> Files:
    """A commit names another parent, and keeps its place: no id after it is computed anew."""
    objects = read_bundle(files[BUNDLE])
    line = commits_of(objects)
    identifier = line[3]
    content = objects.contents.pop(identifier)[1].replace(line[2].encode(), line[1].encode())
    objects.contents[object_id(COMMIT_KIND, content, "sha1")] = (COMMIT_KIND, content)
    return resealed({**files, BUNDLE: write_bundle(objects, "sha1")})


def rewritten_message(files: Files) -> Files:
    """The message of a signed commit is another, its signature is kept, and every id after it is computed anew."""

    def rewrite(objects: Objects) -> str:
        line = [objects.contents[each][1] for each in commits_of(objects)]
        line[1] = line[1].replace(b"Snapshot 1", b"Snapshot 9")
        return recommitted(objects, line)

    return with_history(files, rewrite)


def later(files: Files) -> Files:
    """A commit is dated back by a day."""

    def redate(objects: Objects) -> str:
        line = [objects.contents[each][1] for each in commits_of(objects)]
        at = line[2].split(b"committer ")[1].split(b"> ")[1].split(b" ")[0]
        line[2] = line[2].replace(at, str(int(at) - 86_400).encode())
        return recommitted(objects, line)

    return with_history(files, redate)


def another_decision(files: Files) -> Files:
    """The text of a decision in the history is another, and nothing else."""
    objects = read_bundle(files[BUNDLE])
    identifier = next(each for each, (_, content) in objects.contents.items() if b"recommendation: Safe" in content)
    content = objects.contents.pop(identifier)[1].replace(b"2027-01-31", b"2027-06-30")
    objects.contents[object_id("blob", content, "sha1")] = ("blob", content)
    return resealed({**files, BUNDLE: write_bundle(objects, "sha1")})


def lost_object(files: Files) -> Files:
    """One object is taken out of the history."""
    objects = read_bundle(files[BUNDLE])
    identifier = next(each for each, (kind, _) in objects.contents.items() if kind == "blob")
    del objects.contents[identifier]
    return resealed({**files, BUNDLE: write_bundle(objects, "sha1")})


def smuggled_object(files: Files) -> Files:
    """An object that nothing leads to."""
    objects = read_bundle(files[BUNDLE])
    objects.contents[object_id("blob", b"hidden\n", "sha1")] = ("blob", b"hidden\n")
    return resealed({**files, BUNDLE: write_bundle(objects, "sha1")})


def cut_history(files: Files) -> Files:
    """The first commits are left out: the history seems to begin later."""

    def cut(objects: Objects) -> str:
        return recommitted(objects, [objects.contents[each][1] for each in commits_of(objects)[2:]])

    return with_history(files, cut)


def in_workbook(files: Files) -> Files:
    """One cell of a workbook."""
    source = zipfile.ZipFile(io.BytesIO(files["data/register.xlsx"]))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for each in source.infolist():
            book.writestr(each, source.read(each).replace(b"Managing Director", b"Board of Direct."))
    return resealed({**files, "data/register.xlsx": made.getvalue()})


def renamed(old: str, new: str) -> Tampering:
    """A file under another name, with a new manifest."""
    return lambda files: resealed({**{k: v for k, v in files.items() if k != old}, new: files[old]})


def source(files: Files) -> str:
    """The place of a decision."""
    return next(path for path in files if path.startswith("sources/decisions/Safe.md@"))


def other_period(files: Files) -> Files:
    """A period that ends a day earlier."""
    return resealed(files, lambda each: replace(each, end=date(2026, 10, 2)))


INDEXES = ("site/search/search_index.json", "site/search/search_index.js")


def in_site_and_index(files: Files, *, last: bool = False) -> Files:
    """The first (or last) approver in a cell of the register's page, and the same in both forms of the search index."""
    for path in ("site/register.html", *INDEXES):
        text, name = files[path].decode(), "Managing Director"
        head, rest, tail = "", text, ""
        if path in INDEXES:
            head, rest = text[: (start := text.index('"location":"register.html'))], text[start:]
            other = re.search('"location":"(?!register)', rest)
            rest, tail = (rest[: other.start()], rest[other.start() :]) if other else (rest, "")
        else:
            name = f">{name}"
        before, found, after = rest.rpartition(name) if last else rest.partition(name)
        assert found
        files = {**files, path: f"{head}{before}{found.replace('Managing', 'Deputy')}{after}{tail}".encode()}
    return resealed(files)


def half_sealed(files: Files) -> Files:
    """A table is changed, and the sums but not the manifest are made anew."""
    return {**with_file(files, "data/status.json", replaced("undecided", "undecidde")), SUMS: resealed(files)[SUMS]}


INTERNAL: dict[str, tuple[Tampering, str]] = {
    "a page": (lambda f: with_file(f, "site/index.html", replaced("Tenant", "Tennant")), "site/index.html"),
    "a table": (lambda f: with_file(f, "data/board.csv", replaced("Safe", "Sofa")), "data/board.csv"),
    "a table and a new list": (half_sealed, "data/status.json"),
    "file and manifest": (changed("data/register.csv", "2027-01-31", "2027-12-31"), "data/register.csv"),
    "a figure of the site only": (
        changed("site/register.html", "31\u00a0January", "31\u00a0March"),
        "site/register.html",
    ),
    "a count of the site only": (changed("site/evidence.html", "Approval", "No approval"), "site/evidence.html"),
    "a figure of the tables only": (
        in_data("data/status.json", no_undecided),
        "data/status.json",
    ),
    "the full audit": (
        in_data("data/audit-report.json", lambda d: d.update(exceptions=[])),
        "data/audit-report.json",
    ),
    "a row taken away": (in_data("data/register.json", lambda d: d.update(rows=[])), "data/register.json"),
    "a cell of a workbook": (in_workbook, "data/register.xlsx"),
    "a calendar": (changed("data/backlog.ics", "20270131", "20270228"), "data/backlog.ics: It is another file than"),
    "a feed": (changed("data/decisions.atom", "Safe", "Sofa"), "data/decisions.atom"),
    "the search index": (
        changed("site/search/search_index.json", "Tenant", "Tennant"),
        "site/search/search_index.json",
    ),
    "a script": (changed("site/assets/backlog.js", "function", "function /* */"), "site/assets/backlog.js"),
    "a style": (changed("site/assets/backlog.css", "{", "{display:none;"), "site/assets/backlog.css"),
    "a script in a page": (
        changed("site/board.html", "</article>", "<script>x()</script></article>"),
        "site/board.html",
    ),
    "a handler in a page": (changed("site/board.html", "<h1", '<h1 onclick="x()"'), "site/board.html"),
    "a file missing": (lambda f: {k: v for k, v in f.items() if k != "data/board.json"}, "data/board.json"),
    "a file and its entry missing": (without("data/board.json"), "data/board.json"),
    "a page missing": (without("site/score.html"), "site/score.html"),
    "a file more": (lambda f: {**f, "data/extra.csv": b"x"}, "data/extra.csv"),
    "a file more, listed": (added("site/extra.html"), "site/extra.html"),
    "a report more, listed": (added("statement.txt"), "statement.txt"),
    "a file renamed": (renamed("data/board.csv", "data/boards.csv"), "data/boards.csv"),
    "the sums": (lambda f: with_file(f, SUMS, replaced("data/board.csv", "data/board.cvs")), SUMS),
    "the organisation": (in_manifest("Tenant Logistics", "Another Company"), f"{MANIFEST}: Its `organisation`"),
    "the end of the period": (other_period, MANIFEST),
    "the start of the period": (
        lambda f: resealed(f, lambda m: replace(m, start=date(2026, 9, 1))),
        "data/audit-report.json",
    ),
    "the commit": (lambda f: resealed(f, lambda m: replace(m, commit="a" * 40)), "commit aaaaaaaaaaaa"),
    "the commit read": (lambda f: resealed(f, lambda m: replace(m, read="b" * 40)), BUNDLE),
    "the folder": (lambda f: resealed(f, lambda m: replace(m, folder="other/")), "data/approvals.json"),
    "a manifest of another form": (lambda f: {**f, MANIFEST: f[MANIFEST].replace(b"\n ", b"\n  ")}, MANIFEST),
    "a manifest that is no JSON": (lambda f: {**f, MANIFEST: b"{"}, MANIFEST),
    "a manifest of another schema": (in_manifest("backlog/pack/1", "backlog/register/1"), MANIFEST),
    "no manifest": (lambda f: {k: v for k, v in f.items() if k != MANIFEST}, MANIFEST),
    "what a file is": (in_manifest('"is": "table"', '"is": "text"'), "The manifest says that it is"),
    "a size": (in_manifest('"bytes": ', '"bytes": 9'), "it was changed"),
    "a source": (
        lambda f: resealed(with_file(f, source(f), replaced("2027-01-31", "2027-06-30"))),
        "sources/decisions/Safe.md@",
    ),
    "a source of another commit": (
        lambda f: renamed(source(f), "sources/decisions/Safe.md@aaaaaaaaaaaa")(f),
        "sources/decisions/Safe.md@aaaaaaaaaaaa",
    ),
    "a source missing": (lambda f: without(source(f))(f), "sources/decisions/Safe.md@"),
    "a time of a commit": (changed(COMMITS, "2026-10-02T", "2026-09-02T"), COMMITS),
    "a file of a commit": (changed(COMMITS, "decisions/Safe.md", "decisions/Sofa.md"), COMMITS),
    "the list of commits missing": (without(COMMITS), COMMITS),
    "the history cut off": (lambda f: resealed(with_file(f, BUNDLE, lambda b: b[:-100])), BUNDLE),
    "the history missing": (without(BUNDLE), BUNDLE),
    "the history in a new order": (reordered, "data/approvals.json: It is about commit"),
    "a parent replaced": (swapped_only, "It is not there, but"),
    "a signed commit rewritten": (rewritten_message, "Its signature by key"),
    "a commit dated back": (later, "data/"),
    "a decision in the history": (another_decision, "blob "),
    "an object missing": (lost_object, "blob "),
    "an object more": (smuggled_object, "No branch of the history leads to it"),
    "the first commits missing": (cut_history, "data/approvals.json: It is about commit"),
    "a forged approval": (approvals(another_reviewer), "The record of pull request #1"),
    "an approval withdrawn": (approvals(lambda d: d.update(pull_requests=[])), "The record of pull request #1"),
    "a forged approval in the register": (approve("data/register.json"), "data/register.json"),
    "a forged approval in the site only": (
        changed("site/register.html", "Managing Director", "Board"),
        'It says “Board” after',
    ),
    "the guide": (changed(GUIDE, "sha256sum -c", "true || sha256sum -c"), GUIDE),
    "the keys": (changed("keys/web-flow.asc", "BEGIN PGP", "BEGIN  PGP"), "keys/web-flow.asc"),
    "another key": (added("keys/mine.asc"), "keys/"),
}  # fmt: skip


def first_commit(files: Files) -> str:
    """The first commit that is enclosed."""
    return next(path for path in sorted(files) if path.endswith(".commit"))


def first_tree(files: Files) -> str:
    """The first tree that is enclosed."""
    return next(path for path in sorted(files) if path.endswith(".tree"))


def register_only(files: Files) -> Files:
    """A later last day in all three forms of the table and their copies, and not on the page."""
    for place in ("data", "site/downloads"):
        for form in ("csv", "json"):
            files = with_file(files, f"{place}/register.{form}", replaced("2027-01-31", "2027-12-31"))
    return resealed(files)


INSURER: dict[str, tuple[Tampering, str]] = {
    "a figure of the site only": (
        changed("site/register.html", "31\u00a0January", "31\u00a0March"),
        "site/register.html",
    ),
    "a page and the search index": (in_site_and_index, "site/register.html: Its list of approvals says"),
    "the approver in a row of the register": (
        lambda f: in_site_and_index(f, last=True),
        "site/register.html: No row of it",
    ),
    "tables and not the page": (register_only, "site/register.html: No row of it"),
    "a table and not its copy": (changed("data/register.csv", "2027-01-31", "2027-12-31"), "data/register.csv"),
    "a copy and not its table": (
        changed("site/downloads/audit.csv", "approved", "Approved"),
        "site/downloads/audit.csv",
    ),
    "a table in one form": (approve("data/register.json"), "data/register.json"),
    "the search index": (changed("site/search/search_index.json", "accepted", "Accepted"), "search_index"),
    "a script": (changed("site/assets/backlog.js", "function", "function /* */"), "site/assets/backlog.js"),
    "a script in a page": (
        changed("site/index.html", "</article>", "<script>x()</script></article>"),
        "html: It holds a script",
    ),
    "a page more": (added("site/extra.html", b"<article>Text</article>"), "site/extra.html"),
    "a script more": (added("site/assets/extra.js"), "site/assets/extra.js"),
    "a commit": (lambda f: resealed(with_file(f, first_commit(f), lambda c: c + b"x")), ".commit: Its content"),
    "a tree": (lambda f: resealed(with_file(f, first_tree(f), lambda c: c + c)), ".tree: Its content"),
    "a tree missing": (lambda f: without(first_tree(f))(f), COMMITS),
    "a time of a commit": (changed(COMMITS, "2026-10-01T05", "2026-10-01T04"), COMMITS),
    "the guide": (changed(GUIDE, "sha256sum -c", "true || sha256sum -c"), GUIDE),
    "the number left out": (lambda f: resealed(f, lambda m: replace(m, left_out=m.left_out[1:])), GUIDE),
}  # fmt: skip


def asked(**options: object) -> Asked:
    """What a person gives: the key of the snapshot account, and perhaps more."""
    return Asked(keys=Keys([("bot.asc", public_key())]), **options)  # type: ignore[arg-type]


def said(found: Verification) -> str:
    """Everything that does not hold."""
    failed = (each for each in found.checks if each.result is Result.FAILS)
    return "\n".join(f"{item.path}: {item.message}" for each in failed for item in each.items)


ALWAYS_INTERNAL = (
    *("a page", "a table and a new list", "file and manifest", "a figure of the tables only", "the full audit"),
    *("a cell of a workbook", "a script in a page", "a file more, listed", "the end of the period", "the commit read"),
    *("no manifest", "a source missing", "a file of a commit", "the history cut off", "a signed commit rewritten"),
    *("an object missing", "the first commits missing", "a forged approval", "another key"),
)
ALWAYS_INSURER = ("a figure of the site only", "a table in one form", "a tree missing", "the number left out")
"""One kind of each place that is looked at."""


def test_there_are_many_kinds_of_tampering() -> None:
    """More than 75, and each message has to name what was altered."""
    kinds = [*INTERNAL.values(), *INSURER.values()]
    assert len(kinds) > 75
    assert all(expected.strip() for _, expected in kinds)


def test_untouched_packs_hold(internal: Files, insurer: Files, tmp_path: Path) -> None:
    """Without tampering nothing is found to be wrong, so that a refusal means something."""
    for name, files in (("internal", internal), ("insurer", insurer)):
        found = verify(zipped(files, tmp_path / f"{name}.zip"), asked())
        assert found.holds, said(found)
        assert (
            zipped(resealed(files), tmp_path / "again.zip").read_bytes()
            == zipped(files, tmp_path / "b.zip").read_bytes()
        )


@pytest.mark.parametrize("name", variants(INTERNAL, always=ALWAYS_INTERNAL))
def test_tampering_is_refused_by_name(internal: Files, tmp_path: Path, name: str) -> None:
    """Each kind of tampering with a pack for the organisation does not hold, and its item is named."""
    tamper, expected = INTERNAL[name]
    found = verify(zipped(tamper(internal), tmp_path / "pack.zip"), asked())
    assert not found.holds
    assert expected in said(found)


@pytest.mark.parametrize("name", variants(INSURER, always=ALWAYS_INSURER))
def test_tampering_with_a_pack_for_an_insurer_is_refused_by_name(insurer: Files, tmp_path: Path, name: str) -> None:
    """The same for an insurer, whose pack lacks the sources."""
    tamper, expected = INSURER[name]
    found = verify(zipped(tamper(insurer), tmp_path / "pack.zip"), asked())
    assert not found.holds
    assert expected in said(found)


def test_the_history_of_somebody_else_is_refused_by_digest_and_repository(
    internal: Files, insurer: Files, root: Path, tmp_path: Path
) -> None:
    """What is made anew as a whole holds by itself: the digest from elsewhere, or the repository, names the fault."""
    digest = verify(zipped(internal, tmp_path / "a.zip"), asked()).digest
    changed_pack = zipped(reordered(internal), tmp_path / "b.zip")
    assert f"{SUMS}: Its digest is" in said(verify(changed_pack, asked(digest=digest)))
    assert "The repository does not have its history" in said(verify(changed_pack, asked(repository=root)))
    forged = register_only(in_site_and_index(insurer))
    found = said(verify(zipped(forged, tmp_path / "c.zip"), asked(repository=root)))
    assert "data/register.csv: In row 2, until, it says 2027-12-31, and the history gives 2027-01-31." in found
    lying = resealed(insurer, lambda m: replace(m, left_out=tuple(replace(e, sha256="0" * 64) for e in m.left_out)))
    assert f"{MANIFEST}: Its `left_out`" in said(verify(zipped(lying, tmp_path / "d.zip"), asked(repository=root)))


def of_other_program(files: Files) -> Files:
    """The same pack by another state of the code, which says so."""
    return resealed(files, lambda m: replace(m, code="0" * 64))


@pytest.mark.parametrize("profile", ["internal", "insurer"])
def test_a_pack_of_another_program_is_not_called_wrong(
    profile: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """What differs is named, and could not be checked; what is the same holds, also by another program."""
    files: Files = request.getfixturevalue(profile)
    path = "data/register.csv" if profile == "internal" else "site/assets/backlog.css"
    before = of_other_program(with_file(files, path, lambda content: content.replace(b"a", b"b", 1)))
    found = verify(zipped(before, tmp_path / "pack.zip"), asked())
    assert found.holds
    differing = [each for each in found.checks if any(item.path == path for item in each.items)]
    assert differing
    assert {each.result for each in differing} == {Result.UNKNOWN}
    assert all("another state of version" in each.note.lower() for each in differing)
    assert found.undecided >= 1
    assert conclusion(found).startswith(
        "It cannot be said whether this pack was changed: another program made it, and "
    )
    guide = next(each for each in found.checks if each.code == "own")
    assert guide.result is Result.UNKNOWN  # VERIFY.md names the other program in another place
    older = verify(zipped(resealed(before, lambda m: replace(m, version="0.0.9")), tmp_path / "old.zip"), asked())
    assert "Version 0.0.9 made the pack" in next(each for each in older.checks if each.code == "own").note


def test_a_pack_in_a_form_of_another_version_is_not_judged(internal: Files, tmp_path: Path) -> None:
    """It cannot be read, which is neither right nor wrong; the message says what is left to do."""
    place = zipped(in_manifest("pack/1", "pack/9")(internal), tmp_path / "pack.zip")
    with pytest.raises(CannotProceed, match="Another version of the program made this pack"):
        verify(place, asked())


def test_another_program_excuses_no_broken_history(internal: Files, tmp_path: Path) -> None:
    """Lists, ids and sources mean the same in every version."""
    path = next(path for path in internal if path.startswith("sources/decisions/Safe.md@"))
    changed_source = of_other_program(with_file(internal, path, replaced("2027-01-31", "2027-06-30")))
    assert path in said(verify(zipped(changed_source, tmp_path / "a.zip"), asked()))


def test_the_same_program_with_the_same_code_is_compared(internal: Files, tmp_path: Path) -> None:
    """The code decides: the same digest excuses nothing."""
    files = resealed(with_file(internal, "data/register.csv", replaced("2027-01-31", "2027-12-31")))
    found = verify(zipped(files, tmp_path / "pack.zip"), asked())
    assert not found.other_program
    assert not found.holds


def test_other_libraries_excuse_the_files_of_the_theme(insurer: Files, tmp_path: Path) -> None:
    """A theme of another version has other scripts."""
    changed_theme = with_file(insurer, "site/assets/backlog.css", lambda content: content + b" ")
    files = resealed(changed_theme, lambda m: replace(m, made_with={**m.made_with, "mkdocs-material": "9.0.1"}))
    found = verify(zipped(files, tmp_path / "pack.zip"), asked())
    static = next(each for each in found.checks if each.code == "static")
    assert (static.result, static.items[0].path) == (Result.UNKNOWN, "site/assets/backlog.css")
    assert "the same program with other libraries made it, and 1 file of it is not" in conclusion(found)
    assert static.note == "The pack was made with other versions of libraries: mkdocs-material 9.0.1."


def test_the_manifest_is_read_strictly(internal: Files) -> None:
    """A value of another type is refused, or is one that the program could have written; nothing else ever happens."""
    plain = json.loads(internal[MANIFEST])
    refused: list[str] = []
    values: tuple[object, ...] = (None, 1, "x", [], {}, [1], True, "\ud83d")
    for key in plain:
        for value in values:
            content = (json.dumps({**plain, key: value}, indent=1) + "\n").encode()
            try:
                assert parse(content).encode() == content
            except BadManifest as error:
                refused.append(str(error))
    assert all(each.endswith(".") for each in refused)
    assert len(refused) > 5 * len(plain)
