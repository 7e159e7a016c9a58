"""Running a command so that whatever goes wrong ends in one clear line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click
import typer

from scenewise.core.errors import ScenewiseError

INTERRUPTED = 130


def _tell(message: str) -> None:
    sys.stderr.write(f"scenewise: {message}\n")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; the process's own unless given.

    Returns:
        The exit code: 0 done, 1 a check failed or something went wrong inside, 2 the input
        cannot be used, 3 a model or component is missing, 130 interrupted.
    """
    from scenewise.cli.app import app

    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    command = typer.main.get_command(app)
    try:
        result = command.main(args=given, prog_name="scenewise", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        _tell("stopped; what was finished is kept, run it again to go on")
        return INTERRUPTED
    except ScenewiseError as error:
        if debug and error.exit_code == 1:
            raise
        _tell(str(error))
        return error.exit_code
    except BrokenPipeError:
        # whoever read our output has gone; say nothing more to them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        text = " ".join(str(error).split()) or type(error).__name__
        _tell(f"something went wrong inside: {text}; run again with --debug to see where")
        return 1
