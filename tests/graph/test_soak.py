# SPDX-License-Identifier: Apache-2.0
"""Left alone for years: 400 days, faults of every kind, up to 80 days dropped in a row (`make soak` plays more)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.simulated_years import DAYS, play


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_that_graph_still_held_is_lost(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After every run, each day that Graph held is stored as it was measured, and nothing stored has changed."""
    monkeypatch.setenv("GRAPH_TOKEN", "a-token-of-the-simulation")
    years = play(seed, tmp_path)
    assert years.runs > DAYS / 4
    assert years.failed > 10
    assert len(years.known) > DAYS * 0.9
