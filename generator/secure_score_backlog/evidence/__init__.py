# SPDX-License-Identifier: Apache-2.0
"""The pack for insurers and auditors, and its verification."""
