# SPDX-License-Identifier: Apache-2.0
"""Runs the workflows as they are written, with act on this machine: no container, no network.

GitHub's own actions are replaced by stand-ins (`tests/workflows/actions`), also inside this repository's action. The
`python` on a job's path is this one: what the workflow installs is there already, so `pip install` is only checked for
its requirement files. Where a test is about installing, each run gets an environment of its own, and a folder that is
installed without its dependencies, or what is installed from a folder of files, is installed indeed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.installed import borrowing_environment

ACT = Path(sys.executable).with_name("act.exe" if os.name == "nt" else "act")
PROJECT = Path(__file__).resolve().parents[2]
ACTIONS = PROJECT / "tests" / "workflows" / "actions"
USES = re.compile(r"uses: (?P<action>(?:actions|Azure)/(?P<name>[\w-]+))@(?P<commit>[0-9a-f]{40})")
LONGEST_RUN = 300
PYTHON = """\
#!/bin/sh
# The requirement files must be there and complete; what they name is installed already.
isolated=; [ "$1" = -I ] && {{ isolated=-I; shift; }}
if [ "$1 $2 $3" = "-m pip install" ]; then
    echo "$*" >> "$WORKSHOP/installed"
    case "{installs} $*" in
        "True "*" --no-deps "* | "True "*" --find-links "*) exec "{python}" $isolated "$@" --no-index --quiet ;;
    esac
    shift 3
    while [ $# -gt 0 ]; do
        if [ "$1" = -r ]; then shift; grep -q . "$1" || exit 1; fi
        shift
    done
    exit 0
fi
exec "{python}" $isolated "$@"
"""
BACKLOG = """\
#!/bin/sh
# Collecting asks the simulated Graph that a test names.
[ "$1" = collect ] && exec "{python}" -m secure_score_backlog "$@" $TO_SIMULATED_GRAPH
exec "{python}" -m secure_score_backlog "$@"
"""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What a step told the runner about a line of a file."""

    level: str
    """error, warning or notice."""
    message: str
    file: str
    line: int | None
    title: str


@dataclass(frozen=True, slots=True)
class Run:
    """What act saw of a run."""

    events: tuple[Mapping[str, Any], ...]
    workshop: Path
    """Holds `artifacts/`, by name."""
    code: int
    output: str = field(repr=False)

    @property
    def jobs(self) -> dict[str, str]:
        """Result by job: success or failure; a skipped job is left out."""
        return {event["jobID"]: event["jobResult"] for event in self.events if "jobResult" in event}

    @property
    def steps(self) -> dict[str, str]:
        """Result by the command or name of each main step, in order."""
        main = (e for e in self.events if e.get("stage") == "Main" and "stepResult" in e and len(e["stepID"]) == 1)
        return {event["step"]: event["stepResult"] for event in main}

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """Every annotation, in order, however many of them GitHub would show."""
        told = (event for event in self.events if event.get("command") in ("error", "warning", "notice"))
        return tuple(annotation(event) for event in told)

    @property
    def commands(self) -> set[str]:
        """Names of all commands that the runner obeyed."""
        return {event["command"] for event in self.events if "command" in event} - {"summary"}

    @property
    def summary(self) -> str:
        """The job summary, of all steps together."""
        return "\n".join(event["content"] for event in self.events if event.get("command") == "summary")

    @property
    def log(self) -> str:
        """What the steps printed."""
        return "".join(event["msg"] for event in self.events if event.get("raw_output"))


def annotation(event: Mapping[str, Any]) -> Annotation:
    """One annotation as the runner parsed it."""
    where = event.get("kvPairs") or {}
    line = where.get("line")
    return Annotation(
        event["command"],
        event.get("arg", ""),
        where.get("file", ""),
        int(line) if line else None,
        where.get("title", ""),
    )


def stand_ins(files: Iterable[Path], server: str) -> list[str]:
    """The options that put a stand-in in the place of each action that is used.

    Args:
        files: A workflow, and an action that it uses.
        server: Where the run looks for actions, as for its repository.
    """
    used = {match["action"] + "@" + match["commit"]: match["name"] for file in files for match in uses_of(file)}
    options = []
    for action, name in sorted(used.items()):
        assert (ACTIONS / name / "action.yml").is_file(), f"no stand-in for {action}"
        options += ["--local-repository", f"{server}/{action}={ACTIONS / name}"]
    return options


def uses_of(file: Path) -> Iterable[re.Match[str]]:
    """Every use of an action of GitHub's, or of Azure's, in a file."""
    return USES.finditer(file.read_text(encoding="utf-8"))


def workshop(folder: Path, origin: Path, *, installs: bool) -> Path:
    """A folder with the programs of a job and the repository that it checks out."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    python = programs / "python"
    if installs:
        interpreter = borrowing_environment(folder)  # its `bin` is the folder that a job has on its path
        python.unlink()
        python.write_text(PYTHON.format(python=interpreter, installs=True), encoding="utf-8")
    else:
        python.write_text(PYTHON.format(python=sys.executable, installs=False), encoding="utf-8")
        backlog = programs / "backlog"
        backlog.write_text(BACKLOG.format(python=sys.executable), encoding="utf-8")
        backlog.chmod(backlog.stat().st_mode | stat.S_IXUSR)
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    (folder / "origin").symlink_to(origin)
    (folder / "home").mkdir()
    return folder


def run_workflow(
    name: str | Path,
    event: str,
    payload: Mapping[str, Any],
    *,
    folder: Path,
    origin: Path,
    environment: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    job: str = "",
    action: str = "",
    matrix: Mapping[str, str] | None = None,
    programs: Mapping[str, str] | None = None,
    installs: bool = False,
) -> Run:
    """Run a workflow of this repository for an event of another repository.

    Args:
        name: File name of a workflow of this repository, or the path of another.
        event: Name of the event, such as `pull_request`.
        payload: The event as GitHub sends it.
        folder: A folder that the run may fill; must not exist yet.
        origin: The repository that the run checks out.
        environment: Variables of every step.
        variables: The repository's `vars`.
        secrets: The repository's secrets; `GITHUB_TOKEN` is what the job's token is.
        job: The one job to run; all unless given.
        action: `OWNER/NAME@COMMIT=FOLDER`: where the run finds our own action, if it does not come from its checkout.
        matrix: The only values of a matrix to run, by key.
        programs: Shell scripts by name, which stand for programs that are on GitHub's machines.
        installs: Whether what is installed without dependencies, or from a folder, is installed indeed, into an
            environment of the run.
    """
    place = workshop(folder, origin, installs=installs)
    workflow = PROJECT / ".github" / "workflows" / name
    checkout = place / "checkout"  # act takes the commit of the event from here
    subprocess.run(["git", "clone", "--quiet", str(origin), str(checkout)], check=True, capture_output=True)
    (place / "event.json").write_text(json.dumps(payload), encoding="utf-8")
    given = [
        *(part for key, value in (environment or {}).items() for part in ("--env", f"{key}={value}")),
        *(part for key, value in (variables or {}).items() for part in ("--var", f"{key}={value}")),
        *(part for key, value in (secrets or {}).items() for part in ("--secret", f"{key}={value}")),
        *(part for key, value in (matrix or {}).items() for part in ("--matrix", f"{key}:{value}")),
        *(("--job", job) if job else ()),
    ]
    server = (environment or {}).get("GITHUB_SERVER_URL", "https://github.com")
    call = [
        *(str(ACT), event, "--workflows", str(workflow), "--eventpath", str(place / "event.json"), "--json"),
        *("--platform", "ubuntu-24.04=-self-hosted", "--no-skip-checkout", "--no-cache-server", "--no-recurse"),
        *("--action-cache-path", str(place / "cache"), "--env", f"WORKSHOP={place}", "--concurrent-jobs", "1"),
        *stand_ins((workflow, PROJECT / "action.yml"), server),
        *(("--local-repository", f"{server}/{action}") if action else ()),
        *given,
    ]
    (place / "programs").mkdir()
    for program, script in (programs or {}).items():
        (place / "programs" / program).write_text(script, encoding="utf-8")
        (place / "programs" / program).chmod(0o755)
    path = f"{place / 'programs'}{os.pathsep}{os.environ['PATH']}"
    clean = {"HOME": str(place / "home"), "PATH": path, "LANG": "C.UTF-8", "TMPDIR": str(place)}
    done = subprocess.run(
        call, cwd=checkout, env=clean, capture_output=True, text=True, timeout=LONGEST_RUN, check=False
    )
    events = tuple(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    shutil.rmtree(place / "cache", ignore_errors=True)
    return Run(events, place, done.returncode, done.stdout + done.stderr)
