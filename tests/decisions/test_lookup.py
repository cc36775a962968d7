# SPDX-License-Identifier: Apache-2.0
"""Ids that people type, and ids that cannot be the name of a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.decisions.lookup import LONGEST_NAME, ResolvedId, refuse_unsafe, resolve_id, unsafe
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.text import shown

CATALOGUE = ("AdminMFAV2", "mdo_zapspam", "scid_2010")
SCORED = ("AdminMFAV2", "scid_9999")


def test_a_known_id_needs_no_remark() -> None:
    """Known from the catalogue or from the newest snapshot alone, an id needs no remark."""
    for known in ("mdo_zapspam", "scid_9999", "AdminMFAV2"):
        assert resolve_id(known, CATALOGUE, SCORED) == ResolvedId(known) == ResolvedId(known, "")


def test_any_id_is_taken_without_catalogue_and_snapshot() -> None:
    """No catalogue and no snapshot: the id is taken, with a remark. One of the two is enough to refuse."""
    found = resolve_id("Anything", (), ())
    assert found.identifier == "Anything"
    assert '"Anything"' in found.note
    for catalogue, scored in ((CATALOGUE, ()), ((), SCORED)):
        with pytest.raises(WrongUsage):
            resolve_id("Anything", catalogue, scored)


def test_a_retired_id_gets_a_remark() -> None:
    """An id of older snapshots only is meant, with a remark; what is still there gets none."""
    assert resolve_id("GoneLongAgo", CATALOGUE, SCORED, ("GoneLongAgo",)).note == "Microsoft has retired GoneLongAgo"
    assert resolve_id("GoneLongAgo", CATALOGUE, SCORED, ("GoneLongAgo",)).identifier == "GoneLongAgo"
    assert resolve_id("scid_9999", CATALOGUE, SCORED, ("scid_9999",)).note == ""


def test_another_case_is_corrected() -> None:
    """The id as Microsoft writes it is meant, and said; of two such ids the first of the alphabet."""
    assert resolve_id("ADMINmfav2", CATALOGUE, SCORED) == ResolvedId("AdminMFAV2", "ADMINmfav2 is written AdminMFAV2")
    assert resolve_id("ab", ("aB", "AB"), ()).identifier == "AB"
    assert resolve_id("SCID_9999", CATALOGUE, SCORED).identifier == "scid_9999"


def test_a_known_id_that_cannot_be_a_file_name_is_refused() -> None:
    """What Microsoft calls something is no excuse for a path."""
    with pytest.raises(WrongUsage, match="no file name may hold"):
        resolve_id("A:B", ("a:b",), ())


def test_an_unknown_id_is_refused_with_the_nearest() -> None:
    """A slip of the finger gets a proposal; nonsense gets a place to look."""
    with pytest.raises(WrongUsage, match="mdo_zapsam") as near:
        resolve_id("mdo_zapsam", CATALOGUE, SCORED)
    assert near.value.hint == "Did you mean mdo_zapspam?"
    with pytest.raises(WrongUsage) as far:
        resolve_id("qqqq", CATALOGUE, SCORED)
    assert "catalogue.json" in str(far.value.hint)
    with pytest.raises(WrongUsage) as scored:
        resolve_id("scid_9998", CATALOGUE, SCORED)
    assert scored.value.hint == "Did you mean scid_9999?"


SAFE = ("AdminMFAV2", "a", "11770.MDA_Google_EnableTwoFactorAuth", "a-b", "com", "comx", "com10", "x" * LONGEST_NAME)
EMPTY = ("", " ", "a ", " a", "\ta", "a\n")
HELD = ("a/b", "a\\b", "a:b", "a*", "a?", 'a"', "a<", "a>", "a|", "a\tb", "a\x00b", "a\u202eb")
EDGES = (".a", "-a", "a.", "..", ".")
DEVICES = (
    *("con", "CON", "prn", "Aux", "nul", "conin$", "conout$", "com1", "COM9", "com0", "lpt1", "LPT0", "com¹", "lpt³"),
    *("con.x", "nul.tar.gz", "aux .b"),
)
LONG = ("x" * (LONGEST_NAME + 1), "é" * (LONGEST_NAME // 2) + "x")
READ_BY_OTHERS = ("README", "readme", "Index", "index")


@pytest.mark.parametrize(
    ("identifier", "why"),
    [
        *((name, None) for name in SAFE),
        *((name, "empty, or begins") for name in EMPTY),
        *((name, "no file name may hold") for name in HELD),
        *((name, "dot") for name in EDGES),
        *((name, "Windows") for name in DEVICES),
        *((name, "too long") for name in LONG),
        *((name, "not read as a decision") for name in READ_BY_OTHERS),
    ],
)
def test_ids_that_cannot_be_file_names(identifier: str, why: str | None) -> None:
    """Each reason by itself, at its limit, and what is just within it; the message says the reason."""
    reason = unsafe(identifier)
    assert (reason is None) is (why is None)
    if why is None:
        refuse_unsafe(identifier)
        return
    assert reason is not None
    assert why in reason
    with pytest.raises(WrongUsage, match=why) as ending:
        refuse_unsafe(identifier)
    assert shown(identifier) in ending.value.message
    assert "catalogue.json" in str(ending.value.hint)
    with pytest.raises(WrongUsage, match=why):
        resolve_id(identifier, (identifier,), ())


def test_an_id_that_is_not_utf_8_is_refused() -> None:
    """A file name that was not UTF-8 reaches us with stand-ins; it is no printable text."""
    assert unsafe("a\udcff") is not None


@given(st.text(max_size=30))
def test_any_text_is_answered(typed: str) -> None:
    """Either a reason, or a name without folder that is the same after a round through a file system's bytes."""
    if unsafe(typed) is None:
        assert typed == typed.strip() != ""
        assert not set('/\\:*?"<>|') & set(typed)
        assert len(typed.encode()) <= LONGEST_NAME
