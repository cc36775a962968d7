# SPDX-License-Identifier: Apache-2.0
"""Verifies a pack: what holds, what does not, and what could not be checked (docs/method.md#pack).

Without a network. Everything in a pack is somebody else's: it is read, compared and made again, and never run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from secure_score_backlog.errors import BacklogError, CannotProceed
from secure_score_backlog.evidence import archive, chain, guide, history_checks, pages, remaking, time_stamps
from secure_score_backlog.evidence.enclosing import gathered
from secure_score_backlog.evidence.git_objects import COMMIT_KIND, BadObject, Objects
from secure_score_backlog.evidence.history_checks import SHOWN, Enclosed
from secure_score_backlog.evidence.layout import (
    KEYS,
    MANIFEST,
    SUMS,
    BadManifest,
    File,
    Manifest,
    OtherForm,
    Previous,
    kind_of,
    parse,
    sha256,
    sums,
)
from secure_score_backlog.evidence.makers import other_libraries, other_program, undecided
from secure_score_backlog.evidence.outcome import Check, Item, Verification, checked, unknown
from secure_score_backlog.evidence.signatures import Keys, github_keys
from secure_score_backlog.files import Document
from secure_score_backlog.git import Repository, open_repository
from secure_score_backlog.recorded_packs import PACKS_PATH
from secure_score_backlog.recorded_packs import parse as parse_packs
from secure_score_backlog.settings import SETTINGS_PATH, parse_settings
from secure_score_backlog.text import shortened
from secure_score_backlog.wording import plural

FORM = "The archive has the form that the program writes, and no file can lie outside of it or over another."
LISTED = "The manifest lists exactly the files of the pack, each with its SHA-256."
DIGEST = "The digest is the one that was given."
OWN = "VERIFY.md and the keys are those of the program."
IN_REPOSITORY = "The repository has the commits of the pack on its main branch."
NO_SOURCES = "The profile leaves the sources out. Make the pack again from the repository: --repo DIR."

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person gave beside the pack."""

    repository: Path | None = None
    """A copy of the repository to compare with."""
    digest: str | None = None
    """The digest, from elsewhere."""
    keys: Keys = field(default_factory=Keys)
    earlier: Previous | None = None
    """A pack that the reader has from before."""
    stamps: tuple[tuple[str, bytes], ...] = ()
    """Time stamps of the pack, each with the name of its place."""
    authorities: time_stamps.Trusted = ()
    """Certificates of authorities whose time stamps count."""


def verify(place: Path, asked: Asked, say: Say = lambda _: None) -> Verification:
    """Everything that can be said about a pack.

    Raises:
        CannotProceed: There is nothing at the place that could be a pack, or the repository cannot be read.
    """
    contents = archive.read(place)
    found = [checked("form", FORM, (Item(each.path, each.message) for each in contents.faults))]
    files = contents.files
    digest = sha256(files[SUMS]) if SUMS in files else ""
    manifest, listed = manifest_check(files)
    found.append(listed)
    found.append(digest_check(digest, asked.digest))
    found += stamp_checks(files, digest, asked, manifest)
    if manifest is None:
        return Verification(str(place), digest, "", tuple(found))
    found += about_content(files, manifest, asked, say)
    about = f"{manifest.organisation}, {manifest.start} to {manifest.end}, profile {manifest.profile}"
    return Verification(str(place), digest, about, tuple(found), other_program(manifest))


def manifest_check(files: Mapping[str, bytes]) -> tuple[Manifest | None, Check]:
    """The manifest, and whether the files are those that it lists; None where it cannot be read."""
    if MANIFEST not in files:
        return None, checked("manifest", LISTED, [Item(MANIFEST, "It is missing.")])
    try:
        manifest = parse(files[MANIFEST])
    except OtherForm as error:
        raise CannotProceed(
            f"Another version of the program made this pack. {error}",
            where=MANIFEST,
            hint="Use that version. The steps of VERIFY.md but the last need no program.",
        ) from error
    except BadManifest as error:
        return None, checked("manifest", LISTED, [Item(MANIFEST, str(error))])
    items: list[Item] = []
    listed: dict[str, File] = {}
    for each in manifest.files:
        if each.path in listed or each.path in (MANIFEST, SUMS):
            items.append(Item(each.path, "The manifest lists it twice, or must not list it."))
        listed[each.path] = each
        if each.kind != kind_of(each.path):
            items.append(Item(each.path, f"The manifest says that it is {shortened(each.kind)}, which it is not."))
    if list(listed) != sorted(listed):
        items.append(Item(MANIFEST, "Its files are not sorted by path."))
    present = files.keys() - {MANIFEST, SUMS}
    items += [Item(path, "The manifest lists it, and it is missing.") for path in sorted(listed.keys() - present)]
    items += [Item(path, "The manifest does not list it.") for path in sorted(present - listed.keys())]
    items += [
        Item(path, "It is not the file that the manifest lists: it was changed.")
        for path in sorted(present & listed.keys())
        if (len(files[path]), sha256(files[path])) != (listed[path].bytes, listed[path].sha256)
    ]
    if files.get(SUMS) != sums(manifest):
        items.append(Item(SUMS, "It does not say what the manifest says."))
    return manifest, checked("manifest", LISTED, items, f"{plural(len(listed), 'file')} listed.")


def digest_check(digest: str, given: str | None) -> Check:
    """Whether the digest is the one that came from elsewhere."""
    if given is None:
        why = (
            "Whoever changes a file can write a new list. Compare the digest with one that reached you in another "
            "way: --digest."
        )
        return unknown("digest", DIGEST, why)
    if digest != given.lower():
        return checked("digest", DIGEST, [Item(SUMS, f"Its digest is {digest or 'missing'}.")])
    return checked("digest", DIGEST, [])


def stamp_checks(files: Mapping[str, bytes], digest: str, asked: Asked, manifest: Manifest | None) -> list[Check]:
    """The check of the time stamps beside the pack, and of the one that the repository records; none without any."""
    stamps = list(asked.stamps)
    if asked.repository is not None and manifest is not None and open_repository(asked.repository) is not None:
        records = parse_packs(record_in(asked.repository, manifest) or b"{}")[0]
        kept = next((each.stamp for each in records if each.digest == digest), b"")
        stamps += [(PACKS_PATH, kept)] if kept and kept not in {content for _, content in stamps} else []
    return [time_stamps.check(stamps, files.get(SUMS, b""), digest, asked.authorities)] if stamps else []


def about_content(files: Mapping[str, bytes], manifest: Manifest, asked: Asked, say: Say) -> list[Check]:
    """The checks of what is in a pack whose manifest can be read."""
    found, of_objects = history_checks.enclosed(files, manifest)
    checks = [
        own_files(files, manifest, found),
        of_objects,
        history_checks.history(found, files, manifest),
        history_checks.sources(found, files, manifest),
        history_checks.recorded(found, files, manifest),
        history_checks.signatures(found, manifest, asked.keys),
    ]
    if asked.repository is not None:
        whole, of_repository = from_repository(asked.repository, found, manifest)
        checks += [
            of_repository,
            chain.chained(files, manifest, whole or history_of(found), asked.earlier),
            chain.recorded(record_in(asked.repository, manifest), files, manifest, sha256(files.get(SUMS, b""))),
        ]
        if whole is not None:
            say("Making the pack again from the repository, to compare every file ...")
            return [*checks, *remaking.checks(whole, manifest, files, "the repository")]
    else:
        checks.append(chain.chained(files, manifest, history_of(found), asked.earlier))
    if found.whole and found.objects.contents:
        say("Making the pack again from the history that it encloses, to compare every file ...")
        return [*checks, *remaking.checks(found.objects, manifest, files, "the history that the pack encloses")]
    if found.whole:
        why = "The history of the pack cannot be read."
        codes = {"figures": remaking.FIGURES, "pages": remaking.PAGES}
        return [*checks, *(unknown(code, title, why) for code, title in codes.items())]
    return [
        *checks,
        undecided(pages.agreement(files, manifest.end), other_program(manifest)),
        undecided(pages.static_files(files), other_program(manifest) or other_libraries(manifest)),
        unknown("figures", remaking.FIGURES, NO_SOURCES),
    ]


def history_of(found: Enclosed) -> Objects | None:
    """The whole history that a pack encloses; None where it encloses none."""
    return found.objects if found.whole and found.objects.contents else None


def record_in(folder: Path, manifest: Manifest) -> bytes | None:
    """The packs that a repository records at its newest commit; None where it records none."""
    opened = open_repository(folder)
    assert opened is not None  # `from_repository` looked
    repository = Repository(opened.folder, manifest.folder)
    head = repository.run("rev-parse", "HEAD").decode("ascii").strip()
    blob = repository.files(head, SETTINGS_PATH).get(SETTINGS_PATH)
    branch = parse_settings(repository.content(blob)).settings.snapshots.branch if blob else None
    tip = (repository.tip(branch) if branch else None) or head
    found = repository.files(tip, PACKS_PATH).get(PACKS_PATH)
    return repository.content(found) if found else None


def own_files(files: Mapping[str, bytes], manifest: Manifest, found: Enclosed) -> Check:
    """What is the same in every pack with the same manifest."""
    expected = [guide.document(manifest, list(files), found.objects), Document(f"{KEYS}web-flow.asc", github_keys())]
    items = [
        Item(each.path, "It is not the one that this program writes.")
        for each in expected
        if files.get(each.path) != each.content
    ]
    if any(path.startswith(KEYS) and path != f"{KEYS}web-flow.asc" for path in files):
        items.append(Item(KEYS, "It holds a key that is not GitHub's."))
    return undecided(checked("own", OWN, items), other_program(manifest))


def from_repository(folder: Path, found: Enclosed, manifest: Manifest) -> tuple[Objects | None, Check]:
    """The whole history from a repository, and whether it still has the commits of the pack on its main branch."""
    repository = open_repository(folder)
    if repository is None:
        raise CannotProceed(
            "There is no Git repository in this folder.",
            where=str(folder),
            hint="Name a clone of the repository that the pack is of with --repo.",
        )
    references = {"HEAD": manifest.read, "refs/heads/main": manifest.read}
    try:
        whole = gathered(repository, references)
        if manifest.snapshots:
            name = _branch_of(whole, manifest)
            whole = gathered(repository, {**references, f"refs/heads/{name}": manifest.snapshots})
        line = repository.run("rev-list", "--first-parent", "HEAD", "--").decode("ascii").split()
    except BacklogError as error:
        item = Item(f"commit {manifest.read[:SHOWN]}", f"The repository does not have its history. {error.message}")
        return None, checked("repository", IN_REPOSITORY, [item])
    items = [
        Item(f"commit {commit[:SHOWN]}", "The main branch of the repository does not have it.")
        for commit in dict.fromkeys((manifest.commit, manifest.read))
        if commit not in line
    ]
    known = {identifier for identifier, (kind, _) in whole.contents.items() if kind == COMMIT_KIND}
    items += [
        Item(f"commit {identifier[:SHOWN]}", "The pack encloses it, and the repository does not have it.")
        for identifier, (kind, _) in found.objects.contents.items()
        if kind == COMMIT_KIND and identifier not in known
    ]
    return whole, checked("repository", IN_REPOSITORY, items)


def _branch_of(whole: Objects, manifest: Manifest) -> str:
    """The name of the snapshots' own branch, as the settings of the newest commit say."""
    try:
        blob = whole.blob_at(manifest.read, manifest.folder + SETTINGS_PATH)
    except (KeyError, BadObject):
        blob = None
    content = whole.content(blob, "blob") if blob else None
    return (parse_settings(content).settings.snapshots.branch if content else None) or "snapshots"
