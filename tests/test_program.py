# SPDX-License-Identifier: Apache-2.0
"""Which program this is: where it was installed from, and the digest of its code."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import secure_score_backlog
from secure_score_backlog import __version__, program
from secure_score_backlog.evidence.layout import INSTALL
from secure_score_backlog.program import Origin, code_digest, digest_of, libraries, origin, requirement
from tests.support.running import RunBacklog

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HARBOUR = Origin("harbour/tool", COMMIT)
PACKAGE = Path(secure_score_backlog.__file__).parent


class Installed:
    """A distribution that was installed from somewhere."""

    def __init__(self, recorded: str | None) -> None:
        self.recorded = recorded

    def read_text(self, name: str) -> str | None:
        """What the installer recorded."""
        assert name == "direct_url.json"
        return self.recorded


def recorded(url: str, commit: str = COMMIT) -> str:
    """What pip records of a program that Git brought."""
    return json.dumps({"url": url, "vcs_info": {"vcs": "git", "commit_id": commit}})


@pytest.mark.parametrize(
    ("installed", "found"),
    [
        (recorded("https://github.com/harbour/tool.git"), HARBOUR),
        (recorded("https://github.com/harbour/tool"), HARBOUR),
        (recorded("ssh://git@github.com/harbour/tool.git"), HARBOUR),
        (recorded("https://github.com/ada_harbour/tool"), Origin("ada_harbour/tool", COMMIT)),
        (recorded("https://example.com/harbour/tool"), None),
        (recorded("https://github.com/harbour/tool", "main"), None),
        (recorded("https://github.com/har bour/tool"), None),
        (recorded("https://user:secret@github.com/harbour/tool"), None),
        (json.dumps({"url": f"file:///srv/runner/_actions/harbour/tool/{COMMIT}", "dir_info": {}}), HARBOUR),
        (json.dumps({"url": "file:///srv/runner/_actions/harbour/tool/v1", "dir_info": {}}), None),
        (json.dumps({"url": "https://github.com/harbour/tool", "vcs_info": None}), None),
        (json.dumps({"url": "file:///somewhere/tool", "dir_info": {"editable": True}}), None),
        ("not JSON", None),
        ("[]", None),
        (None, None),
    ],
)
def test_the_installation_says_where_it_comes_from(
    installed: str | None, found: Origin | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository on GitHub and a full commit, or nothing; a pack can name no other place."""
    monkeypatch.setattr(program, "distribution", lambda _: Installed(installed))
    assert origin() == found
    released = f"secure-score-backlog=={__version__}" if installed is None else ""
    assert requirement() == (f"git+https://github.com/{found}" if found else released)
    assert INSTALL.fullmatch(requirement())


def test_a_program_that_is_not_installed_is_from_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """For instance from a folder on the path."""

    def missing(name: str) -> Installed:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(program, "distribution", missing)
    assert (origin(), requirement()) == (None, "")


def test_the_digest_is_that_of_sha256sum() -> None:
    """Anybody can compute it without the program."""
    command = "find . -type f ! -path '*/__pycache__/*' | LC_ALL=C sort | xargs sha256sum | sha256sum"
    if not shutil.which("sha256sum"):
        pytest.skip("needs sha256sum")
    done = subprocess.run(["sh", "-c", command], cwd=PACKAGE, capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == code_digest()


def test_each_file_counts_and_leftovers_do_not(tmp_path: Path) -> None:
    """Another byte, name or file is another program; what Python compiled, and what an editor hid, is none of it."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.py").write_text("x = 1\n")
    before = digest_of(tmp_path)
    for name in ("a/__pycache__/one.pyc", ".one.swp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert digest_of(tmp_path) == before
    found = {before}
    for name, text in (("a/one.py", "x = 2\n"), ("a/two.py", "x = 2\n"), ("a/page.j2", "")):
        (tmp_path / name).write_text(text)
        found.add(digest_of(tmp_path))
    assert len(found) == 4


def test_the_version_names_the_code(backlog: RunBacklog) -> None:
    """Two builds of one version can be told apart by what `--version` prints."""
    assert backlog("--version", expect=0).stdout == f"backlog {__version__} (code {code_digest()[:12]})\n"


def test_libraries_are_named_with_their_versions() -> None:
    """Another version of what makes pages is another program."""
    assert f"jinja2-{version('jinja2')}.dist-info" in libraries()
