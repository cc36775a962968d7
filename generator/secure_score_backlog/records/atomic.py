# SPDX-License-Identifier: Apache-2.0
"""Several files written as one: a failure leaves the old tree, a kill a state that the next run completes.

All new contents are on disk under other names, and a list of them too, before the first file is renamed into place.
A run that finds such a list finishes what it says, and then does its own work; without a list, contents that wait are
thrown away. So a set is either not there at all or will be there whole, whenever the power fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from secure_score_backlog.errors import CannotProceed

PARTIAL = ".partial"
"""Ending of a file that is not in place yet; its name starts with a dot."""
INTENT = f".intent{PARTIAL}"
"""Name of the list of files that are complete and wait to be renamed."""


def write_set(root: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write files (paths relative to the root, forward slashes); returns the paths whose bytes changed.

    The files share their first folder. Raises CannotProceed, and leaves the tree as it was, where a content cannot be
    written.
    """
    for top in _tops(files):
        finish(root, top)
    changed = changed_files(root, files)
    if not changed:
        return ()
    created: list[Path] = []
    try:
        for path, content in changed.items():
            created.extend(_make_folder((root / path).parent))
            _write_beside(root / path, content)
        _settle((root / path).parent for path in changed)
        for top in _tops(changed):
            listed = {path: _digest(root / path) for path in changed if path.startswith(f"{top}/")}
            _write_whole(root / top / INTENT, json.dumps(listed).encode())
            _settle([root / top])
    except OSError as error:
        _undo(root, changed, created)
        raise _cannot_write(error, root) from error
    _rename_all(root, changed, created)
    return tuple(changed)


def changed_files(root: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those files whose content is not what lies there already."""
    return {path: content for path, content in files.items() if _content(root / path) != content}


def finish(root: Path, top: str) -> None:
    """Complete what a killed run began below a folder, or remove what it left where it had not begun to rename.

    A file that somebody changed since is left as it is.
    """
    folder = root / top
    if not folder.is_dir():
        return
    try:
        intended = _intended(folder / INTENT, top)
        for path, before in intended.items():
            if _partial(root / path).is_file() and _digest(root / path) == before:
                _partial(root / path).replace(root / path)
        _settle((root / path).parent for path in intended)
    except OSError as error:
        raise _cannot_write(error, root) from error
    for leftover in sorted(folder.rglob(f".*{PARTIAL}")):
        with contextlib.suppress(OSError):
            leftover.unlink()


def _intended(file: Path, top: str) -> dict[str, str | None]:
    """The paths that a killed run meant to put in place, with the digest of what lay there; none without a list."""
    try:
        listed = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return {path: before for path, before in listed.items() if _is_below(path, top)} if isinstance(listed, dict) else {}


def _digest(file: Path) -> str | None:
    content = _content(file)
    return None if content is None else hashlib.sha256(content).hexdigest()


def _is_below(path: str, top: str) -> bool:
    parts = PurePosixPath(path).parts
    return len(parts) > 1 and parts[0] == top and ".." not in parts and "\\" not in path and "\0" not in path


def _tops(files: Mapping[str, bytes]) -> list[str]:
    return sorted({path.split("/")[0] for path in files if "/" in path})


def _rename_all(root: Path, changed: Mapping[str, bytes], created: list[Path]) -> None:
    """Put every file in its place; where that fails half-way, put the old contents back."""
    before = {path: _content(root / path) for path in changed}
    done: list[str] = []
    try:
        for path in changed:
            _partial(root / path).replace(root / path)
            done.append(path)
        _settle((root / path).parent for path in changed)
    except OSError as error:
        for path in done:
            _put_back(root / path, before[path])
        _undo(root, changed, created)
        raise _cannot_write(error, root) from error
    for top in _tops(changed):
        (root / top / INTENT).unlink()


def _put_back(file: Path, content: bytes | None) -> None:
    with contextlib.suppress(OSError):
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)


def _partial(file: Path) -> Path:
    """Where a file's content waits before it is renamed into place."""
    return file.with_name(f".{file.name}{PARTIAL}")


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _make_folder(folder: Path) -> Iterator[Path]:
    """Make a folder with its parents; yields those that did not exist, outermost first."""
    missing = [folder, *folder.parents]
    for candidate in reversed(missing[: next((i for i, path in enumerate(missing) if path.exists()), len(missing))]):
        candidate.mkdir()
        yield candidate


def _write_beside(file: Path, content: bytes) -> None:
    if file.is_dir():
        raise IsADirectoryError(f"{file} is a folder")
    _write_whole(_partial(file), content)


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file, and go on only when it is on the disk."""
    try:
        with file.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        error.filename = error.filename or str(file)  # a full disk does not say where
        raise


def _settle(folders: Iterable[Path]) -> None:
    """Make what was named in some folders survive a power cut, where the system can."""
    for folder in [] if os.name == "nt" else sorted(set(folders)):
        handle = os.open(folder, os.O_RDONLY)
        with contextlib.suppress(OSError):  # some file systems cannot; the rename itself is still atomic
            os.fsync(handle)
        os.close(handle)


def _undo(root: Path, files: Mapping[str, bytes], created: list[Path]) -> None:
    """Take back what was made for files that did not get into place; the list goes first, or it would be believed."""
    for waiting in (*(root / top / INTENT for top in _tops(files)), *(_partial(root / path) for path in files)):
        with contextlib.suppress(OSError):
            waiting.unlink()
    for folder in reversed(created):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _cannot_write(error: OSError, root: Path) -> CannotProceed:
    reason = error.strerror or str(error)
    return CannotProceed(
        f"A file could not be written: {reason}.",
        where=str(error.filename or root),
        hint="The files are as they were before. Check permissions and free space of that folder, "
        "and any limit on file size or a quota, then run again.",
    )
