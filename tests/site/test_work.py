# SPDX-License-Identifier: Apache-2.0
"""What a row of the board says about the work: first step, portal, who is affected, how the share moved."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from secure_score_backlog.site.links import Site
from secure_score_backlog.site.work import LONGEST_STEP, first_step, link_label, parts_of, portal_link, small_trend
from secure_score_backlog.snapshots.model import Observation, Timeline

TENANT = "00000000-aaaa-4bbb-8ccc-5eca7e000001"
SITE = Site({}, date(2026, 10, 1), tenants=frozenset({TENANT}))
NOW = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("remediation", "step"),
    [
        ("<ol><li>Open <strong>Users</strong>, <em>Settings</em>.</li><li>Save.</li></ol>", "Open Users, Settings"),
        ("<p><strong>To put it in place:</strong></p><ol><li>Create a policy</li></ol>", "Create a policy"),
        ("<p><span>1. Open the policy</span></p><p>2. Save</p>", "Open the policy"),
        ("<p><strong>What to do</strong></p><p>Set it to On. Then wait.</p>", "Set it to On"),
        ("Step 1: Sign in to the portal\nStep 2: Save", "Sign in to the portal"),
        ("<ol><li>Outer<ul><li>inner</li></ul></li></ol>", "Outer"),
        ("<ol><li>Use <DomainName> &amp; save</li></ol>", "Use <DomainName> & save"),
        ("<script>alert(1)</script><ol><li><img src=x onerror=alert(1)>Look</li></ol>", "Look"),
        (f"<ol><li>Open tenant {TENANT}</li></ol>", "Open tenant"),
        ("<ol><li></li><li>Second</li></ol>", "Second"),
        ("<p>See:</p>", ""),
        ("", ""),
    ],
)
def test_the_first_step_is_one_line_of_text(remediation: str, step: str) -> None:
    """The first item, else the first paragraph that says something; no number, no markup, no id of the tenant."""
    assert first_step(remediation, SITE).startswith(step)
    assert bool(step) is bool(first_step(remediation, SITE))
    assert TENANT not in first_step(remediation, SITE)


def test_a_long_step_ends_at_a_word() -> None:
    """And what is one endless word is cut; without an end in time it is no longer than a line either."""
    words = first_step("<li>" + "configure " * 40 + "</li>", SITE)
    assert words.endswith("configure…")
    assert len(words) <= LONGEST_STEP
    assert len(first_step("x" * 100_000, SITE)) <= LONGEST_STEP


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://security.microsoft.com/antispam", "https://security.microsoft.com/antispam"),
        (f"https://security.microsoft.com/antispam?tid={TENANT}", "https://security.microsoft.com/antispam"),
        (" https://entra.microsoft.com/#view/X", "https://entra.microsoft.com/#view/X"),
        ("https://aad.portal.azure.com/#x", "https://aad.portal.azure.com/#x"),
        ("http://security.microsoft.com/", None),
        ("https://learn.microsoft.com/en-us/x", None),
        ("https://go.microsoft.com/fwlink/?linkid=1", None),
        ("https://evilmicrosoft.com/", None),
        ("https://microsoft.com.evil.example/", None),
        ("https://microsoft.com@evil.example/", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_only_a_portal_of_microsoft_is_linked(address: str, link: str | None) -> None:
    """By https, without the tenant's id; pages to read and other hosts are left out."""
    assert portal_link(address, SITE) == link


@pytest.mark.parametrize(
    ("points", "count", "total", "affected"),
    [
        (1, 5, 20, 15),
        (3, 5, 20, 5),
        (2, 10, 20, 10),
        (0, 0, 20, 20),
        (0, 20, 20, 20),
        (1, 9, 20, None),
        (1, None, 20, None),
        (1, 5, None, None),
        (1, 5, 0, None),
        (1, 30, 20, None),
        (1, -5, 20, None),
    ],
)
def test_affected_is_what_is_open(points: int, count: int | None, total: int | None, affected: int | None) -> None:
    """Graph's count is of what is done or of what is not: the share tells which, else nothing is said."""
    assert Observation(Fraction(points), Fraction(4), None, count, total).affected == affected


def line(*shares: tuple[int, int]) -> Timeline:
    """Shares in percent, each from so many days ago."""
    return Timeline(
        tuple(NOW - timedelta(days=ago) for ago, _ in shares),
        tuple(Observation(Fraction(share), Fraction(100)) for _, share in shares),
    )


def test_a_trend_shows_what_moved_and_nothing_else() -> None:
    """Steps from left to right, up for more; none for what stayed, moved less than can be seen, or was never scored."""
    assert small_trend(line((400, 0), (100, 50)), NOW) == ("M0 11H33V6H44", "0\u00a0% to 50\u00a0%")
    assert small_trend(line((400, 100), (10, 0)), NOW) == ("M0 1H44V11H44", "100\u00a0% to 0\u00a0%")
    assert small_trend(line((200, 40), (100, 80)), NOW)[0].startswith("M22 7")
    for flat in (line((400, 30)), line((400, 30), (100, 32)), line((400, 0), (380, 90)), Timeline((), ())):
        assert small_trend(flat, NOW) == ("", "")
    assert small_trend(None, NOW) == small_trend(line((400, 0), (1, 9)), None) == ("", "")


def test_a_service_has_two_parts() -> None:
    """What it is for, and what Microsoft calls it."""
    assert parts_of("Computers (Defender for Endpoint)") == ("Computers", "Defender for Endpoint")
    assert parts_of("Zoom") == ("Zoom", "")


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("https://security.microsoft.com/x", "Portal"),
        ("https://learn.microsoft.com/x", "Microsoft’s instructions"),
        ("https://aka.ms/x", "Microsoft’s page"),
        ("https://admin.example.com/x", "Vendor’s page (admin.example.com)"),
        ("https://notmicrosoft.com/x", "Vendor’s page (notmicrosoft.com)"),
    ],
)
def test_a_link_says_where_it_leads(address: str, label: str) -> None:
    """By the host: the portal, a page to read, or another vendor's."""
    assert link_label(address) == label
