# SPDX-License-Identifier: Apache-2.0
"""Files written by the program: a single new one, a folder that it owns, and a set that is written as a whole or not.

A set survives failures and kills (docs/adr/0010): all new contents, and a list of them, are on disk under other names
before the first file is renamed into place. A failure leaves the old tree. After a kill, the next run completes what
the list names, or removes what is left where the list was not yet written.
"""

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

PARTIAL = ".partial"
"""Ends the name of a file that is not in place yet; the name starts with a dot."""
INTENT = f".intent{PARTIAL}"
"""Name of the list of files that are complete and wait to be renamed."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file not yet on disk."""

    path: str
    """Relative to the folder it will be written to, with forward slashes."""
    content: bytes

    @staticmethod
    def of_text(path: str, text: str) -> Document:
        """A document from text: UTF-8, LF, one newline at the end."""
        return Document(path, (text.rstrip("\n") + "\n").encode("utf-8"))


def write_folder(documents: Iterable[Document], folder: Path, manifest: Path) -> int:
    """Make a folder of the program's own hold exactly these documents; returns how many files changed.

    The manifest, a file beside the folder, lists what this function has written; only those files are removed or
    replaced. Any other file raises CannotProceed, because it would be published or lost; so does a link. Unchanged
    files keep their times, so that a watching site builder rebuilds only what changed.
    """
    wanted = {_safe_path(document.path): document.content for document in documents}
    _refuse_links(folder, manifest.parent)
    present = set(_files(folder))
    known = _read_manifest(manifest)
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
    _write_manifest(manifest, present | set(wanted))
    changed = 0
    for path in sorted(present - set(wanted)):
        (folder / path).unlink()
        _remove_empty(folder, (folder / path).parent)
        changed += 1
    for path, content in sorted(wanted.items()):
        target = folder / path
        if path in present and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        changed += 1
    _write_manifest(manifest, set(wanted))
    return changed


def _safe_path(path: str) -> str:
    """The path, if it stays inside the folder on every system; else ValueError."""
    parts = PurePosixPath(path).parts
    if not parts or path != "/".join(parts) or ".." in parts or any(character in path for character in "\\:\0"):
        raise ValueError(f"a document cannot be called {path!r}")
    return path


def _refuse_links(folder: Path, above: Path) -> None:
    """A link would direct writing and deleting to another folder."""
    for place in (above, folder):
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise CannotProceed(
                f"{place.as_posix()} is a link or a file, not a folder, so nothing is written there.",
                where=str(place),
                hint="Remove the link or file; the folder is made by this program.",
            )


def _files(folder: Path) -> Iterable[str]:
    """Every file below, as a path with forward slashes. Raises CannotProceed for a link."""
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


def _read_manifest(manifest: Path) -> set[str]:
    try:
        return set(manifest.read_text(encoding="utf-8").splitlines())
    except (FileNotFoundError, UnicodeDecodeError):
        return set()


def _write_manifest(manifest: Path, paths: set[str]) -> None:
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("".join(f"{path}\n" for path in sorted(paths)), encoding="utf-8", newline="\n")


def _remove_empty(folder: Path, place: Path) -> None:
    while place != folder and not any(place.iterdir()):
        place.rmdir()
        place = place.parent


def create_file(root: Path, document: Document) -> Path:
    """Write a new file. Raises CannotProceed where it exists already, or where a link leads out of the root."""
    file = root / document.path
    if not file.parent.resolve().is_relative_to(root.resolve()):
        raise CannotProceed(
            "A folder of the path is a link that leads out of the root.",
            where=str(file.parent),
            hint="Remove the link.",
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


def write_set(root: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write files (paths relative to the root, forward slashes) as a set; returns the paths whose bytes changed.

    All are below one folder. First completes what a killed run left there. Raises CannotProceed, and leaves the tree as
    it was, where a file cannot be written.
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
        _sync((root / path).parent for path in changed)
        for top in _tops(changed):
            listed = {path: _digest(root / path) for path in changed if path.startswith(f"{top}/")}
            _write_whole(root / top / INTENT, json.dumps(listed).encode())
            _sync([root / top])
    except OSError as error:
        _undo(root, changed, created)
        raise _cannot_write(error, root) from error
    _rename_all(root, changed, created)
    return tuple(changed)


def changed_files(root: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that are missing or have another content."""
    return {path: content for path, content in files.items() if _content(root / path) != content}


def finish(root: Path, top: str) -> None:
    """Complete the set of a killed run below the folder `top`, or remove its leftovers where it had no list yet.

    A file that has changed since is left as it is.
    """
    folder = root / top
    if not folder.is_dir():
        return
    try:
        intended = _intended(folder / INTENT, top)
        for path, before in intended.items():
            if _partial(root / path).is_file() and _digest(root / path) == before:
                _partial(root / path).replace(root / path)
        _sync((root / path).parent for path in intended)
    except OSError as error:
        raise _cannot_write(error, root) from error
    for leftover in sorted(folder.rglob(f".*{PARTIAL}")):
        with contextlib.suppress(OSError):
            leftover.unlink()


def _intended(file: Path, top: str) -> dict[str, str | None]:
    """The paths of a killed run's list, each with the digest of the content to be replaced; empty without a list."""
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
    """Rename every file into place; where that fails half-way, restore the old contents."""
    before = {path: _content(root / path) for path in changed}
    done: list[str] = []
    try:
        for path in changed:
            _partial(root / path).replace(root / path)
            done.append(path)
        _sync((root / path).parent for path in changed)
    except OSError as error:
        for path in done:
            _restore(root / path, before[path])
        _undo(root, changed, created)
        raise _cannot_write(error, root) from error
    for top in _tops(changed):
        (root / top / INTENT).unlink()


def _restore(file: Path, content: bytes | None) -> None:
    with contextlib.suppress(OSError):
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)


def _partial(file: Path) -> Path:
    """The name of a file before it is renamed into place."""
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
    """Write a file, and return when it is on the disk."""
    try:
        with file.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        error.filename = error.filename or str(file)  # a full disk gives no name
        raise


def _sync(folders: Iterable[Path]) -> None:
    """Make renames in these folders survive a power cut, where the system can."""
    for folder in [] if os.name == "nt" else sorted(set(folders)):
        handle = os.open(folder, os.O_RDONLY)
        with contextlib.suppress(OSError):  # some file systems cannot; the rename itself is still atomic
            os.fsync(handle)
        os.close(handle)


def _undo(root: Path, files: Mapping[str, bytes], created: list[Path]) -> None:
    """Remove what was made for a set that failed; the list first, as the next run would complete it."""
    for leftover in (*(root / top / INTENT for top in _tops(files)), *(_partial(root / path) for path in files)):
        with contextlib.suppress(OSError):
            leftover.unlink()
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


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Keep other runs from writing below a root while the block runs. Raises CannotProceed where another run does.

    Two runs at once could each find a day missing and write it, the later one over the more complete one. The lock is
    the system's own and is on the folder itself: no file appears in it, runs of other users are kept out too, and it
    ends with its process, however that ends. Where a network file system has no locks, no run is kept out.
    """
    from filelock import lock_descriptor  # noqa: PLC0415 - slow to import, and most commands do not write

    handle = _open_for_lock(root)
    try:
        try:
            locked = lock_descriptor(handle, blocking=False)
        except OSError:
            locked = True
        if not locked:
            raise _locked_by_another(root)
        yield
    finally:
        os.close(handle)


def _open_for_lock(root: Path) -> int:
    if sys.platform == "win32":  # where a folder cannot be opened: a file that the system removes with its last handle
        try:
            return os.open(root / ".backlog.lock", os.O_CREAT | os.O_RDWR | os.O_TEMPORARY)
        except PermissionError:  # its removal waits for the run that holds it
            raise _locked_by_another(root) from None
    return os.open(root, os.O_RDONLY)


def _locked_by_another(root: Path) -> CannotProceed:
    return CannotProceed(
        "Another run of backlog is writing snapshots in this folder.",
        where=str(root),
        hint="Nothing was changed. Wait until it has ended, then run the command again.",
    )
