# SPDX-License-Identifier: Apache-2.0
"""The invented tenant: its story, its measurements and its Git history."""
