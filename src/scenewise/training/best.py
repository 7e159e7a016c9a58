"""The weights of a run's best evaluation, kept on disk while training goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from torch import nn

from scenewise.core.errors import FileMissing
from scenewise.media.atomic import made_folder
from scenewise.training import checkpoints, processes

FOLDER: Final = "best"
"""In the folder of a run."""


@dataclass(frozen=True)
class Best:
    """What is best, and where its weights are.

    Args:
        folder: of the run. The weights are in `best/checkpoint.safetensors` in it.
        figure: of the evaluations; the highest is the best.
    """

    folder: Path
    figure: str

    def forget(self) -> None:
        """Remove weights of an earlier run."""
        if processes.is_first():
            (self._place / checkpoints.NAME).unlink(missing_ok=True)

    def keep(self, model: nn.Module, step: int, told: Mapping[str, float]) -> None:
        """Keep the weights that a model has, in place of those before.

        Args:
            model: as it was evaluated.
            step: after how many.
            told: figures of the evaluation, given back by `restore`.

        Raises:
            OutputUnwritable: no permission, no space.
        """
        if processes.is_first():
            made_folder(self._place)
            tensors = {"model": checkpoints.changing(model)}
            checkpoints.save_checkpoint(self._place, tensors, {**told, "step": step})

    def restore(self, model: nn.Module) -> dict[str, Any]:
        """Give a model the weights that are kept.

        Returns:
            The figures of their evaluation, and `step`.

        Raises:
            FileMissing: they were removed.
            CheckpointInvalid: they are damaged, or of another model.
        """
        processes.wait()  # for the first one to have written them
        path = self._place / checkpoints.NAME
        if not path.exists():
            raise FileMissing(
                "the weights of the best evaluation are gone", path=path, remedy="train anew"
            )
        parts, told = checkpoints.read_checkpoint(self._place)
        checkpoints.restore_model(model, parts.get("model", {}), path)
        return told

    @property
    def _place(self) -> Path:
        return self.folder / FOLDER
