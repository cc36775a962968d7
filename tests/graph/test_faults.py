# SPDX-License-Identifier: Apache-2.0
"""The table of faults: what goes wrong, and exactly how a collection ends then.

Each row is a run of `collect` against real servers. A row that ends with 3 leaves the repository as it
was, byte for byte, prints nothing on stdout, and says on stderr what happened, where, and what to do. A row that ends
with 0 has everything that Graph held. No row shows a token.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.graph_faults import (
    FOREVER,
    HEAD,
    Step,
    address,
    as_process,
    both,
    broken,
    broken_off_once,
    catalogue,
    clock,
    endless,
    flood,
    folder_in_the_way,
    limits,
    many_values,
    next_page,
    no_answer,
    no_tls,
    nothing_listens,
    once,
    option,
    other_spelling,
    packed,
    packed_flood,
    page,
    pages_of_one,
    raw,
    says,
    scores,
    second_page,
    status,
    tls,
    today,
    token,
)
from tests.support.graph_items import OTHER_TENANT, control, profile
from tests.support.graph_server import PROFILES
from tests.support.graph_stage import (
    APPLICATION_TOKEN,
    NAMES,
    TODAY,
    answers,
    collect_yesterday,
    day_score,
    profiles,
    set_up,
    tree,
    undated,
)
from tests.support.tokens import unsigned

SHORT = option("--deadline", "1")
ANSWER, CATALOGUE = "/v1.0/security/secureScores", "/v1.0/security/secureScoreControlProfiles"
HTML = b"<!DOCTYPE html><title>Sign in to the network</title>"
AHEAD = TODAY + timedelta(days=4000)


@dataclass(frozen=True)
class Fault:
    """One row: a fault, and the words in which the program reports it."""

    name: str
    happens: Step
    message: str
    where: str
    advice: str


REFUSED = [
    # --- Graph answers, but not with the data ---------------------------------------------------------------------
    Fault("429, come back much later", says(status(429, headers={"Retry-After": "3000"})),
          "Microsoft Graph is throttling requests and asks to wait 3000 seconds (429)", ANSWER, "Run it again later"),
    Fault("429 without Retry-After, lasting", both(says(status(429)), option("--deadline", "2")),
          "Microsoft Graph is throttling requests (429)", ANSWER, "Graph keeps 90 days"),
    Fault("503, lasting", says(status(503, headers=FOREVER)),
          "Microsoft Graph is not available and asks to wait 500 seconds (503)", ANSWER, "Run it again later"),
    Fault("500, lasting", says(status(500, headers=FOREVER)),
          "Microsoft Graph failed (500): Simulated, Not today, request id r-1.", ANSWER, "Microsoft's service health"),
    Fault("504, lasting", says(status(504, headers=FOREVER), path=PROFILES),
          "Microsoft Graph failed (504)", CATALOGUE, "Run it again later"),
    Fault("502 with HTML", says(page(502, b"<h1>Bad gateway</h1>", FOREVER)),
          "Microsoft Graph failed (502): the answer is text/html instead of JSON.", ANSWER, "Run it again later"),
    Fault("206 with Warning", says(status(206, {"value": []}, {"Warning": '199 - "M/SecureScore/504/1"', **FOREVER})),
          'gave only a part of its answer (206): 199 - "M/SecureScore/504/1", because', ANSWER,
          "nothing is lost: Graph keeps 90 days"),
    Fault("206 for the profiles", says(status(206, {"value": profiles()[:1]}, FOREVER), path=PROFILES),
          "gave only a part of its answer (206), because a service behind it failed.", CATALOGUE,
          "nothing is lost: Graph keeps 90 days"),
    Fault("401, token not accepted", says(status(401)),
          "does not accept the token (401): Simulated, Not today", ANSWER, "request a new one"),
    Fault("401, token for something else",
          both(says(status(401)), token(unsigned({"aud": "https://management.example"}))),
          "does not accept the token (401)", ANSWER, "meant for https://management.example, not for Microsoft Graph"),
    Fault("401 on the second page", second_page(status(401)),
          "does not accept the token (401)", ANSWER, "request a new one"),
    Fault("403, application without consent", both(says(status(403)), token(unsigned({"roles": []}))),
          "denies access (403)", ANSWER, "add it as application permission and grant admin consent"),
    Fault("403, person without consent", both(says(status(403)), token(unsigned({"scp": "User.Read"}))),
          "denies access (403)", ANSWER, "add it as delegated permission and grant admin consent"),
    Fault("403, person without role", both(says(status(403)), token(unsigned({"scp": "SecurityEvents.Read.All"}))),
          "denies access (403)", ANSWER, "give the person who signs in the role"),
    Fault("403, everything granted", says(status(403)),
          "denies access (403)", ANSWER, "If it was granted just now, wait a few minutes"),
    Fault("403, a token that cannot be read", both(says(status(403)), token("opaque")),
          "denies access (403)", ANSWER, "needs SecurityEvents.Read.All with admin consent"),
    Fault("403 from a firewall", says(page(403, HTML)),
          "refused on the way (403): the answer is text/html instead of JSON", ANSWER, "a proxy or firewall"),
    Fault("404, not licensed", says(status(404)),
          "has no Secure Score at this address (404)", ANSWER, "this tenant has no licence that includes it"),
    Fault("400", says(status(400)), "refused the request (400): Simulated", ANSWER, "Check --cloud and --graph-url"),
    Fault("302", says(page(302, b"", {"Location": "/elsewhere"})),
          "redirects (302) to http://127.0.0.1:", ANSWER, "The token is sent to no other address"),
    Fault("308 to another host", says(page(308, b"", {"Location": "http://127.0.0.1:9/"})),
          "redirects (308) to http://127.0.0.1:9, which is not followed.", ANSWER, "any proxy in between"),
    # --- the answer cannot be used ----------------------------------------------------------------------------------
    Fault("a sign-in page with 200", says(page(200, HTML)),
          "it is not JSON (line 1, column 1): the answer is text/html instead of JSON", ANSWER, "sign-in page"),
    Fault("truncated JSON", says(broken(b'{"value": [{"id": "x", "controlScores": [{"cont')),
          "it ends in the middle, at line 1: it was cut off", ANSWER, "Run it again later"),
    Fault("no bytes", says(broken(b"")), "cannot be used: it is empty", ANSWER, "Run it again later"),
    Fault("not UTF-8", says(broken(b'{"value": ["\xff\xfe"]}')), "it is not UTF-8", ANSWER, "Run it again later"),
    Fault("NaN", says(broken(b'{"value": [{"currentScore": NaN}]}')), "it holds NaN", ANSWER, "Run it again tomorrow"),
    Fault("one key twice", says(broken(b'{"value": [{"id": "a", "id": "b"}]}')),
          "it names 'id' twice in one object", ANSWER, "report it to Microsoft"),
    Fault("nested without end", says(broken(b"[" * 100_000)), "it is nested too deeply", ANSWER,
          "Run it again tomorrow"),
    Fault("no list", says(status(200, {"values": []})),
          "it holds no list named 'value'", ANSWER, "Run it again tomorrow"),
    Fault("a text for a list", says(status(200, {"value": "[]"}), path=PROFILES),
          "it holds no list named 'value'", CATALOGUE, "Run it again tomorrow"),
    Fault("an error with 200", says(status(200)),
          "it reports an error, though its status is 200: Simulated", ANSWER, "with the request id"),
    Fault("no score at all", scores([]), "holds no Secure Score for this tenant", "secureScores", "the Defender"),
    Fault("no score with a day", scores([{**day_score(TODAY), "id": "x", "createdDateTime": "soon"}]),
          "No score of the answer (1 in all) has a readable date", "createdDateTime", "Run it again tomorrow"),
    Fault("the far future only", scores([day_score(AHEAD)]),
          "No score of the answer can be used. 1 day is dated after today, which is ", "createdDateTime",
          "Check this machine's clock"),
    Fault("another tenant", both(scores([day_score(TODAY, tenant=OTHER_TENANT)]), catalogue([])),
          f"This is another tenant: the answer is about {OTHER_TENANT}", "azureTenantId", "Check AZURE_TENANT_ID"),
    Fault("another tenant, by the id alone",
          scores([{**day_score(TODAY, tenant=OTHER_TENANT), "azureTenantId": None}]),
          "The answer mixes 2 tenants", "azureTenantId", "report it to Microsoft"),
    # --- pages ----------------------------------------------------------------------------------------------------
    Fault("a nextLink to another host", next_page("https://graph.example/v1.0/security/secureScores?$skiptoken=1"),
          "names a next page at https://graph.example instead of http://127.0.0.1:", ANSWER,
          "The token is sent to no other address"),
    Fault("a nextLink to another port", next_page("http://127.0.0.1:9/v1.0/security/secureScores"),
          "names a next page at http://127.0.0.1:9 instead of http://127.0.0.1:", ANSWER, "Check --graph-url"),
    Fault("a nextLink with a name in it", next_page("{origin}@graph.example/"),
          "names a next page", ANSWER, "Check --graph-url"),
    Fault("a nextLink that is a number", next_page(5),
          "names a next page whose address cannot be read, which is not followed.", ANSWER, "--graph-url"),
    Fault("a nextLink that repeats", next_page("{origin}/v1.0/security/secureScores?$top=90"),
          "names a next page that it has given before", ANSWER, "a fault at Microsoft"),
    Fault("a nextLink without end", endless,
          "names next pages without end (200 so far)", ANSWER, "a fault at Microsoft"),
    Fault("503 on the second page", second_page(status(503, headers=FOREVER)), "not available", ANSWER, "again later"),
    Fault("half of the profiles", second_page(broken(b'{"value": [{'), PROFILES),
          "it ends in the middle", CATALOGUE, "Run it again later"),
    # --- the network ----------------------------------------------------------------------------------------------
    Fault("a slow drip of a body", both(raw([HEAD, *[b" "] * 900], 0.05), SHORT),
          "took longer than 1 second and was stopped", ANSWER, "check the connection"),
    Fault("a slow drip of a header", both(raw([b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90], 0.05), SHORT),
          "took longer than 1 second and was stopped", ANSWER, "check the connection"),
    Fault("silence", both(raw([b""] * 900, 0.05), SHORT), "127.0.0.1 did not answer in time", ANSWER, "connection"),
    Fault("a server that hangs", both(no_answer, SHORT),
          "127.0.0.1 did not answer in time", ANSWER, "check the connection"),
    Fault("half a body, always", both(raw([HEAD, b'{"value": [']), SHORT),
          "closed the connection before its answer was complete", ANSWER, "Run it again"),
    Fault("another protocol", both(raw([b"SSH-2.0-nothing for you\r\n"]), SHORT),
          "closed the connection before its answer was complete", ANSWER, "Run it again"),
    Fault("nothing listens", both(nothing_listens, SHORT),
          "127.0.0.1 refused the connection", ANSWER, "Nothing listens"),
    Fault("no such host", both(as_process, address("https://graph.invalid/v1.0"), option("--deadline", "5")),
          "graph.invalid was not found in DNS", ANSWER, "Check the connection, the name server"),
    Fault("no TLS", both(no_tls, SHORT), "offers no usable TLS, so it could not prove", ANSWER, "address and port"),
    Fault("TLS by an unknown issuer", both(tls(trusted=False), SHORT),
          "could not prove its identity (TLS failed: self", ANSWER, "REQUESTS_CA_BUNDLE"),
    Fault("TLS that has expired", both(tls(trusted=True, years=1), SHORT),
          "could not prove its identity (TLS failed: certificate has expired", ANSWER, "this machine's clock first"),
    Fault("TLS of another host", both(tls(trusted=True, host="graph.example", address="127.0.0.2"), SHORT),
          "could not prove its identity (TLS failed: IP address mismatch", ANSWER, "issued for other names"),
    # --- too much -------------------------------------------------------------------------------------------------
    Fault("a huge body", both(flood, limits("ulimit -v 1000000")),
          "127.0.0.1 sent more than 64 MB, which no Secure Score needs", ANSWER, "Check --graph-url and --authority"),
    Fault("a packed bomb", both(packed_flood, limits("ulimit -v 1000000")),
          "127.0.0.1 sent more than 64 MB", ANSWER, "Check --graph-url and --authority"),
    Fault("millions of values", both(many_values, limits("ulimit -v 1000000")),
          "answers with more than 1.5 million values", ANSWER, "run it again later"),
    # --- the disk -------------------------------------------------------------------------------------------------
    Fault("a full disk", both(catalogue([profile("a", remediation="long " * 9000)]), limits("ulimit -f 8")),
          "A file could not be written: File too large", "catalogue.json.partial", "Check permissions and free space"),
]  # fmt: skip
"""Exit 3 and an untouched tree."""


@dataclass(frozen=True)
class Passing:
    """One row: something odd that a collection survives, and how it is reported, if at all."""

    name: str
    happens: Step
    reported: str = ""


SURVIVED = [
    Passing("nothing wrong", lambda _: None),
    Passing("429 with Retry-After", once(status(429, headers={"Retry-After": "1"}))),
    Passing("429 without Retry-After", once(status(429))),
    Passing("503 twice", once(status(503, headers={"Retry-After": "0"}), status(503, headers={"Retry-After": "0"}))),
    Passing("502 with HTML once", once(page(502, HTML, {"Retry-After": "0"}))),
    Passing("206 once", once(status(206, {"value": []}, {"Retry-After": "0"}))),
    Passing("a connection that breaks off once", broken_off_once),
    Passing("a packed answer", packed),
    Passing("pages of one item", pages_of_one),
    Passing("over TLS that is trusted", tls(trusted=True)),
    Passing("a profile twice, word for word", catalogue([*profiles(), profiles()[0]])),
    Passing("a day twice, word for word", scores([answers()[0], *answers()])),
    Passing("the server's clock is ahead", clock(days=3, minutes=1), "is 3 days behind the server's."),
    Passing("the server's clock is behind", clock(hours=-4, minutes=-1), "is 4 hours ahead of the server's."),
    Passing("a day in the far future", scores([day_score(AHEAD), *answers()]), f"left out: {AHEAD}."),
    Passing("a score without a day", scores([*answers(), {"id": "x"}, None]), "2 of 5 days came without a date"),
]
"""Exit 0, and the same files as after a run without the fault, but for the time of collecting."""

NOTED = [
    Passing("a day twice, differing", scores([today(currentScore=99)[0], *answers()]), "came 2 times, each time"),
    Passing("a profile twice, differing", catalogue([*profiles(), profile(NAMES[0], title="Another")]),
            "The catalogue lists 1 recommendation more than once: AdminMFAV2."),
    Passing("a recommendation scored twice", scores(today(controlScores=[control(NAMES[0]), control(NAMES[0], 3)])),
            "1 recommendation has more than one score, so sums may differ from the totals: AdminMFAV2."),
    Passing("a total that is no number", scores(today(currentScore="NaN")), "no total that can be read (currentScore)"),
    Passing("points that are no number", scores(today(controlScores=[control(NAMES[0], "many")])),
            "On 2026-11-20, 1 recommendation has no points that can be read: AdminMFAV2."),
    Passing("missing keys", scores([{"createdDateTime": "2026-11-20T00:00:00Z"}, *answers()[1:]]),
            "The newest day, 2026-11-20, came without texts or counts"),
    Passing("a sum that does not add up", scores(today(currentScore=99)), "but Microsoft's total is 99"),
    Passing("no profile at all", catalogue([]), "The catalogue came empty; 3 recommendations that are stored stay."),
    Passing("a score without a profile", catalogue(profiles()[1:]), "and the catalogue lacks it, so its title"),
    Passing("the newest day without details", scores(answers()[1:]), ""),
    Passing("an old day that differs", scores([answers()[0], {**answers()[1], "currentScore": 1}]),
            "says something else about 2026-11-19 than the stored snapshot"),
]  # fmt: skip
"""Exit 0; what Graph said is stored as it was said, and the oddity is reported."""


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository as a healthy run left it yesterday."""
    return collect_yesterday(tmp_path_factory.mktemp("yesterday") / "root")


@pytest.fixture(scope="module")
def whole(yesterday: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a healthy run leaves today."""
    with set_up(tmp_path_factory.mktemp("whole") / "root", yesterday) as stage:
        done = stage.run()
    assert done.returncode == 0, done.stderr
    assert f"{TODAY}: " in done.stdout
    return undated(tree(stage.root))


def named(rows: Sequence[Fault] | Sequence[Passing]) -> pytest.MarkDecorator:
    """Parameters with the names of their rows."""
    assert len({row.name for row in rows}) == len(rows)
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


@named(REFUSED)
def test_a_fault_that_ends_the_collection(row: Fault, yesterday: Path, tmp_path: Path) -> None:
    """Exit 3, not a byte changed, nothing on stdout, and on stderr what happened, where, and what to do."""
    with set_up(tmp_path / "root", yesterday) as stage:
        row.happens(stage)
        before = tree(stage.root)
        done = stage.run()
        lines = done.stderr.splitlines()
    assert done.returncode == 3, done.stderr
    assert tree(stage.root) == before == tree(yesterday)
    assert done.stdout == ""
    assert lines[0].startswith("backlog: "), done.stderr
    assert row.message in lines[0], done.stderr
    assert lines[1].startswith("  where: "), done.stderr
    assert row.where in lines[1], done.stderr
    assert lines[-1].startswith("  what to do: "), done.stderr
    assert row.advice in lines[-1], done.stderr
    assert len(lines) == 3, done.stderr
    assert stage.environment["GRAPH_TOKEN"] not in done.stderr


@named(SURVIVED)
def test_a_fault_that_the_collection_survives(
    row: Passing, yesterday: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """Exit 0 and nothing missing: the files are those of a run without the fault."""
    with set_up(tmp_path / "root", yesterday) as stage:
        row.happens(stage)
        done = stage.run()
    assert done.returncode == 0, done.stderr
    assert undated(tree(stage.root)) == whole
    assert row.reported in done.stderr
    assert APPLICATION_TOKEN not in done.stderr + done.stdout


@named(NOTED)
def test_an_oddity_is_reported_and_nothing_dropped(row: Passing, yesterday: Path, tmp_path: Path) -> None:
    """Exit 0, a warning, every day stored; a second run changes nothing."""
    with set_up(tmp_path / "root", yesterday) as stage:
        row.happens(stage)
        done = stage.run()
        after = tree(stage.root)
        again = stage.run()
    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    assert row.reported in done.stderr
    assert "what to do" not in done.stderr
    assert {path: after[path] for path in tree(yesterday) if "2026-11" in path}.items() <= tree(yesterday).items()
    assert tree(stage.root) == after


@pytest.mark.skipif(os.name == "nt", reason="a folder cannot be replaced by a file there in the same way")
def test_a_folder_in_the_way(yesterday: Path, tmp_path: Path) -> None:
    """It is reported as an error and left alone; the other days are stored."""
    with set_up(tmp_path / "root", yesterday) as stage:
        folder_in_the_way(stage)
        done = stage.run()
    assert done.returncode == 0
    assert "2026-11-20.json: This file cannot be read: it is a folder, a pipe or a device" in done.stderr
    assert set(tree(stage.root)) == {*tree(yesterday), "snapshots/2026/2026-11-18.json"}


def test_an_id_in_another_case(yesterday: Path, tmp_path: Path) -> None:
    """It is reported as such, neither as new nor as retired, and stored letter for letter."""
    spelled, listed = other_spelling()
    with set_up(tmp_path / "root", yesterday) as stage:
        stage.graph.scores, stage.graph.profiles = spelled, listed
        done = stage.run()
    assert done.returncode == 0
    assert "Spelled in another case (1): AdminMFAV2 → adminMfaV2." in done.stdout
    assert "recommendations" not in done.stdout
    assert b'"controlName":"adminMfaV2"' in tree(stage.root)["snapshots/2026/2026-11-20.json"]


def test_a_category_that_changes(yesterday: Path, tmp_path: Path) -> None:
    """It is reported, and each day keeps its own."""
    first, *rest = answers()
    moved = {**first, "controlScores": [{**item, "controlCategory": "Apps"} for item in first["controlScores"]]}
    with set_up(tmp_path / "root", yesterday) as stage:
        stage.graph.scores = [moved, *rest]
        done = stage.run()
    assert "Category changed (3): AdminMFAV2 Identity → Apps, " in done.stdout
    files = tree(stage.root)
    assert b'"Apps"' in files["snapshots/2026/2026-11-20.json"]
    assert b'"Identity"' in files["snapshots/2026/2026-11-19.json"]
