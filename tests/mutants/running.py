# SPDX-License-Identifier: Apache-2.0
"""Runs tests against mutants, each in a forked process of its own, so that nothing is imported twice.

The quick way: the tests of a room are collected once; each mutant is a fork in which the code of one function is
exchanged, and only the tests that ran its lines before are run, the quickest first. The whole way, for what runs while
modules are being imported (tables, defaults, what a test file computes at its top): a fork in which nothing of ours is
imported yet gives out the mutant in place of its module and runs the room from the start.
"""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

from tests.mutants.mutating import Mutant

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "secure_score_backlog"
RULES = str(ROOT / "generator" / PACKAGE / "rules")
HEAVY = ("hypothesis.strategies", "jsonschema", "ruamel.yaml", "msgspec")
"""What tests import besides, and no mutant changes: imported once, before forking."""
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "--assert=plain", "--tb=no", "--no-header")
MEMORY = 2 * 1024**3
"""Bytes that a mutant may use before it counts as killed."""
LONG = 0.5
"""Seconds from which a test is asked only about mutants that hardly any shorter one can notice."""
ENOUGH = 3
SHORTEST = 10
"""Seconds that a mutant gets at least; else ten times what the tests took without one."""

KILLED, SURVIVED = 1, 0


@dataclass(frozen=True, slots=True)
class Task:
    """One mutant of one module."""

    label: str
    module: str
    mutant: Mutant

    @property
    def path(self) -> str:
        """The module's file."""
        return str(ROOT / "generator" / (self.module.replace(".", "/") + ".py"))

    @property
    def lines(self) -> set[tuple[str, int]]:
        """The lines of which a test must run one to notice the mutant."""
        first, last = self.mutant.lines
        return {(self.path, line) for line in {self.mutant.statement, *range(first, last + 1)}}


@dataclass(slots=True)
class _Seen:
    """What ran without any mutant."""

    testing: dict[int, set[tuple[str, int]]] = field(default_factory=dict)
    """Lines that each test runs, by its number."""
    seconds: dict[int, float] = field(default_factory=dict)
    failed: bool = False


def prepare() -> None:
    """Import what every child needs, and settle what would make two runs differ."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in HEAVY:
        importlib.import_module(name)
    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=15,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")
    assert not any(name.split(".")[0] == PACKAGE for name in sys.modules), "the package may not be imported yet"


def survivors(tasks: Sequence[Task], tests: Sequence[Path], workers: int) -> set[str]:
    """The labels of the mutants that every test let pass.

    Raises:
        RuntimeError: the tests fail without any mutant.
    """
    alive, unsure, seconds = _in_child(lambda: _quickly(tasks, tests, workers))
    if alive is None:
        raise RuntimeError("the tests fail without any mutant")
    slow = [task for task in tasks if task.label in unsure]
    limit = max(SHORTEST, int(5 * workers * seconds))
    whole = [(task.label, limit, lambda task=task: _wholly(task, tests)) for task in slow]
    return {*alive, *(label for label, dead in _outcomes(whole, workers) if not dead)}


Job = tuple[str, int, Callable[[], int]]
"""A label, the seconds it may take, and what ends with `KILLED` or `SURVIVED`."""


def _outcomes(jobs: Iterable[Job], workers: int) -> Iterator[tuple[str, bool]]:
    """Each job's label with whether the mutant was killed; so many forked processes at a time."""
    waiting = list(jobs)[::-1]
    running: dict[int, str] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            label, limit, work = waiting.pop()
            running[_fork(limit, work)] = label
        child, status = os.wait()
        yield running.pop(child), status != SURVIVED


def _fork(limit: int, work: Callable[[], int]) -> int:
    """Start a child that ends with 0 only where the work says so, in time and without a mishap."""
    child = os.fork()
    if child:
        return child
    code = KILLED
    try:
        signal.alarm(limit)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        _silence()
        code = work()
    finally:
        os._exit(code)


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _in_child(work: Callable[[], Any]) -> Any:
    """What a function gives back, computed in a forked process, which may import what it likes."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            _silence()
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(told)


# ---------------------------------------------------------------- the quick way


def _quickly(tasks: Sequence[Task], tests: Sequence[Path], workers: int) -> tuple[set[str] | None, set[str], float]:
    """Labels of the mutants that survive for certain, of those still to be tried, and the seconds of one run."""
    room = _Room(tasks, workers)
    sys.settrace(_recorder(room.importing))
    pytest.main([*OPTIONS, *map(str, tests)], plugins=[room])
    return room.alive, room.unsure, room.seconds


class _Room:
    """A plugin that takes the place of pytest's own loop over the collected tests."""

    def __init__(self, tasks: Sequence[Task], workers: int) -> None:
        self.tasks, self.workers = tasks, workers
        self.importing: set[tuple[str, int]] = set()
        """Lines that run while modules are imported and tests collected."""
        self.alive: set[str] | None = None
        self.unsure: set[str] = set()
        self.seconds = 0.0

    def pytest_runtestloop(self, session: Any) -> bool:
        """Run every test once, watched; then each mutant against the tests that can notice it."""
        sys.settrace(None)
        items = list(session.items)
        started = time.monotonic()
        seen = _in_child(lambda: _watched(items))
        self.seconds = time.monotonic() - started
        if not seen.failed and items:
            self._try(items, seen)
        return True

    def _try(self, items: Sequence[Any], seen: _Seen) -> None:
        self.alive = set()
        jobs: list[Job] = []
        for task in self.tasks:
            module = sys.modules.get(task.module)
            if module is None:
                self.alive.add(task.label)
                continue
            change = _exchange(module, task)
            numbers = self._numbers(task, seen)
            if change is not None and numbers:
                limit = max(SHORTEST, int(10 * self.workers * sum(seen.seconds[number] for number in numbers)))
                jobs.append((task.label, limit, _job(change, [items[number] for number in numbers])))
            elif change is None or task.lines & self.importing:
                self.unsure.add(task.label)
            else:
                self.alive.add(task.label)
        gc.collect()
        gc.freeze()
        left = {label for label, dead in _outcomes(jobs, self.workers) if not dead}
        self.unsure |= {task.label for task in self.tasks if task.label in left and task.lines & self.importing}
        self.alive |= left - self.unsure

    def _numbers(self, task: Task, seen: _Seen) -> list[int]:
        """The tests that can notice a mutant, the quickest first: those that run its lines, else its module."""
        numbers = [number for number, ran in seen.testing.items() if ran & task.lines]
        if task.lines & self.importing and not numbers:
            numbers = [number for number, ran in seen.testing.items() if any(path == task.path for path, _ in ran)]
        short = [number for number in numbers if seen.seconds[number] < LONG]
        return sorted(short if len(short) >= ENOUGH else numbers, key=seen.seconds.__getitem__)


def _recorder(into: set[tuple[str, int]]) -> Callable[[FrameType, str, Any], Any]:
    """A trace function that notes the lines of `rules/` that run."""

    def inside(frame: FrameType, event: str, argument: Any) -> Any:
        into.add((frame.f_code.co_filename, frame.f_lineno))
        return inside

    def outside(frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(RULES):
            return None
        return inside(frame, event, argument)

    return outside


def _watched(items: Sequence[Any]) -> _Seen:
    """Every test once, without a mutant."""
    seen = _Seen()
    for number, item in enumerate(items):
        seen.testing[number] = set()
        started = time.monotonic()
        sys.settrace(_recorder(seen.testing[number]))
        passed = _passes(item, items[number + 1] if number + 1 < len(items) else None)
        sys.settrace(None)
        seen.seconds[number] = time.monotonic() - started
        if not passed:
            seen.failed = True
            break
    return seen


def _passes(item: Any, following: Any) -> bool:
    """Whether a test passes (or is skipped), fixtures included."""
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _job(change: Callable[[], None], items: Sequence[Any]) -> Callable[[], int]:
    """Make the change, then run the tests until one fails."""

    def work() -> int:
        change()
        following = [*items[1:], None]
        return SURVIVED if all(map(_passes, items, following)) else KILLED

    return work


def _exchange(module: ModuleType, task: Task) -> Callable[[], None] | None:
    """How to put a mutant into the running module; None where only importing it anew would do.

    By the code of the one function of the module, or method of its classes, that it is in (what stands inside comes
    with it), or by making an assignment of the module again.
    """
    mutated = compile(task.mutant.tree(), task.path, "exec")
    pristine = compile(task.mutant.source, task.path, "exec")
    if _apart_from_functions(mutated) != _apart_from_functions(pristine):
        statements = task.mutant.assignments()
        return (lambda: _assign_again(module, statements)) if statements else None
    before, after = _functions(pristine), _functions(mutated)
    changed = [name for name, code in after.items() if code != before.get(name)]
    found = [_function(module, name) for name in changed]
    if len(changed) != 1 or found[0] is None:
        return None
    function, code = found[0], after[changed[0]]
    return lambda: setattr(function, "__code__", code)


def _assign_again(module: ModuleType, statements: list[ast.stmt]) -> None:
    """Make assignments of a module again, and hand the new values to those that had imported the old ones."""
    old = dict(vars(module))
    exec(compile(ast.Module(statements, []), str(module.__file__), "exec"), vars(module))
    renewed = {name: value for name, value in vars(module).items() if old.get(name) is not value}
    for other in list(sys.modules.values()):
        for name, value in renewed.items():
            if getattr(other, "__dict__", {}).get(name, renewed) is old.get(name):
                setattr(other, name, value)


def _functions(code: CodeType, prefix: str = "") -> dict[str, CodeType]:
    """The functions of a module and of its classes, by qualified name."""
    found: dict[str, CodeType] = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType) and "<" not in inner.co_name:
            name = prefix + inner.co_name
            found |= {name: inner} if inner.co_flags & 2 else _functions(inner, f"{name}.")
    return found


def _apart_from_functions(code: CodeType) -> tuple[object, ...]:
    """What a module or class does while it is being imported."""
    inner = tuple(
        (_apart_from_functions(part) if not part.co_flags & 2 else part.co_name)
        if isinstance(part, CodeType) and "<" not in part.co_name
        else repr(part.co_code if isinstance(part, CodeType) else part)
        for part in code.co_consts
    )
    return code.co_code, code.co_names, inner


def _function(module: ModuleType, name: str) -> FunctionType | None:
    """The function behind a name, without what is wrapped around it."""
    found: Any = module
    for part in name.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
        if isinstance(found, property):
            found = found.fget
        found = getattr(found, "__wrapped__", getattr(found, "__func__", found))
    return found if isinstance(found, FunctionType) else None


# ---------------------------------------------------------------- the whole way


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives out one module with its fault in it; every other import goes its way."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.task.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self.task.path, loader=self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.task.mutant.tree(), self.task.path, "exec"), module.__dict__)


def _wholly(task: Task, tests: Iterable[Path]) -> int:
    """Run the room from the start, its modules imported anew."""
    sys.meta_path.insert(0, _Mutated(task))
    return SURVIVED if pytest.main([*OPTIONS, *map(str, tests)]) == 0 else KILLED
