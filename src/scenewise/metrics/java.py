"""The Java programs that published figures were made with: PTBTokenizer, METEOR 1.5, SPICE.

All come in the package `pycocoevalcap` (extra `research`), which is used for these files
alone: its wrappers write into the installed package and have not been touched since 2020. The
programs run beside Scenewise on the user's own Java and are not part of it.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Final

from scenewise.core.errors import ComponentMissing

TOKENIZER: Final = "tokenizer/stanford-corenlp-3.4.1.jar"
METEOR: Final = "meteor/meteor-1.5.jar"
SPICE: Final = "spice/spice-1.0.jar"


def command(jar: str, need: str) -> tuple[str, Path]:
    """Where Java and one of the programs are.

    Args:
        jar: `TOKENIZER`, `METEOR` or `SPICE`.
        need: what it is wanted for, to say when it is missing.

    Raises:
        ComponentMissing: Java or the package is not here.
    """
    java = shutil.which("java")
    if java is None:
        raise ComponentMissing(f"{need} needs Java", remedy="install a Java 8 or newer")
    spec = importlib.util.find_spec("pycocoevalcap")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / jar
        if path.is_file():
            return java, path
    raise ComponentMissing(
        f"{need} needs {Path(jar).name} of the package pycocoevalcap",
        remedy="install scenewise[research]",
    )


def present() -> bool:
    """Whether the tokenizer and METEOR can run here; SPICE needs a parser as well."""
    try:
        command(TOKENIZER, "")
        command(METEOR, "")
    except ComponentMissing:
        return False
    return True
