# SPDX-License-Identifier: Apache-2.0
"""Texts of other people in Markdown that GitHub shows: in a job's summary or in a comment.

GitHub makes more of a text than Markdown says: `@name` notifies somebody, `#12`, `GH-12` and the name of a commit
become links, so do addresses, and `:name:` becomes a picture. It looks for them in the finished page, so that
replacing the marks by character references does not help; in code it leaves them alone. So a word that is more than
letters and digits stands in code, and nothing that Markdown or HTML could read is left in either.
"""

from __future__ import annotations

import re

from secure_score_backlog.text import plain_text, visible

QUOTED = re.compile(r"(`[^`]*`)")
"""What a message of ours shows as code."""
WORD = re.compile(r"(?P<before>[(\"'“\u2018]*)(?P<word>[^\W_]+(?:[-–’'][^\W_]+)*)(?P<after>[.,;:!?)%\"'”’…]*)")
"""A word between marks that mean nothing by themselves."""
REFERENCE = re.compile(r"GH-\d.*|[0-9a-f]{7,}|www", re.IGNORECASE)
"""Words that GitHub would link: an issue, or a commit."""


def inert(text: str) -> str:
    """A text on one line of Markdown, in which nothing is active.

    What stands between backticks is shown as code, and so is each word that GitHub could take for more than a word.
    """
    return "".join(
        code(part[1:-1]) if len(part) > 1 and part[0] == part[-1] == "`" else _plain(part)
        for part in QUOTED.split(visible(text))
    )


def code(text: str) -> str:
    """A text as code, without backticks that another text could close; empty for an empty one."""
    plain = plain_text(text)
    return f"<code>{plain}</code>" if plain else ""


def _plain(text: str) -> str:
    return "".join(" " if part.isspace() else _word(part) for part in re.split(r"(\s+)", text))


def _word(text: str) -> str:
    found = WORD.fullmatch(text)
    if text and (found is None or REFERENCE.fullmatch(found["word"])):
        return code(text)
    return plain_text(text)
