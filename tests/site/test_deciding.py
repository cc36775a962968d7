# SPDX-License-Identifier: Apache-2.0
"""How to decide: the steps are those that the tenant can take."""

from __future__ import annotations

from dataclasses import replace

from secure_score_backlog.approvals import Approvals
from secure_score_backlog.settings import RepositorySettings, Settings
from secure_score_backlog.site.pages import deciding
from tests.support.pages import Read, evaluated
from tests.support.tenants import day, history, workspace


def test_the_steps_are_those_of_this_tenant() -> None:
    """With a repository on GitHub its editor; without GitHub a record; the longest term is that of the settings."""
    known = evaluated(workspace(history({"A": (0, 4)})), day(1))
    bare = Read(known, deciding.documents)
    assert (
        "runs backlog decide ID , which asks the questions and writes the file, and proposes it in a pull" in bare.text
    )
    assert "within 12 months" in bare.sections["decide"]
    assert "Review changes" in bare.sections["approve"]
    there = replace(
        known,
        settings=Settings(repository=RepositorySettings(address="https://github.example/a/b"), acceptance_months=6),
    )
    assert "GitHub’s editor opens" in Read(there, deciding.documents).sections["propose"]
    assert "within 6 months" in Read(there, deciding.documents).sections["decide"]
    alone = Read(replace(known, recorded=Approvals(without_github=True)), deciding.documents)
    assert "pull request" not in alone.text
    assert "GitHub" not in alone.sections["approve"]
    assert "The record goes into a file" in alone.sections["approve"]
