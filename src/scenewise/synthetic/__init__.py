"""Films that Scenewise draws itself, whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenewise.synthetic.demo_film import DemoTruth, make_demo_film

__all__ = ["DemoTruth", "make_demo_film"]


def __getattr__(name: str) -> Any:
    # Drawing needs heavy libraries, and the command line only the options.
    if name in __all__:
        from scenewise.synthetic import demo_film

        return getattr(demo_film, name)
    raise AttributeError(name)
