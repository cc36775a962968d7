# SPDX-License-Identifier: Apache-2.0
"""The answers to questionnaires on a day: how far each goes, and why not further (docs/method.md#answers).

A level rests on what Microsoft measured. What an organisation says about itself, in the portal or as evidence of its
own, is shown beside it and never raises it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from secure_score_backlog.dates import ONE_DAY, add_months
from secure_score_backlog.evaluation.ledger import Explained, Score
from secure_score_backlog.evaluation.register import (
    IN_FORCE,
    Register,
    RegisterEntry,
    in_force,
    needing_decision,
    needs_decision,
)
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem
from secure_score_backlog.questionnaires.checks import (
    Surroundings,
    counts,
    evidence_problems,
    is_changed,
    references,
    unknown_ids,
)
from secure_score_backlog.questionnaires.denominators import denominator_of
from secure_score_backlog.questionnaires.model import (
    AnsweredBy,
    Attachment,
    Coverage,
    EvidenceVersion,
    Level,
    Question,
    Questionnaire,
    Says,
)
from secure_score_backlog.questionnaires.shipped import SHIPPED_NAME, resolved, shipped
from secure_score_backlog.ratings import normalised
from secure_score_backlog.snapshots.coverage import OLD_AFTER, DayCounts, DayKind
from secure_score_backlog.snapshots.known import known_recommendations
from secure_score_backlog.snapshots.model import History, Observation, SnapshotDay
from secure_score_backlog.workspace import Workspace

SYNCED_WITHIN = {"azuread": 8, "ms teams": 35}
"""Days after which Microsoft refreshes what it measured of a service, and one more; `OLD_AFTER` for any other."""
BEFORE = 12
"""Months back to the score that the reported one is compared with."""


class Reason(StrEnum):
    """Why an answer has its level, in the order in which reasons are given."""

    NOT_COVERED = "not-covered"
    HINT = "hint"
    NO_SCORE = "no-score"
    OPEN = "open"
    REGRESSED = "regressed"
    PART = "part"
    NO_SCORE_FOR = "no-score-for"
    CLAIMED = "claimed"
    CONFLICT = "conflict"
    RELATED_OPEN = "related-open"
    OLD = "old"
    EARLIER = "earlier"
    PARTIAL_DAY = "partial-day"
    NOT_SYNCED = "not-synced"
    UNEXPLAINED = "unexplained"
    NO_SNAPSHOT = "no-snapshot"
    NO_DECISION = "no-decision"
    NEEDS_DECISION = "needs-decision"
    SHADOW = "shadow"
    UNAPPROVED = "unapproved"
    NOT_CITED = "not-cited"


@dataclass(frozen=True, slots=True)
class Because:
    """One reason, and what it is about."""

    reason: Reason
    recommendations: tuple[str, ...] = ()
    """Ids, in order; those without a score as the question names them."""
    number: int = 0
    """Days, or how many acceptances and exemptions; 0 where the reason has no number."""


class Measure(StrEnum):
    """What a measured recommendation says."""

    FULL = "full"
    """All points, measured by Microsoft."""
    CLAIMED = "claimed"
    """All points, on an administrator's word."""
    OPEN = "open"
    UNKNOWN = "unknown"
    """Its maximum is unknown or 0: nothing follows from its points."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One recommendation that a question rests on, as measured."""

    status: Status
    measure: Measure
    points: Fraction = Fraction(0)
    maximum: Fraction | None = None
    done: int | None = None
    """Of `total` users, devices or settings; None where Microsoft gives no number, or not which of the two it is."""
    total: int | None = None
    unit: str = ""
    """Of what these are numbers; empty where it is not known."""
    counted: str = ""
    """Whose denominator it is, as the end of a sentence."""

    @property
    def has_regressed(self) -> bool:
        """It is open, and was in full before."""
        return self.measure is Measure.OPEN and self.status.was_in_full


@dataclass(frozen=True, slots=True)
class Held:
    """Since when every recommendation that answers a question was measured in full, without a break."""

    since: date
    """The first snapshot day of the run."""
    before: date | None = None
    """The snapshot day before it; None where the run begins with the first snapshot that says anything about it."""
    days: int = 0
    """From `since` to the newest snapshot, both included."""
    observed: int = 0
    """How many of them have a complete snapshot."""
    filled: int = 0
    """Have scores only: backfilled, or imported."""
    partial: int = 0
    first: date | None = None
    """The first snapshot day of an earlier run in which all was in full; None where there was none."""
    interrupted: int = 0
    """Snapshot days from `first` to `before` on which not all was in full."""

    @property
    def missing(self) -> int:
        """Have no snapshot."""
        return self.days - self.observed - self.filled - self.partial


@dataclass(frozen=True, slots=True)
class OwnEvidence:
    """A piece of own evidence, as it was on a day."""

    name: str
    version: Version
    digest: str
    """SHA-256 of its file, in hexadecimal digits."""
    says: Says
    by: str
    on: date
    until: date
    shows: str
    scope: str
    questions: tuple[str, ...]
    expired: bool = False
    """`until` has passed: it is shown, and counts no longer."""
    files: tuple[Attachment, ...] = ()
    changed: tuple[str, ...] = ()
    """Of these files, the paths of those that a later commit changed."""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question."""

    question: Question
    level: Level
    because: tuple[Because, ...] = ()
    primary: tuple[Measured, ...] = ()
    """By id."""
    related: tuple[Measured, ...] = ()
    """By id."""
    held: Held | None = None
    """None where not all that answers it is measured in full, by Microsoft."""
    open_since: date | None = None
    """The first snapshot day of the longest unbroken run in which something that answers it is open; None for none."""
    open_from_start: bool = False
    """It was so on the first snapshot that says anything about it, so it may be open for longer."""
    exceptions: tuple[RegisterEntry, ...] = ()
    """Acceptances and exemptions of what it rests on: in force, or in need of a new decision."""
    evidence: tuple[OwnEvidence, ...] = ()

    @property
    def in_part(self) -> bool:
        """Something that is asked is not measured, and something is."""
        return any(each.reason in (Reason.PART, Reason.NO_SCORE_FOR) for each in self.because)

    @property
    def points(self) -> Fraction:
        """Points that Microsoft measured of what answers it."""
        return sum((each.points for each in self.primary if each.measure is not Measure.CLAIMED), Fraction(0))

    @property
    def claimed(self) -> Fraction:
        """Points that are self-attested."""
        return sum((each.points for each in self.primary if each.measure is Measure.CLAIMED), Fraction(0))

    @property
    def maximum(self) -> Fraction:
        """The maxima that are known."""
        return sum((each.maximum for each in self.primary if each.maximum is not None), Fraction(0))

    @property
    def in_full(self) -> int:
        """How many of `primary` Microsoft measured in full."""
        return sum(1 for each in self.primary if each.measure is Measure.FULL)

    @property
    def in_force(self) -> tuple[RegisterEntry, ...]:
        """The exceptions that are in force."""
        return tuple(each for each in self.exceptions if not needs_decision(each))

    @property
    def ended(self) -> tuple[RegisterEntry, ...]:
        """The exceptions that are no longer in force, and need a new decision."""
        return tuple(each for each in self.exceptions if needs_decision(each))

    @property
    def own(self) -> OwnEvidence | None:
        """The newest own evidence that counts."""
        current = [each for each in self.evidence if not each.expired]
        return max(current, key=lambda each: (each.on, each.name), default=None)


@dataclass(frozen=True, slots=True)
class Reported:
    """The Secure Score as Microsoft reported it."""

    day: date
    source: str
    current: Fraction
    maximum: Fraction
    percent: Fraction | None
    claimed: Fraction
    """Self-attested points among them."""
    all_tenants: Fraction | None = None
    """Average of all tenants, in percent, as Microsoft states it."""
    similar: Fraction | None = None
    """Average of tenants with as many seats."""
    before: date | None = None
    """The newest snapshot at least a year older; None where the history is shorter."""
    percent_before: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """A questionnaire with its answers."""

    name: str
    """In addresses and names of files."""
    title: str
    about: str
    version: Version | None
    """The commit that brought the newest version; None for the shipped questions."""
    answers: tuple[Answer, ...]
    by: tuple[str, ...] = ()
    """The roles that say yes or no on the form, where the questionnaire names them."""

    @property
    def levels(self) -> dict[Level, int]:
        """How many answers have each level."""
        return {level: sum(1 for answer in self.answers if answer.level is level) for level in Level}

    @property
    def qualified_in_part(self) -> int:
        """How many of the qualified ones are measured in part only."""
        return sum(1 for answer in self.answers if answer.level is Level.QUALIFIED and answer.in_part)

    @property
    def not_seen(self) -> tuple[Answer, ...]:
        """Those of whose question a part, or all, is not measured."""
        return tuple(answer for answer in self.answers if answer.in_part or answer.level is Level.NOT_MEASURED)

    @property
    def not_measured(self) -> tuple[Answer, ...]:
        """Those that nothing that is measured answers."""
        return tuple(answer for answer in self.answers if answer.level is Level.NOT_MEASURED)

    @property
    def with_own(self) -> int:
        """How many of those that are not measured have own evidence that counts."""
        return sum(1 for answer in self.not_measured if answer.own)


@dataclass(frozen=True, slots=True)
class Insurance:
    """What insurers are told on a day."""

    questionnaires: tuple[Answers, ...] = ()
    """The organisation's own, by name; then the shipped one."""
    evidence: tuple[OwnEvidence, ...] = ()
    """All own evidence, by name."""
    reported: Reported | None = None
    """None without a snapshot."""
    stored: Version | None = None
    """The commit that brought the snapshot which the answers rest on; None where it is not committed."""
    unreadable: tuple[str, ...] = ()
    """Paths of questionnaires and evidence that have errors, and are left out."""


NOTHING_ASKED = Insurance()


@dataclass(frozen=True, slots=True)
class Known:
    """What answers are made from, as it was known on a day."""

    day: date
    snapshot: SnapshotDay | None
    statuses: Mapping[str, Status]
    register: Register
    history: History
    score: Score | None = None
    explained: Explained | None = None
    claimed: Fraction = Fraction(0)
    """Self-attested points of the whole score."""
    recorded: bool = False
    """A decision is recorded."""
    has_git: bool = True
    by_id: Mapping[str, tuple[Status, ...]] = field(default_factory=dict)
    """By id as ids are compared: one that several instances have in common has several statuses."""

    @staticmethod
    def by_compared_id(statuses: Iterable[Status]) -> dict[str, tuple[Status, ...]]:
        """The statuses by id as ids are compared."""
        found: dict[str, tuple[Status, ...]] = {}
        for status in statuses:
            name = normalised(status.id)
            found[name] = (*found.get(name, ()), status)
        return found


def insurance_of(workspace: Workspace, known: Known) -> tuple[Insurance, list[Problem]]:
    """The answers to every questionnaire of a day, and what is wrong with the files of that day."""
    questions, day = workspace.questions, known.day
    own = questions.questionnaires_on(day)
    problems = [fault for each in own for fault in each.faults]
    listed = {*known.statuses, *known_recommendations(), *workspace.catalogue_on(day).recommendations}
    for each in own:
        problems += unknown_ids(each, listed)
    evidence, wrong, faults = evidence_of(workspace, day, references(own))
    made = [
        answers_of(each.questionnaire, each.name, each.version, known, evidence) for each in own if each.questionnaire
    ]
    made.append(answers_of(resolved(shipped()), SHIPPED_NAME, None, known, evidence))
    unreadable = [each.source.path for each in own if each.questionnaire is None]
    return Insurance(
        tuple(made), evidence, reported_of(known), stored_in(workspace, known.snapshot), (*unreadable, *wrong)
    ), [*problems, *faults]


def stored_in(workspace: Workspace, snapshot: SnapshotDay | None) -> Version | None:
    """The newest commit that changed the file of a snapshot."""
    if snapshot is None:
        return None
    commits = workspace.snapshot_branch.history.commits if workspace.snapshot_branch else workspace.commits
    found = (each for each in reversed(commits) if any(path == snapshot.path for path, _ in each.changes))
    commit = next(found, None)
    return replace(commit.version, path=snapshot.path) if commit else None


def evidence_of(
    workspace: Workspace, day: date, known: Collection[str]
) -> tuple[tuple[OwnEvidence, ...], list[str], list[Problem]]:
    """The own evidence of a day, the paths of what has errors, and what is wrong with all of it.

    What is about a later day does not count yet, and is left out.
    """
    questions = workspace.questions
    around = Surroundings(day, workspace.settings_on(day), ())
    found: list[OwnEvidence] = []
    wrong: list[str] = []
    problems: list[Problem] = []
    for each in questions.evidence_on(day):
        paths = each.statement.files if each.statement else ()
        attached = [questions.attachment_on(path, day) for path in paths]
        faults = [*each.faults, *evidence_problems(each, around, known, attached)]
        problems += faults
        if not counts(each, faults):
            wrong.append(each.source.path)
        elif each.statement is not None and each.statement.on <= day:
            found.append(own_evidence(each, [file for file in attached if file is not None], day))
    return tuple(found), wrong, problems


def own_evidence(each: EvidenceVersion, files: Sequence[Attachment], day: date) -> OwnEvidence:
    """One piece of evidence as it was on a day."""
    stated = each.statement
    assert stated is not None
    return OwnEvidence(
        name=each.name,
        version=each.version,
        digest=each.digest,
        says=stated.says,
        by=stated.by,
        on=stated.on,
        until=stated.until,
        shows=stated.shows,
        scope=stated.scope,
        questions=stated.questions,
        expired=stated.until < day,
        files=tuple(files),
        changed=tuple(file.version.path for file in files if is_changed(each, file)),
        body=stated.body,
    )


def answers_of(
    questionnaire: Questionnaire, name: str, version: Version | None, known: Known, evidence: Sequence[OwnEvidence]
) -> Answers:
    """The answers to one questionnaire."""
    counted = DayCounts(known.history.days)
    made = []
    for question in questionnaire.questions:
        of_it = {question.id} if version is None else {f"{name}/{question.id}", question.same_as}
        shown = tuple(each for each in evidence if of_it & set(each.questions))
        made.append(answer_of(question, known, shown, counted))
    return Answers(name, questionnaire.title, questionnaire.about, version, tuple(made), questionnaire.by)


def answer_of(
    question: Question, known: Known, evidence: tuple[OwnEvidence, ...] = (), counted: DayCounts | None = None
) -> Answer:
    """The answer to one question, whose topics and coverage are filled in."""
    if question.answered_by is AnsweredBy.SCORE:
        because = because_of_score(known)
        level = Level.NOT_MEASURED if known.score is None else Level.QUALIFIED if because else Level.SUPPORTED
        return Answer(question, level, because, evidence=evidence)
    if question.answered_by is AnsweredBy.REGISTER:
        return answer_from_register(question, known, evidence)
    primary = measured_of(known, question.primary_ids)
    related = measured_of(known, {normalised(name) for name in question.related})
    because = because_of(question, primary, related, known)
    opened = [each for each in primary if each.measure is Measure.OPEN and each.status.open_since is not None]
    since = min((each.status.open_since for each in opened if each.status.open_since), default=None)
    return Answer(
        question=question,
        level=level_of(because),
        because=because,
        primary=primary,
        related=related,
        held=held_of(primary, known, counted or DayCounts(known.history.days)),
        open_since=since,
        open_from_start=any(each.status.from_start for each in opened if each.status.open_since == since),
        exceptions=exceptions_of(known.register, {each.status.id for each in (*primary, *related)}),
        evidence=evidence,
    )


def measured_of(known: Known, names: Collection[str]) -> tuple[Measured, ...]:
    """The recommendations of some ids that have a score, by id."""
    found = (status for name in names for status in known.by_id.get(name, ()))
    return tuple(sorted((measured(each) for each in found if each.observation), key=lambda each: each.status.id))


def measured(status: Status) -> Measured:
    """One recommendation that has a score."""
    seen = status.observation
    assert seen is not None
    open_for = seen.affected
    denominator = denominator_of(status.recommendation.service)
    return Measured(
        status,
        measure_of(seen),
        points=seen.points,
        maximum=seen.maximum,
        done=seen.total - open_for if seen.total is not None and open_for is not None else None,
        total=seen.total if open_for is not None else None,
        unit=denominator.unit,
        counted=denominator.counted,
    )


def measure_of(seen: Observation) -> Measure:
    """What an observation says."""
    if not seen.maximum:
        return Measure.UNKNOWN
    if not seen.in_full:
        return Measure.OPEN
    return Measure.CLAIMED if seen.claims else Measure.FULL


def because_of(
    question: Question, primary: Sequence[Measured], related: Sequence[Measured], known: Known
) -> tuple[Because, ...]:
    """Why an answer has its level: the first rule that settles it, and whatever else limits it."""
    if question.coverage is Coverage.NONE:
        return (Because(Reason.NOT_COVERED),)
    if question.coverage is Coverage.HINT:
        return (Because(Reason.HINT),)
    said = {normalised(each.status.id) for each in primary if each.measure is not Measure.UNKNOWN}
    lacking = [entry for entry in question.primary if not said & {normalised(name) for name in entry}]
    if len(lacking) == len(question.primary):
        return (Because(Reason.NO_SCORE, tuple(entry[0] for entry in lacking)),)
    found = (
        Because(Reason.OPEN, ids(each for each in primary if each.measure is Measure.OPEN)),
        Because(Reason.REGRESSED, ids(each for each in primary if each.has_regressed)),
        Because(Reason.NO_SCORE_FOR, tuple(entry[0] for entry in lacking)),
        Because(Reason.CLAIMED, ids(each for each in primary if each.measure is Measure.CLAIMED)),
        Because(Reason.CONFLICT, ids(each for each in primary if each.status.state is State.CONFLICT)),
        Because(Reason.RELATED_OPEN, ids(each for each in related if each.measure in (Measure.OPEN, Measure.CLAIMED))),
        *of_age(primary, known),
    )
    part = [Because(Reason.PART)] if question.coverage is Coverage.PART else []
    order = list(Reason)
    kept = [*part, *(each for each in found if each.recommendations or each.number)]
    return tuple(sorted(kept, key=lambda each: order.index(each.reason)))


def of_age(primary: Sequence[Measured], known: Known) -> Iterator[Because]:
    """Reasons of age: of the newest snapshot, of a score, and of what Microsoft based it on."""
    if known.snapshot is None:
        return
    age = (known.day - known.snapshot.day).days
    yield Because(Reason.OLD, number=age if age > OLD_AFTER else 0)
    earlier = (each for each in primary if each.status.measured_on and each.status.measured_on < known.snapshot.day)
    yield Because(Reason.EARLIER, ids(earlier))
    yield Because(Reason.PARTIAL_DAY, number=int(known.snapshot.partial or known.snapshot.lacks_scores))
    if known.history.days and known.history.days[-1].day == known.snapshot.day:
        yield Because(Reason.NOT_SYNCED, ids(each for each in primary if not_synced(each, known)))


def not_synced(each: Measured, known: Known) -> bool:
    """Whether Microsoft based a score on data that is older than its service's usual delay."""
    detail = known.history.details.get(each.status.id)
    if detail is None or detail.synced is None or known.snapshot is None:
        return False
    within = SYNCED_WITHIN.get(each.status.recommendation.service.lower(), OLD_AFTER)
    return (known.snapshot.day - detail.synced).days > within


def ids(found: Iterable[Measured]) -> tuple[str, ...]:
    """Their ids, in order."""
    return tuple(each.status.id for each in found)


NOT_MEASURED_BY = frozenset({Reason.NOT_COVERED, Reason.HINT, Reason.NO_SCORE})


def level_of(because: Sequence[Because]) -> Level:
    """The level that follows from the reasons."""
    reasons = {each.reason for each in because}
    if reasons & NOT_MEASURED_BY:
        return Level.NOT_MEASURED
    if Reason.OPEN in reasons:
        return Level.GAP
    return Level.QUALIFIED if reasons else Level.SUPPORTED


def held_of(primary: Sequence[Measured], known: Known, counted: DayCounts) -> Held | None:
    """The unbroken run in which all that answers a question was measured in full; None where it is not."""
    runs = [each.status.held_since for each in primary if each.measure is Measure.FULL]
    if not primary or len(runs) < len(primary) or known.snapshot is None or None in runs:
        return None
    since = max(run for run in runs if run is not None)
    began = [each.status for each in primary if each.status.held_since == since]
    first = [known.history.timelines[status.id].days[0] for status in began]
    changed = any(day < since for day in first)
    earlier = known.history.newest(since - ONE_DAY) if changed else None
    within = counted.within(since, known.snapshot.day)
    earlier_first, interrupted = earlier_run(primary, since, known.history, counted)
    return Held(
        since,
        before=earlier.day if earlier else None,
        days=(known.snapshot.day - since).days + 1,
        observed=within[DayKind.COMPLETE],
        filled=within[DayKind.FILLED],
        partial=within[DayKind.PARTIAL],
        first=earlier_first,
        interrupted=interrupted,
    )


def earlier_run(
    primary: Sequence[Measured], since: date, history: History, counted: DayCounts
) -> tuple[date | None, int]:
    """The first snapshot day before a run on which all was in full, and the snapshot days after it on which not."""
    timelines = [history.timelines[each.status.id] for each in primary]
    edges = [*sorted({day for line in timelines for day in line.days if day < since}), since]
    first: date | None = None
    interrupted = 0
    for start, following in pairwise(edges):
        seen = (line.at(start) for line in timelines)
        if all(each is not None and each.observed_in_full for each in seen):
            first = first or start
        elif first:
            interrupted += sum(counted.within(start, following - ONE_DAY).values())
    return first, interrupted


def exceptions_of(register: Register, names: Collection[str]) -> tuple[RegisterEntry, ...]:
    """The acceptances and exemptions of some recommendations that are in force, or need a new decision."""
    current = (entry for entry in (*register.accepted, *register.covered) if entry.status.id in names)
    return tuple(entry for entry in current if needs_decision(entry) or entry.state in IN_FORCE)


def because_of_score(known: Known) -> tuple[Because, ...]:
    """What limits the score as reported."""
    if known.score is None or known.snapshot is None:
        return (Because(Reason.NO_SNAPSHOT),)
    found = []
    if known.claimed:
        found.append(Because(Reason.CLAIMED, ids_of_claims(known)))
    age = (known.day - known.snapshot.day).days
    if age > OLD_AFTER:
        found.append(Because(Reason.OLD, number=age))
    if (known.explained and known.explained.is_incomplete) or known.snapshot.partial:
        found.append(Because(Reason.UNEXPLAINED))
    return tuple(found)


def ids_of_claims(known: Known) -> tuple[str, ...]:
    """The recommendations with self-attested points."""
    return tuple(name for name, status in known.statuses.items() if status.observation and status.observation.claimed)


def answer_from_register(question: Question, known: Known, evidence: tuple[OwnEvidence, ...]) -> Answer:
    """The answer about accepted risks and exemptions."""
    both = (*known.register.accepted, *known.register.covered)
    ended = needing_decision(both)
    active = in_force(both)
    shadow = tuple(name for name, status in known.statuses.items() if status.is_shadow)
    unapproved = [entry for entry in active if not entry.approval.recorded]
    found: list[Because] = []
    if not known.recorded:
        found.append(Because(Reason.NO_DECISION))
    if ended:
        found.append(Because(Reason.NEEDS_DECISION, tuple(entry.status.id for entry in ended), len(ended)))
    if shadow:
        found.append(Because(Reason.SHADOW, shadow, len(shadow)))
    if unapproved:
        found.append(Because(Reason.UNAPPROVED, tuple(entry.status.id for entry in unapproved), len(unapproved)))
    if not known.has_git and active:
        found.append(Because(Reason.NOT_CITED))
    reasons = {each.reason for each in found}
    if Reason.NO_DECISION in reasons:
        level = Level.NOT_MEASURED
    elif reasons & {Reason.NEEDS_DECISION, Reason.SHADOW}:
        level = Level.GAP
    else:
        level = Level.QUALIFIED if reasons else Level.SUPPORTED
    return Answer(question, level, tuple(found), exceptions=tuple(ended + active), evidence=evidence)


def reported_of(known: Known) -> Reported | None:
    """The score as Microsoft reported it, and a year before."""
    if known.score is None or known.snapshot is None:
        return None
    before = known.history.newest(add_months(known.snapshot.day, -BEFORE))
    return Reported(
        day=known.snapshot.day,
        source=known.snapshot.source,
        current=known.score.current,
        maximum=known.score.maximum,
        percent=known.score.percent,
        claimed=known.claimed,
        all_tenants=known.score.comparison.get("AllTenants"),
        similar=known.score.comparison.get("TotalSeats"),
        before=before.day if before else None,
        percent_before=before.current * 100 / before.maximum if before and before.maximum else None,
    )
