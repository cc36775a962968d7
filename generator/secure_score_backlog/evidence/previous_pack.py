# SPDX-License-Identifier: Apache-2.0
"""The pack before a new one, so that packs form a chain: each names the digest of the one before it."""

from __future__ import annotations

from pathlib import Path

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evidence import archive
from secure_score_backlog.evidence.layout import MANIFEST, SUMS, BadManifest, Previous, parse, sha256, sums


def of(place: Path) -> Previous:
    """Commit and digest of a pack; CannotProceed where it cannot be read."""
    files = archive.read(place).files
    try:
        if MANIFEST not in files:
            raise BadManifest(f"It holds no {MANIFEST}.")
        manifest = parse(files[MANIFEST])
        if files.get(SUMS) != sums(manifest):
            raise BadManifest(f"Its {SUMS} does not say what its {MANIFEST} says.")
        return Previous(manifest.commit, sha256(files[SUMS]))
    except BadManifest as error:
        raise CannotProceed(
            f"The pack before this one cannot be read. {error}",
            where=str(place),
            hint="Name the zip that `backlog pack` wrote, or leave out --previous.",
        ) from error
