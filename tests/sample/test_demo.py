# SPDX-License-Identifier: Apache-2.0
"""`backlog demo`: the same repository everywhere, whole, and with something of everything in it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from secure_score_backlog.data_repository.written import RECORD
from secure_score_backlog.decisions.model import CoverReason
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import Facts, Review, evaluate, with_audit
from secure_score_backlog.evaluation.movement import Part
from secure_score_backlog.evaluation.register import AcceptanceState, ApprovalCounts, in_force
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.problems import Severity
from secure_score_backlog.sample.collected import runs
from secure_score_backlog.sample.cut import cut, cut_files
from secure_score_backlog.sample.events import pull_requests
from secure_score_backlog.sample.fast_import import Commit, Git, begin, fill, find_git
from secure_score_backlog.sample.story import Story, commits, final_files, role
from secure_score_backlog.sample.tenant import FIRST_DAY, LAST_DAY, Tenant, report_days
from secure_score_backlog.snapshots.collect import Answer, RunInfo, Stored, collect
from secure_score_backlog.snapshots.exact_json import parse
from secure_score_backlog.snapshots.snapshot_files import decode, encode
from secure_score_backlog.workspace import load
from tests.support.running import run_as_process
from tests.support.simulated_graph import to_json

TODAY = date(2026, 11, 21)
HOSTILE_CONFIG = """\
[init]
    defaultBranch = trunk
    templateDir = {folder}/template
[commit]
    gpgSign = true
[core]
    autocrlf = true
    hooksPath = {folder}/template/hooks
    attributesFile = {folder}/attributes
[user]
    name = Somebody Else
    email = somebody@else.example
[i18n]
    commitEncoding = ISO-8859-1
"""


@dataclass(frozen=True)
class Made:
    """A demo that the command made."""

    folder: Path
    said: str

    def git(self, *arguments: str) -> str:
        """What Git says in it."""
        return Git(find_git(), self.folder).run(*arguments)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The demo as the command makes it, on a machine whose Git is set up against it."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "template" / "hooks").mkdir(parents=True)
    hook = folder / "template" / "hooks" / "post-checkout"
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    (folder / "attributes").write_text("* filter=broken text eol=crlf\n", encoding="utf-8")
    (folder / "config").write_text(HOSTILE_CONFIG.format(folder=folder.as_posix()), encoding="utf-8")
    hostile = {
        "GIT_CONFIG_GLOBAL": str(folder / "config"),
        "GIT_DIR": str(folder / "elsewhere"),
        "GIT_WORK_TREE": str(folder),
        "GIT_INDEX_FILE": str(folder / "index"),
        "GIT_AUTHOR_NAME": "Somebody Else",
        "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z",
        "GIT_DEFAULT_HASH": "sha256",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "7",
    }
    finished = run_as_process("demo", "a tenant", cwd=folder, environment=hostile, expect=0)
    assert finished.stdout == ""
    return Made(folder / "a tenant", finished.stderr)


@pytest.fixture(scope="module")
def facts(made: Made) -> Facts:
    """The demo, read and evaluated."""
    known = load(made.folder, today=TODAY)
    return evaluate(known, known.newest_day, months=None)


def test_two_demos_are_the_same_commit(made: Made, tmp_path: Path) -> None:
    """A second demo, made in another process with other settings, ends at the same id; the files are the same bytes."""
    head = fill(begin(tmp_path), commits())
    assert head == made.git("rev-parse", "HEAD")
    for path, content in final_files().items():
        assert (tmp_path / path).read_bytes() == (made.folder / path).read_bytes() == content


def test_the_repository_is_whole(made: Made) -> None:
    """Git finds nothing wrong, nothing to commit, one branch and no hook."""
    assert made.git("fsck", "--strict", "--full") == ""
    assert made.git("status", "--porcelain") == ""
    assert made.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert not (made.folder / ".git" / "hooks").exists()
    assert made.git("config", "--list", "--local", "--name-only").splitlines() == [
        "core.repositoryformatversion",
        "core.filemode",
        "core.bare",
        "core.logallrefupdates",
    ]


def test_pull_requests_are_merges_or_squashed(made: Made) -> None:
    """Each pull request is on the main line once: a commit with two parents, or one that ends in its number."""
    lines = made.git("log", "--first-parent", "--format=%P%x09%s").splitlines()
    merges = [line for line in lines if " " in line.split("\t")[0]]
    squashed = [line for line in lines if re.search(r" \(#\d+\)$", line)]
    requests = pull_requests()
    assert len(merges) == sum(request.how == "merge" for request in requests) == 67
    assert len(squashed) == sum(request.squashed for request in requests) == 18
    pattern = re.compile(r"Merge pull request #\d+ from harbour/[a-z0-9-]+")
    assert all(pattern.fullmatch(line.split("\t")[1]) for line in merges)
    assert any(len(request.sources) > 1 for request in requests)


def test_nobody_but_roles_commits(made: Made) -> None:
    """Authors and committers are roles, the bot and GitHub; the bot touches snapshots only, people never do."""
    people = set(made.git("log", "--format=%an <%ae>%n%cn <%ce>").splitlines())
    roles = {line for line in people if re.fullmatch(r"[A-Z][A-Za-z ]+ <[a-z-]+@harbour\.example>", line)}
    bot = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    assert people - roles == {bot, "GitHub <noreply@github.com>"}
    assert len(roles) == 8
    log = made.git("log", "--first-parent", "-m", "--name-only", "--format=%x01%an").split("\x01")[1:]
    for entry in log:
        author, *paths = [line for line in entry.splitlines() if line]
        by_bot = author == "github-actions[bot]"
        assert paths
        assert all(path.startswith("snapshots/") == by_bot for path in paths), entry


def test_the_clock_of_the_main_line_never_runs_backwards(made: Made) -> None:
    """Every commit is younger than its parents, and snapshots are committed the night they are about."""
    times = [int(line) for line in made.git("log", "--first-parent", "--format=%ct").splitlines()]
    assert times == sorted(times, reverse=True)
    snapshots = made.git("log", "--format=%cI %s", "--grep=^Snapshot ").splitlines()
    assert len(snapshots) == len(runs()) == 454
    for line in snapshots:
        when, _, day = line.partition(" Snapshot ")
        assert re.fullmatch(rf"{day}T04:[1-3]\d:\d\d\+00:00", when)


def test_snapshots_have_the_gaps_of_the_story(facts: Facts) -> None:
    """Each day with a report is there; outages were filled in without details, and one day is missing for ever."""
    days = {day.day: day for day in facts.history.days}
    assert sorted(days) == list(report_days())
    assert (min(days), max(days), date(2026, 1, 17) in days) == (FIRST_DAY, LAST_DAY, False)
    filled = [date(2025, 12, 24) + timedelta(days=n) for n in range(5)]
    filled += [date(2026, 8, 8) + timedelta(days=n) for n in range(3)]
    assert [day for day, snapshot in days.items() if not snapshot.complete] == filled
    assert {days[day].source for day in filled} == {"backfill"}


def test_the_way_over_the_wire_changes_no_byte() -> None:
    """What the demo leaves out, sending and parsing, makes no difference to a snapshot or a catalogue."""
    tenant, run = Tenant.load(), runs()[0]
    scores = parse(to_json([tenant.secure_score(run.day)]))
    answer = Answer(tuple(scores), tuple(parse(to_json(tenant.profiles(run.day)))))
    files = collect(answer, Stored(), RunInfo(run.at, "0.1.0", "graph")).files
    assert {path: encode(content) for path, content in files.items()} == run.files
    assert all(decode(content, path) for path, content in run.files.items() if path.endswith(f"{run.day}.json"))


def test_every_state_occurs(facts: Facts) -> None:
    """A reader meets each state of a recommendation, and blocked for each reason."""
    found = Counter(standing.state for standing in facts.statuses.values())
    assert set(found) == set(State)
    assert {item.decision.blocked.by.value for item in facts.blocked if item.decision and item.decision.blocked} == {
        "licensing",
        "business",
        "technical",
    }
    undecided = facts.in_state(State.UNDECIDED)
    assert len([standing for standing in undecided if standing.decision is None]) in range(30, 40)
    assert [standing.id for standing in undecided if standing.decision] == ["aad_third_party_apps"]
    orphan = facts.statuses["intune_mobile_device_lock_after_inactivity"]
    assert (orphan.state, orphan.decision is not None) == (State.RETIRED, True)


def test_every_acceptance_state_occurs(facts: Facts) -> None:
    """The register shows each ending; renewals are counted, and there is one cover of each kind."""
    found = {entry.state for entry in (*facts.register, *facts.covered, *facts.past)}
    assert found == set(AcceptanceState)
    renewals = {entry.status.id: entry.renewals for entry in (*facts.register, *facts.covered)}
    assert renewals["BlockLegacyAuthentication"] == 3
    assert sum(times == 1 for times in renewals.values()) >= 3
    reasons = {entry.decision.covered.reason for entry in facts.covered if entry.decision.covered}
    assert reasons == set(CoverReason)
    attested = {e.status.id for e in facts.register if e.decision.accepted and e.decision.accepted.approval}
    assert attested == {"BlockLegacyAuthentication", "scid_2506"}


def test_what_the_story_promises(facts: Facts) -> None:
    """Moot and lost again, reversed by a revert, withdrawn, claimed without effect, accepted in the portal only."""
    states = {standing.id: standing.state for standing in facts.statuses.values()}
    assert states["spo_idle_session_timeout"] is State.REGRESSED
    assert states["AdminMFAV2"] is State.DONE
    assert {item.observation.portal for item in facts.shadow if item.observation} == {"Ignored", "ThirdParty"}
    assert facts.statuses["McasOAuthAppNotification"].claim_without_effect
    forwarding = [v.decision.bucket.value for v in facts.statuses["mdo_autoforwardingmode"].versions if v.decision]
    assert forwarding == ["do-soon", "accept", "do-soon", "do-soon"]
    assert facts.statuses["exo_outlookaddins"].versions[-1].version.blob is None
    ages = sorted((facts.as_of - ask.since).days for _, ask in facts.asks)
    assert len(ages) == 5
    assert (ages[0] < 30, ages[-1] > 270) == (True, True)
    answered = facts.decisions.versions["dlp_datalossprevention"]
    assert [bool(version.decision and version.decision.asks) for version in answered] == [True, False]


def in_month(facts: Facts, month: str) -> Facts:
    """The facts of one month's review."""
    return next(review.facts for review in facts.reviews if review.month == month)


def test_every_part_of_movement_occurs(facts: Facts) -> None:
    """Over the months points move for every reason, in both directions where there are two."""
    signs = {
        (part, amount > 0)
        for review in facts.reviews
        if review.facts.movement
        for part, amount in review.facts.movement.points.items()
        if amount
    }
    both = {(part, up) for part in (Part.CLAIMED, Part.RESCORED) for up in (True, False)}
    assert signs >= {(Part.IMPROVED, True), (Part.REGRESSED, False), (Part.SCOPE, False), *both}
    gone = {name for review in facts.reviews if review.facts.movement for name in review.facts.movement.gone}
    new = {name for review in facts.reviews if review.facts.movement for name in review.facts.movement.new}
    assert len(gone) == 3
    assert len(new) == 6


def test_october_is_worth_reading(facts: Facts) -> None:
    """One month shows it all: better, worse, a claim, what Microsoft rescored, more people, and a dip that healed."""
    facts = in_month(facts, "2026-10")
    assert facts.movement is not None
    points = facts.movement.points
    assert all(points[part] for part in Part if part is not Part.UNEXPLAINED)
    assert facts.movement.reweighted == ("mdo_safeattachments",)
    assert {item.completed_how for item in facts.completed} == {"observed", "claimed"}
    assert {item.recovered_on is None for item in facts.regressed} == {True, False}
    assert facts.recorded_later


def test_administrators_were_without_second_factor_for_some_days(facts: Facts) -> None:
    """The question an insurer asks has an answer: lost on 3 June 2026, back on the 9th."""
    lost = next(item for item in in_month(facts, "2026-06").regressed if item.id == "AdminMFAV2")
    assert (lost.regressed_on, lost.recovered_on) == (date(2026, 6, 3), date(2026, 6, 9))


def test_every_finished_month_has_minutes(facts: Facts) -> None:
    """Sixteen months are reviewed; minutes are missing for the first, before anybody met, and the running one."""
    without = [review.month for review in facts.reviews if review.minutes is None]
    assert without == ["2026-11", "2025-08"]
    assert [review.finished for review in facts.reviews] == [False] + [True] * 15
    assert all(isinstance(review, Review) for review in facts.reviews)


def test_there_are_warnings_and_no_errors(facts: Facts) -> None:
    """`backlog check` ends well on the demo, and has something to say."""
    weights = Counter(problem.severity for problem in facts.problems)
    assert weights[Severity.ERROR] == 0, [problem for problem in facts.problems if problem.severity is Severity.ERROR]
    codes = {problem.code for problem in facts.problems}
    assert {"decision-retired-id", "decision-unanswered", "decision-draft", "decision-ask-old"} <= codes


def test_the_command_says_what_it_made(made: Made) -> None:
    """How much there is and what to type next, on stderr, with a path that a shell understands."""
    assert "63 decisions, 86 pull requests, 633 commits" in made.said
    assert 'cd "a tenant"' in made.said
    assert "backlog status" in made.said


def test_odd_histories_are_written_faithfully(tmp_path: Path) -> None:
    """Deletions, side branches, any byte and any letter survive the way through fast-import."""
    someone = role("Head of IT", runs()[0].at)
    first = Commit(someone, someone, "Grüße\n\ndata 3\n", {"a b.md": b"data 5\nx\r\n", "c": b""})
    side = Commit(someone, someone, "side\n", {"c": None, "d": b"\x00\xff"}, (0,), main=False)
    merge = Commit(someone, someone, "merge\n", {"c": None, "d": b"\x00\xff"}, (0, 1))
    git = begin(tmp_path)
    assert fill(git, [first, side, merge]) == git.run("rev-parse", "main")
    assert git.run("log", "-1", "--format=%B", "HEAD~1") == "Grüße\n\ndata 3"
    assert (tmp_path / "a b.md").read_bytes() == b"data 5\nx\r\n"
    assert ((tmp_path / "c").exists(), (tmp_path / "d").read_bytes()) == (False, b"\x00\xff")
    assert git.run("rev-list", "--count", "HEAD") == "3"


def test_git_failing_is_told_in_its_own_words(tmp_path: Path) -> None:
    """An unknown order ends as something that could not be done, with the place."""
    with pytest.raises(CannotProceed, match="frobnicate") as caught:
        Git(find_git(), tmp_path).run("frobnicate")
    assert caught.value.where == str(tmp_path)


def test_the_cut_leaves_a_backlog_of_its_own_alone(tmp_path: Path) -> None:
    """Where `backlog init` has left its record, nothing is deleted and nothing is written."""
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "Ours.md").write_text("x", encoding="utf-8")
    (tmp_path / RECORD).write_text("{}", encoding="utf-8")
    with pytest.raises(CannotProceed, match="a backlog of its own"):
        cut(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == [RECORD, "Ours.md", "decisions"]


def test_the_cut_clears_what_is_outdated(tmp_path: Path) -> None:
    """Files of an older cut go, other people's files stay."""
    for path in ("decisions/Old.md", "snapshots/2020/2020-01-01.json", "docs/guide.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x", encoding="utf-8")
    cut(tmp_path)
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert there == {*cut_files(), "docs/guide.md"}
    days = [path for path in there if re.fullmatch(r"snapshots/\d{4}/.*\.json", path)]
    assert {f"snapshots/2026/{LAST_DAY - timedelta(days=n)}.json" for n in range(90)} <= set(days)
    assert {"snapshots/2025/2025-08-31.json", "snapshots/2026/2026-02-28.json"} <= set(days)


def test_the_ids_that_approvals_name_are_those_that_git_gives(made: Made) -> None:
    """What GitHub said is committed a day later, and names commits by ids that were computed here."""
    story = Story.told()
    assert story.ids.ids[story.main] == made.git("rev-parse", "HEAD")
    listed = set(made.git("rev-list", "--first-parent", "HEAD").split())
    assert story.recorded.commits.keys() <= listed
    assert len(listed - story.recorded.commits.keys()) < 10, "the newest snapshots are not asked about yet"
    heads = {request.head for request in story.recorded.pull_requests.values()}
    known = set(made.git("rev-list", "--all").split())
    assert len(heads & known) > 60, "the head of each merge is the tip of its branch"


def test_every_kind_of_approval_is_among_the_entries(facts: Facts) -> None:
    """Approved, by a squash and a rebase too; attested with and without a record; and each reason that people meet."""
    found = {entry.status.id: entry.approval for entry in (*facts.register, *facts.covered)}
    kinds = {name: (each.kind.value, each.reason.value if each.reason else "") for name, each in found.items()}
    assert {
        "meeting_autoadmitusers_v1": ("approved", ""),  # a squash
        "scid_53": ("approved", ""),  # a rebase, whose message names no pull request
        "McasFirewallLogUpload": ("attested", "other-role"),
        "scid_2506": ("attested", "unlisted-role"),
        "BlockLegacyAuthentication": ("named", "record-missing"),
        "exo_individualsharing": ("named", "contributor"),
        "mdo_bulkthreshold": ("named", "late"),
        "McasOAuthAppNotification": ("named", "stale"),
        "mdo_recipientlimitperday": ("named", "no-review"),
        "AATP_EntitiesWithOldPassword": ("named", "no-pull-request"),
        "exo_transportrulesallowlistdomains": ("named", "other-role"),
    }.items() <= kinds.items()
    record = found["McasFirewallLogUpload"]
    assert (record.on_file, record.names_it, found["scid_2506"].on_file) == (True, False, False)
    assert found["BlockLegacyAuthentication"].filed == date(2026, 10, 2)
    never = {entry.status.id for entry in in_force(facts.register) if entry.never_approved}
    assert "BlockLegacyAuthentication" in never
    assert "exo_transportrulesallowlistdomains" not in never
    assert found["scid_53"].pull_request == 82


def test_the_audit_of_the_demo_finds_what_its_story_tells(made: Made, facts: Facts) -> None:
    """Every commit counted once, each exception with its reasons, and how each approval in force is known."""
    known = load(made.folder, today=TODAY)
    found = with_audit(facts, known, known.stored_history()).audit
    assert found is not None
    assert dict(found.counts) == {"snapshot": 454, "approved": 82, "attested": 0, "beginning": 1, "exception": 5}
    assert found.total == 542
    assert {each.subject: [reason.value for reason in each.reasons] for each in found.exceptions} == {
        "Minutes of August 2026, and bulk mail": ["audit-late-approval"],
        "Files on private machines, and the ERP passwords once more": ["audit-direct"],
        "The monthly tariff mailing needs its volume": ["audit-unapproved"],
        "Renew calendar sharing for agents": ["audit-own-approval"],
        "New apps are reported by the gateway": ["audit-stale-approval"],
    }
    assert found.approvals == ApprovalCounts(
        approved=6, attested=2, named=7, same=0, unchecked=1, unnamed=1, asked=True
    )
    assert found.approvals == facts.approvals


def test_an_approver_whose_role_changed_keeps_what_was_approved_before(facts: Facts) -> None:
    """The former head of operations approved in February what is approved, and in July what is not."""
    known = load_versions(facts, "exo_transportrulesallowlistdomains")
    assert known[-1] == "other-role"
    earlier = next(entry for entry in facts.register if entry.status.id == "aad_linkedin_connection_disables")
    assert (earlier.approval.kind.value, earlier.approval.login) == ("approved", "harbour-dispatch")
    assert "harbour-operations" in {login for logins in facts.settings.roles.values() for login in logins}


def load_versions(facts: Facts, name: str) -> list[str]:
    """The reason of each present entry of a recommendation."""
    return [str(entry.approval.reason) for entry in facts.register if entry.status.id == name]
