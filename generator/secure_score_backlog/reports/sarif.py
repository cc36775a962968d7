# SPDX-License-Identifier: Apache-2.0
"""Problems in SARIF 2.1.0, the format in which code scanning and other programs take results.

The OASIS standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. The rules are those of `problems.RULES`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any
from urllib.parse import quote

from secure_score_backlog import __version__
from secure_score_backlog.problems import RULES, Problem, Rule, Severity
from secure_score_backlog.reports.report import Findings, Report, errors_first
from secure_score_backlog.wording import plural

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SOURCE_ROOT = "%SRCROOT%"
"""What paths are relative to: the top of the repository."""
FINGERPRINT = "problem/v1"
"""Name of the fingerprint: by it, a program recognises a problem after lines above it were added."""
MOST_RESULTS = 25_000
"""GitHub refuses a file with more, and shows the first five thousand."""


def as_sarif(findings: Findings) -> Report:
    """One run of one tool, the errors first."""
    kept = errors_first(findings.problems)[:MOST_RESULTS]
    codes = sorted({found.code for found in kept})
    index = {code: number for number, code in enumerate(codes)}
    prints = fingerprints(findings)
    run = {
        "tool": {
            "driver": {
                "name": "backlog",
                "fullName": "Secure Score Backlog",
                "version": __version__,
                "rules": [_rule(RULES[code]) for code in codes],
            }
        },
        "automationDetails": {"id": "backlog-check/"},
        "invocations": [_invocation(findings, len(kept))],
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, index[found.code], prints[id(found)], findings) for found in kept],
    }
    return Report(json=json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2, ensure_ascii=False))


def fingerprints(findings: Findings) -> dict[int, str]:
    """A fingerprint for each problem, by its `id()`: rule, file, and which of several it is, counted from the top.

    Line and message are no part of it: they change when lines are added, and from day to day.
    """
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for each in findings.problems:
        seen[each.code, each.path] += 1
        digest = hashlib.sha256(f"{each.code}\0{findings.folder}{each.path}".encode("utf-8", "surrogatepass"))
        found[id(each)] = f"{digest.hexdigest()[:32]}:{seen[each.code, each.path]}"
    return found


def _rule(rule: Rule) -> dict[str, Any]:
    """A rule with its meaning, and where the guide lists it."""
    listed = f"The guide lists all rules about “{rule.subject}” in docs/guide/problems.md."
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": f"{rule.meaning} {listed}"},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": [rule.subject], "problem.severity": rule.severity.value},
    }


def _result(found: Problem, index: int, fingerprint: str, findings: Findings) -> dict[str, Any]:
    file = findings.file_of(found)
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file or "."), "uriBaseId": SOURCE_ROOT}}
    if file is not None and found.line is not None:
        physical["region"] = {"startLine": found.line}
    return {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": "error" if found.severity is Severity.ERROR else "warning",
        "message": {"text": _text(f"{found.message} {found.hint}")},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }


def _text(message: str) -> str:
    """A message in which nobody's text is a link: SARIF reads `[text](target)` as one."""
    return message.replace("](", "] (")


def _uri(path: str) -> str:
    """A path as a relative reference; a colon in its first step would be read as a scheme."""
    return quote(path.encode("utf-8", "surrogatepass"), safe="/")


def _invocation(findings: Findings, kept: int) -> dict[str, Any]:
    """That the check ran, and what is left out."""
    left = len(findings.problems) - kept
    said = [findings.sentence]
    if left:
        said.append(f"{plural(left, 'problem is', 'problems are')} left out; `--format json` lists all.")
    notes = [{"level": "note", "message": {"text": text}} for text in said]
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}
