"""`scenewise charades`: CLIP trained on home videos and their captions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scenewise.charades.drawing import SourceOptions
from scenewise.charades.encoding_options import EncodeOptions
from scenewise.charades.methods import USUAL
from scenewise.charades.sample import SampleOptions
from scenewise.charades.tuning_options import MatchOptions, TuningOptions
from scenewise.cli.charades_show import show
from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner

charades = typer.Typer(
    help="""Train CLIP on the home videos of Charades and their captions: grids of key frames.

    Four steps, each of which goes on where it was stopped: `sample`, `encode`, `train`,
    `evaluate`. After Prakash, Singh and Turner, "Using CLIP on the Charades Video Dataset for
    Visual Understanding", 2023.

    Example: `scenewise charades sample --train-csv Charades_v1_train.csv --test-csv
    Charades_v1_test.csv --videos Charades_v1_480 -o run`
    """,
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_CLIP: Final = "openai/clip-vit-base-patch32"

Folder = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder that `scenewise charades sample` made.")
]
Methods = Annotated[
    list[str],
    typer.Option(
        "--method",
        help="In which pictures CLIP sees a video: baseline (frame by frame), grid (3 × 3 key "
        "frames), grid2 (2 × 2), grid4 …, grid-shots and grid-even (key frames chosen in other "
        "ways), mean (mean of 9 frame embeddings). With a label, as in grid+216, the same pictures "
        "are trained on in another way, as a row of its own. May be given several times.",
    ),
]


@charades.command()
@with_options(options=SampleOptions, source=SourceOptions, manner=Manner)
def sample(
    train_csv: Annotated[
        Path, typer.Option("--train-csv", help="The table of videos to train on.")
    ],
    test_csv: Annotated[Path, typer.Option("--test-csv", help="The table of videos to test on.")],
    videos: Annotated[Path, typer.Option("--videos", help="The folder of videos, ID.mp4 each.")],
    output_dir: Annotated[
        Path, typer.Option("--output-dir", "-o", help="The folder of the run, made if missing.")
    ],
    *,
    options: SampleOptions,
    source: SourceOptions,
    manner: Manner,
) -> int:
    """Draw the videos to train and to test on, scene by scene.

    The paper takes 65 videos of each of 15 scenes and 25 of "Other" to train on, 32 and 20 to
    test on: 1,000 and 500.

    Examples:

    - `scenewise charades sample --train-csv Charades_v1_train.csv --test-csv Charades_v1_test.csv
    --videos Charades_v1_480 -o run`

    - `scenewise charades sample --train-csv set/Charades_v1_train.csv --test-csv
    set/Charades_v1_test.csv --videos set/Charades_v1_480 --short smaller -o run`  (all videos of
    a small set)
    """
    from scenewise.cli.charades_acting import act_sample

    tables = {"train": train_csv, "test": test_csv}
    return act_sample(tables, videos, output_dir, options, source, manner)


@charades.command()
@with_options(options=EncodeOptions, manner=Manner)
def encode(
    run: Folder,
    method: Methods = list(USUAL),  # noqa: B006  (typer copies it)
    *,
    options: EncodeOptions,
    manner: Manner,
) -> int:
    """Choose key frames and make the pictures that CLIP will see.

    Every 50th frame is looked at once. Key frames are those nearest to the centres of clusters of
    a ResNet's features, reduced by principal components of all videos to train on. What is there
    already is not made again.

    Examples:

    - `scenewise charades encode run`

    - `scenewise charades encode run --method grid4 --every 25`

    - `scenewise charades encode run --resnet pocket --least 18`  (small network, short videos)
    """
    from scenewise.cli.charades_acting import act_encode

    return act_encode(run, method, options, manner)


@charades.command()
@with_options(options=TuningOptions, manner=Manner)
def train(
    run: Folder,
    method: Methods,
    clip: Annotated[
        str,
        typer.Option("--clip", help="What to begin with: a hub name, a folder, or pocket."),
    ] = _CLIP,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget an earlier training of the method.")
    ] = False,
    *,
    options: TuningOptions,
    manner: Manner,
) -> int:
    """Train CLIP on the pictures and captions of a run.

    Ends with a folder `RUN/METHOD/model` that `scenewise index --clip` and `scenewise describe
    --clip` take. A training that was stopped goes on, number for number.

    Examples:

    - `scenewise charades train run --method grid`

    - `scenewise charades train run --method baseline --precision bfloat16 --chunk 25`

    - `scenewise charades train run --method grid --clip pocket --schedule cosine
    --warmup-steps 10`

    - `scenewise charades train run --method grid+672 --picture-size 672 --positions repeated`
    (every cell of the grid as large as a frame)

    - `scenewise charades train run --method grid+choice --validation 0.25 --evaluate-every 20`
    (figures to choose options by: of a quarter of the videos to train on)

    - `scenewise charades train run --method grid+best --validation 0.1 --evaluate-every 20
    --keep best`  (ends with the weights that found most, not with the last)
    """
    from scenewise.cli.charades_acting import act_train

    return act_train(run, method, clip, options, manner, anew=anew)


@charades.command()
@with_options(options=MatchOptions, manner=Manner)
def evaluate(
    run: Folder,
    method: Methods = [],  # noqa: B006  (typer copies it)
    before: Annotated[
        str,
        typer.Option(
            "--before", help="Evaluate this CLIP as it is instead: a hub name, a folder, or pocket."
        ),
    ] = "",
    *,
    options: MatchOptions,
    manner: Manner,
) -> int:
    """Count how often pictures find the caption of their video, as the paper counts it.

    Every picture (a frame for the baseline, else one a video) asks for its caption among those of
    all videos of its set. Without `--method`, every method that was trained is evaluated.

    Examples:

    - `scenewise charades evaluate run`

    - `scenewise charades evaluate run --method grid --before openai/clip-vit-base-patch32`
    """
    from scenewise.cli.charades_acting import act_evaluate

    return act_evaluate(run, method, before, options, manner)


charades.command()(show)
