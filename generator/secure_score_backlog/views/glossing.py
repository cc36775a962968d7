# SPDX-License-Identifier: Apache-2.0
"""Plain names for what Microsoft abbreviates: services, connected apps, marks in the portal."""

from __future__ import annotations

SERVICES = {
    "AzureAD": "Sign-in and accounts (Entra ID)",
    "EXO": "E-mail (Exchange Online)",
    "MDO": "E-mail protection (Defender for Office 365)",
    "MDATP": "Computers (Defender for Endpoint)",
    "Azure ATP": "On-premises directory (Defender for Identity)",
    "MIP": "Protection of documents (Purview)",
    "SPO": "Files and sharing (SharePoint, OneDrive)",
    "MS Teams": "Meetings and chat (Teams)",
    "MCAS": "Watch over cloud apps (Defender for Cloud Apps)",
    "AppG": "Apps that may read our data (App governance)",
    "Admincenter": "Settings of the whole tenant (admin center)",
    "FORMS": "Surveys (Forms)",
    "SWAY": "Presentations (Sway)",
    "Intune": "Phones and managed computers (Intune)",
}
"""Graph's `service`, as seen in real tenants."""

CONNECTED = {
    "Atlassian": "Atlassian",
    "CitrixSF": "Citrix ShareFile",
    "DocuSign": "DocuSign",
    "Dropbox": "Dropbox",
    "GitHub": "GitHub",
    "Google": "Google Workspace",
    "NetDocuments": "NetDocuments",
    "Okta": "Okta",
    "SF": "Salesforce",
    "SNOW": "ServiceNow",
    "Workplace": "Workplace",
    "Zendesk": "Zendesk",
    "Zoom": "Zoom",
}
CONNECTED_PREFIX = "mda_"
"""Apps of other makers that Defender for Cloud Apps looks into."""

PORTAL = {
    "default": "to address",
    "ignored": "risk accepted",
    "thirdparty": "resolved through third party",
    "alternatemitigation": "resolved through alternate mitigation",
    "reviewed": "reviewed",
}

_SERVICES = {code.casefold(): name for code, name in SERVICES.items()}
_CONNECTED = {code.casefold(): name for code, name in CONNECTED.items()}


def gloss(service: str) -> str:
    """The plain name of a service code of Microsoft's; a code that nobody here knows stays as it is."""
    code = service.strip().casefold()
    if code.startswith(CONNECTED_PREFIX) and len(code) > len(CONNECTED_PREFIX):
        name = service.strip()[len(CONNECTED_PREFIX) :]
        return f"{_CONNECTED.get(name.casefold(), name)} (connected app)"
    return _SERVICES.get(code, service)


def portal_words(state: str) -> str:
    """A mark as the portal words it; Graph's own word where it is another."""
    return PORTAL.get(state.strip().casefold(), state)
