"""Piper: neural voices that run on the processor, fetched on first use."""

from __future__ import annotations

import json
import logging
import re
import threading
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenewise.core.errors import FileMissing, ModelMissing, UnknownChoice, VoiceMissing
from scenewise.core.media_types import Audio
from scenewise.core.ports import VoiceOptions
from scenewise.models import hub
from scenewise.models.voices.trimming import finished
from scenewise.models.voices.wording import checked, near, speakable

REPOSITORY: Final = "rhasspy/piper-voices"

PREFERRED: Final[dict[str, str]] = {
    "en-us": "en_US-lessac-medium",
    "en-gb": "en_GB-alba-medium",
    "ca": "ca_ES-upc_ona-medium",
    "cs": "cs_CZ-jirka-medium",
    "da": "da_DK-talesyntese-medium",
    "de": "de_DE-thorsten-medium",
    "el": "el_GR-rapunzelina-low",
    "en": "en_US-lessac-medium",
    "es": "es_ES-davefx-medium",
    "fi": "fi_FI-harri-medium",
    "fr": "fr_FR-siwis-medium",
    "hu": "hu_HU-anna-medium",
    "it": "it_IT-paola-medium",
    "nb": "no_NO-talesyntese-medium",
    "nl": "nl_NL-mls-medium",
    "no": "no_NO-talesyntese-medium",
    "pl": "pl_PL-gosia-medium",
    "pt": "pt_BR-faber-medium",
    "ro": "ro_RO-mihai-medium",
    "ru": "ru_RU-irina-medium",
    "sv": "sv_SE-nst-medium",
    "tr": "tr_TR-dfki-medium",
    "uk": "uk_UA-ukrainian_tts-medium",
    "vi": "vi_VN-vais1000-medium",
    "zh": "zh_CN-huayan-medium",
}
"""The voice for a language or region where none is named."""

_NAME = re.compile(r"(?P<family>[a-z]{2,3})_[A-Z]{2}-[^-/\\]+-(x_low|low|medium|high)$")
# Four sentences that together are as quick as films' descriptions are on average: espeak, set
# to 170 words a minute over 326 of those, says 171 of these.
_PROBE = (
    "The old man shoves the younger one to the ground and points at the door.",
    "Her expression hardens as she watches the passengers leave.",
    "She walks along the corridor, opens the last door and looks inside.",
    "The detective examines a photograph under the desk lamp.",
)
_SLOWEST, _FASTEST = 2.5, 0.4  # factors on the length of sounds beyond which words blur
_SEED = 20260101

_making = threading.Lock()


def is_voice(name: str) -> bool:
    """Whether a name can only be one of Piper's: `en_US-lessac-medium`, or an .onnx file."""
    return bool(_NAME.match(name)) or name.lower().endswith(".onnx")


class PiperVoice:
    """Speech by a Piper voice (VITS in ONNX), which sounds natural and needs no network
    once its 60 MB are here.

    The network draws noise for timbre and rhythm. Without noise it would repeat itself but
    sound flat and blurred, and its runtime offers no way to rewind the noise, so the network
    is loaded afresh, with one seed, for every utterance (0.2 s for 21 MB on two cores): the
    same words are the same samples.

    The rate is set by stretching all sounds by one factor; how many words a minute the voice
    speaks unstretched is measured on four sentences when it is first used.

    Args:
        options: `voice` is empty for the usual voice of the language, a name such as
            `en_GB-alba-medium`, or the path of an .onnx file with its .onnx.json beside it.
        allow_download: whether a voice that is not here may be fetched.

    Raises:
        VoiceMissing: piper-tts is not installed, or the voice is neither here nor to be had.
        UnknownChoice: Piper has no usual voice for the language, or no voice of the name.
        OptionInvalid: the rate or the volume is out of range.
    """

    name = "piper"

    def __init__(self, options: VoiceOptions | None = None, *, allow_download: bool = True) -> None:
        self.options = checked(options or VoiceOptions())
        _demand_package()
        self._model, config = _located(self.options, allow_download)
        self._voice = _opened(self._model, config)
        self._own_rate: float | None = None

    def say(self, text: str) -> Audio:
        """Speech, mono at the voice's own sample rate; of no length where there is nothing
        to say.

        Args:
            text: plain words; markup is spoken, not obeyed.
        """
        words = speakable(text).replace("[[", "[ [")  # Piper's marks for raw phonemes
        if self._own_rate is None:
            self._own_rate = self._measured()
        stretch = float(np.clip(self._own_rate / self.options.rate, _FASTEST, _SLOWEST))
        return self._synthesized(words, stretch, self.options.volume)

    def _measured(self) -> float:
        """Words a minute without stretching."""
        lasting = sum(self._synthesized(probe, 1.0).duration for probe in _PROBE)
        spoken = sum(len(probe.split()) for probe in _PROBE)
        return 60 * spoken / lasting if lasting else float(self.options.rate)

    def _synthesized(self, words: str, stretch: float, volume: float = 1.0) -> Audio:
        from piper import SynthesisConfig

        config = self._voice.config
        if not words:
            return finished(np.zeros(0, np.float32), config.sample_rate)
        manner = SynthesisConfig(length_scale=config.length_scale * stretch)
        with _making:
            self._voice.session = _session(self._model)
            chunks = [chunk.audio_float_array for chunk in self._voice.synthesize(words, manner)]
        samples = np.concatenate([np.atleast_1d(chunk) for chunk in chunks] or [np.zeros(0)])
        return finished(samples, config.sample_rate, volume)


def _demand_package() -> None:
    try:
        import piper  # noqa: F401
    except ImportError as error:
        raise VoiceMissing(
            "piper-tts is not installed", remedy='run: pip install "scenewise[voices]"'
        ) from error
    logging.getLogger("piper").setLevel(logging.ERROR)


def usual_voice(language: str) -> str:
    """The voice for a language where none is named.

    Raises:
        UnknownChoice: there is none for the language.
    """
    parts = language.strip().lower().replace("_", "-").split("-")
    while parts:
        if (found := PREFERRED.get("-".join(parts))) is not None:
            return found
        parts.pop()
    raise UnknownChoice(
        f"no Piper voice is known for {language!r}",
        remedy=f"name one with --voice-name, or use espeak; known: {', '.join(sorted(PREFERRED))}",
    )


def _located(options: VoiceOptions, allow_download: bool) -> tuple[Path, Path]:
    """The network of a voice and its configuration."""
    wanted = options.voice or usual_voice(options.language)
    if wanted.lower().endswith(".onnx"):
        model = Path(wanted).expanduser()
        config = model.with_name(f"{model.name}.json")
        for file in (model, config):
            if not file.is_file():
                raise FileMissing(
                    "there is no such file",
                    path=file,
                    remedy="a Piper voice is two files: NAME.onnx and NAME.onnx.json",
                )
        return model, config
    files = hub_files(wanted)
    try:
        model, config = hub.fetch(REPOSITORY, files, allow_download=allow_download)
    except ModelMissing as error:
        raise VoiceMissing(
            f"the Piper voice {wanted} cannot be had ({error.what})",
            remedy=f"fetch it where there is a network: scenewise models pull {wanted}; "
            "or use --voice espeak",
        ) from error
    return model, config


def hub_files(voice: str) -> tuple[str, str]:
    """Where a voice lies in its repository: the network and its configuration.

    Raises:
        UnknownChoice: this is not the name of a voice.
    """
    match = _NAME.match(voice)
    if match is None:
        raise UnknownChoice(
            f"{voice!r} is not the name of a Piper voice",
            remedy=f"names look like en_US-lessac-medium; nearest: "
            f"{near(voice, PREFERRED.values())}",
        )
    language, speaker, quality = voice.split("-")
    network = f"{match['family']}/{language}/{speaker}/{quality}/{voice}.onnx"
    return network, f"{network}.json"


def is_here(voice: str) -> bool:
    """Whether a voice of the repository can be used without a network."""
    try:
        hub.fetch(REPOSITORY, hub_files(voice), allow_download=False)
    except ModelMissing:
        return False
    return True


def _opened(model: Path, config: Path) -> Any:
    from piper import PiperVoice as Loaded
    from piper.config import PiperConfig

    try:
        settings = PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VoiceMissing(
            f"the voice's configuration cannot be read ({error!r})",
            path=config,
            remedy="fetch the voice again",
        ) from error
    with _making:
        return Loaded(session=_session(model), config=settings)


def _session(model: Path) -> Any:
    """The network with its noise at the beginning."""
    import onnxruntime

    onnxruntime.set_seed(_SEED)
    manner = onnxruntime.SessionOptions()
    manner.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            str(model), sess_options=manner, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the runtime's errors share no base of their own
        raise VoiceMissing(
            "the voice's network cannot be loaded", path=model, remedy="fetch the voice again"
        ) from error
