# SPDX-License-Identifier: Apache-2.0
"""A folder that an attacker made: whatever a branch brings, nothing outside is read or written, and nothing hangs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from secure_score_backlog.site import builder, rendering
from secure_score_backlog.site.configuration import SCRIPTS, parse_configuration
from secure_score_backlog.site.registry import assets, configuration
from tests.support.folders import contents, write
from tests.support.running import RunBacklog
from tests.support.variants import variants

pytestmark = pytest.mark.skipif(os.name == "nt", reason="makes links and pipes")
SECRET = "the text of a file outside"

LINKS = {
    "decisions": "decisions",
    "a decision": "decisions/Evil.md",
    "snapshots": "snapshots",
    "the folder of a year": "snapshots/2026",
    "a snapshot": "snapshots/2026/2026-11-01.json",
    "the catalogue": "snapshots/catalogue.json",
    "docs": "docs",
    "a folder of docs": "docs/guide",
    "a page": "docs/page.md",
    "docs/reviews": "docs/reviews",
    "minutes": "docs/reviews/2026-10.md",
    "the settings": "backlog.yml",
    "mkdocs.yml": "mkdocs.yml",
}
"""What may be a link: by name, the path in the folder."""
FOLDERS = {"decisions", "snapshots", "snapshots/2026", "docs", "docs/guide", "docs/reviews"}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the tenant's, with a secret in every file that could be read through a link."""
    for name in ("Evil.md", "page.md", "2026-10.md", "x/page.md", "2026-11-01.json", "2026/2026-11-01.json", "y.yml"):
        write(tmp_path / "outside", name, f"# {SECRET}\n")
    return tmp_path / "outside"


def link(root: Path, path: str, outside: Path) -> None:
    """Put a link to the folder outside, or to a file in it, in the place of a path."""
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    target = outside if path in FOLDERS else outside / ("y.yml" if path.endswith(".yml") else place.name)
    place.symlink_to(target)


@pytest.mark.parametrize("path", LINKS.values(), ids=LINKS)
def test_nothing_outside_is_read_or_published(bare: Path, outside: Path, backlog: RunBacklog, path: str) -> None:
    """A link in the place of any file or folder: `check` names it, and no command shows what it leads to."""
    write(bare, "docs/other.md", "# Other\n")
    link(bare, path, outside)
    found = backlog("check", "--root", bare)
    assert found.returncode == 1
    assert path in found.stdout
    said = found.stdout + found.stderr
    for command in (["status"], ["triage"], ["render"]):
        finished = backlog(*command, "--root", bare)
        assert finished.returncode in {0, 2, 3}, finished.stderr
        said += finished.stdout + finished.stderr
    assert SECRET not in said
    pages = contents(bare / "build") if (bare / "build").exists() else {}
    assert [name for name, content in pages.items() if SECRET.encode() in content] == []


WRITERS: dict[str, tuple[str, ...]] = {
    "build": ("build",),
    "build/pages": ("build",),
    "build/.gitignore": ("build",),
    "build/.manifest": ("render",),
    "build/mkdocs.yml": ("render", "--profile", "public"),
    "build/site": ("build",),
    "decisions": ("decide", "scid_1"),
    "docs": ("review", "2026-10"),
    "docs/reviews": ("review", "2026-10"),
    "docs/reviews/2026-10.md": ("review", "2026-10"),
}


@pytest.mark.parametrize("kind", ["folder", "file", "nothing"])
@pytest.mark.parametrize("path", WRITERS)
def test_nothing_outside_is_written(bare: Path, tmp_path: Path, backlog: RunBacklog, path: str, kind: str) -> None:
    """A link where the program writes, to a folder, a file or nothing: what is outside stays as it was."""
    (tmp_path / "outside").mkdir()
    write(tmp_path / "outside", "mine.txt", "mine")
    target = {"folder": "outside", "file": "outside/mine.txt", "nothing": "outside/new"}[kind]
    (bare / path).parent.mkdir(parents=True, exist_ok=True)
    (bare / path).symlink_to(tmp_path / target)
    finished = backlog(*WRITERS[path], "--root", bare)
    assert finished.returncode in {0, 2, 3}, finished.stderr
    assert contents(tmp_path / "outside") == {"mine.txt": b"mine"}
    assert not (tmp_path / "outside" / "new").exists()


@pytest.mark.parametrize("path", ["snapshots", "snapshots/2026"])
def test_nothing_outside_is_written_by_an_import(bare: Path, tmp_path: Path, backlog: RunBacklog, path: str) -> None:
    """A link in the place of the snapshots or of a year: refused, and what is outside stays as it was."""
    copy = shutil.copytree(bare / "snapshots", tmp_path / "copy")
    (tmp_path / "outside").mkdir()
    shutil.rmtree(bare / path)
    (bare / path).symlink_to(tmp_path / "outside")
    score = next((copy / "2026").glob("*.json"))
    saved = tmp_path / "saved.json"
    saved.write_text('{"value": [' + scored(score) + "]}", encoding="utf-8")
    finished = backlog("import", saved, "--root", bare)
    assert finished.returncode == 3, finished.stderr
    assert "symbolic link" in finished.stderr
    assert contents(tmp_path / "outside") == {}


def scored(snapshot: Path) -> str:
    """The score of a snapshot, as Graph would answer it."""
    return json.dumps(json.loads(snapshot.read_text(encoding="utf-8"))["secureScore"])


@pytest.mark.parametrize(
    "path",
    ["backlog.yml", "mkdocs.yml", "docs/page.md", "docs/reviews/2026-10.md", "decisions/Evil.md",
     "snapshots/2026/2026-11-01.json", "snapshots/catalogue.json", "build/.manifest"],
)  # fmt: skip
@pytest.mark.parametrize("command", variants(["check", "status", "render"], always=["render"]))
def test_a_pipe_holds_nothing_up(bare: Path, path: str, command: str) -> None:
    """A pipe in the place of any file: the command ends, which it would not if it opened the pipe."""
    (bare / path).parent.mkdir(parents=True, exist_ok=True)
    (bare / path).unlink(missing_ok=True)
    os.mkfifo(bare / path)
    finished = subprocess.run(
        [sys.executable, "-m", "secure_score_backlog", command, "--root", str(bare)],
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode in {0, 1, 2, 3}, finished.stderr


def test_a_full_disk_leaves_no_empty_decision(bare: Path, tmp_path: Path) -> None:
    """A decision that cannot be written whole leaves no file behind, and the next try is not told that it exists."""
    resource = pytest.importorskip("resource")

    def no_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, resource.RLIM_INFINITY))

    def decide(limit: Callable[[], None] | None) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-B", "-m", "secure_score_backlog", "decide", "scid_1", "--root", str(bare)]
        return subprocess.run(call, capture_output=True, text=True, preexec_fn=limit, check=False)

    failed = decide(no_space)
    assert failed.returncode == 3, failed.stderr
    assert not (bare / "decisions").exists()
    assert decide(None).returncode == 0


MODULES = (
    "yaml", "json", "click", "mkdocs", "markdown", "jinja2", "material", "pymdownx", "nh3", "filelock", "msgspec",
    "sitecustomize", "usercustomize", "threading", "runpy", "html", "watchdog", "ghp_import", "mergedeep",
)  # fmt: skip
"""Modules that the site builder imports, or that Python does by itself."""


def booby_trapped(root: Path, canary: Path) -> None:
    """Put a module of each name into a folder, and a plugin, a theme and an extension announced by an entry point."""
    code = f"import pathlib; pathlib.Path({str(canary)!r}).touch()\n"
    for name in MODULES:
        write(root, f"{name}.py", code)
        write(root, f"docs/{name}.py", code)
    write(root, "material/__init__.py", code)
    points = ("mkdocs.plugins", "mkdocs.themes", "markdown.extensions")
    entries = "".join(f"[{point}]\nsearch = yaml:x\nmaterial = yaml\ntoc = yaml:x\n" for point in points)
    write(root, "evil-1.0.dist-info/entry_points.txt", entries)
    write(root, "evil-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")


@pytest.mark.parametrize("command", variants(["build", "check", "status"], always=["build"]))
@pytest.mark.parametrize("path", variants(["", ":", ".:", "/nowhere:."], always=["", "/nowhere:."]))
def test_nothing_is_imported_from_the_folder(bare: Path, tmp_path: Path, path: str, command: str) -> None:
    """Modules beside the data are not imported: run inside the folder, with a PYTHONPATH that leads there."""
    canary = tmp_path / "canary"
    booby_trapped(bare, canary)
    for name in (
        "sitecustomize",
        "usercustomize",
    ):  # with such a PYTHONPATH Python itself imports them, before anything
        (bare / f"{name}.py").unlink() if path else None
    script = tmp_path / "backlog"  # as pip writes it
    script.write_text("import sys\nfrom secure_score_backlog.__main__ import run\nsys.exit(run())\n", encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, str(script), command],
        cwd=bare,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert not canary.exists()
    assert finished.returncode == 0, finished.stderr


CONFIGURATIONS = {
    "hooks": "hooks:\n  - evil.py\n",
    "a module by a tag": "extra:\n  generator: !!python/object/apply:pathlib.Path.touch [evil]\n",
    "a name by a tag": "extra:\n  generator: !!python/name:evil.x\n",
    "an environment variable": "copyright: !ENV [SECRET_OF_THE_MACHINE]\n",
    "a configuration that it inherits": "INHERIT: other.yml\n",
    "a folder of templates": "theme:\n  name: material\n  custom_dir: evil\n",
    "another theme": "theme:\n  name: evil\n",
    "a plugin": "plugins:\n  - evil\n",
    "a plugin with options": "plugins:\n  - search:\n      prebuild_index: node\n",
    "a plugin that reads files": "plugins:\n  - macros\n",
    "an extension": "markdown_extensions:\n  - evil\n",
    "an extension that reads files": "markdown_extensions:\n  - pymdownx.snippets:\n      base_path: /\n",
    "an extension with a function": (
        "markdown_extensions:\n  - pymdownx.superfences:\n      custom_fences:\n        - name: x\n          class: x\n"
        "          format: !!python/name:evil.x\n"
    ),
    "folders that it watches": "watch:\n  - /\n",
    "templates of one's own": "extra_templates:\n  - evil.html\n",
    "pages from elsewhere": "docs_dir: /etc\n",
    "a script of a third party": "extra_javascript:\n  - https://evil.example/x.js\n",
    "a script as an object": "extra_javascript:\n  - path: //evil.example/x.js\n",
    "a style sheet of a third party": "extra_css:\n  - //evil.example/x.css\n",
    "a polyfill of a third party": "extra:\n  polyfills:\n    - https://evil.example/x.js\n",
    "a polyfill that is a text file": "extra:\n  polyfills:\n    - notes.txt\n",
    "a script that is a data file": "extra_javascript:\n  - notes.json\n",
    "a script that is a picture": "extra_javascript:\n  - assets/p.png\n",
    "a script of one's own": "extra_javascript:\n  - assets/backlog.js/../own.js\n",
    "a style sheet that is a text file": "extra_css:\n  - notes.txt\n",
    "a page for unknown addresses with scripts of a third party": "site_url: https://x.example//evil.example/\n",
    "the same with a tab": 'site_url: "https://x.example/\\t/evil.example/"\n',
    "the same with a backslash": "site_url: 'https://x.example/\\/evil.example/'\n",
    "a feature that takes text for HTML": "theme:\n  name: material\n  features:\n    - content.tooltips\n",
    "a pattern that takes for ever": f"exclude_docs: '{'*a' * 60}*b'\n",
    "a pattern that takes for ever, for the navigation": f"not_in_nav: |\n  a\n  {'*a' * 60}*b\n",
    "patterns without end": f"exclude_docs: '{'a* ' * 60}'\n".replace("* ", "*\n\n  "),
    "a feature that is not known": "theme:\n  name: material\n  features:\n    - evil\n",
    "fonts of a third party": "theme:\n  name: material\n  font:\n    text: Roboto\n",
    "statistics of a third party": "extra:\n  analytics:\n    provider: google\n    property: G-1\n",
    "a repository that is asked for stars": "repo_url: https://github.com/evil/evil\n",
    "a script in the navigation": "nav:\n  - Home: javascript:alert(1)\n",
    "a path that leads out": "theme:\n  name: material\n  logo: ../../../etc/passwd\n",
    "an alias": "site_name: &x X\nsite_author: *x\n",
    "a key twice": "site_name: X\nsite_name: Y\n",
    "an address for a developer's server": "dev_addr: 0.0.0.0:80\n",
}
"""Configurations that run something, read something or load something, by what they do."""


@pytest.mark.parametrize("text", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_configuration_that_does_more_is_refused(bare: Path, backlog: RunBacklog, text: str) -> None:
    """Each is refused by `check` and by `build`, with file and line, and nothing of it happens."""
    code = f"import pathlib; pathlib.Path({str(bare / 'canary')!r}).touch()\n"
    write(bare, "evil.py", code)
    write(bare, "evil/main.html", "evil")
    write(bare, "mkdocs.yml", text)
    found = json.loads(backlog("check", "--root", bare, "--json", expect=1).stdout)["problems"]
    found = [problem for problem in found if problem["code"] != "snapshot-old"]  # its days are of October 2026
    assert {problem["path"] for problem in found} == {"mkdocs.yml"}
    assert all(problem["line"] for problem in found)
    os.environ["SECRET_OF_THE_MACHINE"] = "hunter2"
    try:
        finished = backlog("build", "--root", bare, expect=3)
    finally:
        del os.environ["SECRET_OF_THE_MACHINE"]
    assert "The file mkdocs.yml says" in finished.stderr
    assert f"line {found[0]['line']}" in finished.stderr
    assert "--trust-site-configuration" in finished.stderr
    assert not (bare / "canary").exists()
    assert not (bare / "build" / "site").exists()


def test_a_trusted_configuration_is_used_as_it_is(bare: Path, backlog: RunBacklog) -> None:
    """By an option of the command alone: then hooks run, and hand-written pages are as they are."""
    hook = "def on_page_markdown(markdown, **_):\n    return markdown + '\\n\\nadded by a hook\\n'\n"
    write(bare, "evil.py", hook)
    write(bare, "docs/page.md", "# Page\n\n<script>mine()</script>\n")
    write(bare, "mkdocs.yml", configuration() + "\nhooks:\n  - evil.py\n")
    backlog("build", "--root", bare, expect=3)
    backlog("build", "--root", bare, "--trust-site-configuration", expect=0)
    page = (bare / "build" / "site" / "page.html").read_text(encoding="utf-8")
    assert "added by a hook" in page
    assert "<script>mine()</script>" in page


def test_titles_of_the_configuration_are_text(bare: Path, backlog: RunBacklog) -> None:
    """The theme prints titles as they are, so markup in one would be markup of every page."""
    attack = "</title><script>alert(1)</script>"
    text = configuration().replace("site_name: Secure Score Backlog", f"site_name: '{attack}'\ncopyright: '{attack}'")
    write(bare, "mkdocs.yml", text.replace("\nnav:\n", f"\nnav:\n  - '{attack}': glossary.md\n", 1))
    backlog("build", "--root", bare, expect=0)
    assert "<script>alert" not in (bare / "build" / "site" / "board.html").read_text(encoding="utf-8")


def test_the_builder_adds_no_script_of_a_third_party(bare: Path, backlog: RunBacklog) -> None:
    """The plugin `offline` names one where ours is not listed: it is listed, whatever the file says."""
    for plugin in ("offline", "offline: {}"):
        write(bare, "mkdocs.yml", f"theme:\n  name: material\nplugins:\n  - search\n  - {plugin}\n")
        backlog("build", "--root", bare, expect=0)
        for page in (bare / "build" / "site").rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            assert sources(text) != []
            assert [source for source in sources(text) if "//" in source] == [], page
            assert "assets/iframe-worker.js" in text


def sources(page: str) -> list[str]:
    """The addresses that a page loads from: scripts, style sheets, pictures and frames."""
    links = re.findall(r"<link[^>]*>", page)
    loaded = [link for link in links if re.search(r"rel=\"?(?:stylesheet|icon|pre|dns|manifest)", link)]
    return [*re.findall(r"\ssrc=[\"']?([^\"'\s>]+)", page), *re.findall(r"href=[\"']?([^\"'\s>]+)", " ".join(loaded))]


def test_a_colour_button_has_no_markup(bare: Path, backlog: RunBacklog) -> None:
    """The theme prints the button's text as it is."""
    attack = '"><script>canary()</script>'
    write(
        bare,
        "mkdocs.yml",
        f"theme:\n  name: material\n  palette:\n    - scheme: default\n      toggle:\n"
        f"        icon: material/weather-night\n        name: '{attack}'\n",
    )
    backlog("build", "--root", bare, expect=0)
    page = (bare / "build" / "site" / "board.html").read_text(encoding="utf-8")
    assert "canary()" in page
    assert "<script>canary" not in page


def test_an_ordinary_address_of_the_site_is_taken() -> None:
    """With a path, a port or a name of another script; the packaged features and scripts are taken as well."""
    for address in (
        "https://example.com/",
        "https://example.com",
        "http://localhost:8000/a/b-c_d~e/",
        "https://öl.de/x",
    ):
        values, problems = parse_configuration(f"site_url: {address}\n".encode())
        assert (values["site_url"], problems) == (address, ())
    assert parse_configuration(configuration().encode())[1] == ()
    assert parse_configuration(b"exclude_docs: |\n  /drafts/**/*.md\n  *.tmp\n  /a/\n")[1] == ()
    assert sorted(SCRIPTS) == [asset.path for asset in assets() if asset.path.endswith(".js")]


def test_the_check_of_a_pull_request_trusts_nothing() -> None:
    """The workflow that runs on other people's branches uses none of the options that trust a folder."""
    workflows = Path(__file__).resolve().parents[2] / ".github" / "workflows"
    commands = [line for file in workflows.glob("*.yml") for line in file.read_text(encoding="utf-8").splitlines()]
    assert any("backlog build" in line for line in commands)
    assert [line for line in commands if "backlog" in line and re.search(r"--trust-(site|docs)", line)] == []


@pytest.mark.parametrize("name", ["mkdocs.yml", "docs/new.txt"])
def test_a_forged_marker_deletes_nothing(bare: Path, tmp_path: Path, backlog: RunBacklog, name: str) -> None:
    """A folder with foreign files and a marker, an old one or one copied from a site: refused, and the files stay."""
    backlog("build", "--root", bare, "--output", tmp_path / "site", expect=0)
    backlog("build", "--root", bare, "--output", tmp_path / "site", expect=0)
    marker = (tmp_path / "site" / ".backlog-site").read_text(encoding="utf-8")
    older = "Built by secure-score-backlog; replaced by its next build.\n"
    for forged in (marker, "", "{}", "[]", '{"files": []}', older):
        write(tmp_path / "mine", name, "mine")
        write(tmp_path / "mine", ".backlog-site", forged)
        finished = backlog("build", "--root", bare, "--output", tmp_path / "mine", expect=2)
        assert name in finished.stderr
        assert (tmp_path / "mine" / name).read_text(encoding="utf-8") == "mine"


def test_a_changed_file_of_a_site_is_not_deleted(bare: Path, tmp_path: Path, backlog: RunBacklog) -> None:
    """What somebody added to a built site, changed in it or linked from it is theirs."""
    backlog("build", "--root", bare, "--output", tmp_path / "site", expect=0)
    write(tmp_path / "site", "index.html", "changed")
    assert "index.html" in backlog("build", "--root", bare, "--output", tmp_path / "site", expect=2).stderr
    assert (tmp_path / "site" / "index.html").read_text(encoding="utf-8") == "changed"


def test_two_builds_at_once_do_not_mix(bare: Path, tmp_path: Path) -> None:
    """Several builds of one folder, for the organisation and for outsiders: each site holds its own pages alone."""
    calls = {
        name: ["--profile", name.split("-")[0], "--output", str(tmp_path / name)]
        for name in ("insurer-1", "internal-1", "insurer-2", "internal-2")
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "secure_score_backlog", "build", "--root", str(bare), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for arguments in calls.values()
    ]
    said = [process.communicate()[1].decode() for process in running]
    assert [process.returncode for process in running] == [0] * len(running), said
    assert contents(tmp_path / "insurer-1") == contents(tmp_path / "insurer-2")
    assert contents(tmp_path / "internal-1") == contents(tmp_path / "internal-2")
    pages = {path.name for path in (tmp_path / "insurer-1").rglob("*.html")}
    assert "board.html" not in pages
    assert "board.html" in {path.name for path in (tmp_path / "internal-1").rglob("*.html")}
    assert sorted(path.name for path in (bare / "build").iterdir()) == [".gitignore"]


def test_scripts_of_hand_written_pages_do_not_reach_the_site(bare: Path, backlog: RunBacklog) -> None:
    """Page, title, heading, picture and script file: taken out by `build`, and left by `--trust-docs` alone."""
    attack = "<script>canary()</script>"
    write(bare, "docs/page.md", f"---\ntitle: '</title>{attack}'\n---\n# A &lt;/title&gt;{attack}\n\n{attack}\n")
    write(bare, "docs/heading.md", f"# A &lt;/title&gt;&lt;script&gt;canary()&lt;/script&gt; `{attack}`\n\n{attack}\n")
    write(bare, "docs/p.svg", f'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/>{attack}</svg>')
    write(bare, "docs/x.js", "canary()")
    write(bare, "docs/x.html", attack)
    finished = backlog("build", "--root", bare, expect=0)
    for name in ("p.svg", "x.js", "x.html"):
        assert f"docs/{name}" in finished.stderr
    site = contents(bare / "build" / "site")
    assert {"page.html", "heading.html", "p.svg"} <= site.keys()
    assert not {"x.js", "x.html"} & site.keys()
    for path, content in site.items():
        if not path.startswith("search/"):  # data: the theme shows it as text
            assert b"<script>canary" not in content, path
        assert attack not in content.decode("utf-8", "replace"), path
    backlog("build", "--root", bare, "--trust-docs", expect=0)
    site = contents(bare / "build" / "site")
    assert {"x.js", "x.html"} <= site.keys()
    assert attack.encode() in site["heading.html"]


def test_a_page_that_keeps_the_builder_busy_ends_the_build(
    bare: Path, backlog: RunBacklog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hand-written page can take the builder's Markdown for ever: it is stopped, and says what to look for."""
    monkeypatch.setattr(builder, "LONGEST_BUILD", 5)
    write(bare, "docs/page.md", "[" * 60_000)
    assert "was stopped" in backlog("build", "--root", bare, expect=3).stderr
    assert sorted(path.name for path in (bare / "build").iterdir()) == [".gitignore"]


def test_docs_that_are_too_large_together_are_refused(
    bare: Path, backlog: RunBacklog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of nothing but zeros cost a push of some kilobytes, and would all be in memory at once."""
    monkeypatch.setattr(rendering, "LARGEST_DOCS", 3 << 20)
    for name in "abcd":
        write(bare, f"docs/{name}.txt", "")
        with (bare / f"docs/{name}.txt").open("r+b") as file:
            file.truncate(1 << 20)
    refused = backlog("render", "--root", bare, expect=3)
    assert "docs/ hold more than 3 MB together" in refused.stderr
    (bare / "docs/d.txt").unlink()
    backlog("render", "--root", bare, expect=0)
