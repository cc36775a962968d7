# SPDX-License-Identifier: Apache-2.0
"""The simulated Graph, token service and GitHub, asked over real sockets by the real clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msal  # type: ignore[import-untyped]
import pytest
import requests

from secure_score_backlog.sample.tenant import FIRST_DAY, LAST_DAY, Tenant
from tests.support.loopback import Request, Response
from tests.support.simulated_graph import SimulatedGraph
from tests.support.simulated_identity import AUDIENCE, Registration, SimulatedIdentity
from tests.support.tokens import claims_of, unsigned

SCOPE = ["https://graph.microsoft.com/.default"]
TENANT = Tenant.load()


@pytest.fixture
def graph() -> Iterator[SimulatedGraph]:
    """Graph on the demo's last day, with small pages of profiles."""
    with SimulatedGraph(TENANT, LAST_DAY, profile_page=50) as server:
        yield server


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedIdentity]:
    """The token service, trusted by this process."""
    with SimulatedIdentity(Registration(TENANT.identifier), tls=True) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        yield server


def ask(graph: SimulatedGraph, path: str, token: str = "any", **query: str) -> requests.Response:
    """One GET below `/v1.0/security/`."""
    query = {f"${name}": value for name, value in query.items()}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(f"{graph.url}/security/{path}", params=query, headers=headers, timeout=10)


def days(answer: requests.Response) -> list[str]:
    """The days of an answer's scores, in its order."""
    return [item["createdDateTime"][:10] for item in answer.json()["value"]]


def walk(first: requests.Response) -> list[dict[str, Any]]:
    """All items of a collection, along its nextLinks."""
    items, answer = list(first.json()["value"]), first.json()
    while "@odata.nextLink" in answer:
        headers = {"Authorization": "Bearer any"}
        answer = requests.get(answer["@odata.nextLink"], headers=headers, timeout=10).json()
        assert answer["value"]
        items += answer["value"]
    return items


def test_ninety_days_newest_first_and_only_the_newest_in_full(graph: SimulatedGraph) -> None:
    """One answer holds 90 days; all but the first have lost their details (docs/method.md#graph)."""
    answer = ask(graph, "secureScores")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json()["@odata.context"].endswith("/v1.0/$metadata#security/secureScores")
    assert days(answer) == [str(LAST_DAY - timedelta(days=age)) for age in range(90)]
    full = [all(item["description"] for item in score["controlScores"]) for score in answer.json()["value"]]
    assert full == [True] + [False] * 89
    assert answer.json()["value"][0]["id"] == f"{TENANT.identifier}_{LAST_DAY}"


def test_top_one_leads_through_the_whole_history(graph: SimulatedGraph) -> None:
    """`$top=1` has a nextLink, and following it walks all days page by page."""
    answer = ask(graph, "secureScores", top="30")
    assert "&$skiptoken=" in answer.json()["@odata.nextLink"]
    assert [item["createdDateTime"] for item in walk(answer)] == [
        item["createdDateTime"] for item in ask(graph, "secureScores").json()["value"]
    ]
    one = ask(graph, "secureScores", top="1").json()
    assert len(one["value"]) == 1
    second = requests.get(one["@odata.nextLink"], headers={"Authorization": "Bearer any"}, timeout=10)
    assert days(second) == [str(LAST_DAY - timedelta(days=1))]


def test_skip_count_and_filter(graph: SimulatedGraph) -> None:
    """The documented options work, a filter survives paging, and nonsense is a 400."""
    assert days(ask(graph, "secureScores", top="1", skip="7")) == [str(LAST_DAY - timedelta(days=7))]
    assert ask(graph, "secureScores", top="1", count="true").json()["@odata.count"] == 90
    assert ask(graph, "secureScores/$count").text == "90"
    since = ask(graph, "secureScores", filter="createdDateTime ge 2026-11-15T00:00:00Z", top="4")
    assert [item["createdDateTime"][8:10] for item in walk(since)] == ["20", "19", "18", "17", "16", "15"]
    one = ask(graph, "secureScoreControlProfiles", filter="service eq 'MDATP' and id eq 'scid_96'")
    assert [item["id"] for item in one.json()["value"]] == ["scid_96"]
    for query in ({"filter": "createdDateTime about now"}, {"filter": "shoe eq 1"}, {"top": "0"}, {"skiptoken": "x"}):
        refused = ask(graph, "secureScores", **query)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "BadRequest")


def test_profiles_come_in_pages(graph: SimulatedGraph) -> None:
    """A client that reads one page only gets 50 of 118; one that follows the links gets each once."""
    first = ask(graph, "secureScoreControlProfiles")
    assert len(first.json()["value"]) == 50
    found = [item["id"] for item in walk(first)]
    assert found == [profile["id"] for profile in TENANT.profiles(LAST_DAY)]
    assert len(graph.requests) == 3
    assert "@odata.nextLink" not in ask(graph, "secureScoreControlProfiles", top="999").json()
    assert ask(graph, "secureScoreControlProfiles/$count").text == str(len(found))


def test_single_items(graph: SimulatedGraph) -> None:
    """An id with a dot in it, a score by its id, and a 404 for what is not there."""
    google = ask(graph, "secureScoreControlProfiles/11770.MDA_Google_EnableTwoFactorAuth")
    assert google.json()["id"] == "11770.MDA_Google_EnableTwoFactorAuth"
    old = ask(graph, f"secureScores/{TENANT.identifier}_2026-11-01").json()
    assert old["controlScores"][0]["description"] is None
    for path in ("secureScores/nobody", "alerts", f"secureScores/{TENANT.identifier}_2026-01-17"):
        missing = ask(graph, path)
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "ResourceNotFound")


def test_the_day_moves_on(graph: SimulatedGraph) -> None:
    """Yesterday's full report is degraded today; a day without report leaves the newest where it was."""
    graph.today = date(2026, 1, 17)
    held = days(ask(graph, "secureScores"))
    assert (held[0], len(held)) == ("2026-01-16", 89)
    graph.today = date(2026, 1, 18)
    first, second = ask(graph, "secureScores", top="2").json()["value"]
    assert [first["createdDateTime"][:10], second["createdDateTime"][:10]] == ["2026-01-18", "2026-01-16"]
    assert first["controlScores"][0]["description"]
    assert second["controlScores"][0]["description"] is None
    graph.today = FIRST_DAY + timedelta(days=2)
    assert len(days(ask(graph, "secureScores"))) == 3


def test_who_may_ask() -> None:
    """No token or a foreign one is 401, one without the permission 403, a PATCH 405."""
    right = unsigned({"roles": ["SecurityEvents.Read.All"]})
    with SimulatedGraph(TENANT, LAST_DAY, token=right) as graph:
        codes = [ask(graph, "secureScores", token=token, top="1").status_code for token in ("", "foreign", right)]
        assert codes == [401, 401, 200]
        assert ask(graph, "secureScores", token="").json()["error"]["code"] == "InvalidAuthenticationToken"
    with SimulatedGraph(TENANT, LAST_DAY) as graph:
        assert ask(graph, "secureScores", token=unsigned({"roles": []})).status_code == 403
        assert ask(graph, "secureScores", token=unsigned({"scp": "SecurityEvents.Read.All"}), top="1").ok
        headers = {"Authorization": "Bearer any"}
        patched = requests.patch(f"{graph.url}/security/secureScores", headers=headers, json={}, timeout=10)
        assert patched.status_code == 405


def test_sum_can_be_broken_on_request(graph: SimulatedGraph) -> None:
    """`points_off` moves the newest currentScore away from the sum of its scores, and nothing else."""
    honest = ask(graph, "secureScores", top="2").json()["value"]
    graph.points_off = Decimal("0.5")
    off = ask(graph, "secureScores", top="2").json()["value"]
    assert off[0]["currentScore"] - honest[0]["currentScore"] == pytest.approx(0.5)
    assert off[0]["controlScores"] == honest[0]["controlScores"]
    assert off[1] == honest[1]


def test_a_responder_may_answer_first(graph: SimulatedGraph) -> None:
    """The seam for faults: a responder answers once with 503, then the simulator is heard again."""
    left = [Response(503, {"Retry-After": "0"}, b"")]

    def busy(request: Request) -> Response | None:
        return left.pop() if request.path.endswith("secureScores") and left else None

    graph.responders.append(busy)
    assert [ask(graph, "secureScores", top="1").status_code for _ in range(2)] == [503, 200]
    assert [request.query["$top"] for request in graph.requests] == ["1", "1"]


def github_token(identity: SimulatedIdentity) -> str:
    """What a workflow step fetches: the URL has a query already, hence the `&`."""
    headers = {"Authorization": f"Bearer {identity.registration.request_token}"}
    answer = requests.get(f"{identity.oidc_request_url}&audience={AUDIENCE}", headers=headers, timeout=10)
    value: str = answer.json()["value"]
    return value


def application(identity: SimulatedIdentity, credential: Any) -> Any:
    """The real msal, as the collector uses it."""
    return msal.ConfidentialClientApplication(
        identity.registration.client,
        authority=identity.authority,
        client_credential=credential,
        instance_discovery=False,
        timeout=10,
    )


def test_msal_gets_a_token_by_federation(identity: SimulatedIdentity, graph: SimulatedGraph) -> None:
    """GitHub's token buys one of the tenant, and that one opens Graph."""
    app = application(identity, {"client_assertion": lambda: github_token(identity)})
    token = app.acquire_token_for_client(SCOPE)["access_token"]
    assert (claims_of(token) or {})["roles"] == ["SecurityEvents.Read.All"]
    assert ask(graph, "secureScores", token=token, top="1").ok
    paths = [request.path.rpartition("/")[2] for request in identity.requests]
    assert paths == ["openid-configuration", "oidc", "token"]


def test_msal_hears_what_is_wrong(identity: SimulatedIdentity) -> None:
    """Wrong subject, wrong secret, unknown application, unknown tenant: Entra's codes."""
    identity.presented_subject = "repo:harbour@1001/backlog@2002:pull_request"
    federated = application(identity, {"client_assertion": lambda: github_token(identity)})
    assert federated.acquire_token_for_client(SCOPE)["error_codes"] == [700213]
    assert application(identity, "wrong").acquire_token_for_client(SCOPE)["error_codes"] == [7000215]
    stranger = msal.ConfidentialClientApplication(
        "00000000-0000-4000-8000-000000000000",
        authority=identity.authority,
        client_credential="any",
        instance_discovery=False,
    )
    assert stranger.acquire_token_for_client(SCOPE)["error_codes"] == [700016]
    with pytest.raises(ValueError, match="authority configuration"):
        msal.ConfidentialClientApplication(
            "any", authority=f"{identity.origin}/nobody", client_credential="any", instance_discovery=False
        )


def test_msal_with_a_secret_and_without_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing consent is no error at the token service: the token lacks the role and Graph says 403."""
    registration = Registration(TENANT.identifier, roles=())
    with SimulatedIdentity(registration, tls=True) as identity, SimulatedGraph(TENANT, LAST_DAY) as graph:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(identity.certificate))
        token = application(identity, registration.secret).acquire_token_for_client(SCOPE)["access_token"]
        assert ask(graph, "secureScores", token=token).status_code == 403


def test_msal_with_a_device_code(identity: SimulatedIdentity) -> None:
    """A person at a desk: pending once, then a delegated token with `scp`."""
    app = msal.PublicClientApplication(
        identity.registration.client, authority=identity.authority, instance_discovery=False
    )
    flow = app.initiate_device_flow(["https://graph.microsoft.com/SecurityEvents.Read.All"])
    assert flow["user_code"] in flow["message"]
    result = app.acquire_token_by_device_flow(flow)
    assert (claims_of(result["access_token"]) or {})["scp"] == "SecurityEvents.Read.All"


def test_oidc_authority_works_too(identity: SimulatedIdentity) -> None:
    """The other form msal accepts for a host it does not know."""
    app = msal.ConfidentialClientApplication(
        identity.registration.client,
        oidc_authority=f"{identity.authority}/v2.0",
        client_credential=identity.registration.secret,
    )
    assert app.acquire_token_for_client(SCOPE)["token_type"] == "Bearer"


def test_github_refuses_a_foreign_request_token(identity: SimulatedIdentity) -> None:
    """Without the run's own request token there is no identity token."""
    answer = requests.get(identity.oidc_request_url, headers={"Authorization": "Bearer foreign"}, timeout=10)
    assert answer.status_code == 401
    assert claims_of("no.token") is None
    assert claims_of("a.b.c") is None


def test_discovery_of_instances(identity: SimulatedIdentity) -> None:
    """What msal asks about unknown hosts is answered for this one."""
    found = requests.get(f"{identity.origin}/common/discovery/instance", timeout=10).json()
    assert found["tenant_discovery_endpoint"].startswith(identity.authority)
    assert found["metadata"][0]["aliases"]


def test_plain_http_for_clients_that_bridge_it() -> None:
    """Without TLS the same answers come over http, and every address in them says so."""
    with SimulatedIdentity(Registration(TENANT.identifier)) as identity:
        address = f"{identity.authority}/v2.0/.well-known/openid-configuration"
        endpoints = requests.get(address, timeout=10).json().values()
        assert all(
            endpoint.startswith(f"http://127.0.0.1:{identity.origin.rpartition(':')[2]}/") for endpoint in endpoints
        )
        assert claims_of(github_token(identity)) == {
            "iss": "https://token.actions.githubusercontent.com",
            "repository_owner_id": "1001",
            "repository_id": "2002",
            "sub": identity.registration.subject,
            "aud": AUDIENCE,
            "iat": 0,
            "exp": 300,
        }
