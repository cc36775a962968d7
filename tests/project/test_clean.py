# SPDX-License-Identifier: Apache-2.0
"""What is published names no machine, no mirror and no key, and says under which licence it is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE_INDEXES = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "debian" + ".org", "anaconda" + ".org"]

FORBIDDEN = {
    "a package index": re.compile(r"\b(" + "|".join(map(re.escape, PACKAGE_INDEXES)) + r")\b"),
    "a path of one machine": re.compile(r"(?<![\w.~-])(/(home|Users)/\w|/(work|root|farm)/|[A-Z]:\\+Users\\)"),
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIVATE" + " KEY-----"),
    "a token": re.compile(r"\b(gh[pousr]_\w{36}|github_pat_\w{22}|eyJ[\w-]{20,}\.eyJ[\w-]{20,}\.)"),
}
"""What no published file may hold; put together so that this file does not match itself."""


def published() -> list[Path]:
    """Every file that Git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def faults(text: str) -> list[str]:
    """What a text names that it must not, as `line: what`."""
    return [
        f"{number}: {what}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in FORBIDDEN.items()
        if pattern.search(line)
    ]


def text_of(path: Path) -> str:
    """A file's text; what is not text gives nothing."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


def test_nothing_published_names_a_machine_or_a_key() -> None:
    """No text file names a package index, a path of a machine, a private key or a token."""
    files = published()
    assert ROOT / "pyproject.toml" in files
    found = [f"{path.relative_to(ROOT)}:{fault}" for path in files for fault in faults(text_of(path))]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "see https://" + PACKAGE_INDEXES[0] + "/project/x",
        "mirror: registry." + PACKAGE_INDEXES[2],
        "cd /" + "home/somebody/backlog",
        "C:" + r"\Users\somebody",
        "/" + "root/.cache",
        "-----BEGIN RSA PRIVATE" + " KEY-----",
        "ghp_" + "a" * 36,
    ],
)
def test_each_kind_is_noticed(text: str) -> None:
    """Every kind of forbidden text is found, with its line."""
    assert [fault.partition(":")[0] for fault in faults("fine\n" + text)] == ["2"]


def test_innocent_text_passes() -> None:
    """Addresses of other kinds and words that look alike are no fault."""
    assert faults("https://learn.example/home/page ~/work/x root: main frame/work/done homework/") == []


@pytest.mark.parametrize("place", ["generator", "tests"])
def test_every_module_says_its_licence(place: str) -> None:
    """The first line of each Python file is the licence, in one line."""
    line = "# SPDX-License-Identifier: Apache-2.0\n"
    modules = [path for path in published() if path.suffix == ".py" and path.is_relative_to(ROOT / place)]
    assert modules
    assert [path for path in modules if not path.read_text(encoding="utf-8").startswith(line)] == []


def test_text_has_unix_line_ends() -> None:
    """The same commit gives the same bytes: no carriage return is published outside snapshots."""
    files = [path for path in published() if not path.is_relative_to(ROOT / "snapshots")]
    assert [path for path in files if b"\r\n" in path.read_bytes() and text_of(path)] == []
