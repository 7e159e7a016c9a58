"""What `scenewise synth` does once its flags are parsed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scenewise.cli.showing import Terminal
from scenewise.cli.telling import out, out_json

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.synthetic.options import FilmSetOptions, HomeSetOptions, SetOptions, TrainOptions


def _terminal(manner: Manner) -> Terminal:
    return Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)


def act_films(folder: Path, count: int, options: FilmSetOptions, manner: Manner) -> int:
    """`scenewise synth films`."""
    from scenewise.synthetic.films import make_films

    films = make_films(
        folder,
        count,
        seed=options.base.seed,
        seconds=options.seconds,
        width=options.width,
        height=options.height,
        stills=options.stills,
        workers=options.workers,
        progress=_terminal(manner),
    )
    if manner.json:
        out_json({"folder": str(folder), "films": [film.name for film in films]})
        return 0
    total = sum(film.duration for film in films)
    lines = sum(len(film.described) for film in films)
    out(f"{len(films)} films, {total:.0f} s, {lines} descriptions: {folder}")
    if options.stills:
        out(f"Next: scenewise distinctad prepare --drawn {folder} --clip pocket -o run")
    else:
        out(f"Describe one: scenewise describe {folder / 'films' / films[0].name}.mp4")
    return 0


def act_charades(folder: Path, count: int, options: HomeSetOptions, manner: Manner) -> int:
    """`scenewise synth charades`."""
    from scenewise.synthetic.charades_set import make_charades_set

    make_charades_set(
        folder,
        count,
        seed=options.base.seed,
        workers=options.workers,
        progress=_terminal(manner),
    )
    return _told(folder, count, manner)


def act_social(folder: Path, count: int, options: SetOptions, manner: Manner) -> int:
    """`scenewise synth social`."""
    from scenewise.synthetic.social_queries import make_social_queries
    from scenewise.synthetic.social_set import make_social_set

    terminal = _terminal(manner)
    make_social_set(folder, count, seed=options.seed, progress=terminal)
    queries = make_social_queries(folder, seed=options.seed, progress=terminal)
    if manner.json:
        out_json({"folder": str(folder), "videos": count, "queries": len(queries)})
        return 0
    out(f"{count} videos, {len(queries)} queries with their answers: {folder}")
    return 0


def _told(folder: Path, count: int, manner: Manner) -> int:
    if manner.json:
        out_json({"folder": str(folder), "videos": count})
    else:
        out(f"{count} videos: {folder}")
    return 0


def act_train(folder: Path, options: TrainOptions, manner: Manner) -> int:
    """`scenewise synth train`."""
    from scenewise.synthetic.pocket.recipe import make

    made = make(folder, options.chosen, progress=_terminal(manner))
    if manner.json:
        out_json({"folder": str(made.folder), "figures": made.figures})
        return 0
    for model, figures in made.figures.items():
        told = ", ".join(f"{name} {value}" for name, value in figures.items())
        out(f"{model}: {told}")
    out(f"Use them: scenewise describe FILM --captioner {folder / 'captioner'} "
        f"--clip {folder / 'embedder'}")  # fmt: skip
    return 0
