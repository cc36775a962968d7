# SPDX-License-Identifier: Apache-2.0
"""`backlog collect` from end to end, against servers that speak Graph."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from secure_score_backlog.sample.tenant import Tenant
from secure_score_backlog.snapshots.exact_json import parse
from secure_score_backlog.snapshots.snapshot_files import decode, decode_catalogue, without_names
from tests.support.folders import contents
from tests.support.graph_items import DAY, OTHER_TENANT, TENANT, control, profile, score
from tests.support.graph_server import PROFILES, SCORES, TOKEN, GraphAnswers
from tests.support.loopback import Response
from tests.support.rebuilt import rebuilt
from tests.support.running import RunBacklog, run_here
from tests.support.simulated_graph import SimulatedGraph, to_json
from tests.support.simulated_identity import Registration, SimulatedIdentity

TODAY = date(2026, 11, 10)
SNAPSHOT = "snapshots/2026/2026-11-20.json"
CATALOGUE = "snapshots/catalogue.json"


def collect(root: Path, graph: GraphAnswers | SimulatedGraph, *more: str, expect: int = 0) -> CompletedProcess[str]:
    """`backlog collect` with a token from the environment."""
    token = {"GRAPH_TOKEN": TOKEN}
    return run_here("collect", "--root", root, "--graph-url", graph.url, *more, environment=token, expect=expect)


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    """The sample tenant."""
    return Tenant.load()


def test_a_second_run_changes_no_byte(tmp_path: Path, tenant: Tenant) -> None:
    """90 days and the catalogue arrive whole; a second run changes not one byte and says so."""
    with SimulatedGraph(tenant, TODAY, profile_page=40) as graph:
        first = collect(tmp_path, graph)
        before = contents(tmp_path)
        second = collect(tmp_path, graph)
        held = graph.days()
    assert "2026-11-10: 315.89 of 583 points." in first.stdout
    assert f"Days: {len(held)} added ({held[-1]} to 2026-11-10)." in first.stdout
    assert second.stdout == "Nothing new; the newest snapshot is of 2026-11-10.\n"
    assert second.stderr.startswith("warning: snapshots: Microsoft's newest day is 2026-11-10, ")
    assert second.stderr.count("\n") == 2
    assert contents(tmp_path) == before
    assert len(before) == len(held) + 1
    catalogue = decode_catalogue(before[CATALOGUE], CATALOGUE)
    for day in held[:3]:
        path = f"snapshots/{day.year}/{day}.json"
        said = parse(to_json(tenant.secure_score(day, complete=day == TODAY)))
        kept = rebuilt(decode(before[path], path), catalogue["descriptions"])
        assert by_name(kept) == by_name(said)
    profiles = [without_names(item)[0] for item in parse(to_json(tenant.profiles(TODAY)))]
    assert catalogue["profiles"] == sorted(profiles, key=lambda item: str(item["id"]))


def by_name(content: Any) -> Any:
    """A score with its controls by name, as their order is not kept."""
    return {**content, "controlScores": sorted(content["controlScores"], key=lambda item: str(item["controlName"]))}


class ShortMemory(SimulatedGraph):
    """A Graph that holds 15 days instead of 90, to be quick."""

    def days(self) -> list[date]:
        """The newest days."""
        return super().days()[:15]


def test_late_collection_fills_the_days_between(tmp_path: Path, tenant: Tenant) -> None:
    """Run daily, each day is complete; run late, the days are backfilled: the complete ones are the same bytes."""
    daily, late = tmp_path / "daily", tmp_path / "late"
    daily.mkdir()
    with ShortMemory(tenant, TODAY) as graph:
        for ago in range(14, -1, -1):
            graph.today = TODAY - timedelta(days=ago)
            if ago in {3, 9}:
                continue
            collect(daily, graph)
            if ago == 8:
                shutil.copytree(daily, late)
        collect(late, graph)
        collect(late, graph)
    assert set(contents(daily)) == set(contents(late))
    kinds = {"both": 0, "daily": 0, "neither": 0}
    for path, content in contents(daily).items():
        if path == CATALOGUE:
            continue
        one, other = decode(content, path), decode(contents(late)[path], path)
        complete = (one["collected"]["complete"], other["collected"]["complete"])
        kinds[{(True, True): "both", (True, False): "daily", (False, False): "neither"}[complete]] += 1
        assert points(one) == points(other)
        if complete == (True, True):
            assert without_time(content) == without_time(contents(late)[path])
    assert (kinds["both"], kinds["daily"]) == (7, 6)


def points(snapshot: Any) -> Any:
    """What every copy of a day agrees on."""
    return [(line["controlName"], line["score"]) for line in snapshot["secureScore"]["controlScores"]]


def without_time(content: bytes) -> bytes:
    """A snapshot without the line that says when it was collected."""
    return b"\n".join(line for line in content.split(b"\n") if b'"collected"' not in line)


def test_json_summary_says_what_changed(tmp_path: Path) -> None:
    """What changed, for a program: days, recommendations, points, files, problems; nothing else on stdout."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph)
        tomorrow = DAY + timedelta(days=1)
        graph.scores.insert(0, score(tomorrow, [control("a", "5.5"), control("c")], currentScore=99))
        graph.profiles[1:] = [profile("c")]
        done = collect(tmp_path, graph, "--json")
    summary = json.loads(done.stdout)
    assert summary["days"] == {"added": ["2026-11-21"], "completed": [], "unchanged": ["2026-11-20"]}
    assert summary["newest"] == {"before": "2026-11-20", "now": "2026-11-21"}
    assert summary["recommendations"] == {"new": ["c"], "back": [], "retired": ["b"], "renamed": []}
    assert summary["points"] == {"up": [{"recommendation": "a", "before": 5, "after": 5.5}], "down": []}
    assert summary["written"] == ["snapshots/2026/2026-11-21.json", CATALOGUE]
    codes = {problem["code"] for problem in summary["problems"]}
    assert codes - {"graph-grown-old"} == {"snapshot-sum-differs"}  # the answer grows old by the clock
    assert "warning: snapshots/2026/2026-11-21.json: " in done.stderr


def test_a_returning_recommendation_is_not_new(tmp_path: Path) -> None:
    """An id that older snapshots know is back, not new."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph)
        answer_with(graph, DAY + timedelta(days=1), "a")
        collect(tmp_path, graph)
        answer_with(graph, DAY + timedelta(days=2), "a", "b", "c")
        printed = collect(tmp_path, graph).stdout
    assert "New recommendations (1): c." in printed
    assert "Back recommendations (1): b." in printed


def answer_with(graph: GraphAnswers, day: date, *names: str) -> None:
    """Let Graph know of one day and some recommendations, and of no others."""
    graph.scores = [score(day, [control(name) for name in names])]
    graph.profiles = [profile(name) for name in names]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Response.of_json(401, {"error": {"code": "InvalidAuthenticationToken"}}), "does not accept the token (401)"),
        (Response.of_json(403, {}), "denies access (403)"),
        (Response.of_json(404, {}), "no Secure Score at this address (404)"),
        (Response.of_json(206, {"value": []}, {"Retry-After": "500"}), "a part of its answer (206)"),
        (Response.of_json(200, b'{"value": [{"id": '), "ends in the middle"),
        (Response(302, {"Location": "/v1.0/elsewhere"}), "redirects (302)"),
        (
            Response.of_json(200, {"value": [], "@odata.nextLink": "https://graph.example/"}),
            "at https://graph.example instead",
        ),
        (Response.of_json(200, {"value": [], "@odata.nextLink": SCORES + "?$top=90"}), "that it has given before"),
        (Response(502, {"Content-Type": "text/html", "Retry-After": "500"}, b"<html>"), "text/html instead of JSON"),
        (Response.of_json(500, {}, {"Retry-After": "500"}), "failed (500)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("path", [SCORES, PROFILES])
def test_a_fault_leaves_the_tree_as_it_was(tmp_path: Path, answer: Response, words: str, path: str) -> None:
    """Whichever collection fails, exit 3, clear words, no byte changed and no token shown."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph)
        before = contents(tmp_path)
        graph.scores = [score(DAY + timedelta(days=1), [control("a")])]
        if path == PROFILES and b"nextLink" in answer.body:
            answer = Response(answer.status, answer.headers, answer.body.replace(SCORES.encode(), PROFILES.encode()))
        graph.break_with(answer, path=path)
        failed = collect(tmp_path, graph, expect=3)
        asked = [request for request in graph.requests if request.path not in {SCORES, PROFILES}]
    assert words in failed.stderr
    assert "what to do: Nothing was written" in failed.stderr
    assert failed.stdout == ""
    assert TOKEN not in failed.stderr
    assert contents(tmp_path) == before
    assert not asked


def test_another_tenant_changes_nothing(tmp_path: Path) -> None:
    """A token for the wrong tenant ends with both ids and an untouched tree."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph)
        before = contents(tmp_path)
        graph.scores = [score(DAY + timedelta(days=1), [control("a")], tenant=OTHER_TENANT)]
        graph.profiles = []
        failed = collect(tmp_path, graph, expect=3)
    assert f"the answer is about {OTHER_TENANT}, this repository about {TENANT}" in failed.stderr
    assert contents(tmp_path) == before


def test_peoples_names_are_kept_only_if_the_settings_say_so(tmp_path: Path) -> None:
    """People's names enter Git only where the settings ask for it."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph)
        files = contents(tmp_path)
        assert b"a person" not in b"".join(files.values())
        dropped = ",".join(f'"controlStateUpdates.{name}"' for name in ("assignedTo", "comment", "updatedBy"))
        assert f'"dropped":[{dropped}]'.encode() in files[CATALOGUE]
        (tmp_path / "backlog.yml").write_text("snapshots:\n  keep_names: true\n", encoding="utf-8")
        collect(tmp_path, graph)
        assert b"a person" in contents(tmp_path)[CATALOGUE]


def test_an_unreadable_day_does_not_stop_the_collection(tmp_path: Path) -> None:
    """A snapshot that cannot be read is named and left alone; today's is written all the same."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph)
        (tmp_path / SNAPSHOT).write_bytes(b"<<<<<<< HEAD\n")
        graph.scores.insert(0, score(DAY + timedelta(days=1), [control("a")]))
        done = collect(tmp_path, graph)
    assert f"error: {SNAPSHOT}: This snapshot cannot be read" in done.stderr
    assert (tmp_path / SNAPSHOT).read_bytes() == b"<<<<<<< HEAD\n"
    assert (tmp_path / "snapshots/2026/2026-11-21.json").is_file()


def test_nothing_is_written_where_no_stored_day_can_be_read(tmp_path: Path) -> None:
    """Without any readable file the tenant of the repository is unknown."""
    (tmp_path / "snapshots/2026").mkdir(parents=True)
    (tmp_path / SNAPSHOT).write_bytes(b"{")
    with GraphAnswers() as graph:
        collect(tmp_path, graph, expect=3)
    assert contents(tmp_path) == {SNAPSHOT: b"{"}


def test_an_answer_with_types_text_numbers_and_nulls_is_collected(tmp_path: Path) -> None:
    """Types everywhere, numbers as text, NaN, nulls: collected without a crash, twice the same."""
    odd = {
        "@odata.type": "#microsoft.graph.secureScore",
        "id": f"{TENANT}_2026-11-20",
        "createdDateTime": None,
        "currentScore": "5.5",
        "maxScore": "NaN",
        "averageComparativeScores": None,
        "controlScores": [
            {"@odata.type": "#microsoft.graph.controlScore", "controlName": "a", "score": "5.5", "description": None},
            {"@odata.type": "#microsoft.graph.controlScore", "controlName": None, "score": "-INF"},
        ],
        "vendorInformation": None,
    }
    bare = {"@odata.type": "#microsoft.graph.secureScoreControlProfile", "id": "a", "maxScore": "10", "threats": [None]}
    with GraphAnswers([odd], [bare]) as graph:
        collect(tmp_path, graph)
        before = contents(tmp_path)
        collect(tmp_path, graph)
    assert contents(tmp_path) == before
    assert decode(before[SNAPSHOT], SNAPSHOT)["maximum"] == {"a": [10, None]}


def identity_environment(identity: SimulatedIdentity) -> dict[str, str]:
    """The ids of the simulated app registration."""
    return {"AZURE_TENANT_ID": identity.registration.tenant, "AZURE_CLIENT_ID": identity.registration.client}


@pytest.mark.parametrize("way", ["secret", "github"])
def test_each_credential_signs_in_without_showing_a_secret(backlog: RunBacklog, tenant: Tenant, way: str) -> None:
    """From a credential to the files through msal, over TLS; no secret on stdout or stderr."""
    registration = Registration(TENANT)
    with SimulatedIdentity(registration, tls=True) as identity, SimulatedGraph(tenant, TODAY) as graph:
        secrets = {
            "secret": {"AZURE_CLIENT_SECRET": registration.secret},
            "github": {
                "ACTIONS_ID_TOKEN_REQUEST_URL": identity.oidc_request_url,
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": registration.request_token,
            },
        }[way]
        environment = {**identity_environment(identity), **secrets, "REQUESTS_CA_BUNDLE": str(identity.certificate)}
        addresses = ("--graph-url", graph.url, "--authority", identity.origin)
        done = backlog("collect", *addresses, environment=environment, expect=0)
        assert "2026-11-10: 315.89 of 583 points." in done.stdout
        bearer = graph.requests[0].bearer
    assert not [secret for secret in (bearer, registration.secret, registration.request_token) if secret in str(done)]


def test_the_ids_can_be_named_by_options(backlog: RunBacklog, tenant: Tenant) -> None:
    """One line that every shell takes; an option goes before its variable, and `doctor` takes the same."""
    registration = Registration(TENANT)
    ids = ("--tenant", TENANT, "--client", registration.client)
    environment = {"AZURE_CLIENT_SECRET": registration.secret, "AZURE_CLIENT_ID": "another"}
    with SimulatedIdentity(registration) as identity, SimulatedGraph(tenant, TODAY) as graph:
        addresses = ("--graph-url", graph.url, "--authority", identity.origin)
        assert "AZURE_TENANT_ID is not set" in backlog("collect", *addresses, environment=environment, expect=3).stderr
        backlog("collect", *addresses, *ids, environment=environment, expect=0)
        found = json.loads(backlog("doctor", "--json", *addresses, *ids, environment=environment).stdout)["checks"]
    assert {each["code"]: each["state"] for each in found}["permission"] == "ok"


def test_missing_consent_is_explained(backlog: RunBacklog, tmp_path: Path, tenant: Tenant) -> None:
    """A token without the role gets 403 from Graph, and the reader the place where to grant it."""
    registration = Registration(TENANT, roles=())
    with SimulatedIdentity(registration) as identity, SimulatedGraph(tenant, TODAY) as graph:
        environment = {**identity_environment(identity), "AZURE_CLIENT_SECRET": registration.secret}
        addresses = ("--graph-url", graph.url, "--authority", identity.origin)
        refused = backlog("collect", *addresses, environment=environment, expect=3)
    assert "grant admin consent" in refused.stderr
    assert contents(tmp_path) == {}


def test_missing_credential_folder_or_https_ends_without_a_request(backlog: RunBacklog, tmp_path: Path) -> None:
    """No credential, no folder, no https: three errors, no network."""
    refused = backlog("collect", expect=3)
    assert "no credential for Microsoft Graph" in refused.stderr
    assert "GRAPH_TOKEN" in refused.stderr
    nowhere = backlog("collect", "--root", "nowhere", environment={"GRAPH_TOKEN": "x"}, expect=2)
    assert "nowhere is not a folder" in nowhere.stderr
    clear = backlog("collect", "--graph-url", "http://graph.example", environment={"GRAPH_TOKEN": "x"}, expect=2)
    assert "unencrypted" in clear.stderr
    assert backlog("collect", "--cloud", "china", expect=2).stderr
    assert contents(tmp_path) == {}
