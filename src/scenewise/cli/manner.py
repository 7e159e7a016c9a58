"""How every command behaves towards whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass

from scenewise.core.options import Checked, option


@dataclass(frozen=True)
class Manner(Checked):
    """How a command behaves towards whoever runs it."""

    quiet: bool = option(False, "show no progress", group="Output")
    plain: bool = option(
        False, "show progress as plain lines, for screen readers and logs", group="Output"
    )
    json: bool = option(False, "print the result as JSON", group="Output")
    debug: bool = option(False, "show the trace when something goes wrong inside", group="Output")
    cache: bool = option(
        True, "keep the results of stages, so that the next run is short", group="Output"
    )
