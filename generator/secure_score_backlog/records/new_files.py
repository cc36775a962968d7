# SPDX-License-Identifier: Apache-2.0
"""Creating a file that was not there: never over anything, never outside the root."""

from __future__ import annotations

from pathlib import Path

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.document import Document


def create_file(root: Path, document: Document) -> Path:
    """Write a new file; CannotProceed where something of that name is there, or a link leads out of the root."""
    file = root / document.path
    if not file.parent.resolve().is_relative_to(root.resolve()):
        raise CannotProceed(
            "a folder on the way is a link that leads out of the root", where=str(file.parent), hint="Remove the link."
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as handle:
            handle.write(document.content)
    except OSError as error:
        raise CannotProceed(
            f"{document.path} could not be written: {error.strerror or type(error).__name__}",
            where=str(file),
            hint="Check that the folder may be written to and that no file is in the way, then run the command again.",
        ) from error
    return file
