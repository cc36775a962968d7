# SPDX-License-Identifier: Apache-2.0
"""What people wrote in the sample tenant: each text its own, roles instead of persons, a believable calendar."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.sample.events import PullRequest, office_hours, own_file, pull_requests, zone
from secure_score_backlog.sample.story import DOMAIN, final_files
from secure_score_backlog.settings import parse_settings

NOT_PROSE = {
    "recommendation",
    "bucket",
    "risk",
    "owner",
    "asked_by",
    "approver",
    "same_as",
    "from",
    "reason",
    "links",
    "options",
    "record",
}
"""Keys whose values are names, words of the format or addresses."""
ROLES = {
    "Managing Director",
    "Head of IT",
    "Head of Operations",
    "Head of Finance",
    "Data Protection Officer",
    "Security Administrator",
    "Messaging Administrator",
    "Endpoint Administrator",
    "Service Desk Lead",
}


def decisions() -> dict[str, str]:
    """The text of every decision as it is at the end, by path."""
    return {path: text.decode() for path, text in final_files().items() if path.startswith("decisions/")}


def texts(value: object, key: str = "") -> Iterator[str]:
    """Every piece of prose in front matter, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            is_role = name == "by" and "record" in value
            is_blocker = name == "by" and "since" in value
            if name not in NOT_PROSE and not is_role and not is_blocker:
                yield from texts(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, key)
    elif isinstance(value, str):
        yield value


def sentences(text: str) -> set[str]:
    """The sentences of a text, without case, space and the last full stop."""
    parts = re.split(r"(?<=[.!?])\s+", text)
    return {" ".join(part.split()).strip(" .").lower() for part in parts} - {"", "none"}  # no cost is no prose


def test_no_sentence_stands_in_two_decisions() -> None:
    """Rationale, impact, proof, discussion and all other prose are written for one recommendation each."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, text in decisions().items():
        source = parse(text, path)
        for prose in [*texts(dict(source.data)), source.body]:
            for sentence in sentences(prose):
                found[sentence].add(path)
    assert len(found) > 400, "the texts were read at all"
    assert {sentence: sorted(paths) for sentence, paths in found.items() if len(paths) > 1} == {}


def test_a_repeated_sentence_would_be_noticed() -> None:
    """Case, line breaks and full stops do not hide a copy, and no key with prose is left out."""
    matter = {"accepted": {"rationale": "It is so.\nAnd so", "approver": "Head of IT"}, "ask": [{"question": "Why?"}]}
    assert list(texts(matter)) == ["It is so.\nAnd so", "Why?"]
    assert sentences("It  is\nso. And SO.") == {"it is so", "and so"}


def test_same_as_is_used_twice() -> None:
    """Sharing an answer is shown, and is the exception."""
    sharing = [path for path, text in decisions().items() if parse(text, path).data.get("same_as")]
    assert sorted(sharing) == ["decisions/UserRiskPolicy.md", "decisions/mip_DLP_policies_Teams.md"]


@pytest.mark.parametrize("request_", pull_requests(), ids=lambda request: str(request.number))
def test_every_version_of_every_decision_is_without_errors(request_: PullRequest) -> None:
    """Nobody ever merged a file that could not be read; the day of the merge and the folder match the file."""
    for path, content in request_.changes().items():
        if content is not None and path.startswith("decisions/"):
            decision, problems = read_decision(parse(content, path))
            assert decision is not None, problems
            assert path == f"decisions/{decision.recommendation}.md"
            assert decision.owner in ROLES


def test_pull_requests_are_in_order_and_on_working_days() -> None:
    """Numbers and days rise, nothing is proposed after its merge, and there is no work on Sundays."""
    requests = pull_requests()
    assert [request.number for request in requests] == sorted({request.number for request in requests})
    assert [request.merged for request in requests] == sorted(request.merged for request in requests)
    assert all(request.proposed < request.merged for request in requests)
    assert all(moment.weekday() < 5 for request in requests for moment in (request.proposed, request.merged))
    assert all(len(request.changes()) <= 4 for request in requests)
    assert Counter(request.squashed for request in requests)[True] >= 10


def test_nobody_merges_their_own_pull_request() -> None:
    """Author and merging role are always two, and both are roles."""
    for request in pull_requests():
        assert request.author != request.merged_by
        assert {request.author, request.merged_by} <= ROLES


def test_every_shipped_text_is_used() -> None:
    """No version of a decision, no minutes, no questionnaire and no evidence lie about unused."""
    folder = files("secure_score_backlog.sample")
    shipped = {
        f"decisions/{one.name}/{version.name}"
        for one in folder.joinpath("decisions").iterdir()
        for version in one.iterdir()
    }
    for name in ("reviews", "questionnaires", "evidence"):
        shipped |= {f"{name}/{one.name}" for one in folder.joinpath(name).iterdir()}
    used = {source for request in pull_requests() for source in request.sources.values() if source}
    used -= {"backlog.yml"}
    assert shipped == used


def test_minutes_exist_for_every_finished_month() -> None:
    """September 2025 to October 2026, merged within the first ten days of the month after; no two alike."""
    merged = {
        path: request.day for request in pull_requests() for path in request.sources if path.startswith("docs/reviews/")
    }
    months = [date(2025 + index // 12, index % 12 + 1, 1) for index in range(8, 22)]
    assert sorted(merged) == [f"docs/reviews/{month:%Y-%m}.md" for month in months]
    for month in months:
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        assert 0 <= (merged[f"docs/reviews/{month:%Y-%m}.md"] - after).days < 10
    written = [final_files()[path].decode() for path in merged]
    said = Counter(one for text in written for one in sentences(text) if not one.startswith("present:"))
    assert [sentence for sentence, times in said.items() if times > 1] == []
    assert all("Present:" in text for text in written)


def test_the_texts_name_nobody() -> None:
    """No address and no titled person; links lead to invented hosts or to files of the repository."""
    for path, text in final_files().items():
        prose = text.decode()
        assert not re.search(r"[\w.]+@[\w.]+", prose), path
        assert not re.search(r"\b(Mr|Mrs|Ms|Dr)\b", prose), path
        assert all(host.endswith(DOMAIN) for host in re.findall(r"https?://([^/\s\]]+)", prose)), path


def test_settings_are_without_problems() -> None:
    """The sample's backlog.yml is read without a problem, and lists every role that may own a decision."""
    found = parse_settings(own_file("backlog.yml"))
    assert found.problems == ()
    assert found.settings.organisation == "Northwind Harbour Logistics"
    assert set(found.settings.owners) == ROLES - {"Managing Director"}


@pytest.mark.parametrize(
    ("day", "offset"),
    [("2025-10-25", 2), ("2025-10-26", 1), ("2026-03-28", 1), ("2026-03-29", 2), ("2026-10-25", 1)],
)
def test_summer_time(day: str, offset: int) -> None:
    """The office's clock changes on the last Sundays of March and October."""
    noon = office_hours(date.fromisoformat(day), 12, 0)
    assert noon.utcoffset() == zone(noon.date()).utcoffset(None)
    assert noon.utcoffset().total_seconds() == offset * 3600  # type: ignore[union-attr]
