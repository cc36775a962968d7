# SPDX-License-Identifier: Apache-2.0
"""What people wrote becomes decisions and settings: read, check, and say what is wrong."""
