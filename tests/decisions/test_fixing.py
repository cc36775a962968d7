# SPDX-License-Identifier: Apache-2.0
"""`check --fix`: the form changes, and nothing that a decision says, not even a comment."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.decisions.fixing import Fixed, fix, unambiguous
from secure_score_backlog.decisions.front_matter import parse

PATH = "decisions/A.md"
MESSY = """---
# Title
draft: true

# which one
recommendation: A
risk: high   
bucket: accept
owner: 12
reduces: Mail: old # a note
accepted:
  approver: Managing Director
  # why it is so
  rationale: |
    first  
    # no comment
  until: 31.1.2027
ask:
  - {from: CIO, since: 2026-1-5, question: Why?}
---
Hard break  
    code  

"""  # noqa: W291
CLEAN = """---
# Title
draft: true

# which one
recommendation: A
bucket: accept
risk: high
reduces: "Mail: old" # a note
owner: "12"
accepted:
  # why it is so
  rationale: |
    first  
    # no comment
  approver: Managing Director
  until: 2027-01-31
ask:
  - {from: CIO, since: 2026-01-05, question: Why?}
---
Hard break  
    code
"""  # noqa: W291


def fixed(text: str) -> Fixed:
    """What becomes of a file."""
    return fix(text.encode(), PATH)


def test_everything_that_is_safe_at_once() -> None:
    """Order, quotes, dates, blanks and the end of the file; comments, block texts and the body stay."""
    made = fixed(MESSY)
    assert made.content.decode() == CLEAN.replace("    code\n", "    code  \n")
    assert made.refused == ""
    assert [change.split(" ")[0] for change in made.changes] == [
        *("`reduces`", "`owner`", "`until`", "`since`", "Blanks", "The", "Blank"),
    ]
    again = fix(made.content, PATH)
    assert (again.content, again.changes) == (made.content, ())


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_endings_and_marks_stay(newline: str) -> None:
    """A file of Windows stays one."""
    text = "---\nbucket: accept\nrecommendation: A\n---\nText".replace("\n", newline)
    made = fix(b"\xef\xbb\xbf" + text.encode(), PATH)
    expected = "---\nrecommendation: A\nbucket: accept\n---\nText\n".replace("\n", newline)
    assert made.content == b"\xef\xbb\xbf" + expected.encode()


@pytest.mark.parametrize(
    "text",
    [
        "---\nbucket: [\n---\n",
        "---\nbucket: accept\nbucket: accept\n---\n",
        "---\nowner: &a x\n---\n",
        "no front matter",
        "---\nnever closed\n",
        "---\n{bucket: accept, recommendation: A}\n---\n",
        "---\nrecommendation: A\nunknown: 1\nbucket: accept\n---\n",
        "---\nrecommendation: A\naccepted:\n  until: 3.4.2027\n---\n",
        "---\nreduces: a: b\n  c: d\n---\n",
    ],
)
def test_what_is_uncertain_stays_as_it_is(text: str) -> None:
    """Broken YAML, several keys on a line, keys that nobody knows, and dates with two readings."""
    made = fixed(text)
    assert (made.content, made.changes) == (text.encode(), ())


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2027-1-5", date(2027, 1, 5)),
        ("2027/01/05", date(2027, 1, 5)),
        ("20270105", date(2027, 1, 5)),
        ("31.1.2027", date(2027, 1, 31)),
        ("01/31/2027", date(2027, 1, 31)),
        ("5.5.2027", date(2027, 5, 5)),
        ("31 January 2027", date(2027, 1, 31)),
        ("Jan 31, 2027", date(2027, 1, 31)),
        ("2027-01-31T00:00:00Z", date(2027, 1, 31)),
        ("3.4.2027", None),
        ("03/04/2027", None),
        ("2027-01-31T12:00:00Z", None),
        ("2027-01-31T00:00:00+02:00", None),
        ("31.1.27", None),
        ("2027-02-30", None),
        ("soon", None),
        ("1.2027", None),
    ],
)
def test_dates_with_one_reading(written: str, day: date | None) -> None:
    """Two readings, two digits for a year, or an hour that could be of another day: left to the writer."""
    assert unambiguous(written) == day


KEYS = ["recommendation: A", "bucket: do-soon", "risk: high", "owner: 'Head # of IT'", "reduces: >-\n  a\n\n  b",
        "impact: None.", "draft: true", "links:\n- https://a.example  # x\n- docs/b.md", "due: 2027-1-5"]  # fmt: skip
BETWEEN = ["", "# a comment\n", "\n", "\n# one\n# two\n", "  # indented\n", "# above\n\n"]


ABOVE = st.lists(st.sampled_from(BETWEEN), min_size=len(KEYS), max_size=len(KEYS))


@given(st.permutations(KEYS), ABOVE, st.text("a \n`#-", max_size=20))
def test_no_comment_and_no_value_is_lost(keys: list[str], between: list[str], body: str) -> None:
    """Whatever the order and wherever comments stand: the same values, the same comments, and again nothing to do."""
    text = "---\n" + "".join(f"{above}{key}\n" for above, key in zip(between, keys, strict=True)) + f"---\n{body}"
    made = fixed(text)
    before, after = parse(text, PATH), parse(made.content, PATH)
    assert made.refused == ""
    assert {**before.data, "due": date(2027, 1, 5)} == dict(after.data)
    assert after.body.rstrip() == before.body.rstrip()

    def comments(content: str) -> Counter[str]:
        header = content.split("\n---\n", maxsplit=1)[0]
        return Counter(line for line in header.split("\n") if line.lstrip().startswith("#"))

    assert comments(made.content.decode()) == comments(text)
    assert fix(made.content, PATH).changes == ()


@given(st.text(max_size=200))
def test_any_text_is_left_whole_or_read_the_same(text: str) -> None:
    """No text stops it, and what it says stays."""
    content = f"---\nrecommendation: A\nowner: {text}\nbucket: accept\n---\n".encode("utf-8", "surrogatepass")
    made = fix(content, PATH)
    assert made.changes or made.content == content
    if not any(problem.code == "yaml-syntax" for problem in parse(content, PATH).problems) and not made.changes:
        assert parse(made.content, PATH).data == parse(content, PATH).data
