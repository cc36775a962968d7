# SPDX-License-Identifier: Apache-2.0
"""Makes a pack from a folder under Git: pages and figures as of the end of a period, and what they rest on.

The same commit, period and profile give the same files, wherever and whenever the pack is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.decisions.store import DECISIONS
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.evaluation.audit import draw
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evidence import archive, git_objects, guide
from secure_score_backlog.evidence.afterwards import ended_since, records
from secure_score_backlog.evidence.enclosing import gathered, on_the_way
from secure_score_backlog.evidence.git_objects import Objects, algorithm_of, object_path, read_objects, write_bundle
from secure_score_backlog.evidence.layout import (
    BUNDLE,
    COMMITS,
    DATA,
    KEYS,
    MANIFEST,
    OBJECTS,
    PACKS,
    REPORT,
    SITE,
    SUMS,
    File,
    LeftOut,
    Manifest,
    Pack,
    Previous,
    sha256,
    source_path,
    sums,
)
from secure_score_backlog.evidence.makers import stamped
from secure_score_backlog.evidence.report import as_text, report_of
from secure_score_backlog.evidence.report_answers import answered
from secure_score_backlog.evidence.report_pdf import report_pdf
from secure_score_backlog.evidence.report_values import About
from secure_score_backlog.evidence.signatures import github_keys
from secure_score_backlog.evidence.sources import Source, cited
from secure_score_backlog.exports.audit import plain_audit
from secure_score_backlog.exports.json import encoded
from secure_score_backlog.files import Document, paths_below, read_file
from secure_score_backlog.git import MainCommit, Repository, blob_id
from secure_score_backlog.recorded_packs import listed
from secure_score_backlog.reviews import DOCS
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.site import builder, leaks, profiles
from secure_score_backlog.site.builder import MARKER
from secure_score_backlog.site.rendering import Rendered, Wanted, refused, render_workspace
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.workspace import LAYOUT, Workspace, load

PROFILES = ("internal", "insurer")
"""The profiles that a pack can be for."""
READERS = {"internal": "readers of the organisation", "insurer": "insurers and their auditors"}
"""Who may read the report of a profile."""
DOWNLOADS = "downloads/"
FULL_AUDIT = f"{DATA}audit-report.json"
APPROVALS = f"{DATA}approvals.json"
NOT_PACKED = (MARKER, "404.html", "sitemap.xml", "sitemap.xml.gz")
"""Files of a built site that only a server or the next build needs."""
SAMPLE = 25
BRANCH = re.compile(r"[A-Za-z0-9._/-]{1,100}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for."""

    start: date
    end: date
    profile: str
    repository: str | None = None
    """OWNER/NAME; None: that of the settings, for readers of the organisation."""
    named: bool = False
    """True: a pack for an insurer holds the commits of people as well, which name them."""
    previous: Previous | None = None
    """The pack before, where the repository records none."""


def make(root: Path, wish: Wish, *, today: date) -> Pack:
    """The pack of a folder.

    Raises:
        WrongUsage: The period or the profile makes no sense, or the settings have an error.
        CannotProceed: The folder is not under Git, holds what is not committed, or its readers must not see something.
    """
    workspace = load(root, today=today)
    repository, head = _committed(workspace, root)
    refuse_period(workspace, wish)
    refuse_uncommitted(root, repository, head, own_branch=workspace.snapshot_branch is not None)
    profile = profiles.choose(workspace, wish.profile)
    with builder.workplace(root) as work:
        wanted = Wanted(as_of=wish.end, profile=profile.name, audited_from=wish.start)
        rendered = render_workspace(workspace, root, wanted, today=today, place=work.source)
        site = work.folder / "packed"
        builder.build(rendered.job, work, site, rendered.expected(), partial(_refuse_leaks, rendered))
        documents = [*_site(site), *_data(workspace, rendered)]
    seen = profiles.shown_to(rendered.facts, profile, rendered.guard)
    name = repository_name(rendered.facts, wish, outside=profile.outside)
    about = About(
        READERS[profile.name],
        wish.start,
        name,
        tip_at(workspace, wish.end),
        ended_since(workspace, rendered.facts),
        shown_records(rendered, outside=profile.outside),
    )
    report = report_of(seen, about, answered(seen))
    documents.append(Document(REPORT, report_pdf(report)))
    sources = cited(workspace, rendered.facts, wish.start)
    enclosed, left_out, objects = enclose(workspace, repository, rendered, sources, wish)
    documents += enclosed
    manifest = Manifest(
        profile=profile.name,
        organisation=seen.settings.organisation,
        start=wish.start,
        end=wish.end,
        repository=name,
        folder=repository.prefix,
        commit=tip_at(workspace, wish.end),
        read=head,
        snapshots=workspace.snapshot_branch.tip if workspace.snapshot_branch else None,
        named=wish.named or not profile.outside,
        previous=newest_pack(workspace) or wish.previous,
        left_out=tuple(left_out),
    )
    manifest = stamped(manifest)
    documents.append(Document(f"{KEYS}web-flow.asc", github_keys()))
    documents.append(guide.document(manifest, [each.path for each in documents], objects))
    made = finished(manifest, documents, rendered.remarks)
    refuse_names(each.path for each in made.documents)
    refuse_leaks(made, rendered, as_text(report), named=manifest.named)
    return made


def newest_pack(workspace: Workspace) -> Previous | None:
    """The newest pack that the repository records; None where it records none."""
    found = workspace.packs[-1:]
    return Previous(found[0].commit, found[0].digest) if found else None


def finished(manifest: Manifest, documents: Iterable[Document], remarks: tuple[str, ...] = ()) -> Pack:
    """The pack with its manifest and its sums."""
    listed = sorted(documents, key=lambda each: each.path)
    manifest = replace(manifest, files=tuple(File.of(each) for each in listed))
    listed += [Document(MANIFEST, manifest.encode()), Document(SUMS, sums(manifest))]
    return Pack(manifest, tuple(sorted(listed, key=lambda each: each.path)), remarks)


# What is refused


def _committed(workspace: Workspace, root: Path) -> tuple[Repository, str]:
    """The repository, and its newest commit; CannotProceed where there is none."""
    if workspace.repository is None or workspace.head is None:
        raise CannotProceed(
            "There is nothing to pack: this folder is not under Git, or nothing is committed.",
            where=str(root.resolve()),
            hint="Commit the folder first (git init, git add ., git commit), or name a repository with --root.",
        )
    return workspace.repository, workspace.head.commit


def refuse_period(workspace: Workspace, wish: Wish) -> None:
    """WrongUsage for a period that nothing is known of, or a profile that no pack is for."""
    if wish.profile not in PROFILES:
        raise WrongUsage(
            f"There is no pack for the profile {wish.profile}.", hint=f"Name one of: {', '.join(PROFILES)}."
        )
    if wish.start > wish.end:
        raise WrongUsage(f"The period begins ({wish.start}) after it ends ({wish.end}).", hint="Swap --from and --to.")
    if wish.end > workspace.newest_day:
        raise WrongUsage(
            f"The period ends on {wish.end}, after the newest commit and snapshot ({workspace.newest_day}).",
            hint="Name an earlier day with --to, or fetch what is newer (git pull).",
        )
    first = workspace.commits[0].version.at.date()
    if wish.end < first:
        raise WrongUsage(
            f"The period ends on {wish.end}, before the first commit ({first}).", hint="Name a later day with --to."
        )


def refuse_uncommitted(root: Path, repository: Repository, head: str, *, own_branch: bool) -> None:
    """CannotProceed where the folder differs from its newest commit in anything that is read, with the first paths."""
    folders = [DECISIONS, DOCS, *([] if own_branch else [SNAPSHOTS])]
    committed: dict[str, str] = {}
    for folder in folders:
        committed |= repository.files(head, f"{folder}/")
    for path in (SETTINGS_PATH, LAYOUT):
        committed |= {found: blob for found, blob in repository.files(head, path).items() if found == path}
    here = {path for folder in folders for path in paths_below(root, folder)}
    here |= {path for path in (SETTINGS_PATH, LAYOUT) if (root / path).exists()}
    shown = {path for path in committed if not any(step.startswith(".") for step in path.split("/"))}
    algorithm = algorithm_of(head)
    differ = sorted(
        (here ^ shown) | {p for p in here & shown if blob_id(read_file(root, p), algorithm) != committed[p]}
    )
    if differ:
        more = f" and {len(differ) - 3} more" if len(differ) > 3 else ""
        raise CannotProceed(
            f"The folder differs from its newest commit: {', '.join(differ[:3])}{more}. A pack has what is committed.",
            where=str(root.resolve()),
            hint="Commit the changes, or take them back (git stash --include-untracked). If nothing was changed, Git "
            "wrote other line ends: set `* text=auto eol=lf` in .gitattributes and check the files out again.",
        )


def refuse_names(paths: Iterable[str]) -> None:
    """CannotProceed for files that not every system can keep apart."""
    listed = sorted(paths)
    faults = [
        *(archive.Fault(path, problem) for path in listed if (problem := archive.name_fault(path))),
        *archive.name_faults(listed),
    ]
    if faults:
        raise CannotProceed(
            f"The pack cannot be unpacked everywhere. {faults[0].path}: {faults[0].message}",
            where=faults[0].path,
            hint="Rename the file in the repository.",
        )


def _refuse_leaks(rendered: Rendered, built: Iterator[tuple[str, bytes]]) -> None:
    """CannotProceed where the built site holds what its readers must not see."""
    refused(leaks.scan(built, rendered.guard), rendered.profile, "Nothing was written")


def refuse_leaks(made: Pack, rendered: Rendered, report: bytes, *, named: bool) -> None:
    """The same for everything else of a pack for readers outside; not the commits that are meant to name people.

    `report`: the words of the report, as the search cannot read a PDF.
    """
    if not rendered.profile.outside:
        return
    searched = (
        (each.path, report if each.path == REPORT else each.content)
        for each in made.documents
        if not each.path.startswith(SITE) and not (named and each.path.startswith(OBJECTS))
    )
    refused(leaks.scan(searched, rendered.guard), rendered.profile, "Nothing was written")


# What is in it


def shown_records(rendered: Rendered, *, outside: bool) -> dict[str, str]:
    """The files that record approvals outside GitHub; for readers outside, those whose name tells nothing."""
    found = records(rendered.facts)
    return {each: path for each, path in found.items() if not outside or not tells(path, rendered)}


def tells(path: str, rendered: Rendered) -> bool:
    """Whether the name of a file holds what readers outside must not see."""
    return any(each.serious for each in leaks.scan([(path, path.encode())], rendered.guard))


def repository_name(facts: Facts, wish: Wish, *, outside: bool) -> str:
    """OWNER/NAME, as asked for, else from the settings; readers outside get it only where it was asked for."""
    if wish.repository is not None or outside:
        return wish.repository or ""
    address = str(facts.settings.repository.address or "").rstrip("/").removesuffix(".git")
    return "/".join(address.split("/")[-2:]) if address else ""


def tip_at(workspace: Workspace, end: date) -> str:
    """The newest commit of the main branch at the end of a day."""
    return [each.version.commit for each in workspace.commits if each.version.at.date() <= end][-1]


def _site(site: Path) -> Iterator[Document]:
    """The built site, below `site/`."""
    for file in sorted(path for path in site.rglob("*") if path.is_file()):
        path = file.relative_to(site).as_posix()
        if path not in NOT_PACKED:
            yield Document(SITE + path, file.read_bytes())


def _data(workspace: Workspace, rendered: Rendered) -> Iterator[Document]:
    """Every download that is not a page, the packs before, the audit in full, and what GitHub said about approvals."""
    for document in rendered.documents:
        if document.path.startswith(DOWNLOADS) and not document.path.endswith(".md"):
            yield Document(DATA + document.path.removeprefix(DOWNLOADS), document.content)
    if workspace.packs:
        yield Document(PACKS, listed(workspace.packs))
    if rendered.profile.outside:
        return
    found = rendered.facts.audit
    if found is not None:
        yield Document(FULL_AUDIT, encoded(plain_audit(found, draw(found, SAMPLE, None))))
    if approvals := stored_approvals(workspace):
        yield Document(APPROVALS, approvals)


def stored_approvals(workspace: Workspace) -> bytes | None:
    """The recorded approvals that were read, byte for byte; None where GitHub was never asked."""
    repository, branch = workspace.repository, workspace.snapshot_branch
    if repository is None or workspace.head is None:
        return None
    if branch:
        return branch.content(APPROVALS_PATH)
    blob = repository.files(workspace.head.commit, APPROVALS_PATH).get(APPROVALS_PATH)
    return repository.content(blob) if blob else None


def enclose(
    workspace: Workspace, repository: Repository, rendered: Rendered, sources: list[Source], wish: Wish
) -> tuple[list[Document], list[LeftOut], Objects]:
    """The sources and Git's objects as far as the profile shows them, what is left out, and the objects as such."""
    commits = commits_json(workspace, sources, tip_at(workspace, wish.end))
    documents = [Document(COMMITS, commits)]
    contents = dict(repository.objects({each.blob for each in sources}))
    contents |= {each.blob: repository.content(each.blob) for each in sources if each.blob not in contents}
    if not rendered.profile.outside:
        documents += [Document(source_path(e.path, e.commit), contents[e.blob]) for e in sources]
        references = references_of(workspace)
        objects = gathered(repository, references)
        documents.append(Document(BUNDLE, write_bundle(objects, algorithm_of(references["HEAD"]))))
        return documents, [], objects
    left_out = [
        LeftOut(source_path(e.path, e.commit), e.commit, e.blob, sha256(contents[e.blob]), len(contents[e.blob]))
        for e in shown_outside(sources, rendered, repository.prefix)
    ]
    cited_there = [each for each in sources if source_path(each.path, each.commit) in {e.path for e in left_out}]
    documents[0] = Document(COMMITS, commits_json(workspace, cited_there, tip_at(workspace, wish.end)))
    single = {each.path: each for each in _objects(repository, cited_there, rendered, named=wish.named)}
    objects, _ = read_objects({path.removeprefix(OBJECTS): each.content for path, each in single.items()})
    return [*documents, *single.values()], left_out, objects


def shown_outside(sources: Iterable[Source], rendered: Rendered, prefix: str) -> list[Source]:
    """The sources whose names readers outside may see: snapshots, and what their register and answers name."""
    facts = rendered.facts
    entries = {f"{DECISIONS}/{each.decision.recommendation}.md" for each in (*facts.register, *facts.covered)}
    told = {*records(facts).values()}
    for own in facts.insurance.evidence:
        told |= {own.version.path, *(file.version.path for file in own.files)}
    named = {prefix + path for path in (*entries, *(each for each in told if not tells(each, rendered)))}
    return [each for each in sources if each.path.startswith(f"{prefix}{SNAPSHOTS}/") or each.path in named]


def _objects(repository: Repository, sources: list[Source], rendered: Rendered, *, named: bool) -> Iterator[Document]:
    """The commits of some sources, and the trees down to them; those that name somebody only where that was asked for.

    A commit is left out with its trees, so that what is there always leads from a commit to a file.
    """
    done: set[str] = set()
    for commit in sorted({each.commit for each in sources}):
        objects = on_the_way(repository, commit, [each.path for each in sources if each.commit == commit])
        files = [
            Document(OBJECTS + object_path(id_, kind), content) for id_, (kind, content) in objects.contents.items()
        ]
        found = [] if named else leaks.scan(((each.path, each.content) for each in files), rendered.guard)
        if any(each.serious for each in found) or (not named and _lists_texts(objects)):
            continue
        yield from (each for each in files if each.path not in done)
        done.update(each.path for each in files)


def _lists_texts(objects: Objects) -> bool:
    """Whether the folder of decisions or of documents is among some trees: most of what it names is not for outside."""
    trees = [
        entries
        for id_, (kind, _) in objects.contents.items()
        if kind == git_objects.TREE and (entries := objects.tree(id_))
    ]
    folders = {entries[name].id for entries in trees for name in (DECISIONS, DOCS) if name in entries}
    return any(each in objects.contents for each in folders)


def references_of(workspace: Workspace) -> dict[str, str]:
    """What the bundle's branches are called, and their newest commits."""
    assert workspace.head is not None
    found = {"HEAD": workspace.head.commit, "refs/heads/main": workspace.head.commit}
    name = workspace.settings.snapshots.branch
    if workspace.snapshot_branch and name:
        if not BRANCH.fullmatch(name) or name == "main":
            raise CannotProceed(
                f"The branch {name!r} cannot be put into a pack.",
                where=f"{SETTINGS_PATH}: snapshots.branch",
                hint="Call it `snapshots`.",
            )
        found[f"refs/heads/{name}"] = workspace.snapshot_branch.tip
    return found


def commits_json(workspace: Workspace, sources: Iterable[Source], tip: str) -> bytes:
    """Time and cited files of each commit that is named."""
    times = {each.version.commit: _time(each) for each in (*workspace.commits, *_of_branch(workspace))}
    assert workspace.head is not None
    paths: dict[str, dict[str, str]] = {tip: {}, workspace.head.commit: {}}
    for each in sources:
        paths.setdefault(each.commit, {})[each.path] = each.blob
    listed = {commit: {"time": times.get(commit), "paths": paths[commit]} for commit in sorted(paths)}
    return (json.dumps(listed, indent=1, ensure_ascii=False) + "\n").encode()


def _of_branch(workspace: Workspace) -> Iterable[MainCommit]:
    return workspace.snapshot_branch.history.commits if workspace.snapshot_branch else ()


def _time(commit: MainCommit) -> str | None:
    return f"{commit.stated:%Y-%m-%dT%H:%M:%SZ}" if commit.stated else None
