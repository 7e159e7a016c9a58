"""What can go wrong with DistinctAD that a person can act on."""

from __future__ import annotations

from scenewise.core.errors import InputError


class ClipsInvalid(InputError):
    """Clips and sentences do not fit each other or the model, or a sentence is empty."""


class NarratorInvalid(InputError):
    """A narrator's checkpoint is damaged, something else, or made for another language model."""


class RunInvalid(InputError):
    """A run's folder is damaged, holds other data, or lacks what a step needs."""
