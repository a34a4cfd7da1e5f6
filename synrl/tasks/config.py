"""What is asked of a family for one row: level, mode, form, and the knobs that a level sets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from synrl import view
from synrl.checks import check_one_of, check_range
from synrl.world.timeline import FPS

FORMS = ("choice", "open")
LEVELS = (1, 2, 3, 4, 5)
MODES = ("perception", "localisation", "forward", "retrodictive", "historical", "predict_operations")


@dataclass(frozen=True, kw_only=True)
class Config:
    """What is asked of a family for one row; families add their own knobs, levels are presets of them.

    Raises:
        ConfigError: from a family's `__post_init__`, naming the field, its value and what is allowed.
    """

    level: int = 1
    mode: str
    form: str = "choice"
    """`choice` or `open`."""
    view: str = view.DEFAULT
    """What a model is to be shown of the clip; see `synrl.view`."""

    def __post_init__(self) -> None:
        self.require("form", FORMS)
        object.__setattr__(self, "view", str(view.parse_view(self.view)))
        for name, value in list(vars(self).items()):
            if isinstance(value, float):  # some JSON readers change the last digit of a stored config
                object.__setattr__(self, name, round(value, 9))

    @property
    def glance(self) -> int:
        """The frames from one shown frame to the next, at most.

        The unit of time of what must be seen: of what lasts longer, at least one shown frame lies inside, of
        what lasts two, at least two.
        """
        return view.glance(self.view, FPS)

    @property
    def longest(self) -> int:
        """The most frames of a clip that is shown without a gap of more than a glance."""
        return view.longest(self.view, FPS)

    def glances(self, count: float) -> int:
        """The frames of some glances, rounded up."""
        return math.ceil(count * self.glance - 1e-9)

    def require(self, name: str, values: Sequence[object]) -> None:
        """Check that a field has one of some values."""
        check_one_of(name, getattr(self, name), values)

    def require_range(self, name: str, low: float, high: float) -> None:
        """Check that a field is a number from a closed range."""
        check_range(name, getattr(self, name), low, high)
