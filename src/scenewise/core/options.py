"""Options: a default, a range and a help text, each written once.

An options class is a frozen dataclass whose fields are made with `option`. Its values are
checked when it is made, and the command line builds its flags from the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any

from scenewise.core.errors import OptionInvalid, UnknownChoice


@dataclass(frozen=True)
class Range:
    """What a value may be and how it is called on the command line.

    Args:
        help: one line for people.
        low, high: inclusive bounds of a number.
        choices: the allowed words.
        unit: what the number counts, such as `s`, `dB`, `words/min`.
        flag: name on the command line where it differs from the field's.
        group: heading under which `--help` lists it.
    """

    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    flag: str = ""
    group: str = ""


def option(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] = (),
    unit: str = "",
    flag: str = "",
    group: str = "",
) -> Any:
    """A dataclass field with a default, a range and a help text."""
    limits = Range(help, low, high, tuple(choices), unit, flag, group)
    return field(default=default, metadata={"range": limits})


def nested(options: type[Any]) -> Any:
    """A dataclass field that holds another options class, with its defaults."""
    return field(default_factory=options, metadata={"nested": True})


def from_plain(cls: type[Any], data: Mapping[str, Any]) -> Any:
    """An options class from plain values, such as those of `dataclasses.asdict`.

    Values of fields that the class does not have, or of another type than their default's,
    are passed over: they come from another version.

    Raises:
        OptionInvalid, UnknownChoice: a value is outside its range.
    """
    values = {}
    for entry in fields(cls):
        if entry.name not in data:
            continue
        value = data[entry.name]
        if is_nested(entry) and callable(entry.default_factory):
            if isinstance(value, Mapping):
                values[entry.name] = from_plain(type(entry.default_factory()), value)
        elif _same_kind(value, entry.default):
            values[entry.name] = value
    return cls(**values)


def _same_kind(value: Any, default: Any) -> bool:
    if isinstance(default, float) and not isinstance(value, bool):
        return isinstance(value, (int, float))
    return type(value) is type(default)


def is_nested(entry: Field[Any]) -> bool:
    """Whether a field was made with `nested`."""
    return bool(entry.metadata.get("nested"))


def range_of(entry: Field[Any]) -> Range | None:
    """The range of a field made with `option`."""
    return entry.metadata.get("range")


class Checked:
    """Mixin that checks every field made with `option` when the dataclass is made.

    Raises:
        OptionInvalid: a number is outside its range.
        UnknownChoice: a word is not one of the choices.
    """

    def __post_init__(self) -> None:
        for entry in fields(self):  # type: ignore[arg-type]
            limits = range_of(entry)
            if limits is not None:
                check(entry.name, getattr(self, entry.name), limits)


def check(name: str, value: Any, limits: Range) -> None:
    """Raise unless `value` lies in its range; None always passes."""
    if value is None:
        return
    flag = "--" + (limits.flag or name.replace("_", "-"))
    if limits.choices and value not in limits.choices:
        raise UnknownChoice(
            f"{flag} cannot be {value!r}", remedy=f"choose one of: {', '.join(limits.choices)}"
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = limits.low, limits.high
        outside = (low is not None and not value >= low) or (high is not None and not value <= high)
        if outside:
            unit = f" {limits.unit}" if limits.unit else ""
            if low is None or high is None:
                bounds = f"at least {low:g}" if low is not None else f"at most {high:g}"
            else:
                bounds = f"{low:g} to {high:g}"
            raise OptionInvalid(f"{flag} cannot be {value:g}{unit}", remedy=f"give {bounds}{unit}")
