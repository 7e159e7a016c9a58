"""PP-OCR engines, one for each picture that is read at the same time."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import ModelMissing
from scenewise.models.text_weights import session

AT_ONCE: Final = min(4, os.cpu_count() or 1)
"""Pictures worth reading at the same time."""


class Engines:
    """Engines of one setting, made when they are needed and used again.

    An engine keeps state between its steps, so each reads one picture at a time. Each runs on
    one thread, and pictures are read side by side: on two threads a picture takes twice the
    processor time (37 frames: 6.3 s instead of 3.2 s). They share their networks.

    Args:
        detail: longer side at which writing is looked for, pixels.

    Raises:
        ModelMissing: rapidocr or its weights are not installed.
    """

    def __init__(self, detail: int) -> None:
        self._detail = detail
        self._free: deque[Any] = deque([_made(detail)])

    @contextmanager
    def one(self) -> Iterator[Any]:
        """An engine that nobody else uses."""
        try:
            engine = self._free.pop()
        except IndexError:
            engine = _made(self._detail)
        try:
            yield engine
        finally:
            self._free.append(engine)


@lru_cache(maxsize=4)
def engines(detail: int) -> Engines:
    """The engines of a setting, shared by all readers."""
    return Engines(detail)


def _made(detail: int) -> Any:
    try:
        import rapidocr
    except ImportError as error:
        raise ModelMissing(
            "the text reader rapidocr is not installed", remedy="run: pip install rapidocr"
        ) from error
    folder = Path(rapidocr.__file__).parent / "models"
    weights = {task: shipped(folder, f"_{task}_") for task in ("det", "rec", "cls")}
    settings = {
        "Global.log_level": "critical",
        "Global.use_cls": False,
        "Global.max_side_len": 2560,
        "Det.limit_type": "max",
        "Det.limit_side_len": detail,
        # given by path, the weights are never looked for on the network
        "Det.model_path": str(weights["det"]),
        "Rec.model_path": str(weights["rec"]),
        "Cls.model_path": str(weights["cls"]),
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    engine = rapidocr.RapidOCR(params=settings)
    if getattr(engine, "text_det", engine) is None:
        # networks are made when they are first needed, and taken from the settings if they are
        # there; settings hold nothing but plain values unless told otherwise
        engine.cfg._set_flag("allow_objects", True)
        engine.cfg.Det.session = session(weights["det"])
        engine.cfg.Rec.session = session(weights["rec"])
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return engine


def shipped(folder: Path, task: str) -> Path:
    """The weights of one task that came with the package.

    Raises:
        ModelMissing: they are not there.
    """
    found = sorted(folder.glob(f"*{task}*.onnx"))
    if not found:
        raise ModelMissing(
            f"the weights of the text reader are missing ({task.strip('_')})",
            path=folder,
            remedy="run: pip install --force-reinstall rapidocr",
        )
    return found[0]
