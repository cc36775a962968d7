# SPDX-License-Identifier: Apache-2.0
"""The command `backlog`: the registry of verbs, and the exit code of everything that can happen.

0 done · 1 problems of severity error in the data · 2 wrong usage · 3 could not do the job · 4 a bug · 130 interrupted ·
128 and its number for another signal.
"""

from __future__ import annotations

import io
import keyword
import platform
import sys
import traceback
from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING

import click

from secure_score_backlog import __version__, program
from secure_score_backlog.cli import output, signals
from secure_score_backlog.errors import BacklogError

if TYPE_CHECKING:
    from secure_score_backlog.cli.kept_answers import Answer

VERBS = {
    "init": "Make the repository for your tenant, and print what is left to do.",
    "demo": "Make the sample tenant's repository, with fifteen months of history.",
    "collect": "Fetch Secure Score from Microsoft Graph into snapshots/.",
    "import": "Read saved Graph JSON, or a CSV of the portal, into snapshots/.",
    "decide": "Make a decision, or write its draft with the five questions.",
    "triage": "Show what to decide next, the highest risk first.",
    "check": "Check decisions, settings and snapshots; exit 1 on errors.",
    "diff": "Say what a change does, in plain words, before it is merged.",
    "audit": "Test who approved each change of the main branch.",
    "status": "Print the state of the tenant, for people or as JSON.",
    "review": "Write the minutes of a month and sign its facts.",
    "approvals": "Ask GitHub who approved the merged pull requests, and record it.",
    "publish": "Commit new snapshots to a branch, on GitHub or with Git.",
    "remind": "Remind roles of what is due: by issues on GitHub, in a chat, or as text.",
    "pack": "Put a period into one zip that an insurer or auditor can check.",
    "verify": "Check a pack: what holds, what does not, what could not be checked.",
    "visibility": "Refuse to publish a site where the world could read it.",
    "doctor": "Check that everything is set up as it should be, with the fix for each.",
    "render": "Write the site's pages to build/pages.",
    "build": "Render the pages, build the site and check that it is complete.",
    "serve": "Serve the site on this machine and render it again after each edit.",
}
"""Every verb with its line in `backlog --help`, in the order in which a newcomer needs them.

A verb is the function `command` in `cli/<verb>.py`; a word of Python gets an underscore: `cli/import_.py`.
"""


class Verbs(click.Group):
    """Imports the module of a verb only when it is called: msal and mkdocs are slow to import."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of the registry."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb, or None."""
        if cmd_name not in VERBS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"secure_score_backlog.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _, asked: print_version(context) if asked else None,
    help="Show the version, and the digest of the code, and exit.",
)
def backlog() -> None:
    """Microsoft Secure Score as a backlog of decisions kept in Git."""


def print_version(context: click.Context) -> None:
    """The version, the digest of the code, and where the program was installed from as far as that is known."""
    place = program.origin()
    said = f"code {program.code_digest()[:12]}" + (f", from {place}" if place else "")
    output.product(f"backlog {__version__} ({said})")
    context.exit()


def describe(error: BacklogError) -> str:
    """An expected error: what happened, where, and what to do next."""
    lines = [f"backlog: {error.message}"]
    if error.where:
        lines.append(f"  where: {error.where}")
    if error.hint:
        lines.append(f"  what to do: {error.hint}")
    return "\n".join(lines)


def describe_bug(error: BaseException) -> str:
    """An unexpected error: everything that a maintainer needs, ready to paste."""
    trace = "".join(traceback.format_exception(error))
    versions = f"backlog {__version__}, Python {platform.python_version()}, {platform.system()}"
    return (
        f"{trace}\nbacklog: this is a bug in the program, not in your data ({versions}).\n"
        "  what to do: open an issue with the lines above; remove anything that identifies your tenant."
    )


def main(arguments: list[str] | None = None, answer: Answer | None = None) -> None:
    """Run one command and exit with its code.

    Args:
        arguments: The words behind `backlog`; those of the process unless given.
        answer: What becomes of the answer, where it may be kept.
    """
    output.use_utf8()
    try:
        with signals.watched(), answer.heard() if answer else nullcontext():
            result = backlog.main(args=arguments, prog_name="backlog", standalone_mode=False, obj=answer)
            code = result if isinstance(result, int) else 0
            if answer:
                answer.keep(code)
    except signals.Stopped as ending:
        code = 128 + ending.number
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        output.say(shown.getvalue().rstrip("\n"))
        code = 2
    except BacklogError as error:
        output.say(describe(error))
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except Exception as error:  # whatever no command expected
        output.say(describe_bug(error))
        code = 4
    sys.exit(code)
