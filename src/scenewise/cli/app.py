"""The verbs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Optional

import typer

from scenewise._version import __version__
from scenewise.cli.accounts import accounts
from scenewise.cli.charades import charades
from scenewise.cli.collect import index, search
from scenewise.cli.copies import copies
from scenewise.cli.distinctad import distinctad
from scenewise.cli.evaluate import evaluate
from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.cli.score import score
from scenewise.cli.synth import synth
from scenewise.cli.topics import topics
from scenewise.core.options import Checked, option
from scenewise.description.limits import CheckOptions
from scenewise.description.options import DraftOptions, RenderOptions, SpeechChoice

app = typer.Typer(
    name="scenewise",
    help="""Audio description of films: draft a script, correct it, render it, check it.

    Examples:

    - `scenewise demo`  (draws a short film and describes it)

    - `scenewise describe holiday.mp4`
    """,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@dataclass(frozen=True)
class Preset(Checked):
    """A whole set of choices under one name."""

    preset: str = option(
        "default",
        "default, or paper: the published system whole and unimproved (Chen 2025), to compare",
        choices=("default", "paper"),
        group="Draft",
    )


Film = Annotated[Path, typer.Argument(help="The film: any file with moving pictures.")]
Folder = Annotated[
    Optional[Path],  # noqa: UP045  (typer reads the annotation)
    typer.Option("--output-dir", "-o", help="Where everything goes. [default: beside the film]"),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scenewise {__version__}")
        raise typer.Exit


app.add_typer(charades, name="charades")
app.add_typer(distinctad, name="distinctad")
app.add_typer(synth, name="synth")
app.command()(index)
app.command()(search)
app.command()(copies)
app.command()(accounts)
app.command()(topics)
app.command()(evaluate)
app.command()(score)


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
@with_options(
    options=DraftOptions,
    speech=SpeechChoice,
    preset=Preset,
    rendering=RenderOptions,
    manner=Manner,
)
def describe(
    film: Film,
    output_dir: Folder = None,
    *,
    options: DraftOptions,
    speech: SpeechChoice,
    preset: Preset,
    manner: Manner,
    rendering: RenderOptions,
) -> int:
    """Describe a film: draft its script, voice it, mix it, check it.

    Examples:

    - `scenewise describe holiday.mp4`

    - `scenewise describe lecture.mkv -o described --language de --voice espeak`

    - `scenewise describe film.mp4 --captioner distinctad:run`  (a narrator of one's own)

    - `scenewise describe clip.mp4 --preset paper -o paper`  (the published system, to compare)
    """
    from scenewise.cli.acting import act_describe

    return act_describe(film, output_dir, options, speech, rendering, preset.preset, manner)


@app.command()
@with_options(options=DraftOptions, speech=SpeechChoice, preset=Preset, manner=Manner)
def draft(
    film: Film,
    output_dir: Folder = None,
    *,
    options: DraftOptions,
    speech: SpeechChoice,
    preset: Preset,
    manner: Manner,
) -> int:
    """Write the script of a film's description, for a person to correct.

    Writes `<film>.ad.json` and, with the same lines, `.ad.vtt`, `.ad.srt` and `.dapt.xml`.

    Examples:

    - `scenewise draft holiday.mp4`

    - `scenewise draft holiday.mp4 --captions holiday.en.vtt --names "Ana, Ben"`
    """
    from scenewise.cli.acting import act_draft

    return act_draft(film, output_dir, options, speech, preset.preset, manner)


@app.command()
@with_options(rendering=RenderOptions, speech=SpeechChoice, manner=Manner)
def render(
    film: Film,
    script: Annotated[Path, typer.Argument(help="The script: .ad.json, .vtt, .srt or .dapt.xml.")],
    output_dir: Folder = None,
    language: Annotated[
        str, typer.Option("--language", help="Language of the script, where its file does not say.")
    ] = "",
    *,
    rendering: RenderOptions,
    speech: SpeechChoice,
    manner: Manner,
) -> int:
    """Voice a script and write the described film.

    Examples:

    - `scenewise render holiday.mp4 holiday.ad.json`

    - `scenewise render holiday.mp4 holiday.ad.vtt -o described --voice espeak --rate 160`
    """
    from scenewise.cli.acting import act_render

    return act_render(film, script, output_dir, rendering, speech, language, manner)


@app.command()
@with_options(options=CheckOptions, manner=Manner)
def check(
    target: Annotated[Path, typer.Argument(help="A script (JSON, VTT, SRT) or a described film.")],
    film: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--film", help="The film a script belongs to, to hear its dialogue."),
    ] = None,
    captions: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--captions", help="The film's captions: their cues count as dialogue."),
    ] = None,
    *,
    options: CheckOptions,
    manner: Manner,
) -> int:
    """Measure a script or a described film against the standards; exit 1 when a rule fails.

    Examples:

    - `scenewise check holiday.described.mp4`

    - `scenewise check descriptions.vtt --film holiday.mp4 --captions holiday.en.vtt`

    - `scenewise check from-elsewhere.mp4 --original holiday.mp4`  (a film that others described)
    """
    from scenewise.cli.acting import act_check

    return act_check(target, film, captions, options, manner)


models = typer.Typer(
    help="""The pretrained models Scenewise can use: size, licence, whether they are here.

    Example: `scenewise models pull interrogator`
    """,
    invoke_without_command=True,
    rich_markup_mode="markdown",
)
app.add_typer(models, name="models")


@models.callback(invoke_without_command=True)
def _models(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the pretrained models: what for, size, licence, whether on this machine.

    Examples:

    - `scenewise models`

    - `scenewise models pull interrogator`
    """
    if context.invoked_subcommand is None:
        from scenewise.cli.acting import act_models

        act_models(as_json)


@models.command("list")
def _list(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> int:
    """List the pretrained models, as `scenewise models` does.

    Example: `scenewise models list --json`
    """
    from scenewise.cli.acting import act_models

    return act_models(as_json)


@models.command("pull")
@with_options(manner=Manner)
def _pull(
    names: Annotated[list[str], typer.Argument(help="Names from `scenewise models`.")],
    *,
    manner: Manner,
) -> int:
    """Fetch models ahead, so that later runs need no network.

    Example: `scenewise models pull interrogator`
    """
    from scenewise.cli.acting import act_pull

    return act_pull(names, manner)


@app.command()
def voices(
    language: Annotated[str, typer.Option("--language", help="Only this language (BCP 47).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> int:
    """List the voices that can speak, and their languages.

    Example: `scenewise voices --language de`
    """
    from scenewise.cli.acting import act_voices

    return act_voices(language, as_json)


@app.command()
@with_options(options=DraftOptions, speech=SpeechChoice, manner=Manner)
def demo(
    film: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(help="A film to describe; without one, a short film is drawn."),
    ] = None,
    output_dir: Annotated[
        Path, typer.Option("--output-dir", "-o", help="Where everything goes.")
    ] = Path("demo"),
    *,
    options: DraftOptions,
    speech: SpeechChoice,
    manner: Manner,
) -> int:
    """Draw a film of a minute, whose truth is known, and describe it with the pocket models.

    With a film of your own, that film is described.

    Examples:

    - `scenewise demo -o demo`

    - `scenewise demo holiday.mp4 -o demo`
    """
    from scenewise.cli.acting import act_demo

    return act_demo(film, output_dir, options, speech, manner)
