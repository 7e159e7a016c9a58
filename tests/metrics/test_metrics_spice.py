"""SPICE's program is asked rightly and its answers are read; CoreNLP is nowhere to be had, so
that a stand-in for Java answers."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from scenewise.core.errors import ComponentMissing, ScenewiseError
from scenewise.metrics import java
from scenewise.metrics.spice import FOLDER, JARS, parser, spice

needs_jar = pytest.mark.skipif(
    not java.present(), reason="Java or the extra `research` is not here"
)


@pytest.fixture
def corenlp(tmp_path: Path) -> Path:
    folder = tmp_path / "corenlp"
    folder.mkdir()
    for name in JARS:
        (folder / name).write_bytes(b"PK")
    return folder


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A `java` that runs lines of Python; `asked`, `out` and `said` are there for them."""

    def make(body: str) -> Path:
        program = tmp_path / "bin" / "java"
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            f"#!{sys.executable}\n"
            "import json, os, sys\n"
            "given = sys.argv[1:]\n"
            "asked = json.load(open(given[given.index('edu.anu.spice.SpiceScorer') + 1]))\n"
            "out = given[given.index('-out') + 1]\n"
            "told = [given, asked, os.environ['JDK_JAVA_OPTIONS']]\n"
            f"json.dump(told, open({str(tmp_path / 'log')!r}, 'w'))\n"
            "def score(one, f): return {'image_id': one['image_id'], 'scores': {'All': {'f': f}}}\n"
            + body
        )
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        return tmp_path / "log"

    return make


@needs_jar
def test_the_program_is_asked_and_its_scores_are_read(corenlp: Path, stand_in) -> None:
    log = stand_in(
        "json.dump([score(one, f) for one, f in zip(asked[::-1], [float('nan'), 0.25, 0.75])], "
        "open(out, 'w'))\n"
    )
    got = spice(["a\nman", "b", ""], [["a man", "he"], ["b"], ["c"]], folder=corenlp, memory="3G")
    assert list(got.clips) == [0.75, 0.25, 0]
    assert got.corpus == pytest.approx(1 / 3)
    given, asked, opened = json.loads(log.read_text())
    assert given[0] == "-Xmx3G"
    classes = given[given.index("-cp") + 1].split(os.pathsep)
    assert classes[0].endswith("spice-1.0.jar")
    assert classes[1:3] == [str(corenlp / name) for name in JARS]
    assert any("SceneGraphParser" in one for one in classes)
    assert asked[0] == {"image_id": 0, "test": "a man", "refs": ["a man", "he"]}
    assert "--add-opens=java.base/java.lang=ALL-UNNAMED" in opened
    assert not Path(given[given.index("-out") + 1]).exists()


@needs_jar
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "sys.stderr.write('Caused by: java.lang.OutOfMemoryError\\n\\tat x')\nsys.exit(1)",
            "stopped early: Caused by: java.lang.OutOfMemoryError; check",
        ),
        ("pass", "stopped early: it said nothing"),
        ("open(out, 'w').write('[{}]')", "no list of scores"),
        ("open(out, 'w').write('')", "no list of scores"),
        ("json.dump([score(asked[0], 1.0)], open(out, 'w'))", "without a score"),
    ],
)
def test_a_program_that_fails_is_said_so(corenlp: Path, stand_in, body: str, message: str) -> None:
    stand_in(body + "\n")
    with pytest.raises(ScenewiseError, match=message):
        spice(["a", "b"], [["a"], ["b"]], folder=corenlp)


@needs_jar
def test_where_the_parser_is_looked_for(
    corenlp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with pytest.raises(ComponentMissing, match=r"stanford-corenlp-full-2015-12-09.*--corenlp"):
        parser(tmp_path)
    monkeypatch.setenv(FOLDER, str(corenlp))
    assert parser() == tuple(corenlp / name for name in JARS)
    with pytest.raises(ComponentMissing, match="SPICE needs"):
        spice(["a"], [["a"]], folder=tmp_path)


def test_without_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ComponentMissing, match="SPICE needs Java; install"):
        spice(["a"], [["a"]])


def test_what_cannot_be_scored_is_refused() -> None:
    for generated, references in (([], []), (["a"], []), (["a"], [[]])):
        with pytest.raises(ValueError, match="one reference or more"):
            spice(generated, references)
