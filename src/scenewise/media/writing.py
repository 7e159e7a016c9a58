"""Writing the described film: every stream as it was, and the described sound beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.container.core import Flags
from av.packet import Packet
from av.stream import Disposition, Stream

from scenewise.core.errors import OutputUnwritable
from scenewise.core.media_types import Audio
from scenewise.core.progress import Progress, Silent
from scenewise.core.script import Cue
from scenewise.media.atomic import atomic, refuse_input
from scenewise.media.burnin import BurnedPicture, first_picture
from scenewise.media.containers import (
    Clock,
    file_url,
    open_film,
    packets,
    stream_end,
    time_zero,
    video_streams,
)
from scenewise.media.errors import reading_errors
from scenewise.media.formats import (
    MATROSKA,
    MP4,
    Format,
    format_of,
    language_code,
    suffix_for,
)
from scenewise.media.options import WriteOptions
from scenewise.media.remuxing import (
    Converted,
    Copy,
    add_converted,
    add_copy,
    carry_chapters,
    first_payload,
    is_chapter_track,
    kept_tags,
    named,
)
from scenewise.media.sound_tracks import SoundTrack
from scenewise.media.text_tracks import TextTrack, without_overlaps

__all__ = ["TITLE", "WriteOptions", "WriteReport", "suffix_for", "write_described"]

TITLE: Final = "Audio description"
"""Title of the described sound; players show it in their list of sound tracks."""

TEXT_TITLE: Final = "Descriptions"
"""Title of the text track with the descriptions' words."""

_STEP: Final = 0.25  # seconds of film between two reports of progress


@dataclass(frozen=True)
class WriteReport:
    """What was written.

    Args:
        path: the film.
        sound_stream: index of the described sound in it.
        text_stream: index of the descriptions' text in it; None when there is none.
        dropped: what the file cannot hold, or was damaged, in words for people.
        duration: seconds of described sound.
    """

    path: Path
    sound_stream: int
    text_stream: int | None
    dropped: tuple[str, ...]
    duration: float


def write_described(
    film: Path,
    out: Path,
    *,
    mix: Iterable[Audio],
    mix_rate: int,
    layout: str,
    captions: Sequence[Cue],
    language: str,
    options: WriteOptions | None = None,
    progress: Progress | None = None,
) -> WriteReport:
    """A copy of a film with described sound and the descriptions as text.

    The picture is copied bit for bit (unless `burn_in` asks otherwise), and so are all sound
    and text tracks, attachments, chapters and tags that the format can hold; text tracks in
    another format's codec are converted. All times stay what they were. The file appears only
    when it is complete.

    Args:
        film: the original; never written to.
        out: `.mp4`, `.mkv` or `.webm`.
        mix: described sound from film time 0 on, taken one stretch at a time.
        mix_rate: its samples a second.
        layout: its channels, as FFmpeg names them.
        captions: the descriptions' words and when they are spoken (or shown, for `burn_in`).
        language: BCP 47 tag of the descriptions.
        options: which sound is the default, and how captions are carried.
        progress: told how far the film is written, in seconds.

    Raises:
        FileMissing, FileUnreadable, NotAVideo: the film cannot be read.
        OutputUnwritable: no space, no permission, the film itself, or a suffix whose format
            cannot hold this film's picture.
        ComponentMissing: no installed font has the letters of captions to be burned in.
    """
    chosen, told = options or WriteOptions(), progress or Silent()
    format = format_of(out)
    refuse_input(out, film)
    # the index first, so that a browser can start before it has all of the file; delays of
    # tracks in 1/90,000 s instead of milliseconds
    settings = {"movflags": "+faststart", "movie_timescale": "90000"} if format is MP4 else {}
    with open_film(film) as source, atomic(out) as temporary, _writing(out, format):
        # formats that store decoding times only (AVI) get the times at which pictures are shown
        source.flags |= cast(int, Flags.gen_pts.value)
        with av.open(file_url(temporary), "w", format=format.muxer, options=settings) as target:
            writer = _Writer(source, target, format, film, out, chosen, told)
            writer.lay_out(mix, mix_rate, layout, captions, language)
            writer.run()
    return writer.report()


@contextmanager
def _writing(out: Path, format: Format) -> Iterator[None]:
    """What FFmpeg refuses to write, in our own words; the system's errors are for `atomic`."""
    try:
        yield
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise OutputUnwritable(
            f"{format.name} cannot hold this film ({error.strerror})",
            path=out,
            remedy="write it to a name that ends in .mkv",
        ) from error


class _Writer:
    """Lays out the new film's streams, then fills them in one pass over the old one."""

    def __init__(
        self,
        source: InputContainer,
        out: OutputContainer,
        format: Format,
        film: Path,
        path: Path,
        options: WriteOptions,
        progress: Progress,
    ) -> None:
        self._source, self._out, self._format = source, out, format
        self._film, self._path, self._options, self._progress = film, path, options, progress
        self._zero = time_zero(source)
        self._copies: dict[int, Copy] = {}
        self._converted: dict[int, Converted] = {}
        self._dropped: list[str] = []
        self._damaged = 0
        self._burned: tuple[int, BurnedPicture] | None = None
        self._sound: SoundTrack
        self._text: TextTrack | None = None
        self._cues: Iterator[Cue] = iter(())
        self._waiting: Cue | None = None

    def lay_out(
        self,
        mix: Iterable[Audio],
        mix_rate: int,
        layout: str,
        captions: Sequence[Cue],
        language: str,
    ) -> None:
        """Add every stream: picture, sound with the default first, text, the rest."""
        streams = self._source.streams
        described_first = self._options.default_audio == "description" or not streams.audio
        for stream in streams.video:
            self._add_picture(stream, captions)
        tags = {"language": language_code(language), "title": TITLE, "handler_name": TITLE}
        flags = Disposition.visual_impaired | Disposition.descriptions
        if described_first:
            flags |= Disposition.default
        else:
            self._add_sounds(streams.audio)
        self._sound = SoundTrack(self._out, self._format, mix, mix_rate, layout, tags, flags)
        if described_first:
            self._add_sounds(streams.audio, default=False)
        for text in streams.subtitles:
            self._add(text)
        if captions and not self._options.burn_in:
            tags = tags | {"title": TEXT_TITLE, "handler_name": TEXT_TITLE}
            # not a default: a screen reader would say what the described sound says already
            self._text = TextTrack(
                self._out, self._format.text_codec, tags, Disposition.descriptions
            )
            self._cues = without_overlaps(captions)
        for other in streams:
            if other.type not in ("video", "audio", "subtitle"):
                self._add(other)
        self._out.metadata.update(kept_tags(self._source.metadata, self._format))
        carry_chapters(self._source, self._out, self._zero)

    def _add_picture(self, stream: Stream, captions: Sequence[Cue]) -> None:
        best = next(iter(video_streams(self._source)), None)
        if stream is best and self._options.burn_in and captions:
            burned = BurnedPicture(
                stream,
                first_picture(self._film),
                self._out,
                captions,
                encoder=self._format.picture_encoder,
                crf=self._options.crf,
                preset=self._options.preset,
                zero=self._zero,
                progress=self._progress,
            )
            burned.stream.metadata.update(kept_tags(stream.metadata, self._format))
            burned.stream.disposition = stream.disposition
            self._burned = stream.index, burned
        elif stream.disposition & Disposition.attached_pic and self._format is MATROSKA:
            self._attach(stream)
        elif not self._add(stream) and stream is best:
            raise OutputUnwritable(
                f"{self._format.name} cannot hold this film's {named(stream)}",
                path=self._path,
                remedy="write it to a name that ends in .mkv",
            )

    def _attach(self, stream: Stream) -> None:
        """A cover picture: Matroska has it as a file inside the file."""
        kind = "png" if named(stream).endswith("(png)") else "jpeg"
        with open_film(self._film) as again:
            payload = first_payload(packets(again, [again.streams[stream.index]], self._failed))
        if payload:
            suffix = "png" if kind == "png" else "jpg"
            self._out.add_attachment(f"cover.{suffix}", f"image/{kind}", payload)

    def _add_sounds(self, streams: Iterable[Stream], default: bool | None = None) -> None:
        for stream in streams:
            self._add(stream, default=default)

    def _add(self, stream: Stream, default: bool | None = None) -> bool:
        """Carry a stream if that is possible; whether it was."""
        target = add_copy(stream, self._out, self._format, default=default)
        if target is not None:
            if stream.type != "attachment":
                self._copies[stream.index] = Copy(
                    stream, target, self._zero, preroll=self._format is MP4
                )
            return True
        converted = add_converted(stream, self._out, self._format, self._zero)
        if converted is not None:
            self._converted[stream.index] = converted
            return True
        if not is_chapter_track(stream, self._source):
            self._dropped.append(f"{named(stream)}: {self._format.name} cannot hold it")
        return False

    def run(self) -> None:
        """Copy the film, and beside it encode the sound and write the text."""
        total = self._length()
        wanted = [
            stream
            for stream in self._source.streams
            if stream.index in self._copies
            or stream.index in self._converted
            or (self._burned is not None and stream.index == self._burned[0])
        ]
        clocks = {stream.index: Clock(stream, self._zero) for stream in wanted}
        with self._progress.step("Writing the film", total) as step:
            reached = 0.0
            for packet in self._packets(wanted):
                stamp = packet.dts if packet.dts is not None else packet.pts
                if stamp is not None:
                    time = clocks[packet.stream_index].seconds(stamp)
                    self._sound.until(time)
                    self._text_until(time)
                    if time >= reached + _STEP:
                        reached = time
                        step.reach(time)
                self._carry(packet)
            if self._burned is not None:
                self._out.mux(self._burned[1].finish())
            self._text_until(float("inf"))
            self._sound.finish()
            if total is not None:
                step.reach(total)

    def _packets(self, streams: list[Stream]) -> Iterator[Packet[Any]]:
        """The film's packets; what goes wrong while reading is an error about the film."""
        reader = packets(self._source, streams, self._failed)
        while True:
            with reading_errors(self._film):
                packet = next(reader, None)
            if packet is None:
                return
            yield packet

    def _failed(self, error: av.error.FFmpegError) -> None:
        self._damaged += 1

    def _carry(self, packet: Packet[Any]) -> None:
        index = packet.stream_index
        if self._burned is not None and index == self._burned[0]:
            self._out.mux(self._burned[1].push(packet))
        elif index in self._converted:
            self._converted[index].write(packet)
        else:
            if packet.is_corrupt:
                self._damaged += 1
            mended = self._copies[index].mended(packet)
            if mended is not None:
                self._out.mux(mended)

    def _text_until(self, time: float) -> None:
        if self._text is None:
            return
        while True:
            cue = self._waiting if self._waiting is not None else next(self._cues, None)
            self._waiting = cue
            if cue is None or cue.span.start > time:
                return
            self._text.write(cue)
            self._waiting = None

    def _length(self) -> float | None:
        ends = [end for s in self._source.streams if (end := stream_end(s)) is not None]
        if ends:
            return max(0.0, float(max(ends) - self._zero))
        if self._source.duration is None:
            return None
        return self._source.duration / av.time_base

    def report(self) -> WriteReport:
        """What was written, and what was left out."""
        dropped = list(self._dropped)
        if self._damaged:
            dropped.append(f"{self._damaged} damaged places of the film")
        return WriteReport(
            self._path,
            self._sound.stream.index,
            self._text.index if self._text is not None else None,
            tuple(dropped),
            self._sound.time,
        )
