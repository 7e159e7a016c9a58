"""Whatever is wrong with the input ends in one clear line, the right exit code, and nothing
left behind."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from bad_input_cases import ALL, Case, named
from bad_input_place import Place, make_place
from cli_helpers import BAD, MISSING, Ran, installed, snapshot
from PIL import Image as Pillow

import scenewise

POSIX = os.name == "posix"
ROOT = POSIX and os.geteuid() == 0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One folder for all cases: none may change anything in it."""
    return make_place(tmp_path_factory.mktemp("place"))


def require_one_clear_line(case: Case, ran: Ran) -> None:
    """One line on standard error that names the culprit and the remedy; else nothing."""
    assert ran.code == case.code, ran
    assert len(ran.lines) == 1, ran.err
    told = ran.lines[0]
    assert told.startswith("scenewise: ")
    assert "Traceback" not in told
    for words in case.says:
        assert any(part in told for part in words.split("|")), told
    assert not told.rstrip().endswith((";", ":"))
    assert ran.out == ""


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.what)
def test_bad_input_ends_in_one_clear_line_and_leaves_nothing(case, place, command) -> None:
    before = snapshot(place.folder)
    began = time.monotonic()
    require_one_clear_line(case, command(*case.words(place)))
    assert time.monotonic() - began < 30
    assert snapshot(place.folder) == before


def test_the_names_of_cases_are_told_apart() -> None:
    assert len({case.what for case in ALL}) == len(ALL)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    named("no such file", "a head alone", "another film", "a rate beyond speech", "no such verb")
    + named("no weights"),
    ids=lambda case: case.what,
)
def test_the_installed_command_says_the_same(case, place, process) -> None:
    before = snapshot(place.folder)
    require_one_clear_line(case, process(*case.words(place)))
    assert snapshot(place.folder) == before


def test_gtts_without_a_network_is_told_before_the_long_work(place, command, monkeypatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    before = snapshot(place.folder)
    case = Case(
        "no network", "describe {film.mp4} --captioner text --voice gtts", ("Google",), MISSING
    )
    ran = command(*case.words(place))
    require_one_clear_line(case, ran)
    assert "use --voice espeak" in ran.err
    assert snapshot(place.folder) == before


def test_the_paper_preset_says_that_its_voice_is_away_and_goes_on(
    card, command, tmp_path, monkeypatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    ran = command(
        "draft", card, "-o", tmp_path, "--preset", "paper", "--captioner", "text", "--quiet"
    )
    assert ran.code == 0, ran
    assert len(ran.lines) == 1
    assert "gTTS" in ran.lines[0]
    assert "another speaks" in ran.lines[0]


@pytest.mark.parametrize(
    "ending", ["jpg", "png", "bmp", "tiff", "webp", "gif", "ico", "avif", "ppm"]
)
@pytest.mark.parametrize("renamed", [False, True], ids=["by its name", "called a film"])
def test_no_kind_of_picture_is_taken_for_a_film(ending, renamed, command, tmp_path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (600, 800, 3), dtype=np.uint8)
    picture = tmp_path / f"picture.{ending}"
    try:
        Pillow.fromarray(pixels).save(picture)
    except (OSError, KeyError, ValueError):
        pytest.skip(f"this Pillow cannot write {ending}")
    if renamed:
        picture = picture.rename(tmp_path / "picture.mp4")
    ran = command("describe", picture)
    assert ran.code == BAD, ran
    assert len(ran.lines) == 1
    assert "still image" in ran.lines[0]
    assert [path.name for path in tmp_path.iterdir()] == [picture.name]


# --- where the results go -------------------------------------------------------------------


def _describe(film: Path, out: Path | None = None) -> list[str]:
    where = ["-o", str(out)] if out is not None else []
    return ["describe", str(film), *where, "--captioner", "text", "--voice", "espeak", "--quiet"]


@pytest.mark.skipif(not POSIX, reason="links need a privilege elsewhere")
@pytest.mark.parametrize("hard", [False, True], ids=["a link", "a hard link"])
def test_the_result_never_replaces_the_film(hard, place, command, tmp_path) -> None:
    film = tmp_path / "film.mp4"
    shutil.copy(place["film.mp4"], film)
    target = tmp_path / "film.described.mp4"
    target.hardlink_to(film) if hard else target.symlink_to(film)
    before = snapshot(tmp_path)
    ran = command(*_describe(film))
    assert ran.code == BAD, ran
    assert "replace its own input" in ran.lines[-1]
    assert len(ran.lines) == 1
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["film.described.mp4", "film.ad.json", "film.report.html", "film.described.m4a"]
)
def test_a_folder_where_a_result_should_go_is_told_at_once(name, place, command, tmp_path) -> None:
    (tmp_path / name).mkdir()
    ran = command(*_describe(Path(place["film.mp4"]), tmp_path))
    assert ran.code == BAD, ran
    assert len(ran.lines) == 1
    assert name in ran.lines[0]
    assert "rename it" in ran.lines[0]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(not POSIX, reason="file systems elsewhere have other limits")
def test_a_name_too_long_for_the_results_is_told_at_once(place, command, tmp_path) -> None:
    film = tmp_path / f"{'f' * 248}.mp4"
    shutil.copy(place["film.mp4"], film)
    ran = command(*_describe(film))
    assert ran.code == BAD, ran
    assert len(ran.lines) == 1
    assert "too long" in ran.lines[0]
    assert "shorter name" in ran.lines[0]
    assert [path.name for path in tmp_path.iterdir()] == [film.name]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Nothing is closed to root: be somebody else for a while."""
    if ROOT:
        os.seteuid(65534)
    try:
        yield
    finally:
        if ROOT:
            os.seteuid(0)


@pytest.mark.skipif(not POSIX, reason="permissions work otherwise elsewhere")
@pytest.mark.parametrize(
    ("closed", "mode", "remedy"),
    [
        ("out", 0o555, "name another folder with --output-dir"),
        ("film.mp4", 0o000, "change its permissions or copy it"),
        ("good.ad.json", 0o000, "permission"),
    ],
)
def test_what_may_not_be_read_or_written_is_told(
    closed, mode, remedy, place, command, monkeypatch
) -> None:
    # not in `tmp_path`, whose folders are closed to all but their owner
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        monkeypatch.setenv("SCENEWISE_CACHE", str(folder / "cache"))
        for name in ("film.mp4", "good.ad.json"):
            shutil.copy(place[name], folder / name)
        out = folder / "out"
        arguments = ["render", folder / "film.mp4", folder / "good.ad.json"]
        # whatever is loaded late must be loaded by somebody who may read it
        warm = command(*arguments, "-o", folder / "warm", "--voice", "espeak", "--quiet")
        assert warm.code == 0, warm
        out.mkdir()
        folder.chmod(0o755)
        out.chmod(0o777)
        for name in ("film.mp4", "good.ad.json"):
            (folder / name).chmod(0o644)
        (folder / closed).chmod(mode)
        with as_nobody():
            ran = command(*arguments, "-o", out, "--voice", "espeak", "--quiet")
        assert ran.code == BAD, ran
        assert len(ran.lines) == 1, ran.err
        assert closed in ran.lines[0]
        assert remedy in ran.lines[0]
        assert list(out.iterdir()) == []


# --- no space -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not POSIX, reason="limits of this kind are POSIX's")
def test_a_file_that_may_not_grow_leaves_nothing(place, process, tmp_path) -> None:
    import resource

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    out = tmp_path / "out"
    ran = process(*_describe(Path(place["film.mp4"]), out), preexec_fn=small)
    assert ran.code == BAD, ran
    assert len(ran.lines) == 1, ran.err
    assert "film.described.mp4" in ran.lines[0]
    assert "write to another disk" in ran.lines[0]
    assert not out.exists()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a small tmpfs")
def test_a_full_disk_leaves_nothing(place, tmp_path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    script = f'mount -t tmpfs -o size=%s none "{disk}" && "$@"; code=$?; ls -A "{disk}"; exit $code'
    try:
        can = subprocess.run(
            [*mount, script % "1m", "sh", "true"], capture_output=True, check=False
        )
    except OSError:
        pytest.skip("there is no unshare")
    if can.returncode:
        pytest.skip("this system lets nobody make a small disk")
    ran = subprocess.run(
        [*mount, script % "200k", "sh", *installed(), *_describe(Path(place["film.mp4"]), disk)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == BAD, ran
    assert "no space left on the disk; free some space" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert ran.stdout == "", "something was left on the disk"


@pytest.mark.parametrize("name", [".ad.json", ".dapt.xml", ".report.html"])
def test_space_that_ends_late_leaves_neither_old_nor_new_mixed(
    name, place, command, tmp_path, monkeypatch
) -> None:
    film = Path(place["film.mp4"])
    arguments = ["render", film, place["good.ad.json"], "-o", tmp_path, "--voice", "espeak"]
    assert command(*arguments, "--quiet").code == 0
    before = snapshot(tmp_path)
    write = Path.write_text

    def full(self: Path, *arguments: object, **more: object) -> int:
        if self.name.endswith(Path(name).suffix):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        return write(self, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full)
    ran = command(*arguments, "--quiet", "--rate", "150")
    assert ran.code == BAD, ran
    assert len(ran.lines) == 1
    assert "no space left" in ran.lines[0]
    assert snapshot(tmp_path) == before


# --- our own faults -------------------------------------------------------------------------


def test_a_fault_of_ours_is_one_line_and_a_trace_under_debug(place, command, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a screw\nis loose")

    monkeypatch.setattr("scenewise.description.describing.describe", broken)
    ran = command(*_describe(Path(place["film.mp4"])))
    assert ran.code == 1
    assert len(ran.lines) == 1
    assert "a screw is loose" in ran.lines[0]
    assert "--debug" in ran.lines[0]
    with pytest.raises(RuntimeError, match="a screw"):
        command(*_describe(Path(place["film.mp4"])), "--debug")


def test_bad_input_needs_no_trace_even_under_debug(place, command) -> None:
    ran = command("describe", place["empty.mp4"], "--debug")
    assert ran.code == BAD
    assert len(ran.lines) == 1


def test_the_library_raises_what_the_command_tells(place) -> None:
    with pytest.raises(scenewise.InputError, match="is empty"):
        scenewise.describe(place["empty.mp4"])
