"""Which of the one-byte Latin encodings a text is in, by the alphabets of the languages.

Windows-1252, -1250, -1254 and -1257 differ in a few dozen letters, and each byte is a letter
in all four, so that a detector of impossible text cannot tell them apart: on Swedish captions
charset-normalizer takes 1250 (`å` becomes `ĺ`). The right one is the one in which all letters
belong to the alphabet of one language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

LATIN = ("cp1252", "cp1250", "cp1254", "cp1257")
"""The encodings, the commonest first: it wins where two explain a text as well."""

_ALPHABETS = {
    "cp1252": {
        "German": "äöüß",
        "French": "àâæçèéêëîïôœùûüÿ",
        "Spanish": "áéíñóúü¿¡ºª",
        "Portuguese": "àáâãçéêíóôõúüºª",
        "Italian": "àèéìíîòóùú",
        "Catalan": "àçèéíïòóúü·",
        "Dutch": "áèéêëïóöü",
        "Swedish, Finnish": "åäöéáàü",
        "Danish, Norwegian": "æøåéèêóòôü",
        "Icelandic": "áðéíóúýþæö",
    },
    "cp1250": {
        "Czech": "áčďéěíňóřšťúůýž",
        "Slovak": "áäčďéíĺľňóôŕšťúýž",
        "Polish": "ąćęłńóśźż",
        "Hungarian": "áéíóöőúüű",
        "Romanian": "ăâîşţ",
        "Croatian, Slovene, Bosnian": "čćđšž",
    },
    "cp1254": {"Turkish": "çğıöşüi̇âîû"},
    "cp1257": {
        "Lithuanian": "ąčęėįšųūž",
        "Latvian": "āčēģīķļņšūž",
        "Estonian": "äõöüšž",
    },
}
_NEUTRAL = frozenset("‘’‚“”„…–—«»‹›°©®™´·¨•†§\xa0\xad")


def likeliest_latin(data: bytes) -> str:
    """The encoding in which most of the non-ASCII characters are letters of one language.

    Args:
        data: text in one of `LATIN`.
    """
    high = Counter(byte for byte in data if byte > 127)

    def explained(encoding: str) -> float:
        letters = Counter[str]()
        for byte, count in high.items():
            letters[bytes([byte]).decode(encoding, "replace").lower()] += count
        return max(_share(letters, alphabet) for alphabet in _ALPHABETS[encoding].values())

    return max(LATIN, key=explained)


def _share(letters: Counter[str], alphabet: Iterable[str]) -> float:
    """How many of the characters that say anything are in an alphabet, 0 to 1."""
    telling = {letter: n for letter, n in letters.items() if letter not in _NEUTRAL}
    known = frozenset(alphabet)
    inside = sum(n for letter, n in telling.items() if set(letter) <= known)
    return inside / sum(telling.values()) if telling else 1.0
