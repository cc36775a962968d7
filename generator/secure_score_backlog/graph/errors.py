# SPDX-License-Identifier: Apache-2.0
"""What the messages of a collection share: the sentences on what was written."""

from __future__ import annotations

from secure_score_backlog.http_client import Job

UNTOUCHED = "Nothing was written, and nothing is lost if this is fixed soon: Graph keeps 90 days."
"""Starts the hint where a person has to act first."""
NOTHING_LOST = (
    "Nothing was written, and nothing is lost: Graph keeps 90 days, and the next run fetches what is missing."
)
"""Starts the hint where a later run may succeed unchanged."""
REPORT = "run it again tomorrow and, if it stays, report it to Microsoft (with the request id, or the time of the run)."
COLLECTION_SECONDS = 120.0
"""How long a collection may take, sign-in included."""
COLLECTION = Job(
    name="collection",
    seconds=COLLECTION_SECONDS,
    nothing_lost=NOTHING_LOST,
    untouched=UNTOUCHED,
    needs_less="which no Secure Score needs",
    addresses="--graph-url and --authority",
    report=REPORT,
)
