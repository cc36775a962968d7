# SPDX-License-Identifier: Apache-2.0
"""The files of a data repository, from a few choices: the registry of templates, and the record of what was written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal

import msgspec
from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from msgspec import Struct

from secure_score_backlog import __version__
from secure_score_backlog.data_repository.choices import BOT, Chat, Choices, Plan, Site
from secure_score_backlog.data_repository.copy import PROGRAM
from secure_score_backlog.data_repository.rulesets import ruleset_files
from secure_score_backlog.decisions.issue_form import FORM_PATH, form
from secure_score_backlog.decisions.store import DECISIONS
from secure_score_backlog.files import Document, is_portable
from secure_score_backlog.questionnaires.model import EVIDENCE, QUESTIONNAIRES
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.settings import SETTINGS_PATH, settings_schema
from secure_score_backlog.site.registry import NAVIGATION, configuration
from secure_score_backlog.text import plain_text, shortened
from secure_score_backlog.workspace import LAYOUT

RECORD = ".backlog-init.json"
"""What was written, with which choices and by which version; `init --upgrade` reads it."""
RECORD_SCHEMA = "backlog-init/1"
REVIEWED = (
    f"{DECISIONS}/",
    f"{REVIEWS}/",
    f"{QUESTIONNAIRES}/",
    f"{EVIDENCE}/",
    ".github/",
    SETTINGS_PATH,
    LAYOUT,
    RECORD,
)
"""What people state, and what governs it: CODEOWNERS asks for a review of each."""
PAGES = (("How we decide", "how-we-decide.md"), ("How to verify", "how-to-verify.md"))
"""Hand-written pages of a new repository, as the navigation lists them."""
HARMLESS = re.compile(r"(?:[^\W_]|[ ,.'()–-]|&(?= ))*")
"""A text that Markdown and HTML show as it is."""


def always(_: Choices) -> bool:
    """A file of every repository."""
    return True


def on_github(choices: Choices) -> bool:
    """A file for a repository on GitHub."""
    return choices.on_github


def at_desk(choices: Choices) -> bool:
    """A file for a computer without GitHub."""
    return not choices.on_github


def with_workflows(choices: Choices) -> bool:
    """A workflow; none is written that could not find the tool."""
    return choices.on_github and choices.tool is not None


def in_copy(choices: Choices) -> bool:
    """A workflow of a copy of this project's repository."""
    return with_workflows(choices) and choices.in_copy


def with_rules(choices: Choices) -> bool:
    """A file that only has an effect on some plans."""
    return choices.plan.has_rules


@dataclass(frozen=True, slots=True)
class Template:
    """A file that is made from a template of this package."""

    path: str
    """In the data repository."""
    source: str
    """Below `templates/`."""
    why: str
    """What the file is for."""
    when: Callable[[Choices], bool] = always


TEMPLATES = (
    Template("README.md", "README.md", "says what this repository is"),
    Template(SETTINGS_PATH, "backlog.yml", "the settings"),
    Template(".gitattributes", "gitattributes", "the same bytes on every system"),
    Template(".gitignore", "gitignore", "what is made again is not committed"),
    Template(f"{DECISIONS}/README.md", "decisions/README.md", "how to add a decision"),
    Template("docs/how-we-decide.md", "docs/how-we-decide.md", "a page of the site"),
    Template("docs/how-to-verify.md", "docs/how-to-verify.md", "a page of the site"),
    Template(".vscode/extensions.json", "vscode/extensions.json", "completes settings while they are typed"),
    Template(".vscode/settings.json", "vscode/settings.json", "completes settings while they are typed"),
    Template(".vscode/tasks.json", "vscode/tasks.json", "shows what `backlog check` finds on its line"),
    Template("scripts/collect.sh", "scripts/collect.sh", "collects daily", at_desk),
    Template("scripts/collect.ps1", "scripts/collect.ps1", "collects daily, on Windows", at_desk),
    Template(".github/pull_request_template.md", "github/pull_request_template.md", "what a reviewer asks", on_github),
    Template(".github/CODEOWNERS", "github/CODEOWNERS", "who has to review", with_rules),
    Template(".github/dependabot.yml", "github/dependabot.yml", "proposes upgrades", with_workflows),
    Template(".github/workflows/check.yml", "github/workflows/check.yml", "checks pull requests", with_workflows),
    Template(".github/workflows/snapshot.yml", "github/workflows/snapshot.yml", "collects daily", with_workflows),
    Template(".github/workflows/site.yml", "github/workflows/site.yml", "builds the site", with_workflows),
    Template(".github/workflows/review.yml", "github/workflows/review.yml", "proposes the minutes", with_workflows),
    Template(".github/workflows/remind.yml", "github/workflows/remind.yml", "reminds by issues", with_workflows),
    Template(".github/workflows/pack.yml", "github/workflows/pack.yml", "makes packs for auditors", with_workflows),
    Template(".github/workflows/ci.yml", "github/workflows/ci.yml", "tests changes of the program", in_copy),
)
"""Every file that a template makes."""
EMPTY = ("snapshots/.gitkeep", "docs/reviews/.gitkeep")
"""Git keeps no empty folder."""
SCHEMA = ".vscode/backlog.schema.json"
OF_COPY = frozenset(
    {".gitattributes", ".gitignore", ".github/dependabot.yml", SCHEMA}
    | {f".vscode/{name}.json" for name in ("extensions", "settings", "tasks")}
)
"""Files that a copy of this project's repository has already, for the program and for the data."""


GUIDE_LEFT_OUT = """
# The tool's own documents are no part of your site. To publish one of them, delete its line.
exclude_docs: |
  /adr/
  /guide/
  /method.md
  /performance.md
  /scale.md
"""


class _Templates(BaseLoader):
    """Templates below `templates/` of this package."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        found = resources.files(__package__).joinpath("templates", *template.split("/"))
        if not found.is_file():
            raise TemplateNotFound(template)
        return found.read_text(encoding="utf-8"), template, lambda: True


def environment() -> Environment:
    """Templates with marks that neither YAML, Markdown nor GitHub's expressions use."""
    made = Environment(
        loader=_Templates(),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML is made; texts go through the filters below
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["yaml"] = yaml_text
    made.filters["markdown"] = markdown_text
    return made


def yaml_text(text: str) -> str:
    """A text as one value of YAML, whatever it holds: a string of JSON is one."""
    return json.dumps(text, ensure_ascii=False)


def markdown_text(text: str) -> str:
    """A text as it stands, where that is harmless; else with every mark as a character reference."""
    return text if HARMLESS.fullmatch(text) else str(plain_text(text))


def documents(choices: Choices) -> list[Document]:
    """Every file of a data repository with these choices, by path, without the record."""
    made = environment()
    known = {
        "choices": choices,
        "Plan": Plan,
        "Site": Site,
        "Chat": Chat,
        "BOT": BOT,
        "reviewed": (*REVIEWED, *(PROGRAM if choices.in_copy else ())),
    }
    found = {each.path: made.get_template(each.source).render(known) for each in TEMPLATES if each.when(choices)}
    found.update(dict.fromkeys(EMPTY, ""))
    found[LAYOUT] = configuration((*NAVIGATION, *PAGES)) + (GUIDE_LEFT_OUT if choices.in_copy else "")
    found[SCHEMA] = json.dumps(settings_schema(), indent=2, ensure_ascii=False) + "\n"
    if choices.on_github:
        found[FORM_PATH] = form()
    found.update(ruleset_files(choices))
    there = OF_COPY if choices.in_copy else frozenset()
    return [Document(path, text.encode()) for path, text in sorted(found.items()) if path not in there]


def purpose(path: str) -> str:
    """What a file is for, in a few words."""
    known = {each.path: each.why for each in TEMPLATES}
    known |= {
        LAYOUT: "the layout of the site",
        SCHEMA: "completes settings while they are typed",
        FORM_PATH: "asks to accept a risk",
    }
    return known.get(path, "rules of a branch, to import" if path.startswith(".github/rulesets/") else "keeps a folder")


def record(choices: Choices, written: Iterable[Document], earlier: Mapping[str, str] | None = None) -> Document:
    """The record of what was written.

    Args:
        choices: What for.
        written: The files of this run.
        earlier: Digests of the files of earlier runs, by path.
    """
    content = {
        "schema": RECORD_SCHEMA,
        "version": __version__,
        "choices": choices.as_json(),
        "files": {**(earlier or {}), **{document.path: digest(document.content) for document in written}},
    }
    return Document(RECORD, (json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode())


def digest(content: bytes) -> str:
    """SHA-256 of a file as it is in Git: with LF."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


@dataclass(frozen=True, slots=True)
class Record:
    """What was written by earlier runs."""

    version: str = ""
    """Of the program that wrote last; empty: nothing was written."""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """As `Choices.as_json` names them."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The digest of each file as it was written, by path."""


class _RecordedChoices(Struct, omit_defaults=True):
    """Values of the right kind; `choose` checks what they say."""

    organisation: str
    plan: Plan | None = None
    site: Site | None = None
    protected: bool | None = None
    repository: str | None = None
    reviewer: str | None = None
    tool: str | None = None
    chat: Chat | None = None
    tenant: str | None = None
    after: str | None = None


class _RecordFile(Struct):
    """The JSON of a record."""

    schema: Literal["backlog-init/1"]
    version: str
    choices: _RecordedChoices
    files: dict[str, str]


def read_record(content: bytes) -> Record | None:
    """A record; None for anything else."""
    try:
        found = msgspec.json.decode(content, type=_RecordFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not all(is_portable(path) and ".." not in path.split("/") and path[:1] != "/" for path in found.files):
        return None
    return Record(shortened(found.version), msgspec.to_builtins(found.choices), found.files)
