# SPDX-License-Identifier: Apache-2.0
"""A branch as somebody hostile would propose it: files that try to be obeyed by whatever reads them.

Each tries to reach the log of a workflow, the job summary, a comment, the terminal, the disk outside, a program, or
endless time. What succeeds leaves the marker (`MARKER`) as a file, or as text where it is obeyed.
"""

from __future__ import annotations

from pathlib import Path

MARKER = "obeyed"
"""Name of the file that every smuggled command would make in the folder that it runs in, or in HOME."""
RUN = f'import pathlib; pathlib.Path.home().joinpath("{MARKER}").write_text("x")\n'
SHELL = f"touch $HOME/{MARKER}"
COMMANDS = ("error", "warning", "set-output", "add-path", "set-env", "add-mask", "stop-commands", "group", "debug")


def decision(name: str, **changed: str) -> str:
    """A decision without an error, with some of its values replaced by what is given, as YAML."""
    values = {
        "recommendation": name,
        "bucket": "do-soon",
        "risk": "high",
        "reduces": "Passwords that are tried against mailboxes",
        "owner": "Head of IT",
        "impact": "Two scanners stop sending",
        "prerequisites": "Entra ID P1, which we have",
        "proof": "Sign-in log shows no legacy client for thirty days",
        "due": "2026-12-20",
        **changed,
    }
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + "---\n"


def quoted(text: str) -> str:
    """A text in double quotes, as YAML; a line break and what no terminal should see are escaped."""
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\\x7f\x9b\u2028' else c for c in text) + '"'


def in_texts() -> dict[str, str]:
    """Decisions whose texts try to be a command, markup, or something that a terminal obeys."""
    texts = {
        **{f"command-{name}": f"::{name} name=PATH::{MARKER}" for name in COMMANDS},
        "command-after-break": f"fine\n::error::{MARKER}\r::set-output name=x::{MARKER}",
        "command-old": f"##[error]{MARKER}",
        "command-late": f"\u2028::error file=backlog.yml::{MARKER}",
        "percent": f"%0A::error::{MARKER}%0D%25",
        "property": f"x,line=1,title={MARKER}::{MARKER}",
        "escape": f"\x1b]0;{MARKER}\x07\x1b[2J\x9b31m",
        "bidi": f"\u202e{MARKER}\u2066",
        "script": f"<script>{MARKER}</script><img src=x onerror={MARKER}>",
        "details": f"</details></table><h1>{MARKER}</h1><!-- secure-score-backlog -->",
        "link": f"[approve here](https://evil.example/{MARKER}) https://evil.example/{MARKER}",
        "image": f"![](https://evil.example/{MARKER}.png)",
        "mention": "@octo-org/everybody @octocat fixes #1 GH-1 octo/repo#2",
        "fence": f"```\n# {MARKER}\n~~~\n| a | b |\n|---|---|",
        "template": "{{ 7 * 7 }}{% raw %} ${{ secrets.GITHUB_TOKEN }} $(id) `id`",
        "long": "a" * 30_000,
        "marks": "`*_~|" * 3_000,
    }
    made = {f"decisions/{name}.md": decision(name, reduces=quoted(text)) for name, text in texts.items()}
    for where in ("owner", "recommendation", "bucket", "due", "risk", "links"):
        name = f"in-{where}"
        made[f"decisions/{name}.md"] = decision(name, **{where: quoted(f"\n::error::{MARKER} <b>@octocat</b>")})
    return made


def in_structure() -> dict[str, str | bytes]:
    """Files that try to break their reader."""
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    return {
        "decisions/anchors.md": f"---\n{bomb}---\n",
        "decisions/tags.md": f"---\nrecommendation: !!python/object/apply:os.system ['{SHELL}']\n---\n",
        "decisions/deep.md": "---\nask: " + "[" * 3_000 + "\n---\n",
        "decisions/keys.md": "---\n" + "".join(f"key{number}: 1\n" for number in range(5_000)) + "---\n",
        "decisions/repeated.md": "---\n" + "bucket: accept\n" * 5_000 + "---\n",
        "decisions/open.md": "---\nrecommendation: open\n",
        "decisions/empty.md": "",
        "decisions/nul.md": b"---\nrecommendation: \x00\n---\n",
        "decisions/bytes.md": b"---\nrecommendation: \xff\xfe\n---\n",
        "decisions/large.md": "---\nrecommendation: large\n---\n" + "x " * 2_000_000,
        "decisions/brackets.md": decision("brackets") + "[" * 60_000,
        "decisions/forever.md": decision("forever", bucket="accept", due="null", accepted="{until: 9999-12-31}"),
        "decisions/.hidden.md": decision("hidden"),
        f"decisions/::error::{MARKER}.md": decision("BlockLegacyAuthentication"),
        f"decisions/line\nbreak::error::{MARKER}.md": decision("BlockLegacyAuthentication"),
        "decisions/-rf.md": decision("-rf"),
        "decisions/--output=x.md": decision("--output=x"),
        "snapshots/2026/2026-11-20.json": "{}",
        "snapshots/2026/2026-11-19.json": '{"secureScore": ' + "[" * 5_000,
        "snapshots/catalogue.json": '{"profiles": [{"id": 1e999999}]}',
        "snapshots/approvals.json": '{"schema": "backlog-approvals/1", "commits": {"' + "0" * 40 + '": null}}',
        "docs/reviews/2026-09.json": '{"signed": true}',
        "docs/reviews/2026-10.md": f"# October\n\n::error::{MARKER}\n<script>{MARKER}</script>\n",
        "docs/index.md": f"<iframe src=https://evil.example/{MARKER}></iframe>",
    }


def in_programs() -> dict[str, str]:
    """Files that would run if a program looked for its parts in the folder, or obeyed the branch's settings."""
    modules = ("yaml", "json", "click", "mkdocs", "markdown", "jinja2", "sitecustomize", "usercustomize")
    return {
        **{f"{name}.py": RUN for name in modules},
        "material/__init__.py": RUN,
        "hook.py": RUN,
        "mkdocs.yml": "site_name: x\nhooks: [hook.py]\ntheme: {name: material, custom_dir: overrides}\n",
        "backlog.yml": f"organisation: {quoted(f'::error::{MARKER}')}\nprofile: public\nroles: {{x: ['-x', 1]}}\n",
        ".gitattributes": "*.md filter=run diff=run\n",
        ".mailmap": f"{MARKER} <x@example.com> <y@example.com>\n" * 50,
        ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "{SHELL}"\n',
        ".github/workflows/extra.yml": f"on: push\njobs: {{a: {{runs-on: x, steps: [{{run: '{SHELL}'}}]}}}}\n",
    }


def write_hostile_branch(root: Path) -> int:
    """Write all of it into a working tree; how many files were written."""
    files: dict[str, str | bytes] = {**in_texts(), **in_structure(), **in_programs()}
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    links = {"decisions/outside.md": "/etc/passwd", "docs/outside.md": "../../../etc/passwd", "docs/self": "."}
    for path, target in links.items():
        (root / path).symlink_to(target)
    return len(files) + len(links)
