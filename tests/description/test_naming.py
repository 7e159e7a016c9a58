"""Films that would share the names of their results."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenewise.core.errors import OutputUnwritable
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats import read_edited, save_all
from scenewise.description.naming import Outputs, prepare_output
from scenewise.media.probe import digest


def film(folder: Path, name: str, content: bytes) -> Path:
    """A file that stands for a film: only its name and content matter here."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def scripted(path: Path, folder: Path | None = None, text: str = "A man runs.") -> Outputs:
    """The film's script written where it belongs."""
    outputs = Outputs.beside(path, folder)
    line = Description("d0001", Span(1, 3), text).delivered(1, 1, text)
    reference = FilmReference(path.name, digest(path), 9.0)
    save_all(Script(reference, descriptions=(line,)), outputs.folder / outputs.stem)
    return outputs


def test_films_that_differ_in_their_suffix_keep_a_script_each(tmp_path: Path) -> None:
    first = film(tmp_path, "a.mp4", b"one")
    second = film(tmp_path, "a.mkv", b"two")
    assert scripted(first).script.name == "a.ad.json"
    kept = (tmp_path / "a.ad.json").read_bytes()
    for _ in range(2):  # again, it finds its own name
        assert scripted(second).script.name == "a.mkv.ad.json"
        assert scripted(first).script.name == "a.ad.json"
    assert (tmp_path / "a.ad.json").read_bytes() == kept


def test_a_film_of_the_same_name_from_elsewhere_is_refused_ahead(tmp_path: Path) -> None:
    first = film(tmp_path / "x", "a.mp4", b"one")
    second = film(tmp_path / "y", "a.mp4", b"two")
    out = tmp_path / "out"
    out.mkdir()
    scripted(first, out)
    kept = {path: path.read_bytes() for path in out.iterdir()}
    refused = pytest.raises(OutputUnwritable, match="script of another film")
    with refused, prepare_output(second, out):
        pytest.fail("work began")
    assert {path: path.read_bytes() for path in out.iterdir()} == kept
    with prepare_output(first, out):
        pass


def test_a_film_without_a_suffix_has_no_other_name(tmp_path: Path) -> None:
    scripted(film(tmp_path, "a.mp4", b"one"))
    with pytest.raises(OutputUnwritable, match="another film"):
        Outputs.beside(film(tmp_path, "a", b"two"))


def test_a_film_keeps_its_name_when_it_is_made_anew_or_moved(tmp_path: Path) -> None:
    path = film(tmp_path, "a.mp4", b"one")
    scripted(path)
    assert Outputs.beside(path.rename(tmp_path / "b.mp4").rename(path)).stem == "a"
    path.write_bytes(b"a later cut")
    assert Outputs.beside(path).stem == "a"
    moved = film(tmp_path / "moved", "a.mkv", b"one")
    scripted(path)
    path.write_bytes(b"one")
    scripted(path)
    assert Outputs.beside(moved, tmp_path).stem == "a"


def test_a_script_that_names_no_film_or_is_broken_stands_in_nobodys_way(tmp_path: Path) -> None:
    path = film(tmp_path, "a.mp4", b"one")
    save_all(Script(), tmp_path / "a")
    assert Outputs.beside(path).stem == "a"
    (tmp_path / "a.ad.json").write_text("{", "utf-8")
    assert Outputs.beside(path).stem == "a"


def test_edits_are_not_merged_into_the_script_of_another_film(tmp_path: Path) -> None:
    first = scripted(film(tmp_path / "x", "a.mp4", b"one"))
    second = scripted(film(tmp_path / "y", "a.mp4", b"two"), text="A dog barks.")
    beside = first.captions
    beside.write_bytes(second.captions.read_bytes())
    read = read_edited(beside)
    assert [line.text for line in read.descriptions] == ["A dog barks."]
    assert any("a.ad.json is the script of another film" in note for note in read.notes)
