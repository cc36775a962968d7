# SPDX-License-Identifier: Apache-2.0
"""The only room with a network: Graph, credentials."""
