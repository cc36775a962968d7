# SPDX-License-Identifier: Apache-2.0
"""The workflows of a repository, as far as checks need them: which version of the tool they run, and which jobs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from secure_score_backlog import __version__
from secure_score_backlog.data_repository.tool import COMMIT, HERE, Tool
from secure_score_backlog.doctor.checked import Checked, not_checked, ok, warning, wrong
from secure_score_backlog.program import DISTRIBUTION
from secure_score_backlog.strict_yaml import read_yaml
from secure_score_backlog.text import shortened

FOLDER = ".github/workflows"
DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
USES = re.compile(r"""^\s*(?:-\s+)?uses:\s*["']?(?P<what>[^\s"'#]+)["']?[^\S\n]*(?:#[^\S\n]*(?P<version>\S+))?""", re.M)
COLLECTS = re.compile(r"\bbacklog collect\b")
PROPOSES = re.compile(r"\bbacklog review\b.*--pull-request\b")


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a workflow."""

    name: str
    """As a check of a pull request is called."""
    environment: str
    """Empty: none."""
    collects: bool
    """It runs `backlog collect`."""
    proposes: bool
    """It opens the pull request of the monthly review."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow."""

    path: str
    jobs: tuple[Job, ...]
    events: frozenset[str]
    uses: tuple[tuple[str, str], ...]
    """What stands after `uses:`, and the version in the comment behind it."""

    @property
    def file(self) -> str:
        """The name of its file, by which GitHub finds it."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def collects(self) -> bool:
        """One of its jobs collects."""
        return any(job.collects for job in self.jobs)


def read_workflow(path: str, text: str) -> Workflow:
    """What a workflow says; without jobs where it is no YAML."""
    data = read_yaml(text.replace("\r\n", "\n"), path).data
    uses = tuple((found["what"], found["version"] or "") for found in USES.finditer(text))
    return Workflow(path, tuple(_jobs(data.get("jobs"))), frozenset(_events(data.get("on"))), uses)


def _jobs(listed: object) -> Iterator[Job]:
    for name, job in listed.items() if isinstance(listed, dict) else ():
        if not isinstance(job, dict):
            continue
        runs = [str(step.get("run", "")) for step in _mappings(job.get("steps"))]
        place = job.get("environment")
        place = place.get("name") if isinstance(place, dict) else place
        shown = job.get("name")
        yield Job(
            shown if isinstance(shown, str) else str(name),
            place if isinstance(place, str) else "",
            any(COLLECTS.search(run) for run in runs),
            any(PROPOSES.search(run) for run in runs),
        )


def _mappings(listed: object) -> Iterator[dict[str, object]]:
    yield from (each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()


def _events(on: object) -> Iterator[str]:
    if isinstance(on, str):
        yield on
    elif isinstance(on, (list, dict)):
        yield from (str(each) for each in on)


def environment_of(workflows: Iterable[Workflow]) -> str | None:
    """The environment of the job that collects, empty where it has none; None where no job collects."""
    return next((job.environment for each in workflows for job in each.jobs if job.collects), None)


def collecting(workflows: Iterable[Workflow]) -> Workflow | None:
    """The workflow that collects."""
    return next((each for each in workflows if each.collects), None)


def _of_tool(workflows: Iterable[Workflow], known: str) -> Iterator[tuple[str, str, str]]:
    """File, reference and version of each use of the tool; `known`: OWNER/NAME of it, where that is recorded."""
    for each in workflows:
        for what, version in each.uses:
            repository = what.partition("@")[0]
            if what == HERE or repository == known or repository.rsplit("/", 1)[-1] == DISTRIBUTION:
                yield each.file, what, version


def tool_version(workflows: Iterable[Workflow], known: str, here: Tool | None) -> Checked:
    """Whether the workflows run one version of the tool, pinned by its commit, and the one that runs here.

    Args:
        workflows: Those of the repository.
        known: OWNER/NAME of the tool, as `backlog init` recorded it; empty: not known.
        here: Where this program was installed from; None: not known.
    """
    code = "tool-version"
    found = list(_of_tool(workflows, known))
    if not found:
        return not_checked(code, "No workflow here uses this tool.")
    if all(what == HERE for _, what, _ in found):
        return ok(code, f"The workflows run the tool of this repository, version {__version__}.")
    loose = sorted({f"{file}: {shortened(what)}" for file, what, _ in found if not _is_pinned(what)})
    if loose:
        return wrong(
            code,
            f"The tool is not pinned by the full number of a commit: {', '.join(loose[:3])}.",
            "Write all 40 digits of a commit after the @: a branch or a tag can be moved.",
        )
    pins = {what.rpartition("@")[2] for _, what, _ in found if what != HERE}
    if len(pins) > 1:
        short = ", ".join(sorted(pin[:10] for pin in pins)[:3])
        return warning(code, f"The workflows run different commits of the tool: {short}.", _UPGRADE)
    versions = {version.removeprefix("v") for _, _, version in found if version}
    pin = pins.pop()
    if versions - {__version__} or (here is not None and here.commit != pin):
        named = f"version {shortened(min(versions))} (commit {pin[:10]})" if versions else f"commit {pin[:10]}"
        mine = f"{__version__}{f' (commit {here.commit[:10]})' if here and here.commit else ''}"
        return warning(code, f"The workflows run {named} of the tool; here runs {mine}.", _UPGRADE)
    return ok(code, f"The workflows run the tool's commit {pin[:10]}, the version that runs here ({__version__}).")


_UPGRADE = (
    "Merge the pull request of Dependabot, or install the same version here. `backlog init DIR --upgrade` then shows "
    "what else would be written differently."
)


def _is_pinned(what: str) -> bool:
    return what == HERE or COMMIT.fullmatch(what.rpartition("@")[2]) is not None


def upgrades(dependabot: str | None, *, has_workflows: bool) -> Checked:
    """Whether Dependabot proposes newer versions of the actions, the tool among them.

    Args:
        dependabot: Its configuration; None: there is none.
        has_workflows: Whether there is anything to upgrade.
    """
    code = "upgrades"
    if not has_workflows:
        return not_checked(code, "There is no workflow here, so nothing for Dependabot to upgrade.")
    data: Mapping[str, object] = read_yaml((dependabot or "").replace("\r\n", "\n"), DEPENDABOT[0]).data
    listed = data.get("updates")
    named = [each.get("package-ecosystem") for each in _mappings(listed)]
    if "github-actions" in named:
        return ok(code, "Dependabot proposes newer versions of the actions, the tool among them.")
    return wrong(
        code,
        f"Nothing proposes newer versions of the tool: {DEPENDABOT[0]} does not list the ecosystem github-actions.",
        "Take the file that `backlog init` writes, or add an update with `package-ecosystem: github-actions` there.",
    )
