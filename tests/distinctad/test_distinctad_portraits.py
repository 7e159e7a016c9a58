"""A folder of portraits tells the narrator of the main job who is in which clip."""

from __future__ import annotations

import json
import os
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from narrator_maker import make_narrator
from scenewise.cli.running import run as run_command
from scenewise.core.errors import FileMissing, FileUnreadable, OptionInvalid
from scenewise.core.media_types import Candidate, Frame, Image, Keyframe
from scenewise.core.ports import CaptionContext
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.drafting import draft
from scenewise.description.options import DraftOptions, SpeechChoice
from scenewise.distinctad.banks import BankInvalid
from scenewise.distinctad.banks_portraits import portrait_files, portrayed
from scenewise.distinctad.clips_stills import Stills
from scenewise.distinctad.describing import NarratorCaptioner
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.options import SpeakingOptions
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.choosing import captioner_for, with_portraits
from scenewise.models.text_only import TextOnly
from scenewise.synthetic.films import make_films
from scenewise.synthetic.portraits import portrait

SPEAKING = SpeakingOptions(candidates=2, tokens=6)
SHOWN = ["Anna", "Bruno", "", "Clara", "Anna", "Bruno", "Clara", ""]
"""Who is seen in clips one after the other; nobody in some."""


@pytest.fixture(scope="module")
def narrator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    about = {"names": ["Anna", "Bruno", "Clara", "Felix"]}
    return make_narrator(tmp_path_factory.mktemp("run") / "narrator", about=about, faces_from=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Portraits of three, two of Anna."""
    where = tmp_path_factory.mktemp("portraits")
    for name in ("Anna", "Bruno", "Clara"):
        Pillow.fromarray(portrait(name)).save(where / f"{name}.png")
    Pillow.fromarray(portrait("Anna", 96)).save(where / "anna-2.PNG")
    (where / "notes.txt").write_text("of the first day", "utf-8")
    return where


def captioner(narrator: Path, portraits: Path | str = "") -> NarratorCaptioner:
    options = CaptionOptions(
        model=str(narrator), device="cpu", precision="float32", portraits=str(portraits)
    )
    return NarratorCaptioner(options, speaking=SPEAKING)


def clips_of(shown: list[str]) -> list[Keyframe]:
    """Pictures of one place, with somebody in front of it."""
    rng = np.random.default_rng(0)
    place = rng.integers(90, 110, (128, 160, 3), np.uint8)

    def picture(name: str, number: int) -> Image:
        made = place.copy()
        if name:
            who = portrait(name)
            there = np.abs(who.astype(int) - who[0, 0]).sum(axis=2) > 12  # without its ground
            left = 8 * (number % 4)
            made[:, left : left + 128][there] = who[there]
        return made

    return [
        Keyframe(Frame(n + 0.5, picture(name, n)), Span(n, n + 1)) for n, name in enumerate(shown)
    ]


Asked = list[tuple[list[str], list[bool]]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[NarratorCaptioner], Asked]:
    """Notes which names, and whose faces, a narrator is asked with."""

    def noting(who: NarratorCaptioner) -> Asked:
        noted: Asked = []
        plain = who._narrator.prompt

        def prompt(names: list[str], known: list[bool], earlier: list[str]) -> object:
            noted.append((list(names), list(known)[: len(names)]))
            made = plain(names, known, earlier)
            assert made.faces == [n for n, k in zip(names, known, strict=False) if k]
            return made

        monkeypatch.setattr(who._narrator, "prompt", prompt)
        return noted

    return noting


@pytest.mark.slow
def test_each_clip_is_told_with_those_who_are_seen_in_it_and_their_faces(
    narrator: Path, folder: Path, asked: Callable[[NarratorCaptioner], Asked]
) -> None:
    who, frames = captioner(narrator, folder), clips_of(SHOWN)
    noted = asked(who)
    said = list(who.describe(frames, CaptionContext()))
    assert len(said) == len(SHOWN)
    right = [names[:1] == [name] for (names, _), name in zip(noted, SHOWN, strict=True) if name]
    assert all(right), noted
    assert all(all(known) for _, known in noted)  # of everybody who is named there is a face
    told = sum(len(names) for names, _ in noted)
    assert told < 1.5 * sum(map(bool, SHOWN)), noted  # all names would be three a clip
    # the first ones are done: the others are told as before
    rest = list(who.resume(frames, CaptionContext(), said[:5]))
    assert [[c.text for c in row] for row in rest] == [[c.text for c in row] for row in said[5:]]


def test_names_without_a_portrait_may_be_anywhere(
    narrator: Path, folder: Path, asked: Callable[[NarratorCaptioner], Asked]
) -> None:
    who = captioner(narrator, folder)
    noted = asked(who)
    list(who.describe(clips_of(SHOWN), CaptionContext(names=("Anna Berg", "Felix"))))
    for (names, known), name in zip(noted, SHOWN, strict=True):
        assert names[-1] == "Felix"
        assert not known[-1]
        assert names.count("Felix") == 1
        if name:
            assert names[0] == name
    assert any("Anna" not in names for names, _ in noted)


def test_nobody_is_named_where_they_are_not_seen(
    narrator: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of the portraits are silenced elsewhere, even of those whom no training knew."""
    silent: list[tuple[set[str], set[str]]] = []
    from scenewise.distinctad.speaking import Names

    plain = Names.silenced

    def noted(self: Names, allowed: list[str]) -> list[list[int]]:
        silent.append((set(self._spelled), set(allowed)))
        return plain(self, allowed)

    monkeypatch.setattr(Names, "silenced", noted)
    who = captioner(narrator, folder)
    list(who.describe(clips_of(["Anna", "Anna", "Bruno", "Bruno"]), CaptionContext()))
    assert {name for known, _ in silent for name in known} >= {"Anna", "Bruno", "Clara", "Felix"}
    assert all(allowed <= {"Anna", "Bruno", "Clara"} for _, allowed in silent)
    assert all("Felix" in known - allowed for known, allowed in silent)


@pytest.mark.film
@pytest.mark.slow
def test_in_drawn_films_those_who_are_told_are_there_more_often_than_all_names_are(
    narrator: Path, tmp_path: Path, asked: Callable[[NarratorCaptioner], Asked]
) -> None:
    make_films(tmp_path, 2, seed=3, seconds=80, width=128, height=128, stills=True)
    told = wanted = right = everybody = 0
    for file in sorted((tmp_path / "films").glob("*.tar")):
        truth = json.loads(file.with_suffix(".truth.json").read_text("utf-8"))
        portraits = tmp_path / file.stem
        portraits.mkdir()
        for name in truth["cast"]:
            shutil.copy(tmp_path / "portraits" / f"{name}.png", portraits)
        who = captioner(narrator, portraits)
        noted = asked(who)
        film, edges = Stills(file, 3), [0.0, *truth["cuts"], truth["duration"]]
        spans = [Span(a, b) for a, b in pairwise(edges) if b - a > 0.5]
        frames = [
            Keyframe(frame, span)
            for frame, span in zip(film.at([s.middle for s in spans]), spans, strict=True)
        ]
        list(who.seeing(film, spans, _Still()).describe(frames, CaptionContext()))
        for (names, _), span in zip(noted, spans, strict=True):
            events = [
                one["event"]
                for one in truth["happenings"]
                if one["event"] and Span(**one["span"]).overlap(span) > 0.3
            ]
            seen = {name for event in events for name in (event["person"], event["other"]) if name}
            told, right, wanted = (
                told + len(names),
                right + len(seen & set(names)),
                wanted + len(seen),
            )
            everybody += len(truth["cast"])
    assert right / told > 1.3 * wanted / everybody, (right, told, wanted, everybody)
    assert right / wanted > 0.4, (right, wanted)


class _Still:
    """A step that nobody watches."""

    def advance(self, amount: float = 1.0) -> None: ...

    def reach(self, position: float) -> None: ...


def test_pictures_are_named_as_the_people_in_them(tmp_path: Path) -> None:
    names = ("Anna.jpg", "anna-2.png", "ANNA_3.webp", "Anna (4).JPG", "Anna_Smith.png",
             "Jean-Luc 7.png", "._Anna.jpg", ".DS_Store", "Ben.txt",
             unicodedata.normalize("NFD", "Zoë.png"))  # fmt: skip
    for name in names:
        (tmp_path / name).write_bytes(b"")
    found = portrait_files(tmp_path)
    assert {name: len(files) for name, files in found.items()} == {
        "ANNA": 4, "Anna Smith": 1, "Jean-Luc 7": 1, "Zoë": 1,
    }  # fmt: skip


def test_several_pictures_are_one_face(folder: Path, tmp_path: Path) -> None:
    eyes = Eyes("pocket", device="cpu", precision="float32")
    bank = portrayed(folder, eyes)
    assert [one.name for one in bank.cast("any film")] == ["Anna", "Bruno", "Clara"]
    alone = [eyes.frames(eyes.resized([portrait("Anna", side)]))[0] for side in (128, 96)]
    feature = bank.character("Anna", "x").feature
    assert feature is not None
    np.testing.assert_allclose(feature, np.mean(alone, axis=0), rtol=1e-4, atol=1e-5)
    # a picture that a camera took on its side is seen upright
    turned = Pillow.fromarray(np.rot90(portrait("Bruno")))
    notes = Pillow.Exif()
    notes[0x0112] = 6
    turned.save(tmp_path / "Bruno.png", exif=notes)
    upright = portrayed(tmp_path, eyes).character("Bruno", "x").feature
    assert upright == bank.character("Bruno", "x").feature


@pytest.mark.slow
def test_portraits_that_cannot_be_used_are_told_before_anything_is_done(
    narrator: Path, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileMissing, match="no such folder of portraits"):
        captioner(narrator, tmp_path / "none")
    with pytest.raises(FileUnreadable, match=r"no folder of portraits.*Anna\.jpg"):
        captioner(narrator, folder / "Anna.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BankInvalid, match=r"no portraits in this folder.*Anna\.jpg, Ben\.png"):
        captioner(narrator, tmp_path / "empty")
    (tmp_path / "empty" / "-2.png").write_bytes(b"")
    with pytest.raises(BankInvalid, match="named after nobody"):
        captioner(narrator, tmp_path / "empty")
    for content in (b"", b"\x89PNG\r\n\x1a\n damaged", (folder / "Anna.png").read_bytes()[:200]):
        (tmp_path / "bad").mkdir(exist_ok=True)
        (tmp_path / "bad" / "Ben.png").write_bytes(content)
        with pytest.raises(BankInvalid, match=r"portrait of Ben cannot be read"):
            captioner(narrator, tmp_path / "bad")
    plain = make_narrator(tmp_path / "plain", characters=False)
    with pytest.raises(OptionInvalid, match="learnt without people, and takes no portraits"):
        captioner(plain, folder)
    for name in ("text", "auto", "vlm"):
        with pytest.raises(OptionInvalid, match=f"'{name}' takes no portraits; leave --portraits"):
            captioner_for(name, CaptionOptions(portraits=str(folder)))


@pytest.mark.slow
def test_other_portraits_are_another_captioner(
    narrator: Path, folder: Path, tmp_path: Path
) -> None:
    Pillow.fromarray(portrait("Anna")).save(tmp_path / "Anna.png")
    plain, one, all_of_them = (captioner(narrator, p).identity for p in ("", tmp_path, folder))
    assert len({plain, one, all_of_them}) == 3
    assert captioner(narrator, folder).identity == all_of_them


@pytest.mark.slow
def test_a_narrator_that_is_made_takes_the_portraits_of_another_film(
    narrator: Path, folder: Path, tmp_path: Path
) -> None:
    Pillow.fromarray(portrait("Anna")).save(tmp_path / "Anna.png")
    one, frames = captioner(narrator, tmp_path), clips_of(SHOWN)
    other = with_portraits(one, str(folder))
    assert isinstance(other, NarratorCaptioner)
    fresh = captioner(narrator, folder)
    assert other.options == fresh.options
    assert other.identity == fresh.identity
    said = list(fresh.describe(frames, CaptionContext()))
    assert list(other.describe(frames, CaptionContext())) == said
    assert one.identity == captioner(narrator, tmp_path).identity != other.identity
    assert one.with_portraits("").identity == captioner(narrator).identity
    assert with_portraits(one, "") is one
    with pytest.raises(FileMissing, match="no such folder of portraits"):
        with_portraits(one, str(tmp_path / "none"))


class Plugin:
    """A captioner that takes portraits when it is made, and never after."""

    takes_options = takes_portraits = True

    def __init__(self, portraits: str = "") -> None:
        self.name, self.options = "plugin", CaptionOptions(portraits=portraits)

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        yield from ([] for _ in keyframes)


def test_portraits_that_a_captioner_made_already_cannot_take_are_refused(
    folder: Path, tmp_path: Path
) -> None:
    made = Plugin(str(folder))
    assert with_portraits(made, f"{folder}/../{folder.name}") is made
    with pytest.raises(OptionInvalid, match="'plugin' was made with other portraits than"):
        with_portraits(made, str(tmp_path))
    with pytest.raises(OptionInvalid, match=r"'plugin' was made without .* or make it with them"):
        with_portraits(Plugin(), str(folder))
    with pytest.raises(OptionInvalid, match=r"leave portraits out of the options$"):
        with_portraits(TextOnly(), str(folder))


@pytest.mark.film
@pytest.mark.slow
def test_draft_gives_its_captioner_the_portraits_of_its_options(
    narrator: Path, tmp_path: Path
) -> None:
    make_films(tmp_path, 1, seed=5, seconds=10, width=96, height=72)
    (film,) = (tmp_path / "films").glob("*.mp4")
    options = DraftOptions(
        text_reader="none", speech_detector="energy", confidence=0, candidates=2,
        portraits=str(tmp_path / "portraits"),
    )  # fmt: skip
    speech, cache = SpeechChoice("espeak"), Cache(None)
    with pytest.raises(OptionInvalid, match="'plugin' was made without portraits"):
        draft(film, options, speech, captioner=Plugin(), cache=cache)

    def texts(who: NarratorCaptioner, chosen: DraftOptions) -> list[str]:
        made = draft(film, chosen, speech, captioner=who, cache=cache)
        return [one.text for one in made.script.descriptions]

    plain, with_people = captioner(narrator), captioner(narrator, options.portraits)
    without = replace(options, portraits="")
    assert texts(plain, options) == texts(with_people, without) != texts(plain, without)


@pytest.mark.film
@pytest.mark.slow
def test_the_command_takes_a_folder_of_portraits(
    narrator: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make_films(tmp_path, 1, seed=5, seconds=10, width=96, height=72)
    (film,) = (tmp_path / "films").glob("*.mp4")

    def call(*more: object) -> tuple[int, str, str]:
        capfd.readouterr()
        command = ["draft", film, "--voice", "espeak", "--text-reader", "none", "--confidence", 0,
                   "-o", tmp_path / "out", "--quiet", *more]  # fmt: skip
        code = run_command([os.fspath(str(one)) for one in command])
        return (code, *capfd.readouterr())

    portraits = ("--portraits", tmp_path / "portraits")
    code, out, err = call("--captioner", "text", *portraits)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1, err
    assert "'text' takes no portraits" in err
    assert not (tmp_path / "out").exists()
    code, out, err = call("--captioner", f"distinctad:{narrator}", *portraits)
    assert code == 0, err
    script = json.loads((tmp_path / "out" / f"{film.stem}.ad.json").read_text("utf-8"))
    assert script["settings"]["portraits"] == str(tmp_path / "portraits")
    assert script["descriptions"]
