# SPDX-License-Identifier: Apache-2.0
"""A year of the workflows' own commands: collect, approvals, publish, review and remind, each on a new checkout.

Graph and GitHub are simulated over HTTP, with a bare repository behind GitHub; the commands, Git and the files are
real, only the calendar is not. Runs are dropped, Graph and GitHub fail, heads move, rules refuse, runs are killed, and
people merge and close. After every run the branch is compared with what Graph held, and with what it was before.
`python -m tests.support.simulated_year 20` plays twenty seeds (`make soak`), day after day; the suite plays three, with
more days between the runs.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.cli import clock
from secure_score_backlog.snapshots.snapshot_files import decode
from tests.support.decision_files import accept
from tests.support.graph_items import profile
from tests.support.graph_server import SCORES, GraphAnswers
from tests.support.loopback import Request, Response
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.simulated_github import BOT_NAME as BOT
from tests.support.simulated_github import SimulatedGitHub
from tests.support.simulated_years import CATALOGUE_FILE, KEPT, answer, is_published, measured, soak

FIRST = date(2024, 1, 8)
DAYS = 400
SPARSE = (1, 13, 34, 55, 80)
DAILY = (1, 1, 1, 1, 1, 1, 2, 3, 8, 21, 80)
"""Days from one run to the next."""
FAULTS = (
    *("graph fails", "consent has expired", "head moves", "head keeps moving", "rule refuses"),
    *("answer is lost", "github fails", "killed"),
)
RED = {"graph fails", "consent has expired", "head keeps moving", "rule refuses", "github fails"}
"""Faults that a run cannot make good: it has to say so."""
DECISION = accept(date(2024, 9, 30)).replace("Safe", "AdminMFAV2")


@dataclass(slots=True)
class Year:
    """One life of one repository."""

    seed: int
    folder: Path
    graph: GraphAnswers
    github: SimulatedGitHub
    gaps: Sequence[int] = SPARSE
    runs: int = 0
    red: int = 0
    killed: int = 0
    signed: dict[str, str] = field(default_factory=dict)
    """Git's id of the facts of each month that was merged, by path."""
    met: set[str] = field(default_factory=set)
    """The faults that there were."""
    today: date = FIRST
    month: str = f"{FIRST:%Y-%m}"
    """The newest month in which a review was proposed, or told to be none."""
    dice: random.Random = field(init=False)
    branch: str = field(init=False)

    def __post_init__(self) -> None:
        """The first commit, as the printed steps of `init` make it; snapshots on a branch of their own or not."""
        self.dice = random.Random(f"year {self.seed}")
        self.branch = "snapshots" if self.seed % 2 else "main"
        self.github.clock = self.now
        seed = Repository(self.folder / "seed")
        own = "snapshots: {branch: snapshots}\n" if self.branch == "snapshots" else ""
        seed.write("backlog.yml", f"organisation: Harbour\n{own}roles: {{Managing Director: [boss]}}\n")
        seed.write("snapshots/.gitkeep", "")
        seed.write(".gitignore", "build/\n")
        seed.commit("Begin our backlog", self.when)
        seed.commit("Accept it", self.when, decisions__AdminMFAV2=DECISION)
        self.github.hosted = self.folder / "hosted.git"
        seed.git("clone", "--quiet", "--bare", ".", str(self.github.hosted))
        if self.branch != "main":
            self.github.git("branch", self.branch, "main")
        for commit in self.github.git("rev-list", "main").split():
            self.github.commit(commit, "owner")

    def now(self) -> datetime:
        """The time of day of every run."""
        return datetime(self.today.year, self.today.month, self.today.day, 4, 17, tzinfo=UTC)

    @property
    def when(self) -> str:
        """The same for Git."""
        return self.now().isoformat()

    @property
    def held(self) -> list[date]:
        """The days that Graph holds, the newest first."""
        days = [self.today - timedelta(days=ago) for ago in range(KEPT)]
        return [day for day in days if day >= FIRST and is_published(self.seed, day)]

    def live(self) -> None:
        """All runs, the last one without a fault; then the whole is looked at once more."""
        last = FIRST + timedelta(days=DAYS)
        with patch.object(clock, "now", self.now):
            first = 3 * self.seed
            faults = [FAULTS[(first + number) % len(FAULTS)] for number in range(len(FAULTS))]
            while self.today < last:
                fault = None
                if self.runs % 2:
                    fault = faults.pop(0) if faults else self.dice.choice(FAULTS)
                self.one_run(fault)
                if self.month != f"{self.today:%Y-%m}":
                    self.month_begins()
                self.people()
                self.today += timedelta(days=self.dice.choice(self.gaps))
            self.one_run(None)
            self.end()

    # Runs

    def one_run(self, fault: str | None) -> None:
        """One run of the workflow *snapshot*, and the comparison after it."""
        held = self.held
        if not held:
            return
        self.runs += 1
        self.met |= {fault} if fault else set()
        before = self.files()
        head = self.head()
        root, checkout = self.checkout()
        self.graph.scores = [answer(self.seed, day, full=day == held[0]) for day in held]
        names = sorted({name for day in held for name, _ in measured(self.seed, day)})
        self.graph.profiles = [profile(name) for name in names]
        self.arrange(fault)
        try:
            codes = self.commands(checkout, root, fault)
        finally:
            self.graph.responders, self.github.responders = [], []
            self.github.before_commit, self.github.rules = [], {}
            shutil.rmtree(checkout)
        self.compare(head, before, held, fault, codes)

    def commands(self, checkout: Path, root: Path, fault: str | None) -> list[int]:
        """Exit codes of the commands of the workflow, which all run, whatever became of the one before."""
        beside = [] if root == checkout else [str(root.relative_to(checkout))]
        collect = ["collect", *(["--root", *beside] if beside else []), "--graph-url", self.graph.url]
        others = [
            ["approvals", *(["--into", *beside] if beside else [])],
            ["publish", *(["--from", *beside] if beside else [])],
        ]
        if fault == "killed":
            self.killed += 1
            self.kill(checkout, self.dice.choice([collect, others[1]]))
            return []
        return [self.command(checkout, call) for call in (collect, *others)]

    def command(self, checkout: Path, call: list[str]) -> int:
        """One command in this process. Where it fails, it says what happened and what to do."""
        environment = {**self.github.environment, "GITHUB_REF": "refs/heads/main"}
        done = run_here(*call, cwd=checkout, environment=environment)
        assert done.returncode in (0, 3), (self.seed, self.today, call, done.stdout, done.stderr)
        if done.returncode:
            assert "backlog: " in done.stderr, (self.seed, self.today, call)
            assert "what to do: " in done.stderr, (self.seed, self.today, call)
        return done.returncode

    def kill(self, checkout: Path, call: list[str]) -> None:
        """Start a command as a process and kill it at a random moment."""
        environment = {**os.environ, **self.github.environment, "GITHUB_REF": "refs/heads/main"}
        command = [sys.executable, "-m", "secure_score_backlog", *call]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, cwd=checkout, env=environment, stdout=quiet, stderr=quiet) as process:
            time.sleep(self.dice.uniform(0.2, 0.8))
            process.kill()

    def checkout(self) -> tuple[Path, Path]:
        """What a job of the workflow checks out: where snapshots are written, and the checkout itself."""
        place = self.folder / f"checkout{self.runs}"
        repository = Repository.existing(place)
        subprocess.run(["git", "clone", "--quiet", str(self.github.hosted), str(place)], check=True)
        repository.git("checkout", "--quiet", "--detach", "origin/main")
        if self.branch == "main":
            return place, place
        repository.git("worktree", "add", "--quiet", "--detach", "build/snapshots", f"origin/{self.branch}")
        return place / "build" / "snapshots", place

    def arrange(self, fault: str | None) -> None:
        """What goes wrong in a run."""
        if fault == "graph fails":
            self.graph.break_with(Response.of_json(503, {}, {"Retry-After": "500"}))
        elif fault == "consent has expired":
            refusal = {"error": {"code": "UnknownError", "message": "Auth token does not contain valid permissions."}}
            self.graph.break_with(Response.of_json(403, refusal), path=SCORES)
        elif fault == "head moves":
            self.github.before_commit = [self.note]
        elif fault == "head keeps moving":
            self.github.before_commit = [self.note] * 50
        elif fault == "rule refuses":
            said = "Repository rule violations found\n\nChanges must be made through a pull request."
            self.github.rules[self.branch] = said
        elif fault == "answer is lost":
            self.github.responders = [lost(self.github)]
        elif fault == "github fails":
            self.github.responders = [lambda _: Response.of_json(403, {"message": "Resource not accessible"})]

    def note(self) -> None:
        """Somebody commits something else to the branch."""
        count = self.github.git("rev-list", "--count", self.branch)
        self.github.commit(
            self.github.commit_files(self.branch, {f"docs/note-{count}.md": "A note.\n"}, "Note"), "owner"
        )

    # Looking at what it did

    def head(self, branch: str = "") -> str:
        """The newest commit of a branch."""
        return self.github.git("rev-parse", f"refs/heads/{branch or self.branch}")

    def files(self, branch: str = "") -> dict[str, str]:
        """Git's id of every file of a branch, by path."""
        lines = self.github.git("ls-tree", "-r", branch or self.branch).splitlines()
        return {path: entry.split()[2] for entry, path in (line.split("\t", 1) for line in lines)}

    def content(self, blob: str) -> bytes:
        """What a file holds."""
        return f"{self.github.git('cat-file', 'blob', blob)}\n".encode()

    def compare(self, head: str, before: dict[str, str], held: list[date], fault: str | None, codes: list[int]) -> None:
        """Nothing is lost or rewritten; a run without a fault stores everything, and one with a fault says so."""
        place = (self.seed, self.today, fault, codes)
        after = self.files()
        assert not self.github.git("rev-list", f"{self.head()}..{head}"), place
        self.red += any(codes)
        assert any(codes) == (fault in RED) or fault in ("killed", "answer is lost"), place
        if codes and not any(codes):
            wanted = [f"snapshots/{day.year}/{day}.json" for day in held]
            assert not [path for path in (*wanted, CATALOGUE_FILE, APPROVALS_PATH) if path not in after], place
        for path, blob in before.items():
            assert path in after, (*place, path)
            if after[path] != blob and path.startswith("snapshots/20"):
                was, now = (decode(self.content(each), path)["collected"]["complete"] for each in (blob, after[path]))
                assert (was, now) == (False, True), (*place, path)
        mine = self.github.git(
            "log", "--format=", "--name-only", f"--author={re_escape(BOT)}", f"{head}..{self.branch}"
        )
        assert all(path.startswith("snapshots/") for path in mine.split()), place
        assert not [path for path in after if path.endswith((".partial", ".tmp"))], place

    # Months and people

    def month_begins(self) -> None:
        """The workflows *review*, until it succeeds, and *remind*."""
        _, checkout = self.checkout()
        try:
            code = self.command(checkout, ["review", "--pull-request"])
            assert code == 0 or not self.is_collected(), (self.seed, self.today)
            again = {name: self.head(name) for name in self.reviews()}
            if code == 0:
                self.month = f"{self.today:%Y-%m}"
                assert self.command(checkout, ["review", "--pull-request"]) == 0
            assert {name: self.head(name) for name in self.reviews()} == again
            assert self.command(checkout, ["remind", "--to", "issues"]) == 0
        finally:
            shutil.rmtree(checkout)

    def is_collected(self) -> bool:
        """Whether the branch holds a day of this month or a later commit, so that last month is over in the data."""
        newest = max((path[15:25] for path in self.files() if path.startswith("snapshots/20")), default="")
        return newest >= f"{self.today:%Y-%m}"

    def reviews(self) -> list[str]:
        """Branches that propose a month."""
        return self.github.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/review").split()

    def people(self) -> None:
        """They merge a proposal, close it, or leave it open."""
        for pull in self.github.pulls.values():
            chance = self.dice.random()
            if pull.merged_at or pull.closed or chance < 0.3:
                continue
            if chance < 0.4:
                pull.closed = True
                continue
            desk = self.folder / f"desk{pull.number}"
            subprocess.run(["git", "clone", "--quiet", str(self.github.hosted), str(desk)], check=True)
            repository = Repository.existing(desk)
            for commit in repository.git("rev-list", f"origin/main..origin/{pull.branch}").split():
                self.github.commit(commit, BOT)
            merged = repository.merge(f"origin/{pull.branch}", f"Merge pull request #{pull.number}", self.when)
            repository.git("push", "--quiet", "origin", "HEAD:main")
            self.github.commit(merged, "owner", pulls=[pull.number])
            pull.merged_at, pull.merged_by, pull.merge_commit = self.now(), "owner", merged
            pull.head = self.github.git("rev-parse", pull.branch)
            path = f"docs/reviews/{pull.branch.removeprefix('review/')}.json"
            self.signed[path] = self.files("main")[path]
            shutil.rmtree(desk)

    def end(self) -> None:
        """Signed months are as they were merged, each reminder has one issue, the repository is whole and sound."""
        main = self.files("main")
        assert {path: main[path] for path in self.signed} == self.signed, self.seed
        _, checkout = self.checkout()
        assert self.command(checkout, ["remind", "--to", "issues"]) == 0
        opened = [each["title"] for each in self.github.issues.values() if each["state"] == "open"]
        due = json.loads(run_here("remind", "--json", cwd=checkout, expect=0).stdout)
        assert sorted(opened) == sorted(f"{each['kind'].capitalize()}: {each['title']}" for each in due), self.seed
        checked = run_here("check", "--json", cwd=checkout)
        assert checked.returncode == 0, (self.seed, checked.stdout[:2000])
        self.github.git("fsck", "--strict")
        assert run_git_status(checkout) == "", self.seed
        shutil.rmtree(checkout)


def run_git_status(checkout: Path) -> str:
    """What a checkout has that no commit has."""
    return Repository.existing(checkout).git("status", "--porcelain")


def re_escape(text: str) -> str:
    """A text in the patterns of `git log`."""
    return text.replace("[", r"\[").replace("]", r"\]")


def lost(github: SimulatedGitHub) -> Callable[[Request], Response | None]:
    """The first commit is made, and the answer about it does not arrive."""
    done: list[Request] = []

    def respond(request: Request) -> Response | None:
        if b"createCommitOnBranch" not in request.body or done:
            return None
        done.append(request)
        github.answer(request)
        return Response.of_json(502, {"message": "Bad gateway"})

    return respond


def play(seed: int, folder: Path, gaps: Sequence[int] = SPARSE) -> Year:
    """One life from its first day to its last."""
    with GraphAnswers() as graph, SimulatedGitHub() as github:
        year = Year(seed, folder, graph, github, gaps)
        year.live()
    return year


def played(seed: int, folder: Path) -> str:
    """How one life went, day after day."""
    year = play(seed, folder, DAILY)
    return f"year {seed}: {year.runs} runs, {year.red} red, {year.killed} killed, {len(year.signed)} months signed"


if __name__ == "__main__":
    soak(int(sys.argv[1]) if len(sys.argv) > 1 else 5, played)
