"""Words into speech, once: every utterance is made, measured and kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

import numpy as np

from scenewise.core.errors import ComponentMissing, UnknownChoice
from scenewise.core.media_types import Audio
from scenewise.core.ports import Voice
from scenewise.core.progress import Progress, Silent
from scenewise.description.cache import Cache, Entry
from scenewise.models.voices.choosing import AUTO, voice_for

_VERSION = 1
_FULL_SCALE = 32767.0
_WORD = "Ready."


class Speaker:
    """A voice with a memory. Words in another language than its own are spoken by a voice of
    the same kind for that language, or else by any that can be had.

    Speech is kept as 16-bit samples, and always handed out as such, so that an utterance
    sounds and lasts the same whether it is fresh or remembered.
    """

    def __init__(self, voice: Voice, cache: Cache) -> None:
        self.voice = voice
        self._cache = cache
        self._others: dict[str, Voice] = {}
        self._durations: dict[tuple[str, str], float] = {}

    def _voice(self, language: str) -> Voice:
        wanted = language.lower().partition("-")[0]
        own = self.voice.options
        if not wanted or wanted == own.language.lower().partition("-")[0]:
            return self.voice
        if wanted not in self._others:
            options = replace(own, language=language, voice="")
            try:
                self._others[wanted] = voice_for(self.voice.name, options)
                self._others[wanted].say(_WORD)
            except (ComponentMissing, UnknownChoice):  # it does not speak that language
                self._others[wanted] = voice_for(AUTO, options)
        return self._others[wanted]

    def say(self, text: str, language: str = "") -> Audio:
        """Speech for `text`, mono.

        Args:
            text: what is said.
            language: of its words (BCP 47); empty where it is the voice's own.

        Raises:
            UnknownChoice, VoiceMissing: no voice speaks that language.
        """
        voice = self._voice(language)
        key = {
            "version": _VERSION,
            "voice": voice.name,
            "options": asdict(voice.options),
            "text": text,
        }
        entry = self._cache.get("speech", key)
        if entry is not None and "speech" in entry.blobs:
            samples = np.frombuffer(entry.blobs["speech"], dtype="<i2")
            rate = int(entry.data["rate"])
        else:
            audio = voice.say(text).mono()
            rate = audio.rate
            scaled = np.clip(audio.samples[0], -1.0, 1.0) * _FULL_SCALE
            samples = np.rint(scaled).astype("<i2")
            self._cache.put("speech", key, Entry({"rate": rate}, {"speech": samples.tobytes()}))
        out = Audio((samples.astype(np.float32) / _FULL_SCALE)[None, :], rate)
        self._durations[text, language] = out.duration
        return out

    def require(self, language: str = "") -> None:
        """Say a word, so that a voice that cannot speak (no model, no network) is found out
        before the long work begins.

        Raises:
            VoiceMissing: it cannot.
        """
        self.say(_WORD, language)

    def duration(self, text: str, language: str = "") -> float:
        """Seconds that `text` takes to say."""
        if (text, language) not in self._durations:
            self.say(text, language)
        return self._durations[text, language]

    def measure(self, texts: Iterable[tuple[str, str]], progress: Progress | None = None) -> None:
        """Say every text, each with its language, once so that `duration` answers at once."""
        texts = [each for each in texts if each not in self._durations]
        with (progress or Silent()).step("Speaking", total=len(texts)) as step:
            for text, language in texts:
                self.say(text, language)
                step.advance()

    def describe(self) -> dict[str, object]:
        """What the durations were measured with, for the script."""
        return {"name": self.voice.name, **asdict(self.voice.options)}
