"""Clear frames that differ in colour: against a plain reading of the article, and known films."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_films import Drawn, scene
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import Frame, Image
from scenewise.core.time import Span
from scenewise.frames.clarity import CLARITY_SIDE, ClarityOptions, ClaritySelector, clarity
from scenewise.frames.palette import difference, diversity, palette
from scenewise.frames.quality import is_blank
from scenewise.media.reading import Film

EVERY = {"rate": 0.0}


def blurred(image: Image, amount: float) -> Image:
    return image if amount == 0 else np.asarray(cv2.GaussianBlur(image, (0, 0), amount), np.uint8)


def dotted(image: Image) -> Image:
    """With fine dark dots: as clear as any other of the same lightness."""
    dots = np.random.default_rng(0).random((45, 80)) < 0.1
    return np.where(dots.repeat(2, 0).repeat(2, 1)[..., None], np.uint8(20), image)


def tinted(colour: tuple[int, int, int]) -> Image:
    return dotted(np.full((90, 160, 3), colour, np.uint8))


def lightness(colour: tuple[int, int, int]) -> int:
    return int(cv2.cvtColor(np.full((1, 1, 3), colour, np.uint8), cv2.COLOR_RGB2GRAY)[0, 0])


def chosen(film: Drawn, **options: float) -> list[float]:
    selector = ClaritySelector(ClarityOptions(**options))  # type: ignore[arg-type]
    return [keyframe.time for keyframe in selector.select(film).keyframes]


def as_the_article_says(film: Drawn, options: ClarityOptions) -> list[float]:
    """Every frame in memory and no stream: which times are taken."""
    pictures = [film.draw(i) for i in range(len(film.times))]
    rank = [(not is_blank(p), clarity(p)) for p in pictures]
    parts = 2 * options.clearest
    first, end = film.times[0], film.span.end
    place = [int((t - first) / (end - first) * options.count * parts + 1e-6) for t in film.times]
    taken: list[int] = []
    for segment in range(options.count):
        best = []
        for part in range(segment * parts, (segment + 1) * parts):
            inside = [i for i, p in enumerate(place) if p == part]
            best += [max(inside, key=lambda i: rank[i])] if inside else []
        seen = [i for i in best if rank[i][0]] or best
        clear = sorted(seen, key=lambda i: -rank[i][1])[: options.clearest]
        colours = {i: palette(pictures[i], options.colours, options.seed) for i in [*clear, *taken]}
        if clear and not taken:
            taken.append(max(clear, key=lambda i: diversity(colours[i])))
        elif clear:
            taken.append(
                max(clear, key=lambda i: min(difference(colours[i], colours[j]) for j in taken))
            )
    return [film.times[i] for i in taken]


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 5),
    clearest=st.integers(1, 4),
    frames=st.integers(30, 120),
    steps=st.sampled_from([[0.04], [0.02, 0.3], [1 / 30]]),
)
def test_one_pass_takes_what_the_article_takes(
    seed: int, count: int, clearest: int, frames: int, steps: list[float]
):
    random = np.random.default_rng(seed)
    looks = random.integers(0, 6, frames // 5 + 1)
    soft = random.choice([0, 0.7, 1.5], frames)
    dark = random.random(frames // 5 + 1) < 0.2

    def draw(number: int) -> Image:
        picture = blurred(scene(int(looks[number // 5])), float(soft[number]))
        return np.zeros_like(picture) if dark[number // 5] else picture

    times = np.cumsum([0.0, *(steps[i % len(steps)] for i in range(frames - 1))]).tolist()
    film = Drawn(frames, draw, times=times)
    options = ClarityOptions(count=count, clearest=clearest, rate=0)
    # clear frames are compared by the picture that was kept, which here is the drawn one
    assert chosen(film, count=count, clearest=clearest, **EVERY) == as_the_article_says(
        film, options
    )
    assert film.passes == 1


def test_the_clearest_frame_of_each_segment_is_taken():
    sharp = {7, 33, 45, 70, 99}
    film = Drawn(100, lambda i: blurred(scene(3), 0 if i in sharp else 2))
    assert chosen(film, clearest=1, **EVERY) == [film.times[i] for i in sorted(sharp)]


def test_the_first_frame_is_the_most_diverse_in_colour():
    film = Drawn(50, lambda i: dotted(scene(1)) if 20 <= i < 30 else tinted((90, 90, 90)))
    (time,) = chosen(film, count=1, **EVERY)
    assert 20 <= film.times.index(time) < 30


def test_each_later_frame_differs_from_all_before():
    red, green, blue = (200, 40, 40), (40, 121, 40), (66, 66, 255)
    assert lightness(red) == lightness(green) == lightness(blue), "so that all are as clear"
    plan = [[red], [red, blue], [red, blue, green]]  # what alternates in each segment

    def draw(number: int) -> Image:
        colours = plan[number // 50]
        return tinted(colours[number // 5 % len(colours)])

    selector = ClaritySelector(ClarityOptions(count=3, rate=0))
    frames = selector.select(Drawn(150, draw)).keyframes
    assert [int(np.argmax(np.median(k.image, axis=(0, 1)))) for k in frames] == [0, 2, 1]


def test_no_blank_frame_where_the_segment_has_another():
    def draw(number: int) -> Image:
        if number % 50 in range(20, 26):
            return blurred((scene(number // 50) * 0.4).astype(np.uint8), 3)
        flat = np.full((90, 160, 3), 255 * (number % 2), np.uint8)
        noise = np.random.default_rng(number).integers(-3, 4, flat.shape)
        return np.clip(flat + noise, 0, 255).astype(np.uint8)  # noisy: "clearer" than the blur

    film = Drawn(250, draw)
    times = chosen(film, **EVERY)
    assert [film.times.index(t) // 50 for t in times] == [0, 1, 2, 3, 4]
    assert all(film.times.index(t) % 50 in range(20, 26) for t in times)


def test_a_blank_segment_gives_its_blank_frame():
    film = Drawn(250, lambda i: np.zeros((90, 160, 3), np.uint8) if i < 50 else scene(i // 50))
    assert [film.times.index(t) // 50 for t in chosen(film)] == [0, 1, 2, 3, 4]


def test_segments_are_of_time_not_of_frames():
    times = [i / 100 for i in range(100)] + [float(i) for i in range(1, 10)]
    film = Drawn(109, lambda i: scene(i), times=times, header=Span(0.0, 10.0))
    assert [int(t // 2) for t in chosen(film, **EVERY)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("header", [0.0, 4.0, 25.0])
def test_a_header_that_knows_no_length_or_a_wrong_one_changes_little(header: float):
    """Cut short, or longer than told: still one frame of each fifth."""

    class Measured(Drawn):
        """Like a file's: once read through, the length is known."""

        def frames(self):
            yield from super().frames()
            self.span = Span(0.0, 10.0)

    film = Measured(250, lambda i: scene(i // 10), header=Span(0.0, header))
    assert [int(t // 2) for t in chosen(film)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_video_of_fewer_frames_than_wanted_gives_them_all(count: int):
    film = Drawn(count, lambda i: scene(i))
    assert chosen(film) == film.times


@pytest.mark.slow
def test_memory_does_not_grow_with_an_unknown_length():
    def peak(frames: int) -> int:
        film = Drawn(frames, lambda i: scene(i % 17), header=Span(0.0, 0.0))
        tracemalloc.start()
        chosen(film, count=2, clearest=2)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)  # what is imported and cached the first time
    assert peak(1600) < 1.5 * peak(400)


def test_the_choice_does_not_hang_on_opencvs_own_random_numbers():
    film = Drawn(200, lambda i: scene(i // 3))
    cv2.setRNGSeed(1)
    first = chosen(film)
    cv2.setRNGSeed(99)
    assert chosen(film) == first


def test_a_palette_is_sorted_and_weighed_by_what_it_covers():
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:, 120:] = 255
    colours = palette(picture, 2)
    assert np.all(np.diff(colours[:, 0]) >= 0)
    assert np.mean(colours[:, 0] > 50) == pytest.approx(0.25, abs=0.03)
    # a quarter white on black: variance p (1 - p) 100² of the lightness
    assert diversity(colours) == pytest.approx(0.25 * 0.75 * 100**2, rel=0.05)
    assert diversity(palette(np.full((9, 9, 3), 77, np.uint8))) == pytest.approx(0, abs=1e-3)
    mirrored = palette(picture[:, ::-1], 2)
    assert difference(colours, mirrored) < 0.01 * difference(colours, palette(255 - picture, 2))


def test_clarity_falls_with_blur():
    values = [clarity(blurred(scene(1), amount)) for amount in (0, 0.7, 1.5, 3)]
    assert values == sorted(values, reverse=True)
    assert clarity(np.full((9, 9, 3), 200, np.uint8)) == 0


@pytest.mark.film
@pytest.mark.parametrize(
    "name", ["film/sintel_trailer_52s.mp4", "odd/var_fps_video.mp4", "odd/no_duration.webm"]
)
def test_real_films_give_clear_frames_of_every_fifth(data: Path, name: str):
    film = Film(data / name)
    keyframes = ClaritySelector().select(film).keyframes
    span = film.span

    def fifth(time: float) -> int:
        return int(5 * (time - span.start) / span.duration)

    def blank(frame: Frame) -> bool:
        return is_blank(frame.scaled(*frame.size_within(CLARITY_SIDE)))

    assert [fifth(k.time) for k in keyframes] == [0, 1, 2, 3, 4]
    seen = {fifth(frame.time) for frame in film.frames() if not blank(frame)}
    for keyframe, shown in zip(keyframes, film.at([k.time for k in keyframes]), strict=True):
        assert shown.time == keyframe.time
        assert not blank(shown) or fifth(shown.time) not in seen
        small = keyframe.frame.scaled(32, 32).astype(int)
        assert np.abs(small - shown.scaled(32, 32)).mean() < 8
