# SPDX-License-Identifier: Apache-2.0
"""The report as a PDF: A4, tagged, searchable, and the same bytes for the same report (docs/adr/0029).

Set by typst from a template beside this module. The report goes in as JSON, and fonts of the machine are not used. The
time in the file is the beginning of the as-of date.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Any, Literal

from secure_score_backlog.evidence.blocks import Report
from secure_score_backlog.evidence.letters import FAMILIES, breakable, font_folder, settable, together
from secure_score_backlog.wording import number

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: typst refuses to write a file that does not keep to it."""
LONGEST = 3000
"""Characters of a text that are set; it says how many more there are."""
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)


def report_pdf(report: Report) -> bytes:
    """The PDF of a report."""
    import typst  # noqa: PLC0415 - 80 MB that only a report needs

    moment = max(datetime.combine(report.as_of, time(tzinfo=UTC)), EARLIEST)
    template: bytes = files(__package__).joinpath("report.typ").read_bytes()
    return typst.compile(
        template,
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())]
        ),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(as_data(report))},
        pdf_standards=[STANDARD],
        timestamp=int(moment.timestamp()),
    )


def as_data(report: Report) -> dict[str, Any]:
    """What the template reads: every text on one line, with letters that the fonts have."""
    data: dict[str, Any] = converted(asdict(report), lambda text: breakable(together(cut(settable(text)))))
    organisation = cut(settable(report.organisation))
    return data | {
        "title": report.title,
        "organisation": organisation,
        "header": breakable(organisation),
        "as_of": report.as_of.isoformat(),
        "fonts": list(FAMILIES),
    }


def cut(text: str) -> str:
    """A text of a length that a person reads."""
    rest = len(text) - LONGEST
    return text if rest <= 0 else f"{text[:LONGEST]}… ({number(rest)} more characters)"


def converted(value: Any, change: Callable[[str], str]) -> Any:
    """The same with every text changed; names of fields stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: converted(inner, change) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [converted(inner, change) for inner in value]
    return value
