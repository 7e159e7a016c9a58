"""Checkpoints in folders, for the measures that need a model: read here and from nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scenewise.core.errors import ModelMissing, ScenewiseError


@contextmanager
def checkpoint(folder: Path, remedy: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The folder's name and how `from_pretrained` shall read it: no hub, no code of others, and
    nothing printed. Whatever it raises becomes one clear line.

    Args:
        folder: with a configuration, a tokenizer and safetensors.
        remedy: what to do where there is no model in it.

    Raises:
        ModelMissing: there is none, or it cannot be loaded.
    """
    if not (folder / "config.json").is_file():
        raise ModelMissing("there is no model in that folder", path=folder, remedy=remedy)
    from safetensors import SafetensorError
    from transformers.utils import logging as told

    logging: Any = told
    level, had_bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield os.fspath(folder), {"local_files_only": True, "trust_remote_code": False}
    except ScenewiseError:
        raise
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, ImportError,
            AttributeError, SafetensorError) as error:  # fmt: skip
        reason = next((line for line in str(error).splitlines() if line.strip()), repr(error))
        raise ModelMissing(
            f"the model cannot be loaded ({reason.strip()[:160].rstrip('.')})",
            path=folder,
            remedy="give a folder with config.json, a tokenizer and model.safetensors",
        ) from error
    finally:
        logging.set_verbosity(level)
        if had_bar:
            logging.enable_progress_bar()


def on_device(model: Any) -> Any:
    """The model, ready to answer, on a graphics card where there is one."""
    import torch

    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")
