"""Breathy variants of espeak make noise; it must be the same noise each time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from scenewise.core.ports import VoiceOptions
from scenewise.models.voices.espeak import EspeakVoice


@pytest.mark.parametrize("shade", ["", "+f3", "+m7", "+whisper", "+Reed", "+caleb"])
def test_every_shade_says_the_same_words_in_the_same_samples(shade) -> None:
    if sys.platform == "win32" and shade in {"+Reed", "+caleb"}:
        pytest.skip("these draw their noise from a C library that cannot be reached here")
    options = VoiceOptions("en-GB", f"en-gb{shade}", 165)
    first = EspeakVoice(options).say("You came back after all.").samples
    EspeakVoice(VoiceOptions("de", "", 200)).say("Etwas anderes.")
    again = EspeakVoice(options).say("You came back after all.").samples
    assert first.shape[1] > 10_000
    assert np.array_equal(first, again)


@pytest.mark.slow
def test_another_process_says_it_likewise() -> None:
    program = (
        "import hashlib; from scenewise.core.ports import VoiceOptions; "
        "from scenewise.models.voices.espeak import EspeakVoice; "
        "voice = EspeakVoice(VoiceOptions('en-GB', 'en-gb+f3', 165)); "
        "print(hashlib.sha256(voice.say('You came back after all.').samples.tobytes()).hexdigest())"
    )
    said = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert len(said) == 1
