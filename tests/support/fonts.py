# SPDX-License-Identifier: Apache-2.0
"""One family of fonts for a browser, so that a page is tried with others than this machine happens to have."""

from __future__ import annotations

import subprocess
from pathlib import Path

CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{folder}/cache</cachedir>
  <include ignore_missing="yes">/etc/fonts/conf.d</include>
</fontconfig>
"""


def only_family(family: str, folder: Path) -> dict[str, str]:
    """Variables with which fontconfig finds nothing but the fonts whose name begins so, linked into a folder.

    ValueError where the machine has none: the tests would try something else than they were asked for.
    """
    listed = subprocess.run(["fc-list", "--format", "%{family}\t%{file}\n"], check=True, capture_output=True, text=True)
    fonts = [line.split("\t") for line in listed.stdout.splitlines()]
    files = [Path(file) for name, file in fonts if name.lower().startswith(family.lower())]
    if not files:
        raise ValueError(f"no font of this machine is called {family}")
    folder.mkdir(parents=True)
    for file in files:
        (folder / file.name).symlink_to(file)
    configuration = folder / "fonts.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
    return {"FONTCONFIG_FILE": str(configuration)}
