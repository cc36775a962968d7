# SPDX-License-Identifier: Apache-2.0
"""Years of unattended collecting in seconds: days pass, runs are dropped, everything fails now and then.

`python -m tests.support.simulated_years 50` plays fifty seeds (`make soak`); the suite plays three. The collector, the
HTTP and the files are real; only the calendar is not. After every run the repository is compared with what Graph held.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from secure_score_backlog.snapshots.snapshot_files import decode, decode_catalogue
from tests.support.graph_items import OTHER_TENANT, control, profile, score
from tests.support.graph_server import PROFILES, SCORES, GraphAnswers, to_json
from tests.support.graph_stage import tree
from tests.support.loopback import Request, Response
from tests.support.repositories import GIT
from tests.support.running import run_here

FIRST = date(2024, 1, 1)
DAYS = 400
KEPT = 90
"""Days that Graph holds."""
LONGEST_OUTAGE = 80
FAULTY = 0.3
"""Part of the runs that meet a fault."""
NAMES = ("AdminMFAV2", "BlockLegacyAuthentication", "mdo_safelinks", "aad_admin_consent_workflow")
STATUSES = (206, 401, 403, 404, 429, 500, 502, 503, 504, 302)
CATALOGUE_FILE = "snapshots/catalogue.json"
NEVER = date(2060, 1, 1)


@cache
def measured(seed: int, day: date) -> tuple[tuple[str, int], ...]:
    """What Microsoft measured on a day: some recommendations come, go and come back, and points move."""
    dice = random.Random(f"{seed} {day.toordinal() // 6}")
    return tuple((name, dice.randrange(0, 11)) for name in NAMES if dice.random() > 0.15 or name == NAMES[0])


def is_published(seed: int, day: date) -> bool:
    """Whether Microsoft published a day at all."""
    return random.Random(f"{seed} published {day}").random() > 0.02


def answer(seed: int, day: date, *, full: bool) -> dict[str, Any]:
    """A day as Graph gives it while it is the newest, or later."""
    items = [control(name, points, points * 10, full=full) for name, points in measured(seed, day)]
    return score(day, items)


@dataclass(slots=True)
class Years:
    """One life of one repository."""

    seed: int
    root: Path
    graph: GraphAnswers
    dice: random.Random = field(init=False)
    known: dict[str, bytes] = field(default_factory=dict)
    runs: int = 0
    failed: int = 0
    killed: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.dice = random.Random(self.seed)

    def live(self) -> None:
        """All the days, with at least one outage as long as they come."""
        left, longest = 0, self.dice.randrange(100, 300)
        held: list[date] = []
        for ago in range(DAYS):
            today = FIRST + timedelta(days=ago)
            if ago == longest:
                left = LONGEST_OUTAGE
            elif left == 0 and self.dice.random() < 0.2:
                left = self.dice.choice((1, 1, 2, 3, 5, 8, 13))
            if left:
                left -= 1
                continue
            held = [day for day in (today - timedelta(days=n) for n in range(KEPT)) if is_published(self.seed, day)]
            self.one_day([day for day in held if day >= FIRST])
        self.graph.responders = []
        self.one_run(held, None)

    def one_day(self, held: list[date]) -> None:
        """One slot of the scheduler, or two."""
        if not held:
            return
        fault = self.dice.choice(FAULTS) if self.dice.random() < FAULTY else None
        self.one_run(held, fault)
        if fault is not None and self.dice.random() < 0.5:
            self.one_run(held, None)

    def one_run(self, held: list[date], fault: str | None) -> None:
        """One run of the collector, and the comparison after it."""
        self.graph.scores = [answer(self.seed, day, full=day == held[0]) for day in held]
        names = sorted({name for day in held for name, _ in measured(self.seed, day)})
        self.graph.profiles = [profile(name, title=f"{name}, {held[0]:%B}") for name in names]
        self.graph.responders = []
        self.runs += 1
        if fault == "killed":
            self.killed += 1
            self.kill()
            self.one_run(held, None)
            return
        code, said = self.collect(fault)
        files = tree(self.root)
        expected = {"a day that never comes": 0, "two bad answers": 0, None: 0}.get(fault, 3)
        assert code == expected, (self.seed, held[0], fault, said)
        if code != 0:
            self.failed += 1
            assert files == self.known, (self.seed, held[0], fault)
            return
        self.check(held, files)
        self.known = files

    def collect(self, fault: str | None) -> tuple[int, str]:
        """One run in this process: starting one anew would take most of the time."""
        url = self.arrange(fault)
        done = run_here("collect", "--root", self.root, "--graph-url", url, *limits(fault))
        return done.returncode, done.stdout + done.stderr

    def arrange(self, fault: str | None) -> str:
        """Set the stage; the address of Graph."""
        if fault == "nothing listens":
            with socket.create_server(("127.0.0.1", 0)) as listener:
                return f"http://127.0.0.1:{listener.getsockname()[1]}/v1.0"
        scores = {
            "another tenant": [{**item, "azureTenantId": OTHER_TENANT} for item in self.graph.scores],
            "nothing": [],
            "a day that never comes": [answer(self.seed, NEVER, full=True), *self.graph.scores],
        }
        self.graph.scores = scores.get(fault or "", self.graph.scores)
        path = self.dice.choice((SCORES, PROFILES))
        if fault == "second page":
            self.graph.responders = [first_page_only(self.graph, path)]
        elif replies := self.bad_answers(fault):
            self.graph.break_with(*replies, path=SCORES if fault == "two bad answers" else path)
        return self.graph.url

    def bad_answers(self, fault: str | None) -> list[Response]:
        """What Graph says instead of one of its collections."""
        whole = to_json({"value": self.graph.scores})
        away = Response.of_json(503, {}, {"Retry-After": "0"})
        match fault:
            case "status":
                return [Response.of_json(self.dice.choice(STATUSES), {"value": []}, {"Retry-After": "500"})]
            case "cut off":
                return [Response.of_json(200, whole[: self.dice.randrange(len(whole))])]
            case "web page":
                return [Response(200, {"Content-Type": "text/html"}, b"<html>")]
            case "another host":
                return [Response.of_json(200, {"value": [], "@odata.nextLink": "https://graph.example/"})]
            case "two bad answers":
                return [away, away, Response.of_json(200, whole)]
            case _:
                return []

    def kill(self) -> None:
        """Start the command as a process and kill it at a random moment."""
        command = [sys.executable, "-m", "secure_score_backlog", "collect", "--root", str(self.root)]
        with subprocess.Popen(
            [*command, "--graph-url", self.graph.url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(self.dice.uniform(0.2, 0.6))
            process.kill()

    def check(self, held: list[date], files: dict[str, bytes]) -> None:
        """Everything that Graph held is stored, as it was measured; nothing stored was lost or made worse."""
        place = (self.seed, held[0])
        assert not [path for path in files if path.endswith(".partial")], place
        assert CATALOGUE_FILE in files, place
        decode_catalogue(files[CATALOGUE_FILE], CATALOGUE_FILE)
        for day in held:
            path = f"snapshots/{day.year}/{day}.json"
            assert path in files, (*place, day)
            if self.known.get(path) == files[path]:
                continue
            stored = decode(files[path], path)
            assert stored["collected"]["complete"] is (day == held[0]), (*place, day)
            lines = stored["secureScore"]["controlScores"]
            points = tuple((line["controlName"], int(line["score"])) for line in lines)
            assert points == tuple(sorted(measured(self.seed, day))), (*place, day)
        for path, content in self.known.items():
            assert path in files, (*place, path)
            if files[path] != content and path != CATALOGUE_FILE:
                assert decode(content, path)["collected"]["complete"] is False, (*place, path)
                assert decode(files[path], path)["collected"]["complete"] is True, (*place, path)


FAULTS = (
    *("status", "status", "status", "cut off", "second page", "web page", "another host", "another tenant", "nothing"),
    *("a day that never comes", "two bad answers", "nothing listens", "killed"),
)


def limits(fault: str | None) -> list[str]:
    """A short deadline where nothing answers."""
    return ["--deadline", "0.3"] if fault == "nothing listens" else []


def first_page_only(graph: GraphAnswers, path: str) -> Any:
    """The first page of a collection is there, the second is not."""

    def respond(request: Request) -> Response | None:
        if request.path != path:
            return None
        if "$skiptoken" in request.query:
            return Response.of_json(503, {}, {"Retry-After": "500"})
        items = graph.scores if path == SCORES else graph.profiles
        return Response.of_json(200, to_json({"value": items[:1], "@odata.nextLink": "?$skiptoken=2"}))

    return respond


def play(seed: int, root: Path) -> Years:
    """One life from its first day to its last."""
    with GraphAnswers() as graph:
        years = Years(seed, root, graph)
        years.live()
    return years


def soak(seeds: int, one: Callable[[int, Path], str]) -> None:
    """Play many lives, each in a folder of its own, and print what is said of each."""
    os.environ |= {**GIT, "GRAPH_TOKEN": "a-token-of-the-simulation"}  # as tests/conftest.py does for tests
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            said = one(seed, Path(folder))
            print(f"{said}, nothing lost ({time.monotonic() - started:.0f} s)", flush=True)


def played(seed: int, root: Path) -> str:
    """How one life went."""
    years = play(seed, root)
    return (
        f"seed {seed}: {years.runs} runs, {years.failed} failed, {years.killed} killed, "
        f"{len(years.known) - 1} days stored"
    )


if __name__ == "__main__":
    soak(int(sys.argv[1]) if len(sys.argv) > 1 else 20, played)
