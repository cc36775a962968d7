# SPDX-License-Identifier: Apache-2.0
"""A decision made at a terminal: the recommendation's own text, then one question after the other.

Only what the bucket needs is asked, in the order of the file's keys. Each answer is judged at once as `check` would
judge it. Enter takes a fact or the level in force, never an answer that somebody has to stand for: neither what the
portal says, nor the longest term.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from secure_score_backlog import wording
from secure_score_backlog.cli import output
from secure_score_backlog.cli.answer_options import option_name
from secure_score_backlog.cli.new_decisions import RECORD_MISSING, UNAPPROVED, Maker, NewDecision, later, open_words
from secure_score_backlog.dates import add_months
from secure_score_backlog.decisions.answers import Answers, has_place, leaves, value_of
from secure_score_backlog.decisions.attestations import same_role
from secure_score_backlog.decisions.checks import DO_NOW_TERM
from secure_score_backlog.decisions.completing import Existing
from secure_score_backlog.decisions.model import KEYS, Bucket
from secure_score_backlog.decisions.people import folded
from secure_score_backlog.decisions.portal import drafted_bucket, drafted_reason
from secure_score_backlog.decisions.scaffold import BUCKETS, share_today
from secure_score_backlog.decisions.values import QUESTION, Role
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.schema import Choice, Day, Key, Need, OneOrMore
from secure_score_backlog.site.spellings import without_tags
from secure_score_backlog.snapshots.service_names import portal_words, service_name, title_of
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import one_line, shell_quoted, shortened, shown

LEAVE_OPEN = "-"
"""What a person types for a question that they cannot answer yet, where Enter would take the proposed answer."""
SHOWN_TEXT = 480
"""Characters of Microsoft's text that are shown."""
READ_TEXT = 32_768
"""Characters of Microsoft's text that are looked at."""
MOST_LISTED = 10
"""Recommendations or roles to choose from by number."""
MORE = {
    "blocked": "what keeps the change from happening",
    "ask": "a question that leadership has to answer",
    "links": "addresses of tickets or documents",
    "approval": "an approval that is given already, with its record",
}
"""What few decisions have, with its meaning: asked for by name."""
NO = ("", "no", "n")
"""Answers that end the question for more."""
IF_DONE = "What would change for users and services if it were done?"
IN_BUCKET: Mapping[Bucket, Mapping[Place, str]] = {
    Bucket.ACCEPT: {
        ("reduces",): "Which risk stays while this is open?",
        ("impact",): IF_DONE,
        ("prerequisites",): "Which licences and technical preconditions would it need, and what is missing?",
        ("proof",): "What shows that the risk stays as it is, and that the compensating controls work?",
    },
    Bucket.NOT_APPLICABLE: {
        ("impact",): IF_DONE,
        ("proof",): "What is the evidence that this stays so?",
    },
}
"""Questions that are put otherwise where nothing is changed."""
GROUPS = {Bucket.ACCEPT: "accepted", Bucket.NOT_APPLICABLE: "covered"}
"""What holds the approver and the last day."""


def described(status: Status, maker: Maker) -> RenderableType:
    """What the person decides about: Microsoft's text in a few lines, and what is known of it here."""
    known = status.recommendation
    lines: list[RenderableType] = [
        Text(one_line(title_of(known)), style="bold"),
        Text(status.id, style="dim"),
        Text(""),
    ]
    said = microsoft_text(known.description or known.remediation)
    if said:
        lines += [Padding(Text(said), (0, 0, 1, 2))]
    lines += [Text.assemble((f"{name}: ", "dim"), words) for name, words in facts_of(status, maker)]
    return Group(*lines, Text(""))


def microsoft_text(source: str) -> str:
    """The beginning of a text of Microsoft's, without its markup."""
    plain = one_line(html.unescape(without_tags(source[:READ_TEXT])))
    return plain if len(plain) <= SHOWN_TEXT else textwrap.shorten(plain, SHOWN_TEXT, placeholder=" …")


def facts_of(status: Status, maker: Maker) -> Iterator[tuple[str, str]]:
    """What is known of a recommendation, one line each."""
    seen, known = status.observation, status.recommendation
    yield "Service", one_line(service_name(known.service))
    if seen is None:
        yield "Points", "not measured yet"
    else:
        of = f" of {wording.points(seen.maximum)}" if seen.maximum is not None else ""
        measured = f" on {wording.day(status.measured_on)}" if status.measured_on else ""
        yield "Points", f"{wording.points(seen.points)}{of}{measured}"
    yield "State", wording.badge_of(status.state).label.lower()
    if seen is not None and seen.portal:
        since = f", since {wording.day(status.portal_since)}" if status.portal_since else ""
        yield "Status in Microsoft's portal", f"{one_line(portal_words(seen.portal))}{since}"
    needed = maker.licence(status.id)
    if needed.needs:
        yield "Licence", wording.licence_words(needed.needs, needed.has, needed.also, needed.note)
    level = status.risk_word + (f" ({status.rated_by_words})" if status.rated_by_words else "")
    yield "Risk", f"{level}. {status.reason}" if status.reason else level


@dataclass(slots=True)
class Interview:
    """One decision while it is being made."""

    maker: Maker
    status: Status
    given: Callable[[Bucket], Answers]
    """What the command line answers, for a bucket; it is not asked again."""
    bucket: Bucket | None = None
    answers: dict[Place, object] = field(default_factory=dict)
    asked: set[Place] = field(default_factory=set)
    existing: Existing | None = None
    """The draft that is completed; None for a new file."""
    typed: int = 0
    """Answers that the person gave."""

    def hold(self, *, draft: bool = False) -> NewDecision:
        """Ask everything that is not answered yet, and give back the file; nothing is written."""
        output.product_page(described(self.status, self.maker))
        output.say(
            f"Enter takes the answer in [brackets]; without one it leaves the question open, as {LEAVE_OPEN} always "
            "does, and the decision stays a draft until everything required is answered. Ctrl-C ends; what is answered "
            "by then can be kept as a draft."
        )
        if self.bucket is None:
            self.bucket = self.ask_bucket()
        self.answers |= self.given(self.bucket)
        for place, key in self.in_order(self.bucket):
            if place not in self.answers:
                self.ask(place, key)
        self.ask_more()
        made = self.made(draft=draft)
        waits = [each for each in self.maker.problems(made) if each.code in UNAPPROVED]
        if all(each.severity is not Severity.ERROR for each in waits):
            return made
        return replace(self.made(draft=True), open=(*made.open, (GROUPS[self.bucket], "approval")))

    def made(self, *, draft: bool = False) -> NewDecision:
        """The file as the answers are now."""
        assert self.bucket is not None
        return self.maker.make(self.status.id, self.bucket, self.answers, draft=draft, existing=self.existing)

    def ask_bucket(self) -> Bucket:
        """The decision type; there is no decision without one."""
        names = [bucket.value for bucket in Bucket]
        output.say("\nWhat is decided?")
        listed([f"{bucket}: {meaning}" for bucket, meaning in BUCKETS.items()])
        bucket = drafted_bucket(self.portal)
        if bucket:
            output.say(
                f"{self.portal_says()}, which is {bucket} here. It names no reason, no approver and no last day."
            )
        while True:
            typed = output.ask("bucket")
            found = chosen(typed.replace(" ", "-"), names, words=True)
            if found in names:
                return Bucket(found)
            output.say(f"Type a number from 1 to {len(names)}, or one of: {', '.join(names)}.")

    @property
    def portal(self) -> str | None:
        """The status that an administrator set in Microsoft's portal."""
        return self.status.observation.portal if self.status.observation else None

    def portal_says(self) -> str:
        """The beginning of a sentence about that status."""
        return f"Microsoft's portal says “{one_line(portal_words(self.portal or ''))}”"

    def questions(self, bucket: Bucket) -> Iterator[tuple[Place, Key]]:
        """What the bucket requires or asks for, with everything inside a required group, in the order of the file."""
        asked = {key.name for key in KEYS if key.need(bucket) in (Need.REQUIRED, Need.ASKED)}
        yield from ((place, key) for place, key in leaves() if place[0] in asked and len(place) <= 2)

    def in_order(self, bucket: Bucket) -> list[tuple[Place, Key]]:
        """The questions as they are asked: of a draft, what is required comes before what may stay open."""
        required = {key.name for key in KEYS if key.need(bucket) is Need.REQUIRED}
        questions = list(self.questions(bucket))
        return sorted(questions, key=lambda each: each[0][0] not in required) if self.existing else questions

    def ask_more(self) -> None:
        """What few decisions have: asked by name, as often as the person wants."""
        assert self.bucket is not None
        explained = False
        while True:
            names = [name for name in MORE if list(self.inside(name)) and not self.is_answered(name)]
            if not names:
                return
            if not explained:
                output.say("")
                for name in names:
                    output.say(f"  {name}: {MORE[name]}")
                explained = True
            typed = output.ask(f"\nAnything more? {', '.join(names)} (Enter: no)")
            name = chosen(typed, names, words=True)
            if name.casefold() in NO:
                return
            if name not in names:
                output.say(f"Type one of: {', '.join(names)}; or press Enter.")
                continue
            for place, key in self.inside(name):
                self.ask(place, key)

    def inside(self, name: str) -> Iterator[tuple[Place, Key]]:
        """The questions of an optional key or group."""
        for place, key in leaves():
            if name in place and self.bucket is not None and has_place(place, self.bucket):
                yield place, key

    def is_answered(self, name: str) -> bool:
        """Whether something was answered in an optional key or group, or asked already."""
        return any(name in place for place in (*self.answers, *self.asked))

    def ask(self, place: Place, key: Key) -> None:
        """Ask one question until the answer holds or is left open."""
        self.asked.add(place)
        known = self.choices(place, key)
        choices = known[:MOST_LISTED]
        output.say(f"\n{self.question(place, key)}")
        listed(choices)
        if len(known) > len(choices):
            output.say(f"and {len(known) - len(choices)} more in backlog.yml: type the role.")
        proposed = self.proposed(place)
        while True:
            typed = output.ask(option_name(place), proposed)
            if typed in ("", LEAVE_OPEN):
                return
            answer = chosen(typed, choices, words=isinstance(key.type, Choice))
            if choices and answer.isdecimal():
                output.say(f"The list has no number {shown(answer)}. Type a number from it, or the answer in words.")
                continue
            if self.take(place, key, answer):
                self.ask_further(place, key)
                return
            if place[-1] == "approver" and choices:
                output.say(f"These may approve it: {', '.join(known)}.")
            proposed = proposed if place[-2:] == ("approval", "by") else ""

    def ask_further(self, place: Place, key: Key) -> None:
        """Each further answer to a question that may have several; none is split, since a sentence may hold a `;`."""
        while isinstance(key.type, OneOrMore):
            typed = output.ask(f"another {option_name(place)} (Enter: no more)")
            if typed in ("", LEAVE_OPEN):
                return
            self.take(place, key, typed)

    def take(self, place: Place, key: Key, typed: str) -> bool:
        """Keep an answer; False where `check` would refuse it, or the person does not want it after a warning."""
        if not typed.isprintable():
            output.say("The answer contains characters that cannot be printed. Type it again, without them.")
            return False
        if place[-2:] == ("approval", "by") and self.approver and not same_role(typed, self.approver):
            output.say(
                f"Only the approver can approve it: Enter takes {shown(self.approver)}, and {LEAVE_OPEN} leaves it "
                "open. If another role approved it, leave it open, and name that role afterwards: `backlog decide "
                f"{shell_quoted(self.status.id)} --no-input --change --approver ROLE`."
            )
            return False
        before = {(each.code, each.message) for each in self.problems()}
        kept = dict(self.answers)
        value = value_of(key, self.spelled(typed) if isinstance(key.type, Role) else typed)
        if isinstance(key.type, OneOrMore):
            value = [*self.items(place), " ".join(typed.split())]
        self.answers[place] = value
        new = [each for each in self.problems() if (each.code, each.message) not in before]
        if self.holds([each for each in new if each.code != RECORD_MISSING]):
            self.typed += 1
            return True
        self.answers = kept
        return False

    def items(self, place: Place) -> list[object]:
        """The answers that a question with several has so far."""
        found = self.answers.get(place)
        return found if isinstance(found, list) else []

    def problems(self) -> list[Problem]:
        """What `check` would say about the answers so far.

        Without a last day nobody looks at the approver, so today stands in until that question is answered. What a
        draft says already is not held against the answers that are added to it.
        """
        assert self.bucket is not None
        answers = dict(self.answers)
        if self.bucket in GROUPS:
            answers.setdefault((GROUPS[self.bucket], "until"), self.maker.today)
        draft = self.existing is not None
        return self.maker.problems(
            self.maker.make(self.status.id, self.bucket, answers, draft=draft, existing=self.existing)
        )

    def holds(self, problems: Sequence[Problem]) -> bool:
        """Whether an answer may be kept; its problems are said."""
        if problems and all(each.code in UNAPPROVED for each in problems):
            return self.holds_unapproved(problems)
        for each in problems:
            output.say(f"{each.message} {each.hint}")
        if any(each.severity is Severity.ERROR for each in problems):
            return False
        return not problems or output.confirm("Keep this answer?", default=False)

    def holds_unapproved(self, problems: Sequence[Problem]) -> bool:
        """Whether an approver is kept of whom no approval is known: with the record of one, or as only named.

        On GitHub another approver may be meant, one who has a login.
        """
        if not self.without_github:
            output.say(problems[0].message)
        where = "" if self.without_github else " outside GitHub"
        if output.confirm(f"Did this role approve it{where} already, with a record?", default=False):
            approval = list(self.inside("approval"))
            for place, key in approval:
                self.ask(place, key)
            if all(place in self.answers for place, _ in approval):
                return True
        critical = any(each.severity is Severity.ERROR for each in problems)
        stays = " A critical risk needs an approval, so the decision stays a draft." if critical else ""
        ends = " That ends the draft." if critical else ""
        output.say(f"Until it does, the approver is only named.{stays} {later(self.status.id, self.approver)}{ends}")
        return self.without_github or not self.others or output.confirm("Keep this approver?", default=False)

    @property
    def approver(self) -> str:
        """The approver that was typed."""
        assert self.bucket is not None
        return str(self.answers.get((GROUPS.get(self.bucket, ""), "approver"), ""))

    @property
    def others(self) -> list[str]:
        """The roles that have a login and are not the owner."""
        owner = folded(str(self.answers.get(("owner",), "")))
        return [role for role in self.maker.workspace.settings.roles_with_logins if folded(role) != owner]

    @property
    def without_github(self) -> bool:
        """There is no repository on GitHub, so that approvals are known by their records alone."""
        return self.maker.workspace.approvals.without_github

    def question(self, place: Place, key: Key) -> str:
        """The question, from the key's documentation, with its limits."""
        text = self.words_of(place, key)
        if place[-1] == "until":
            text += f" {self.latest()} at the latest."
        if place == ("covered", "reason") and (reason := drafted_reason(self.portal)):
            text += f" {self.portal_says()}, which is {reason} here."
        if place[-1] == "approver":
            text += " Not the owner."
            if not self.choices(place, key):
                text += (
                    " `roles` in backlog.yml names no other role."
                    if self.without_github
                    else " No such role has a login below `roles` in backlog.yml, so no approval on GitHub would count."
                )
        if place == ("due",):
            text = "By which day is it done?"
            if self.bucket is Bucket.DO_NOW:
                text += f" Within {DO_NOW_TERM.days} days: {self.maker.today + DO_NOW_TERM} at the latest."
        if isinstance(key.type, Day):
            text += " (YYYY-MM-DD)"
        elif isinstance(key.type, OneOrMore):
            text += " (Several: one after the other.)"
        return text

    def words_of(self, place: Place, key: Key) -> str:
        """The question without its limits, as it fits the bucket."""
        assert self.bucket is not None
        if place[-1] == "share":
            return self.share_question()
        text = QUESTION.sub("", key.documentation.replace("`", ""))
        text = IN_BUCKET.get(self.bucket, {}).get(place) or text[0].upper() + text[1:]
        top = next(known for known in KEYS if known.name == place[0])
        optional = top.need(self.bucket) is Need.ASKED
        return f"{text} You may leave it empty; `check` then reminds of it." if optional else text

    def share_question(self) -> str:
        """How much has to stay done, with what Enter takes."""
        text = (
            "How much of it has to stay done while the risk is accepted (such as 60 %; 0: nothing)? Less is a breach."
        )
        today = share_today(self.status.observation)
        if today:
            return f"{text} Microsoft measures {today} today: Enter takes that."
        return f"{text} Nothing of it is measured as done today: Enter takes 0, so nothing has to be."

    def spelled(self, role: str) -> str:
        """A role as the settings spell it; else as it was typed."""
        settings = self.maker.workspace.settings
        listed = (*settings.roles, *settings.owners)
        return next((known for known in listed if folded(known) == folded(role)), role)

    def choices(self, place: Place, key: Key) -> list[str]:
        """What can be chosen by its number."""
        settings = self.maker.workspace.settings
        if isinstance(key.type, Choice):
            return list(key.type.values)
        if place[-1] == "approver":
            owner = folded(str(self.answers.get(("owner",), "")))
            return [role for role in settings.roles if folded(role) != owner] if self.without_github else self.others
        if place[-2:] == ("approval", "by") and self.approver:
            return []
        if isinstance(key.type, Role):
            return list(settings.owners if place == ("owner",) and settings.owners else settings.roles)
        return []

    def proposed(self, place: Place) -> str:
        """The answer that Enter takes; empty where a person has to choose."""
        if place == ("risk",):
            return self.status.level.value if self.status.level else ""
        if place[-1] == "since":
            return str(self.maker.today)
        if place[-2:] == ("approval", "by"):
            return str(self.answers.get((place[0], "approver"), ""))
        if place[-1] == "share":
            return share_today(self.status.observation) or "0"
        return ""

    def latest(self) -> str:
        """The last day that the settings allow for an acceptance or an exemption."""
        return str(add_months(self.maker.today, self.maker.workspace.settings.acceptance_months))


def confirmed(made: Sequence[NewDecision], *, listed: bool) -> bool:
    """Show the files, unless they were listed, and ask whether they shall be written."""
    for new in made if not listed else ():
        output.say(f"\n{new.document.path}\n")
        output.say_file(new.document.content)
        if new.scaffold.draft:
            output.say(open_words(new))
    names = made[0].document.path if len(made) == 1 else f"these {len(made)} files"
    return output.confirm(f"Write {names}?", default=True)


def choose(maker: Maker, ids: Sequence[str], question: str) -> str:
    """The recommendation that a person picks from a list."""
    shown = list(ids)[:MOST_LISTED]
    output.say(question)
    listed([f"{titled(maker, name)} ({shortened(name)})" for name in shown])
    if len(ids) > len(shown):
        output.say(f"and {len(ids) - len(shown)} more: type more words of the title to see them.")
    while True:
        found = chosen(output.ask("number"), shown)
        if found in shown:
            return found
        output.say(f"Type a number from 1 to {len(shown)}.")


def titled(maker: Maker, identifier: str) -> str:
    """The title of a recommendation, short."""
    return shortened(title_of(maker.workspace.catalogue.get(identifier)))


def listed(choices: Sequence[str]) -> None:
    """Show what can be chosen, with numbers."""
    for number, choice in enumerate(choices, start=1):
        output.say(f"  {number}  {choice}")


def chosen(typed: str, choices: Sequence[str], *, words: bool = False) -> str:
    """The choice that a number names, or with `words` the beginning of a word; else what was typed."""
    typed = typed.strip()
    if typed.isdecimal() and 1 <= int(typed[:4]) <= len(choices):
        return choices[int(typed[:4]) - 1]
    if typed in choices or not (words and typed):
        return typed
    begun = [choice for choice in choices if choice.casefold().startswith(typed.casefold())]
    return begun[0] if len(begun) == 1 else typed
