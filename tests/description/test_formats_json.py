"""The JSON script: exact, hand-editable, and clear about what is wrong with it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from formats_strategies import scripts
from hypothesis import given, settings

from scenewise.core.errors import ScriptInvalid
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats import from_json, schema, to_json
from scenewise.description.formats.locating import line_of
from scenewise.description.formats.plain_text import scrubbed

SCRIPT = Script(
    film=FilmReference("film.mp4", "blake2b:00", 60.0),
    language="de",
    descriptions=(
        Description(
            "d0001", Span(1.0, 4.0), "Ein Mann läuft über die Straße.", ("Ein Mann läuft.",),
            event=2.0, salience=0.75, confidence=0.5, source="vlm",
        ).delivered(1.25, 2.5, "Ein Mann läuft."),
        Description("d0002", Span(5.0, 9.0), "男", kind="text").silenced("no room"),
    ),
    dialogue=(Span(4.0, 5.0),),
    voice={"name": "espeak", "rate": 180},
    notes=("a note",),
    settings={"threshold": 0.25},
)  # fmt: skip


def edited(**changes: Any) -> str:
    """The first description's JSON with keys changed or, where None is given twice, removed."""
    data = json.loads(to_json(SCRIPT))
    data["descriptions"][0].update(changes)
    return json.dumps(data, indent=2)


def check(value: Any, rule: dict[str, Any], root: dict[str, Any], where: str = "$") -> list[str]:
    """Errors of a value under the keywords of JSON Schema that the published schema uses."""
    known = {
        "$schema", "$id", "$defs", "$ref", "title", "description", "default", "type", "required",
        "properties", "items", "prefixItems", "minItems", "maxItems", "minimum", "maximum",
        "minLength", "pattern", "const", "enum", "anyOf",
    }  # fmt: skip
    assert rule.keys() <= known, f"the check does not know {rule.keys() - known}"
    out = []
    if "$ref" in rule:
        out += check(value, root["$defs"][rule["$ref"].removeprefix("#/$defs/")], root, where)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    types = {
        "object": isinstance(value, dict),
        "array": isinstance(value, list),
        "string": isinstance(value, str),
        "number": number,
        "null": value is None,
    }
    if "type" in rule and not types[rule["type"]]:
        return [f"{where} is no {rule['type']}"]
    if "const" in rule and value != rule["const"]:
        out.append(f"{where} is not {rule['const']!r}")
    if "enum" in rule and value not in rule["enum"]:
        out.append(f"{where} is none of {rule['enum']}")
    if number and not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        out.append(f"{where} is out of range")
    if isinstance(value, str) and not re.search(rule.get("pattern", ""), value):
        out.append(f"{where} is not of the form {rule['pattern']}")
    if isinstance(value, str) and len(value) < rule.get("minLength", 0):
        out.append(f"{where} is too short")
    if isinstance(value, list):
        if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value)):
            out.append(f"{where} has the wrong length")
        rules = rule.get("prefixItems") or [rule.get("items", {})] * len(value)
        for i, (each, its) in enumerate(zip(value, rules, strict=False)):
            out += check(each, its, root, f"{where}[{i}]")
    if isinstance(value, dict):
        out += [f"{where}.{key} is missing" for key in rule.get("required", ()) if key not in value]
        for key, its in rule.get("properties", {}).items():
            if key in value:
                out += check(value[key], its, root, f"{where}.{key}")
    if "anyOf" in rule and all(check(value, its, root, where) for its in rule["anyOf"]):
        out.append(f"{where} fits none of the alternatives")
    return out


def scrub(value: Any) -> Any:
    """What the text of a script is after it has been in a file: no half characters."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {scrub(key): scrub(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(scrub(each) for each in value)
    return value


def scrub_line(line: Description) -> Description:
    return replace(
        line,
        text=scrub(line.text),
        variants=scrub(line.variants),
        spoken=scrub(line.spoken),
    )


@given(scripts())
@settings(max_examples=60, deadline=None)
def test_a_script_reads_back_exactly(script: Script):
    text = to_json(script)
    text.encode("utf-8")
    expected = replace(
        script,
        descriptions=tuple(scrub_line(line) for line in script.descriptions),
        voice=scrub(script.voice),
        settings=scrub(script.settings),
    )
    assert from_json(text) == expected
    assert to_json(from_json(text)) == text


@given(scripts())
@settings(max_examples=30, deadline=None)
def test_what_is_written_follows_the_published_schema(script: Script):
    rules = schema()
    data = json.loads(to_json(script))
    assert check(data, rules, rules) == []


def test_the_schema_with_the_reference_implementation():
    jsonschema = pytest.importorskip("jsonschema")
    rules = schema()
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(json.loads(to_json(SCRIPT)))


@pytest.mark.parametrize(
    "changes",
    [
        {"start": -1},
        {"start": "1.5"},
        {"duration": True},
        {"span": [1]},
        {"span": [1, 2, 3]},
        {"kind": "sound"},
        {"language": "in English"},
        {"salience": 1.5},
        {"text": None},
        {"variants": "short"},
        {"variants": [1]},
        {"id": ""},
        {"start": 4e6},
    ],
)
def test_schema_and_reader_refuse_the_same(changes: dict[str, Any]):
    text = edited(**changes)
    rules = schema()
    assert check(json.loads(text), rules, rules)
    with pytest.raises(ScriptInvalid, match=rf"descriptions\[0\]\.{next(iter(changes))}"):
        from_json(text)


def test_the_file_is_made_for_people():
    text = to_json(SCRIPT)
    assert "Straße" in text
    assert "男" in text
    assert text.endswith("}\n")
    start = text.index('"descriptions"')
    keys = re.findall(r'^      "([a-z]+)":', text[start:], re.MULTILINE)
    assert keys[:3] == ["text", "spoken", "start"]
    assert keys.count("spoken") == 1, "a wording that is the text itself is not written twice"
    assert '"span": [1.0, 4.0],' in text


def test_times_are_rounded_to_the_millisecond():
    line = replace(SCRIPT.descriptions[0], start=1 / 3, event=2 / 3)
    read = from_json(to_json(SCRIPT.with_descriptions((line,)))).descriptions[0]
    assert (read.start, read.event) == (0.333, 0.667)


def test_rewording_a_line_by_hand_takes_one_key():
    line = SCRIPT.descriptions[0].delivered(1.25, 2.5, SCRIPT.descriptions[0].text)
    text = to_json(SCRIPT.with_descriptions((line,)))
    read = from_json(text.replace("Ein Mann läuft über die Straße.", "Ann rennt.")).descriptions[0]
    assert (read.text, read.spoken) == ("Ann rennt.", "Ann rennt.")


def test_settings_of_any_type_become_plain_values():
    settings = {
        "path": Path("a") / "b",
        "pair": (1, 2),
        "share": np.float32(0.5),
        "nan": float("nan"),
        "counts": np.array([1, 2]),
        3: {"deep": {1}},
    }
    read = from_json(to_json(replace(SCRIPT, settings=settings))).settings
    assert read == {
        "path": str(Path("a") / "b"),
        "pair": [1, 2],
        "share": 0.5,
        "nan": None,
        "counts": [1, 2],
        "3": {"deep": [1]},
    }


def test_a_line_added_by_hand_needs_text_id_and_start():
    data = {
        "format": "scenewise-script",
        "version": 1,
        "descriptions": [{"text": "Ann rennt.", "id": "neu", "start": 3}],
    }
    line = from_json(json.dumps(data)).descriptions[0]
    assert (line.start, line.spoken, line.event, line.source) == (3.0, "Ann rennt.", 3.0, "person")
    del data["descriptions"][0]["start"]
    with pytest.raises(ScriptInvalid, match=r"descriptions\[0\]\.span is missing"):
        from_json(json.dumps(data))


def test_unknown_keys_are_ignored_and_misspelt_ones_are_not():
    assert from_json(edited(colour="red")) == from_json(edited())
    text = edited(reasn="x").replace('"version": 1', '"version": 1, "generator": "later"')
    with pytest.raises(ScriptInvalid, match="reasn is no known key; reason is meant"):
        from_json(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON: expecting property name enclosed in double quotes (line 1)"),
        ('{\n"a": 1,\n}', "(line 3)"),
        ("[" * 100_000, "beyond all bounds"),
        ('{"a":' * 100_000, "beyond all bounds"),
        ('{"version": ' + "9" * 5000 + "}", "beyond all bounds"),
        ('{"a": NaN}', "beyond all bounds"),
        ("{}", 'does not say "format": "scenewise-script"'),
        ("[]", "is JSON but no script"),
        ('{"format": "scenewise-script"}', "version is not a version number"),
        ('{"format": "scenewise-script", "version": true}', "version is not a version number"),
        ('{"format": "scenewise-script", "version": 2}', "install a newer Scenewise"),
        ('{"format": "scenewise-script", "version": 1}', "descriptions is missing"),
        ('{"format": "scenewise-script", "version": 1, "descriptions": [[]]}', "not an object"),
        (edited(start=float("inf")).replace("Infinity", "1e999"), "descriptions[0].start is Inf"),
        (edited(id="d0002"), "descriptions[1].id is 'd0002', as in descriptions[0]"),
        (edited(id="a\nb"), "descriptions[0].id has blanks"),
        (edited(id="a-->b"), "descriptions[0].id contains an arrow"),
        (edited(span=[4, 1]), "descriptions[0].span ends (1) before it starts (4)"),
    ],
)
def test_errors_say_what_is_wrong(text: str, message: str):
    with pytest.raises(ScriptInvalid) as error:
        from_json(text, Path("film.ad.json"))
    assert message in str(error.value)
    assert str(error.value).startswith("film.ad.json: ")
    assert "\n" not in str(error.value)


def test_errors_name_the_line():
    text = to_json(SCRIPT).replace('"start": null', '"start": "soon"')
    number = text[: text.index('"soon"')].count("\n") + 1
    with pytest.raises(ScriptInvalid, match=rf"descriptions\[1\]\.start .*\(line {number}\)"):
        from_json(text)


def test_lines_of_places_in_a_text():
    text = '{"a": [1,\n {"b\\"]": "}",\n "c": 2}],\n "d": []}'
    assert line_of(text, ("a", 0)) == 1
    assert line_of(text, ("a", 1, 'b"]')) == 2
    assert line_of(text, ("a", 1, "c")) == 3
    assert line_of(text, ("a", 1, "absent")) == 2
    assert line_of(text, ("d",)) == 4
    assert line_of(text, ()) == 1


@pytest.mark.parametrize("name", ["", "a\nb", " a", "a-->b", "NOTE x", "WEBVTT", "a  b", "a\u200b"])
def test_ids_that_no_format_could_keep_are_not_written(name: str):
    with pytest.raises(ScriptInvalid, match="the id"):
        to_json(Script(descriptions=(Description(name, Span(0, 1), "x"),)))
