# SPDX-License-Identifier: Apache-2.0
"""Everything out of Graph or nothing: paging, faults, limits; over real HTTP."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph import http
from secure_score_backlog.graph.client import fetch
from secure_score_backlog.graph.http import RETRY_POLICY, Deadline, HttpClient, Reply, retry_after
from secure_score_backlog.snapshots.exact_json import parse
from tests.support.graph_items import DAY, control, profile, score
from tests.support.graph_server import PROFILES, SCORES, TOKEN, GraphAnswers, drip, raw_server, to_json
from tests.support.loopback import Request, Response
from tests.support.tokens import unsigned

QUICK = RETRY_POLICY.new(total=2, backoff_factor=0.01, backoff_jitter=0)


def quick(seconds: float = 20.0) -> HttpClient:
    """A wire that does not make a test wait."""
    return HttpClient(Deadline(seconds), QUICK)


def refused(graph: GraphAnswers, *answers: Response, path: str = SCORES, token: str = TOKEN) -> CannotProceed:
    """The ending when Graph answers like this."""
    graph.break_with(*answers, path=path)
    with pytest.raises(CannotProceed) as ending:
        fetch(graph.url, token, quick())
    assert token not in f"{ending.value.message} {ending.value.where} {ending.value.hint} {ending.value!r}"
    assert "Nothing was written" in str(ending.value.hint)
    return ending.value


def paged(items: list[Any], size: int, path: str, link: str) -> Any:
    """A responder that gives a collection in pages; `link` is where the next page is said to be."""

    def respond(request: Request) -> Response | None:
        if request.path != path:
            return None
        start = int(request.query.get("$skiptoken", 0))
        body: dict[str, Any] = {"value": items[start : start + size]}
        if start + size < len(items):
            body["@odata.nextLink"] = link.format(path=path, start=start + size)
        return Response.of_json(200, to_json(body))

    return respond


def test_both_collections_exactly() -> None:
    """Decimals arrive digit by digit; the token and the wish for JSON go with each request."""
    with GraphAnswers() as graph:
        answer = fetch(graph.url, TOKEN, quick())
        assert answer.scores == tuple(parse(to_json(graph.scores)))
        assert answer.profiles == tuple(parse(to_json(graph.profiles)))
        assert [request.path for request in graph.requests] == [SCORES, PROFILES]
        assert graph.requests[0].query == {"$top": "90"}
        assert {request.bearer for request in graph.requests} == {TOKEN}
        assert {request.headers["accept"] for request in graph.requests} == {"application/json"}


@pytest.mark.parametrize(
    "link", ["{origin}{path}?$skiptoken={start}", "{path}?$skiptoken={start}", "?$skiptoken={start}"]
)
def test_every_page_is_read(link: str) -> None:
    """460 profiles come in three pages, whether the links are absolute or relative."""
    profiles = [profile(f"p{number}") for number in range(460)]
    with GraphAnswers() as graph:
        graph.responders = [paged(profiles, 200, PROFILES, link.replace("{origin}", graph.origin))]
        answer = fetch(graph.url, TOKEN, quick())
    assert [item["id"] for item in answer.profiles or ()] == [item["id"] for item in profiles]


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.example/v1.0/security/secureScores?$skiptoken=1",
        "http://127.0.0.1:1/v1.0/security/secureScores",
        "//graph.example/v1.0/security/secureScores",
        "{origin}@graph.example/v1.0/security/secureScores",
        "http://user@{host}/v1.0/security/secureScores",
        "https://{host}/v1.0/security/secureScores",
        "{origin}\\@graph.example/",
        "file:///etc/hostname",
        "http://[broken",
        5,
        ["x"],
    ],
)
def test_a_next_page_elsewhere_is_refused(link: Any) -> None:
    """The token never leaves scheme, host and port that were asked."""
    with GraphAnswers() as graph:
        host = graph.origin.removeprefix("http://")
        told = link.replace("{origin}", graph.origin).replace("{host}", host) if isinstance(link, str) else link
        ending = refused(graph, Response.of_json(200, {"value": [], "@odata.nextLink": told}))
        assert "names a next page" in ending.message
        assert len(graph.requests) == 1


def test_pages_in_a_circle_end() -> None:
    """A link back to a page that was read, and links without end, are both given up."""
    with GraphAnswers() as graph:
        first = {"value": [], "@odata.nextLink": f"{graph.url}/security/secureScores?$top=90"}
        assert "that it has given before" in refused(graph, Response.of_json(200, first)).message
        graph.responders = [paged([{}] * 500, 1, SCORES, "?$skiptoken={start}")]
        with pytest.raises(CannotProceed, match=r"pages without end \(200 so far\)"):
            fetch(graph.url, TOKEN, quick())


ERROR = {
    "error": {"code": "Forbidden", "message": f"No way with {TOKEN}.\n\x1b[31m", "innerError": {"request-id": "r-1"}}
}


@pytest.mark.parametrize(
    ("answer", "words", "advice"),
    [
        (Response.of_json(400, {"error": {"code": "BadRequest"}}), "refused the request (400): BadRequest", "--cloud"),
        (
            Response.of_json(401, ERROR),
            "does not accept the token (401): Forbidden, No way with [token]",
            "request a new one",
        ),
        (Response.of_json(403, ERROR), "denies access (403)", "SecurityEvents.Read.All with admin consent"),
        (Response.of_json(404, {"error": "gone"}), "no Secure Score at this address (404): gone", "no licence"),
        (Response.of_json(410, []), "refused the request (410)", "--graph-url"),
        (Response.of_json(500, ERROR), "failed (500)", "service health"),
        (
            Response(502, {"Content-Type": "text/html"}, b"<html>"),
            "(502): the answer is text/html instead of JSON",
            "later",
        ),
        (Response.of_json(503, {}), "not available (503)", "90 days"),
        (
            Response.of_json(429, {}, {"Retry-After": "3000"}),
            "throttling requests and asks to wait 3000 seconds (429)",
            "later",
        ),
        (
            Response.of_json(206, {"value": []}, {"Warning": '199 - "M/S/504/1"'}),
            'a part of its answer (206): 199 - "M/',
            "nothing is lost",
        ),
        (Response.of_json(204, b""), "refused the request (204)", "--cloud"),
        (Response(302, {"Location": "http://127.0.0.1:1/"}), "redirects (302)", "no other address"),
        (Response.of_json(200, b'{"value": [{"id": 1'), "it ends in the middle", "Run it again later"),
        (Response.of_json(200, b'{"value": [{"id": NaN}]}'), "it holds NaN", "Run it again tomorrow"),
        (Response.of_json(200, {"values": []}), "no list named 'value'", "Run it again tomorrow"),
        (Response.of_json(200, {"value": {}}), "no list named 'value'", "Run it again tomorrow"),
        (Response.of_json(200, ERROR), "though its status is 200: Forbidden", "request id"),
        (Response.of_json(200, []), "no list named 'value'", "Run it again tomorrow"),
        (Response(200, {"Content-Type": "text/html"}, b"<html>sign in"), "it is not JSON (line 1", "sign-in page"),
        (Response(200, {}, b""), "it is empty", "Run it again later"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
@pytest.mark.parametrize("path", [SCORES, PROFILES])
def test_each_refusal_has_its_words(answer: Response, words: str, advice: str, path: str) -> None:
    """What is wrong, in Graph's words where it gave any, and what to do; never with the token or control characters."""
    with GraphAnswers() as graph:
        ending = refused(graph, answer, path=path)
    assert words in ending.message
    assert ending.message.isprintable()
    assert advice in str(ending.hint)
    assert str(ending.where).endswith(f"127.0.0.1:{graph.origin.rpartition(':')[2]}{path}")


@pytest.mark.parametrize(
    ("claims", "advice"),
    [
        ({"roles": []}, "as application permission and grant admin consent"),
        ({}, "as application permission"),
        ({"scp": "User.Read"}, "as delegated permission"),
        ({"scp": "SecurityEvents.Read.All"}, "the role Security Reader"),
        ({"roles": ["SecurityEvents.Read.All"]}, "wait a few minutes"),
    ],
)
def test_consent_and_role_are_told_apart(claims: dict[str, Any], advice: str) -> None:
    """Graph says the same in both cases; the token's own claims know better."""
    with GraphAnswers() as graph:
        assert advice in str(refused(graph, Response.of_json(403, {}), token=unsigned(claims)).hint)


def test_a_token_for_something_else() -> None:
    """A token with another audience is named as such."""
    with GraphAnswers() as graph:
        token = unsigned({"aud": "https://management.example"})
        assert "meant for https://management.example" in str(
            refused(graph, Response.of_json(401, {}), token=token).hint
        )


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_outlived(status: int) -> None:
    """Two bad answers and a good one make a good collection."""
    bad = Response.of_json(status, {}, {"Retry-After": "0"} if status == 429 else {})
    with GraphAnswers() as graph:
        good = Response.of_json(200, to_json({"value": graph.scores}))
        graph.break_with(bad, bad, good)
        assert len(fetch(graph.url, TOKEN, quick()).scores) == 1
        assert len(graph.requests) == 4


def test_attempts_are_few() -> None:
    """A fault that stays is asked three times here, and a refusal only once."""
    with GraphAnswers() as graph:
        refused(graph, Response.of_json(503, {}))
        assert len(graph.requests) == 3
        refused(graph, Response.of_json(403, {}))
        assert len(graph.requests) == 4


def test_a_wait_beyond_the_deadline_ends_at_once() -> None:
    """Neither the server's waiting time nor ours is begun when it would outlast the collection."""
    for answer in (Response.of_json(503, {}, {"Retry-After": "60"}), Response.of_json(503, {})):
        with GraphAnswers() as graph:
            graph.break_with(answer)
            client = HttpClient(Deadline(30), RETRY_POLICY.new(backoff_factor=30))
            with pytest.raises(CannotProceed, match=r"\(503\)"):
                fetch(graph.url, TOKEN, client)
            assert client.deadline.remaining() > 25


def test_failed_attempts_count_against_the_budget() -> None:
    """A server cannot send more by failing: 64 MB are the limit of all attempts together."""
    half = b" " * (http.BYTE_BUDGET // 2 + 1)
    with GraphAnswers() as graph:
        assert "sent more than 64 MB" in refused(graph, Response(503, {"Retry-After": "0"}, half)).message
        assert len(graph.requests) == 2


def test_retry_after_is_honoured() -> None:
    """The server's own waiting time goes before ours."""
    with GraphAnswers() as graph:
        slow = Response.of_json(429, {}, {"Retry-After": "1"})
        graph.break_with(slow, Response.of_json(200, to_json({"value": graph.scores})))
        deadline = Deadline(30)
        fetch(graph.url, TOKEN, HttpClient(deadline, QUICK))
        assert deadline.remaining() <= 29


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 30),
        ({"retry-after": "Sat, 21 Nov 2026 09:00:00 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 0),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "9" * 40}, None),
        ({}, None),
    ],
)
def test_retry_after_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, or a date by the server's own clock; anything else says nothing."""
    assert retry_after(Reply(429, headers, b"", "")) == seconds


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [HEAD + b'{"value": ['],
        [HEAD.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked") + b'5\r\n{"val\r\n'],
        [HEAD.replace(b"Content-Type", b"Content-Encoding: gzip\r\nContent-Type").replace(b"1000", b"5") + b"12345"],
        [b"SSH-2.0-nothing for you\r\n"],
    ],
    ids=["nothing", "half a body", "half a chunk", "broken packing", "another protocol"],
)
def test_an_answer_that_breaks_off(pieces: list[bytes]) -> None:
    """A connection that ends too early is told as such, after the attempts are used up."""
    with raw_server(drip(pieces, 0)) as origin, pytest.raises(CannotProceed, match="before its answer was complete"):
        fetch(f"{origin}/v1.0", TOKEN, quick())


def test_half_a_header_is_no_answer() -> None:
    """Python takes headers that break off for whole ones, so the missing body gives it away."""
    talk = drip([b"HTTP/1.1 200 OK\r\nContent-"], 0)
    with raw_server(talk) as origin, pytest.raises(CannotProceed, match="it is empty"):
        fetch(f"{origin}/v1.0", TOKEN, quick())


@pytest.mark.parametrize(
    "pieces",
    [
        [HEAD, *[b" "] * 900],
        [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90],
        [b"", *[b""] * 900],
    ],
    ids=["slow body", "slow header", "silence"],
)
def test_a_drip_ends_at_the_deadline(pieces: list[bytes]) -> None:
    """However slowly a server drips, the whole ends when the time is up."""
    with raw_server(drip(pieces, 0.05)) as origin:
        wire = HttpClient(Deadline(0.7), QUICK)
        with pytest.raises(CannotProceed) as ending:
            wire.deadline.run(lambda: fetch(f"{origin}/v1.0", TOKEN, wire))
        assert "was stopped" in ending.value.message or "did not answer in time" in ending.value.message


def test_a_flood_is_stopped() -> None:
    """More bytes than any Secure Score has end the collection, also when they arrive packed."""
    flood = b" " * (http.BYTE_BUDGET + 1)
    with GraphAnswers() as graph:
        assert "sent more than 64 MB" in refused(graph, Response.of_json(200, flood)).message
        packed = Response(200, {"Content-Encoding": "gzip"}, gzip.compress(flood, 1))
        assert "sent more than 64 MB" in refused(graph, packed).message


def test_a_packed_answer_is_unpacked() -> None:
    """Gzip is read as it should be."""
    with GraphAnswers() as graph:
        packed = gzip.compress(to_json({"value": [score(DAY, [control("a")])]}))
        graph.break_with(Response(200, {"Content-Encoding": "gzip"}, packed))
        assert len(fetch(graph.url, TOKEN, quick()).scores) == 1


def test_nobody_listens() -> None:
    """A refused connection is told with the host."""
    with GraphAnswers() as graph:
        origin = graph.url
    with pytest.raises(CannotProceed, match=r"127\.0\.0\.1 refused the connection"):
        fetch(origin, TOKEN, quick())


def test_tls_that_is_none() -> None:
    """A server that speaks no TLS where TLS is asked for cannot prove who it is."""
    with GraphAnswers() as graph, pytest.raises(CannotProceed, match="could not prove its identity"):
        fetch(graph.url.replace("http:", "https:"), TOKEN, quick())


def test_a_netrc_file_does_not_replace_the_token(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of somebody's .netrc are not sent instead of the token."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with GraphAnswers() as graph:
        fetch(graph.url, TOKEN, quick())
        assert {request.headers["authorization"] for request in graph.requests} == {f"Bearer {TOKEN}"}


def test_a_proxy_does_not_stand_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator on loopback is reached directly, whatever proxy the environment names."""
    with GraphAnswers() as proxy, GraphAnswers() as graph:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        monkeypatch.setenv("http_proxy", proxy.origin)
        fetch(graph.url, TOKEN, quick())
        assert not proxy.requests
