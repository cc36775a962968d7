# SPDX-License-Identifier: Apache-2.0
"""`backlog check --fix` on real folders."""

from __future__ import annotations

from pathlib import Path

from tests.support.folders import write
from tests.support.running import RunBacklog

MESSY = """---
bucket: do-soon
recommendation: A
risk: high
reduces: Mail: old protocols
owner: Head of IT
impact: None of note.
prerequisites: None missing.
proof: Log.
due: 31.1.2199
---
Text.
"""


def test_a_decision_is_brought_into_form_and_checked(tmp_path: Path, backlog: RunBacklog) -> None:
    """What was changed is said, the check follows, and a second run finds nothing to do."""
    write(tmp_path, "decisions/A.md", MESSY)
    write(tmp_path, "decisions/B.md", "---\nbucket: [\n---\n")
    backlog("check", expect=1)
    done = backlog("check", "--fix", expect=1)
    assert "decisions/A.md: The keys are in the order of the format." in done.stderr
    assert "decisions/A.md" not in done.stdout, "nothing is wrong with it any more"
    assert "decisions/B.md:3: error" in done.stdout
    text = (tmp_path / "decisions" / "A.md").read_text(encoding="utf-8")
    assert text.startswith('---\nrecommendation: A\nbucket: do-soon\nrisk: high\nreduces: "Mail: old protocols"\n')
    assert (tmp_path / "decisions" / "B.md").read_text(encoding="utf-8") == "---\nbucket: [\n---\n"
    assert sorted(path.name for path in (tmp_path / "decisions").iterdir()) == ["A.md", "B.md"]
    assert backlog("check", "--fix", expect=1).stderr == ""
