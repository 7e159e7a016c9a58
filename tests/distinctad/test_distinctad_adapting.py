"""Stage I as a run: what is trained, what is not, and that its result is an ordinary CLIP."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model_makers import make_clip
from scenewise.core.errors import OptionInvalid, OutputUnwritable
from scenewise.distinctad.adapting import FramesAndSentences, adapt, batch_loss, batches_of
from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.options import AdaptationOptions
from scenewise.distinctad.towers import Towers
from scenewise.models.clip import ClipEmbedder
from scenewise.training.errors import CheckpointInvalid
from scenewise.training.metrics_log import read_metrics
from scenewise.training.options import TrainingOptions

SENTENCES = (
    "a man walks",
    "the woman sits on a chair",
    "a dog runs on the beach",
    "a red car in the street",
    "a child holds a cup",
    "a man walks",
    "two people stand",
    "snow",
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="module")
def clips() -> FramesAndSentences:
    """Eight clips of three frames, each in a colour of its sentence, not quite evenly."""
    rng = np.random.default_rng(0)
    colours = {text: rng.integers(30, 225, 3) for text in dict.fromkeys(SENTENCES)}
    pixels = np.stack(
        [
            np.clip(colours[text] + rng.normal(0, 25, (3, 32, 32, 3)), 0, 255).astype(np.uint8)
            for text in SENTENCES
        ]
    )
    return FramesAndSentences(pixels, SENTENCES)


def options(steps: int = 3, **more: Any) -> AdaptationOptions:
    training = replace(
        AdaptationOptions().training, steps=steps, precision="float32", learning_rate=1e-3
    )
    return AdaptationOptions(**{"batch": 6, "chunk": 4, "training": training, **more})


def test_the_paper_s_settings_are_the_defaults() -> None:
    made = AdaptationOptions()
    assert (made.gamma, made.batch, made.frames) == (0.5, 512, "sampled")
    expected = TrainingOptions(
        epochs=5, learning_rate=5e-5, optimiser="adam", weight_decay=0, beta2=0.999, epsilon=1e-8
    )
    assert made.training == expected


def test_the_towers_see_and_read_as_any_clip_does(clip: Path) -> None:
    towers, embedder = Towers(clip), ClipEmbedder(str(clip), precision="float32")
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 256, (40, 50, 3), dtype=np.uint8) for _ in range(6)]
    pixels = towers.resized(images)
    assert pixels.shape == (6, 32, 32, 3)
    assert pixels.dtype == np.uint8
    with torch.no_grad():
        seen = towers.frames(torch.from_numpy(pixels).unflatten(0, (2, 3))).flatten(0, 1)
    seen = seen / seen.norm(dim=-1, keepdim=True)
    assert np.allclose(seen.numpy(), embedder.images(images), atol=2e-3)
    read = towers.read(SENTENCES)
    said = read.sentences / read.sentences.norm(dim=-1, keepdim=True)
    assert np.allclose(said.numpy(), embedder.texts(SENTENCES), atol=1e-5)
    assert read.mask.sum(1).tolist() == [len(text.split()) for text in SENTENCES]
    assert not read.mask[:, 0].any()  # the start mark is no word
    assert read.words.shape == (*read.mask.shape, 16)


@pytest.mark.slow
def test_only_the_vision_tower_learns_and_the_result_is_an_ordinary_clip(
    clip: Path, clips: FramesAndSentences, tmp_path: Path
) -> None:
    done = adapt(clips, clip, options(40), tmp_path, validation=clips, device="cpu")
    log = [line for line in read_metrics(tmp_path) if line["kind"] == "training"]
    assert len(log) == done.steps == 40
    assert np.mean([line["loss"] for line in log[-5:]]) < 0.8 * log[0]["loss"]
    assert {"global", "fine", "image_accuracy", "samples_per_second"} <= set(log[-1])
    assert done.evaluation["text_accuracy"] > 0.6
    before, after = Towers(clip).clip.state_dict(), Towers(done.folder).clip.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    eyes = {n for n in before if n.startswith(("vision_model", "visual_projection"))}
    assert changed <= eyes
    assert len(changed) > 0.9 * len({n for n in eyes if before[n].is_floating_point()})
    kept = {path.name for path in done.folder.iterdir()}
    assert {path.name for path in clip.iterdir()} | {"adaptation.json"} == kept
    embedder = ClipEmbedder(str(done.folder), precision="float32")
    both = np.concatenate([clips.pixels[0, :1], clips.pixels[2, :1]])
    near = embedder.images(list(both)) @ embedder.texts([SENTENCES[0], SENTENCES[2]]).T
    assert near.argmax(1).tolist() == [0, 1]


@pytest.mark.parametrize("frames", ["sampled", "all"])
def test_chunks_change_neither_loss_nor_gradient(
    clip: Path, clips: FramesAndSentences, frames: str
) -> None:
    outcomes = []
    for chunk in (1, 4, 6):
        towers = Towers(clip)
        chosen = options(chunk=chunk, frames=frames, matching_chunk=2 * chunk + 1)
        loss, _ = batch_loss(towers, batches_of(clips, chosen)(3), chosen)
        loss.backward()
        outcomes.append((float(loss.detach()), towers.clip.visual_projection.weight.grad))
    for loss, gradient in outcomes[1:]:
        assert loss == pytest.approx(outcomes[0][0], rel=1e-5)
        assert gradient.abs().max() > 1e-4
        torch.testing.assert_close(gradient, outcomes[0][1], rtol=1e-3, atol=1e-6)


def test_every_clip_is_seen_once_an_epoch_in_another_order(clips: FramesAndSentences) -> None:
    batch = batches_of(clips, options(batch=4))
    seen = [[batch(n)["pixels"] for n in epoch] for epoch in ((0, 1), (2, 3))]
    whole = np.sort(clips.pixels.reshape(8, -1).sum(1, dtype=np.int64))
    for epoch in seen:
        sums = torch.cat(epoch).flatten(1).long().sum(1).numpy()
        assert np.array_equal(np.sort(sums), whole)
    assert not torch.equal(seen[0][0], seen[1][0])
    assert torch.equal(batch(1)["chosen"], batch(1)["chosen"])
    assert {int(n) for k in range(30) for n in batch(k)["chosen"]} == {0, 1, 2}


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(
    clip: Path, clips: FramesAndSentences, tmp_path: Path
) -> None:
    whole = adapt(clips, clip, options(4), tmp_path / "whole", device="cpu")

    class Stopped:
        def __init__(self) -> None:
            self.left = 3

        @property
        def shape(self) -> Any:
            return clips.pixels.shape

        dtype = np.dtype(np.uint8)

        def __len__(self) -> int:
            return len(clips)

        def __getitem__(self, rows: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
            return clips.pixels[rows]

    stopping: Any = Stopped()
    with pytest.raises(KeyboardInterrupt):
        adapt(
            FramesAndSentences(stopping, SENTENCES),
            clip,
            options(4),
            tmp_path / "half",
            device="cpu",
        )
    assert not (tmp_path / "half" / "clip").exists()
    half = adapt(clips, clip, options(4), tmp_path / "half", device="cpu")
    ours, theirs = Towers(half.folder).clip.state_dict(), Towers(whole.folder).clip.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    with pytest.raises(CheckpointInvalid, match="another gamma"):
        adapt(clips, clip, options(4, gamma=0.7), tmp_path / "half", device="cpu")


def test_bad_clips_are_told_in_one_line(
    clip: Path, clips: FramesAndSentences, tmp_path: Path
) -> None:
    with pytest.raises(ClipsInvalid, match="the sentence of clip 1 is empty"):
        FramesAndSentences(clips.pixels[:2], ["a man", "  "])
    with pytest.raises(ClipsInvalid, match="8 clips of 3 frames and 7 sentences"):
        FramesAndSentences(clips.pixels, SENTENCES[:7])
    with pytest.raises(ClipsInvalid, match="uint8"):
        FramesAndSentences(clips.pixels.astype(np.float32), SENTENCES)  # type: ignore[arg-type]
    small = FramesAndSentences(clips.pixels[:, :, :16, :16], SENTENCES)
    with pytest.raises(ClipsInvalid, match="frames are 16x16, the model sees 32x32"):
        adapt(small, clip, options(), tmp_path, device="cpu")
    one = FramesAndSentences(clips.pixels[:1], SENTENCES[:1])
    with pytest.raises(ClipsInvalid, match="nothing to differ from"):
        adapt(one, clip, options(), tmp_path, device="cpu")


def test_only_clip_can_be_adapted(clip: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(clip, other)
    config = other / "config.json"
    config.write_text(config.read_text().replace('"model_type": "clip"', '"model_type": "siglip"'))
    with pytest.raises(OptionInvalid, match="only CLIP can be adapted"):
        Towers(other)


def test_what_was_there_stays_when_the_model_cannot_be_written(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    towers = Towers(clip)
    towers.save(tmp_path / "clip")
    before = (tmp_path / "clip" / "model.safetensors").read_bytes()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OutputUnwritable, match="No space left"):
        towers.save(tmp_path / "clip")
    assert (tmp_path / "clip" / "model.safetensors").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["clip"]
