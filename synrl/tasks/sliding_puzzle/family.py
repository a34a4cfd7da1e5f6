"""sliding_puzzle: which number is where while tiles slide with their numbers covered?

The numbers show for two seconds at one end of the clip; in between, and at the other end, all tiles look
the same. They are a random assignment to cells. No board recurs: no slide is undone, and each has to be
followed.

The empty cell can be seen all the time. So the answer is drawn evenly from all that other slides would have
led to, as many of them and with the empty cell in the same place at the moment that is asked about. It is
never the empty cell, nor what can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.path import Path

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Caption, Family
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.sliding_puzzle import captions, clip, solver
from synrl.tasks.sliding_puzzle.asks import ASKS
from synrl.tasks.sliding_puzzle.clip import EMPTY, cell_of
from synrl.tasks.sliding_puzzle.config import LEVELS, SlidingConfig
from synrl.video.scene import Scene
from synrl.world.directions import MAIN_DIRECTIONS
from synrl.world.grids import cell_name
from synrl.world.sliding import STEPS, empty_cell
from synrl.world.timeline import Operation, Timeline


class SlidingPuzzle(Family):
    name = "sliding_puzzle"
    summary = "Which number is where after slides of covered tiles; how to bring a tile somewhere."
    category = "grid-based tracking"
    horizon = "long"
    content = "the numbers"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = SlidingConfig
    levels = LEVELS
    asks = ASKS
    words = told("move", *MAIN_DIRECTIONS) | dict.fromkeys(("drops", "is pushed", "is moved"), "move")
    names = named("cell", "cell alone", "tile")
    verbs = ("is at", "reads")
    noun = "slide"

    def simulate(self, config: SlidingConfig, streams: Streams) -> Timeline:
        return clip.simulate(ASKS, config, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return clip.draw(timeline)

    def phrases(self, happening: Operation) -> Sequence[str]:
        way = happening.arguments["direction"]
        return f"a tile slides {way} into the empty cell", f"a tile moves {way} into the gap"

    def effects(self, before: Any, happening: Operation, after: Any) -> Sequence[str]:
        way = happening.arguments["direction"]
        (row, column), (down, right) = empty_cell(before), STEPS[way]
        start, end = cell_name((row - down, column - right)), cell_name((row, column))
        number = before["rows"][row - down][column - right]
        return (
            f"tile {number} moves {way} from {start} to {end}",
            f"the tile at {start} moves {way} to {end}",
            f"the {number} moves {way} from {start} to {end}",
        )

    def statements(self, state: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
        said: dict[str, Sequence[str]] = {}
        for number, row in enumerate(state["rows"], start=1):
            said[f"row {number}"] = (f"reads {' '.join(str(tile or EMPTY) for tile in row)}",)
            for column, tile in enumerate(row):
                cell = cell_name((number - 1, column))
                if tile:
                    said[f"tile {tile}"] = (f"is at {cell}",)
                    said[f"cell {cell}"] = (f"holds {tile}",)
                else:
                    said[f"cell {cell}"] = ("is empty",)
                    said["the empty cell"] = said["the gap"] = (f"is at {cell}", f"is {cell}")
        return said

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        if "tile" in query:
            return {f"tile {query['tile']}": f"is at {cell_name(cell_of(state, query['tile']))}"}
        return {
            f"row {number}": f"reads {' '.join(str(tile or EMPTY) for tile in row)}"
            for number, row in enumerate(state["rows"], start=1)
        }

    def captions(self, evidence: Evidence) -> Iterable[Caption]:
        return captions.captions(evidence)

    def observe(self, evidence: Evidence) -> Observed:
        return solver.observe(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return clip.outline(size)


FAMILY = SlidingPuzzle()
