"""A test double of ms-swift's `swift.rewards`, written from its documentation: a base class and a table."""

from __future__ import annotations

from typing import Any


class ORM:
    def __init__(self, args: Any = None, **kwargs: Any) -> None:
        self.args = args


orms: dict[str, type[ORM]] = {}
