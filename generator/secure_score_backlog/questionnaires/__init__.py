# SPDX-License-Identifier: Apache-2.0
"""Questions that insurers ask: the shipped ones, an organisation's own questionnaires, and its own evidence."""
