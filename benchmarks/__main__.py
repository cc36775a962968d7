# SPDX-License-Identifier: Apache-2.0
"""`make bench`: what the program costs, each figure beside the least that is possible or beside a rival.

It makes its own tenants. Nothing asserts a figure, because machines differ: docs/performance.md holds the table of one
run, and says how to read it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.costs import Case, Cost, Failed, in_turns
from benchmarks.serving import reactions
from benchmarks.table import Row, markdown, plain
from benchmarks.tenants import Tenant, copied, demo, size_of, tags_in, tags_to_parse, tenant
from secure_score_backlog.site.builder import HOOKS
from secure_score_backlog.site.configuration import effective, parse_configuration

HERE = Path(__file__).parent
GUESTS = ("properdocs", "zensical")
QUIET = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
FLOOR = "the floor"
STEP = 10
"""Where a rival asks for one file at a time, every tenth decision is asked about, and the cost is taken ten times."""
IMPORTS = "from benchmarks.ours import leave_memory; import secure_score_backlog.cli.status; leave_memory()"


@dataclass(frozen=True)
class Bench:
    """What all parts of the run share."""

    place: Path
    """Where the tenants are."""
    rounds: int
    programs: Path
    """The environment with the other site builders."""
    long_rounds: int = 1

    def told(self, name: str) -> None:
        """Say what runs."""
        print(f"  {name} ...", file=sys.stderr, flush=True)

    def turns(self, cases: dict[str, Case], rounds: int | None = None) -> dict[str, list[Cost]]:
        """The costs of cases, round by round."""
        return in_turns(cases, rounds or self.rounds, self.told)


def python(root: Path, *arguments: str) -> Case:
    """A call of this Python in the folder of a tenant."""
    modules = os.pathsep.join(str(folder) for folder in (HERE.parent / "generator", HERE.parent))
    return Case((sys.executable, *arguments), root, environment={"PYTHONPATH": modules})


def backlog(where: Tenant, *arguments: str) -> Case:
    """A call of the command line."""
    return python(where.root, "-m", "benchmarks.ours", "backlog", *arguments)


def cold(case: Case, where: Tenant) -> Case:
    """The same with nothing below `build/`."""
    return replace(case, prepare=where.forget)


def floor(where: Tenant, part: str = "all") -> Case:
    """A part of the floor."""
    return python(where.root, str(HERE / "floor.py"), ".", part)


def rival(where: Tenant, name: str) -> Case:
    """A rival's way to read the history of some files; once, because it takes long."""
    return replace(python(where.root, str(HERE / "rivals.py"), name, ".", str(STEP)), rounds=1)


def starting(bench: Bench) -> Iterator[Row]:
    """What it takes to begin at all, and the small demo."""
    small = demo(bench.place)
    found = bench.turns(
        {
            "an interpreter": python(small.root, "-c", ""),
            "mkdocs --help": python(small.root, "-m", "mkdocs", "--help"),
            "--help": backlog(small, "--help"),
            "the floor of the demo": floor(small),
            "status of the demo, cold": cold(backlog(small, "status"), small),
            "status of the demo, warm": backlog(small, "status"),
        },
        max(5, bench.rounds),
    )
    yield Row("`--help`", found["--help"], "`mkdocs --help`", found["mkdocs --help"])
    yield Row("`--help`", found["--help"], "an interpreter that does nothing", found["an interpreter"])
    for state in ("cold", "warm"):
        name = f"status of the demo, {state}"
        yield Row(f"`status`, the demo, {state}", found[name], FLOOR, found["the floor of the demo"])


def answering(bench: Bench, five: Tenant) -> Iterator[Row]:
    """`status` and `check` on five years: cold, warm, and after a change."""
    changed = copied(five, bench.place / "changed")
    found = bench.turns(
        {
            FLOOR: floor(five),
            "imports of status": python(five.root, "-c", IMPORTS),
            "status, cold": cold(backlog(five, "status"), five),
            "status, warm": backlog(five, "status"),
            "check, cold": cold(backlog(five, "check"), five),
            "check, warm": backlog(five, "check"),
            "status once, so that it is warm": backlog(changed, "status"),
            "status, one new day": replace(backlog(changed, "status"), prepare=changed.another_day),
            "status, one edited decision": replace(backlog(changed, "status"), prepare=changed.another_edit),
        }
    )
    for command in ("status", "check"):
        for state, target in (("cold", "≤ 2"), ("warm", "≤ 0.25")):
            costs = found[f"{command}, {state}"]
            yield Row(f"`{command}`, five years, {state}", costs, FLOOR, found[FLOOR], target)
    yield Row("`status` after one new day", found["status, one new day"], FLOOR, found[FLOOR], "≤ 0.25")
    yield Row("`status` after one edited decision", found["status, one edited decision"], FLOOR, found[FLOOR], "≤ 0.25")
    above = [
        replace(cost, memory=cost.memory - least.memory)
        for cost, least in zip(found["status, cold"], found["imports of status"], strict=True)
    ]
    yield Row("memory of `status`, cold, above its imports", above, target="≤ 90 MB")


def reading_history(bench: Bench, five: Tenant) -> Iterator[Row]:
    """The versions of every file, and the decisions at the end of each month."""
    found = bench.turns(
        {
            "one log": floor(five, "log"),
            "history": python(five.root, "-m", "benchmarks.ours", "history", "."),
            "one replay": floor(five, "replay"),
            "month ends": python(five.root, "-m", "benchmarks.ours", "month-ends", "."),
            "GitPython": rival(five, "gitpython"),
            "revision dates": rival(five, "revision-dates"),
        }
    )
    many = {name: [times(cost, STEP) for cost in found[name]] for name in ("GitPython", "revision dates")}
    yield Row("every version of every file", found["history"], "one `git log`, read", found["one log"])
    yield Row(
        "every version of every file",
        found["history"],
        "GitPython, `iter_commits(paths=…)` for each decision",
        many["GitPython"],
        "≥ 40",
        inverse=True,
    )
    yield Row(
        "every version of every file",
        found["history"],
        "two logs for each decision, as mkdocs-git-revision-date-localized",
        many["revision dates"],
        "≥ 40",
        inverse=True,
    )
    yield Row("decisions at the end of each month", found["month ends"], "one replay", found["one replay"], "≤ 1.5")


def times(cost: Cost, factor: int) -> Cost:
    """The cost of as many files again."""
    return Cost(cost.processor * factor, cost.wall * factor, cost.memory)


def growing(bench: Bench, five: Tenant) -> Iterator[Row]:
    """One, five and ten years of the same tenant."""
    tenants = {1: tenant(bench.place, 1), 5: five, 10: tenant(bench.place, 10)}
    found = bench.turns(
        {
            f"{command}, {years} years": cold(backlog(each, command), each)
            for command in ("status", "render")
            for years, each in tenants.items()
            if command == "status" or years > 1
        },
        bench.long_rounds,
    )
    for command, figure, target in (
        ("status", "processor", ""),
        ("status", "memory", ""),
        ("render", "processor", "≤ 2.1"),
    ):
        for years in (1, 10) if command == "status" else (10,):
            costs, beside = found[f"{command}, {years} years"], found[f"{command}, 5 years"]
            name = f"`{command}`, {'one year' if years == 1 else 'ten years'}, cold"
            yield Row(name, costs, "five years", beside, target if years == 10 else "", figure)


def building(bench: Bench, five: Tenant) -> Iterator[Row]:
    """Pages, and the sites that builders make of them."""
    pages, site = five.root / "build" / "pages", five.root / "build" / "site"
    (five.root / "mkdocs.yml").write_bytes((HERE.parent / "mkdocs.yml").read_bytes())
    ours = five.root / "build" / "ours.yml"
    values, _ = parse_configuration((HERE.parent / "mkdocs.yml").read_bytes())
    others = {name: bench.programs / name for name in GUESTS if (bench.programs / name).exists()}

    def emptied() -> None:
        shutil.rmtree(site, ignore_errors=True)
        ours.write_bytes(effective(values or {}, hooks=HOOKS))

    def built_by(program: Path, *more: str, configuration: str = "mkdocs.yml") -> Case:
        return Case(
            (str(program), "build", *more, "--config-file", configuration),
            five.root,
            prepare=emptied,
            size=lambda: size_of(site),
            environment=QUIET,
        )

    found = bench.turns(
        {
            "render, cold": replace(cold(backlog(five, "render"), five), size=lambda: size_of(pages)),
            "render, warm": replace(backlog(five, "render"), size=lambda: size_of(pages)),
            "mkdocs build": built_by(Path(sys.executable).parent / "mkdocs", "--quiet"),
            "mkdocs within build": built_by(
                Path(sys.executable).parent / "mkdocs", "--quiet", configuration="build/ours.yml"
            ),
            **{f"{name} build": built_by(program) for name, program in others.items()},
            "build": replace(
                backlog(five, "build"),
                prepare=lambda: shutil.rmtree(site, ignore_errors=True),
                size=lambda: size_of(site),
            ),
        },
        bench.long_rounds,
    )
    plain_build = found["mkdocs build"]
    own = "`mkdocs build` of these pages"
    yield Row("`render`, five years, cold", found["render, cold"], own, plain_build, "≤ 0.5")
    yield Row("`render`, five years, warm", found["render, warm"], own, plain_build, "≤ 0.15")
    yield Row("`mkdocs build` as `build` runs it", found["mkdocs within build"], own, plain_build, "≤ 0.5")
    yield Row("`build`, five years", found["build"], own, plain_build)
    for name in GUESTS:
        yield Row(f"{name} build of these pages", found.get(f"{name} build", []), own, plain_build)
    tags, size = tags_in(pages)
    print(f"The Markdown of five years: {tags:,} tags, {size / 1_000_000:.1f} MB.", file=sys.stderr)
    yield Row(f"the Markdown of five years: {tags:,} tags", [Cost(0, size=size)])
    left, size = tags_to_parse(pages)
    yield Row(f"of these, parsed as Markdown by `build`: {left:,} tags", [Cost(0, size=size)])
    decision = five.decision()
    page = f"recommendations/{decision.stem.replace('_', '-')}.html"
    bench.told("serve")
    first, seconds = reactions(five.root, decision, page, bench.long_rounds + 1)
    bench_costs = [Cost(0, wall=each) for each in seconds]
    yield Row("`serve`: from an edit to its page", bench_costs, "`build`", found["build"], "≤ 0.1", "wall")
    yield Row("`serve`: to the first page", [Cost(0, wall=first)], "`build`", found["build"], "", "wall")


PARTS: dict[str, Callable[[Bench, Tenant], Iterator[Row]]] = {
    "start": lambda bench, _: starting(bench),
    "answers": answering,
    "history": reading_history,
    "growth": growing,
    "site": building,
}


def main() -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--only", choices=tuple(PARTS), action="append", help="this part; may be repeated")
    parser.add_argument("--rounds", type=int, default=3, help="runs of what takes seconds (default: 3)")
    parser.add_argument("--long-rounds", type=int, default=1, help="runs of what takes minutes (default: 1)")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--tenants", type=Path, help="folder in which the tenants are kept for the next run")
    parser.add_argument(
        "--builders",
        type=Path,
        default=HERE.parent / "build" / "builders" / "bin",
        help="programs of ProperDocs and Zensical (`make builders` installs them); without them they are not measured",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = (options.tenants or Path(folder)).resolve()
        place.mkdir(parents=True, exist_ok=True)
        bench = Bench(place, options.rounds, options.builders.resolve(), options.long_rounds)
        before = os.getloadavg()
        try:
            five = tenant(place, 5)
            rows = [
                row
                for name, part in PARTS.items()
                if not options.only or name in options.only
                for row in part(bench, five)
            ]
        except Failed as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
    print((markdown if options.markdown else plain)(rows))
    loads = ", ".join(f"{each[0]:.1f}" for each in (before, os.getloadavg()))
    rounds = f"Rounds: {options.rounds}, long ones {options.long_rounds}"
    print(f"\nProcessors: {os.cpu_count()}. Load before and after: {loads}. {rounds}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
