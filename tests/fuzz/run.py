# SPDX-License-Identifier: Apache-2.0
"""Fuzz one target in this process: `python -m tests.fuzz.run TARGET FOLDER [libFuzzer's options]`.

What comes out of the target by mistake is saved once for each place in the program, and fuzzing goes on. libFuzzer
itself ends the process when one input takes too long or too much memory, and saves that input.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

PRODUCT = "secure_score_backlog"


def place_of(error: BaseException) -> str:
    """Type of an error and the innermost line of the product that it passed: what tells two findings apart."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"/{PRODUCT}/" in frame.filename] or list(frames)
    frame = ours[-1]
    return f"{type(error).__name__}-{Path(frame.filename).stem}-{frame.name}-{frame.lineno}"


def guarded(target: Target, folder: Path) -> Target:
    """The target, with whatever comes out of it saved below the folder: the input, and the traceback."""

    def run(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:  # whatever it is, it is a finding
            name = place_of(error)
            if not (folder / f"{name}.txt").exists():
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{name}.input").write_bytes(data)
                (folder / f"{name}.txt").write_text(
                    "".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace"
                )

    return run


def main(arguments: list[str]) -> None:
    """Fuzz until libFuzzer's options say that it is enough; ends the process."""
    import atheris  # noqa: PLC0415 - has wheels for Linux only; requirements/fuzz.txt

    name, folder, *options = arguments
    with atheris.instrument_imports(include=[PRODUCT, "ruamel"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - imported once atheris can watch it
    atheris.Setup([sys.argv[0], *options], guarded(TARGETS[name], Path(folder)))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
