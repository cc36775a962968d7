# SPDX-License-Identifier: Apache-2.0
"""Runs the site builder in a process that ends when the process that started it ends, however that ends.

    python -P child.py FOLDER BUILDER ARGUMENT...

BUILDER is the module that is run.

It is started by its path and imports nothing of this package, so that it begins before anything else can fail.
Standard input is a pipe that the starting process holds: when that process is gone, killed too, the pipe ends. Then
FOLDER, which holds everything that was made for this run, is removed, and the process ends.
"""

from __future__ import annotations

import os
import runpy
import shutil
import sys
import threading
from pathlib import Path


def end_with_starter(folder: Path) -> None:
    """Wait until the other end of standard input is closed, then clean up and end."""
    while os.read(0, 1024):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=end_with_starter, args=(Path(sys.argv[1]),), daemon=True).start()
    sys.path.append(str(Path(__file__).resolve().parents[2]))  # last: our extensions of its Markdown
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
