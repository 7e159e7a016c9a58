"""Names of lines inside sentences, as links to those lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup, escape


class Linker:
    """Turns each name of a line in a sentence into a link to it.

    Args:
        anchors: where each line is, by its name; a name is a word of letters and digits.
    """

    def __init__(self, anchors: Mapping[str, str]) -> None:
        self._anchors = {name: at for name, at in anchors.items() if name.isalnum()}

    def __call__(self, sentence: str) -> Markup:
        """The sentence, escaped, with its links."""
        parts = re.split(r"(\w+)", sentence)
        return Markup("").join(
            Markup('<a href="#{}">{}</a>').format(self._anchors[part], part)
            if part in self._anchors
            else escape(part)
            for part in parts
        )
