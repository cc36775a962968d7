# SPDX-License-Identifier: Apache-2.0
"""`backlog audit`: the conclusion first, JSON for programs, exit codes, and texts of others that stay texts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.approvals import APPROVALS_PATH, encode
from tests.support.audited import Tenant
from tests.support.running import RunBacklog


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    """A repository with its first commit, a snapshot and an approved pull request; GitHub's record is written."""
    made = Tenant(tmp_path / "tenant")
    made.snapshot(date(2026, 10, 1))
    made.pull_request(("approver", "approved"))
    write_record(made)
    return made


def write_record(tenant: Tenant) -> None:
    """Write what GitHub said, as `backlog approvals` would."""
    tenant.repository.write(APPROVALS_PATH, encode(tenant.known))


def test_a_repository_without_exceptions(tenant: Tenant, backlog: RunBacklog) -> None:
    """Exit 0; every commit is counted in words."""
    done = backlog("audit", cwd=tenant.folder, expect=0)
    lines = done.stdout.splitlines()
    assert lines[0] == "No commit is without a known approval by another person."
    assert lines[1].startswith("3 commits from 2026-10-01 to 2026-10-01 (UTC): 1 snapshot by the snapshot account, ")
    assert "1 approved by another person, 1 first commit." in lines[1]
    assert lines[2].startswith("GitHub was asked last on 2026-10-01 (`backlog approvals`); what was merged later is")
    assert "Commits without a known approval by another person" not in lines


def test_an_exception_is_named_with_its_reason(tenant: Tenant, backlog: RunBacklog) -> None:
    """Exit 1; and what cannot be shown is said."""
    commit = tenant.commit("Change the owner", "decisions/A.md")
    write_record(tenant)
    done = backlog("audit", cwd=tenant.folder, expect=1)
    assert done.stdout.startswith(
        "1 of 3 commits that are not snapshots has no known approval by another person: 1\u00a0× no pull request.\n"
    )
    assert f"2026-10-01  {commit[:10]}       -  Change the owner\n      error: no pull request; changed:" in done.stdout
    assert (
        "\nWhat to do about them\n  no pull request:\n      Ask who made it, and why. Have somebody else" in done.stdout
    )
    assert "`backlog doctor` asks GitHub which rules are in force" in done.stdout


def test_warnings_count_with_strict(tenant: Tenant, backlog: RunBacklog) -> None:
    """An empty commit is a warning."""
    tenant.commit("Nothing")
    write_record(tenant)
    backlog("audit", cwd=tenant.folder, expect=0)
    backlog("audit", "--strict", cwd=tenant.folder, expect=1)


def test_without_a_record_nothing_passes_that_needs_an_approval(tenant: Tenant, backlog: RunBacklog) -> None:
    """Unknown is not a pass, and the command that asks is named."""
    (tenant.folder / APPROVALS_PATH).unlink()
    alone = backlog("audit", cwd=tenant.folder, expect=1).stdout
    assert "approvals are known by records on file alone" in alone
    assert not [
        words for words in ("gh workflow", "workflow snapshot", "pull request") if words in alone.split("Sample of")[0]
    ]
    tenant.repository.write("backlog.yml", "repository: tenant/backlog\n")
    done = backlog("audit", cwd=tenant.folder, expect=1)
    assert (
        "1 of 2 commits that are not snapshots has no known approval by another person: 1\u00a0× only the message "
        "names a pull request; 1\u00a0× GitHub has not been asked about it (2\u00a0reasons for 1\u00a0commit, as one "
        "can have several)." in done.stdout
    )
    assert "GitHub was never asked who approved what. The next run of the workflow snapshot asks." in done.stdout
    assert "\n  no pull request:\n" not in done.stdout, "that is not known before GitHub was asked"


def test_json_holds_everything(tenant: Tenant, backlog: RunBacklog) -> None:
    """The population, the exceptions, the sample with commands, the further tests and the problems."""
    direct = tenant.commit("Change the owner", "decisions/A.md")
    write_record(tenant)
    found = json.loads(backlog("audit", "--json", "--seed", "a seed", "--sample", "2", cwd=tenant.folder).stdout)
    assert found["schema"] == "backlog-audit/1"
    assert found["counts"] == {"total": 4, "snapshot": 1, "approved": 1, "attested": 0, "beginning": 1, "exception": 1}
    assert found["head"] == direct
    assert [each["commit"] for each in found["exceptions"]] == [direct]
    assert found["exceptions"][0]["reasons"] == ["audit-direct"]
    assert found["exceptions"][0]["paths"] == ["decisions/A.md"]
    assert len(found["commits"]) == 4
    assert (found["sample"]["seed"], found["sample"]["of"], len(found["sample"]["items"])) == ("a seed", 3, 2)
    approved = next(each for each in found["commits"] if each["kind"] == "approved")
    assert (approved["approvers"], approved["opened_by"]) == (["approver"], "writer")
    assert found["days"]["complete"] == 1
    assert found["problems"][0]["code"] == "audit-direct"
    items = found["sample"]["items"]
    assert all(each["checks"][0] == f"git show --first-parent --stat --patch {each['commit']}" for each in items)


def test_commands_of_the_sample_run(tenant: Tenant, backlog: RunBacklog) -> None:
    """Git prints the commit; GitHub's command names the pull request by its address."""
    found = json.loads(backlog("audit", "--json", cwd=tenant.folder).stdout)
    (item,) = (each for each in found["sample"]["items"] if each["kind"] == "approved")
    git, github = item["checks"]
    assert "decisions/A1.md" in tenant.git(*git.split()[1:])
    assert github.startswith("gh pr view https://github.example/tenant/backlog/pull/1 --json author,mergedAt")


def test_a_period_is_named(tenant: Tenant, backlog: RunBacklog) -> None:
    """By its two days; one that is empty or turned round is a usage error or has no commit."""
    tenant.at = tenant.at.replace(day=9)
    tenant.commit("Later", "decisions/A.md")
    write_record(tenant)
    done = backlog("audit", "--from", "2026-10-02", "--to", "2026-10-08", cwd=tenant.folder, expect=0)
    assert done.stdout.startswith(
        "There is no commit in this period, so there is nothing to audit.\n0 commits from 2026-10-02 to 2026-10-08"
    )
    done = backlog("audit", "--from", "2026-10-03", "--to", "2026-10-02", cwd=tenant.folder, expect=2)
    assert "begins (2026-10-03) after it ends (2026-10-02)" in done.stderr
    done = backlog("audit", "--from", "2026-11-03", cwd=tenant.folder, expect=2)
    assert "begins (2026-11-03) after the newest commit and snapshot (2026-10-09)" in done.stderr
    backlog("audit", "--seed", "x" * 201, cwd=tenant.folder, expect=2)


def test_a_folder_without_commits_cannot_be_audited(tmp_path: Path, backlog: RunBacklog) -> None:
    """Exit 3, with what to do: an empty population would pass."""
    (tmp_path / "decisions").mkdir()
    done = backlog("audit", expect=3)
    assert "There is no commit to audit" in done.stderr


def test_texts_of_others_are_not_obeyed(tenant: Tenant, backlog: RunBacklog) -> None:
    """A subject can hold what a terminal or the log of a workflow would obey; a seed too."""
    tenant.commit("::error::x\x1b[31m\u202e", "decisions/A.md")
    write_record(tenant)
    for arguments in (("--seed", "::warning::\x1b[2J"), ("--json",)):
        done = backlog("audit", *arguments, cwd=tenant.folder, expect=1)
        assert "\x1b" not in done.stdout
        assert "\u202e" not in done.stdout
        assert not any(line.lstrip().startswith("::") for line in done.stdout.splitlines())


def test_long_lists_are_cut_in_the_text_and_whole_in_json(tenant: Tenant, backlog: RunBacklog) -> None:
    """The text names the newest exceptions and says that there are more."""
    for number in range(14):
        tenant.commit(f"Change {number}", f"decisions/X{number}.md")
    write_record(tenant)
    done = backlog("audit", cwd=tenant.folder, expect=1)
    assert done.stdout.count("error: no pull request") == 10
    assert "There are more; --json lists all." in done.stdout
    assert len(json.loads(backlog("audit", "--json", cwd=tenant.folder).stdout)["exceptions"]) == 14
