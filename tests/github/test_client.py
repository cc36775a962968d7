# SPDX-License-Identifier: Apache-2.0
"""Where GitHub is, and what its refusals mean: each says what to do next, and none shows the token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from secure_score_backlog.errors import BacklogError, CannotProceed, WrongUsage
from secure_score_backlog.github.address import Address, find_address
from secure_score_backlog.github.client import GitHub
from secure_score_backlog.github.errors import ASKING
from secure_score_backlog.github.issues import add_comment, change_comment, comments_of, read_issue
from secure_score_backlog.http_client import RETRY_POLICY, Deadline, HttpClient
from tests.support.graph_server import drip, raw_server
from tests.support.loopback import Request, Response
from tests.support.simulated_github import TOKEN, SimulatedGitHub

QUERY = (
    "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { defaultBranchRef { name } } }"
)
WHERE = {"owner": "harbour", "name": "backlog"}


@pytest.fixture
def github() -> Iterator[SimulatedGitHub]:
    """GitHub with one issue."""
    with SimulatedGitHub() as server:
        server.add_issue(7, "Accept a risk", "### Recommendation\n\nAdminMFAV2", labels=["accept a risk"])
        yield server


def connected(address: Address, seconds: float = 20) -> GitHub:
    """A connection that tries twice, at once."""
    policy = RETRY_POLICY.new(total=1, backoff_factor=0, backoff_jitter=0)
    return GitHub(address, HttpClient(Deadline(seconds, ASKING), policy))


def of(github: SimulatedGitHub) -> GitHub:
    """A connection to the simulated GitHub."""
    return connected(find_address(github.environment))


def test_addresses_follow_githubs_own_variables() -> None:
    """github.com, an Enterprise Server, and Enterprise Cloud with a host of its own."""
    base = {"GITHUB_REPOSITORY": "o/r", "GH_TOKEN": "t"}
    public = find_address(base)
    assert (public.api, public.graphql) == ("https://api.github.com", "https://api.github.com/graphql")
    assert public.rest("issues/1") == "https://api.github.com/repos/o/r/issues/1"
    server = find_address({**base, "GITHUB_API_URL": "https://git.example/api/v3"})
    assert server.graphql == "https://git.example/api/graphql"
    cloud = find_address({**base, "GITHUB_API_URL": "https://api.o.ghe.com"})
    assert cloud.graphql == "https://api.o.ghe.com/graphql"
    given = find_address({**base, "GITHUB_TOKEN": "first", "GITHUB_GRAPHQL_URL": "https://q.example/g"}, "a/b.c")
    assert (given.graphql, given.token, given.repository) == ("https://q.example/g", "first", "a/b.c")
    assert "first" not in repr(given)


@pytest.mark.parametrize(
    ("environment", "kind", "said"),
    [
        ({"GH_TOKEN": "t"}, CannotProceed, "not known which repository"),
        ({"GITHUB_REPOSITORY": "o/r"}, CannotProceed, "without a token"),
        ({"GITHUB_REPOSITORY": "https://github.com/o/r", "GH_TOKEN": "t"}, WrongUsage, "is not a repository"),
        ({"GITHUB_REPOSITORY": "o/..", "GH_TOKEN": "t"}, WrongUsage, "is not a repository"),
        ({"GITHUB_REPOSITORY": "o/r", "GH_TOKEN": "a\nb"}, WrongUsage, "characters that no token has"),
        (
            {"GITHUB_REPOSITORY": "o/r", "GH_TOKEN": "t", "GITHUB_API_URL": "http://git.example"},
            WrongUsage,
            "uses http",
        ),
        ({"GITHUB_REPOSITORY": "o/r", "GH_TOKEN": "t", "GITHUB_GRAPHQL_URL": "ftp://x"}, WrongUsage, "not an address"),
    ],
)
def test_what_is_missing_or_wrong_in_the_environment_is_named(
    environment: dict[str, str], kind: type[BacklogError], said: str
) -> None:
    """Each message says which variable, and the hint what to write."""
    with pytest.raises(kind, match=said) as caught:
        find_address(environment)
    assert caught.value.where
    assert caught.value.hint


def answered(github: SimulatedGitHub, *replies: Response) -> CannotProceed:
    """The error that answers lead to; the last one is given again and again."""
    left = list(replies)
    github.responders = [lambda _: left.pop(0) if len(left) > 1 else left[0]]
    with pytest.raises(CannotProceed) as caught:
        of(github).ask(QUERY, WHERE)
    error = caught.value
    assert error.hint
    assert TOKEN not in f"{error.message} {error.where} {error.hint}"
    return error


def errors(*listed: dict[str, Any], data: Any = None) -> Response:
    """An answer with status 200 that reports errors."""
    return Response.of_json(200, {"errors": list(listed), "data": data})


@pytest.mark.parametrize(
    ("reply", "said", "advice"),
    [
        (Response.of_json(401, {"message": "Bad credentials"}), "does not accept the token (401)", "Make a new one"),
        (
            Response.of_json(403, {"message": "Resource not accessible by integration"}),
            "denies access (403): Resource not accessible by integration",
            "`contents: read` and `pull-requests: read`",
        ),
        (
            Response.of_json(403, {"message": "Resource protected by organization SAML enforcement."}),
            "single sign-on (403)",
            "Configure SSO",
        ),
        (
            Response.of_json(403, {"message": "no"}, {"X-GitHub-SSO": "required; url=https://github.com/o/sso"}),
            "single sign-on (403)",
            "Configure SSO",
        ),
        (Response.of_json(404, {"message": "Not Found"}), "does not find this", "--repository"),
        (
            Response(302, {"Location": "https://elsewhere.example/x?token=1"}),
            "redirects (302) to https://elsewhere",
            "",
        ),
        (Response.of_json(500, {"message": "x"}), "failed (500)", "githubstatus"),
        (Response.of_json(502, {"message": "x"}), "took too long (502)", "later"),
        (Response(200, {"Content-Type": "text/html"}, b"<html>sign in</html>"), "cannot be used", "proxy"),
        (Response(200, {}, b'{"data": {"repository"'), "cut off", "proxy"),
        (Response(200, {}, b"[" * 10_000), "cannot be used", "proxy"),
        (Response.of_json(200, {"data": None}), "holds no `data`", "proxy"),
        (
            errors({"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}),
            "repository harbour/backlog",
            "--repo",
        ),
        (
            errors({"type": "FORBIDDEN", "message": "Resource not accessible by integration"}),
            "denies access",
            "`pull-req",
        ),
        (errors({"type": "INSUFFICIENT_SCOPES", "message": "needs repo"}), "denies access: needs repo", "scope `repo`"),
        (
            errors({"type": "FORBIDDEN", "message": "Resource protected by organization SAML enforcement"}),
            "single sign-on",
            "Configure SSO",
        ),
        (
            errors({"type": "FORBIDDEN", "message": "part"}, data={"repository": {"defaultBranchRef": None}}),
            "denies access: part",
            "Nothing was changed",
        ),
        (errors({"message": f"odd {TOKEN} and ghp_abcdefgh12345678"}), "odd [token] and [token]", "later"),
        (Response.of_json(200, {"errors": "all of it"}), "did not answer the whole question", "later"),
    ],
)
def test_a_refusal_says_what_happened_and_what_to_do(
    github: SimulatedGitHub, reply: Response, said: str, advice: str
) -> None:
    """Whatever the status, nothing is taken from a refusal, and its words lead on."""
    error = answered(github, reply)
    assert said in error.message
    assert advice in (error.hint or "")


@pytest.mark.parametrize(
    "reply",
    [
        Response.of_json(403, {"message": "API rate limit exceeded"}, {"x-ratelimit-remaining": "0"}),
        Response.of_json(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "0"}),
        Response.of_json(429, {"message": "Slow down"}, {"Retry-After": "0"}),
        Response.of_json(
            200, {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}, {"Retry-After": "0"}
        ),
    ],
    ids=["primary", "secondary", "429", "200"],
)
def test_a_limit_that_passes_is_waited_for(github: SimulatedGitHub, reply: Response) -> None:
    """GitHub answers a limit with 403, with 429 and, in GraphQL, with 200."""
    if "x-ratelimit-remaining" in reply.headers:  # until the hour of the limit ends, by GitHub's own clock
        clock = {"x-ratelimit-reset": "1795780800", "Date": "Fri, 27 Nov 2026 12:00:00 GMT"}
        reply = replace(reply, headers={**reply.headers, **clock})
    left = [reply]
    github.responders = [lambda _: left.pop() if left else None]
    assert of(github).ask(QUERY, WHERE) == {"repository": {"defaultBranchRef": {"name": "main"}}}
    assert len(github.requests) == 2


def test_a_limit_beyond_the_deadline_ends_at_once(github: SimulatedGitHub) -> None:
    """The message says how long GitHub asks to wait, and nothing is waited for in vain."""
    clock = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795784399", "Date": "Fri, 27 Nov 2026 12:00:00 GMT"}
    error = answered(github, Response.of_json(403, {"message": "API rate limit exceeded"}, clock))
    assert "too many requests in this hour and asks to wait 3599 seconds" in error.message
    error = answered(github, errors({"type": "RATE_LIMITED", "message": "secondary rate limit"}))
    assert "too many requests at once" in error.message
    assert len(github.requests) == 2


def test_a_passing_fault_is_asked_again(github: SimulatedGitHub) -> None:
    """A question may be sent twice."""
    left = [Response.of_json(503, {})]
    github.responders = [lambda _: left.pop() if left else None]
    assert of(github).ask(QUERY, WHERE)["repository"]


def test_a_server_that_drips_is_stopped_by_the_deadline() -> None:
    """Each byte comes in time, and all of them never."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    with raw_server(drip([head, *[b" "] * 1_000], 0.05)) as origin:
        environment = {"GITHUB_REPOSITORY": "o/r", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": origin}
        with pytest.raises(CannotProceed, match=r"exchange with GitHub took longer than 0\.7 seconds"):
            connected(find_address(environment), 0.7).ask(QUERY, WHERE)


def test_issues_and_comments_are_read_and_written(github: SimulatedGitHub) -> None:
    """Every page of comments, a new one, and another text for an old one."""
    github.page = 2
    client = of(github)
    issue = read_issue(client, 7)
    assert (issue.title, issue.author, issue.labels) == ("Accept a risk", "owner", ("accept a risk",))
    assert issue.body.startswith("### Recommendation")
    made = [add_comment(client, 7, f"text {number}") for number in range(5)]
    assert [each.body for each in comments_of(client, 7)] == [f"text {number}" for number in range(5)]
    assert change_comment(client, made[3].id, "another").body == "another"
    assert comments_of(client, 7)[3].body == "another"
    assert {each.bearer for each in github.requests} == {TOKEN}


def test_an_issue_that_does_not_exist_is_an_error(github: SimulatedGitHub) -> None:
    """With the number in the place that it names."""
    with pytest.raises(CannotProceed, match=r"\(404\)") as caught:
        read_issue(of(github), 8)
    assert (caught.value.where or "").endswith("/issues/8")


def test_a_comment_that_may_have_arrived_is_not_sent_again(github: SimulatedGitHub) -> None:
    """Two comments in place of one would be worse than none."""
    github.responders = [lambda _: Response.of_json(503, {})]
    with pytest.raises(CannotProceed, match=r"\(503\)"):
        add_comment(of(github), 7, "text")
    assert len(github.requests) == 1


@pytest.mark.parametrize(
    "link",
    ["https://elsewhere.example/next", "http://127.0.0.1:1/next", "//elsewhere.example/x", "http://u@127.0.0.1/"],
)
def test_no_token_goes_to_a_next_page_elsewhere(github: SimulatedGitHub, link: str) -> None:
    """Not to another host, port or scheme."""
    github.responders = [lambda _: Response.of_json(200, [], {"Link": f'<{link}>; rel="next"'})]
    with pytest.raises(CannotProceed, match="at another address"):
        comments_of(of(github), 7)
    assert len(github.requests) == 1


def test_pages_without_end_are_refused(github: SimulatedGitHub) -> None:
    """A server cannot keep the program busy with empty pages."""
    numbers = iter(range(10_000))

    def respond(request: Request) -> Response:
        return Response.of_json(200, [], {"Link": f'<{github.origin}{request.path}?page={next(numbers)}>; rel="next"'})

    github.responders = [respond]
    with pytest.raises(CannotProceed, match="without end"):
        comments_of(of(github), 7)


def test_the_log_shows_requests_without_the_token(github: SimulatedGitHub) -> None:
    """One line for each request, with the id by which GitHub finds it."""
    lines: list[str] = []
    address = find_address(github.environment)
    GitHub(address, HttpClient(Deadline(20, ASKING), log=lines.append)).ask(QUERY, WHERE)
    assert re.fullmatch(r"POST http://127\.0\.0\.1:\d+/api/graphql: 200, \d+ bytes, [\d.]+ s", lines[0])
    assert TOKEN not in "".join(lines)
