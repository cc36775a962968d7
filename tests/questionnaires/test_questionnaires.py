# SPDX-License-Identifier: Apache-2.0
"""Questionnaires and own evidence: what is read, what is refused, and which version counts on which day."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # its stubs are no dependency of ours

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.evaluation.insurance import Answer
from secure_score_backlog.problems import RULES, Problem, Severity
from secure_score_backlog.questionnaires.model import (
    Coverage,
    Level,
    Questionnaire,
    evidence_schema,
    questionnaire_schema,
)
from secure_score_backlog.questionnaires.parse import MOST_QUESTIONS, read_questionnaire, read_statement
from secure_score_backlog.questionnaires.shipped import (
    read_shipped,
    resolved,
    shipped,
    shipped_questions,
)
from secure_score_backlog.ratings import normalised
from secure_score_backlog.snapshots.known import known_recommendations
from secure_score_backlog.strict_yaml import read_yaml
from secure_score_backlog.topics import TOPICS
from secure_score_backlog.workspace import load
from tests.support.repositories import Repository

PATH = "docs/questionnaires/renewal.yml"
GOOD = """\
title: Renewal
questions:
  - id: b1
    question: Is a second factor needed?
    same_as: mfa-admins
  - id: b2
    question: Is old sign-in blocked?
    primary: [BlockLegacyAuthentication, [exo_oauth2clientprofileenabled, spo_legacy_auth]]
"""
EVIDENCE = """\
---
questions: [backup, renewal/b1]
says: qualified
by: Head of IT
on: 2026-10-01
until: 2027-03-31
shows: Three of three servers were restored.
scope: The eleven servers, not the notebooks.
files: [docs/evidence/restore.csv]
---
The minutes of the test.
"""


def read(text: str) -> tuple[Questionnaire | None, list[Problem]]:
    """A questionnaire as typed."""
    return read_questionnaire(read_yaml(text, PATH))


# The shipped questions


def test_the_shipped_questions_keep_their_own_rules() -> None:
    """The packaged file is read by the same reader as everybody's, and has no fault."""
    assert read_shipped()[1] == []
    assert len(shipped().questions) >= 45
    text = files("secure_score_backlog.content").joinpath("insurer_questions.json").read_text(encoding="utf-8")
    Draft202012Validator(questionnaire_schema()).validate(json.loads(text))


def test_every_shipped_question_says_what_is_not_seen_and_where_to_look() -> None:
    """A question that Secure Score cannot answer is no dead end."""
    for question in shipped_questions().values():
        assert question.question.endswith("?"), question.id
        assert question.limits.endswith("."), question.id
        assert question.elsewhere or question.id == "secure-score", question.id
        assert question.heading, question.id
        assert question.frameworks, question.id


def test_shipped_questions_name_recommendations_that_exist() -> None:
    """Each id is one that was seen in a tenant."""
    known = {normalised(name) for name in known_recommendations()}
    listed = {line.strip().lower() for line in Path("tests/known_ids.txt").read_text(encoding="utf-8").splitlines()}
    for question in shipped().questions:
        for name in (*(name for entry in question.primary for name in entry), *question.related):
            assert normalised(name) in known | listed, (question.id, name)


def test_what_secure_score_does_not_cover_is_shown() -> None:
    """Backups, EDR on servers, DKIM, DMARC and training are asked, and nothing measured answers them."""
    found = shipped_questions()
    for name in ("backup", "edr-servers", "dkim", "dmarc", "training", "mfa-remote-access"):
        assert found[name].coverage is Coverage.NONE
        assert not found[name].primary
        assert not found[name].related


def test_related_recommendations_come_from_topics_without_the_primary_ones() -> None:
    """Nothing is listed twice, and nothing counts as both."""
    for question in shipped_questions().values():
        related = [normalised(name) for name in question.related]
        assert len(set(related)) == len(related)
        assert not set(related) & question.primary_ids
    legacy = shipped_questions()["mfa-admins"]
    assert "BlockLegacyAuthentication" in legacy.related


# One questionnaire


def test_a_questionnaire_takes_from_a_shipped_question_what_it_leaves_out() -> None:
    """The words of the form, and the recommendations of the question that asks the same."""
    found, problems = read(GOOD)
    assert found is not None
    assert problems == []
    first, second = resolved(found).questions
    same = shipped_questions()["mfa-admins"]
    assert (first.primary, first.related, first.coverage, first.limits) == (
        same.primary,
        same.related,
        same.coverage,
        same.limits,
    )
    assert first.question == "Is a second factor needed?"
    assert second.primary == (("BlockLegacyAuthentication",), ("exo_oauth2clientprofileenabled", "spo_legacy_auth"))
    assert second.coverage is Coverage.PART


def test_own_recommendations_stand_in_place_of_those_of_the_shipped_question() -> None:
    """Whoever maps a question anew gets nothing of the other mapping, not even its coverage."""
    text = GOOD.replace("same_as: mfa-admins", "same_as: legacy-authentication\n    primary: [AdminMFAV2]")
    found, _ = read(text)
    assert found is not None
    first = resolved(found).questions[0]
    assert (first.primary, first.related, first.coverage) == ((("AdminMFAV2",),), (), Coverage.PART)


def test_topics_alone_are_a_hint() -> None:
    """What measures some of a subject answers no question by itself."""
    title = next(title for title, topic in TOPICS.items() if topic.recommendations)
    found, problems = read(f"title: Renewal\nquestions:\n  - id: a\n    question: Really?\n    topics: ['{title}']\n")
    assert found is not None, problems
    question = resolved(found).questions[0]
    assert question.coverage is Coverage.HINT
    assert question.limits == TOPICS[title].unknown


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "hint"),
    [
        ("title:", "titel:", "questionnaire-unknown-key", 1, "Write `title`."),
        ("title: Renewal\n", "", "questionnaire-missing-key", 1, "what the questionnaire is"),
        ("title: Renewal", "title: TBD", "questionnaire-missing-key", 1, "what the questionnaire is"),
        ("question: Is a second factor needed?", "question: x", "questionnaire-missing-key", 4, "Write `question:`"),
        ("id: b1", "id: B 1", "questionnaire-wrong-value", 3, "Write `id: mfa`"),
        ("id: b2", "id: b1", "question-twice", 6, "Give each question an id of its own"),
        ("same_as: mfa-admins", "topics: [Backup and restores]", "question-unknown-topic", 5, "Backup and restore`"),
        ("same_as: mfa-admins", "topics: [Backup]", "question-unknown-topic", 5, "`Backup and restore`"),
        ("same_as: mfa-admins", "coverage: whole", "question-coverage", 5, "write `coverage: none`"),
        ("same_as: mfa-admins", "coverage: most", "questionnaire-wrong-value", 5, "one of whole, part, hint, none"),
        ("    primary: [Block", "    coverage: none\n    primary: [Block", "question-coverage", 8, "Delete `primary`"),
        ("    primary: [Block", "    answered_by: score\n    primary: [Block", "question-coverage", 6, "`answered_by`"),
        ("primary: [BlockLegacyAuthentication, ", "primary: [7, ", "questionnaire-wrong-type", 8, "double quotes"),
    ],
)
def test_what_is_wrong_with_a_questionnaire(old: str, new: str, code: str, line: int, hint: str) -> None:
    """Each rule by the smallest change that breaks it; the file is then not shown at all."""
    assert old in GOOD
    found, problems = read(GOOD.replace(old, new, 1))
    assert found is None
    told = next(each for each in problems if each.code == code)
    assert told.line == line
    assert hint in told.hint


def test_more_questions_than_anybody_asks_are_refused() -> None:
    """A file that would fill a hundred pages is one error, not a hundred pages."""
    many = "".join(f"  - {{id: q{number}, question: Is it so?}}\n" for number in range(MOST_QUESTIONS + 1))
    found, problems = read(f"title: Renewal\nquestions:\n{many}")
    assert found is None
    assert [each.code for each in problems] == ["questionnaire-wrong-value"]
    assert read(f"title: Renewal\nquestions:\n{many.rsplit('  - ', 1)[0]}")[0] is not None


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text: str) -> None:
    """Whatever a branch brings, there is a value or a problem with a known code."""
    for found, problems in (
        read_questionnaire(read_yaml(text, PATH)),
        read_statement(parse(f"---\n{text}\n---\n", "docs/evidence/e.md")),
    ):
        assert found is not None or problems
        assert all(each.code in RULES for each in problems)


# One piece of evidence


def test_what_a_piece_of_evidence_states() -> None:
    """Front matter states what it shows; below it stands the evidence itself."""
    found, problems = read_statement(parse(EVIDENCE, "docs/evidence/e.md"))
    assert problems == []
    assert found is not None
    assert (found.says, found.on, found.until) == ("qualified", date(2026, 10, 1), date(2027, 3, 31))
    assert found.body == "The minutes of the test.\n"
    plain = {**parse(EVIDENCE, "e").data, "on": "2026-10-01", "until": "2027-03-31"}
    Draft202012Validator(evidence_schema()).validate(plain)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("says: qualified", "says: not-measured", "evidence-wrong-value"),
        ("by: Head of IT\n", "", "evidence-missing-key"),
        ("scope: The eleven servers, not the notebooks.", "scope: n/a", "evidence-missing-key"),
        ("until: 2027-03-31", "until: 2026-09-30", "evidence-until"),
        ("until: 2027-03-31", "until: 2027-02-30", "date-invalid"),
        ("until: 2027-03-31", "until: never", "date-invalid"),
        ("docs/evidence/restore.csv", "docs/evidence/../../secret.csv", "evidence-wrong-value"),
        ("docs/evidence/restore.csv", "/etc/passwd", "evidence-wrong-value"),
        ("docs/evidence/restore.csv", "decisions/A.md", "evidence-wrong-value"),
        ("shows:", "show:", "evidence-unknown-key"),
        ("[backup, renewal/b1]", "[Backup]", "evidence-wrong-value"),
    ],
)
def test_what_is_wrong_with_a_piece_of_evidence(old: str, new: str, code: str) -> None:
    """Fails closed: with an error there is no evidence."""
    assert old in EVIDENCE
    found, problems = read_statement(parse(EVIDENCE.replace(old, new, 1), "docs/evidence/e.md"))
    assert found is None
    assert code in [each.code for each in problems]


# In a repository


SETTINGS = "organisation: Contoso\nacceptance_months: 6\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A backlog with a questionnaire from the 2nd, and evidence from the 3rd of October."""
    made = Repository(tmp_path / "tenant")
    made.write("backlog.yml", SETTINGS)
    made.commit("Begin", when="2026-10-01T09:00:00+00:00")
    made.write(PATH, GOOD)
    made.commit("Ask", when="2026-10-02T09:00:00+00:00")
    made.write("docs/evidence/restore-test.md", EVIDENCE)
    made.write("docs/evidence/restore.csv", "what,minutes\nserver,220\n")
    made.commit("Show", when="2026-10-03T09:00:00+00:00")
    return made


def facts_of(repository: Repository, day: date | None = None) -> Facts:
    """What is known on a day; on the newest one unless given."""
    workspace = load(repository.folder, today=date(2026, 10, 9))
    return evaluate(workspace, day or workspace.newest_day)


def answer(facts: Facts, name: str, identifier: str) -> Answer:
    """One answer."""
    asked = next(each for each in facts.insurance.questionnaires if each.name == name)
    return next(each for each in asked.answers if each.question.id == identifier)


def codes(facts: Facts) -> list[str]:
    """What is wrong on that day, without the age of a snapshot that is not there."""
    return [each.code for each in facts.problems if each.path.startswith("docs/")]


def test_questionnaires_and_evidence_count_from_their_commit(repository: Repository) -> None:
    """Nothing is shown for a day on which it was not in the repository."""
    before = facts_of(repository, date(2026, 10, 1))
    assert [each.name for each in before.insurance.questionnaires] == ["common"]
    asked = facts_of(repository, date(2026, 10, 2))
    assert [each.name for each in asked.insurance.questionnaires] == ["renewal", "common"]
    assert asked.insurance.evidence == ()
    assert [each.name for each in facts_of(repository).insurance.evidence] == ["restore-test"]


def test_evidence_is_hashed_and_dated_by_its_commit(repository: Repository) -> None:
    """The digests are those of the very bytes in Git, and the day is that of the commit, whatever is typed."""
    facts = facts_of(repository)
    (own,) = facts.insurance.evidence
    head = repository.git("rev-parse", "HEAD")
    assert own.version.commit == head
    assert own.digest == hashlib.sha256(EVIDENCE.encode()).hexdigest()
    (file,) = own.files
    assert file.digest == hashlib.sha256(b"what,minutes\nserver,220\n").hexdigest()
    assert (file.version.commit, file.size, own.changed) == (head, 24, ())
    assert codes(facts) == []


def test_evidence_is_shown_at_its_questions_and_changes_no_level(repository: Repository) -> None:
    """At the shipped question, at a question of one's own, and at one of one's own that asks the same."""
    repository.write(PATH, GOOD + "  - {id: b3, question: Are there backups?, same_as: backup}\n")
    repository.commit("Ask more", when="2026-10-04T09:00:00+00:00")
    facts = facts_of(repository)
    for name, identifier in (("common", "backup"), ("renewal", "b1"), ("renewal", "b3")):
        found = answer(facts, name, identifier)
        assert found.own is not None
        assert found.level is Level.NOT_MEASURED
    assert answer(facts, "common", "mfa-admins").own is None


def test_a_file_that_was_changed_later_is_named(repository: Repository) -> None:
    """The statement was written about other bytes."""
    repository.write("docs/evidence/restore.csv", "what,minutes\nserver,20\n")
    repository.commit("Improve", when="2026-10-05T09:00:00+00:00")
    facts = facts_of(repository)
    assert facts.insurance.evidence[0].changed == ("docs/evidence/restore.csv",)
    assert codes(facts) == ["evidence-file-changed"]
    repository.write("docs/evidence/restore-test.md", EVIDENCE.replace("Three of three", "Two of three"))
    repository.commit("Say so", when="2026-10-06T09:00:00+00:00")
    assert codes(facts_of(repository)) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "shown"),
    [
        ("[backup, renewal/b1]", "[backups]", "evidence-unknown-question", False),
        ("[backup, renewal/b1]", "[renewal/b9]", "evidence-unknown-question", False),
        ("by: Head of IT", "by: Jane Roe", "evidence-person", False),
        ("until: 2027-03-31", "until: 2027-04-02", "evidence-until", False),
        ("restore.csv]", "restored.csv]", "evidence-file-missing", False),
        ("on: 2026-10-01", "on: 2026-10-05", "evidence-date-ahead", False),
        ("on: 2026-10-01\nuntil: 2027-03-31", "on: 2026-09-01\nuntil: 2026-10-02", "evidence-expired", True),
    ],
)
def test_what_is_wrong_with_evidence_on_a_day(
    repository: Repository, old: str, new: str, code: str, shown: bool
) -> None:
    """What an error or a future day makes of it is not shown; what has ended is shown as ended."""
    assert old in EVIDENCE
    repository.write("docs/evidence/restore-test.md", EVIDENCE.replace(old, new))
    repository.commit("Change", when="2026-10-03T10:00:00+00:00")
    facts = facts_of(repository)
    assert codes(facts) == [code]
    assert bool(facts.insurance.evidence) is shown
    if shown:
        assert facts.insurance.evidence[0].expired
        assert answer(facts, "common", "backup").own is None


def test_a_person_may_state_evidence_where_the_policy_allows_it(repository: Repository) -> None:
    """The same policy as for decisions."""
    repository.write("backlog.yml", SETTINGS + "policy: {person_as_role: off}\n")
    repository.write("docs/evidence/restore-test.md", EVIDENCE.replace("Head of IT", "Jane Roe"))
    repository.commit("Change", when="2026-10-03T10:00:00+00:00")
    assert codes(facts_of(repository)) == []


def test_an_unknown_id_is_a_warning_with_the_nearest_one(repository: Repository) -> None:
    """Microsoft may list it tomorrow; until then the question has no score for it."""
    repository.write(PATH, GOOD.replace("[BlockLegacyAuthentication,", "[BlockLegacyAuthenticaton,"))
    repository.commit("Misspell", when="2026-10-03T10:00:00+00:00")
    facts = facts_of(repository)
    (told,) = [each for each in facts.problems if each.code == "question-unknown-id"]
    assert (told.line, told.severity, told.hint) == (
        8,
        Severity.WARNING,
        "Write BlockLegacyAuthentication if that is meant.",
    )


def test_an_unknown_shipped_question_is_an_error_with_the_nearest_one(repository: Repository) -> None:
    """Else the question would silently rest on nothing."""
    repository.write(PATH, GOOD.replace("mfa-admins", "mfa-admin"))
    repository.commit("Misspell", when="2026-10-03T10:00:00+00:00")
    facts = facts_of(repository)
    (told,) = [each for each in facts.problems if each.code == "question-unknown-same-as"]
    assert told.hint == "Write `same_as: mfa-admins`."
    assert [each.name for each in facts.insurance.questionnaires] == ["common"]
    assert PATH in facts.insurance.unreadable


@pytest.mark.parametrize(
    "path",
    [
        "docs/questionnaires/Renewal 2027.yml",
        "docs/questionnaires/renewal.yaml",
        "docs/questionnaires/common.yml",
        "docs/evidence/Test.md",
        "docs/evidence/test.markdown",
    ],
)
def test_a_file_with_an_odd_name_is_reported(repository: Repository, path: str) -> None:
    """Names stand in addresses; a file that is not read must not pass for one that is."""
    repository.write(path, GOOD)
    assert codes(facts_of(repository)) == ["questions-odd-name"]


def test_a_deleted_questionnaire_is_gone_and_stays_in_the_past(repository: Repository) -> None:
    """On the days on which it was there it still is."""
    repository.change({PATH: None, "docs/evidence/restore-test.md": None})
    repository.commit("Withdraw", when="2026-10-05T09:00:00+00:00")
    assert [each.name for each in facts_of(repository).insurance.questionnaires] == ["common"]
    then = facts_of(repository, date(2026, 10, 4)).insurance
    assert [each.name for each in then.questionnaires] == ["renewal", "common"]
    assert len(then.evidence) == 1


def test_a_link_is_no_evidence(repository: Repository) -> None:
    """What it leads to may be outside of the repository."""
    (repository.folder / "docs/evidence/restore.csv").unlink()
    (repository.folder / "docs/evidence/restore.csv").symlink_to("/etc/hostname")
    assert codes(facts_of(repository)) == ["file-refused"] or "evidence-file-missing" in codes(facts_of(repository))


def test_a_folder_without_git_has_questionnaires_too(tmp_path: Path) -> None:
    """Dates are then unknown, and nothing can be cited."""
    for path, text in (("backlog.yml", SETTINGS), (PATH, GOOD), ("docs/evidence/restore-test.md", EVIDENCE)):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "docs/evidence/restore.csv").write_text("x\n", encoding="utf-8")
    facts = evaluate(load(tmp_path, today=date(2026, 10, 9)), date(2026, 10, 9))
    assert [each.name for each in facts.insurance.questionnaires] == ["renewal", "common"]
    (own,) = facts.insurance.evidence
    assert not own.version.committed
    assert own.files[0].digest == hashlib.sha256(b"x\n").hexdigest()


def test_a_long_file_and_a_large_attachment_are_refused(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is read into memory as a whole."""
    monkeypatch.setattr("secure_score_backlog.questionnaires.store.LARGEST_ATTACHMENT", 10)
    repository.write(PATH, GOOD + f"# {'x' * 500_000}\n")
    repository.commit("Fill", when="2026-10-03T10:00:00+00:00")
    assert sorted(codes(facts_of(repository))) == [
        "evidence-file-missing",
        "evidence-unknown-question",
        "file-too-large",
    ]
