# SPDX-License-Identifier: Apache-2.0
"""Contents of Git objects by id, through one `cat-file --batch`, one object in memory at a time.

Also what a commit says about its own signature: the kind stands in its header, so no key and no gpg is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, cast

import git

SIGNATURE = re.compile(rb"^gpgsig(?:-sha256)? (.*)$", re.MULTILINE)
SIGNATURE_KINDS = {
    b"-----BEGIN PGP SIGNATURE-----": "openpgp",
    b"-----BEGIN PGP MESSAGE-----": "openpgp",
    b"-----BEGIN SSH SIGNATURE-----": "ssh",
    b"-----BEGIN SIGNED MESSAGE-----": "x509",
}
AS_STORED = ("--no-replace-objects",)
"""Replacements (`git replace`) are this clone's own and would give the same commit another history."""


def read_objects(repository: git.Repo, identifiers: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each object that Git has, in the order asked for; one that it lacks is left out."""
    wanted = list(identifiers)
    if not wanted:
        return
    with TemporaryFile() as names:
        names.write("".join(f"{identifier}\n" for identifier in wanted).encode())
        names.seek(0)
        command = ["git", *AS_STORED, "cat-file", "--batch"]
        running = repository.git.execute(command, istream=names, as_process=True)
        stream, talk = cast("IO[bytes]", running.stdout), cast("IO[bytes]", running.stderr)
        with stream, talk:
            for identifier in wanted:
                words = stream.readline().split(b" ")
                if len(words) == 3 and words[2].strip().isdigit():
                    content = stream.read(int(words[2]))
                    stream.read(1)
                    yield identifier, content
        running.wait()


def signature_kind(commit: bytes) -> str:
    """The kind of signature that a raw commit carries: openpgp, ssh, x509, other, or nothing."""
    header = commit.partition(b"\n\n")[0]
    found = SIGNATURE.search(header)
    return SIGNATURE_KINDS.get(found[1].strip(), "other") if found else ""
