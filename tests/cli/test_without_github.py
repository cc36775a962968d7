# SPDX-License-Identifier: Apache-2.0
"""A computer without GitHub: the lines of the guide and the script of `init`, as openssl and cron run them."""

from __future__ import annotations

import json
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

from secure_score_backlog.data_repository.choices import BOT, choose
from secure_score_backlog.data_repository.steps import Shell, steps
from secure_score_backlog.data_repository.written import documents
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
    assert [name for name, _ in BLOCKS] == ["console", "text", "console"]


def test_the_printed_steps_say_what_the_guide_says() -> None:
    """The lines for the certificate, for cron and for the task of Windows."""
    choices = choose({"organisation": "X", "plan": "none"})
    for shell, language, holds, place in (
        (Shell.BASH, "console", "openssl", ""),
        (Shell.BASH, "text", "collect.sh", "HOME"),
        (Shell.POWERSHELL, "console", "openssl", ""),
        (Shell.POWERSHELL, "console", "schtasks", r"C:\our-score"),
    ):
        told = "\n".join(line.strip() for step in steps(choices, "x", shell, place=place) for line in step.lines)
        for line in block(language, holds).splitlines():
            assert line.replace('"$HOME/our-score/', "HOME/").replace('sh"', "sh").replace('"', "'") in told.replace(
                '"', "'"
            )


def test_windows_does_what_linux_does() -> None:
    """The same commands in the same order, each looked at for failure, and the same values."""
    files = {each.path: each.content.decode() for each in documents(choose({"organisation": "X", "plan": "none"}))}
    linux, windows = (files[f"scripts/collect.{kind}"].splitlines() for kind in ("sh", "ps1"))
    wanted = [line for line in linux if line.startswith(("backlog ", "git "))]
    own = windows[windows.index("backlog collect") :]
    commands = [found[0].strip() for line in own if (found := re.search(r"(?<!# )\b(backlog|git) [^}]+", line))]
    commands = [each for each in commands if not each.startswith(("backlog publish", "backlog build --output"))]
    assert [*commands, "backlog build"] == [*(each for line in wanted for each in line.split(" || ")), "backlog build"]
    for line, following in pairwise(own):
        assert not line.startswith(("backlog ", "git ")) or "$LASTEXITCODE" in following, line
    assert own[-1] == "exit $LASTEXITCODE"
    named = [
        {name for line in lines for name in re.findall(r"(?:AZURE|GIT)_[A-Z_]+", line)} for lines in (linux, windows)
    ]
    assert named[0] == named[1] >= {"AZURE_TENANT_ID", "GIT_AUTHOR_NAME", "GIT_COMMITTER_EMAIL"}


if sys.platform != "win32":

    @pytest.fixture
    def services() -> Iterator[tuple[SimulatedIdentity, SimulatedGraph]]:
        """Where the program signs in and asks."""
        with SimulatedIdentity(Registration(TENANT)) as identity, SimulatedGraph(Tenant.load(), TODAY) as graph:
            yield identity, graph

    @pytest.fixture
    def home(tmp_path: Path, backlog: RunBacklog, services: tuple[SimulatedIdentity, SimulatedGraph]) -> Path:
        """A home folder: the program where pipx puts it, the backlog of `init`, and the certificate of the guide.

        The program notes only that it was asked to build the site, which takes long.
        """
        identity, graph = services
        program = tmp_path / ".local" / "bin" / "backlog"
        program.parent.mkdir(parents=True)
        addresses = f"--graph-url {graph.url} --authority {identity.origin}"
        program.write_text(
            f'#!/bin/sh\n[ "$1" = build ] && exec touch "$HOME/built"\n[ "$1" = collect ] && set -- "$@" {addresses}\n'
            f'exec {shlex.quote(sys.executable)} -m secure_score_backlog "$@"\n',
            encoding="utf-8",
        )
        program.chmod(0o755)
        backlog("init", "our-score", "--organisation", "Example", "--plan", "none", "--tenant", TENANT, expect=0)
        made = by_cron(tmp_path, "set -e\n" + block("console", "openssl"))
        assert made.returncode == 0, made.stderr
        script = tmp_path / "our-score" / "scripts" / "collect.sh"
        script.write_text(script.read_text("utf-8").replace("=CLIENT_ID", f"={identity.registration.client}"), "utf-8")
        git(tmp_path, "add", ".")
        git(tmp_path, "-c", "user.name=B", "-c", "user.email=b@example.com", "commit", "--quiet", "-m", "Begin")
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

    def test_cron_collects_commits_and_builds(
        home: Path, services: tuple[SimulatedIdentity, SimulatedGraph], backlog: RunBacklog
    ) -> None:
        """The first run, one without news, a new day; what else is staged stays staged; the audit knows each commit.

        Git needs to know nobody: the script says who commits, and the settings name the same account.
        """
        (home / "our-score" / "decisions" / "Other.md").write_text("begun", encoding="utf-8")
        git(home, "add", "decisions/Other.md")
        commits = []
        for days in (0, 0, 1):
            services[1].today = TODAY + timedelta(days=days)
            done = by_cron(home, cron_line())
            assert done.returncode == 0, done.stderr
            commits.append(git(home, "rev-list", "--count", "HEAD").strip())
        assert commits == ["2", "2", "3"]
        assert git(home, "log", "-1", "--format=%s, %an <%ae>, %cn", "--", "snapshots") == (
            f"Add snapshots, {BOT.name} <{BOT.mail}>, {BOT.name}\n"
        )
        assert git(home, "status", "--porcelain") == "A  decisions/Other.md\n"
        assert (home / "built").is_file()
        counts = json.loads(backlog("audit", "--json", "--root", "our-score", expect=0).stdout)["counts"]
        assert counts == {"snapshot": 2, "approved": 0, "beginning": 1, "exception": 0, "total": 3}

    def test_the_script_runs_other_commands_signed_in(home: Path, backlog: RunBacklog) -> None:
        """`doctor` sees the certificate that only the script names, and nothing is collected; alone it says so."""
        alone = backlog("doctor", "--root", "our-score", "--offline").stdout
        assert "Run `sh scripts/collect.sh doctor`." in alone
        assert "Rules of the main branch" not in alone
        done = by_cron(home, "sh our-score/scripts/collect.sh doctor --offline")
        assert "A certificate with its private key." in done.stdout
        assert git(home, "rev-list", "--count", "HEAD") == "1\n"

    def test_a_run_that_fails_says_so(home: Path, services: tuple[SimulatedIdentity, SimulatedGraph]) -> None:
        """Its exit code is not 0, the reason is on stderr, which cron mails, and nothing is committed."""
        identity, _ = services
        identity.registration = Registration(TENANT, client="another")
        done = by_cron(home, cron_line())
        assert done.returncode != 0
        assert "AADSTS700016" in done.stderr
        assert git(home, "rev-list", "--count", "HEAD") == "1\n"
        assert not (home / "built").exists()
