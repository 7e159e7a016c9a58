"""What a person changed in a line of a JSON script, and what follows from it.

A line in a file carries a mark of its words as Scenewise wrote them. What no longer agrees
with its mark was changed by a person; what still agrees was not, and may be older than what
was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from scenewise.core.script import Description

_PARTS = ("text", "variants", "spoken")
_MARK = re.compile(r"(?:[0-9a-f]{8}-){2}[0-9a-f]{8}\Z")


def mark_of(text: str, variants: Sequence[str], spoken: str) -> str:
    """A mark of a line's words: of its text, its shorter wordings and what is spoken, each by
    itself."""
    return "-".join(_digest(part) for part in ((text,), variants, (spoken,)))


def _digest(texts: Sequence[str]) -> str:
    joined = "\x1f".join(texts)
    return hashlib.blake2b(joined.encode("utf-8", "replace"), digest_size=4).hexdigest()


def settled(line: Description, mark: str, language: str) -> Description:
    """A line as a person left it, with everything in it brought up to date.

    - New text is what is spoken; its shorter wordings are made anew where it had some, unless
      the person wrote those as well.
    - Other spoken words than any that stand in the line become its text, without shorter
      wordings: what was written is what is heard.
    - Shorter wordings by a person are kept. Where the one that was spoken is no longer among
      them, the text is, until they are measured.

    Args:
        line: as it stands in the file.
        mark: of the line as it was written; empty where the file has none. A line by a person
            is then taken as it is, and the shorter wordings of any other are kept where they
            follow from its text.
        language: of the line's words (BCP 47).
    """
    changed = _changed(line, mark, language)
    if not changed:
        return line
    text, shorter, spoken = line.text, line.variants, line.spoken
    if "spoken" in changed and spoken and spoken not in line.wordings:
        text = spoken
        shorter = shorter if "variants" in changed else ()
    elif "text" in changed:
        spoken = text if line.voiced and "spoken" not in changed else spoken
        if "variants" not in changed and shorter:
            shorter = _shorter(text, language)
    elif spoken and spoken not in line.wordings:
        spoken = text
    reworded = text != line.text or changed & {"text", "spoken"}
    return replace(
        line,
        text=text,
        variants=shorter,
        spoken=spoken,
        source="person" if reworded else line.source,
    )


def _changed(line: Description, mark: str, language: str) -> set[str]:
    """Which parts of a line a person changed."""
    if _MARK.match(mark):
        now = mark_of(line.text, line.variants, line.spoken)
        pairs = zip(_PARTS, mark.split("-"), now.split("-"), strict=True)
        changed = {part for part, before, after in pairs if before != after}
        # another of the line's own wordings, chosen by hand, is no other words
        return changed - {"spoken"} if line.spoken in ("", *line.wordings) else changed
    if line.spoken and line.spoken not in line.wordings:
        return {"spoken", "variants"} if line.source == "person" else {"spoken"}
    if line.source == "person" or not line.variants:
        return set()
    return {"text"} if line.variants != _shorter(line.text, language) else set()


def _shorter(text: str, language: str) -> tuple[str, ...]:
    # imported late: wording loads grammar tables, and most scripts are as they were written
    from scenewise.description.wording import variants

    return variants(text, language=language)
