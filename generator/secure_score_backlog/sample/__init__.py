# SPDX-License-Identifier: Apache-2.0
"""The sample tenant: an invented organisation, a simulated Graph and fifteen months of decisions."""
