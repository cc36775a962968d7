# SPDX-License-Identifier: Apache-2.0
"""Every page of both collections or an error: paging, and what each answer of Graph means."""

from __future__ import annotations

from typing import Any

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.client import fetch
from secure_score_backlog.snapshots.exact_json import parse
from tests.support.graph_items import profile
from tests.support.graph_server import PROFILES, SCORES, TOKEN, GraphAnswers, quick, refused, to_json
from tests.support.loopback import Request, Response
from tests.support.tokens import unsigned


def paged(items: list[Any], size: int, path: str, link: str) -> Any:
    """A responder that gives a collection in pages; `link` is the address of the next page."""

    def respond(request: Request) -> Response | None:
        if request.path != path:
            return None
        start = int(request.query.get("$skiptoken", 0))
        body: dict[str, Any] = {"value": items[start : start + size]}
        if start + size < len(items):
            body["@odata.nextLink"] = link.format(path=path, start=start + size)
        return Response.of_json(200, to_json(body))

    return respond


def test_both_collections_are_read_exactly() -> None:
    """Decimals keep their digits; each request has the token and asks for JSON."""
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
    """The token is sent to the scheme, host and port of the first request alone."""
    with GraphAnswers() as graph:
        host = graph.origin.removeprefix("http://")
        named = link.replace("{origin}", graph.origin).replace("{host}", host) if isinstance(link, str) else link
        error = refused(graph, Response.of_json(200, {"value": [], "@odata.nextLink": named}))
        assert "names a next page" in error.message
        assert len(graph.requests) == 1


def test_pages_that_repeat_or_never_end_are_refused() -> None:
    """A link back to a page that was read, and links without end."""
    with GraphAnswers() as graph:
        first = {"value": [], "@odata.nextLink": f"{graph.url}/security/secureScores?$top=90"}
        assert "that it has given before" in refused(graph, Response.of_json(200, first)).message
        graph.responders = [paged([{}] * 500, 1, SCORES, "?$skiptoken={start}")]
        with pytest.raises(CannotProceed, match=r"pages without end \(200 so far\)"):
            fetch(graph.url, TOKEN, quick())


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "does not find page 2, the address of which page 1 gave (404)"), (403, "denies access (403)")],
)
@pytest.mark.parametrize("path", [SCORES, PROFILES])
def test_the_page_that_failed_is_named(status: int, words: str, path: str) -> None:
    """A next link that leads nowhere says nothing about licences: the page is named, and that nothing is lost."""
    with GraphAnswers() as graph:
        first = {"value": [], "@odata.nextLink": f"{graph.origin}{path}?page=2"}
        error = refused(graph, Response.of_json(200, first), Response.of_json(status, {}), path=path)
    assert words in error.message
    assert str(error.where).endswith(f"{path.partition('?')[0]} (page 2)")
    assert "no licence" not in str(error.hint) or status == 403


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
def test_each_refusal_has_its_message_and_hint(answer: Response, words: str, advice: str, path: str) -> None:
    """What is wrong, in Graph's words where it gave any, and what to do; without the token or control characters."""
    with GraphAnswers() as graph:
        error = refused(graph, answer, path=path)
    assert words in error.message
    assert error.message.isprintable()
    assert advice in str(error.hint)
    assert str(error.where).endswith(f"127.0.0.1:{graph.origin.rpartition(':')[2]}{path}")


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
def test_missing_consent_and_missing_role_get_different_hints(claims: dict[str, Any], advice: str) -> None:
    """Graph answers the same in both cases; the claims of the token differ."""
    with GraphAnswers() as graph:
        assert advice in str(refused(graph, Response.of_json(403, {}), token=unsigned(claims)).hint)


def test_a_token_for_another_service_is_named_as_such() -> None:
    """The hint names the audience of the token."""
    with GraphAnswers() as graph:
        token = unsigned({"aud": "https://management.example"})
        assert "meant for https://management.example" in str(
            refused(graph, Response.of_json(401, {}), token=token).hint
        )
