# SPDX-License-Identifier: Apache-2.0
"""What is not known is said: four tenants of others, read sentence by sentence, on pages and at a terminal."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from secure_score_backlog import wording
from secure_score_backlog.ratings import load_ratings
from secure_score_backlog.site.pages import recommendation
from tests.support.foreign_tenants import IDS, TENANTS, facts_of, made, pages_of
from tests.support.pages import Read, evaluated
from tests.support.running import RunBacklog
from tests.support.tenants import day, decision, history, versions, workspace

Tenant = Callable[[str], Path]
OVERCLAIMS = {
    "5 of 232 scores": (
        "Every open recommendation has a decision",
        "Microsoft measures nothing here that is open",
        "Microsoft measures nothing of this here",
        "Microsoft measures everything it lists",
        "Observed in full on 2 of 2 days",
        "All 16 checks are clear",
        "complete.",
    ),
    "one old day": (
        "none missing",
        "snapshot of every day",
        "Last finished month with a measurement: October 2026",
        "Microsoft still has these days: 2 January 2024",
        "Open for 1 055 days",
        "sent no description",
        "does not list this recommendation any more",
    ),
    "a portal CSV": (
        "Microsoft gave 23",
        "Microsoft reported 23",
        "backfilled (scores only)",
        "Microsoft’s answer",
        "Observed in full on 1 of",
    ),
    "two years with a gap": (
        "Observed in full on 549",
        "Observed in full on 730",
        "observed on 730 of 730 days",
        "observed on 549 of 730 days",
        "none missing",
    ),
}
"""What no page of a tenant may say."""


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    """The folder of a tenant, made once."""
    folders: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in folders:
            folders[name] = made(name, tmp_path_factory.mktemp("foreign") / "tenant")
        return folders[name]

    return folder


@pytest.fixture(params=list(TENANTS))
def name(request: pytest.FixtureRequest) -> str:
    """Each of the four."""
    return str(request.param)


def page(root: Path, path: str) -> str:
    """The text of one page."""
    return pages_of(root)[path]


def test_no_page_claims_more_than_is_known(tenant: Tenant, name: str) -> None:
    """Sentences that were wrong about this kind of tenant are on none of its pages."""
    found = [
        (path, words)
        for path, text in pages_of(tenant(name)).items()
        if not path.startswith(("glossary", "downloads"))
        for words in OVERCLAIMS[name]
        if words in text
    ]
    assert found == []


def test_every_page_of_old_data_says_how_old_it_is(tenant: Tenant, name: str) -> None:
    """A banner below the title of each page, also of recommendations and past months; no page of fresh data has it."""
    banner = {
        "one old day": "The data is 1 055 days old The newest snapshot is of 1 January 2024",
        "a portal CSV": "The data is 203 days old The newest snapshot is of 2 May 2026",
    }.get(name)
    texts = pages_of(tenant(name))
    assert len(texts) > 10
    if banner:
        assert [path for path, text in texts.items() if banner not in text] == []
    else:
        assert [path for path, text in texts.items() if "The data is" in text] == []


def test_a_score_without_its_recommendations_is_called_unexplained(tenant: Tenant) -> None:
    """815.22 of 1376 points, and five scores: home, board, score, month, attention and evidence say so, and why."""
    root = tenant("5 of 232 scores")
    said = (
        "Most of the score is unexplained Microsoft’s score is 815.22 of 1 376 points. The 5 recommendations with a "
        "score here account for 23 of 50. Whether anything else is open, or decided, is unknown. This happens when a "
        "score is stored without all of its recommendations, or without their profiles"
    )
    for path in ("index.md", "board.md", "score.md", "evidence.md", "reviews/2026-11.md"):
        assert said in page(root, path).replace("\u202f", " "), path
    assert "the score is unexplained in part" in page(root, "attention.md")
    caption = (
        "10 have no decision in force. Of the maximum, 1 326 points cannot be explained: "
        "no recommendation known here accounts for that."
    )
    assert caption in page(root, "score.md").replace("\u202f", " ")
    assert "Observed in full on 0 of 2 days since 20 November 2026; 1 partial" in page(root, "evidence.md")
    assert facts_of(root).score.planned > facts_of(root).score.current  # type: ignore[union-attr]


def test_nothing_is_green_while_most_of_the_score_is_unexplained(backlog: RunBacklog, tmp_path: Path) -> None:
    """With a decision on each of the five, home and triage still do not say that everything is decided."""
    root = made("5 of 232 scores", tmp_path / "tenant")
    text = (root / "decisions" / f"{IDS[1]}.md").read_text(encoding="utf-8")
    (root / "decisions" / f"{IDS[4]}.md").write_text(text.replace(IDS[1], IDS[4]), encoding="utf-8")
    backlog("render", "--root", root, expect=0)
    home = (root / "build/pages/index.md").read_text(encoding="utf-8")
    assert "Every open recommendation with a score has a decision in force." in home
    assert "backlog-tone-good" not in home.partition("{ #blindspots }")[0]
    said = " ".join(backlog("triage", "--root", root, expect=0).stdout.split())
    assert said.startswith("Nothing is undecided among the 5 recommendations of the newest snapshot, 20 November 2026,")
    assert "Most of the score is unexplained." in said
    assert "Most of the score is unexplained." in " ".join(backlog("status", "--root", root, expect=0).stdout.split())


def test_a_missing_profile_is_called_missing(tenant: Tenant) -> None:
    """27 scores of one old day have no profile: the page says what is unknown, above the description that there is."""
    root = tenant("one old day")
    texts = pages_of(root)
    bare = texts[f"recommendations/{IDS[50].lower().replace('_', '-')}.md"]
    said = "its profile is not stored here, so title, steps, effort and user impact are unknown."
    assert f"Microsoft scores this recommendation, but {said} About {IDS[50]}." in bare
    assert sum(said in text for text in texts.values()) == 27
    unknown = facts_of(root).explained.without_maximum  # type: ignore[union-attr]
    assert unknown > 0
    assert f"For {unknown} recommendations the maximum is unknown, because no profile is stored." in texts["index.md"]


def test_months_that_nobody_measured_are_not_measured(tenant: Tenant, name: str) -> None:
    """No month without a snapshot has a score of its own, in the tables of months as in the list of reviews."""
    root = tenant(name)
    facts, texts = facts_of(root), pages_of(root)
    unmeasured = [review.month for review in facts.reviews if not review.is_measured]
    expected = {"one old day": 13, "5 of 232 scores": 0, "a portal CSV": 6, "two years with a gap": 6}
    assert len(unmeasured) == expected[name]
    months = texts["score.md"].partition("The score at the end of each month")[2].partition("Not measured:")[0]
    for month in unmeasured:
        text = texts[f"reviews/{month}.md"]
        assert "Not measured No day of this month has a snapshot." in text
        assert "Unknown: this month was not measured." in text
        assert "Not measured in this month. The newest score before is" in text
        assert month.replace("-", "") not in months
    named = {
        "one old day": "Not measured: February 2024 to November 2026.",
        "a portal CSV": "Not measured: June 2026 to November 2026.",
        "two years with a gap": "Not measured: September 2025 to February 2026.",
    }.get(name)
    assert ("Not measured:" in texts["score.md"]) is (named is not None)
    assert named is None or named in texts["score.md"]
    if name == "one old day":  # the months between the first twelve and the last have no page of their own
        assert "February 2024 to October 2026 January 2025 nothing; not measured –" in texts["reviews/index.md"]
        assert "February 2024 to October 2026 not measured none" in texts["evidence.md"]
    if name == "two years with a gap":
        assert "September 2025 to February 2026 February 2026 nothing; not measured –" in texts["reviews/index.md"]
        assert "September 2025 to February 2026 not measured none" in texts["evidence.md"]


def test_a_gap_and_backfilled_days_are_no_full_observation(tenant: Tenant) -> None:
    """Of 730 days 519 were observed in full; 30 with scores only and 181 missing ones are named beside them."""
    root = tenant("two years with a gap")
    texts = pages_of(root)
    said = "Observed in full on 519 of 730 days since 22 November 2024; 30 with scores only"
    assert f"{said}; 181 missing." in texts["evidence.md"]
    named = "(23 October 2026 to 21 November 2026); 181 missing (1 September 2025 to 28 February 2026)."
    assert f"{said} {named}" in texts["evidence.md"]
    held = texts[f"recommendations/{IDS[1].lower()}.md"]
    since = "Fully implemented since 1 April 2025: observed on 389 of 600 days; 30 with scores only; 181 not measured"
    assert since in held
    assert "since 1 April 2025, 181 days not measured" in texts["board.md"]
    assert "Observed in full on 22 of 31 days; 9 with scores only." in texts["reviews/2026-10.md"]


def test_what_changed_during_a_gap_has_no_day(tenant: Tenant) -> None:
    """Lost while nobody measured: between the two snapshots, not on the day on which it was seen first."""
    root = tenant("two years with a gap")
    lost = page(root, f"recommendations/{IDS[4].lower()}.md")
    assert "Lost points between 31 August 2025 and 1 March 2026" in lost
    assert "on 1 March 2026" not in lost.partition("Over time")[0]


def test_a_csv_is_not_called_an_answer_of_microsoft(tenant: Tenant) -> None:
    """Its sums are sums of rows, and its day is known by points only."""
    root = tenant("a portal CSV")
    assert "On 2 May 2026 the rows of the portal’s CSV added up to" in page(root, "index.md")
    assert "added up from a portal CSV" in page(root, "score.md")
    evidence = page(root, "evidence.md")
    assert "1 day imported from a CSV of the Defender portal" in evidence
    assert "For 1 imported day: what the imported file held, not what Microsoft answered." in evidence


def test_the_days_that_there_are_are_named(tenant: Tenant, name: str) -> None:
    """Where nothing can be compared, the page says which snapshots there are, never that there is one."""
    score = page(tenant(name), "score.md")
    one = re.search(r"There is one snapshot, of (\d+ \w+ \d+)\.", score)
    expected = {"one old day": "1 January 2024", "5 of 232 scores": "20 November 2026", "a portal CSV": "2 May 2026"}
    assert (one[1] if one else None) == expected.get(name)


def test_each_command_says_which_day_it_judges_and_why(tenant: Tenant, name: str, backlog: RunBacklog) -> None:
    """`status` and `triage` the newest commit's day, a month its end, `check` today."""
    root = tenant(name)
    status = " ".join(backlog("status", "--root", root, expect=0).stdout.split())
    why = "newest snapshot and the newest commit" if name == "two years with a gap" else "newest commit"
    assert f"A company, as of 21 November 2026 (the day of the {why})" in status
    assert "`backlog check` uses today’s date, so its count can differ." in status
    for review in [review for review in facts_of(root).reviews if review.finished][:1]:
        month = " ".join(backlog("status", "--month", review.month, "--root", root, expect=0).stdout.split())
        assert f"(the end of {wording.month(review.month)})" in month
    assert f"as of 21 November 2026 (the day of the {why})" in " ".join(
        backlog("triage", "--root", root, expect=0).stdout.split()
    )
    assert ", as of today, 20" in backlog("check", "--root", root).stdout


def test_commands_say_how_old_the_data_is(tenant: Tenant, backlog: RunBacklog) -> None:
    """`status` and `triage` in words, `status --json` as a problem."""
    root = tenant("one old day")
    old = "The data is 1 055 days old: the newest snapshot is of 1 January 2024."
    for command in ("status", "triage"):
        said = " ".join(backlog(command, "--root", root, expect=0).stdout.replace("\u202f", " ").split())
        assert old in said
        assert "November 2026 is not measured: it has no snapshot." in said
    found = json.loads(backlog("status", "--json", "--root", root, expect=0).stdout)
    assert [problem["code"] for problem in found["problems"]].count("snapshot-old") == 1
    none = {"complete": 0, "backfilled": 0, "partial": 0, "missing": 0}
    month = {**none, "from": "2026-11-01", "days": 21, "since_newest": 21}
    assert found["coverage"] == {
        **none, "from": "2024-01-01", "days": 1056, "partial": 1, "since_newest": 1055, "month": month,
    }  # fmt: skip


def test_a_month_that_nobody_measured_is_not_signed(backlog: RunBacklog, tmp_path: Path) -> None:
    """Exit 3, what to do instead, and no file; a month with a gap is signed with its days, and `review` says so."""
    root = made("two years with a gap", tmp_path / "tenant")
    refused = backlog("review", "2025-10", "--root", root, expect=3)
    assert "October 2025 was not measured: it has no snapshot" in refused.stderr
    assert "docs/reviews/2025-10.md" in refused.stderr
    assert not (root / "docs" / "reviews").exists()
    signed = backlog("review", "2026-10", "--root", root, expect=0)
    assert "Observed in full on 22 of 31 days; 9 with scores only." in signed.stderr.replace("\u00a0", " ")
    facts = json.loads((root / "docs/reviews/2026-10.json").read_text(encoding="utf-8"))["facts"]
    assert facts["coverage"]["month"]["backfilled"] == 9


@pytest.mark.parametrize("profile", ["insurer", "public"])
def test_readers_outside_are_told_too(tenant: Tenant, backlog: RunBacklog, tmp_path: Path, profile: str) -> None:
    """Every page for insurers and the public carries the banner; the summary says what of the score is unexplained."""
    root = shutil.copytree(tenant("one old day"), tmp_path / "tenant")
    backlog("render", "--profile", profile, "--root", root, expect=0)
    pages = [path.read_text(encoding="utf-8") for path in (root / "build" / "pages").rglob("*.md")]
    assert pages
    assert all("days old</p>" in text for text in pages)
    summary = (root / "build/pages/index.md").read_text(encoding="utf-8")
    assert ("A part of the score is unexplained" in summary) is (profile == "insurer")


def test_rating_a_recommendation_keeps_the_reason_of_the_list(tenant: Tenant) -> None:
    """What goes wrong while it is open is said whoever gave the level, also beside the risk that the decision names."""
    text = page(tenant("5 of 232 scores"), f"recommendations/{IDS[1].lower()}.md")
    assert "Anybody who guesses, buys or obtains a password" in text
    assert "risk: High from our decision" in text
    rated = decision("AdminMFAV2", reduces="Stolen passwords of administrators.")
    known = workspace(history({"AdminMFAV2": (0, 10)}), {"AdminMFAV2": versions((1, rated))}, ratings=load_ratings())
    read = Read(evaluated(known, day(1)), recommendation.documents)
    assert "Stolen passwords of administrators." in read.lead
    assert "From the program’s list of ratings: A single stolen password is enough" in read.lead
