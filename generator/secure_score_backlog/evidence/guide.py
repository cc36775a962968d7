# SPDX-License-Identifier: Apache-2.0
"""`VERIFY.md`: how a stranger checks a pack with git and sha256sum alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib.resources import files
from string import Template

from secure_score_backlog.decisions.store import DECISIONS
from secure_score_backlog.evidence.git_objects import COMMIT_KIND, BadObject, Objects, algorithm_of
from secure_score_backlog.evidence.layout import GUIDE, OBJECTS, PACKS, SOURCES, Manifest, source_path
from secure_score_backlog.evidence.signatures import GITHUB_KEYS
from secure_score_backlog.files import Document
from secure_score_backlog.git import SIGNATURE_KINDS
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.text import one_line
from secure_score_backlog.wording import plural

FORMAT = '--format="%h %cI %G? %GK"'
IN_HISTORY = f"git -C ../history --no-pager log --first-parent {FORMAT} {{tips}}"
IN_OBJECTS = (
    'for f in git/objects/*.commit; do n="${f##*/}"; '
    f'git -C ../objects --no-pager log --no-walk {FORMAT} "${{n%.commit}}"; done'
)
"""Print each commit with its time, and what is known of its signature."""
CODE_SHOWN = 12
"""Letters of the digest of the program's code."""
TYPED = re.compile(r"[A-Za-z0-9._/-]+")
"""A path that stands in a command as it is."""


def document(manifest: Manifest, paths: Collection[str], objects: Objects) -> Document:
    """The guide for a pack, from its manifest, the paths of its other files, and the objects of Git that it encloses.

    The same at any time for the same pack, also for one that somebody altered: what is not there is left out.
    """
    inside = manifest.profile == "internal"
    has_objects = any(path.startswith(OBJECTS) for path in paths)
    algorithm = algorithm_of(manifest.read)
    tips = " ".join(("HEAD", *([manifest.snapshots] if manifest.snapshots else [])))
    values = {
        "organisation": one_line(manifest.organisation).replace("`", "'"),
        "start": manifest.start.isoformat(),
        "end": manifest.end.isoformat(),
        "profile": manifest.profile,
        "version": one_line(manifest.version),
        "code": manifest.code[:CODE_SHOWN],
        "install": manifest.install,
        "algorithm": algorithm,
        "read": manifest.read,
        "commit": manifest.commit,
        "fingerprints": "".join(f"- `{spaced(key)}` ({owner})\n" for key, owner in GITHUB_KEYS.items()),
    }
    values["first"] = text("verify_first.md", {"last_manual": "5" if inside else "3" if has_objects else "2", **values})
    values["figures"] = text("verify_figures.md" if manifest.install else "verify_figures_unknown.md", values)
    values["list"] = text("verify_list.md", {"chain": chain(manifest, paths)})
    if inside:
        commits = on_main(manifest, objects)
        values["sources"] = str(sum(1 for path in paths if path.startswith(SOURCES)))
        values["example"] = decision_example(manifest, paths, commits)
        values["signatures"] = signatures(IN_HISTORY.format(tips=tips), objects, commits, values)
        return Document.of_text(GUIDE, text("verify_internal.md", values))
    bound = [each for each in left_out(manifest) if is_bound(objects, *each)]
    values |= {
        "left_out": plural(len(manifest.left_out), "file"),
        "binding": binding(len(bound), len(manifest.left_out) - len(bound)),
        "left_out_step": "3" if has_objects else "2",
        "figures_step": "4" if has_objects else "3",
        "prepare": "" if has_objects else f"    git init --quiet --object-format={algorithm} ../objects\n",
        "example": source_example(bound, objects) if has_objects else "",
        "whose": " of people, too" if manifest.named else " that name no person",
    }
    if has_objects:
        enclosed = [identifier for identifier, (kind, _) in objects.contents.items() if kind == COMMIT_KIND]
        values["signatures"] = signatures(IN_OBJECTS, objects, enclosed, values)
        values["objects"] = text("verify_objects.md", values)
    else:
        values["objects"] = ""
    return Document.of_text(GUIDE, text("verify_insurer.md", values))


def chain(manifest: Manifest, paths: Collection[str]) -> str:
    """Which pack came before; empty where none is named."""
    if manifest.previous is None:
        return ""
    listed = f" `{PACKS}` lists every pack before this one." if PACKS in paths else ""
    return text("verify_chain.md", {"previous": manifest.previous.digest, "listed": listed})


def text(name: str, values: dict[str, str]) -> str:
    """A part of the guide with its values."""
    template = files("secure_score_backlog.evidence").joinpath(name).read_text(encoding="utf-8")
    return Template(template).substitute(values)


def spaced(fingerprint: str) -> str:
    """A fingerprint as people compare it."""
    letters = fingerprint.upper()
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


# The whole history


def on_main(manifest: Manifest, objects: Objects) -> list[str]:
    """The commits of the main branch and of the snapshots' own branch, oldest first; none where they are not whole."""
    try:
        found = objects.first_parents(manifest.read)
        found += objects.first_parents(manifest.snapshots) if manifest.snapshots else []
    except (KeyError, BadObject):
        return []
    return list(dict.fromkeys(found))


def decision_example(manifest: Manifest, paths: Collection[str], commits: list[str]) -> str:
    """The command that shows the newest enclosed version of a decision; empty where none is enclosed."""
    folder = f"{SOURCES}{manifest.folder}{DECISIONS}/"
    found: dict[str, str] = {}
    for path in sorted(paths, reverse=True):
        name, _, commit = path.removeprefix(SOURCES).rpartition("@")
        if path.startswith(folder) and name.endswith(".md") and TYPED.fullmatch(name):
            found[commit] = name
    newest = next((commit for commit in reversed(commits) if commit[:12] in found), None)
    if newest is None:
        return ""
    command = f"git -C ../history --no-pager show -m --first-parent --format=fuller {newest} -- {found[newest[:12]]}"
    return f"\nFor example:\n\n    {command}\n"


# Single objects


def left_out(manifest: Manifest) -> list[tuple[str, str, str]]:
    """Commit, path in the repository, and blob of each file that is left out, in the order of the manifest."""
    return [(e.commit, e.path.removeprefix(SOURCES).rpartition("@")[0], e.blob) for e in manifest.left_out]


def is_bound(objects: Objects, commit: str, path: str, blob: str) -> bool:
    """Whether enclosed objects lead from a commit to the id of a file."""
    try:
        return objects.blob_at(commit, path) == blob
    except (KeyError, BadObject):
        return False


def binding(by_objects: int, by_list: int) -> str:
    """What binds the files that are left out, in sentences."""
    said = []
    if by_objects:
        said.append(f"{by_objects} of them can be followed from their commit to that id in `git/objects/`.")
    if by_list:
        said.append(
            f"The other {by_list} cannot: a citation of one of them cannot be checked with this pack alone. The digest "
            "of the pack covers their entries in the list."
        )
    return " ".join(said)


def source_example(bound: list[tuple[str, str, str]], objects: Objects) -> str:
    """Commands that lead from a commit to the last snapshot of those that are bound; empty where none is."""
    days = [each for each in bound if f"{SNAPSHOTS}/" in each[1] and TYPED.fullmatch(each[1])]
    if not days:
        return ""
    commit, path, blob = max(days, key=lambda each: (each[1].count("/"), each[1]))
    lines = [
        f"    grep -A 4 '{source_path(path, commit)}' MANIFEST.json\n",
        f"    git -C ../objects cat-file -p {commit}\n",
    ]
    found = objects.commit(commit)
    assert found is not None
    here = found.tree
    for step in path.split("/"):
        lines.append(f"    git -C ../objects ls-tree {here} {step}\n")
        here = (objects.tree(here) or {})[step].id
    return text("verify_example.md", {"commands": "".join(lines), "path": path, "blob": blob})


# Signatures


def signatures(command: str, objects: Objects, commits: list[str], values: dict[str, str]) -> str:
    """How to check the signatures of some commits, or that there are none; `command` prints a line for each commit."""
    kinds = [kind for commit in commits if (kind := kind_of_signature(objects, commit))]
    count = plural(len(commits), "commit")
    if not kinds:
        return text("verify_unsigned.md", {"commits": count})
    good = kinds.count("openpgp")
    others = len(kinds) - good
    said = f"Of {count}, {good} {'carries' if good == 1 else 'carry'} an OpenPGP signature"
    if others:
        said += f", and {others} a signature of another kind, which gpg does not check"
    counts = {"counted": f"{said}.", "lines": plural(len(commits), "line"), "pgp": str(good)}
    return text("verify_signatures.md", {**values, **counts, "command": command})


def kind_of_signature(objects: Objects, identifier: str) -> str:
    """What kind of signature a commit carries; empty for none."""
    try:
        commit = objects.commit(identifier)
    except BadObject:
        return ""
    signature = commit.signature.strip() if commit else b""
    return SIGNATURE_KINDS.get(signature.split(b"\n", 1)[0].strip(), "other") if signature else ""
