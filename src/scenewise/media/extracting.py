"""One sound track of a film as a file of its own, without encoding it again."""

from __future__ import annotations

from pathlib import Path

import av

from scenewise.media.atomic import atomic
from scenewise.media.containers import file_url, open_film, time_zero
from scenewise.media.errors import writing_errors
from scenewise.media.remuxing import Copy


def extract_sound(film: Path, stream: int, out: Path) -> None:
    """Copy a sound track packet by packet.

    Args:
        film: the film.
        stream: index of the track in it.
        out: `.m4a` for AAC, `.ogg` or `.opus` for Opus and Vorbis, `.mka` for anything.

    Raises:
        OutputUnwritable: the file cannot be written, or its format cannot hold the track.
    """
    with (
        open_film(film) as source,
        atomic(out) as temporary,
        writing_errors(out),
        av.open(file_url(temporary), "w") as target,
    ):
        track = source.streams[stream]
        copy = Copy(track, target.add_stream_from_template(track), time_zero(source), True)
        for packet in source.demux(track):
            if packet.size == 0:
                continue
            mended = copy.mended(packet)
            if mended is not None:
                target.mux(mended)
