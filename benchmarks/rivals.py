# SPDX-License-Identifier: Apache-2.0
"""How others read the history of files: `python benchmarks/rivals.py NAME TENANT STEP`, every STEPth decision.

Nothing of the product is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


def paths(root: Path, step: int) -> list[str]:
    """The decisions that are asked about."""
    found = sorted(path.relative_to(root).as_posix() for path in (root / "decisions").glob("*.md"))[::step]
    assert found
    return found


def gitpython(root: Path, step: int) -> None:
    """Commit, author, day and subject of each version of each file: GitPython's `iter_commits` for each file."""
    import git  # noqa: PLC0415

    with git.Repo(root) as repository:
        for path in paths(root, step):
            said = [
                (each.hexsha, str(each.author.name), each.committed_datetime, each.summary)
                for each in repository.iter_commits(paths=path)
            ]
            assert said


def revision_dates(root: Path, step: int) -> None:
    """First and last day of each file: two logs for each file, as mkdocs-git-revision-date-localized asks."""
    import git  # noqa: PLC0415

    asking = git.Git(str(root))
    for path in paths(root, step):
        last = asking.log(path, date="unix", format="%at", n=1, no_show_signature=True)
        first = asking.log(path, date="unix", format="%at", diff_filter="Ar", no_show_signature=True, follow=True)
        assert int(last) >= int(first.split("\n")[-1])


WAYS: dict[str, Callable[[Path, int], object]] = {"gitpython": gitpython, "revision-dates": revision_dates}

if __name__ == "__main__":
    WAYS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
