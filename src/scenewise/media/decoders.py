"""The decoder for a stream of pictures, and the first pictures it gives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final, cast

import av.error
from av.codec import CodecContext
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scenewise.media.containers import packets

_ALPHA_DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own VP8 and VP9 decoders skip the alpha channel; libvpx's show it."""

_FIRST_PICTURE: Final = 400
"""Packets after which a stream that gave no picture is held to have none."""


def picture_decoder(stream: VideoStream, *, alpha: bool, threads: int | None) -> VideoCodecContext:
    """A decoder for a stream, with frame threads, not yet open.

    Args:
        stream: of an open container; its own context is used unless alpha asks for another.
        alpha: whether transparency is wanted where the container says there is some.
        threads: how many; None for one a core.
    """
    decoder = stream.codec_context
    other = _ALPHA_DECODERS.get(decoder.name)
    # a film that was carried into another file tells it in capitals
    tags = {name.lower(): value for name, value in stream.metadata.items()}
    if alpha and other and tags.get("alpha_mode") == "1":
        try:
            decoder = cast(VideoCodecContext, CodecContext.create(other, "r"))
        except av.error.FFmpegError:  # a build without libvpx: opaque pictures are better
            decoder = stream.codec_context  # than none
    if not decoder.is_open:
        decoder.thread_type = "AUTO"
        decoder.thread_count = threads or 0
    return decoder


def first_pictures(
    container: InputContainer,
    stream: VideoStream,
    decoder: VideoCodecContext,
    *,
    rewind: bool = True,
) -> Iterator[VideoFrame]:
    """The first pictures of a stream, from the file's beginning.

    An elementary stream cannot be rewound (FFmpeg then finds no picture), so a container that
    has just been opened should not be.
    """
    if rewind:
        with contextlib.suppress(av.error.FFmpegError):
            container.seek(0, backward=True)

    def ignored(error: Any) -> None:
        """Damage before the first picture is found again, and told, when the film is read."""

    seen = 0
    for packet in packets(container, [stream], ignored):
        seen += 1
        if seen > _FIRST_PICTURE:
            return
        if packet.size:
            try:
                yield from decoder.decode(packet)
            except av.error.FFmpegError:
                continue
    try:
        yield from decoder.decode(None)
    except av.error.FFmpegError:
        return
