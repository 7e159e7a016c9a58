"""Words into speech, once: every utterance is made, measured and kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import numpy as np

from scenewise.core.media_types import Audio
from scenewise.core.ports import Voice
from scenewise.core.progress import Progress, Silent
from scenewise.description.cache import Cache, Entry

_VERSION = 1
_FULL_SCALE = 32767.0
_WORD = "Ready."


class Speaker:
    """A voice with a memory.

    Speech is kept as 16-bit samples, and always handed out as such, so that an utterance
    sounds and lasts the same whether it is fresh or remembered.
    """

    def __init__(self, voice: Voice, cache: Cache) -> None:
        self.voice = voice
        self._cache = cache
        self._durations: dict[str, float] = {}

    def _key(self, text: str) -> dict[str, object]:
        return {
            "version": _VERSION,
            "voice": self.voice.name,
            "options": asdict(self.voice.options),
            "text": text,
        }

    def say(self, text: str) -> Audio:
        """Speech for `text`, mono."""
        entry = self._cache.get("speech", self._key(text))
        if entry is not None and "speech" in entry.blobs:
            samples = np.frombuffer(entry.blobs["speech"], dtype="<i2")
            rate = int(entry.data["rate"])
        else:
            audio = self.voice.say(text).mono()
            rate = audio.rate
            scaled = np.clip(audio.samples[0], -1.0, 1.0) * _FULL_SCALE
            samples = np.rint(scaled).astype("<i2")
            self._cache.put(
                "speech", self._key(text), Entry({"rate": rate}, {"speech": samples.tobytes()})
            )
        out = Audio((samples.astype(np.float32) / _FULL_SCALE)[None, :], rate)
        self._durations[text] = out.duration
        return out

    def require(self) -> None:
        """Say a word, so that a voice that cannot speak (no model, no network) is found out
        before the long work begins.

        Raises:
            VoiceMissing: it cannot.
        """
        self.say(_WORD)

    def duration(self, text: str) -> float:
        """Seconds that `text` takes to say."""
        if text not in self._durations:
            self.say(text)
        return self._durations[text]

    def measure(self, texts: Iterable[str], progress: Progress | None = None) -> None:
        """Say every text once so that `duration` answers at once."""
        texts = [text for text in texts if text not in self._durations]
        with (progress or Silent()).step("Speaking", total=len(texts)) as step:
            for text in texts:
                self.say(text)
                step.advance()

    def describe(self) -> dict[str, object]:
        """What the durations were measured with, for the script."""
        return {"name": self.voice.name, **asdict(self.voice.options)}
