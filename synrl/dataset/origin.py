"""What the bytes of a dataset come from: the code that makes them, and the libraries under it.

The same recipe gives other bytes with another encoder, and other rows after an edit that forgot to change
`GENERATOR_VERSION`. Whoever keeps rows keeps this beside them, so that old ones are never taken for new, and
machines of different origins never make parts of one dataset.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

_LIBRARIES = ("av", "matplotlib", "numpy")
_WRITERS = ("datasets", "pyarrow")
CODE = (
    "answers.py", "budget.py", "checks.py", "dataset/files.py", "dataset/layout.py", "dataset/recipes.py",
    "dataset/rows.py", "dataset/sources.py", "errors.py", "evidence", "output.py", "schema.py", "scoring.py",
    "seeds.py", "tasks", "video", "view.py", "world",
)  # fmt: skip
"""Files and folders of `synrl` that the files of a recipe depend on: `dataset/files.py` and all that it
imports."""


def origin() -> dict[str, str]:
    """The digest of the code, as `code`, and the version of each library."""
    return {"code": _code_digest(CODE), **libraries(), **{name: version(name) for name in _WRITERS}}


def whole_origin() -> dict[str, str]:
    """The same for what is made of rows, on which any code of `synrl` may decide."""
    return {**origin(), "code": _code_digest(("",))}


def libraries() -> dict[str, str]:
    """The version of each library that the bytes of videos depend on."""
    return {name: version(name) for name in _LIBRARIES}


@cache
def _code_digest(names: tuple[str, ...]) -> str:
    root = Path(str(files("synrl")))
    digest = hashlib.sha256()
    for name in names:
        path = root / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(root)}:".encode() + file.read_bytes())
    return digest.hexdigest()[:16]
