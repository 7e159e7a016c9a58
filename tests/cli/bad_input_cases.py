"""Commands that cannot be followed, and what the one line about each must say.

A case is two lines: what is wrong and the command, then the exit code and the words that must
be in the line, apart by semicolons. Words in braces are files of the place
(`bad_input_place`); `''` is an empty word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bad_input_place import Place

FILMS = """
no such file: describe {nowhere.mp4}
    2: nowhere.mp4; no such file; check the
an empty file: describe {empty.mp4}
    2: empty.mp4; is empty; fetch it again
noise: describe {noise.mp4}
    2: noise.mp4; cannot be read as a video; choose another file, or fetch or repair this one
a file cut off: describe {cut.mp4}
    2: cut.mp4; cannot be read as a video; choose another file, or fetch or repair this one
a head alone: describe {head.mp4}
    2: head.mp4; cannot be read as a video; choose another file, or fetch or repair this one
text: describe {notes.txt}
    2: notes.txt; this is text; give a video
text that is called a film: describe {notes.mp4}
    2: notes.mp4; give a video|fetch
a picture: describe {picture.png}
    2: picture.png; still image; give a video
a photo: describe {picture.jpg}
    2: picture.jpg; still image; give a video
a picture called a film: describe {picture.mp4}
    2: picture.mp4; still image
sound alone: describe {sound.m4a}
    2: sound.m4a; no moving picture; give a video
a folder: describe {folder.mp4}
    2: folder.mp4; is a folder; give a video
a draft of nothing: draft {nowhere.mp4}
    2: nowhere.mp4; no such file; check
a draft of a folder: draft {folder.mp4}
    2: folder.mp4; is a folder; give a
the demo of text: demo {notes.txt} -o {out}
    2: notes.txt; this is text; give
a script without a film: render {x.mp4} {good.ad.json}
    2: x.mp4; no such file
"""

SCRIPTS = """
no script: render {film.mp4} {no.ad.json}
    2: no.ad.json; no such file; check
another film: render {film.mp4} {other.ad.json}
    2: other.ad.json; another film; that film
overlap: render {film.mp4} {overlap.ad.json}
    2: overlap.ad.json; d0002; d0001; correct the script
overlap in VTT: render {film.mp4} {overlap.vtt}
    2: overlap.vtt; begins 1.000 s before; correct the script
a negative time: render {film.mp4} {negative.ad.json}
    2: negative.ad.json; start is -1.0; line ; correct it or draft the script again
a negative time in VTT: render {film.mp4} {negative.vtt}
    2: negative.vtt; line 3; write it like 00:01.000 --> 00:04.000
an end before its start: render {film.mp4} {backward.vtt}
    2: backward.vtt; line 3 ends before; write it like 00:01.000 --> 00:04.000
a span that runs back: render {film.mp4} {backward.ad.json}
    2: backward.ad.json; ends (1) before; correct it or draft the script again
a time that is no number: render {film.mp4} {nan.ad.json}
    2: nan.ad.json; JSON; correct it or draft the script again
a time in words: render {film.mp4} {words.ad.json}
    2: words.ad.json; soon; correct it or draft the script again
after the end: render {film.mp4} {late.ad.json}
    2: late.ad.json; after the film's end; correct
after the end in VTT: render {film.mp4} {late.vtt}
    2: late.vtt; after the film's end; correct
half a script: render {film.mp4} {cut.ad.json}
    2: cut.ad.json; not valid JSON; correct it or draft the script again
an empty script: render {film.mp4} {empty.ad.json}
    2: empty.ad.json; empty; give a
a newer script: render {film.mp4} {newer.ad.json}
    2: newer.ad.json; 99; install a newer
other JSON: render {film.mp4} {another.json}
    2: another.json; no script; give a script
noise as script: render {film.mp4} {noise.ad.json}
    2: noise.ad.json; not text; give a
a film as script: render {film.mp4} {film.mp4}
    2: film.mp4; not a script; give a
a picture as script: render {film.mp4} {picture.png}
    2: picture.png; picture; give a
a folder as script: render {film.mp4} {folder.mp4}
    2: folder.mp4; director; give the
a letter as script: render {film.mp4} {letter.vtt}
    2: letter.vtt; no cues; give a
broken times: render {film.mp4} {broken.srt}
    2: broken.srt; no cues; give a
broken XML: render {film.mp4} {open.dapt.xml}
    2: open.dapt.xml; XML; export it
a page as script: render {film.mp4} {page.xml}
    2: page.xml; no timed text; export it
"""

CHECKS = """
check nothing: check {nowhere.mp4}
    2: nowhere.mp4; no such file; check the name
check no script: check {nowhere.vtt}
    2: nowhere.vtt; no such file; check the
check a plain film: check {film.mp4}
    2: film.mp4; no described sound; describe
check a folder: check {folder.mp4}
    2: folder.mp4; folder; give a video
check a picture: check {picture.png}
    2: picture.png; still image; give
check half a script: check {cut.ad.json}
    2: cut.ad.json; not valid JSON; correct it or draft the script again
check a letter: check {letter.vtt}
    2: letter.vtt; no cues; give a
check with no film: check {good.ad.vtt} --film {x.mp4}
    2: x.mp4; no such file
check with text: check {good.ad.vtt} --film {notes.txt}
    2: notes.txt; text
check against itself: check {film.mp4} --original {film.mp4}
    2: film.mp4; described film itself; name its original
check against nothing: check {film.mp4} --original {x.mp4}
    2: x.mp4; no such file
check against text: check {film.mp4} --original {notes.txt}
    2: notes.txt; text; give a video
check a stream that is none: check {film.mp4} --stream 99
    2: film.mp4; stream 99; no sound; name one of
check a stream of a script: check {good.ad.vtt} --stream 1
    2: good.ad.vtt; this is a script; --film
check, no captions: check {good.ad.vtt} --captions {x.vtt}
    2: x.vtt; no such file
check, noise as captions: check {good.ad.vtt} --captions {noise.mp4}
    2: noise.mp4; not text; give a
"""

OPTIONS = """
a rate beyond speech: describe {film.mp4} --rate 5000
    2: --rate; 5000; 80 to 300
a rate in words: describe {film.mp4} --rate fast
    2: --rate; integer; --help
a confidence of two: describe {film.mp4} --confidence 2
    2: --confidence; 0 to 1
no confidence at all: describe {film.mp4} --confidence nan
    2: --confidence; 0 to 1
ducking upwards: describe {film.mp4} --duck 5
    2: --duck; 5 dB; -40 to 0 dB
no candidates: draft {film.mp4} --candidates 0
    2: --candidates; 1 to 32
no such selector: describe {film.mp4} --keyframes best
    2: best; kmeans, paper, shots
no such captioner: describe {film.mp4} --captioner me
    2: 'me'; interrogator, text, vlm
no such reader: describe {film.mp4} --text-reader me
    2: 'me'; none, rapidocr
no such detector: describe {film.mp4} --speech-detector me
    2: 'me'; energy, silero
no such preset: describe {film.mp4} --preset best
    2: --preset; default, paper
no such placement: draft {film.mp4} --placement best
    2: --placement; optimum, paper
no such first sound: describe {film.mp4} --default-audio me
    2: --default-audio; description, original
no such voice: describe {film.mp4} --captioner text --voice me
    2: 'me'; espeak, gtts, piper
no such speaker: describe {film.mp4} --captioner text --voice espeak --voice-name me-me
    2: 'me-me'; scenewise voices
a language nobody speaks: describe {film.mp4} --captioner text --voice espeak --language xx-klingon
    2: 'xx-klingon'; scenewise voices
no language: describe {film.mp4} --captioner text --voice espeak --language ''
    2: does not speak; BCP 47; scenewise voices
no captions: describe {film.mp4} --captioner text --voice espeak --captions {x.vtt}
    2: x.vtt; no such file; check
a letter as captions: describe {film.mp4} --captioner text --voice espeak --captions {letter.vtt}
    2: letter.vtt; no cues; give a
noise as captions: describe {film.mp4} --captioner text --voice espeak --captions {noise.mp4}
    2: noise.mp4; not text; give a
a film as captions: describe {film.mp4} --captioner text --voice espeak --captions {film.mp4}
    2: film.mp4; film; give a
voices of no language: voices --language xx-klingon
    2: 'xx-klingon'; scenewise voices
no such model: models pull nonsense
    2: 'nonsense'; scenewise models
no such verb: watch {film.mp4}
    2: 'watch'; scenewise --help
no such flag: describe {film.mp4} --loud
    2: --loud; scenewise describe --help
no film: draft
    2: film; scenewise draft --help
no models: models pull
    2: names; scenewise models pull --help
two films: describe {film.mp4} {film.mp4}
    2: unexpected; scenewise describe --help
"""

OUTPUTS = """
results in a file: describe {film.mp4} -o {notes.txt}
    2: notes.txt; not a folder; --output-dir
results under a file: draft {film.mp4} -o {notes.txt}/new
    2: not a folder; --output-dir
a script under a file: render {film.mp4} {good.ad.json} -o {notes.txt}
    2: notes.txt; not a folder
the demo in a file: demo -o {notes.txt}
    2: notes.txt; not a folder; --output-dir
"""

ABSENT = """
no weights: describe {film.mp4} --captioner interrogator
    3: blip; scenewise models pull
no vision model: describe {film.mp4} --captioner vlm
    3: SmolVLM; scenewise models pull
weights nobody has: describe {film.mp4} --captioner interrogator --caption-model {folder.mp4}
    3: folder.mp4; config.json
weights named by nobody: describe {film.mp4} --caption-model nothing
    3: nothing; config.json
no neural voice: describe {film.mp4} --captioner text --voice piper
    3: Piper; --voice espeak
no neural voice for a script: render {film.mp4} {good.ad.json} --voice piper
    3: Piper; --voice espeak
no network to fetch by: models pull somebody/something
    3: somebody/something
"""


@dataclass(frozen=True)
class Case:
    """A command that cannot be followed."""

    what: str
    arguments: str
    says: tuple[str, ...]
    code: int = 2

    def words(self, place: Place) -> list[str]:
        """The arguments; results are told to go to a new folder unless the case says where."""
        given = [
            re.sub(r"\{(.+)\}", lambda match: place[match[1]], word).replace("''", "")
            for word in self.arguments.split(" ")
        ]
        makes = given[0] in {"describe", "draft", "render"} and "-o" not in given
        return [*given, "-o", place["out"]] if makes else given


def cases(table: str) -> list[Case]:
    """The cases of a table."""
    lines = table.strip().splitlines()
    out = []
    for head, tail in zip(lines[::2], lines[1::2], strict=True):
        what, _, arguments = head.partition(": ")
        code, _, says = tail.strip().partition(": ")
        out.append(Case(what, arguments, tuple(says.split("; ")), int(code)))
    return out


ALL = [
    case for table in (FILMS, SCRIPTS, CHECKS, OPTIONS, OUTPUTS, ABSENT) for case in cases(table)
]


def named(*whats: str) -> list[Case]:
    """Some of them."""
    return [case for case in ALL if case.what in whats]
