# SPDX-License-Identifier: Apache-2.0
"""Where the program begins: `backlog`, or `python -m secure_score_backlog`."""

from __future__ import annotations

import os
import sys


def run() -> None:
    """Run the command line, without importing anything from the current folder.

    Python looks there first for `python -m`, and for a PYTHONPATH with an empty entry; the current folder is often the
    one that holds the backlog, and what is in it may come from somebody else's branch. It stays where the program
    itself comes from it.
    """
    here = os.getcwd()  # noqa: PTH109 - nothing is imported before the folder is out
    if not os.path.abspath(__file__).startswith(here + os.sep):  # noqa: PTH100
        sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]  # noqa: PTH100
    answer(sys.argv[1:])


def answer(arguments: list[str]) -> None:
    """Print an answer that was kept and still holds, or run the command; then exit with its code."""
    beginning = None
    if arguments[:1] in (["status"], ["check"]):  # the others need not import what looks for such an answer
        from secure_score_backlog.cli import kept_answers, output  # noqa: PLC0415 - and these nothing more

        output.use_utf8()
        code = kept_answers.print_again(arguments)
        if code is not None:
            sys.exit(code)
        beginning = kept_answers.begin(arguments)
    from secure_score_backlog.cli.main import main  # noqa: PLC0415

    main(arguments, beginning)


if __name__ == "__main__":
    run()
