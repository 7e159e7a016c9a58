"""The espeak-ng library through its C interface.

Nothing of it is linked or shipped: it is loaded when a person's own installation has it.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import VoiceMissing

REMEDY: Final = 'run: pip install "scenewise[voices]"'

_SYNCHRONOUS = 2  # no playback; the call returns when all samples have been handed over
_DONT_EXIT = 0x8000  # by default the library ends the process when its data is missing
_UTF8 = 1
_RATE = 1
_WORD_GAP = 7
_LONGEST_PATH = 130  # bytes; the library keeps paths in buffers of 160

_lock = threading.Lock()  # the library is one global state
_Collect = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


@dataclass(frozen=True)
class Language:
    """A voice that comes with espeak-ng.

    Args:
        identifier: what the library loads it by, such as `gmw/en-US`.
        name: for people, such as `English (America)`.
        tags: its languages as (priority, lower-case tag); a lower number fits better.
    """

    identifier: str
    name: str
    tags: tuple[tuple[int, str], ...]


class _VoiceRecord(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


@lru_cache(maxsize=1)
def location() -> tuple[str, str | None]:
    """Where the library is, and its data (None where the library knows by itself).

    Raises:
        VoiceMissing: there is no espeak-ng on this machine.
    """
    try:
        import espeakng_loader
    except ImportError:
        names = ("libespeak-ng.so.1", "libespeak-ng.dylib", "libespeak-ng.dll", "espeak-ng.dll")
        for name in (ctypes.util.find_library("espeak-ng"), *names):
            if name and _loads(name):
                return name, None
        raise VoiceMissing("espeak-ng is not installed", remedy=REMEDY) from None
    try:
        return espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
    except (OSError, RuntimeError) as error:
        raise VoiceMissing(f"espeak-ng is damaged ({error})", remedy=REMEDY) from error


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _opened() -> Iterator[tuple[Any, int]]:
    """A library in its first state, with its sample rate.

    Its synthesis is not repeatable within one load: the slow wavering of the pitch goes on
    from one utterance to the next in a variable that no call resets, and lengths change by
    some 10 ms. Loading it afresh makes the same words the same sound, for 4 ms an utterance.
    """
    path, data = location()
    with _short(data) as folder:
        try:
            library = ctypes.CDLL(path)
        except OSError as error:
            raise VoiceMissing(f"espeak-ng cannot be loaded ({error})", remedy=REMEDY) from error
        try:
            home = None if folder is None else os.fsencode(folder)
            rate = library.espeak_Initialize(_SYNCHRONOUS, 0, home, _DONT_EXIT)
            if rate <= 0:
                raise VoiceMissing("espeak-ng cannot read its data", path=folder, remedy=REMEDY)
            try:
                yield library, rate
            finally:
                library.espeak_Terminate()
        finally:
            _unload(library)


def _seed(library: Any) -> None:
    """Begin the noise of breathy voices anew. Its seed is the time of day (versions before
    1.52 have none to set), and a few variants draw from the C library, which is reached
    through the library's own handle where the system allows that."""
    for name, kind in (("espeak_ng_SetRandSeed", ctypes.c_long), ("srand", ctypes.c_uint)):
        try:
            seed = getattr(library, name)
        except AttributeError:
            continue
        seed.restype, seed.argtypes = None, [kind]
        seed(1)


def _unload(library: Any) -> None:
    import _ctypes

    if sys.platform == "win32":
        _ctypes.FreeLibrary(library._handle)
    else:
        _ctypes.dlclose(library._handle)


@contextlib.contextmanager
def _short(folder: str | None) -> Iterator[str | None]:
    """The folder under a name that the library can take: short, and on Windows in ASCII."""
    if folder is None or (
        len(os.fsencode(folder)) <= _LONGEST_PATH and (os.name != "nt" or folder.isascii())
    ):
        yield folder
        return
    if sys.platform == "win32":
        buffer = ctypes.create_unicode_buffer(1024)
        found = ctypes.windll.kernel32.GetShortPathNameW(folder, buffer, len(buffer))
        yield buffer.value if found else folder
        return
    with tempfile.TemporaryDirectory(prefix="espeak") as near:
        link = Path(near) / "espeak-ng-data"
        link.symlink_to(folder, target_is_directory=True)
        yield str(link)


@lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """The voices that the library comes with and that can speak: a few languages are listed
    without the dictionary they need, and would be mute."""
    with _lock, _opened() as (library, _):
        found = tuple(_listed(library, None))
        home = _home(library)
        return tuple(voice for voice in found if home is None or _has_words(voice, home))


def _home(library: Any) -> Path | None:
    """The folder of the library's data, as it says itself."""
    library.espeak_Info.restype = ctypes.c_char_p
    folder = ctypes.c_char_p()
    library.espeak_Info(ctypes.byref(folder))
    home = Path(os.fsdecode(folder.value)) if folder.value else None
    return home if home is not None and (home / "lang").is_dir() else None


def _has_words(voice: Language, home: Path) -> bool:
    """Whether the dictionary that a voice names, or else its language's, is there."""
    try:
        lines = (home / "lang" / voice.identifier).read_text("utf-8", "replace").splitlines()
    except OSError:
        return True  # kept elsewhere; the library will know
    named = [line.split() for line in lines if line.startswith("dictionary")]
    language = voice.tags[0][1].partition("-")[0] if voice.tags else ""
    words = named[0][1] if named and len(named[0]) > 1 else language
    return (home / f"{words}_dict").is_file()


@lru_cache(maxsize=1)
def variants() -> tuple[str, ...]:
    """Names of the shades that any voice can take, such as `f3` or `Andy`."""
    tag = ctypes.create_string_buffer(b"variant\0")
    record = _VoiceRecord(languages=ctypes.addressof(tag))
    with _lock, _opened() as (library, _):
        found = _listed(library, record)
        return tuple(sorted(language.identifier.rpartition("/")[2] for language in found))


def _listed(library: Any, kind: _VoiceRecord | None) -> Iterator[Language]:
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
    records = library.espeak_ListVoices(None if kind is None else ctypes.byref(kind))
    index = 0
    while records[index]:
        record = records[index].contents
        yield Language(
            record.identifier.decode(errors="replace").replace("\\", "/"),
            record.name.decode(errors="replace").strip(),
            tuple(_tags(record.languages)),
        )
        index += 1


def _tags(address: int) -> Iterator[tuple[int, str]]:
    """The list of languages of a record: a priority byte and a string each, then a zero."""
    while priority := ctypes.string_at(address, 1)[0]:
        tag = ctypes.string_at(address + 1)
        yield priority, tag.decode(errors="replace").lower()
        address += len(tag) + 2


def synthesize(text: str, voice: str, rate: int, gap: int = 0) -> tuple[npt.NDArray[np.int16], int]:
    """Speech and its sample rate.

    Args:
        text: taken as it stands; no markup is interpreted.
        voice: identifier of a voice, with `+` and a variant where one is wanted.
        rate: the library's own words a minute, 80 to 450.
        gap: pause added between words, in units of 10 ms at its normal speed.

    Raises:
        VoiceMissing: the library, its data or the voice cannot be loaded.
    """
    parts: list[bytes] = []

    def collect(samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            parts.append(ctypes.string_at(samples, 2 * count))
        return 0

    callback = _Collect(collect)
    encoded = text.encode("utf-8", "replace") + b"\0"
    with _lock, _opened() as (library, hertz):
        library.espeak_SetSynthCallback(callback)
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise VoiceMissing(f"espeak-ng cannot load the voice {voice!r}", remedy=REMEDY)
        library.espeak_SetParameter(_RATE, rate, 0)
        library.espeak_SetParameter(_WORD_GAP, gap, 0)
        _seed(library)
        size = ctypes.c_size_t(len(encoded))
        library.espeak_Synth(encoded, size, 0, 1, 0, _UTF8, None, None)
        library.espeak_Synchronize()
    return np.frombuffer(b"".join(parts), np.int16), hertz
