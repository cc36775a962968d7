# SPDX-License-Identifier: Apache-2.0
"""Problems for programs: every one of them, under keys that stay."""

from __future__ import annotations

import json

from secure_score_backlog.reports.report import Findings, Report

SCHEMA = "backlog-check/1"


def as_json(findings: Findings) -> Report:
    """The problems in order of place, with their numbers and the day that was judged."""
    checked = findings.checked
    result = {
        "schema": SCHEMA,
        "as_of": checked.as_of.isoformat(),
        "decisions": checked.decisions,
        "snapshots": checked.snapshots,
        "problems": [found.as_json() for found in findings.problems],
        "errors": findings.errors,
        "warnings": findings.warnings,
    }
    return Report(json=json.dumps(result, indent=2, ensure_ascii=False))
