# SPDX-License-Identifier: Apache-2.0
"""Packs that were made to do harm: nothing of them is run, written elsewhere or read for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from secure_score_backlog.evidence import pages, remaking
from secure_score_backlog.evidence.git_objects import BLOB, COMMIT_KIND, TREE, BadObject, Objects, object_id
from secure_score_backlog.evidence.layout import BUNDLE
from secure_score_backlog.evidence.verifying import Asked, verify
from tests.support.packs import Files, manifest_of, recommitted, with_history, zipped


def put(objects: Objects, kind: str, content: bytes) -> str:
    """Add an object; its id."""
    identifier = object_id(kind, content, "sha1")
    objects.contents[identifier] = (kind, content)
    return identifier


def committed(objects: Objects, tree: str) -> str:
    """Add a commit of a tree behind the newest one; its id."""
    tip = objects.references["HEAD"]
    content = objects.contents[tip][1]
    old = content.split(b"\n", 1)[0]
    made = content.replace(old, f"tree {tree}\nparent {tip}".encode(), 1)
    return put(objects, COMMIT_KIND, made)


def tree_of(*entries: tuple[str, str, str]) -> bytes:
    """A tree of mode, name and id."""
    return b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(identifier) for mode, name, identifier in entries)


@pytest.mark.parametrize("name", ["..", ".git", "a\\b", "C:x", "x\x1b[2J", "."])
def test_a_name_in_the_history_leads_nowhere(internal: Files, tmp_path: Path, name: str) -> None:
    """A folder of the history with such a name is never written; the pack does not hold."""

    def attack(objects: Objects) -> str:
        blob = put(objects, BLOB, b"evil\n")
        inner = put(objects, TREE, tree_of(("100644", "config", blob)))
        docs = put(objects, TREE, tree_of(("40000", name, inner)))
        return committed(objects, put(objects, TREE, tree_of(("40000", "docs", docs))))

    files = with_history(internal, attack)
    found = verify(zipped(files, tmp_path / "pack.zip"), Asked())
    said = [item.message for each in found.checks for item in each.items]
    assert any("The history gives no pack. The history holds a file that cannot be read" in each for each in said)
    assert [each.name for each in tmp_path.iterdir()] == ["pack.zip"]


def test_a_few_trees_that_stand_for_millions_of_files(internal: Files, tmp_path: Path) -> None:
    """Folders within folders, ten in each, all the same: counted to the limit, and no further."""

    def attack(objects: Objects) -> str:
        here = put(objects, TREE, tree_of(("100644", "file", put(objects, BLOB, b"x"))))
        for _ in range(12):
            here = put(objects, TREE, tree_of(*(("40000", f"d{number}", here) for number in range(10))))
        return committed(objects, here)

    found = verify(zipped(with_history(internal, attack), tmp_path / "pack.zip"), Asked())
    said = [item.message for each in found.checks for item in each.items]
    assert any("names more than 100000 files" in each for each in said)


def test_no_setting_or_hook_comes_out_of_a_history(internal: Files) -> None:
    """The repository that is made has the one configuration that the program writes, and no hook."""
    from secure_score_backlog.evidence.git_objects import read_bundle  # noqa: PLC0415

    with remaking.repository_of(read_bundle(internal[BUNDLE]), manifest_of(internal)) as root:
        assert sorted(each.name for each in (root / ".git").iterdir()) == ["HEAD", "config", "objects", "refs"]
        assert (root / ".git" / "config").read_text() == "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"
        assert not (root / "backlog.yml").is_symlink()
    assert not root.exists()


def test_a_branch_with_an_odd_name_is_not_written(internal: Files) -> None:
    """A reference that leads out of the folder of references ends the attempt."""
    from secure_score_backlog.evidence.git_objects import read_bundle  # noqa: PLC0415

    objects = read_bundle(internal[BUNDLE])
    objects.references["refs/heads/../../config"] = manifest_of(internal).read
    with pytest.raises(BadObject), remaking.repository_of(objects, manifest_of(internal)):
        pass


@pytest.mark.parametrize(
    "pattern",
    ["<a", "<!--", "<a b='", "</a", "<![CDATA[", "<script>", "<a b=", "<tr><td>", "<article>", "<a " + " " * 20],
)
def test_a_page_is_read_in_one_pass(pattern: str) -> None:
    """Inputs that take Python's own parser hours: each step of the reader begins behind the one before."""
    reader = pages._Reader()
    text, position, steps = pattern * 2_000, 0, 0
    while position < len(text):
        after = reader.markup(text, position) if text[position] == "<" else position + 1
        assert after > position
        position, steps = after, steps + 1
    assert steps <= len(text)


def test_order_of_commits_is_told_from_a_history_that_begins_anew(internal: Files, tmp_path: Path) -> None:
    """A commit that names itself among its parents, or parents that are none, end no check in an error."""

    def attack(objects: Objects) -> str:
        line = [objects.contents[each][1] for each in objects.first_parents(objects.references["HEAD"])]
        return recommitted(objects, [*line[:-1], line[-1].replace(b"\nauthor", b"\nparent nonsense\nauthor", 1)])

    assert not verify(zipped(with_history(internal, attack), tmp_path / "pack.zip"), Asked()).holds
