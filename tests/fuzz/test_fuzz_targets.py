# SPDX-License-Identifier: Apache-2.0
"""The fuzzer's targets hold for its seeds, notice what they are for, and `make fuzz` has what it needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import problem
from secure_score_backlog.recorded_packs import encode as encode_packs
from tests.fuzz.__main__ import main
from tests.fuzz.run import guarded
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import (
    PACKS,
    REPLACEMENTS,
    TARGETS,
    containers,
    examine,
    examine_error,
    mutated,
    sample,
    sample_facts,
)


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_passes(name: str) -> None:
    """What the fuzzer starts from is no finding; there is a seed for each target."""
    inputs = list(seeds(name))
    assert inputs
    for data in inputs:
        TARGETS[name](data)


def test_a_value_of_another_kind_in_a_record_is_no_bug() -> None:
    """Every value of the recorded packs becomes everything else."""
    for place in range(len(list(containers(json.loads(encode_packs(PACKS)))))):
        for number in range(len(REPLACEMENTS) + 2):
            TARGETS["packs"](place.to_bytes(2, "big") + bytes([number]))


@pytest.mark.parametrize("number", range(len(REPLACEMENTS) + 2))
@pytest.mark.parametrize("name", ["signed-month", "snapshot", "catalogue", "answer"])
def test_a_value_of_another_kind_anywhere_is_no_bug(name: str, number: int) -> None:
    """Each value of the data in turn becomes a number, a text, a list, nothing ...; only problems and errors come."""
    value = sample_facts() if name == "signed-month" else sample(name)
    step = len(REPLACEMENTS) + 2 if name == "signed-month" else 6  # every place is reached over the kinds of change
    for place in range(number % step, len(list(containers(value))), step):
        TARGETS[name](place.to_bytes(2, "big") + bytes([number]))


def test_a_change_changes_one_value() -> None:
    """The bytes say which place, and what it becomes; the sample itself stays as it is."""
    before = sample("snapshot")
    assert mutated(before, b"\0\0\0") != before
    assert mutated(before, b"\0\0") == before
    assert sample("snapshot") == before


def test_what_comes_out_of_a_target_is_saved_once(tmp_path: Path) -> None:
    """Input and traceback of an exception that no command expects."""

    def broken(data: bytes) -> None:
        raise ZeroDivisionError(data)

    run = guarded(broken, tmp_path / "findings")
    run(b"first")
    run(b"second")
    saved = sorted((tmp_path / "findings").iterdir())
    assert [file.suffix for file in saved] == [".input", ".txt"]
    assert saved[0].read_bytes() == b"first"
    assert "ZeroDivisionError" in saved[1].read_text()


def test_an_input_is_run_again_by_its_file(tmp_path: Path) -> None:
    """How a finding is looked at."""
    file = tmp_path / "input"
    file.write_bytes(b"organisation: [")
    assert main(["settings", str(file)]) == 0


def test_a_problem_that_no_message_can_show_is_noticed() -> None:
    """A message of thousands of letters, a line 0, an error that says nothing to do."""
    with pytest.raises(AssertionError, match="message of"):
        examine_error(CannotProceed("x" * 5000, hint="Write it again."))
    with pytest.raises(AssertionError, match="on line 0"):
        examine([problem("yaml-key", "x", 0, "x", "Write it again.")])
    with pytest.raises(AssertionError, match="without a hint"):
        examine_error(CannotProceed("It failed"))
