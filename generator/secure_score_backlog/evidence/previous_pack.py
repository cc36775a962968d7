# SPDX-License-Identifier: Apache-2.0
"""The pack before a new one, so that packs form a chain: each names the digest of the one before it."""

from __future__ import annotations

from pathlib import Path

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evidence import archive
from secure_score_backlog.evidence.layout import MANIFEST, BadManifest, Previous, parse, sha256


def of(place: Path) -> Previous:
    """Commit and digest of a pack; CannotProceed where it cannot be read."""
    content = archive.read(place).files.get(MANIFEST)
    try:
        if content is None:
            raise BadManifest(f"It holds no {MANIFEST}.")
        return Previous(parse(content).commit, sha256(content))
    except BadManifest as error:
        raise CannotProceed(
            f"The pack before this one cannot be read. {error}",
            where=str(place),
            hint="Name the zip that `backlog pack` wrote, or leave out --previous.",
        ) from error
