"""Running a command so that whatever goes wrong ends in one clear line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import typer

from scenewise.core.errors import ScenewiseError

INTERRUPTED = 130
_COMPLETION = "_SCENEWISE_COMPLETE"

# The bases of `typer.BadParameter`: typer has them from click, which newer versions carry
# inside them and older ones import.
_UsageError: Any = typer.BadParameter.__mro__[1]


def _tell(message: str) -> None:
    sys.stderr.write(f"scenewise: {' '.join(message.split())}\n")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; the process's own unless given.

    Returns:
        The exit code: 0 done, 1 a check failed or something went wrong inside, 2 the input
        cannot be used, 3 a model or component is missing, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        code = _invoke(given)
        sys.stdout.flush()  # a reader that has gone is noticed here, not when Python exits
        return code
    except typer.Exit as stop:
        return stop.exit_code
    except _UsageError as error:
        return _misused(error)
    except (typer.Abort, KeyboardInterrupt):
        _tell("stopped; what was finished is kept, run it again to go on")
        return INTERRUPTED
    except ScenewiseError as error:
        if debug and error.exit_code == 1:
            raise
        _tell(str(error))
        return error.exit_code
    except BrokenPipeError:
        _silence()
        return 0
    except SystemExit as stop:
        if not isinstance(stop.__context__, BrokenPipeError):
            raise
        _silence()  # rich's own way of leaving
        return 0
    except Exception as error:
        if debug:
            raise
        text = str(error) or type(error).__name__
        _tell(f"something went wrong inside: {text}; run again with --debug to see where")
        return 1


def _invoke(arguments: list[str]) -> int:
    """Parse and call. Not by the command's own `main`, which answers an interrupt and a reader
    that has gone in ways of its own, different from version to version."""
    command = _command()
    if _COMPLETION in os.environ:  # the shell asks what could come next
        command.main(args=arguments, prog_name="scenewise")
    with command.make_context("scenewise", arguments) as context:
        result = command.invoke(context)
    return result if isinstance(result, int) else 0


@cache
def _command() -> Any:
    """All commands with their flags; made once, for a program that runs many."""
    from scenewise.cli.app import app

    return typer.main.get_command(app)


def _misused(error: Any) -> int:
    """One line for a command that cannot be understood; the whole help for no command."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        with suppress(AttributeError):
            error.show()
        return 2
    text = " ".join(str(error.format_message()).split()).rstrip(".")
    path = context.command_path if context is not None else "scenewise"
    _tell(f"{text[:1].lower()}{text[1:]}; see: {path} --help")
    return 2


def _silence() -> None:
    """Whoever read our output has gone: say nothing more to them, also not at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
