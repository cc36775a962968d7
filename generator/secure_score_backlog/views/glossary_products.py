# SPDX-License-Identifier: Apache-2.0
"""Products and words of the trade, explained to somebody who manages people rather than computers."""

from __future__ import annotations

from secure_score_backlog.views.glossary_words import Entry

PRODUCTS: tuple[Entry, ...] = (
    (
        "Entra ID (once Azure AD)",
        "Microsoft’s directory of accounts. Whoever signs in to anything of Microsoft’s is checked here.",
    ),
    (
        "Multifactor authentication (MFA)",
        "Signing in takes the password and a second thing, such as a telephone. A stolen password alone is no use.",
    ),
    (
        "Phishing-resistant sign-in",
        "A second factor that cannot be talked out of somebody: a key or a certificate that answers only the "
        "genuine page.",
    ),
    (
        "Legacy authentication",
        "Old ways of signing in, for old mail programs and scanners, that cannot ask for a second factor. "
        "Attackers look for them first.",
    ),
    (
        "Conditional Access",
        "Rules for signing in: who may, from where, with which device, with what proof. The rules can have "
        "exceptions, and the score does not show them.",
    ),
    (
        "Security defaults",
        "A simple switch of Microsoft’s that turns on basic protection for everybody, in place of rules of one’s own.",
    ),
    (
        "Global administrator",
        "The master key: may change everything. There should be few, and they should not be used every day.",
    ),
    (
        "Risk policies (user risk, sign-in risk)",
        "Microsoft guesses how likely an account is in wrong hands, and can ask for more or refuse.",
    ),
    (
        "App consent",
        "Permission for an outside program to read mail or files in somebody’s name. One click can give it.",
    ),
    ("Self-service password reset", "People renew a forgotten password themselves, after proving who they are."),
    ("Exchange Online", "The mailboxes and calendars."),
    ("Automatic forwarding", "A rule that sends copies of mail elsewhere, quietly. How much invoice fraud begins."),
    (
        "Mailbox auditing, audit log",
        "The record of who did what. Without it nobody can tell after an incident what was taken.",
    ),
    (
        "SPF, DKIM, DMARC",
        "Three public notes by which others can tell genuine mail of our domain from forged mail. Secure Score "
        "looks at SPF only.",
    ),
    ("Defender for Office 365", "Protection of e-mail beyond the usual filter."),
    ("Safe Links", "Links in mail are checked at the moment somebody clicks."),
    ("Safe Attachments", "Attachments are opened in a sealed room first, to see what they do."),
    (
        "Anti-phishing policy, impersonation protection",
        "Looks for mail that pretends to come from our management or our partners.",
    ),
    (
        "Zero-hour auto purge (ZAP)",
        "Mail that turns out to be bad after delivery is taken back out of the mailboxes.",
    ),
    ("Defender for Endpoint", "Watches computers for attacks and can cut one off. What is called EDR."),
    ("EDR", "Endpoint detection and response: a guard on each computer that notices, reports and can act."),
    (
        "Attack surface reduction rules",
        "Forbid programs on computers what only attackers need, such as Office starting other programs.",
    ),
    (
        "Controlled folder access",
        "Only known programs may change files in protected folders: a hurdle for extortion software.",
    ),
    ("SMBv1", "A decades-old way of sharing files in a network, through which worms have travelled."),
    ("Defender for Identity", "Watches the directory in our own server room for attacks."),
    (
        "Kerberos delegation",
        "A server may act in somebody’s name towards another. Set too widely, it lets an intruder become anybody.",
    ),
    (
        "LAPS",
        "Gives each computer its own administrator password and changes it, so that one stolen does not open all.",
    ),
    ("Defender for Cloud Apps", "Sees which cloud services are used, and what happens in those that are connected."),
    ("App governance", "Watches what programs with access to our data do with it."),
    ("SharePoint, OneDrive", "Where the files are, and from where they are shared with others."),
    ("Teams", "Meetings, calls and chat."),
    ("Purview", "Labels and protects documents, and keeps the audit record."),
    (
        "Data loss prevention (DLP)",
        "Notices when card numbers, health data and the like are about to leave, and warns or stops.",
    ),
    ("Sensitivity label", "A mark on a document, such as confidential, that can carry encryption along."),
    ("Customer Lockbox", "Microsoft’s support has to ask before it looks at our content."),
    ("Intune", "Manages telephones and computers: locks, encryption, updates."),
    ("Tenant", "The organisation’s own part of Microsoft 365, with its accounts, mail and files."),
    (
        "Licence (P1, P2, E3, E5)",
        "What was bought. Some protections come only with the dearer ones; then a recommendation can be blocked "
        "by licensing.",
    ),
)
