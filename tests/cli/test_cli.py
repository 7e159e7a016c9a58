"""The command line: its help, its flags, what it prints where, how it ends."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer
from cli_helpers import Ran, installed

import scenewise
from scenewise.cli.app import Manner, Preset, app
from scenewise.cli.reference import reference
from scenewise.core.options import is_nested, range_of
from scenewise.description.limits import CheckOptions
from scenewise.description.options import DraftOptions, RenderOptions, SpeechChoice

ROOT = Path(__file__).resolve().parents[2]
TEXT = ("--captioner", "text", "--voice", "espeak")
COMMANDS = {
    "describe": (DraftOptions, SpeechChoice, RenderOptions, Preset, Manner),
    "draft": (DraftOptions, SpeechChoice, Preset, Manner),
    "render": (RenderOptions, SpeechChoice, Manner),
    "check": (CheckOptions, Manner),
    "demo": (DraftOptions, SpeechChoice, Manner),
}
OWN = {"check": {"--film", "--captions"}, "render": {"--language"}}  # flags of one command alone


def commands() -> dict[str, Any]:
    """Every command by its whole name."""

    def walk(command: Any, path: tuple[str, ...]) -> dict[str, Any]:
        found = {" ".join(path): command}
        for name, child in getattr(command, "commands", {}).items():
            found |= walk(child, (*path, name))
        return found

    return walk(typer.main.get_command(app), ())


def flags(command: str) -> dict[str, Any]:
    """The options of a command by their long flag."""
    found = commands()[command].params
    return {
        next(flag for flag in p.opts if flag.startswith("--")): p
        for p in found
        if p.param_type_name == "option"
    }


def leaves(options: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The fields of an options object and of those nested in it, with the way to each."""
    for field in fields(options):
        if is_nested(field):
            yield from leaves(getattr(options, field.name), (*path, field.name))
        elif range_of(field) is not None:
            yield (*path, field.name), field


def flag_of(field: Any) -> str:
    """How a field is called on the command line."""
    return "--" + (range_of(field).flag or field.name.replace("_", "-"))


# --- help and docs --------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(commands()))
def test_the_help_of_every_command_shows_an_example(name, command) -> None:
    ran = command(*name.split(), "--help")
    assert ran.code == 0
    assert ran.err == ""
    words = " ".join(ran.out.split())
    assert "Example" in words
    assert words.count("scenewise") > 1
    assert "Traceback" not in words


def test_the_command_reference_is_what_the_commands_say() -> None:
    written = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert written == reference(), "run `make docs`"


def test_every_command_and_flag_is_in_the_reference() -> None:
    written = reference()
    for name, command in commands().items():
        assert f"## scenewise {name}".rstrip() in written
        for parameter in command.params:
            assert all(f"`{flag}`" in written for flag in parameter.opts if flag.startswith("-"))


def test_no_command_is_a_question_about_commands(command) -> None:
    ran = command()
    assert ran.code == 2
    assert "describe" in ran.out + ran.err


def test_the_version_is_that_of_the_package(command) -> None:
    assert command("--version") == Ran(0, f"scenewise {scenewise.__version__}\n", "")


# --- flags ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(COMMANDS))
def test_flags_and_fields_of_options_are_one_to_one(name) -> None:
    declared = [field for cls in COMMANDS[name] for _, field in leaves(cls())]
    spelled = [flag_of(field) for field in declared]
    assert len(set(spelled)) == len(spelled)
    made = flags(name)
    own = made.keys() - set(spelled)
    assert set(spelled) <= made.keys()
    more = {"check": {"--film", "--captions"}, "render": {"--language"}}
    assert own <= {"--output-dir", "--help"} | more.get(name, set())
    for field in declared:
        limits, flag = range_of(field), made[flag_of(field)]
        assert flag.default == field.default
        told = flag.help.lower()
        assert limits.help.lower() in told
        if limits.low is not None and limits.high is not None:
            assert f"{limits.low:g} to {limits.high:g}" in told
        for choice in limits.choices:
            assert choice in told


def test_every_flag_reaches_its_option(monkeypatch, command) -> None:
    got: dict[type, Any] = {}

    def act(film: Path, output_dir: Path, *options: Any) -> int:
        got.update({type(given): given for given in options})
        return 0

    monkeypatch.setattr("scenewise.cli.acting.act_describe", act)
    words: list[str] = []
    wanted = []
    for cls in (DraftOptions, SpeechChoice, RenderOptions, Manner):
        for path, field in leaves(cls()):
            limits, spelled = range_of(field), flag_of(field)
            value: Any
            if isinstance(field.default, bool):
                value = not field.default
                words.append(spelled.replace("--", "--no-") if field.default else spelled)
            else:
                if limits.choices:
                    value = next(c for c in limits.choices if c != field.default)
                elif limits.low is not None:
                    value = limits.low if limits.low != field.default else limits.high
                else:
                    value = f"some {field.name}"
                value = type(field.default)(value)
                words += [spelled, str(value)]
            wanted.append((cls, path, value))
    assert command("describe", "film.mp4", *words) == Ran(0, "", "")
    for cls, path, value in wanted:
        assert functools.reduce(getattr, path, got[cls]) == value, path


# --- what is printed where ------------------------------------------------------------------


@pytest.fixture(scope="module")
def described(card, tmp_path_factory) -> Path:
    """The folder in which the card film lies described."""
    folder = tmp_path_factory.mktemp("described")
    scenewise.describe(
        card,
        folder,
        scenewise.DraftOptions(captioner="text"),
        scenewise.SpeechChoice(voice="espeak"),
    )
    return folder


@pytest.mark.slow
def test_json_is_all_that_describe_prints(card, command, tmp_path) -> None:
    ran = command("describe", card, "-o", tmp_path, *TEXT, "--json")
    assert ran.code == 0
    assert ran.err == ""
    told = json.loads(ran.out)
    assert told.keys() == {
        "duration", "keyframes", "gaps", "script", "warnings", "draft_seconds",
        "film", "files", "check", "render_warnings", "render_seconds",
    }  # fmt: skip
    assert told["duration"] == pytest.approx(5.0, abs=0.2)
    assert told["script"]["format"] == "scenewise-script"
    assert told["check"]["passed"] is True
    assert all(Path(path).is_file() for path in told["files"].values())
    measure = told["check"]["measures"][0]
    assert {"name", "value", "unit", "limit", "passed", "detail", "where"} <= measure.keys()


@pytest.mark.slow
def test_json_of_draft_render_check_and_demo_is_all_that_they_print(
    card, described, command, tmp_path
) -> None:
    script = described / "card.ad.json"
    drafted = command("draft", card, "-o", tmp_path, *TEXT, "--json")
    rendered = command("render", card, script, "-o", tmp_path, "--voice", "espeak", "--json")
    checked = command("check", described / "card.described.mp4", "--json")
    demo = command("demo", card, "-o", tmp_path, *TEXT, "--json")
    keys = []
    for ran in (drafted, rendered, checked, demo):
        assert ran.code == 0, ran
        assert ran.err == ""
        keys.append(json.loads(ran.out).keys())
    assert {"script", "files", "draft_seconds"} <= keys[0]
    assert {"film", "files", "check", "render_seconds"} <= keys[1]
    assert keys[2] == {"passed", "measures", "notes"}
    assert keys[3] >= keys[1] | keys[0]


def test_json_never_holds_what_json_does_not_know(monkeypatch, capsys) -> None:
    from scenewise.cli.telling import out_json

    out_json({"level": float("-inf"), "list": [float("nan"), 1.5], "é": Path("a") / "b"})
    told = capsys.readouterr().out
    assert json.loads(told, parse_constant=pytest.fail) == {
        "level": None,
        "list": [None, 1.5],
        "é": str(Path("a") / "b"),
    }


def test_models_and_voices_are_listed_for_people_and_for_programs(command) -> None:
    models = json.loads(command("models", "--json").out)
    assert models == json.loads(command("models", "list", "--json").out)
    assert {"name", "job", "size", "licence", "source", "is_here"} <= models[0].keys()
    told = command("models")
    assert told.code == 0
    assert all(model["name"] in told.out for model in models)
    voices = json.loads(command("voices", "--language", "de", "--json").out)
    assert {voice["voice"] for voice in voices} == {"espeak", "gtts", "piper"}
    assert all(voice["language"].startswith("de") for voice in voices)
    assert len(command("voices").out.splitlines()) > 100


def test_the_summary_says_what_is_spoken_what_is_not_and_where_everything_is(
    card, command, tmp_path, known_captioner, monkeypatch
) -> None:
    sure = type(known_captioner)([("a boat that is sailing", 0, 0.4)], score=0.9)
    doubtful = type(known_captioner)([("a lighthouse by the sea", 0, 5)], score=0.1)

    class Both:
        name = "both"

        def describe(self, keyframes: Any, context: Any) -> Any:
            yield from sure.describe(keyframes[:0], context)
            yield from doubtful.describe(keyframes, context)

    monkeypatch.setattr(
        "scenewise.description.drafting.captioner_for", lambda *_, **__: (Both(), "a note to tell")
    )
    ran = command("describe", card, "-o", tmp_path, "--voice", "espeak", "--quiet")
    assert ran.code == 0
    spoken, silent = ran.out.split("Not spoken:")
    assert "The Harbour" in spoken
    assert "1 spoken" in spoken
    assert "confidence 0.10 is below 0.35" in silent
    assert "Note: a note to tell" in silent
    assert "passed" in silent
    for name in ("card.described.mp4", "card.ad.json", "card.report.html"):
        assert name in silent
    assert ran.err.strip() == "a note to tell"


def test_a_script_with_no_words_says_so(card, command, tmp_path) -> None:
    script = tmp_path / "empty.vtt"
    script.write_text("WEBVTT\n\n", "utf-8")
    ran = command("render", card, script, "-o", tmp_path / "out", "--voice", "espeak", "--quiet")
    assert ran.code == 0
    assert "Nothing was found that could be described" in ran.out


@pytest.mark.slow
def test_results_survive_an_encoding_without_their_letters(card, process, tmp_path) -> None:
    film = tmp_path / "Übung.mp4"
    film.write_bytes(card.read_bytes())
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for more in ((), ("--json",)):
        ran = process("draft", film, *TEXT, "--quiet", *more, env=environment)
        assert ran.code == 0, ran
        assert ran.err == ""
    assert json.loads(ran.out)["script"]["film"]["name"] == "Übung.mp4"


@pytest.mark.slow
def test_the_package_runs_as_a_module(process) -> None:
    for module in ("scenewise", "scenewise.cli"):
        done = subprocess.run(
            [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, f"scenewise {scenewise.__version__}\n")
    assert process("--version").out == done.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pipes of this kind are POSIX's")
@pytest.mark.parametrize("arguments", [["voices"], ["describe", "--help"], ["models", "--json"]])
def test_a_reader_that_leaves_early_is_no_fault(arguments) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # nobody will ever read
    ran = subprocess.run(
        [*installed(), *arguments], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert ran.returncode == 0
    assert ran.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="bash")
def test_the_shell_completes_verbs(process) -> None:
    environment = {
        **os.environ,
        "_SCENEWISE_COMPLETE": "complete_bash",
        "COMP_WORDS": "scenewise des",
        "COMP_CWORD": "1",
    }
    ran = process(env=environment)
    assert ran.out.split() == ["describe"]


# --- check ----------------------------------------------------------------------------------


def test_a_script_that_breaks_a_rule_ends_in_one(command, tmp_path) -> None:
    script = tmp_path / "bad.vtt"
    script.write_text("WEBVTT\n\n00:01.000 --> 00:03.000\nWe see a boat.\n", "utf-8")
    ran = command("check", script)
    assert ran.code == 1
    assert ran.err == ""
    (failed,) = [line for line in ran.out.splitlines() if line.startswith("FAIL")]
    assert "forbidden phrases" in failed
    assert "We see" in failed
    assert "0:00:01.0" in failed
    assert ran.out.splitlines()[-2].startswith("Checks: 1 of ")
    assert json.loads(command("check", script, "--json").out)["passed"] is False


def test_check_tells_of_a_timing_that_is_none(command, tmp_path) -> None:
    script = tmp_path / "odd.vtt"
    cues = "00:03.000 --> 00:01.000\nA boat.\n\n00:0x.000 --> 00:09.000\nA man.\n"
    script.write_text(f"WEBVTT\n\n{cues}", "utf-8")
    ran = command("check", script)
    assert "Note: line 3 ends before it begins" in ran.out
    assert "Note: line 6 looks like a timing and is none" in ran.out


def tracks() -> list[str]:
    """The text tracks that people made, where they are."""
    folder = ROOT.parent / "shared" / "data"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.vtt"))


@pytest.mark.parametrize("track", tracks() or ["text/none.vtt"])
def test_every_track_that_people_made_is_measured(track, data, command) -> None:
    ran = command("check", data / track, "--json")
    assert ran.code in (0, 1), ran
    assert ran.err == ""
    told = json.loads(ran.out)
    assert len(told["measures"]) >= 10
    assert told["passed"] == (ran.code == 0)


@pytest.mark.film
def test_descriptions_by_people_are_held_against_their_film(data, command) -> None:
    folder = data / "described" / "rabbit"
    ran = command("check", folder / "descriptions.vtt", "--film", folder / "silent.mp4", "--json")
    assert ran.code == 0, ran
    measures = {m["name"]: m for m in json.loads(ran.out)["measures"]}
    assert measures["over dialogue"]["value"] == 0
    # a narrator speaks through all of this film: whatever is said is said over him
    perspective = data / "described" / "perspective"
    captions = perspective / "perspective-caption.vtt"
    ran = command("check", captions, "--film", perspective / "perspective-video.mp4", "--json")
    measures = {m["name"]: m for m in json.loads(ran.out)["measures"]}
    assert measures["over dialogue"]["value"] > 1000


@pytest.mark.film
@pytest.mark.slow
def test_the_demo_draws_a_film_and_describes_it(command, tmp_path) -> None:
    ran = command("demo", "-o", tmp_path / "demo", *TEXT, "--quiet")
    assert ran.code == 0, ran
    assert ran.err == ""
    assert ran.out.startswith("Film: ")
    assert "3 spoken" in ran.out
    assert (tmp_path / "demo" / "demo.described.mp4").is_file()
    assert "FAIL" not in ran.out
