# SPDX-License-Identifier: Apache-2.0
"""What Graph answered becomes what is stored: read exactly, compare, decide what to write."""
