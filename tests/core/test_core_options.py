"""Options, errors, plug-ins, and the public face of the package."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import asdict, dataclass, fields
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scenewise
from scenewise.core import errors, plugins
from scenewise.core.errors import (
    ComponentMissing,
    InputError,
    OptionInvalid,
    ScenewiseError,
    UnknownChoice,
)
from scenewise.core.options import Checked, from_plain, is_nested, nested, option, range_of

SOURCE = Path(scenewise.__file__).parent


@dataclass(frozen=True)
class Inner(Checked):
    """A small part."""

    depth: float = option(1.0, "how deep", low=0, high=10, unit="m")


@dataclass(frozen=True)
class Some(Checked):
    """Options for the tests."""

    rate: int = option(170, "how fast", low=80, high=300, unit="words/min", flag="speed")
    share: float = option(0.5, "how much", low=0, high=1)
    least: float = option(1.0, "at least", low=0.5)
    most: float = option(1.0, "at most", high=2)
    word: str = option("one", "which", choices=("one", "two"))
    maybe: float | None = option(None, "perhaps", low=0)
    inner: Inner = nested(Inner)


# --- options --------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_is_taken_exactly_within_its_range(value) -> None:
    if 0 <= value <= 1:
        assert Some(share=value).share == value
    else:
        with pytest.raises(OptionInvalid, match=r"--share cannot be .*; give 0 to 1$"):
            Some(share=value)


def test_a_refusal_names_the_flag_the_unit_and_the_range() -> None:
    told = {
        lambda: Some(rate=5000): "--speed cannot be 5000 words/min; give 80 to 300 words/min",
        lambda: Some(least=0.1): "--least cannot be 0.1; give at least 0.5",
        lambda: Some(most=3): "--most cannot be 3; give at most 2",
        lambda: Some(word="six"): "--word cannot be 'six'; choose one of: one, two",
        lambda: Inner(depth=-1): "--depth cannot be -1 m; give 0 to 10 m",
        lambda: Some(maybe=-1.0): "--maybe cannot be -1; give at least 0",
    }
    for make, words in told.items():
        with pytest.raises(InputError) as raised:
            make()
        assert str(raised.value) == words
        assert raised.value.exit_code == 2


def test_none_is_always_allowed_and_bounds_are_inside() -> None:
    assert Some(maybe=None).maybe is None
    assert Some(rate=80).rate == 80
    assert Some(rate=300).rate == 300


def test_options_come_back_from_plain_values() -> None:
    made = Some(rate=120, word="two", inner=Inner(3.0))
    assert from_plain(Some, asdict(made)) == made
    # what another version wrote is passed over, what is out of range is not
    assert from_plain(Some, {"rate": "fast", "gone": 1, "share": 1}) == Some(share=1)
    with pytest.raises(OptionInvalid):
        from_plain(Some, {"inner": {"depth": 99}})


def _options_classes() -> list[type]:
    from scenewise.description.options import DraftOptions, RenderOptions, SpeechChoice

    found = [DraftOptions, RenderOptions, SpeechChoice]
    for cls in found:
        found.extend(type(getattr(cls(), f.name)) for f in fields(cls) if is_nested(f))
    return found


@pytest.mark.parametrize("cls", _options_classes(), ids=lambda cls: cls.__name__)
def test_every_default_lies_in_its_own_range(cls) -> None:
    cls()  # which checks
    for field in fields(cls):
        limits = range_of(field)
        if limits is None:
            assert is_nested(field), f"{cls.__name__}.{field.name} cannot be chosen by anybody"
            continue
        assert limits.help, field.name
        assert not limits.help.endswith("."), field.name
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool):
            assert limits.low is not None or limits.high is not None, field.name


# --- errors ---------------------------------------------------------------------------------

ERRORS = [
    cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, Exception)
]


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.__name__)
def test_an_error_is_one_line_with_file_and_remedy_and_an_exit_code(cls) -> None:
    error = cls("it is\nbroken", path="a film.mp4", remedy="mend\n  it")
    assert str(error) == "a film.mp4: it is broken; mend it"
    assert str(cls("it is broken")) == "it is broken"
    assert error.path == Path("a film.mp4")
    expected = 2 if issubclass(cls, InputError) else 3 if issubclass(cls, ComponentMissing) else 1
    assert error.exit_code == expected
    assert isinstance(error, ScenewiseError)


# --- plug-ins -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(plugins.GROUPS))
def test_every_built_in_can_be_loaded_by_its_name(kind) -> None:
    names = plugins.available(kind)
    assert names == sorted(names)
    assert names
    for name in names:
        assert callable(plugins.load(kind, name))


def test_a_name_nobody_has_is_told_with_those_that_exist() -> None:
    with pytest.raises(UnknownChoice) as raised:
        plugins.load("selector", "best")
    told = str(raised.value)
    assert told == (
        "there is no selector named 'best'; choose one of: clarity-colour, gaussian, iframes, "
        "kmeans, paper, shots, uniform"
    )


def test_a_plug_in_without_its_library_is_missing_not_broken(monkeypatch) -> None:
    group = plugins.GROUPS["voice"]
    lame = EntryPoint("lame", "no_such_library:Voice", group)
    monkeypatch.setattr(plugins, "entry_points", lambda group: (lame,))
    assert plugins.available("voice") == ["lame"]
    with pytest.raises(ComponentMissing, match="no_such_library") as raised:
        plugins.load("voice", "lame")
    assert raised.value.exit_code == 3
    monkeypatch.setattr(plugins, "entry_points", lambda group: ())
    with pytest.raises(UnknownChoice, match="none is installed"):
        plugins.load("voice", "lame")


# --- the public face ------------------------------------------------------------------------


def test_everything_that_is_promised_is_there() -> None:
    for name in scenewise.__all__:
        assert getattr(scenewise, name) is not None, name
    assert set(scenewise.__all__) == set(dir(scenewise))
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        _ = scenewise.nothing_of_this_name


def test_importing_the_package_is_instant_and_loads_nothing_heavy() -> None:
    program = (
        "import sys, time; before = set(sys.modules); start = time.perf_counter(); "
        "import scenewise; spent = time.perf_counter() - start; "
        "print(spent); print(*sorted({n.partition('.')[0] for n in set(sys.modules) - before}))"
    )
    fastest = 9.0
    for _ in range(3):  # the first may have to write byte code, any may have to wait its turn
        ran = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        spent, loaded = ran.stdout.splitlines()
        fastest = min(fastest, float(spent))
    heavy = {"torch", "av", "cv2", "numpy", "scipy", "transformers", "rapidocr", "typer", "rich"}
    assert not heavy & set(loaded.split())
    assert fastest < 0.3


def test_help_needs_nothing_heavy() -> None:
    program = (
        "import sys; from scenewise.cli.running import run; run(['describe', '--help']); "
        "print('loaded:', *{name.partition('.')[0] for name in sys.modules})"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(ran.stdout.rpartition("loaded:")[2].split())
    assert "typer" in loaded
    assert not {"torch", "av", "transformers", "rapidocr"} & loaded


def test_the_package_says_that_it_is_typed() -> None:
    assert (SOURCE / "py.typed").is_file()


def test_nobody_imports_what_is_not_everywhere() -> None:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                assert name.partition(".")[0] not in {"torchvision", "torchaudio"}, path


def test_library_code_never_prints() -> None:
    for path in SOURCE.rglob("*.py"):
        if path.is_relative_to(SOURCE / "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", f"{path}:{node.lineno}"
