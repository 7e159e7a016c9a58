"""Results of stages, kept by content and options.

An entry is one zip file: `data.json` and any number of blobs (pictures, sound). Its name is
a hash of the stage, its version, the film's content and the options that matter to it, so
that whatever changes makes another entry and nothing is ever stale. Entries are written
atomically; a broken one counts as absent.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenewise._version import __version__
from scenewise.core.folders import cache_folder

_ABANDONED = 86_400.0  # s
LIMIT = 4 * 2**30  # bytes; the oldest entries go first


@dataclass
class Entry:
    """What one stage left: plain data, and blobs by name."""

    data: Any
    blobs: Mapping[str, bytes] = field(default_factory=dict)


class Cache:
    """Stage results on disk.

    Args:
        folder: where entries lie; None switches the cache off.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @classmethod
    def standard(cls) -> Cache:
        """The user's cache."""
        return cls(cache_folder() / "stages")

    def _path(self, stage: str, key: Mapping[str, Any]) -> Path | None:
        if self.folder is None:
            return None
        named = {"scenewise": __version__, **key}
        text = json.dumps(named, sort_keys=True, default=str, ensure_ascii=False)
        name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return self.folder / stage / name[:2] / f"{name}.zip"

    def get(self, stage: str, key: Mapping[str, Any]) -> Entry | None:
        """The entry of a stage under a key, or None."""
        path = self._path(stage, key)
        if path is None:
            return None
        try:
            with zipfile.ZipFile(path) as archive:
                blobs = {n: archive.read(n) for n in archive.namelist() if n != "data.json"}
                data = json.loads(archive.read("data.json"))
            os.utime(path)  # marks it as used, for `prune`
        except (OSError, zipfile.BadZipFile, KeyError, ValueError):
            return None
        return Entry(data, blobs)

    def put(self, stage: str, key: Mapping[str, Any], entry: Entry) -> None:
        """Keep an entry. A cache that cannot be written is no reason to fail."""
        path = self._path(stage, key)
        if path is None:
            return
        temporary: str | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
            with os.fdopen(handle, "wb") as out, zipfile.ZipFile(out, "w") as archive:
                archive.writestr("data.json", json.dumps(entry.data, ensure_ascii=False))
                for name, blob in entry.blobs.items():
                    archive.writestr(name, blob)
            Path(temporary).replace(path)
        except OSError:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()

    def prune(self, limit: int = LIMIT) -> None:
        """Remove the entries unused for longest until the rest fits in `limit` bytes."""
        if self.folder is None or not self.folder.is_dir():
            return
        for path in self.folder.rglob("*.part"):  # of runs that were killed while writing
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - _ABANDONED:
                    path.unlink()
        entries = []
        for path in self.folder.rglob("*.zip"):
            with contextlib.suppress(OSError):
                status = path.stat()
                entries.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= limit:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size
