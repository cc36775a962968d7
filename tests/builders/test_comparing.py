# SPDX-License-Identifier: Apache-2.0
"""The comparison of sites notices what a builder may lose, and overlooks what builders may do their own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.comparing import differences, said
from tests.builders.guests import missing

PAGE = """<html><body><nav><a href="x.html">menu</a></nav><article class="md-content">
<h1 id="page">Board<a class="headerlink" href="#page">¶</a></h1>
<p>Twelve <a href="a.html#b">open<br/> gaps</a></p><svg><path d="M0"/><title>ours</title></svg>
<script>let never = "read";</script></article><footer>made by one</footer></body></html>"""


def site(folder: Path, **changed: str) -> Path:
    """A site of two pages; a changed page by its name, empty to leave it out."""
    folder.mkdir()
    for name in ("index", "board"):
        text = changed.get(name, PAGE)
        if text:
            (folder / f"{name}.html").write_text(text, encoding="utf-8")
    (folder / "404.html").write_text("<p>the server’s</p>", encoding="utf-8")
    return folder


def test_a_page_is_read_as_a_reader_would() -> None:
    """Words, headings and links of the article; neither the frame, nor scripts, nor the builder's own signs."""
    read = said(PAGE)
    assert " ".join(read.words) == "Board Twelve open gaps ours"
    assert read.headings == (("h1", "page"),)
    assert read.links == ("a.html#b",)


def test_another_frame_is_no_difference(tmp_path: Path) -> None:
    """White space, the sign beside a heading, menu and footer belong to the builder."""
    other = PAGE.replace("¶", "#").replace("made by one", "made by two")
    other = other.replace("menu", "Menu").replace(" gaps", "\ngaps")
    assert differences(site(tmp_path / "one"), site(tmp_path / "two", index=other, board=other)) == []


@pytest.mark.parametrize(
    ("index", "found"),
    [
        ("", "index.html: missing"),
        (PAGE.replace("Twelve", "Eleven"), "index.html: words differ: 'Twelve open gaps ours' against 'Eleven open"),
        (PAGE.replace("<h1 id", "<h2 id").replace("</h1>", "</h2>"), "index.html: headings differ"),
        (PAGE.replace("a.html#b", "a.md#b"), "index.html: links differ"),
        (PAGE.replace("article", "section"), "index.html: no <article>"),
    ],
)
def test_a_loss_is_noticed(tmp_path: Path, index: str, found: str) -> None:
    """A page that is not there or says something else is one line, which begins with its name."""
    wrong = differences(site(tmp_path / "one"), site(tmp_path / "two", index=index))
    assert len(wrong) == 1
    assert wrong[0].startswith(found)


def test_a_page_too_many_is_noticed(tmp_path: Path) -> None:
    """What only the other builder makes is named as well."""
    assert differences(site(tmp_path / "one", board=""), site(tmp_path / "two")) == [
        "board.html: not in the other builder's site"
    ]


def test_a_document_that_did_not_arrive_is_noticed(tmp_path: Path) -> None:
    """Every rendered page has its HTML, and every other file its very bytes."""
    rendered = tmp_path / "pages"
    rendered.mkdir()
    for name, text in {"index.md": "a", "lost.md": "b", "style.css": "c", "data.csv": "d"}.items():
        (rendered / name).write_text(text, encoding="utf-8")
    built = site(tmp_path / "site")
    (built / "style.css").write_text("c", encoding="utf-8")
    (built / "data.csv").write_text("changed", encoding="utf-8")
    assert missing(rendered, built) == ["data.csv: missing or changed", "lost.md: missing or changed"]
