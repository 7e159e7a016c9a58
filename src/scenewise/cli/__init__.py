"""The command line: parse, call, show."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `scenewise` command."""
    from scenewise.cli.running import run

    raise SystemExit(run())


__all__ = ["main"]
