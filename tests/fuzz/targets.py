# SPDX-License-Identifier: Apache-2.0
"""What the fuzzer runs: bytes in; only values, problems and the program's own errors may come out.

Each target reads one kind of foreign data through the product's own functions and then uses what was read, as a
command would. Anything but a `BacklogError` that comes out is a finding; so is a problem that no message can show, and
data that changes when it is written and read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from secure_score_backlog.decisions.checks import CheckContext, decisions_in_force
from secure_score_backlog.decisions.store import read_version
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.errors import BacklogError
from secure_score_backlog.evaluation.facts import Review, evaluate
from secure_score_backlog.evidence.time_stamps import certificates, check
from secure_score_backlog.exports.json import encode, plain_facts
from secure_score_backlog.git import LOG_FIELDS, Identity, Repository, Version, parse_log, read_history
from secure_score_backlog.problems import RULES, Problem
from secure_score_backlog.recorded_packs import RecordedPack, lost
from secure_score_backlog.recorded_packs import encode as encode_packs
from secure_score_backlog.recorded_packs import parse as parse_packs
from secure_score_backlog.reviews import SignedReview, check_facts, parse_signed, sign
from secure_score_backlog.sample.cut import cut_files
from secure_score_backlog.settings import Settings, check_settings, parse_settings
from secure_score_backlog.site import markdown
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.reviews import month_page
from secure_score_backlog.snapshots import exact_json, portal_join
from secure_score_backlog.snapshots.catalogue import ids_in, read_catalogue
from secure_score_backlog.snapshots.changes import problem_text, summary_json, summary_text
from secure_score_backlog.snapshots.collect import Answer, RunInfo, Stored, collect
from secure_score_backlog.snapshots.history import HistoryBuilder
from secure_score_backlog.snapshots.saved_files import UnsupportedFile, decode_text, join_table, sort_out
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, decode, decode_catalogue
from secure_score_backlog.snapshots.snapshot_files import encode as encode_snapshot
from tests.support import backlogs, tenants
from tests.support.simulated_authority import known_signer

Target = Callable[[bytes], None]

TODAY = date(2026, 11, 21)
MONTH = "2026-10"
MOST_SHOWN = 20
"""How many texts of one catalogue are rendered."""


def front_matter(data: bytes) -> None:
    """A decision: front matter, rules of one file and of all files, what a version changed, its text as HTML."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    version = Version("decisions/A.md", "a" * 40, at, "author", "subject", None, "b" * 40)
    read = read_version(version, data)
    context = CheckContext(TODAY, Settings(), catalogued={"A", "scid_1"}, scored={"A"}, known={"A"})
    in_force, problems = decisions_in_force([read], context)
    examine(problems)
    words_of(None, read)
    words_of(read, read)
    for decision in in_force.values():
        markdown.decision_markdown(decision.body)


def settings(data: bytes) -> None:
    """The settings."""
    found = parse_settings(data)
    examine([*found.problems, *check_settings(found.source, found.settings, {"A", "scid_1"})])


def snapshot(data: bytes) -> None:
    """A stored snapshot: the bytes as they are, and a small one changed as the bytes say."""
    read_snapshot(data)
    read_snapshot(dumped(mutated(sample("snapshot"), data)))


def read_snapshot(data: bytes) -> None:
    """Read, written again, evaluated and printed."""
    try:
        stored = decode(data, "snapshots/2026/2026-11-20.json")
    except BacklogError as error:
        examine_error(error)
        return
    written = encode_snapshot(stored)
    again = decode(written, "snapshots/2026/2026-11-20.json")
    assert again == stored, "a snapshot changes when it is written and read again"
    assert encode_snapshot(again) == written, "the canonical form is not stable"
    builder = HistoryBuilder()
    builder.add(date(2026, 11, 20), stored, "snapshots/2026/2026-11-20.json")
    builder.add(date(2026, 11, 21), tenants.stored({"A": (1, 2)}), "snapshots/2026/2026-11-21.json")
    history = builder.history()
    examine(builder.problems)
    facts = evaluate(tenants.workspace(history, {}, ("A", "B")), TODAY)
    examine(facts.problems)
    json.loads(encode(plain_facts(facts)))


def catalogue(data: bytes) -> None:
    """The stored catalogue: the bytes as they are, and a small one changed as the bytes say."""
    read_stored_catalogue(data)
    read_stored_catalogue(dumped(mutated(sample("catalogue"), data)))


def read_stored_catalogue(data: bytes) -> None:
    """Read, written again, its texts as HTML."""
    try:
        stored = decode_catalogue(data, "snapshots/catalogue.json")
    except BacklogError as error:
        examine_error(error)
        return
    written = encode_snapshot(stored)
    assert decode_catalogue(written, "x") == stored, "a catalogue changes when it is written and read again"
    found = read_catalogue(stored)
    listed = {name for name, entry in found.recommendations.items() if entry.in_catalogue}
    assert listed <= ids_in(written), "an id of the catalogue is not found in its bytes"
    for entry in list(found.recommendations.values())[:MOST_SHOWN]:
        for source in (entry.remediation, entry.remediation_impact, entry.description):
            markdown.microsoft_html(source)
        markdown.safe_link(entry.action_url)


def answer(data: bytes) -> None:
    """What Graph answered, or a person saved of it: the bytes as they are, and an answer changed as the bytes say."""
    read_answer(data)
    read_answer(dumped(mutated(sample("answer"), data)))


def read_answer(data: bytes) -> None:
    """Sorted out, collected, summed up."""
    try:
        items = sort_out(exact_json.parse_text(decode_text(data)))
    except (UnsupportedFile, exact_json.UnreadableJson):
        return
    store(Answer(items.scores, items.profiles or None, whole=not items.unfinished))


def portal_csv(data: bytes) -> None:
    """A table of the portal, joined with a catalogue and stored as a day."""
    profiles = [{"id": "A", "title": "Turn on Safe Links"}, {"id": "B", "title": "Block legacy authentication"}]
    try:
        joined = join_table(Path("export.csv"), decode_text(data), profiles, TODAY)
    except UnsupportedFile:
        return
    except BacklogError as error:
        examine_error(error)
        return
    examine(portal_join.problems(joined, "export.csv", TODAY))
    assert joined.points.earned <= joined.points.possible, "more points than the maximum"
    json.dumps(portal_join.rows_json(joined))
    store(Answer((), tuple(profiles), exports=(joined.export,)))


def store(found: Answer) -> None:
    """What a run would write of an answer, and the summary that it would print."""
    run = RunInfo(datetime(2026, 11, 21, 6, tzinfo=UTC), "1.0.0", "json", files=("export.csv",))
    try:
        collection = collect(found, Stored(), run)
    except BacklogError as error:
        examine_error(error)
        return
    examine(collection.problems)
    for path, content in collection.files.items():
        read = decode_catalogue if path.endswith("catalogue.json") else decode
        read(encode_snapshot(content), path)
    summary_text(collection.changes, collection.files, tuple(collection.files))
    json.dumps(summary_json(collection.changes, tuple(collection.files), collection.problems))
    for each in collection.problems:
        problem_text(each)


def signed_month(data: bytes) -> None:
    """A signed month: the bytes as they are, and the sample's facts changed as the bytes say, with a right digest."""
    raw = parse_signed(data, MONTH, f"docs/reviews/{MONTH}.json")
    if isinstance(raw, Problem):
        examine([raw])
    changed = sign(MONTH, "1.0.0", mutated(sample_facts(), data))
    written = json.dumps(changed, default=exact_json.json_number).encode()
    found = parse_signed(written, MONTH, f"docs/reviews/{MONTH}.json")
    if isinstance(found, SignedReview):
        found = check_facts(found, f"docs/reviews/{MONTH}.json")
    if isinstance(found, Problem):
        examine([found])
    else:
        show_month(found)


def show_month(signed: SignedReview) -> None:
    """The page of a month with these facts."""
    site = Site({name: name.lower() for name in backlogs.SCORES}, TODAY, "Tenant", "1.0.0")
    month_page(site, replace(sample_review(), signed=signed), None, None)


@cache
def sample_review() -> Review:
    """A month with some of everything."""
    return next(review for review in backlogs.backlog().reviews if review.month == MONTH)


@cache
def sample_facts() -> Any:
    """Its facts as a signed file holds them, after JSON."""
    return json.loads(encode(plain_facts(sample_review().facts)))


REPLACEMENTS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 10**400, -(10**30), 0.5, 1e308, "", "x", "high", "expired", "moot", "regressed"),
    *("2026-10-31", "0001-01-01", "9999-12-31", "2026-02-30", "\u202e\x1b[31m", "::error::", "\ud800", "9" * 5000),
    *([], {}, [None], [[]], [{}], {"": None}, {"recommendation": 1}, [[[[[[[[]]]]]]]], ["A", "A"], {"A": {"title": 1}}),
)
"""What a value of the signed facts may become."""


def mutated(value: Any, data: bytes) -> Any:
    """The facts with some of their values replaced, removed or taken from elsewhere in them: three bytes for each."""
    changed = deepcopy(value)
    for start in range(0, len(data) - 2, 3):
        places = list(containers(changed))
        container, key = places[int.from_bytes(data[start : start + 2], "big") % len(places)]
        choice = data[start + 2] % (len(REPLACEMENTS) + 2)
        if choice < len(REPLACEMENTS):
            container[key] = deepcopy(REPLACEMENTS[choice])
        elif choice == len(REPLACEMENTS):
            del container[key]
        else:
            other, name = places[data[start] % len(places)]
            container[key] = deepcopy(other[name])
        if not changed or start > MOST_CHANGES * 3:
            break
    return changed


MOST_CHANGES = 8


@cache
def sample(kind: str) -> Any:
    """A small valid value of a kind, from the invented tenant."""
    files = cut_files()
    snapshot = json.loads(files[max(path for path in files if path.startswith("snapshots/20"))])
    kept = snapshot["secureScore"]["controlScores"][:4]
    names = {control["controlName"] for control in kept}
    snapshot["secureScore"]["controlScores"] = kept
    snapshot["maximum"] = {name: value for name, value in snapshot["maximum"].items() if name in names}
    snapshot["synced"] = {time: [name for name in ids if name in names] for time, ids in snapshot["synced"].items()}
    listed = json.loads(files[CATALOGUE_PATH])
    listed["profiles"] = [profile for profile in listed["profiles"] if profile["id"] in names]
    listed["descriptions"] = {name: text for name, text in listed["descriptions"].items() if name in names}
    values = {"snapshot": snapshot, "catalogue": listed}
    values["answer"] = [{"value": [snapshot["secureScore"]]}, {"value": listed["profiles"]}]
    return values[kind]


def dumped(value: Any) -> bytes:
    """The bytes of a value that was changed; numbers of too many digits become texts."""
    return json.dumps(value, default=str).encode()


def containers(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the data: the list or mapping, and the index or key in it."""
    keys: Iterable[Any] = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from containers(value[key])


class LoggedRepository(Repository):
    """A repository whose raw log is given; its commits cannot be read."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(Path("."))
        self.raw = raw

    def log(self, start: str = "HEAD") -> bytes:
        """The log."""
        return self.raw

    def objects(self, identifiers: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """No object."""
        return iter(())


def git_log(data: bytes) -> None:
    """The raw log of Git: read as history; and texts of commits that come back as they were."""
    try:
        history = read_history(LoggedRepository(data), "HEAD")
    except BacklogError as error:
        examine_error(error)
    else:
        for versions in history.versions.values():
            times = [version.at for version in versions]
            assert times == sorted(times), "versions of a file are not in order of time"
    fields = [*data.split(b"\0"), *[b""] * 5][:5]
    author, name, mail, subject, body = (field.decode("utf-8", "replace").replace("\n", " ") for field in fields)
    people = (author, name, mail, name, mail)
    raw = "\0".join(["c" * 40, "d" * 40, "1793700000", *people, subject, body, ""]).encode()
    raw += f"\n:100644 100644 {'a' * 40} {'b' * 40} M\0decisions/A.md\0".encode()
    (commit,) = parse_log(raw)
    assert commit.version.author == author, "the author of a commit is not read as it was written"
    assert commit.author == commit.committer == Identity(name, mail), "an identity is not read as it was written"
    assert commit.parents == ("d" * 40,), "a text of a commit passes for a parent"
    assert commit.changes == (("decisions/A.md", "b" * 40),), "a text of a commit passes for a change"
    assert len(LOG_FIELDS) == raw.split(b"\n:")[0].count(b"\0")


def packs(data: bytes) -> None:
    """The recorded packs: the bytes as they are, and a small record changed as the bytes say."""
    for content in (data, dumped(mutated(json.loads(encode_packs(PACKS)), data))):
        found, problems = parse_packs(content)
        examine(problems)
        assert parse_packs(encode_packs(found))[0] == found, "records change when they are written and read again"
        list(lost(PACKS, found))


def time_stamp(data: bytes) -> None:
    """The time stamp of a pack, with a certificate to verify it against."""
    trusted = certificates([("root.pem", known_signer().pem)])
    for found in (check([("x.tsr", data)], SUMS, DIGEST, each) for each in ((), trusted)):
        assert found.items or found.note, "nothing is said about a time stamp"
        assert all(each.message.isprintable() for each in found.items), "a message that no terminal should get"


SUMS = b"0" * 64 + b"  MANIFEST.json\n"
DIGEST = hashlib.sha256(SUMS).hexdigest()
FIRST = RecordedPack(
    "1" * 64, None, "insurer", date(2026, 1, 1), date(2026, 3, 31), "a" * 40, "b" * 40,
    datetime(2026, 4, 1, tzinfo=UTC), "1.0.0", b"stamp",
)  # fmt: skip
PACKS = (FIRST, replace(FIRST, digest="2" * 64, previous="1" * 64, stamp=b""))
"""A small record."""


def examine(problems: Iterable[Problem]) -> None:
    """Every problem has a registered code, a place, and something to do."""
    for found in problems:
        assert found.code in RULES, f"the code {found.code} is not registered"
        assert found.path, f"{found.code} has no path"
        assert found.hint.strip(), f"{found.code} has no hint"
        assert found.line is None or found.line >= 1, f"{found.code} is on line {found.line}"
        assert len(found.message) < LONGEST_MESSAGE, f"{found.code} has a message of {len(found.message)} characters"
        json.dumps(found.as_json()).encode()


def examine_error(error: BacklogError) -> None:
    """Every error says what to do, at bearable length."""
    assert error.hint, f"an error without a hint: {error.message[:200]}"
    assert len(error.message) < LONGEST_MESSAGE, f"a message of {len(error.message)} characters"


LONGEST_MESSAGE = 2_001

TARGETS: Mapping[str, Target] = {
    "front-matter": front_matter,
    "settings": settings,
    "packs": packs,
    "time-stamp": time_stamp,
    "snapshot": snapshot,
    "catalogue": catalogue,
    "answer": answer,
    "portal-csv": portal_csv,
    "signed-month": signed_month,
    "git-log": git_log,
}
"""Every target by its name."""
