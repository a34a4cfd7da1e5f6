"""shell_game: under which cup is the coin?

Identical cups stand on a square grid, coins lie under some. All cups are lifted for two seconds at one
end of the clip; in between, pairs of neighbours (at higher levels, cups two cells apart) change places.
Most swaps move a coin.

From level 3 on, a screen hides a column of the grid for a part of the shuffle. What happens can still be
told: swaps are among cups in sight, or between a cup in sight and its hidden neighbour in the same row,
so that the row at which a cup goes behind the screen says which one it changes places with. That each
operation swaps two cups is stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.path import Path

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Family
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.telling import both_ways
from synrl.tasks.shell_game import clip, solver
from synrl.tasks.shell_game.asks import ASKS
from synrl.tasks.shell_game.config import LEVELS, ShellConfig
from synrl.video.scene import Scene
from synrl.world.timeline import Operation, Timeline


class ShellGame(Family):
    name = "shell_game"
    summary = "Under which cup a coin is after swaps, some behind a screen; how to get it elsewhere."
    category = "grid-based tracking"
    horizon = "long"
    content = "the coins"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = ShellConfig
    levels = LEVELS
    asks = ASKS
    words = told("move", "swap") | {"carried": "move", "is moved": "move"}
    names = named("cell", "cell alone", "way")
    verbs = ("is at",)
    noun = "swap"

    def simulate(self, config: ShellConfig, streams: Streams) -> Timeline:
        return clip.simulate(ASKS, config, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return clip.draw(timeline)

    def phrases(self, happening: Operation) -> Sequence[str]:
        return (
            *both_ways("the cups at {} and {} change places", *happening.arguments["cells"]),
            *both_ways("the cup at {} changes places with the one at {}", *happening.arguments["cells"]),
        )

    def effects(self, before: Any, happening: Operation, after: Any) -> Sequence[str]:
        one, two = happening.arguments["cells"]
        moved = {one: two, two: one}
        return [
            f"the {coin} moves from {cell} to {moved[cell]}"
            for coin, cell in before["coins"].items()
            if cell in moved
        ]

    def statements(self, state: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
        return {
            **{f"the {coin}": (f"is at {cell}",) for coin, cell in state["coins"].items()},
            **{f"the cup at {cell}": (f"holds the {coin}",) for coin, cell in state["coins"].items()},
        }

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        coins = [query["coin"]] if "coin" in query else list(state["coins"])
        return {f"the {coin}": f"is at {state['coins'][coin]}" for coin in coins}

    def observe(self, evidence: Evidence) -> Observed:
        return solver.observe(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return clip.outline(shape, size)


FAMILY = ShellGame()
