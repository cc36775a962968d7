# SPDX-License-Identifier: Apache-2.0
"""Values become text, tables, charts and pages. Pure: returns documents, writes nothing."""
