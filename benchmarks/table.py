# SPDX-License-Identifier: Apache-2.0
"""The table of `make bench`, for a terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.costs import Cost, Ratio, middle, ratio

COLUMNS = ("what", "processor s", "wall s", "peak MB", "MB made", "beside", "its processor s", "ratio", "target")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was measured, beside what, and how far it should get."""

    what: str
    costs: Sequence[Cost]
    beside: str = ""
    others: Sequence[Cost] = ()
    target: str = ""
    """What the ratio should be, such as `≤ 0.25`."""
    figure: str = "processor"
    """What the ratio is of: processor, wall, memory or size."""
    inverse: bool = False
    """The ratio says how often the other one's figure holds ours."""

    @property
    def ratio(self) -> Ratio | None:
        """Ours to the other's; None where there is nothing to compare with."""
        if not self.costs or not self.others:
            return None
        ours, theirs = ([float(getattr(cost, self.figure)) for cost in costs] for costs in (self.costs, self.others))
        return ratio(theirs, ours) if self.inverse else ratio(ours, theirs)

    def cells(self) -> tuple[str, ...]:
        """The texts of the columns."""
        if not self.costs:
            return (self.what, "not measured", *[""] * (len(COLUMNS) - 3), self.target)
        size = middle(cost.size for cost in self.costs)
        of = "" if self.figure == "processor" else f" of {self.figure}"
        times = " ×, the other way round" if self.inverse else ""
        found = self.ratio
        return (
            self.what,
            _shown(middle(cost.processor for cost in self.costs), 2),
            _shown(middle(cost.wall for cost in self.costs), 2),
            _shown(middle(cost.memory for cost in self.costs), 0),
            f"{size / 1_000_000:.1f}" if size else "",
            self.beside,
            f"{middle(cost.processor for cost in self.others):.2f}" if self.others else "",
            f"{found}{of}{times}" if found else "",
            self.target,
        )


def _shown(figure: float, decimals: int) -> str:
    """A figure; empty where nothing was measured."""
    return f"{figure:.{decimals}f}" if figure else ""


def plain(rows: Iterable[Row]) -> str:
    """The table for a terminal."""
    lines = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def markdown(rows: Iterable[Row]) -> str:
    """The table as Markdown."""
    lines = [COLUMNS, tuple("---" if column in (0, 5, 8) else "---:" for column in range(len(COLUMNS)))]
    lines += [row.cells() for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
