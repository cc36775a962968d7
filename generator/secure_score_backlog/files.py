# SPDX-License-Identifier: Apache-2.0
"""The one place that reads and writes files: no link is followed below a root, and only ordinary files are opened.

A folder comes from somebody else's branch. So each step below its root is opened without following a symbolic link or
a junction, what is no ordinary file is never opened (a pipe would wait for ever), and the size is asked before reading.
A file that a person names on the command line is theirs to choose: links are followed there.

Written are single new files, a folder that the program owns, and a set that is written as a whole or not. A set
survives failures and kills (docs/adr/0010): all new contents, and a list of them, are on disk under other names before
the first file is renamed into place. A failure leaves the old tree. After a kill, the next run completes what the list
names, or removes what is left where the list was not yet written.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from secure_score_backlog.errors import CannotProceed

PARTIAL = ".partial"
"""Ends the name of a file that is not in place yet; the name starts with a dot."""
INTENT = f".intent{PARTIAL}"
"""Name of the list of files that are complete and wait to be renamed."""
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; no file that the program reads needs more."""
LINK = "it is a shortcut to another place (a symbolic link), which is not followed"
NOT_ORDINARY = "it is a folder, a pipe or a device, not a file"
_OPENAT = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
"""Whether the system opens a file relative to an open folder; Windows does not."""
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


# Reading


def read_file(root: Path, path: str, most: int = LARGEST_FILE) -> bytes:
    """The bytes of an ordinary file below a root.

    Args:
        root: Where links end to be followed; its own path may hold some.
        path: Relative to the root, with forward slashes.
        most: Bytes; a longer file is not read.

    Raises:
        OSError: It is missing, or cannot be read; a link, a pipe or a file that is too long says so in `strerror`.
    """
    return _content_of(_open_below(root, path), path, most)


def read_files(root: Path, paths: Iterable[str], most: int = LARGEST_FILE) -> Iterator[tuple[str, bytes | OSError]]:
    """Each path with what `read_file` gives or raises, one in memory at a time.

    A folder that holds several files in a row is opened once.
    """
    opened: tuple[tuple[str, ...], int] | None = None
    try:
        for path in paths:
            *folders, name = _steps(path)
            found: bytes | OSError
            try:
                if not _OPENAT:
                    found = read_file(root, path, most)
                else:
                    if opened is None or opened[0] != tuple(folders):
                        if opened is not None:
                            os.close(opened[1])
                            opened = None
                        opened = (tuple(folders), _open_folder(root, tuple(folders)))
                    found = _content_of(_open_in(opened[1], name, path), path, most)
            except OSError as error:
                found = error
            yield path, found
    finally:
        if opened is not None:
            os.close(opened[1])


def read_named_file(file: Path, most: int = LARGEST_FILE) -> bytes:
    """The bytes of a file that a person named, through links; OSError as for `read_file`."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, NOT_ORDINARY, str(file))
    return _content_of(os.open(file, _READ), str(file), most)


def named_file_size(file: Path) -> int:
    """The size in bytes of a file that a person named, 0 where it is missing; OSError as for `read_file`."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, NOT_ORDINARY, str(file))
    return found.st_size


def is_file(root: Path, path: str) -> bool:
    """Whether there is an ordinary file below a root, without a link on the way."""
    try:
        return stat.S_ISREG(_look(root, path).st_mode)
    except OSError:
        return False


def file_size(root: Path, path: str) -> int:
    """The size in bytes of an ordinary file below a root; OSError as for `read_file`."""
    found = _look(root, path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, NOT_ORDINARY, path)
    return found.st_size


def names_in(root: Path, path: str = "") -> list[str]:
    """The names in a root or a folder below it, sorted; none where it is missing. OSError for a link or no folder."""
    try:
        if not _OPENAT:
            if path:
                _look(root, path)
            return sorted(os.listdir(root / path))  # noqa: PTH208 - names as the disk has them
        handle = _open_folder(root, _steps(path) if path else ())
    except FileNotFoundError:
        return []
    try:
        return sorted(os.listdir(handle))  # noqa: PTH208 - of an open folder
    finally:
        os.close(handle)


def states_in(root: Path, path: str = "") -> dict[str, os.stat_result]:
    """What the system says about each entry of a folder below a root, by name; none where the folder cannot be read."""
    found: dict[str, os.stat_result] = {}
    try:
        if not _OPENAT and path:
            _look(root, path)
        handle = _open_folder(root, _steps(path) if path else ()) if _OPENAT else root / path
    except OSError:
        return {}
    try:
        with os.scandir(handle) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):  # just being replaced
                    found[entry.name] = entry.stat(follow_symlinks=False)
    except OSError:
        return {}
    else:
        return found
    finally:
        if isinstance(handle, int):
            os.close(handle)


def states_below(folder: str, *, deep: bool, left_out: str) -> Iterator[tuple[str, os.stat_result]]:
    """Path and state of each entry of a folder, by name; links are not followed. OSError for one that cannot be read.

    Args:
        folder: Its path.
        deep: True: with everything below it.
        left_out: A name that is left out, with what is below it; empty for none.
    """
    with os.scandir(folder) as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name != left_out:
            state = entry.stat(follow_symlinks=False)
            yield entry.path, state
            if deep and stat.S_ISDIR(state.st_mode):
                yield from states_below(entry.path, deep=True, left_out=left_out)


def paths_below(root: Path, path: str, *, hidden: bool = False) -> Iterator[str]:
    """Every ordinary file below a folder, relative to the root, in order; links and hidden names are left out.

    Args:
        root: Where the path begins.
        path: The folder; nothing is found where it is missing, a link or no folder.
        hidden: True: with names that begin with a dot.
    """
    for found, mode in _entries(root, path):
        if stat.S_ISREG(mode) and (hidden or not any(step.startswith(".") for step in _steps(found))):
            yield found


def refused_below(root: Path, path: str) -> Iterator[tuple[str, str]]:
    """Everything that is not read at a path or below it, with the reason: links, pipes and the like."""
    try:
        mode = _look(root, path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        yield path, error.strerror or type(error).__name__
        return
    entries = [(path, mode)] if not stat.S_ISDIR(mode) else _entries(root, path)
    for found, kind in entries:
        if not stat.S_ISREG(kind):
            yield found, LINK if stat.S_ISLNK(kind) else NOT_ORDINARY


def _entries(root: Path, path: str) -> Iterator[tuple[str, int]]:
    """Path and mode of everything below a folder that is not a folder itself; a junction has the mode of a link."""
    for name, state in sorted(states_in(root, path).items()):
        found, mode = f"{path}/{name}", stat.S_IFLNK if _is_link(state) else state.st_mode
        if stat.S_ISDIR(mode):
            yield from _entries(root, found)
        else:
            yield found, mode


def _steps(path: str) -> tuple[str, ...]:
    """The steps of a path below a root; ValueError for one that leads out of it."""
    steps = PurePosixPath(path).parts
    if not steps or steps[0] == "/" or ".." in steps or "\0" in path:
        raise ValueError(f"{path!r} is no path below a root")
    return steps


def _look(root: Path, path: str) -> os.stat_result:
    """What is at a path below a root. OSError where there is nothing, or a link at it or on the way."""
    place = root
    found = None
    for step in _steps(path):
        place = place / step
        found = place.lstat()
        if _is_link(found):
            raise OSError(errno.ELOOP, LINK, place.relative_to(root).as_posix())
    assert found is not None
    return found


def _is_link(found: os.stat_result) -> bool:
    """A symbolic link, or a junction of Windows."""
    tag = getattr(found, "st_reparse_tag", 0)
    return stat.S_ISLNK(found.st_mode) or (tag != 0 and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None))


def _open_below(root: Path, path: str) -> int:
    """A handle of an ordinary file, opened step by step so that no step can be a link."""
    if not _OPENAT:
        if not stat.S_ISREG(_look(root, path).st_mode):
            raise OSError(errno.EINVAL, NOT_ORDINARY, path)
        return os.open(root / path, _READ)
    *folders, name = _steps(path)
    folder = _open_folder(root, tuple(folders))
    try:
        return _open_in(folder, name, path)
    finally:
        os.close(folder)


def _open_in(folder: int, name: str, path: str) -> int:
    """A handle of an ordinary file of an open folder; `path` is for the message.

    It is looked at first, because opening some kinds of file has effects; and again when it is open.
    """
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, LINK, path)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, NOT_ORDINARY, path)
    return os.open(name, _READ | os.O_NOFOLLOW, dir_fd=folder)


def _open_folder(root: Path, steps: tuple[str, ...]) -> int:
    """A handle of a folder below a root, opened step by step; OSError for a link."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for count, step in enumerate(steps, start=1):
        try:
            inner = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
        except OSError as error:
            if _is_link_in(handle, step):
                raise OSError(errno.ELOOP, LINK, "/".join(steps[:count])) from None
            raise error from None
        finally:
            os.close(handle)
        handle = inner
    return handle


def _is_link_in(folder: int, name: str) -> bool:
    try:
        return _is_link(os.stat(name, dir_fd=folder, follow_symlinks=False))
    except OSError:
        return False


def _content_of(handle: int, path: str, most: int) -> bytes:
    """What an open file holds; the handle is closed."""
    with open(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, NOT_ORDINARY, path)
        if found.st_size > most:
            raise OSError(errno.EFBIG, f"it is longer than {most} bytes", path)
        content = file.read(found.st_size + 1)  # no more: room for all that is asked for is made first
        if len(content) > found.st_size:
            content += file.read(most + 1 - len(content))
    if len(content) > most:  # it grew meanwhile
        raise OSError(errno.EFBIG, f"it is longer than {most} bytes", path)
    return content


# Writing


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
    _refuse_links(folder, manifest.parent, manifest)
    present = set(_files(folder))
    known = _read_manifest(manifest)
    foreign = sorted(present - known - set(wanted)) if known else sorted(present)
    if foreign:
        raise CannotProceed(
            f"The folder holds {len(foreign)} file(s) that this program did not write: "
            f"{', '.join(foreign[:3])}{' and more' if len(foreign) > 3 else ''}.",
            where=str(folder),
            hint="Move them away, or delete the folder if nothing in it is needed: it is made anew each time.",
        )
    try:
        return _replace(folder, manifest, wanted, present)
    except OSError as error:
        raise CannotProceed(
            f"{error.filename or folder} could not be written: {error.strerror or error}.",
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
        if path in present and _content(folder, path) == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        changed += 1
    _write_manifest(manifest, set(wanted))
    return changed


def is_portable(path: str) -> bool:
    """Whether a relative path can be one on every system, and in a list of paths: text, without controls."""
    return path.isprintable() and not any(character in path for character in "\\:")


def _safe_path(path: str) -> str:
    """The path, if it stays inside the folder on every system; else ValueError."""
    parts = PurePosixPath(path).parts
    if not parts or path != "/".join(parts) or ".." in parts or any(character in path for character in "\\:\0"):
        raise ValueError(f"a document cannot be called {path!r}")
    return path


def _refuse_links(folder: Path, above: Path, manifest: Path) -> None:
    """A link would direct writing and deleting to another folder."""
    for place in (above, folder):
        mode = _mode(place)
        if mode is not None and not stat.S_ISDIR(mode):
            raise CannotProceed(
                f"{place.as_posix()} is a link or a file, not a folder, so nothing is written there.",
                where=str(place),
                hint="Remove the link or file; the folder is made by this program.",
            )
    mode = _mode(manifest)
    if mode is not None and not stat.S_ISREG(mode):
        raise CannotProceed(
            f"{manifest.as_posix()} is not an ordinary file, so nothing is written there.",
            where=str(manifest),
            hint="Remove it; the file is made by this program.",
        )


def _mode(place: Path) -> int | None:
    """The kind of what is at a place, a link as such (a junction too); None where nothing can be seen."""
    try:
        found = place.lstat()
    except OSError:
        return None
    return stat.S_IFLNK if _is_link(found) else found.st_mode


def _files(folder: Path) -> Iterable[str]:
    """Every file below, as a path with forward slashes. Raises CannotProceed for a link, a pipe and the like."""
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            entry = Path(place) / name
            mode = _mode(entry)
            if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise CannotProceed(
                    f"{entry.as_posix()} is a link or no ordinary file, so nothing is written there.",
                    where=str(entry),
                    hint="Remove it; this program makes the folder anew each time.",
                )
        yield from ((Path(place) / name).relative_to(folder).as_posix() for name in names)


def _read_manifest(manifest: Path) -> set[str]:
    try:
        return set(read_file(manifest.parent, manifest.name).decode("utf-8").split("\n")) - {""}
    except (FileNotFoundError, UnicodeDecodeError):
        return set()
    except OSError as error:
        raise CannotProceed(
            f"{manifest.as_posix()} cannot be read: {error.strerror or type(error).__name__}.",
            where=str(manifest),
            hint="Remove it, and the folder beside it that it describes: both are made by this program.",
        ) from error


def _write_manifest(manifest: Path, paths: set[str]) -> None:
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("".join(f"{path}\n" for path in sorted(paths)), encoding="utf-8", newline="\n")


def _remove_empty(folder: Path, place: Path) -> None:
    while place != folder and not any(place.iterdir()):
        place.rmdir()
        place = place.parent


def create_files(root: Path, documents: Sequence[Document]) -> list[Path]:
    """Write new files, all or none; each appears with its whole content or not at all.

    Raises:
        FileExistsError: One of them is there already.
        CannotProceed: A link is on the way, or a file cannot be written, for example because the disk is full.
    """
    done: list[Path] = []
    made: list[Path] = []
    try:
        for document in documents:
            refuse_links(root, document.path)
            file = root / document.path
            made.extend(_make_folder(file.parent))
            _create_whole(file, document.content)
            done.append(file)
    except BaseException as error:
        for file in done:
            file.unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError) and not isinstance(error, FileExistsError):
            raise _cannot_write(error, root) from error
        raise
    _sync(file.parent for file in done)
    return done


def _create_whole(file: Path, content: bytes) -> None:
    """Write a file beside its place, then give it its name; FileExistsError where the name is taken."""
    if _mode(file) is not None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
    beside = _partial(file)
    try:
        _write_whole(beside, content)
        try:
            os.link(beside, file)  # unlike a rename, it never replaces a file
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            beside.rename(file)
    finally:
        beside.unlink(missing_ok=True)


def delete_files(root: Path, paths: Iterable[str]) -> None:
    """Delete files, and folders that become empty; CannotProceed where one of them cannot be deleted.

    Raised before anything is deleted where a link leads elsewhere.
    """
    listed = list(paths)
    for path in listed:
        refuse_links(root, path.rpartition("/")[0] or path)
    for path in listed:
        try:
            (root / path).unlink()
            for folder in (root / path).parents:
                if folder == root or any(folder.iterdir()):
                    break
                folder.rmdir()
        except OSError as error:
            raise CannotProceed(
                f"A file could not be deleted: {error.strerror or type(error).__name__}.",
                where=str(root / path),
                hint="Check the permissions. What was deleted before it, Git has: git restore .",
            ) from error


def write_file(root: Path, path: str, content: bytes) -> Path:
    """Write one file below a root, replacing an older one as a whole.

    CannotProceed where a link is on the way, something other than a file is in its place, or the disk is full.
    """
    refuse_links(root, path)
    file = root / path
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_beside(file, content)
        _partial(file).replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            _partial(file).unlink(missing_ok=True)
        raise _cannot_write(error, root) from error
    return file


def append_to_named_file(file: Path, content: bytes) -> None:
    """Add to the end of a file that a person or a workflow named; OSError as for `read_file`, or for a full disk."""
    named_file_size(file)
    with file.open("ab") as handle:
        handle.write(content)


def refuse_links(root: Path, path: str) -> None:
    """CannotProceed where a link at a path below a root, or on the way there, would lead writing elsewhere."""
    place = root
    for step in _steps(path):
        place = place / step
        mode = _mode(place)
        if mode is None:
            return
        if stat.S_ISLNK(mode):
            raise CannotProceed(
                f"`{place.relative_to(root).as_posix()}` is a symbolic link, so nothing is written there.",
                where=str(place),
                hint="Replace the link by a folder or file, or run the command where it leads to.",
            )


def write_set(root: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write files (paths relative to the root, forward slashes) as a set; returns the paths whose bytes changed.

    All are below one folder. First completes what a killed run left there. Raises CannotProceed, and leaves the tree as
    it was, where a file cannot be written.
    """
    for path in files:
        refuse_links(root, path)
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
            listed = {path: _digest(root, path) for path in changed if path.startswith(f"{top}/")}
            _write_whole(root / top / INTENT, json.dumps(listed).encode())
            _sync([root / top])
    except OSError as error:
        _undo(root, changed, created)
        raise _cannot_write(error, root) from error
    _rename_all(root, changed, created)
    return tuple(changed)


def changed_files(root: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that are missing or have another content."""
    return {path: content for path, content in files.items() if _content(root, path) != content}


def finish(root: Path, top: str) -> None:
    """Complete the set of a killed run below the folder `top`, or remove its leftovers where it had no list yet.

    A file that has changed since is left as it is.
    """
    refuse_links(root, top)
    if not (root / top).is_dir():
        return
    try:
        intended = _intended(root, top)
        for path, before in intended.items():
            waiting = _partial(root / path).relative_to(root).as_posix()
            if is_file(root, waiting) and _digest(root, path) == before:
                _partial(root / path).replace(root / path)
        _sync((root / path).parent for path in intended)
    except OSError as error:
        raise _cannot_write(error, root) from error
    for leftover in list(paths_below(root, top, hidden=True)):
        name = PurePosixPath(leftover).name
        if name.startswith(".") and name.endswith(PARTIAL):
            with contextlib.suppress(OSError):
                (root / leftover).unlink()


def _intended(root: Path, top: str) -> dict[str, str | None]:
    """The paths of a killed run's list, each with the digest of the content to be replaced; empty without a list."""
    try:
        listed = json.loads(read_file(root, f"{top}/{INTENT}"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {path: before for path, before in listed.items() if _is_below(path, top)} if isinstance(listed, dict) else {}


def _digest(root: Path, path: str) -> str | None:
    content = _content(root, path)
    return None if content is None else hashlib.sha256(content).hexdigest()


def _is_below(path: str, top: str) -> bool:
    parts = PurePosixPath(path).parts
    writable = path.isprintable() and "\\" not in path  # half a surrogate pair, which JSON can spell, is not
    return len(parts) > 1 and parts[0] == top and ".." not in parts and writable


def _tops(files: Mapping[str, bytes]) -> list[str]:
    return sorted({path.split("/")[0] for path in files if "/" in path})


def _rename_all(root: Path, changed: Mapping[str, bytes], created: list[Path]) -> None:
    """Rename every file into place; where that fails half-way, restore the old contents."""
    before = {path: _content(root, path) for path in changed}
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


def _content(root: Path, path: str) -> bytes | None:
    try:
        return read_file(root, path)
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
        file.unlink(missing_ok=True)  # a leftover, or a link that somebody put there
        with file.open("xb") as handle:
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
def lock(root: Path, doing: str = "writing snapshots", *, wait: bool = False) -> Iterator[None]:
    """Keep other runs from doing the same in a folder while the block runs.

    Two runs at once could each find a day missing and write it, the later one over the more complete one. The lock is
    the system's own and is on the folder itself: no file appears in it, runs of other users are kept out too, and it
    ends with its process, however that ends. Where a network file system has no locks, no run is kept out.

    Args:
        root: The folder.
        doing: What the other run is doing, for the message.
        wait: True: wait until the other run has ended, for what takes a moment.

    Raises:
        CannotProceed: Another run holds the lock.
    """
    handle = _open_for_lock(root, doing)
    try:
        if not _locked(handle, wait=wait):
            raise _locked_by_another(root, doing)
        yield
    finally:
        os.close(handle)


def is_free(folder: Path) -> bool:
    """Whether no process holds a folder's lock. Where that cannot be known (on Windows), it counts as held."""
    if sys.platform == "win32":
        return False
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return _locked(handle, wait=False)
    finally:
        os.close(handle)


def _locked(handle: int, *, wait: bool) -> bool:
    from filelock import lock_descriptor  # noqa: PLC0415 - slow to import, and most commands do not write

    try:
        return lock_descriptor(handle, blocking=wait)
    except OSError:
        return True


def _open_for_lock(root: Path, doing: str) -> int:
    if sys.platform == "win32":  # where a folder cannot be opened: a file that the system removes with its last handle
        try:
            return os.open(root / ".backlog.lock", os.O_CREAT | os.O_RDWR | os.O_TEMPORARY)
        except PermissionError:  # its removal waits for the run that holds it
            raise _locked_by_another(root, doing) from None
    return os.open(root, os.O_RDONLY)


def _locked_by_another(root: Path, doing: str) -> CannotProceed:
    return CannotProceed(
        f"Another run of backlog is {doing} in this folder.",
        where=str(root),
        hint="Nothing was changed. Wait until it has ended, then run the command again.",
    )
