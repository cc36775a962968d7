# SPDX-License-Identifier: Apache-2.0
"""What GitHub says about commits, asked over real HTTP of a GitHub that answers by its own schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from graphql import parse, validate

from secure_score_backlog.approvals import CommitFact, ReviewState
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.github.address import find_address
from secure_score_backlog.github.client import GitHub
from secure_score_backlog.github.errors import ASKING
from secure_score_backlog.github.pull_requests import COMMITS_A_REQUEST, QUERIES, Asker, Found, commits_query
from secure_score_backlog.http_client import RETRY_POLICY, Deadline, HttpClient
from tests.support.github_schemas import QUERIES as EVERY_QUERY
from tests.support.github_schemas import schema
from tests.support.loopback import Request, Response
from tests.support.repositories import Repository
from tests.support.simulated_github import SimulatedGitHub, cloned

AT = datetime(2026, 10, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAST_PAGE = b'"hasNextPage": false, "endCursor": null'


def connected(github: SimulatedGitHub, seconds: float = 20) -> GitHub:
    """A connection that retries at once."""
    policy = RETRY_POLICY.new(total=1, backoff_factor=0, backoff_jitter=0)
    return GitHub(find_address(github.environment), HttpClient(Deadline(seconds, ASKING), policy))


def asked(github: SimulatedGitHub, *commits: str, branch: str | None = None) -> Found:
    """What GitHub says about some commits."""
    return Asker(connected(github), branch).about(commits)


def proposed(repository: Repository, branch: str, *names: str) -> None:
    """A branch with a commit for each file."""
    repository.git("checkout", "--quiet", "-b", branch, "main")
    for name in names:
        repository.write(f"decisions/{name}.md", f"{name}\n")
        repository.commit(f"Decide about {name}")
    repository.git("checkout", "--quiet", "main")


@pytest.mark.parametrize("query", [*EVERY_QUERY, *(commits_query(count) for count in (2, 5))])
def test_every_query_is_one_that_github_answers(query: str) -> None:
    """GitHub's own schema knows every field and argument, and takes the values' types."""
    assert validate(schema(), parse(query)) == []


def test_the_schema_notices_a_field_that_github_does_not_have() -> None:
    """The check above can fail."""
    assert validate(schema(), parse(QUERIES[0].replace("headRefOid", "headOid")))


def test_a_pull_request_from_its_branch_to_the_main_branch(tmp_path: Path) -> None:
    """Author, reviews, heads and times come as they were."""
    repository = cloned(tmp_path / "r")
    proposed(repository, "relay", "A", "B")
    with SimulatedGitHub() as github:
        pull = github.open_pull(repository, "relay", "writer")
        github.review(pull, "boss", AT)
        github.review(pull, "other", AT + HOUR, "CHANGES_REQUESTED")
        github.review(pull, "talker", AT + HOUR, "COMMENTED")
        merge = github.merge(repository, pull, "merger", AT + 2 * HOUR)
        found = asked(github, merge)
    request = found.pull_requests[1]
    assert found.commits[merge].pull_request == 1
    assert (found.commits[merge].committer, found.commits[merge].signature.by_github) == ("web-flow", True)
    assert found.commits[merge].signature.verified_at is not None
    assert (request.author, request.merged_by, request.base) == ("writer", "merger", "main")
    assert (request.head, request.merge_commit) == (pull.head, merge)
    assert request.merged_at == AT + 2 * HOUR
    assert [(each.by, each.at, each.commit, each.state) for each in request.reviews] == [
        ("boss", AT, pull.head, ReviewState.APPROVED),
        ("other", AT + HOUR, pull.head, ReviewState.CHANGES_REQUESTED),
    ]
    assert request.contributors == ("writer",)


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_each_way_of_merging_is_known_by_every_commit_of_it(tmp_path: Path, how: str) -> None:
    """A rebase names its pull request in no message, and brings several commits."""
    repository = cloned(tmp_path / "r")
    proposed(repository, "relay", "A", "B")
    with SimulatedGitHub() as github:
        before = repository.git("rev-parse", "main")
        github.commit(before)
        newest = github.merge(repository, github.open_pull(repository, "relay", "writer"), "merger", AT, how)
        commits = repository.git("rev-list", "--first-parent", "main").split()
        found = asked(github, *commits)
    assert len(commits) == (3 if how == "rebase" else 2)
    assert [found.commits[commit].pull_request for commit in commits] == [1] * (len(commits) - 1) + [None]
    assert found.pull_requests[1].merge_commit == newest == commits[0]


def test_a_pull_request_of_another_branch_brought_nothing(tmp_path: Path) -> None:
    """Merged into a release branch, or still open: it is not what brought the commit."""
    repository = cloned(tmp_path / "r")
    proposed(repository, "relay", "A")
    with SimulatedGitHub() as github:
        pull = github.open_pull(repository, "relay", "writer")
        merge = github.merge(repository, pull, "merger", AT)
        pull.base = "release"
        assert asked(github, merge).commits[merge].pull_request is None
        assert asked(github, merge, branch="release").commits[merge].pull_request == 1
        pull.base, pull.merged_at = "main", None
        assert asked(github, merge).commits[merge].pull_request is None


def test_the_pull_request_that_names_the_commit_as_its_merge_goes_first(tmp_path: Path) -> None:
    """Two merged pull requests may hold a commit; GitHub's order says nothing."""
    repository = cloned(tmp_path / "r")
    proposed(repository, "one", "A")
    proposed(repository, "two", "B")
    with SimulatedGitHub() as github:
        first = github.open_pull(repository, "one", "writer")
        second = github.open_pull(repository, "two", "writer")
        github.merge(repository, first, "merger", AT)
        merge = github.merge(repository, second, "merger", AT + HOUR)
        github.commits[merge].pulls = [1, 2]
        assert asked(github, merge).commits[merge].pull_request == 2


def test_deleted_accounts_bots_and_replaced_heads_are_told(tmp_path: Path) -> None:
    """GitHub says null for an account that is gone, and for a commit that a force push replaced."""
    repository = cloned(tmp_path / "r")
    proposed(repository, "relay", "A")
    with SimulatedGitHub() as github:
        pull = github.open_pull(repository, "relay", "gone")
        github.deleted, github.bots = {"gone"}, {"renovate"}
        github.review(pull, "gone", AT)
        github.review(pull, "renovate", AT + HOUR, commit="")
        merge = github.merge(repository, pull, "renovate", AT + 2 * HOUR)
        request = asked(github, merge).pull_requests[1]
    assert (request.author, request.merged_by, request.contributors) == ("", "renovate[bot]", ())
    assert [(each.by, each.commit) for each in request.reviews] == [("", pull.head), ("renovate[bot]", "")]


def test_reviews_and_commits_are_read_to_their_last_page(tmp_path: Path) -> None:
    """Seven reviews and five commits at two a page."""
    repository = cloned(tmp_path / "r")
    proposed(repository, "relay", *"ABCDE")
    with SimulatedGitHub(page=2) as github:
        pull = github.open_pull(repository, "relay", "writer")
        pull.writers = ["a", "b", "c", "d", "e"]
        for number in range(7):
            github.review(pull, f"reviewer-{number}", AT + number * HOUR)
        merge = github.merge(repository, pull, "merger", AT + 9 * HOUR)
        github.commits[merge].pulls = [5, 6, 7, 1]
        request = asked(github, merge).pull_requests[1]
    assert [each.by for each in request.reviews] == [f"reviewer-{number}" for number in range(7)]
    assert request.contributors == ("a", "b", "c", "d", "e")


def test_one_request_asks_about_25_commits() -> None:
    """Sixty commits are three requests, and what GitHub does not have is told apart."""
    commits = [f"{number:040x}" for number in range(1, 61)]
    with SimulatedGitHub() as github:
        for commit in commits[:-1]:
            github.commit(commit, "somebody")
        found = asked(github, *commits)
        assert len(github.asked) == 3
        assert {len(each) - 2 for each in github.asked} == {COMMITS_A_REQUEST, 10}
    assert found.unknown == (commits[-1],)
    assert found.commits[commits[0]] == CommitFact(commits[0], author="somebody")


def test_a_question_that_takes_too_long_is_asked_in_smaller_parts() -> None:
    """GitHub gives up after ten seconds; fewer commits take less."""
    commits = [f"{number:040x}" for number in range(1, 31)]
    slow = {"errors": [{"message": "Something went wrong while executing your query. It may be a timeout."}]}

    def respond(request: Request) -> Response | None:
        return Response.of_json(200, slow) if request.body.count(b": GitObjectID!") > 5 else None

    with SimulatedGitHub([respond]) as github:
        for commit in commits:
            github.commit(commit)
        assert asked(github, *commits).commits.keys() == set(commits)
        assert len(github.requests) == 1 + 6
        github.responders = [lambda _: Response.of_json(502, {"message": "Server Error"})]
        with pytest.raises(CannotProceed, match=r"took too long \(502\)"):
            asked(github, *commits)


def test_an_older_enterprise_server_is_asked_without_the_newer_field() -> None:
    """`verifiedAt` is younger than versions that are still supported."""
    commit = "a" * 40
    names = {"code": "undefinedField", "fieldName": "verifiedAt"}
    unknown = {"message": "Field 'verifiedAt' doesn't exist", "extensions": names}

    def respond(request: Request) -> Response | None:
        return Response.of_json(200, {"errors": [unknown]}) if b"verifiedAt" in request.body else None

    with SimulatedGitHub([respond]) as github:
        github.commit(commit, state="VALID")
        found = asked(github, commit)
        assert found.commits[commit].signature.valid
        assert found.commits[commit].signature.verified_at is None
        github.responders = [lambda _: Response.of_json(200, {"errors": [unknown]})]
        with pytest.raises(CannotProceed, match="does not know a field"):
            asked(github, commit)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (b'"oid": "', "another commit"),
        (b'"mergedAt": "', "without number, time or head"),
        (b'"headRefOid": "', "without number, time or head"),
        (b'"submittedAt": "', "a review of pull request #1 without a time"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_whole(tmp_path: Path, change: bytes, said: str) -> None:
    """What is recorded stays for ever, so nothing is guessed."""
    repository = cloned(tmp_path / "r")
    proposed(repository, "relay", "A")
    with SimulatedGitHub() as github:
        pull = github.open_pull(repository, "relay", "writer")
        github.review(pull, "boss", AT)
        merge = github.merge(repository, pull, "merger", AT + HOUR)

        def respond(request: Request) -> Response | None:
            good = github.answer(request)
            return Response(200, good.headers, good.body.replace(change, change + b"x", 1))

        github.responders = [respond]
        with pytest.raises(CannotProceed, match=said):
            asked(github, merge)


def test_pages_without_end_are_refused(tmp_path: Path) -> None:
    """A page that names itself as the next one would be asked for for ever."""
    repository = cloned(tmp_path / "r")
    proposed(repository, "relay", "A")
    with SimulatedGitHub(page=1) as github:
        pull = github.open_pull(repository, "relay", "writer")
        github.review(pull, "boss", AT)
        github.review(pull, "boss", AT)
        merge = github.merge(repository, pull, "merger", AT + HOUR)

        def respond(request: Request) -> Response | None:
            good = github.answer(request)
            if b"MoreReviews" not in request.body:
                return None
            endless = good.body.replace(LAST_PAGE, b'"hasNextPage": true, "endCursor": "1"')
            return Response(200, good.headers, endless)

        github.responders = [respond]
        with pytest.raises(CannotProceed, match="without end"):
            asked(github, merge)
