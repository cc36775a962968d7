# SPDX-License-Identifier: Apache-2.0
"""Facts in formats that other programs read: one module a format, one list of what is offered (`registry`)."""
