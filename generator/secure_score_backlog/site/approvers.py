# SPDX-License-Identifier: Apache-2.0
"""Who approved what is in force, in numbers, how that is known, and what limits the proof (docs/method.md#approvals).

Registers and the insurers' summary begin with it, in the same words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from secure_score_backlog.evaluation.approval import Approval, ApprovalKind
from secure_score_backlog.evaluation.audit import ROLES, Audit, AuditedCommit, Kind
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import RegisterEntry, by_approver, in_force, number_in_words
from secure_score_backlog.exports.audit import KIND_WORDS
from secure_score_backlog.wording import count, day, joined, number

MOST_APPROVERS = 8
"""Roles that the table has a row for, of accepted risks and of exemptions each; the last row holds all others."""
MOST_OF_RECORDS = 3
"""Roles that a sentence names of the records that passed a check."""
WITHOUT = "without an approval that counts"
BROUGHT: Mapping[Kind | None, str] = {
    Kind.APPROVED: "with changes that another person approved, but no account of the named role",
    Kind.ATTESTED: "with changes that a record on file speaks for",
    Kind.BEGINNING: "with the first commit",
}
"""How an answer without an approval that counts came, by the kind of its commit."""


@dataclass(frozen=True, slots=True)
class Group:
    """What is counted by approver: accepted risks, or exemptions."""

    name: str
    """In the plural."""
    meaning: str
    """What a reader may not know of them: follows the name."""
    entries: tuple[RegisterEntry, ...]
    roles: tuple[tuple[str, list[RegisterEntry]], ...]
    """The entries of each role that is named as approver."""


@dataclass(frozen=True, slots=True)
class Approvers:
    """The table, and what is to be known of it."""

    groups: tuple[Group, ...]
    ways: tuple[ApprovalKind, ...]
    """How an approval is known: a column each; not on GitHub where there is none."""
    said: str
    """The numbers as a sentence without a full stop; empty where nothing is in force."""
    on_github: str
    """When an approval counts there, as the end of a sentence; empty where there is no GitHub."""
    accounts: str
    """Where it is set which account holds a role, as a sentence without its end; empty where that is unknown."""
    roles_changed: AuditedCommit | None
    """The newest change of the setting that says so."""
    outside: str
    """What counts outside GitHub, and what of the records is checked, as a sentence; empty where nothing counts so."""
    limits: str
    """What the proof does not show, as a sentence without its end; empty where nothing is known of it."""

    @property
    def table(self) -> list[tuple[str, str, bool, list[str]]]:
        """Each row: its name, what it counts, whether it is a total, and its numbers; the last one is their sum."""
        found = []
        for group in self.groups:
            found.append((f"All {group.name}{group.meaning}", group.name, True, self.cells(group.entries)))
            found += [(role, group.name, False, self.cells(those)) for role, those in group.roles]
        return found

    def cells(self, entries: Iterable[RegisterEntry]) -> list[str]:
        """The numbers of a row: by the way in which the approval is known, and of all."""
        listed = list(entries)
        ways = [[entry for entry in listed if entry.approval.kind is kind] for kind in self.ways]
        return [number_in_words(those) for those in (*ways, listed)]


def approvers(facts: Facts) -> Approvers:
    """Who approved what is in force."""
    accepted, covered = in_force(facts.register), in_force(facts.covered)
    entries, alone = [*accepted, *covered], facts.approvals.without_github
    return Approvers(
        groups=tuple(
            Group(name, meaning, tuple(counted), tuple(by_approver(counted, MOST_APPROVERS)))
            for name, meaning, counted in (
                ("accepted risks", "", accepted),
                ("exemptions", ": not applicable, or covered", covered),
            )
            if counted
        ),
        ways=tuple(kind for kind in ApprovalKind if not (alone and kind is ApprovalKind.APPROVED)),
        said=in_force_in_words(len(accepted), len(covered), facts.approvals.named),
        on_github=(
            "" if alone else "an account of the named role, not an author, approved the final state before the merge."
        ),
        accounts=accounts_in_words(facts.audit) if facts.audit and not alone else "",
        roles_changed=facts.audit.roles_changed if facts.audit and not alone else None,
        outside=records_in_words(entries),
        limits=limits_of_proof(facts),
    )


def in_force_in_words(accepted: int, covered: int, named: int) -> str:
    """`11 accepted risks and 4 exemptions are in force; 7 of these 15 have no approval that counts`; empty for none."""
    every = accepted + covered
    found = joined([count(many, one) for many, one in ((accepted, "accepted risk"), (covered, "exemption")) if many])
    if every <= 1:
        return f"{found} is in force, with{'out' if named else ''} an approval that counts" if every else ""
    if named in (0, every):
        return f"{found} are in force; {'none' if named else 'each'} has an approval that counts"
    which = f"these {number(every)}" if accepted and covered else "them"
    lacking = f"{number(named)} of {which} {'has' if named == 1 else 'have'}"
    return f"{found} are in force; {lacking} no approval that counts"


def accounts_in_words(audit: Audit) -> str:
    """`This organisation sets which account holds which role: last changed on 18 June 2026, approved by Board`."""
    if not audit.accounts:
        return "No account is listed for a role, so no approval on GitHub can count"
    held, changed = "This organisation sets which account holds which role", audit.roles_changed
    if changed is None:
        return held
    on = day(changed.at.date())
    if changed.kind is Kind.BEGINNING:
        return f"{held}: in the first commit, of {on}, unapproved; unchanged since"
    with_first = any(each.kind is Kind.BEGINNING and ROLES in each.settings_keys for each in audit.commits)
    begun = "in the first commit, unapproved; " if with_first else ""
    how = f"approved by {joined(changed.roles)}" if changed.roles else KIND_WORDS[changed.kind][0]
    by = f" by {joined(changed.opened_as)}" if changed.opened_as else ""
    return f"{held}: {begun}last changed on {on}{by}, {how}"


def records_in_words(entries: Iterable[RegisterEntry]) -> str:
    """What counts outside GitHub, and whose records passed which check; empty without any."""
    passed: dict[str, list[RegisterEntry]] = {}
    for entry in entries:
        if entry.approval.kind is ApprovalKind.ATTESTED:
            passed.setdefault(check_in_words(entry.approval), []).append(entry)
    if not passed:
        return ""
    said = [
        f"{number(len(those))} {words} ({', '.join(role for role, _ in by_approver(those, MOST_OF_RECORDS))})"
        for words, those in passed.items()
    ]
    rule = "the decision’s statement counts, unless its record was filed here later"
    return f"{rule}. Records: {'; '.join(said)}."


def check_in_words(approval: Approval) -> str:
    """What is known of the record of an approval outside GitHub."""
    if not approval.on_file:
        return "kept elsewhere, not checked"
    return f"on file, {'' if approval.names_it else 'not '}naming the recommendation"


def limits_of_proof(facts: Facts) -> str:
    """What is not proven of the approvals, as the end of a sentence; empty where nothing is known of it.

    An approval is in GitHub's database and not in a commit, whose signature would vouch for the commit alone.
    """
    counts, said = facts.approvals, []
    signatures = facts.audit.signatures if facts.audit else {}
    if signatures:
        commits, signed = sum(signatures.values()), sum(signatures.values()) - signatures.get("none", 0)
        verb = "is" if signed == 1 else "are"
        unverified = f"{number(signed)} of {count(commits, 'commit')} {verb} signed, not verified here"
        said.append(unverified if signed else "no commit is signed")
    if counts.approved:
        kept = "from a copy of its answers that this organisation keeps"
        said.insert(0, f"approvals on GitHub, their days and merges are known {kept}")
    elif not counts.asked and not counts.without_github:
        said.append("GitHub was not asked who approved")
    return "; ".join(said)


def unapproved(facts: Facts) -> list[RegisterEntry]:
    """What is in force without an approval that counts."""
    both = (*in_force(facts.register), *in_force(facts.covered))
    return [entry for entry in both if entry.approval.kind is ApprovalKind.NAMED]


def changes_in_words(facts: Facts, *, these: bool = False) -> str:
    """How what has no approval that counts came, so that its number and that of the audit fit; empty for none.

    `these`: the changes without a known approval by another person were named just before.
    """
    found, audit = unapproved(facts), facts.audit
    if not found or audit is None or not audit.total:
        return ""
    (first, how), *rest = ways_they_came(found, audit, these)
    if len(found) == 1:
        return f"The one {WITHOUT} came {how}."
    if not rest:
        return f"All {number(len(found))} {WITHOUT} came {how}."
    others = [f"{number(many)} {words}" for many, words in rest]
    return f"Of the {number(len(found))} {WITHOUT}, {joined([f'{number(first)} came {how}', *others])}."


def ways_they_came(entries: Iterable[RegisterEntry], audit: Audit, these: bool) -> list[tuple[int, str]]:
    """How many came in which way, those without a known approval by another person first."""
    kinds = {each.commit: each.kind for each in audit.commits}
    commits = [entry.approval.commit for entry in entries]
    ways = Counter(kinds.get(commit) for commit in commits)
    brought, every = sum(1 for each in audit.exceptions if each.commit in commits), len(audit.exceptions)
    the = "these" if these else "the"
    which = f"{the} {count(every, 'change')}" if every > 1 else "this change" if these else "the one change"
    if brought < every:
        which = f"{number(brought)} of {which}"
    lacking = "" if these else f" {KIND_WORDS[Kind.EXCEPTION][1]}"
    known: dict[Kind | None, str] = {
        Kind.EXCEPTION: f"with {which}{lacking}",
        **BROUGHT,
        None: "with no commit that is counted here",
    }
    return [(ways[kind], words) for kind, words in known.items() if ways[kind]]


def never_approved(facts: Facts) -> str:
    """How many of those without an approval that counts never had one, in no version, as a sentence; empty for none."""
    found = unapproved(facts)
    never = sum(1 for entry in found if entry.known_unapproved)
    if not never:
        return ""
    return "It never had one." if len(found) == 1 else f"{number(never)} of the {number(len(found))} never had one."
