"""What the files that Scenewise writes can hold, and which of them suits a film."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from av.codec import Codec
from av.codec.codec import UnknownCodecError

from scenewise.core.errors import OutputUnwritable
from scenewise.media.probe import FilmInfo


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Args:
        name: what people call it.
        suffixes: of its files, the usual one first.
        muxer: FFmpeg's name.
        picture, sound, text: codecs that players expect in it, FFmpeg's canonical names.
        sound_encoder: what the described sound is encoded with.
        sound_rates: samples a second that the encoder takes.
        overshoot: dB by which loud sound may come back from that encoder above its peak;
            measured on films 6 dB louder than they are, with their peaks limited.
        text_codec: what captions are written as.
        picture_encoder: what the picture is encoded with where captions are burned in.
    """

    name: str
    suffixes: tuple[str, ...]
    muxer: str
    picture: frozenset[str]
    sound: frozenset[str]
    text: frozenset[str]
    sound_encoder: str
    sound_rates: tuple[int, ...]
    overshoot: float
    text_codec: str
    picture_encoder: str


_AAC_RATES: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 96000)

MP4: Final = Format(
    "MP4",
    (".mp4", ".m4v", ".mov"),
    "mp4",
    frozenset({"h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video"}),
    frozenset({"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac"}),
    frozenset({"mov_text"}),
    "aac",
    _AAC_RATES,
    1.8,
    "mov_text",
    "libx264",
)
WEBM: Final = Format(
    "WebM",
    (".webm",),
    "webm",
    frozenset({"vp8", "vp9", "av1"}),
    frozenset({"vorbis", "opus"}),
    frozenset({"webvtt"}),
    "libopus",
    (48000,),
    3.3,
    "webvtt",
    "libvpx-vp9",
)
MATROSKA: Final = Format(
    "Matroska",
    (".mkv",),
    "matroska",
    frozenset(),  # nearly everything: its muxer is asked
    frozenset(),
    frozenset({"subrip", "ass", "webvtt", "dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle"}),
    "aac",
    _AAC_RATES,
    1.8,
    "subrip",
    "libx264",
)

FORMATS: Final = (MP4, WEBM, MATROSKA)


def format_of(path: Path) -> Format:
    """The format that a file's suffix names.

    Raises:
        OutputUnwritable: it names none that Scenewise writes.
    """
    for format in FORMATS:
        if path.suffix.lower() in format.suffixes:
            return format
    known = ", ".join(format.suffixes[0] for format in FORMATS)
    named = f"a film cannot be written as {path.suffix!r}" if path.suffix else "it has no suffix"
    raise OutputUnwritable(named, path=path, remedy=f"give a name that ends in one of {known}")


def canonical(codec: str) -> str:
    """A codec's own name, given that of a decoder: `mp3` for `mp3float`, `av1` for `libdav1d`."""
    try:
        return str(Codec(codec, "r").canonical_name)
    except UnknownCodecError:
        return codec


def suffix_for(info: FilmInfo) -> str:
    """The suffix under which a described copy of a film keeps every stream as it is.

    `.webm` for VP8, VP9 or AV1 with Vorbis or Opus (unless they came in MP4), `.mp4` where
    players expect all of the codecs in MP4, `.mkv` for the rest.
    """
    picture = {canonical(info.video.codec)} if info.video is not None else set()
    sound = {canonical(stream.codec) for stream in info.audio}
    text = {canonical(stream.codec) for stream in info.subtitles}
    from_mp4 = info.container in ("mov", "mp4")
    for format in (MP4, WEBM) if from_mp4 else (WEBM, MP4):
        if picture <= format.picture and sound <= format.sound and text <= format.text:
            return format.suffixes[0]
    return MATROSKA.suffixes[0]


def sound_rate(format: Format, rate: int) -> int:
    """The rate nearest to `rate` that the format's sound encoder takes, rather higher."""
    return next((r for r in format.sound_rates if r >= rate), format.sound_rates[-1])


_ISO_639: Final = """
aa:aar ab:abk af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel
bg:bul bi:bis bm:bam bn:ben bo:bod br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces
cu:chu cv:chv cy:cym da:dan de:deu dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est
eu:eus fa:fas ff:ful fi:fin fj:fij fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg gn:grn gu:guj
gv:glv ha:hau he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun hy:hye hz:her ia:ina id:ind ie:ile
ig:ibo ii:iii ik:ipk io:ido is:isl it:ita iu:iku ja:jpn jv:jav ka:kat kg:kon ki:kik kj:kua
kk:kaz kl:kal km:khm kn:kan ko:kor kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat lb:ltz
lg:lug li:lim ln:lin lo:lao lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri mk:mkd ml:mal mn:mon
mr:mar ms:msa mt:mlt my:mya na:nau nb:nob nd:nde ne:nep ng:ndo nl:nld nn:nno no:nor nr:nbl
nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss pa:pan pi:pli pl:pol ps:pus pt:por qu:que
rm:roh rn:run ro:ron ru:rus rw:kin sa:san sc:srd sd:snd se:sme sg:sag si:sin sk:slk sl:slv
sm:smo sn:sna so:som sq:sqi sr:srp ss:ssw st:sot su:sun sv:swe sw:swa ta:tam te:tel tg:tgk
th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah ug:uig uk:ukr
ur:urd uz:uzb ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:yid yo:yor za:zha zh:zho zu:zul
"""
_LANGUAGES: Final = dict(pair.split(":") for pair in _ISO_639.split())


def language_code(tag: str) -> str:
    """The three letters (ISO 639-2/T) by which films name the language of a BCP 47 tag.

    `eng` for `en-GB`; `und` for what is not known.
    """
    primary = tag.replace("_", "-").split("-")[0].lower()
    if len(primary) == 3 and primary.isalpha():
        return primary
    return _LANGUAGES.get(primary, "und")
