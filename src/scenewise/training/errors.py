"""What can go wrong in training that a person can act on."""

from __future__ import annotations

from scenewise.core.errors import InputError


class CheckpointInvalid(InputError):
    """A checkpoint is damaged, of another model, or of a run with other options."""


class TrainingDiverged(InputError):
    """The loss is no number any more."""
