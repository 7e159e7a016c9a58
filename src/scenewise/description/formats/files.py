"""Script and caption files, by what is in them rather than by their names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Cue, Script
from scenewise.description.formats.dapt import dapt_script, parse_dapt, to_dapt
from scenewise.description.formats.decoding import Decoded, read_text
from scenewise.description.formats.json_format import from_json, to_json
from scenewise.description.formats.merging import merge_edits
from scenewise.description.formats.srt import parse_srt, to_srt
from scenewise.description.formats.webvtt import captions_script, parse_vtt, to_vtt

JSON_SUFFIX = ".ad.json"
_SUFFIXES = (JSON_SUFFIX, ".ad.vtt", ".ad.srt", ".dapt.xml")


def read_script(path: Path, *, strict: bool = False) -> Script:
    """The script in a file: Scenewise's JSON, or DAPT, TTML, WebVTT or SRT by anybody, in
    which every cue with words is a voiced line.

    What the file does not say and had to be assumed is in the script's notes. Whether the
    script makes sense (overlaps, the film's end) is a question for `require_valid`.

    Args:
        path: the file.
        strict: refuse a file in which a timing cannot be read or ends before it begins,
            rather than leave out what it is about.

    Raises:
        FileMissing: there is no such file.
        FileUnreadable: it is a directory, or may not be read.
        ScriptInvalid: it is none of these formats, or breaks its own.
    """
    path = Path(path)
    decoded = read_text(path)
    kind = _kind(decoded.text)
    if kind == "json":
        return from_json(decoded.text, path)
    if kind == "xml":
        script = dapt_script(decoded.text, path, strict=strict)
    else:
        captions = (parse_vtt if kind == "vtt" else parse_srt)(decoded.text, path)
        if strict and captions.faults:
            raise ScriptInvalid(
                captions.faults[0].partition(",")[0],
                path=path,
                remedy="write it like 00:01.000 --> 00:04.000, with the end after the start",
            )
        script = captions_script(captions)
    return replace(script, notes=(*_doubts(decoded), *script.notes))


def read_edited(path: Path) -> Script:
    """The script in a file that a person may have edited: where it is a captions file that
    Scenewise wrote beside a JSON script, what it cannot hold comes from there; unless both
    name their films and these are not the same.

    Raises:
        ScriptInvalid, FileMissing, FileUnreadable: see `read_script`.
    """
    path = Path(path)
    script = read_script(path, strict=True)
    whole = json_beside(path)
    if whole is None:
        return script
    base = read_script(whole)
    if script.film.digest and base.film.digest and script.film.digest != base.film.digest:
        note = f"{whole.name} is the script of another film ({base.film.name}) and was left aside"
        return replace(script, notes=(*script.notes, note))
    return merge_edits(base, script)


def json_beside(path: Path) -> Path | None:
    """The JSON script that was written together with a captions file, if it is there."""
    for suffix in _SUFFIXES[1:]:
        if path.name.endswith(suffix):
            whole = path.with_name(path.name.removesuffix(suffix) + JSON_SUFFIX)
            return whole if whole.is_file() else None
    return None


def read_cues(path: Path) -> list[Cue]:
    """The cues of any captions file (WebVTT, SRT, TTML), or what a script speaks, in order of
    time. Empty cues, overlaps and repeated identifiers are left as they are.

    Raises:
        FileMissing: there is no such file.
        FileUnreadable: it is a directory, or may not be read.
        ScriptInvalid: it is none of these formats, or breaks its own.
    """
    path = Path(path)
    text = read_text(path).text
    kind = _kind(text)
    if kind == "json":
        return from_json(text, path).cues()
    parse = {"xml": parse_dapt, "vtt": parse_vtt, "srt": parse_srt}[kind]
    return sorted(parse(text, path).cues, key=lambda cue: cue.span)


def save_all(script: Script, stem: Path) -> list[Path]:
    """Write `<stem>.ad.json`, `.ad.vtt`, `.ad.srt` and `.dapt.xml`, each whole or not at all.

    Args:
        script: any script.
        stem: folder and name without suffix, such as `out/film`; dots in it are kept.

    Returns:
        The four paths, in that order.

    Raises:
        ScriptInvalid: an id or a time that cannot be written; nothing has been.
        OutputUnwritable: no permission, no space.
    """
    from scenewise.media.atomic import atomic_text

    stem = Path(stem)
    texts = (to_json(script), to_vtt(script), to_srt(script), to_dapt(script))
    paths = [stem.with_name(stem.name + suffix) for suffix in _SUFFIXES]
    for path, text in zip(paths, texts, strict=True):
        atomic_text(path, text)
    return paths


def _kind(text: str) -> str:
    """`json`, `xml`, `vtt` or `srt`, from how a file begins and how its first times are
    written. A WebVTT file may lack its header; its times have a point."""
    start = text[:10_000].lstrip(" \t\r\n\ufeff")[:6].upper()
    if start.startswith("{"):
        return "json"
    if start.startswith("<"):
        return "xml"
    if start == "WEBVTT":
        return "vtt"
    return "srt" if "," in text.partition("-->")[0][-16:] else "vtt"


def _doubts(decoded: Decoded) -> tuple[str, ...]:
    """What a person should know about how the file was decoded."""
    if not decoded.guessed:
        return ()
    return (f"the file is not UTF-8, it was read as {decoded.encoding}: check its letters",)
