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

from secure_score_backlog.cli.collect import certificate_problems
from secure_score_backlog.data_repository.choices import BOT, choose
from secure_score_backlog.data_repository.steps import Shell, steps
from secure_score_backlog.data_repository.written import documents
from secure_score_backlog.graph.credentials import Application, ClientCertificate, last_day
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


def words_of(done: CompletedProcess[str]) -> list[str]:
    """What cron would mail, but for the warning that the simulated answer grows old by the clock."""
    return [line for line in (done.stdout + done.stderr).splitlines() if not re.search("newe(st|r) day", line)]


def test_every_block_is_looked_at() -> None:
    """Another block in the section needs a test as well."""
    assert [name for name, _ in BLOCKS] == ["console", "text", "console", "text", "console", "console"]


def test_the_printed_steps_say_what_the_guide_says() -> None:
    """The lines for the certificate, for cron, for the tasks of Windows and for a shared repository."""
    choices = choose({"organisation": "X", "plan": "none"})
    for shell, language, holds, place in (
        (Shell.BASH, "console", "openssl", ""),
        (Shell.BASH, "text", '.sh"\n', "HOME"),
        (Shell.BASH, "text", "remind", "HOME"),
        (Shell.BASH, "console", "SHARED", ""),
        (Shell.POWERSHELL, "console", "openssl", ""),
        (Shell.POWERSHELL, "console", "DAILY", r"C:\our-score"),
        (Shell.POWERSHELL, "console", "WEEKLY", r"C:\our-score"),
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
    called = re.compile(r"(?<![\w.])(?:backlog (?:collect|publish|build)|git (?:-C|[a-z]))[^;}|)>']*")
    found = [
        [call.strip() for line in lines if not line.startswith("#") for call in called.findall(line)]
        for lines in (linux, windows)
    ]
    assert found[0] == found[1]
    assert found[0][-1].startswith("backlog build")
    own = windows[windows.index("backlog collect --quiet") :]
    for line, following in pairwise(own):
        quiet = line.strip() == "git worktree prune"  # nothing depends on it
        assert quiet or not line.strip().startswith(("backlog ", "git ")) or "$LASTEXITCODE" in following, line
    assert own[-1] == "exit $LASTEXITCODE"
    assert linux[-1] == own[-2] == "# What shall follow each day, such as a deployment, goes here."
    named = [
        {name for line in lines for name in re.findall(r"(?:AZURE|BACKLOG|GIT)_[A-Z_]+", line)}
        for lines in (linux, windows)
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
            f'#!/bin/sh\n[ "$1" = build ] && echo "$@" >"$HOME/built" && exit\n'
            f'[ "$1" = collect ] && set -- "$@" {addresses}\n'
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
        return block("text", '.sh"\n').strip().split(maxsplit=FIELDS)[FIELDS]

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

    def test_the_end_of_the_certificate_is_told_in_time(home: Path) -> None:
        """By `doctor` always, and by each run from 30 days before; a year before no run says a word of it."""
        named = ClientCertificate(Application(TENANT, "app"), home / "app.pem")
        assert certificate_problems(named) == ()
        assert "Its last day is" in by_cron(home, "sh our-score/scripts/collect.sh doctor --offline").stdout
        by_cron(home, "set -e\n" + block("console", "openssl").replace("-days 365", "-days 20"))
        (found,) = certificate_problems(named)
        assert found.code == "certificate-ends"
        assert str(last_day(named)) in found.message
        assert "Credential: warning" in by_cron(home, "sh our-score/scripts/collect.sh doctor --offline").stdout

    def test_cron_collects_commits_and_builds(
        home: Path, services: tuple[SimulatedIdentity, SimulatedGraph], backlog: RunBacklog
    ) -> None:
        """The first run, one without news, a new day: no word, so no mail; the audit knows each commit.

        What somebody is editing stays as it is, also staged, and is not built. Git needs to know nobody: the script
        says who commits, and the settings name the same account.
        """
        (home / "our-score" / "decisions" / "Other.md").write_text("begun", encoding="utf-8")
        git(home, "add", "decisions/Other.md")
        commits = []
        for days in (0, 0, 1):
            services[1].today = TODAY + timedelta(days=days)
            done = by_cron(home, cron_line())
            assert (done.returncode, words_of(done)) == (0, [])
            commits.append(git(home, "rev-list", "--count", "HEAD").strip())
        assert commits == ["2", "2", "3"]
        assert git(home, "log", "-1", "--format=%s, %an <%ae>, %cn", "--", "snapshots") == (
            f"Add snapshots, {BOT.name} <{BOT.mail}>, {BOT.name}\n"
        )
        assert git(home, "status", "--porcelain") == "A  decisions/Other.md\n"
        assert (home / "built").read_text("utf-8") == "build --quiet --root build/committed/ --output build/site\n"
        shown = home / "our-score" / "build" / "committed"
        assert not (shown / "decisions" / "Other.md").exists()
        assert git(home, "-C", "build/committed", "rev-parse", "HEAD") == git(home, "rev-parse", "HEAD")
        assert len(list((shown / "snapshots").glob("2026/*.json"))) > 80
        counts = json.loads(backlog("audit", "--json", "--root", "our-score", expect=0).stdout)["counts"]
        assert counts == {"snapshot": 2, "approved": 0, "attested": 0, "beginning": 1, "exception": 0, "total": 3}

    def test_the_script_runs_other_commands_signed_in(home: Path, backlog: RunBacklog) -> None:
        """`doctor` sees the certificate that only the script names, and nothing is collected; alone it says so."""
        alone = backlog("doctor", "--root", "our-score", "--offline").stdout
        assert "Run `sh scripts/collect.sh doctor`." in alone
        assert "Rules of the main branch" not in alone
        assert "Dependabot" not in alone
        done = by_cron(home, "sh our-score/scripts/collect.sh doctor --offline")
        assert "A certificate with its private key." in done.stdout
        assert git(home, "rev-list", "--count", "HEAD") == "1\n"

    def test_colleagues_push_and_the_script_does(home: Path) -> None:
        """By the lines of the guide: what a colleague pushed is built, what was collected is pushed."""
        shared = block("console", "SHARED").replace("SHARED", shlex.quote(str(home / "shared.git")))
        for line in shared.splitlines():
            git(home, *shlex.split(line)[1:])
        git(home, "clone", "--quiet", str(home / "shared.git"), str(home / "colleague"))
        (home / "colleague" / "decisions" / "Other.md").write_text("agreed", encoding="utf-8")
        as_colleague = ("-C", "../colleague", "-c", "user.name=C", "-c", "user.email=c@example.com")
        git(home, *as_colleague, "add", ".")
        git(home, *as_colleague, "commit", "--quiet", "-m", "Decide")
        git(home, *as_colleague, "push", "--quiet")
        (home / "our-score" / "README.md").write_text("begun", encoding="utf-8")
        done = by_cron(home, cron_line())
        assert (done.returncode, words_of(done)) == (0, [])
        assert (home / "our-score" / "build" / "committed" / "decisions" / "Other.md").is_file()
        log = git(home, "-C", str(home / "shared.git"), "log", "--format=%an", "main").splitlines()
        assert log == [BOT.name, "C", "B"]
        assert git(home, "status", "--porcelain", "--branch").splitlines() == ["## main...origin/main", " M README.md"]

    @pytest.mark.thorough
    def test_a_shared_repository_that_is_away_costs_no_day(
        home: Path, services: tuple[SimulatedIdentity, SimulatedGraph]
    ) -> None:
        """What was collected is committed, the script fails and says why, and the next run pushes it."""
        shared = home / "shared.git"
        for line in block("console", "SHARED").replace("SHARED", shlex.quote(str(shared))).splitlines():
            git(home, *shlex.split(line)[1:])
        away = shared.rename(home / "away.git")
        done = by_cron(home, cron_line())
        assert done.returncode == 3
        assert done.stderr.count("could not fetch") == 1
        assert not (home / "built").exists()
        away.rename(shared)
        services[1].today = TODAY + timedelta(days=1)
        assert by_cron(home, cron_line()).returncode == 0
        assert git(home, "-C", str(shared), "rev-list", "--count", "main") == "3\n"

    def test_nothing_due_is_no_mail(home: Path) -> None:
        """The weekly line of the guide prints what is due, and nothing where nothing is."""
        line = block("text", "remind").strip().split(maxsplit=FIELDS)[FIELDS]
        done = by_cron(home, line)
        assert (done.returncode, words_of(done)) == (0, [])

    def test_a_run_that_fails_says_so(home: Path, services: tuple[SimulatedIdentity, SimulatedGraph]) -> None:
        """Its exit code is not 0, the reason is on stderr, which cron mails, and nothing is committed."""
        identity, _ = services
        identity.registration = Registration(TENANT, client="another")
        done = by_cron(home, cron_line())
        assert done.returncode != 0
        assert "AADSTS700016" in done.stderr
        assert git(home, "rev-list", "--count", "HEAD") == "1\n"
        assert not (home / "built").exists()
