"""Files appear whole or not at all, and inputs are never replaced."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scenewise.core.errors import FileMissing, OutputUnwritable
from scenewise.media.atomic import atomic, atomic_text, refuse_input, remove_left


def left_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    out = tmp_path / "film.mkv"
    with atomic(out) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".mkv"
        temporary.write_bytes(b"whole")
        assert not out.exists()
    assert out.read_bytes() == b"whole"
    assert left_in(tmp_path) == ["film.mkv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
def test_whatever_goes_wrong_the_old_file_stays_and_nothing_is_left(
    tmp_path: Path, error: type[BaseException]
) -> None:
    out = tmp_path / "a.txt"
    out.write_text("old")

    def interrupted() -> None:
        with atomic(out) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert out.read_text() == "old"
    assert left_in(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (errno.ENOSPC, "space"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission"),
        (errno.EDQUOT, "quota"),
        (errno.EFBIG, "large"),
    ],
)
def test_the_systems_refusals_say_what_and_where(tmp_path: Path, number: int, word: str) -> None:
    out = tmp_path / "a.mp4"

    def refused() -> None:
        with atomic(out) as temporary:
            temporary.write_bytes(b"some")
            raise OSError(number, os.strerror(number), str(temporary))

    with pytest.raises(OutputUnwritable, match=word) as caught:
        refused()
    assert caught.value.path == out
    assert caught.value.remedy
    assert left_in(tmp_path) == []


def test_an_error_about_another_file_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic(tmp_path / "a.mp4"):
        (tmp_path / "no such input").read_bytes()
    with pytest.raises(FileMissing), atomic(tmp_path / "a.mp4"):
        raise FileMissing("there is no such file", path="x")


def test_targets_that_cannot_be_written_are_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").write_text("")
    targets = [
        tmp_path / "absent" / "a.mp4",
        tmp_path / "folder.mp4",
        tmp_path / "file" / "a.mp4",
        tmp_path / ("n" * 300 + ".mp4"),
    ]
    for target in targets:
        with pytest.raises(OutputUnwritable), atomic(target):
            pytest.fail("the block was entered")
    assert left_in(tmp_path) == ["file", "folder.mp4"]


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device file")
def test_a_device_is_never_replaced() -> None:
    with pytest.raises(OutputUnwritable, match="device"), atomic(Path("/dev/null")):
        pytest.fail("the block was entered")
    assert not Path("/dev/null").is_file()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_permission(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    with pytest.raises(OutputUnwritable, match="permission"), atomic(closed / "a.mp4"):
        pytest.fail("the block was entered")


def test_overwriting_can_be_forbidden(tmp_path: Path) -> None:
    out = tmp_path / "a.txt"
    atomic_text(out, "first\n", overwrite=False)
    with pytest.raises(OutputUnwritable, match="already"):
        atomic_text(out, "second\n", overwrite=False)
    assert out.read_bytes() == b"first\n"
    atomic_text(out, "grüße\n")
    assert out.read_bytes() == "grüße\n".encode()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_the_result_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    atomic_text(tmp_path / "ours", "x")
    (tmp_path / "plain").write_text("x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_input_is_recognised_under_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.mp4").symlink_to(film)
    os.link(film, tmp_path / "hard.mp4")
    monkeypatch.chdir(tmp_path / "sub")
    same = [
        film,
        tmp_path / "sub" / ".." / "film.mp4",
        Path("../film.mp4"),
        tmp_path / "link.mp4",
        tmp_path / "hard.mp4",
    ]
    for name in same:
        with pytest.raises(OutputUnwritable, match="input"):
            refuse_input(name, tmp_path / "other", film)
    refuse_input(tmp_path / "described.mp4", film)
    refuse_input(tmp_path / "sub" / "film.mp4", film)
    # neither exists yet, but they would be one file
    with pytest.raises(OutputUnwritable):
        refuse_input(Path("new.mp4"), tmp_path / "sub" / "new.mp4")


@pytest.mark.slow
def test_only_what_no_running_process_writes_is_removed(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom scenewise.media.atomic import atomic\n"
        "with atomic(Path(sys.argv[1])) as temporary:\n"
        "    temporary.write_text('some')\n"
        "    print(temporary.name, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("killed.tar", "running.tar")
    ]
    temporaries = [one.stdout.readline().strip() for one in both if one.stdout]
    both[0].kill()
    both[0].wait(60)
    for other in (".hidden.tar", "0123456789abcdef.tar", "film.tar"):
        (tmp_path / other).write_text("kept")
    assert set(temporaries) < set(left_in(tmp_path))
    with atomic(tmp_path / "own.tar") as own:
        remove_left(tmp_path)
        assert own.exists()
        assert (tmp_path / temporaries[1]).exists()
        assert not (tmp_path / temporaries[0]).exists()
    both[1].communicate(timeout=60)
    kept = [".hidden.tar", "0123456789abcdef.tar", "film.tar", "own.tar", "running.tar"]
    assert left_in(tmp_path) == kept
    assert (tmp_path / "running.tar").read_text() == "some"
    remove_left(tmp_path / "none")  # says nothing


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_what_is_removed_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    lock, locked = fcntl.flock, []

    def late(file, how: int) -> None:
        locked.append(how)
        if len(locked) == 1:
            remove_left(tmp_path)
            assert left_in(tmp_path) == []
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with atomic(tmp_path / "a.txt") as temporary:
        temporary.write_text("whole")
        remove_left(tmp_path)
    assert left_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_files_that_are_made_while_others_are_removed(tmp_path: Path) -> None:
    ended = threading.Event()

    def removing() -> None:
        while not ended.is_set():
            remove_left(tmp_path)

    threads = [threading.Thread(target=removing) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for i in range(100):
            atomic_text(tmp_path / f"{i % 5}.txt", f"{i}")
            assert (tmp_path / f"{i % 5}.txt").read_text() == f"{i}"
    finally:
        ended.set()
        for thread in threads:
            thread.join(60)
    assert left_in(tmp_path) == [f"{i}.txt" for i in range(5)]


def test_on_windows_only_what_is_old_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tmp_path / ".0123456789abcdef.tar", tmp_path / ".fedcba9876543210.tar"
    for path, age in ((old, 3700), (new, 3500)):
        path.write_text("half")
        os.utime(path, (time.time() - age,) * 2)
    with monkeypatch.context() as there:
        there.setattr(sys, "platform", "win32")
        remove_left(tmp_path)
    assert left_in(tmp_path) == [new.name]
