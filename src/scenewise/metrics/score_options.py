"""What `scenewise score` can be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scenewise.core.errors import OptionInvalid, UnknownChoice
from scenewise.core.options import Checked, option
from scenewise.metrics.ad_matching import WITHIN
from scenewise.metrics.baselines import CONSTANT

MEASURES: Final = (
    "cider", "bleu", "rouge-l", "meteor", "spice", "bertscore", "recall", "llm-ad-eval", "critic",
    "soda", "soda-t", "distinct", "repetition",
)  # fmt: skip

DEFAULT: Final = ("cider", "bleu", "rouge-l", "recall", "distinct", "repetition")
"""What needs neither Java nor weights."""

DENSE: Final = frozenset({"soda", "soda-t", "distinct", "repetition"})
"""What can be said of descriptions at times of their own."""

_RECALL: Final = re.compile(r"(\d{1,4})/(\d{1,5})")


@dataclass(frozen=True)
class ScoreOptions(Checked):
    """Which figures, and how."""

    metrics: str = option(
        "default",
        f"which measures: default, all, or names between commas: {', '.join(MEASURES)}",
        group="Measures",
    )
    recall: str = option("1/5,5/16", "which Recall@k/N, between commas", group="Measures")
    tokens: str = option(
        "penn-like",
        "how texts become words: penn-java as published, penn-like nearly so without Java, blanks",
        choices=("penn-like", "penn-java", "blanks"),
        group="Measures",
    )
    soda_by: str = option(
        "words",
        "how SODA tells how alike two sentences are: words they share, meteor as in its paper "
        "(Java), or bertscore (--bert)",
        choices=("words", "meteor", "bertscore"),
        group="Measures",
    )
    missing: str = option(
        "empty",
        "references without a prediction, in films that have some: empty counts them as an "
        "empty text, leave-out does not count them",
        choices=("empty", "leave-out"),
        group="Matching",
    )
    within: float = option(
        WITHIN, "how far apart start and end may be", low=0, high=60, unit="s", group="Matching"
    )
    constant: str = option(
        CONSTANT, "the sentence that one baseline says of every clip", group="Measures"
    )
    seed: int = option(0, "seed of the intervals", low=0, high=2**31 - 1, group="Intervals")
    level: float = option(
        0.95, "share of resamples inside an interval", low=0.5, high=0.999, group="Intervals"
    )
    resamples: int = option(
        10_000, "how often films are drawn anew", low=100, high=1_000_000, group="Intervals"
    )
    bert: str = option(
        "",
        "folder of a model (roberta-large) for BERTScore, by which recall then goes too",
        group="Models",
    )
    bert_layer: int = option(
        0, "layer of that model; 0 for the published one", low=0, high=200, group="Models"
    )
    bert_idf: bool = option(
        False, "weigh words by how few references have them, in BERTScore", group="Models"
    )
    bert_baseline: str = option(
        "", "table LAYER,P,R,F to rescale BERTScore by; not rescaled without", group="Models"
    )
    corenlp: str = option(
        "", "folder with Stanford CoreNLP 3.6.0 and its models, for SPICE", group="Models"
    )
    judge: str = option(
        "",
        "who judges in LLM-AD-eval: address of an OpenAI-like server (up to /v1), or a folder",
        group="Models",
    )
    judge_model: str = option("", "what the server calls the judge", group="Models")
    judge_prompt: str = option(
        "", "text file with instructions, a line of dashes, and the question", group="Models"
    )
    judge_at_once: int = option(
        4, "questions to the server at the same time", low=1, high=256, group="Models"
    )
    judge_baselines: bool = option(
        True,
        "ask the judge about both baselines too: two questions more for each clip",
        group="Models",
    )
    judge_answers: str = option(
        "",
        "file that keeps the judge's answers, here and in later runs, so that no question is "
        "asked twice",
        group="Models",
    )
    coref: str = option(
        "",
        "program with a coreference model, for CRITIC: texts in, clusters out, as JSON lines",
        group="Models",
    )
    cast: str = option(
        "",
        "names of each film's characters, for CRITIC (a character bank or a table); without, the "
        "references' column characters",
        group="Models",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.chosen, self.windows

    @property
    def named(self) -> bool:
        """Whether measures were asked for by their names."""
        return self.metrics.strip().lower() not in ("default", "all")

    def asked(self, measure: str) -> bool:
        """Whether this measure was asked for, by its name or by naming what it needs."""
        needs = {
            "bertscore": self.bert,
            "recall": self.bert,
            "llm-ad-eval": self.judge,
            "critic": self.coref,
            "spice": self.corenlp,
        }
        return self.named or bool(needs.get(measure))

    @property
    def chosen(self) -> tuple[str, ...]:
        """The measures, in the order of `MEASURES`.

        Raises:
            UnknownChoice: there is no measure of that name.
        """
        names = [name.strip().lower() for name in self.metrics.split(",") if name.strip()]
        if names == ["all"]:
            return MEASURES
        needed = {"bertscore": self.bert, "llm-ad-eval": self.judge, "critic": self.coref}
        more = [name for name, given in needed.items() if given]
        wanted = {
            name
            for one in names
            for name in (DEFAULT + tuple(more) if one == "default" else (one,))
        }
        wrong = sorted(wanted - set(MEASURES))
        if wrong or not wanted:
            raise UnknownChoice(
                f"--metrics cannot be {(wrong or [self.metrics])[0]!r}",
                remedy=f"choose among: {', '.join(MEASURES)}, default, all",
            )
        return tuple(name for name in MEASURES if name in wanted)

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """k and N of each recall.

        Raises:
            OptionInvalid: it is none, or k is above N.
        """
        found = []
        for part in self.recall.split(","):
            pair = _RECALL.fullmatch(part.strip())
            k, n = (int(pair[1]), int(pair[2])) if pair else (0, 0)
            if not 0 < k <= n:
                raise OptionInvalid(
                    f"--recall cannot be {part.strip()!r}", remedy="give k/N such as 5/16"
                )
            found.append((k, n))
        return tuple(dict.fromkeys(found))
