# SPDX-License-Identifier: Apache-2.0
"""A day that Microsoft measured: model, Graph's JSON, portal CSV, storage, checks."""
