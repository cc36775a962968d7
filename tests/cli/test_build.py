# SPDX-License-Identifier: Apache-2.0
"""`render`, `build` and `serve` as a person runs them, on a small tenant in a bare folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import Document, write_folder
from secure_score_backlog.site import builder, templates
from tests.support.links import dead_links, outside_links
from tests.support.running import RunBacklog
from tests.support.tenants import stored

ROOT = Path(__file__).resolve().parents[2]
EVIL = "</title><script>alert(1)</script>{: onclick=x } *x*"
TENANT = "11111111-2222-3333-4444-555555555555"


def tenant(folder: Path) -> Path:
    """A folder that holds three days of three recommendations, one of them with a hostile title, and no more."""
    (folder / "snapshots" / "2026").mkdir(parents=True)
    for number in (1, 2, 3):
        day = f"2026-10-0{number}"
        scores = {"Safe": (number, 5), "scid_1": (0, 3), "Evil": (1, 2)}
        whole = stored(scores, createdDateTime=f"{day}T00:00:00Z", averageComparativeScores=[])
        whole["collected"] = {"at": f"{day}T05:00:00Z", "by": "0", "complete": True, "source": "graph"}
        write(folder, f"snapshots/2026/{day}.json", json.dumps(whole, default=float))
    profiles = [
        {"id": name, "title": title, "maxScore": most, "service": "EXO",
         "actionUrl": f"https://portal.example/?tid={TENANT}",
         "remediation": f"<p onclick='x'>Do <b>it</b>. <a href='javascript:x'>x</a> {EVIL}</p>"}
        for name, title, most in (("Safe", "Keep it safe", 5), ("scid_1", "Zebracrossing", 3), ("Evil", EVIL, 2))
    ]  # fmt: skip
    write(folder, "snapshots/catalogue.json", json.dumps({"collected": {}, "profiles": profiles, "descriptions": {}}))
    return folder


def write(folder: Path, path: str, text: str) -> None:
    """Write a file below a folder."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare folder after `backlog build`."""
    root = tenant(tmp_path_factory.mktemp("bare") / "tenant")
    call = [sys.executable, "-m", "secure_score_backlog", "build", "--root", str(root)]
    finished = subprocess.run(call, capture_output=True, encoding="utf-8", check=False)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == f"{root / 'build' / 'site' / 'index.html'}\n"
    assert "none missing" in finished.stderr
    return root


def test_a_bare_folder_builds(built: Path) -> None:
    """Snapshots alone make a whole site; nothing but build/ is added, and Git is told to leave that out."""
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
            continue  # data, in which a text stands as it is: tests/views/test_downloads.py
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
    """Elsewhere, later, in another time zone, from files written in another order: equal bytes and equal times."""
    root = tenant(tmp_path / "deeper" / "elsewhere")
    elsewhere = {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    run_backlog("build", "--root", root, "--output", tmp_path / "site", environment=elsewhere, expect=0)
    assert contents(tmp_path / "site") == contents(built / "build" / "site")
    times = {path.stat().st_mtime for path in (tmp_path / "site").rglob("*")}
    assert len(times) == 1


def test_a_mistake_leaves_the_last_good_site(built: Path, tmp_path: Path, run_backlog: RunBacklog) -> None:
    """A dead link in a hand-written page: exit 3, the builder's own words, and the site of before in place."""
    root = tmp_path / "tenant"
    shutil.copytree(built, root)
    before = contents(root / "build" / "site")
    write(root, "docs/guide/start.md", "# Start\n\n[nowhere](missing.md)\n")
    finished = run_backlog("build", "--root", root, expect=3)
    assert "missing.md" in finished.stderr
    assert "what to do" in finished.stderr
    assert finished.stdout == ""
    assert contents(root / "build" / "site") == before


def test_hand_written_pages_and_settings_are_part_of_the_site(tmp_path: Path, run_backlog: RunBacklog) -> None:
    """docs/ is staged, files byte for byte; the organisation names the site; a configuration of one's own is read."""
    root = tenant(tmp_path / "tenant")
    write(root, "docs/guide/start.md", "# Start\n\nSee the [board](../board.md).\n")
    write(root, "docs/guide/plan.txt", "plan\n")
    write(root, "docs/.hidden", "no")
    write(root, "docs/reviews/2026-10.md", "Minutes of October.\n")
    write(root, "backlog.yml", "organisation: Smith & Sons <b>\n")
    write(root, "mkdocs.yml", templates.configuration().replace("\nnav:\n", "\nnav:\n  - Guide: guide/start.md\n"))
    run_backlog("build", "--root", root, expect=0)
    site = root / "build" / "site"
    assert (site / "guide" / "plan.txt").read_bytes() == b"plan\n"
    assert 'href="../board.html"' in (site / "guide" / "start.html").read_text(encoding="utf-8")
    home = (site / "index.html").read_text(encoding="utf-8")
    assert "<title>Home - Smith &amp; Sons &lt;b&gt; · Secure Score Backlog</title>" in home
    assert "guide/start.html" in home
    assert not (site / ".hidden").exists()
    assert "Minutes of October." in (site / "reviews" / "2026-10.html").read_text(encoding="utf-8")


def test_a_page_that_the_builder_drops_is_an_error(tmp_path: Path, run_backlog: RunBacklog) -> None:
    """A configuration that excludes a page, or builds another folder, is caught and named."""
    root = tenant(tmp_path / "tenant")
    kept = templates.configuration().replace("  - Board: board.md\n", "")
    write(root, "mkdocs.yml", kept + "\nexclude_docs: board.md\n")
    finished = run_backlog("build", "--root", root, expect=3)
    assert "lacks board.html" in finished.stderr
    assert not (root / "build" / "site").exists()


def test_what_is_missing_is_found(tmp_path: Path) -> None:
    """Missing, empty, changed: each is named; what is there is not."""
    for path, text in {"a.html": "x", "empty.html": " \n", "b.csv": "1", "c.csv": "other"}.items():
        write(tmp_path, path, text)
    expected = {"a.html": None, "empty.html": None, "gone.html": None, "b.csv": b"1", "c.csv": b"2"}
    assert builder.absent(tmp_path, expected) == ["c.csv", "empty.html", "gone.html"]


def test_a_folder_of_somebody_else_is_never_replaced(built: Path, tmp_path: Path, run_backlog: RunBacklog) -> None:
    """--output at a folder with files that we did not build: exit 2 at once, and the files stay."""
    write(tmp_path, "photos/one.txt", "mine")
    finished = run_backlog("build", "--root", built, "--output", tmp_path / "photos", expect=2)
    assert "did not build" in finished.stderr
    assert contents(tmp_path / "photos") == {"one.txt": b"mine"}


def test_the_configuration_of_this_repository_is_the_packaged_one() -> None:
    """What `backlog init` copies is what this repository itself is built with, but for the navigation."""

    def common(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith("  - ") or ".md" not in line]

    assert common((ROOT / "mkdocs.yml").read_text(encoding="utf-8")) == common(templates.configuration())


def test_render_keeps_to_its_folder(built: Path, tmp_path: Path, run_backlog: RunBacklog) -> None:
    """Rendering twice changes nothing; a page that is no more goes; nothing else in the root is touched."""
    root = tmp_path / "tenant"
    shutil.copytree(built, root)
    others = {path: content for path, content in contents(root).items() if not path.startswith("build/pages/")}
    first = run_backlog("render", "--root", root, expect=0)
    assert first.stdout == f"{root / 'build' / 'pages'}\n"
    assert "0 files changed" in first.stderr
    write(root, "docs/guide/a.md", "# A\n")
    assert "1 files changed" in run_backlog("render", "--root", root, expect=0).stderr
    shutil.rmtree(root / "docs")
    run_backlog("render", "--root", root, expect=0)
    assert not (root / "build" / "pages" / "guide").exists()
    assert {path: content for path, content in contents(root).items() if not path.startswith("build/pages/")} == others


def test_render_refuses_files_that_it_did_not_write(built: Path, tmp_path: Path, run_backlog: RunBacklog) -> None:
    """A stranger in build/pages would be published or lost: exit 3, and it stays."""
    root = tmp_path / "tenant"
    shutil.copytree(built, root)
    write(root, "build/pages/diary.md", "dear diary")
    finished = run_backlog("render", "--root", root, expect=3)
    assert "diary.md" in finished.stderr
    assert (root / "build" / "pages" / "diary.md").read_text() == "dear diary"


class TestWriter:
    """The door for documents."""

    def write(self, folder: Path, **files: str) -> int:
        """Write documents a, b ... to FOLDER/pages."""
        documents = [Document(f"{name}.md", text.encode()) for name, text in files.items()]
        return write_folder(documents, folder / "pages", folder / ".manifest")

    def test_only_what_changed_is_written(self, tmp_path: Path) -> None:
        """Unchanged files keep their times; counts say what came, changed or went."""
        assert self.write(tmp_path, a="1", b="2") == 2
        os.utime(tmp_path / "pages" / "a.md", (1, 1))
        assert self.write(tmp_path, a="1", c="3") == 2
        assert (tmp_path / "pages" / "a.md").stat().st_mtime == 1
        assert sorted(contents(tmp_path / "pages")) == ["a.md", "c.md"]

    @pytest.mark.parametrize("where", ["pages", "pages/sub", "pages/link.md"])
    def test_links_are_refused(self, tmp_path: Path, where: str) -> None:
        """A link, wherever it stands, would send files or deletions elsewhere."""
        outside = tmp_path / "outside"
        write(outside, "precious.md", "x")
        house = tmp_path / "house"
        (house / where).parent.mkdir(parents=True)
        (house / where).symlink_to(outside if not where.endswith(".md") else outside / "precious.md")
        with pytest.raises(CannotProceed):
            self.write(house, a="1")
        assert contents(outside) == {"precious.md": b"x"}

    def test_a_full_folder_without_a_list_is_somebody_elses(self, tmp_path: Path) -> None:
        """Files and no manifest: not ours."""
        write(tmp_path, "pages/x.md", "x")
        with pytest.raises(CannotProceed, match=r"x\.md"):
            self.write(tmp_path, a="1")

    @pytest.mark.parametrize("path", ["../x", "/x", "a/../b", "a//b", "a\\b", "c:x", "", "a/"])
    def test_paths_stay_inside(self, tmp_path: Path, path: str) -> None:
        """A document's path cannot lead out."""
        with pytest.raises(ValueError, match="cannot be called"):
            write_folder([Document(path, b"x")], tmp_path / "pages", tmp_path / ".manifest")


@pytest.mark.skipif(os.name == "nt", reason="stops the server with a signal")
def test_serve_shows_edits(tmp_path: Path) -> None:
    """The site is served; an edit of a hand-written page and of the settings shows; Ctrl-C ends it with 0."""
    root = tenant(tmp_path / "tenant")
    write(root, "docs/guide/start.md", "# Start\n\nfirst words\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    call = [
        sys.executable,
        "-m",
        "secure_score_backlog",
        "serve",
        "--root",
        str(root),
        "--port",
        str(port),
        "--no-open",
    ]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as server:
        try:
            address = f"http://127.0.0.1:{port}/guide/start.html"
            wait_for(address, "first words")
            write(root, "docs/guide/start.md", "# Start\n\nsecond words\n")
            wait_for(address, "second words")
            write(root, "decisions/Safe.md", "---\nrecommendation: Safe\nbucket: [\n---\n")
            write(root, "docs/guide/start.md", "# Start\n\nthird words\n")
            wait_for(address, "third words")
            os.killpg(server.pid, signal.SIGINT)
            assert server.wait(60) == 0
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)


def test_serve_says_that_a_port_is_taken(built: Path, run_backlog: RunBacklog) -> None:
    """Before anything is rendered: exit 3, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finished = run_backlog("serve", "--root", built, "--no-open", "--port", str(taken.getsockname()[1]), expect=3)
    assert "--port" in finished.stderr


def wait_for(address: str, words: str, seconds: int = 90) -> None:
    """Wait until a page holds some words."""
    end = time.monotonic() + seconds
    last = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                last = answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            last = str(error)
        if words in last:
            return
        time.sleep(0.2)
    raise AssertionError(f"{address} never said {words!r}; at last: {last[:500]}")
