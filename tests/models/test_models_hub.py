"""Where models come from, against a hub of the test's own on this machine."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scenewise.core.errors import ComponentMissing, ModelMissing, OptionInvalid, UnknownChoice
from scenewise.core.ports import CaptionContext
from scenewise.models import hub, hub_network
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.catalogue import catalogue, entry, pull
from scenewise.models.choosing import captioner_for
from scenewise.models.interrogator import Interrogator
from scenewise.models.text_only import TextOnly

SHA = "0123456789abcdef0123456789abcdef01234567"
NAME = "someone/small-model"


class Hub:
    """Repositories of files; `served` counts bytes sent, `cut` breaks a file off after so many."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, bytes]] = {}
        self.served: dict[str, int] = {}
        self.requests: list[str] = []
        self.cut: dict[str, int] = {}
        self.status = 200

    def handler(hub) -> type:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_HEAD(self):
                self.answer(body=False)

            def do_GET(self):
                self.answer(body=True)

            def answer(self, body):
                path = self.path.partition("?")[0].strip("/")
                hub.requests.append(f"{self.command} {path}")
                if hub.status != 200:
                    return self.reply(hub.status, b"{}", body)
                if path.startswith("api/models/"):
                    name = "/".join(path.split("/")[2:4])
                    if name not in hub.files:
                        return self.reply(404, b"{}", body, {"X-Error-Code": "RepoNotFound"})
                    siblings = [
                        {"rfilename": file, "size": len(content), "blobId": "0" * 40}
                        for file, content in hub.files[name].items()
                    ]
                    info = {"id": name, "sha": SHA, "siblings": siblings}
                    return self.reply(200, json.dumps(info).encode(), body)
                owner, repo, _, _, file = path.split("/", 4)
                content = hub.files[f"{owner}/{repo}"].get(file)
                if content is None:
                    return self.reply(404, b"", body, {"X-Error-Code": "EntryNotFound"})
                mark = hashlib.sha1(content).hexdigest()
                headers = {"ETag": f'"{mark}"', "X-Repo-Commit": SHA}
                span = self.headers.get("Range")
                first = int(span.removeprefix("bytes=").partition("-")[0]) if span else 0
                if first:
                    headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
                return self.reply(206 if first else 200, content[first:], body, headers, file)

            def reply(self, status, content, body, headers=None, file=""):
                self.send_response(status)
                for key, value in (headers or {}).items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if not body:
                    return
                if file in hub.cut:
                    content = content[: hub.cut[file]]
                    self.close_connection = True
                hub.served[file] = hub.served.get(file, 0) + len(content)
                self.wfile.write(content)

        return Handler


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A running hub, an empty cache, and a library that may use the network."""
    state = Hub()
    http = ThreadingHTTPServer(("127.0.0.1", 0), state.handler())
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    online(monkeypatch, tmp_path, f"http://127.0.0.1:{http.server_port}")
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def online(monkeypatch, tmp_path, endpoint):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


class Watcher:
    """Notes what is shown of a progress."""

    def __init__(self) -> None:
        self.steps: list[list] = []

    @contextmanager
    def step(self, what, total=None):
        self.steps.append([what, total, 0.0])
        yield self

    def advance(self, amount=1.0):
        self.steps[-1][2] += amount

    def reach(self, position):
        self.steps[-1][2] = position

    def say(self, message):
        pytest.fail("nothing is to be said")


def test_a_model_is_fetched_once_and_only_what_is_needed(server, tiny_clip):
    server.files[NAME] = contents(tiny_clip) | {
        "pytorch_model.bin": b"x" * 100_000,
        "open_clip_model.safetensors": b"x" * 100_000,
        "modeling.py": b"raise SystemExit",
    }
    seen = Watcher()
    folder = hub.resolve(NAME, job="embedder", progress=seen)
    assert contents(folder) == contents(tiny_clip)
    ((what, total, shown),) = seen.steps
    assert NAME in what
    assert total == shown == sum(map(len, contents(tiny_clip).values()))
    count = len(server.requests)
    assert hub.resolve(NAME, job="embedder") == folder
    assert len(server.requests) == count, "what is here is not asked for again"


def test_a_fetched_model_is_a_model(server, tiny_clip, pictures):
    from scenewise.models.clip import ClipEmbedder

    server.files[NAME] = contents(tiny_clip)
    fetched, local = ClipEmbedder(NAME), ClipEmbedder(str(tiny_clip))
    assert (fetched.images(pictures) == local.images(pictures)).all()


def test_an_interrupted_download_is_not_here_and_resumes(server, tiny_clip, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 4096)
    server.files[NAME] = contents(tiny_clip)
    size = len(server.files[NAME]["model.safetensors"])
    server.cut["model.safetensors"] = 3 * size // 4
    with pytest.raises(ModelMissing):
        hub.resolve(NAME)
    assert not hub.is_cached(NAME)
    assert hub_network.snapshot(NAME, "main") is not None, "its small files came"
    server.cut.clear()
    server.served.clear()
    folder = hub.resolve(NAME)
    assert hub.is_cached(NAME)
    assert contents(folder) == contents(tiny_clip)
    assert server.served["model.safetensors"] < size, "what had come was not sent again"
    assert "config.json" not in server.served


def test_a_sharded_model_is_whole_only_with_every_shard(server, tiny_clip):
    whole = contents(tiny_clip)
    weights = whole.pop("model.safetensors")
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    index = json.dumps({"weight_map": shards}).encode()
    server.files[NAME] = whole | {
        "model.safetensors.index.json": index,
        shards["a"]: weights,
        shards["b"]: weights,
    }
    folder = hub.resolve(NAME)
    assert hub.is_cached(NAME)
    (folder / shards["b"]).unlink()
    assert not hub.is_cached(NAME)


def test_a_model_without_safetensors_is_not_fetched(server, tiny_clip):
    files = contents(tiny_clip)
    files["pytorch_model.bin"] = files.pop("model.safetensors")
    server.files[NAME] = files
    with pytest.raises(ModelMissing, match="safetensors"):
        hub.resolve(NAME)
    assert set(server.served) == {""}, "the listing alone was asked for"


@pytest.mark.parametrize(
    ("status", "words"), [(404, "no public model"), (401, "no public model"), (503, "HTTP 503")]
)
def test_what_the_hub_refuses_is_told_in_one_line(server, status, words):
    if status == 503:
        server.status = 503
    elif status == 401:
        server.status = 401
    begin = time.monotonic()
    with pytest.raises(ModelMissing) as error:
        hub.resolve(NAME)
    assert time.monotonic() - begin < 10
    assert "\n" not in str(error.value)
    assert NAME in str(error.value)
    if status != 401:
        assert words in str(error.value)
    assert error.value.exit_code == 3


def test_a_hub_that_accepts_and_never_answers_is_given_up_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(hub_network, "ANSWER_WITHIN", 1.0)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        online(monkeypatch, tmp_path, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        begin = time.monotonic()
        with pytest.raises(ModelMissing, match="cannot be reached"):
            hub.resolve(NAME)
        assert time.monotonic() - begin < 5


def test_a_name_look_up_that_hangs_is_given_up_soon(tmp_path, monkeypatch):
    """No time-out of an HTTP client covers it."""
    monkeypatch.setattr(hub_network, "ANSWER_WITHIN", 0.5)
    online(monkeypatch, tmp_path, "http://hub.invalid")
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: over.wait(20) and None)
    begin = time.monotonic()
    with pytest.raises(ModelMissing, match="no answer within"):
        hub.resolve(NAME)
    over.set()
    assert time.monotonic() - begin < 5


def test_the_default_limits_are_seconds():
    assert hub_network.ANSWER_WITHIN <= 10
    assert hub_network.STALLED_AFTER <= 30


def test_a_closed_port_is_told(tmp_path, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    online(monkeypatch, tmp_path, f"http://127.0.0.1:{port}")
    with pytest.raises(ModelMissing, match="cannot be reached") as error:
        hub.resolve(NAME)
    assert f"scenewise models pull {NAME}" in str(error.value)


def test_a_download_that_stalls_is_given_up(server, tiny_clip, monkeypatch):
    monkeypatch.setattr(hub_network, "STALLED_AFTER", 0.5)
    server.files[NAME] = contents(tiny_clip)
    over = threading.Event()
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *a, **k: over.wait(20))
    begin = time.monotonic()
    with pytest.raises(ModelMissing, match="stalled"):
        hub.resolve(NAME)
    over.set()
    assert time.monotonic() - begin < 5


def test_offline_means_no_request_at_all(server, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelMissing, match="HF_HUB_OFFLINE"):
        hub.resolve(NAME)
    assert server.requests == []


def test_a_folder_is_used_as_it_is(tiny_clip):
    assert hub.resolve(str(tiny_clip), job="embedder") == tiny_clip
    assert hub.is_cached(str(tiny_clip), job="embedder")


@pytest.mark.parametrize("lacking", ["config.json", "model.safetensors"])
def test_a_folder_that_lacks_something_is_told(tiny_clip, tmp_path, lacking):
    import shutil

    folder = tmp_path / "some"
    shutil.copytree(tiny_clip, folder)
    (folder / lacking).unlink()
    with pytest.raises(ModelMissing, match=lacking):
        hub.resolve(str(folder))


def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(server):
    with pytest.raises(ModelMissing, match="no such folder"):
        hub.resolve("./nowhere/model")
    assert server.requests == []


def test_a_damaged_configuration_is_told(tiny_clip, tmp_path):
    import shutil

    folder = tmp_path / "some"
    shutil.copytree(tiny_clip, folder)
    (folder / "config.json").write_text("{broken")
    with pytest.raises(ModelMissing, match=r"config\.json"):
        hub.resolve(str(folder), job="embedder")


def test_the_wrong_kind_of_model_is_told(tiny_blip):
    with pytest.raises(OptionInvalid, match="embedder"):
        hub.resolve(str(tiny_blip), job="embedder")
    assert not hub.is_cached(str(tiny_blip), job="embedder")


def test_pocket_models_are_looked_for_in_the_package(monkeypatch, tmp_path, tiny_clip):
    import shutil

    monkeypatch.setattr(hub.resources, "files", lambda package: tmp_path)
    with pytest.raises(ModelMissing, match="pocket"):
        hub.resolve("pocket", job="embedder")
    with pytest.raises(OptionInvalid):
        hub.resolve("pocket")
    shutil.copytree(tiny_clip, tmp_path / "data" / "pocket" / "embedder")
    expected = tmp_path / "data" / "pocket" / "embedder"
    assert hub.resolve("pocket", job="embedder") == expected
    assert hub.resolve("pocket/embedder") == expected


def test_a_fingerprint_tells_weights_apart(tiny_clip, tmp_path):
    import shutil

    folder = tmp_path / "tuned"
    shutil.copytree(tiny_clip, folder)
    assert hub.fingerprint(folder) == hub.fingerprint(tiny_clip)
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    assert hub.fingerprint(folder) != hub.fingerprint(tiny_clip)


def test_the_catalogue_tells_what_each_model_costs_and_permits():
    entries = catalogue()
    names = [model.name for model in entries]
    assert len(set(names)) == len(names)
    jobs = {model.job for model in entries}
    assert {"captioner", "embedder", "vlm", "speech detector", "text reader", "voice"} <= jobs
    for model in entries:
        assert model.about
        assert model.licence
        assert (model.size == 0) == bool(model.package)
        assert model.package or model.source.count("/") == 1
    defaults = CaptionOptions()
    assert {defaults.blip, defaults.clip, defaults.vlm_model} <= set(names)
    languages = {name[:2] for name in names if name[2:3] == "_"}
    assert {"en", "de", "fr", "es"} <= languages


def test_what_is_here_is_known_without_a_network(server, tiny_clip):
    assert entry("silero-vad").is_here
    assert not entry(CaptionOptions().clip).is_here
    server.files[CaptionOptions().clip] = contents(tiny_clip)
    pull([CaptionOptions().clip])
    asked = len(server.requests)
    assert entry(CaptionOptions().clip).is_here
    assert len(server.requests) == asked


def test_a_voice_is_pulled_by_its_two_files(server):
    voice = entry("de_DE-thorsten-medium")
    assert voice.files[0] == "de/de_DE/thorsten/medium/de_DE-thorsten-medium.onnx"
    server.files[voice.source] = dict.fromkeys(voice.files, b"voice") | {"other.onnx": b"no"}
    assert not voice.is_here
    pull([voice.name])
    assert voice.is_here
    assert [path.read_bytes() for path in hub.fetch(voice.source, voice.files)] == [b"voice"] * 2
    assert "other.onnx" not in server.served


def test_pulling_what_nobody_knows_is_told(server):
    with pytest.raises(UnknownChoice):
        pull(["nonsense"])
    with pytest.raises(ModelMissing):
        pull(["someone/nothing"])


def test_auto_without_models_says_one_line_and_goes_on(server):
    captioner, line = captioner_for("auto")
    assert isinstance(captioner, TextOnly)
    assert list(captioner.describe([], CaptionContext())) == []
    assert "\n" not in line
    for word in ("on-screen text", "scenewise models pull", CaptionOptions().blip):
        assert word in line


def test_auto_takes_the_interrogator_where_its_models_are(tiny_blip, tiny_clip):
    options = CaptionOptions(blip=str(tiny_blip), clip=str(tiny_clip))
    captioner, line = captioner_for("auto", options)
    assert isinstance(captioner, Interrogator)
    assert line == ""


def test_auto_names_only_what_is_missing(tiny_blip):
    _, line = captioner_for("auto", CaptionOptions(blip=str(tiny_blip)))
    assert CaptionOptions().clip in line
    assert str(tiny_blip) not in line


@pytest.mark.parametrize("name", ["interrogator", "vlm"])
def test_a_captioner_that_was_asked_for_by_name_is_not_replaced(name):
    with pytest.raises(ModelMissing) as error:
        captioner_for(name)
    assert error.value.exit_code == ComponentMissing.exit_code == 3


def test_text_needs_no_model_and_nonsense_is_told():
    captioner, line = captioner_for("text")
    assert isinstance(captioner, TextOnly)
    assert line == ""
    with pytest.raises(UnknownChoice):
        captioner_for("nobody")
