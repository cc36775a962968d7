# SPDX-License-Identifier: Apache-2.0
"""One verb a file; introduces the other rooms to each other."""
