# SPDX-License-Identifier: Apache-2.0
"""A repository for a tenant's data: its files, made from a few choices, and what is left to do by hand."""
