"""Where Scenewise keeps what it may compute again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import platformdirs

ENVIRONMENT: Final = "SCENEWISE_CACHE"


def cache_folder() -> Path:
    """`$SCENEWISE_CACHE`, else the user's cache folder of the system."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else Path(platformdirs.user_cache_dir("scenewise"))
