"""The thread that reads ahead: order, bound, errors, and that it always ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.media.read_ahead import read_ahead


def _alive() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "scenewise-read-ahead"]


@given(st.lists(st.integers() | st.none(), max_size=40), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_all_items_come_in_order(items: list[int | None], depth: int) -> None:
    assert list(read_ahead((item for item in items), depth)) == items
    assert not _alive()


def test_never_more_than_the_bound_wait() -> None:
    made = 0

    def source() -> Generator[int, None, None]:
        nonlocal made
        while made < 200:
            made += 1
            yield made

    ahead = read_ahead(source(), 4)
    for taken in ahead:
        time.sleep(0.002)
        assert made - taken <= 5
        if taken == 50:
            break
    ahead.close()
    assert made <= 56
    assert not _alive()


def test_the_sources_error_is_raised_after_its_items() -> None:
    def source() -> Generator[int, None, None]:
        yield 1
        yield 2
        raise KeyError("broken")

    ahead = read_ahead(source(), 3)
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(KeyError, match="broken"):
        next(ahead)
    assert not _alive()


def test_stopping_early_closes_the_source_in_its_own_thread() -> None:
    closed: list[str] = []

    def source() -> Generator[int, None, None]:
        try:
            while True:
                yield 0
        finally:
            closed.append(threading.current_thread().name)

    ahead = read_ahead(source(), 2)
    next(ahead)
    ahead.close()
    assert closed == ["scenewise-read-ahead"]
    assert not _alive()


def test_an_error_of_the_consumer_ends_the_thread() -> None:
    def source() -> Generator[int, None, None]:
        yield from range(1000)

    def consume() -> None:
        for item in read_ahead(source(), 2):
            if item == 3:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        consume()
    assert not _alive()
