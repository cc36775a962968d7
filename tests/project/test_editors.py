# SPDX-License-Identifier: Apache-2.0
"""What editors are told about this repository is true: schemas that exist, and lines as `backlog check` prints them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.support.folders import write
from tests.support.running import run_here

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / ".vscode"


def read(name: str) -> dict[str, Any]:
    """One file of VS Code's folder."""
    found: dict[str, Any] = json.loads((CODE / name).read_text(encoding="utf-8"))
    return found


def test_the_schema_of_the_settings_is_where_the_editor_looks() -> None:
    """For `backlog.yml`, for questionnaires, and for no Markdown, which the extension does not read."""
    mapped = read("settings.json")["yaml.schemas"]
    assert list(mapped.values()) == ["backlog.yml", "docs/questionnaires/*.yml"]
    for path, title in zip(mapped, ("Settings", "Questions"), strict=True):
        assert json.loads((ROOT / path).read_text(encoding="utf-8"))["title"].startswith(title)


def test_the_editor_understands_what_check_prints(tmp_path: Path) -> None:
    """Every problem with a line is found by one pattern, every problem of a whole file by the other."""
    write(tmp_path, "decisions/A.md", "---\nrecommendation: A\nbucket: accept\nnonsense: 1\n---\n")
    write(tmp_path, "decisions/B.txt", "---\n")
    printed = run_here("check", "--root", tmp_path, expect=1).stdout.splitlines()
    problems = [line for line in printed if re.search(r" \[[a-z-]+\]$", line)]
    (task,) = read("tasks.json")["tasks"]
    with_line, of_file = (re.compile(matcher["pattern"]["regexp"]) for matcher in task["problemMatcher"])
    found = {line: (with_line.match(line), of_file.match(line)) for line in problems}
    assert all((one is None) is not (other is None) for one, other in found.values())
    lines = [one for one, _ in found.values() if one]
    assert ("decisions/A.md", "4", "error", "decision-unknown-key") in {(m[1], m[2], m[3], m[5]) for m in lines}
    assert any(other and other[1] == "decisions/B.txt" for _, other in found.values())


def test_the_entry_for_a_catalogue_has_the_form_of_the_store() -> None:
    """Name, description, files and address, as the JSON Schema Store asks for them."""
    page = (ROOT / "docs" / "guide" / "deciding.md").read_text(encoding="utf-8")
    entry = json.loads(page.split("```json\n")[1].split("```")[0])
    assert set(entry) == {"name", "description", "fileMatch", "url"}
    assert entry["fileMatch"] == ["backlog.yml"]
    assert entry["url"].endswith("/settings.schema.json")
