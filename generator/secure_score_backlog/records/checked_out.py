# SPDX-License-Identifier: Apache-2.0
"""Which branch a folder has checked out."""

from __future__ import annotations

import subprocess
from pathlib import Path


def checked_out_branch(root: Path) -> str | None:
    """The name of the branch; None outside of Git, or where a commit rather than a branch is out."""
    command = ["git", "symbolic-ref", "--quiet", "--short", "HEAD"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError:
        return None
    return done.stdout.strip() or None
