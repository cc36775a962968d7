# SPDX-License-Identifier: Apache-2.0
"""GitHub: where it is, its two interfaces (GraphQL and REST), what its errors mean, what it says of pull requests."""
