# SPDX-License-Identifier: Apache-2.0
"""Hand-written files of `docs/`: what of them reaches a reader's browser, converted as the site builder does."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from markdown import Markdown

from secure_score_backlog.files import Document
from secure_score_backlog.site.configuration import EXTENSIONS, SANITISING
from secure_score_backlog.site.hand_written import MARK, is_plain_css, marked, plain_svg, prepared
from secure_score_backlog.strict_yaml import read_yaml

HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "a script in a block": "<div markdown>\n<script>alert(1)</script>\n</div>",
    "a handler": "<img src=x onerror=alert(1)>",
    "a handler in an attribute list": "[a](b.md){: onclick=alert(1) }",
    "a handler of a heading": "# Title {: onmouseover=alert(1) }",
    "an address that is a script": "[a](javascript:alert(1))",
    "an address that is a script, in HTML": "<a href='java&#x09;script:alert(1)'>a</a>",
    "a picture of a third party": "![a](https://evil.example/p.png)",
    "a picture without a scheme": "![a](//evil.example/p.png)",
    "a picture with backslashes": "<img src='\\\\evil.example\\p.png'>",
    "a picture set": "<img srcset='https://evil.example/p.png 1x' src='a.png'>",
    "a frame": "<iframe src='https://evil.example/'></iframe>",
    "a frame with a document": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "an object": "<object data='https://evil.example/x'></object><embed src='https://evil.example/x'>",
    "a form": "<form action='https://evil.example/'><input type=password name=p></form>",
    "a button": "<button formaction='javascript:alert(1)'>a</button>",
    "a style": "<style>@import url(https://evil.example/x.css);</style>",
    "a style attribute": "<p style='background:url(https://evil.example/p.png)'>a</p>",
    "a link element": "<link rel=stylesheet href='https://evil.example/x.css'>",
    "another page": "<meta http-equiv=refresh content='0;url=https://evil.example/'><base href='https://evil.example/'>",
    "a vector picture": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "a formula": "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "a broken comment": "<!--><img src=x onerror=alert(1)>-->",
    "a video": "<video poster='https://evil.example/p.png'><source src='https://evil.example/v'></video>",
    "the theme's settings": "<div id=__config>{}</div><a id=__search>a</a>",
    "a name of the document": "<img name=body src=a.png>",
    "an abbreviation": 'x\n\n*[x]: "><img src=x onerror=alert(1)>',
    "a footnote": "a[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
    "a code block's language": "```{ .x onclick=alert(1) }\na\n```",
    "an admonition's title": '!!! note "<img src=x onerror=alert(1)>"\n    a',
    "an end of the article": "</article></main><script>alert(1)</script>",
    "the mark again": f"{MARK}\n<script>alert(1)</script>",
    "an end of the front matter": "---\n<script>alert(1)</script>",
    "a picture as data": "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
}
"""Pages that run or load something, by what they do it with."""


class Page(HTMLParser):
    """What a browser would run, or load from elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is not plain."""
        self.tags.append(tag)
        self.faults += ["input"] if tag == "input" and dict(attrs).get("type") not in {"checkbox", "radio"} else []
        active = {"script", "style", "iframe", "object", "embed", "form", "button", "link", "meta", "base", "svg",
                  "math", "video", "audio", "source", "noscript", "template"}  # fmt: skip
        self.faults += [tag] if tag in active else []
        for name, value in attrs:
            text = "".join((value or "").split()).lower()
            runs = name.startswith("on") or "script:" in text or name in {"srcset", "srcdoc", "style", "action"}
            loads = name == "src" and (text.startswith(("//", "\\")) or ":" in text)
            theirs = text.startswith("__") if name == "id" else name == "name" and tag != "input"
            self.faults += [f"{tag} {name}"] if runs or loads or theirs else []


def converted(page: str) -> str:
    """A page as the site builder converts it: staged, front matter taken off, with every extension that is allowed."""
    staged = marked(page.encode()).decode()
    head, _, body = staged.removeprefix("---\n").partition("\n---\n")
    assert read_yaml(head, "page").data["hand_written"] is True
    return Markdown(extensions=[*EXTENSIONS, SANITISING]).convert(body.lstrip("\n"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("before", ["", "---\ntitle: x\n---\n", "\ufeff", "\n\n", "key: value\n\n"])
def test_nothing_of_a_page_runs_or_loads(text: str, before: str) -> None:
    """Whatever it tries, also in a list and behind every kind of beginning."""
    for page in (before + text, f"{before}- a\n\n    {text}"):
        assert Page(converted(page)).faults == []


@pytest.mark.parametrize("text", [text for name, text in HOSTILE.items() if name not in {
    "an end of the article", "a code block's language", "an abbreviation", "a broken comment", "a formula", "noscript",
}])  # fmt: skip
def test_the_attacks_are_real(text: str) -> None:
    """Without the mark, as with `--trust-docs`, they get through: the test above could fail."""
    html = Markdown(extensions=[*EXTENSIONS, SANITISING]).convert(text)
    assert Page(html).faults != [] or MARK in text or text.startswith(("[a](b.md)", "---"))


def test_plain_pages_keep_what_they_are_made_of() -> None:
    """Headings with links, tables, boxes, tabs, task lists, notes and pictures of the site."""
    page = """# Title

Some *text*, `code`, [a page](other.md#part), [elsewhere](https://example.com/?a=b), <kbd>Ctrl</kbd>, H~2~O[^1].

!!! note "Mind"
    A box.

??? tip
    A fold.

| a | b |
|:--|--:|
| 1 | 2 |

- [x] done

=== "One"

    first

```python
print(1)
```

![a picture](picture.png){ width="300" }

term
:   meaning

[^1]: a note
"""
    html = converted(page)
    tags = Page(html).tags
    for tag in ("h1", "em", "code", "a", "kbd", "sub", "table", "details", "summary", "img", "dl", "pre", "input"):
        assert tag in tags, tag
    assert 'src="picture.png"' in html
    assert 'href="https://example.com/?a=b"' in html
    assert 'class="admonition note"' in html
    assert 'id="title"' in html
    assert "text-align:right" in html.replace(" ", "")
    assert 'type="checkbox"' in html


def test_front_matter_keeps_what_the_theme_prints() -> None:
    """Titles are escaped, because themes print them as they are; templates and unknown keys are left out."""
    page = marked(
        b"---\ntitle: '</title><script>alert(1)</script> \\ \"x\"'\ntemplate: evil.html\nhide: [toc, x]\n"
        b"tags: [a, '<b>']\nsearch: {exclude: true, boost: 9}\nicon: ../x\n---\n# A\n"
    ).decode()
    head = read_yaml(page.removeprefix("---\n").partition("\n---\n")[0], "page").data
    assert set(head) == {"title", "hide", "tags", "search", "hand_written"}
    assert "<" not in str(head["title"])
    assert head["hide"] == ["toc"]
    assert head["tags"] == ["a", "&lt;b&gt;"]
    assert page.endswith(f"---\n{MARK}\n\n# A\n")


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"{0}>{1}</svg>'
)


@pytest.mark.parametrize(
    ("attribute", "inside"),
    [
        (' onload="alert(1)"', ""),
        ("", "<script>alert(1)</script>"),
        ("", "<a href='javascript:alert(1)'><path d='M0 0'/></a>"),
        ("", "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script>x</script></body></foreignObject>"),
        ("", "<image href='https://evil.example/p.png'/>"),
        ("", "<use href='https://evil.example/s.svg#a'/>"),
        ("", "<use xlink:href='data:image/svg+xml,x'/>"),
        ("", "<style>@import url(https://evil.example/x.css)</style>"),
        ("", "<path style='fill:url(https://evil.example/p)' d='M0 0'/>"),
        ("", "<path fill='url(https://evil.example/p)' d='M0 0'/>"),
        ("", "<set attributeName='href' to='javascript:alert(1)'/>"),
        ("", "<animate attributeName='href' values='javascript:alert(1)'/>"),
        ("", "<svg onload='alert(1)'/>"),
        ("", "<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>"),
    ],
)
def test_nothing_of_a_picture_runs_or_loads(attribute: str, inside: str) -> None:
    """What is no drawing goes; the drawing stays."""
    picture = plain_svg(SVG.format(attribute, f"{inside}<path d='M1 1h2' fill='#fff'/>").encode())
    assert picture is not None
    text = picture.decode()
    for word in ("script", "onload", "evil", "style", "foreign", "javascript", "data:"):
        assert word not in text.lower(), text
    assert 'd="M1 1h2"' in text
    assert 'viewBox="0 0 9 9"' in text


@pytest.mark.parametrize(
    "text",
    ["<html/>", "<svg/>", "no", "", "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("", "&a;"), SVG.format("", "<")],
)
def test_what_is_no_plain_picture_is_left_out(text: str) -> None:
    """Other XML, and a document type, which may define entities."""
    assert plain_svg(text.encode()) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("p { color: red; background: url(p.png) }", True),
        ("@import 'x.css';", False),
        ("p { background: url(//evil.example/p) }", False),
        ("p { background: url('https://evil.example/p') }", False),
        ("p { background: url(https:evil.example/p) }", False),
        ("p { background: u\\72l(x) }", False),
        ("@font-face { src: url(data:font/woff;base64,x) }", False),
    ],
)
def test_a_style_sheet_that_loads_from_elsewhere_is_known(text: str, plain: bool) -> None:
    """Any address with a scheme or a host, any import, any escape that could hide one."""
    assert is_plain_css(text.encode()) is plain


def test_programs_are_left_out_and_named() -> None:
    """Scripts, pages of HTML and names with markup do not reach the site; data and pictures do, byte for byte."""
    files = {"a.js": b"x", "a.html": b"x", "a.xhtml": b"x", "a": b"x", "a.MD": b"x", "a.wasm": b"x", "<b>.md": b"x"}
    kept, notes = prepared([Document(path, content) for path, content in files.items()])
    assert kept == []
    assert len(notes) == len(files)
    assert all("--trust-docs" in note for note in notes)
    plain = [Document("p.png", b"\x89PNG"), Document("t.csv", b"a"), Document("guide/x.pdf", b"%PDF")]
    assert prepared(plain) == (plain, [])


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("# A &lt;/title&gt;&lt;script&gt; *b*\n", "A &lt;/title&gt;&lt;script&gt; b"),
        ("# Q & A {: #x }\n", "Q &amp; A"),
        ("Setext\n===\n", "Setext"),
        ("text\n\n# Later\n", "my page"),
        ("<h1>x</h1>\n", "my page"),
        ("---\ntitle: Own\n---\n# Other\n", "Own"),
    ],
)
def test_a_page_always_has_a_title(page: str, title: str) -> None:
    """Else the builder finds one, and the theme resolves its character references into markup."""
    assert f'title: "{title}"\n' in marked(page.encode(), "my-page").decode()
