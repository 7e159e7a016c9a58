"""`scenewise synth`: what it makes, what it says, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_helpers import BAD, snapshot

from scenewise.media.probe import probe_film
from scenewise.synthetic.films import FilmTruth
from scenewise.synthetic.pocket import recipe
from scenewise.synthetic.pocket.recipe import Trained

SMALL = ("--seconds", "15", "--width", "128", "--height", "96", "--seed", "10")
FILES = {
    "ad.csv", "characters.json", "films/film-00010.mp4", "films/film-00010.ad.vtt",
    "films/film-00010.captions.vtt", "films/film-00010.truth.json",
}  # fmt: skip


def files(folder: Path) -> set[str]:
    return {name for name in snapshot(folder) if (folder / name).is_file()}


@pytest.mark.film
@pytest.mark.slow
def test_films_are_drawn_told_of_and_kept(command, process, tmp_path) -> None:
    folder = tmp_path / "new" / "set"
    ran = process("synth", "films", "-n", "1", *SMALL, "-o", folder, "--quiet")
    assert ran.code == 0, ran.err
    made = files(folder)
    assert made >= FILES
    assert {name.split("/")[0] for name in made - FILES} == {"portraits"}
    truth = FilmTruth.read(folder / "films" / "film-00010.truth.json")
    assert ran.lines == []
    first, second = ran.out.splitlines()
    assert first.startswith("1 films, ")
    assert f"{len(truth.described)} descriptions" in first
    assert str(folder / "films" / "film-00010.mp4") in second
    video = probe_film(folder / "films" / "film-00010.mp4").video
    assert video is not None
    assert (video.width, video.height) == (128, 96)

    before = snapshot(folder / "films")
    ran = command("synth", "films", "-n", "1", *SMALL, "-o", folder, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out) == {"folder": str(folder), "films": ["film-00010"]}
    assert ran.err == ""
    assert snapshot(folder / "films") == before


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("films", "--seconds", "5"), "--seconds"),
        (("films", "--seconds", "nan"), "--seconds"),
        (("films", "--seconds", "long"), "--seconds"),
        (("films", "--width", "10"), "--width"),
        (("films", "--height", "99999"), "--height"),
        (("films", "--seed", "-1"), "--seed"),
        (("films", "-n", "0"), "--count"),
        (("films", "--colour", "red"), "--colour"),
        (("charades", "-n", "0"), "--count"),
        (("social", "--seed", "-4"), "--seed"),
        (("train", "--families", "3"), "--families"),
        (("train", "--eye-steps", "0"), "--eye-steps"),
        (("train", "--workers", "900"), "--workers"),
    ],
)
def test_values_out_of_range_are_refused_in_one_line(command, tmp_path, arguments, named) -> None:
    folder = tmp_path / "out"
    ran = command("synth", *arguments, "-o", folder)
    assert ran.code == BAD
    assert len(ran.lines) == 1
    assert named in ran.err
    assert ran.out == ""
    assert not folder.exists()


@pytest.mark.parametrize("kind", ["films", "charades", "social", "train"])
def test_where_it_goes_must_be_said(command, kind) -> None:
    ran = command("synth", kind)
    assert ran.code == BAD
    assert len(ran.lines) == 1
    assert "--output-dir" in ran.err


@pytest.mark.parametrize("kind", ["films", "charades", "social", "train"])
def test_a_file_in_the_way_is_told_in_one_line_and_kept(command, tmp_path, kind) -> None:
    (tmp_path / "file").write_text("mine")
    few = () if kind == "train" else ("-n", "1")
    ran = command("synth", kind, *few, "-o", tmp_path / "file", "--quiet")
    assert ran.code == BAD
    assert len(ran.lines) == 1
    assert str(tmp_path / "file") in ran.err
    assert (tmp_path / "file").read_text() == "mine"


def test_a_kind_that_there_is_not_is_refused(command) -> None:
    ran = command("synth", "operas", "-o", "x")
    assert ran.code == BAD
    assert len(ran.lines) == 1


def test_training_tells_its_figures_and_how_to_use_the_models(
    command, tmp_path, monkeypatch
) -> None:
    asked = []

    def make(folder: Path, options, *, progress) -> Trained:
        asked.append(options)
        return Trained(folder, {"embedder": {"person": 0.99}, "language": {"perplexity": 3.1}})

    monkeypatch.setattr(recipe, "make", make)
    folder = tmp_path / "pocket"
    ran = command("synth", "train", "--short", "--seed", "5", "-o", folder)
    assert ran.code == 0
    assert asked[0].seed == 5
    assert "embedder: person 0.99" in ran.out
    assert "language: perplexity 3.1" in ran.out
    used = ran.out.split("scenewise describe FILM ")[1].split()
    assert used == ["--captioner", str(folder / "captioner"), "--clip", str(folder / "embedder")]
    flags = command("describe", "--help").out
    assert {flag for flag in used if flag.startswith("--")} <= set(flags.split())

    ran = command("synth", "train", "-o", folder, "--json")
    assert json.loads(ran.out) == {
        "folder": str(folder),
        "figures": {"embedder": {"person": 0.99}, "language": {"perplexity": 3.1}},
    }
