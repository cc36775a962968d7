# SPDX-License-Identifier: Apache-2.0
"""What a change does besides decisions, in words: settings, minutes, measurements and other files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.evaluation.change import Change, SettingChange
from secure_score_backlog.reports.change_phrases import NAMED, Quote
from secure_score_backlog.wording import day, joined, plural

UNSHOWN = "Not shown below: see the changed files."
MOST_SETTINGS = 12
"""Settings of which each has a sentence."""


def program_sentences(change: Change, quote: Quote) -> Iterator[str]:
    """Files that can run something; a reviewer reads these before anything else."""
    running = change.programs
    if running:
        read = "Not shown below: read it in the changed files before you approve, or ask somebody who can"
        yield (
            f"Changes {plural(len(running), 'file')} that can run programs or decide how the site is built: "
            f"{_files([file.path for file in running], quote)}. "
            f"{read if len(running) == 1 else read.replace('read it', 'read them', 1)}."
        )


def other_sentences(change: Change, quote: Quote) -> Iterator[str]:
    """Settings, minutes, measurements and files, in this order."""
    yield from _settings(change, quote)
    yield from _reviews(change)
    yield from _measurements(change)
    rest = [file for file in change.others if file not in change.programs]
    if rest:
        yield f"Changes {plural(len(rest), 'other file')}: {_files([file.path for file in rest], quote)}."


def _settings(change: Change, quote: Quote) -> Iterator[str]:
    if change.settings_unreadable:
        yield "The settings have errors, so some of them do not count: see the check."
    for setting in change.settings[:MOST_SETTINGS]:
        yield _setting(setting, quote)
    left = len(change.settings) - MOST_SETTINGS
    if left > 0:
        yield f"Changes {plural(left, 'more setting')}. {UNSHOWN}"
    if any(setting.key.startswith("roles.") for setting in change.settings):
        yield "Changed roles count for later changes; who may approve this one is read from the settings before it."


def _setting(setting: SettingChange, quote: Quote) -> str:
    group, _, entry = setting.key.partition(".")
    old = quote(setting.before) if setting.before is not None else ""
    new = quote(setting.after) if setting.after is not None else ""
    if group == "roles" and entry:
        if not new:
            return f"Nobody may approve as {quote(entry)} any more (before: {old})."
        return f"Lets {new} approve as {quote(entry)} (before: {old or 'nobody'})."
    if group == "risk" and entry:
        if not new:
            return f"Takes out the risk level that the settings give {quote(entry)} ({old})."
        return f"Sets the risk level of {quote(entry)} to {new} in the settings (before: {old or 'not set there'})."
    if setting.key == "acceptance_months":
        return f"Lets acceptances and exemptions run for {new} months at most, instead of {old}."
    if setting.key == "profile":
        return f"Builds the site for other readers: {new} instead of {old}."
    if not new:
        return f"Takes out the setting {quote(setting.key)} (before: {old or 'empty'})."
    return f"Changes the setting {quote(setting.key)} to {new} (before: {old or 'not set'})."


def _reviews(change: Change) -> Iterator[str]:
    if change.signed_changed:
        yield f"Replaces or deletes signed facts: {_months(change.signed_changed)}."
    if change.signed:
        yield f"Signs the facts of {_months(change.signed)}: merging this is the sign-off."
    if change.minutes_added:
        yield f"Writes the minutes of {_months(change.minutes_added)}. {UNSHOWN}"
    if change.minutes_changed:
        yield f"Changes minutes that were there before: {_edited(change)}. {UNSHOWN}"
    if change.minutes_removed:
        yield f"Deletes the minutes of {_months(change.minutes_removed)}."


def _edited(change: Change) -> str:
    """The months whose minutes change, each with how many lines are new and how many are gone."""
    named = []
    for month in change.minutes_changed[:NAMED]:
        new, gone = change.minutes_lines.get(month, (0, 0))
        lines = f"{plural(new, 'line')} added, {gone} removed" if new or gone else "order or blank lines only"
        named.append(f"{wording.month(month)} ({lines})")
    left = len(change.minutes_changed) - NAMED
    return joined([*named, plural(left, "more month")] if left > 0 else named)


def _months(months: Sequence[str]) -> str:
    names = [wording.month(month) for month in months]
    return joined(names) if len(names) <= NAMED else f"{joined(names[:NAMED])} and {len(names) - NAMED} more months"


def _measurements(change: Change) -> Iterator[str]:
    for verb, days in (
        ("Deletes the measurements of", change.days_removed),
        ("Changes stored measurements of", change.days_changed),
        ("Adds the measurements of", change.days_added),
    ):
        if days:
            yield f"{verb} {plural(len(days), 'day')} ({_span(days)})."
    if change.catalogue:
        yield "Changes the catalogue: what Microsoft says about its recommendations."
    if change.approvals:
        yield "Adds to, or changes, what is recorded of approvals on GitHub."
    if change.packs:
        yield "Adds to, or changes, what is recorded of packs for insurers and auditors."


def _span(days: Sequence[date]) -> str:
    return day(days[0]) if len(days) == 1 else f"{day(days[0])} to {day(days[-1])}"


def _files(paths: Sequence[str], quote: Quote) -> str:
    shown = ", ".join(quote(path) for path in paths[:NAMED])
    return f"{shown} and {len(paths) - NAMED} more" if len(paths) > NAMED else shown
