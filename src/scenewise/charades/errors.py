"""What can go wrong with a set of home videos that a person can act on."""

from __future__ import annotations

from scenewise.core.errors import InputError


class TableInvalid(InputError):
    """A table of videos is no such table, breaks its form, or contradicts itself."""


class VideosMissing(InputError):
    """Videos that a table names are not in their folder."""


class SceneShort(InputError):
    """A scene has fewer videos than a sample needs."""


class FeaturesInvalid(InputError):
    """Stored features or their reduction are damaged, or belong to other settings."""


class RunInvalid(InputError):
    """A run's folder is damaged, holds another sample, or lacks what a step needs."""


class CaptionsTooLong(InputError):
    """Captions have more tokens than a model reads."""
