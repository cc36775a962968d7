# SPDX-License-Identifier: Apache-2.0
"""A person's answer to one recommendation: model, parsing, checks, history, scaffold."""
