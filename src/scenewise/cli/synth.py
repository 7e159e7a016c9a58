"""`scenewise synth`: films with known truth, and the pocket models trained on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.synthetic.options import FilmSetOptions, HomeSetOptions, SetOptions, TrainOptions

synth = typer.Typer(
    help="""Draw films whose every event, word and sign is known, and train models on them.

    Example: `scenewise synth films -n 20 --seed 7 -o films`
    """,
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Count = Annotated[int, typer.Option("--count", "-n", min=1, help="How many films.")]
Folder = Annotated[Path, typer.Option("--output-dir", "-o", help="Where everything goes.")]


@synth.command()
@with_options(options=FilmSetOptions, manner=Manner)
def films(
    output_dir: Folder,
    count: Count = 1,
    *,
    options: FilmSetOptions,
    manner: Manner,
) -> int:
    """Draw films: stories with dialogue, titles and signs, described as a person would.

    Beside each film: its captions, a description, and its truth. Over all: `ad.csv` in the
    columns of MAD-Eval, and a character bank with portraits. Films that are there already are
    not drawn again.

    Examples:

    - `scenewise synth films -n 20 --seed 7 -o films`

    - `scenewise synth films -n 2 --seconds 20 --width 128 --height 128 -o small`

    - `scenewise synth films -n 150 --seconds 260 --width 160 --height 160 --stills -o set`
    """
    from scenewise.cli.synthesising import act_films

    return act_films(output_dir, count, options, manner)


@synth.command()
@with_options(options=HomeSetOptions, manner=Manner)
def charades(
    output_dir: Folder, count: Count = 48, *, options: HomeSetOptions, manner: Manner
) -> int:
    """Draw a set in the form of Charades: its columns, its sixteen scenes, at 30 fps.

    Example: `scenewise synth charades -n 300 --seed 7 --workers 4 -o charades`
    """
    from scenewise.cli.synthesising import act_charades

    return act_charades(output_dir, count, options, manner)


@synth.command()
@with_options(options=SetOptions, manner=Manner)
def social(output_dir: Folder, count: Count = 60, *, options: SetOptions, manner: Manner) -> int:
    """Draw short upright videos with accounts, dates, hashtags, texts, and known copies.

    Beside them: `queries.jsonl` and `judgements.qrels`, for `scenewise evaluate`.

    Example: `scenewise synth social -n 200 --seed 7 -o social`
    """
    from scenewise.cli.synthesising import act_social

    return act_social(output_dir, count, options, manner)


@synth.command()
@with_options(options=TrainOptions, manner=Manner)
def train(output_dir: Folder, *, options: TrainOptions, manner: Manner) -> int:
    """Train the pocket models: CLIP, captioner, language model, grid encoder.

    A run that was stopped goes on where it was. `--short` takes minutes; its models know
    little and show that the recipe works.

    Examples:

    - `scenewise synth train -o pocket`

    - `scenewise synth train --short -o try`
    """
    from scenewise.cli.synthesising import act_train

    return act_train(output_dir, options, manner)
