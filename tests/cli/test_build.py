# SPDX-License-Identifier: Apache-2.0
"""`backlog build` on a bare folder: what makes a whole site, and what ends a build."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from secure_score_backlog.site import builder
from secure_score_backlog.site.registry import configuration
from tests.support.bare_folder import TENANT, measured
from tests.support.folders import contents, write
from tests.support.links import dead_links, outside_links
from tests.support.running import RunBacklog


def test_snapshots_alone_make_a_whole_site(built: Path) -> None:
    """Snapshots alone make a whole site; nothing but build/ is added, and Git leaves that out."""
    assert sorted(path.name for path in built.iterdir()) == ["build", "snapshots"]
    assert (built / "build" / ".gitignore").read_text() == "*\n"
    site = built / "build" / "site"
    for page in ("index", "board", "register", "score", "reviews/index", "reviews/2026-10", "recommendations/scid-1"):
        assert (site / f"{page}.html").stat().st_size > 1000, page


def test_no_link_is_dead_and_nothing_is_loaded_from_outside(built: Path) -> None:
    """Every address of every page leads to a file and an anchor that are there; nothing is loaded from elsewhere."""
    site = built / "build" / "site"
    assert dead_links(site) == []
    assert outside_links(site) == set()
    assert "unpkg.com" not in (site / "index.html").read_text(encoding="utf-8")


def test_hostile_text_of_the_catalogue_runs_nothing(built: Path) -> None:
    """A title and a remediation that attack: shown as text in page, title, lists and search; no tenant id anywhere."""
    site = built / "build" / "site"
    for path, content in contents(site).items():
        if path.startswith("assets/"):
            continue
        text = content.decode("utf-8", "replace").lower()
        assert TENANT not in text, path
        if path.startswith("downloads/") and not path.endswith(".html"):
            continue  # data, which holds a text as it is: tests/exports
        assert "<script>alert" not in text, path
        assert "javascript:x" not in text, path
        assert "onclick='x'" not in text, path
    page = (site / "recommendations" / "evil.html").read_text(encoding="utf-8")
    assert "&#60;script&#62;" in page


def test_search_knows_pages_and_sections(built: Path) -> None:
    """The index, which a page opened from disk loads as a script, holds titles of pages and headings of sections."""
    site = built / "build" / "site"
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    places = {entry["location"]: entry["title"] for entry in index["docs"]}
    assert places["recommendations/scid-1.html"] == "Zebracrossing"
    assert any(location.startswith("board.html#") for location in places)
    assert (site / "search" / "search_index.js").read_text(encoding="utf-8").startswith("var __index = ")
    assert "<script" not in json.dumps(places)


def test_the_same_data_gives_the_same_bytes(built: Path, tmp_path: Path, run_backlog: RunBacklog) -> None:
    """Elsewhere, later, in another time zone, with another hash seed: equal bytes and equal times."""
    root = measured(tmp_path / "deeper" / "elsewhere")
    elsewhere = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    run_backlog("build", "--root", root, "--output", tmp_path / "site", environment=elsewhere, expect=0)
    assert contents(tmp_path / "site") == contents(built / "build" / "site")
    times = {path.stat().st_mtime for path in (tmp_path / "site").rglob("*")}
    assert len(times) == 1


def test_a_failed_build_keeps_the_last_good_site(built: Path, tmp_path: Path, backlog: RunBacklog) -> None:
    """A dead link in a hand-written page: exit 3, the builder's own words, and the site of before in place."""
    root = tmp_path / "tenant"
    shutil.copytree(built, root)
    before = contents(root / "build" / "site")
    write(root, "docs/guide/start.md", "# Start\n\n[nowhere](missing.md)\n")
    finished = backlog("build", "--root", root, expect=3)
    assert "missing.md" in finished.stderr
    assert "what to do" in finished.stderr
    assert finished.stdout == ""
    assert contents(root / "build" / "site") == before


def test_hand_written_pages_and_settings_are_part_of_the_site(bare: Path, backlog: RunBacklog) -> None:
    """docs/ is staged, files byte for byte; the organisation names the site; a configuration of one's own is read."""
    write(bare, "docs/guide/start.md", "# Start\n\nSee the [board](../board.md).\n")
    write(bare, "docs/guide/plan.txt", "plan\n")
    write(bare, "docs/.hidden", "no")
    write(bare, "docs/reviews/2026-10.md", "Minutes of October.\n")
    write(bare, "backlog.yml", "organisation: Smith & Sons <b>\n")
    write(bare, "mkdocs.yml", configuration().replace("\nnav:\n", "\nnav:\n  - Guide: guide/start.md\n"))
    backlog("build", "--root", bare, expect=0)
    site = bare / "build" / "site"
    assert (site / "guide" / "plan.txt").read_bytes() == b"plan\n"
    assert 'href="../board.html"' in (site / "guide" / "start.html").read_text(encoding="utf-8")
    home = (site / "index.html").read_text(encoding="utf-8")
    assert "<title>Home - Smith &amp; Sons &lt;b&gt; · Secure Score Backlog</title>" in home
    assert "guide/start.html" in home
    assert not (site / ".hidden").exists()
    assert "Minutes of October." in (site / "reviews" / "2026-10.html").read_text(encoding="utf-8")


def test_a_page_that_the_builder_drops_is_an_error(bare: Path, backlog: RunBacklog) -> None:
    """A trusted configuration that excludes a page is caught and named."""
    kept = configuration().replace("  - Board: board.md\n", "")
    write(bare, "mkdocs.yml", kept + "\nexclude_docs: board.md\n")
    finished = backlog("build", "--root", bare, "--trust-site-configuration", expect=3)
    assert "lacks board.html" in finished.stderr
    assert not (bare / "build" / "site").exists()


@pytest.mark.parametrize("options", [(), ("--trust-site-configuration",)])
def test_files_that_the_layout_excludes_are_not_published(
    bare: Path, backlog: RunBacklog, options: tuple[str, ...]
) -> None:
    """What `exclude_docs` names of docs/ is not in the site, and neither is what the builder never publishes."""
    pages = {
        "notes/draft.md": "# Draft",
        "notes/shown.md": "# Shown",
        "plan.tmp": "x",
        "templates/letter.md": "# Letter",
    }
    for path, text in pages.items():
        write(bare, f"docs/{path}", f"{text}\n")
    write(bare, "mkdocs.yml", configuration() + "exclude_docs: |\n  /notes/*\n  !/notes/shown.md\n  *.tmp\n")
    backlog("build", "--root", bare, *options, expect=0)
    site = bare / "build" / "site"
    assert (site / "notes" / "shown.html").exists()
    assert not any((site / path).exists() for path in ("notes/draft.html", "plan.tmp", "templates/letter.html"))


def test_the_layout_cannot_exclude_a_computed_page(bare: Path, backlog: RunBacklog) -> None:
    """`exclude_docs` is about docs/: a pattern that fits a page of the program leaves that page alone."""
    write(bare, "mkdocs.yml", configuration() + "exclude_docs: board.md\n")
    backlog("build", "--root", bare, expect=0)
    assert (bare / "build" / "site" / "board.html").exists()


def test_a_pattern_that_cannot_be_read_is_named(bare: Path, backlog: RunBacklog) -> None:
    """As a problem with its line, not as an exception of the builder."""
    write(bare, "mkdocs.yml", configuration() + "exclude_docs: '!'\n")
    line = configuration().count("\n") + 1
    assert f"mkdocs.yml:{line}: error" in backlog("check", "--root", bare, expect=1).stdout
    assert f"line {line}: " in backlog("build", "--root", bare, expect=3).stderr


def test_missing_empty_and_changed_files_are_found(tmp_path: Path) -> None:
    """Missing, empty, changed: each is named; what is there is not."""
    for path, text in {"a.html": "x", "empty.html": " \n", "b.csv": "1", "c.csv": "other"}.items():
        write(tmp_path, path, text)
    expected = {"a.html": None, "empty.html": None, "gone.html": None, "b.csv": b"1", "c.csv": b"2"}
    assert builder.missing_files(tmp_path, expected) == ["c.csv", "empty.html", "gone.html"]


def test_a_builder_that_is_not_installed_is_named(
    bare: Path, backlog: RunBacklog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is rendered: exit 3, and what to install, in the version that was compared."""
    monkeypatch.setattr(builder, "find_spec", lambda _: None)
    finished = backlog("build", "--root", bare, "--builder", "zensical", expect=3)
    assert "Zensical is not installed" in finished.stderr
    assert "pip install zensical==" in finished.stderr
    assert not (bare / "build").exists()


def test_a_builder_that_would_replace_the_site_itself_is_refused(bare: Path, backlog: RunBacklog) -> None:
    """Zensical takes no folder for the site, and a trusted configuration names that of the last good one."""
    options = ("--builder", "zensical", "--trust-site-configuration")
    assert "before the new one is checked" in backlog("build", "--root", bare, *options, expect=2).stderr


def test_another_builder_is_run_and_checked(bare: Path, tmp_path: Path, run_backlog: RunBacklog) -> None:
    """The module of that name is started instead of MkDocs, with the same configuration; what it loses is named."""
    write(
        tmp_path,
        "modules/properdocs/__main__.py",
        "import os, sys\nfrom mkdocs.__main__ import cli\n"
        "cli(standalone_mode=False)\nos.remove(os.path.join(sys.argv[-1], 'board.html'))\n",
    )
    write(tmp_path, "modules/properdocs/__init__.py", "")
    modules = {"PYTHONPATH": str(tmp_path / "modules")}
    finished = run_backlog("build", "--root", bare, "--builder", "properdocs", environment=modules, expect=3)
    assert "lacks board.html" in finished.stderr


def test_a_folder_with_other_files_is_never_replaced(built: Path, tmp_path: Path, backlog: RunBacklog) -> None:
    """--output at a folder with files that we did not build: exit 2 at once, and the files stay."""
    write(tmp_path, "photos/one.txt", "mine")
    finished = backlog("build", "--root", built, "--output", tmp_path / "photos", expect=2)
    assert "did not build" in finished.stderr
    assert contents(tmp_path / "photos") == {"one.txt": b"mine"}
