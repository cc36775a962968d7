# SPDX-License-Identifier: Apache-2.0
"""The rules for decisions beyond the single file: name, catalogue, settings, calendar, and one another.

Each rule is a function that yields problems with line, message and hint. `decisions_in_force` applies all of them and
keeps the decisions without an error, so that `check` and a build cannot disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeAlias

from secure_score_backlog.dates import add_months
from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.model import KEYS, QUESTIONS, Ask, Bucket, Decision, DecisionVersion
from secure_score_backlog.decisions.parse import unanswered
from secure_score_backlog.decisions.people import folded
from secure_score_backlog.decisions.policy import Judging, check_policy, in_force, listed_roles, roles_with_logins
from secure_score_backlog.decisions.same_as import MOST_LINKS, chain_of, is_endless, left_open, resolve_same_as
from secure_score_backlog.problems import Problem, Severity, problem
from secure_score_backlog.schema import Need
from secure_score_backlog.settings import Settings
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import Suggestions, comparable, shell_quoted, shown
from secure_score_backlog.wording import plural

DO_NOW_TERM = timedelta(days=92)
"""A do-now decision is due within a quarter of the day on which it was made (docs/method.md#decisions)."""
ASK_TERM = timedelta(days=90)
"""A decision requested from others that is older is pointed out."""

SHOWN_FILES = 3
"""Files that a message names."""
LONGEST_CHAIN = 8
"""Ids of a chain that a message names."""

ERRORS_OF_DRAFTS = frozenset({"decision-file-name", "decision-two-files", "decision-id-case"})
"""Errors in a draft too: the file would be about another recommendation than it seems. Its others are warnings."""

Sources: TypeAlias = Mapping[str, tuple[FrontMatter, Decision]]
"""Decisions without errors of their own by id, each with its file."""


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What decisions are checked against, as it was known on a day."""

    today: date
    settings: Settings = field(default_factory=Settings)
    catalogued: Collection[str] = frozenset()
    """Ids that the catalogue lists; without any, ids are not checked."""
    scored: Collection[str] = frozenset()
    """Ids that the newest snapshot scores."""
    known: Collection[str] = frozenset()
    """Ids that any snapshot scored, or an older catalogue listed."""
    decided: Mapping[str, date] = field(default_factory=dict)
    """Day of the current decision by id, where Git knows it; any other decision counts as made today."""
    done: Collection[str] = frozenset()
    """Ids that the newest snapshot observes in full: what is done is neither overdue nor expired."""
    reached: Collection[str] = frozenset()
    """Ids that were observed in full under their current decision: perhaps regressed since, but not late."""
    authors: Collection[str] = frozenset()
    """Names of those who wrote decisions."""
    without_github: bool = False
    """There is no repository on GitHub, so that approvals are known by their records alone."""
    settings_when: Callable[[date], Settings] | None = None
    """The settings of an earlier day; None: they were always as they are."""
    has_file: Callable[[str], bool | None] | None = None
    """Whether there is a file of this path, which decisions name as record; None: not known."""
    graph_ids: Mapping[str, str] = field(default_factory=dict)
    """Graph's id for ids that were made of titles (docs/method.md#portal-csv)."""

    ids: Suggestions = field(init=False, repr=False, compare=False)
    """What was meant by an id that the catalogue does not list."""
    owners: Suggestions = field(init=False, repr=False, compare=False)
    """What was meant by an owner that the settings do not list."""
    _listed: frozenset[str] = field(init=False, repr=False, compare=False)
    _authors: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Nothing is compared yet."""
        object.__setattr__(self, "ids", Suggestions(self.catalogued))
        object.__setattr__(self, "owners", Suggestions(self.settings.owners))
        object.__setattr__(self, "_listed", listed_roles(self.settings))
        object.__setattr__(self, "_authors", frozenset(map(folded, self.authors)))

    def judging(self, identifier: str) -> Judging:
        """What the decision about an id is judged by."""
        made = self.decided.get(identifier)
        then = self.settings_when(made) if made is not None and self.settings_when is not None else self.settings
        return Judging(
            policy=in_force(self.settings.policy, then.policy),
            made=made,
            listed=self._listed,
            without_github=self.without_github,
            with_logins=roles_with_logins(self.settings, then),
            could_approve=self.settings.roles_with_logins,
            authors=self._authors,
            today=self.today,
            has_file=self.has_file,
        )

    def is_retired(self, identifier: str) -> bool:
        """Whether Microsoft once scored it and no longer lists it; False where there is no catalogue yet."""
        gone = identifier not in self.catalogued and identifier not in self.scored
        return bool(self.catalogued) and gone and identifier in self.known

    def is_settled(self, identifier: str) -> bool:
        """Whether no date of its decision can be missed any more."""
        return identifier in self.done or self.is_retired(identifier)


def decisions_in_force(
    versions: Collection[DecisionVersion], context: CheckContext
) -> tuple[dict[str, Decision], tuple[Problem, ...]]:
    """The decisions that count, by id in order, and every problem of every file, in order of place.

    What counts has no error; drafts are included, and what `same_as` shares is filled in.
    """
    files = [(version.source, version.decision) for version in versions if version.source is not None]
    problems = [found for version in versions for found in version.faults]
    problems += check_decisions(files, context)
    wrong = _with_errors(problems)
    in_force = {
        decision.recommendation: decision
        for source, decision in files
        if decision is not None and source.path not in wrong
    }
    return dict(sorted(resolve_same_as(in_force).items())), tuple(sorted(problems, key=lambda found: found.order))


def check_decisions(files: Collection[tuple[FrontMatter, Decision | None]], context: CheckContext) -> list[Problem]:
    """What is wrong with decisions beyond the single file, in order of place.

    A draft does not count, so most of its errors are warnings, and its dates are not checked.
    """
    named = [(name, source, found) for source, found in files if (name := identifier_of(source, found)) is not None]
    readable = {name: (source, found) for name, source, found in named if found is not None}
    drafts = {source.path for source, found in files if found is not None and found.draft}

    def weighed(found: Iterable[Problem]) -> list[Problem]:
        return [
            replace(each, severity=Severity.WARNING)
            if each.path in drafts and each.code not in ERRORS_OF_DRAFTS
            else each
            for each in found
        ]

    resolved = resolve_same_as({name: found for name, (_, found) in readable.items()})
    problems = weighed(each for name, source, found in named for each in _check_one(source, name, found, context))
    for name, (source, _) in readable.items():
        problems += weighed(check_policy(source, resolved[name], context.judging(name)))
    problems += weighed(check_two_files((name, source) for name, source, _ in named))
    problems += weighed(check_copies(readable, context.decided))
    wrong = _with_errors(problems)
    broken = {name for name, source, found in named if found is None or source.path in wrong}
    while True:  # a decision that takes answers from one with errors has an error itself
        of_same_as = weighed(check_same_as(readable, broken))
        wrong = _with_errors(of_same_as)
        also_broken = {name for name, source, _ in named if source.path in wrong}
        if also_broken <= broken:
            return sorted([*problems, *of_same_as], key=lambda found: found.order)
        broken |= also_broken


def _with_errors(problems: Iterable[Problem]) -> set[str]:
    """The paths of files with an error."""
    return {found.path for found in problems if found.severity is Severity.ERROR}


def _check_one(
    source: FrontMatter, identifier: str, decision: Decision | None, context: CheckContext
) -> Iterator[Problem]:
    """The rules for one file; of a file with errors, only those about its name and id."""
    yield from check_name(source, identifier)
    yield from check_id(source, identifier, context)
    if decision is None:
        return
    yield from check_owner(source, decision, context.settings.owners, context.owners)
    if decision.draft:
        return
    today = context.today
    made = min(context.decided.get(identifier, today), today)
    settled = context.is_settled(identifier)
    yield from check_term(source, decision, made, context.settings.acceptance_months)
    yield from check_due_term(source, decision, made)
    if not settled and not _ended_before(decision.until, context.decided.get(identifier)):
        yield from check_expiry(source, decision, today)
    in_time = settled or identifier in context.reached or decision.blocked is not None
    if not in_time and not _ended_before(decision.due, context.decided.get(identifier)):
        yield from check_overdue(source, decision, today)
    yield from check_asks(source, decision, today)
    yield from check_past_days(source, decision, today)


def _ended_before(day: date | None, made: date | None) -> bool:
    """Whether a last day had passed when it was decided, which is reported as such."""
    return day is not None and made is not None and day < made


def identifier_of(source: FrontMatter, decision: Decision | None) -> str | None:
    """The id that a file is about, also where the file has errors; None where it names none."""
    if decision is not None:
        return decision.recommendation
    written = source.data.get("recommendation")
    return written.strip() if isinstance(written, str) and written.strip() else None


def check_name(source: FrontMatter, identifier: str) -> Iterator[Problem]:
    """The file is named after its recommendation, letter for letter."""
    name, wanted = source.path.rpartition("/")[2], f"{identifier}.md"
    if name == wanted:
        return
    how = "differs in upper and lower case" if name.casefold() == wanted.casefold() else "is another name"
    old, new = shell_quoted(f"decisions/{name}"), shell_quoted(f"decisions/{wanted}")
    hint = f"Correct `recommendation`, or rename the file: in GitHub's editor above its text, or `git mv {old} {new}`."
    if "/" in identifier or "\\" in identifier or not identifier.isprintable():
        hint = "Correct `recommendation`: an id is one word, without slashes."
    message = f"The file decides about {shown(identifier)}, but its name {shown(name)} {how}."
    yield problem("decision-file-name", source.path, source.line("recommendation"), message, hint)


def check_id(source: FrontMatter, identifier: str, context: CheckContext) -> Iterator[Problem]:
    """The catalogue lists the id; nothing is checked where there is no catalogue yet."""
    if not context.catalogued or identifier in context.catalogued:
        return
    line = source.line("recommendation")
    if identifier in context.scored:
        message = f"{shown(identifier)} is scored, but the catalogue does not describe it."
        hint = "Nothing has to be done: the next collection may bring its description."
        yield problem("decision-not-in-catalogue", source.path, line, message, hint)
    elif context.is_retired(identifier):
        message = f"Microsoft has retired {shown(identifier)}, so this decision has no effect any more."
        hint = "Nothing has to be done: keep the file, or delete it. Git keeps what it said."
        yield problem("decision-retired-id", source.path, line, message, hint)
    elif identifier in context.graph_ids:
        right = context.graph_ids[identifier]
        message = f"{shown(identifier)} was made of a title; the catalogue now lists it as {shown(right)}."
        hint = f"Write `recommendation: {right}` and rename the file to {right}.md."
        yield problem("decision-made-id", source.path, line, message, hint)
    elif (other := context.ids.in_another_case(identifier)) is not None:
        message = f"{shown(identifier)} differs from the catalogue's {shown(other)} in upper and lower case."
        hint = f"Write `recommendation: {other}` and rename the file to {other}.md."
        yield problem("decision-id-case", source.path, line, message, hint)
    else:
        meant = context.ids.nearest(identifier)
        hint = (
            f"Write `recommendation: {meant}` if that is meant, and rename the file."
            if meant
            else "Copy the id letter for letter from the page of the recommendation, or from snapshots/catalogue.json."
        )
        message = f"Neither the catalogue nor any snapshot knows {shown(identifier)}."
        yield problem("decision-unknown-id", source.path, line, message, hint)


def check_owner(
    source: FrontMatter, decision: Decision, owners: tuple[str, ...], suggestions: Suggestions | None = None
) -> Iterator[Problem]:
    """The owner is one of those in the settings, where they list any."""
    if not owners or not decision.owner or decision.owner in owners:
        return
    meant = (suggestions or Suggestions(owners)).nearest(decision.owner)
    hint = f"Write `owner: {meant}`" if meant else f"Write one of: {', '.join(owners[:8])}"
    yield problem(
        "decision-owner-unlisted",
        source.path,
        source.line("owner"),
        f"The owner {shown(decision.owner)} is not among the owners in backlog.yml.",
        f"{hint}. Or add the role to `owners` in backlog.yml.",
    )


def check_term(source: FrontMatter, decision: Decision, made: date, months: int) -> Iterator[Problem]:
    """An acceptance or an exemption does not run longer than the settings allow."""
    limit = add_months(made, months)
    if decision.until is not None and decision.until > limit:
        yield problem(
            "decision-until-too-far",
            source.path,
            _until_line(source, decision),
            f"It would run until {decision.until}, longer than {months} months from {made}.",
            f"Write `until: {limit}` or an earlier day, and renew it then if it still holds.",
        )


def check_expiry(source: FrontMatter, decision: Decision, today: date) -> Iterator[Problem]:
    """An acceptance or an exemption is renewed or replaced after its last day."""
    until = decision.until
    if until is not None and until < today:
        message = f"It expired on {until}, {plural((today - until).days, 'day')} ago, and no longer counts."
        hint = "Write a later `until` and why it still holds, and have it approved again; or choose another bucket."
        yield problem("decision-expired", source.path, _until_line(source, decision), message, hint)


def _until_line(source: FrontMatter, decision: Decision) -> int:
    return source.line("accepted" if decision.accepted is not None else "covered", "until")


def check_due_term(source: FrontMatter, decision: Decision, made: date) -> Iterator[Problem]:
    """A do-now decision is due soon enough."""
    due = decision.due
    if due is not None and decision.bucket is Bucket.DO_NOW and due > made + DO_NOW_TERM:
        yield problem(
            "decision-due-too-far",
            source.path,
            source.line("due"),
            f"It is due on {due}, {plural((due - made).days, 'day')} after {made}: "
            f"do-now means within {DO_NOW_TERM.days} days.",
            f"Write `due: {made + DO_NOW_TERM}` or an earlier day, or `bucket: do-soon`.",
        )


def check_overdue(source: FrontMatter, decision: Decision, today: date) -> Iterator[Problem]:
    """A planned change is done by its due date."""
    if decision.due is not None and decision.due < today:
        message = f"It was due on {decision.due}, {plural((today - decision.due).days, 'day')} ago."
        hint = "Write a new `due` and why in the text, or below `blocked` what it waits for, or choose another bucket."
        yield problem("decision-overdue", source.path, source.line("due"), message, hint)


def check_asks(source: FrontMatter, decision: Decision, today: date) -> Iterator[Problem]:
    """A decision requested from others is answered in time."""
    for index, ask in enumerate(decision.asks):
        if today - ask.since > ASK_TERM:
            for_days = plural((today - ask.since).days, "day")
            message = f"The decision requested from {shown(ask.of)} is open for {for_days}."
            hint = f"Get the answer, {_otherwise(ask)}, or delete the request and say why in the text."
            line = source.line(*_ask_place(source, index))
            yield problem("decision-ask-old", source.path, line, message, hint)
        if ask.by is not None:
            yield from _check_ask_term(source, index, ask, ask.by, today)


def _check_ask_term(source: FrontMatter, index: int, ask: Ask, by: date, today: date) -> Iterator[Problem]:
    """An answer is needed after the question is asked, and the day has not passed."""
    line = source.line(*_ask_place(source, index), "by")
    if by < ask.since:
        message = f"The answer is needed by {by}, before the question is asked on {ask.since}."
        hint = "Write the last day on which an answer is of use; `by` is on or after `since`."
        yield problem("decision-ask-by", source.path, line, message, hint)
    elif by < today:
        ago = plural((today - by).days, "day")
        message = f"The answer of {shown(ask.of)} was needed by {by}, {ago} ago."
        hint = f"Get the answer, {_otherwise(ask)}, or agree on a later `by`."
        yield problem("decision-ask-late", source.path, line, message, hint)


def _otherwise(ask: Ask) -> str:
    """What to do where nobody answers."""
    if not ask.default:
        return "state in `default` what happens without it"
    return f"do what `default` says ({shown(ask.default)})"


def _ask_place(source: FrontMatter, index: int) -> Place:
    """Where a question stands; one alone may be written without a list."""
    return ("ask", index) if ("ask", index) in source.lines else ("ask",)


def check_past_days(source: FrontMatter, decision: Decision, today: date) -> Iterator[Problem]:
    """Days on which something happened are not in the future."""
    past: list[tuple[Place, date]] = []
    if decision.blocked is not None:
        past.append((("blocked", "since"), decision.blocked.since))
    for index, ask in enumerate(decision.asks):
        past.append(((*_ask_place(source, index), "since"), ask.since))
    for group, holder in (("accepted", decision.accepted), ("covered", decision.covered)):
        if holder is not None and holder.approval is not None:
            past.append(((group, "approval", "on"), holder.approval.on))
    for place, day in past:
        if day > today:
            message = f"`{place[-1]}` is {plural((day - today).days, 'day')} in the future: {day}."
            hint = f"Write the day on which it happened, such as `{place[-1]}: {today}`."
            yield problem("decision-date-ahead", source.path, source.line(*place), message, hint)


def check_two_files(named: Iterable[tuple[str, FrontMatter]]) -> Iterator[Problem]:
    """One recommendation is decided in one file; where it is in two, neither counts."""
    files: dict[str, list[FrontMatter]] = defaultdict(list)
    for identifier, source in named:
        files[identifier].append(source)
    for identifier, sources in files.items():
        for source in sources if len(sources) > 1 else ():
            paths = [other.path for other in sources[: SHOWN_FILES + 1] if other.path != source.path][:SHOWN_FILES]
            others = ", ".join(paths) + (" and more" if len(sources) > SHOWN_FILES + 1 else "")
            yield problem(
                "decision-two-files",
                source.path,
                source.line("recommendation"),
                f"{shown(identifier)} is decided in another file too: {others}.",
                f"Keep {identifier}.md, move over what the other one says, and delete it.",
            )


def check_copies(sources: Sources, decided: Mapping[str, date]) -> Iterator[Problem]:
    """A rationale is not copied word for word; every copy but the oldest is reported."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for identifier, (_, decision) in sources.items():
        if decision.accepted is not None and decision.accepted.rationale and not decision.draft:
            reasons[comparable(decision.accepted.rationale)].append(identifier)
    for identifiers in reasons.values():
        first, *copies = sorted(identifiers, key=lambda each: (decided.get(each, date.max), each))
        for identifier in copies:
            source, decision = sources[identifier]
            if decision.same_as is None:
                yield problem(
                    "decision-copied-rationale",
                    source.path,
                    source.line("accepted", "rationale"),
                    f"The reason (`rationale`) is copied word for word from {sources[first][0].path}.",
                    f"Write the reason for this one, or write `same_as: {first}` and take `rationale` out.",
                )


def check_same_as(sources: Sources, broken: Collection[str]) -> Iterator[Problem]:
    """`same_as` names a finished decision without errors that has the answers; `broken`: ids with errors."""
    decisions = {identifier: decision for identifier, (_, decision) in sources.items()}
    resolved = resolve_same_as(decisions)
    suggestions = Suggestions(decisions)
    for identifier, (source, decision) in sources.items():
        if decision.same_as is None:
            continue
        line = source.line("same_as")
        fault = _fault(decisions, identifier, broken, suggestions)
        if fault is not None:
            code, message, hint = fault
            yield problem(code, source.path, line, message, hint)
            continue
        left = left_open(decision, resolved[decision.same_as])
        if left and not decision.draft:
            names = ", ".join(f"`{name}`" for name in left)
            message = f"{names} left open here, and the decision about {shown(decision.same_as)} has no answer either."
            hint = "Write it here, or name a decision of the same bucket."
            yield problem("decision-same-as-unusable", source.path, line, message, hint)
        elif not decision.draft:
            yield from _check_asked(source, resolved[identifier])


def _fault(
    decisions: Mapping[str, Decision], identifier: str, broken: Collection[str], suggestions: Suggestions
) -> tuple[str, str, str] | None:
    """Code, message and hint of what is wrong along the chain; None where it leads to answers."""
    chain = chain_of(decisions, identifier)
    end = chain[-1]
    if end == identifier:
        if len(chain) == 2:
            message = f"`same_as` names this very decision, {shown(identifier)}."
            hint = "Delete `same_as` and write the answers here, or name another decision."
            return "decision-same-as-circular", message, hint
        message = f"These decisions name each other in `same_as`: {_shown_chain(chain)}."
        hint = "Delete `same_as` in one of them and write the answers there; the others may name that one."
        return "decision-same-as-circular", message, hint
    if is_endless(decisions, chain):
        message = f"`same_as` leads through more than {MOST_LINKS} decisions: {_shown_chain(chain)}."
        return "decision-same-as-unusable", message, "Name a decision that gives its own answers."
    if len(set(chain)) < len(chain):
        message = f"`same_as` leads into a circle: {_shown_chain(chain)}."
        return "decision-same-as-unusable", message, "Name a decision that gives its own answers."
    wrong = next((link for link in chain[1:] if link in broken), None)
    if wrong is not None:
        message = f"The decision about {shown(wrong)} has errors, so its answers cannot be shared."
        return "decision-same-as-unusable", message, f"Correct {wrong}.md first; its problems are listed with it."
    if end not in decisions:
        meant = suggestions.nearest(end) if len(chain) == 2 else None
        hint = f"Write `same_as: {meant}`." if meant else "Name the id of a file in decisions/, or delete the line."
        return "decision-same-as-unknown", f"There is no decision about {shown(end)}.", hint
    draft = next((link for link in chain[1:] if decisions[link].draft), None)
    if draft is not None and not decisions[identifier].draft:
        message = f"The decision about {shown(draft)} is a draft, so its answers cannot be shared yet."
        return "decision-same-as-unusable", message, f"Finish {draft}.md and delete its `draft: true`."
    return None


def _shown_chain(chain: list[str]) -> str:
    """The ids along a chain; of a long one, its beginning and its end."""
    links = chain if len(chain) <= LONGEST_CHAIN else [*chain[: LONGEST_CHAIN - 2], "…", chain[-1]]
    return " → ".join(links)


def _check_asked(source: FrontMatter, decision: Decision) -> Iterator[Problem]:
    """Questions that neither this decision nor the one it names answers."""
    asked = {key.name for key in KEYS if key.need(decision.bucket) is Need.ASKED}
    left = [name for name in QUESTIONS if name in asked and not getattr(decision, name)]
    if left:
        yield unanswered(source.path, source.line("bucket"), decision.bucket, left, source.data)
