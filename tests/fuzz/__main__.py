# SPDX-License-Identifier: Apache-2.0
"""`make fuzz`: every target for its share of the time; fails where anything was found.

The corpus grows below `build/fuzz/corpus` from run to run. Findings are kept below `build/fuzz/findings`: the input,
and the traceback where there is one. To see one again: `build/fuzz/bin/python -m tests.fuzz TARGET FILE`.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

FOLDER = Path("build/fuzz")
SECONDS = 300
"""Of all targets together, unless another number is given."""
LONGEST_INPUT = 65_536
"""Bytes."""
SLOWEST_INPUT = 10
"""Seconds that one input may take, with the instruments that make the program several times slower."""
LARGEST_PROCESS = 1_536
"""Megabytes that the process may take, the corpus included."""
DONE = re.compile(rb"stat::number_of_executed_units:\s*(\d+)")
RESTARTS = 20
"""A target that libFuzzer had to end is begun again, at most so often."""


def fuzz(name: str, seconds: float) -> tuple[int, int]:
    """Fuzz one target; how many inputs ran, and how many findings its folder holds."""
    corpus, findings = FOLDER / "corpus" / name, FOLDER / "findings" / name
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    for seed in seeds(name):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    end, ran = time.monotonic() + seconds, 0
    for _ in range(RESTARTS):
        left = int(end - time.monotonic())
        if left < 1:
            break
        options = [
            f"-max_total_time={left}", f"-max_len={LONGEST_INPUT}", f"-timeout={SLOWEST_INPUT}",
            f"-rss_limit_mb={LARGEST_PROCESS}", f"-artifact_prefix={findings}/", "-print_final_stats=1",
            "-detect_leaks=0", str(corpus),
        ]  # fmt: skip
        call = [sys.executable, "-m", "tests.fuzz.run", name, str(findings), *options]
        environment = {**os.environ, "PYTHONPATH": "generator:."}
        finished = subprocess.run(call, env=environment, capture_output=True, check=False)
        done = DONE.search(finished.stderr)
        ran += int(done[1]) if done else 0
        if finished.returncode != 0 and not any(findings.iterdir()):
            sys.exit(f"{name}: the fuzzer itself failed:\n{finished.stderr.decode('utf-8', 'replace')[-3000:]}")
    return ran, sum(not file.name.endswith(".txt") for file in findings.iterdir())


def main(arguments: list[str]) -> int:
    """Fuzz every target, or run one input again; 1 where anything was found."""
    if len(arguments) == 2 and arguments[0] in TARGETS:
        TARGETS[arguments[0]](Path(arguments[1]).read_bytes())
        return 0
    seconds = float(arguments[0]) if arguments else SECONDS
    chosen = arguments[1:] or list(TARGETS)
    found = 0
    for name in chosen:
        ran, count = fuzz(name, seconds / len(chosen))
        found += count
        print(f"{name}: {ran} inputs, {count} finding{'' if count == 1 else 's'}", flush=True)
    print(f"Findings are in {FOLDER / 'findings'}." if found else "Nothing was found.")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
