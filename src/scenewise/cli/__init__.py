"""The command line: parse, call, show."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Entry point of the `scenewise` command."""
    from scenewise.cli.running import run

    for stream in (sys.stdout, sys.stderr):
        # names of files may hold what a terminal's encoding, or any encoding, has no letter for
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    raise SystemExit(run())


__all__ = ["main"]
