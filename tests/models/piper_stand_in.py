"""A voice in Piper's own file format, small enough for tests.

It has the inputs, the output and the noise of a VITS network as Piper exports it: phoneme
numbers, their count and three scales (noise, length, noise of the rhythm) go in, one channel
of sound comes out, and `RandomNormalLike` makes each run differ. In place of a trained
decoder each phoneme sounds as a tone of its own. The ONNX file is written by hand, in
protocol buffers, so that no further package is needed.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

RATE = 22_050
HOP = 900  # samples a phoneme lasts unstretched

_FLOAT, _INT64 = 1, 7
_SYMBOLS = (
    "_^$ !'(),-.:;?abcdefghijklmnopqrstuvwxyz"
    "æçðøħŋœɐɑɒɔɕɖɘəɚɛɜɞɟɡɢɣɤɥɦɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢʲˈˌːˑ˞̩̯̃̊"
)


def make_voice(folder: Path, name: str = "en_US-tones-medium") -> Path:
    """Write NAME.onnx and NAME.onnx.json; returns the former."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(_network())
    config = {
        "audio": {"sample_rate": RATE, "quality": "medium"},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(_SYMBOLS)},
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
        "piper_version": "1.0.0",
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps(config), encoding="utf-8")
    return path


def _network() -> bytes:
    constants = {
        "first": np.array([1], np.int64),
        "hop": np.array([HOP], np.float32),
        "one": np.array([1], np.float32),
        "wobble": np.array([0.02], np.float32),
        "last_axis": np.array([2], np.int64),
        "phoneme_shape": np.array([1, -1, 1], np.int64),
        "two_ones": np.array([1, 1], np.int64),
        "sound_shape": np.array([1, 1, 1, -1], np.int64),
        "base": np.array([110], np.float32),
        "interval": np.array([6], np.float32),
        "radians": np.array([2 * np.pi / RATE], np.float32),
        "axis": np.array(3, np.int64),
        "loudness": np.array([0.3], np.float32),
        "hiss": np.array([0.05], np.float32),
        "zeroth": np.array([0], np.int64),
        "second": np.array([2], np.int64),
    }
    nodes = [
        _node("Cast", ["input"], ["ids"], to=_FLOAT),
        _node("Gather", ["scales", "zeroth"], ["noise_scale"]),
        _node("Gather", ["scales", "first"], ["length_scale"]),
        _node("Gather", ["scales", "second"], ["noise_w"]),
        # rhythm: one length for all phonemes, with a random part
        _node("RandomNormalLike", ["ids"], ["rhythm"]),
        _node("ReduceMean", ["rhythm"], ["drawn"], axes=[1], keepdims=0),
        _node("Mul", ["drawn", "noise_w"], ["weighted"]),
        _node("Mul", ["weighted", "wobble"], ["slight"]),
        _node("Add", ["slight", "one"], ["about_one"]),
        _node("Mul", ["hop", "length_scale"], ["planned"]),
        _node("Mul", ["planned", "about_one"], ["samples"]),
        _node("Cast", ["samples"], ["count"], to=_INT64),
        _node("Concat", ["two_ones", "count"], ["repeats"], axis=0),
        # tones
        _node("Mul", ["ids", "interval"], ["above"]),
        _node("Add", ["above", "base"], ["hertz"]),
        _node("Mul", ["hertz", "radians"], ["steps"]),
        _node("Reshape", ["steps", "phoneme_shape"], ["column"]),
        _node("Tile", ["column", "repeats"], ["spread"]),
        _node("Reshape", ["spread", "sound_shape"], ["increments"]),
        _node("CumSum", ["increments", "axis"], ["phase"]),
        _node("Sin", ["phase"], ["sine"]),
        _node("Mul", ["sine", "loudness"], ["tone"]),
        _node("RandomNormalLike", ["tone"], ["white"]),
        _node("Mul", ["white", "hiss"], ["soft"]),
        _node("Mul", ["soft", "noise_scale"], ["breath"]),
        _node("Add", ["tone", "breath"], ["output"]),
    ]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"tones")
    graph += b"".join(_field(5, _tensor(name, value)) for name, value in constants.items())
    graph += _field(11, _value("input", _INT64, (1, "phonemes")))
    graph += _field(11, _value("input_lengths", _INT64, (1,)))
    graph += _field(11, _value("scales", _FLOAT, (3,)))
    graph += _field(12, _value("output", _FLOAT, (1, 1, 1, "samples")))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(2, 15))


def _field(number: int, value: int | bytes | float) -> bytes:
    """One field of a protocol buffer: a varint, bytes, or a 32-bit float."""
    if isinstance(value, bytes):
        return _varint(number << 3 | 2) + _varint(len(value)) + value
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _node(kind: str, inputs: list[str], outputs: list[str], **attributes: int | list[int]) -> bytes:
    out = b"".join(_field(1, name.encode()) for name in inputs)
    out += b"".join(_field(2, name.encode()) for name in outputs)
    out += _field(3, f"{kind}_{outputs[0]}".encode()) + _field(4, kind.encode())
    for name, value in attributes.items():
        body = _field(1, name.encode())
        if isinstance(value, list):
            body += b"".join(_field(8, item) for item in value) + _field(20, 7)
        else:
            body += _field(3, value) + _field(20, 2)
        out += _field(5, body)
    return out


def _tensor(name: str, value: np.ndarray) -> bytes:
    kind = _FLOAT if value.dtype == np.float32 else _INT64
    dims = b"".join(_field(1, size) for size in value.shape)
    return dims + _field(2, kind) + _field(8, name.encode()) + _field(9, value.tobytes())


def _value(name: str, kind: int, shape: tuple[int | str, ...]) -> bytes:
    sizes = (_field(2, n.encode()) if isinstance(n, str) else _field(1, n) for n in shape)
    dims = b"".join(_field(1, size) for size in sizes)
    return _field(1, name.encode()) + _field(2, _field(1, _field(1, kind) + _field(2, dims)))
