# SPDX-License-Identifier: Apache-2.0
"""Evidence: the audit, approvals, commands to verify them, and a page of changes of decisions for each year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from secure_score_backlog import __version__, beginning, wording
from secure_score_backlog.dates import month_before
from secure_score_backlog.evaluation.audit import Area, Audit, Kind
from secure_score_backlog.evaluation.decision_log import DecisionLog, decision_log_of
from secure_score_backlog.evaluation.facts import Facts, Review
from secure_score_backlog.exports.audit import in_reasons, reasons_of
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.recorded_packs import PACKS_PATH, RecordedPack, breaks
from secure_score_backlog.reviews import differences
from secure_score_backlog.settings import Settings
from secure_score_backlog.site import days
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.decision_changes import named, pages_of, years_of
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import imported, unexplained
from secure_score_backlog.snapshots.coverage import Coverage, DayKind
from secure_score_backlog.text import shell_quoted

PATH = "evidence.md"
TITLE = "Evidence"
SHOWN_EXCEPTIONS = 15
"""How many the page lists; the downloads have all, so that the page does not grow with the years."""
SHOWN_CHANGED = 3
"""Recommendations that are named beside an exception."""
PRINTED = {"exceptions": 10, "months": 18}
"""How many of each list are on paper, so that the page takes four sheets."""
SHOWN_PACKS = 12
SIGNATURES = {"openpgp": "OpenPGP", "ssh": "SSH", "x509": "X.509", "other": "of another kind"}
RESULTS: Mapping[Kind, str] = {
    Kind.SNAPSHOT: "snapshots: by the account that commits them, and of nothing else",
    Kind.APPROVED: "approved on GitHub by another person, whatever the role, in their final state and before the merge",
    Kind.ATTESTED: "attested by a record on file, which only people can judge, and not approved on GitHub",
    Kind.BEGINNING: "first commit",
    Kind.EXCEPTION: "without a known approval by another person",
}
"""What the commits of a kind are, in the table of the audit."""


SOURCES = {
    "graph": "collected from Microsoft Graph",
    "backfill": "backfilled from Microsoft Graph",
    "json": "imported from saved answers of Microsoft Graph",
    "csv": "imported from a CSV of the Defender portal",
}
"""What `collected.source` of a snapshot says, in words."""


@dataclass(frozen=True, slots=True)
class Month:
    """The minutes and the signed facts of one month."""

    review: Review
    minutes: Version | None
    differs: tuple[str, ...]
    """Parts of the signed facts that this version of the program computes differently."""

    @property
    def is_silent(self) -> bool:
        """Nothing was measured, written or signed in a finished month."""
        review = self.review
        return review.finished and not (review.is_measured or review.minutes or review.signed)


@dataclass(frozen=True, slots=True)
class Step:
    """One command to verify something."""

    title: str
    command: str
    expect: str
    """What it prints."""


@dataclass(frozen=True, slots=True)
class Test:
    """One further test of the audit, as it is shown."""

    title: str
    result: str
    passed: bool | None
    """None: a fact, neither good nor bad."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The evidence page, and the changes of decisions on pages of their own."""
    log = decision_log_of(facts.decisions, facts.as_of)
    years = years_of(log, facts, site)
    audit = facts.audit or Audit(facts.as_of, facts.as_of)
    covered, sources = facts.coverage, Counter(day.source for day in facts.history.days if day.day <= facts.as_of)
    body = render(
        "evidence.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        log=log,
        uncommitted=named_paths(log.uncommitted),
        audit=audit,
        beginning=list(beginning.words(audit.beginning)) if audit.beginning else [],
        branch=facts.settings.snapshots.branch,
        asked=asked(audit),
        kinds=[(number, words) for kind, words in RESULTS.items() if (number := audit.counts.get(kind, 0))],
        beginnings=audit.counts.get(Kind.BEGINNING, 0),
        tests=list(further_tests(facts, audit)),
        exceptions=[
            (each, sentence(reasons_of(each, audit.asked_at)), [named(facts, change) for change in log.of(each.commit)])
            for each in audit.exceptions[:SHOWN_EXCEPTIONS]
        ],
        shown_changed=SHOWN_CHANGED,
        unsnapped=audit.total - audit.counts.get(Kind.SNAPSHOT, 0),
        snapshots=audit.counts.get(Kind.SNAPSHOT, 0),
        exceptions_total=audit.counts.get(Kind.EXCEPTION, 0),
        reasons=in_reasons(audit),
        since=log.changes[-1].version.at.date() if log.changes else None,
        days_observed=days.sentence(covered),
        days_counted=days.counted(covered),
        kind=imported(facts.snapshot) if facts.snapshot else "",
        sources=source_words(sources),
        imported_days=sources["json"] + sources["csv"],
        unexplained=unexplained(facts.explained),
        unmeasured=sum(1 for s in facts.statuses.values() if s.observation is None),
        approvals=facts.approvals,
        accepted_approvals=facts.accepted_approvals,
        covered_approvals=facts.covered_approvals,
        months=list(grouped(months(facts))),
        signed=any(review.signed for review in facts.reviews),
        packs=list(reversed(recorded(facts.packs)))[:SHOWN_PACKS],
        all_packs=len(facts.packs),
        packs_path=PACKS_PATH,
        changed_packs=[each for each in audit.rewritten if each.version.path == PACKS_PATH],
        years=years,
        changes=len(log.changes),
        printed=PRINTED,
        steps=steps(facts, log, audit),
        has_git=facts.decisions.has_git,
        head=facts.head,
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Who approved each change of the main branch, what is an exception, and how to verify it.",
        hide=("navigation", "toc"),
    )
    yield from pages_of(years, site)


def recorded(packs: Sequence[RecordedPack]) -> list[tuple[RecordedPack, str]]:
    """The recorded packs, each with what breaks the chain at it; empty where nothing does."""
    broken: dict[str, list[str]] = {}
    for name, message in breaks(packs):
        broken.setdefault(name, []).append(message)
    return [(each, " ".join(broken.get(each.name, ()))) for each in packs]


def named_paths(paths: Sequence[str]) -> str:
    """Some paths in a sentence."""
    more = f" and {wording.number(len(paths) - SHOWN_EXCEPTIONS)} more" if len(paths) > SHOWN_EXCEPTIONS else ""
    return ", ".join(paths[:SHOWN_EXCEPTIONS]) + more


def asked(audit: Audit) -> str:
    """When GitHub was asked who approved what, as a sentence."""
    if audit.without_github:
        return (
            "No repository on GitHub is named, so approvals are known by records on file alone: those that decisions "
            "name, and minutes by another person that name a commit."
        )
    if audit.asked_at is None:
        return "GitHub was not asked who approved them; what is unknown does not pass."
    return f"GitHub was last asked on {wording.day(audit.asked_at.date())} who approved them."


def sentence(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def further_tests(facts: Facts, audit: Audit) -> Iterator[Test]:
    """The further tests, with their results in words."""
    drafts = sum(1 for s in facts.statuses.values() if s.decision and s.decision.draft)
    files = sum(1 for s in facts.statuses.values() if s.decision)
    said = wording.count(files - drafts, "decision") + (f" and {wording.count(drafts, 'draft')}" if drafts else "")
    yield Test("Decisions", f"{wording.count(files, 'file')}: {said}; files with errors are left out", None)
    yield of_days(audit)
    number = len(audit.rewritten)
    later = f"; {wording.count(audit.completed, 'day')} completed later" if audit.completed else ""
    named = ", ".join(sorted({each.version.path for each in audit.rewritten})[:SHOWN_EXCEPTIONS])
    said = (
        f"{wording.count(number, 'change')} that is not allowed: {named}"
        if number
        else "no stored file was changed or deleted"
    )
    yield Test("Stored days and records, written once", f"{said}{later}", not number)
    counts = facts.approvals
    if counts.all:
        title = f"Approvals in the named role: {wording.number(counts.all)} acceptances and exemptions in force"
        yield Test(title, counts.words, not counts.named)
        said = (
            f"the same role in {wording.number(counts.same) if counts.same else 'none'} of {wording.number(counts.all)}"
        )
        yield Test("Owner and approver are different roles", said, not counts.same)
        if audit.only_owner:
            titles = [facts.statuses[name].title for name in audit.only_owner[:SHOWN_EXCEPTIONS]]
            said = f"so for {wording.number(len(audit.only_owner))}: {'; '.join(titles)}"
            yield Test("The only approval on GitHub is by the owner’s role", said, False)
    number = len(audit.misdated)
    said = (
        f"{wording.count(number, 'commit')} dated before one that it follows"
        if number
        else "none is dated before one that it follows"
    )
    yield Test("Times of the commits, as stated", said, not number)
    yield Test("Signatures, as stated and not verified here", signatures(audit), None)
    yield Test("Signed by GitHub", signed_by_github(audit), None)


def signatures(audit: Audit) -> str:
    """How many commits state which kind of signature."""
    signed = {SIGNATURES[kind]: number for kind, number in audit.signatures.items() if kind in SIGNATURES}
    found = ", ".join(f"{wording.number(number)} {kind}" for kind, number in signed.items())
    return f"{found or 'none'}, of {wording.count(audit.total, 'commit')}"


def signed_by_github(audit: Audit) -> str:
    """How many commits GitHub signed, as far as is known here: its signatures are OpenPGP, and no key is looked at."""
    possible = audit.signatures.get("openpgp", 0)
    of_all = f"{wording.number(possible)} of {wording.count(audit.total, 'commit')}"
    if not possible:
        return of_all
    return f"not checked; {of_all} {'has' if possible == 1 else 'have'} an OpenPGP signature, which may be GitHub’s"


def without_signature(audit: Audit) -> str:
    """What it means where changes that were approved on GitHub lack its signature; else empty."""
    approved = audit.counts.get(Kind.APPROVED, 0)
    signed = audit.signatures.get("openpgp", 0)
    if approved <= signed:
        return ""
    which = "not all of these do" if signed else "none of these does: no date and no merge here is backed by it"
    return (
        f"A merge that is made on GitHub normally carries GitHub’s signature, and {which}. So that "
        f"{wording.count(approved, 'change was', 'changes were')} approved on GitHub rests on the recorded copy of "
        "GitHub’s answers alone: ask to open the pull requests on GitHub."
    )


def of_days(audit: Audit) -> Test:
    """The days of the period."""
    covered = audit.days
    part = in_part(covered)
    said = (
        f"{wording.number(covered.count(DayKind.COMPLETE))} of {wording.count(covered.passed, 'day')} observed in full"
    )
    said += f", {part}" if part else ""
    said += f", {wording.number(covered.without)} without a snapshot" if covered.without else ""
    return Test("Days", said, not covered.without and not covered.count(DayKind.PARTIAL))


def in_part(covered: Coverage) -> str:
    """How many days have scores only, or are partial; empty for none."""
    kinds = ((DayKind.FILLED, "with scores only"), (DayKind.PARTIAL, "partial"))
    return ", ".join(f"{wording.number(number)} {words}" for kind, words in kinds if (number := covered.count(kind)))


def source_words(sources: Mapping[str, int]) -> str:
    """Where the snapshots come from, in words."""
    return "; ".join(
        f"{wording.count(sources[source], 'day')} {words}" for source, words in SOURCES.items() if sources.get(source)
    )


def grouped(every: Iterable[Month]) -> Iterator[tuple[str, str, Month]]:
    """The rows of the table of months, each with the first and the last of the months it stands for.

    Finished months in a row without measurement, minutes and signature are one row.
    """
    newer = ""
    for silent, group in groupby(every, key=lambda month: month.is_silent):
        row = list(group)
        if silent:
            yield row[-1].review.month, month_before(newer) if newer else row[0].review.month, row[0]
        else:
            yield from ((month.review.month, month.review.month, month) for month in row)
        newer = row[-1].review.month


def months(facts: Facts) -> list[Month]:
    """Each month with its minutes and its signed facts, the newest first."""
    return [
        Month(
            review=review,
            minutes=review.minutes.versions[-1] if review.minutes and review.minutes.versions else None,
            differs=differences(review.signed, plain_facts(review.facts)) if review.signed else (),
        )
        for review in facts.reviews
    ]


def steps(facts: Facts, log: DecisionLog, audit: Audit) -> list[Step]:
    """The steps that this repository allows, in order."""
    return [
        *population_steps(audit, facts.settings),
        *decision_steps(log),
        *snapshot_steps(facts),
        *figure_steps(facts),
        *audit_steps(audit),
    ]


def population_steps(audit: Audit, settings: Settings) -> Iterator[Step]:
    """The population test by hand: all commits of the main branch, those of people, and what else the bot changed."""
    if not audit.head:
        return
    on_main = [each for each in audit.commits if not each.branch]
    head, bot = audit.head[:10], shell_quoted(settings.snapshots.bot)
    yield Step(
        "Count the commits of the main branch",
        f"git rev-list --first-parent --count {head}",
        f"Prints {len(on_main)}: the commits of the audit{' on the main branch' if settings.snapshots.branch else ''}.",
    )
    people = [each for each in on_main if each.identity != settings.snapshots.bot]
    yield Step(
        "List the commits by any account but the one that commits snapshots",
        f'git log --first-parent --no-mailmap --format="%h %cs %an <%ae> %s" {head} | grep -vF {bot}',
        f"Prints {wording.count(len(people), 'line')}: each is "
        f"{'attested by a record on file' if audit.without_github else 'an approved pull request'}, the first commit, "
        "or one without a known approval by another person.",
    )
    elsewhere = [
        each for each in on_main if each.identity == settings.snapshots.bot and set(each.areas) - {Area.SNAPSHOTS}
    ]
    yield Step(
        "Look for other changes by that account",
        f"git log --first-parent --no-mailmap --fixed-strings --author={bot} --oneline {head} -- ':(top)' "
        "':(exclude)snapshots'",
        f"Prints {wording.count(len(elsewhere), 'commit')}: they are exceptions."
        if elsewhere
        else "Prints nothing, which is right: it changed snapshots only.",
    )


def decision_steps(log: DecisionLog) -> Iterator[Step]:
    """All changes of decisions, and one of them in full."""
    if not log.changes:
        return
    number = len(log.commits)
    yield Step(
        "List every commit that changed a decision",
        'git log --first-parent --format="%h %cI %an: %s" -- decisions/',
        f"Prints {wording.count(number, 'line')}, the newest first.",
    )
    sample = next((change.version for change in log.changes if change.version.blob), None)
    if sample is not None:
        yield Step(
            "Read one decision as it was merged",
            f"git show {shell_quoted(f'{sample.commit[:10]}:./{sample.path}')}",
            "Prints the file of that commit. Any other commit and file can be read the same way.",
        )


def snapshot_steps(facts: Facts) -> Iterator[Step]:
    """The newest snapshot, and the snapshots that were written more than once."""
    snapshot = facts.snapshot
    if snapshot is None or not snapshot.path or not facts.decisions.has_git:
        return
    branch = facts.settings.snapshots.branch
    place = shell_quoted(f"{branch or 'HEAD'}:./{snapshot.path}")
    yield Step(
        "Read what is stored of the newest day",
        f"git show {place}",
        "Prints the snapshot, one recommendation per line, with the points of the score page.",
    )
    on = f" {shell_quoted(branch)}" if branch else ""
    yield Step(
        "Find snapshots that were written more than once",
        f'git log{on} --first-parent --diff-filter=MD --name-status --format="%h %cI %s" -- "snapshots/*/*.json"',
        rewritten_words(facts.audit),
    )


def rewritten_words(audit: Audit | None) -> str:
    """What the search for rewritten snapshots prints."""
    if audit is None or audit.rewritten:
        return "Prints days that were completed later, which is right, and those named above, which is not."
    if audit.completed:
        return f"Prints {wording.count(audit.completed, 'day')}, which is right: completed later."
    return "Prints nothing, which is right: no day was written twice."


def figure_steps(facts: Facts) -> Iterator[Step]:
    """The figures and the site, computed again."""
    finished = next((review.month for review in facts.reviews if review.finished and review.is_measured), None)
    if finished is not None:
        yield Step(
            f"Compute the figures of {wording.month(finished)} again",
            f"backlog status --json --month {finished}",
            "Prints the figures of that month’s review, from files and history alone.",
        )
    elif facts.snapshot is not None:
        yield Step(
            "Compute the figures of this site again",
            f"backlog status --json --as-of {facts.as_of.isoformat()}",
            "Prints the figures of these pages, from the files alone.",
        )
    if facts.head is not None:
        yield Step(
            "Build this site again and compare it",
            f"git checkout {facts.head.commit[:10]} && backlog build --as-of {facts.as_of.isoformat()}",
            f"Builds the same pages, byte for byte, with version {__version__} of the program.",
        )


def audit_steps(audit: Audit) -> Iterator[Step]:
    """The audit again, and what only GitHub knows."""
    if not audit.total:
        return
    period = f"--from {audit.start} --to {audit.end}"
    yield Step(
        "Audit the same period again, and draw 25 changes to look at",
        f"backlog audit {period}",
        "Prints the result above, and a sample; its seed is the newest commit and the period, so it is not chosen.",
    )
    each = next((each for each in reversed(audit.commits) if each.pull_request is not None), None)
    if each is not None:
        request = shell_quoted(each.url) if each.url else str(each.pull_request)
        hint = "" if each.url else " Outside of a clone from GitHub, add --repo OWNER/NAME."
        yield Step(
            "Ask GitHub who approved a pull request, and when",
            f"gh pr view {request} --json author,mergedAt,mergedBy,headRefOid,reviews",
            f"Prints author, approvals and times as recorded by GitHub. Needs access to the repository.{hint}",
        )
