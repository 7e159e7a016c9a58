"""Reading a checkpoint with transformers: quietly, from safetensors, and whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scenewise.core.errors import ModelMissing
from scenewise.models.precision import Placement


def load_model(loader: Any, folder: Path, place: Placement) -> Any:
    """A model in evaluation mode, on its device and in its number format.

    Args:
        loader: a transformers class with `from_pretrained`.
        folder: what `hub.resolve` gave.
        place: where it shall run.

    Raises:
        ModelMissing: the files are damaged, or hold the weights of another architecture.
    """
    with quiet(), _readable(folder):
        model, info = loader.from_pretrained(
            folder,
            dtype=place.dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    # transformers fills what is missing with random numbers and only logs it.
    missing = sorted(info.get("missing_keys") or ()) + sorted(
        str(key) for key in info.get("mismatched_keys") or ()
    )
    if missing:
        raise ModelMissing(
            f"its weights lack {len(missing)} parts of the model, such as {missing[0]}",
            path=folder,
            remedy="fetch it anew, or check that config.json belongs to the weights",
        )
    return model.to(place.device).eval().requires_grad_(False)


def load_part(loader: Any, folder: Path, **options: Any) -> Any:
    """A tokenizer, image processor or processor.

    Raises:
        ModelMissing: its files are absent or damaged.
    """
    with quiet(), _readable(folder):
        return loader.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, **options
        )


def load_tensors(file: Path) -> dict[str, Any]:
    """The tensors of a safetensors file by name, on the processor.

    Raises:
        ModelMissing: it is absent or damaged.
    """
    from safetensors.torch import load_file

    with _readable(file):
        return dict(load_file(file))


@contextmanager
def quiet() -> Iterator[None]:
    """Neither bars nor advice from transformers: showing things is the caller's business."""
    from transformers.utils import logging as told

    logging: Any = told

    level = logging.get_verbosity()
    had_bar = logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if had_bar:
            logging.enable_progress_bar()


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Map whatever transformers raises on bad files; it has no error class of its own."""
    from safetensors import SafetensorError

    try:
        yield
    except MemoryError:
        raise
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ImportError,
        RuntimeError,
        SafetensorError,
    ) as error:
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise ModelMissing(
            f"the model cannot be loaded ({reason})",
            path=folder,
            remedy="fetch it anew, or choose another model",
        ) from error
