"""Google's online voice by way of gTTS, as the paper used it (Chen 2025, §4.3)."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np

from scenewise.core.errors import ScenewiseError, UnknownChoice, VoiceMissing
from scenewise.core.media_types import Audio
from scenewise.core.ports import VoiceOptions
from scenewise.models.voices.trimming import finished
from scenewise.models.voices.wording import checked, near, speakable

_TIMEOUT = (4.0, 10.0)  # seconds to connect, and between two answers
_SLOW_BELOW = 120  # words a minute under which the slow voice is nearer to what is asked

# gTTS names some languages by region, and accents by the top-level domain it asks.
_TAGS = {
    "zh": "zh-CN",
    "zh-hans": "zh-CN",
    "zh-hant": "zh-TW",
    "zh-hk": "yue",
    "he": "iw",
    "nb": "no",
    "nn": "no",
    "jv": "jw",
    "fil": "tl",
    "fr-ca": "fr-CA",
    "pt-pt": "pt-PT",
}
_DOMAINS = {
    "en-gb": "co.uk",
    "en-au": "com.au",
    "en-ca": "ca",
    "en-in": "co.in",
    "en-ie": "ie",
    "en-za": "co.za",
    "es-mx": "com.mx",
    "fr-ca": "ca",
    "pt-br": "com.br",
}


class GoogleVoice:
    """Speech by Google Translate. **Online: every word is sent to Google**, and it answers
    only at its convenience; for material that must stay private use another voice.

    It speaks at one rate, some 150 words a minute, or slowly where fewer than 120 are asked
    for; other rates cannot be had. The same words give the same sound as long as Google does
    not change its voices.

    Args:
        options: `voice` is empty, or the top-level domain of an accent (`co.uk`, `com.au`).

    Raises:
        VoiceMissing: gTTS is not installed; in `say`, that Google cannot be reached.
        UnknownChoice: Google has no voice for the language.
        OptionInvalid: the rate or the volume is out of range.
    """

    name = "gtts"

    def __init__(self, options: VoiceOptions | None = None) -> None:
        self.options = checked(options or VoiceOptions())
        try:
            from gtts.lang import tts_langs
        except ImportError as error:
            raise VoiceMissing(
                "gTTS is not installed", remedy='run: pip install "scenewise[voices]"'
            ) from error
        tag = self.options.language.strip().lower().replace("_", "-")
        self._language = _language(tag, {known.lower(): known for known in tts_langs()})
        self._domain = self.options.voice or _DOMAINS.get(tag, "com")

    def say(self, text: str) -> Audio:
        """Speech, mono; of no length where there is nothing to say.

        Raises:
            VoiceMissing: Google cannot be reached, or answered with something else.
        """
        words = speakable(text)
        if not any(sign.isalnum() for sign in words):
            return finished(np.zeros(0, np.float32), 24_000)
        sound = _decoded(self._fetched(words))
        return finished(sound.samples[0], sound.rate, self.options.volume)

    def _fetched(self, words: str) -> bytes:
        from gtts import gTTS, gTTSError

        slow = self.options.rate < _SLOW_BELOW
        request = gTTS(
            words,
            tld=self._domain,
            lang=self._language,
            slow=slow,
            lang_check=False,
            timeout=_TIMEOUT,
        )
        answer = BytesIO()
        try:
            request.write_to_fp(answer)
        except (gTTSError, OSError, ValueError, AssertionError, TypeError) as error:
            raise VoiceMissing(
                f"Google's voice cannot be reached ({error})", remedy="use --voice espeak"
            ) from error
        return answer.getvalue()


def _language(tag: str, known: dict[str, str]) -> str:
    parts = tag.split("-")
    while parts:
        shorter = "-".join(parts)
        name = _TAGS.get(shorter, shorter).lower()
        if name in known:
            return known[name]
        parts.pop()
    raise UnknownChoice(
        f"Google has no voice for {tag!r}", remedy=f"nearest: {near(tag, known.values())}"
    )


def _decoded(answer: bytes) -> Audio:
    from scenewise.media.sound import read_sound

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "speech.mp3"
        file.write_bytes(answer)
        try:
            parts = list(read_sound(file, mono=True))
        except ScenewiseError as error:
            raise VoiceMissing(
                "Google answered with something that is no sound", remedy="use --voice espeak"
            ) from error
    if not parts:
        raise VoiceMissing("Google answered with no sound", remedy="use --voice espeak")
    return Audio(np.concatenate([part.samples for part in parts], axis=1), parts[0].rate)
