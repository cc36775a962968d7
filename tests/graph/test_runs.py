# SPDX-License-Identifier: Apache-2.0
"""Whole runs of `collect`: installed from the wheel, killed, two at once, dry, and with each option."""

from __future__ import annotations

import importlib.util
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.graph_faults import once, status
from tests.support.graph_items import TENANT, profile
from tests.support.graph_server import PROFILES, GraphAnswers
from tests.support.graph_stage import APPLICATION_TOKEN, NAMES, TODAY, Stage, day_score, tree, undated
from tests.support.installed import install_wheel
from tests.support.loopback import Request, Response
from tests.support.repositories import Repository
from tests.support.simulated_identity import Registration, SimulatedIdentity

LONG_PAST = [day_score(TODAY - timedelta(days=ago), full=False) for ago in range(1, 60)]
TEXTS = [profile(name, remediation="text " * 4000) for name in NAMES]
NEWEST = f"snapshots/2026/{TODAY}.json"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An empty repository and a Graph with sixty days."""
    (tmp_path / "root").mkdir()
    graph = GraphAnswers([day_score(TODAY), *LONG_PAST], TEXTS)
    with Stage(tmp_path / "root", graph) as prepared:
        yield prepared


def test_the_installed_program_signs_in_and_collects(stage: Stage, tmp_path: Path) -> None:
    """The wheel holds all that a collection needs, and its process exits with the code and streams that it should."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("needs hatchling: pip install -r requirements/build.txt")
    stage.program = (str(install_wheel(tmp_path)),)
    registration = Registration(TENANT)
    with SimulatedIdentity(registration, tls=True) as identity:
        stage.options = ["--authority", identity.origin]
        stage.environment = {
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": registration.client,
            "AZURE_CLIENT_SECRET": registration.secret,
            "REQUESTS_CA_BUNDLE": str(identity.certificate),
        }
        done = stage.run()
        stage.environment["AZURE_CLIENT_SECRET"] = "wrong"
        refused = stage.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{TODAY}: ")
    assert NEWEST in tree(stage.root)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "AADSTS7000215" in refused.stderr


def appears(stage: Stage, pattern: str) -> Callable[[], bool]:
    """A file of such a name is below the repository."""
    return lambda: any(stage.root.rglob(pattern))


def is_listed(stage: Stage) -> bool:
    """The list of the files to be renamed is on the disk."""
    try:
        return (stage.root / "snapshots" / ".intent.partial").stat().st_size > 0
    except OSError:
        return False


def after(seconds: float) -> Callable[[], bool]:
    """A time has passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


MOMENTS: dict[str, Callable[[Stage, random.Random], Callable[[], bool]]] = {
    "while it starts": lambda _, dice: after(dice.uniform(0.0, 0.3)),
    "while it asks": lambda stage, _: lambda: len(stage.graph.requests) > 0,
    "while it writes": lambda stage, _: appears(stage, ".*.partial"),
    "when all is ready to be put in place": lambda stage, _: appears(stage, ".intent.partial"),
    "while it puts files in place": lambda stage, _: appears(stage, "2026-*.json"),
    "some time": lambda _, dice: after(dice.uniform(0.3, 1.0)),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_completed_by_the_next(stage: Stage, moment: str) -> None:
    """Killed at any moment, each file is whole, and the next run leaves exactly what an undisturbed one leaves."""
    reached = MOMENTS[moment](stage, random.Random(moment))
    with stage.start() as run:
        while not reached() and run.poll() is None:
            time.sleep(0.0005)
        run.kill()
        run.communicate()
    for path, content in tree(stage.root).items():
        assert path.endswith(".partial") or json.loads(content)
    done = stage.run()
    assert done.returncode == 0, done.stderr
    completed = undated(tree(stage.root))
    fresh = stage.root.parent / "fresh"
    fresh.mkdir()
    stage.root = fresh
    assert stage.run().returncode == 0
    assert completed == undated(tree(fresh))


def test_a_run_killed_at_the_end_of_a_day_keeps_that_day(stage: Stage) -> None:
    """What was ready to be put in place is put there a day later, when Graph no longer has its details."""
    with stage.start() as run:
        while not is_listed(stage) and run.poll() is None:
            time.sleep(0.0005)
        run.kill()
        run.communicate()
    tomorrow = TODAY + timedelta(days=1)
    stage.graph.scores = [day_score(tomorrow), day_score(TODAY, full=False), *LONG_PAST]
    done = stage.run()
    assert done.returncode == 0, done.stderr
    files = tree(stage.root)
    assert b'"complete":true' in files[NEWEST]
    assert b'"complete":true' in files[f"snapshots/2026/{tomorrow}.json"]
    assert len(files) == len(LONG_PAST) + 3


def test_a_second_run_is_refused_while_one_writes(stage: Stage) -> None:
    """While one run is at work, another ends with 3 and a clear word; a dry run is let through; the first succeeds."""
    asked, go_on = threading.Event(), threading.Event()

    def wait(request: Request) -> Response | None:
        if request.path == PROFILES and not asked.is_set():
            asked.set()
            go_on.wait(30)
        return None

    stage.graph.responders = [wait]
    with stage.start() as first:
        assert asked.wait(30)
        second, looking = stage.run(), stage.run("--dry-run")
        assert tree(stage.root) == {}
        go_on.set()
        first.communicate()
    assert second.returncode == 3
    assert "Another run of backlog is writing snapshots in this folder." in second.stderr
    assert "what to do: Nothing was changed. Wait until it has ended" in second.stderr
    assert looking.returncode == 0, looking.stderr
    assert first.returncode == 0
    assert NEWEST in tree(stage.root)


def test_a_killed_run_releases_the_lock(stage: Stage) -> None:
    """The next run is let in."""
    with stage.start() as run:
        while not stage.graph.requests:
            time.sleep(0.001)
        run.kill()
        run.communicate()
    assert stage.run().returncode == 0


def test_a_dry_run_announces_and_writes_nothing(stage: Stage) -> None:
    """What it announces is what the next run does, for people and for programs; the tree stays as it is."""
    dry = stage.run("--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert f"{TODAY}: " in dry.stdout
    assert "Would write 61 files: " in dry.stdout
    assert dry.stdout.endswith("Nothing was written: this was a dry run.\n")
    assert list(stage.root.iterdir()) == []
    announced = json.loads(stage.run("--dry-run", "--json").stdout)
    assert (announced["dry_run"], announced["written"]) == (True, [])
    assert list(stage.root.iterdir()) == []
    done = json.loads(stage.run("--json").stdout)
    assert done["written"] == announced["would_write"]
    assert set(done["written"]) == set(tree(stage.root))
    assert (done["dry_run"], "would_write" in done) == (False, False)
    before = tree(stage.root)
    assert stage.run("--dry-run").stdout == f"Nothing new; the newest snapshot is of {TODAY}.\n"
    assert tree(stage.root) == before


def test_verbose_shows_requests_without_secrets(stage: Stage) -> None:
    """Each request with its status, and each wait, on stderr; no token, no query, nothing more on stdout."""
    once(status(503, headers={"Retry-After": "0"}))(stage)
    loud = stage.run("--verbose")
    assert loud.returncode == 0
    lines = loud.stderr.splitlines()
    assert re.fullmatch(rf"GET {stage.url}/security/secureScores: 503, \d+ bytes, \d+\.\d s", lines[0])
    assert lines[1] == "waiting 0.0 s, then attempt 2 of 4"
    assert re.fullmatch(rf"GET {stage.url}/security/secureScores: 200, [\d,]+ bytes, \d+\.\d s", lines[2])
    assert re.fullmatch(rf"GET http://127\.0\.0\.1:\d+{PROFILES}: 200, [\d,]+ bytes, \d+\.\d s", lines[3])
    assert APPLICATION_TOKEN not in loud.stderr + loud.stdout
    assert "?" not in loud.stderr
    assert "GET" not in loud.stdout


def test_a_deadline_out_of_bounds_is_refused(stage: Stage) -> None:
    """A collection may take 120 seconds at most, and more than no time."""
    for seconds in ("0", "121", "soon"):
        done = stage.run("--deadline", seconds)
        assert done.returncode == 2
        assert "--deadline" in done.stderr
    assert not stage.graph.requests


def test_snapshots_on_a_branch_of_their_own(stage: Stage) -> None:
    """Where the site reads another branch, a run on this one says so; on that branch it says nothing."""
    (stage.root / "backlog.yml").write_text("snapshots:\n  branch: snapshots\n", encoding="utf-8")
    repository = Repository(stage.root)
    done = stage.run()
    assert done.returncode == 0
    assert "reads snapshots from the branch 'snapshots'" in done.stderr
    assert "this folder is the branch 'main'" in " ".join(done.stderr.split())
    assert "git worktree add ../snapshots snapshots" in " ".join(done.stderr.split())
    repository.git("checkout", "--quiet", "-b", "snapshots")
    assert "branch" not in stage.run().stderr
