"""Larger pictures and longer captions: what a CLIP knew stays, and its checkpoint tells all."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from charades_made_up import CAPTIONS, made_up_run, shown_as
from charades_short import CPU, MATCH, SHORT, evaluations

from scenewise.charades.enlarging import enlarged_processor
from scenewise.charades.errors import RunInvalid
from scenewise.charades.matching import evaluate_method, matched
from scenewise.charades.runs import read_evaluation
from scenewise.charades.training import train
from scenewise.charades.tuned_clip import TunedClip, image_embeddings, save_clip, text_embeddings
from scenewise.core.errors import OptionInvalid
from scenewise.core.progress import Silent
from scenewise.models.clip import ClipEmbedder

LONG = {"A": " ".join(["red"] * 29 + ["young"]), "B": "a man walks"}


def opened(clip: str) -> TunedClip:
    return TunedClip(clip, CPU)


def noise(side: int, count: int = 3) -> torch.Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(4))


def seen(tuned: TunedClip, pixels: torch.Tensor, **more: Any) -> torch.Tensor:
    with torch.inference_mode():
        found = tuned.model.get_image_features(pixel_values=pixels, **more)
    return getattr(found, "pooler_output", found)


def test_at_its_own_size_nothing_changes(clip: str) -> None:
    before, after = opened(clip), opened(clip)
    after.enlarge(32, places=24)
    one, other = before.model.state_dict(), after.model.state_dict()
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert after.model.config.to_dict() == before.model.config.to_dict()
    assert after.eye.settings == before.eye.settings


@pytest.mark.parametrize("side", [40, 64, 96])
def test_stretched_positions_are_those_that_transformers_interpolates(clip: str, side: int) -> None:
    before, after = opened(clip), opened(clip)
    after.enlarge(side)
    wanted = seen(before, noise(side), interpolate_pos_encoding=True)
    assert torch.allclose(seen(after, noise(side)), wanted, atol=1e-5)
    # and it takes nothing else any more
    with pytest.raises(ValueError, match="doesn't match"):
        seen(after, noise(32))


def test_repeated_positions_let_no_cell_know_where_it_is(clip: str) -> None:
    tuned = opened(clip)
    tuned.enlarge(96, cells=3)
    pixels = noise(96)
    rows = pixels.unflatten(2, (3, 32)).unflatten(4, (3, 32))  # [n, 3, 3, 32, 3, 32]
    turned = rows.flip(2, 4).reshape(pixels.shape)
    assert not torch.equal(turned, pixels)
    assert torch.allclose(seen(tuned, turned), seen(tuned, pixels), atol=1e-5)
    stretched = opened(clip)
    stretched.enlarge(96)
    assert not torch.allclose(seen(stretched, turned), seen(stretched, pixels), atol=1e-3)
    # a cell as large as its own picture has the positions that were learnt
    learnt = opened(clip).model.vision_model.embeddings.position_embedding.weight
    made = tuned.model.vision_model.embeddings.position_embedding.weight
    assert torch.equal(made[0], learnt[0])
    cell = made[1:].reshape(12, 12, -1)[4:8, 8:12].reshape(16, -1)
    assert torch.allclose(cell, learnt[1:], atol=1e-6)


def test_longer_captions_are_read_whole_and_shorter_ones_as_before(clip: str) -> None:
    before, after = opened(clip), opened(clip)
    after.enlarge(places=40)
    cut, whole = before.tokens(LONG), after.tokens(LONG)
    assert (cut.truncated, whole.truncated) == (1, 0)
    assert (cut.ids.shape[1], whole.ids.shape[1]) == (24, 32)
    with torch.inference_mode():
        one, other = (
            text_embeddings(tuned.model, tokens.of(torch.arange(2)))
            for tuned, tokens in ((before, cut), (after, whole))
        )
    assert torch.allclose(one[1], other[1], atol=1e-5)
    assert not torch.allclose(one[0], other[0], atol=1e-4)


@pytest.mark.parametrize(
    ("asked", "told", "remedy"),
    [
        ({"side": 36}, "multiple of 8, the width of its patches", "--picture-size 32"),
        ({"side": 16}, "at least the 32 px of its own", "--picture-size 32"),
        ({"side": 64, "cells": 3}, r"multiple of 24 \(3 cells", "--picture-size 72"),
        ({"cells": 3}, r"multiple of 24 \(3 cells", "--picture-size 48"),
        ({"places": 23}, "24 places", "--text-places 24"),
    ],
)
def test_sizes_that_cannot_be_are_refused_and_change_nothing(
    clip: str, asked: dict[str, int], told: str, remedy: str
) -> None:
    tuned = opened(clip)
    with pytest.raises(OptionInvalid, match=told) as refused:
        tuned.enlarge(**asked)
    assert remedy in str(refused.value)
    assert tuned.side == 32
    assert tuned.longest == 24


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (
            {"do_center_crop": True, "size": {"shortest_edge": 224},
             "crop_size": {"height": 224, "width": 224}},
            {"size": {"shortest_edge": 288}, "crop_size": {"height": 288, "width": 288}},
        ),
        (
            {"do_center_crop": True, "size": {"shortest_edge": 256}, "crop_size": 224},
            {"size": {"shortest_edge": 329}, "crop_size": {"height": 288, "width": 288}},
        ),
        (
            {"do_center_crop": False, "size": {"height": 96, "width": 96},
             "crop_size": {"height": 224, "width": 224}},
            {"size": {"height": 288, "width": 288}, "crop_size": {"height": 288, "width": 288}},
        ),
    ],
)  # fmt: skip
def test_an_image_processor_scales_and_crops_to_the_new_size(
    held: dict[str, Any], wanted: dict[str, Any]
) -> None:
    made = enlarged_processor({**held, "resample": 3}, 288)
    assert {name: made[name] for name in wanted} == wanted
    assert made["resample"] == 3


@pytest.mark.parametrize(("cells", "patches", "places"), [(1, 5, 24), (3, 4, 40)])
def test_what_is_saved_is_what_others_load(
    clip: str, tmp_path: Path, cells: int, patches: int, places: int
) -> None:
    tuned = opened(clip)
    tuned.enlarge(8 * cells * patches, cells=cells, places=places)
    folder = tmp_path / "model"
    save_clip(tuned.model, tuned.folder, folder, {})
    images = [np.random.default_rng(1).integers(0, 256, (50, 70, 3)).astype(np.uint8)]
    embedder = ClipEmbedder(str(folder), device="cpu", precision="float32")
    with torch.inference_mode():
        pixels = tuned.eye.normalised(torch.from_numpy(tuned.eye.pixels(images)))
        wanted = torch.nn.functional.normalize(image_embeddings(tuned.model, pixels), dim=-1)
        read = text_embeddings(tuned.model, tuned.tokens(LONG).of(torch.arange(2)))
    assert pixels.shape[2:] == (8 * cells * patches,) * 2
    # whole numbers of pixels are kept between scaling and normalising
    assert np.allclose(embedder.images(images), wanted.numpy(), atol=0.02)
    texts = torch.nn.functional.normalize(read, dim=-1).numpy()
    assert np.allclose(embedder.texts(list(LONG.values())), texts, atol=1e-5)
    assert json.loads((folder / "tokenizer_config.json").read_text())["model_max_length"] == places


def test_a_training_ends_in_an_enlarged_checkpoint_and_goes_on_as_one(
    tmp_path: Path, clip: str
) -> None:
    options = replace(SHORT, picture_size=48, positions="repeated", text_places=30)
    whole, parted = made_up_run(tmp_path / "whole"), made_up_run(tmp_path / "parted")
    for run in (whole, parted):
        shown_as(run, "grid2-even")
    done = train(whole, "grid2-even", clip, options)
    train(parted, "grid2-even", clip, options)  # to the end
    place = parted.method("grid2-even")
    kept = (done.model / "model.safetensors").read_bytes()
    shutil.rmtree(place.model)
    train(parted, "grid2-even", clip, options)  # from its checkpoint, with nothing left to do
    assert (place.model / "model.safetensors").read_bytes() == kept
    config = json.loads((done.model / "config.json").read_text())
    assert config["vision_config"]["image_size"] == 48
    assert config["text_config"]["max_position_embeddings"] == 30
    after = evaluate_method(whole, "grid2-even", MATCH)
    # another one may begin with it, and grow further
    again = train(whole, "grid2-even+larger", str(done.model), replace(options, picture_size=64))
    assert TunedClip(str(again.model), CPU).side == 64
    assert read_evaluation(whole.method("grid2-even").evaluation) == after.evaluations
    with pytest.raises(OptionInvalid, match="48 px of its own"):
        train(whole, "grid2-even+smaller", str(done.model), replace(options, picture_size=32))
    assert not whole.method("grid2-even+smaller").folder.exists()


@pytest.mark.slow
def test_videos_kept_back_are_not_learnt_and_are_evaluated_instead(
    tmp_path: Path, clip: str
) -> None:
    options = replace(SHORT, steps=2, validation=0.4, evaluate_every=1)
    kept = []
    for other in (None, *range(5)):
        captions = [text if at != other else "a young tree" for at, text in enumerate(CAPTIONS)]
        run = made_up_run(tmp_path / str(other), captions=tuple(captions))
        shown_as(run, "grid2-even")
        done = train(run, "grid2-even", clip, options)
        kept.append((done.model / "model.safetensors").read_bytes())
    # of five captions, two may be whatever they are
    assert [one == kept[0] for one in kept[1:]].count(True) == 2
    lines = evaluations(run, "grid2-even")
    assert [line["step"] for line in lines] == [0, 1, 2]
    assert lines[0]["chance"] == pytest.approx(1 / 2)  # not of the three held out
    found = evaluate_method(run, "grid2-even", MATCH)
    assert found.evaluations["train"].first.of == 3  # what was kept back was not trained on
    assert found.evaluations["train"].captions == 3
    with pytest.raises(RunInvalid, match="of 5 videos to train on, 0 would be kept back"):
        train(run, "grid2-even+none", clip, replace(options, validation=0.01))


def test_without_videos_to_test_on_there_is_nothing_to_look_at(tmp_path: Path, clip: str) -> None:
    run = made_up_run(tmp_path / "run", tests=0)
    shown_as(run, "grid2-even")
    with pytest.raises(RunInvalid, match="no videos to test on"):
        train(run, "grid2-even", clip, replace(SHORT, steps=2, evaluate_every=1))
    assert train(run, "grid2-even", clip, replace(SHORT, steps=2)).steps == 2


def test_some_videos_of_a_split_can_be_the_whole_of_it(tmp_path: Path, clip: str) -> None:
    run = made_up_run(tmp_path / "run")
    pictures = shown_as(run, "baseline")
    ids = list(pictures.times["train"])
    some = frozenset(ids[1:3])
    places, videos, count = matched(run, pictures, "train", opened(clip), 2, Silent(), only=some)
    assert set(videos) == some
    assert count == 2
    assert len(places) == sum(len(pictures.times["train"][id]) for id in some)
    assert places.max() <= 2
