# SPDX-License-Identifier: Apache-2.0
"""Turns Microsoft Secure Score into a backlog of decisions kept in Git."""

__version__ = "0.1.0"
