"""Pictures as a batch wants them, altered a little, with where everything then is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.synthetic.pocket.networks import MEAN, PATCH, SIDE, SPREAD
from scenewise.synthetic.poses import BONES

GRID: Final = SIDE // PATCH
"""Patches across a picture."""

_CLOSE: Final = 0.4
"""Share of pictures that go close: a pose is learnt sooner where it is large."""

FINE: Final = PATCH // 4
"""Cells across a patch in which it is asked which limb lies there."""

_FINELY: Final = np.linspace(0.0, 1.0, 14)

_AROUND: Final = np.array([(x, y) for x in (-0.04, 0.0, 0.04) for y in (-0.04, 0.0, 0.04)])
"""Places that belong to a thing, from its middle, in shares of width and height."""

_ALONG: Final = np.linspace(0.0, 1.0, 5)
"""Where on a bone it is asked which patch it lies in."""


@dataclass(frozen=True)
class Alteration:
    """How pictures of a batch are altered, so that none is seen twice alike.

    Args:
        turned: which are mirrored, [b].
        zoom: shares of width and height that are kept, [b, 2].
        shift: of the part that is kept, from the middle, −1 to 1, [b, 2].
        gain: of all colours, of each, and what is added, [b, 3].
    """

    turned: npt.NDArray[np.bool_]
    zoom: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]
    gain: npt.NDArray[np.float64]
    tint: npt.NDArray[np.float64]
    lift: npt.NDArray[np.float64]

    @classmethod
    def drawn(cls, rng: np.random.Generator, places: npt.NDArray[np.float32]) -> Alteration:
        """One by chance for each picture; some go close to who acts.

        Args:
            rng: where chance comes from.
            places: as in `Examples`, [b, 23, 2].
        """
        count = len(places)
        turned = rng.random(count) < 0.5
        zoom = rng.uniform(0.86, 1.04, (count, 2))
        shift = rng.uniform(-0.09, 0.09, (count, 2))
        middle = 2 * places[:, :11].mean(axis=1) - 1  # of who acts, -1 to 1
        middle[turned, 0] *= -1
        close = (rng.random(count) < _CLOSE) & np.isfinite(middle).all(axis=1)
        nearer = np.repeat(rng.uniform(0.55, 0.86, (count, 1)), 2, axis=1)
        room = 1.02 - nearer
        aim = np.clip(middle + rng.uniform(-0.25, 0.25, (count, 2)), -room, room)
        return cls(
            turned,
            np.where(close[:, None], nearer, zoom),
            np.where(close[:, None], aim, shift),
            rng.uniform(0.85, 1.18, (count, 1)),
            rng.uniform(0.94, 1.06, (count, 3)),
            rng.uniform(-0.2, 0.2, (count, 1)),
        )

    def pictures(self, images: npt.NDArray[np.uint8]) -> Any:
        """Pictures [b, s, s, 3] as the models see them, float32 [b, 3, s, s]."""
        import torch
        from torch.nn import functional

        turned = np.where(self.turned[:, None, None, None], images[:, :, ::-1], images)
        pixels = pixels_of(turned)
        theta = np.zeros((len(images), 2, 3), np.float32)
        theta[:, 0, 0], theta[:, 1, 1] = self.zoom[:, 0], self.zoom[:, 1]
        theta[:, :, 2] = self.shift
        grid = functional.affine_grid(
            torch.from_numpy(theta), list(pixels.shape), align_corners=False
        )
        pixels = functional.grid_sample(
            pixels, grid, padding_mode="border", align_corners=False, mode="bilinear"
        )
        gain, tint, lift = (
            torch.from_numpy(part.astype(np.float32))[:, :, None, None]
            for part in (self.gain, self.tint, self.lift)
        )
        return pixels * gain * tint + lift

    def places(self, places: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Where places in shares of width and height [b, n, 2] come to lie."""
        out = places.astype(np.float64).copy()
        out[..., 0] = np.where(self.turned[:, None], 1 - out[..., 0], out[..., 0])
        out = ((2 * out - 1) - self.shift[:, None]) / self.zoom[:, None]
        return ((out + 1) / 2).astype(np.float32)


def pixels_of(images: npt.NDArray[np.uint8]) -> Any:
    """Pictures [n, s, s, 3] as the models see them, float32 [n, 3, s, s]."""
    import torch

    values = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255
    mean, spread = torch.tensor(MEAN)[:, None, None], torch.tensor(SPREAD)[:, None, None]
    return (values - mean) / spread


def who_is_where(
    places: npt.NDArray[np.float32],
    person: npt.NDArray[np.int64],
    other: npt.NDArray[np.int64],
    nobody: int,
) -> npt.NDArray[np.int64]:
    """Who is in each patch, [b, GRID²]; who acts hides the other.

    Args:
        places: [b, 23, 2], as in `Examples`.
        person, other: their numbers, [b].
        nobody: number of an empty patch.
    """
    out = np.full((len(places), GRID * GRID), nobody, np.int64)
    for first, names in ((11, other), (0, person)):
        joints = places[:, first : first + 11]
        starts, ends = joints[:, BONES[:, 0]], joints[:, BONES[:, 1]]  # [b, bones, 2]
        points = starts[:, :, None] + (ends - starts)[:, :, None] * _ALONG[:, None]
        _mark(out, points.reshape(len(places), -1, 2).astype(np.float32), names)
    return out


def limbs_where(places: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Which bone lies in each cell of each patch, [b, GRID², FINE²]; 10 for none.

    Args:
        places: [b, 23, 2], as in `Examples`; who acts hides the other.
    """
    side = GRID * FINE
    fine = np.full((len(places), side * side), len(BONES), np.int64)
    for first in (11, 0):
        joints = places[:, first : first + 11]
        starts, ends = joints[:, BONES[:, 0]], joints[:, BONES[:, 1]]  # [b, bones, 2]
        points = starts[:, :, None] + (ends - starts)[:, :, None] * _FINELY[:, None]
        for bone in range(len(BONES)):
            number = np.full(len(places), bone, np.int64)
            _mark(fine, points[:, bone].astype(np.float32), number, side)
    cells = fine.reshape(len(places), GRID, FINE, GRID, FINE).transpose(0, 1, 3, 2, 4)
    return np.ascontiguousarray(cells.reshape(len(places), GRID * GRID, FINE * FINE))


def what_is_where(
    places: npt.NDArray[np.float32], thing: npt.NDArray[np.int64], nothing: int
) -> npt.NDArray[np.int64]:
    """What lies in each patch, [b, GRID²]: the thing in and around its middle, else nothing."""
    out = np.full((len(places), GRID * GRID), nothing, np.int64)
    around = (places[:, 22:] + _AROUND).astype(np.float32)
    _mark(out, around, thing)
    return out


def _mark(
    out: npt.NDArray[np.int64],
    points: npt.NDArray[np.float32],
    names: npt.NDArray[np.int64],
    side: int = GRID,
) -> None:
    # No comparison with NaN holds, so what is nowhere is not inside either.
    inside = np.all((points >= 0) & (points < 1), axis=2)
    assert isinstance(inside, np.ndarray)
    cells = np.where(inside[..., None], points * side, 0).astype(np.int64)
    rows = np.broadcast_to(np.arange(len(points))[:, None], inside.shape)
    flat = cells[..., 1] * side + cells[..., 0]
    out[rows[inside], flat[inside]] = names[rows[inside]]
