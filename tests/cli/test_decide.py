# SPDX-License-Identifier: Apache-2.0
"""`backlog decide`: a scaffold that passes `check` as a draft, never over a file, never outside the folder."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from secure_score_backlog.dates import add_months
from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.lookup import resolve_id
from secure_score_backlog.decisions.model import KEYS, QUESTIONS, Bucket
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.schema import Need
from secure_score_backlog.text import shown
from tests.support.running import RunBacklog
from tests.support.tenants import stored
from tests.support.today import TODAY

ODD_FILES = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such files themselves")
HOSTILE = "</title> evil\n---\nbucket: accept\u2028risk: low \x1b[31m# title"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tenant with a catalogue and one snapshot."""
    (tmp_path / "snapshots" / "2026").mkdir(parents=True)
    scores = {"AdminMFAV2": (5, 8), "Odd.Name_1": ("2.67", 8), "Evil": (0, 3), "Claimed": (4, 4, "ThirdParty")}
    whole = stored(scores, createdDateTime="2026-10-01T00:00:00Z", averageComparativeScores=[])
    (tmp_path / "snapshots" / "2026" / "2026-10-01.json").write_text(json.dumps(whole, default=float), encoding="utf-8")
    profiles = [
        {"id": name, "title": HOSTILE if name == "Evil" else f"About {name}", "maxScore": 8, "service": "EXO"}
        for name in (*scores, "NotMeasured", "BlockLegacyAuthentication", "CON", "a/b")
    ]
    catalogue = {"collected": {}, "profiles": profiles, "descriptions": {}}
    (tmp_path / "snapshots" / "catalogue.json").write_text(json.dumps(catalogue), encoding="utf-8")
    return tmp_path


def files(root: Path) -> list[str]:
    """The files in `decisions/`."""
    return sorted(path.name for path in (root / "decisions").glob("*")) if (root / "decisions").exists() else []


@pytest.mark.parametrize("bucket", list(Bucket))
def test_the_scaffold_passes_check_as_a_draft(root: Path, backlog: RunBacklog, bucket: Bucket) -> None:
    """Every bucket's scaffold has every key the bucket wants, says what it is about, and is one warning: a draft."""
    ids = ("AdminMFAV2", "Odd.Name_1", "Evil", "Claimed", "NotMeasured")
    given = ("--bucket", bucket.value, "--owner", "Head of IT", "--risk", "high")
    done = backlog("decide", *ids, *given, expect=0)
    assert done.stdout.split() == [f"decisions/{identifier}.md" for identifier in ids]
    wanted = {key.name for key in KEYS if key.need(bucket) in (Need.REQUIRED, Need.ASKED)}
    refused = {key.name for key in KEYS if key.need(bucket) is Need.FORBIDDEN}
    for identifier in ids:
        content = (root / "decisions" / f"{identifier}.md").read_bytes()
        found = parse(content, f"decisions/{identifier}.md")
        decision, problems = read_decision(found)
        assert [fault.code for fault in problems] == ["decision-draft"]
        assert decision is not None
        assert (decision.recommendation, decision.bucket, decision.draft) == (identifier, bucket, True)
        assert (decision.owner, decision.risk, decision.readiness) == ("Head of IT", "high", 1)
        assert wanted | set(QUESTIONS) <= set(found.data)
        assert refused & set(found.data) == set()
        assert b"\r" not in content
        assert max(len(line) for line in content.decode().split("\n")) <= 104
    checked = json.loads(backlog("check", "--json", expect=0).stdout)
    assert [fault["code"] for fault in checked["problems"]] == [*["decision-draft"] * len(ids), "snapshot-old"]


def test_the_scaffold_holds_title_points_share_and_last_days(root: Path, backlog: RunBacklog) -> None:
    """Title and points are comments, the share of today where it is observed, the limits of days as dates."""
    backlog("decide", "Odd.Name_1", "Claimed", "Evil", "--bucket", "accept", expect=0)
    text = (root / "decisions" / "Odd.Name_1.md").read_text(encoding="utf-8")
    assert "# About Odd.Name_1\n# EXO · 2.67 of 8 points on 2026-10-01\n" in text
    assert "\n  share: 33.3 %\n" in text  # 2.67/8 is 33.375 %, rounded down so that it is no breach at once
    assert f"At most {add_months(TODAY, 12)}." in text
    assert "\n  share:\n" in (root / "decisions" / "Claimed.md").read_text(encoding="utf-8")
    assert "\n  share:\n" in (root / "decisions" / "Evil.md").read_text(encoding="utf-8")
    backlog("decide", "NotMeasured", "--bucket", "do-now", expect=0)
    text = (root / "decisions" / "NotMeasured.md").read_text(encoding="utf-8")
    assert "not measured yet" in text
    assert str(TODAY + timedelta(days=92)) in text


def test_a_filled_in_scaffold_has_no_problems(root: Path, backlog: RunBacklog) -> None:
    """Filled in and without its draft line, the scaffold is a decision without problems."""
    backlog("decide", "AdminMFAV2", "--bucket", "accept", "--risk", "low", "--owner", "yes", expect=0)
    path = root / "decisions" / "AdminMFAV2.md"
    until = TODAY + timedelta(days=30)
    text = path.read_text(encoding="utf-8").replace("draft: true\n", "")
    for key in (*QUESTIONS, "  rationale", "  approver", "  compensating"):
        text = text.replace(f"\n{key}:\n", f"\n{key}: Said by us.\n")
    text = text.replace("\n  until:\n", f"\n  until: {until}\n").replace("# links:", "links:")
    path.write_text(text, encoding="utf-8")
    (root / "backlog.yml").write_text("roles: {Said by us.: [login]}\n", encoding="utf-8")
    found = json.loads(backlog("check", "--json", expect=0).stdout)["problems"]
    assert {problem["code"] for problem in found} == {"snapshot-old"}  # its three days are of October 2026


def test_an_existing_file_is_never_overwritten(root: Path, backlog: RunBacklog) -> None:
    """A file that is there stays as it is, under any spelling and any name, and nothing else is written."""
    (root / "decisions").mkdir()
    mine = root / "decisions" / "AdminMFAV2.md"
    mine.write_text("my words", encoding="utf-8")
    refused = backlog("decide", "Evil", "AdminMFAV2", expect=3)
    assert "decisions/AdminMFAV2.md" in refused.stderr
    assert "nothing was written" in refused.stderr
    assert "what to do" in refused.stderr
    assert (mine.read_text(encoding="utf-8"), refused.stdout, files(root)) == ("my words", "", ["AdminMFAV2.md"])
    mine.rename(root / "decisions" / "adminmfav2.MD")
    backlog("decide", "AdminMFAV2", expect=3)
    (root / "decisions" / "Other.md").write_text("---\nrecommendation: Evil\nbucket: do-soon\n---\n", encoding="utf-8")
    assert "decisions/Other.md" in backlog("decide", "Evil", expect=3).stderr
    assert files(root) == ["Other.md", "adminmfav2.MD"]


HOSTILE_IDS = [
    *("../x", "..", ".", "a/b", "a\\b", "/etc/x", "C:x", "CON", "nul.txt", "com1", "LPT9.x", "x.", " x", "x ", ""),
    *("a\nb", "a\x1bb", "a\x00b", "\udc80", "README", "index", ".hidden", "-x", "x" * 300, "a*b", "a|b", 'a"b'),
]


@pytest.mark.parametrize("identifier", HOSTILE_IDS)
@pytest.mark.parametrize("known", [True, False])
def test_hostile_ids_are_refused(identifier: str, known: bool) -> None:
    """An id that would leave the folder, or cannot be a file on some system, is refused, even if Graph sent it."""
    with pytest.raises(WrongUsage, match="cannot be the id of a recommendation") as ending:
        resolve_id(identifier, {identifier} if known else (), ())
    assert ending.value.message.isprintable()


@pytest.mark.parametrize("identifier", ["../x", "CON", "a\x1bb"])
def test_hostile_ids_write_nothing(root: Path, backlog: RunBacklog, identifier: str) -> None:
    """A hostile id ends the command before anything is written, beside good ones too."""
    before = sorted(root.parent.rglob("*"))
    refused = backlog("decide", "Evil", "--", identifier, expect=2)
    assert "\x1b" not in refused.stderr
    assert sorted(root.parent.rglob("*")) == before


def test_ids_are_checked_against_the_catalogue(root: Path, backlog: RunBacklog) -> None:
    """A misspelt id is refused with the nearest one; another case is corrected with a note; each is written once."""
    refused = backlog("decide", "Evil", "BlockLegacyAuthentcation", expect=2)
    assert "Did you mean BlockLegacyAuthentication?" in refused.stderr
    assert "snapshots/catalogue.json" in backlog("decide", "qqqqqqqq", expect=2).stderr
    assert files(root) == []
    done = backlog("decide", "adminmfav2", "AdminMFAV2", "Evil", expect=0)
    assert "adminmfav2 is written AdminMFAV2" in done.stderr
    assert done.stdout == "decisions/AdminMFAV2.md\ndecisions/Evil.md\n"
    assert files(root) == ["AdminMFAV2.md", "Evil.md"]


def test_without_a_catalogue_any_id_is_taken(tmp_path: Path, backlog: RunBacklog) -> None:
    """In a folder with settings alone the id is taken as it is typed, and a note says so."""
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "backlog.yml").touch()
    done = backlog("decide", "Anything_1", "true", "1234", cwd=bare, expect=0)
    assert "there is no catalogue yet" in done.stderr
    assert files(bare) == ["1234.md", "Anything_1.md", "true.md"]
    backlog("check", cwd=bare, expect=0)


TITLES = {
    "UserRiskPolicy": "Enable user risk policies",
    "SigninRiskPolicy": "Enable sign-in risk policies",
    "AdminMFAV2": "Ensure multifactor authentication is enabled for all users in administrative roles",
    "MFARegistrationV2": "Ensure multifactor authentication is enabled for all users",
    "exo_mailboxaudit": 'Ensure mailbox auditing: it\'s "on" / for all',
}


@pytest.fixture
def titled(tmp_path: Path) -> Path:
    """A tenant whose recommendations have titles as Microsoft writes them, and a free edition of Entra ID."""
    (tmp_path / "snapshots" / "2026").mkdir(parents=True)
    whole = stored(dict.fromkeys(TITLES, (0, 7)), enabledServices=["HasAADFree", "HasEOP"])
    (tmp_path / "snapshots" / "2026" / "2026-10-01.json").write_text(json.dumps(whole, default=float), encoding="utf-8")
    profiles = [{"id": name, "title": title, "maxScore": 7} for name, title in TITLES.items()]
    catalogue = {"collected": {}, "profiles": profiles, "descriptions": {}}
    (tmp_path / "snapshots" / "catalogue.json").write_text(json.dumps(catalogue), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "identifier"),
    [
        ("Enable user risk policies", "UserRiskPolicy"),
        ("ENABLE  user risk policies.", "UserRiskPolicy"),
        ("sign risk", "SigninRiskPolicy"),
        ("policies user", "UserRiskPolicy"),
        ("multifactor admin", "AdminMFAV2"),
        (TITLES["MFARegistrationV2"], "MFARegistrationV2"),
        (TITLES["exo_mailboxaudit"], "exo_mailboxaudit"),
        ("mailbox", "exo_mailboxaudit"),
    ],
)
def test_a_title_or_words_of_one_title_are_enough(
    titled: Path, backlog: RunBacklog, typed: str, identifier: str
) -> None:
    """Letter case, blanks and marks do not matter, nor the order of the words; a note says what was understood."""
    done = backlog("decide", typed, expect=0)
    assert done.stdout == f"decisions/{identifier}.md\n"
    assert f"Note: {shown(typed)} is {identifier}, {shown(TITLES[identifier])}." in done.stderr
    assert files(titled) == [f"{identifier}.md"]


def test_words_of_several_titles_list_them(titled: Path, backlog: RunBacklog) -> None:
    """Nothing is guessed and nothing is written; each candidate is named with its id and title."""
    refused = backlog("decide", "exo_mailboxaudit", "multifactor", expect=2)
    for name in ("AdminMFAV2", "MFARegistrationV2"):
        assert f"{name} {shown(TITLES[name])}" in refused.stderr
    assert "UserRiskPolicy" not in refused.stderr
    assert "2 recommendations have" in refused.stderr
    assert files(titled) == []
    assert "No recommendation has the id or the title" in backlog("decide", "quantum computers", expect=2).stderr


def test_many_candidates_are_cut_short() -> None:
    """A word that stands in every title does not fill the terminal."""
    titles = {f"scid_{number:03}": f"Enable number {number}" for number in range(30)}
    with pytest.raises(WrongUsage, match=r"^30 recommendations have .*; and 20 more\.$") as ending:
        resolve_id("enable", titles, titles, (), titles)
    assert ending.value.message.count("scid_") == 10


def test_an_id_goes_before_every_title() -> None:
    """Also where the id of one recommendation is a word in the title of another; retired ids too."""
    titles = {"Forms": "About something", "Other": "Enable forms", "Third": "Old words"}
    for typed, identifier in (("Forms", "Forms"), ("forms", "Forms"), ("Old", "Old"), ("old words", "Third")):
        assert resolve_id(typed, titles, titles, {"Old"}, titles).identifier == identifier


@pytest.mark.parametrize("typed", ["a", "it", "--", "..", "é", "\x1b[31m"])
def test_too_little_is_searched_in_no_title(typed: str) -> None:
    """One or two letters fit too much by chance."""
    with pytest.raises(WrongUsage) as ending:
        resolve_id(typed, {"Other"}, (), (), {"Other": "A title: it begins -- so é"})
    assert ending.value.message.isprintable()


def test_titles_of_others_cannot_steer_the_terminal_or_the_folder() -> None:
    """A hostile title is shown without what a terminal would obey; a hostile id found by its title is refused."""
    titles = {"Evil": HOSTILE, "Twin": HOSTILE, "../x": "Leads outside"}
    with pytest.raises(WrongUsage) as listed:
        resolve_id("evil title", titles, (), (), titles)
    assert listed.value.message.isprintable()
    with pytest.raises(WrongUsage, match="cannot be the id of a recommendation"):
        resolve_id("leads outside", titles, (), (), titles)


def test_a_missing_licence_is_said_before_the_decision_is_written(titled: Path, backlog: RunBacklog) -> None:
    """On stderr and in the scaffold; where it is unknown or there, the scaffold alone says so."""
    done = backlog("decide", "UserRiskPolicy", "MFARegistrationV2", "exo_mailboxaudit", expect=0)
    lacks = "Needs Entra ID P2, which this tenant does not have."
    assert f"UserRiskPolicy: {lacks}\n" in done.stderr
    assert done.stderr.count("Needs ") == 1
    texts = {
        name: (titled / "decisions" / f"{name}.md").read_text(encoding="utf-8")
        for name in TITLES
        if name in done.stdout
    }
    assert f"\n# {lacks}\n" in texts["UserRiskPolicy"]
    assert "\n# Needs Entra ID Free, which this tenant has. Security defaults do it; " in texts["MFARegistrationV2"]
    assert "Needs " not in texts["exo_mailboxaudit"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["Evil", "--bucket", "later"], 2),
        (["Evil", "--risk", "huge"], 2),
        (["Evil", "--root", "nowhere"], 2),
        (["Evil", "--owner", "a\x1bb"], 2),
    ],
)
def test_wrong_usage_writes_nothing(root: Path, backlog: RunBacklog, arguments: list[str], code: int) -> None:
    """Wrong usage is exit 2, and nothing is written."""
    backlog("decide", *arguments, expect=code)
    assert files(root) == []


@ODD_FILES
def test_a_folder_that_leads_elsewhere_is_refused(
    root: Path, backlog: RunBacklog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link in place of the folder, and a file in place of the folder, end with what to do."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (root / "decisions").symlink_to(elsewhere, target_is_directory=True)
    assert "(a symbolic link), which is not followed" in backlog("decide", "Evil", expect=3).stderr
    assert list(elsewhere.iterdir()) == []
    (root / "decisions").unlink()
    (root / "decisions").write_text("", encoding="utf-8")
    assert "what to do" in backlog("decide", "Evil", expect=3).stderr
