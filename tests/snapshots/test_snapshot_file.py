# SPDX-License-Identifier: Apache-2.0
"""Snapshots and the catalogue as bytes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots.collect import Answer, RunInfo, Stored, collect
from secure_score_backlog.snapshots.snapshot_files import decode, decode_catalogue, encode
from tests.support.graph_items import AT, DAY, control, profile, score

PATH = "snapshots/2026/2026-11-20.json"
WHOLE = b'{"collected": {"complete": true}, "maximum": {}, "secureScore": {}}'


def written() -> dict[str, bytes]:
    """The files of one healthy answer."""
    answer = Answer((score(DAY, [control("b", Decimal("1.50")), control("a")]),), (profile("b"), profile("a")))
    return {
        path: encode(content) for path, content in collect(answer, Stored(), RunInfo(AT, "1", "graph")).files.items()
    }


def test_one_control_a_line() -> None:
    """A control that moves changes one line; what moves every day without meaning stands at the end."""
    lines = written()[PATH].decode().splitlines()
    controls = [line for line in lines if '"controlName"' in line]
    assert [line.split('"controlName":')[1][:3] for line in controls] == ['"a"', '"b"']
    assert '"score":1.50' in controls[1]
    assert not any("lastSynced" in line or "description" in line for line in lines)
    assert lines[-4:] == ['  "synced": {', '    "2026-11-20T02:00:00Z": ["a","b"]', "  }", "}"]
    assert '    "a": [10,"Default"],' in lines


def test_catalogue_has_one_profile_a_line() -> None:
    """Profiles stand in order, one a line, beside the descriptions."""
    lines = written()["snapshots/catalogue.json"].decode().splitlines()
    assert [line.strip()[:60] for line in lines if '"title"' in line] == sorted(
        line.strip()[:60] for line in lines if '"title"' in line
    )
    assert '    "a": "About a.",' in lines


def test_numbers_come_back_as_written() -> None:
    """What was read is written again byte for byte."""
    for path, data in written().items():
        content = decode(data, path) if path == PATH else decode_catalogue(data, path)
        assert encode(content) == data
    assert decode(written()[PATH], PATH)["secureScore"]["controlScores"][1]["score"] == Decimal("1.50")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (WHOLE[:-8], "cut off"),
        (b"<<<<<<< HEAD\n" + WHOLE, "not JSON (line 1"),
        (b"[]", "not a JSON object"),
        (b'{"collected": {}, "maximum": {}}', "no usable 'secureScore'"),
        (b'{"collected": {}, "maximum": [], "secureScore": {}}', "no usable 'maximum'"),
        (b'{"collected": {}, "collected": {}}', "twice"),
    ],
)
def test_a_damaged_file_is_named(data: bytes, why: str) -> None:
    """The ending says which file, what is wrong with it and how to get it back."""
    decode(WHOLE, PATH)
    with pytest.raises(CannotProceed) as ending:
        decode(data, PATH)
    assert why in ending.value.message
    assert ending.value.where == PATH
    assert "git checkout" in str(ending.value.hint)


def test_a_snapshot_is_no_catalogue() -> None:
    """The two kinds are told apart."""
    with pytest.raises(CannotProceed, match="no usable 'descriptions'"):
        decode_catalogue(WHOLE, "snapshots/catalogue.json")
