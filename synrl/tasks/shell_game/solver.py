"""The readers of shell_game: coins followed from where they are seen, and swaps read off the cups.

The solver does not apply the rules of `world.cups`: it exchanges the cells of coins as the swaps show.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from synrl.evidence import Evidence, Observed
from synrl.evidence.following import at, find_plan, read_back, reveal_at_start
from synrl.tasks.shared.moments import hidden_end
from synrl.world.cups import WORLD
from synrl.world.grids import Cell, Layout, cell_name, parse_cell
from synrl.world.history import Step, When
from synrl.world.timeline import Operation


def coins_at(evidence: Evidence, when: When) -> dict[str, str] | None:
    """The cell of every coin at a moment; None if the evidence doesn't determine it."""
    places = _followed(evidence)
    return at(places, when) if places else None


def swaps_of(evidence: Evidence, coin: str) -> list[int]:
    """The numbers of the swaps that are seen to move a coin."""
    pairs = enumerate(itertools.pairwise(_followed(evidence)), start=1)
    return [number for number, (one, two) in pairs if one[coin] != two[coin]]


def plan(evidence: Evidence) -> str | None:
    """A plan from the hidden end to the target, or None if the evidence doesn't determine that end."""
    coins = coins_at(evidence, hidden_end(evidence.query["reveal"]))
    if coins is None:
        return None
    return find_plan(evidence, {"size": evidence.query["size"], "coins": coins}, _carry, WORLD)


def _followed(evidence: Evidence) -> list[dict[str, str]]:
    """Where the coins are after 0, 1, … swaps, from where they were seen; nothing if they weren't."""
    if not evidence.reveals:
        return []
    forwards = reveal_at_start(evidence)
    places = [dict(evidence.reveals[0].state["coins"])]
    for operation in evidence.operations if forwards else reversed(evidence.operations):
        places.append(_exchanged(places[-1], operation.arguments["cells"]))
    return places if forwards else places[::-1]


def _exchanged(coins: Mapping[str, str], pair: Sequence[str]) -> dict[str, str]:
    after = dict(coins)
    for coin, cell in coins.items():
        if cell in pair:
            after[coin] = pair[1 - list(pair).index(cell)]
    return after


def _carry(state: Any, step: Step) -> Any | None:
    pair = step.arguments["cells"]
    if pair[0] == pair[1] or None in [parse_cell(name, state["size"]) for name in pair]:
        return None
    return {"size": state["size"], "coins": _exchanged(state["coins"], pair)}


def _swapped(
    tracks: Mapping[str, Any], cups: Sequence[str], layout: Layout, operation: Operation
) -> list[str]:
    """The cells, row by row, between which cups move from start to end of an operation."""
    start, end = operation.start_frame, operation.end_frame
    moved = [
        layout.cell(float(tracks[name].x[start]), float(tracks[name].y[start]))
        for name in cups
        if math.dist(tracks[name].points[start], tracks[name].points[end]) > 1
    ]
    return [cell_name(cell) for cell in sorted(moved)]


def observe(evidence: Evidence) -> Observed:
    """Operations and states read back from where the cups are on every frame of the full clip."""
    size, tracks = evidence.query["size"], evidence.tracks
    cups = [name for name in tracks if name.startswith("cup ")]
    layout = Layout.spanned_by([(float(tracks[c].x[0]), float(tracks[c].y[0])) for c in cups], size)
    frame = 0 if reveal_at_start(evidence) else -1

    def cell(name: str) -> Cell:
        return layout.cell(float(tracks[name].x[frame]), float(tracks[name].y[frame]))

    under = {coin: next(c for c in cups if cell(c) == cell(coin)) for coin in evidence.query["coins"]}

    def arrangement(places: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
        coins = {coin: cell_name(layout.cell(*places[name])) for coin, name in under.items()}
        return {"size": size, "coins": coins}

    read = read_back(evidence, arrangement, lambda before, after: ("swap", {}), followed=cups)
    operations = [
        replace(operation, arguments={"cells": _swapped(tracks, cups, layout, operation)})
        for operation in read.operations
    ]
    return Observed(operations=tuple(operations), states=read.states)
