"""Bytes to text: marks, declarations, wide text, and the legacy encodings of captions."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewise.core.errors import FileMissing, FileUnreadable, ScriptInvalid
from scenewise.description.formats import read_script
from scenewise.description.formats.decoding import decode, read_text

TEXT = "WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nEin Mädchen läuft. 男が走る。 Она бежит.\r\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_unicode_with_and_without_a_mark(mark: bytes, encoding: str):
    decoded = decode(mark + TEXT.encode(encoding))
    assert decoded == (TEXT, encoding, False)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("captions.ja.vtt", "cp932"),
        ("captions.ja.vtt", "euc_jp"),
        ("captions.ru.vtt", "cp1251"),
        ("captions.ru.vtt", "koi8_r"),
        ("captions.ru.vtt", "iso8859_5"),
        ("captions.ar.vtt", "cp1256"),
        ("captions.sv.vtt", "cp1252"),
    ],
)
def test_legacy_encodings_of_real_captions(data: Path, name: str, encoding: str):
    text = (data / "text" / "elephants_dream" / name).read_text("utf-8")
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.guessed


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Der Mann öffnet die Tür.\nDas Mädchen läuft über die Straße", "cp1252"),
        ("Café", "cp1252"),
        ("It’s “quoted” — here", "cp1252"),
        ("É uma menina, são três irmãos", "cp1252"),
        ("En pojke går över ån", "cp1252"),
        ("El niño corre. ¿Dónde está?", "cp1252"),
        ("Une femme âgée s'assoit près de la fenêtre, où elle goûte le thé", "cp1252"),
        ("Manden løber på gaden, æblet falder", "cp1252"),
        ("Žena otevírá dveře, příliš žluťoučký kůň", "cp1250"),
        ("Ą łódź pełna żółtych świń", "cp1250"),
        ("A férfi kinyitja az ajtót, és kilép az esőbe, hűvös", "cp1250"),
        ("Bărbatul deschide uşa şi iese în stradă", "cp1250"),
        ("Kadın kapıyı açıyor, şimdi gülüyor", "cp1254"),
        ("Vyras atidaro duris, žiūri į ją", "cp1257"),
        ("Ο άντρας ανοίγει την πόρτα", "cp1253"),
        ("男人打开门，走进房间。\n一个女人坐在窗边喝茶，看着外面的街道。", "gb18030"),
        ("男人打開門，走進房間。\n一個女人坐在窗邊喝茶，看著外面的街道。", "big5"),
        ("남자가 문을 열고 방으로 들어간다.\n여자가 창가에 앉아 차를 마신다.", "cp949"),
    ],
)
def test_legacy_encodings_of_a_few_words(words: str, encoding: str):
    text = f"1\n00:00:01,000 --> 00:00:02,000\n{words}\n"
    assert decode(text.encode(encoding)).text == text


def test_a_guess_is_told_in_the_notes(tmp_path: Path):
    path = tmp_path / "a.vtt"
    path.write_bytes("WEBVTT\nLanguage: de\n\n00:01.000 --> 00:02.000\nTür\n".encode("cp1252"))
    script = read_script(path)
    assert script.descriptions[0].text == "Tür"
    assert script.notes == ("the file is not UTF-8, it was read as cp1252: check its letters",)


def test_utf8_with_a_broken_byte_is_still_utf8():
    text = TEXT * 3
    decoded = decode(text.encode().replace("ä".encode(), b"\xff", 1))
    assert decoded.encoding == "utf-8"
    assert decoded.text == text.replace("ä", "\ufffd", 1)


def test_an_xml_declaration_is_believed():
    text = '<?xml version="1.0" encoding="ISO-8859-2"?><tt>ąę</tt>'
    assert decode(text.encode("iso8859_2")).text == text
    for name in ("punycode", "base64", "utf-16", "no-such", "unicode_escape"):
        text = f'<?xml version="1.0" encoding="{name}"?><tt>ä</tt>'
        assert decode(text.encode()).text == text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\r\n \t\0", "is empty"),
        (bytes(range(256)) * 4, "is not text"),
        (b"\x1aE\xdf\xa3" + b"x" * 99, "is a Matroska or WebM film, not a script"),
        (b"\0\0\0 ftypisom" + b"x" * 99, "is an MP4 film, not a script"),
        (b"PK\x03\x04" + b"x" * 99, "is a zip archive or office document"),
    ],
)
def test_what_is_no_text(content: bytes, message: str):
    with pytest.raises(ScriptInvalid, match=message) as error:
        decode(content, path=Path("a.vtt"))
    assert "give a Scenewise script" in str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        "film/sintel_5s.mp4",
        "film/bbb_0_30.webm",
        "odd/awesome movie.mov",
        "described/rabbit/audio-description.mp3",
        "odd/av1_video.mkv",
        "odd/broken.mp4",
    ],
)
def test_films_are_told_from_scripts(data: Path, name: str):
    with pytest.raises(ScriptInvalid, match=r"not a script|is not text"):
        read_script(data / name)


def test_paths_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(FileMissing, match="no such file"):
        read_text(tmp_path / "absent.vtt")
    with pytest.raises(FileMissing, match="no such file"):
        read_text(Path("nul\0.vtt"))
    with pytest.raises(FileUnreadable, match="is a directory"):
        read_text(tmp_path)


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path):
    path = tmp_path / "huge.vtt"
    with path.open("wb") as file:
        file.write(b"WEBVTT\n\n")
        file.seek(10**9)
        file.write(b"x")
    with pytest.raises(ScriptInvalid, match=r"not text|too large"):
        read_text(path)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_utf8_text_is_read_as_such(text: str):
    text = "1\n" + text
    assert decode(text.encode()) == (text, "utf-8", False)
