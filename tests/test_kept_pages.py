# SPDX-License-Identifier: Apache-2.0
"""What is kept of the last rendering changes no page: whatever pages are made from or is written there counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog import kept_pages
from secure_score_backlog.cache import FOLDER
from secure_score_backlog.site import rendering
from secure_score_backlog.snapshots.snapshot_files import encode
from tests.support.decision_files import plan
from tests.support.folders import contents
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.tenants import stored

DECISION = plan(due=date(2026, 12, 31))


@pytest.fixture(autouse=True)
def few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One commit is enough."""
    monkeypatch.setattr(kept_pages, "WORTH_KEEPING", 1)


@pytest.fixture
def tenant(tmp_path: Path) -> Repository:
    """A day, a decision and a hand-written page, committed and rendered."""
    repository = Repository(tmp_path / "tenant")
    repository.write("snapshots/2026/2026-10-01.json", encode(stored({"Safe": (1, 5)})))
    repository.write("docs/guide/a.md", "# A\n")
    repository.write("decisions/Safe.md", DECISION)
    repository.commit("Begin")
    run_here("render", "--root", repository.folder, expect=0)
    return repository


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Notes each time that pages are made."""
    found: list[object] = []
    original = rendering.render_workspace

    def render(*arguments: object, **named: object) -> object:
        found.append(arguments)
        return original(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "render_workspace", render)
    return found


def rendered(root: Path, *options: str) -> tuple[str, dict[str, bytes]]:
    """What the command says, and the pages."""
    said = run_here("render", "--root", root, *options, expect=0)
    return said.stderr + said.stdout, contents(root / "build" / "pages")


def test_nothing_is_made_again_where_nothing_changed(tenant: Repository, made: list[object]) -> None:
    """The command says the same, and the pages stay."""
    (tenant.folder / FOLDER / kept_pages.KEPT).unlink()
    first = rendered(tenant.folder)
    assert (len(made), rendered(tenant.folder), len(made)) == (1, first, 1)
    assert "0 files changed" in first[0]


CHANGES: dict[str, Callable[[Repository], object]] = {
    "a decision": lambda tenant: tenant.write("decisions/Safe.md", DECISION + "Why.\n"),
    "a decision of the same length": lambda tenant: tenant.write("decisions/Safe.md", DECISION.replace("IT", "HR")),
    "a new decision": lambda tenant: tenant.write("decisions/Other.md", DECISION),
    "a decision gone": lambda tenant: tenant.change({"decisions/Safe.md": None}),
    "a commit": lambda tenant: tenant.commit("Second", decisions__Safe=DECISION + "Why.\n"),
    "an empty commit": lambda tenant: tenant.git("commit", "--allow-empty", "-m", "x", when="2026-10-03T00:00:00Z"),
    "a snapshot": lambda tenant: tenant.write("snapshots/2026/2026-10-02.json", encode(stored({"Safe": (2, 5)}))),
    "settings": lambda tenant: tenant.write("backlog.yml", "organisation: Smith\n"),
    "a hand-written page": lambda tenant: tenant.write("docs/guide/a.md", "# B\n"),
    "what is not published": lambda tenant: tenant.write("mkdocs.yml", "exclude_docs: /guide/\n"),
    "minutes": lambda tenant: tenant.write("docs/reviews/2026-10.md", "Said.\n"),
    "a page": lambda tenant: tenant.write("build/pages/board.md", "Lie.\n"),
    "a page gone": lambda tenant: (tenant.folder / "build/pages/board.md").unlink(),
    "half of the cache": lambda tenant: (file := tenant.folder / FOLDER / kept_pages.KEPT).write_bytes(
        file.read_bytes()[:300]
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_counts(change: str, tenant: Repository, made: list[object]) -> None:
    """Pages are made again."""
    CHANGES[change](tenant)
    found = rendered(tenant.folder)[1]
    assert len(made) == 1
    assert b"Lie." not in found["board.md"]


def test_misnamed_settings_count(tenant: Repository) -> None:
    """They may say that the pages are for other readers, so the command ends."""
    tenant.write("backlog.yaml", "profile: public\n")
    run_here("render", "--root", tenant.folder, expect=2)


@pytest.mark.parametrize("options", [("--as-of", "2026-10-01"), ("--trust-docs",), ("--profile", "internal")])
def test_what_a_person_asks_for_counts(options: tuple[str, ...], tenant: Repository, made: list[object]) -> None:
    """Each option makes pages of its own."""
    rendered(tenant.folder, *options)
    assert len(made) == 1


@pytest.mark.parametrize("part", ["code_digest", "libraries"])
def test_another_program_counts(
    part: str, tenant: Repository, made: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its code and its libraries may make other pages of the same data."""
    monkeypatch.setattr(kept_pages, part, lambda: "another")
    rendered(tenant.folder)
    assert len(made) == 1


def test_readers_outside_get_pages_that_are_made_and_searched(tenant: Repository, made: list[object]) -> None:
    """Their pages are made each time."""
    rendered(tenant.folder, "--profile", "public")
    rendered(tenant.folder, "--profile", "public")
    assert len(made) == 2


def test_what_is_written_meanwhile_is_not_kept(tenant: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read must be what the digest names."""
    original = rendering.render_workspace

    def render(*arguments: object, **named: object) -> object:
        tenant.write("decisions/Safe.md", DECISION + "Meanwhile.\n")
        return original(*arguments, **named)  # type: ignore[arg-type]

    (tenant.folder / FOLDER / kept_pages.KEPT).unlink()
    monkeypatch.setattr(rendering, "render_workspace", render)
    rendered(tenant.folder)
    assert not (tenant.folder / FOLDER / kept_pages.KEPT).exists()
