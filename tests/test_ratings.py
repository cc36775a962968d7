# SPDX-License-Identifier: Apache-2.0
"""The shipped risk ratings: complete, in plain words, never said twice, and found by the right id."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are no dependency of ours
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.ratings import (
    LEVELS,
    SHORTEST_REASON,
    Rating,
    Ratings,
    Risk,
    cited,
    fits,
    level_order,
    load_ratings,
    normalised,
    ratings_schema,
    read_ratings,
)

SHIPPED: dict[str, Any] = json.loads(
    files("secure_score_backlog.content").joinpath("ratings.json").read_text(encoding="utf-8")
)
ENTRIES: list[dict[str, str]] = SHIPPED["ratings"]
RATINGS = load_ratings()

SAFEGUARDS = (5, 7, 14, 12, 6, 8, 7, 12, 7, 7, 5, 8, 11, 9, 7, 14, 9, 5)
"""How many safeguards each of the 18 CIS controls has: 153 in all."""
OUTCOMES = {
    "GV.OC": 5,
    "GV.RM": 7,
    "GV.RR": 4,
    "GV.PO": 2,
    "GV.OV": 3,
    "GV.SC": 10,
    "ID.RA": 10,
    "ID.IM": 4,
    "PR.AA": 6,
    "PR.AT": 2,
    "PR.PS": 6,
    "PR.IR": 4,
    "RS.MA": 5,
    "RS.MI": 2,
    "RC.RP": 6,
}
"""The categories of NIST CSF 2.0 that count without a gap; the others are spelled out below."""
OUTCOMES_WITH_GAPS = {
    *(f"ID.AM-0{number}" for number in (1, 2, 3, 4, 5, 7, 8)),
    *("PR.DS-01", "PR.DS-02", "PR.DS-10", "PR.DS-11"),
    *(f"DE.CM-0{number}" for number in (1, 2, 3, 6, 9)),
    *(f"DE.AE-0{number}" for number in (2, 3, 4, 6, 7, 8)),
    *("RS.CO-02", "RS.CO-03", "RS.AN-03", "RS.AN-06", "RS.AN-07", "RS.AN-08", "RC.CO-03", "RC.CO-04"),
}
PLACES = {
    "CIS Controls v8": re.compile(r"\d{1,2}\.\d{1,2}"),
    "CIS Microsoft 365 Foundations Benchmark v6.0.0": re.compile(r"[1-9](\.\d{1,2}){2,3}"),
    "CISA CPG 1.0.1": re.compile(r"1\.[A-I]|2\.[A-X]|3\.A|4\.[A-C]|5\.A"),
    "CISA CPG 2.0": re.compile(r"3\.F"),
    "Cyber Essentials v3.3": re.compile(r""),
    "MITRE ATT&CK v16": re.compile(r"T1\d{3}(\.0\d\d)?"),
    "MITRE CWE": re.compile(r"[1-9]\d{1,3}"),
    "Microsoft Secure Score, text of the recommendation": re.compile(r""),
    "Microsoft, recommended settings for mail protection": re.compile(r""),
    "NIST CSF 2.0": re.compile(r"(GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d\d"),
    "NIST SP 800-63B": re.compile(r""),
}
"""Every source with the form of the places in it."""
JARGON = re.compile(
    r"\b(MFA|2FA|SSO|OAuth|Kerberos|NTLM|DCSync|LSASS|LSA|SMB|SPF|DKIM|DMARC|DLP|EDR|ASR|ZAP|RDP|LDAP|LAPS|BCL|SCL"
    r"|PIM|tenant|Entra|Azure|Intune|Defender|Exchange|SharePoint|OneDrive|Teams|Purview|BitLocker|FileVault"
    r"|Conditional Access|legacy authentication|malware|phishing|endpoint|payload|exploit|lateral movement"
    r"|credentials?|macros?|spooler)\b",
    re.IGNORECASE,
)


SOURCES = {"CIS Controls v8": "The controls.", "NIST CSF 2.0": "The framework."}
REASON = "One stolen password is enough to take everything over."


def entry(**changes: Any) -> dict[str, Any]:
    """A good entry, with changes; None takes a key away."""
    good: dict[str, Any] = {
        "id": "AdminMFAV2",
        "level": "critical",
        "reason": REASON,
        "source": "CIS Controls v8 6.5",
    }
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def family(pattern: str, level: str, name: str) -> dict[str, Any]:
    """A good pattern entry whose reason names it."""
    reason = f"What goes wrong with {name} when it stays open for long."
    return entry(id=None, pattern=pattern, family=name, level=level, reason=reason)


def listed(*entries: Any) -> dict[str, Any]:
    """A file with these entries."""
    return {"schema": "ratings/1", "sources": SOURCES, "ratings": list(entries)}


def read(*entries: Any) -> tuple[Ratings, list[str]]:
    """What reading these entries gives: the ratings, and the codes of the problems."""
    ratings, problems = read_ratings(listed(*entries))
    return ratings, [problem.code for problem in problems]


def test_shipped_file_has_no_problem() -> None:
    """Every shipped entry is read."""
    ratings, problems = read_ratings(SHIPPED)
    assert problems == []
    assert len(ratings.exact) + len(ratings.patterns) == len(ratings.listed) == len(ENTRIES)
    assert len(ratings.exact) >= 300
    assert [known.name for known in ratings.listed] == [known.get("id", known.get("pattern")) for known in ENTRIES]
    assert [known.family for known in ratings.listed] == [known.get("family", "") for known in ENTRIES]


@pytest.mark.parametrize("shipped", ENTRIES, ids=lambda shipped: shipped.get("id", shipped.get("pattern")))
def test_shipped_reason_is_plain(shipped: dict[str, str]) -> None:
    """One or two sentences of ordinary words, a source that can be looked up, no shop talk."""
    reason = shipped["reason"]
    assert 9 <= len(reason.split()) <= 45
    assert 1 <= len(re.findall(r"[.!?](?=\s|$)", reason)) <= 2
    assert reason[0].isupper()
    assert JARGON.search(reason) is None
    name = cited(shipped["source"], PLACES)
    assert name is not None
    place = shipped["source"].removeprefix(name).strip()
    assert PLACES[name].fullmatch(place)
    if name == "CIS Controls v8":
        control, safeguard = map(int, place.split("."))
        assert safeguard <= SAFEGUARDS[control - 1]
    if name == "NIST CSF 2.0":
        category, number = place.split("-")
        assert place in OUTCOMES_WITH_GAPS or int(number) <= OUTCOMES[category]


def test_known_places_are_complete() -> None:
    """The tables above are the published ones: 153 safeguards, 106 outcomes; and the file lists the same sources."""
    assert sum(SAFEGUARDS) == 153
    assert sum(OUTCOMES.values()) + len(OUTCOMES_WITH_GAPS) == 106
    assert set(PLACES) == set(RATINGS.sources)


@pytest.mark.parametrize(
    ("source", "name"),
    [("A 1", "A"), ("A", "A"), ("A B 1", "A B"), ("AB 1", None), ("", None), ("B A", None), ("A\t1", None)],
)
def test_the_longest_source_counts(source: str, name: str | None) -> None:
    """A citation names a listed source in full, then the place; nothing is guessed."""
    assert cited(source, ["A", "A B"]) == name
    assert cited(source, []) is None


def test_reasons_repeat_only_inside_a_family() -> None:
    """Two entries with one reason carry the same family name, and one family gives one reason."""
    groups: dict[str, set[str | None]] = {}
    for shipped in ENTRIES:
        groups.setdefault(shipped["reason"].casefold(), set()).add(shipped.get("family"))
    counted = Counter(shipped["reason"].casefold() for shipped in ENTRIES)
    repeated = [reason for reason, times in counted.items() if times > 1]
    assert all(len(groups[reason]) == 1 and None not in groups[reason] for reason in repeated)
    reasons = {(shipped["family"], shipped["reason"]) for shipped in ENTRIES if "family" in shipped}
    assert len(reasons) == len({name for name, _ in reasons})


def test_critical_is_rare_and_low_is_used() -> None:
    """A rating that calls everything urgent ranks nothing."""
    levels = Counter(shipped["level"] for shipped in ENTRIES)
    assert 3 <= levels["critical"] <= len(ENTRIES) // 20
    assert levels["low"] >= len(ENTRIES) // 10
    assert levels["high"] < len(ENTRIES) // 2


@pytest.mark.parametrize(
    ("identifier", "level"),
    [
        ("AdminMFAV2", Risk.CRITICAL),
        ("MFARegistrationV2", Risk.HIGH),
        ("BlockLegacyAuthentication", Risk.HIGH),
        ("aad_linkedin_connection_disables", Risk.LOW),
        ("exo_mailtipsenabled", Risk.LOW),
    ],
)
def test_obvious_levels(identifier: str, level: Risk) -> None:
    """The extremes stand where they must."""
    rating = RATINGS.rate(identifier)
    assert rating is not None
    assert rating.level is level


KNOWN = Path(__file__).with_name("known_ids.txt").read_text(encoding="utf-8").split()
"""Ids seen in public catalogues, payloads and projects, and in insurers' questions."""


def test_every_known_id_is_rated() -> None:
    """Ids that were seen in tenants have a rating, most of them one of their own."""
    assert len(KNOWN) == len({normalised(identifier) for identifier in KNOWN}) > 450
    found = {identifier: RATINGS.rate(identifier) for identifier in KNOWN}
    assert [identifier for identifier, rating in found.items() if rating is None] == []
    assert sum(1 for rating in found.values() if rating and rating.id) > 360


def test_sample_tenant_is_rated() -> None:
    """Everything in the sample tenant's catalogue has a rating."""
    text = files("secure_score_backlog.sample").joinpath("catalogue.json").read_text(encoding="utf-8")
    sample = [recommendation["id"] for recommendation in json.loads(text)["recommendations"]]
    assert len(sample) > 100
    assert [identifier for identifier in sample if RATINGS.rate(identifier) is None] == []


@pytest.mark.parametrize(
    ("identifier", "level"),
    [
        ("exo_storageproviderrestricted", Risk.LOW),
        ("mdo_thresholdreachedaction", Risk.LOW),
        ("admincenter_owned_apps_and_services", Risk.LOW),
        ("meeting_pstnusersbypasslobby_v1", Risk.MEDIUM),
        ("scid_118", Risk.MEDIUM),
        ("AATP_EntraConnectAccountsOldPasswords", Risk.MEDIUM),
        ("AATP_AzureSsoAccountOldPasswords", Risk.HIGH),
        ("AATP_CyberArk_MFAforPriviledgedUserAccounts", Risk.CRITICAL),
        ("AATP_CyberArk_DormantPriviledgedAccounts", Risk.HIGH),
        ("AATP_CyberArk_HighNumberOfSystemAdmins", Risk.MEDIUM),
        ("AATP_Okta_SensitiveAccountWithoutFactorsAssigned", Risk.CRITICAL),
        ("AATP_Okta_SensitiveApiToken", Risk.HIGH),
        ("AATP_Ping_SensitiveAccountWithOldPassword", Risk.MEDIUM),
        ("AATP_GroupPolicyPasswordInPreferences", Risk.HIGH),
        ("AATP_BuiltinGuestAccountIsEnabled", Risk.MEDIUM),
    ],
)
def test_ids_that_tenants_had_unrated(identifier: str, level: Risk) -> None:
    """Ids seen in tenants that no version before rated, one of each kind."""
    rating = RATINGS.rate(identifier)
    assert rating is not None
    assert rating.level is level


@pytest.mark.parametrize(
    ("identifier", "pattern", "level"),
    [
        ("AATP_EntraConnectSomethingNew", "AATP_EntraConnect*", Risk.HIGH),
        ("AATP_Okta_SomethingNew", "AATP_Okta_*", Risk.MEDIUM),
        ("AATP_Ping_SensitiveApiTokenNew", "AATP_*_SensitiveApiToken*", Risk.HIGH),
        ("AATP_CyberArk_NewWithOldPasswords", "AATP_CyberArk_*OldPassword*", Risk.MEDIUM),
        ("AATP_EntraConnectServersWithNoMdiSensorNew", "AATP_EntraConnect*NoMdiSensor*", Risk.HIGH),
        ("AATP_SailPoint_DormantAccounts", "AATP_*_Dormant*", Risk.HIGH),
        ("AATP_GroupPolicySomethingNew", "AATP_GroupPolicy*", Risk.HIGH),
        ("AATP_ADCSSomethingNew", "AATP_ADCS*", Risk.HIGH),
        ("AATP_NewAccountWithOldPassword", "AATP_*OldPassword*", Risk.MEDIUM),
        ("meeting_somethingnew_v1", "meeting_*", Risk.MEDIUM),
        ("exo_blockmailforward", "exo_*forward*", Risk.HIGH),
        ("spo_external_links", "spo_external*", Risk.MEDIUM),
        ("scid_2519", "scid_25??", Risk.MEDIUM),
        ("11770.MDA_GitHub_Something_New", "MDA_GitHub_*", Risk.MEDIUM),
    ],
)
def test_a_new_id_of_a_known_family_is_rated(identifier: str, pattern: str, level: Risk) -> None:
    """An id that Microsoft may add tomorrow is rated by the most specific family that its form belongs to."""
    rating = RATINGS.rate(identifier)
    assert rating is not None
    assert (rating.pattern, rating.level, rating.id) == (pattern, level, "")


def test_the_level_of_a_family_is_that_of_most_of_its_members() -> None:
    """Counted over the members with a rating of their own; of two that are as frequent, the less serious one."""
    families: dict[str, list[Rating]] = {}
    for rating in RATINGS.patterns:
        families.setdefault(rating.family, []).append(rating)
    compared = 0
    for name, ratings in families.items():
        assert {rating.level for rating in ratings} == {ratings[0].level}, name
        members = [
            known.level
            for known in RATINGS.exact.values()
            if known.family == name or any(fits(known.id, rating.pattern) for rating in ratings)
        ]
        if members:
            counted = Counter(members)
            most = max(counted.values())
            assert ratings[0].level is max((level for level in counted if counted[level] == most), key=level_order)
            compared += 1
    assert compared > 20


@pytest.mark.parametrize("written", ["adminmfav2", "ADMINMFAV2", "11770.AdminMFAV2", "7.adminMFAV2", " AdminMFAV2 "])
def test_case_and_instance_number_do_not_matter(written: str) -> None:
    """Graph writes one id in several ways."""
    assert RATINGS.rate(written) == RATINGS.rate("AdminMFAV2") is not None


@pytest.mark.parametrize("other", ["AdminMFAV2x", "xAdminMFAV2", "11770AdminMFAV2", "a1.AdminMFAV2", "11770.", ""])
def test_neighbours_of_an_id_are_unrated(other: str) -> None:
    """Only a leading number with a dot is dropped; nothing is guessed from a similar id."""
    assert RATINGS.rate(other) is None


@pytest.mark.parametrize(
    "unknown",
    [
        "scid_99999",
        "scid_2600",
        "scid_25999",
        "intune_mobile_password_new",
        "aad_something_new",
        "MDA_Somewhere_Else",
        "mdo_",
        "AATP_New",
    ],
)
def test_unknown_is_unrated(unknown: str) -> None:
    """A family is a subject: none catches a whole product."""
    assert RATINGS.rate(unknown) is None


@given(st.text(max_size=40))
def test_any_text_is_answered(identifier: str) -> None:
    """Rating never fails, and normalising twice changes nothing more unless a further number follows."""
    assert RATINGS.rate(identifier) == RATINGS.rate(normalised(identifier)) or normalised(identifier)[:1].isdigit()


def test_id_comes_before_pattern() -> None:
    """An exact id wins over every family, wherever it is in the file."""
    ratings, codes = read(family("Admin*", "low", "early"), entry(), family("AdminMFAV?", "low", "late"))
    assert codes == []
    found = ratings.rate("adminmfav2")
    assert found is not None
    assert found.level is Risk.CRITICAL


def test_most_specific_pattern_wins_in_any_order() -> None:
    """More letters spelled out win; then fewer `*`; then the alphabet. The order of the file is nothing."""
    entries = [
        family("MDA_*", "low", "all"),
        family("MDA_*_MFA", "high", "mfa"),
        family("MDA_????_MFA", "medium", "short"),
        family("MDA_Z*", "critical", "zed"),
    ]
    for order in (entries, entries[::-1], entries[2:] + entries[:2]):
        ratings, codes = read(*order)
        assert codes == []
        levels = {name: ratings.rate(name) for name in ("MDA_Other", "MDA_Google_MFA", "MDA_Okta_MFA", "MDA_Zendesk")}
        assert {name: rating and rating.level for name, rating in levels.items()} == {
            "MDA_Other": Risk.LOW,
            "MDA_Google_MFA": Risk.HIGH,
            "MDA_Okta_MFA": Risk.MEDIUM,
            "MDA_Zendesk": Risk.CRITICAL,
        }


def test_equally_specific_patterns_are_settled_by_the_alphabet() -> None:
    """A tie has one answer whichever stands first."""
    one, other = family("ab*", "low", "one"), family("*ab", "high", "other")
    for order in ((one, other), (other, one)):
        rating = read(*order)[0].rate("abxab")
        assert rating is not None
        assert rating.level is Risk.HIGH


def test_question_mark_is_one_character() -> None:
    """`scid_25??` is scid_2500 to scid_2599 and never scid_25 itself."""
    ratings, _ = read(family("scid_25??", "medium", "rules"))
    assert ratings.rate("scid_2515") is not None
    assert ratings.rate("scid_25") is ratings.rate("scid_251") is ratings.rate("scid_25155") is None


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("text", "rating-shape"),
        (entry(level="severe"), "rating-level"),
        (entry(level=None), "rating-level"),
        (entry(level=["high"]), "rating-level"),
        (entry(reason=None), "rating-reason"),
        (entry(reason="Bad."), "rating-reason"),
        (entry(reason="One stolen password is enough to take everything over"), "rating-reason"),
        (entry(source=None), "rating-source"),
        (entry(source="  "), "rating-source"),
        (entry(source="Somebody 6.5"), "rating-source"),
        (entry(source=["CIS Controls v8"]), "rating-source"),
        (entry(points=10), "rating-unknown-key"),
        (entry(id=None), "rating-key"),
        (entry(pattern="Admin*", family="admins"), "rating-key"),
        (entry(id="11770.AdminMFAV2"), "rating-key"),
        (entry(id="Admin*"), "rating-key"),
        (entry(id=5), "rating-key"),
        (entry(id=None, pattern="[a-z]*", family="all"), "rating-key"),
        (entry(id=None, pattern="Admin*"), "rating-family"),
        (entry(family=" "), "rating-family"),
    ],
)
def test_bad_entry_is_named_and_left_out(bad: Any, code: str) -> None:
    """A wrong entry becomes one problem with its number, and the others still count."""
    good = entry(id="OneAdmin", reason="Nobody can help when the only administrator is away.")
    ratings, problems = read_ratings(listed(good, bad))
    assert [problem.code for problem in problems] == [code]
    assert problems[0].message.startswith("Entry 2")
    assert list(ratings.exact) == ["oneadmin"]
    assert ratings.patterns == ()


@pytest.mark.parametrize(
    "data",
    [
        *(None, [], {}, {"ratings": []}),
        {**listed(entry()), "schema": "ratings/2"},
        {**listed(), "ratings": None},
        *(
            {**listed(entry()), "sources": sources}
            for sources in (None, {}, [], ["A"], {"A": ""}, {" ": "A"}, {"A": 1})
        ),
    ],
)
def test_data_of_another_shape_rates_nothing(data: Any) -> None:
    """Anything but a list of ratings in the known shape is one problem and rates nothing."""
    ratings, problems = read_ratings(data)
    assert [problem.code for problem in problems] == ["rating-shape"]
    assert ratings.rate("AdminMFAV2") is None


def test_twice_rated_is_a_problem() -> None:
    """The same id in another case, or the same pattern, is not rated a second time."""
    second = entry(id="adminMFAv2", level="low", reason="A quite different reason, which comes too late.")
    ratings, codes = read(entry(), second)
    assert codes == ["rating-duplicate"]
    assert ratings.exact["adminmfav2"].level is Risk.CRITICAL
    late = {**family("mda_*", "high", "late"), "family": "late"}
    assert read(family("MDA_*", "low", "all"), late)[1] == ["rating-duplicate"]


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        (None, None, ["rating-repeated-reason"]),
        ("a", None, ["rating-repeated-reason"]),
        (None, "a", ["rating-repeated-reason"]),
        ("a", "b", ["rating-repeated-reason"]),
        ("a", "a", []),
    ],
)
def test_repeated_reason_needs_one_family(first: str | None, second: str | None, codes: list[str]) -> None:
    """Other case, spaces or commas do not make another reason."""
    again = "one stolen password, is enough to take  everything over."
    assert read(entry(family=first), entry(id="Other", family=second, reason=again))[1] == codes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("{", "cannot be read"),
        ("{}", "damaged"),
        (json.dumps(listed(entry(level="severe"))), r"damaged.*AdminMFAV2.*level"),
    ],
)
def test_damaged_installation_is_said(
    content: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing or damaged file stops the command with what to do, instead of leaving everything unrated."""
    if content is not None:
        (tmp_path / "ratings.json").write_text(content, encoding="utf-8")
    monkeypatch.setattr("secure_score_backlog.ratings.files", lambda _: tmp_path)
    load_ratings.cache_clear()
    with pytest.raises(CannotProceed, match=message) as caught:
        load_ratings()
    assert caught.value.where == "secure_score_backlog/content/ratings.json"
    assert "Install" in str(caught.value.hint)


SCHEMA_CASES = [
    (listed(), True),
    (listed(entry(), family("mda_*", "low", "all")), True),
    ({**listed(), "sources": {}}, False),
    ({**listed(), "schema": "ratings/2"}, False),
    *(
        (listed(bad), False)
        for bad in (
            "text",
            entry(level="severe"),
            entry(level=None),
            entry(reason=None),
            entry(reason="Bad."),
            entry(reason="One stolen password is enough to take everything over"),
            entry(source=None),
            entry(source="  "),
            entry(points=10),
            entry(id=None),
            entry(pattern="Admin*", family="admins"),
            entry(id="11770.AdminMFAV2"),
            entry(id="Admin*"),
            entry(id=5),
            entry(id=None, pattern="Admin*"),
            entry(family=" "),
        )
    ),
]


@pytest.mark.parametrize(("data", "fits"), SCHEMA_CASES)
def test_schema_and_reader_agree(data: Any, fits: bool) -> None:
    """What the reader takes, the schema takes; what it refuses entry by entry, the schema refuses."""
    assert jsonschema.Draft202012Validator(ratings_schema()).is_valid(data) is fits
    assert (read_ratings(data)[1] == []) is fits


def test_shipped_file_fits_its_schema() -> None:
    """The schema is a valid one, and the file that is shipped fits it."""
    jsonschema.Draft202012Validator.check_schema(ratings_schema())
    assert list(jsonschema.Draft202012Validator(ratings_schema()).iter_errors(SHIPPED)) == []


def in_full(problem: Problem) -> bool:
    """It names the file, weighs as an error, and has a message and a hint to read."""
    readable = problem.message.strip() != "" and problem.hint.strip() != ""
    return readable and (problem.path, problem.line, problem.severity) == ("ratings.json", None, Severity.ERROR)


@pytest.mark.parametrize(
    ("bad", "code", "start"),
    [
        ("text", "rating-shape", "Entry 1: "),
        (entry(id=5), "rating-key", "Entry 1: "),
        (entry(level="severe"), "rating-level", "Entry 1 (AdminMFAV2): "),
        (entry(id=None, pattern="MDA_[a-z]", family="all"), "rating-key", "Entry 1 (MDA_[a-z]): "),
        (entry(id=None, pattern="MDA_*"), "rating-family", "Entry 1 (MDA_*): "),
        (entry(id=None), "rating-key", "Entry 1: "),
        (entry(reason="Bad."), "rating-reason", "Entry 1 (AdminMFAV2): "),
        (entry(source="Somebody 6.5"), "rating-source", "Entry 1 (AdminMFAV2): "),
        (entry(points=10), "rating-unknown-key", 'Entry 1 (AdminMFAV2): "points" is not a key of a rating'),
    ],
)
def test_each_problem_says_where_what_and_what_to_do(bad: Any, code: str, start: str) -> None:
    """The number of the entry, its id or pattern where it has a readable one, and a way on."""
    (problem,) = read_ratings(listed(bad))[1]
    assert problem.code == code
    assert problem.message.startswith(start)
    assert in_full(problem)


@pytest.mark.parametrize("data", [None, {}, {**listed(), "schema": "ratings/2"}, {**listed(), "sources": {}}])
def test_the_problem_of_another_shape_is_complete(data: Any) -> None:
    """The message names the shape that is expected."""
    (problem,) = read_ratings(data)[1]
    assert "ratings/1" in problem.message
    assert in_full(problem)


def test_problems_of_repetitions_are_complete() -> None:
    """An id twice with a reason of its own, and a reason twice under another id."""
    other = "A quite different reason, which comes too late."
    problems = read_ratings(listed(entry(), entry(id="adminmfav2", reason=other), entry(id="Other")))[1]
    assert [(problem.code, problem.message) for problem in problems] == [
        ("rating-duplicate", 'Entry 2 (adminmfav2): "adminmfav2" is rated already, as "AdminMFAV2".'),
        ("rating-repeated-reason", 'Entry 3 (Other): the entry of "AdminMFAV2" gives the same reason.'),
    ]
    assert all(in_full(problem) for problem in problems)


def test_no_bad_entry_hides_another_or_a_good_one() -> None:
    """All problems are reported, in the order of the file, and what is good between and after them is read."""
    other = "Nobody can help when the only administrator is away."
    entries = (entry(level="severe", source="x"), entry(), "text", entry(id="OneAdmin", reason=other, level="low"))
    ratings, problems = read_ratings(listed(*entries))
    assert [problem.code for problem in problems] == ["rating-level", "rating-source", "rating-shape"]
    assert list(ratings.exact) == ["adminmfav2", "oneadmin"]


def test_a_rating_is_read_completely() -> None:
    """By id, by pattern and in the order of the file, with the sources."""
    other = "Whoever leaves takes the data along, and nobody notices."
    apps = entry(id=None, pattern="MDA_*", family="apps", level="low", reason=other, source="NIST CSF 2.0 PR.DS-01")
    ratings, problems = read_ratings(listed(apps, entry()))
    by_pattern = Rating(Risk.LOW, other, "NIST CSF 2.0 PR.DS-01", pattern="MDA_*", family="apps")
    by_id = Rating(Risk.CRITICAL, REASON, "CIS Controls v8 6.5", id="AdminMFAV2")
    assert problems == []
    assert ratings == Ratings({"adminmfav2": by_id}, (by_pattern,), (by_pattern, by_id), SOURCES)
    assert [rating.name for rating in ratings.listed] == ["MDA_*", "AdminMFAV2"]


@pytest.mark.parametrize(("length", "codes"), [(39, ["rating-reason"]), (40, []), (41, [])])
def test_the_shortest_reason(length: int, codes: list[str]) -> None:
    """Forty characters, its full stop counted."""
    reason = "x" * (length - 1) + "."
    assert SHORTEST_REASON == 40
    assert [problem.code for problem in read_ratings(listed(entry(reason=reason)))[1]] == codes


def test_there_is_one_order_of_levels() -> None:
    """The most serious first, unrated last."""
    assert LEVELS == ("critical", "high", "medium", "low", "unrated")
    assert sorted([None, Risk.LOW, Risk.CRITICAL, Risk.MEDIUM, Risk.HIGH], key=level_order) == [*Risk, None]
