# SPDX-License-Identifier: Apache-2.0
"""A tenant whose every text is an attack: the whole way from Graph's answer to the built site."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from pathlib import Path

import pytest

from tests.support.folders import contents
from tests.support.graph_items import TENANT, control, profile, score
from tests.support.links import outside_links
from tests.support.repositories import Repository
from tests.support.running import RunBacklog, run_here

SUM = "67280421*104395301"
PRODUCT = str(67280421 * 104395301)
"""What a page holds where something evaluated SUM: sixteen digits that no page has by chance."""
ATTACKS = {
    "Script": "<script>steal()</script>Turn on MFA",
    "Handler": '<img src=x onerror="steal()">Block it',
    "Markdown": "[click](javascript:steal()) **bold** `code` | cell | <https://evil.example>",
    "Template": f"{{{{ {SUM} }}}} {{% raw %}} ${{{SUM}}} --8<-- 'secret' :smile: [^1] *[HTML]: x",
    "Fence": "```html\n<script>steal()</script>\n```",
    "Entity": "&lt;script&gt;steal()&lt;/script&gt; &amp; co",
    "11770.Dotted": "An id with a dot",
    "CON": "A name that Windows keeps for itself",
    "Ümlaut/../../etc": "An id that would like to leave its folder",
    "same-Case": "Differs in case only",
    "Same-case": "Differs in case only, too",
}
HTML = (
    '<p onclick="steal()">Text <a href="javascript:steal()">one</a> '
    f'<a href="https://portal.example/?tid={TENANT}&x=1">two</a> <DomainName> <iframe src="https://evil.example"></iframe>'
    "<style>body{display:none}</style></p>"
)
DECISION = f"""---
recommendation: Script
bucket: do-soon
risk: high
reduces: "{{{{ {SUM} }}}} | **not bold** | javascript:steal()"
owner: Head of IT
impact: "]( x ) <https://example.com>"
prerequisites: none
proof: none
due: 2026-12-31
links: [https://tickets.example/1]
ask: {{from: leadership, since: 2026-11-01, question: "May we? [yes](https://evil.example/x)"}}
---
A ![picture](https://evil.example/pixel.png) and `<script>steal()</script>` in code.

{{{{ {SUM} }}}} --8<-- "../backlog.yml"
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Graph's answer, saved by a person: scores and profiles."""
    folder = tmp_path_factory.mktemp("answers")
    controls = [control(name, 2, 20, implementationStatus=HTML, description=HTML) for name in ATTACKS]
    profiles = [
        profile(
            name, title=title, remediation=HTML, remediationImpact=HTML, actionUrl=f" https://x.example/?tid={TENANT}"
        )
        for name, title in ATTACKS.items()
    ]
    files = {"scores.json": [score(date(2026, 11, 20), controls)], "profiles.json": profiles}
    for name, value in files.items():
        (folder / name).write_text(json.dumps({"value": value}, default=str), encoding="utf-8")
    return [folder / name for name in files]


def test_nothing_hostile_becomes_active(backlog: RunBacklog, answers: list[Path], tmp_path: Path) -> None:
    """Every text is to be read, none runs, none asks anybody, and no tenant id is on the site."""
    repository = Repository(tmp_path)
    backlog("import", *answers, expect=0)
    repository.write("decisions/Script.md", DECISION)
    minutes = "Present: <b>all</b> <script>steal()</script> [x](javascript:steal())\n"
    repository.write("docs/reviews/2026-11.md", minutes)
    repository.write("backlog.yml", "organisation: '<script>steal()</script> & Sons'\n")
    repository.commit("Everything", "2026-11-21T08:00:00+00:00")
    backlog("build", expect=0)
    site = tmp_path / "build" / "site"
    pages = {file: file.read_text(encoding="utf-8") for file in site.rglob("*.html")}
    assert len(list((site / "recommendations").glob("*.html"))) == len(ATTACKS)
    for file, text in pages.items():
        inert = re.sub(r"<script\b[^>]*>.*?</script>", own_script_only, text, flags=re.DOTALL)
        assert "steal()" not in re.sub(r">[^<]*<|\"[^\"]*\"", "><", inert), file
        assert not re.search(r"""(?i)(href|src|action)\s*=\s*["']?\s*(javascript|data|vbscript):(?!image/svg)""", text)
        assert not re.search(r"(?i)<[a-z][^>]*\son(click|error|load)\s*=", text), file
        assert TENANT not in text.lower(), file
    for path, content in contents(site).items():
        assert PRODUCT.encode() not in content, path
    assert outside_links(site) == set()
    assert TENANT not in (site / "search" / "search_index.js").read_text(encoding="utf-8").lower()
    page = pages[site / "recommendations" / "script.html"]
    for words in ("<DomainName", f"{{{{ {SUM} }}}} | **not bold** | javascript:steal()", "Turn on MFA"):
        assert words in html.unescape(page)


def own_script_only(match: re.Match[str]) -> str:
    """A script element of the theme vanishes; one that holds a text of the tenant is a finding."""
    assert "steal()" not in match[0].split(">", 1)[0]
    body = match[0].split(">", 1)[1]
    assert "steal()" not in body, body
    return ""


def test_raw_html_in_a_decision_is_an_error_and_the_decision_does_not_count(
    backlog: RunBacklog, answers: list[Path], tmp_path: Path
) -> None:
    """`check` names the line; the site says that the decision cannot be read, and shows none of it."""
    backlog("import", *answers, expect=0)
    file = tmp_path / "decisions" / "Script.md"
    file.parent.mkdir()
    file.write_text(DECISION + "\n<b>raw</b>\n\n[x](javascript:steal())\n", encoding="utf-8")
    checked = backlog("check", "--json", expect=1)
    errors = [found for found in json.loads(checked.stdout)["problems"] if found["severity"] == "error"]
    assert [(found["path"], found["line"], found["code"]) for found in errors] == [
        ("decisions/Script.md", 18, "decision-raw-html"),
        ("decisions/Script.md", 20, "decision-bad-link"),
    ]
    backlog("build", expect=0)
    page = (tmp_path / "build" / "site" / "recommendations" / "script.html").read_text(encoding="utf-8")
    assert "The decision cannot be read" in page
    assert "May we?" not in page


def test_the_same_folder_gives_the_same_bytes(run_backlog: RunBacklog, answers: list[Path], tmp_path: Path) -> None:
    """Two folders with the same commit, two builds, other time zone and hash seed: the same site."""
    sites: list[dict[str, bytes]] = []
    for name, zone, seed in (("one", "UTC", "1"), ("deeper/two", "Pacific/Auckland", "2")):
        repository = Repository(tmp_path / name)
        run_here("import", *answers, "--root", repository.folder, expect=0)
        for stray in repository.folder.rglob("*.json"):  # the hour of the import is in the files, as it should be
            text = stray.read_text(encoding="utf-8")
            stray.write_text(re.sub(r'"at":"[^"]*"', '"at":"2026-11-21T04:30:00Z"', text), encoding="utf-8")
        repository.commit("Everything", "2026-11-21T08:00:00+00:00")
        environment = {"TZ": zone, "PYTHONHASHSEED": seed}
        run_backlog("build", "--root", repository.folder, environment=environment, expect=0)
        sites.append(contents(repository.folder / "build" / "site"))
    assert sites[0].keys() == sites[1].keys()
    assert [name for name, content in sites[0].items() if content != sites[1][name]] == []
