# SPDX-License-Identifier: Apache-2.0
"""The board: what its columns and filters are called."""

from __future__ import annotations

import re
from dataclasses import replace

from secure_score_backlog.decisions.model import Blocker, Bucket
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.pages import board
from secure_score_backlog.site.work import LONGEST_REASON
from secure_score_backlog.snapshots.model import Recommendation
from secure_score_backlog.wording import badge_of
from tests.support.pages import Read, evaluated
from tests.support.tenants import acceptance, blocked, day, decision, history, versions, workspace


def read() -> Read:
    """A board with one recommendation in each section, one of them blocked by a missing licence."""
    answers = {
        "now": decision("now", blocked=blocked(Blocker.LICENSING)),
        "soon": decision("soon", Bucket.DO_SOON),
        "accept": decision("accept", Bucket.ACCEPT),
        "cover": decision("cover", Bucket.NOT_APPLICABLE),
    }
    measured = history(dict.fromkeys([*answers, "open"], (0, 4)))
    known = workspace(measured, {name: versions((1, answer)) for name, answer in answers.items()})
    return Read(evaluated(known, day(1)), board.documents)


def test_each_date_says_what_it_is() -> None:
    """When a change is due, until when a decision runs, since when something has been open: never just a date."""
    page = read()
    for section, said in (
        ("undecided", "1 October 2026 open "),
        ("do-now", " due"),
        ("do-soon", " due"),
        ("accept", " last day"),
        ("not-applicable", " last day"),
    ):
        assert said in page.sections[section], section
    headers = "Risk Recommendation Owner State Date Points Effort"
    assert all(headers in page.sections[section] for section in ("undecided", "do-now", "accept"))


def test_a_state_looks_as_on_other_pages() -> None:
    """Form, colour and mark are those of its badge, in every section."""
    page = read()
    for section, state in (("do-now", "blocked"), ("accept", "accepted"), ("do-soon", "planned")):
        badge = badge_of(state)
        assert f'<b class="backlog-tone-{badge.tone}" data-mark="{badge.mark}">{badge.label}</b>' in page.raw(section)


def test_the_filter_names_what_blocks_as_the_rows_do() -> None:
    """The choice that filters by a missing licence says so."""
    page = read()
    assert 'name="blocker" value="licensing">missing licence</label>' in page.source
    assert "Blocked by a missing licence" in page.sections["do-now"]


def test_a_large_board_stays_bounded() -> None:
    """Rows after the first hundred are brief, and the page says so."""
    ids = [f"scid_{number}" for number in range(300)]
    known = workspace(
        history(dict.fromkeys(ids, (0, 4))),
        catalogued=[Recommendation(name, name, remediation=f"<ol><li>Open page {name}</li></ol>") for name in ids],
    )
    page = Read(evaluated(known, day(1)), board.documents)
    assert page.source.count("<tr data-id") == 300
    assert page.source.count("Open page scid") == board.FULL_ROWS
    assert "After the first 100 rows, steps are on the page of each recommendation." in page.text
    assert len(page.source) < 150_000


def test_what_is_not_measured_and_has_a_decision_has_a_row() -> None:
    """With owner, date and block, and in the filters; it is no open recommendation."""
    answers = {"open": decision("open"), "gone": decision("gone", owner="IT", blocked=blocked(Blocker.LICENSING))}
    answers |= {"risk": decision("risk", Bucket.ACCEPT), "draft": decision("draft", draft=True)}
    known = workspace(history({"open": (0, 4)}), {name: versions((1, answer)) for name, answer in answers.items()})
    page = Read(evaluated(known, day(1)), board.documents)
    said = page.sections["not-measured"]
    assert page.lead.startswith(
        "1 open recommendation, by its decision, then by risk, the share that is open and the days open;"
    )
    assert "Microsoft gave no score for 3 recommendations" in said
    assert "Of those that are not retired, 2 have a decision:" in said
    assert "Blocked by a missing licence" in said
    assert "Not measured" in page.raw("not-measured")
    assert re.findall(r'<tr data-id="(\w+)"', page.raw("not-measured")) == ["gone", "risk"]
    assert 'name="owner" value="IT"' in page.source
    assert 'name="state" value="not-measured"' in page.source
    assert 'name="blocker" value="licensing"' in page.source


def test_what_was_open_on_the_first_day_may_be_so_for_longer() -> None:
    """At least the days that were measured; the exact number where it was seen to open."""
    measured = history({"A": (0, 4), "B": (4, 4)}, {"A": (0, 4), "B": (0, 4)}, {"A": (0, 4), "B": (0, 4)})
    page = Read(evaluated(workspace(measured), day(3)), board.documents)
    first, second = sorted(page.rows("undecided"))
    assert "1 October 2026 open at least since" in first + second
    assert (first + second).count("100 % open") == 2


def undecided(*levels: Risk) -> Read:
    """A board where one recommendation of each level has no decision, and one an acceptance that ended."""
    rated = {f"{level.value}{place}": level for place, level in enumerate(levels)}
    ended = versions((1, decision("old", Bucket.ACCEPT, risk=Risk.LOW, accepted=acceptance(day(2)))))
    measured = history(dict.fromkeys([*rated, "old"], (0, 4)))
    return Read(evaluated(workspace(measured, {"old": ended}, settings=Settings(risk=rated)), day(3)), board.documents)


def test_what_needs_a_new_decision_comes_first_and_many_of_little_risk_are_folded() -> None:
    """More than ten undecided of medium and low risk are behind one line that counts them; fewer are not."""
    page = undecided(*[Risk.MEDIUM] * 8, *[Risk.LOW] * 3, Risk.HIGH)
    before, line, folded = page.raw("undecided").partition('<details class="backlog-more"')
    assert line
    assert "11 more without a decision: 8 medium, 3 low" in page.sections["undecided"]
    assert re.findall(r'<tr data-id="(\w+?)\d*"|rowgroup">([^<]+)', before) == [
        *(("", "Needs a new decision"), ("old", ""), ("", "Undecided"), ("high", ""))
    ]
    assert "<summary>12 undecided</summary>" in before, "with those behind the line"
    assert re.findall(r'<tr data-id="([a-z]+)', folded) == ["medium"] * 8 + ["low"] * 3
    assert "2 October 2026 was the last day" in page.rows("undecided")[0]
    assert "Undecided Where a row is empty: no owner, open at least since 1 October 2026" in page.sections["undecided"]
    assert folded.count("<i hidden>no owner</i>") == 11
    few = undecided(*[Risk.MEDIUM] * 10, Risk.HIGH).raw("undecided")
    assert "backlog-more" not in few
    assert few.count("<tr data-id") == 12


def test_an_accepted_risk_says_why_and_a_change_what_is_done_first() -> None:
    """The reason in place of Microsoft's first step, at most two lines; the step where something is to be done."""
    long = replace(acceptance(), rationale="The crane's controller\nspeaks nothing else. " + "It is old. " * 40)
    answers = {
        "now": decision("now"),
        "accept": decision("accept", Bucket.ACCEPT, accepted=long),
        "cover": decision("cover", Bucket.NOT_APPLICABLE),
    }
    portal = "https://security.microsoft.com/x"
    catalogued = [
        Recommendation(name, name, remediation="<ol><li>Open it</li></ol>", action_url=portal) for name in answers
    ]
    decided = {name: versions((1, answer)) for name, answer in answers.items()}
    known = workspace(history(dict.fromkeys(answers, (0, 4))), decided, catalogued=catalogued)
    page = Read(evaluated(known, day(1)), board.documents)
    assert "Portal · First step: Open it" in page.sections["do-now"]
    (row,) = page.rows("accept")
    assert "Why: The crane's controller speaks nothing else. It is old." in row.replace("’", "'")
    assert len(row.partition("Why: ")[2].partition("…")[0]) < LONGEST_REASON
    assert "Why: " in page.sections["not-applicable"]
    assert "First step" not in row + page.sections["not-applicable"]
