# SPDX-License-Identifier: Apache-2.0
"""Tables as the portal exports them, invented: a byte order mark, CRLF, a blank after a title, a tab before points.

And as spreadsheet programs save them again: points that can be a day and a month have become dates.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from secure_score_backlog.snapshots.known import known_recommendations

HEADER = (
    "Rank", "Recommended action", "Score impact", "Points achieved", "Status", "Regressed", "Have license?", "Category",
    "Product", "Last synced ", "Microsoft update", "Notes",
)  # fmt: skip
"""The columns in their order, with the blank that the portal writes after one of them."""
POINTS, IMPACT = 3, 2
EXCELS_DAY_ZERO = date(1899, 12, 30)


@dataclass(frozen=True)
class Action:
    """One row: a recommendation, as a tenant may have it."""

    title: str
    earned: Decimal
    possible: int
    status: str = "To address"
    licensed: bool = True
    product: str = "Microsoft Entra ID"


def actions(count: int = 74, *, unlicensed: int = 8) -> list[Action]:
    """As many invented rows about recommendations of the shipped list; some of them without a licence, with points."""
    titles: dict[str, int] = {}
    for each in known_recommendations().values():
        if each.maximum and not each.id.startswith("MDA_"):
            titles.setdefault(each.title, int(each.maximum))
    chosen = list(titles.items())[::4][:count]
    assert len(chosen) == count
    rows = []
    for index, (title, most) in enumerate(chosen):
        earned = (Decimal(0), Decimal(most), Decimal(most // 2), Decimal(most) - Decimal("0.17"))[index % 4]
        status = "Completed" if earned == most else "Resolved through third party" if index == 1 else "To address"
        rows.append(Action(title, earned, most, status, licensed=index % 9 != 0 or index // 9 >= unlicensed))
    return rows


def portal_csv(rows: Sequence[Action], *, of: Sequence[Action] | None = None) -> str:
    """The table as the portal writes it. `of`: all rows, where these are filtered."""
    total = sum(each.possible for each in (of or rows))
    lines = [cells(number, each, total) for number, each in enumerate(rows, start=1)]
    return "\ufeff" + written([HEADER, *lines], ",")


def cells(number: int, row: Action, total: int) -> list[str]:
    """One row as the portal writes it: impacts are rounded to two decimals."""
    impact = Fraction(100 * row.possible, total)
    return [
        str(number), row.title, f"+{float(impact):.2f}%", f"\t{row.earned.normalize():f}/{row.possible}", row.status,
        "No", "Yes" if row.licensed else "No", "Identity", row.product, "11/20/2026", "None", "",
    ]  # fmt: skip


def written(lines: Sequence[Sequence[str]], separator: str) -> str:
    """Lines as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def saved_again(text: str, form: Callable[[int, int], str], separator: str = ",", *, month_first: bool = False) -> str:
    """The table after a spreadsheet program has opened and saved it: what can be a date has the form of one.

    `form` writes a day and a month; `month_first` is how the program reads 3/8.
    """
    header, *rows = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    return written([header, *(spoiled(row, form, month_first=month_first) for row in rows)], separator)


def spoiled(row: list[str], form: Callable[[int, int], str], *, month_first: bool) -> list[str]:
    """One row in which points have become a date, where they can be one."""
    points = row[POINTS].strip()
    one, other = points.split("/")
    month, day = (one, other) if month_first else (other, one)
    fits = month.isdecimal() and day.isdecimal() and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    return [*row[:POINTS], form(int(day), int(month)) if fits else points, *row[POINTS + 1 :]]


ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
GERMAN = ("Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")
FRENCH = ("janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc")
RUSSIAN = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")

DATES: dict[str, Callable[[int, int], str]] = {
    "08. Aug": lambda day, month: f"{day:02}. {GERMAN[month - 1]}",
    "8. Aug": lambda day, month: f"{day}. {GERMAN[month - 1]}",
    "08.Mrz": lambda day, month: f"{day:02}.{GERMAN[month - 1]}",
    "08-Aug": lambda day, month: f"{day:02}-{ENGLISH[month - 1]}",
    "8-Aug": lambda day, month: f"{day}-{ENGLISH[month - 1]}",
    "Aug-08": lambda day, month: f"{ENGLISH[month - 1]}-{day:02}",
    "8-Aug-26": lambda day, month: f"{day}-{ENGLISH[month - 1]}-26",
    "08-août": lambda day, month: f"{day:02}-{FRENCH[month - 1]}",
    "8 авг": lambda day, month: f"{day} {RUSSIAN[month - 1]}",
    "08.08.2026": lambda day, month: f"{day:02}.{month:02}.{2026}",
    "08/08/2026": lambda day, month: f"{month:02}/{day:02}/2026",
    "8/8/26": lambda day, month: f"{month}/{day}/26",
    "2026-08-08": lambda day, month: f"2026-{month:02}-{day:02}",
    "2026-08-08 00:00:00": lambda day, month: f"2026-{month:02}-{day:02} 00:00:00",
    "2026/8/8": lambda day, month: f"2026/{month}/{day}",
    "8月8日": lambda day, month: f"{month}月{day}日",
    "46242": lambda day, month: str((date(2026, month, min(day, 28)) - EXCELS_DAY_ZERO).days),
}
"""What 8/8 may have become, by an example."""
