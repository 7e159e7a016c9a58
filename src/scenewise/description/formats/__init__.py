"""The script's file formats: JSON, WebVTT, SRT and W3C DAPT; and other people's captions."""

from scenewise.description.formats.dapt import to_dapt
from scenewise.description.formats.files import (
    json_beside,
    read_cues,
    read_edited,
    read_script,
    save_all,
)
from scenewise.description.formats.json_format import from_json, schema, to_json
from scenewise.description.formats.merging import merge_edits
from scenewise.description.formats.srt import parse_srt, to_srt
from scenewise.description.formats.validation import require_valid, validate
from scenewise.description.formats.webvtt import Captions, parse_vtt, to_vtt

__all__ = [
    "Captions",
    "from_json",
    "json_beside",
    "merge_edits",
    "parse_srt",
    "parse_vtt",
    "read_cues",
    "read_edited",
    "read_script",
    "require_valid",
    "save_all",
    "schema",
    "to_dapt",
    "to_json",
    "to_srt",
    "to_vtt",
    "validate",
]
