# SPDX-License-Identifier: Apache-2.0
"""`backlog pack`: one file for an insurer or an auditor, which can be checked without this program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from secure_score_backlog import __version__, files
from secure_score_backlog.cli import options, output
from secure_score_backlog.cli.approvals import target
from secure_score_backlog.dates import newest_ended
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.files import Document
from secure_score_backlog.wording import plural

if TYPE_CHECKING:
    from secure_score_backlog.evidence.layout import Pack
    from secure_score_backlog.recorded_packs import RecordedPack
    from secure_score_backlog.time_stamping import Stamped

VARIABLE = "BACKLOG_TIMESTAMP_URL"
FROM, TO, PROFILE = "BACKLOG_PACK_FROM", "BACKLOG_PACK_TO", "BACKLOG_PACK_PROFILE"
"""What a person typed who started the workflow: outside text, which is in no script."""
PERIODS = {"month": 1, "quarter": 3, "year": 12}
"""How many months of the calendar each has."""


@click.command()
@options.root
@click.option("--from", "start", type=options.Day(), envvar=FROM, help="First day of the period (UTC).")
@click.option("--to", "end", type=options.Day(), envvar=TO, help="Last day of the period (UTC): the as-of date.")
@click.option(
    "--period",
    type=click.Choice(tuple(PERIODS)),
    help="The newest one that has ended, where --from and --to are left out.",
)
@click.option(
    "--profile",
    type=click.Choice(("internal", "insurer")),
    required=True,
    envvar=PROFILE,
    help="Who the pack is for. insurer: what readers outside may see.",
)
@click.option(
    "--output",
    "place",
    type=click.Path(path_type=Path),
    required=True,
    help="The zip to write, a new file; or a folder, in which it is called pack-FROM-TO-PROFILE.zip.",
)
@click.option(
    "--repository",
    metavar="OWNER/NAME",
    help="The repository to name in the pack. Default: that of backlog.yml; for an insurer none.",
)
@click.option(
    "--with-names",
    "named",
    is_flag=True,
    help="For an insurer: enclose the commits of people as well. They hold names and mail addresses, and list every "
    "decision by the id of its recommendation.",
)
@click.option(
    "--record",
    is_flag=True,
    help="Add the digest of the pack to snapshots/packs.json, to be committed: the next pack names it as its "
    "predecessor.",
)
@options.into("snapshots/packs.json")
@click.option(
    "--timestamp-url",
    "authority",
    metavar="URL",
    envvar=VARIABLE,
    help="Ask this authority for a time stamp of the digest (RFC 3161), and write it beside the pack as FILE.tsr. The "
    f"authority gets the digest and nothing else. Or {VARIABLE}.",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="The pack before this one, a zip or a folder, where none is recorded: its commit and digest go into this one.",
)
@options.as_json
def command(
    *,
    root: Path,
    start: date | None,
    end: date | None,
    period: str | None,
    profile: str,
    place: Path,
    repository: str | None,
    named: bool,
    record: bool,
    into: Path | None,
    authority: str | None,
    previous: Path | None,
    as_json: bool,
) -> int:
    """Put the site, tables, sources and Git's history of a period into one zip that can be checked.

    It holds VERIFY.md, which says how to check it with git and sha256sum alone. Only what is committed goes in, and the
    same commit and options give the same bytes. Prints the digest of the pack: keep it elsewhere, or send it apart.
    """
    from secure_score_backlog import time_stamping
    from secure_score_backlog.evidence import archive, packing, previous_pack
    from secure_score_backlog.evidence.layout import sums

    first, last = days(start, end, period)
    place = file_of(place, f"{first}-{last}-{profile}")
    refuse_options(place, repository, record=record, into=into)
    url = time_stamping.address(authority) if authority and authority.strip() else ""
    folder = target(root, into) if record else None
    before = previous_pack.of(previous) if previous else None
    output.say("Building the site and gathering what it rests on ...")
    wish = packing.Wish(first, last, profile, repository, named, before)
    made = packing.make(root, wish, today=options.now().date())
    if before and made.manifest.previous != before:
        raise WrongUsage(
            "The pack that is recorded last is another one than the pack before this one that you named.",
            where="--previous",
            hint="Leave out --previous: the record says which pack comes before.",
        )
    content = archive.written(made.documents)
    stamp = time_stamping.stamped(url, sums(made.manifest), made.digest) if url else None
    with recording(folder, made, stamp) if folder else nullcontext() as line:
        write(place, content, stamp, line)
    tell(made, Written(place, len(content), stamp, recorded=line is not None), as_json=as_json)
    return 0


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    place: Path
    size: int
    stamp: Stamped | None
    recorded: bool


def days(start: date | None, end: date | None, period: str | None) -> tuple[date, date]:
    """First and last day of the pack; WrongUsage where they are not said."""
    if start is not None and end is not None:
        return start, end
    if start is None and end is None and period is not None:
        return newest_ended(PERIODS[period], options.now().date())
    raise WrongUsage(
        "It is not said which days the pack is of.",
        where="--from, --to, --period",
        hint="Name both --from and --to, or leave both out and name a --period.",
    )


def file_of(place: Path, name: str) -> Path:
    """The zip: what was named, or a file with a name of its own in the folder that was named."""
    return place if place.suffix.lower() == ".zip" and not place.is_dir() else place / f"pack-{name}.zip"


def refuse_options(place: Path, repository: str | None, *, record: bool, into: Path | None) -> None:
    """WrongUsage for options that make no sense, before the site is built."""
    from secure_score_backlog.evidence.layout import REPOSITORY

    for each in (place, stamp_of(place)):
        if each.exists():
            raise taken(each)
    if repository is not None and not REPOSITORY.fullmatch(repository):
        raise WrongUsage("The repository is not written as OWNER/NAME.", hint="Write, for example, contoso/backlog.")
    if into and not record:
        raise WrongUsage("Without --record nothing is written to --into.", where="--into", hint="Add --record.")


def stamp_of(place: Path) -> Path:
    """Where the time stamp of a pack is."""
    from secure_score_backlog.evidence.time_stamps import ENDING

    return place.with_name(f"{place.name}{ENDING}")


def write(place: Path, content: bytes, stamp: Stamped | None, line: Line | None) -> None:
    """Write the pack, its time stamp, and its record, as far as there are to be any; all or none."""
    stamp_place = stamp_of(place)
    documents = [Document(place.name, content)]
    documents += [Document(stamp_place.name, stamp.content)] if stamp else []
    try:
        files.create_files(place.parent, documents)
    except FileExistsError:  # meanwhile
        raise taken(place) from None
    try:
        if line:
            line.add()
    except CannotProceed:
        for each in (place, *([stamp_place] if stamp else [])):
            each.unlink(missing_ok=True)
        raise


def tell(made: Pack, written: Written, *, as_json: bool) -> None:
    """What was made: for people, for programs, and for later steps of a workflow."""
    from secure_score_backlog.exports.json import encode
    from secure_score_backlog.recorded_packs import PACKS_PATH

    manifest, place, stamp = made.manifest, written.place, written.stamp
    for remark in made.remarks:
        output.say(remark)
    number = plural(len(made.documents), "file")
    period = f"{manifest.start} to {manifest.end}"
    output.say(f"{number}, {written.size / 1_000_000:.1f} MB, for the profile {manifest.profile}, {period}.")
    if manifest.left_out:
        output.say(f"Left out, and listed with their ids: {plural(len(manifest.left_out), 'source')}.")
    output.say("The digest is the SHA-256 of MANIFEST.sha256 in the pack, not of the zip.")
    if stamp:
        by = f" by {stamp.stamp.authority}" if stamp.stamp.authority else ""
        output.say(f"Stamped on {stamp.stamp.at:%Y-%m-%d %H:%M:%S} (UTC){by}: {stamp_of(place)}.")
    if written.recorded:
        output.say(f"Recorded in {PACKS_PATH}. Commit it, or run `backlog publish`.")
    if str(place).isprintable():
        name = f"pack-{manifest.start}-{manifest.end}-{manifest.profile}-{made.digest[:12]}"
        output.set_outputs({"file": str(place), "digest": made.digest, "name": name})
    if as_json:
        said = {"file": str(place), "bytes": written.size, "digest": made.digest, "commit": manifest.commit}
        at = f"{stamp.stamp.at:%Y-%m-%dT%H:%M:%SZ}" if stamp else None
        output.product_json(encode({**said, "recorded": written.recorded, "stamped": at}))
    else:
        output.product(f"{made.digest}  {place}")


@dataclass(frozen=True, slots=True)
class Line:
    """The record of packs, to which a pack is added once its file is there."""

    folder: Path
    path: str
    before: tuple[RecordedPack, ...]
    new: RecordedPack

    def add(self) -> None:
        """Write the record; CannotProceed where that fails."""
        from secure_score_backlog.recorded_packs import encode

        files.write_set(self.folder, {self.path: encode([*self.before, self.new])})


@contextmanager
def recording(folder: Path, made: Pack, stamp: Stamped | None) -> Iterator[Line]:
    """The record of a folder, locked; CannotProceed where another pack was recorded since the commit that was read."""
    from secure_score_backlog.recorded_packs import PACKS_PATH, RecordedPack, load_packs
    from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
    from secure_score_backlog.snapshots.store import SnapshotFolder

    manifest = made.manifest
    previous = manifest.previous.digest if manifest.previous else None
    with files.lock(folder):
        files.finish(folder, SNAPSHOTS)
        stored, problems = load_packs(SnapshotFolder(folder))
        if problems:
            raise CannotProceed(problems[0].message, where=str(folder / PACKS_PATH), hint=problems[0].hint)
        last = stored[-1].digest if stored else None
        if stored and last != previous:
            raise CannotProceed(
                "The folder records a newer pack than the commit that was read, so this one would not follow it.",
                where=str(folder / PACKS_PATH),
                hint="Nothing was written. Commit the record (`backlog publish`), fetch it (git pull), and make the "
                "pack again.",
            )
        new = RecordedPack(
            made.digest, previous, manifest.profile, manifest.start, manifest.end, manifest.commit, manifest.read,
            options.now(), __version__, stamp.content if stamp else b"",
        )  # fmt: skip
        yield Line(folder, PACKS_PATH, stored, new)


def taken(place: Path) -> WrongUsage:
    """The error where the file is there already."""
    return WrongUsage(
        f"The file {place} is there already.", where=str(place), hint="Name a new file, or move this one away."
    )
