# SPDX-License-Identifier: Apache-2.0
"""The nouns: frozen values, units in their docstrings. Imports nothing of the other rooms."""
