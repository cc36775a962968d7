# SPDX-License-Identifier: Apache-2.0
"""Signatures of commits: made by real keys, in real repositories, and changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pysequoia import Cert, SignatureMode, Tsk, sign

from secure_score_backlog.evidence.git_objects import read_commit
from secure_score_backlog.evidence.signatures import GITHUB_KEYS, Judgement, Keys, github_keys
from tests.support.repositories import Repository


def signed_commit(repository: Repository, key: Tsk, message: str = "Snapshot") -> bytes:
    """The bytes of a commit that a key has signed, as Git writes it."""
    repository.commit(message, decisions__A=f"{message}\n")
    plain = repository.git("cat-file", "commit", "HEAD").encode() + b"\n"
    head, _, text = plain.partition(b"\n\n")
    signer = key.signer()
    lines = bytes(sign(signer, plain, mode=SignatureMode.DETACHED)).decode().strip().split("\n")
    return head + b"\ngpgsig " + "\n ".join(lines).encode() + b"\n\n" + text


@pytest.fixture(scope="module")
def key() -> Tsk:
    """A new key, with its secret part."""
    return Tsk.generate("Snapshot account <bot@tenant.example>")


def test_the_keys_that_travel_are_githubs() -> None:
    """Both public keys are there and have the fingerprints that the program names; no secret part is in the file."""
    found = {each.fingerprint for each in Cert.split_bytes(github_keys())}
    assert found == set(GITHUB_KEYS)
    assert b"PRIVATE" not in github_keys()


def test_a_signature_is_verified_with_a_named_key(tmp_path: Path, key: Tsk) -> None:
    """Valid with the key; unknown without it; wrong as soon as one byte of the commit is another."""
    public = key.extract_certificate()
    commit = read_commit(signed_commit(Repository(tmp_path), key))
    keys = Keys([("bot.asc", bytes(public))])
    judged = keys.judge(commit.signature, commit.signed)
    assert (judged.judgement, judged.key, judged.owner) == (Judgement.VALID, public.fingerprint, "bot.asc")
    assert Keys().judge(commit.signature, commit.signed).judgement is Judgement.NO_KEY
    changed = commit.signed.replace(b"Snapshot", b"Snapshod")
    assert keys.judge(commit.signature, changed).judgement is Judgement.WRONG


UNREADABLE = (b"-----BEGIN SSH SIGNATURE-----\nAAAA\n", b"-----BEGIN PGP SIGNATURE-----\n!\n", b"?")


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_not_read_is_said_to_be_so(text: bytes) -> None:
    """Another kind of signature, or a broken one, is neither valid nor wrong."""
    assert Keys().judge(text, b"x").judgement is Judgement.NOT_READ


def test_a_file_without_a_key_is_an_error() -> None:
    """Its name is in the message."""
    with pytest.raises(ValueError, match=r"mine\.asc holds no OpenPGP key"):
        Keys([("mine.asc", b"hello")])
