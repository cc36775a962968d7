# SPDX-License-Identifier: Apache-2.0
"""`backlog verify`: what of a pack holds, what does not, and what could not be checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.evidence.outcome import Check, Result, Verification
from secure_score_backlog.text import printable
from secure_score_backlog.wording import plural

if TYPE_CHECKING:
    from secure_score_backlog.evidence.time_stamps import Trusted

SHOWN = 10
"""Items of one check that the text lists; --json has more."""
MARKS = {Result.HOLDS: "holds", Result.FAILS: "DOES NOT HOLD", Result.UNKNOWN: "not checked"}
MOST_KEYS = 100


@click.command()
@click.argument("pack", type=click.Path(path_type=Path))
@click.option(
    "--repo",
    "repository",
    type=click.Path(path_type=Path),
    help="A clone of the repository: makes the pack again from it, and compares every file.",
)
@click.option("--digest", metavar="SHA256", help="The digest of the pack, as it reached you in another way.")
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="A folder with public OpenPGP keys of people who sign commits, beside GitHub's.",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="A pack that you have from before, a zip or a folder: whether the chain of packs goes back to it.",
)
@click.option(
    "--stamp",
    type=click.Path(path_type=Path),
    help="The time stamp of the pack. Default: the file with the pack's name and .tsr behind it, where there is one.",
)
@click.option(
    "--authority",
    type=click.Path(path_type=Path),
    help="Certificates of time-stamping authorities that you trust, PEM or DER: a file, or a folder of them.",
)
@options.as_json
@click.option("--strict", is_flag=True, help="What could not be checked counts as well: exit 1.")
def command(
    *,
    pack: Path,
    repository: Path | None,
    digest: str | None,
    keys: Path | None,
    previous: Path | None,
    stamp: Path | None,
    authority: Path | None,
    as_json: bool,
    strict: bool,
) -> int:
    """Check a pack, a zip or the folder that it was unpacked in, without a network.

    Compares the files with the manifest, the ids and the order of the commits, the sources with the commits, the
    signatures, the recorded approvals, the chain of packs, the time stamp, and makes every figure and page again.
    Nothing of the pack is run.

    Exit 0: nothing was found to be wrong. Exit 1: something does not hold. Exit 3: the pack cannot be read.
    """
    from secure_score_backlog.evidence import previous_pack, verifying
    from secure_score_backlog.evidence.signatures import Keys
    from secure_score_backlog.exports.json import encode

    if digest is not None and not re.fullmatch(r"[0-9A-Fa-f]{64}", digest.strip()):
        raise WrongUsage("The digest is not a SHA-256.", hint="Copy its 64 letters and digits, without the file name.")
    try:
        known = Keys(read_keys(keys) if keys else ())
    except ValueError as error:
        raise CannotProceed(
            f"A key cannot be used: {error}.", where=str(keys), hint="Keep only public OpenPGP keys in the folder."
        ) from error
    asked = verifying.Asked(
        repository,
        digest.strip() if digest else None,
        known,
        previous_pack.of(previous) if previous else None,
        tuple(read_stamp(pack, stamp)),
        read_authorities(authority) if authority else (),
    )
    found = verifying.verify(pack, asked, output.say)
    if as_json:
        output.product_json(encode(found.plain()))
    else:
        output.product("\n".join(report(found)))
    weighs = found.count(Result.FAILS) + (found.count(Result.UNKNOWN) if strict else 0)
    return 1 if weighs else 0


def read_keys(folder: Path) -> list[tuple[str, bytes]]:
    """Name and bytes of each key in a folder; CannotProceed where it cannot be read."""
    from secure_score_backlog import files

    try:
        names = files.names_in(folder)
        return [
            (name, files.read_file(folder, name, 1 << 20))
            for name in names[:MOST_KEYS]
            if name.endswith((".asc", ".gpg", ".pgp", ".key"))
        ]
    except OSError as error:
        raise CannotProceed(
            f"The keys cannot be read: {error.strerror or type(error).__name__}.",
            where=str(folder),
            hint="Name a folder with files that end in .asc or .gpg.",
        ) from error


def read_stamp(pack: Path, given: Path | None) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the time stamp; nothing where none is named and none lies beside the pack."""
    from secure_score_backlog import files
    from secure_score_backlog.evidence.time_stamps import ENDING
    from secure_score_backlog.recorded_packs import LARGEST_STAMP

    whole = pack.resolve()
    beside = [whole.with_name(f"{whole.name}{ending}") for ending in (ENDING, f".zip{ENDING}")]
    place = given or next((each for each in beside if each.exists()), None)
    if place is None:
        return
    try:
        yield place.name, files.read_named_file(place, LARGEST_STAMP)
    except OSError as error:
        raise CannotProceed(
            f"The time stamp cannot be read: {error.strerror or type(error).__name__}.",
            where=str(place),
            hint="Name the file that `backlog pack --timestamp-url` wrote beside the pack: --stamp FILE.",
        ) from error


def read_authorities(place: Path) -> Trusted:
    """The certificates in a file, or in the files of a folder; CannotProceed where there is none."""
    from secure_score_backlog import files
    from secure_score_backlog.evidence.time_stamps import LARGEST_CERTIFICATES, certificates

    try:
        if place.is_dir():
            names = [name for name in files.names_in(place) if name.endswith((".pem", ".crt", ".cer", ".der"))]
            read = [(name, files.read_file(place, name, LARGEST_CERTIFICATES)) for name in names[:MOST_KEYS]]
        else:
            read = [(place.name, files.read_named_file(place, LARGEST_CERTIFICATES))]
        found = certificates(read)
    except (OSError, ValueError) as error:
        reason = (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)
        raise CannotProceed(
            f"The certificates cannot be read: {reason}.",
            where=str(place),
            hint="Name a file with certificates (PEM or DER), or a folder with files that end in .pem, .crt, .cer or "
            ".der.",
        ) from error
    if not found:
        raise CannotProceed(
            "There is no certificate in this folder.", where=str(place), hint="Put the authority's into it, as .pem."
        )
    return found


def report(found: Verification) -> Iterator[str]:
    """The verification for a person: the conclusion first."""
    yield conclusion(found)
    if found.about:
        yield f"Pack: {printable(found.about)}."
    if found.digest:
        yield f"Digest: {found.digest}."
    for each in found.checks:
        yield from lines(each)


def conclusion(found: Verification) -> str:
    """The result in a sentence or two."""
    unknown = found.count(Result.UNKNOWN)
    rest = f" {plural(unknown, 'check')} could not be made." if unknown else ""
    held = plural(found.count(Result.HOLDS), "check")
    if found.holds and found.undecided:
        maker = "another program" if found.other_program else "the same program with other libraries"
        return (
            f"It cannot be said whether this pack was changed: {maker} made it, and {plural(found.undecided, 'file')} "
            f"of it {'is' if found.undecided == 1 else 'are'} not what is made here. {held} held.{rest}"
        )
    if found.holds:
        return f"Nothing was found to be wrong: {held} held.{rest}"
    failed = [each for each in found.checks if each.result is Result.FAILS]
    first = next((item for each in failed for item in each.items), None)
    named = f" The first: {printable(first.path)}." if first else ""
    verb = "does" if len(failed) == 1 else "do"
    return f"This pack is not to be relied on: {plural(len(failed), 'check')} {verb} not hold.{named}{rest}"


def lines(check: Check) -> Iterator[str]:
    """One check, with what is wrong."""
    yield ""
    yield f"{MARKS[check.result]:<13}  {check.title}"
    for item in check.items[:SHOWN]:
        yield f"    {printable(item.path)}: {printable(item.message)}"
    rest = len(check.items) + check.more - SHOWN
    if rest > 0:
        yield f"    There {'is' if rest == 1 else 'are'} {rest} more; --json lists them."
    if check.note:
        yield f"    {printable(check.note)}"
