"""Bytes to text: script and caption files in the encodings people really have."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from scenewise.core.errors import FileMissing, FileUnreadable, ScriptInvalid
from scenewise.description.formats.alphabets import LATIN, likeliest_latin

LARGEST = 64 * 2**20
"""Bytes; the script of the longest film is a few megabytes."""

_SAMPLE = 48_000
"""Bytes of non-ASCII lines that the encoding is guessed from; more changes no guess."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = (
    "cp1252", "cp1251", "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp1250",
    "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_5",
)  # fmt: skip
_CHARSETS = ("cp", "iso8859", "koi8", "mac", "shift_jis", "euc", "gb", "big5", "tis", "ascii")
"""How Python's names of character sets begin; its other codecs are no encodings of text."""

_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_TAG = re.compile(rb"<[^<>]{0,80}>")
_SIGNATURES = (
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM film"),
    (4, b"ftyp", "an MP4 film"),
    (4, b"moov", "a QuickTime film"),
    (0, b"RIFF", "an AVI film or a WAV sound"),
    (0, b"OggS", "an Ogg film or sound"),
    (0, b"ID3", "an MP3 sound"),
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF8", "a picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a zip archive or office document"),
    (0, b"\x1f\x8b", "a compressed file"),
)
_REMEDY = "give a Scenewise script (.json, .vtt, .dapt.xml) or a captions file (.vtt, .srt, .ttml)"


class Decoded(NamedTuple):
    """The text of a file, without its byte order mark, and how it was read.

    `guessed` says that nothing in the file named the encoding and that it is not UTF-8.
    """

    text: str
    encoding: str
    guessed: bool


def read_text(path: Path) -> Decoded:
    """The text of a script or caption file.

    Raises:
        FileMissing: there is no such file.
        FileUnreadable: it is a directory, or may not be read.
        ScriptInvalid: it is empty, is not text, or is far too large.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise FileUnreadable("is a directory", path=path, remedy="give the script file in it")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise FileMissing("there is no such file", path=path, remedy="check the name") from None
    except ValueError:  # a NUL in the name
        raise FileMissing("there can be no such file", path=path, remedy="check the name") from None
    except OSError as error:
        why = (error.strerror or "it cannot be opened").lower()
        raise FileUnreadable(f"cannot be read ({why})", path=path) from error
    return decode(data, path=path)


def decode(data: bytes, *, path: Path | None = None) -> Decoded:
    """Text from bytes: byte order marks, XML declarations, UTF-8, UTF-16 without a mark, and
    at last a guess among the legacy encodings of captions.

    Raises:
        ScriptInvalid: the bytes are no text.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise ScriptInvalid("is empty", path=path, remedy=_REMEDY)
    for offset, signature, kind in _SIGNATURES:
        if data.startswith(signature, offset):
            raise ScriptInvalid(f"is {kind}, not a script", path=path, remedy=_REMEDY)
    if len(data) > LARGEST:
        size = f"{LARGEST // 2**20} MB"
        raise ScriptInvalid(f"is larger than {size}, too large for a script", path=path)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(encoding, "replace"), encoding, False)
    wide = _wide(data)
    if wide:
        return Decoded(data.decode(wide, "replace"), wide, False)
    if _is_binary(data):
        raise ScriptInvalid("is not text", path=path, remedy=_REMEDY)
    declared = _declared(data)
    if declared:
        return Decoded(data.decode(declared, "replace"), declared, False)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", False)
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    if good > 20 * bad:  # UTF-8 with a little damage: no legacy text looks like that
        return Decoded(text, "utf-8", False)
    encoding = _guess(data)
    return Decoded(data.decode(encoding, "replace"), encoding, True)


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: the digits, arrows and line ends of any script put NULs into
    every other byte, whatever language its words are in."""
    sample = data[:8192]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most, least = max(even, odd), min(even, odd)
    if most < max(2, len(sample) // 20) or least > most // 10:
        return ""
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        data[: len(data) // 2 * 2].decode(encoding)
    except UnicodeDecodeError:
        return ""
    return encoding


def _is_binary(data: bytes) -> bool:
    """Whether over one byte in fifty is a control character that text does not use."""
    sample = data[:65536]
    odd = sample.translate(None, bytes(range(32, 256)) + b"\t\n\r\f\x1a\x1b")
    return len(odd) * 50 > len(sample)


def _declared(data: bytes) -> str:
    """The encoding that an XML declaration names, where Python knows it as one for text."""
    match = _DECLARED.match(data[:300])
    if match is None:
        return ""
    try:
        name = codecs.lookup(match.group(1).decode("ascii")).name
    except LookupError:
        return ""
    return name if name.startswith(_CHARSETS) else ""


def _guess(data: bytes) -> str:
    """The legacy encoding that makes the likeliest words of the lines that are not ASCII."""
    lines = [_TAG.sub(b"", line) for line in data.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    high = sum(byte > 127 for byte in sample)
    letters = sum(bytes([byte]).isalpha() for byte in sample)
    if 3 * high < 2 * letters:
        return likeliest_latin(sample)  # other scripts have few ASCII letters between theirs

    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_LEGACY), enable_fallback=False).best()
    encoding = best.encoding if best is not None else "cp1252"
    return likeliest_latin(sample) if encoding in LATIN else encoding
