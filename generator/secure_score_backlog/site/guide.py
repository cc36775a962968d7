# SPDX-License-Identifier: Apache-2.0
"""The generated pages of the guide (`make guide`): decision format, settings, insurers, layout, problems, ratings.

Plain Markdown made from the declarations that the readers use; a test holds the pages in `docs/` equal to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from secure_score_backlog.decisions.model import KEYS, Bucket
from secure_score_backlog.files import Document
from secure_score_backlog.licences import Licences, load_licences
from secure_score_backlog.problems import RULES
from secure_score_backlog.questionnaires.model import QUESTION_KEYS, QUESTIONNAIRE_KEYS, STATEMENT_KEYS
from secure_score_backlog.questionnaires.shipped import shipped_questions
from secure_score_backlog.ratings import Rating, Ratings, Risk, load_ratings
from secure_score_backlog.schema import Choice, Key, as_written
from secure_score_backlog.settings import KEYS as OPTIONS
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.configuration import EXTENSIONS, FEATURES, PLUGINS
from secure_score_backlog.site.configuration import KEYS as LAYOUT_KEYS


def settings_page(settings: Settings) -> str:
    """Every option of `backlog.yml`: type, default, meaning, and what holds in this repository."""
    rows = []
    for option in OPTIONS:
        here = getattr(settings, option.field)
        if option.keys:
            rows += [_option(inner, getattr(here, inner.field), f"{option.name}: ") for inner in option.keys]
        else:
            rows.append(_option(option, here))
    return "\n".join(
        [
            "# Settings",
            "",
            "Everything in `backlog.yml` is optional. An option with a mistake keeps its default, and `backlog check` "
            "says so with line and hint. Nested options are written below their group, two spaces further in.",
            "",
            *table(("Option", "Type", "Default", "What it does", "Here"), rows),
            "",
            "What `backlog check` says about settings is listed under [Problems](problems.md#settings).",
            "",
        ]
    )


def _option(option: Key, here: object, group: str = "") -> tuple[str, ...]:
    """One option: name, type, default, meaning and what holds here."""
    meaning = cell(option.documentation)
    return (code(group + option.name), option.type.label, value(option.default), meaning, value(here))


SITE_INTRODUCTION = """# The layout of the site, and what a branch can do to it

`mkdocs.yml` says which pages the navigation lists and how the site looks. Without one, the packaged layout is used. A
site builder's configuration is a program: it can name modules to run, folders to read and scripts to load. It may come
from the branch of a stranger, so `backlog build` and `backlog serve` never hand it to the builder. They read the keys
below and write a configuration of their own from them; `backlog check` reports everything else with its line.

The builder imports nothing from your folder, gets no configuration from outside it, and works in a folder of its own
below `build/`, which is removed at the end. So builds may run at the same time.

## Hand-written pages

Files in `docs/` become part of the internal site; outside readers get none of them. What can run in a reader's browser,
or load from a third party, is taken out:

- A Markdown page keeps headings, text, links, tables, lists, pictures of the site, boxes, tabs and code. Raw HTML is
  kept as far as it is one of these. Scripts, styles, frames, forms, handlers and pictures from elsewhere are removed.
- Classes stay where Markdown's extensions make them, and where they begin with `own-`, for a style sheet of yours.
  To others the theme's script reacts; for `mermaid` it would load a script.
- Names of headings and other places are letters, digits, `_`, `.`, `:` and `-`; another name is replaced.
- Of its front matter, `title`, `description`, `tags`, `hide` and `search: {exclude: true}` are kept.
- An SVG picture is written anew without scripts, styles, animations and addresses. One of more than 2 MiB, or with more
  than 100 elements inside each other, is left out.
- A style sheet is published where it is UTF-8, uses no escape (a backslash), no `@import` and no function that loads
  something but `url`, and each `url` is a relative path.
- Scripts, HTML files, files of unknown kinds and names with markup are left out. So are names that no file of a site
  can have on every system: with a colon, a backslash, or characters that cannot be shown. The command names each.
- So are files that a server may take for something else: names such as `page.html.gz`, and settings of hosts
  (`staticwebapp.config.json`, `vercel.json`, names that begin with `_`).

Scripts that `mkdocs.yml` lists are those that this program brings; a browser would run a text file of yours as well.
Where the plugin `offline` is listed, the script that it needs is, too. The features of the theme that can be named,
and the plugins and extensions, are listed below the keys.

## When you trust everybody who can change the folder

Two options of `build` and `serve` lift this. There is no setting for them, because a branch can change settings.

- `--trust-docs` publishes files in `docs/` as they are; `render` takes it too.
- `--trust-site-configuration` uses `mkdocs.yml` as it is, with hooks, plugins and scripts, and includes `--trust-docs`.
  `check` takes it too, and then leaves `mkdocs.yml` alone.

Do not use them in a workflow that runs on pull requests: the configuration of a branch would run there.
A builder that you start yourself after `backlog render` reads your `mkdocs.yml` as it is.

## Another builder

`backlog build --builder properdocs` or `--builder zensical` has ProperDocs or Zensical make the site of the same pages.
The result is checked as that of MkDocs: every page is there, every other file is the same byte for byte, nothing that
was not rendered, no leak. Both have to be installed for the Python that runs `backlog`; where one is missing, the
command says what to install. Zensical cannot be used together with `--trust-site-configuration`.

## How large it gets

No page has more than 150 kB of HTML for a tenant of five years with 250 recommendations and 3,000 changes of decisions.
Changes of decisions are on pages by year, half-year, quarter or month; long lists on other pages are cut, and say where
the rest is. The downloads have all.

A browser loads the index of the search with the first search: 0.54 MB for the sample tenant (fifteen months), 2.0 MB
for those five years. It does not grow with the changes of decisions: their pages, and the events on the page of a
recommendation, are not in it. The search finds the recommendation.

## Keys of mkdocs.yml
"""


def site_page() -> str:
    """Every key of `mkdocs.yml` that is read, the plugins and the Markdown extensions."""
    rows = []
    for key in LAYOUT_KEYS:
        rows.append((code(key.name), key.type.label, cell(key.documentation)))
        rows += [(code(f"{key.name}: {inner.name}"), inner.type.label, cell(inner.documentation)) for inner in key.keys]
    names = (
        f"Features of the theme: {', '.join(map(code, FEATURES))}.",
        f"Plugins: {', '.join(map(code, PLUGINS))}.",
        f"Extensions of Markdown: {', '.join(map(code, EXTENSIONS))}.",
    )
    lines = [
        SITE_INTRODUCTION,
        *table(("Key", "Type", "What it does"), rows),
        "",
        names[0],
        "",
        names[1],
        "",
        names[2],
        "",
    ]
    lines += ["What `backlog check` says about it is listed under [Problems](problems.md#layout-of-the-site).", ""]
    return "\n".join(lines)


def decision_page() -> str:
    """Every key of a decision's front matter, group by group."""
    lines = [
        "# The decision format",
        "",
        "One recommendation, one file: `decisions/<id>.md`. Between two lines of three dashes are the answers, "
        "below them the discussion, as long as it needs to be, in plain Markdown.",
        "",
        "*Asked* means that leaving it out is a warning and lowers readiness; – means that the key is not allowed in "
        "that bucket. With `same_as`, the keys marked with an asterisk may be left out.",
        "",
        *table(("Key", "Meaning", *(bucket.value for bucket in Bucket)), (_key_row(key) for key in KEYS)),
        "",
    ]
    for key in KEYS:
        if key.keys:
            lines += [f"## Inside {code(key.name)}", "", *_group_table(key), ""]
    approval = next(inner for key in KEYS for inner in key.keys if inner.keys)
    lines += [f"## Inside {code(approval.name)}", "", *_group_table(approval), ""]
    lines += ["What `backlog check` says about decisions is listed under [Problems](problems.md).", ""]
    return "\n".join(lines)


def problems_page() -> str:
    """Every code that a command can report, by subject, with its severity and meaning."""
    lines = [
        "# Problems",
        "",
        "Commands report what is wrong in the data as problems: file, line, code, message and hint. `backlog check` "
        "lists those of decisions, settings, signed months and stored snapshots; `backlog collect` and "
        "`backlog import` list those of what they read. An *error* makes `backlog check` exit with 1; a *warning* "
        "does so with `--strict` only.",
        "",
    ]
    for subject in dict.fromkeys(rule.subject for rule in RULES.values()):
        lines += [f"## {subject}", "", *rules_of(subject), ""]
    return "\n".join(lines)


def rules_of(subject: str) -> list[str]:
    """The rules about one subject as a table."""
    rows = [
        (code(rule.code), rule.severity.value, cell(rule.meaning)) for rule in RULES.values() if rule.subject == subject
    ]
    return table(("Code", "Severity", "Meaning"), rows)


def _key_row(key: Key) -> tuple[str, ...]:
    return (_key_name(key), _meaning(key), *(key.need(bucket).value for bucket in Bucket))


def _group_table(group: Key) -> list[str]:
    rows = ((_key_name(key), _meaning(key), key.need(None).value) for key in group.keys)
    return table(("Key", "Meaning", "In every bucket that has the group"), rows)


def _key_name(key: Key) -> str:
    return code(key.name) + (r"\*" if key.inheritable else "")


def _meaning(key: Key) -> str:
    return cell(key.documentation) + (f" {key.type.label.capitalize()}." if isinstance(key.type, Choice) else "")


def value(setting: object) -> str:
    """A setting's value as one would write it."""
    written = as_written(setting)
    return code(written) if written else ""


def code(text: str) -> str:
    """A code span that stays one whatever the text holds, within a table."""
    text = " ".join(text.split()).replace("|", r"\|")
    ticks = "`" * (1 + max((len(run) for run in _runs(text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _runs(text: str) -> Iterator[str]:
    """The runs of backticks in a text."""
    run = ""
    for letter in text:
        if letter == "`":
            run += letter
        elif run:
            yield run
            run = ""
    if run:
        yield run


def cell(text: str) -> str:
    """Our own Markdown within a table."""
    return " ".join(text.split()).replace("|", r"\|")


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A Markdown table."""
    return [_row(head), _row(tuple("---" for _ in head)), *(_row(row) for row in rows)]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


INTRODUCTION = """# Risk ratings

Recommendations differ in risk. The program ships with a rating of each one below: its level, what goes wrong if it
stays open, and a source where that can be checked. Points, effort and cost are not used. The reasons are written for
readers without technical training, because leadership sees them.

A rating of your own comes first: the `risk` of a decision, then `risk` in `backlog.yml` (see [Settings](settings.md)),
and only then this list: a rating of the id, else that of a family. A recommendation that nothing rates is *unrated* and
is listed separately.

A *family* is a subject, such as the accounts of one sign-in service, recognised by the form of its ids: `*` matches any
text and `?` one character; upper and lower case are equal. It rates ids that Microsoft adds later. Where several forms
fit, the most specific counts. Pages and exports say *rated by: family* and the form. The level of a family is the one
that most of its members with a rating of their own have; of two that are as frequent, the less serious.

The list also says which licence a recommendation needs, where a source says so; see [Licences](#licences).
"""

LICENCES = """Where a source says which licence a recommendation needs, pages, `triage`, `decide` and exports name it
and compare it with the services that Graph calls enabled in your tenant (`enabledServices` of the newest snapshot):

- *has*: one of the services of the licence is enabled.
- *does not have*: services below are enabled, none of them gives this licence, and no licence of the last column would
  do.
- *unknown*: everything else, such as a day imported from the portal's CSV, which names no services.

A recommendation without a row has an unknown need, which does not mean that it needs no licence.
"""


def ratings_page(ratings: Ratings, licences: Licences) -> str:
    """All ratings, most serious level first, in the order of the file; then families, licences and sources."""
    lines = [INTRODUCTION]
    by_id = [rating for rating in ratings.listed if rating.id]
    for level in Risk:
        chosen = _ratings(rating for rating in by_id if rating.level is level)
        lines += [f"## {level.value.capitalize()}", "", *table(("Recommendation", *REASON), chosen), ""]
    families = _ratings(rating for rating in ratings.listed if rating.pattern)
    lines += ["## Families", "", *table(("Form of the ids", "Level", *REASON), families), ""]
    needs = _needs(licences)
    lines += [
        "## Licences",
        "",
        LICENCES,
        *table(("Recommendation", "Needs", "Sufficient as well", "Source"), needs),
        "",
    ]
    services = [(cell(name), _codes(sorted(values))) for name, values in licences.services.items()]
    lines += [*table(("Licence", "The tenant has it if one of these is enabled"), services), ""]
    titles = ((cell(name), cell(title)) for name, title in sorted({**ratings.sources, **licences.sources}.items()))
    lines += ["## Sources", "", *table(("Cited as", "What it is"), titles), ""]
    return "\n".join(lines)


REASON = ("What goes wrong if it stays open", "Source")


def _ratings(chosen: Iterable[Rating]) -> Iterator[tuple[str, ...]]:
    """One row a reason; neighbours that share reason and source share the row. Of families, with the level."""
    for (reason, source), neighbours in groupby(chosen, key=lambda rating: (rating.reason, rating.source)):
        members = list(neighbours)
        level = [member.level.value for member in members[:1] if member.pattern]
        yield (_codes(member.name for member in members), *level, cell(reason), cell(source))


def _needs(licences: Licences) -> Iterator[tuple[str, ...]]:
    """One row an entry, in the order of the file."""
    for need in licences.needs:
        licence = f"{need.licence}. {need.note}" if need.note else need.licence
        yield (_codes(need.recommendations), cell(licence), cell(need.also), cell(need.source))


def _codes(names: Iterable[str]) -> str:
    """Names as code, one a line of the cell."""
    return "<br>".join(code(name) for name in names)


INSURERS = """# Questions of insurers

The page *Insurers* answers the questions that applications for cyber insurance ask again and again: how far
Microsoft’s measurements carry each answer, and why not further. An answer is *supported*, *qualified*, a *gap* or
*not measured* ([Method](../method.md#answers)); it is never a plain yes. A person answers the form, against its
words: the page prepares that.

Each answer names the recommendations behind it, numerator and denominator where Microsoft gives them and whose they
are, since when it holds without a break and on how many days that was observed, self-attested points apart,
exceptions with role, reason, last day and how the approval is known, and what Secure Score does not see. It can be
cited: snapshot file, commit, as-of date. Each questionnaire can be downloaded (`answers-NAME`, as XLSX, CSV and JSON,
with the day in each row); `backlog status --json` has the same under `insurance`.

What readers of the profile `insurer` get is described in [Downloads and profiles](downloads-and-profiles.md).

## A questionnaire of your own

Put your insurer’s questions into `docs/questionnaires/NAME.yml`: lower-case letters, digits and hyphens. Give each
question the words of the form, and say which shipped question asks the same:

```yaml
title: Renewal of the cyber policy, 2027
about: Application of Example Mutual, version of October 2026.
questions:
  - id: b1
    heading: Access
    question: Do you enforce MFA for all privileged accounts, including service providers?
    same_as: mfa-admins
  - id: b2
    heading: E-mail
    question: Have you implemented SPF, DKIM and DMARC?
    primary: [exo_SPF_records_for_all_domains]
    coverage: part
    limits: Only SPF is measured.
    elsewhere: [The DNS records of our domains]
```

`same_as` takes over what you leave out. Name recommendations of your own with `primary` where no shipped question
fits; a list in place of an id means that one of them is enough. Be strict with `coverage`: write `whole` only where
the recommendations measure all that is asked. A questionnaire counts from the commit that brings it, and a file with
an error is left out as a whole; `backlog check` says what is wrong, with line and hint.

"""
OWN_EVIDENCE = """## Evidence of your own

Backups, training, DKIM, servers: for what Secure Score does not cover, put what you have into the repository. A file
`docs/evidence/NAME.md` states what it is about, in front matter; below that stands the evidence itself, or the
statement names files beside it:

```markdown
---
questions: [backup]
says: qualified
by: Head of IT
on: 2026-10-14
until: 2027-04-14
shows: Three of three servers were restored within four hours.
scope: The eleven servers. Not the notebooks.
files: [docs/evidence/restore-test-2026-10.csv]
---
What was done, by whom, and what was not tested.
```

It is shown at its questions with role, day, SHA-256 and commit, apart from what Microsoft measures, and never raises
a level ([Method](../method.md#own-evidence)). Bring it in a pull request, so that a second person has seen it.
`shows` and `scope` are read by insurers; the text below the front matter, and the files, are not on their pages. The
files of both folders are not published by themselves: the page names path, commit and digest.

"""


def insurers_page() -> str:
    """How questions are answered, and every key of questionnaires and of own evidence."""
    shipped = (
        (code(question.id), cell(question.question), (question.coverage or "").replace("-", " "))
        for question in shipped_questions().values()
    )
    need = ("Key", "Meaning", "Needed")
    return "\n".join(
        [
            INSURERS + "### Keys of a questionnaire",
            "",
            *table(need, map(_plain_row, QUESTIONNAIRE_KEYS)),
            "",
            "### Keys of a question",
            "",
            *table(need, map(_plain_row, QUESTION_KEYS)),
            "",
            OWN_EVIDENCE + "### Keys of own evidence",
            "",
            *table(need, map(_plain_row, STATEMENT_KEYS)),
            "",
            "What `backlog check` says about both is listed under "
            "[Problems](problems.md#questionnaires-and-own-evidence).",
            "",
            "## Shipped questions",
            "",
            "The words are ours, not those of any form.",
            "",
            *table(("Id", "Question", "Measured"), shipped),
            "",
        ]
    )


def _plain_row(key: Key) -> tuple[str, ...]:
    return (code(key.name), _meaning(key), key.need(None).value)


def guide_pages() -> tuple[Document, ...]:
    """The pages, by their path inside `docs/`."""
    return (
        Document.of_text("guide/decisions.md", decision_page()),
        Document.of_text("guide/insurers.md", insurers_page()),
        Document.of_text("guide/problems.md", problems_page()),
        Document.of_text("guide/ratings.md", ratings_page(load_ratings(), load_licences())),
        Document.of_text("guide/settings.md", settings_page(Settings())),
        Document.of_text("guide/site.md", site_page()),
    )


def write_guide(docs: Path) -> None:
    """Write the pages below a folder `docs/`."""
    for document in guide_pages():
        file = docs / document.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document.content)


if __name__ == "__main__":
    write_guide(Path(sys.argv[1]))
