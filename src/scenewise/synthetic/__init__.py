"""Films that Scenewise draws itself, whose truth is known."""

from scenewise.synthetic.demo_film import DemoTruth, make_demo_film

__all__ = ["DemoTruth", "make_demo_film"]
