# SPDX-License-Identifier: Apache-2.0
"""`backlog diff`: the words for each kind of change, who has to approve, and the comment in a pull request."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog import wording
from secure_score_backlog.cli.diff import Proposal, found_change, found_proposal
from secure_score_backlog.comparison import compare
from secure_score_backlog.reports.change_markdown import LONGEST_COMMENT, as_markdown
from secure_score_backlog.snapshots import snapshot_files
from tests.support.decision_files import (
    LATER,
    MINUTES,
    SAFE,
    SOON,
    YESTERDAY,
    accept,
    ask,
    blocked,
    exempt,
    plan,
)
from tests.support.loopback import Request, Response
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.simulated_github import SimulatedGitHub
from tests.support.tenants import stored
from tests.support.today import TODAY

Files = Mapping[str, str | bytes | None]
OTHER = "decisions/Other.md"
DRAFT = plan().replace("bucket", "draft: true\nbucket")
NOW = plan(due=SOON).replace("do-soon", "do-now")
CATALOGUE = snapshot_files.encode(
    {
        "collected": {"at": "2026-10-01T05:00:00Z"},
        "profiles": [{"id": "Safe", "title": "Be safe", "maxScore": 5}, {"id": "Other", "title": "Be other"}],
        "descriptions": {"Safe": "<p>Be <b>safe</b>. It matters.</p>"},
    }
)
DAY = snapshot_files.encode(stored({"Safe": (1, 5), "Other": (0, 2)}))
ROLES = "roles:\n  Managing Director: [boss, deputy]\n"
BEGIN: Files = {
    "backlog.yml": f"organisation: A\n{ROLES}",
    "snapshots/catalogue.json": CATALOGUE,
    "snapshots/2026/2026-10-01.json": DAY,
}


def day(value: object) -> str:
    """A day as sentences name it."""
    return wording.day(value)  # type: ignore[arg-type]


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Files, Files], Repository]:
    """A repository whose branch `work` changes these files."""

    def make(before: Files, after: Files) -> Repository:
        repository = Repository(tmp_path)
        for path, content in {**BEGIN, **before}.items():
            repository.write(path, content or "")
        repository.commit("Begin", YESTERDAY)
        repository.git("checkout", "--quiet", "-b", "work")
        repository.change(after)
        repository.commit("Change", YESTERDAY)
        return repository

    return make


def told(backlog: RunBacklog, *arguments: str) -> dict[str, Any]:
    """What `diff --json` prints."""
    printed: dict[str, Any] = json.loads(backlog("diff", "main", "--json", *arguments, expect=0).stdout)
    return printed


def says(backlog: RunBacklog) -> list[str]:
    """The sentences, those about details indented."""
    found = []
    for each in told(backlog)["summary"]:
        found += [each["text"], *(f"  {detail}" for detail in each["details"])]
    return found


RISK = "  The risk: “Spraying”."
NOTHING = "  Nothing is named that reduces the risk until then."
WHY = [RISK, "  The reason: “The mailer cannot do better before its upgrade”.", NOTHING]
SAYS = "  The text says: “Agreed in the meeting”."
LOOK = "If neither the reason nor the text says why, ask the author."
UNDONE = "“Be safe” stays partly undone until then, and is open again after that day."
UNDECIDED = "Without this change it stays open and undecided."
AFTERWARDS = "From the merge on the risk is open and undecided. Nothing changes in Microsoft 365."
UNSHOWN = "Not shown below: see the changed files."
PLANNED = f"Without this change the plan stays: do soon, due {day(SOON)}."
EXTENDED = (
    f"Extends the acceptance of “Be safe” (high) for the first time, from {day(SOON)} to {day(LATER)}; it was first "
    f"accepted on {day(date.fromisoformat(YESTERDAY[:10]))}. It stays partly undone until then, and is open again "
    f"after that day. Without this change the acceptance ends on {day(SOON)}, and a new decision is needed."
)
SINCE = day(date.fromisoformat(YESTERDAY[:10]))
SENTENCES: Mapping[str, tuple[Files, Files, list[str]]] = {
    "accepted": ({}, {SAFE: accept()}, [f"Accepts 1 high risk until {day(SOON)}: {UNDONE} {UNDECIDED}", *WHY, SAYS]),
    "accepted instead of a plan": (
        {SAFE: plan()}, {SAFE: accept()},
        [f"Accepts 1 high risk until {day(SOON)}, instead of doing it soon: {UNDONE} {PLANNED}", *WHY,
         "  The text says now: “Agreed in the meeting”."],
    ),
    "two accepted": (
        {}, {SAFE: accept(), OTHER: accept(LATER, "Else.").replace("Safe", "Other").replace("high", "low")},
        [f"Accepts 2 risks (1 high, 1 low), the longest until {day(LATER)}. What Microsoft recommends stays undone "
         "until then, and is open again after that day. Without this change they stay open and undecided.",
         f"  High until {day(SOON)}: “Be safe”.", *WHY, SAYS,
         f"  Low until {day(LATER)}: “Be other”.", RISK, "  The reason: “Else”.", NOTHING, SAYS],
    ),
    "extended": (
        {SAFE: accept()}, {SAFE: accept(LATER)},
        [EXTENDED, RISK,
         "  The reason is unchanged, and the text says nothing new: “The mailer cannot do better before its upgrade”.",
         NOTHING],
    ),
    "extended with a reason": (
        {SAFE: accept()}, {SAFE: accept(LATER, "The upgrade was postponed.")},
        [EXTENDED, RISK, "  The new reason: “The upgrade was postponed”.", NOTHING],
    ),
    "extended with text": (
        {SAFE: accept()}, {SAFE: accept(LATER, body="Agreed in the meeting. The upgrade was postponed.")},
        [EXTENDED, RISK, "  The reason is unchanged: “The mailer cannot do better before its upgrade”.", NOTHING,
         "  The text says now: “Agreed in the meeting. The upgrade was postponed”."],
    ),
    "shortened": (
        {SAFE: accept(LATER)}, {SAFE: accept(SOON)},
        [f"Ends the acceptance of “Be safe” (high) earlier: on {day(SOON)} instead of {day(LATER)}."],
    ),
    "exempted": (
        {}, {SAFE: exempt()},
        [f"Marks 1 recommendation as covered by another product until {day(SOON)}: “Be safe” (unrated). "
         f"Microsoft does not measure that: 4 points depend on this statement. {UNDECIDED}",
         "  What covers it: “The mail gateway”. Evidence: “Export of its rules”.",
         "  The text says: “Text”."],
    ),
    "planned": (
        {}, {SAFE: NOW},
        [f"Moves 1 recommendation from undecided to do now, owner Head of IT, due {day(SOON)}: “Be safe” (high). "
         f"{UNDECIDED}", RISK],
    ),
    "planned after an acceptance": (
        {SAFE: accept()}, {SAFE: plan()},
        [f"Moves 1 recommendation from accepted to do soon, owner Head of IT, due {day(SOON)}: “Be safe” (high). "
         f"Without this change it stays accepted until {day(SOON)}.",
         RISK, f"  This ends the acceptance that ran until {day(SOON)}.", "  The text says now: “As agreed”."],
    ),
    "two planned": (
        {}, {SAFE: NOW, OTHER: NOW.replace("Safe", "Other").replace("high", "low").replace(str(SOON), str(LATER))},
        [f"Moves 2 recommendations from undecided to do now, owner Head of IT, due between {day(SOON)} and "
         f"{day(LATER)}. Without this change they stay open and undecided.",
         f"  High, due {day(SOON)}: “Be safe”.", RISK, f"  Low, due {day(LATER)}: “Be other”.", RISK],
    ),
    "postponed": (
        {SAFE: plan()}, {SAFE: plan(due=LATER)},
        [f"Postpones “Be safe” (high) from {day(SOON)} to {day(LATER)}. No reason is given."],
    ),
    "postponed with a reason": (
        {SAFE: plan()}, {SAFE: plan(due=LATER, body="As agreed.\nThe vendor is late.")},
        [f"Postpones “Be safe” (high) from {day(SOON)} to {day(LATER)}.", "  The text says now: “The vendor is late”."],
    ),
    "postponed and blocked": (
        {SAFE: plan(blocked("2026-10-02"))}, {SAFE: plan(blocked("2026-10-02"), due=LATER)},
        [f"Postpones “Be safe” (high) from {day(SOON)} to {day(LATER)}.",
         "  Says that it is still blocked by a technical constraint since 2 October 2026: “The vendor has to answer”."],
    ),
    "withdrawn": (
        {SAFE: accept()}, {SAFE: None},
        [f"Withdraws the decision about “Be safe” (high), which said: accepted until {day(SOON)}. "
         f"No reason is given. {AFTERWARDS} Without this change it stays accepted until {day(SOON)}.", RISK],
    ),
    "withdrawn with compensating controls": (
        {SAFE: accept(more="  compensating: [One, Two]\n")}, {SAFE: None},
        [f"Withdraws the decision about “Be safe” (high), which said: accepted until {day(SOON)}. "
         f"No reason is given. {AFTERWARDS} Without this change it stays accepted until {day(SOON)}.", RISK,
         "  No longer stated as reducing the risk: “One”; “Two”."],
    ),
    "withdrawn with minutes": (
        {SAFE: accept()}, {SAFE: None, MINUTES: "Why.\n"},
        [f"Withdraws the decision about “Be safe” (high), which said: accepted until {day(SOON)}. "
         f"For the reason, see the minutes or the other decisions of this change. {AFTERWARDS} "
         f"Without this change it stays accepted until {day(SOON)}.", RISK,
         f"Writes the minutes of November 2026. {UNSHOWN}"],
    ),
    "withdrawn with a question": (
        {SAFE: plan(ask("Fund it?"))}, {SAFE: None},
        [f"Withdraws the decision about “Be safe” (high), which said: do soon, due {day(SOON)}. "
         f"No reason is given. {AFTERWARDS} {PLANNED}", RISK,
         "  The question to leadership of 1 October 2026 goes with it, and nothing says what became of it: "
         "“Fund it?”."],
    ),
    "a draft again": (
        {SAFE: plan()}, {SAFE: DRAFT},
        [f"Turns back into a draft the decision about “Be safe” (high), which said: do soon, due {day(SOON)}. "
         f"No reason is given. {AFTERWARDS} {PLANNED}", RISK],
    ),
    "drafted": ({}, {SAFE: DRAFT}, ["Writes 1 draft; a draft does not count as a decision: “Be safe” (high)."]),
    "with errors": (
        {SAFE: plan()}, {SAFE: plan().replace("owner: Head of IT", "boss: Nobody")},
        [f"The decision about “Be safe” (high) does not count, because it has 2 errors: the check fails, and "
         "shows each beside its line. "
         f"Before this change: do soon, due {day(SOON)}."],
    ),
    "with errors and a question": (
        {SAFE: plan(ask("Fund it?"))}, {SAFE: plan(ask("Fund it?")).replace("owner: Head of IT", "boss: Nobody")},
        [f"The decision about “Be safe” (high) does not count, because it has 2 errors: the check fails, and "
         "shows each beside its line. "
         f"Before this change: do soon, due {day(SOON)}.",
         "  Its question to leadership of 1 October 2026 does not count either: “Fund it?”."],
    ),
    "risk lowered and accepted": (
        {SAFE: plan()}, {SAFE: accept().replace("high", "low")},
        [f"Lowers 1 risk from high to low and accepts it in the same step until {day(SOON)}, instead of doing it soon: "
         f"{UNDONE} {PLANNED}",
         f"  Lowers the level from high to low. It was rated high in the decision of {SINCE}. {LOOK}", *WHY,
         "  The text says now: “Agreed in the meeting”."],
    ),
    "one of two lowered and accepted": (
        {SAFE: plan(body="Agreed in the meeting."), OTHER: plan().replace("Safe", "Other")},
        {SAFE: accept().replace("high", "low"), OTHER: accept(reason="Else.").replace("Safe", "Other")},
        [f"Accepts 2 risks (1 high, 1 low) until {day(SOON)}, instead of doing them soon, and lowers 1 of them from "
         "high to low in the same step. What Microsoft recommends stays undone until then, and is open again after "
         "that day. Without this change the decisions of today stay.",
         "  Low: “Be safe”.",
         f"  Lowers the level from high to low. It was rated high in the decision of {SINCE}. If the reason does not "
         "say why, ask the author; the text says nothing new.", *WHY,
         "  High: “Be other”.", RISK, "  The reason: “Else”.", NOTHING,
         "  The text says now: “Agreed in the meeting”."],
    ),
    "risk lowered and accepted for longer": (
        {SAFE: accept()}, {SAFE: accept(LATER, "Else.").replace("high", "low")},
        [EXTENDED.replace("(high)", "(low)").replace(
            "; it was", ", and lowers the risk from high to low in the same step; it was"),
         f"  Lowers the level from high to low. It was rated high in the decision of {SINCE}. If the reason does not "
         "say why, ask the author; the text says nothing new.",
         RISK, "  The new reason: “Else”.", NOTHING],
    ),
    "risk of the settings lowered and accepted": (
        {"backlog.yml": f"organisation: A\n{ROLES}risk: {{Safe: critical}}\n"}, {SAFE: accept()},
        [f"Lowers 1 risk from critical to high and accepts it in the same step until {day(SOON)}: {UNDONE} {UNDECIDED}",
         f"  Lowers the level from critical to high. It was rated critical by the settings. {LOOK}", *WHY, SAYS],
    ),
    "risk raised and accepted": (
        {"backlog.yml": f"organisation: A\n{ROLES}risk: {{Safe: low}}\n"}, {SAFE: accept()},
        [f"Accepts 1 high risk until {day(SOON)}: {UNDONE} {UNDECIDED}", *WHY, SAYS,
         "  Rates the risk as high, which was rated low until now by the settings."],
    ),
    "risk lowered": (
        {SAFE: plan()}, {SAFE: plan().replace("high", "low")},
        [f"Amends the decision about “Be safe” (low); it stays do soon, due {day(SOON)}.",
         f"  Lowers the risk level from high, as rated in the decision of {SINCE}, to low."],
    ),
    "owner changed": (
        {SAFE: plan()}, {SAFE: plan().replace("Head of IT", "Head of HR")},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  Changes the owner from Head of IT to Head of HR."],
    ),
    "reason and approver changed": (
        {SAFE: accept()}, {SAFE: accept(reason="Something else.").replace("Managing Director", "Head of HR")},
        [f"Amends the decision about “Be safe” (high); it stays accepted until {day(SOON)}.",
         "  Changes the approver from Managing Director to Head of HR.",
         "  Gives another reason for the acceptance: “Something else”."],
    ),
    "extended with other compensating controls": (
        {SAFE: accept(more="  compensating: [One, Two]\n")},
        {SAFE: accept(LATER, "Else.", "  compensating: [Two, Three]\n")},
        [EXTENDED, RISK, "  The new reason: “Else”.", "  What still reduces the risk, as before: “Two”.",
         "  Takes 1 compensating control away: “One”.", "  Adds 1 compensating control: “Three”."],
    ),
    "compensating controls": (
        {SAFE: accept(more="  compensating: [One, Two]\n  share: 60 %\n")},
        {SAFE: accept(more="  compensating: [Two, Three]\n  share: 40 %\n")},
        [f"Amends the decision about “Be safe” (high); it stays accepted until {day(SOON)}.",
         "  Accepts it at 40 % achieved instead of 60 %.",
         "  Takes 1 compensating control away: “One”.",
         "  Adds 1 compensating control: “Three”."],
    ),
    "attested": (
        {SAFE: accept()},
        {SAFE: accept(more="  approval: {by: Managing Director, on: 2026-10-02, record: Board minutes}\n")},
        [f"Amends the decision about “Be safe” (high); it stays accepted until {day(SOON)}.",
         "  States an approval outside GitHub: Managing Director on 2 October 2026, record “Board minutes”."],
    ),
    "blocked": (
        {SAFE: plan()}, {SAFE: plan(blocked("2026-10-02"))},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  Says that it is blocked by a technical constraint since 2 October 2026: “The vendor has to answer”."],
    ),
    "asked": (
        {SAFE: plan()}, {SAFE: plan(ask("Fund it?"))},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  Asks leadership for a decision: “Fund it?”.", "  What happens if there is no answer, it does not say."],
    ),
    "asked with a deadline": (
        {SAFE: plan()},
        {SAFE: plan(ask("Fund it?") + "    by: 2027-01-15\n    recommend: Yes.\n    cost: 900 EUR a year\n"
                     f"    options: [this year, never]\n    default: Nothing is bought{', and so on' * 60}\n")},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  Asks leadership for a decision, until 15 January 2027: “Fund it?”.",
         "  To choose from: “this year”; “never”.", "  Recommended: “Yes”.", "  Cost: “900 EUR a year”.",
         f"  If there is no answer by 15 January 2027: “Nothing is bought{', and so on' * 60}”."],
    ),
    "deadline moved": (
        {SAFE: plan(ask("Fund it?") + "    by: 2027-01-15\n")}, {SAFE: plan(ask("Fund it?") + "    by: 2027-03-15\n")},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  Changes the question to leadership of 1 October 2026. Its deadline is 15 March 2027, before "
         "15 January 2027."],
    ),
    "answered": (
        {SAFE: plan(ask("Fund it?"))}, {SAFE: accept()},
        [f"Accepts 1 high risk until {day(SOON)}, instead of doing it soon: {UNDONE} {PLANNED}", *WHY,
         "  Closes the open question to leadership of 1 October 2026: “Fund it?”. Answer, as the author wrote it: "
         "“Agreed in the meeting”. No record of the answer is named."],
    ),
    "answered with a record": (
        {SAFE: plan(ask("Fund it?"))}, {SAFE: plan(body="As agreed.\nYes, see docs/reviews/2026-10.md.")},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  Closes the open question to leadership of 1 October 2026: “Fund it?”. Answer, as the author wrote it: "
         "“Yes, see docs/reviews/2026-10.md”."],
    ),
    "answered by another date": (
        {SAFE: plan(ask("Fund it?"))}, {SAFE: plan(due=LATER), MINUTES: "Yes.\n"},
        [f"Postpones “Be safe” (high) from {day(SOON)} to {day(LATER)}. No reason is given.",
         "  Closes the open question to leadership of 1 October 2026: “Fund it?”. The text does not say how it was "
         "answered.",
         f"Writes the minutes of November 2026. {UNSHOWN}"],
    ),
    "dropped": (
        {SAFE: plan(ask("Fund it?"))}, {SAFE: plan()},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  Takes out the question to leadership of 1 October 2026, and the decision does not say what became of it: "
         "“Fund it?”."],
    ),
    "reworded": (
        {SAFE: plan(ask("Fund it?"))}, {SAFE: plan(ask("Fund it now?"))},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  Puts the question to leadership of 1 October 2026 in other words: “Fund it now?” instead of “Fund it?”."],
    ),
    "words": (
        {SAFE: plan()}, {SAFE: plan(body="Other words.")},
        [f"Amends the decision about “Be safe” (high); it stays do soon, due {day(SOON)}.",
         "  The text says now: “Other words”."],
    ),
    "roles": (
        {}, {"backlog.yml": "organisation: A\nroles:\n  Managing Director: [boss]\n  Head of IT: [it]\n"},
        ["Lets it approve as Head of IT (before: nobody).",
         "Lets boss approve as Managing Director (before: boss, deputy).",
         "Changed roles count for later changes; who may approve this one is read from the settings before it."],
    ),
    "settings": (
        {}, {"backlog.yml": f"organisation: B\n{ROLES}acceptance_months: 24\nprofile: public\nrisk: {{Safe: low}}\n"},
        ["Lets acceptances and exemptions run for 24 months at most, instead of 12.",
         "Changes the setting organisation to B (before: A).",
         "Builds the site for other readers: public instead of internal.",
         "Sets the risk level of Safe to low in the settings (before: not set there)."],
    ),
    "broken settings": (
        {}, {"backlog.yml": f"organisation: A\nacceptance_month: 24\n{ROLES}"},
        ["The settings have errors, so some of them do not count: see the check."],
    ),
    "minutes": (
        {MINUTES: "Old.\n\nAnd.\n"}, {MINUTES: "New.\n\nMore.\nAnd.\n", "docs/reviews/2026-10.md": "Said.\n"},
        [f"Writes the minutes of October 2026. {UNSHOWN}",
         f"Changes minutes that were there before: November 2026 (2 lines added, 1 removed). {UNSHOWN}"],
    ),
    "minutes in another order": (
        {MINUTES: "Old.\nAnd.\n"}, {MINUTES: "And.\nOld.\n"},
        [f"Changes minutes that were there before: November 2026 (order or blank lines only). {UNSHOWN}"],
    ),
    "snapshots": (
        {}, {"snapshots/2026/2026-10-02.json": DAY, "snapshots/2026/2026-10-03.json": DAY},
        ["Adds the measurements of 2 days (2 October 2026 to 3 October 2026)."],
    ),
    "other files": (
        {}, {".github/workflows/x.yml": "on: push\n", "README.md": "Words.\n", "decisions/x.sh": "x\n"},
        ["Changes 2 files that can run programs or decide how the site is built: .github/workflows/x.yml, "
         "decisions/x.sh. Not shown below: read them in the changed files before you approve, or ask somebody who can.",
         "Changes 1 other file: README.md."],
    ),
    "nothing": ({}, {}, ["It changes no decision, no setting, no minutes and no snapshot."]),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_what_a_change_does(name: str, changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """Each kind of change has its words, and no other change is claimed."""
    before, after, expected = SENTENCES[name]
    changed(before, after)
    assert [each.replace("\u00a0", " ") for each in says(backlog)] == [each.replace("\u00a0", " ") for each in expected]


def test_who_has_to_approve(changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """The logins are those of the settings before the change; its author is not among them."""
    changed({}, {SAFE: accept(), "backlog.yml": "organisation: A\nroles:\n  Managing Director: [me]\n"})
    found = told(backlog)
    (approval,) = found["approval"]
    assert approval["role"] == "Managing Director"
    assert approval["logins"] == ["boss", "deputy"]
    assert approval["decisions"] == ["Safe"]
    assert "boss or deputy on GitHub" in found["approval_summary"][0]


def test_a_recorded_approval_is_about_what_it_was_given_for(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """One that was there before the change does not cover it; one that comes with it is named."""
    approved = "  approval: {by: Managing Director, on: 2026-10-01, record: Board minutes}\n"
    repository = changed({SAFE: accept(more=approved)}, {SAFE: accept(LATER, "Else.", approved)})
    said = told(backlog)["approval_summary"][0]
    assert said.endswith("The recorded approval of 1\u00a0October\u00a02026 was for an earlier version.")
    repository.write(SAFE, accept(LATER, "Else.", approved.replace("01", "02")))
    said = told(backlog)["approval_summary"][0].replace("\u00a0", " ")
    assert re.search(
        r"An approval outside GitHub is stated: of 2 October 2026, \d+ days? before the change\. Its", said
    )
    assert "Its record, “Board minutes”, is no file here" in said
    assert said.endswith(
        f"The record must show that Managing Director agreed to {day(LATER)} and to the reason above.".replace(
            "\u00a0", " "
        )
    )


def approved(record: str = MINUTES, by: str = "Managing Director", on: object = YESTERDAY[:10]) -> str:
    """An approval outside GitHub, as a decision states it."""
    return f"  approval: {{by: {by}, on: {on}, record: {record}}}\n"


@pytest.mark.parametrize(
    ("files", "stated", "expected", "fault"),
    [
        ({}, approved(), "It does not count, because its record is missing: “docs", "record-missing"),
        ({MINUTES: "Yes.\n"}, approved(), "is there; what it says was not checked: read it.", None),
        ({}, approved("backlog.yml"), "is no file here, so nothing was checked: look it up.", None),
        ({}, approved("docs/old.md"), "is there; what it says was not checked: read it.", None),
        (
            {"docs/old.md": None},
            approved("docs/old.md"),
            "is missing: “docs/old.md”. Whoever proposes the change adds it first.",
            "record-missing",
        ),
        ({}, approved(by="Head of HR"), "is by Head of HR, who is not the approver", "other-attested"),
        ({}, approved("Letter", on=LATER), "is after the change itself", "record-later"),
    ],
)
@pytest.mark.parametrize("committed", [True, False])
def test_an_approval_outside_github_is_judged_before_the_merge(
    changed: Callable[[Files, Files], Repository],
    backlog: RunBacklog,
    files: Files,
    stated: str,
    expected: str,
    fault: str | None,
    *,
    committed: bool,
) -> None:
    """What will not count afterwards is said while it can still be mended, of a commit and of the working tree."""
    repository = changed({"docs/old.md": "Minutes.\n"}, {"README.md": "x\n"})
    repository.change({SAFE: accept(more=stated), **files})
    if committed:
        repository.commit("More", YESTERDAY)
    elif fault == "record-later":
        return  # what is not committed has no day yet
    found = told(backlog, *(["HEAD"] if committed else []))
    assert expected in found["approval_summary"][0]
    assert found["decisions"][0]["approval_claimed"]["fault"] == fault
    counts = json.dumps(found["summary"]) + " ".join(found["approval_summary"])
    assert counts.count("does not count") == (fault is not None), "said once"


def test_a_role_that_the_same_change_names_does_not_count(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """Whoever reads it hears what to do instead of being sent in a circle."""
    changed(
        {"backlog.yml": "organisation: A\n"},
        {SAFE: accept(), "backlog.yml": "organisation: A\nroles:\n  Managing Director: [boss]\n"},
    )
    found = told(backlog)
    said = found["approval_summary"][0]
    assert "cannot be approved yet" in said
    assert "Either: first merge the settings that name boss in a pull request of their own, then this one. Or:" in said
    assert "Or: Managing Director approves outside GitHub and the record is filed" in said
    assert found["approval"][0]["logins_after"] == ["boss"]
    assert found["approval_summary"][-1].startswith("For the settings, no role is set")


def test_no_text_goes_on_in_our_voice(changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """A reason that closes its quotation does not approve itself."""
    changed({}, {SAFE: accept(reason="Fine”. Approved by the Managing Director. “And so on")})
    assert '  The reason: “Fine". Approved by the Managing Director. "And so on”.' in says(backlog)


def test_two_files_about_one_recommendation_answer_nothing(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """A decision that a second file puts out of force was neither answered nor withdrawn."""
    changed({SAFE: plan(ask("Fund it?"))}, {"decisions/safe.md": plan(), "decisions/::error::x.md": accept()})
    said = " ".join(says(backlog))
    assert "does not count, because it has" in said
    assert "does not count either: “Fund it?”" in said
    assert not {"Answers", "Closes", "Accepts", "Withdraws"} & set(re.findall(r"\w+", said))


def test_who_approves_stays_in_sight(changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """Long texts in many decisions leave room for it; files that can run programs come before everything."""
    long = "; ".join(["a;b"] * 300)
    asks = "".join(ask(f"{number} {long}").removeprefix("ask:\n") + f"    default: {long}\n" for number in range(20))
    files = {
        f"decisions/Safe{number}.md": plan(f"ask:\n{asks}", f"{number} {long}").replace("Safe", f"Safe{number}")
        for number in range(30)
    }
    listed = [{"id": f"Safe{number}", "title": f"{number} {long[:80]}"} for number in range(30)]
    catalogue = snapshot_files.encode({"collected": {}, "profiles": listed, "descriptions": {}})
    changed({"snapshots/catalogue.json": catalogue}, {**files, ".github/workflows/x.yml": "on: push\n"})
    comment = backlog("diff", "main", "--format", "markdown", expect=0).stdout
    assert comment.index("### Who has to approve") < 30_000
    assert comment.split("\n")[3].startswith("- Changes 1 file that can run programs")
    assert "And 25 more: see each decision below." in comment or "Too much to tell here" in comment


@pytest.fixture
def event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Make the environment that of a workflow run which a pull request started."""

    def start(author: str, number: int = 7) -> None:
        file = tmp_path / "event.json"
        file.write_text(json.dumps({"pull_request": {"number": number, "user": {"login": author}}}))
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(file))
        monkeypatch.setenv("GITHUB_REF", f"refs/pull/{number}/merge")

    return start


@pytest.mark.parametrize(
    ("roles", "author", "expected"),
    [
        ("[boss, deputy]", "boss", "deputy on GitHub"),
        ("[boss]", "Boss", "only Boss may act in this role"),
        ("[]", "boss", "cannot be approved yet, because the settings name no login for this role. Either: first name"),
    ],
)
def test_the_author_cannot_approve(
    changed: Callable[[Files, Files], Repository],
    backlog: RunBacklog,
    event: Callable[..., None],
    roles: str,
    author: str,
    expected: str,
) -> None:
    """Whoever proposes it is named and left out; where nobody else is left, the reviewer hears what to do."""
    changed({"backlog.yml": f"roles:\n  managing director: {roles}\n"}, {SAFE: accept()})
    event(author)
    said = told(backlog)["approval_summary"]
    assert expected in said[0]
    assert said[1] == f"{author} proposes this change and cannot approve it."


def test_a_planned_change_needs_no_particular_role(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """A word of the discussion of an acceptance needs none either, because nothing of what was signed changes."""
    changed({SAFE: accept()}, {SAFE: accept(body="Other words."), OTHER: plan().replace("Safe", "Other")})
    found = told(backlog)
    assert found["approval"] == []
    assert found["approval_summary"] == [
        "No particular role has to approve this change. Whether GitHub asks for an approval, the pull request shows. "
        "Whoever proposes it cannot approve it."
    ]


def test_without_github_nobody_is_sent_there(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """No login can count, and no merge on GitHub: a record is asked for, and one that is there has to be read."""
    repository = changed({"backlog.yml": "organisation: A\n"}, {SAFE: accept(), OTHER: plan().replace("Safe", "Other")})
    said = told(backlog)["approval_summary"]
    assert said[0].startswith(
        "Managing Director, for 1 acceptance: no approval is recorded. Once this role has approved,"
    )
    assert said[-1].startswith("Please commit or merge it only after that approval is recorded.")
    repository.change({SAFE: accept(more=approved()), MINUTES: "Yes.\n"})
    known = told(backlog)["approval_summary"]
    assert known[0].startswith("Managing Director, for 1 acceptance: an approval outside GitHub is stated: of")
    assert known[-1].startswith("Please read the record before this is committed or merged")
    repository.change({SAFE: None, MINUTES: None})
    (alone,) = told(backlog)["approval_summary"]
    assert alone.startswith("No particular role has to approve this change")
    assert "GitHub" not in " ".join([*said, *known, alone]).replace("approval outside GitHub", "")


@pytest.mark.parametrize(("risk", "fails"), [("high", False), ("critical", True)])
def test_what_a_merge_without_an_approval_leaves(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog, risk: str, *, fails: bool
) -> None:
    """It counts, and the register shows it as only named; of a critical risk the check then makes an error."""
    changed({}, {SAFE: accept().replace("high", risk)})
    said = told(backlog)["approval_summary"][-1]
    assert (
        "the acceptance counts all the same, and the register shows it as “only named”: an approver is named, and "
        "nobody is recorded as having approved." in said
    )
    assert said.endswith("For a critical risk the check then fails.") is fails


def test_a_critical_risk_that_is_lowered_and_accepted(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """What would have been asked for at the old level, where the settings ask for more of a critical risk."""
    changed({SAFE: plan().replace("high", "critical")}, {SAFE: accept()})
    (said,) = (each for each in told(backlog)["approval_summary"] if each.startswith("Until now critical: “Be safe”."))
    assert "At that level, the check fails without an approval that counts. Nor would it count with" in said


def test_the_same_weight_for_every_level(changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """Where the settings ask the same of every acceptance, they make no difference."""
    settings = f"organisation: A\n{ROLES}policy: {{approver_unlisted: error}}\n"
    changed({"backlog.yml": settings, SAFE: plan().replace("high", "critical")}, {SAFE: accept()})
    (said,) = (each for each in told(backlog)["approval_summary"] if each.startswith("Until now critical"))
    assert said.endswith("without an approval that counts.")


@pytest.mark.parametrize("after", [None, plan()])
def test_who_was_the_approver_of_what_ends(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog, after: str | None
) -> None:
    """Nobody has to approve that an acceptance ends; a reviewer sees who had to approve it."""
    changed({SAFE: accept()}, {SAFE: after})
    said = told(backlog)["approval_summary"]
    ends = "Managing Director was the approver of what ends: the acceptance of “Be safe”"
    assert said[1] == f"{ends}; to end it, no role has to approve."


def test_errors_make_the_check_fail(changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """By policy too: an acceptance of a critical risk whose approver nobody can be matched with does not count."""
    changed({"backlog.yml": "organisation: A\n"}, {SAFE: accept().replace("high", "critical")})
    assert told(backlog)["approval_summary"] == [
        "Whoever proposes this change cannot approve it.",
        "The check fails, because a decision of this change has errors. Who has to approve it is told once they are "
        "corrected.",
    ]


def test_counts_that_move_name_whom_they_are_about(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """A new decision that is needed no more, something overdue, and another level."""
    old = accept(TODAY - timedelta(days=3)).replace("high", "low")
    settings = {"backlog.yml": f"organisation: A\n{ROLES}policy: {{past_date: 'off'}}\n"}
    late = plan(due=TODAY - timedelta(days=2)).replace("Safe", "Other")
    changed({**settings, SAFE: old}, {SAFE: accept(LATER, "Else."), OTHER: late})
    printed = re.sub(r"\s+", " ", backlog("diff", "main").stdout)
    assert "1 risk moved from low to high." in printed
    assert "or in conflict): 1 → 0 (no longer: “Be safe”)" in printed
    assert "Overdue: 0 → 1 (new: “Be other”)" in printed
    assert {"before": "low", "after": "high", "number": 1} in told(backlog)["levels_moved"]


def test_figures_before_and_after(changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """Both sides are judged on one day, so only the change moves them."""
    changed({SAFE: plan()}, {SAFE: accept()})
    found = told(backlog)
    before, after = found["before"], found["after"]
    assert (before["open"]["high"], after["open"]["high"]) == (1, 0)
    assert (before["accepted"]["high"], after["accepted"]["high"]) == (0, 1)
    assert before["undecided"] == after["undecided"] == 1
    assert "High      1 → 0       0 → 1" in backlog("diff", "main").stdout


def test_the_record_of_a_decision(changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """Each value that differs, by a name that a reviewer understands, and what Microsoft says in a sentence."""
    changed({SAFE: accept()}, {SAFE: accept(LATER, "Another reason.", body="Agreed in the meeting.\nAnd again.")})
    (found,) = told(backlog)["decisions"]
    assert [each["label"] for each in found["values"]] == ["Reason", "Last day", "Discussion"]
    assert found["values"][2] == {"label": "Discussion", "before": None, "after": "And again."}
    printed = backlog("diff", "main").stdout.replace("\u00a0", " ")
    assert "Microsoft: Be safe." in printed
    assert "The mailer cannot do better before its upgrade. → Another reason." in printed


def test_extensions_are_counted_over_the_whole_history(tmp_path: Path, backlog: RunBacklog) -> None:
    """A branch of several commits extends once; what was extended before counts too."""
    repository = Repository(tmp_path)
    for path, content in BEGIN.items():
        repository.write(path, content or "")
    repository.commit("Begin", YESTERDAY, decisions__Safe=accept(SOON))
    repository.commit("Again", YESTERDAY, decisions__Safe=accept(SOON, "Second."))
    for number in (1, 2, 3, 4):
        if number == 3:
            repository.git("checkout", "--quiet", "-b", "work")
        extended = accept(SOON + timedelta(days=number), f"Reason {number}.")
        repository.commit(f"Extend {number}", YESTERDAY, decisions__Safe=extended)
    assert "for the 3rd time" in says(backlog)[0]


def test_a_commit_is_judged_as_of_its_own_day(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """The same two commits give the same words whenever they are compared; --as-of asks for another day."""
    changed({}, {SAFE: plan()})
    assert told(backlog, "HEAD")["as_of"] == YESTERDAY[:10]
    assert told(backlog, "HEAD", "--as-of", "2026-10-05")["as_of"] == "2026-10-05"
    assert told(backlog)["as_of"] == str(TODAY)


# Markdown, and the comment

HOSTILE = (
    "@everyone see https://evil.example/x www.evil.example #1 GH-2 o/r#3 :boom: </details><script>alert(1)</script> "
    "[x](https://evil.example) ![y](//evil.example/y) `code` **bold** | cell | &commat;all &#64;all a@b.example "
    "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef <!-- secure-score-backlog diff -->"
)


def test_nothing_from_files_is_active_in_markdown(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog
) -> None:
    """No mention, link, picture, HTML or cell comes from a title, an owner, a question, a setting or a path."""
    quoted = HOSTILE.replace("`", "").replace("<", "(").replace(">", ")")
    hostile = accept(reason=json.dumps(quoted), more="", body=quoted).replace("Head of IT", json.dumps(quoted))
    hostile = hostile.replace("---\n" + quoted, ask(json.dumps(quoted)) + "---\n" + quoted)
    evil = CATALOGUE.replace(b"Be safe", HOSTILE.encode()).replace(
        b"<p>Be <b>safe</b>. It matters.</p>", HOSTILE.encode()
    )
    changed(
        {"snapshots/catalogue.json": evil},
        {SAFE: hostile, "@team https:|.sh": "x", "backlog.yml": f"organisation: {json.dumps(quoted)}\n"},
    )
    markdown = backlog("diff", "main", "--format", "markdown", expect=0).stdout
    assert markdown.count("<!--") == 1
    assert markdown.startswith("<!-- secure-score-backlog diff -->\n")
    shown = re.sub(r"<code>.*?</code>", "", markdown)
    for mark in ("@", "://", "#1", "<script", "](", "![", ":boom:", "www.", "GH-2", "deadbeef", "`"):
        assert mark not in html.unescape(shown), mark
    assert set(re.findall(r"</?([a-z]+)", markdown)) == {"details", "summary", "code"}
    assert markdown.count("<details") == markdown.count("</details>")


def test_a_comment_has_at_most_the_size_that_github_takes(
    changed: Callable[[Files, Files], Repository],
) -> None:
    """With hundreds of long decisions the end is left out and counted; what it does and who approves stays."""
    long = " ".join(["a;b"] * 130)
    files = {
        f"decisions/Safe{number}.md": accept(reason=f"{number} {long}").replace("Safe", f"Safe{number}")
        for number in range(200)
    }
    names = [{"id": f"Safe{number}", "title": "; ".join(["t"] * 60)} for number in range(200)]
    listed = snapshot_files.encode({"collected": {}, "profiles": names, "descriptions": {}})
    repository = changed({"snapshots/catalogue.json": listed}, files)
    change = found_change(compare(repository.folder, "main", today=TODAY), TODAY, None, Proposal())
    comment = as_markdown(change).within(LONGEST_COMMENT)
    assert 30_000 < len(comment) <= 65_536
    assert "Accepts 200 high risks" in comment
    assert "### Who has to approve" in comment
    assert re.search(r"\d+ more parts do not fit here: run `backlog diff`\.\n$", comment)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedGitHub]:
    """GitHub with pull request 7, in the environment of a workflow run."""
    with SimulatedGitHub(page=2) as server:
        server.add_issue(7, "Accept", "Text")
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def bodies(github: SimulatedGitHub) -> list[str]:
    """The comments of the pull request."""
    return [each["body"] for each in github.comments[7]]


def test_one_comment_is_kept_up_to_date(
    changed: Callable[[Files, Files], Repository],
    backlog: RunBacklog,
    event: Callable[..., None],
    github: SimulatedGitHub,
) -> None:
    """The first run adds it, the next ones find it behind other comments and change it, or leave it as it is."""
    repository = changed({}, {SAFE: accept()})
    event("somebody")
    github.comments[7] = [github._new_comment(7, f"Remark {number}", "somebody") for number in range(3)]
    assert "Comment in pull request #7 added." in backlog("diff", "main", "--comment", expect=0).stderr
    assert "Comment in pull request #7 unchanged." in backlog("diff", "main", "--comment", expect=0).stderr
    repository.write(SAFE, accept(LATER))
    assert "Comment in pull request #7 changed." in backlog("diff", "main", "--comment", expect=0).stderr
    assert bodies(github)[:3] == ["Remark 0", "Remark 1", "Remark 2"]
    (comment,) = bodies(github)[3:]
    assert str(LATER.year) in comment
    assert comment.startswith("<!-- secure-score-backlog diff -->\n## What this change does\n")
    assert "somebody proposes this change and cannot approve it." in comment


def test_a_comment_of_somebody_else_is_never_changed(
    changed: Callable[[Files, Files], Repository],
    backlog: RunBacklog,
    event: Callable[..., None],
    github: SimulatedGitHub,
) -> None:
    """Anybody can write the mark, and could change the text afterwards: such a comment is left alone."""
    changed({}, {SAFE: accept()})
    event("somebody")
    theirs = "<!-- secure-score-backlog diff -->\nAccepts nothing."
    github.comments[7] = [github._new_comment(7, theirs, "somebody")]
    backlog("diff", "main", "--comment", expect=0)
    assert bodies(github)[0] == theirs
    assert len(bodies(github)) == 2


def test_a_token_that_may_only_read_is_no_failure(
    changed: Callable[[Files, Files], Repository],
    backlog: RunBacklog,
    event: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pull request from a fork has such a token: the summary is printed, and a line says why there is no comment."""

    def refuse(request: Request) -> Response | None:
        denied = {"message": "Resource not accessible by integration", "status": "403"}
        return Response.of_json(403, denied) if request.method == "POST" else None

    changed({}, {SAFE: accept()})
    event("somebody")
    with SimulatedGitHub([refuse]) as server:
        server.add_issue(7, "Accept", "Text")
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        done = backlog("diff", "main", "--comment", expect=0)
    assert "the comment was not written" in done.stderr
    assert "fork" in done.stderr
    assert "Accepts 1 high risk" in done.stdout


def test_a_comment_needs_a_pull_request(changed: Callable[[Files, Files], Repository], backlog: RunBacklog) -> None:
    """Outside of a pull request's check its number has to be given."""
    changed({}, {SAFE: accept()})
    assert "--pull-request" in backlog("diff", "main", "--comment", expect=2).stderr
    assert (
        "without a token"
        in backlog("diff", "main", "--comment", "--pull-request", "7", "--repository", "o/r", expect=3).stderr
    )


def test_an_event_that_cannot_be_read_names_nobody(
    changed: Callable[[Files, Files], Repository],
    backlog: RunBacklog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A broken or hostile event gives no author, and its number comes from the name of the branch."""
    changed({}, {SAFE: accept()})
    for content in ("{", "[]", '{"pull_request": {"number": "7", "user": {"login": "a\\nb"}}}'):
        (tmp_path / "event.json").write_text(content)
        monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
        assert told(backlog)["author"] is None
    assert found_proposal({"GITHUB_REF": "refs/pull/12/merge"}).number == 12
    assert found_proposal({"GITHUB_REF": "refs/heads/main"}).number is None


def test_the_summary_of_a_job(
    changed: Callable[[Files, Files], Repository],
    backlog: RunBacklog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is appended to the file that the runner names; elsewhere --summary is wrong usage."""
    changed({}, {SAFE: accept()})
    assert "There is no summary" in backlog("diff", "main", "--summary", expect=2).stderr
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    address = "https://preview.example/7"
    backlog("diff", "main", "--summary", "--preview", address, expect=0)
    summary = (tmp_path / "summary.md").read_text()
    assert "Accepts 1 high risk" in summary
    assert f"[See the site as this change makes it]({address})" in summary
    archive = "https://github.example/a/b/actions/runs/1/artifacts/2"
    backlog("diff", "main", "--summary", "--preview", archive, expect=0)
    assert f"(a ZIP: unpack it, open index.html)]({archive})" in (tmp_path / "summary.md").read_text()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://x.example/) [y](z", "//x.example", "https://a b"])
def test_a_preview_that_is_no_address(
    changed: Callable[[Files, Files], Repository], backlog: RunBacklog, address: str
) -> None:
    """What could be more than a link in Markdown is refused."""
    changed({}, {SAFE: accept()})
    assert "not an address" in backlog("diff", "main", "--preview", address, expect=2).stderr
