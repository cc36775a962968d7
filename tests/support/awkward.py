# SPDX-License-Identifier: Apache-2.0
"""Tenants at the edge of what a page has to bear, written through `backlog import` as a user would write them.

All names and texts are invented; ids of recommendations are facts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.repositories import Repository
from tests.support.running import run_here

LAST = date(2026, 11, 20)
TENANT = "00000000-aaaa-4bbb-8ccc-5eca7e0000aa"
RATED = (
    *("AdminMFAV2", "BlockLegacyAuthentication", "MFARegistrationV2", "SigninRiskPolicy", "UserRiskPolicy"),
    *("OneAdmin", "RoleOverlap", "PasswordHashSync", "SelfServicePasswordReset", "IntegratedApps"),
    *("CustomerLockBoxEnabled", "AATP_ClearText", "AATP_PrintSpooler", "AATP_WeakCipher"),
    *("McasFirewallLogUpload", "PWAgePolicyNew"),
)
"""Sixteen recommendations, most of them rated by the shipped list."""
SERVICES = ("AzureAD", "EXO", "SPO", "MDO", "MIP", "MDATP", "MS Teams", "Azure ATP")

GERMAN = (
    "Sicherstellen, dass die Mehrfaktorauthentifizierungsregistrierungsrichtlinie für sämtliche "
    "Verwaltungsdienstkontoinhaberinnen und Verwaltungsdienstkontoinhaber der Donaudampfschifffahrtsgesellschaft "
    "vor der nächsten Datenschutzgrundverordnungsüberprüfung durchgesetzt ist"
)
JAPANESE = (
    "すべての管理者アカウントに対して多要素認証を有効にし、レガシー認証プロトコルを使用するサインインを組織全体で確実に"
    "ブロックするとともに、例外として承認されたサービスアカウントを四半期ごとに見直すようにしてください"
)
ARABIC = (
    "تأكد من تمكين المصادقة متعددة العوامل لجميع المستخدمين الذين لديهم أدوار إدارية، ومن حظر بروتوكولات المصادقة "
    "القديمة (IMAP, POP3) في كامل المؤسسة قبل 31/01/2027"
)
UNBROKEN = "Eine" + "Ausnahmegenehmigungsverlängerungsantragsformularprüfstelle" * 3
ONE_WORD = "CN=svc_backup_0123456789abcdef0123456789abcdef0123456789abcdef,OU=Dienstkonten,DC=hafen,DC=example"

Share = Callable[[int], float]
"""Part achieved, from 0 to 1, of the recommendation with a number."""


def in_steps(number: int) -> float:
    """From nothing to all, in quarters."""
    return (number % 5) / 4


def in_full(number: int) -> float:
    """All of it."""
    return 1


def not_at_all(number: int) -> float:
    """Nothing."""
    return 0


@dataclass(frozen=True)
class Awkward:
    """What makes a tenant hard to show."""

    ids: Sequence[str] = RATED
    days: int = 3
    missing: tuple[int, ...] = ()
    """Days without a snapshot, counted back from the last one."""
    share: Share = in_steps
    titles: Sequence[str] = ()
    """Titles of the first ones; the others say what they are."""
    comparison: bool = True
    catalogue: bool = True
    decisions: tuple[tuple[str, str], ...] = ()
    """File name below `decisions/` and text."""
    git: bool = True


def first_line(number: int) -> str:
    """A title of usual length."""
    return f"Ensure that measure number {number + 1} of the sample is in place for all users"


def profile(tenant: Awkward, number: int) -> dict[str, Any]:
    """Graph's description of one recommendation."""
    hard = number < len(tenant.titles)
    return {
        "id": tenant.ids[number],
        "azureTenantId": TENANT,
        "title": tenant.titles[number] if hard else first_line(number),
        "maxScore": 1 + number % 9,
        "rank": number + 1,
        "tier": "Core",
        "service": SERVICES[number % len(SERVICES)],
        "actionType": "Config",
        "actionUrl": "https://security.microsoft.com/securescore",
        "controlCategory": "Identity",
        "implementationCost": "moderate",
        "userImpact": "low",
        "threats": ["Account breach"],
        "remediation": f"<p>{tenant.titles[number]}</p><p>{ONE_WORD}</p>" if hard else "<p>Turn it on.</p>",
        "remediationImpact": "Nobody will notice.",
        "controlStateUpdates": [{"state": "Default", "updatedDateTime": None, "comment": None}],
    }


def score(tenant: Awkward, day: date) -> dict[str, Any]:
    """Graph's score of one day."""
    controls = []
    for number, name in enumerate(tenant.ids):
        share = tenant.share(number)
        controls.append(
            {
                "controlCategory": "Identity",
                "controlName": name,
                "score": round(share * (1 + number % 9), 2),
                "scoreInPercentage": round(share * 100, 2),
                "description": tenant.titles[number] if number < len(tenant.titles) else "What it is about.",
                "implementationStatus": f"{round(share * 40)} of 40 users are covered.",
                "lastSynced": f"{day}T02:00:00Z",
                "count": str(round(share * 40)),
                "total": "40",
            }
        )
    return {
        "id": f"{TENANT}_{day}",
        "azureTenantId": TENANT,
        "createdDateTime": f"{day}T00:00:00Z",
        "activeUserCount": 40,
        "currentScore": round(sum(float(str(control["score"])) for control in controls), 2),
        "maxScore": sum(1 + number % 9 for number in range(len(tenant.ids))),
        "enabledServices": ["HasEXOP2"],
        "averageComparativeScores": [{"basis": "AllTenants", "averageScore": 45.9}] if tenant.comparison else [],
        "controlScores": controls,
    }


POLICY = 'policy: {approver_is_owner: "off", critical_approver_unlisted: "off", approver_unlisted: "off"}\n'


def build(tenant: Awkward, folder: Path) -> Path:
    """Write the tenant below a folder with `backlog import`, build its site; the folder of the site."""
    folder.mkdir(parents=True)
    root = folder / "tenant"
    (root / "snapshots").mkdir(parents=True)  # what makes it a backlog, however little there is
    if tenant.decisions:  # of one person who owns and approves everything
        (root / "backlog.yml").write_text(POLICY, encoding="utf-8")
    for name, text in tenant.decisions:
        (root / "decisions").mkdir(exist_ok=True)
        (root / "decisions" / name).write_text(text, encoding="utf-8")
    days = [LAST - timedelta(days=ago) for ago in range(tenant.days) if ago not in tenant.missing]
    if days:
        saved = {"scores": [score(tenant, day) for day in days]}
        if tenant.catalogue:
            saved["profiles"] = [profile(tenant, number) for number in range(len(tenant.ids))]
        for name, items in saved.items():
            (folder / f"{name}.json").write_text(json.dumps({"value": items}), encoding="utf-8")
        run_here("import", "--root", root, *(folder / f"{name}.json" for name in saved), expect=0)
    if tenant.git:
        Repository(root).commit("Begin", when=f"{LAST}T18:00:00+00:00")
    run_here("build", "--root", root, "--as-of", str(LAST), expect=0)
    return root / "build" / "site"


def do_now(identifier: str, words: str, owner: str = "Head of IT") -> tuple[str, str]:
    """A decision to do it now."""
    return f"{identifier}.md", (
        f"---\nrecommendation: {identifier}\nbucket: do-now\nrisk: high\nowner: {owner}\nreduces: {words}\n"
        f"impact: {words}\nprerequisites: {words}\nproof: {words}\ndue: 2027-01-15\n---\n{words}\n"
    )


def accept(identifier: str, words: str, owner: str = "Head of IT", until: str = "2027-05-31") -> tuple[str, str]:
    """A decision to carry the risk, with a question to leadership."""
    return f"{identifier}.md", (
        f"---\nrecommendation: {identifier}\nbucket: accept\nrisk: critical\nowner: {owner}\nreduces: {words}\n"
        f"impact: {words}\nprerequisites: {words}\nproof: {words}\naccepted:\n  rationale: {words}\n"
        f"  approver: {owner}\n  until: {until}\n  compensating: [{words}]\nask:\n"
        f"- from: {owner}\n  since: 2026-11-01\n  question: {words}?\n  options: [{words}, {words}]\n"
        f"  default: {words}\n"
        f"links: [https://tickets.example/{'4711' * 20}]\n---\n# {words}\n\n{words}\n\n- {ONE_WORD}\n"
    )


SOME_DECISIONS = (do_now(RATED[0], "Password spraying."), accept(RATED[1], "The press cannot do better."))
HARD_WORDS = (
    do_now(RATED[0], GERMAN, UNBROKEN),
    accept(RATED[1], JAPANESE, "最高情報セキュリティ責任者"),
    accept(RATED[2], ARABIC, "مدير تقنية المعلومات", "2026-11-30"),
    do_now(RATED[3], UNBROKEN, "Leitung der Informationssicherheitsmanagementsystembeauftragtenstelle"),
    accept(RATED[4], GERMAN, UNBROKEN, "2026-11-10"),
)

TENANTS = {
    "first-day": Awkward(days=1),
    "sixteen": Awkward(days=70, decisions=SOME_DECISIONS),
    "many": Awkward(ids=(*RATED, *(f"scid_{number}" for number in range(9001, 9445))), decisions=SOME_DECISIONS),
    "long-words": Awkward(titles=(GERMAN, JAPANESE, ARABIC, UNBROKEN, GERMAN), decisions=HARD_WORDS),
    "no-git": Awkward(decisions=SOME_DECISIONS, git=False),
    "no-comparison": Awkward(days=40, comparison=False),
    "days-missing": Awkward(days=12, missing=(3, 4, 8)),
    "all-done": Awkward(days=40, share=in_full),
    "nothing-done": Awkward(days=40, share=not_at_all),
    "no-catalogue": Awkward(catalogue=False),
    "nothing-at-all": Awkward(days=0),
}
"""Name of each, as tests and pictures call it."""
