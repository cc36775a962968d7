# SPDX-License-Identifier: Apache-2.0
"""What was measured and decided becomes facts: state, ledger, movement, rank, register."""
