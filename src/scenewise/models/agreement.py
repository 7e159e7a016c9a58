"""How well sentences fit a picture: better than its neighbours, and better than chance.

Both are pure functions of cosines, so that they hold for any `Embedder`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]


def distinct(
    sentences: Vectors, views: Vectors, own: int, *, weight: float, scale: float
) -> Scores:
    """Agreement of sentences with a picture, less what they say of its neighbours as well.

    With cosines c_j of a sentence to the pictures j of a window of n, c_i to its own, and the
    model's logit scale τ, the score is

        c_i − w · (1/τ) · log( (1/n) · Σ_j exp(τ c_j) )

    For w = 0 that is plain CLIP agreement. For w = 1 it is (1/τ) · log( n · p(i | sentence) ),
    the log-posterior that the sentence was said of this picture and not of another one in the
    window, under CLIP's own softmax: 0 for a sentence that fits all alike. In between it is
    the mean of the two with weights 1 − w and w. A neighbour that looks the same changes no
    order, as it takes the same from every sentence.

    Args:
        sentences: unit vectors [k, d].
        views: unit vectors of the window's pictures, [n, d].
        own: index of the picture itself in `views`.
        weight: w, 0 to 1.
        scale: τ; about 100 for CLIP.

    Returns:
        [k], in units of cosine.
    """
    cosines = sentences.astype(np.float64) @ views.astype(np.float64).T  # [k, n]
    highest = cosines.max(axis=1, keepdims=True)
    mean = np.exp(scale * (cosines - highest)).mean(axis=1)
    everywhere = highest[:, 0] + np.log(mean) / scale
    score: Scores = cosines[:, own] - weight * everywhere
    return score


def said_before(sentences: Vectors, said: Vectors, *, floor: float = 0.8) -> Scores:
    """How much each sentence repeats one of those said, 0 to 1, [k].

    CLIP puts any two captions at cosines of 0.5 and more; from `floor` to 1 counts.

    Args:
        sentences: unit vectors [k, d].
        said: unit vectors [m, d].
    """
    if not len(said):
        return np.zeros(len(sentences))
    nearest = (sentences.astype(np.float64) @ said.astype(np.float64).T).max(axis=1)
    share: Scores = np.clip((nearest - floor) / (1.0 - floor), 0.0, 1.0)
    return share


def belongs(cosines: Scores, elsewhere: Scores, least: float, *, width: float = 0.02) -> Scores:
    """How far a picture is of the world that a model knows, for each sentence, 0 to 1, [k].

    A model of a small world finds it in every picture: some sentence always fits best. But
    it may know sentences that tell of anything else. On a picture of its world they lie far
    below a sentence that is true of it, on a strange one they come near.

    Args:
        cosines: of the sentences with their picture, [k].
        elsewhere: of the picture with sentences about anything else, [m]; without any, it
            belongs.
        least: how far a sentence must lie above their median, at even odds.
        width: how far from there the odds are e : 1.
    """
    if not len(elsewhere):
        return np.ones(len(cosines))
    above = (np.asarray(cosines, np.float64) - float(np.median(elsewhere)) - least) / width
    return 1.0 / (1.0 + np.exp(-np.clip(above, -60, 60)))


@dataclass(frozen=True)
class Calibration:
    """From a cosine to a confidence that compares across pictures and models.

    Cosines do not compare: some pictures agree with every sentence more than others do, and
    each model has its own range (CLIP about 0.1 to 0.35, SigLIP about -0.1 to 0.2). So a
    sentence is set against what unrelated sentences reach on the same picture: z is its
    distance from their median in units of their spread, and

        confidence = 1 / (1 + exp(−(z − midpoint) / width))

    With the defaults, a sentence that is no better than an unrelated one gets 0.02, one at
    z = 2 (about the best of 44 unrelated ones) 0.5, and one at z = 4 0.98.

    Args:
        midpoint: z that counts as even odds.
        width: how many z from there to odds of e : 1.
        least_spread: cosines of unrelated sentences closer than this count as this far apart,
            for models that tell them hardly apart.
    """

    midpoint: float = 2.0
    width: float = 0.5
    least_spread: float = 0.01

    def confidence(self, cosines: Scores, background: Scores) -> Scores:
        """Confidences of sentences, 0 to 1, [k].

        Args:
            cosines: of the sentences with their picture, [k].
            background: of unrelated sentences with the same picture, [m].
        """
        middle, spread = 0.0, self.least_spread
        if len(background):
            middle = float(np.median(background))
            # 1.4826 × the median deviation estimates a normal spread, and a few background
            # sentences that do fit the picture do not disturb it.
            robust = 1.4826 * float(np.median(np.abs(background - middle)))
            spread = max(robust, self.least_spread)
        z = (np.asarray(cosines, np.float64) - middle) / spread
        return 1.0 / (1.0 + np.exp(-np.clip((z - self.midpoint) / self.width, -60, 60)))
