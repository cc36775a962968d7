# SPDX-License-Identifier: Apache-2.0
"""What the guide says for a computer without GitHub: its lines, taken out of the page, as openssl and cron run them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from secure_score_backlog.sample.tenant import Tenant
from tests.support.graph_items import TENANT
from tests.support.running import RunBacklog
from tests.support.simulated_graph import SimulatedGraph
from tests.support.simulated_identity import Registration, SimulatedIdentity

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "setting-up.md"
SECTION = GUIDE.read_text(encoding="utf-8").split("\n## Without GitHub\n")[1].split("\n## ")[0]
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
TODAY = date(2026, 11, 10)
FIELDS = 5
"""Of a line for cron, before the command."""


def block(language: str, holds: str) -> str:
    """The one block of the section in a language that holds some words."""
    found = [text for name, text in BLOCKS if name == language and holds in text]
    assert len(found) == 1, (language, holds)
    return found[0]


def by_cron(home: Path, command: str) -> CompletedProcess[str]:
    """A command as cron starts it: by `sh -c`, in the home folder, with four variables and no terminal."""
    poor = {"HOME": str(home), "LOGNAME": "backlog", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=home,
        env=poor,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_block_is_looked_at() -> None:
    """Another block in the section needs a test as well."""
    assert [name for name, _ in BLOCKS] == ["console", "text", "sh", "powershell", "console"]


def test_windows_does_what_linux_does() -> None:
    """The same commands in the same order, each looked at for failure, in the file that the task starts."""
    wanted = [line for line in block("sh", "collect").splitlines() if line.startswith(("backlog ", "git "))]
    lines = block("powershell", "collect").splitlines()
    commands = [found[0].strip() for line in lines if (found := re.search(r"\b(backlog|git) [^}]+", line))]
    assert commands == [each.replace('"', "'") for line in wanted for each in line.split(" || ")]
    for line, following in pairwise(lines):
        assert not line.startswith(("backlog ", "git ")) or following.startswith("if ($LASTEXITCODE)"), line
    assert lines[-1] == "exit $LASTEXITCODE"
    assert "-File C:\\backlog\\collect.ps1" in block("console", "schtasks")
    assert "C:\\backlog\\collect.ps1" in SECTION.split("```powershell")[0]


if sys.platform != "win32":

    @pytest.fixture
    def services() -> Iterator[tuple[SimulatedIdentity, SimulatedGraph]]:
        """Where the program signs in and asks."""
        with SimulatedIdentity(Registration(TENANT)) as identity, SimulatedGraph(Tenant.load(), TODAY) as graph:
            yield identity, graph

    @pytest.fixture
    def home(tmp_path: Path, backlog: RunBacklog, services: tuple[SimulatedIdentity, SimulatedGraph]) -> Path:
        """A home folder: the program where pipx puts it, the backlog of `init`, certificate and script of the guide."""
        identity, graph = services
        program = tmp_path / ".local" / "bin" / "backlog"
        program.parent.mkdir(parents=True)
        addresses = f"--graph-url {graph.url} --authority {identity.origin}"
        program.write_text(
            f'#!/bin/sh\n[ "$1" = collect ] && set -- "$@" {addresses}\n'
            f'exec {shlex.quote(sys.executable)} -m secure_score_backlog "$@"\n',
            encoding="utf-8",
        )
        program.chmod(0o755)
        (tmp_path / ".gitconfig").write_text("[user]\nname = B\nemail = b@example.com\n", encoding="utf-8")
        backlog("init", "our-score", "--organisation", "Example", "--plan", "none", expect=0)
        made = by_cron(tmp_path, "set -e\n" + block("console", "openssl"))
        assert made.returncode == 0, made.stderr
        ids = {"TENANT_ID": TENANT, "CLIENT_ID": identity.registration.client}
        script = re.sub(r"=(TENANT_ID|CLIENT_ID)\b", lambda found: f"={ids[found[1]]}", block("sh", "collect"))
        (tmp_path / "collect.sh").write_text(script, encoding="utf-8")
        return tmp_path

    def cron_line() -> str:
        """The command of the line for cron."""
        return block("text", "collect.sh").strip().split(maxsplit=FIELDS)[FIELDS]

    def git(home: Path, *arguments: str) -> str:
        """What Git says in the backlog."""
        done = by_cron(home, shlex.join(["git", "-C", "our-score", *arguments]))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def test_the_certificate_is_made_as_the_guide_says(home: Path) -> None:
        """Key and certificate in one file that others cannot read; the certificate alone in the file for Entra."""
        whole, shown = (home / "app.pem").read_text(encoding="ascii"), (home / "app.cer").read_text(encoding="ascii")
        assert "PRIVATE KEY" in whole
        assert "PRIVATE KEY" not in shown
        assert shown in whole
        assert (home / "app.pem").stat().st_mode & 0o077 == 0

    def test_cron_collects_and_commits(home: Path, services: tuple[SimulatedIdentity, SimulatedGraph]) -> None:
        """The first run, one without news, a new day; what else is staged stays staged."""
        git(home, "add", ".")
        git(home, "commit", "--quiet", "-m", "Begin our backlog")
        (home / "our-score" / "decisions" / "Other.md").write_text("begun", encoding="utf-8")
        git(home, "add", "decisions/Other.md")
        commits = []
        for days in (0, 0, 1):
            services[1].today = TODAY + timedelta(days=days)
            done = by_cron(home, cron_line())
            assert done.returncode == 0, done.stderr
            commits.append(git(home, "rev-list", "--count", "HEAD").strip())
        assert commits == ["2", "2", "3"]
        assert git(home, "log", "-1", "--format=%s %an", "--", "snapshots") == "Add snapshots B\n"
        assert git(home, "status", "--porcelain") == "A  decisions/Other.md\n"

    def test_a_run_that_fails_says_so(home: Path, services: tuple[SimulatedIdentity, SimulatedGraph]) -> None:
        """Its exit code is not 0, the reason is on stderr, which cron mails, and nothing is committed."""
        git(home, "add", ".")
        git(home, "commit", "--quiet", "-m", "Begin our backlog")
        identity, _ = services
        identity.registration = Registration(TENANT, client="another")
        done = by_cron(home, cron_line())
        assert done.returncode != 0
        assert "AADSTS700016" in done.stderr
        assert git(home, "rev-list", "--count", "HEAD") == "1\n"
