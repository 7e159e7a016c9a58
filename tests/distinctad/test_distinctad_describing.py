"""A narrator describes films in the main job, through its door and as a person would start it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from narrator_maker import FRAMES, make_narrator
from scenewise.cli.running import run as run_command
from scenewise.core.errors import ModelMissing
from scenewise.core.media_types import Candidate, Frame, Keyframe
from scenewise.core.ports import CaptionContext, FilmCaptioner, ResumableCaptioner
from scenewise.core.progress import Silent
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.captioning import caption
from scenewise.description.options import DraftOptions
from scenewise.description.work import Work
from scenewise.distinctad import describing
from scenewise.distinctad.annotations import Annotation, Annotations
from scenewise.distinctad.clips import ClipOptions
from scenewise.distinctad.describing import NarratorCaptioner
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.film_features import looked_at
from scenewise.distinctad.narrating import narrate
from scenewise.distinctad.narrator_files import about_narrator, load_narrator
from scenewise.distinctad.options import SequenceOptions, SpeakingOptions
from scenewise.distinctad.runs import Run
from scenewise.distinctad.sequences import Sequences
from scenewise.media.reading import Film
from scenewise.models import hub
from scenewise.models.caption_options import CaptionOptions
from scenewise.synthetic.films import make_films

SPEAKING = SpeakingOptions(candidates=2, tokens=10)
HERE = {"device": "cpu", "precision": "float32", "candidates": 2}


@pytest.fixture(scope="module")
def narrator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_narrator(tmp_path_factory.mktemp("run") / "stage2" / "narrator")


@pytest.fixture(scope="module")
def captioner(narrator: Path) -> NarratorCaptioner:
    return NarratorCaptioner(CaptionOptions(model=str(narrator), **HERE), speaking=SPEAKING)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("drawn")
    make_films(where, 2, seed=3, seconds=12, width=96, height=72)
    return where


@pytest.fixture(scope="module")
def film(films: Path) -> Path:
    return sorted((films / "films").glob("*.mp4"))[0]


def segments(film: Path, count: int = 7) -> list[Span]:
    """A film in so many parts of different lengths."""
    edges = Film(film).span.end * np.linspace(0, 1, count + 1) ** 1.3
    return [Span(float(a), float(b)) for a, b in pairwise(edges)]


def keyframes(film: Path, count: int = 7) -> list[Keyframe]:
    spans = segments(film, count)
    frames = Film(film).at([span.middle for span in spans])
    return [Keyframe(frame, span) for frame, span in zip(frames, spans, strict=True)]


@pytest.mark.film
def test_segments_are_seen_and_told_as_clips_are_in_training(
    captioner: NarratorCaptioner,
    narrator: Path,
    film: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same frames, the same neighbours, the same words as through the path of training."""
    spans = segments(film)
    assert isinstance(captioner, FilmCaptioner)
    seen = captioner.seeing(Film(film), spans, _Heard([]))
    assert isinstance(seen, ResumableCaptioner)
    asked: list[torch.Tensor] = []
    plain = captioner._narrator.prompts

    def noted(frames: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        asked.append(mask)
        return plain(frames, mask)

    monkeypatch.setattr(captioner._narrator, "prompts", noted)
    said = list(seen.describe(keyframes(film), CaptionContext()))
    rows = tuple(Annotation(film.stem, span, "unknown") for span in spans)
    clips = looked_at(
        Annotations(rows),
        {film.stem: film},
        Eyes("pocket", device="cpu", precision="float32"),
        tmp_path,
        options=ClipOptions(frames=FRAMES),
    )
    np.testing.assert_allclose(np.float32(seen._vectors), np.float32(clips.vectors[:]), atol=2e-3)
    told = narrate(
        load_narrator(narrator),
        Sequences(clips, SequenceOptions(clips=5, batch=2)),
        SPEAKING,
        names=about_narrator(narrator)["about"]["names"],
    )
    assert [row[0].text for row in said] == [told[n] for n in range(len(spans))]
    # seven clips in sequences of five: the last reaches back, and none is alone
    assert [mask.tolist() for mask in asked] == [[[True] * 5] * 2]
    assert all(len(row) == 1 and 0 <= row[0].score <= 1 for row in said)


class _Heard:
    """A step that notes where it was said to stand."""

    def __init__(self, reached: list[float]) -> None:
        self.reached = reached

    def advance(self, amount: float = 1.0) -> None:
        raise AssertionError("it is told where it stands")

    def reach(self, position: float) -> None:
        self.reached.append(position)


@pytest.mark.film
def test_the_look_is_one_pass_and_tells_how_far_it_is(
    captioner: NarratorCaptioner, film: Path
) -> None:
    heard: list[float] = []
    spans = segments(film)
    seen = captioner.seeing(Film(film), spans, _Heard(heard))
    assert heard == sorted(heard)
    assert len(heard) == FRAMES * len(spans)
    assert heard[-1] > spans[-1].start
    with pytest.raises(Exception, match="not the segments"):
        seen.describe(keyframes(film)[1:], CaptionContext())
    assert list(captioner.seeing(Film(film), [], _Heard([])).describe([], CaptionContext())) == []
    assert list(captioner.describe([], CaptionContext())) == []


@pytest.mark.film
def test_a_stopped_film_is_taken_up_and_what_is_known_is_not_looked_at(
    captioner: NarratorCaptioner, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, frames = Film(film), keyframes(film, 11)
    looked: list[int] = []
    plain = describing.seen_frames
    monkeypatch.setattr(describing, "seen_frames", lambda *given: looked.append(1) or plain(*given))

    def asked(who: NarratorCaptioner, **more: object) -> list[list[Candidate]]:
        work = Work(Cache(tmp_path), Silent())
        return caption(who, frames, CaptionContext(**more), "d", DraftOptions(), work, source)

    told = captioner.told

    def stopping(*given: object) -> Iterator[list[Candidate]]:
        for number, row in enumerate(told(*given)):  # type: ignore[arg-type]
            if number == 9:
                raise KeyboardInterrupt
            yield row

    monkeypatch.setattr(captioner, "told", stopping)
    with pytest.raises(KeyboardInterrupt):
        asked(captioner)
    monkeypatch.setattr(captioner, "told", told)
    rows = asked(captioner)
    assert len(looked) == 2
    whole = list(captioner.seeing(source, [k.span for k in frames], _Heard([])).describe(
        frames, CaptionContext()))  # fmt: skip
    assert [[c.text for c in row] for row in rows] == [[c.text for c in row] for row in whole]
    looked.clear()
    assert asked(captioner) == rows
    assert not looked
    asked(captioner, names=("Anna",))  # another question
    assert len(looked) == 1


@pytest.mark.slow
def test_another_narrator_or_way_of_speaking_is_another_captioner(
    captioner: NarratorCaptioner, narrator: Path, tmp_path: Path
) -> None:
    def identity(folder: Path, **more: object) -> str:
        options = CaptionOptions(model=str(folder), **{**HERE, **more})  # type: ignore[arg-type]
        return NarratorCaptioner(options).identity

    own = identity(narrator)
    assert own == identity(narrator.parent.parent)  # the run is another way to name it
    assert own == identity(narrator.parent)
    made = [
        identity(make_narrator(tmp_path / "other", seed=1)),
        identity(narrator, candidates=3),
        identity(narrator, mode="paper"),
        captioner.identity,
    ]
    assert len({own, *made}) == 5


@pytest.mark.film
def test_all_tokens_of_frames_are_seen_where_the_narrator_learnt_from_them(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_narrator(tmp_path / "narrator", about={"look at": "tokens"})
    who = NarratorCaptioner(CaptionOptions(model=str(folder), **HERE), speaking=SPEAKING)
    spans, frames = segments(film, 3), keyframes(film, 3)
    seen = who.seeing(Film(film), spans, _Heard([]))
    assert seen._vectors.ndim == 4
    said = list(seen.describe(frames, CaptionContext()))
    assert all(row[0].text and 0 <= row[0].score <= 1 for row in said)
    monkeypatch.setattr(describing, "_IN_MEMORY", 0)
    kept = who.seeing(Film(film), spans, _Heard([]))
    assert isinstance(kept._vectors, np.memmap)
    assert list(kept.describe(frames, CaptionContext())) == said


def test_names_are_those_that_were_given_and_nobody_elses(
    captioner: NarratorCaptioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 255, (40, 60, 3), np.uint8) for _ in range(3)]
    frames = [Keyframe(Frame(n + 0.5, p), Span(n, n + 1)) for n, p in enumerate(pictures)]
    asked: list[list[str]] = []
    plain = captioner._narrator.prompt

    def noted(names: list[str], *more: object) -> object:
        asked.append(names)
        return plain(names, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(captioner._narrator, "prompt", noted)
    list(captioner.describe(frames, CaptionContext()))
    assert asked == [[]] * 3
    asked.clear()
    list(captioner.describe(frames, CaptionContext(names=("Anna Smith", "Kofi"))))
    assert asked == [["Anna", "Kofi"]] * 3


def test_the_clip_is_found_again_or_refused_in_one_line(narrator: Path, tmp_path: Path) -> None:
    def made(folder: Path, clip: str = "") -> NarratorCaptioner:
        more = {"clip": clip} if clip else {}
        return NarratorCaptioner(CaptionOptions(model=str(folder), **HERE, **more))

    pocket = hub.resolve("pocket", job="embedder")
    run = Run(tmp_path / "run")
    shutil.copytree(pocket, run.adapted)  # as Stage I leaves one
    config = json.loads((run.adapted / "config.json").read_text("utf-8"))
    (run.adapted / "config.json").write_text(json.dumps({**config, "stage": 1}), "utf-8")
    about = {"clip": hub.fingerprint(run.adapted), "clip at": "../../stage1/clip"}
    make_narrator(run.narrator, about=about)
    moved = tmp_path / "elsewhere"
    run.folder.rename(moved)
    assert made(moved)._eyes.folder.samefile(moved / "stage1" / "clip")
    with pytest.raises(Exception, match="pocket is another CLIP than the one"):
        made(moved, "pocket")
    alone = tmp_path / "alone"
    shutil.copytree(moved / "stage2" / "narrator", alone)
    with pytest.raises(Exception, match=r"not where it was; name it with --clip"):
        made(alone)
    assert made(alone, str(moved / "stage1" / "clip")).name == "distinctad"
    # one of the hub that is not here is told as such
    away = make_narrator(tmp_path / "hub", about={"clip": "other", "clip at": "some/clip"})
    with pytest.raises(ModelMissing, match="some/clip"):
        made(away)
    # distributed features tell how long they are, not whose
    public = make_narrator(tmp_path / "mad", channels=24, about={"clip": "features mad.h5"})
    with pytest.raises(Exception, match="24 numbers a frame, and pocket makes"):
        made(public, "pocket")


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run_command([os.fspath(str(one)) for one in arguments])
        return (code, *capfd.readouterr())

    return call


@pytest.mark.film
def test_what_is_no_narrator_is_told_in_one_line(
    command: Callable[..., tuple[int, str, str]], film: Path, narrator: Path, tmp_path: Path
) -> None:
    pocket = hub.resolve("pocket", job="embedder")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "data.json").write_text("{}", "utf-8")
    shutil.copytree(pocket, tmp_path / "run" / "stage1" / "clip")
    damaged = tmp_path / "damaged"
    shutil.copytree(narrator, damaged)
    (damaged / "narrator.json").write_text("{}", "utf-8")
    for model, *words in (
        ("distinctad", "no narrator is named", "distinctad:RUN"),
        (f"distinctad:{tmp_path / 'none'}", "there is no narrator", "train one first"),
        (f"distinctad:{tmp_path / 'run'}", "has no narrator yet", "scenewise distinctad train"),
        (f"distinctad:{tmp_path / 'run' / 'stage1'}", "Stage I"),
        (f"distinctad:{tmp_path / 'run' / 'stage1' / 'clip'}", "Stage I"),
        (f"distinctad:{tmp_path}", "holds no narrator"),
        (f"distinctad:{damaged}", "damaged"),
        (f"text:{narrator}", "'text' takes no model"),
    ):
        code, out, err = command("describe", film, "--captioner", model, "--voice", "espeak",
                                 "-o", tmp_path / "out", "--quiet")  # fmt: skip
        assert (code, out) == (2, ""), (model, code, out, err)
        assert len(err.strip().splitlines()) == 1, err
        assert all(word in err for word in words), err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.film
def test_a_trained_narrator_describes_a_film(
    command: Callable[..., tuple[int, str, str]], films: Path, tmp_path: Path
) -> None:
    run = Run(tmp_path / "run")
    few = ("--device", "cpu", "--look-precision", "float32", "--quiet")
    assert command("distinctad", "prepare", "--drawn", films, "--clip", "pocket", "--clip-frames",
                   2, "--test", "0.5", "--validation", "0", "-o", run.folder)[0] == 0  # fmt: skip
    train = command("distinctad", "train", run.folder, "--language", "pocket", "--sequence", 3,
                    "--batch", 1, "--vectors", 2, "--bases", 4, "--depth", 1, "--steps", 6,
                    "--precision", "float32", *few)  # fmt: skip
    assert train[0] == 0, train
    about = about_narrator(run.narrator)["about"]
    assert (about["clip at"], about["clips"]["frames"]) == ("pocket", 2)
    names = {one["name"] for one in json.loads((films / "characters.json").read_text("utf-8"))}
    assert names == set(about["names"])

    (name,) = run.data().films["test"]
    film = films / "films" / f"{name}.mp4"
    out = tmp_path / "out"
    describe = ("describe", film, "--captioner", f"distinctad:{run.folder}", "--voice", "espeak",
                "--confidence", 0, "--text-reader", "none", "--candidates", 2, "-o", out,
                "--json")  # fmt: skip
    code, _, err = command(*describe)
    assert code == 0, err
    script = json.loads((out / f"{name}.ad.json").read_text("utf-8"))
    lines = script["descriptions"]
    assert lines
    assert {line["source"] for line in lines} == {"distinctad"}
    assert any(line.get("start") is not None for line in lines)  # something is spoken
    described = Film(out / f"{name}.described.mp4")
    assert len(described.info.audio) > len(Film(film).info.audio)

    # the narrator's own words, each at the segment that it saw
    import scenewise
    from scenewise.description.wording import sentence

    draft = scenewise.draft(
        film,
        DraftOptions(captioner="text", text_reader="none"),
        scenewise.SpeechChoice(voice="espeak"),
    )
    chosen = draft.selection.keyframes
    who = NarratorCaptioner(CaptionOptions(model=str(run.folder), candidates=2))
    seen = who.seeing(Film(film), [k.span for k in chosen], _Heard([]))
    expected = [
        ((k.span.start, k.span.end), sentence(row[0].text), row[0].score)
        for k, row in zip(chosen, seen.describe(chosen, CaptionContext()), strict=True)
        if row and sentence(row[0].text)
    ]
    for (span, told, score), line in zip(expected, lines, strict=True):
        assert line["span"] == pytest.approx(span, abs=1e-3)
        assert line["confidence"] == pytest.approx(score, abs=1e-3)
        assert told.split()[-3:] == line["text"].split()[-3:]  # openings may be varied
    for line in lines:
        assert not names & set(line["text"].replace(".", "").split())

    again = scenewise.draft(
        film,
        DraftOptions(
            captioner=f"distinctad:{run.folder}", confidence=0.0, text_reader="none", candidates=2
        ),
        scenewise.SpeechChoice(voice="espeak"),
    )
    assert "caption" in again.timings.reused
    assert [line.text for line in again.script.descriptions] == [line["text"] for line in lines]
