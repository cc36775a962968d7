# SPDX-License-Identifier: Apache-2.0
"""The pages of questions and answers: what they say, what they leave out for whom, and that they stay small."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.answer_words import LEVELS, LONGEST_CLAUSE, limit_in_short, sentence_of, shortened
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.evaluation.insurance import Answers, Because, OwnEvidence, Reason
from secure_score_backlog.exports.answers import answers_table
from secure_score_backlog.exports.csv import as_csv
from secure_score_backlog.exports.tables import register_table
from secure_score_backlog.git import Version
from secure_score_backlog.questionnaires.model import Attachment, Level, Says
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import insurer_summary, insurers
from secure_score_backlog.site.profiles import INSURER, allowed, documents
from secure_score_backlog.snapshots.known import known_recommendations
from secure_score_backlog.snapshots.model import Recommendation
from secure_score_backlog.workspace import load
from tests.support.pages import Read, evaluated
from tests.support.pages import words as text_of
from tests.support.portal_tables import Action, portal_csv
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.tenants import day, decision, history, partial, versions, workspace

SCORES = {
    "AdminMFAV2": (10, 10, None, 4, 4),
    "MFARegistrationV2": (7, 8, None, 7, 8),
    "BlockLegacyAuthentication": (2, 8),
    "mdo_blockmailforward": (5, 5),
    "mdo_autoforwardingmode": (1, 1),
    "IntegratedApps": (4, 4, "ThirdParty"),
}
ACCEPTED = {"BlockLegacyAuthentication": versions((1, decision("BlockLegacyAuthentication", Bucket.ACCEPT)))}
OWN = OwnEvidence(
    "restore",
    Version("docs/evidence/restore.md", "c" * 40, datetime(2026, 10, 2, tzinfo=UTC), "Jane Roe", "Show it"),
    "d" * 64,
    Says.QUALIFIED,
    "Head of IT",
    day(1),
    day(90),
    "Three of three servers were restored, see https://intern.example/x.",
    "The servers.",
    ("backup",),
    files=(
        Attachment(
            Version("docs/evidence/log.csv", "e" * 40, datetime(2026, 10, 3, tzinfo=UTC), "a", "s"), "f" * 64, 9
        ),
    ),
    changed=("docs/evidence/log.csv",),
    body="The *minutes* of the test, by Jane Roe.",
)


def told(facts: Facts) -> Facts:
    """The same with a piece of own evidence at its question."""
    answers = []
    for asked in facts.insurance.questionnaires:
        shown = tuple(replace(a, evidence=(OWN,)) if a.question.id == "backup" else a for a in asked.answers)
        answers.append(replace(asked, answers=shown))
    return replace(facts, insurance=replace(facts.insurance, questionnaires=tuple(answers), evidence=(OWN,)))


FACTS = told(evaluated(workspace(history(SCORES, SCORES, SCORES), ACCEPTED), day(3)))
DETAILS = "insurers/common.md"


def test_the_first_page_lists_every_question_with_its_level() -> None:
    """In a few words each; none is a plain yes."""
    page = Read(FACTS, insurers.documents)
    section = page.sections["questions-common"]
    assert "Supported 1" in section
    assert "in every system? Qualified not seen: whether it is enforced 4 of 4" in section
    assert "Supported not seen" not in section
    assert re.search(r"Qualified \d+ \d+ measured in part ", page.text)
    assert "Own evidence: qualified" in section
    assert "None is a plain yes" in page.lead
    assert "Yes" not in page.text.split()


def test_an_insurer_reads_what_is_not_here_and_whom_to_ask() -> None:
    """Who says yes or no, where the questionnaire names roles; what nothing measures, with its own evidence."""
    bare = Read(allowed(FACTS, INSURER), insurers.for_insurers)
    assert "by a person, and not here" in bare.lead
    (asked,) = FACTS.insurance.questionnaires
    section = bare.sections["not-shown"]
    for what in ("Names of people and accounts, minutes", "settings and commands", "the records of approvals"):
        assert what in section
    assert f"{asked.title}: yes or no, and what Secure Score does not see" in section
    assert "): ask the person who answers the form." in section
    areas = re.findall(r'href="#(common-part-\d+)">(.*?)</a>', bare.raw("not-shown"))
    assert [text_of(name) for _, name in areas] == list(dict.fromkeys(each.question.heading for each in asked.not_seen))
    assert all(f'<tr id="{anchor}"' in bare.raw("questions-common") for anchor, _ in areas)
    assert len(asked.not_seen) == bare.raw("questions-common").count(">not seen: ") + sum(
        1 for answer in asked.not_seen if not answer.question.limits
    )
    backups = replace(asked, answers=tuple(a for a in asked.answers if a.question.id == "backup"), by=("CIO", "CFO"))
    named = replace(FACTS, insurance=replace(FACTS.insurance, questionnaires=(backups,)))
    read = Read(allowed(named, INSURER), insurers.for_insurers)
    assert "by the roles named below, and not here" in read.lead
    said = read.sections["not-shown"]
    assert f"{asked.title}: yes or no, and what Secure Score does not see, which is said beside each question (" in said
    assert "): ask CIO or CFO." in said
    assert (
        "What this site does not show : ask CIO or CFO."
        in Read(allowed(named, INSURER), insurer_summary.documents).text
    )
    assert "restored" in read.sections["questions-common"], "own evidence in words"
    assert "CIO and CFO say yes or no on the form." in read.sections["questions-common"]
    assert "not-shown" not in Read(FACTS, insurers.documents).sections


def test_what_is_not_seen_is_said_in_its_first_clause() -> None:
    """Up to a colon or full stop, not within an abbreviation; without limits only that a part is not measured."""
    (asked,) = FACTS.insurance.questionnaires
    part = next(answer for answer in asked.answers if answer.question.id == "mfa-admins")

    def said(limits: str) -> str:
        return limit_in_short(replace(part, question=replace(part.question, limits=limits)))

    assert said("DKIM, e.g. its keys: only SPF is measured. More.") == "not seen: DKIM, e.g. its keys"
    assert len(said("Everything else " * 20)) < 130
    assert said("") == "a part is not measured"
    full = next(answer for answer in asked.answers if answer.level is Level.SUPPORTED)
    assert limit_in_short(full) == ""


def test_the_score_as_reported() -> None:
    """With its day, the self-attested part, and what it does not mean."""
    said = Read(FACTS, insurers.documents).sections["score"]
    assert "Microsoft reported 29 of 36 points (80.6 %) on 3 October 2026; 4 points of them are self-attested" in said
    assert "does not measure the likelihood of a breach" in said


def test_an_answer_says_what_it_rests_on() -> None:
    """Numerator, denominator and whose it is, since when and how well observed, and what is not seen."""
    admins = Read(FACTS, insurers.documents, DETAILS).sections["q-mfa-admins"]
    assert "in full; 4 of 4, as Microsoft counts; 10 of 10 points" in admins
    assert "at least since 1 October 2026, the first day that is stored of it, observed on 3 of 3 days" in admins
    assert "Not seen by Secure Score Whether it is enforced: an administrator who" in admins
    assert "Only roles in Microsoft Entra are measured" in admins
    everybody = Read(FACTS, insurers.documents, DETAILS).sections["q-mfa-all-users"]
    assert "Gap The recommendation that answers it is not in full." in everybody


def test_an_exception_says_who_why_and_until_when() -> None:
    """Role, reason, last day, how the approval is known, and the commit."""
    said = Read(FACTS, insurers.documents, DETAILS).sections["q-legacy-authentication"]
    assert "Accepted risk, in force until 18 April 2027, 197 days left" in said
    assert "because." in said
    assert "Owner: Head of IT. Approver: Managing Director No approval that counts" in said
    assert "commit 0000000000" in said


def test_own_evidence_is_apart_and_says_how_it_is_known() -> None:
    """Level, role, typed day, commit, digest; and that a file was changed later."""
    said = Read(FACTS, insurers.documents).sections["own-evidence"]
    for words in ("Own evidence: qualified", "Head of IT", "1 October 2026", "2 October 2026", "d" * 64, "f" * 64):
        assert words in said
    assert "(changed after the statement was written)" in said
    assert "The minutes of the test" in said


def test_what_insurers_see_of_exceptions_and_own_evidence() -> None:
    """No reason, no body, no author, no link; what lowers the risk, roles and digests."""
    made = {
        each.path: each.content.decode()
        for each in documents(FACTS, (), INSURER)
        if each.path.endswith((".md", ".csv"))
    }
    assert {"insurers.md", DETAILS} <= made.keys()
    everything = "".join(made.values())
    for hidden in ("because", "Jane Roe", "minutes* of the test", "intern.example", "recommendations/"):
        assert hidden not in everything, hidden
    for shown in ("(link left out)", "d" * 64, "Three of three servers", "Managing Director"):
        assert shown in made["insurers.md"] + made[DETAILS], shown
    assert "downloads/answers-common.csv" in made


def test_the_answers_are_the_same_for_an_insurer() -> None:
    """The reduction changes no level, no number and no reason."""
    inside, outside = FACTS.insurance, allowed(FACTS, INSURER).insurance
    for ours, theirs in zip(inside.questionnaires, outside.questionnaires, strict=True):
        assert ours.levels == theirs.levels
        for mine, told_outside in zip(ours.answers, theirs.answers, strict=True):
            assert (mine.because, mine.held, mine.points, mine.maximum, mine.open_since) == (
                told_outside.because,
                told_outside.held,
                told_outside.points,
                told_outside.maximum,
                told_outside.open_since,
            )


def test_without_a_snapshot_nothing_is_claimed() -> None:
    """A tenant before its first day: every question, and no level but not measured."""
    facts = evaluated(workspace(history()), day(1))
    (asked,) = facts.insurance.questionnaires
    assert asked.levels[Level.NOT_MEASURED] == len(asked.answers)
    assert "No snapshot is stored yet" in Read(facts, insurers.documents).lead
    Read(facts, insurers.documents, DETAILS)


def test_a_tenant_of_one_day() -> None:
    """Nothing is dated since a day on which nobody looked."""
    facts = evaluated(workspace(history(SCORES)), day(1))
    said = Read(facts, insurers.documents, DETAILS).sections["q-mfa-admins"]
    assert "at least since 1 October 2026" in said
    assert "observed on 1 of 1 day" in said
    assert "On " not in Read(facts, insurers.documents).sections["score"].partition("self-attested")[2]


def test_a_tenant_that_is_known_from_a_part_of_a_table_alone() -> None:
    """A CSV without totals: answers rest on what it holds, days count as partial, and the score is unexplained."""
    facts = evaluated(workspace(history(partial(SCORES))), day(1))
    answers = {answer.question.id: answer for answer in facts.insurance.questionnaires[0].answers}
    held = answers["mail-forwarding"].held
    assert held is not None
    assert (held.observed, held.partial) == (0, 1)
    assert answers["secure-score"].level is Level.QUALIFIED
    assert "The rows of a portal CSV add up to" in Read(facts, insurers.documents).sections["score"]


def test_a_long_questionnaire_has_several_pages() -> None:
    """No page grows with the number of questions, and each question is found where it is linked to."""
    (asked,) = evaluated(workspace(history(SCORES)), day(1)).insurance.questionnaires
    sample = asked.answers[0]
    many = tuple(replace(sample, question=replace(sample.question, id=f"q{number}")) for number in range(300))
    long = Answers("long", "Long", "", None, many)
    parts = insurers.parts_of(long)
    assert [part.path for part in parts[:2]] == ["insurers/long.md", "insurers/long/2.md"]
    assert sum(len(group.answers) for part in parts for group in part.groups) == 300
    assert max(sum(len(group.answers) for group in part.groups) for part in parts) <= insurers.MOST_ON_PAGE
    assert insurers.addresses(parts)["q299"] == f"{parts[-1].path}#q-q299"
    facts = replace(FACTS, insurance=replace(FACTS.insurance, questionnaires=(long, asked)))
    made = list(insurers.documents(facts, Site.of(facts)))
    assert max(len(page.content) for page in made) < 120_000
    assert len(insurers.parts_of(replace(long, answers=()))) == 1


def test_a_heading_stays_on_one_page_where_it_can() -> None:
    """The shipped questions have two pages, and no heading is on both."""
    (asked,) = FACTS.insurance.questionnaires
    parts = insurers.parts_of(asked)
    assert len(parts) == 2
    headings = [group.heading for part in parts for group in part.groups]
    assert len(set(headings)) == len(headings)


HOSTILE = """\
title: <script>alert(1)</script>
questions:
  - {id: a, heading: '</div><b>', question: "<img src=x onerror=alert(1)>", limits: '[x](javascript:alert(1))'}
"""


def test_hostile_questions_are_shown_as_text(tmp_path: Path) -> None:
    """A questionnaire comes from outside, and from branches: nothing of it is markup."""
    repository = Repository(tmp_path / "t")
    repository.write("backlog.yml", "organisation: Contoso\n")
    repository.write("docs/questionnaires/form.yml", HOSTILE)
    repository.commit("Ask")
    known = load(repository.folder, today=date(2026, 10, 9))
    facts = evaluate(known, known.newest_day)
    for page in insurers.documents(facts, Site.of(facts)):
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "</div><b>" not in text


@pytest.mark.slow
def test_the_demo_makes_its_site_for_insurers(own_sample: Path) -> None:
    """The sample tenant's names are no leak, and its questionnaire and evidence are there."""
    root = own_sample
    run_here("render", "--root", root, "--profile", "insurer", expect=0)
    page = (root / "build/pages/insurers.md").read_text(encoding="utf-8")
    assert "Renewal of the cyber policy&#44; 2027" in page
    assert "restore-test-2026-10" in page


def test_a_tenant_that_is_known_from_a_portal_csv_alone(tmp_path: Path) -> None:
    """One table without ids, counts and history: what it says is answered, and days with scores only are named."""
    titles = {name: known_recommendations()[name] for name in ("AdminMFAV2", "mdo_blockmailforward", "scid_2070")}
    table = [Action(each.title, Decimal(2 if name == "scid_2070" else 8), 8) for name, each in titles.items()]
    (tmp_path / "backlog.yml").write_text("organisation: Contoso\n", encoding="utf-8")
    (tmp_path / "export.csv").write_text(portal_csv(table), encoding="utf-8")
    run_here("import", "--root", tmp_path, "--date", "2026-10-01", tmp_path / "export.csv", expect=0)
    facts = evaluate(load(tmp_path, today=date(2026, 10, 1)), date(2026, 10, 1))
    answers = {answer.question.id: answer for answer in facts.insurance.questionnaires[0].answers}
    admins = answers["mfa-admins"]
    assert (admins.level, admins.in_full, admins.primary[0].total) == (Level.QUALIFIED, 1, None)
    assert admins.held is not None
    assert (admins.held.observed, admins.held.filled) == (0, 1)
    assert answers["firewall"].level is Level.GAP
    said = Read(facts, insurers.documents, DETAILS).sections["q-mfa-admins"]
    assert "8 of 8 points" in said
    assert "observed on 0 of 1 day; 1 with scores only" in said


GOOGLE = "11770.MDA_Google_EnableTwoFactorAuth"


def of_an_app(title: str) -> Facts:
    """A tenant of an exempted recommendation of Google Workspace."""
    known = Recommendation(GOOGLE, title=title, service="MDA_Google")
    exempted = {GOOGLE: versions((1, decision(GOOGLE, Bucket.NOT_APPLICABLE)))}
    given = workspace(history({GOOGLE: (0, 7)}), exempted, [known])
    return evaluated(given, day(1))


def test_the_product_of_a_connected_app_stands_before_its_title_for_every_reader() -> None:
    """On pages, in tables and where facts are reduced; not twice where the title has it already."""
    facts = of_an_app("Enable MFA")
    shown = "Google Workspace: Enable MFA"
    outside = {each.path: each.content.decode() for each in documents(facts, (), INSURER) if each.path.endswith("csv")}
    assert shown in outside["downloads/register.csv"]
    assert shown in outside["downloads/answers-common.csv"]
    assert shown in as_csv(register_table(facts)).decode()
    assert shown in as_csv(answers_table(facts, facts.insurance.questionnaires[0])).decode()
    for made in (facts, allowed(facts, INSURER)):
        assert shown in Read(made, insurers.for_insurers, DETAILS).text
    again = Read(allowed(of_an_app("Enable MFA of Google Workspace"), INSURER), insurers.for_insurers, DETAILS).text
    assert "Google Workspace: " not in again


def test_a_badge_of_an_answer_has_the_meaning_of_its_level() -> None:
    """The words “Not measured” are also the state of a recommendation, where it means something else."""
    for path in (insurers.PATH, DETAILS):
        made = {each.path: each.content.decode() for each in insurers.documents(FACTS, Site.of(FACTS))}[path]
        assert f'title="{LEVELS[Level.NOT_MEASURED]}"' in made
        assert "gave no score for it that day" not in made


def test_what_is_accepted_in_the_portal_alone_is_named() -> None:
    """By title and id; of many, the first ones."""
    only = evaluated(workspace(history({"AdminMFAV2": (0, 10, "Ignored")})), day(1))
    said = Read(only, insurers.documents, "insurers/common/2.md").sections["q-exceptions"]
    assert f"no decision in force does: “{known_recommendations()['AdminMFAV2'].title}”, AdminMFAV2." in said
    many = Because(Reason.SHADOW, ("A", "B", "C", "D", "E", "F"), 6)
    assert sentence_of(many, FACTS.insurance.questionnaires[0].answers[0]).endswith(": A; B; C; D; and 2 more.")


def test_a_long_text_ends_with_a_clause() -> None:
    """Not between a number and its unit; between words only where no clause ends near."""
    first = "Three of 11 servers were restored on 14 October, picked by lot"
    long = f"{first}; the longest of them took as long as the plan allows, 3 hours."
    assert shortened(long) == f"{first} …"
    assert shortened(long[:LONGEST_CLAUSE]) == long[:LONGEST_CLAUSE]
    assert shortened("word " * 40) == f"{'word ' * 20}word …"
