"""The models and programs that some measures need, made when the first of them is taken."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from scenewise.core.errors import ComponentMissing
from scenewise.core.progress import Progress
from scenewise.metrics.ad_tables import AdRow
from scenewise.metrics.bertscore import BertScore
from scenewise.metrics.casts import Casts, casts_of_rows, read_casts
from scenewise.metrics.coreference import Spans, by_program
from scenewise.metrics.judge_answers import Answers
from scenewise.metrics.judges import in_folder, over_http
from scenewise.metrics.llm_ad_eval import Judged, Prompt, llm_ad_eval, read_prompt
from scenewise.metrics.scored import Scored
from scenewise.metrics.spice import spice

if TYPE_CHECKING:
    from scenewise.metrics.score_options import ScoreOptions


class Tools:
    """What the options name.

    Args:
        options: of the scoring.
    """

    def __init__(self, options: ScoreOptions) -> None:
        self._options = options
        self._bert: BertScore | None = None

    def bert(self, references: Sequence[str]) -> BertScore:
        """The model of BERTScore.

        Raises:
            ComponentMissing: none is named, or it is not there.
            InputError: it has no such layer, or the baseline cannot be used.
        """
        given = self._options
        if not given.bert:
            raise ComponentMissing(
                "BERTScore needs a model",
                remedy="name a folder with roberta-large by --bert",
            )
        if self._bert is None:
            self._bert = BertScore(
                given.bert,
                layer=given.bert_layer,
                idf_of=references if given.bert_idf else None,
                baseline=given.bert_baseline or None,
            )
        return self._bert

    def spice(self, generated: Sequence[str], references: Sequence[Sequence[str]]) -> Scored:
        """SPICE; raises as `metrics.spice.spice` does."""
        return spice(generated, references, folder=self._options.corenlp or None)

    def judged(
        self, generated: Sequence[str], references: Sequence[str], progress: Progress
    ) -> Judged:
        """LLM-AD-eval; raises as `llm_ad_eval` and the judges do."""
        given = self._options
        if not given.judge:
            raise ComponentMissing(
                "LLM-AD-eval needs a judge",
                remedy="name an OpenAI-like server or a folder with a chat model by --judge",
            )
        prompt = read_prompt(given.judge_prompt) if given.judge_prompt else Prompt()
        remote = "://" in given.judge
        name = given.judge_model or "default"
        judge = over_http(given.judge, name) if remote else in_folder(Path(given.judge))
        who = f"{given.judge.rstrip('/')} {name}" if remote else str(Path(given.judge).resolve())
        with ExitStack() as kept:
            known = None
            if given.judge_answers:
                judge = answers = kept.enter_context(Answers(judge, who, given.judge_answers))
                known = answers.knows
            return llm_ad_eval(
                generated,
                references,
                judge,
                prompt=prompt,
                at_once=given.judge_at_once if remote else 1,
                known=known,
                progress=progress,
            )

    def casts(self, rows: Sequence[AdRow]) -> Casts:
        """Who is in each film, from the file that is named, or from the references' rows.

        Raises:
            ComponentMissing: neither says.
            InputError: the file cannot be used.
        """
        if self._options.cast:
            return read_casts(self._options.cast)
        casts = casts_of_rows(rows)
        if not any(casts.values()):
            model = "" if self._options.coref else "a coreference model and "
            remedy = "name a character bank by --cast, or give references a column characters"
            raise ComponentMissing(
                f"CRITIC needs {model}the names of each film's characters",
                remedy=f"name a program by --coref; {remedy}" if model else remedy,
            )
        return casts

    def clusters(self, texts: Sequence[str], progress: Progress) -> list[Spans]:
        """Who means whom in texts; raises as `coreference.by_program` does.

        Raises:
            ComponentMissing: no program is named.
        """
        if not self._options.coref:
            raise ComponentMissing(
                "CRITIC needs a coreference model",
                remedy="name a program that runs one by --coref (docs/scoring.md has one)",
            )
        return by_program(self._options.coref, progress)(texts)
