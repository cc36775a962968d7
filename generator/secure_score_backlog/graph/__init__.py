# SPDX-License-Identifier: Apache-2.0
"""Microsoft Graph: HTTP client, sign-in, and what their errors mean."""
