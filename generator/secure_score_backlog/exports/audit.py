# SPDX-License-Identifier: Apache-2.0
"""The audit as plain data (`backlog audit --json`) and as a table, one row a commit (docs/method.md#audit)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from secure_score_backlog.beginning import Beginning
from secure_score_backlog.evaluation.audit import Audit, AuditedCommit, Kind, Reason, Sample
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.exports.json import Plain, iso
from secure_score_backlog.exports.tables import Cell, Column, Table, filled
from secure_score_backlog.snapshots.coverage import DayKind
from secure_score_backlog.text import shell_quoted
from secure_score_backlog.wording import count, day, number

AUDIT_SCHEMA = "backlog-audit/1"
ORDER = "SHA-256 of the UTF-8 text `seed:commit`, in order; the first ones that are no snapshots"
"""How the sample is drawn."""
CANNOT_SHOW = (
    "Git proves that a text has not changed since its commit. It proves neither when it was committed, nor by whom.",
    "Approvals are in GitHub’s database. snapshots/approvals.json is what GitHub answered, not a proof of its own.",
    "Whether rules on GitHub kept people from pushing to the main branch and from replacing its history is not in this "
    "data: `backlog doctor` asks GitHub which rules are in force. Compare the newest commit with one that was kept "
    "elsewhere.",
    "GitHub keeps its audit log for about six months; what was bypassed before that cannot be looked up.",
    "Signatures are what the commits state; they were not verified here (git log --show-signature).",
)
"""What no audit of this data can show, as sentences."""
CANNOT_SHOW_WITHOUT_GITHUB = (
    CANNOT_SHOW[0],
    "Approvals are what decisions, their records and minutes say. Whoever committed a record may have written it "
    "alone, and whether it records an approval only people can read.",
    "Whoever may write to the repository can replace its history. Compare the newest commit with one that was kept "
    "elsewhere.",
    CANNOT_SHOW[-1],
)


def cannot_show(result: Audit) -> tuple[str, ...]:
    """What this audit cannot show, as sentences."""
    return CANNOT_SHOW_WITHOUT_GITHUB if result.without_github else CANNOT_SHOW


def time(at: datetime | None) -> str | None:
    """A time in UTC as JSON."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def plain_audit(result: Audit, sample: Sample) -> Plain:
    """Everything that the audit found, as plain data."""
    return {
        "schema": AUDIT_SCHEMA,
        "as_of": iso(result.end),
        "period": {"from": iso(result.start), "to": iso(result.end)},
        "head": result.head or None,
        "counts": {"total": result.total, **result.counts},
        "reasons": dict(result.reasons),
        "exceptions": [plain_commit(each) for each in result.exceptions],
        "github": {
            "asked_at": time(result.asked_at),
            "record_versions": result.record_versions[0],
            "record_versions_compared": result.record_versions[1],
        },
        "days": {
            "passed": result.days.passed,
            **{kind.value: result.days.count(kind) for kind in DayKind},
            "gaps": [
                {"from": iso(run.first), "to": iso(run.last)}
                for run in result.days.runs
                if run.kind in (DayKind.MISSING, DayKind.AWAITED)
            ],
            "completed_later": result.completed,
        },
        "rewritten": [
            {"path": each.version.path, "commit": each.version.commit, "what": each.forbidden}
            for each in result.rewritten
        ],
        "approvals": {
            "in_force": result.approvals.all,
            "approved": result.approvals.approved,
            "attested": result.approvals.attested,
            "named": result.approvals.named,
            "owner_is_approver": list(result.same_person),
            "only_owner_approved": list(result.only_owner),
        },
        "misdated": [
            {"commit": each.commit, "stated": time(each.stated), "after": time(each.before)} for each in result.misdated
        ],
        "signatures": dict(result.signatures),
        "beginning": plain_beginning(result.beginning) if result.beginning else None,
        "cannot_show": list(cannot_show(result)),
        "sample": {
            "seed": sample.seed,
            "order": ORDER,
            "of": sample.of,
            "items": [{**plain_commit(each), "checks": checks(each)} for each in sample.items],
        },
        "commits": [plain_commit(each) for each in result.commits],
        "problems": [found.as_json() for found in result.problems],
    }


def plain_beginning(found: Beginning) -> Plain:
    """What is left out of the history, and who says so."""
    said = found.said_by
    return {
        "after": found.after,
        "until": iso(found.until),
        "left_out": found.hidden,
        "set_by": {"commit": said.commit, "at": time(said.at), "author": said.author} if said else None,
    }


def plain_commit(each: AuditedCommit) -> Plain:
    """One commit of the population."""
    return {
        "commit": each.commit,
        "at": time(each.at),
        "branch": each.branch or None,
        "kind": each.kind.value,
        "reasons": [reason.value for reason in each.reasons],
        "severity": each.severity.value if each.severity else None,
        "areas": [area.value for area in each.areas],
        "paths": list(each.paths),
        "author": each.author,
        "subject": each.subject,
        "pull_request": each.pull_request,
        "claimed": each.claimed,
        "url": each.url or None,
        "opened_by": each.opened_by or None,
        "approvers": list(each.approvers),
        "roles": list(each.roles),
        "opened_as": list(each.opened_as),
        "settings_keys": list(each.settings_keys),
        "records": list(each.records),
        "merged_at": time(each.merged_at),
        "signature": each.signature or None,
    }


def checks(each: AuditedCommit) -> list[str]:
    """Commands with which a commit can be looked at."""
    found = [f"git show --first-parent --stat --patch {each.commit}"]
    if each.pull_request is not None:
        request = shell_quoted(each.url) if each.url else str(each.pull_request)
        found.append(f"gh pr view {request} --json author,mergedAt,mergedBy,headRefOid,reviews")
    return found


def reasons_of(each: AuditedCommit, last: datetime | None = None) -> str:
    """The reasons of an exception in words; that there is no pull request is only said where GitHub was asked.

    Args:
        each: The commit.
        last: When GitHub was asked last, to be named; None to leave it out.
    """
    listed = {reason: reason.words for reason in shown_reasons(each)}
    if last and Reason.NOT_ASKED in listed:
        listed[Reason.NOT_ASKED] = f"GitHub has not been asked since {day(last.date())}"
    unknown = ["its pull request is unknown"] if Reason.DIRECT in each.reasons and Reason.NOT_ASKED in listed else []
    return "; ".join([*listed.values(), *unknown])


def shown_reasons(each: AuditedCommit) -> list[Reason]:
    """The reasons of an exception, without those that nobody can know as long as GitHub was not asked."""
    unknown = Reason.NOT_ASKED in each.reasons
    return [reason for reason in each.reasons if not (unknown and reason is Reason.DIRECT)]


def owner_words(same: int, result: Audit | None) -> str:
    """In how many acceptances and exemptions in force the owner approves too: `same` name it as approver."""
    only = len(result.only_owner) if result else 0
    named = f"The owner is also the named approver in {number(same) if same else 'none'} of them"
    return f"{named}; in {number(only)}, the only approval on GitHub is by the owner’s role" if only else named


def unapproved_in_words(result: Audit) -> str:
    """How many changes nobody else is known to have approved, of all that are no daily snapshots: `5 of 88 changes`."""
    others = result.total - result.counts.get(Kind.SNAPSHOT, 0)
    return f"{number(len(result.exceptions))} of {count(others, 'change')}"


def in_reasons(result: Audit) -> str:
    """How often each reason occurs, the most frequent first, and why they are more than the commits."""
    numbers = Counter(reason for each in result.exceptions for reason in shown_reasons(each))
    said = "; ".join(f"{number(found)}\u00a0× {reason.words}" for reason, found in numbers.most_common())
    reasons, commits = numbers.total(), len(result.exceptions)
    if reasons == commits:
        return said
    return f"{said} ({count(reasons, 'reason')} for {count(commits, 'commit')}, as one can have several)"


COLUMNS: tuple[tuple[Column, Callable[[AuditedCommit], Cell]], ...] = (
    (Column("day", "Day", 11), lambda e: e.at.date()),
    (Column("commit", "Commit", 44), lambda e: e.commit),
    (Column("branch", "Branch", 12), lambda e: e.branch),
    (Column("result", "Result", 11), lambda e: e.kind.value),
    (Column("reasons", "Reasons", 40), reasons_of),
    (Column("areas", "Changed", 24), lambda e: "; ".join(area.value for area in e.areas)),
    (Column("settings_keys", "Settings changed", 24), lambda e: "; ".join(e.settings_keys)),
    (Column("files", "Number of files", 9), lambda e: e.files),
    (Column("pull_request", "Pull request", 9), lambda e: e.pull_request),
    (Column("claimed", "Named by the message only", 9), lambda e: "yes" if e.claimed else ""),
    (Column("author", "Author of the commit", 24), lambda e: e.author),
    (Column("opened_by", "Pull request by", 20), lambda e: e.opened_by),
    (Column("opened_as", "Pull request by, as", 24), lambda e: "; ".join(e.opened_as)),
    (Column("approvers", "Approved by", 24), lambda e: "; ".join(e.approvers)),
    (Column("roles", "In the role of", 24), lambda e: "; ".join(e.roles)),
    (Column("records", "Records that attest it", 24), lambda e: "; ".join(e.records)),
    (Column("merged", "Merged on (GitHub)", 11), lambda e: e.merged_at.date() if e.merged_at else None),
    (Column("signature", "Signature stated", 10), lambda e: e.signature or "none"),
    (Column("subject", "Message", 50), lambda e: e.subject),
)
"""The columns of the population, each with what it takes from a commit."""
FOR_INSURERS = frozenset(
    "day commit result reasons areas settings_keys files pull_request claimed opened_as roles merged signature".split()
)
"""The columns that readers outside get: neither names nor messages."""


def audit_table(facts: Facts) -> Table:
    """The population, the newest first."""
    return filled("Audit", COLUMNS, newest_first(facts), facts)


def insurers_audit_table(facts: Facts) -> Table:
    """The population with the columns that readers outside get."""
    columns = [(column, take) for column, take in COLUMNS if column.key in FOR_INSURERS]
    return filled("Audit", columns, newest_first(facts), facts)


def newest_first(facts: Facts) -> tuple[AuditedCommit, ...]:
    """Every commit of the population; none without an audit."""
    return tuple(reversed(facts.audit.commits)) if facts.audit else ()


KIND_WORDS: Mapping[Kind, tuple[str, str]] = {
    Kind.SNAPSHOT: ("snapshot by the snapshot account", "snapshots by the snapshot account"),
    Kind.APPROVED: ("approved by another person", "approved by another person"),
    Kind.ATTESTED: ("attested by a record on file", "attested by records on file"),
    Kind.BEGINNING: ("first commit", "first commits"),
    Kind.EXCEPTION: ("without a known approval by another person", "without a known approval by another person"),
}
"""What a commit is, in words: one, and several."""
