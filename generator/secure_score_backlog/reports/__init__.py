# SPDX-License-Identifier: Apache-2.0
"""How what was found is told: to a person, to a program, and in a pull request."""
