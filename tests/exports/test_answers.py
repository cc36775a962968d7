# SPDX-License-Identifier: Apache-2.0
"""The answers to a questionnaire as CSV, XLSX and JSON, read back by programs that know nothing of ours."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime

import openpyxl

from secure_score_backlog.evaluation.insurance import Answers
from secure_score_backlog.exports import registry
from secure_score_backlog.exports.answers import answers_table, plain_insurance
from secure_score_backlog.exports.csv import as_csv
from secure_score_backlog.exports.json import as_json, encode
from secure_score_backlog.exports.xlsx import as_xlsx
from tests.support.pages import evaluated
from tests.support.tenants import day, history, workspace

SCORES = {
    "AdminMFAV2": (10, 10, None, 4, 4),
    "MFARegistrationV2": (7, 8, None, 7, 8),
    "BlockLegacyAuthentication": (8, 8, "ThirdParty"),
    "mdo_blockmailforward": (5, 5),
    "mdo_autoforwardingmode": (1, 1),
}
FACTS = evaluated(workspace(history(SCORES, SCORES, SCORES)), day(3))
(COMMON,) = FACTS.insurance.questionnaires


def rows(asked: Answers) -> dict[str, dict[str, str]]:
    """The rows of the CSV by question."""
    text = as_csv(answers_table(FACTS, asked)).decode("utf-8-sig")
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_every_question_has_a_row_with_its_day() -> None:
    """Also those that nothing answers; each row says as of when it is true."""
    found = rows(COMMON)
    assert len(found) == len(COMMON.answers)
    assert {row["as_of"] for row in found.values()} == {"2026-10-03"}
    assert {row["snapshot"] for row in found.values()} == {"snapshots/2026/2026-10-03.json"}
    backup = found["backup"]
    assert (backup["level"], backup["points"], backup["done"], backup["since"]) == ("not-measured", "", "", "")
    assert "Not covered by Secure Score." in backup["reasons"]
    assert backup["elsewhere"]


def test_numbers_dates_and_days_of_an_answer() -> None:
    """Numerator, denominator, days observed, and self-attested points in columns of their own."""
    found = rows(COMMON)
    admins = found["mfa-admins"]
    assert (admins["level"], admins["done"], admins["total"]) == ("qualified", "4", "4")
    assert (admins["since"], admins["days"], admins["observed"], admins["missing"]) == ("2026-10-01", "3", "3", "0")
    everybody = found["mfa-all-users"]
    assert (everybody["level"], everybody["done"], everybody["total"]) == ("gap", "7", "8")
    assert (everybody["open_since"], everybody["since"]) == ("2026-10-01", "")
    legacy = found["legacy-authentication"]
    assert (legacy["points"], legacy["claimed"], legacy["maximum"]) == ("0", "8", "8")
    assert found["mail-forwarding"]["level"] == "supported"


def test_a_workbook_holds_days_as_days_and_numbers_as_numbers() -> None:
    """So that it can be sorted and added up; opened by a library that knows nothing of ours."""
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(answers_table(FACTS, COMMON))))
    sheet = book["Answers"]
    head = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2, values_only=True) if row[1] == "mfa-admins")
    assert row[head.index("As of")] == datetime(2026, 10, 3)  # noqa: DTZ001 - workbooks know no time zones
    assert row[head.index("Denominator")] == 4
    assert sheet.max_row == 1 + len(COMMON.answers)


def test_the_table_as_json_has_the_same_rows() -> None:
    """An empty cell is null, and the day is at the top."""
    said = json.loads(as_json(answers_table(FACTS, COMMON)))
    assert (said["table"], said["as_of"], len(said["rows"])) == ("answers", "2026-10-03", len(COMMON.answers))
    assert next(row for row in said["rows"] if row["id"] == "backup")["points"] is None


def test_each_questionnaire_is_offered_to_readers_inside_and_to_insurers() -> None:
    """One table each, under its name."""
    own = replace(COMMON, name="renewal", title="Renewal")
    facts = replace(FACTS, insurance=replace(FACTS.insurance, questionnaires=(own, COMMON)))
    for profile in (registry.INTERNAL, registry.INSURER):
        offered = {export.path: export for export in registry.tables(profile, facts)}
        assert {"downloads/answers-renewal", "downloads/answers-common"} <= set(offered)
        assert offered["downloads/answers-renewal"].table(facts).rows[0][0] == "Renewal"


def test_status_says_what_rests_on_what() -> None:
    """Level, reasons and every recommendation behind an answer, from the same value as the pages."""
    said = json.loads(encode(plain_insurance(FACTS.insurance)))
    (asked,) = said["questionnaires"]
    assert asked["levels"]["supported"] == 1
    answer = next(each for each in asked["answers"] if each["id"] == "mfa-all-users")
    assert [reason["reason"] for reason in answer["reasons"]] == ["open", "part", "related-open"]
    assert answer["primary"][0] == {
        "recommendation": "MFARegistrationV2",
        "measure": "open",
        "points": 7,
        "maximum": 8,
        "done": 7,
        "total": 8,
        "unit": None,
        "held_since": None,
        "open_since": "2026-10-01",
    }
    assert said["reported"]["claimed"] == 8
