"""What a person may choose for the main job. Each default and range is written once, here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from scenewise.core.options import Checked, from_plain, nested, option
from scenewise.core.ports import VoiceOptions
from scenewise.description.gaps import GapOptions
from scenewise.description.schedule import ScheduleOptions
from scenewise.media.options import MixOptions, WriteOptions
from scenewise.models.speech_options import SpeechOptions
from scenewise.models.text_reader import ReaderOptions


@dataclass(frozen=True)
class SpeechChoice(Checked):
    """Which voice speaks, and how."""

    voice: str = option(
        "auto",
        "who speaks: auto (the voice of the script, or Piper where it can be had, else espeak), "
        "espeak, piper, gtts (online)",
        group="Voice",
    )
    voice_name: str = option(
        "", "the voice's own name for one of its voices, such as en_GB-alba-medium", group="Voice"
    )
    rate: int = option(170, "speed of speech", low=80, high=300, unit="words/min", group="Voice")
    volume: float = option(
        1.0,
        "the voice's own level, before it is matched to the film",
        low=0.1,
        high=2.0,
        group="Voice",
    )

    def for_language(self, language: str) -> VoiceOptions:
        """The voice's options in a language."""
        return VoiceOptions(language, self.voice_name, self.rate, self.volume)


@dataclass(frozen=True)
class DraftOptions(Checked):
    """How a draft is made."""

    keyframes: str = option(
        "shots",
        "how key frames are chosen: shots, paper (Chen 2025), kmeans, uniform, or a plug-in",
        group="Draft",
    )
    captioner: str = option(
        "auto",
        "who describes: auto (interrogator, else text), interrogator, vlm, text, a plug-in; a "
        "model: a hub name, a folder, or pocket; or distinctad:RUN, a narrator of "
        "`scenewise distinctad train`",
        group="Draft",
    )
    caption_model: str = option(
        "",
        "weights of the captioner: a hub name, a folder, or pocket (default: the captioner's own)",
        group="Draft",
    )
    clip_model: str = option(
        "", "weights of CLIP: a hub name, a folder, or pocket", flag="clip", group="Draft"
    )
    language: str = option("en", "language of the descriptions (BCP 47)", group="Draft")
    names: str = option(
        "",
        "names that a captioner which takes them (vlm, distinctad) may use, separated by commas",
        group="Draft",
    )
    portraits: str = option(
        "",
        "a folder of pictures named as the people in them (Anna.jpg, Ben.png, Ben-2.png): a "
        "captioner that takes them (distinctad) names people where they are seen",
        group="Draft",
    )
    confidence: float = option(
        0.35,
        "a description below this confidence is kept in the script but not voiced",
        low=0.0,
        high=1.0,
        group="Draft",
    )
    text_reader: str = option(
        "rapidocr", "who reads writing in the picture: rapidocr, none, or a plug-in", group="Draft"
    )
    speech_detector: str = option(
        "silero", "who finds the dialogue: silero, energy, or a plug-in", group="Draft"
    )
    captions: str = option(
        "", "a captions file (VTT, SRT) of the film: its cues count as dialogue", group="Draft"
    )
    camera_talk: bool = option(False, "allow words about the camera", group="Draft")
    first_clause: bool = option(
        True,
        "keep the first clause of each caption; a narrator's descriptions stay whole",
        group="Draft",
    )
    reword: bool = option(
        True,
        "word captions as audio description; otherwise they are said as they are",
        group="Draft",
    )
    placement: str = option(
        "optimum",
        "when things are said: optimum (in the gaps) or paper (from the start of each segment)",
        choices=("optimum", "paper"),
        group="Draft",
    )
    candidates: int = option(
        5,
        "descriptions proposed for each key frame, of which one is chosen",
        low=1,
        high=32,
        group="Draft",
    )
    distinct: bool = option(True, "choose what is distinct here, not only what fits", group="Draft")

    gaps: GapOptions = nested(GapOptions)
    timing: ScheduleOptions = nested(ScheduleOptions)
    hearing: SpeechOptions = nested(SpeechOptions)
    reading: ReaderOptions = nested(ReaderOptions)

    def for_paper(self) -> DraftOptions:
        """The published system whole and unimproved (Chen 2025, §4.3)."""
        return replace(
            self,
            keyframes="paper",
            text_reader="none",
            confidence=0.0,
            placement="paper",
            distinct=False,
            first_clause=True,
            reword=False,
        )

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> DraftOptions:
        """The options as `plain` told them; what is missing or unknown has its default.

        Raises:
            OptionInvalid, UnknownChoice: a value is outside its range.
        """
        options: DraftOptions = from_plain(cls, data)
        return options

    def plain(self) -> dict[str, Any]:
        """The options as plain values, for the script and for cache keys."""
        return asdict(self)


@dataclass(frozen=True)
class RenderOptions(Checked):
    """How a described film is made."""

    film: WriteOptions = nested(WriteOptions)
    mix: MixOptions = nested(MixOptions)
    report: bool = option(True, "write report.html", group="Film")
    sound_file: bool = option(True, "also write the described sound alone", group="Film")
