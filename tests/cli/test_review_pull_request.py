# SPDX-License-Identifier: Apache-2.0
"""`backlog review --pull-request`: a month on a branch of a simulated GitHub, until it is signed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from secure_score_backlog.cli import options
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.reports.review_request import LARGEST_BODY, MARK, Wanted, body_of
from tests.support.graph_items import control, profile, score
from tests.support.loopback import Request, Response
from tests.support.repositories import Repository
from tests.support.running import RunBacklog, run_here
from tests.support.simulated_github import TOKEN, Pull, SimulatedGitHub
from tests.support.tenants import day, decision, history, versions, workspace
from tests.support.workflow_log import active, obeyed, shown

DECISION = """---
recommendation: AdminMFAV2
bucket: do-soon
risk: critical
reduces: Stolen passwords of administrators.
owner: Head of IT
impact: none
prerequisites: none
proof: the sign-in log
due: {due}
ask: {{from: leadership, since: 2026-10-05, question: "{question}"}}
---
"""
MINUTES, FACTS = "docs/reviews/2026-10.md", "docs/reviews/2026-10.json"
BRANCH = "review/2026-10"
NOW = datetime(2026, 11, 9, 7, tzinfo=UTC)


class Stage:
    """A clone with thirty-five days of one open recommendation and a decision, and GitHub."""

    def __init__(self, folder: Path, github: SimulatedGitHub, backlog: RunBacklog, measured: Path) -> None:
        self.github, self.backlog = github, backlog
        shutil.copytree(measured, folder / "clone")
        self.clone = Repository.existing(folder / "clone")
        self.decide("Buy keys?")
        github.hosted = folder / "hosted.git"
        self.clone.git("clone", "--quiet", "--bare", str(self.clone.folder), str(github.hosted))
        self.clone.git("remote", "add", "origin", str(github.hosted))

    def decide(self, question: str, due: str = "2026-10-20", when: str = "2026-10-06T08:00:00+00:00") -> None:
        """Commit the decision to the clone's main branch."""
        self.clone.commit("Decide", when, decisions__AdminMFAV2=DECISION.format(question=question, due=due))

    def push(self) -> None:
        """Bring the clone's main branch to GitHub."""
        self.clone.git("push", "--quiet", "origin", "HEAD:main")

    def run(self, *arguments: str, expect: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the command in the clone."""
        environment = {**self.github.environment, **variables}
        call = ("review", "--pull-request", *arguments)
        return self.backlog(*call, cwd=self.clone.folder, environment=environment, expect=expect)

    @property
    def pull(self) -> Pull:
        """The only pull request."""
        (found,) = self.github.pulls.values()
        return found

    def show(self, path: str, branch: str = BRANCH) -> str:
        """A file on GitHub."""
        return self.github.git("show", f"{branch}:{path}")

    def head(self, branch: str = BRANCH) -> str:
        """The newest commit of a branch on GitHub; empty where there is none."""
        return self.github.git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", check=False)

    def merge(self) -> None:
        """Merge the pull request by hand, and update the clone."""
        self.clone.git("fetch", "--quiet", "origin", BRANCH)
        self.clone.merge("FETCH_HEAD", "Merge pull request #1 from harbour/review/2026-10", "2026-11-06T08:00:00+00:00")
        self.push()
        self.pull.merged_at, self.pull.merged_by = NOW, "boss"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with thirty-five days of one open recommendation."""
    folder = tmp_path_factory.mktemp("measured")
    days = [date(2026, 10, 1) + timedelta(days=number) for number in range(35)]
    answer = [score(day, [control("AdminMFAV2", 5, 50)]) for day in reversed(days)]
    saved = folder / "saved.json"
    saved.write_text(json.dumps({"value": [*answer, profile("AdminMFAV2")]}, default=str), encoding="utf-8")
    tenant = Repository(folder / "tenant").folder
    run_here("import", saved, "--root", tenant, expect=0)
    return tenant


@pytest.fixture
def stage(tmp_path: Path, backlog: RunBacklog, measured: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A few days after the end of October."""
    monkeypatch.setattr(options, "now", lambda: NOW)
    with SimulatedGitHub() as server:
        yield Stage(tmp_path, server, backlog, measured)


def test_last_month_is_proposed_once(stage: Stage) -> None:
    """A branch with both files, and a pull request that says what to decide; a second run changes nothing."""
    main = stage.head("main")
    finished = stage.run()
    pull = stage.pull
    assert (
        f"The pull request for October 2026 is opened: {stage.github.origin}/harbour/backlog/pull/1" in finished.stdout
    )
    assert TOKEN not in finished.stdout + finished.stderr
    assert (pull.title, pull.base, pull.branch) == ("Review of October 2026", "main", BRANCH)
    assert json.loads(stage.show(FACTS))["month"] == "2026-10"
    assert "### Decisions requested" in stage.show(MINUTES)
    for words in ("Observed in full on", "Buy keys?", "**overdue**", "Score", "Actions until next month"):
        assert words in pull.body
    assert f"https://github.com/harbour/backlog/edit/{BRANCH}/{MINUTES}" in pull.body
    assert stage.head("main") == main
    assert stage.clone.git("status", "--porcelain") == ""
    assert stage.github.commits[stage.head()].by_github
    before = (stage.head(), pull.body)
    assert "is up to date" in stage.run().stdout
    assert (stage.head(), stage.pull.body) == before


def test_the_check_of_pull_requests_takes_the_proposal(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An automated account made the commits: no rule of `check` objects to a month that is new."""
    stage.run()
    stage.clone.git("fetch", "--quiet", "origin", BRANCH)
    stage.clone.git("checkout", "--quiet", "FETCH_HEAD")
    monkeypatch.setattr(options, "now", lambda: datetime.now(UTC))  # GitHub's own clock made the commit
    checked = stage.backlog("check", "--base", "main", "--json", cwd=stage.clone.folder)
    assert [each for each in json.loads(checked.stdout)["problems"] if each["severity"] == "error"] == []


def test_new_facts_renew_the_proposal(stage: Stage) -> None:
    """Facts, scaffold and text follow the data, as long as nobody wrote into the minutes."""
    stage.run()
    stage.decide("Buy locks?", when="2026-10-07T08:00:00+00:00")
    assert "is renewed" in stage.run().stdout
    for text in (stage.show(MINUTES), stage.show(FACTS), stage.pull.body):
        assert "Buy locks?" in text
        assert "Buy keys?" not in text
    assert stage.github.git("rev-list", "--count", f"main..{BRANCH}") == "2"


def test_what_a_person_wrote_stays(stage: Stage) -> None:
    """Minutes on the branch, and a text of the pull request without the mark; the facts are renewed all the same."""
    stage.run()
    stage.github.commit_files(BRANCH, {MINUTES: "We met.\n"}, "Write the minutes")
    stage.decide("Buy locks?", when="2026-10-07T08:00:00+00:00")
    stage.run()
    assert stage.show(MINUTES) == "We met."
    assert "Buy locks?" in stage.show(FACTS)
    stage.pull.body = "Ours."
    assert "is somebody else's and stays" in stage.run().stderr
    assert stage.pull.body == "Ours."


def test_a_branch_without_its_pull_request_is_gone_on_with(stage: Stage) -> None:
    """A run that was killed, or whose minutes a person changed before there was a pull request: nothing is lost."""
    stage.run()
    stage.github.commit_files(BRANCH, {MINUTES: "We met.\n"}, "Write the minutes")
    del stage.github.pulls[1]
    assert "is opened" in stage.run().stdout
    assert stage.show(MINUTES) == "We met."


def test_a_signed_month_is_not_touched(stage: Stage) -> None:
    """Once it is merged, nothing is asked of GitHub that changes anything, whatever the facts would be now."""
    stage.run()
    stage.merge()
    stage.decide("Buy locks?", when="2026-10-07T08:00:00+00:00")
    before = (stage.head(), stage.head("main"), stage.pull.body)
    assert "October 2026 is already signed" in stage.run().stdout
    assert (stage.head(), stage.head("main"), stage.pull.body) == before


def test_minutes_that_are_merged_already_are_not_proposed(stage: Stage) -> None:
    """Somebody wrote them by hand: the facts alone are missing."""
    stage.clone.commit("Write the minutes", "2026-11-02T08:00:00+00:00", docs__reviews__2026_10="We met.\n")
    stage.clone.git("mv", "docs/reviews/2026_10.md", MINUTES)
    stage.clone.commit("Name them", "2026-11-02T09:00:00+00:00")
    stage.push()
    stage.run()
    assert stage.github.git("diff", "--name-only", "main", BRANCH).split() == [FACTS]
    assert "The minutes are written already" in stage.pull.body
    assert "scaffold" not in stage.pull.body


def test_a_closed_proposal_stays_closed(stage: Stage) -> None:
    """A person's no is taken for one; the next scheduled run is no fight, and no failure."""
    stage.run()
    stage.pull.closed = True
    assert "was closed without a merge" in stage.run().stdout
    assert len(stage.github.pulls) == 1


def test_a_month_that_is_to_be_signed_again(stage: Stage) -> None:
    """Its facts were taken out by a pull request: the old branch has to go, and then there is a new proposal."""
    stage.run()
    stage.merge()
    (stage.clone.folder / FACTS).unlink()
    stage.clone.commit("Take the facts out", "2026-11-07T08:00:00+00:00")
    stage.push()
    refused = stage.run(expect=3)
    assert f"delete the branch {BRANCH}" in refused.stderr
    stage.github.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    stage.run()
    assert [each.merged_at is None for each in stage.github.pulls.values()] == [False, True]
    assert stage.github.git("diff", "--name-only", "main", BRANCH).split() == [FACTS]


@pytest.mark.parametrize("month", ["2026-08", "2026-12"])
def test_a_month_without_a_snapshot_ends_cleanly(stage: Stage, month: str) -> None:
    """It is told, also on the page of the run, and GitHub is not asked for anything."""
    summary = stage.clone.folder.parent / "summary.md"
    finished = stage.run(month, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    (told,) = obeyed(finished.stdout)
    assert told.name == "notice"
    assert "was not measured" in told.data
    assert "was not measured" in summary.read_text(encoding="utf-8")
    assert stage.github.requests == []


def test_a_month_whose_days_may_still_come_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Collecting has stopped in the middle of a month that is over: red, not signed with a gap."""
    monkeypatch.setattr(options, "now", lambda: NOW + timedelta(days=30))
    failed = stage.run(expect=3)
    assert "November 2026 is not signed yet: nothing is stored after 2026-11-04" in failed.stderr
    assert stage.github.requests == []


def test_the_month_can_be_named_by_a_variable(stage: Stage) -> None:
    """So a workflow passes what a person typed without a script; an empty one is none, a wrong one is refused."""
    assert "August 2026 was not measured" in stage.run(BACKLOG_MONTH="2026-08").stdout
    assert "October 2026 is opened" in stage.run(BACKLOG_MONTH="").stdout
    stage.run(BACKLOG_MONTH="$(id)", expect=2)


def test_where_workflows_may_open_no_pull_request_the_setting_is_named(stage: Stage) -> None:
    """Nothing is lost: the branch is there, a person can open it, and the next run goes on from there."""
    stage.github.opens_pulls = False
    refused = stage.run(expect=3)
    assert "Allow GitHub Actions to create and approve pull requests" in refused.stderr
    assert f"gh pr create --repo harbour/backlog --head {BRANCH}" in refused.stderr
    assert "### Decisions requested" in stage.show(MINUTES)
    stage.github.pulls[1] = Pull(1, "boss", stage.head(), "main", BRANCH, "October", body="By hand.")
    assert "somebody else's" in stage.run().stderr
    assert (stage.pull.author, stage.pull.body) == ("boss", "By hand.")


def test_two_runs_at_once_make_one_pull_request(stage: Stage) -> None:
    """The other one was faster with the branch and with the pull request."""
    asked: list[str] = []

    def faster(request: Request) -> Response | None:
        for change, done in (
            (b"createRef", lambda: stage.github.git("update-ref", f"refs/heads/{BRANCH}", "main")),
            (
                b"createPullRequest",
                lambda: stage.github.pulls.update({7: Pull(7, "github-actions", "", "main", BRANCH, "x")}),
            ),
        ):
            if change in request.body and change.decode() not in asked:
                asked.append(change.decode())
                done()
        return None

    stage.github.bots.add("github-actions")
    stage.github.responders.append(faster)
    stage.run()
    assert asked == ["createRef", "createPullRequest"]
    assert list(stage.github.pulls) == [7]


def test_a_fork_with_a_branch_of_this_name_is_no_proposal(stage: Stage) -> None:
    """Anybody who can fork could open one."""
    stage.github.pulls[1] = Pull(1, "stranger", "", "main", BRANCH, "x", fork=True)
    stage.run()
    assert [each.author for each in stage.github.pulls.values()] == ["stranger", "github-actions"]


@pytest.mark.parametrize(
    ("visibility", "variables", "says"),
    [
        ("public", {}, "is public"),
        ("private", {"GITHUB_REF": "refs/heads/try"}, "This run is for the branch"),
        ("private", {"GITHUB_TOKEN": ""}, "`contents: write` and `pull-requests: write`"),
    ],
)
def test_what_must_not_be_is_refused(stage: Stage, visibility: str, variables: dict[str, str], says: str) -> None:
    """Open risks for the world to read, decisions that nobody merged, no token: nothing is changed."""
    stage.github.visibility = visibility
    assert says in stage.run(expect=3, **variables).stderr
    assert stage.head() == ""
    assert stage.github.pulls == {}


def test_other_peoples_texts_do_nothing_in_the_pull_request(stage: Stage) -> None:
    """No mention, no link, no HTML, no way out of the code block; the text stays within what GitHub takes."""
    hostile = "@boss #1 https://example.com < img src=x> ````` [a](https://example.org) :tada: "
    stage.decide(hostile, when="2026-10-07T08:00:00+00:00")
    stage.run()
    page = shown(stage.pull.body)
    assert active(page) == []
    assert "img" not in page.elements
    assert [value for name, value in page.attributes if name == "href"] == [
        f"https://github.com/harbour/backlog/edit/{BRANCH}/{MINUTES}"
    ]
    assert "example.org" in page.text


@pytest.mark.parametrize(("owner", "more"), [("Head of IT", 70), ("* " * 500, 90)])
def test_a_text_that_would_be_too_long_is_cut(owner: str, more: int) -> None:
    """GitHub takes 65,536 characters; what is left out is counted."""
    decided = {f"A{number}": decision(f"A{number}", Bucket.ACCEPT, owner=owner) for number in range(100)}
    measured = history(dict.fromkeys(decided, (4, 4)), dict.fromkeys(decided, (1, 4)))
    known = workspace(measured, {name: versions((1, said)) for name, said in decided.items()})
    facts = evaluate(known, day(2))
    body = body_of(Wanted("2026-10", facts, "", MINUTES, "*" * 500_000, "", BRANCH))
    assert f"- and {more} more" in body
    assert len(body) <= LARGEST_BODY


def test_the_text_can_be_read_before(stage: Stage) -> None:
    """With --dry-run nobody is asked, and nothing is changed."""
    text = stage.run("--dry-run").stdout
    assert MARK.match(text)
    assert "Buy keys?" in text
    assert stage.github.requests == []
