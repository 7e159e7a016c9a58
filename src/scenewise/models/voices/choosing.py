"""Which voice speaks."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, Final

from scenewise.core.errors import ComponentMissing, UnknownChoice
from scenewise.core.plugins import available, load
from scenewise.core.ports import Voice, VoiceOptions

AUTO: Final = "auto"
"""Piper where it can be had for the language, else espeak."""


def voice_for(name: str, options: VoiceOptions) -> Voice:
    """The voice of a name; one that was named is never replaced by another.

    Args:
        name: `auto`, or a registered voice (`espeak`, `piper`, `gtts`, a plug-in).
        options: how it shall speak. With `auto`, a `voice` that is one of Piper's names
            chooses Piper, and any other chooses espeak.

    Raises:
        UnknownChoice: there is no such voice, or it does not speak the language.
        VoiceMissing: it is not installed or cannot be reached.
    """
    if name != AUTO:
        voice: Voice = load("voice", name)(options)
        return voice
    from scenewise.models.voices import piper

    if options.voice:
        return voice_for("piper" if piper.is_voice(options.voice) else "espeak", options)
    try:
        return voice_for("piper", options)
    except (ComponentMissing, UnknownChoice):
        return voice_for("espeak", options)


def list_voices(language: str | None = None, name: str | None = None) -> list[dict[str, Any]]:
    """What can speak, as rows for people.

    Args:
        language: only voices for this language (BCP 47).
        name: only this registered voice's.

    Returns:
        Rows with `voice` (the registered name), `name` (what `--voice-name` takes),
        `language`, `about` and `here` (whether it speaks now, without a network: `yes`,
        `no`, or `online`).
    """
    listers = {"espeak": _espeak, "piper": _piper, "gtts": _google}
    rows: list[dict[str, Any]] = []
    for voice in available("voice"):
        if name not in (None, voice):
            continue
        if voice in listers:
            rows.extend(listers[voice](language))
        else:
            rows.append(_row(voice, "", language or "", "a plug-in", "yes"))
    return rows


def _row(voice: str, name: str, language: str, about: str, here: str) -> dict[str, Any]:
    return {"voice": voice, "name": name, "language": language, "about": about, "here": here}


def _espeak(language: str | None) -> list[dict[str, Any]]:
    from scenewise.core.errors import VoiceMissing
    from scenewise.models.voices import espeak

    try:
        voices = espeak.voices(language)
    except VoiceMissing:
        return [_row("espeak", "", language or "", "plain, offline, over 100 languages", "no")]
    return [_row("espeak", v.tags[0][1], v.tags[0][1], v.name, "yes") for v in voices if v.tags]


def _piper(language: str | None) -> list[dict[str, Any]]:
    from scenewise.models.voices import piper

    installed = find_spec("piper") is not None
    rows = []
    for voice in sorted(set(piper.PREFERRED.values())):
        tag = voice.partition("-")[0].replace("_", "-")
        if language is None or tag.lower().partition("-")[0] == _primary(language):
            here = "yes" if installed and piper.is_here(voice) else "no"
            rows.append(_row("piper", voice, tag, "neural, 60 MB, fetched on first use", here))
    return rows


def _google(language: str | None) -> list[dict[str, Any]]:
    about = "neural, online: sends every word to Google"
    if find_spec("gtts") is None:
        return [_row("gtts", "", language or "", about, "no")]
    from gtts.lang import tts_langs

    return [
        _row("gtts", "", tag, f"{spoken}; {about}", "online")
        for tag, spoken in sorted(tts_langs().items())
        if language is None or tag.lower().partition("-")[0] == _primary(language)
    ]


def _primary(language: str) -> str:
    return language.strip().lower().replace("_", "-").partition("-")[0]
