# SPDX-License-Identifier: Apache-2.0
"""Facts become pages, and pages become a site."""
