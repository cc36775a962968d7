# SPDX-License-Identifier: Apache-2.0
"""The door for documents: a folder that this program owns is made to hold exactly these files.

What the folder holds is listed beside it, in a manifest. Only files on that list are ever removed or replaced; a file
that somebody else put there ends the command, because it would be published or lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.document import Document


def write(documents: Iterable[Document], folder: Path, manifest: Path) -> int:
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
