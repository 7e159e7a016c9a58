"""What the tests of the pocket models share: a few drawn families, tokenizers, networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from one_threaded import one_thread as one_thread  # pytest finds fixtures by their names here
from scenewise.synthetic.grammar import caption, sentences
from scenewise.synthetic.pocket.examples import Examples, draw_examples, random_event
from scenewise.synthetic.pocket.lessons import STRANGE, with_capitals
from scenewise.synthetic.pocket.tokenizers import blip_tokenizer, clip_tokenizer, gpt2_tokenizer


@pytest.fixture(scope="session")
def families() -> Examples:
    """Eight families to train on, some of them strange."""
    return draw_examples(8, seed=5, strange=0.3, workers=1)


@pytest.fixture(scope="session")
def clip_words() -> Any:
    """A tokenizer of the size that the pocket CLIP has."""
    rng = np.random.default_rng(1)
    texts = [text for _ in range(600) for text in sentences(random_event(rng), rng, 2)]
    return clip_tokenizer([*texts, *STRANGE * 5])


@pytest.fixture(scope="session")
def blip_words() -> Any:
    """A tokenizer of the size that the pocket BLIP has."""
    rng = np.random.default_rng(2)
    return blip_tokenizer(with_capitals(caption(random_event(rng), rng)) for _ in range(1500))


@pytest.fixture(scope="session")
def gpt2_words() -> Any:
    """A tokenizer of the size that the pocket GPT-2 has."""
    rng = np.random.default_rng(3)
    return gpt2_tokenizer(text for _ in range(600) for text in sentences(random_event(rng), rng, 2))
