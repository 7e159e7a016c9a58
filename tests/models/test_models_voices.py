"""Voices: one contract for all of them, then what each does on its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from piper_stand_in import RATE as PIPER_RATE
from piper_stand_in import make_voice

from scenewise.core.errors import (
    FileMissing,
    OptionInvalid,
    UnknownChoice,
    VoiceMissing,
)
from scenewise.core.media_types import Audio
from scenewise.core.plugins import load
from scenewise.core.ports import Voice, VoiceOptions
from scenewise.media.sound import write_sound
from scenewise.models.speech import SileroDetector
from scenewise.models.voices import espeak_library, gtts, piper
from scenewise.models.voices.choosing import list_voices, voice_for
from scenewise.models.voices.espeak import EspeakVoice, voices
from scenewise.models.voices.gtts import GoogleVoice
from scenewise.models.voices.piper import PiperVoice
from scenewise.models.voices.trimming import finished
from scenewise.models.voices.wording import speakable

LINES = (
    "A white rabbit comes out of its hole and stretches.",
    "Emo sits on the bridge and checks his limbs.",
    "Introductory titles are showing on the background of a water pool with fishes swimming.",
    "After the squealing plugs move on, Proog makes sure that Emo is unharmed and urges him "
    "onwards through a crack in one of the plug-walls.",
    "They walk through the narrow hall into a massive room that fades away into blackness.",
    "Her expression hardens as she watches the passengers leave.",
    "The detective examines a photograph under the desk lamp.",
    "In the restaurant, an elderly couple celebrates.",
)

Maker = Callable[..., Voice]


def answering(folder: Path) -> Callable[..., None]:
    """Google's answer as an mp3 of speech that depends on the words and on `slow`."""

    def write_to_fp(self, file) -> None:
        rate = 120 if self.speed else 160
        speech = EspeakVoice(VoiceOptions("en-US", rate=rate)).say(self.text)
        path = folder / "answer.mp3"
        write_sound(path, [speech])
        file.write(path.read_bytes())

    return write_to_fp


@pytest.fixture(params=["espeak", "piper", "gtts"])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    """Makes a voice of one kind, in English unless told otherwise."""
    kind = load("voice", request.param)
    own = {}
    if request.param == "piper":
        own["voice"] = str(make_voice(tmp_path / "voices"))
    if request.param == "gtts":
        monkeypatch.setattr("gtts.gTTS.write_to_fp", answering(tmp_path))

    def build(**changes) -> Voice:
        return kind(VoiceOptions(**{"language": "en", **own, **changes}))

    return build


class TestEveryVoice:
    def test_words_are_sound_of_a_sane_kind(self, make: Maker):
        speech = make().say(LINES[0])
        assert speech.samples.shape[0] == 1
        assert speech.samples.dtype == np.float32
        assert 8000 <= speech.rate <= 48_000
        assert np.isfinite(speech.samples).all()
        assert 0.05 < np.abs(speech.samples).max() <= 1
        assert 1.5 < speech.duration < 6

    def test_the_same_words_are_the_same_sound(self, make: Maker):
        voice = make()
        first = voice.say(LINES[0]).samples
        voice.say(LINES[3])
        voice.say("Ho!")
        assert np.array_equal(voice.say(LINES[0]).samples, first)
        assert np.array_equal(make().say(LINES[0]).samples, first)
        assert not np.array_equal(voice.say(LINES[1]).samples[:, :1000], first[:, :1000])

    def test_a_faster_rate_is_shorter(self, make: Maker):
        slow, fast = (make(rate=rate).say(LINES[3]).duration for rate in (100, 250))
        assert fast < 0.85 * slow

    def test_volume_scales_the_samples(self, make: Maker):
        full, half, none = (make(volume=v).say(LINES[0]).samples for v in (1.0, 0.5, 0.0))
        assert np.allclose(half, 0.5 * full, atol=1e-6)
        assert not none.any()
        assert np.abs(make(volume=2.0).say(LINES[0]).samples).max() <= 1

    @pytest.mark.parametrize("text", ["", "   ", "\n\t", "...", "?!", "— “”", "\x00\x01\x1b"])
    def test_nothing_to_say_is_no_sound(self, make: Maker, text: str):
        speech = make().say(text)
        assert speech.samples.shape == (1, 0)

    def test_silence_is_trimmed_and_there_are_no_clicks(self, make: Maker):
        speech = make().say(LINES[0])
        sound = np.abs(speech.samples[0])
        loud = np.flatnonzero(sound > 0.02 * sound.max()) / speech.rate
        assert loud[0] < 0.06
        assert speech.duration - loud[-1] < 0.12
        assert sound[0] == 0
        assert sound[-1] < 0.01

    @pytest.mark.parametrize("rate", [0, 79, 401])
    def test_impossible_rates_are_refused(self, make: Maker, rate: int):
        with pytest.raises(OptionInvalid, match="words"):
            make(rate=rate)

    def test_impossible_volumes_are_refused(self, make: Maker):
        with pytest.raises(OptionInvalid, match="volume"):
            make(volume=2.5)

    @pytest.mark.parametrize("text", ["<b>bold</b> & more", "🐰 rabbit", "кролик", "[[h@l0U]] you"])
    def test_odd_text_is_spoken(self, make: Maker, text: str):
        assert 0.1 < make().say(text).duration < 8

    def test_it_knows_its_name_and_options(self, make: Maker):
        voice = make(rate=150)
        assert isinstance(voice, Voice)
        assert voice.options.rate == 150
        assert voice.name in ("espeak", "piper", "gtts")


class TestEspeak:
    @pytest.mark.parametrize("language", ["en-GB", "en-US"])
    @pytest.mark.parametrize("rate", [90, 140, 170, 200, 300])
    def test_the_rate_is_the_one_asked_for(self, language: str, rate: int):
        voice = EspeakVoice(VoiceOptions(language, rate=rate))
        minutes = sum(voice.say(line).duration for line in LINES) / 60
        words = sum(len(line.split()) for line in LINES)
        assert words / minutes == pytest.approx(rate, rel=0.10)

    def test_its_speech_is_speech(self):
        speech = EspeakVoice(VoiceOptions("en-GB")).say(LINES[3])
        found = SileroDetector().detect([speech])
        assert sum(span.duration for span in found) > 0.9 * speech.duration

    @pytest.mark.parametrize(
        ("tag", "identifier"),
        [
            ("en", "gmw/en"),
            ("en-US", "gmw/en-US"),
            ("en_gb", "gmw/en"),
            ("en-AU", "gmw/en"),
            ("pt-BR", "roa/pt-BR"),
            ("pt", "roa/pt"),
            ("de-AT", "gmw/de"),
            ("zh", "sit/cmn"),
            ("zh-Hant-TW", "sit/cmn"),
            ("zh-HK", "sit/yue"),
            ("no", "gmq/nb"),
            ("es-MX", "roa/es-419"),
        ],
    )
    def test_languages_find_their_voice(self, tag: str, identifier: str):
        assert EspeakVoice(VoiceOptions(tag))._voice == identifier

    def test_languages_sound_different(self):
        text = "Paris, Berlin, Roma"
        said = [EspeakVoice(VoiceOptions(tag)).say(text).samples for tag in ("en", "de", "it")]
        assert len({len(samples[0]) for samples in said}) == 3

    def test_unknown_languages_list_their_neighbours(self):
        with pytest.raises(UnknownChoice, match=r"nearest: .*kl"):
            EspeakVoice(VoiceOptions("klx"))

    def test_variants_change_the_voice(self):
        plain, other = (
            EspeakVoice(VoiceOptions("en-US", name)).say(LINES[0]).samples
            for name in ("", "en-us+f3")
        )
        assert plain.shape != other.shape or not np.allclose(plain, other)

    @pytest.mark.parametrize("name", ["frensh", "en-us+nobody"])
    def test_unknown_names_are_refused(self, name: str):
        with pytest.raises(UnknownChoice, match="nearest"):
            EspeakVoice(VoiceOptions("en", name))

    def test_markup_is_not_obeyed(self):
        voice = EspeakVoice(VoiceOptions("en"))
        plain = voice.say("wait here").duration
        assert voice.say('wait <break time="9s"/> here').duration < plain + 4
        assert voice.say("wait \x0130s here").duration < plain + 2  # an embedded command

    def test_a_long_text_is_said_whole(self):
        voice = EspeakVoice(VoiceOptions("en"))
        once = voice.say(LINES[0]).duration
        assert voice.say(" ".join([LINES[0]] * 50)).duration > 45 * once

    def test_threads_may_speak_at_once(self):
        wanted = [EspeakVoice(VoiceOptions("en")).say(line).samples for line in LINES]
        slow = EspeakVoice(VoiceOptions("de", rate=120))
        with ThreadPoolExecutor(6) as pool:
            voice = EspeakVoice(VoiceOptions("en"))
            others = [pool.submit(slow.say, line) for line in LINES * 2]
            got = list(pool.map(voice.say, LINES * 4))
            assert all(other.result().duration > 1 for other in others)
        for index, speech in enumerate(got):
            assert np.array_equal(speech.samples, wanted[index % len(LINES)])

    @settings(max_examples=25, deadline=None)
    @given(text=st.text(max_size=60))
    def test_any_text_can_be_said(self, text: str):
        speech = EspeakVoice(VoiceOptions("en")).say(text)
        assert np.isfinite(speech.samples).all()
        assert np.abs(speech.samples).max(initial=0) <= 1

    def test_a_machine_without_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch):
        espeak_library.location.cache_clear()
        monkeypatch.setitem(__import__("sys").modules, "espeakng_loader", None)
        monkeypatch.setattr(espeak_library.ctypes.util, "find_library", lambda name: None)
        monkeypatch.setattr(espeak_library, "_loads", lambda name: False)
        try:
            with pytest.raises(VoiceMissing, match=r"scenewise\[voices\]"):
                espeak_library.location()
        finally:
            espeak_library.location.cache_clear()

    @pytest.mark.skipif(os.name == "nt", reason="long paths are shortened otherwise there")
    def test_its_data_may_lie_deep(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        library, data = espeak_library.location()
        wanted = EspeakVoice(VoiceOptions("en")).say(LINES[0]).samples
        deep = tmp_path / ("d" * 90) / ("é" * 60) / "espeak-ng-data"
        shutil.copytree(data, deep, ignore=shutil.ignore_patterns("*_dict"))
        shutil.copy(Path(data) / "en_dict", deep)
        monkeypatch.setattr(espeak_library, "location", lambda: (library, str(deep)))
        assert np.array_equal(EspeakVoice(VoiceOptions("en")).say(LINES[0]).samples, wanted)

    def test_voices_of_a_language_are_listed(self):
        names = {voice.name for voice in voices("pt-PT")}
        assert names == {"Portuguese (Portugal)", "Portuguese (Brazil)"}
        assert len(voices()) > 100


class TestPiper:
    def test_the_rate_follows_the_words(self, tmp_path: Path):
        path = str(make_voice(tmp_path))
        for rate in (120, 170, 220):
            voice = PiperVoice(VoiceOptions("en", path, rate))
            minutes = sum(voice.say(line).duration for line in LINES) / 60
            words = sum(len(line.split()) for line in LINES)
            assert words / minutes == pytest.approx(rate, rel=0.15)

    def test_the_network_itself_does_not_repeat(self, tmp_path: Path):
        """Else the test that our voice repeats itself would prove nothing."""
        inner = PiperVoice(VoiceOptions("en", str(make_voice(tmp_path))))._voice
        first, second = (
            np.concatenate([chunk.audio_float_array for chunk in inner.synthesize(LINES[0])])
            for _ in range(2)
        )
        assert first.shape != second.shape or not np.allclose(first, second)

    def test_the_sample_rate_is_the_voices_own(self, tmp_path: Path):
        voice = PiperVoice(VoiceOptions("en", str(make_voice(tmp_path))))
        assert voice.say("Hello.").rate == PIPER_RATE

    @pytest.mark.parametrize("name", ["", "en_US-lessac-medium"])
    def test_without_a_network_it_says_how_to_fetch_it(self, name: str):
        with pytest.raises(VoiceMissing, match="scenewise models pull en_US-lessac-medium") as info:
            PiperVoice(VoiceOptions("en", name))
        assert "\n" not in str(info.value)

    def test_a_cached_voice_is_used_without_a_network(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        name = "en_GB-alba-medium"
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
        home = tmp_path / "models--rhasspy--piper-voices"
        commit = "0" * 40
        make_voice(home / "snapshots" / commit / "en/en_GB/alba/medium", name)
        (home / "refs").mkdir()
        (home / "refs/main").write_text(commit)
        assert piper.is_here(name)
        assert PiperVoice(VoiceOptions("en-GB")).say("Hello there.").duration > 0.2
        assert voice_for("auto", VoiceOptions("en-GB")).name == "piper"
        assert voice_for("auto", VoiceOptions("fr")).name == "espeak"
        rows = list_voices("en", "piper")
        assert {row["name"]: row["here"] for row in rows}[name] == "yes"

    def test_files_that_are_not_a_voice_are_refused(self, tmp_path: Path):
        path = make_voice(tmp_path)
        path.with_name(f"{path.name}.json").write_text("{}")
        with pytest.raises(VoiceMissing, match="configuration"):
            PiperVoice(VoiceOptions("en", str(path)))
        path = make_voice(tmp_path)
        path.write_bytes(b"not a network")
        with pytest.raises(VoiceMissing, match="network"):
            PiperVoice(VoiceOptions("en", str(path)))
        path.unlink()
        with pytest.raises(FileMissing):
            PiperVoice(VoiceOptions("en", str(path)))

    def test_every_usual_voice_has_a_name_that_can_be_fetched(self):
        for voice in piper.PREFERRED.values():
            network, config = piper.hub_files(voice)
            assert network.startswith(f"{voice.partition('_')[0]}/{voice.partition('-')[0]}/")
            assert config == f"{network}.json"

    def test_languages_without_a_usual_voice_are_told(self):
        with pytest.raises(UnknownChoice, match="no Piper voice"):
            PiperVoice(VoiceOptions("tlh"))


class TestGoogle:
    def test_it_is_slow_only_where_that_is_nearer(self, tmp_path: Path, monkeypatch):
        monkeypatch.setattr("gtts.gTTS.write_to_fp", answering(tmp_path))
        durations = [
            GoogleVoice(VoiceOptions("en", rate=rate)).say(LINES[0]).duration
            for rate in (100, 150, 250)
        ]
        assert durations[0] > 1.2 * durations[1]
        assert durations[1] == durations[2]  # it knows two rates only

    def test_without_a_network_it_gives_up_in_one_line(self, monkeypatch: pytest.MonkeyPatch):
        import requests

        def refuse(*args, **kwargs):
            assert kwargs["timeout"]
            raise requests.exceptions.ConnectionError("no route to host")

        monkeypatch.setattr(requests.Session, "send", refuse)
        with pytest.raises(VoiceMissing, match="cannot be reached") as info:
            GoogleVoice(VoiceOptions("en")).say("Hello.")
        assert "\n" not in str(info.value)

    def test_an_answer_that_is_no_sound_is_refused(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("gtts.gTTS.write_to_fp", lambda self, file: file.write(b"<html>"))
        with pytest.raises(VoiceMissing, match="no sound"):
            GoogleVoice(VoiceOptions("en")).say("Hello.")

    @pytest.mark.parametrize(
        ("tag", "language", "domain"),
        [
            ("en-GB", "en", "co.uk"),
            ("en", "en", "com"),
            ("zh", "zh-CN", "com"),
            ("zh-TW", "zh-TW", "com"),
            ("pt-BR", "pt", "com.br"),
            ("nb", "no", "com"),
        ],
    )
    def test_languages_and_accents(self, tag: str, language: str, domain: str):
        voice = GoogleVoice(VoiceOptions(tag))
        assert (voice._language, voice._domain) == (language, domain)

    def test_unknown_languages_are_refused(self):
        with pytest.raises(UnknownChoice, match="nearest"):
            GoogleVoice(VoiceOptions("tlh"))

    def test_it_warns_that_it_is_online(self):
        assert "nline" in (gtts.GoogleVoice.__doc__ or "")
        assert {row["here"] for row in list_voices("en", "gtts")} == {"online"}


class TestChoosing:
    def test_auto_falls_back_to_espeak_without_a_network(self):
        assert voice_for("auto", VoiceOptions("en")).name == "espeak"

    def test_a_named_voice_is_never_replaced(self):
        with pytest.raises(VoiceMissing):
            voice_for("piper", VoiceOptions("en"))

    def test_auto_takes_a_voices_name_at_its_word(self):
        assert voice_for("auto", VoiceOptions("en", "en-us+f3")).name == "espeak"
        with pytest.raises(VoiceMissing, match="alba"):
            voice_for("auto", VoiceOptions("en", "en_GB-alba-medium"))

    def test_unknown_voices_list_the_known(self):
        with pytest.raises(UnknownChoice, match="espeak, gtts, piper"):
            voice_for("siri", VoiceOptions())

    def test_rows_say_what_can_speak_here(self):
        rows = list_voices("de")
        assert {row["voice"] for row in rows} == {"espeak", "piper", "gtts"}
        assert all(set(row) == {"voice", "name", "language", "about", "here"} for row in rows)
        assert ("espeak", "yes") in {(row["voice"], row["here"]) for row in rows}
        assert all(row["language"].lower().startswith("de") for row in rows)

    def test_every_listed_espeak_name_speaks(self, capfd: pytest.CaptureFixture[str]):
        rows = list_voices(name="espeak")
        assert "fo" not in {row["name"] for row in rows}  # Faroese comes without its words
        for row in rows:
            voice = voice_for("espeak", VoiceOptions("en", row["name"]))
            assert voice.say("1 a").duration > 0.1, row
        assert capfd.readouterr() == ("", "")


class TestTrimming:
    @settings(max_examples=40, deadline=None)
    @given(
        before=st.integers(0, 4000),
        length=st.integers(200, 6000),
        after=st.integers(0, 4000),
        level=st.floats(0.01, 1.0),
    )
    def test_silence_goes_and_sound_stays(self, before: int, length: int, after: int, level: float):
        rate = 16_000
        tone = level * np.sin(np.arange(length) * 0.3).astype(np.float32)
        speech = finished(np.pad(tone, (before, after)), rate)
        assert length - 10 <= speech.samples.shape[1] <= length + 0.075 * rate
        assert np.abs(speech.samples).max() == pytest.approx(np.abs(tone).max(), rel=0.2)

    def test_what_is_not_a_number_becomes_silence(self):
        sound = np.full(1000, 0.5, np.float32)
        sound[100:110] = np.nan
        assert np.isfinite(finished(sound, 16_000).samples).all()

    def test_silence_is_of_no_length(self):
        assert isinstance(finished(np.zeros(500), 16_000), Audio)
        assert finished(np.zeros(500), 16_000).duration == 0


class TestWording:
    @settings(max_examples=60, deadline=None)
    @given(text=st.text())
    def test_no_control_characters_reach_a_voice(self, text: str):
        words = speakable(text)
        assert words == speakable(words)
        assert not any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in words)

    @pytest.mark.parametrize("text", ["…", "?!", "", "\u200b", "--"])
    def test_punctuation_alone_is_nothing_to_say(self, text: str):
        assert speakable(text) == ""
