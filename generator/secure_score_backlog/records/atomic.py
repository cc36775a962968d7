# SPDX-License-Identifier: Apache-2.0
"""Several files written as one: a failure leaves the old tree, a kill a state that the next run completes.

All new contents are on disk under other names before the first file is renamed into place, and each rename is atomic.
The files are renamed in the order given, so the caller says what must never be missing behind what.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from secure_score_backlog.errors import CannotProceed

PARTIAL = ".partial"
"""Ending of a file that is not in place yet; its name starts with a dot."""


def write_set(root: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write files (paths relative to the root, forward slashes); returns the paths whose bytes changed.

    Raises CannotProceed, and leaves the tree as it was, where a content cannot be written.
    """
    clear_leftovers(root, files)
    changed = {path: content for path, content in files.items() if not _holds(root / path, content)}
    created: list[Path] = []
    try:
        for path, content in changed.items():
            created.extend(_make_folder((root / path).parent))
            _write_beside(root / path, content)
    except OSError as error:
        _undo(root, changed, created)
        raise _cannot_write(error, root) from error
    try:
        for path in changed:
            _partial(root / path).replace(root / path)
            _settle((root / path).parent)
    except OSError as error:
        _undo(root, changed, created)
        raise _cannot_write(error, root) from error
    return tuple(changed)


def clear_leftovers(root: Path, files: Mapping[str, bytes]) -> None:
    """Remove what a killed run left beside the files: contents that never got into place."""
    for top in sorted({path.split("/")[0] for path in files if "/" in path}):
        for leftover in sorted((root / top).rglob(f".*{PARTIAL}")):
            with contextlib.suppress(OSError):
                leftover.unlink()


def _partial(file: Path) -> Path:
    """Where a file's content waits before it is renamed into place."""
    return file.with_name(f".{file.name}{PARTIAL}")


def _holds(file: Path, content: bytes) -> bool:
    try:
        return file.read_bytes() == content
    except OSError:
        return False


def _make_folder(folder: Path) -> Iterator[Path]:
    """Make a folder with its parents; yields those that did not exist, outermost first."""
    missing = [folder, *folder.parents]
    for candidate in reversed(missing[: next((i for i, path in enumerate(missing) if path.exists()), len(missing))]):
        candidate.mkdir()
        yield candidate


def _write_beside(file: Path, content: bytes) -> None:
    if file.is_dir():
        raise IsADirectoryError(f"{file} is a folder")
    with _partial(file).open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _settle(folder: Path) -> None:
    """Make a rename survive a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some file systems cannot; the rename itself is still atomic
    finally:
        os.close(handle)


def _undo(root: Path, files: Mapping[str, bytes], created: list[Path]) -> None:
    """Take back what was made for files that did not get into place."""
    for path in files:
        with contextlib.suppress(OSError):
            _partial(root / path).unlink()
    for folder in reversed(created):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _cannot_write(error: OSError, root: Path) -> CannotProceed:
    reason = error.strerror or str(error)
    return CannotProceed(
        f"A file could not be written: {reason}.",
        where=str(error.filename or root),
        hint="Check permissions and free space of that folder, then run the command again: it completes the rest.",
    )
