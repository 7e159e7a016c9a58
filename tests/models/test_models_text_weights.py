"""The text reader's networks without subnormal weights answer as they did, and quicker."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import rapidocr
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.models import text_engines
from scenewise.models.text_weights import session, without_subnormals

FOLDER = Path(rapidocr.__file__).parent / "models"


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def sized(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def model(weights: bytes, kind: int = 1) -> bytes:
    """An ONNX file of one tensor, with a version before it and a name behind."""
    tensor = varint(2 << 3) + varint(kind) + sized(8, b"weights") + sized(9, weights)
    return varint(1 << 3) + varint(8) + sized(7, sized(2, b"graph") + sized(5, tensor))


class TestWithoutSubnormals:
    @given(st.lists(st.floats(width=32), max_size=40))
    @settings(deadline=None)
    def test_only_subnormal_weights_change(self, numbers: list[float]):
        weights = np.array(numbers, "<f4")
        subnormal = (np.abs(weights) < np.finfo(np.float32).tiny) & (weights != 0)
        flushed = np.where(subnormal, np.float32(0), weights).astype("<f4")
        whole = model(weights.tobytes())
        made, before = without_subnormals(whole), len(whole) - weights.nbytes
        # zeros may lose their sign, which no sum can tell
        assert made[:before] == whole[:before]
        assert np.array_equal(np.frombuffer(made[before:], "<f4"), flushed, equal_nan=True)

    def test_other_kinds_of_numbers_stay_as_they_are(self):
        for kind in (6, 7, 10, 11):  # int32, int64, float16, float64
            whole = model(bytes(range(64)), kind)
            assert without_subnormals(whole) == whole

    @given(st.binary(max_size=200))
    @settings(deadline=None)
    def test_what_is_no_model_is_left_alone_or_keeps_its_length(self, data: bytes):
        assert len(without_subnormals(data)) == len(data)

    @given(st.integers(0, 60))
    @settings(deadline=None)
    def test_a_file_cut_short_is_left_as_it_is(self, length: int):
        whole = model(np.full(16, 1e-40, "<f4").tobytes())
        part = whole[: min(length, len(whole) - 1)]
        assert without_subnormals(part) == part


class TestSession:
    @pytest.mark.parametrize(("task", "shape"), [("_det_", (160, 320)), ("_rec_", (48, 320))])
    def test_the_answers_are_those_of_the_weights_as_shipped(
        self, task: str, shape: tuple[int, int]
    ):
        path = text_engines.shipped(FOLDER, task)
        plain = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        ours = session(path)
        picture = np.random.default_rng(1).uniform(-1, 1, (1, 3, *shape)).astype(np.float32)
        name = plain.get_inputs()[0].name
        (expected,) = plain.run(None, {name: picture})
        (got,) = ours.run(None, {name: picture})
        assert np.abs(got - expected).max() < 1e-6
        # the characters that the network knows travel in its file
        known = plain.get_modelmeta().custom_metadata_map
        assert ours.get_modelmeta().custom_metadata_map == known

    @pytest.mark.slow
    def test_the_detector_is_quicker(self):
        path = text_engines.shipped(FOLDER, "_det_")
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1
        plain = onnxruntime.InferenceSession(
            str(path), sess_options=settings, providers=["CPUExecutionProvider"]
        )
        picture = np.random.default_rng(2).uniform(-1, 1, (1, 3, 352, 640)).astype(np.float32)
        name = plain.get_inputs()[0].name

        def seconds(network) -> float:
            spent = []
            for _ in range(4):
                start = time.thread_time()
                network.run(None, {name: picture})
                spent.append(time.thread_time() - start)
            return min(spent)

        if np.isclose(seconds(plain), seconds(session(path)), rtol=0.2):
            pytest.skip("this processor takes subnormal numbers as quickly as others")
        assert seconds(session(path)) < 0.6 * seconds(plain)

    def test_the_reader_uses_it(self):
        with text_engines.engines(640).one() as engine:
            engine(np.full((64, 64, 3), 90, np.uint8))
            path = text_engines.shipped(FOLDER, "_det_")
            assert engine.text_det.session.session is session(path)
