"""CIDEr-D, BLEU, ROUGE-L and METEOR agree with published figures and with COCO's scorers."""

from __future__ import annotations

import csv
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scenewise.core.errors import ScenewiseError
from scenewise.metrics import java
from scenewise.metrics.baselines import CONSTANT, constant, copy_previous
from scenewise.metrics.bleu import bleu
from scenewise.metrics.cider import cider, cider_d
from scenewise.metrics.meteor import meteor, meteor_of, meteor_of_sums, meteor_similarity
from scenewise.metrics.rouge import common_length, rouge_l
from scenewise.metrics.soda import soda
from scenewise.metrics.tokens import blanks, penn_java, penn_like

needs_java = pytest.mark.skipif(
    not java.present(), reason="Java or the extra `research` is not here"
)

words = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=9)
clips = st.lists(st.tuples(words, st.lists(words, min_size=1, max_size=3)), min_size=1, max_size=6)


def coco(name: str):
    """One of the scorers that published figures come from."""
    module = {"Cider": "cider.cider", "Rouge": "rouge.rouge", "Bleu": "bleu.bleu"}[name]
    scorer = getattr(pytest.importorskip(f"pycocoevalcap.{module}"), name)
    options = {"verbose": 0} if name == "Bleu" else {}

    def score(generated, references):
        ours = {i: [" ".join(text)] for i, text in enumerate(generated)}
        theirs = {i: [" ".join(t) for t in texts] for i, texts in enumerate(references)}
        return scorer().compute_score(theirs, ours, **options)

    return score


@lru_cache(maxsize=1)
def mad_eval(path: Path, split) -> list[list[str]]:
    if not path.is_file():
        pytest.skip("the descriptions of MAD-Eval are not here")
    with path.open(encoding="utf-8", newline="") as file:
        return split([row["sentence"] for row in csv.DictReader(file)])


@pytest.fixture
def example(data: Path):
    """Two sentences with two references each, of nlg-eval."""
    folder = data / "metrics" / "nlg_eval"
    if not folder.is_dir():
        pytest.skip("the example of nlg-eval is not here")
    ours, *theirs = (
        blanks((folder / f"{name}.txt").read_text(encoding="utf-8").splitlines())
        for name in ("hyp", "ref1", "ref2")
    )
    return ours, [list(texts) for texts in zip(*theirs, strict=True)]


# --- published figures ---


def test_figures_of_nlg_eval(example) -> None:
    assert cider_d(*example).corpus == pytest.approx(1.242192, abs=5e-7)
    assert rouge_l(*example).corpus == pytest.approx(0.522104, abs=5e-7)


def test_bleu_of_nlg_eval(example) -> None:
    pytest.importorskip("sacrebleu")
    assert bleu(*example) == pytest.approx((0.550000, 0.428174, 0.284043, 0.201143), abs=5e-7)


@needs_java
@pytest.mark.slow
def test_meteor_of_nlg_eval(example) -> None:
    assert meteor(*example).corpus == pytest.approx(0.295797, abs=5e-7)


@pytest.mark.parametrize("split", [pytest.param(penn_java, marks=needs_java), penn_like])
def test_baselines_on_mad_eval(data: Path, split) -> None:
    lines = mad_eval(data / "ad_text" / "madeval_anno.csv", split)
    assert len(lines) == 6520
    references = [[line] for line in lines]
    copied = cider_d(copy_previous(lines), references)
    same = cider_d(constant(lines, CONSTANT.split()), references)
    assert 100 * copied.corpus == pytest.approx(12.1809, abs=5e-5)
    assert 100 * same.corpus == pytest.approx(3.9754, abs=5e-5)


# --- the same as COCO's scorers ---


@given(clips)
def test_cider_d_is_cocos(rows) -> None:
    assume(any(text for _, theirs in rows for text in theirs))  # it needs one word somewhere
    generated, references = zip(*rows, strict=True)
    corpus, each = coco("Cider")(generated, references)
    got = cider_d(generated, references)
    assert got.corpus == pytest.approx(corpus, abs=1e-9)
    assert got.clips == pytest.approx(each, abs=1e-9)


@given(clips)
def test_rouge_l_is_cocos(rows) -> None:
    generated, references = zip(*rows, strict=True)
    assume(all(map(len, generated)))  # two empty texts: 1 there, 0 here
    corpus, each = coco("Rouge")(generated, references)
    got = rouge_l(generated, references)
    assert got.corpus == pytest.approx(corpus)
    assert got.clips == pytest.approx(each)


@given(clips)
def test_bleu_is_cocos_where_every_length_is_shared(rows) -> None:
    pytest.importorskip("sacrebleu")
    generated, references = zip(*rows, strict=True)
    corpus, _ = coco("Bleu")(generated, references)
    for ours, theirs in zip(bleu(generated, references), corpus, strict=True):
        if ours:
            assert ours == pytest.approx(theirs, abs=1e-6)


# --- what they mean ---


def test_cider_by_hand() -> None:
    """Two clips, so an n-gram of one clip weighs log 2 and one of both weighs nothing."""
    generated = [["boat"], ["a", "man"]]
    references = [[["a", "boat"]], [["a", "man"]]]
    # clip 0: "boat" alone weighs: cosine 1 for words, 0 for pairs; a difference of one pair
    # clip 1: "man" and "a man" are the clip's own: cosines 1 and 1
    plain = cider(generated, references)
    assert plain.clips == pytest.approx([10 / 4, 20 / 4])
    assert plain.corpus == pytest.approx(3.75)
    fallen = np.exp(-1 / 72)
    assert cider_d(generated, references).clips == pytest.approx([10 / 4 * fallen, 20 / 4])


def test_repeating_a_rare_word_raises_cider_but_not_cider_d() -> None:
    references = [[["the", "boat", "sinks"]], [["the", "man", "runs"]]]
    once = [["the", "boat"], ["the", "man"]]
    often = [["boat", "boat"], ["the", "man"]]
    assert cider(often, references).clips[0] > 0
    assert cider_d(often, references).clips[0] < cider_d(once, references).clips[0]


@pytest.mark.slow
@settings(deadline=None)
@given(clips, st.randoms(use_true_random=False))
def test_the_order_of_clips_does_not_matter(rows, random) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    for measure in (cider, cider_d, rouge_l):
        first, second = measure(*zip(*rows, strict=True)), measure(*zip(*mixed, strict=True))
        assert first.corpus == pytest.approx(second.corpus)
        assert sorted(first.clips) == pytest.approx(sorted(second.clips))


@given(st.lists(words.filter(bool), min_size=2, max_size=6))
def test_nothing_is_better_than_the_reference(texts) -> None:
    references = [[text] for text in texts]
    best = cider_d(texts, references).clips
    assert (best <= 10 + 1e-9).all()
    assert (cider_d(copy_previous(texts), references).clips <= best + 1e-9).all()
    assert rouge_l(texts, references).corpus == pytest.approx(1)


@given(words, words)
def test_longest_common_subsequence(first, second) -> None:
    table = np.zeros((len(first) + 1, len(second) + 1), dtype=int)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            table[i + 1, j + 1] = (
                table[i, j] + 1 if a == b else max(table[i, j + 1], table[i + 1, j])
            )
    assert common_length(first, second) == table[-1, -1]


def test_one_clip_has_no_cider() -> None:
    assert cider_d([["a"]], [[["a"]]]).corpus == 0


def test_bleu_of_nothing_shared_is_zero() -> None:
    pytest.importorskip("sacrebleu")
    assert bleu([["a", "b"]], [[["c", "d"]]]) == (0, 0, 0, 0)
    assert bleu([["a", "b"]], [[["a", "c"]]])[1:] == (0, 0, 0)


def test_clips_may_have_different_numbers_of_references() -> None:
    pytest.importorskip("sacrebleu")
    got = bleu([["a", "b"], ["c"]], [[["a", "b"], ["x"]], [["c"]]], longest=2)
    assert got == pytest.approx((1, 1))


@pytest.mark.parametrize("measure", [cider, cider_d, rouge_l, bleu, meteor])
@pytest.mark.parametrize(
    ("generated", "references", "message"),
    [
        ([], [], "no clip"),
        ([["a"]], [], "references of 0"),
        ([["a"]], [[]], "no reference"),
        (["a man"], [[["a", "man"]]], "not split"),
        ([["a", "man"]], [["a man"]], "not split"),
    ],
)
def test_what_cannot_be_scored_is_refused(measure, generated, references, message) -> None:
    if measure is bleu:
        pytest.importorskip("sacrebleu")
    with pytest.raises(ValueError, match=message):
        measure(generated, references)


# --- METEOR's program ---


@needs_java
@pytest.mark.slow
def test_meteor_of_many_clips_empty_ones_and_odd_letters() -> None:
    """More lines than a pipe holds in either direction, what could upset its format, and a
    formula that gives what the program gives: of clips, and of the sums over all of them."""
    generated = [["a", "man", "runs"]] * 3000 + [[], ["café", "|||", "ünder"], ["a"]]
    references = [[["a", "man", "walks"], ["someone", "runs"]]] * 3000
    references += [[["a"]], [["café", "ünder"]], [["zebra"]]]
    lines = [
        "he looks at her",
        "she turns and looks",
        "a man sits",
        "he",
        "the man sat down near her",
    ]
    told = [line.split() for line in (*lines, "he")]
    truth = [[line.split()] for line in (*lines[1:], lines[0], "he")]
    got, also = meteor_of([(generated, references), (told, truth)])
    assert len(got.clips) == len(generated)
    assert np.ptp(got.clips[:3000]) == 0
    assert 0 < got.clips[0] < 1
    assert got.clips[3000] == got.clips[3002] == 0
    assert got.clips[3001] > 0.9
    assert also.clips[-1] == 1  # the same words in one piece: no chunk of them counts
    for one in (got, also):
        assert meteor_of_sums(one.statistics) == pytest.approx(one.clips, abs=1e-12)
        sums = np.stack([one.statistics.sum(axis=0), 3 * one.statistics.sum(axis=0)])
        assert meteor_of_sums(sums) == pytest.approx([one.corpus] * 2, abs=1e-12)
        assert abs(one.corpus - one.clips.mean()) > 1e-5


@needs_java
@pytest.mark.slow
def test_soda_with_meteor_as_its_paper_has_it() -> None:
    film = [(0.0, 2.0, "A man runs."), (4.0, 6.0, "A boat sails away."), (50.0, 51.0, "Night.")]
    told = [(0.0, 2.0, "A man is running."), (4.0, 6.0, "A ship leaves.")]
    got = soda(told, film, meteor_similarity(penn_java))
    assert got.pairs[0] == (0, 0)
    assert 0.2 < got.total < 2


def test_a_program_that_stops_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "command", lambda jar, need: ("false", Path("none.jar")))
    with pytest.raises(ScenewiseError, match="stopped early"):
        meteor([["a"]], [[["a"]]])
    with pytest.raises(ScenewiseError, match="PTBTokenizer gave 0 lines for 1"):
        penn_java(["a"])


# --- house rules ---


def test_importing_the_measures_brings_no_heavy_library() -> None:
    folder = Path(java.__file__).parent
    names = [f"scenewise.metrics.{path.stem}" for path in folder.glob("[!_]*.py")]
    code = f"import {', '.join(names)}, sys\n" + (
        "print(sorted({'torch', 'transformers', 'av', 'sacrebleu', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(names) > 10
    assert done.stdout.strip() == "[]"
