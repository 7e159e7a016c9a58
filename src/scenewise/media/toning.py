"""From a decoder's picture to upright RGB: size, colour, dynamic range, alpha, rotation.

Standard-range pictures go through one call of FFmpeg's scaler. What FFmpeg would get wrong is
set right first: a picture without a colour matrix is BT.709 when it is large and BT.601 when it
is small, as players assume. PQ and HLG pictures are tone-mapped here (FFmpeg 8's own mapping
clips everything above 203 cd/m² and needs two seconds to set up for each size). Transparent
pictures are laid on mid-grey, on which dark and light drawings both stay visible.
"""

from __future__ import annotations

import struct
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import SideData
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from scenewise.core.media_types import Image

PQ, HLG = 16, 18  # ITU-T H.273 transfer characteristics: SMPTE ST 2084, ARIB STD-B67
_BT709, _BT601, _BT2020 = 1, 6, 9  # matrix coefficients of the same table
_MATRICES: Final = frozenset({_BT709, 4, 5, _BT601, 7, _BT2020})  # those FFmpeg's scaler knows
_WIDE: Final = frozenset({10, 13, 14})  # close relatives of BT.2020 that it does not

BACKDROP: Final = 128
"""The grey that transparent pictures are laid on."""

_KEPT: Final = 12
"""Scaler contexts kept; each belongs to one size and format."""

_HALFWAY: Final = {"yuv420p": "yuv422p", "yuvj420p": "yuvj422p"}
"""Formats whose pictures are made smaller before they become RGB, and as what: FFmpeg's direct
way to a smaller RGB picture is slow, its way from 4:2:2 to RGB at one size quick. Of a 720p
picture, 256 pixels wide takes 0.21 ms instead of 0.33, 960 wide 0.53 instead of 1.76."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a stored picture becomes upright: swap the axes, then mirror.

    Args:
        transposed: whether rows and columns swap.
        mirrored: whether left and right then swap.
        flipped: whether top and bottom then swap.
    """

    transposed: bool = False
    mirrored: bool = False
    flipped: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> Orientation:
        """From the display matrix a frame carries, to the nearest quarter turn."""
        try:
            carried = list(cast(Iterable[SideData], frame.side_data))
        except ValueError:
            # PyAV 18 gives up at a kind it does not know, such as EXIF; the angle still comes.
            turned = round(frame.rotation / 90) % 4  # counter-clockwise
            return cls(turned in (1, 3), turned in (2, 3), turned in (1, 2))
        for data in carried:
            if data.type.name == "DISPLAYMATRIX":
                # Nine 32-bit numbers: a stored point (x, y) is shown at (ax + cy, bx + dy).
                a, b, _, c, d, *_ = struct.unpack("=9i", bytes(cast(Any, data))[:36])
                if abs(b) > abs(a):
                    return cls(True, c < 0, b < 0)
                return cls(False, a < 0, d < 0)
        return cls()

    @property
    def rotation(self) -> int:
        """The clockwise turn it contains, degrees: 0, 90, 180 or 270."""
        if self.transposed:
            return 90 if self.mirrored else 270
        return 180 if self.mirrored and self.flipped else 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height once upright; it is its own inverse."""
        return (height, width) if self.transposed else (width, height)

    def applied(self, image: Image) -> Image:
        """The upright picture, contiguous."""
        if self.transposed:
            image = image.transpose(1, 0, 2)
        if self.mirrored:
            image = image[:, ::-1]
        if self.flipped:
            image = image[::-1]
        return np.ascontiguousarray(image)


UPRIGHT: Final = Orientation()


@lru_cache(maxsize=64)  # asked for every frame, and fractions are slow
def square_size(width: int, height: int, sar: Fraction | None) -> tuple[int, int]:
    """Stored size to the size in square pixels, made larger rather than smaller.

    Args:
        width, height: stored pixels.
        sar: a stored pixel's width ÷ height; within 1 % of square counts as square.
    """
    if not sar or sar <= 0 or abs(sar - 1) <= Fraction(1, 100) or not 1 / 8 < sar < 8:
        return width, height
    return (round(width * sar), height) if sar > 1 else (width, round(height / sar))


def has_alpha(format: VideoFormat) -> bool:
    """Whether a pixel format stores transparency."""
    return any(component.is_alpha for component in format.components)


class Pictures:
    """Turns a decoder's pictures into upright RGB, keeping a scaler for each size in use."""

    def __init__(self) -> None:
        self._scalers: OrderedDict[tuple[int, int, str], VideoReformatter] = OrderedDict()
        self._lock = threading.Lock()

    def rgb(self, frame: VideoFrame, width: int, height: int, turn: Orientation = UPRIGHT) -> Image:
        """The picture at a size, uint8 height×width×3, in memory of its own.

        Args:
            frame: as decoded.
            width, height: upright pixels.
            turn: what makes it upright.
        """
        wide, high = turn.size(width, height)
        with self._lock:
            if frame.color_trc in (PQ, HLG):
                image = standard_range(
                    self._scaled(frame, wide, high, "rgb48le"), hlg=frame.color_trc == HLG
                )
            elif has_alpha(frame.format):
                image = on_backdrop(self._scaled(frame, wide, high, "rgba"))
            else:
                image = self._scaled(frame, wide, high, "rgb24")
        return image if turn == UPRIGHT else turn.applied(image)

    def _scaled(self, frame: VideoFrame, width: int, height: int, format: str) -> npt.NDArray[Any]:
        _settle_matrix(frame)
        source, shrinks = frame, width <= frame.width and height <= frame.height
        halfway = _HALFWAY.get(frame.format.name)
        same = (width, height) == (frame.width, frame.height)
        if halfway is not None and format == "rgb24" and shrinks and not same:
            source = self._scaler(width, height, halfway).reformat(
                frame, width, height, halfway, interpolation=Interpolation.AREA, threads=1
            )
        scaled = self._scaler(width, height, format).reformat(
            source,
            width,
            height,
            format,
            # Measured on 720p to 256 pixels, one core: area 0.59 ms, bilinear 0.67, bicubic
            # 0.97; the fast bilinear mode takes 0.26 but skips most of the source pixels.
            interpolation=Interpolation.AREA if shrinks else Interpolation.BILINEAR,
            dst_color_range="JPEG",
            threads=1,
        )
        pixels: npt.NDArray[Any] = scaled.to_ndarray()
        # The scaler hands back the frame itself when there is nothing to do, and rows may be
        # padded: either way the caller gets plain memory of its own.
        return pixels.copy() if scaled is frame else np.ascontiguousarray(pixels)

    def _scaler(self, width: int, height: int, format: str) -> VideoReformatter:
        key = (width, height, format)
        scaler = self._scalers.pop(key, None) or VideoReformatter()
        self._scalers[key] = scaler
        if len(self._scalers) > _KEPT:
            self._scalers.popitem(last=False)
        return scaler


def _settle_matrix(frame: VideoFrame) -> None:
    """Give a picture the colour matrix that a player would use."""
    if frame.colorspace in _MATRICES:
        return
    if frame.format.is_rgb:
        frame.colorspace = 0
    elif frame.colorspace in _WIDE:
        frame.colorspace = _BT2020
    else:
        large = frame.width >= 1280 or frame.height > 576
        frame.colorspace = _BT709 if large else _BT601


def on_backdrop(rgba: npt.NDArray[np.uint8]) -> Image:
    """Straight alpha laid on mid-grey; uint8 H×W×4 to H×W×3."""
    alpha = rgba[..., 3:].astype(np.uint16)
    mixed = rgba[..., :3] * alpha + BACKDROP * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


# Linear light of BT.2020 primaries to BT.709 primaries (ITU-R BT.2087).
_TO_BT709: Final = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    dtype=np.float32,
)
_WHITE: Final = 203.0  # cd/m² of diffuse white in HDR (ITU-R BT.2408)
_PEAK: Final = 4000.0  # cd/m² shown as full white
_LIFT: Final = 1.5  # puts diffuse white at 60 % of linear light, near where SDR films have it


@lru_cache(maxsize=2)
def _light(hlg: bool) -> npt.NDArray[np.float32]:
    """Linear light, 1 = diffuse white, of each 12-bit code; float32 [4096]."""
    code = np.linspace(0, 1, 4096)
    if hlg:  # ITU-R BT.2100, inverse OETF, shown on a display of 1000 cd/m²
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        return np.asarray(1000 * scene**1.2 / _WHITE, dtype=np.float32)
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128  # SMPTE ST 2084
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = code ** (1 / m2)
    nits = 10000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return np.asarray(nits / _WHITE, dtype=np.float32)


@lru_cache(maxsize=1)
def _gamma() -> npt.NDArray[np.uint8]:
    """sRGB-like codes of 4096 steps of linear light, uint8 [4096]."""
    return np.asarray(np.rint(255 * np.linspace(0, 1, 4096) ** (1 / 2.2)), dtype=np.uint8)


def standard_range(rgb: npt.NDArray[np.uint16], *, hlg: bool) -> Image:
    """High dynamic range as a recognisable ordinary picture.

    Reinhard's extended curve on the brightest channel, so that colours keep their hue.

    Args:
        rgb: full-range PQ or HLG codes in BT.2020 primaries, uint16 H×W×3.
        hlg: whether they are HLG codes.
    """
    out = np.empty(rgb.shape, dtype=np.uint8)
    light, gamma, white = _light(hlg), _gamma(), _LIFT * _PEAK / _WHITE
    rows = max(1, 2**18 // rgb.shape[1])  # bands of a quarter megapixel stay in the cache
    for top in range(0, rgb.shape[0], rows):
        linear = light[rgb[top : top + rows] >> 4] * np.float32(_LIFT)
        linear = np.maximum(linear @ _TO_BT709.T, 0)
        brightest = linear.max(axis=2, keepdims=True)
        linear *= (1 + brightest / (white * white)) / (1 + brightest)
        out[top : top + rows] = gamma[np.minimum(linear * 4095 + 0.5, 4095).astype(np.uint16)]
    return out
