# SPDX-License-Identifier: Apache-2.0
"""What `collect` and `import` have in common: compare an answer with what is stored, write, tell."""

from __future__ import annotations

import json
from pathlib import Path

from secure_score_backlog import __version__
from secure_score_backlog.commands import options
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.records.settings_file import load_settings
from secure_score_backlog.records.snapshot_store import load_stored, write_capture
from secure_score_backlog.rules.capturing.capture import capture
from secure_score_backlog.rules.capturing.terms import Answer, Occasion
from secure_score_backlog.views.capture_summary import problem_text, summary_json, summary_text


def check_root(root: Path) -> None:
    """Refuse a root that is not there, before anything is asked of anybody."""
    if not root.is_dir():
        raise CannotProceed(
            "There is no such folder.", where=str(root), hint="Make it first, or name another one by --root."
        )


def keeps_names(root: Path) -> tuple[bool, tuple[Problem, ...]]:
    """Whether the settings keep people's names, and what is wrong with the settings: with an error, nothing is kept."""
    settings, problems = load_settings(root)
    broken = any(problem.severity is Severity.ERROR for problem in problems)
    return settings.keep_names and not broken, tuple(problems)


def store(root: Path, answer: Answer, source: str, *, as_json: bool, noted: tuple[Problem, ...] = ()) -> int:
    """Write what is new in an answer and say what it was; the exit code."""
    keep_names, settings_problems = keeps_names(root)
    stored, unreadable = load_stored(root, answer)
    result = capture(answer, stored, Occasion(options.now(), __version__, source, keep_names))
    written = write_capture(root, result)
    problems = (*noted, *settings_problems, *unreadable, *result.problems)
    for problem in problems:
        options.say(problem_text(problem))
    if as_json:
        print(json.dumps(summary_json(result, written, problems), indent=2, ensure_ascii=False))
    else:
        print(summary_text(result, written))
    return 0
