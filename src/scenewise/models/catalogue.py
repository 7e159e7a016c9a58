"""Every pretrained model that Scenewise can use: what for, how big, under which licence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from scenewise.core.errors import ComponentMissing, UnknownChoice
from scenewise.core.progress import Progress, Silent
from scenewise.models import hub

BLIP_LARGE: Final = "Salesforce/blip-image-captioning-large"
CLIP_LARGE: Final = "openai/clip-vit-large-patch14"
CLIP_BASE: Final = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"
CLIP_OPENAI_BASE: Final = "openai/clip-vit-base-patch32"
CLIP_MULTILINGUAL: Final = "sentence-transformers/clip-ViT-B-32-multilingual-v1"
SIGLIP2_BASE: Final = "google/siglip2-base-patch16-224"
SMALL_VLM: Final = "HuggingFaceTB/SmolVLM-500M-Instruct"

PIPER: Final = "rhasspy/piper-voices"


@dataclass(frozen=True)
class ModelEntry:
    """One model.

    Args:
        name: what to call it on the command line and in options.
        job: what it does: `captioner`, `embedder`, `text tower`, `vlm`, `speech detector`,
            `text reader` or `voice`.
        about: one line for people.
        size: bytes to fetch, rounded; 0 where it comes with an installed package.
        licence: SPDX name of the licence of the weights, as their page states it.
        source: where it comes from: a hub repository, or `package <name>`.
        revision: branch, tag or commit on the hub; empty for packages.
        files: the files to fetch, for repositories that hold many models.
    """

    name: str
    job: str
    about: str
    size: int
    licence: str
    source: str
    revision: str = "main"
    files: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        """The Python package that brings it; empty for models of the hub."""
        return self.source.removeprefix("package ") if self.source.startswith("package ") else ""

    @property
    def is_pinned(self) -> bool:
        """Whether the very same bytes come tomorrow: a commit, or a released package."""
        return bool(self.package) or len(self.revision) == 40

    @property
    def is_here(self) -> bool:
        """Whether it can be used on this machine without a network."""
        if self.package:
            return find_spec(self.package) is not None
        if self.files:
            try:
                hub.fetch(self.source, self.files, revision=self.revision, allow_download=False)
            except ComponentMissing:
                return False
            return True
        return hub.is_cached(self.source, job=self.hub_job, revision=self.revision)

    @property
    def hub_job(self) -> str:
        """What the hub must know it as, so that all its parts are fetched (see `hub.JOBS`)."""
        return "sentences" if self.job == "text tower" else ""


def _piper(voice: str, about: str, size: int = 63_000_000) -> ModelEntry:
    language, speaker, quality = voice.split("-")
    base = f"{language.partition('_')[0]}/{language}/{speaker}/{quality}/{voice}.onnx"
    return ModelEntry(
        voice,
        "voice",
        about,
        size,
        "see the voice's MODEL_CARD",
        PIPER,
        files=(base, f"{base}.json"),
    )


# PE-Core (Bolya et al. 2025) is not among them: its checkpoints come in a format of its own and in
# that of OpenCLIP. transformers has a class for neither: what it has of that family (`pe_video`,
# `pe_audio`) are other models, with vectors in other spaces.
_ENTRIES: Final = (
    ModelEntry(
        BLIP_LARGE,
        "captioner",
        "BLIP large: proposes sentences for a key frame (the paper's captioner)",
        1_880_000_000,
        "BSD-3-Clause",
        BLIP_LARGE,
    ),
    ModelEntry(
        CLIP_LARGE,
        "embedder",
        "CLIP ViT-L/14: measures how well a sentence fits a picture (the paper's CLIP)",
        1_710_000_000,
        "MIT",
        CLIP_LARGE,
    ),
    ModelEntry(
        CLIP_BASE,
        "embedder",
        "CLIP ViT-B/32 (LAION): a third of the size, several times faster, less exact",
        605_000_000,
        "MIT",
        CLIP_BASE,
    ),
    ModelEntry(
        CLIP_OPENAI_BASE,
        "embedder",
        "CLIP ViT-B/32 (OpenAI): the pictures' half of `multilingual`",
        605_000_000,
        "MIT",
        CLIP_OPENAI_BASE,
        revision="refs/pr/15",  # the main branch has no safetensors
    ),
    ModelEntry(
        CLIP_MULTILINGUAL,
        "text tower",
        "sentences in over 50 languages in the space of CLIP ViT-B/32 (OpenAI)",
        544_000_000,
        "Apache-2.0",
        CLIP_MULTILINGUAL,
    ),
    ModelEntry(
        SIGLIP2_BASE,
        "embedder",
        "SigLIP 2 base, 224 pixels: pictures and sentences in many languages",
        1_540_000_000,
        "Apache-2.0",
        SIGLIP2_BASE,
    ),
    ModelEntry(
        SMALL_VLM,
        "vlm",
        "SmolVLM 500M: a small vision-language model that looks at several frames at once",
        1_020_000_000,
        "Apache-2.0",
        SMALL_VLM,
    ),
    ModelEntry(
        "silero-vad", "speech detector", "finds where people speak", 0, "MIT", "package silero_vad"
    ),
    ModelEntry(
        "pp-ocr",
        "text reader",
        "PP-OCR: reads writing in the picture",
        0,
        "Apache-2.0",
        "package rapidocr",
    ),
    ModelEntry(
        "espeak-ng",
        "voice",
        "speaks over a hundred languages offline, plainly",
        0,
        "GPL-3.0-or-later",
        "package espeakng_loader",
    ),
    _piper("en_US-lessac-medium", "neural voice, American English"),
    _piper("en_GB-alba-medium", "neural voice, British English"),
    _piper("de_DE-thorsten-medium", "neural voice, German"),
    _piper("fr_FR-siwis-medium", "neural voice, French"),
    _piper("es_ES-davefx-medium", "neural voice, Spanish"),
)


TOGETHER: Final = {
    "interrogator": (BLIP_LARGE, CLIP_LARGE),
    "vlm": (SMALL_VLM,),
    "multilingual": (CLIP_OPENAI_BASE, CLIP_MULTILINGUAL),
}
"""What runs several models, and which."""

SHORT: Final = {
    "clip-ViT-B-32": CLIP_OPENAI_BASE,
    "clip-ViT-B-32-multilingual-v1": CLIP_MULTILINGUAL,
    "siglip2": SIGLIP2_BASE,
}
"""Names by which people know models; the first two are those that Lai (2023) writes."""


def located(name: str) -> tuple[str, str]:
    """Where a model is: what to ask the hub for, and at which revision.

    Args:
        name: a short name, a name of the hub, or a folder, which goes before a short name.
    """
    source = name if Path(name).expanduser().exists() else SHORT.get(name, name)
    known = next((model for model in _ENTRIES if model.source == source), None)
    return source, known.revision if known is not None else "main"


def folder_of(
    name: str | Path,
    job: str = "embedder",
    *,
    allow_download: bool = True,
    progress: Progress | None = None,
) -> Path:
    """The folder of a model, at the revision that the catalogue names, fetched first if need be.

    Args:
        name: a short name, a name of the hub, a folder, or `pocket`.
        job, allow_download, progress: as for `hub.resolve`.

    Raises:
        ModelMissing: the model is neither here nor to be had.
        OptionInvalid: it is a model of another kind than the job needs.
    """
    source, revision = located(str(name))
    return hub.resolve(
        source, job=job, revision=revision, allow_download=allow_download, progress=progress
    )


def catalogue() -> list[ModelEntry]:
    """Every model, in the order in which a person meets them."""
    return list(_ENTRIES)


def entry(name: str) -> ModelEntry:
    """The model of a name.

    Raises:
        UnknownChoice: the catalogue has none of that name.
    """
    for known in _ENTRIES:
        if known.name == name:
            return known
    raise UnknownChoice(f"the catalogue has no model {name!r}", remedy="see: scenewise models")


def pull(names: Iterable[str], progress: Progress | None = None) -> None:
    """Fetch models so that they can be used without a network.

    Args:
        names: names of the catalogue, short ones (see `SHORT`), one name for all that something
            needs (see `TOGETHER`), or any other repository of the hub.
        progress: shows the downloads.

    Raises:
        UnknownChoice: a name is neither in the catalogue nor of the form `owner/name`.
        ComponentMissing: it cannot be fetched, or comes with a package that is not installed.
    """
    shown = progress or Silent()
    known = {model.name: model for model in _ENTRIES}
    wanted = [each for name in names for each in TOGETHER.get(name, (SHORT.get(name, name),))]
    for name in dict.fromkeys(wanted):
        model = known.get(name)
        if model is None and name.count("/") == 1:
            hub.resolve(name, progress=shown)
        elif model is None:
            entry(name)
        elif model.package:
            if not model.is_here:
                raise ComponentMissing(
                    f"{name} comes with a package that is not installed",
                    remedy=f"pip install {model.package.replace('_', '-')}",
                )
        elif model.files:
            hub.fetch(model.source, model.files, revision=model.revision, progress=shown)
        else:
            hub.resolve(model.source, job=model.hub_job, revision=model.revision, progress=shown)
