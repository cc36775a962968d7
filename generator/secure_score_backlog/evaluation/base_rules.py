# SPDX-License-Identifier: Apache-2.0
"""The rules that need a before: what a change may not do without a word (docs/method.md#comparing).

Each rule is a function that yields problems with line, message and hint. A decision with errors is left to the rules
about its file.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from secure_score_backlog import wording
from secure_score_backlog.approvals import APPROVALS_PATH, rewritten
from secure_score_backlog.branches import BranchCommit
from secure_score_backlog.comparison import Comparison
from secure_score_backlog.dates import MONTH
from secure_score_backlog.decisions.model import Ask, Decision, DecisionVersion
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import SETTLED, State
from secure_score_backlog.git import Identity
from secure_score_backlog.problems import Problem, Severity, problem, take_out
from secure_score_backlog.recorded_packs import PACKS_PATH, lost
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.snapshots.known import is_made_of_title
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH
from secure_score_backlog.text import shortened, shown
from secure_score_backlog.wording import plural

WORD = re.compile(r"\w+")
FEWEST_WORDS = 3
"""Words that a text below the front matter gains before it counts as saying something new."""
SIMILAR = 0.6
"""From this likeness on, a new question counts as an old one in other words."""
LONGEST_COMPARED = 500
"""Characters of a question whose likeness is looked at."""
SHOWN = 3
"""Files or commits that a message names."""
DECIDED_BY_PEOPLE = ("decisions/", f"{REVIEWS}/")
"""Folders that only people may change; so are the settings."""
BOT = re.compile(r"(.*\[bot\]|github[- ]actions?)", re.IGNORECASE)
"""Names that apps of GitHub and its runner commit under; the account of the settings counts too."""
BOT_MAIL = re.compile(r"(.*\[bot\]@users\.noreply\.[a-z.-]+|(github-)?actions?@github\.com)", re.IGNORECASE)

Versions = Mapping[str, DecisionVersion]


@dataclass(frozen=True, slots=True)
class _Change:
    """What the rules look at, by name of the decision's file."""

    comparison: Comparison
    before: Facts
    after: Facts
    old: Versions
    new: Versions

    @property
    def has_minutes(self) -> bool:
        """Minutes are written or changed: they may hold what was agreed."""
        return has_minutes(self.comparison)


def has_minutes(comparison: Comparison) -> bool:
    """A change writes or changes minutes."""
    return any(
        change.inside and not change.deleted and change.path.startswith(f"{REVIEWS}/") and change.path[-3:] == ".md"
        for change in comparison.branch.files
    )


def against_base(comparison: Comparison, before: Facts, after: Facts) -> list[Problem]:
    """Every problem that only a comparison shows, in order of place.

    Args:
        comparison: The two states.
        before: The facts of the base on a day.
        after: The facts of the other side on the same day.
    """
    change = _Change(
        comparison,
        before,
        after,
        before.decisions.in_force(before.as_of),
        after.decisions.in_force(after.as_of),
    )
    found: list[Problem] = []
    for name in sorted(change.old.keys() & change.new.keys()):
        old, new = change.old[name], change.new[name]
        if old.decision is not None and new.decision is not None and old.version.blob != new.version.blob:
            found += check_extension(change, name, old.decision, new.decision)
            found += check_attestation(old.decision, new.decision, new)
            found += check_asks(change, old.decision, new.decision, new)
            found += check_blockage(old.decision, new.decision, new)
    for name in sorted(change.old.keys() - change.new.keys()):
        found += check_removal(change, name, change.old[name])
    proposed = {each.path for each in comparison.branch.files if each.inside and each.added and is_review(each.path)}
    for commit in comparison.branch.commits:
        here = comparison.after.approvals.without_github
        found += check_commit(commit, before.settings.snapshots.account, proposed, without_github=here)
    found += check_signed(change)
    found += check_kept(comparison)
    return sorted(found, key=lambda each: each.order)


# Decisions


def check_extension(change: _Change, name: str, old: Decision, new: Decision) -> Iterator[Problem]:
    """A later last day comes with a new reason."""
    if old.draft or new.draft or old.bucket is not new.bucket or old.until is None or new.until is None:
        return
    if new.until <= old.until or says_more((change.old, old), (change.new, new)):
        return
    version = change.new[name]
    group, field = ("accepted", "rationale") if new.accepted else ("covered", "by` or `evidence")
    kind = "acceptance" if new.accepted else "exemption"
    message = f"The {kind} is extended from {wording.day(old.until)} to {wording.day(new.until)} with the same reason."
    hint = (
        f"State in `{field}` why it is needed for longer, or add to the text below the front matter what was done "
        "since it was last agreed."
    )
    yield _of(version, (group, "until"), "extended-without-reason", message, hint)


def says_more(before: tuple[Versions, Decision], after: tuple[Versions, Decision]) -> bool:
    """Whether a decision gives another reason, or says more than it did.

    The reason has to differ in more than punctuation, or the text below the front matter to gain words; that of a
    decision whose answers it shares counts too.

    Args:
        before: All decisions of the base, and this one as it was.
        after: All decisions of the other side, and this one as it is.
    """
    (all_old, old), (all_new, new) = before, after
    if words(reason_text(old)) != words(reason_text(new)) or gains_words(old.body, new.body):
        return True
    shared = [versions.get(new.same_as or "") for versions in (all_old, all_new)]
    bodies = [each.decision.body if each and each.decision else "" for each in shared]
    return gains_words(*bodies)


def reason_text(decision: Decision) -> str:
    """Why a risk is accepted, or what makes it an exemption; empty for a planned change."""
    if decision.accepted:
        return decision.accepted.rationale
    cover = decision.covered
    return f"{cover.reason} {cover.by} {cover.evidence}" if cover else ""


def words(text: str) -> list[str]:
    """The words of a text in order, whatever their case and what stands between them."""
    return WORD.findall(text.casefold())


def gains_words(old: str, new: str) -> bool:
    """The text holds words that it did not hold, or not as often, beyond what a correction adds."""
    return (Counter(words(new)) - Counter(words(old))).total() >= FEWEST_WORDS


def check_attestation(old: Decision, new: Decision, version: DecisionVersion) -> Iterator[Problem]:
    """An approval outside GitHub is about what was approved, not about what is written over it later."""
    before, after = old.approvable, new.approvable
    if before is None or after is None or new.draft or old.bucket is not new.bucket or after.approval is None:
        return
    if before.approval == after.approval and signed_part(old) != signed_part(new):
        given = wording.day(after.approval.on)
        message = f"This changes what was approved, and the recorded approval is still that of {given}."
        hint = "Record the new approval in `approval`, or take it out until there is one."
        yield _of(version, ("accepted" if new.accepted else "covered", "approval"), "approval-outdated", message, hint)


def signed_part(decision: Decision) -> object:
    """What an approver signs: the acceptance or exemption without the record of its approval, and the risk level."""
    group = decision.approvable
    return (replace(group, approval=None) if group else None, decision.risk)


def check_asks(change: _Change, old: Decision, new: Decision, version: DecisionVersion) -> Iterator[Problem]:
    """A decision requested from others is answered in sight of everybody, and stays as old as it is."""
    left = {_key(ask): (number, ask) for number, ask in enumerate(new.asks)}
    gone = [ask for ask in old.asks if _key(ask) not in left]
    known = {_key(ask) for ask in old.asks}
    come = [(number, ask) for key, (number, ask) in left.items() if key not in known]
    traced = change.has_minutes or _answers(old) != _answers(new) or gains_words(old.body, new.body)
    for ask in old.asks:
        if _key(ask) in left:
            number, now = left[_key(ask)]
            yield from _check_since(version, number, ask, now)
    for ask in gone:
        again = next((entry for entry in come if is_reworded(ask, entry[1])), None)
        if again is not None:
            number, now = again
            come.remove(again)
            yield from _check_since(version, number, ask, now)
            if not traced:
                message = (
                    f"The decision requested from {shown(ask.of)} on {wording.day(ask.since)} has other words now. It "
                    f"was: {shown(ask.question)}."
                )
                hint = "Keep the words as they were, or say in the text or in the minutes why they changed."
                yield _of(version, ("ask", number, "question"), "ask-reworded", message, hint)
        elif not traced:
            message = (
                f"The decision requested from {shown(ask.of)} on {wording.day(ask.since)} is taken out, and nothing "
                f"says what became of it: {shown(ask.question)}."
            )
            hint = (
                "Write the answer, who gave it and when, in the text below the second `---` or in the minutes of the "
                "month, or change the decision as it was answered."
            )
            yield _of(version, ("ask",), "ask-dropped", message, hint)


def _check_since(version: DecisionVersion, number: int, ask: Ask, now: Ask) -> Iterator[Problem]:
    if now.since > ask.since:
        message = f"The decision requested from {shown(ask.of)} on {wording.day(ask.since)} is now dated later."
        hint = f"Write `since: {ask.since}`, the day on which it was first asked."
        yield _of(version, ("ask", number, "since"), "ask-since-moved", message, hint)


def _key(ask: Ask) -> tuple[str, ...]:
    return (ask.of.casefold(), *words(ask.question))


def _answers(decision: Decision) -> tuple[object, ...]:
    """What a request can be answered by."""
    return (decision.bucket, decision.due, decision.accepted, decision.covered, decision.blocked)


def is_reworded(old: Ask, new: Ask) -> bool:
    """A new question that takes the place of an old one: to the same role, and of the same day or much alike."""
    if old.of.casefold() != new.of.casefold():
        return False
    first, second = (each.question.casefold()[:LONGEST_COMPARED] for each in (old, new))
    return old.since == new.since or difflib.SequenceMatcher(None, first, second).ratio() >= SIMILAR


def check_blockage(old: Decision, new: Decision, version: DecisionVersion) -> Iterator[Problem]:
    """What waits for the same thing waits since the same day, unless a note says otherwise."""
    before, after = old.blocked, new.blocked
    if before is None or after is None or before.by is not after.by or after.since <= before.since:
        return
    if words(before.note) == words(after.note) and not gains_words(old.body, new.body):
        message = f"This waits since {wording.day(before.since)}, and is now said to wait since a later day."
        hint = f"Write `since: {before.since}`, or say in `note` from when to when it was not blocked."
        yield _of(version, ("blocked", "since"), "blocked-since-moved", message, hint)


def check_removal(change: _Change, name: str, old: DecisionVersion) -> Iterator[Problem]:
    """A decision that counted is not deleted without a word."""
    decision = old.decision
    if decision is None or decision.draft:
        return
    successor = next(
        (other for other in sorted(change.new.keys() - change.old.keys()) if _same(change, name, other)), ""
    )
    status = change.after.statuses.get(name)
    over = is_made_of_title(name) or (status is not None and status.state in (*SETTLED, State.RETIRED))
    path = old.version.path
    if successor:
        if not over:
            message = (
                f"The decision about {shown(name)} moves to {shown(successor)}: its history, and the count of its "
                "extensions, begin again."
            )
            hint = "Keep the file under its name, unless Microsoft renamed the recommendation; then say so in its text."
            yield problem("decision-renamed", path, None, message, hint)
        return
    if over or change.has_minutes or is_mentioned(change.old, change.new, name):
        return
    message = f"The decision about {shown(name)} is deleted, and nothing says why; it counts as undecided again."
    together = (
        "commit (in a later one where others have it already)"
        if change.comparison.after.approvals.without_github
        else "pull request"
    )
    hint = (
        f"Write why into the minutes of the month (`docs/reviews/`) in the same {together}, with that name. Or change "
        "the decision instead of deleting it."
    )
    yield problem("decision-removed", path, None, message, hint)


def _same(change: _Change, name: str, other: str) -> bool:
    """A new decision says word for word what a deleted one said."""
    old, new = change.old[name].decision, change.new[other].decision
    if old is None or new is None or new.draft:
        return False
    return _said(old) == _said(new)


def _said(decision: Decision) -> tuple[object, ...]:
    answers = (decision.owner, decision.reduces, decision.impact, decision.prerequisites, decision.proof)
    return (decision.bucket, reason_text(decision), *answers)


def is_mentioned(old: Versions, new: Versions, name: str) -> bool:
    """Another decision of a change names a deleted one in its text."""
    return any(
        version.decision is not None and name in version.decision.body
        for other, version in new.items()
        if other not in old or old[other].version.blob != version.version.blob
    )


# Who made it


def check_commit(
    commit: BranchCommit, account: Identity, proposed: Collection[str] = (), *, without_github: bool = False
) -> Iterator[Problem]:
    """An automated account changes nothing that people decide.

    Args:
        commit: A commit of the branch.
        account: The one that commits snapshots.
        proposed: Minutes and facts of months that the base has none of: those may be proposed, as people merge them.
        without_github: No repository on GitHub is named.
    """
    name = next((each for who in (commit.author, commit.committer) if (each := bot_of(who, account))), "")
    decided = [path for path in commit.paths if path.startswith(DECIDED_BY_PEOPLE) or path == SETTINGS_PATH]
    paths = [path for path in decided if path not in proposed]
    if name and paths:
        some = ", ".join(map(shortened, paths[:SHOWN]))
        more = f" and {plural(len(paths) - SHOWN, 'more file')}" if len(paths) > SHOWN else ""
        message = f"Commit {commit.commit[:10]} of {shown(name)}, an automated account, changes {some}{more}."
        again = (
            "Leave this commit out, and make the change again yourself"
            if without_github
            else "Close this pull request, and make the change again yourself, such as by editing the file on GitHub"
        )
        hint = (
            f"{again}. An automated account may write snapshots and propose the review of a new month, and nothing "
            "else that people decide."
        )
        yield problem("bot-commit", paths[0], None, message, hint)


def is_review(path: str) -> bool:
    """Minutes or facts of a month."""
    folder, _, name = path.rpartition("/")
    month, _, ending = name.partition(".")
    return folder == REVIEWS and ending in ("md", "json") and MONTH.fullmatch(month) is not None


def bot_of(identity: Identity, account: Identity) -> str:
    """The name of an automated account, as far as a commit tells; empty for anybody else."""
    name, mail = identity.name.strip(), identity.mail.strip()
    is_account = name == account.name or mail.casefold() == account.mail.casefold()
    is_bot = is_account or BOT.fullmatch(name) or BOT_MAIL.fullmatch(mail)
    return (name or mail) if is_bot else ""


# What is written once


def check_signed(change: _Change) -> Iterator[Problem]:
    """A month stays as it was signed; signed again, its minutes say more."""
    written = {each.path for each in change.comparison.branch.files if each.inside and not each.deleted}
    for month, signed in sorted(change.comparison.before.signed.items()):
        now = change.comparison.after.signed.get(month)
        if now is not None and now.digest == signed.digest:
            continue
        path, minutes = f"{REVIEWS}/{month}.json", f"{REVIEWS}/{month}.md"
        did = "replaced by other facts" if path in written else "deleted"
        message = f"The facts of {wording.month(month)} were signed, and are {did}."
        hint = (
            f"{take_out(f'git checkout {change.comparison.branch.base[:10]} -- {path}')} If the month has to be signed "
            f"again, say why in {minutes}."
        )
        severity = Severity.WARNING if minutes in written else Severity.ERROR
        yield problem("signed-month-changed", path, None, message, hint, severity=severity)


def check_kept(comparison: Comparison) -> Iterator[Problem]:
    """Stored days, the catalogue, what GitHub said, and records of packs are added to and never rewritten."""
    base = comparison.branch.base[:10]
    for path, reason in comparison.rewritten:
        message = f"The stored snapshot of this day {reason}."
        hint = f"{take_out(f'git checkout {base} -- {path}')} A day is stored once, so that its history is evidence."
        yield problem("snapshot-rewritten", path, None, message, hint)
    for reason in comparison.poorer:
        message = f"The catalogue {reason}."
        hint = (
            f"{take_out(f'git checkout {base} -- {CATALOGUE_PATH}')} `backlog collect` and `backlog import` keep what "
            "they know."
        )
        yield problem("catalogue-poorer", CATALOGUE_PATH, None, message, hint)
    commits, requests = rewritten(comparison.before.approvals, comparison.after.approvals)
    if commits or requests:
        named = [*(f"#{number}" for number in requests), *(commit[:10] for commit in commits)]
        some = ", ".join(named[:SHOWN]) + (f" and {len(named) - SHOWN} more" if len(named) > SHOWN else "")
        message = f"Your change alters or removes stored records of what GitHub said: {some}."
        hint = f"{take_out(f'git checkout {base} -- {APPROVALS_PATH}')} `backlog approvals` only adds."
        yield problem("approvals-changed", APPROVALS_PATH, None, message, hint)
    for name, did in lost(comparison.before.packs, comparison.after.packs):
        hint = f"{take_out(f'git checkout {base} -- {PACKS_PATH}')} `backlog pack --record` only adds."
        yield problem("packs-changed", PACKS_PATH, None, f"The {name} {did}.", hint)


def _of(version: DecisionVersion, place: tuple[str | int, ...], code: str, message: str, hint: str) -> Problem:
    """A problem at a place of a decision's front matter."""
    source = version.source
    return problem(code, version.version.path, source.line(*place) if source else None, message, hint)
