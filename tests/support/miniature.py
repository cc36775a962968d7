# SPDX-License-Identifier: Apache-2.0
"""A site of a few pages with every macro and every chart, and hostile text where text goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from markupsafe import Markup

from secure_score_backlog.files import Document, write_folder
from secure_score_backlog.git import Version
from secure_score_backlog.site import builder, markdown
from secure_score_backlog.site.charts.bars import Bar, BarPart, Change, Step
from secure_score_backlog.site.charts.lines import Mark, Sample, Spark, Trend
from secure_score_backlog.site.links import Site, built
from secure_score_backlog.site.registry import NAVIGATION, assets, configuration
from secure_score_backlog.site.templates import environment, heading, page

AS_OF = date(2026, 11, 21)
HOSTILE = (
    "</title><script>window.hacked=1</script>*bold* [x](javascript:alert(1)) {: onclick=x } &amp; `c` | --8<-- $a$"
)

GALLERY = Path(__file__).with_name("gallery.html.j2")
"""Every macro, as a template of a page."""


def site() -> Site:
    """Where the pages of the miniature are."""
    return Site({"BlockLegacyAuthentication": "blocklegacyauthentication"}, AS_OF, "Tenant & Sons", "0.0.0")


def documents(as_of: date = AS_OF) -> Iterator[Document]:
    """The pages that the packaged navigation names, a recommendation, and the assets."""
    here = Site(site().slugs, as_of, site().organisation, "0.0.0")
    yield from assets()
    yield page("index.md", "Home", gallery(), site=here, description=HOSTILE, hide=("navigation", "toc"))
    yield page("score.md", "Score", charts(), site=here)
    for path in sorted({path for _, path in NAVIGATION} - {"index.md", "score.md"}):
        yield page(path, path, Markup("<p>Nothing here yet.</p>"), site=here)
    yield page("recommendations/blocklegacyauthentication.md", HOSTILE, Markup("<p>Zebracrossing.</p>"), site=here)


def gallery() -> Markup:
    """Every macro, on one page."""
    version = Version("decisions/A.md", "0123456789abcdef" * 2, datetime(2026, 10, 3, tzinfo=UTC), "a", "s", 12)
    names = ("Block legacy authentication", "Require number matching", "Turn on Safe Links for Office apps")
    rows = [
        (name, "The ERP cannot authenticate otherwise before its upgrade.", level, "Managing Director", left, points)
        for name, level, left, points in zip(
            names,
            ("critical", "high", "medium"),
            (-3, 12, 180),
            (Fraction(8), Fraction(21, 2), Fraction(1, 3)),
            strict=True,
        )
    ]
    template = environment().from_string(GALLERY.read_text(encoding="utf-8"))
    values = {
        "half": Fraction(1, 2), "day": date(2027, 1, 31), "version": version, "rows": rows, "hostile": HOSTILE,
        "ledger": a_bar().draw(), "trend": a_trend().draw(),
        "movement": a_change().draw(), "spark": a_spark().draw(),
        "microsoft": markdown.microsoft_html(f"<p onclick='x'>Go to <DomainName>{HOSTILE}</p>\n\n\n<p>end</p>"),
        "people": markdown.decision_markdown(f"# {HOSTILE}\n\n{HOSTILE}\n\n<img src=x onerror=alert(1)>\n"),
    }  # fmt: skip
    return Markup(template.render(**values))


def charts() -> Markup:
    """The daily trend alone, over a year and more."""
    return heading(2, "Daily", "daily") + a_daily_trend().draw()


def a_trend() -> Trend:
    """Daily values with a gap, backfilled days, a comparison and bands."""
    start = date(2026, 3, 6)
    ours = tuple(
        Sample(start + timedelta(days=day), Fraction(480 + 9 * day + (day * day) % 7, 10), backfilled=day < 8)
        for day in range(38)
        if day not in (20, 21)
    )
    others = tuple(Sample(sample.day, Fraction(455 + index // 3, 10)) for index, sample in enumerate(ours))
    words = "The score rose from 48.0 % to 82.9 % in five weeks; comparable tenants average 46.6 %."
    return Trend(
        "trend",
        "Score in percent of the points that can be had",
        words,
        ours,
        others,
        bands=(65, 80),
    )


def a_daily_trend() -> Trend:
    """More than a year of days."""
    start = date(2025, 8, 21)
    ours = tuple(
        Sample(start + timedelta(days=day), Fraction(500 + day // 3 + (day * 7) % 5, 10)) for day in range(457)
    )
    return Trend("daily-trend", "Score by day", "Fifteen months of days.", ours, bands=(65, 80))


def a_bar() -> Bar:
    """A ledger with every part."""
    parts = [
        ("observed", "Measured", 412, "Microsoft measured it."),
        ("claimed", "Self-attested", 38, "Not verified by Microsoft."),
        ("do-now", "Do now", 64, "Decided: this quarter."), ("do-soon", "Do soon", 81, "Decided: later."),
        ("accept", "Accepted", 72, "Left open knowingly."),
        ("blocked", "Blocked", 30, "Planned, and something is in the way."),
        ("not-applicable", "Not applicable", 12, "Said not to apply here."),
        ("undecided", "Undecided", 55, "No answer in force."),
        ("unexplained", "Unexplained", -3, "What Microsoft's own sum leaves open."),
    ]  # fmt: skip
    made = tuple(BarPart(key, label, Fraction(points), note) for key, label, points, note in parts)
    return Bar("ledger", "All points by decision", "Of 761 points, Microsoft measured 412; 55 are undecided.", made)


def a_change() -> Change:
    """A month that went up and down."""
    steps = (
        Step("Improved", Fraction(43, 2)), Step("Regressed", Fraction(-8)), Step("Self-attested", Fraction(5)),
        Step("Changed by Microsoft", Fraction(-11, 3)), Step("Users or devices changed", Fraction(1, 2)),
    )  # fmt: skip
    end = 412 + sum((step.change for step in steps), Fraction(0))
    words = "Together +15.33 points: 21.5 came from work, 5 were self-attested, and Microsoft's changes took 3.67."
    return Change(
        "movement", "From 412 to 427.33 points, and why", words, "30 September", Fraction(412), "31 October", end,
        Fraction(761), steps,
    )  # fmt: skip


def a_spark() -> Spark:
    """One recommendation: nothing, half, all, lost, and a span without measurement."""
    samples = (
        Sample(date(2025, 9, 1), Fraction(0), backfilled=True), Sample(date(2026, 1, 12), Fraction(50)),
        Sample(date(2026, 5, 3), Fraction(100)), Sample(date(2026, 9, 20), Fraction(62)),
    )  # fmt: skip
    absent = ((date(2026, 3, 1), date(2026, 4, 1)),)
    marks = (Mark(date(2026, 5, 1), "Decided: do now"),)
    return Spark(
        "share", "Share achieved over time", "Done since May, worse since 20 September.", samples, AS_OF, absent, marks
    )


def build(root: Path, as_of: date = AS_OF) -> Path:
    """Build the miniature below a folder, through the product's own builder; the folder of the site."""
    made = list(documents(as_of))
    expected = {built(d.path): None if d.path.endswith(".md") else d.content for d in made}
    job = builder.Job(root, configuration(), as_of, "Tenant & Sons")
    root.mkdir(parents=True, exist_ok=True)
    with builder.workplace(root) as place:
        write_folder(made, place.source / "pages", place.source / ".manifest")
        builder.build(job, place, root / "site", expected)
    return root / "site"
