"""The part of a vision-language model that makes tensors of pictures and words.

It is put together from its pieces rather than by `AutoProcessor`, which takes torchvision
where it finds it and fails for some models where it does not (see `_on_pil`).
"""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

from scenewise.core.errors import ComponentMissing, ModelMissing
from scenewise.models.loading import load_part, quiet


def load_processor(folder: Path) -> Any:
    """The processor of a model, on PIL, with its chat template.

    Raises:
        ModelMissing: its files are absent or damaged, or it has no chat template.
        ComponentMissing: transformers has no processor for it that works without torchvision.
    """
    import transformers
    from transformers import AutoTokenizer

    tokenizer = load_part(AutoTokenizer, folder)
    config = _json(folder / "config.json")
    own = _json(folder / "processor_config.json")
    pictures = own.get("image_processor") or _json(folder / "preprocessor_config.json")
    name = next(
        (
            source["processor_class"]
            for source in (own, pictures, _json(folder / "tokenizer_config.json"))
            if source.get("processor_class")
        ),
        "",
    )
    template = getattr(tokenizer, "chat_template", None) or _template(folder)
    if not template:
        raise ModelMissing(
            "the model has no chat template, so it cannot be asked",
            path=folder,
            remedy="choose one that was trained to follow instructions",
        )
    loader = getattr(transformers, name, None) if name else None
    eyes = _on_pil(str(pictures.get("image_processor_type", "")), str(config.get("model_type", "")))
    if loader is None or eyes is None or "video_processor" in _parameters(loader):
        raise ComponentMissing(
            f"{name or folder.name} prepares its pictures with torchvision only",
            remedy="choose a model of pictures rather than video, such as "
            "HuggingFaceTB/SmolVLM-500M-Instruct",
        )
    extras = {key: own[key] for key in _parameters(loader) & own.keys() - {"image_processor"}}
    extras["chat_template"] = template
    with quiet():
        return loader(image_processor=load_part(eyes, folder), tokenizer=tokenizer, **extras)


def _on_pil(name: str, kind: str) -> Any:
    """The image processor class that works on PIL; None where there is none.

    For Idefics and SmolVLM transformers 5 offers a placeholder that asks for torchvision,
    only because a docstring in the module mentions it; the module itself needs nothing.
    """
    import transformers

    pil = name.removesuffix("Pil").removesuffix("Fast") + "Pil"
    found = getattr(transformers, pil, None)
    if found is not None and not hasattr(found, "_backends"):
        return found
    try:
        module = importlib.import_module(f"transformers.models.{kind}.image_processing_pil_{kind}")
    except ImportError:
        return None
    return getattr(module, pil, None)


def _parameters(loader: Any) -> set[str]:
    return set(inspect.signature(loader.__init__).parameters) - {"self", "args", "kwargs"}


def _template(folder: Path) -> str:
    plain = folder / "chat_template.jinja"
    if plain.is_file():
        return plain.read_text(encoding="utf-8")
    return str(_json(folder / "chat_template.json").get("chat_template", ""))


def _json(file: Path) -> dict[str, Any]:
    """The settings in a file; none where it is absent."""
    if not file.is_file():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"{file.name} is damaged ({type(error).__name__})", path=file, remedy="fetch it anew"
        ) from error
    return content if isinstance(content, dict) else {}
