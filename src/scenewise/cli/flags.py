"""Command-line flags made from option classes, so that a default and a range live once."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any

import typer

from scenewise.core.options import Range, is_nested, range_of


def _told(limits: Range) -> str:
    """The help of a flag with its unit and range."""
    extras = []
    if limits.choices and not all(choice in limits.help for choice in limits.choices):
        extras.append(", ".join(limits.choices))
    if limits.low is not None and limits.high is not None:
        extras.append(
            f"{limits.low:g} to {limits.high:g}{f' {limits.unit}' if limits.unit else ''}"
        )
    elif limits.unit:
        extras.append(limits.unit)
    told = limits.help[:1].upper() + limits.help[1:]
    return f"{told} [{'; '.join(extras)}]" if extras else told


def _plain(annotation: Any) -> Any:
    """`int | None` becomes Optional[int] as typer wants it; plain types stay."""
    if isinstance(annotation, types.UnionType):
        return typing.Union[tuple(typing.get_args(annotation))]  # noqa: UP007
    return annotation


def _flag(entry: Field[Any]) -> str:
    limits = range_of(entry)
    assert limits is not None
    return limits.flag or entry.name.replace("_", "-")


def _parameter(entry: Field[Any], annotation: Any, default: Any) -> inspect.Parameter:
    limits = range_of(entry)
    assert limits is not None
    name = _flag(entry)
    # a switch that is off needs no second flag to stay off
    declared = f"--{name}/--no-{name}" if annotation is bool and default else f"--{name}"
    flag = typer.Option(
        declared,
        help=_told(limits),
        rich_help_panel=limits.group or None,
        show_default=default not in ("", None),
    )
    return inspect.Parameter(
        name.replace("-", "_"),
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=typing.Annotated[_plain(annotation), flag],
    )


def _made_usual(entry: Field[Any]) -> Any:
    return entry.default_factory() if callable(entry.default_factory) else None


def parameters(cls: type[Any], usual: Any = None) -> dict[str, inspect.Parameter]:
    """The parameters of an options class and of those nested in it, by name.

    Args:
        cls: the class.
        usual: one of them, whose values are the defaults; the class's own without it. What nests
            a class may give it other defaults than its own.

    Raises:
        ValueError: two options have the same flag.
    """
    found: dict[str, inspect.Parameter] = {}
    hints = typing.get_type_hints(cls)
    for entry in fields(cls):
        if is_nested(entry):
            inner = getattr(usual, entry.name, None) or _made_usual(entry)
            more = parameters(hints[entry.name], inner)
        elif range_of(entry) is not None:
            own = entry.default if entry.default is not MISSING else None
            default = own if usual is None else getattr(usual, entry.name)
            parameter = _parameter(entry, hints[entry.name], default)
            more = {parameter.name: parameter}
        else:
            continue
        if twice := found.keys() & more.keys():
            raise ValueError(f"{cls.__name__} has the flag {sorted(twice)[0]!r} twice")
        found |= more
    return found


def made(cls: type[Any], given: dict[str, Any]) -> Any:
    """An instance of an options class from the values of its parameters."""
    hints = typing.get_type_hints(cls)
    values = {}
    for entry in fields(cls):
        if is_nested(entry):
            values[entry.name] = made(hints[entry.name], given)
        elif range_of(entry) is not None:
            values[entry.name] = given[_flag(entry).replace("-", "_")]
    return cls(**values)


def with_options(**classes: type[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the flags of option classes.

    `@with_options(options=DraftOptions)` adds a flag for each field of `DraftOptions`, those
    of nested classes included, and calls the command with `options=DraftOptions(…)`.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command, eval_str=True)
        added: dict[str, inspect.Parameter] = {}
        for cls in classes.values():
            more = parameters(cls)
            if twice := added.keys() & more.keys():
                raise ValueError(f"{command.__name__} has the flag {sorted(twice)[0]!r} twice")
            added |= more

        @functools.wraps(command)
        def call(**given: Any) -> Any:
            chosen = {argument: made(cls, given) for argument, cls in classes.items()}
            rest = {name: value for name, value in given.items() if name not in added}
            return command(**rest, **chosen)

        kept = [p for name, p in own.parameters.items() if name not in classes]
        keyword = [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
            else p
            for p in kept
        ]
        call.__signature__ = inspect.Signature([*keyword, *added.values()])  # type: ignore[attr-defined]
        call.__annotations__ = {p.name: p.annotation for p in (*keyword, *added.values())}
        return call

    return decorate
