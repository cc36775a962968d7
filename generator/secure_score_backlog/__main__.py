# SPDX-License-Identifier: Apache-2.0
"""`python -m secure_score_backlog`: the same as the command `backlog`."""

from __future__ import annotations

from secure_score_backlog.cli.main import main

if __name__ == "__main__":
    main()
