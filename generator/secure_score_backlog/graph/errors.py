# SPDX-License-Identifier: Apache-2.0
"""What an answer of Graph means that is not the data: one clear ending for each (facts/graph.md 3 and 4)."""

from __future__ import annotations

from urllib.parse import urlsplit

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.graph.http import NOTHING_LOST, REPORT, UNTOUCHED, Reply, elsewhere, plain, retry_after
from secure_score_backlog.graph.tokens import PERMISSION, Claims, read_claims
from secure_score_backlog.snapshots.exact_json import UnreadableJson, parse

ELSEWHERE = (
    "The token goes to no other address. Check --graph-url where you use it, and any proxy in between; "
    "else run it again tomorrow and, if it stays, report it to Microsoft."
)
AFRESH = " (with GRAPH_TOKEN: after requesting a new token)"
NO_SCORE = "See whether the Defender portal shows a Secure Score: if not, this tenant has no licence that includes it."
NO_JSON = ("it is not JSON", "it ends in the middle", "it is empty", "it is not UTF-8")
"""What is wrong with an answer that somebody else may have given, or cut off; anything else is Microsoft's own."""


def refusal(reply: Reply, place: str, token: str) -> CannotProceed:
    """The ending for an answer whose status is not 200."""
    said = server_words(reply, token)
    if reply.status in {401, 403, 404} and said.endswith("instead of JSON"):
        hint = (
            f"Graph answers in JSON, so this comes most likely from a proxy or firewall in between: ask whoever runs "
            f"it to let {urlsplit(place).hostname} through. On a runner of GitHub's own there is none: run it again."
        )
        return _ending(f"Something refuses access to Microsoft Graph ({reply.status}){said}.", place, hint)
    if reply.status == 401:
        return _ending(f"Microsoft Graph does not accept the token (401){said}.", place, _hint_for_401(token, place))
    if reply.status == 403:
        return _ending(f"Microsoft Graph denies access (403){said}.", place, _hint_for_403(read_claims(token)))
    if reply.status == 206:
        warning = plain(reply.headers.get("warning", ""), token)
        said = f": {warning}" if warning else ""
        message = f"Microsoft Graph gave only a part of its answer (206){said}, as a service behind it is in trouble."
        return CannotProceed(message, where=place, hint=f"{NOTHING_LOST} Run it again later.")
    if 300 <= reply.status < 400:
        message = f"Microsoft Graph sends us {elsewhere(reply)}, which is not followed."
        return _ending(message, place, ELSEWHERE)
    return _by_status(reply, said, place)


def _ending(message: str, place: str, hint: str) -> CannotProceed:
    return CannotProceed(message, where=place, hint=f"{UNTOUCHED} {hint}")


def _by_status(reply: Reply, said: str, place: str) -> CannotProceed:
    """The ending for the statuses that need no look at the token."""
    if reply.status in {429, 503}:
        asked = retry_after(reply)
        wait = f" and asks to wait {asked:.0f} seconds" if asked is not None else ""
        message = f"Microsoft Graph is {'throttling us' if reply.status == 429 else 'not available'}{wait}"
        hint = f"{NOTHING_LOST} Run it again later; a scheduled run does so by itself."
    elif reply.status >= 500:
        message = "Microsoft Graph failed"
        hint = (
            f"{NOTHING_LOST} Run it again later; if it lasts for days, see Microsoft's service health, and ask "
            "whoever runs a proxy in between."
        )
    elif reply.status == 404:
        message = "Microsoft Graph knows no Secure Score here"
        hint = f"{UNTOUCHED} {NO_SCORE} If it does: check --cloud and --graph-url where you use them; else {REPORT}"
    else:
        message = "Microsoft Graph refused the request"
        hint = f"{UNTOUCHED} Check --cloud and --graph-url where you use them; else {REPORT}"
    return CannotProceed(f"{message} ({reply.status}){said}.", where=place, hint=hint)


def _hint_for_401(token: str, place: str) -> str:
    claims = read_claims(token)
    if (
        claims.readable
        and claims.audience
        and "graph" not in claims.audience
        and not claims.audience.startswith("0000")
    ):
        asked = urlsplit(place)
        return (
            f"The token is meant for {plain(claims.audience, limit=80)}, not for Microsoft Graph. "
            f"Request a new token, for {asked.scheme}://{asked.netloc} and put it in GRAPH_TOKEN."
        )
    return (
        "With GRAPH_TOKEN: request a new one, as a token lives for about an hour. Signed in any other way: run it "
        "again. If it stays, check --cloud and AZURE_TENANT_ID, as a token is valid in one cloud only."
    )


def _hint_for_403(claims: Claims) -> str:
    """Missing consent and a missing role look alike to Graph; the token tells them apart."""
    if not claims.readable:
        return (
            f"The token cannot be read, so what is missing is unknown: the application needs {PERMISSION} with admin "
            "consent (in Entra, App registrations, API permissions): as application permission; where a person signs "
            "in, as delegated permission, and that person needs the role Security Reader. "
            f"Then run it again{AFRESH}."
        )
    if not claims.permitted:
        kind = "delegated" if claims.delegated else "application"
        return (
            f"The token carries no {PERMISSION}. In Entra, App registrations, API permissions: "
            f"add it as {kind} permission and grant admin consent, then run it again{AFRESH}."
        )
    if claims.delegated:
        return (
            "The permission is there, but not the role: in Entra, give the person who signs in the role "
            f"Security Reader, then run it again{AFRESH}."
        )
    return (
        f"The permission is there. If it was granted just now, wait a few minutes and run it again{AFRESH}. "
        f"Else: {NO_SCORE} If it does: {REPORT}"
    )


def server_words(reply: Reply, token: str) -> str:
    """`: code, message, request id` out of Graph's error JSON, or the id alone; nothing where there is none."""
    identifier: object = reply.headers.get("request-id")
    try:
        content = parse(reply.body)
    except UnreadableJson:
        kind = reply.headers.get("content-type", "").split(";")[0].strip().lower()
        return f": it sent {plain(kind, limit=40)} instead of JSON" if kind and "json" not in kind else ""
    error = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict):
        error = {"message": error}
    inner = error.get("innerError")
    identifier = (inner.get("request-id") if isinstance(inner, dict) else None) or identifier
    words = [plain(error.get("code"), token, limit=80), plain(error.get("message"), token).rstrip(".")]
    words.append(f"request id {plain(identifier, token, limit=80)}" if identifier else "")
    return ": " + ", ".join(word for word in words if word) if any(words) else ""


def unusable(reply: Reply, place: str, token: str, why: str) -> CannotProceed:
    """The ending for an answer with status 200 that is not what was asked for."""
    said = server_words(reply, token) if reply.body else ""
    if why.startswith(NO_JSON):
        hint = "Run it again later; if it stays, a proxy or a sign-in page may stand in between: ask whoever runs it."
    else:
        hint = REPORT[:1].upper() + REPORT[1:]
    message = f"The answer of Microsoft Graph cannot be used: {why}{said}."
    return CannotProceed(message, where=place, hint=f"{NOTHING_LOST} {hint}")
