# SPDX-License-Identifier: Apache-2.0
"""A year of the workflows' own commands, with faults of every kind (`make soak` plays more, day after day)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from secure_score_backlog.cli import publish
from secure_score_backlog.publishing import Written, written_below
from tests.support.simulated_year import play
from tests.support.variants import variants


@pytest.mark.slow
@pytest.mark.parametrize("seed", variants([1, 2, 3], always=[1]))
def test_a_year_loses_nothing_and_hides_nothing(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After every run the branch holds what Graph delivered, or the run says what failed and what to do."""
    monkeypatch.setenv("GRAPH_TOKEN", "a-token-of-the-simulation")
    year = play(seed, tmp_path)
    assert year.runs > 7
    assert len(year.met) > 3
    assert year.red
    assert year.signed
    assert year.github.issues


def test_the_simulation_notices_a_day_that_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `publish` that leaves out a file and says nothing does not get through the first run."""

    def careless(root: Path, paths: Collection[str]) -> Written:
        found = written_below(root, paths)
        return replace(found, files=found.files[:-1])

    monkeypatch.setenv("GRAPH_TOKEN", "a-token-of-the-simulation")
    monkeypatch.setattr(publish, "written_below", careless)
    with pytest.raises(AssertionError, match=r"datetime\.date"):
        play(1, tmp_path)
