# SPDX-License-Identifier: Apache-2.0
"""`backlog render`: the pages, in a folder of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.folders import contents, write
from tests.support.running import RunBacklog


def test_render_keeps_to_its_folder(built: Path, tmp_path: Path, backlog: RunBacklog) -> None:
    """Rendering twice changes nothing; a page that is no more goes; nothing else in the root is touched."""
    root = tmp_path / "tenant"
    shutil.copytree(built, root)
    backlog("render", "--root", root, expect=0)
    others = {path: content for path, content in contents(root).items() if not path.startswith("build/pages/")}
    first = backlog("render", "--root", root, expect=0)
    assert first.stdout == f"{root / 'build' / 'pages'}\n"
    assert "0 files changed" in first.stderr
    write(root, "docs/guide/a.md", "# A\n")
    assert "1 file changed" in backlog("render", "--root", root, expect=0).stderr
    shutil.rmtree(root / "docs")
    backlog("render", "--root", root, expect=0)
    assert not (root / "build" / "pages" / "guide").exists()
    own = ("build/pages/", "build/.manifest")
    after = {path: content for path, content in contents(root).items() if not path.startswith(own)}
    assert after == {path: content for path, content in others.items() if not path.startswith(own)}


def test_render_refuses_files_that_it_did_not_write(built: Path, tmp_path: Path, backlog: RunBacklog) -> None:
    """A stranger in build/pages would be published or lost: exit 3, and it stays."""
    root = tmp_path / "tenant"
    shutil.copytree(built, root)
    write(root, "build/pages/diary.md", "dear diary")
    finished = backlog("render", "--root", root, expect=3)
    assert "diary.md" in finished.stderr
    assert (root / "build" / "pages" / "diary.md").read_text() == "dear diary"
