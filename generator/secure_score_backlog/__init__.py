# SPDX-License-Identifier: Apache-2.0
"""Turns Microsoft Secure Score into a backlog of decisions kept in Git."""

from __future__ import annotations

__version__ = "0.1.0"
