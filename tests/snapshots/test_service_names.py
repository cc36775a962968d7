# SPDX-License-Identifier: Apache-2.0
"""Plain names of services, and titles that would read as the tenant's own."""

from __future__ import annotations

import pytest

from secure_score_backlog.snapshots.service_names import connected_app, service_name, titled

MFA = "Enable Multi-Factor Authentication (MFA)"


@pytest.mark.parametrize(
    ("title", "service", "shown"),
    [
        (MFA, "MDA_Google", f"Google Workspace: {MFA}"),
        (MFA, " mda_google ", f"Google Workspace: {MFA}"),
        (MFA, "MDA_Unheard", f"Unheard: {MFA}"),
        ("Let Zoom ask for a code", "MDA_Zoom", "Let Zoom ask for a code"),
        (MFA, "AzureAD", MFA),
        (MFA, "MDA_", MFA),
        (MFA, "", MFA),
    ],
)
def test_a_title_of_a_connected_app_begins_with_the_product(title: str, service: str, shown: str) -> None:
    """Unless it names it already; Microsoft's own services keep theirs."""
    assert titled(title, service) == shown


def test_a_connected_app_is_called_one() -> None:
    """With its maker's name, where that is known."""
    assert service_name("MDA_Google") == "Google Workspace (connected app)"
    assert connected_app("EXO") == ""
