"""The command reference, made from the commands themselves.

`python -m scenewise.cli.reference --write docs/cli.md` writes it; `--check` fails when the
file is not what it would write, so that the docs cannot fall behind.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import typer

from scenewise.cli.app import app


def reference() -> str:
    """The help of every command as Markdown."""
    root = typer.main.get_command(app)
    parts = [
        "# Commands\n",
        "Made from the commands themselves by `make docs`; `make check` fails when it is stale.\n",
    ]
    for path, command in _walk(root, ("scenewise",)):
        parts.append(_section(path, command))
    return "\n".join(parts)


def _walk(command: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    found = [(path, command)]
    for name, child in sorted(getattr(command, "commands", {}).items()):
        found += _walk(child, (*path, name))
    return found


def _section(path: tuple[str, ...], command: Any) -> str:
    lines = [f"## {' '.join(path)}\n"]
    if command.help:
        lines += [command.help.replace("\f", "").strip() + "\n"]
    context = typer.Context(command, info_name=path[-1])
    rows = []
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue
        names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
        if parameter.param_type_name == "argument":
            names = f"`{parameter.name.upper()}`"
        told = " ".join(str(getattr(parameter, "help", "") or "").split()).replace("|", "\\|")
        default = parameter.get_default(context, call=False)
        shown = "" if default in (None, "", False, ()) or callable(default) else f"`{default}`"
        rows.append(f"| {names} | {told} | {shown} |")
    if rows:
        lines += ["| | | default |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def main() -> int:
    """Write or check the reference."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", type=Path, metavar="FILE")
    choice.add_argument("--check", type=Path, metavar="FILE")
    given = parser.parse_args()
    text = reference()
    if given.write:
        given.write.parent.mkdir(parents=True, exist_ok=True)
        given.write.write_text(text, "utf-8")
        return 0
    try:
        current = given.check.read_text("utf-8")
    except OSError:
        current = ""
    if current != text:
        sys.stderr.write(f"{given.check} is stale: run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
