# SPDX-License-Identifier: Apache-2.0
"""Every page of the site: a module and its template each."""
