# SPDX-License-Identifier: Apache-2.0
"""A document: path and bytes, ready to be written."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from secure_score_backlog.errors import CannotProceed


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the site's sources (or of any folder), not yet on disk."""

    path: str
    """Relative to the folder it will be written to, with forward slashes."""
    content: bytes

    @staticmethod
    def of_text(path: str, text: str) -> Document:
        """A document from text: UTF-8, LF, one newline at the end."""
        return Document(path, (text.rstrip("\n") + "\n").encode("utf-8"))


# --- The door for documents: a folder that this program owns is made to hold exactly these files.
#
# What the folder holds is listed beside it, in a manifest. Only files on that list are ever removed or replaced; a file
# that somebody else put there ends the command, because it would be published or lost.


def write_folder(documents: Iterable[Document], folder: Path, manifest: Path) -> int:
    """Make the folder hold exactly these documents; returns how many files changed, went or came.

    Unchanged files keep their times, so that a watching site builder rebuilds only what moved. CannotProceed where
    the folder is a link, or holds what is not on the manifest.
    """
    wanted = {_checked(document.path): document.content for document in documents}
    _refuse_links(folder, manifest.parent)
    present = set(_files(folder))
    known = _read(manifest)
    foreign = sorted(present - known - set(wanted)) if known else sorted(present)
    if foreign:
        raise CannotProceed(
            f"{folder.as_posix()} holds {len(foreign)} file(s) that this program did not write: "
            f"{', '.join(foreign[:3])}{' ...' if len(foreign) > 3 else ''}",
            where=str(folder),
            hint="Move them away, or delete the folder if nothing in it is needed: it is made anew each time.",
        )
    try:
        return _replace(folder, manifest, wanted, present)
    except OSError as error:
        raise CannotProceed(
            f"{error.filename or folder} could not be written: {error.strerror or error}",
            where=str(folder),
            hint="Check the permissions of the folder and the space on the disk.",
        ) from error


def _replace(folder: Path, manifest: Path, wanted: dict[str, bytes], present: set[str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    _write_list(manifest, present | set(wanted))
    changed = 0
    for path in sorted(present - set(wanted)):
        (folder / path).unlink()
        _drop_empty(folder, (folder / path).parent)
        changed += 1
    for path, content in sorted(wanted.items()):
        target = folder / path
        if path in present and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        changed += 1
    _write_list(manifest, set(wanted))
    return changed


def _checked(path: str) -> str:
    """The path, if it stays inside the folder on every system."""
    parts = PurePosixPath(path).parts
    if not parts or path != "/".join(parts) or ".." in parts or any(character in path for character in "\\:\0"):
        raise ValueError(f"a document cannot be called {path!r}")
    return path


def _refuse_links(folder: Path, above: Path) -> None:
    """A link would send our files, and our deletions, to a place we do not own."""
    for place in (above, folder):
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise CannotProceed(
                f"{place.as_posix()} is not a folder of its own, so nothing is written there.",
                where=str(place),
                hint="Remove the link or file; the folder is made by this program.",
            )


def _files(folder: Path) -> Iterable[str]:
    """Every file below, as a path with forward slashes; a link ends the command."""
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            entry = Path(place) / name
            if entry.is_symlink():
                raise CannotProceed(
                    f"{entry.as_posix()} is a link, so nothing is written there.",
                    where=str(entry),
                    hint="Remove it; this program makes the folder anew each time.",
                )
        yield from ((Path(place) / name).relative_to(folder).as_posix() for name in names)


def _read(manifest: Path) -> set[str]:
    try:
        return set(manifest.read_text(encoding="utf-8").splitlines())
    except (FileNotFoundError, UnicodeDecodeError):
        return set()


def _write_list(manifest: Path, paths: set[str]) -> None:
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("".join(f"{path}\n" for path in sorted(paths)), encoding="utf-8", newline="\n")


def _drop_empty(folder: Path, place: Path) -> None:
    while place != folder and not any(place.iterdir()):
        place.rmdir()
        place = place.parent


# --- Creating a file that was not there: never over anything, never outside the root.


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


# --- Several files written as one: a failure leaves the old tree, a kill a state that the next run completes.
#
# All new contents are on disk under other names, and a list of them too, before the first file is renamed into place.
# A run that finds such a list finishes what it says, and then does its own work; without a list, contents that wait are
# thrown away. So a set is either not there at all or will be there whole, whenever the power fails.


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


# --- One run at a time: whoever writes `snapshots/` holds the root while it compares and writes.
#
# Two runs at once could each find a day missing and write it, the later one over the better one. The lock is the
# system's own, so it is gone when its holder is, however that ended: nothing has to be cleaned up after a kill.


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Hold a root for as long as the block runs. Raises CannotProceed where another run holds it."""
    handle = _hold(root)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


if sys.platform == "win32":

    def _hold(root: Path) -> int | None:
        """A file that Windows removes with its last handle, so also after a kill."""
        try:
            return os.open(root / ".backlog.lock", os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_TEMPORARY)
        except (FileExistsError, PermissionError):
            raise _locked(root) from None
        except OSError:
            return None

else:

    def _hold(root: Path) -> int | None:
        """A lock on the folder itself: no file appears in it."""
        import fcntl  # noqa: PLC0415 - not on Windows

        handle = os.open(root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise _locked(root) from None
        except OSError:  # some network file systems have no locks: then nobody is kept out
            os.close(handle)
            return None
        return handle


def _locked(root: Path) -> CannotProceed:
    return CannotProceed(
        "Another run of backlog is writing snapshots in this folder.",
        where=str(root),
        hint="Nothing was changed. Wait until it has ended, then run the command again.",
    )
