# SPDX-License-Identifier: Apache-2.0
"""`backlog collect` from end to end, against servers that speak Graph."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.cli.main import main
from secure_score_backlog.sample.tenant import Tenant, to_json
from secure_score_backlog.snapshots.exact_json import parse
from secure_score_backlog.snapshots.graph_json import decode, decode_catalogue, unfold, without_names
from tests.support.graph_items import DAY, OTHER_TENANT, TENANT, control, profile, score
from tests.support.graph_server import PROFILES, SCORES, TOKEN, GraphAnswers
from tests.support.loopback import Response
from tests.support.running import RunBacklog
from tests.support.simulated_graph import SimulatedGraph
from tests.support.simulated_identity import Registration, SimulatedIdentity

TODAY = date(2026, 11, 10)
SNAPSHOT = "snapshots/2026/2026-11-20.json"
CATALOGUE = "snapshots/catalogue.json"


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a repository, by path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def collect(root: Path, url: str, *more: str) -> int:
    """Run the command in this process; its exit code."""
    with pytest.raises(SystemExit) as ending:
        main(["collect", "--root", str(root), "--graph-url", url, *more])
    assert isinstance(ending.value.code, int)
    return ending.value.code


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    """A token in the environment."""
    monkeypatch.setenv("GRAPH_TOKEN", TOKEN)
    return TOKEN


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    """The sample tenant."""
    return Tenant.load()


def test_a_first_run_and_a_second(run_backlog: RunBacklog, tmp_path: Path, tenant: Tenant) -> None:
    """90 days and the catalogue arrive whole; a second run changes not one byte and says so."""
    environment = {"GRAPH_TOKEN": TOKEN}
    with SimulatedGraph(tenant, TODAY, profile_page=40) as graph:
        first = run_backlog("collect", "--graph-url", graph.url, environment=environment, expect=0)
        before = tree(tmp_path)
        second = run_backlog("collect", "--graph-url", graph.url, environment=environment, expect=0)
        held = graph.days()
    assert "2026-11-10: 315.89 of 583 points." in first.stdout
    assert f"Days: {len(held)} added ({held[-1]} to 2026-11-10)." in first.stdout
    assert second.stdout == "Nothing new; the newest snapshot is of 2026-11-10.\n"
    assert second.stderr.startswith("warning: snapshots: Graph's newest day is 2026-11-10, ")
    assert second.stderr.count("\n") == 2
    assert tree(tmp_path) == before
    assert len(before) == len(held) + 1
    catalogue = decode_catalogue(before[CATALOGUE], CATALOGUE)
    for day in held[:3]:
        path = f"snapshots/{day.year}/{day}.json"
        said = parse(to_json(tenant.secure_score(day, complete=day == TODAY)))
        kept = unfold(decode(before[path], path), catalogue["descriptions"])
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


def test_fifteen_days(tmp_path: Path, tenant: Tenant, token: str) -> None:
    """Run daily, each day is complete; run late, the days are backfilled: the complete ones are the same bytes."""
    daily, late = tmp_path / "daily", tmp_path / "late"
    daily.mkdir()
    with ShortMemory(tenant, TODAY) as graph:
        for ago in range(14, -1, -1):
            graph.today = TODAY - timedelta(days=ago)
            if ago in {3, 9}:
                continue
            assert collect(daily, graph.url) == 0
            if ago == 8:
                shutil.copytree(daily, late)
        assert collect(late, graph.url) == 0
        assert collect(late, graph.url) == 0
    assert set(tree(daily)) == set(tree(late))
    kinds = {"both": 0, "daily": 0, "neither": 0}
    for path, content in tree(daily).items():
        if path == CATALOGUE:
            continue
        one, other = decode(content, path), decode(tree(late)[path], path)
        complete = (one["collected"]["complete"], other["collected"]["complete"])
        kinds[{(True, True): "both", (True, False): "daily", (False, False): "neither"}[complete]] += 1
        assert points(one) == points(other)
        if complete == (True, True):
            assert without_time(content) == without_time(tree(late)[path])
    assert (kinds["both"], kinds["daily"]) == (7, 6)


def points(snapshot: Any) -> Any:
    """What every copy of a day agrees on."""
    return [(line["controlName"], line["score"]) for line in snapshot["secureScore"]["controlScores"]]


def without_time(content: bytes) -> bytes:
    """A snapshot without the line that says when it was collected."""
    return b"\n".join(line for line in content.split(b"\n") if b'"collected"' not in line)


def test_summary_as_json(run_backlog: RunBacklog, tmp_path: Path) -> None:
    """What changed, for a program: days, recommendations, points, files, problems; nothing else on stdout."""
    environment = {"GRAPH_TOKEN": TOKEN}
    with GraphAnswers() as graph:
        run_backlog("collect", "--graph-url", graph.url, environment=environment, expect=0)
        tomorrow = DAY + timedelta(days=1)
        graph.scores.insert(0, score(tomorrow, [control("a", "5.5"), control("c")], currentScore=99))
        graph.profiles[1:] = [profile("c")]
        told = run_backlog("collect", "--graph-url", graph.url, "--json", environment=environment, expect=0)
    summary = json.loads(told.stdout)
    assert summary["days"] == {"added": ["2026-11-21"], "completed": [], "unchanged": ["2026-11-20"]}
    assert summary["newest"] == {"before": "2026-11-20", "now": "2026-11-21"}
    assert summary["recommendations"] == {"new": ["c"], "back": [], "retired": ["b"], "renamed": []}
    assert summary["points"] == {"up": [{"recommendation": "a", "before": 5, "after": 5.5}], "down": []}
    assert summary["written"] == ["snapshots/2026/2026-11-21.json", CATALOGUE]
    codes = {problem["code"] for problem in summary["problems"]}
    assert codes - {"graph-grown-old"} == {"snapshot-sum-differs"}  # the answer grows old by the clock
    assert "warning: snapshots/2026/2026-11-21.json: " in told.stderr


def test_a_recommendation_that_comes_back(tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An id that older snapshots know is back, not new."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph.url)
        for ahead, names in ((1, ["a"]), (2, ["a", "b", "c"])):
            graph.scores = [score(DAY + timedelta(days=ahead), [control(name) for name in names])]
            graph.profiles = [profile(name) for name in names]
            capsys.readouterr()
            collect(tmp_path, graph.url)
    told = capsys.readouterr().out
    assert "New recommendations (1): c." in told
    assert "Back recommendations (1): b." in told


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Response.of_json(401, {"error": {"code": "InvalidAuthenticationToken"}}), "does not accept the token (401)"),
        (Response.of_json(403, {}), "denies access (403)"),
        (Response.of_json(404, {}), "no Secure Score here (404)"),
        (Response.of_json(206, {"value": []}, {"Retry-After": "500"}), "a part of its answer (206)"),
        (Response.of_json(200, b'{"value": [{"id": '), "ends in the middle"),
        (Response(302, {"Location": "/v1.0/elsewhere"}), "sends us elsewhere (302)"),
        (
            Response.of_json(200, {"value": [], "@odata.nextLink": "https://graph.example/"}),
            "at https://graph.example instead",
        ),
        (Response.of_json(200, {"value": [], "@odata.nextLink": SCORES + "?$top=90"}), "that it gave already"),
        (Response(502, {"Content-Type": "text/html", "Retry-After": "500"}, b"<html>"), "text/html instead of JSON"),
        (Response.of_json(500, {}, {"Retry-After": "500"}), "failed (500)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("path", [SCORES, PROFILES])
def test_a_fault_leaves_the_tree_as_it_was(
    tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str], answer: Response, words: str, path: str
) -> None:
    """Whichever collection fails, exit 3, clear words, no byte changed and no token shown."""
    with GraphAnswers() as graph:
        assert collect(tmp_path, graph.url) == 0
        before = tree(tmp_path)
        graph.scores = [score(DAY + timedelta(days=1), [control("a")])]
        if path == PROFILES and b"nextLink" in answer.body:
            answer = Response(answer.status, answer.headers, answer.body.replace(SCORES.encode(), PROFILES.encode()))
        graph.break_with(answer, path=path)
        capsys.readouterr()
        assert collect(tmp_path, graph.url) == 3
        asked = [request for request in graph.requests if request.path not in {SCORES, PROFILES}]
    told = capsys.readouterr()
    assert words in told.err
    assert "what to do: Nothing was written" in told.err
    assert told.out == ""
    assert token not in told.err
    assert tree(tmp_path) == before
    assert not asked


def test_another_tenant_changes_nothing(tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A token for the wrong tenant ends with both ids and an untouched tree."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph.url)
        before = tree(tmp_path)
        graph.scores = [score(DAY + timedelta(days=1), [control("a")], tenant=OTHER_TENANT)]
        graph.profiles = []
        assert collect(tmp_path, graph.url) == 3
    assert f"the answer is about {OTHER_TENANT}, this repository about {TENANT}" in capsys.readouterr().err
    assert tree(tmp_path) == before


def test_names_are_kept_only_if_the_settings_say_so(tmp_path: Path, token: str) -> None:
    """People's names enter Git only where somebody asked for it."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph.url)
        assert b"a person" not in b"".join(tree(tmp_path).values())
        assert (
            b'"dropped":["controlStateUpdates.assignedTo","controlStateUpdates.updatedBy"]' in tree(tmp_path)[CATALOGUE]
        )
        (tmp_path / "backlog.yml").write_text("snapshots:\n  keep_names: true\n", encoding="utf-8")
        collect(tmp_path, graph.url)
        assert b"a person" in tree(tmp_path)[CATALOGUE]


def test_a_broken_day_does_not_end_the_collecting(
    tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A snapshot that cannot be read is told and left alone; today's is written all the same."""
    with GraphAnswers() as graph:
        collect(tmp_path, graph.url)
        (tmp_path / SNAPSHOT).write_bytes(b"<<<<<<< HEAD\n")
        graph.scores.insert(0, score(DAY + timedelta(days=1), [control("a")]))
        capsys.readouterr()
        assert collect(tmp_path, graph.url) == 0
    assert f"error: {SNAPSHOT}: This snapshot cannot be read" in capsys.readouterr().err
    assert (tmp_path / SNAPSHOT).read_bytes() == b"<<<<<<< HEAD\n"
    assert (tmp_path / "snapshots/2026/2026-11-21.json").is_file()


def test_where_nothing_can_be_read_nothing_is_written(tmp_path: Path, token: str) -> None:
    """Without any readable file nobody knows whose repository it is."""
    (tmp_path / "snapshots/2026").mkdir(parents=True)
    (tmp_path / SNAPSHOT).write_bytes(b"{")
    with GraphAnswers() as graph:
        assert collect(tmp_path, graph.url) == 3
    assert tree(tmp_path) == {SNAPSHOT: b"{"}


def test_an_answer_word_for_word(tmp_path: Path, token: str) -> None:
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
        assert collect(tmp_path, graph.url) == 0
        before = tree(tmp_path)
        assert collect(tmp_path, graph.url) == 0
    assert tree(tmp_path) == before
    assert decode(before[SNAPSHOT], SNAPSHOT)["maximum"] == {"a": [10, None]}


def identity_environment(identity: SimulatedIdentity) -> dict[str, str]:
    """The ids of the simulated app registration."""
    return {"AZURE_TENANT_ID": identity.registration.tenant, "AZURE_CLIENT_ID": identity.registration.client}


@pytest.mark.parametrize("way", ["secret", "github"])
def test_signing_in(run_backlog: RunBacklog, tenant: Tenant, way: str) -> None:
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
        done = run_backlog("collect", *addresses, environment=environment, expect=0)
        assert "2026-11-10: 315.89 of 583 points." in done.stdout
        bearer = graph.requests[0].bearer
    assert not [secret for secret in (bearer, registration.secret, registration.request_token) if secret in str(done)]


def test_missing_consent_is_named(run_backlog: RunBacklog, tmp_path: Path, tenant: Tenant) -> None:
    """A token without the role gets 403 from Graph, and the reader the place where to grant it."""
    registration = Registration(TENANT, roles=())
    with SimulatedIdentity(registration) as identity, SimulatedGraph(tenant, TODAY) as graph:
        environment = {**identity_environment(identity), "AZURE_CLIENT_SECRET": registration.secret}
        addresses = ("--graph-url", graph.url, "--authority", identity.origin)
        refused = run_backlog("collect", *addresses, environment=environment, expect=3)
    assert "grant admin consent" in refused.stderr
    assert tree(tmp_path) == {}


def test_what_cannot_work_is_told_at_once(run_backlog: RunBacklog, tmp_path: Path) -> None:
    """No credential, no folder, no https: three endings, no network."""
    refused = run_backlog("collect", expect=3)
    assert "no credential to sign in" in refused.stderr
    assert "GRAPH_TOKEN" in refused.stderr
    nowhere = run_backlog("collect", "--root", "nowhere", environment={"GRAPH_TOKEN": "x"}, expect=3)
    assert "no such folder" in nowhere.stderr
    clear = run_backlog("collect", "--graph-url", "http://graph.example", environment={"GRAPH_TOKEN": "x"}, expect=2)
    assert "in the clear" in clear.stderr
    assert run_backlog("collect", "--cloud", "china", expect=2).stderr
    assert tree(tmp_path) == {}
