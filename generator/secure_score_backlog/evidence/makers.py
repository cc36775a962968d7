# SPDX-License-Identifier: Apache-2.0
"""Whether the program that made a pack is the one that checks it (docs/method.md#pack).

Another program may word, order and round differently. So where it is another one, a difference is shown and proves
nothing: the check could not be made.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

from secure_score_backlog import __version__
from secure_score_backlog.evidence.layout import Manifest
from secure_score_backlog.evidence.outcome import Check, Result
from secure_score_backlog.program import code_digest, requirement
from secure_score_backlog.text import shortened

LIBRARIES = (
    *("feedgenerator", "icalendar", "jinja2", "markdown", "markupsafe", "mkdocs", "mkdocs-material", "nh3"),
    *("pymdown-extensions", "typst", "xlsxwriter"),
)
"""Those whose work is in the bytes of a pack."""
SHOWN = 12
"""Letters of a digest that messages show."""


def stamped(manifest: Manifest) -> Manifest:
    """A manifest that names this program and its libraries."""
    return replace(
        manifest,
        version=__version__,
        code=code_digest(),
        install=requirement(),
        made_with={name: version(name) for name in LIBRARIES},
    )


def other_program(manifest: Manifest) -> str:
    """That another program made a pack, and which one; empty where it was this one."""
    if (manifest.version, manifest.code) == (__version__, code_digest()):
        return ""
    if manifest.version == __version__:
        said = f"another state of version {__version__} made the pack: its code has the digest"
    else:
        said = f"version {shortened(manifest.version)} made the pack, whose code has the digest"
    return (
        f"{said[:1].upper()}{said[1:]} {manifest.code[:SHOWN]}. This is {__version__}, {code_digest()[:SHOWN]}. What "
        "differs may only be worded, ordered or rounded in another way. Verify the pack with the program that made it."
    )


def other_libraries(manifest: Manifest) -> str:
    """That this program ran with other versions of libraries, and which; empty where they are the same."""
    here = {name: version(name) for name in LIBRARIES}
    differ = [
        f"{name} {shortened(manifest.made_with.get(name, 'missing'))}"
        for name in here
        if manifest.made_with.get(name) != here[name]
    ]
    return f"The pack was made with other versions of libraries: {', '.join(differ)}." if differ else ""


def undecided(check: Check, why: str) -> Check:
    """A check; where it does not hold, and there is a reason that may explain that, one that could not be made."""
    return replace(check, result=Result.UNKNOWN, note=why) if why and check.result is Result.FAILS else check
