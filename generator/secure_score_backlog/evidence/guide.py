# SPDX-License-Identifier: Apache-2.0
"""`VERIFY.md`: how a stranger checks a pack with git and sha256sum alone."""

from __future__ import annotations

from importlib.resources import files
from string import Template

from secure_score_backlog.evidence.layout import GUIDE, Manifest
from secure_score_backlog.evidence.signatures import GITHUB_KEYS
from secure_score_backlog.files import Document
from secure_score_backlog.text import one_line
from secure_score_backlog.wording import plural


def document(manifest: Manifest, *, has_objects: bool) -> Document:
    """The guide for a pack, from what its manifest says; `has_objects`: single objects of Git are enclosed."""
    inside = manifest.profile == "internal"
    fingerprints = "".join(f"    {spaced(key)}  ({owner})\n" for key, owner in GITHUB_KEYS.items())
    values = {
        "organisation": one_line(manifest.organisation).replace("`", "'"),
        "start": manifest.start.isoformat(),
        "end": manifest.end.isoformat(),
        "profile": manifest.profile,
        "version": manifest.version,
        "read": manifest.read,
        "commit": manifest.commit,
        "fingerprints": fingerprints,
        "cannot": text("verify_cannot.md", {}).rstrip("\n"),
        "left_out": plural(len(manifest.left_out), "file"),
        "figures_step": "4" if has_objects else "3",
        "whose": " of people, too" if manifest.named else " that name nobody",
    }
    values["objects"] = text("verify_objects.md", values) if has_objects else ""
    return Document.of_text(GUIDE, text("verify_internal.md" if inside else "verify_insurer.md", values))


def text(name: str, values: dict[str, str]) -> str:
    """A part of the guide with its values."""
    template = files("secure_score_backlog.evidence").joinpath(name).read_text(encoding="utf-8")
    return Template(template).substitute(values)


def spaced(fingerprint: str) -> str:
    """A fingerprint as people compare it."""
    letters = fingerprint.upper()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))
