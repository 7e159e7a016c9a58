"""What can go wrong with a collection that a person can act on."""

from __future__ import annotations

from scenewise.core.errors import InputError


class StoreMissing(InputError):
    """There is no collection in that folder."""


class StoreExists(InputError):
    """There is a collection, or something else, in a folder that was to hold a new one."""


class StoreOfAnotherModel(InputError):
    """The collection's vectors were made by another model, which cannot be mixed."""


class StoreInvalid(InputError):
    """The folder's content is damaged, or made by another version."""


class VideoUnknown(InputError):
    """The collection holds no such video or moment."""


class TooFew(InputError):
    """There is too little in the collection, or in what was chosen from it, to group."""
