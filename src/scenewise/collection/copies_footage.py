"""Copies told from the pictures of strips: one change for all pictures, one line for all times.

Two videos are copies if, after the same change of all their pictures (a part, a mirror), the
pictures agree at a steady speed over enough of either, and if they change together where they
change at all. What begins or ends alike and goes on differently shares an opening or a closing
card, and is none.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

from scenewise.collection.copies_alignment import Alignment
from scenewise.collection.copies_candidates import pairs_by_prints
from scenewise.collection.copies_lines import lined
from scenewise.collection.copies_options import FootageOptions
from scenewise.collection.copies_prints import Print
from scenewise.collection.copies_registration import Registration, registered
from scenewise.core.progress import Progress, Silent

_HELD: Final = 256
"""Videos whose pictures are held ready, half a megabyte each."""


def found_copies(
    prints: Sequence[Print], options: FootageOptions, progress: Progress | None = None
) -> Mapping[tuple[int, int], tuple[Alignment, Registration]]:
    """Which of some videos are copies of each other, by their places, the lower one first.

    Args:
        prints: the videos; those without frames are copies of none.
        options: how much it takes.
        progress: told how far the work is.
    """
    progress = progress or Silent()
    with progress.step("Looking for what is alike", len(prints)) as step:
        pairs = pairs_by_prints(prints, step)
    found: dict[tuple[int, int], tuple[Alignment, Registration]] = {}
    held: OrderedDict[int, None] = OrderedDict()
    with progress.step("Comparing", len(pairs)) as step:
        for pair in sorted(pairs):
            for place in pair:
                held[place] = None
                held.move_to_end(place)
            result = compared(prints[pair[0]], prints[pair[1]], options)
            if result is not None:
                found[pair] = result
            while len(held) > _HELD:
                prints[held.popitem(last=False)[0]].forget()
            step.advance()
    return found


def compared(a: Print, b: Print, options: FootageOptions) -> tuple[Alignment, Registration] | None:
    """How one video lies in another in time and in the picture, if they are copies.

    Args:
        a, b: the videos; of both some frames are there.
        options: how much it takes.
    """
    placed = registered(a, b)
    if placed is None or placed.score < options.loose:
        return None
    line = lined((a.time, b.time), (a.duration, b.duration), placed.a, placed.b, options.loose)
    return (line, placed) if line is not None and _is_copy(line, a, b, options) else None


def _is_copy(line: Alignment, a: Print, b: Print, options: FootageOptions) -> bool:
    share = max(line.share_a, line.share_b)
    needed = min(options.frames, max(2, min(len(a), len(b))))
    return (
        line.frames >= needed
        and line.order >= options.order
        and line.likeness >= options.sure
        and share >= (options.whole if line.anchored else options.part)
        # two still shots of one place look alike at all times
        and (line.change >= options.change or line.cosine >= options.same)
    )
