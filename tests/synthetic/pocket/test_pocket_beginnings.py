"""Towers begin with layers that look at neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from scenewise.synthetic.pocket import networks
from scenewise.synthetic.pocket.beginnings import places_of


def test_near_places_are_told_alike_and_no_two_the_same() -> None:
    places = places_of(12, 160)
    assert places.shape == (144, 160)
    cosines = places @ places.T / np.outer(*[np.linalg.norm(places, axis=1)] * 2)
    rows, columns = np.divmod(np.arange(144), 12)
    apart = np.hypot(rows[:, None] - rows, columns[:, None] - columns)
    assert cosines[apart == 1].min() > cosines[apart > 6].max()
    assert cosines[apart > 0].max() < 0.9999


def test_a_new_tower_attends_to_what_is_alike_and_takes_it_away(clip_words: Any) -> None:
    tower = networks.new_clip(clip_words, 3).vision_model
    width, heads = 160, 5
    for layer in tower.encoder.layers:
        own = layer.self_attn
        for head in range(heads):
            part = slice(head * width // heads, (head + 1) * width // heads)
            product = own.q_proj.weight[part].T @ own.k_proj.weight[part]
            assert product.diagonal().mean() > 5 * product.mean().abs()
        written = own.out_proj.weight @ own.v_proj.weight
        assert written.diagonal().mean() < -0.3
    again = networks.new_clip(clip_words, 3).vision_model
    assert all(map(torch.equal, tower.state_dict().values(), again.state_dict().values()))
