"""`scenewise distinctad`: narrators that tell what is new in each of many consecutive clips."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Optional

import typer

from scenewise.cli.distinctad_ablate import ablate
from scenewise.cli.distinctad_figures import figures
from scenewise.cli.distinctad_reconstruct import reconstruct
from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.distinctad.clips import ClipOptions
from scenewise.distinctad.options import (
    AdaptationOptions,
    DataOptions,
    LookOptions,
    NarratorOptions,
    NarratorTraining,
    RecognitionOptions,
    SequenceOptions,
    SpeakingOptions,
)
from scenewise.metrics.score_options import ScoreOptions

distinctad = typer.Typer(
    help="""Train a narrator of films that tells what is new in each clip.

    Five steps, each of which goes on where it was stopped: `prepare`, `adapt` (Stage I, may be
    left out), `train` (Stage II), `narrate`, `evaluate`. After Fang, Wu, Wu, Song and Chan,
    "DistinctAD: Distinctive Audio Description Generation in Contexts", 2025.

    Example: `scenewise distinctad prepare --drawn set --clip pocket -o run`
    """,
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_CLIP: Final = "openai/clip-vit-base-patch32"

Folder = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder that `scenewise distinctad prepare` made.")
]
Split = Annotated[str, typer.Option("--split", help="Whose films: train, validation or test.")]
Place = Optional[Path]  # noqa: UP045  (typer reads the annotation)


@distinctad.command()
@with_options(options=DataOptions, clips=ClipOptions, manner=Manner)
def prepare(
    output_dir: Annotated[
        Path, typer.Option("--output-dir", "-o", help="The folder of the run, made if missing.")
    ],
    drawn: Annotated[
        Place, typer.Option("--drawn", help="A folder that `scenewise synth films` wrote.")
    ] = None,
    table: Annotated[
        Place, typer.Option("--table", help="The table of descriptions: MAD, CMD-AD or TV-AD.")
    ] = None,
    test_table: Annotated[
        Place, typer.Option("--test-table", help="That of the films to test on, if apart.")
    ] = None,
    videos: Annotated[Place, typer.Option("--videos", help="The folder of films.")] = None,
    features: Annotated[
        Place,
        typer.Option(
            "--features", help="Features of films as MAD has them (.h5, or FILM.npy), not videos."
        ),
    ] = None,
    bank: Annotated[
        Place, typer.Option("--bank", help="The character bank (JSON); without it, no names.")
    ] = None,
    portraits: Annotated[
        Place, typer.Option("--portraits", help="The folder of characters' portraits, ID.jpg.")
    ] = None,
    clip: Annotated[
        str, typer.Option("--clip", help="What looks at films: a hub name, a folder, or pocket.")
    ] = _CLIP,
    *,
    options: DataOptions,
    clips: ClipOptions,
    manner: Manner,
) -> int:
    """Read descriptions, find films, check the character bank, and divide the films.

    Films whose length differs from the annotation's by more than a minute are listed and left
    out.

    Examples:

    - `scenewise distinctad prepare --drawn set --clip pocket -o run`

    - `scenewise distinctad prepare --table mad-v2-ad-named.csv --test-table madeval_anno.csv
    --videos films --bank charbank.json --portraits portraits --validation 0.05 -o run`

    - `scenewise distinctad prepare --table mad-v2-ad-named.csv --features
    CLIP_frames_features_5fps.h5 -o run`  (Stage II alone)
    """
    from scenewise.cli.distinctad_acting import act_prepare

    paths = {"drawn": drawn, "table": table, "test_table": test_table, "videos": videos,
             "features": features, "bank": bank, "portraits": portraits}  # fmt: skip
    return act_prepare(paths, clip, output_dir, options, clips, manner)


@distinctad.command()
@with_options(options=AdaptationOptions, look=LookOptions, manner=Manner)
def adapt(run: Folder, *, options: AdaptationOptions, look: LookOptions, manner: Manner) -> int:
    """Stage I: fit CLIP's eyes to films and what is said of them.

    Ends with a folder `RUN/stage1/clip`, an ordinary CLIP that `scenewise index --clip` and
    `scenewise describe --clip` take as well.

    Examples:

    - `scenewise distinctad adapt run`

    - `scenewise distinctad adapt run --batch 32 --epochs 2 --device cpu`
    """
    from scenewise.cli.distinctad_acting import act_adapt

    return act_adapt(run, options, look, manner)


@distinctad.command()
@with_options(
    options=NarratorOptions,
    training=NarratorTraining,
    sequences=SequenceOptions,
    look=LookOptions,
    manner=Manner,
)
def train(
    run: Folder,
    plain_clip: Annotated[
        bool, typer.Option("--plain-clip", help="Look with the CLIP of before Stage I.")
    ] = False,
    look_at: Annotated[
        str,
        typer.Option(
            "--look-at", help="What CLIP tells of a frame: frames (one vector) or tokens."
        ),
    ] = "frames",
    language_precision: Annotated[
        str,
        typer.Option(
            "--language-precision",
            help="Numbers of the frozen language model: float32, or bfloat16, which halves what a "
            "large one takes.",
        ),
    ] = "float32",
    *,
    options: NarratorOptions,
    training: NarratorTraining,
    sequences: SequenceOptions,
    look: LookOptions,
    manner: Manner,
) -> int:
    """Stage II: train a narrator on consecutive clips, with a frozen language model.

    Ends with a folder `RUN/stage2/narrator`. CLIP is that of Stage I where there is one.

    Examples:

    - `scenewise distinctad train run`

    - `scenewise distinctad train run --language meta-llama/Llama-3.2-1B --lora 8`

    - `accelerate launch -m scenewise distinctad train run --language meta-llama/Meta-Llama-3-8B
    --language-precision bfloat16`  (one process a GPU)

    - `scenewise distinctad train run --language pocket --sequence 8 --batch 2 --epochs 3`
    """
    from scenewise.cli.distinctad_acting import act_train

    return act_train(
        run, options, training, sequences, look, manner,
        plain=plain_clip, kind=look_at, numbers=language_precision,
    )  # fmt: skip


@distinctad.command()
@with_options(
    speaking=SpeakingOptions, recognition=RecognitionOptions, look=LookOptions, manner=Manner
)
def narrate(
    run: Folder,
    split: Split = "test",
    narrator: Annotated[
        Place, typer.Option("--narrator", help="The folder of another narrator than the run's.")
    ] = None,
    language: Annotated[
        str, typer.Option("--language", help="Where its language model is, if it was moved.")
    ] = "",
    who: Annotated[
        str,
        typer.Option(
            "--who",
            help="Who is in a clip: told (as the table recognised them), seen (as portraits show), "
            "or nobody.",
        ),
    ] = "told",
    *,
    speaking: SpeakingOptions,
    recognition: RecognitionOptions,
    look: LookOptions,
    manner: Manner,
) -> int:
    """Tell films, clip by clip, and write the table that `scenewise score` reads.

    Films that were told in the same way before are not told again. What people said is hidden
    from the narrator.

    Examples:

    - `scenewise distinctad narrate run`

    - `scenewise distinctad narrate run --split validation --method sampling --candidates 8`

    - `scenewise distinctad narrate run --who seen`
    """
    from scenewise.cli.distinctad_acting import act_narrate

    return act_narrate(
        run, speaking, look, recognition, manner,
        split=split, narrator=narrator, language=language, who=who,
    )  # fmt: skip


@distinctad.command()
@with_options(options=ScoreOptions, manner=Manner)
def evaluate(
    run: Folder,
    split: Split = "test",
    per_film: Annotated[
        bool, typer.Option("--per-film", help="Show the figures of each film as well.")
    ] = False,
    *,
    options: ScoreOptions,
    manner: Manner,
) -> int:
    """Score what was told, beside two baselines that look at no picture.

    The same as `scenewise score RUN/predictions/SPLIT.csv`, kept in `RUN/evaluation`.

    Examples:

    - `scenewise distinctad evaluate run`

    - `scenewise distinctad evaluate run --split validation --metrics cider,recall --json`
    """
    from scenewise.cli.distinctad_acting import act_evaluate

    return act_evaluate(run, split, options, manner, per_film=per_film)


distinctad.command()(ablate)
distinctad.command()(figures)
distinctad.command()(reconstruct)
