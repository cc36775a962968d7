# SPDX-License-Identifier: Apache-2.0
"""How long what the program is made of is still mended by its makers. The only place that knows the dates.

Material for MkDocs: its README and release notes (docs/adr/0003). Python: https://devguide.python.org/versions/, which
names a month; its last day is taken. `docs/guide/doctor.md` shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from secure_score_backlog import wording
from secure_score_backlog.doctor.checked import Checked, ok, warning, wrong

MATERIAL_ENDS = date(2027, 5, 5)
PYTHON_ENDS: Mapping[tuple[int, int], date] = {
    (3, 11): date(2027, 10, 31),
    (3, 12): date(2028, 10, 31),
    (3, 13): date(2029, 10, 31),
    (3, 14): date(2030, 10, 31),
    (3, 15): date(2031, 10, 31),
}
SOON = timedelta(days=90)


def python(version: tuple[int, int], today: date) -> Checked:
    """The Python that runs this program."""
    name = f"Python {version[0]}.{version[1]}"
    end = PYTHON_ENDS.get(version)
    install = "Install a newer Python, and this program with it."
    if end is None:
        fix = "Install a newer version of this tool."
        return warning("python", f"It is not known how long {name} is supported.", fix)
    if today > end:
        return wrong("python", f"Support for {name} ended on {wording.day(end)}: no flaw in it is mended.", install)
    what = f"{name} is supported until {wording.day(end)}."
    return warning("python", what, install) if end - today <= SOON else ok("python", what)


def material(today: date) -> Checked:
    """The theme of the site."""
    fix = "Look for a newer version of this tool. The site goes on working: it is made of static files."
    if today > MATERIAL_ENDS:
        what = f"Support for Material for MkDocs, which the site is built with, ended on {wording.day(MATERIAL_ENDS)}."
        return warning("material", what, fix)
    what = f"Material for MkDocs, which the site is built with, is supported until {wording.day(MATERIAL_ENDS)}."
    return warning("material", what, fix) if MATERIAL_ENDS - today <= SOON else ok("material", what)
