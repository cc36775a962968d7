# SPDX-License-Identifier: Apache-2.0
"""Retries, the deadline, the budget of bytes, and connections that fail; over real sockets."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from secure_score_backlog import http_client as http
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.client import fetch
from secure_score_backlog.graph.errors import COLLECTION
from secure_score_backlog.http_client import RETRY_POLICY, Deadline, HttpClient, Reply, retry_after
from tests.support.graph_items import DAY, control, score
from tests.support.graph_server import QUICK, TOKEN, GraphAnswers, drip, quick, raw_server, refused, to_json
from tests.support.loopback import Response


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_temporary_fault_is_retried(status: int) -> None:
    """Two bad answers and a good one make a good collection."""
    bad = Response.of_json(status, {}, {"Retry-After": "0"} if status == 429 else {})
    with GraphAnswers() as graph:
        good = Response.of_json(200, to_json({"value": graph.scores}))
        graph.break_with(bad, bad, good)
        assert len(fetch(graph.url, TOKEN, quick()).scores) == 1
        assert len(graph.requests) == 4


def test_a_lasting_fault_is_tried_three_times_and_a_refusal_once() -> None:
    """Three is what these tests allow; a refusal would be the same again."""
    with GraphAnswers() as graph:
        refused(graph, Response.of_json(503, {}))
        assert len(graph.requests) == 3
        refused(graph, Response.of_json(403, {}))
        assert len(graph.requests) == 4


def test_a_wait_beyond_the_deadline_ends_at_once() -> None:
    """Neither the server's waiting time nor ours starts when it would outlast the collection."""
    for answer in (Response.of_json(503, {}, {"Retry-After": "60"}), Response.of_json(503, {})):
        with GraphAnswers() as graph:
            graph.break_with(answer)
            client = HttpClient(Deadline(30, COLLECTION), RETRY_POLICY.new(backoff_factor=30))
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
        deadline = Deadline(30, COLLECTION)
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
    """A connection that ends too early is reported as such, after the last attempt."""
    with raw_server(drip(pieces, 0)) as origin, pytest.raises(CannotProceed, match="before its answer was complete"):
        fetch(f"{origin}/v1.0", TOKEN, quick())


def test_a_header_that_breaks_off_is_refused() -> None:
    """Python takes a broken header for a whole one, but its body is missing."""
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
def test_a_slow_server_is_stopped_at_the_deadline(pieces: list[bytes]) -> None:
    """Body, header or silence: the collection ends when its time has run out."""
    with raw_server(drip(pieces, 0.05)) as origin:
        client = HttpClient(Deadline(0.7, COLLECTION), QUICK)
        with pytest.raises(CannotProceed) as raised:
            client.deadline.run(lambda: fetch(f"{origin}/v1.0", TOKEN, client))
        assert "was stopped" in raised.value.message or "did not answer in time" in raised.value.message


def test_more_bytes_than_the_budget_are_refused() -> None:
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


def test_a_refused_connection_names_the_host() -> None:
    """Nothing listens at the address."""
    with GraphAnswers() as graph:
        origin = graph.url
    with pytest.raises(CannotProceed, match=r"127\.0\.0\.1 refused the connection"):
        fetch(origin, TOKEN, quick())


def test_a_server_without_tls_cannot_prove_its_identity() -> None:
    """It speaks http where https is requested."""
    with GraphAnswers() as graph, pytest.raises(CannotProceed, match="could not prove its identity"):
        fetch(graph.url.replace("http:", "https:"), TOKEN, quick())


def test_a_netrc_file_does_not_replace_the_token(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password of `.netrc` is not sent instead of the token."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login user password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with GraphAnswers() as graph:
        fetch(graph.url, TOKEN, quick())
        assert {request.headers["authorization"] for request in graph.requests} == {f"Bearer {TOKEN}"}


def test_this_machine_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator on loopback is reached directly, whatever proxy the environment names."""
    with GraphAnswers() as proxy, GraphAnswers() as graph:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        monkeypatch.setenv("http_proxy", proxy.origin)
        fetch(graph.url, TOKEN, quick())
        assert not proxy.requests
