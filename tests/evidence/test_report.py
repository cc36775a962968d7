# SPDX-License-Identifier: Apache-2.0
"""The report as a PDF: typst keeps it to PDF/UA-1, and another library reads it back."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.approval import Approval
from secure_score_backlog.evaluation.audit import Area, Audit, AuditedCommit, Kind
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.evidence import letters
from secure_score_backlog.evidence.afterwards import became
from secure_score_backlog.evidence.blocks import Report, Section, bullets, cell, listed, table
from secure_score_backlog.evidence.letters import BREAK, LONGEST, breakable, font_folder, settable, together
from secure_score_backlog.evidence.report import (
    as_text,
    report_of,
)
from secure_score_backlog.evidence.report_exceptions import settings_changed
from secure_score_backlog.evidence.report_pdf import report_pdf
from secure_score_backlog.evidence.report_values import TEXTS, About, AnsweredQuestion, AnsweredQuestions
from secure_score_backlog.evidence.report_words import days_observed
from secure_score_backlog.site import profiles
from secure_score_backlog.site.pages.citations import TEXTS as CITATIONS
from secure_score_backlog.site.pages.evidence import without_signature
from secure_score_backlog.site.profiles import INSURER
from secure_score_backlog.snapshots.coverage import Coverage, DayKind, DayRun
from tests.support.awkward import ARABIC, GERMAN, JAPANESE, ONE_WORD, UNBROKEN
from tests.support.backlogs import AS_OF, backlog
from tests.support.downloads import hostile
from tests.support.tenants import day, decision, versions

ABOUT = About("readers of the organisation", day(1), "OWNER/NAME")
A4 = (595, 842)
QUESTIONS = AnsweredQuestions(
    "Recurring questions",
    (
        AnsweredQuestion(
            "Is multifactor authentication enforced for all users?",
            "Qualified",
            ("Two accounts are excluded.",),
            heading="Access",
            figure="37 of 40 users",
            since="1 May 2026",
            notes=("own evidence: qualified",),
            number_of_exceptions=1,
            measured=(("Measured", "MFARegistrationV2: 37 of 40 users"),),
            held=("In full without a break", "since 1 May 2026: observed on 181 of 184 days"),
            exceptions=(("Exception", "the scanners, until 31 January 2027"),),
            evidence=("docs/evidence/mfa.md, by Head of IT",),
            limits="Accounts that a policy leaves out.",
        ),
    ),
    "As of the day.",
    "21 November 2026",
)


def made(facts: Facts, *questions: AnsweredQuestions) -> bytes:
    """The report about some facts."""
    return report_pdf(report_of(facts, ABOUT, questions))


def read(content: bytes) -> pypdf.PdfReader:
    """A PDF as another program reads it."""
    return pypdf.PdfReader(io.BytesIO(content), strict=True)


def words(content: bytes) -> str:
    """Its text on one line, as a search finds it."""
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).split())


def with_text(*texts: str) -> Report:
    """A report that holds nothing but some texts, in each kind of place."""
    blocks = (bullets(texts), listed([cell(text, "strong") for text in texts], ""))
    narrow = (("A", 1), ("B", 9))
    grid = table("All", narrow, [(cell(text, "fine"), cell(text)) for text in texts])
    return Report("Title", texts[0], AS_OF, (), (Section(f"About {texts[0]}", (*blocks, grid)),))


def test_it_is_tagged_searchable_and_dated() -> None:
    """A4, tagged, in English, with title and time of the as-of date; ids and reasons are found."""
    content = made(backlog("the old scanners"))
    document = read(content)
    assert {tuple(map(round, page.mediabox[2:])) for page in document.pages} == {A4}
    root: Any = document.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert document.metadata is not None
    assert document.metadata.title == "Secure Score: decisions and accepted risks"
    assert document.metadata.author == "Smith & Sons"
    assert document.metadata.creation_date_raw == f"D:{AS_OF:%Y%m%d}000000Z"
    assert [entry["/Title"] for entry in document.outline if isinstance(entry, dict)] == [
        *("Read this first", "Scope", "Secure Score as reported", "Three answers for leadership"),
        "Accepted risks in force, the nearest end first",
        "Not applicable, or covered by another control",
        "Exceptions",
        *("What a commit is, and why to believe it, or not", "Method", "Known limits"),
    ]
    said = words(content)
    for text in ("the old scanners", "Title of Accept", "Managing Director", "OWNER/NAME", "f" * 40):
        assert text in said
    assert all(text.title in said for text in TEXTS.method)


def test_the_same_report_gives_the_same_bytes() -> None:
    """From values made twice."""
    assert made(backlog(JAPANESE), QUESTIONS) == made(backlog(JAPANESE), QUESTIONS)


def test_no_page_is_empty() -> None:
    """Each page has more than its header and footer; parts follow one another."""
    pages = [" ".join(page.extract_text().split()) for page in read(made(backlog())).pages]
    assert all(each.title in " ".join(pages) for each in TEXTS.method)
    assert all(len(page) > 200 for page in pages)
    assert len(pages) <= 9


def test_questions_are_there_when_there_are_some() -> None:
    """Each with level, reason, denominator, how long it is held, exceptions and own evidence."""
    assert QUESTIONS.title not in words(made(backlog()))
    assert QUESTIONS.title not in words(made(backlog(), replace(QUESTIONS, answers=())))
    said = words(made(backlog(), QUESTIONS))
    answer = QUESTIONS.answers[0]
    for text in (QUESTIONS.title, f"1. {answer.question}", answer.level, *answer.why):
        assert text in said
    for label, text in (answer.held, *answer.measured):
        assert f"{label}: {text}" in said
    assert "measured on 21 November 2026" in said
    assert f"Not seen by Secure Score: {answer.limits}" in said
    assert f"Exception: {answer.exceptions[0][1]}" in said
    assert f"Own evidence: {answer.evidence[0]}" in said


def many(number: int, start: int = 1) -> AnsweredQuestions:
    """A questionnaire with so many long answers."""
    answers = [
        replace(QUESTIONS.answers[0], question=f"Question {start + each}x?", limits="Not seen. " * 40, level="Gap")
        for each in range(number)
    ]
    return replace(QUESTIONS, title=f"Form {start}", answers=tuple(answers))


def test_each_question_is_found_by_its_page() -> None:
    """The list at the beginning has every question of each questionnaire, with the page that answers it."""
    pages = [" ".join(page.extract_text().split()) for page in read(made(backlog(), many(12), many(9, 13))).pages]
    listed = " ".join(page for page in pages if "Where each question is answered" in page and "Contents" not in page)
    places = {
        int(found[1]): number
        for number, page in enumerate(pages, start=1)
        if "Where each question is answered" not in page or "Contents" in page
        for found in re.finditer(r"(\d+)\. Question (?:\d+)x\?", page)
    }
    assert list(places) == list(range(1, 22))
    for number, page in places.items():
        short = "Gap; own evidence: qualified; 1 exception in force"
        assert f"{number}. Question {number}x? {short} 37 of 40 users 1 May 2026 {page}" in listed
    assert len(set(places.values())) > 3
    assert listed.count("Access") == 2


def test_the_second_page_says_what_to_know_first() -> None:
    """What speaks against relying on the records comes first, with its number and page; so do levels and days."""
    facts = backlog()
    entry = replace(facts.register[0], approval=Approval(asked=True))
    content = made(replace(facts, register=(entry,)), QUESTIONS, many(3, 2))
    pages = [" ".join(page.extract_text().split()) for page in read(content).pages]
    first = pages[1]
    numbered = {}
    for title in ("In force without an approval that counts", "Planned changes that are overdue", "Known limits"):
        numbered[title] = next(n for n, page in enumerate(pages, 1) if n > 3 and page.count(title))
    assert f"2 without one. {numbered['In force without an approval that counts']} " in first
    assert f"overdue None. {numbered['Planned changes that are overdue']} " in first
    assert f"Known limits. {numbered['Known limits']} " in first
    assert "1 question: 1 qualified." in first
    assert "3 questions: 3 gaps." in first
    assert first.index("In force without") < first.index("Secure Score as reported")


def test_it_says_what_a_commit_is() -> None:
    """In the words of the page: each term, how to check one, and when to reject it."""
    said = "".join(words(made(backlog())).split())  # long words may break
    terms = [text for each in CITATIONS.terms for text in (each.word, each.means, each.proves, each.leaves_open)]
    for text in (*terms, *CITATIONS.reject, *(step for way in CITATIONS.checks for step in way.steps)):
        assert "".join(text.split()) in said, text


def test_exceptions_are_named() -> None:
    """What expired, what nobody approved, and what is overdue; and that there are none of a kind."""
    facts = backlog()
    entry = replace(facts.register[0], approval=Approval(asked=True))
    statuses = {**facts.statuses, "Plan": replace(facts.statuses["Plan"], state=State.OVERDUE)}
    decision = statuses["Plan"].decision
    assert decision is not None
    statuses["Plan"] = replace(statuses["Plan"], decision=replace(decision, due=day(20)))
    said = words(made(replace(facts, register=(entry,), statuses=statuses)))
    assert "only named; no approval that counts" in said
    assert "No planned change is overdue" not in said
    assert f"{day(20).day} " in said
    assert "No planned change is overdue" in words(made(facts))
    assert "Nothing is accepted or claimed in the portal" in words(made(facts))


def in_report(facts: Facts, about: About = ABOUT) -> str:
    """Every word of the report, without setting it."""
    return as_text(report_of(facts, about)).decode().replace("\u00a0", " ")


def test_one_rule_says_what_needs_a_new_decision() -> None:
    """The number of the second page, the table and the states are the same, planned changes that regressed included."""
    facts = backlog()
    entry = replace(facts.register[0], state=AcceptanceState.EXPIRED)
    statuses = {**facts.statuses, "Plan": replace(facts.statuses["Plan"], state=State.REGRESSED, open_since=day(20))}
    statuses["Accept"] = replace(statuses["Accept"], state=State.EXPIRED)
    said = in_report(replace(facts, register=(replace(entry, status=statuses["Accept"]),), statuses=statuses))
    assert (
        "2: 1 acceptance or exemption no longer in force and 1 planned change that was done and has regressed." in said
    )
    table = said[said.index('"title": "In need of a new decision"') :]
    assert "done; regressed on 20 October 2026" in table[: table.index("In force without an approval")]
    assert "Nothing that was decided needs a new decision." in in_report(facts)


def test_what_earlier_answers_had_is_said() -> None:
    """Where no approval of the newest answer counts: that an earlier one did, or that none ever had one."""
    facts = backlog()
    named = Approval(asked=True, commit="2" * 40)
    given = replace(facts.register[0].approval, commit="1" * 40)
    before, never = (replace(facts.register[0], approval=named, earlier=each) for each in ((given,), ()))
    assert "An earlier version was approved on 9 October 2026" in in_report(replace(facts, register=(before,)))
    assert "Never had an approval that counts, since 10 October 2026" in in_report(replace(facts, register=(never,)))
    assert "Never had" not in in_report(replace(facts, register=(before,)))


def test_it_says_which_state_it_shows_and_up_to_where_it_was_read() -> None:
    """Two commits where the newest is later than the as-of date, else one; and what became of what has ended since."""
    facts = backlog()
    about = replace(ABOUT, commit="a" * 40, later={"Accept": "renewed since"}, records={"Accept": "docs/reviews/x.md"})
    said = in_report(facts, about)
    assert f"commit {'a' * 40}, the newest at the end of the as-of date" in said
    assert f"commit {'f' * 40}, of 9 November 2026: what GitHub answered" in said
    assert "renewed since" in said
    assert "Record: docs/reviews/x.md" in said
    alone = in_report(facts, replace(ABOUT, commit="f" * 40))
    assert "Read up to" not in alone
    assert "Record: not named here; ask for it" in alone


@pytest.mark.parametrize(("signed", "expected"), [(0, "none of these does"), (1, "not all of these do"), (2, "")])
def test_approvals_without_signatures_rest_on_the_record(signed: int, expected: str) -> None:
    """Said where fewer commits are signed than were approved on GitHub."""
    found = Audit(day(1), day(9), counts={Kind.APPROVED: 2}, signatures={"openpgp": signed})
    said = without_signature(found)
    assert expected in said
    rests = "So that 2 changes were approved on GitHub rests on the recorded copy" in said.replace("\u00a0", " ")
    assert rests == bool(expected)


def test_what_is_undecided_is_listed() -> None:
    """With the number on the second page, and each by name with its risk."""
    facts = backlog()
    said = in_report(facts)
    table = said[said.index('"title": "Undecided"') :]
    assert "Title of Open" in table
    assert "Nothing is undecided." not in said
    done = replace(facts.statuses["Open"], state=State.DONE)
    assert "Nothing is undecided." in in_report(replace(facts, statuses={**facts.statuses, "Open": done}))


def test_a_change_of_the_settings_is_named() -> None:
    """With its commit, its pull request, and how it passed; a change of anything else is not."""
    at = datetime(2026, 6, 18, tzinfo=UTC)
    commits = (
        AuditedCommit("a" * 40, at, Kind.APPROVED, areas=(Area.SETTINGS,), pull_request=64),
        AuditedCommit("b" * 40, at, Kind.APPROVED, areas=(Area.DECISIONS,), pull_request=65),
    )
    (said,) = settings_changed(Audit(day(1), day(9), commits=commits))
    assert said.replace("\u00a0", " ").startswith(
        f"18 June 2026: commit {'a' * 40}, pull request #64; approved on GitHub"
    )


def test_self_attested_points_are_listed() -> None:
    """With their unit, and which recommendations they are of."""
    facts = backlog()
    assert facts.score is not None
    open_ = facts.statuses["Accept"]
    assert open_.observation is not None
    claimed = replace(open_, observation=replace(open_.observation, portal="ThirdParty", points=Fraction(4)))
    said = in_report(replace(facts, statuses={**facts.statuses, "Accept": claimed}))
    assert "4 points of 1 recommendation are self-attested" in said
    assert "4 of 4 points, self-attested" in said


@pytest.mark.parametrize(
    ("versions_", "expected"),
    [
        ((), "ended since; no newer decision up to 9 December 2026"),
        (((45, 50),), "ended since; changed on 14 November 2026, not renewed up to 9 December 2026"),
        (((45, 90),), "renewed since, on 14 November 2026, until 29 December 2026"),
        (((45, None),), "ended since; another decision of 14 November 2026"),
    ],
)
def test_what_became_of_an_entry_after_the_as_of_date(
    versions_: tuple[tuple[int, int | None], ...], expected: str
) -> None:
    """Renewed, ended, or replaced, as the newest version says; an older version counts for nothing."""
    entry = replace(backlog().register[0], until=day(50))
    made = [(10, entry.decision)]
    for at, until in versions_:
        accepted = entry.decision.accepted
        assert accepted is not None
        newer = replace(entry.decision, accepted=replace(accepted, until=day(until or 1)))
        made.append((at, newer if until else decision("Accept", Bucket.DO_SOON)))
    assert became(entry, versions(*made), AS_OF, day(70)).replace("\u00a0", " ") == expected


def test_a_tenant_without_data_gets_a_report() -> None:
    """On the first day it says that nothing was measured."""
    empty = replace(backlog(), statuses={}, register=(), covered=(), past=(), snapshot=None, score=None, head=None)
    said = words(made(empty))
    assert "Nothing was measured up to the as-of date." in said
    assert "not under version control" in said


def test_insurers_see_what_their_pages_show() -> None:
    """No reason and no evidence; the search for leaks gets the same words."""
    facts = backlog("a secret reason")
    inside = report_of(facts, ABOUT)
    outside = report_of(profiles.allowed(facts, INSURER), ABOUT)
    assert b"a secret reason" in as_text(inside)
    found = [line for line in as_text(outside).decode().splitlines() if "a secret reason" in line]
    assert {line.strip().split(":", 1)[1].strip(' ",') for line in found} == {
        "Compensating control (as stated, not verified): a secret reason",
        "a secret reason",  # what covers an exemption
    }


@hostile
def test_hostile_texts_stay_texts(text: str) -> None:
    """In every field: nothing is read as markup, and the report can be made."""
    made(replace(backlog(text, text), settings=replace(backlog().settings, organisation=text)))


@pytest.mark.parametrize(
    "text", ["#panic() *x* $y$", "= Head", "- item", "@cite <label>", "// gone", '#"x"', r"\u{1}", "-- ... 'q'"]
)
def test_markup_of_the_typesetter_stays_text(text: str) -> None:
    """Letter by letter."""
    assert words(report_pdf(with_text(text))).count(text) >= 4


@pytest.mark.parametrize(
    "text", [ARABIC, GERMAN, JAPANESE, ONE_WORD, UNBROKEN, "עברית", "ภาษาไทย", "한국어", "Ελληνικά"]
)
def test_awkward_texts_can_be_read(text: str) -> None:
    """Every letter is one of the fonts; whatever has no blank breaks."""
    assert settable(text) == text
    report_pdf(with_text(text))


def test_dates_and_numbers_stay_whole() -> None:
    """A date, a number and its unit are on one line, and found with usual blanks; one that cannot fit breaks."""
    assert together("by 20 June 2026, 8 of 9 points, page 7 of May") == (
        "by 20\u00a0June\u00a02026, 8\u00a0of\u00a09\u00a0points, page\u00a07\u00a0of May"
    )
    texts = [f"{'x ' * number}on 30\u00a0September\u00a02026, 12 of 211 devices" for number in range(40)]
    narrow = table("", (("A", 60), ("B", 160)), [(cell(text), "") for text in texts])
    content = report_pdf(Report("Title", "", AS_OF, (), (Section("All", (bullets(texts), narrow)),)))
    lines = [line.strip() for page in read(content).pages for line in page.extract_text().splitlines()]
    assert sum(line.count("30 September 2026") for line in lines) == 80
    assert sum(line.count("12 of 211 devices") for line in lines) == 80
    widest = (("A", 10), ("B", 210))
    report_pdf(Report("Title", "", AS_OF, (), (Section("All", (table("", widest, [(cell(texts[0]), "")]),)),)))


def test_long_words_stay_inside_their_column() -> None:
    """The rightmost letter of each page is left of the margin."""
    content = report_pdf(with_text("CN=svc_backup_0123456789abcdef0123456789abcdef" * 4, "f" * 64, "x" * 3000))
    places: list[float] = []
    for page in read(content).pages:
        page.extract_text(visitor_text=lambda text, _cm, tm, _f, _s: places.append(tm[4]) if text.strip() else None)
    assert max(places) < A4[0] - 56  # 20 mm


def test_every_letter_of_the_fonts_can_be_set() -> None:
    """Also those that the standard might refuse: what `settable` lets through is never an error."""
    known = "".join(f"x{chr(code)} " for code in sorted(letters.letters()) if not 0xD800 <= code < 0xE000)
    parts = [known[start : start + 2400] for start in range(0, len(known), 2400)]
    report_pdf(Report("Title", "", AS_OF, (), (Section("All letters", (bullets(parts),)),)))


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=60))
def test_any_text_can_be_set(text: str) -> None:
    """Any letter that there is: it is set, left out as one that shows nothing, or written as its code point."""
    report_pdf(with_text(text, f"x{text}"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines\u00a0here", "two lines\u00a0here"),
        ("😀", "[U+1F600]"),
        ("\u0928\u092e", "[U+0928][U+092E]"),
        ("\ue000", "[U+E000]"),
        ("a\u200bb\ufeffc\ufe0f", "abc"),
        ("\u2212 5", "\u2013 5"),
        ("\x00", "\ufffd"),
        ("1\u202f000", "1\u202f000"),
    ],
)
def test_what_no_font_has_is_written_as_code_point(text: str, expected: str) -> None:
    """Nothing disappears, apart from what shows nothing."""
    assert settable(text) == expected


@given(st.text())
def test_breaking_adds_marks_alone(text: str) -> None:
    """And no piece of a long word in Latin letters is longer than it may be."""
    plain = settable(text)
    marked = breakable(plain)
    assert marked.replace(BREAK, "") == plain
    assert all(len(piece) <= LONGEST or not piece.isascii() for piece in re.split(rf"[ {BREAK}\u00a0\u202f]", marked))


def test_words_break_at_their_own_marks() -> None:
    """An id breaks where a person would; a digest anywhere; a usual word nowhere."""
    assert breakable("mdo_safelinksforemail").split(BREAK) == ["mdo_", *"safelinksforemail"]
    assert breakable("exo_individualsharing").split(BREAK) == ["exo_", *"individualsharing"]
    assert breakable("BlockLegacyAuthentication").split(BREAK) == ["Block", "Legacy", "Authentication"]
    assert breakable("a" * 40).split(BREAK) == list("a" * 40)
    assert breakable("authentication of all") == "authentication of all"


def test_an_endless_text_is_cut_and_says_so() -> None:
    """A person reads no page of letters; the other files have it whole."""
    said = words(report_pdf(with_text("word " * 1000)))
    assert "word… (1 999 more characters)" in said.replace("word …", "word…")


def test_fixed_texts_need_no_code_point() -> None:
    """Every letter of the program's own words is in the fonts."""
    for text in (*TEXTS.limits, *(each.text for each in TEXTS.method)):
        assert settable(text) == text.strip()


def test_fonts_have_their_licences() -> None:
    """Each shipped font is named, and its family has a licence beside it."""
    shipped = {path.stem for path in font_folder().glob("*.ttf")}
    assert shipped == set(letters.FONTS)
    licences = {path.name.removesuffix(".LICENSE.txt") for path in font_folder().glob("*.LICENSE.txt")}
    assert all(any(name.startswith(licence) for licence in licences) for name in shipped)
    assert {ord("A"), ord("ß"), ord("日"), ord("한"), ord("ع")} <= letters.letters()
    assert not {0x1F600, 0x0928, 0xFFFF} & letters.letters()


def test_days_are_counted_within_the_period() -> None:
    """By what is stored of them, without those outside of the period."""
    runs = (
        DayRun(date(2026, 1, 1), date(2026, 1, 10), DayKind.COMPLETE),
        DayRun(date(2026, 1, 11), date(2026, 1, 12), DayKind.FILLED),
        DayRun(date(2026, 1, 13), date(2026, 1, 13), DayKind.MISSING),
    )
    said = days_observed(Coverage(runs), date(2026, 1, 9), date(2026, 1, 31)).replace("\u00a0", " ")
    assert said == (
        "Measured in full on 2 of 5 days from 9 January 2026 to 13 January 2026; 2 with scores only; "
        "1 without a measurement."
    )
    assert days_observed(Coverage(), date(2026, 1, 9), date(2026, 1, 31)) == "No day of the period has a measurement."


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_another_program_finds_no_fault(tmp_path: Path) -> None:
    """`qpdf --check`, where it is there."""
    path = tmp_path / "report.pdf"
    path.write_bytes(made(backlog(JAPANESE, GERMAN), QUESTIONS))
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
