# SPDX-License-Identifier: Apache-2.0
"""The verbs without side effects: read, join, classify, compare, rank, check. Imports the model only."""
