# SPDX-License-Identifier: Apache-2.0
"""One option of `backlog decide` for each key of a decision, derived from the key's declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import click

from secure_score_backlog.decisions.answers import Answers, has_place, leaves, value_of
from secure_score_backlog.decisions.model import KEYS, Bucket
from secure_score_backlog.decisions.values import Role, Share
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.schema import Choice, Day, Key, OneOrMore
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import shown

NAMES: Mapping[Place, str] = {
    ("covered", "reason"): "cover-reason",
    ("covered", "by"): "covered-by",
    ("links",): "link",
}
"""Names that are not made of the key's own."""
EXCLUSIVE = ("accepted", "covered")
"""Groups of which a decision has one: the keys of both are options without the group's name."""
LONGEST_TYPED = 4_000
"""Characters of one answer on the command line."""

Command = TypeVar("Command", bound=Callable[..., Any])


def option_name(place: Place) -> str:
    """The option of a key, without dashes: `until` for `accepted.until`, `blocked-since` for `blocked.since`."""
    if place in NAMES:
        return NAMES[place]
    steps = place[1:] if place[0] in EXCLUSIVE and len(place) > 1 else place
    return "-".join(str(step) for step in steps).replace("_", "-")


def options() -> dict[str, list[tuple[Place, Key]]]:
    """Every option with the keys that it answers: in groups of which a decision has one, one option has several."""
    found: dict[str, list[tuple[Place, Key]]] = {}
    for place, key in leaves():
        found.setdefault(option_name(place), []).append((place, key))
    return found


def answer_options(command: Command) -> Command:
    """Give a command an option for each key of a decision, in the order of the declaration."""
    for name, keys in reversed(options().items()):
        command = click.option(
            f"--{name}",
            parameter(name),
            type=type_of(keys[0][1]),
            multiple=isinstance(keys[0][1].type, OneOrMore),
            metavar=metavar(keys[0][1]),
            help=help_of(keys),
        )(command)
    return command


def parameter(name: str) -> str:
    """The name under which click hands over an option."""
    return f"answer_{name.replace('-', '_')}"


def type_of(key: Key) -> click.ParamType[Any]:
    """Choices are checked by click, everything else by the reader of the key."""
    return click.Choice(key.type.values) if isinstance(key.type, Choice) else click.STRING


def metavar(key: Key) -> str | None:
    """What the help shows behind the option."""
    if isinstance(key.type, Choice):
        return None
    kinds = ((Day, "YYYY-MM-DD"), (Role, "ROLE"), (Share, "SHARE"))
    return next((shown for kind, shown in kinds if isinstance(key.type, kind)), "TEXT")


def help_of(keys: list[tuple[Place, Key]]) -> str:
    """What the key is for, and for which buckets."""
    text = keys[0][1].documentation.replace("`", "")
    buckets = [bucket.value for bucket in Bucket if any(has_place(place, bucket) for place, _ in keys)]
    return text if len(buckets) == len(Bucket) else f"{text} ({', '.join(buckets)})"


def given_answers(given: Mapping[str, Any], bucket: Bucket) -> Answers:
    """The answers among the parameters of a command.

    Raises:
        WrongUsage: an option does not belong to the bucket, or holds what cannot be printed.
    """
    answers = {}
    for name, keys in options().items():
        typed = given.get(parameter(name))
        if typed in (None, (), ""):
            continue
        for text in typed if isinstance(typed, tuple) else (typed,):
            refuse_unprintable(name, text)
        fitting = [(place, key) for place, key in keys if has_place(place, bucket)]
        if not fitting:
            buckets = " or ".join(buckets_of(keys))
            raise WrongUsage(
                f"A decision of bucket {bucket} has no --{name}.",
                where=f"--{name}",
                hint=f"Leave it out, or name the bucket that has it: --bucket {buckets}.",
            )
        place, key = fitting[0]
        answers[place] = value(key, typed)
    return answers


def buckets_of(keys: list[tuple[Place, Key]]) -> Iterator[str]:
    """The buckets in which an option has a meaning."""
    return (bucket.value for bucket in Bucket if any(has_place(place, bucket) for place, _ in keys))


def value(key: Key, typed: str | tuple[str, ...]) -> object:
    """The value that YAML would give for what was typed; several texts are a list."""
    if isinstance(typed, tuple):
        return [text for text in (" ".join(each.split()) for each in typed) if text]
    return value_of(key, typed)


def refuse_unprintable(name: str, text: str) -> None:
    """WrongUsage for a text that a page or a terminal could not show, or that is no answer but a document."""
    plain = " ".join(text.split())
    if not plain.isprintable():
        raise WrongUsage(
            f"The answer {shown(text)} contains characters that cannot be printed.",
            where=f"--{name}",
            hint="Type it again, without them.",
        )
    if len(plain) > LONGEST_TYPED:
        raise WrongUsage(
            f"The answer has {len(plain)} characters, more than {LONGEST_TYPED}.",
            where=f"--{name}",
            hint="Answer in a few sentences, and write the discussion into the file below the front matter.",
        )


def option_of(place: Place) -> str:
    """The option that answers a key, for messages; the bucket's where the key is none that is asked for."""
    known = {answered: option_name(answered) for answered, _ in leaves()}
    names = {key.name for key in KEYS}
    while place and place not in known:
        place = place[:-1]
    if place:
        return f"--{known[place]}"
    return "--bucket" if "bucket" in names else ""
