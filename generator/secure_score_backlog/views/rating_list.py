# SPDX-License-Identifier: Apache-2.0
"""The guide's page of the shipped risk ratings: every level with its reason and source, so that it can be doubted."""

from __future__ import annotations

from itertools import groupby

from secure_score_backlog.model.decision import Risk
from secure_score_backlog.rules.judging.rating import NamedRating, Ratings
from secure_score_backlog.views.reference import cell, code, table

INTRODUCTION = """# Risk ratings

Not every recommendation matters alike. The program ships with a judgement of its own for each one below: how much it
matters to leave it open, what goes wrong then, and where that can be checked. Points, effort and cost play no part in
it. The reasons are written for readers without technical training, because they are shown to leadership.

A judgement made here is better than ours: the `risk` of a decision counts first, then `risk` in `backlog.yml`
(see [Settings](settings.md)), and only then this list. A recommendation that none of the three knows is *unrated*; it
is listed apart and never silently last.

In an id, `*` stands for any text; an id written out comes before a pattern, and upper and lower case are alike.
"""


def ratings_page(ratings: Ratings) -> str:
    """All ratings, most serious level first, in the order of the file; and the sources with their titles."""
    lines = [INTRODUCTION]
    for level in Risk:
        chosen = [known for known in ratings.listed if known.rating.level is level]
        lines += [f"## {level.value.capitalize()}", "", *_ratings(chosen), ""]
    titles = ((cell(name), cell(title)) for name, title in sorted(ratings.sources.items()))
    lines += ["## Sources", "", *table(("Cited as", "What it is"), titles), ""]
    return "\n".join(lines)


def _ratings(chosen: list[NamedRating]) -> list[str]:
    """One row a reason; the neighbours of a family that share reason and source share the row."""
    rows = []
    for (reason, source), members in groupby(chosen, key=lambda known: (known.rating.reason, known.rating.source)):
        names = "<br>".join(code(member.name) for member in members)
        rows.append((names, cell(reason), cell(source)))
    return table(("Recommendation", "What goes wrong if it stays open", "Source"), rows)
