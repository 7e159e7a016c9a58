"""A film may be called anything: it is described, its script rendered, the result checked."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from cli_helpers import snapshot

WINDOWS = os.name == "nt"
QUIET = ("--voice", "espeak", "--quiet")

NAMES = {
    "quotes": 'it\'s a "film".mp4',
    "brackets": "a [b] {c} (d) <e>.mp4",
    "per cent": "100%d %s %03d.mp4",
    "blanks": "  two  blanks .mp4",
    "a leading dash": "-film.mp4",
    "an option": "--json.mp4",
    "a protocol": "file:film.mp4",
    "another protocol": "concat:a|b.mp4",
    "an address": "http:film#1?&=.mp4",
    "a home": "~film.mp4",
    "dots": "a..b.c.mp4",
    "a hidden file": ".hidden.mp4",
    "no suffix": "film",
    "markup": "<b>bold<&gt; & [red]red[_].mp4",
    "emoji": "🎬 film 👩‍🦯.mp4",
    "Chinese and Japanese": "映画・電影.mp4",
    "Arabic": "فيلم قصير.mp4",
    "letters with marks": "Ca\u0301fe\u0301 über.mp4",
    "200 characters": f"{'film ' * 39}x.mp4",
    "a line break": "two\nlines.mp4",
}
NOT_ON_WINDOWS = set('<>:"|?*\n') | {"\\"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One cache for all names: the film is the same."""
    return str(tmp_path_factory.mktemp("kept"))


def _whole_round(command, film: Path, given: str | Path) -> None:
    before = film.read_bytes()
    out = film.parent / "out"
    ran = command("describe", "-o", out, "--captioner", "text", *QUIET, "--", given)
    assert ran.code == 0, ran
    assert ran.err == ""
    stem = film.stem
    described = out / f"{stem}.described.mp4"
    endings = ".ad.json .ad.srt .ad.vtt .dapt.xml .described.m4a .described.mp4 .report.html"
    assert set(snapshot(out)) == {f"{stem}{ending}" for ending in endings.split()}
    for script in (".ad.json", ".ad.vtt"):
        ran = command("render", "-o", out, *QUIET, "--", given, out / f"{stem}{script}")
        assert ran.code == 0, ran
        assert "HARBOUR" in ran.out.upper()
    ran = command("check", described, "--quiet")
    assert ran.code == 0, ran
    assert "1 of 1 found in the described sound" in ran.out
    assert film.read_bytes() == before
    assert set(snapshot(out)) == {f"{stem}{ending}" for ending in endings.split()}


@pytest.mark.film
@pytest.mark.slow
@pytest.mark.parametrize("what", list(NAMES))
def test_a_film_of_any_name_is_described_rendered_and_checked(
    what, card, command, kept, tmp_path, monkeypatch
) -> None:
    name = NAMES[what]
    if WINDOWS and (NOT_ON_WINDOWS & set(name) or name.endswith((" ", "."))):
        pytest.skip("Windows has no such names")
    monkeypatch.setenv("SCENEWISE_CACHE", kept)
    film = tmp_path / name
    shutil.copy(card, film)
    # as a person types it, in the film's own folder
    monkeypatch.chdir(tmp_path)
    _whole_round(command, film, name)


@pytest.mark.film
@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names are text elsewhere")
def test_a_name_that_is_no_text_at_all_is_described(card, process, kept, tmp_path) -> None:
    film = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \xff.mp4"))
    shutil.copy(card, film)
    environment = {**os.environ, "SCENEWISE_CACHE": kept}
    ran = process("describe", film, "--captioner", "text", *QUIET, env=environment)
    assert ran.code == 0, ran
    assert ran.err == ""
    described = film.with_name(f"{film.stem}.described.mp4")
    assert described.is_file()
    ran = process("check", described, "--json", env=environment)
    assert ran.code == 0, ran


@pytest.mark.film
@pytest.mark.slow
def test_results_go_to_a_folder_of_any_name(card, command, kept, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SCENEWISE_CACHE", kept)
    out = tmp_path / "a [b] 100%d" / "映画 it's"
    ran = command("describe", card, "-o", out, "--captioner", "text", *QUIET)
    assert ran.code == 0, ran
    assert (out / "card.described.mp4").is_file()
