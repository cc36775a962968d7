# SPDX-License-Identifier: Apache-2.0
"""What every ending of a collection says about what is there afterwards: the question that comes first."""

UNTOUCHED = "Nothing was written, and nothing is lost if this is put right soon: Graph keeps 90 days."
NOTHING_LOST = (
    "Nothing was written, and nothing is lost: Graph keeps 90 days, and the next run fetches what is missing."
)
PERMISSION_OF_THE_JOB = (
    "The job needs `permissions:` with both lines, `id-token: write` and `contents: write`, and any other that "
    "holds for it now: what a job's own list does not name is denied."
)
REPORT = "run it again tomorrow and, if it stays, report it to Microsoft (with the request id, or the time of the run)."
