# SPDX-License-Identifier: Apache-2.0
"""Microsoft Graph: sign-in, HTTP with limits, paging, and what the errors of each mean."""
