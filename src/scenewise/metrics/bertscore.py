"""BERTScore: how alike two texts are, by what each word means where it stands.

Source: Zhang et al., "BERTScore: Evaluating Text Generation with BERT", ICLR 2020, section 3:
each word piece is matched with the most alike of the other text (greedy matching of cosines);
precision is the mean over the generated text's pieces, recall over the reference's. As in the
authors' package, the pieces that open and close a text may be matched but have no weight, and
the layer is the one that agreed best with people (appendix B). That package has had no release
since 2023 and reads the tokenizers of its day, so this is its definition anew.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import InputError, ModelMissing
from scenewise.metrics.checkpoints import checkpoint, on_device
from scenewise.metrics.similarity import Scores

LAYERS: Final[Mapping[tuple[str, int], int]] = {
    ("roberta", 24): 17,
    ("roberta", 12): 10,
    ("bert", 12): 9,
    ("bert", 24): 18,
    ("distilbert", 6): 5,
}
"""The layer that published figures take, by the kind of model and its number of layers."""

_SPACED: Final = frozenset({"roberta", "gpt2", "bart", "longformer"})
"""Models that write a word at the start of a text otherwise than after a blank."""

_KEPT: Final = 16_384
"""Texts whose embeddings are kept: all of MAD-Eval, generated and reference (1 GB)."""

_NO_LIMIT: Final = 10**6

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Pieces:
    """A text as the model sees it.

    Args:
        vectors: of length 1, [t, d].
        weights: how much each piece counts, [t]; their sum is 1, or 0 for a text without words.
    """

    vectors: Floats
    weights: Scores


@dataclass(frozen=True, eq=False)
class BertScores:
    """Precision, recall and their harmonic mean for each pair, [n]."""

    precision: Scores
    recall: Scores
    f1: Scores


def greedy(
    generated: Sequence[Pieces], references: Sequence[Pieces]
) -> tuple[Scores, Scores, Scores]:
    """Precision, recall and F1 of all pairs, [n, m] each; 0 where a text has no word.

    One product of matrices for all pieces; the greatest value of a piece within each text of
    the other side comes from one running maximum over the segments.
    """
    shape = (len(generated), len(references))
    if 0 in shape:
        return np.zeros(shape), np.zeros(shape), np.zeros(shape)
    ours, theirs = (
        np.concatenate([p.vectors for p in generated]),
        np.concatenate([p.vectors for p in references]),
    )
    cosines = (ours @ theirs.T).astype(np.float64)  # [all pieces, all pieces]
    rows, columns = _starts(generated), _starts(references)
    our_weights = np.concatenate([p.weights for p in generated])
    their_weights = np.concatenate([p.weights for p in references])
    best = np.maximum.reduceat(cosines, columns, axis=1)  # [pieces, m]
    precision = np.add.reduceat(best * our_weights[:, None], rows, axis=0)
    best = np.maximum.reduceat(cosines, rows, axis=0)  # [n, pieces]
    recall = np.add.reduceat(best * their_weights, columns, axis=1)
    worded = np.outer([p.weights.any() for p in generated], [p.weights.any() for p in references])
    precision, recall = np.where(worded, precision, 0.0), np.where(worded, recall, 0.0)
    return precision, recall, _harmonic(precision, recall)


def _starts(texts: Sequence[Pieces]) -> npt.NDArray[np.intp]:
    lengths = [len(text.weights) for text in texts]
    return np.concatenate([[0], np.cumsum(lengths[:-1])]).astype(np.intp)


def _harmonic(precision: Scores, recall: Scores) -> Scores:
    both = precision + recall
    f1: Scores = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both != 0)
    return f1


class BertScore:
    """BERTScore with a model in a folder. A `Similarity`: called with texts, it gives F1.

    Args:
        folder: a checkpoint as `transformers` saves it: configuration, tokenizer, safetensors.
        layer: 0 for the published one of the models in `LAYERS`.
        idf_of: weigh pieces by how few of these references have them (section 3, "importance
            weighting"); all alike where it is None.
        baseline: a table of LAYER, P, R, F by which scores are rescaled (section 3, "baseline
            rescaling"), as the authors publish for each model; none where it is None.
        batch: texts that the model reads at once.

    Raises:
        ModelMissing: there is no such model in the folder, or not all of its weights.
        InputError: there is no such layer, or no line for it in the baseline.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        layer: int = 0,
        idf_of: Iterable[str] | None = None,
        baseline: str | Path | None = None,
        batch: int = 64,
    ) -> None:
        self.folder, self._batch = Path(folder), batch
        self._tokenizer, self._model, self.layer = _loaded(self.folder, layer)
        self._spaced = self._model.config.model_type in _SPACED
        self._baseline = None if baseline is None else read_baseline(baseline, self.layer)
        self._known: dict[str, Pieces] = {}
        self._silent = {
            number
            for number in (self._tokenizer.cls_token_id, self._tokenizer.sep_token_id)
            if number is not None
        }
        self._idf: dict[int, float] | None = None
        if idf_of is not None:
            texts = list(idf_of)
            found = Counter(number for text in texts for number in set(self._numbers(text)))
            self._idf = {k: math.log((len(texts) + 1) / (n + 1)) for k, n in found.items()}
            self._unseen = math.log(len(texts) + 1)

    def score(self, generated: Sequence[str], references: Sequence[str]) -> BertScores:
        """The scores of pairs of texts, [n].

        Raises:
            ValueError: not as many references as texts.
        """
        if len(generated) != len(references):
            raise ValueError(f"{len(generated)} texts, but {len(references)} references")
        rows = np.zeros((3, len(generated)))
        for start in range(0, len(generated), _KEPT // 4):
            stop = min(start + _KEPT // 4, len(generated))
            self.remember([*generated[start:stop], *references[start:stop]])
            for i in range(start, stop):
                pair = greedy([self._known[generated[i]]], [self._known[references[i]]])
                rows[:, i] = [table[0, 0] for table in pair]
        return BertScores(*(self._rescaled(row, k) for k, row in enumerate(rows)))

    def __call__(self, generated: Sequence[str], references: Sequence[str]) -> Scores:
        """F1 of all pairs, [n, m]."""
        self.remember([*generated, *references])
        *_, f1 = greedy([self._known[t] for t in generated], [self._known[t] for t in references])
        return self._rescaled(f1, 2)

    def remember(self, texts: Sequence[str]) -> None:
        """Embed texts that are not known yet, the longest together, so that what follows about
        them needs no model."""
        new = sorted({text for text in texts if text not in self._known}, key=len)
        if len(self._known) + len(new) > _KEPT:
            self._known = {text: self._known[text] for text in set(texts) & self._known.keys()}
        for start in range(0, len(new), self._batch):
            part = new[start : start + self._batch]
            self._known.update(zip(part, self._embedded(part), strict=True))

    def _numbers(self, text: str) -> list[int]:
        plain = text.strip()
        given = f" {plain}" if plain and self._spaced else plain
        return list(self._tokenizer.encode(given, add_special_tokens=True, **self._cut()))

    def _cut(self) -> dict[str, Any]:
        longest = self._tokenizer.model_max_length
        if longest > _NO_LIMIT:  # the tokenizer was saved without one; two places go to RoBERTa
            longest = getattr(self._model.config, "max_position_embeddings", 514) - 2
        return {"truncation": True, "max_length": longest}

    def _embedded(self, texts: Sequence[str]) -> list[Pieces]:
        import torch

        rows = [self._numbers(text) or [self._padding()] for text in texts]
        width = max(map(len, rows))
        numbers = torch.full((len(rows), width), self._padding(), dtype=torch.long)
        mask = torch.zeros_like(numbers)
        for i, row in enumerate(rows):
            numbers[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
        device = self._model.device
        with torch.inference_mode():
            out = self._model(input_ids=numbers.to(device), attention_mask=mask.to(device))
            vectors = torch.nn.functional.normalize(out.last_hidden_state.float(), dim=-1)
        table = vectors.cpu().numpy()  # [b, width, d]
        return [Pieces(table[i, : len(row)], self._weights(row)) for i, row in enumerate(rows)]

    def _padding(self) -> int:
        return self._tokenizer.pad_token_id or 0

    def _weights(self, row: Sequence[int]) -> Scores:
        if self._idf is None:
            weights = [0.0 if number in self._silent else 1.0 for number in row]
        else:
            weights = [self._idf.get(number, self._unseen) for number in row]
        if all(number in self._silent or number == self._padding() for number in row):
            weights = [0.0] * len(row)  # a text without words
        total = sum(weights)
        return np.array([weight / total if total else 0.0 for weight in weights])

    def _rescaled(self, values: Scores, which: int) -> Scores:
        if self._baseline is None:
            return values
        base = self._baseline[which]
        return (values - base) / (1 - base)


def read_baseline(path: str | Path, layer: int) -> tuple[float, float, float]:
    """The baselines of precision, recall and F1 for a layer.

    Raises:
        InputError: the file cannot be read, or has no such layer.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if int(row["LAYER"]) == layer:
                    return float(row["P"]), float(row["R"]), float(row["F"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "that is no baseline of BERTScore", path=path, remedy="give columns LAYER,P,R,F"
        ) from error
    raise InputError(f"the baseline has no line for layer {layer}", path=path)


def _loaded(folder: Path, layer: int) -> tuple[Any, Any, int]:
    """Tokenizer, model and layer, without a look at any hub."""
    remedy = "fetch roberta-large (config, tokenizer, model.safetensors) and name its folder"
    with checkpoint(folder, remedy) as (name, how):
        from transformers import AutoConfig, AutoModel, AutoTokenizer

        config = AutoConfig.from_pretrained(name, **how)
        tokenizer = AutoTokenizer.from_pretrained(name, **how)
        chosen = _layer(config, layer, folder)
        config.num_hidden_layers = chosen  # the layers above are not computed
        model, told = AutoModel.from_pretrained(
            name, config=config, use_safetensors=True, output_loading_info=True, **how
        )
    lost = sorted(key for key in told.get("missing_keys", ()) if "pooler" not in key)
    if lost:
        raise ModelMissing(f"the weights lack {lost[0]} and {len(lost) - 1} more", path=folder)
    return tokenizer, on_device(model), chosen


def _layer(config: Any, layer: int, folder: Path) -> int:
    count = int(config.num_hidden_layers)
    chosen = layer or LAYERS.get((config.model_type, count), 0)
    if not chosen:
        raise InputError(
            f"no published layer is known for a {config.model_type} of {count} layers",
            path=folder,
            remedy="name one with --bert-layer",
        )
    if not 0 < chosen <= count:
        raise InputError(f"the model has {count} layers, not {chosen}", path=folder)
    return chosen
