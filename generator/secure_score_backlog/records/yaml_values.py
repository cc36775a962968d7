# SPDX-License-Identifier: Apache-2.0
"""What a single YAML value means: text, number, date, true, false or nothing (the core of YAML 1.2, and dates)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from secure_score_backlog.rules.deciding.rule_table import shown

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
"""Characters that no editor shows and no page can print."""

DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
MOMENT = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([Tt]|[ \t]+)\d{1,2}:\d{2}(:\d{2}(\.\d*)?)?[ \t]*(Z|[-+]\d{1,2}(:?\d{2})?)?", re.ASCII
)
WHOLE = re.compile(r"[-+]?\d{1,18}", re.ASCII)
FRACTIONAL = re.compile(r"[-+]?\d{0,18}\.\d{1,18}", re.ASCII)
"""Numbers of a size that people type; longer ones, and those with exponents, stay texts."""
WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Unfit(ValueError):
    """A value that cannot be read: the rule it breaks, what is wrong, what to type."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def meaning(text: str) -> object:
    """What a value without quotes means; raises Unfit."""
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text):
        return int(text)
    if FRACTIONAL.fullmatch(text):
        return Decimal(text)
    if MOMENT.fullmatch(text):
        hint = f"Write the day alone: {text[:10].strip()}. Days are whole, and UTC."
        raise Unfit("date-with-time", f"{shown(text)} carries a time of day.", hint)
    return day(text) if DAY.fullmatch(text) else shown_text(text)


def day(text: str) -> date:
    """A date; raises Unfit, for a date that cannot be read must never count as "for ever"."""
    try:
        found = date(*(int(part) for part in text.split("-")))
    except ValueError as error:
        message = f"{shown(text)} is not a day of the calendar."
        raise Unfit("date-invalid", message, "Write YYYY-MM-DD, such as 2026-10-31.") from error
    if found.isoformat() != text:
        raise Unfit("date-invalid", f"{shown(text)} is not written YYYY-MM-DD.", f"Write {found.isoformat()}.")
    return found


def shown_text(text: str) -> str:
    """A text that can be shown; raises Unfit."""
    if CONTROL.search(text):
        hint = "Type the text again; take out escapes such as \\e or \\0."
        raise Unfit("file-characters", f"The text {shown(text)} holds a control character.", hint)
    return text
