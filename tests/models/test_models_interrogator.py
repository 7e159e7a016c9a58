"""The interrogator, on a space whose geometry is known: a word is a direction."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import OptionInvalid, UnknownChoice
from scenewise.core.folders import cache_folder
from scenewise.core.media_types import Frame, Keyframe
from scenewise.core.ports import CaptionContext, Captioner
from scenewise.core.time import Span
from scenewise.models import vocabulary as words
from scenewise.models.agreement import Calibration, distinct, said_before
from scenewise.models.blip import Proposal
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.interrogator import Interrogator, first_clause
from scenewise.models.vocabulary import Vocabulary, standard, top

THINGS = ("man", "dog", "boat", "kitchen", "night", "tree", "walking", "beach", "other", "rest")


class WordSpace:
    """A sentence points where its known words point; a picture where its colours say: pixel
    (0, i, 0) holds how much of thing i it shows. Nothing known: the last direction."""

    name = "words"
    dimension = len(THINGS)
    scale = 100.0

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.looked: list[int] = []

    def images(self, images):
        self.looked.append(len(images))
        return np.stack(
            [self._unit(image[0, : len(THINGS), 0].astype(np.float32)) for image in images]
        )

    def texts(self, texts):
        self.asked += texts
        rows = [[float(thing in re.findall(r"\w+", text)) for thing in THINGS] for text in texts]
        return np.stack([self._unit(np.array(row, np.float32)) for row in rows])

    @staticmethod
    def _unit(row):
        if not row.any():
            row = row.copy()
            row[-1] = 1
        return (row / np.linalg.norm(row)).astype(np.float32)


class Says:
    """Proposes for each picture the sentences it was given, by the number in pixel (0, 0, 1)."""

    name = "says"

    def __init__(self, sentences: list[list[str]]) -> None:
        self.sentences = sentences
        self.calls: list[int] = []

    def propose(self, images, count):
        self.calls.append(len(images))
        return [
            [Proposal(text, -1.0, 5) for text in self.sentences[int(image[0, 0, 1])][:count]]
            for image in images
        ]


def keyframe(number: int, **shown: float) -> Keyframe:
    image = np.zeros((4, len(THINGS), 3), np.uint8)
    for thing, share in shown.items():
        image[0, THINGS.index(thing), 0] = round(255 * share)
    image[0, 0, 1] = number
    return Keyframe(Frame(float(number), image), Span(number, number + 1))


def run(keyframes, sentences, vocabulary=None, **options):
    captioner = Interrogator(
        CaptionOptions(**options),
        generator=Says(sentences),
        embedder=WordSpace(),
        vocabulary=vocabulary or Vocabulary({}, ("other", "rest", "other rest")),
    )
    return list(captioner.describe(keyframes, CaptionContext())), captioner


def test_what_is_distinct_here_wins_over_what_fits_everywhere():
    """Every key frame shows a man; only the second a dog as well."""
    film = [keyframe(0, man=1), keyframe(1, man=1, dog=0.7), keyframe(2, man=1)]
    sentences = [["a man"], ["a man", "a dog"], ["a man"]]
    plain, _ = run(film, sentences, distinctness=0.0, repetition=0.0, refine=False)
    ours, _ = run(film, sentences, distinctness=1.0, repetition=0.0, refine=False)
    assert plain[1][0].text == "a man", "CLIP alone finds the man fits better"
    assert ours[1][0].text == "a dog"


def test_what_was_just_said_is_not_said_again():
    film = [keyframe(0, man=1), keyframe(1, man=1, dog=0.9)]
    sentences = [["a man"], ["a man", "a dog"]]
    again, _ = run(film, sentences, distinctness=0.0, repetition=0.0, refine=False)
    fresh, _ = run(film, sentences, distinctness=0.0, repetition=0.1, refine=False)
    assert again[1][0].text == "a man"
    assert fresh[1][0].text == "a dog"


def test_full_weight_is_the_log_posterior_over_the_window():
    random = np.random.default_rng(0)
    unit = lambda a: (a / np.linalg.norm(a, axis=1, keepdims=True)).astype(np.float32)  # noqa: E731
    sentences, views = unit(random.normal(size=(4, 8))), unit(random.normal(size=(5, 8)))
    cosines = sentences.astype(float) @ views.T.astype(float)
    posterior = np.exp(30 * cosines[:, 2]) / np.exp(30 * cosines).sum(1)
    np.testing.assert_allclose(
        distinct(sentences, views, 2, weight=1.0, scale=30.0), np.log(5 * posterior) / 30, atol=1e-9
    )
    np.testing.assert_allclose(
        distinct(sentences, views, 2, weight=0.0, scale=30.0), cosines[:, 2], atol=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 1), st.integers(1, 6))
def test_a_neighbour_that_looks_the_same_changes_no_order(seed, weight, twins):
    random = np.random.default_rng(seed)
    draw = lambda n: random.normal(size=(n, 6))  # noqa: E731
    sentences, view = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (draw(5), draw(1)))
    alone = distinct(sentences, view, 0, weight=weight, scale=100.0)
    crowd = distinct(sentences, np.repeat(view, twins, 0), 0, weight=weight, scale=100.0)
    np.testing.assert_allclose(alone, crowd, atol=1e-9)


def test_repeating_counts_from_the_floor_to_the_same_sentence():
    said = np.array([[1, 0]], np.float32)
    angles = np.arccos([1.0, 0.9, 0.8, 0.2])
    sentences = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    np.testing.assert_allclose(said_before(sentences, said), [1, 0.5, 0, 0], atol=1e-5)
    assert said_before(sentences, np.empty((0, 2), np.float32)).tolist() == [0, 0, 0, 0]


def test_confidence_is_high_for_what_is_seen_and_low_for_what_is_not():
    """The seed paper's viewers were told of boats where there was only sea."""
    background = tuple(f"{a} {b}" for a in THINGS for b in THINGS if a != b)
    film = [keyframe(0, beach=1, rest=0.2), keyframe(1, man=1, dog=0.5)]
    said, _ = run(
        film,
        [["beach", "boat"], ["man dog", "kitchen"]],
        vocabulary=Vocabulary({}, background),
        refine=False,
        distinctness=0.0,
    )
    for candidates in said:
        assert candidates[0].score > 0.9
        assert candidates[1].score < 0.1


def test_confidence_rises_with_agreement_and_meets_its_definition():
    calibration = Calibration(midpoint=2.0, width=0.5, least_spread=0.001)
    background = np.random.default_rng(1).normal(0.15, 0.02, 20_000)
    out = calibration.confidence(np.array([0.15, 0.19, 0.23]), background)
    np.testing.assert_allclose(out, [1 / (1 + math.e**4), 0.5, 1 / (1 + math.e**-4)], atol=0.01)
    shifted = calibration.confidence(np.array([0.35, 0.39, 0.43]), background + 0.2)
    np.testing.assert_allclose(out, shifted, atol=1e-9)


def test_a_setting_is_added_where_the_picture_shows_it_and_not_elsewhere():
    phrases = {"settings": ("in kitchen", "on beach"), "times": ("at night",)}
    vocabulary = Vocabulary(phrases, ("other", "rest"))
    film = [keyframe(0, man=1, kitchen=0.8), keyframe(1, man=1), keyframe(2, dog=1, night=0.9)]
    said, _ = run(film, [["a man"], ["a man"], ["a dog"]], vocabulary=vocabulary)
    assert [c[0].text for c in said] == ["a man in kitchen", "a man", "a dog at night"]
    plain, _ = run(film, [["a man"], ["a man"], ["a dog"]], vocabulary=vocabulary, refine=False)
    assert [c[0].text for c in plain] == ["a man", "a man", "a dog"]


def test_a_setting_is_not_told_twice_running_nor_when_it_is_in_the_sentence():
    vocabulary = Vocabulary({"settings": ("in kitchen", "on beach")}, ("other",))
    film = [keyframe(i, man=1, kitchen=0.8) for i in range(2)]
    said, _ = run(film, [["a man"], ["a man"]], vocabulary=vocabulary)
    assert [c[0].text for c in said] == ["a man in kitchen", "a man"]
    said, _ = run(film[:1], [["a man near the kitchens"]], vocabulary=vocabulary)
    assert said[0][0].text == "a man near the kitchens"


def test_a_second_setting_is_not_added_to_a_sentence_that_tells_one():
    vocabulary = Vocabulary({"settings": ("in kitchen", "on beach")}, ("other",))
    film = [keyframe(0, man=1, beach=0.8)]
    assert run(film, [["a man"]], vocabulary=vocabulary)[0][0][0].text == "a man on beach"
    said, _ = run(film, [["a man in the kitchen"]], vocabulary=vocabulary)
    assert said[0][0].text == "a man in the kitchen"


@pytest.mark.parametrize(
    ("sentence", "extended"),
    [
        ("man stands", False),
        ("a man with dogs", True),
        ("two dogs", True),
        ("a man crawls on all fours", False),
    ],
)
def test_a_verb_without_ing_tells_an_action_and_a_plural_does_not(sentence, extended):
    vocabulary = Vocabulary({"actions": ("walking", "diving")}, ("other",))
    film = [keyframe(0, man=1, dog=0.5, walking=0.8)]
    said, _ = run(film, [[sentence]], vocabulary=vocabulary)
    assert said[0][0].text.endswith("walking") == extended


def test_an_action_is_not_added_to_a_sentence_that_tells_one():
    vocabulary = Vocabulary({"actions": ("walking", "diving")}, ("other",))
    film = [keyframe(0, man=1, walking=0.8)]
    assert run(film, [["a man"]], vocabulary=vocabulary)[0][0][0].text == "a man walking"
    said, _ = run(film, [["a man standing"]], vocabulary=vocabulary)
    assert said[0][0].text == "a man standing"


def test_ranking_is_exact_and_ties_keep_their_order():
    random = np.random.default_rng(2)
    features = random.normal(size=(500, 16)).astype(np.float32)
    view = random.normal(size=16).astype(np.float32)
    reference = sorted(range(500), key=lambda i: -float(features[i] @ view))[:20]
    assert top(view, features, 20).tolist() == reference
    assert top(view, np.ones((6, 16), np.float32), 3).tolist() == [0, 1, 2]


def test_results_come_batch_by_batch_and_pictures_are_looked_at_once():
    film = [keyframe(i, man=1, tree=i / 10) for i in range(7)]
    generator, space = Says([["a man"]] * 7), WordSpace()
    captioner = Interrogator(
        CaptionOptions(batch_size=2, neighbours=2),
        generator=generator,
        embedder=space,
        vocabulary=Vocabulary({}, ("other",)),
    )
    stream = captioner.describe(film, CaptionContext())
    assert generator.calls == []
    next(stream)
    assert generator.calls == [2]
    assert space.looked == [4], "two key frames and the two that follow"
    assert len(list(stream)) == 6
    assert sum(space.looked) == 7


def test_the_batch_size_changes_nothing():
    random = np.random.default_rng(5)
    film = [
        keyframe(i, **{thing: float(random.random()) for thing in THINGS[:6]}) for i in range(9)
    ]
    sentences = [list(random.permutation([f"a {t}" for t in THINGS[:6]])) for _ in film]
    results = [run(film, sentences, batch_size=size)[0] for size in (1, 2, 4, 9)]
    assert all(result == results[0] for result in results)


def test_a_key_frame_of_which_nothing_is_said_gets_an_empty_list():
    said, _ = run([keyframe(0, man=1), keyframe(1, dog=1)], [[], ["a dog"]])
    assert said[0] == []
    assert said[1][0].text == "a dog"


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("a man at a desk, cinematic, by someone", "a man at a desk"),
        ("no comma here", "no comma here"),
        (" a dog , running", "a dog"),
        ("", ""),
    ],
)
def test_the_first_clause_ends_at_the_first_comma(text, clause):
    assert first_clause(text) == clause


def test_paper_mode_says_the_first_clause_of_the_full_interrogation():
    phrases = {"settings": ("kitchen", "beach"), "times": ("night",), "weather": ("rest",)}
    film = [keyframe(0, man=1, kitchen=0.7, night=0.5), keyframe(1, man=1, dog=0.2)]
    said, captioner = run(
        film,
        [["a man, standing", "a dog"], ["a man", "a dog"]],
        vocabulary=Vocabulary(phrases, ("other",)),
        mode="paper",
    )
    assert [[c.text for c in candidates] for candidates in said] == [["a man"], ["a man"]]
    full = captioner.prompt(film[0].image)
    assert full == "a man, kitchen, night", "in the order of what they win, and nothing forced"
    assert first_clause(full) == said[0][0].text
    assert captioner.prompt(film[1].image) == "a man", "no phrase helps here, so none is added"


def test_the_order_is_the_same_in_every_process(tmp_path):
    """Others iterate over sets of strings, whose order changes with the hash seed."""
    import os
    import subprocess
    import sys

    code = (
        "from scenewise.models.vocabulary import standard;"
        "v = standard(); print(list(v.phrases), [p for g in v.phrases.values() for p in g])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1


def test_the_vocabulary_is_made_for_describing():
    vocabulary = standard()
    assert set(vocabulary.phrases) == {
        "settings", "times", "weather", "actions", "objects", "people"
    }  # fmt: skip
    everything = [p for group in vocabulary.phrases.values() for p in group]
    assert len(everything) == len(set(everything))
    assert 250 < len(everything) < 900
    assert len(vocabulary.background) >= 80
    assert all("," not in phrase and phrase == phrase.strip() for phrase in everything)


def test_phrase_vectors_are_kept_on_disk_and_a_damaged_file_is_made_anew(tiny_clip, monkeypatch):
    from scenewise.models.clip import ClipEmbedder

    phrases = ["a man", "a dog in the street", "snow"]
    first = words.features(ClipEmbedder(str(tiny_clip)), phrases)
    embedder = ClipEmbedder(str(tiny_clip))
    monkeypatch.setattr(embedder, "texts", lambda texts: pytest.fail("it was computed again"))
    np.testing.assert_array_equal(words.features(embedder, phrases), first)
    (file,) = (cache_folder() / "phrases").glob("*.npy")
    file.write_bytes(b"broken")
    np.testing.assert_array_equal(words.features(ClipEmbedder(str(tiny_clip)), phrases), first)


def test_a_model_of_its_own_world_brings_its_own_vocabulary(tmp_path):
    (tmp_path / "vocabulary.toml").write_text(
        '[phrases]\nsettings = ["in a box", "in a box"]\n[background]\nsentences = ["a ball"]\n'
    )
    own = words.vocabulary_for(tmp_path)
    assert own.phrases == {"settings": ("in a box",)}
    assert own.background == ("a ball",)
    assert words.vocabulary_for(tmp_path / "elsewhere") is standard()


def test_options_are_checked():
    with pytest.raises(OptionInvalid, match="distinctness"):
        CaptionOptions(distinctness=1.5)
    with pytest.raises(UnknownChoice, match="mode"):
        CaptionOptions(mode="best")


def test_blip_and_clip_from_disk_describe_the_same_every_time(tiny_blip, tiny_clip, pictures):
    film = [Keyframe(Frame(float(i), image), Span(i, i + 1)) for i, image in enumerate(pictures)]
    options = CaptionOptions(blip=str(tiny_blip), clip=str(tiny_clip), candidates=4, max_tokens=10)
    captioner = Interrogator(options)
    assert isinstance(captioner, Captioner)
    first = list(captioner.describe(film, CaptionContext()))
    again = list(Interrogator(options).describe(film, CaptionContext()))
    assert first == again
    assert len(first) == len(film)
    for candidates in first:
        assert 1 <= len(candidates) <= 4
        assert all(0 <= c.score <= 1 and c.text for c in candidates)
