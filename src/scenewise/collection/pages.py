"""What the pages of a collection have in common: one file each, which loads nothing else."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_PARTS: Final = Path(__file__).parent / "parts"


def style_of(name: str) -> Markup:
    """The style that all pages share, with that of one page after it."""
    return part("base.css") + part(f"{name}.css")


def part(name: str) -> Markup:
    """A file of a page that is no template; it is ours, so it needs no escaping."""
    return Markup((_PARTS / name).read_text(encoding="utf-8"))


def policy(style: str, behaviour: str = "") -> str:
    """What a page may load: its own style and script, and the pictures inside it."""
    allowed = [
        "default-src 'none'",
        "img-src data:",
        f"style-src '{_digest(style)}'",
        *([f"script-src '{_digest(behaviour)}'"] if behaviour else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(allowed)


def picture_address(jpeg: bytes) -> str:
    """A picture as an address that holds it."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def environment() -> Environment:
    """Where the templates are; a name that is not known is an error."""
    return Environment(
        loader=PackageLoader("scenewise.collection", "parts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
