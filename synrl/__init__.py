"""SynRL: synthetic videos with proved answers, to teach vision-language models temporal primitives.

`make`, `rows`, `score`, `show` and `families` are the front door; `synrl.api` describes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synrl.api import families, make, rows, score, show

__version__ = "0.1.0"
__all__ = ["families", "make", "rows", "score", "show"]


def __getattr__(name: str) -> Any:
    """A name of the front door, imported when it is first used: `synrl --help` needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module 'synrl' has no attribute {name!r}")
    from synrl import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
