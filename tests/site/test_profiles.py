# SPDX-License-Identifier: Apache-2.0
"""Profiles are allow-lists: a canary in any other field is on no page."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from secure_score_backlog.decisions.model import Acceptance, Cover, Decision
from secure_score_backlog.evaluation.approval import Approval
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.exports.tables import insurers_table
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.settings import ProfileName, Settings
from secure_score_backlog.site import leaks
from secure_score_backlog.site.pages.insurer_summary import COUNTED
from secure_score_backlog.site.pages.public import statement
from secure_score_backlog.site.profiles import (
    INSURER,
    INSURER_FIELDS,
    INTERNAL,
    PROFILES,
    PUBLIC,
    PUBLIC_FIELDS,
    Profile,
    allowed,
    documents,
)
from secure_score_backlog.site.reduction import LONGEST, Fields, reduced, shortened
from secure_score_backlog.snapshots.model import Observation, Recommendation
from tests.support.backlogs import backlog, canaries
from tests.support.bounded import within_seconds

HAND_WRITTEN = [Document("guide/canary-file-canary.md", b"canary-docs-canary")]
OUTSIDE = pytest.mark.parametrize("profile", [INSURER, PUBLIC], ids=lambda profile: profile.name)


def content(made: Facts, profile: Profile) -> dict[str, str]:
    """Every document for a profile's readers: path and text (workbooks are stored without compression)."""
    made_of = documents(made, HAND_WRITTEN, profile)
    return {item.path: item.content.decode("utf-8", "replace").replace("\xa0", " ") for item in made_of}


def marked(profile: Profile) -> Facts:
    """A backlog with a canary in every text that is not allowed."""
    made = canaries(backlog(), profile.fields or {})
    assert isinstance(made, Facts)
    return made


@OUTSIDE
def test_no_canary_is_shown(profile: Profile) -> None:
    """The text of a field that is not allowed is on no page, in no file and in no file name."""
    for path, text in content(marked(profile), profile).items():
        assert "canary" not in path
        assert "canary" not in text, (path, text[text.index("canary") - 80 :][:160])


def test_the_internal_site_shows_the_canaries() -> None:
    """The same canaries are on internal pages and in files, so their absence elsewhere is due to the profile."""
    seen = content(marked(INSURER), INTERNAL)
    for name in ("Decision-reduces", "Decision-body", "Acceptance-rationale", "Cover-evidence", "Ask-question", "docs"):
        assert any(f"canary-{name}-canary" in text for text in seen.values()), name
    assert "canary-Acceptance-rationale-canary" in seen["downloads/register.csv"]
    assert "canary-Acceptance-rationale-canary" in seen["downloads/register.xlsx"]
    assert "guide/canary-file-canary.md" in seen


def test_the_pages_of_each_profile() -> None:
    """Internally everything; for insurers a summary, the risk register and its files; for the public one page."""
    for profile, expected in (
        (INSURER, ["citations.md", "downloads/answers-common.csv", "downloads/answers-common.json",
                   "downloads/answers-common.xlsx", "downloads/audit.csv", "downloads/audit.json",
                   "downloads/audit.xlsx", "downloads/index.md", "downloads/plan-of-action.oscal.json",
                   "downloads/register.csv", "downloads/register.json", "downloads/register.xlsx", "index.md",
                   "insurers.md", "insurers/common.md", "insurers/common/2.md", "register.md"]),
        (PUBLIC, ["index.md"]),
    ):  # fmt: skip
        assert [path for path in content(backlog(), profile) if not path.startswith("assets/")] == expected
    inside = content(backlog(), INTERNAL)
    assert {"board.md", "downloads/status.json", "recommendations/accept.md", "reviews/2026-10.md"} <= set(inside)
    for profile in (INSURER, PUBLIC):
        assert {target for _, target in profile.navigation} <= set(content(backlog(), profile))


def test_what_an_insurer_reads() -> None:
    """Accepted risks with role, last day and compensating controls; no reasons and no recommendation pages."""
    made = content(backlog("an outer wall"), INSURER)
    register = made["register.md"]
    for words in ("Title of Accept", "Managing Director", "29 November 2026", "an outer wall", "Title of Cover"):
        assert words in register
    assert "recommendations/" not in "".join(made.values())
    assert "Title of Open" not in "".join(made.values())
    home = made["index.md"]
    assert "6</td>" in home
    assert ">total<" in home
    assert 'register.html#approvals">Each with day and proof' in home


def test_an_insurer_reads_where_an_approval_is_only_named() -> None:
    """The number of accepted risks without a recorded approval, on the summary and in the register."""
    made = backlog()
    (entry,) = made.register
    assert entry.decision.accepted
    unrecorded = replace(entry.decision, accepted=replace(entry.decision.accepted, approval=None))
    both = (replace(entry, decision=unrecorded, approval=Approval()), entry)
    one = content(replace(made, register=both[:1]), INSURER)
    assert '<td data-label="No approval that counts">1 (1 high)</td>' in one["index.md"]
    assert "in force; none has an approval that counts." in one["register.md"]
    two = content(replace(made, register=both), INSURER)
    for path in ("register.md", "index.md"):
        assert "2 of these 3 have no approval that counts." in two[path]
        for row in (
            'Approved outside GitHub">1 (1 high)<',
            'No approval that counts">1 (1 high)<',
            'Accepted risks">2 (2 high)<',
        ):
            assert f'<td data-label="{row}' in two[path]


def test_what_has_ended_has_no_days_left() -> None:
    """The insurer reads why an acceptance is no longer in force."""
    made = backlog()
    (entry,) = made.register
    ended = replace(entry, state=AcceptanceState.BREACHED, status=replace(entry.status, state=State.BREACHED))
    register = content(replace(made, register=(ended,)), INSURER)["register.md"]
    measured = r"accepted: \d+ % done; now \d+ % done"
    assert re.search(rf"breached; {measured}; its last day was to be 29 November 2026", register)
    dated = replace(ended, status=replace(ended.status, breached_since=date(2026, 11, 2)))
    register_of_day = content(replace(made, register=(dated,)), INSURER)["register.md"]
    assert "breached on 2 November 2026; accepted: " in register_of_day
    assert "Breached" in register
    assert "days left" not in register.partition("{ #new-decision }")[2]


def test_what_only_the_file_of_the_register_has_is_counted_by_its_mark() -> None:
    """The page says which rows of the file it does not list, and how the file marks them."""
    made = backlog()
    (entry,) = made.register
    assert "Not on this page" not in content(made, INSURER)["register.md"]
    gone = replace(entry, state=AcceptanceState.ORPHAN)
    ended = replace(entry, state=AcceptanceState.ENDED, ended=date(2026, 11, 1))
    both = replace(made, register=(gone,), past=(ended,))
    said = content(both, INSURER)["register.md"]
    assert "1 ended by a later decision (<code>past</code>), 1 done since or retired by Microsoft" in said
    at = [column.key for column in insurers_table(both).columns].index("section")
    assert [row[at] for row in insurers_table(both).rows if row[at] != "in-force"] == ["ended-automatically", "past"]


def test_counts_are_the_same_for_an_insurer() -> None:
    """The reduction changes no figure."""
    made = backlog()
    assert allowed(made, INSURER).counts == {**made.counts, "asks": 0}  # no page of theirs shows it
    assert [entry.until for entry in allowed(made, INSURER).register] == [date(2026, 11, 29)]


def test_every_state_is_counted_in_words() -> None:
    """A state without words would be missing in the summary's sum."""
    assert {state for state, _ in COUNTED} == set(State)


def test_what_the_public_reads() -> None:
    """Numbers and dates; no name of a recommendation, no score, no gap."""
    made = content(backlog(), PUBLIC)["index.md"]
    assert "Minutes of the last completed month are on file; last recorded on 9 November 2026." in made
    assert "4 decisions are in force. None needs a new decision." in made
    for words in ("Title of", "Accept", "points", "undecided", "Managing Director"):
        assert words not in made.replace("Acceptances", ""), words


def test_the_public_page_counts_expired_decisions() -> None:
    """A number, and no name."""
    made = backlog()
    statuses = dict(made.statuses)
    statuses["Accept"] = replace(statuses["Accept"], state=State.EXPIRED)
    register = [replace(entry, state=AcceptanceState.EXPIRED) for entry in made.register]
    late = replace(made, statuses=statuses, register=tuple(register))
    assert (statement(late).in_force, statement(late).ended) == (3, {State.EXPIRED: 1})
    assert "3 decisions are in force. 1 needs a new decision: 1 expired." in content(late, PUBLIC)["index.md"]


@OUTSIDE
def test_without_git_nothing_is_said_about_version_control(profile: Profile) -> None:
    """A site claims only what is true."""
    made = replace(backlog(has_git=False), head=None)
    assert "kept in version control" not in content(made, profile)["index.md"]
    assert "kept in version control" in content(backlog(), profile)["index.md"]


def test_the_internal_profile_reduces_nothing() -> None:
    """The facts are not even copied."""
    made = backlog()
    assert allowed(made, INTERNAL) is made


@OUTSIDE
def test_nothing_of_the_tenant_is_in_the_reduced_value(profile: Profile) -> None:
    """Pages are made from a value that does not contain what they must not show."""
    shown = repr(allowed(marked(profile), profile))
    assert "canary" not in shown
    for made in (backlog(),):
        assert not made.history.tenants & set(repr(allowed(made, profile)).split("'"))


@pytest.mark.parametrize("fields", [INSURER_FIELDS, PUBLIC_FIELDS], ids=["insurer", "public"])
def test_the_lists_name_fields_that_exist(fields: Fields) -> None:
    """A misspelt name would silently leave a field out."""
    for kind, names in fields.items():
        assert dataclasses.is_dataclass(kind)
        assert set(names.split()) <= {field.name for field in dataclasses.fields(kind)}, kind


@pytest.mark.parametrize(
    ("kind", "closed"),
    [
        (Version, "author subject blob"),
        (Recommendation, "remediation remediation_impact description action_url service threats"),
        (Decision, "body links reduces impact prerequisites proof asks"),
        (Acceptance, "rationale"),
        (Cover, "evidence"),
        (Settings, "tenant roles owners risk"),
        (Facts, "movement ranked chaser blocked"),
        (Status, "versions"),
        (Observation, "count total"),
    ],
)
def test_what_the_list_for_insurers_must_never_hold(kind: type, closed: str) -> None:
    """Remediation, discussion, tickets, portal links, people: to allow one of these, change this test."""
    assert not set(INSURER_FIELDS[kind].split()) & set(closed.split())


def test_a_type_without_a_list_shows_nothing() -> None:
    """Its fields are empty, in the form that their types need."""
    made = backlog()
    assert reduced(made, {Facts: "settings"}).settings == Settings()
    empty = reduced(made, {})
    assert (empty.statuses, empty.register, empty.head) == ({}, (), None)
    with pytest.raises(TypeError, match="no rule"):
        reduced(replace(made, problems={1}), {Facts: "problems"})  # type: ignore[arg-type]


def test_only_known_portal_statuses_are_allowed() -> None:
    """Graph's text for a status is shown only where it is one of the known ones."""
    made = backlog()
    for portal, passes in (("ThirdParty", True), ("canary", False)):
        status = made.statuses["Open"]
        assert status.observation
        odd = replace(status, observation=replace(status.observation, portal=portal))
        changed = replace(made, statuses={"Open": odd})
        seen = allowed(changed, INSURER).statuses["Open"].observation
        assert seen
        assert (seen.portal == portal) is passes


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("two  lines\nof text", "two lines of text"),
        ("see https://tickets.example/4711, please", "see (link left out) please"),
        ("www.tickets.example/4711", "(link left out)"),
        ("mailto:jane@tickets.example", "(link left out)"),
        ("see tickets.example/browse/SEC-1 today", "see (link left out) today"),
        ("see tickets.example:8080/SEC today", "see (link left out) today"),
        ("on \\\\files\\secret\\note.docx", "on (link left out)"),
        ("as in SEC-4711, INC0012345 and #815", "as in (ticket left out), (ticket left out) and (ticket left out)"),
        ("SEC\u20114711; Ticket no. 17; change #23", "(ticket left out); (ticket left out); (ticket left out)"),
        (
            "AES-256, CVE-2024-30078, TLS-1, in case 24 hours pass",
            "AES-256, CVE-2024-30078, TLS-1, in case 24 hours pass",
        ),
        ("until Q4-2026, a change 10 days before", "until Q4-2026, a change 10 days before"),
        ("gu\u200bards\U000e004a\U000e0061\U000e006e\U000e0065", "guards"),
        ("word " * 100, "word " * 30 + "word…"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)
def test_text_is_shortened(text: str, short: str) -> None:
    """One line, without links, tickets and hidden letters, at most 160 characters."""
    assert shortened(text) == short
    assert len(shortened(text)) <= LONGEST


def test_allowed_texts_have_no_links() -> None:
    """The address of a ticket in a compensating control or a cover is left out."""
    made = content(backlog("guarded, see https://tickets.example/4711"), INSURER)
    assert "tickets.example" not in "".join(made.values())
    assert "guarded, see (link left out)" in made["register.md"]
    assert "guarded, see (link left out)" in made["downloads/register.csv"]


@OUTSIDE
@pytest.mark.parametrize("text", ["see jane.roe@harbour-mail.example", "id e3973bdf-4987-49ae-837a-ba8e231c7286"])
def test_the_scan_finds_addresses_in_allowed_texts(profile: Profile, text: str) -> None:
    """A shortened text can still contain an address: the scan finds it wherever it is shown."""
    guard = leaks.Guard(outside=True)
    files = [(path, item.encode()) for path, item in content(backlog(text), profile).items()]
    found: list[Any] = leaks.scan(files, guard)
    assert bool(found) is (profile is INSURER)


def test_names_of_profiles() -> None:
    """The settings know the same names."""
    assert list(PROFILES) == list(ProfileName)


def test_a_compensating_control_of_60_kb_is_shortened_at_once() -> None:
    """Every dot could begin an address; each is looked at over a few letters only, and an address is still left out."""
    with within_seconds(20):
        assert len(shortened("a." * 30_000)) <= LONGEST
    assert shortened("see a.b+c://x.y/z") == "see (link left out)"
