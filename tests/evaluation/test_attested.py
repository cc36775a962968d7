# SPDX-License-Identifier: Apache-2.0
"""Without GitHub: which commits a record on file speaks for, on a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from secure_score_backlog.evaluation.attested import is_another
from secure_score_backlog.evaluation.audit import Audit, Kind
from secure_score_backlog.git import Identity
from secure_score_backlog.problems import Severity
from tests.support.attested import ANA, MINUTES, OTTO, Shop, shop


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, dict[str, str], Audit]:
    """The repository, what each commit is, and the audit."""
    tenant, expected = shop(tmp_path_factory.mktemp("shop") / "tenant")
    return tenant, expected, tenant.audit()


def test_what_a_record_speaks_for_is_attested_and_nothing_else(made: tuple[Shop, dict[str, str], Audit]) -> None:
    """Approvals with their records by the approver, and what somebody else's minutes name; each other one says why."""
    tenant, expected, result = made
    names = {commit: called for called, commit in tenant.made.items()}
    found = {each.commit: (*(reason.value for reason in each.reasons), each.kind.value)[0] for each in result.commits}
    assert {names[commit]: what for commit, what in found.items() if commit in names} == {
        names[commit]: what for commit, what in expected.items()
    }
    assert result.counts["attested"] == 6
    assert result.counts["approved"] == 0


def test_the_records_and_roles_are_named(made: tuple[Shop, dict[str, str], Audit]) -> None:
    """So that somebody can look them up."""
    tenant, _, result = made
    known = {each.commit: each for each in result.commits}
    good, plan = known[tenant.made["Good"]], known[tenant.made["Plan 0"]]
    assert (good.records, good.roles, good.approvers) == ((MINUTES,), ("Managing Director",), ())
    assert (plan.records, plan.roles) == ((MINUTES,), ())
    assert known[tenant.made["Edited"]].records == ()


def test_exit_0_can_be_reached(tmp_path: Path) -> None:
    """Each decision with its record, each other change in minutes of somebody else: nothing but warnings is left."""
    tenant = Shop(tmp_path)
    tenant.decide("Good", "Good: accepted")
    tenant.put("Settings", {"backlog.yml": (tmp_path / "backlog.yml").read_text("utf-8") + "acceptance_months: 6\n"})
    assert Severity.ERROR in {each.severity for each in tenant.audit().problems}
    tenant.put("Minutes", tenant.wrote(f"{tenant.made['Settings'][:10]} looked at"), OTTO)
    result = tenant.audit()
    assert {each.severity for each in result.problems} == {Severity.WARNING}
    assert {each.kind for each in result.commits} == {Kind.BEGINNING, Kind.ATTESTED, Kind.EXCEPTION}


def test_where_github_can_be_asked_no_record_speaks_for_a_commit(tmp_path: Path) -> None:
    """Once the settings name the repository, a record is no way around a pull request."""
    tenant = Shop(tmp_path)
    tenant.decide("Good", "Good: accepted")
    tenant.repository.write("backlog.yml", "repository: tenant/backlog\n")
    assert tenant.audit().counts["attested"] == 0


@pytest.mark.parametrize(
    ("name", "mail", "another"),
    [
        ("Otto Other", "otto@tenant.example", True),
        ("ana  admin", "otto@tenant.example", False),
        ("Otto Other", "ANA@tenant.example", False),
    ],
)
def test_another_person_has_another_name_and_another_address(name: str, mail: str, another: bool) -> None:
    """One person with two addresses, or with two names, is one person."""
    assert is_another(Identity(name, mail), ANA) is another
