"""What may be chosen of how dialogue is found."""

from __future__ import annotations

from dataclasses import dataclass

from scenewise.core.options import Checked, option


@dataclass(frozen=True)
class SpeechOptions(Checked):
    """When sound counts as speech.

    The defaults favour finding all of it, because talking over dialogue is worse than
    missing a gap. On the Sintel trailer 0.3 finds all four lines in full where 0.5 loses
    most of "A dangerous quest for a lone hunter" under its music; in 150 s of
    music, battle noise and toys handled before a microphone neither has a false alarm. Voices
    without words, such as a yawn or a gasp, count as speech.
    """

    threshold: float = option(
        0.3,
        "how likely speech must be before it counts; lower finds more of it",
        low=0.02,
        high=0.98,
        flag="speech-threshold",
        group="Dialogue",
    )
    min_speech: float = option(
        0.1, "shorter sounds are not speech", low=0, high=5, unit="s", group="Dialogue"
    )
    min_pause: float = option(
        0.2, "shorter silences belong to the speech", low=0, high=5, unit="s", group="Dialogue"
    )
    padding: float = option(
        0.1,
        "time added before and after speech",
        low=0,
        high=2,
        unit="s",
        flag="speech-padding",
        group="Dialogue",
    )
