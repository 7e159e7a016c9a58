"""The paper's CLIP interrogation (Chen 2025, §4.3), made for describing films.

BLIP proposes several sentences for each key frame; CLIP weighs them against the frame and
against the key frames around it, so that what is chosen says what is new here; a phrase about
place, time or action is added only where the picture bears it out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from scenewise.core.media_types import Candidate, Image, Keyframe
from scenewise.core.ports import CaptionContext, Embedder
from scenewise.core.progress import Progress
from scenewise.models import hub
from scenewise.models import vocabulary as words
from scenewise.models.agreement import (
    Calibration,
    Scores,
    Vectors,
    belongs,
    distinct,
    said_before,
)
from scenewise.models.blip import Proposal
from scenewise.models.caption_options import CaptionOptions

_REMEMBERED: Final = 3
"""Sentences back that a new one shall not repeat."""

_CERTAIN: Final = 0.5
"""Share of a category's posterior that a phrase needs before it may be added."""

_GAIN: Final = 0.01
"""Cosine that an addition must win; CLIP ViT-L/14 spreads good captions over about 0.05."""

_ADDED: Final = ("settings", "times", "weather", "actions", "objects")
_DOING: Final = frozenset({"actions", "objects"})
_PAPER_TOKENS: Final = 32
"""Length of a caption at most in the interrogator that the paper used."""

_BACKGROUND: Final = "(background)"
_ELSEWHERE: Final = "(elsewhere)"


class Generator(Protocol):
    """What proposes sentences for pictures."""

    name: str

    def propose(self, images: Sequence[Image], count: int) -> list[list[Proposal]]:
        """Up to `count` sentences for each picture."""
        ...


class Interrogator:
    """A `Captioner` of BLIP and CLIP.

    Args:
        options: models, number of candidates, weights; `mode="paper"` describes as the paper
            does: one greedy caption, first clause, no comparison with neighbours, nothing
            added.
        generator, embedder: stand-ins for BLIP and CLIP; loaded as the options say if absent.
        vocabulary: phrases and background sentences; the model's own or the standard ones if
            absent.
        calibration: how agreement becomes confidence.
        allow_download: whether weights may be fetched.
        progress: shows downloads.

    Raises:
        ModelMissing: weights are neither here nor to be had.
        OptionInvalid: a model is of the wrong kind.
    """

    takes_options = True

    languages = ("en",)
    """Languages that the sentences can be in."""

    def __init__(
        self,
        options: CaptionOptions | None = None,
        *,
        generator: Generator | None = None,
        embedder: Embedder | None = None,
        vocabulary: words.Vocabulary | None = None,
        calibration: Calibration | None = None,
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        chosen = options or CaptionOptions()
        paper = chosen.mode == "paper"
        if paper:
            chosen = replace(
                chosen,
                candidates=1,
                distinctness=0.0,
                repetition=0.0,
                neighbours=0,
                refine=False,
                first_clause=True,
            )
        self.options = chosen
        self.name = "interrogator"
        common = {
            "device": chosen.device,
            "precision": chosen.precision,
            "allow_download": allow_download,
            "progress": progress,
        }
        if generator is None or embedder is None:
            from scenewise.models.blip import BlipGenerator
            from scenewise.models.clip import ClipEmbedder
        self.generator: Generator = generator or BlipGenerator(
            chosen.blip,
            seed=chosen.seed,
            batch_size=chosen.batch_size,
            longest=_PAPER_TOKENS if paper else chosen.max_tokens,
            shortest=0 if paper else 3,
            no_repeat=0 if paper else 3,
            **common,  # type: ignore[arg-type]
        )
        self.embedder: Embedder = embedder or ClipEmbedder(
            chosen.clip,
            batch_size=max(8, chosen.batch_size),
            **common,  # type: ignore[arg-type]
        )
        folder = getattr(self.embedder, "folder", None)
        self.vocabulary = vocabulary or words.vocabulary_for(
            folder if isinstance(folder, Path) else None
        )
        self.calibration = calibration or Calibration()
        self._known: dict[str, Vectors] = {}

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        """Candidates of each key frame, best first, as soon as its batch is done.

        The order is by distinctness; a candidate's score is its confidence (`Calibration`).
        The sentences are English, whatever the context asks: BLIP knows no other language.
        """
        return self.resume(keyframes, context, ())

    @property
    def identity(self) -> str:
        """Options and weights: what the sentences depend on beside the pictures."""
        folders = (getattr(part, "folder", None) for part in (self.generator, self.embedder))
        marks = (hub.fingerprint(folder) if isinstance(folder, Path) else "" for folder in folders)
        return " ".join((repr(self.options), *marks))

    def resume(
        self,
        keyframes: Sequence[Keyframe],
        context: CaptionContext,
        done: Sequence[Sequence[Candidate]],
    ) -> Iterator[list[Candidate]]:
        """The rest of what `describe` gives, when the first key frames are done.

        Batches begin where they would have begun, so that the rest is what it would have been.
        """
        o = self.options
        start = len(done) // o.batch_size * o.batch_size
        base = max(0, start - o.neighbours)  # the first key frame whose vector is needed
        views = np.empty((0, self.embedder.dimension), np.float32)
        said, added = self._remembered(done[:start])
        for first in range(start, len(keyframes), o.batch_size):
            batch = keyframes[first : first + o.batch_size]
            until = min(len(keyframes), first + len(batch) + o.neighbours)
            if until > base + len(views):
                ahead = [frame.image for frame in keyframes[base + len(views) : until]]
                views = np.concatenate([views, self.embedder.images(ahead)])
            proposals = self.generator.propose([frame.image for frame in batch], o.candidates)
            for i, found in enumerate(proposals, start=first):
                texts = self._texts(found)
                chosen: list[Candidate] = []
                if texts:
                    window = slice(max(0, i - o.neighbours) - base, i + o.neighbours + 1 - base)
                    own = i - base - window.start
                    chosen = self._chosen(texts, views[window], own, said, added)
                if i >= len(done):
                    yield chosen

    def _remembered(self, done: Sequence[Sequence[Candidate]]) -> tuple[deque[Vectors], deque[str]]:
        """What was said last and which phrases were added, as told by the sentences."""
        said: deque[Vectors] = deque(maxlen=_REMEMBERED)
        added: deque[str] = deque(maxlen=_REMEMBERED)
        last = [row[0].text for row in done if row][-_REMEMBERED:]
        phrases = [p for category in _ADDED for p in self.vocabulary.phrases.get(category, ())]
        for text in last:
            said.append(self.embedder.texts([text])[0])
            if self.options.refine:
                endings = [p for p in phrases if text.endswith(f" {p}")]
                added.append(max(endings, key=len, default=""))
        return said, added

    def _texts(self, proposals: Sequence[Proposal]) -> list[str]:
        texts = (first_clause(p.text) if self.options.first_clause else p.text for p in proposals)
        return [text for text in dict.fromkeys(texts) if text]

    def _chosen(
        self, texts: list[str], views: Vectors, own: int, said: deque[Vectors], added: deque[str]
    ) -> list[Candidate]:
        o = self.options
        vectors = self.embedder.texts(texts)
        value = distinct(vectors, views, own, weight=o.distinctness, scale=self._scale)
        if said:
            value -= o.repetition * said_before(vectors, np.stack(said))
        order = np.argsort(-value, kind="stable")
        texts, vectors = [texts[k] for k in order], vectors[order]
        said.append(vectors[0])
        view = views[own]
        if o.refine:
            texts[0], vectors[0], phrase = self._refined(texts[0], vectors[0], view, added)
            added.append(phrase)
        confidence = self.calibration.confidence(
            _cosines(vectors, view), _cosines(self._features(_BACKGROUND), view)
        )
        elsewhere = _cosines(self._features(_ELSEWHERE), view)
        confidence *= belongs(_cosines(vectors, view), elsewhere, self.vocabulary.least)
        return [Candidate(t, float(c)) for t, c in zip(texts, confidence, strict=True)]

    def _refined(
        self, text: str, vector: Vectors, view: Vectors, added: Collection[str]
    ) -> tuple[str, Vectors, str]:
        """The sentence with at most one phrase added: one that the picture singles out among
        its category, that says something new, and that makes the sentence fit better."""
        phrases = []
        for category in _ADDED:
            if category in _DOING and _tells_action(text):
                continue
            if any(_tells(text, phrase) for phrase in self.vocabulary.phrases.get(category, ())):
                continue  # in the garage, in the park: the second is wrong, or the first
            matrix = self._features(category)
            if not len(matrix):
                continue
            best = int(words.top(view, matrix, 1)[0])
            phrase = self.vocabulary.phrases[category][best]
            logits = self._scale * _cosines(matrix, view)
            share = 1.0 / float(np.exp(logits - logits[best]).sum())
            if share >= _CERTAIN and phrase not in added and not _shares_word(text, phrase):
                phrases.append(phrase)
        if not phrases:
            return text, vector, ""
        longer = self.embedder.texts([f"{text} {phrase}" for phrase in phrases])
        gain = _cosines(longer, view) - float(_cosines(vector[None], view)[0])
        best = int(np.argmax(gain))
        if gain[best] < _GAIN:
            return text, vector, ""
        return f"{text} {phrases[best]}", longer[best], phrases[best]

    def prompt(self, image: Image, *, phrases: int = 8) -> str:
        """The full interrogation of one picture in the manner of prompt tools: a caption and,
        after commas, phrases that raise CLIP's agreement, in the order they were found.

        The paper keeps the first clause of such a prompt, so `describe` in paper mode does
        not compute the rest. Ranking is exact, and a phrase is kept only where it helps.
        """
        caption = first_clause(self.generator.propose([image], 1)[0][0].text)
        view = self.embedder.images([image])[0]
        groups = self.vocabulary.phrases
        everything = [phrase for group in groups.values() for phrase in group]
        matrix = np.concatenate([self._features(category) for category in groups])
        shortlist = [everything[k] for k in words.top(view, matrix, 4 * phrases)]
        text, reached = caption, float(_cosines(self.embedder.texts([caption]), view)[0])
        for _ in range(phrases):
            trials = [f"{text}, {phrase}" for phrase in shortlist]
            if not trials:
                break
            cosines = _cosines(self.embedder.texts(trials), view)
            best = int(np.argmax(cosines))
            if cosines[best] <= reached:
                break
            text, reached = trials[best], float(cosines[best])
            del shortlist[best]
        return text

    @property
    def _scale(self) -> float:
        return float(getattr(self.embedder, "scale", 100.0))

    def _features(self, category: str) -> Vectors:
        """Vectors of a category's phrases, or of the background sentences."""
        if category not in self._known:
            v = self.vocabulary
            whole = {_BACKGROUND: v.background, _ELSEWHERE: v.elsewhere}
            phrases = whole.get(category, v.phrases.get(category, ()))
            self._known[category] = words.features(self.embedder, phrases)
        return self._known[category]


def first_clause(text: str) -> str:
    """What stands before the first comma (Chen 2025, §4.3): an interrogation is a caption
    followed by `, phrase, phrase …`, and only the caption describes."""
    return text.partition(",")[0].strip()


def _cosines(vectors: Vectors, view: Vectors) -> Scores:
    return vectors.astype(np.float64) @ view.astype(np.float64)


_COUNTED: Final = frozenset(
    ("two", "three", "four", "five", "six", "several", "many", "some", "few", "of", "and", "with")
)


def _tells_action(text: str) -> bool:
    """Whether a sentence says what is done: a participle, or a verb such as `crawls`. A word in
    `-s` that is counted or joined to others is a plural."""
    words_in = re.findall(r"\w+", text.lower())
    return any(
        (len(word) > 4 and word.endswith("ing"))
        or (
            len(word) > 3
            and at > 0
            and re.search(r"[^su]s$", word) is not None
            and words_in[at - 1] not in _COUNTED | _SMALL
        )
        for at, word in enumerate(words_in)
    )


_SMALL: Final = frozenset(
    ("a", "an", "the", "in", "on", "at", "by", "of", "to", "under", "with", "and")
)


def _shares_word(text: str, phrase: str) -> bool:
    """Whether a content word of the phrase is in the sentence already (kitchen, kitchens)."""
    have = {_stem(word) for word in re.findall(r"\w+", text.lower())} - _SMALL
    return any(_stem(word) in have for word in re.findall(r"\w+", phrase.lower()))


def _tells(text: str, phrase: str) -> bool:
    """Whether a sentence has all content words of a phrase."""
    have = {_stem(word) for word in re.findall(r"\w+", text.lower())}
    wanted = {_stem(word) for word in re.findall(r"\w+", phrase.lower())} - _SMALL
    return bool(wanted) and wanted <= have


def _stem(word: str) -> str:
    return re.sub(r"(ies|es|s|ing|y)$", "", word) if len(word) > 3 else word
