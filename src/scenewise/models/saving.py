"""Writing a checkpoint: a folder that is there whole or not at all."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from scenewise.core.errors import OutputUnwritable


@contextmanager
def checkpoint_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder that takes the place of `folder` when the block succeeds.

    Whatever goes wrong, a model that was in the folder before is still there and whole. Weights
    may be read by whoever may read their configuration.

    Args:
        folder: made, or replaced as a whole.

    Raises:
        OutputUnwritable: it cannot be written.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputUnwritable(
            "there is a file where the model goes", path=folder, remedy="move it away"
        )
    temporary = folder.with_name(f".{folder.name}.part")
    old = folder.with_name(f".{folder.name}.old")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        yield temporary
        _share(temporary)
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
    except (OSError, SafetensorError) as error:
        raise OutputUnwritable(
            f"the model cannot be written ({getattr(error, 'strerror', None) or error})",
            path=folder,
            remedy="free some space, or choose a folder you may write to",
        ) from error
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _share(folder: Path) -> None:
    """safetensors makes files that are their owner's alone."""
    config = folder / "config.json"
    if config.is_file():
        for weights in folder.glob("*.safetensors"):
            weights.chmod(stat.S_IMODE(config.stat().st_mode))
