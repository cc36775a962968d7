# SPDX-License-Identifier: Apache-2.0
"""What follows from snapshots and decisions on a day. Pure: no disk, network, Git or clock."""
