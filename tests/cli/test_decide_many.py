# SPDX-License-Identifier: Apache-2.0
"""`backlog decide --family` and `--from-portal`: many files at once, each right by itself, none written over."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import Bucket, CoverReason, Decision
from secure_score_backlog.decisions.parse import read_decision
from tests.support.folders import write
from tests.support.running import RunBacklog
from tests.support.tenants import stored
from tests.support.today import TODAY

if sys.platform != "win32":
    from tests.support.terminals import at_terminal

SOON = str(TODAY + timedelta(days=60))
HOSTILE = (
    "Ask @jane: <script>x</script>\n---\nbucket: do-now\n[x](javascript:y) `\u202e\x1b[2J ::error::x " + "w" * 5000
)
SCORES = {
    "mdo_zapspam": (0, 6),
    "mdo_zapphish": (2, 6),
    "mdo_done": (4, 4),
    "mdo_unrated_thing": (0, 3),
    "scid_1": (0, 5, "Ignored"),
    "scid_2": (5, 5, "ThirdParty"),
    "scid_3": (4, 4, "AlternateMitigation"),
    "scid_4": (0, 4, "Reviewed"),
    "scid_5": (0, 4, "Planned"),
    "scid_6": (0, 4, "Default"),
}
REASON = (
    "--owner", "Messaging Administrator", "--rationale", "The gateway in front does it.", "--approver", "Head of IT",
    "--until", SOON, "--reduces", "Spam", "--impact", "None", "--prerequisites", "None needed", "--proof", "Report",
)  # fmt: skip
ACCEPT = ("--bucket", "accept", *REASON)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tenant with a family of four, and statuses in the portal, one of them with a comment that was kept."""
    whole = stored(SCORES, createdDateTime="2026-10-01T00:00:00Z", averageComparativeScores=[])
    write(tmp_path, "snapshots/2026/2026-10-01.json", json.dumps(whole, default=float))
    updates = {
        "scid_1": [
            {"state": "Ignored", "updatedDateTime": "2026-01-02T10:00:00Z", "comment": "An older one"},
            {"state": "Ignored", "updatedDateTime": "2026-03-02T10:00:00Z", "comment": HOSTILE, "updatedBy": "Jane"},
        ]
    }
    profiles = [
        {"id": name, "title": f"About {name}", "maxScore": 8, "controlStateUpdates": updates.get(name, [])}
        for name in SCORES
    ]
    write(tmp_path, "snapshots/catalogue.json", json.dumps({"collected": {}, "profiles": profiles, "descriptions": {}}))
    risk = "risk: {mdo_zapspam: medium, mdo_zapphish: high, scid_1: low, scid_2: critical}\n"
    write(tmp_path, "backlog.yml", f"{risk}roles: {{Head of IT: [head]}}\n")
    return tmp_path


def written(root: Path) -> dict[str, Decision]:
    """Every decision in the folder, by id."""
    found = {}
    for file in sorted((root / "decisions").glob("*.md")):
        decision, faults = read_decision(parse(file.read_bytes(), f"decisions/{file.name}"))
        assert decision is not None, faults
        found[file.stem] = decision
    return found


def checked(backlog: RunBacklog, expect: int = 0) -> list[dict[str, Any]]:
    """What `check` says about decisions."""
    problems = json.loads(backlog("check", "--json", expect=expect).stdout)["problems"]
    return [each for each in problems if each["path"].startswith("decisions/")]


def test_a_family_shares_one_answer(root: Path, backlog: RunBacklog) -> None:
    """The highest risk is written in full; the others name it, with their own risk, owner, share and last day."""
    done = backlog("decide", "--family", "MDO_zap*", *ACCEPT, "--risk", "medium", expect=0)
    assert done.stdout == "decisions/mdo_zapphish.md\ndecisions/mdo_zapspam.md\n"
    assert "To be written: 2 files." in done.stderr
    assert "decisions/mdo_zapspam.md  About mdo_zapspam (accept, same as mdo_zapphish)" in done.stderr
    found = written(root)
    leader, follower = found["mdo_zapphish"], found["mdo_zapspam"]
    assert (leader.same_as, follower.same_as) == (None, "mdo_zapphish")
    assert leader.accepted is not None
    assert follower.accepted is not None
    assert (follower.accepted.rationale, follower.accepted.approver, follower.reduces) == ("", "", "")
    assert str(follower.until) == SOON
    assert follower.owner == "Messaging Administrator"
    assert float(leader.accepted.share) == pytest.approx(0.333)
    assert follower.accepted.share == 0
    assert checked(backlog) == []


def test_each_of_a_family_has_its_own_risk(root: Path, backlog: RunBacklog) -> None:
    """Without --risk the rated level; what is unrated stays a draft; what is done is left alone, and said."""
    done = backlog("decide", "mdo_zapspam", "--family", "mdo_*", *ACCEPT, "--risk", "low", "--draft", expect=0)
    assert "Of 4 recommendations" in done.stderr
    assert "1 is done, not measured or retired" in done.stderr
    assert set(written(root)) == {"mdo_zapspam", "mdo_zapphish", "mdo_unrated_thing"}
    assert all(decision.draft for decision in written(root).values())


def test_a_family_can_follow_a_decision_that_exists(root: Path, backlog: RunBacklog) -> None:
    """The file that is there stays as it is; the others take its bucket, owner and last day, and are judged with it."""
    backlog("decide", "mdo_zapspam", *ACCEPT, "--risk", "low", expect=0)
    before = (root / "decisions" / "mdo_zapspam.md").read_bytes()
    refused = backlog("decide", "mdo_zapspam", "--family", "mdo_*", "--rationale", "Another", expect=2)
    assert "exists already" in refused.stderr
    assert "--rationale" in refused.stderr
    refused = backlog("decide", "mdo_zapspam", "--family", "mdo_*", "--bucket", "do-now", expect=2)
    assert "is of bucket accept" in refused.stderr
    done = backlog("decide", "mdo_zapspam", "--family", "mdo_*", expect=0)
    assert "1 has a file already" in done.stderr
    found = written(root)
    assert (root / "decisions" / "mdo_zapspam.md").read_bytes() == before
    assert found["mdo_zapphish"].same_as == "mdo_zapspam"
    assert found["mdo_zapphish"].risk == "high"
    assert not found["mdo_zapphish"].draft
    assert found["mdo_unrated_thing"].draft
    assert [each["code"] for each in checked(backlog)] == ["decision-draft"]


def test_a_draft_or_a_broken_file_cannot_be_shared(root: Path, backlog: RunBacklog) -> None:
    """The message says what to finish first; nothing is written."""
    backlog("decide", "mdo_zapspam", "--bucket", "accept", expect=0)
    refused = backlog("decide", "mdo_zapspam", "--family", "mdo_*", expect=2)
    assert "is a draft, so others cannot share its answers" in refused.stderr
    write(root, "decisions/mdo_zapspam.md", "---\nrecommendation: mdo_zapspam\nbucket: no\n---\n")
    assert "has errors" in backlog("decide", "mdo_zapspam", "--family", "mdo_*", expect=2).stderr
    assert [each.name for each in (root / "decisions").iterdir()] == ["mdo_zapspam.md"]


def test_families_without_members_are_refused(root: Path, backlog: RunBacklog) -> None:
    """No such ids, or nothing of them that waits; several leaders; a family of drafts from the portal."""
    assert "No recommendation has an id of the form" in backlog("decide", "--family", "nothing_*", expect=2).stderr
    refused = backlog("decide", "--family", "mdo_done", expect=2)
    assert "1 is done, not measured or retired" in refused.stderr
    assert "Several recommendations" in backlog("decide", "scid_1", "scid_2", "--family", "mdo_*", expect=2).stderr
    assert "do not go together" in backlog("decide", "--from-portal", "--family", "mdo_*", expect=2).stderr
    assert not (root / "decisions").exists()


def test_a_dry_run_lists_and_writes_nothing(root: Path, backlog: RunBacklog) -> None:
    """Of one decision the file is printed, of many the list."""
    done = backlog("decide", "--family", "mdo_zap*", *ACCEPT, "--risk", "low", "--dry-run", expect=0)
    assert (done.stdout, "decisions/mdo_zapspam.md" in done.stderr) == ("", True)
    done = backlog("decide", "mdo_zapspam", *ACCEPT, "--risk", "low", "--dry-run", expect=0)
    assert done.stdout.startswith("---\nrecommendation: mdo_zapspam\n")
    assert "Nothing was written." in done.stderr
    assert not (root / "decisions").exists()


def test_drafts_from_the_portal(root: Path, backlog: RunBacklog) -> None:
    """Each status becomes the bucket that it suggests, as a draft; other statuses suggest none."""
    done = backlog("decide", "--from-portal", expect=0)
    found = written(root)
    assert {name: decision.bucket for name, decision in found.items()} == {
        "scid_1": Bucket.ACCEPT,
        "scid_2": Bucket.NOT_APPLICABLE,
        "scid_3": Bucket.NOT_APPLICABLE,
        "scid_5": Bucket.DO_SOON,
    }
    assert all(decision.draft for decision in found.values())
    assert "1  Risk accepted → accept" in done.stderr
    assert "1  Planned → do-soon" in done.stderr
    texts = {name: (root / "decisions" / f"{name}.md").read_text(encoding="utf-8") for name in found}
    assert f"\n  reason: {CoverReason.THIRD_PARTY}\n" in texts["scid_2"]
    assert f"\n  reason: {CoverReason.ALTERNATE}\n" in texts["scid_3"]
    assert "\nrisk: critical\n" in texts["scid_2"]
    assert "“Risk accepted” since 2 March 2026. The portal does not say who approved it" in texts["scid_1"]
    assert "“Planned”. The portal" in texts["scid_5"]
    problems = checked(backlog)
    assert [each["code"] for each in problems] == ["decision-draft"] * 4
    missing = next(each["message"] for each in problems if each["path"].endswith("scid_1.md"))
    assert "accepted.rationale, accepted.approver, accepted.until" in missing


def test_a_comment_of_the_portal_is_quoted_and_nothing_else(root: Path, backlog: RunBacklog) -> None:
    """The newest comment is a bounded block of code: no key, no HTML, no link and no mention comes of it; no name."""
    backlog("decide", "scid_1", "--from-portal", expect=0)
    text = (root / "decisions" / "scid_1.md").read_text(encoding="utf-8")
    body = text.split("\n---\n", maxsplit=1)[1]
    assert "The comment in the portal:\n\n    Ask @jane: <script>x</script> --- bucket: do-now" in body
    quoted = body.split("The comment in the portal:\n\n")[1].rstrip("\n").split("\n")
    assert all(line.startswith("    ") for line in quoted)
    assert "older" not in text
    assert "Jane" not in text
    assert len(body) < 2_000
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert [each["code"] for each in checked(backlog)] == ["decision-draft"]
    backlog("build", expect=0)


def test_nothing_that_exists_is_written_over(root: Path, backlog: RunBacklog) -> None:
    """A second run has nothing to do, and a decision under another file name counts too."""
    write(root, "decisions/other.md", "---\nrecommendation: scid_1\nbucket: accept\ndraft: true\n---\nMine.\n")
    backlog("decide", "--from-portal", expect=0)
    assert {each.name for each in (root / "decisions").iterdir()} == {"other.md", "scid_2.md", "scid_3.md", "scid_5.md"}
    again = backlog("decide", "--from-portal", expect=0)
    assert (again.stdout, "Nothing to write" in again.stderr) == ("", True)


def test_answers_for_all_drafts(root: Path, backlog: RunBacklog) -> None:
    """What is the same for all of them is typed once."""
    backlog("decide", "--from-portal", "--owner", "Head of IT", expect=0)
    assert {decision.owner for decision in written(root).values()} == {"Head of IT"}


TABLE = """Rank,Recommended action,Score impact,Points achieved,Status,Regressed,Category,Product
1,Ensure zap is on,+10%,0/5,Planned,No,Apps,Defender for Office
2,Ensure links are safe,+10%,0/5,Risk accepted,No,Apps,Defender for Office
3,Ensure all is well,+10%,5/5,Resolved through third party,No,Apps,Defender for Office
4,Ensure nothing,+10%,0/5,To address,No,Apps,Defender for Office
"""


def test_a_table_of_the_portal_alone_is_enough(tmp_path: Path, backlog: RunBacklog) -> None:
    """The status column says planned too, which Graph never does."""
    table = tmp_path / "table.csv"
    table.write_text(TABLE, encoding="utf-8")
    backlog("import", table, "--date", str(TODAY), expect=0)
    backlog("decide", "--from-portal", expect=0)
    buckets = sorted(decision.bucket.value for decision in written(tmp_path).values())
    assert buckets == ["accept", "do-soon", "not-applicable"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_person_is_shown_the_list_before_anything_is_written(root: Path) -> None:
    """A no writes nothing; a yes writes all."""
    for answer, files in (("n", 0), ("y", 4)):
        done = at_terminal(["decide", "--from-portal"], [("Write these 4 files?", answer)], cwd=root)
        assert done.code == 0
        assert done.text.index("To be written: 4 files.") < done.text.index("Write these")
        assert len(list((root / "decisions").glob("*.md"))) == files
