"""Sessions of the text reader's networks, made from weights without subnormal numbers.

A quarter of a million of the detector's weights have decayed to numbers below 1.2e-38, which
processors multiply a hundred times more slowly than others: two of its layers take three
quarters of its time. Taken for the zeros that they are, a 640×352 picture takes 0.057 s instead
of 0.21 s, and no answer changes. (The runtime's own setting for this would change how the whole
process computes.)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

_SMALLEST: Final = np.finfo(np.float32).tiny

# Field numbers of onnx.proto, and the number that TensorProto gives to float32.
_GRAPH, _INITIALIZER, _TYPE, _RAW, _FLOAT = 7, 5, 2, 9, 1
_VARINT, _EIGHT_BYTES, _SIZED, _FOUR_BYTES = 0, 1, 2, 5


@lru_cache(maxsize=4)
def session(path: Path) -> Any:
    """A session on one thread for a network, shared by whoever asks for it: any number of
    threads may run it at the same time.

    Args:
        path: ONNX file.
    """
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.enable_cpu_mem_arena = False  # pictures differ in size: it would only grow
    return onnxruntime.InferenceSession(
        without_subnormals(path.read_bytes()),
        sess_options=settings,
        providers=["CPUExecutionProvider"],
    )


def without_subnormals(model: bytes) -> bytes:
    """An ONNX model whose float32 weights are zero where they were subnormal.

    Weights that are stored in another way than as raw bytes are left as they are, and so is
    all of a file that cannot be understood: whoever loads it will tell what is wrong with it.

    Args:
        model: content of an ONNX file.
    """
    out = bytearray(model)
    try:
        for graph in _messages(out, (0, len(out)), _GRAPH):
            for tensor in _messages(out, graph, _INITIALIZER):
                _flush(out, tensor)
    except (IndexError, ValueError):
        return model
    return bytes(out)


def _flush(data: bytearray, tensor: tuple[int, int]) -> None:
    kind, raw = None, None
    for field, value in _fields(data, tensor):
        if field == _TYPE and isinstance(value, int):
            kind = value
        elif field == _RAW and isinstance(value, tuple):
            raw = value
    if kind != _FLOAT or raw is None:
        return
    weights = np.frombuffer(memoryview(data)[raw[0] : raw[1]], "<f4")
    weights[np.abs(weights) < _SMALLEST] = 0


def _messages(data: bytearray, inside: tuple[int, int], wanted: int) -> Iterator[tuple[int, int]]:
    for field, value in _fields(data, inside):
        if field == wanted and isinstance(value, tuple):
            yield value


def _fields(
    data: bytearray, inside: tuple[int, int]
) -> Iterator[tuple[int, int | tuple[int, int]]]:
    """The fields of a protocol buffer message: number, and value or where the value lies.

    Raises:
        IndexError, ValueError: it is no such message.
    """
    at, end = inside
    while at < end:
        key, at = _varint(data, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if kind == _SIZED:
            size, at = _varint(data, at)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("not a protocol buffer message")
        if at + size > end:
            raise ValueError("a field ends after its message")
        yield key >> 3, (at, at + size)
        at += size


def _varint(data: bytearray, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
