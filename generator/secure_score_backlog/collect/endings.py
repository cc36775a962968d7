# SPDX-License-Identifier: Apache-2.0
"""What every ending of a collection says about what is there afterwards: the question that comes first."""

UNTOUCHED = "Nothing was written."
NOTHING_LOST = (
    "Nothing was written, and nothing is lost: Graph keeps 90 days, and the next run fetches what is missing."
)
PERMISSION_OF_THE_JOB = (
    "Add the line `id-token: write` under `permissions:` of the job, and keep the lines that are there "
    "(such as `contents: write`)."
)
"""Said with care: a job that names one permission loses all those that it does not name."""
REPORT = "else run it again tomorrow and, if it stays, report it to Microsoft with the request id."
