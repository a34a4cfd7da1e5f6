"""Files that a user opens, found in a checkout and in an installed wheel alike.

A checkout has them in its top-level folders (`training/recipes`, `evaluation/tasks`, `hub_cards`); the wheel
carries the same folders inside the package, under the same names.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(folder: str) -> Path:
    """Where one of those folders is, by its path in a checkout: `training/recipes`."""
    installed = _PACKAGE / folder
    return installed if installed.is_dir() else _PACKAGE.parent / folder
