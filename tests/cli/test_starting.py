# SPDX-License-Identifier: Apache-2.0
"""A command imports what it needs: help and `status` start without what only other commands use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.bare_folder import measured

SLOW = {"git", "jinja2", "markdown", "mkdocs", "msal", "requests", "ruamel", "typst", "urllib3", "xlsxwriter", "yaml"}
"""Libraries that take longer to import than most commands take."""
NEEDED = {"--help": set(), "status": {"ruamel"}, "check": {"ruamel"}}
"""Of those, what reads the settings."""
ASK = """import sys
from secure_score_backlog.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules)
"""


@pytest.mark.parametrize("command", NEEDED)
def test_nothing_slow_is_imported_in_vain(command: str, tmp_path: Path) -> None:
    """What a person waits for at every call is the work that they asked for."""
    root = measured(tmp_path / "tenant")
    asked = [sys.executable, "-c", ASK, command, *([] if command == "--help" else ["--root", str(root)])]
    finished = subprocess.run(asked, capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in finished.stdout.splitlines()[-1].split()}
    assert "secure_score_backlog" in imported
    assert imported & SLOW <= NEEDED[command]
