# SPDX-License-Identifier: Apache-2.0
"""Every format in which problems are told: a function from findings to a report, and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from secure_score_backlog.reports.github import as_annotations
from secure_score_backlog.reports.json import as_json
from secure_score_backlog.reports.report import ReportFormat
from secure_score_backlog.reports.sarif import as_sarif
from secure_score_backlog.reports.text import as_text

FORMATS: Final[Mapping[str, ReportFormat]] = {
    "text": as_text,
    "json": as_json,
    "github": as_annotations,
    "sarif": as_sarif,
}
"""By the name that `--format` takes; the first is the default."""
