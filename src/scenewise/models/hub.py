"""Where pretrained models come from: a folder, this machine's cache, or the model hub.

A model is only ever read from safetensors, and never by running code that comes with it.
Looking in the cache costs no network; a network that fails is noticed within seconds and
told in one line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import ModelMissing, OptionInvalid, ScenewiseError
from scenewise.core.progress import Progress, Silent
from scenewise.models import hub_network

JOBS: Final[Mapping[str, tuple[str, ...]]] = {
    "embedder": ("clip", "siglip", "siglip2", "metaclip_2", "altclip"),
    "captioner": ("blip",),
    "vlm": (),
    "language": ("gpt2", "llama"),
    "grid": ("resnet",),
    "sentences": ("distilbert", "bert", "roberta", "xlm-roberta", "mpnet"),
}
"""What a model can be asked to do, and the `model_type`s that do it; none listed: any model
that has eyes."""

POCKET: Final = "pocket"
"""Name of the project's own small models, which ship with the package."""

WEIGHTS: Final = "model.safetensors"
INDEX: Final = "model.safetensors.index.json"
SIDE_FILES: Final = (
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "spiece.model",
    "tokenizer.model",
    "chat_template.json",
    "chat_template.jinja",
    "vocabulary.toml",
    "sentence_bert_config.json",
)
"""Everything that may be needed beside the weights; `vocabulary.toml` is Scenewise's own."""

MODULES: Final = "modules.json"
"""Lists the parts of a model in the format of sentence-transformers, most in folders of their
own: `config.json`, and weights where the part has any."""

_PART: Final = re.compile(r"\d+_\w+/(config\.json|model\.safetensors|pytorch_model\.bin)")


def resolve(
    name: str,
    *,
    job: str = "",
    revision: str = "main",
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Path:
    """The folder that holds a model, fetched first if need be.

    Args:
        name: a name on the hub (`openai/clip-vit-large-patch14`), a folder, or `pocket`.
        job: what it shall do, a key of `JOBS`; its kind is checked where given, and `pocket`
            needs it.
        revision: branch, tag or commit on the hub.
        allow_download: whether the network may be used.
        progress: who shows the download.

    Raises:
        ModelMissing: it is neither here nor to be had, or has no safetensors.
        OptionInvalid: it is a model of another kind than the job needs.
    """
    if name == POCKET or name.startswith(f"{POCKET}/"):
        folder = _pocket(name, job)
    elif _looks_local(name):
        folder = Path(name).expanduser()
        _demand_whole(folder, name)
    else:
        cached = cached_folder(name, revision)
        if cached is not None and job == "sentences" and not (cached / MODULES).is_file():
            cached = None  # something else fetched the transformer alone
        if cached is None:
            if not allow_download:
                raise ModelMissing(f"the model {name} is not on this machine", remedy=_pull(name))
            _download(name, revision, progress or Silent())
            cached = cached_folder(name, revision)
        if cached is None:
            raise ModelMissing(
                f"the download of {name} is not complete", remedy=f"run it again: {_pull(name)}"
            )
        folder = cached
    if job:
        _demand_kind(folder, name, job)
    return folder


def kind_of(name: str, revision: str = "main") -> str:
    """The `model_type` of a model that is on this machine; empty for one that is not.

    Raises:
        ModelMissing: it is a folder, but no whole model.
    """
    if _looks_local(name):
        folder: Path | None = Path(name).expanduser()
        assert folder is not None
        _demand_whole(folder, name)
    else:
        folder = cached_folder(name, revision)
    if folder is None:
        return ""
    return str(_config(folder / "config.json").get("model_type", "unknown"))


def is_cached(name: str, *, job: str = "", revision: str = "main") -> bool:
    """Whether `resolve` would succeed without a network."""
    try:
        resolve(name, job=job, revision=revision, allow_download=False)
    except ScenewiseError:
        return False
    return True


def cached_folder(name: str, revision: str = "main") -> Path | None:
    """The folder of a complete download in the hub's cache; None where it is not, or only
    partly, here. Uses no network."""
    folder = hub_network.snapshot(name, revision)
    return folder if folder is not None and not _lacking(folder) else None


def fetch(
    name: str,
    files: Sequence[str],
    *,
    revision: str = "main",
    allow_download: bool = True,
    progress: Progress | None = None,
) -> list[Path]:
    """Single files of a repository on the hub, fetched first if need be.

    Args:
        name: repository, such as `rhasspy/piper-voices`.
        files: paths inside it.
        revision, allow_download, progress: as for `resolve`.

    Raises:
        ModelMissing: one of them is neither here nor to be had.
    """
    folder = hub_network.snapshot(name, revision)
    missing = [file for file in files if folder is None or not (folder / file).is_file()]
    if missing:
        if not allow_download:
            raise ModelMissing(
                f"{missing[0]} of {name} is not on this machine",
                remedy=f"fetch it with: scenewise models pull {Path(missing[0]).stem}",
            )
        listing = hub_network.listing(name, revision)
        absent = [file for file in missing if file not in listing]
        if absent:
            raise ModelMissing(f"{name} has no file {absent[0]}", remedy="check the name")
        hub_network.download(
            name, revision, {file: listing[file] for file in missing}, progress or Silent()
        )
        folder = hub_network.snapshot(name, revision)
    assert folder is not None
    return [folder / file for file in files]


def fingerprint(folder: Path) -> str:
    """A hash that tells two models apart, from the configuration and samples of the weights.

    Reads at most 17 blocks of 4 KiB per file, so that it takes milliseconds on gigabytes.
    """
    digest = hashlib.sha256()
    files = [
        p for kind in ("safetensors", "json", "toml") for p in sorted(folder.glob(f"*.{kind}"))
    ]
    if (folder / MODULES).is_file():
        files += [
            file for file in sorted(folder.glob("*/*")) if file.name in ("config.json", WEIGHTS)
        ]
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.relative_to(folder).as_posix()}:{size};".encode())
        with file.open("rb") as stream:
            for part in range(17):
                stream.seek(max(0, size - 4096) * part // 16)
                digest.update(stream.read(4096))
    return digest.hexdigest()


def _download(name: str, revision: str, progress: Progress) -> None:
    listing = hub_network.listing(name, revision)
    if INDEX in listing and WEIGHTS not in listing:
        weights = [f for f in listing if f.startswith("model-") and f.endswith(".safetensors")]
        weights.append(INDEX)
    else:
        weights = [WEIGHTS] if WEIGHTS in listing else []
    if not weights or "config.json" not in listing:
        what = "safetensors weights" if not weights else "config.json"
        raise ModelMissing(
            f"{name} on the hub has no {what}, and no other format is loaded",
            remedy="choose another model, or convert it and give its folder",
        )
    parts = _parts(name, listing) if MODULES in listing else []
    # Small files first: a broken connection then leaves the least to fetch again.
    wanted = [file for file in SIDE_FILES if file in listing] + parts + sorted(weights)
    have = hub_network.snapshot(name, revision)
    missing = {f: listing[f] for f in wanted if have is None or not (have / f).is_file()}
    hub_network.download(name, revision, missing, progress)


def _parts(name: str, listing: Mapping[str, int]) -> list[str]:
    """The files of a model's parts that lie in folders of their own.

    Raises:
        ModelMissing: a part has weights, but none as safetensors.
    """
    found = [file for file in listing if _PART.fullmatch(file)]
    for file in found:
        where, _, what = file.partition("/")
        if what == "pytorch_model.bin" and f"{where}/{WEIGHTS}" not in listing:
            raise ModelMissing(
                f"{name} on the hub has weights of its part {where} only as {what}, which is "
                "not loaded",
                remedy="choose another model, or convert it to safetensors and give its folder",
            )
    # The list comes last: a folder that has it has all its parts.
    return [*sorted(f for f in found if not f.endswith(".bin")), MODULES]


def _pull(name: str) -> str:
    return f"fetch it with: scenewise models pull {name}"


def _looks_local(name: str) -> bool:
    path = Path(name).expanduser()
    told = name.startswith((".", "~", "/", "\\")) or path.is_absolute() or name.count("/") != 1
    return told or path.exists()


def _pocket(name: str, job: str) -> Path:
    kind = name.partition("/")[2] or job
    if not kind:
        raise OptionInvalid(f"{POCKET} does not say what the model is for")
    root = resources.files("scenewise") / "data" / POCKET / kind
    folder = Path(str(root))
    lacking = _lacking(folder)
    if lacking:
        raise ModelMissing(
            f"this installation has no pocket model for the job {kind!r} ({lacking})",
            remedy="choose another model",
        )
    return folder


def _lacking(folder: Path) -> str:
    """What keeps a folder from being a whole model; empty where nothing does."""
    if not folder.is_dir():
        return "there is no such folder" if not folder.exists() else "it is not a folder"
    if not (folder / "config.json").is_file():
        return "it has no config.json"
    if (folder / MODULES).is_file():
        lacking = _lacking_part(folder)
        if lacking:
            return lacking
    if (folder / WEIGHTS).is_file():
        return ""
    if (folder / INDEX).is_file():
        shards = _read_json(folder / INDEX).get("weight_map", {})
        names = sorted(set(shards.values())) if isinstance(shards, dict) else []
        absent = [shard for shard in names if not (folder / shard).is_file()]
        if not names:
            return f"its {INDEX} names no weights"
        return f"it lacks {absent[0]}" if absent else ""
    return f"it has no {WEIGHTS}"


def _lacking_part(folder: Path) -> str:
    """What the parts in folders of their own lack; a part without parameters has no weights."""
    for part in parts_of(folder):
        path, kind = str(part.get("path", "")), str(part.get("type", "")).rpartition(".")[2]
        if kind in {"Pooling", "Dense"} and not (folder / path / "config.json").is_file():
            return f"it lacks {path}/config.json"
        if kind == "Dense" and not (folder / path / WEIGHTS).is_file():
            only = (folder / path / "pytorch_model.bin").is_file()
            return f"it lacks {path}/{WEIGHTS}" + (
                ", and pytorch_model.bin is not loaded" if only else ""
            )
    return ""


def parts_of(folder: Path) -> list[dict[str, Any]]:
    """The parts of a model in the format of sentence-transformers, as its list tells of them.

    Raises:
        ModelMissing: the list is absent or damaged.
    """
    value = _read_json_value(folder / MODULES)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _demand_whole(folder: Path, name: str) -> None:
    lacking = _lacking(folder)
    if lacking:
        raise ModelMissing(
            f"{name} is not a model that can be loaded: {lacking}",
            remedy="give a folder with config.json and safetensors weights, or a hub name",
        )


def _demand_kind(folder: Path, name: str, job: str) -> None:
    if job not in JOBS:
        raise ValueError(f"no such job: {job}")
    config = _config(folder / "config.json")
    kind = str(config.get("model_type", "unknown"))
    allowed = JOBS[job]
    fits = kind in allowed if allowed else "vision_config" in config
    if not fits:
        wanted = ", ".join(allowed) if allowed else "a model that takes pictures and text"
        raise OptionInvalid(
            f"{name} is a model of the kind {kind!r}, which cannot serve as {job}",
            remedy=f"choose one of the kind: {wanted}",
        )


def _config(file: Path) -> dict[str, Any]:
    return _cached_json(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _cached_json(file: Path, _changed: int) -> dict[str, Any]:
    return _read_json(file)


def _read_json(file: Path) -> dict[str, Any]:
    value = _read_json_value(file)
    return value if isinstance(value, dict) else {}


def _read_json_value(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"{file.name} cannot be read ({type(error).__name__})",
            path=file,
            remedy="fetch it anew",
        ) from error
