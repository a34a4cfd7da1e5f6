"""How a clip looks, drawn from the style stream: palette, ground, texture, font. Never its answer.

There are two disjoint spaces of style. Training and test splits use pale grounds; a split whose name
ends in `_shift` shows the same scenes and questions on dark grounds, with other colours and another
font, so that a model's dependence on looks can be measured.

A colour that a question names has to be told apart by everyone: at levels 1 and 2 only colours of the
palette's `safe` set occur. Under full protanopia, deuteranopia and tritanopia (Machado et al., 2009)
they stay at least 20 apart in CIELAB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synrl.seeds import Streams

SAFE_LEVELS = (1, 2)
TEXTURES = ("plain", "plain", "dots", "lines", "grid")
"""Half of the clips or so have no texture."""


@dataclass(frozen=True)
class Palette:
    """Named colours that stand out from each of some grounds."""

    colours: Mapping[str, str]
    safe: tuple[str, ...]
    grounds: tuple[str, ...]
    ink: str
    """For text, walls and rules."""
    panels: tuple[str, ...]
    """For cells, tables and other large areas that objects lie on."""


@dataclass(frozen=True)
class Style:
    """The looks of one clip."""

    palette: Palette
    ground: str
    panel: str
    """The colour of cells, tables and other large areas that objects lie on."""
    texture: str
    font: str

    @property
    def ink(self) -> str:
        """The colour of text and lines."""
        return self.palette.ink

    def colours(self, level: int) -> tuple[str, ...]:
        """The names of the colours that a question of a level may tell apart."""
        return self.palette.safe if level in SAFE_LEVELS else tuple(self.palette.colours)


def draw_style(streams: Streams) -> Style:
    """The style of a row: from the held-out space if its split is a shifted one."""
    stream = streams.style
    palette = stream.choice(_SHIFTED_PALETTES if streams.shifted else _PALETTES)
    return Style(
        palette=palette,
        ground=stream.choice(palette.grounds),
        panel=stream.choice(palette.panels),
        texture=stream.choice(TEXTURES),
        font=stream.choice(("serif",) if streams.shifted else ("sans", "mono")),
    )


_PALE_GROUNDS = ("#e2e5ea", "#ebe4d6", "#dce5f1", "#dfe9da", "#e8e2ea")
"""Dark enough that the edge of a clip shows on a white page."""
_PALE_PANELS = ("#aed2ba", "#b3c8e4", "#dcc79f", "#cdb6d4", "#bcc3cf")
_DARK_GROUNDS = ("#1b1f27", "#22262b", "#1d2a26", "#2a2230")
_DARK_PANELS = ("#3b424e", "#38464a", "#45404f")

_PALETTES = (
    Palette(
        colours={
            "red": "#d62728",
            "blue": "#1f5fd0",
            "green": "#1e8c3a",
            "orange": "#f28e1c",
            "purple": "#8e3fb8",
            "black": "#202020",
            "pink": "#f06eaa",
            "brown": "#7a4a21",
        },
        safe=("red", "blue", "orange", "black"),
        grounds=_PALE_GROUNDS,
        ink="#202020",
        panels=_PALE_PANELS,
    ),
    Palette(
        colours={
            "red": "#c2182b",
            "blue": "#2a4fb5",
            "green": "#2f9e44",
            "orange": "#ee8100",
            "purple": "#7b2fa8",
            "black": "#16161a",
            "pink": "#e8579b",
            "brown": "#6b4423",
        },
        safe=("red", "blue", "orange", "black"),
        grounds=_PALE_GROUNDS,
        ink="#2b2b33",
        panels=_PALE_PANELS,
    ),
)
_SHIFTED_PALETTES = (
    Palette(
        colours={
            "red": "#e5484d",
            "blue": "#5b8cff",
            "green": "#46b565",
            "orange": "#ffa62b",
            "purple": "#b07cf0",
            "white": "#f5f5f5",
            "pink": "#ff9bce",
            "brown": "#a9744a",
        },
        safe=("red", "blue", "orange", "white"),
        grounds=_DARK_GROUNDS,
        ink="#eceff4",
        panels=_DARK_PANELS,
    ),
)
PALETTES = _PALETTES + _SHIFTED_PALETTES
"""Every palette there is."""
