"""What may be chosen of how a described film sounds and is written.

Kept apart from what it configures, so that a command line can be built from it without loading
FFmpeg.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenewise.core.options import Checked, option


@dataclass(frozen=True)
class MixOptions(Checked):
    """How descriptions sound over the film.

    The duck's depth and length are those of the example in W3C DAPT: gain 1 to 0.39 in 0.3 s.
    """

    duck: float = option(
        -8.2,
        "how far the film's sound steps back under a description",
        low=-40,
        high=0,
        unit="dB",
        group="Sound",
    )
    ramp: float = option(
        0.3,
        "how long stepping back and coming back take",
        low=0.01,
        high=5,
        unit="s",
        group="Sound",
    )
    hold: float = option(
        1.0,
        "pauses between descriptions up to this long do not bring the film's sound back",
        low=0,
        high=30,
        unit="s",
        flag="duck-hold",
        group="Sound",
    )
    peak: float = option(
        -2.0,
        "highest true peak of the described sound",
        low=-20,
        high=0,
        unit="dBTP",
        group="Sound",
    )
    speech_channel: str = option(
        "centre",
        "where descriptions sound: in the centre channel if there is one, or in all front ones",
        choices=("centre", "fronts"),
        group="Sound",
    )


@dataclass(frozen=True)
class WriteOptions(Checked):
    """How the described film is written.

    The described sound is what plays by default, and comes first among the sound tracks: who
    asks for a described film wants to hear it by pressing play, and browsers play the first
    track and offer no choice. The original sound stays in the file.
    """

    default_audio: str = option(
        "description",
        "the sound that plays unless another is chosen; it also comes first",
        choices=("description", "original"),
        group="Film",
    )
    burn_in: bool = option(
        False,
        "draw the descriptions into the picture, which is then encoded anew",
        group="Film",
    )
    crf: int = option(
        18,
        "quality of a picture encoded anew, less is better (x264's scale, VP9 gets 9 more)",
        low=0,
        high=51,
        group="Film",
    )
    preset: str = option(
        "fast",
        "how thoroughly a picture is encoded anew",
        choices=("ultrafast", "veryfast", "fast", "medium", "slow"),
        flag="encoder-preset",
        group="Film",
    )
