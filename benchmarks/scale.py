# SPDX-License-Identifier: Apache-2.0
"""What grows: one tenant in ten years, and a provider with five hundred. It prints the tables of docs/scale.md.

Sizes are measured on real repositories of one and two years and drawn out to ten; one of another age says how far off
that is. Minutes, storage, queues and cost are arithmetic on GitHub's and Microsoft's published figures, whose addresses
docs/scale.md gives.

`python -m benchmarks.scale --markdown` needs a minute or two; `--site` builds two sites too, `--check 10` takes longer.
"""

from __future__ import annotations

import argparse
import hashlib
import heapq
import os
import resource
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

from benchmarks.large_tenant import FIRST, Size, make
from benchmarks.tenants import size_of
from secure_score_backlog.approvals import APPROVALS_PATH, Approvals, CommitFact, PullRequest, Review, Signature, encode
from secure_score_backlog.data_repository.choices import Choices
from secure_score_backlog.github.pull_requests import COMMITS_A_REQUEST

MB, DAYS = 1_000_000, 365 / 12
YEARS = 10
TENANTS = 500
Table = list[tuple[str, ...]]

# What GitHub and Microsoft publish (docs/scale.md: Sources).


@dataclass(frozen=True)
class Plan:
    """A plan of GitHub, as an organization has it."""

    name: str
    minutes: int
    """Included a month, on standard Linux runners."""
    storage: float
    """GB of artifacts, included."""
    seat: int
    """USD a person and month."""
    jobs: int
    """At one time, over all repositories of the account."""


FREE, TEAM, ENTERPRISE = PLANS = (
    Plan("Free", 2_000, 0.5, 0, 20),
    Plan("Team", 3_000, 2, 4, 60),
    Plan("Enterprise Cloud", 50_000, 50, 21, 500),
)
MINUTE, GB_MONTH = 0.006, 0.25
"""USD: of one minute on a Linux runner with two processors, and of one GB of artifacts for a month."""
REPORTED_JOBS = 130
"""At one time, that an Enterprise organization reported in November 2026 in place of 500."""
PAGES_SITE, REPOSITORY, OBJECT = 1_000 * MB, 10_000 * MB, 1 * MB
"""Bytes: the largest site of Pages, and the largest repository and file that GitHub advises."""
FOLDER = 3_000
"""Entries of one folder that GitHub advises."""
GRAPH_APP, GRAPH_TENANT = 130_000, 150
"""Requests of one app: in ten seconds over all tenants, and in a minute for scores of one tenant."""
CONTENT_AN_HOUR = 500
"""Requests that make something on GitHub (a pull request, a comment), by one account."""
CREDENTIALS = 20
"""Federated credentials of one app in Entra."""

# What is assumed, because nobody has measured it on a runner; and what docs/performance.md measured at ten years.


@dataclass(frozen=True)
class Runner:
    """How quick a runner is taken to be."""

    name: str
    start: float
    """Seconds until our first command: the machine, the checkout, Python, the program by hash."""
    factor: float
    """Its seconds for one processor second of docs/performance.md."""


RUNNERS = Runner("quick", 20, 0.5), Runner("middle", 40, 1), Runner("slow", 90, 2)
READ, BUILD, DEPLOY = 4.5, 45.0, 20.0
"""Seconds: a command that reads ten years, a build of them, and handing a site to Pages."""
REQUESTS = 5
"""To Graph in one collection: a token, and the pages of scores and profiles."""
PUSHES = 1.5
"""To each pull request."""


@dataclass(frozen=True)
class Job:
    """A job of the workflows that `init` writes."""

    workflow: str
    name: str
    runs: Callable[[float], float]
    """A month, with so many merged pull requests a month."""
    reads: int = 0
    """Commands that read everything."""
    builds: int = 0
    installs: bool = True

    def seconds(self, runner: Runner) -> float:
        """How long it takes."""
        start = runner.start if self.installs else DEPLOY
        return start + (self.reads * READ + self.builds * BUILD) * runner.factor

    def minutes(self, runner: Runner) -> int:
        """What GitHub bills: each job is rounded up."""
        return ceil(self.seconds(runner) / 60)


COLLECT = Job("snapshot", "collect, two slots a day", lambda _: 2 * DAYS, reads=3)
BUILT = Job("snapshot", "build, once a day", lambda _: DAYS, builds=1)
DEPLOYED = Job("snapshot", "deploy, once a day", lambda _: DAYS, installs=False)
JOBS = (
    COLLECT,
    BUILT,
    DEPLOYED,
    Job("remind", "issues, once a day", lambda _: DAYS, reads=1),
    Job("check", "check, each push to a pull request", lambda merges: PUSHES * merges, reads=3, builds=1),
    Job("check", "comment, the same", lambda merges: PUSHES * merges, reads=2),
    Job("site", "approvals, each merge", lambda merges: merges, reads=2),
    Job("site", "build, each merge", lambda merges: merges, builds=1),
    Job("site", "deploy, each merge", lambda merges: merges, installs=False),
    Job("review", "review, three slots a month", lambda _: 3, reads=2),
    Job("pack", "pack, once a quarter", lambda _: 1 / 3, reads=4, builds=1),
)
QUIET, BUSY = 10, 50
"""Merged pull requests a month; the tenants that are measured are busy ones."""


def month(merges: float, runner: Runner = RUNNERS[1]) -> float:
    """Minutes of Actions of one tenant."""
    return sum(job.runs(merges) * job.minutes(runner) for job in JOBS)


def minutes() -> Table:
    """Minutes a month by job, and their sums."""
    middle = RUNNERS[1]
    rows: Table = [("workflow", "job", "minutes each", f"{QUIET} merges a month", f"{BUSY} merges a month")]
    rows += [
        (
            f"*{job.workflow}*",
            job.name,
            str(job.minutes(middle)),
            *(f"{job.runs(merges) * job.minutes(middle):.0f}" for merges in (QUIET, BUSY)),
        )
        for job in JOBS
    ]
    for runner in RUNNERS:
        sums = (f"{month(merges, runner):,.0f}" for merges in (QUIET, BUSY))
        rows.append(("all", f"{runner.name} runner", "", *sums))
    return rows


def kept(zipped: float, merges: float) -> float:
    """Bytes of artifacts at one time: the sites and the previews of a week."""
    return zipped * 7 * (1 + merges / DAYS + PUSHES * merges / DAYS)


def previews(zipped: float, merges: float) -> float:
    """The same where Pages shows the site: its artifact is kept for a day."""
    return zipped * (1 + merges / DAYS + 7 * PUSHES * merges / DAYS)


def plans(zipped: float) -> Table:
    """How far what each plan includes goes for one tenant of ten years."""
    rows: Table = [
        ("plan", "minutes included", "used, quiet and busy", "artifacts included", "site as artifact", "site on Pages")
    ]
    for plan in PLANS:
        used = " and ".join(f"{100 * month(merges) / plan.minutes:.0f} %" for merges in (QUIET, BUSY))
        stored = [
            " and ".join(f"{how(zipped, merges) / MB:,.0f} MB" for merges in (QUIET, BUSY)) for how in (kept, previews)
        ]
        if plan is FREE:
            stored[1] = "no Pages for private repositories"
        rows.append((plan.name, f"{plan.minutes:,}", used, f"{plan.storage:g} GB", *stored))
    return rows


# A provider


def queue(runners: int, begin: Sequence[float], runner: Runner = RUNNERS[1]) -> tuple[float, float]:
    """Minutes until the site of the last tenant is published, and the longest that a job waits.

    The morning's run of every tenant: three jobs, one after the other. GitHub gives the next free runner to whoever
    waits longest.

    Args:
        runners: Jobs at one time.
        begin: The minute at which each tenant's run begins; the first is 0.
        runner: How quick they are.
    """
    jobs = [job.seconds(runner) for job in (COLLECT, BUILT, DEPLOYED)]
    waiting = [(minute * 60, tenant, 0) for tenant, minute in enumerate(begin)]
    heapq.heapify(waiting)
    free = [0.0] * min(runners, len(begin))
    longest = last = 0.0
    while waiting:
        ready, tenant, step = heapq.heappop(waiting)
        start = max(ready, heapq.heappop(free))
        end = start + jobs[step]
        heapq.heappush(free, end)
        longest, last = max(longest, start - ready), max(last, end)
        if step + 1 < len(jobs):
            heapq.heappush(waiting, (end, tenant, step + 1))
    return last / 60, longest / 60


def evenly(window: float) -> list[float]:
    """The minutes at which the runs of all tenants begin, spread evenly over so many."""
    return [tenant * window / TENANTS for tenant in range(TENANTS)]


def as_written() -> list[float]:
    """The same as `init` writes them: by the name of the organisation."""
    minutes = [Choices(f"Tenant {number}").minute for number in range(TENANTS)]
    return [minute - min(minutes) for minute in minutes]


BEGINNINGS = {"all in one minute": evenly(0), "as `init` writes it": as_written(), "evenly over 180 min": evenly(180)}


def queues() -> Table:
    """When the last of all tenants is done, and how long a job waits."""
    rows: Table = [("jobs at one time", *BEGINNINGS)]
    for name, runners in (
        *((plan.name, plan.jobs) for plan in PLANS),
        ("Enterprise Cloud, as reported", REPORTED_JOBS),
    ):
        found = [queue(runners, begin) for begin in BEGINNINGS.values()]
        rows.append((f"{runners} ({name})", *(f"{last:.0f} min; {wait:.0f} min" for last, wait in found)))
    return rows


STAFF, APPROVERS = 10, 2
"""People of the provider, and of each tenant, who need a seat."""


def costs(zipped: float) -> Table:
    """USD a month for all tenants: in one organization, and in one for each of them."""
    head = ("organization", "minutes used", "minutes", "artifacts, without Pages", "seats of the provider", "all seats")
    rows: Table = [head]
    for number, name in ((1, "one for all"), (TENANTS, "one a tenant")):
        share = TENANTS / number
        used, stored = share * month(QUIET), share * kept(zipped, QUIET) / 2**30
        for plan in PLANS if number == 1 else (FREE, TEAM):
            staff, people = STAFF * number, STAFF * number + APPROVERS * TENANTS
            rows.append(
                (
                    f"{name}, {plan.name}",
                    f"{used * number:,.0f}",
                    f"{max(0.0, used - plan.minutes) * MINUTE * number:,.0f}",
                    f"{max(0.0, stored - plan.storage) * GB_MONTH * number:,.0f}",
                    f"{staff:,} seats: {staff * plan.seat:,}",
                    f"{people:,} seats: {people * plan.seat:,}",
                )
            )
    return rows


def limits() -> Table:
    """How near all tenants together come to what is limited."""
    requests = TENANTS * REQUESTS
    commits = YEARS * (365 + 2 * 12 * QUIET)
    first = ceil(commits / COMMITS_A_REQUEST)
    rollout = 3 * TENANTS
    return [
        ("what", "needed", "limit", "so"),
        (
            "Graph, one app for all tenants, every run at once",
            f"{requests:,} requests",
            f"{GRAPH_APP:,} in 10 s",
            f"{100 * requests / GRAPH_APP:.1f} %",
        ),
        ("Graph, scores of one tenant", f"{REQUESTS} requests", f"{GRAPH_TENANT} a minute", "one run is far below"),
        (
            "Entra, one app for all repositories",
            f"{TENANTS} credentials",
            f"{CREDENTIALS} an app",
            f"{ceil(TENANTS / CREDENTIALS)} apps, or one for each tenant",
        ),
        (
            "GitHub's API, first question about ten quiet years",
            f"{first} requests",
            "1,000 an hour and repository",
            "one run",
        ),
        (
            "A new version in every repository",
            f"{rollout:,} requests: a branch, a commit, a pull request",
            f"{CONTENT_AN_HOUR} an hour",
            f"{rollout / CONTENT_AN_HOUR:.0f} hours",
        ),
    ]


# What is measured


@dataclass(frozen=True)
class Weight:
    """A repository of so many years."""

    commits: float
    files: float
    widest: float
    """Entries of the largest folder."""
    tree: float
    """Bytes of the files checked out."""
    loose: float
    """Bytes of all objects, each compressed alone, as they lie before Git packs them."""
    packed: float
    """Bytes of the pack, which is what a clone transfers."""
    day: float
    """Bytes that a fetch of the newest day's commits transfers."""
    largest: float
    """Bytes of the largest file."""
    clone: float
    """Processor seconds of both sides, files written."""


@dataclass(frozen=True)
class SiteWeight:
    """A site of so many years."""

    files: float
    pages: float
    size: float
    zipped: float
    """Bytes, each file compressed as an artifact is."""


def git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """What Git answers."""
    run = subprocess.run(["git", "-C", str(root), *arguments], input=stdin, capture_output=True, check=True)
    return run.stdout


def objects(root: Path) -> tuple[float, float]:
    """Bytes of all objects one by one, and of the packs."""
    alone = sum(len(zlib.compress(each)) for each in _contents(root))
    packs = sum(path.stat().st_size for path in (root / ".git" / "objects" / "pack").glob("*.pack"))
    return alone, packs


def _contents(root: Path) -> Iterator[bytes]:
    """The content of every object."""
    command = ["git", "-C", str(root), "cat-file", "--batch-all-objects", "--unordered", "--batch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        while head := running.stdout.readline():
            yield running.stdout.read(int(head.split()[2]))
            running.stdout.read(1)


def weigh(root: Path) -> Weight:
    """The size of a repository."""
    git(root, "gc", "--quiet")
    paths = [path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts]
    sizes = [path.stat().st_size for path in paths]
    folders = {path.parent for path in paths}
    alone, packed = objects(root)
    before = git(root, "rev-list", "-2", "HEAD", "--", "snapshots").decode().split()[-1]
    thin = git(root, "pack-objects", "--revs", "--thin", "--stdout", "-q", stdin=f"HEAD\n^{before}\n".encode())
    with tempfile.TemporaryDirectory() as place:
        before_it = resource.getrusage(resource.RUSAGE_CHILDREN)
        git(root, "clone", "--quiet", "--no-local", str(root), f"{place}/clone")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Weight(
        commits=int(git(root, "rev-list", "--count", "HEAD")),
        files=len(paths),
        widest=max(sum(1 for _ in folder.iterdir()) for folder in folders),
        tree=sum(sizes),
        loose=alone,
        packed=packed,
        day=len(thin),
        largest=max(sizes),
        clone=used.ru_utime + used.ru_stime - before_it.ru_utime - before_it.ru_stime,
    )


def weigh_site(root: Path) -> SiteWeight:
    """The size of the site of a tenant, which is built first."""
    modules = os.pathsep.join(str(Path(__file__).parent.parent / name) for name in ("generator", "."))
    command = [sys.executable, "-m", "secure_score_backlog", "build", "--root", str(root)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": modules})
    site = root / "build" / "site"
    files = [path for path in site.rglob("*") if path.is_file()]
    zipped = sum(len(zlib.compress(path.read_bytes(), 6)) for path in files)
    return SiteWeight(len(files), sum(path.suffix == ".html" for path in files), size_of(site), zipped)


VALID = Signature(valid=True, state="VALID", by_github=True, verified_at=datetime(2026, 1, 1, tzinfo=UTC))


def _id(*parts: object) -> str:
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()


def approvals_over(days: int, merges: float) -> Iterator[tuple[datetime, bytes]]:
    """The file of approvals after each run that adds to it: every day, and after every merge."""
    commits: dict[str, CommitFact] = {}
    requests: dict[int, PullRequest] = {}
    for day in range(days):
        at = datetime(FIRST.year, FIRST.month, FIRST.day, 4, 20, tzinfo=UTC) + timedelta(days=day)
        made = _id("snapshot", day)
        commits[made] = CommitFact(made, None, "", "github-actions[bot]", VALID)
        yield at, encode(Approvals(commits, requests, at, "0.1.0"))
        while len(requests) < merges * (day + 1) / DAYS:
            number = len(requests) + 1
            at += timedelta(minutes=5)
            head, merged, recorded = (_id(kind, number) for kind in ("head", "merge", "recorded"))
            review = Review("managing-director", at, head)
            requests[number] = PullRequest(
                number,
                f"https://github.com/tenant/backlog/pull/{number}",
                author="head-of-it",
                merged_at=at,
                merged_by="head-of-it",
                head=head,
                merge_commit=merged,
                base="main",
                reviews=(review,),
                contributors=("head-of-it",),
            )
            commits[merged] = CommitFact(merged, number, "head-of-it", "web-flow", VALID)
            commits[recorded] = CommitFact(recorded, None, "", "github-actions[bot]", VALID)
            yield at, encode(Approvals(commits, requests, at, "0.1.0"))


def weigh_approvals(place: Path, days: int, merges: float) -> tuple[float, float]:
    """Bytes of that file, and of all its versions packed."""
    root = place / f"approvals-{days}"
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    content = b""
    with subprocess.Popen(["git", "-C", str(root), "fast-import", "--quiet"], stdin=subprocess.PIPE) as running:
        assert running.stdin is not None
        for at, content in approvals_over(days, merges):
            running.stdin.write(b"commit refs/heads/main\ncommitter Test <committer@tenant.example> ")
            running.stdin.write(b"%d +0000\ndata 9\nApprovals\n" % int(at.timestamp()))
            running.stdin.write(b"M 100644 inline %s\ndata %d\n" % (APPROVALS_PATH.encode(), len(content)))
            running.stdin.write(content + b"\n")
    assert running.returncode == 0, "git fast-import failed"
    git(root, "gc", "--quiet")
    return len(content), sum(path.stat().st_size for path in (root / ".git" / "objects" / "pack").glob("*.pack"))


# What is drawn out


def line(one: float, two: float, years: float) -> float:
    """What grows by the same amount each year, after one and two of them."""
    return one + (two - one) * (years - 1)


def square(half: float, one: float, years: float) -> float:
    """What is zero at first and grows with the years and their square, after half a year and one."""
    curved = 2 * (one - 2 * half)
    return (one - curved) * years + curved * years**2


def shown(figure: float, unit: str) -> str:
    """A figure with its unit."""
    if unit == "MB":
        return f"{figure / MB:,.1f} MB" if figure < 100 * MB else f"{figure / MB:,.0f} MB"
    if unit == "kB":
        return f"{figure / 1000:,.0f} kB"
    return f"{figure:.1f} s" if unit == "s" else f"{figure:,.0f}"


def off_by(foretold: float, measured: float) -> str:
    """How far a drawn line is off, in percent."""
    share = round(100 * (foretold / measured - 1))
    return f"{share:+} %" if share else "0 %"


def compared(
    name: str, unit: str, figures: Sequence[float], advised: str, other: tuple[int, float] | None
) -> tuple[str, ...]:
    """One row: one year, two, ten by a line, and how far the line is from one of another age."""
    one, two = figures
    off = ""
    if other is not None:
        years, measured = other
        foretold = line(one, two, years)
        off = f"{shown(measured, unit)} at {years} years ({off_by(foretold, measured)})" if measured else ""
    return (name, shown(one, unit), shown(two, unit), shown(line(one, two, YEARS), unit), off, advised)


HEAD = ("what", "1 year", "2 years", f"{YEARS} years, drawn out", "checked: measured (line off by)", "limit")
REPOSITORY_ROWS = (
    ("commits", "commits", "", ""),
    ("files", "files", "", ""),
    ("entries of the largest folder", "widest", "", f"{FOLDER:,} advised"),
    ("working tree", "tree", "MB", ""),
    ("objects, loose", "loose", "MB", ""),
    ("repository, packed: a clone", "packed", "MB", "10 GB advised; 1 GB for Pages"),
    ("a fetch after one day", "day", "kB", ""),
    ("largest file", "largest", "kB", "1 MB advised, 100 MB enforced"),
    ("a clone, processor time", "clone", "s", ""),
)
SITE_ROWS = (
    ("files of the site", "files", "", ""),
    ("pages", "pages", "", ""),
    ("site", "size", "MB", "1 GB"),
    ("site as an artifact", "zipped", "MB", ""),
)


def growth(place: Path, check: int, told: Callable[[str], object]) -> Table:
    """The repository of a busy tenant."""
    found: dict[int, Weight] = {}
    for years in dict.fromkeys((1, 2, check)):
        told(f"a repository of {years} years")
        root = place / f"{years}"
        make(root, Size(years=years, commits=12 * BUSY * years))
        found[years] = weigh(root)
    rows: Table = [HEAD]
    for name, key, unit, advised in REPOSITORY_ROWS:
        one, two, other = (getattr(found[years], key) for years in (1, 2, check))
        rows.append(compared(name, unit, (one, two), advised, (check, other) if check > 2 else None))
    return rows


def approvals_growth(place: Path, told: Callable[[str], object]) -> Table:
    """The file of approvals, which is written anew by each run."""
    rows: Table = [
        (
            "merges a month",
            "file at 1 year",
            f"file at {YEARS} years",
            "versions packed, ½ and 1 year",
            "checked at 2",
            f"{YEARS} years",
        )
    ]
    for merges in (QUIET, BUSY):
        told(f"approvals of {merges} merges a month")
        half, one, two = (weigh_approvals(place / f"{merges}", days, merges) for days in (183, 365, 730))
        foretold = square(half[1], one[1], 2)
        rows.append(
            (
                str(merges),
                shown(one[0], "kB"),
                shown(one[0] * YEARS, "MB"),
                f"{shown(half[1], 'kB')}, {shown(one[1], 'kB')}",
                f"{shown(two[1], 'kB')} ({off_by(foretold, two[1])})",
                shown(square(half[1], one[1], YEARS), "MB"),
            )
        )
    return rows


def site_growth(place: Path, told: Callable[[str], object]) -> tuple[Table, float]:
    """The site of a busy tenant, and what its artifact has at ten years."""
    found = []
    for years in (1, 2):
        told(f"a site of {years} years")
        found.append(weigh_site(place / f"{years}"))
    rows: Table = [HEAD]
    for name, key, unit, advised in SITE_ROWS:
        rows.append(compared(name, unit, [getattr(each, key) for each in found], advised, None))
    return rows, line(found[0].zipped, found[1].zipped, YEARS)


def printed(rows: Iterable[Sequence[str]], *, markdown: bool) -> str:
    """A table, as Markdown or in columns."""
    head, *rest = rows
    if markdown:
        lines = [head, ["---"] * len(head), *rest]
        return "\n".join(f"| {' | '.join(each)} |" for each in lines)
    widths = [max(len(each[column]) for each in (head, *rest)) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)).rstrip()
        for each in (head, *rest)
    )


ZIPPED = 12.2 * MB
"""Bytes of the artifact of a site of ten years, where none is built here: that of docs/scale.md."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, reckon, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    parser.add_argument("--only-arithmetic", action="store_true", help="make no repository")
    parser.add_argument("--site", action="store_true", help="build sites of one and two years")
    parser.add_argument(
        "--check", type=int, default=4, help="years of the repository that checks the line (default: 4)"
    )
    options = parser.parse_args(arguments)

    def told(name: str) -> None:
        print(f"  {name} ...", file=sys.stderr, flush=True)

    tables: dict[str, Table] = {}
    zipped: float = ZIPPED
    if not options.only_arithmetic:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            tables["The repository"] = growth(place / "tenants", options.check, told)
            tables["The file of approvals"] = approvals_growth(place / "approvals", told)
            if options.site:
                tables["The site"], zipped = site_growth(place / "tenants", told)
    tables["Minutes of Actions a month"] = minutes()
    tables["What the plans include"] = plans(zipped)
    tables["Published, and the longest wait"] = queues()
    tables["USD a month"] = costs(zipped)
    tables["Other limits"] = limits()
    for title, rows in tables.items():
        print(f"\n## {title}\n\n{printed(rows, markdown=options.markdown)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
