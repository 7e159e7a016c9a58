"""Text as it is given to a voice."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from scenewise.core.errors import OptionInvalid
from scenewise.core.ports import VoiceOptions


def speakable(text: str) -> str:
    """The text without control and private characters and with single blanks.

    Some voices take control characters for commands. What holds neither a letter, a digit
    nor a symbol has nothing to say and becomes empty.
    """
    kept = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") else sign
        for sign in unicodedata.normalize("NFC", text)
    )
    words = " ".join(kept.split())
    return words if any(unicodedata.category(sign)[0] in "LNS" for sign in words) else ""


def checked(options: VoiceOptions) -> VoiceOptions:
    """The options, if a voice can follow them.

    Raises:
        OptionInvalid: the rate lies outside 80 to 400 words a minute, or the volume outside
            0 to 2.
    """
    if not 80 <= options.rate <= 400:
        raise OptionInvalid(
            f"a voice cannot speak {options.rate} words a minute",
            remedy="give 80 to 400 words/min",
        )
    if not 0 <= options.volume <= 2:
        raise OptionInvalid(
            f"the volume cannot be {options.volume:g}", remedy="give 0 to 2, where 1 is normal"
        )
    return options


def near(wanted: str, known: Iterable[str], most: int = 6) -> str:
    """The names most like the one wanted, for an error's remedy."""
    names = {name.lower(): name for name in known}
    close = difflib.get_close_matches(wanted.lower(), names, n=most, cutoff=0.5)
    close += [name for name in sorted(names) if name.startswith(wanted.lower()[:2])]
    chosen = list(dict.fromkeys(close))[:most] or sorted(names)[:most]
    return ", ".join(names[name] for name in chosen)
