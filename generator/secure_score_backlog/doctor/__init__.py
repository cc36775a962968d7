# SPDX-License-Identifier: Apache-2.0
"""Whether everything is set up as it should be: one function for each check, from values to a value."""
