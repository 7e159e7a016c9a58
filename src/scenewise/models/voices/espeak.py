"""espeak-ng: over a hundred languages, offline, instant, plain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenewise.core.errors import UnknownChoice
from scenewise.core.media_types import Audio
from scenewise.core.ports import VoiceOptions
from scenewise.models.voices import espeak_library as library
from scenewise.models.voices.espeak_library import Language
from scenewise.models.voices.trimming import finished
from scenewise.models.voices.wording import checked, near, speakable

# Words a minute asked for, and the library's parameter that gives them: measured on 326
# descriptions by professionals (8.6 words on average), their total over the total of their
# trimmed lengths, the mean of the British and the American voice. The library alone says
# 18 % more words than its parameter names.
_ASKED = (96.7, 114.2, 136.4, 159.4, 181.1, 203.4, 224.9, 246.4, 267.4, 287.4, 329.0, 372.8, 433.8)
_PARAMETER = (80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 300, 340, 400)
_GAP_UNIT = 0.032  # seconds that one unit of the library's gap adds to each word at its slowest

# Tags that the library knows by other names, or that it must not cut down to their language.
_ALIASES = {
    "iw": "he",
    "in": "id",
    "no": "nb",
    "nn": "nb",
    "mo": "ro",
    "zh-hk": "yue",
    "zh-mo": "yue",
    "zh-hant-hk": "yue",
    "pt-ao": "pt-pt",
    "pt-mz": "pt-pt",
    "es-us": "es-419",
    "en-ca": "en-us",
    "en-ph": "en-us",
}


class EspeakVoice:
    """Speech by espeak-ng, which is loaded at run time from the person's installation.

    Over a film's worth of English descriptions the rate is the one asked for within 7 %; a
    sentence of short words is quicker, one of long words slower, and so are languages with
    long words. Below 97 words a minute pauses are put between the words. The same words are
    the same samples, whatever was said before, and any number of threads may speak.

    Args:
        options: `voice` is empty, one of the library's voices by identifier, name or tag
            (`en-us`, `gmw/en-US`, `English (America)`), a variant (`+f3`), or both
            (`en-us+f3`).

    Raises:
        VoiceMissing: espeak-ng is not installed.
        UnknownChoice: it has no such language, voice or variant.
        OptionInvalid: the rate or the volume is out of range.
    """

    name = "espeak"

    def __init__(self, options: VoiceOptions | None = None) -> None:
        self.options = checked(options or VoiceOptions())
        self._voice = _identifier(self.options)
        self._rate, self._gap = _pace(self.options.rate)

    def say(self, text: str) -> Audio:
        """Speech, mono at 22,050 Hz; of no length where there is nothing to say.

        Args:
            text: plain words; markup is spoken, not obeyed.
        """
        words = speakable(text)
        samples, rate = library.synthesize(words, self._voice, self._rate, self._gap)
        return finished(samples / np.float32(32768), rate, self.options.volume)


def voices(language: str | None = None) -> list[Language]:
    """The voices that espeak-ng has, for one language (BCP 47) or all."""
    known = library.languages()
    if language is None:
        return list(known)
    wanted = _tag(language).partition("-")[0]
    return [v for v in known if any(t.partition("-")[0] == wanted for _, t in v.tags)]


def _pace(rate: int) -> tuple[int, int]:
    """The library's rate and its pause between words for some real words a minute."""
    parameter = round(float(np.interp(rate, _ASKED, _PARAMETER)))
    lacking = max(0.0, 60 / rate - 60 / _ASKED[0])  # seconds a word
    return parameter, round(lacking / _GAP_UNIT)


def _identifier(options: VoiceOptions) -> str:
    base, _, variant = options.voice.partition("+")
    known = library.languages()
    if base:
        found = _named(base, known)
    else:
        found = _spoken(options.language, known)
    if not variant:
        return found.identifier
    shades = {name.lower(): name for name in library.variants()}
    if variant.lower() not in shades:
        raise UnknownChoice(
            f"espeak has no variant {variant!r}", remedy=f"nearest: {near(variant, shades)}"
        )
    return f"{found.identifier}+{shades[variant.lower()]}"


def _named(wanted: str, known: Sequence[Language]) -> Language:
    key = wanted.lower()
    for language in known:
        if key in (language.identifier.lower(), language.name.lower()):
            return language
    found = _best(key, known)
    if found is None:
        names = [tag for language in known for _, tag in language.tags]
        names += [language.name for language in known]
        raise UnknownChoice(
            f"espeak has no voice {wanted!r}",
            remedy=f"nearest: {near(wanted, names)}; see: scenewise voices",
        )
    return found


def _spoken(tag: str, known: Sequence[Language]) -> Language:
    parts = _tag(tag).split("-")
    while parts:
        shorter = "-".join(parts)
        found = _best(_ALIASES.get(shorter, shorter), known)
        if found is not None:
            return found
        parts.pop()
    names = {tag for language in known for _, tag in language.tags}
    raise UnknownChoice(
        f"espeak does not speak {tag!r}",
        remedy=f"give a BCP 47 tag; nearest: {near(tag, names)}; see: scenewise voices",
    )


def _best(tag: str, known: Sequence[Language]) -> Language | None:
    fitting = [
        (priority, index)
        for index, language in enumerate(known)
        for priority, own in language.tags
        if own == tag
    ]
    return known[min(fitting)[1]] if fitting else None


def _tag(tag: str) -> str:
    return tag.strip().lower().replace("_", "-")
