"""How operations are carried out on screen: tiles that move, and tokens that say what is done.

A viewer sees a frame or two of each operation, and all covered tiles look alike. So every frame must tell
which operation it is: a token with a sign is in sight, or tiles are where no other operation brings them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from synrl.tasks.symbol_operations.row import SlotRow, Way, drop, drop_token, hang, leave, over, shifts
from synrl.world.easing import along
from synrl.world.slots import NAMES, Value
from synrl.world.timeline import HIDDEN, Operation, Poses, SceneObject

COVER = 0
SIGNS = {"left": "←", "right": "→", "copy": "=", "delete": "×", "negate": "±"}
"""On tokens; what an addition adds stands on its own."""


class Stage:
    """The objects of a clip as they come up, and their tracks."""

    def __init__(self, row: SlotRow, num_frames: int, tile_colour: str, token_colour: str) -> None:
        self.row, self.num_frames = row, num_frames
        self.colours = {"tile": tile_colour, "token": token_colour}
        self.objects: list[SceneObject] = []
        self.tracks: list[dict[str, np.ndarray]] = []

    def add(self, name: str, shape: str) -> int:
        """A new object, hidden until it is moved or laid down."""
        self.objects.append(SceneObject(name, shape, self.colours[shape], self.row.tile))
        zeros = np.zeros(self.num_frames)
        self.tracks.append({"x": zeros, "y": zeros.copy(), "look": np.full(self.num_frames, HIDDEN)})
        return len(self.objects) - 1

    def add_tile(self, value: Value) -> int:
        """A tile is named after what it holds when it comes."""
        return self.add(f"tile {len(self.objects) + 1}: {value}", "tile")

    def add_token(self, operation: Operation, sign: str) -> int:
        """A token is named after its operation and the sign that it bears."""
        return self.add(f"token {operation.index + 1}: {sign}", "token")

    def rest(self, tiles: Sequence[int], frame: int) -> None:
        """From a frame on, the given tiles stand covered in their slots, and nothing else shows."""
        for number, track in enumerate(self.tracks):
            track["look"][frame:] = COVER if number in tiles else HIDDEN
        for slot, tile in enumerate(tiles):
            self.tracks[tile]["x"][frame:], self.tracks[tile]["y"][frame:] = self.row.x(slot), self.row.y

    def poses(self) -> Poses:
        """The tracks of all objects, side by side."""
        poses = Poses.still(self.num_frames, len(self.objects))
        for number, track in enumerate(self.tracks):
            for name, column in track.items():
                getattr(poses, name)[:, number] = column
        return poses


class Carried(NamedTuple):
    """An operation on tiles: their order after it, who moves how, and who shows which value meanwhile."""

    later: list[int]
    ways: Mapping[int, Way]
    shown: Mapping[int, Value] = {}


def carried_out(stage: Stage, tiles: Sequence[int], operation: Operation, values: Sequence[Value]) -> Carried:
    """What happens on screen in an operation that leads to some values."""
    row, kind, given, later = stage.row, operation.kind, operation.arguments, list(tiles)
    if kind in ("add", "negate"):
        sign = f"{given['amount']:+d}" if kind == "add" else SIGNS[kind]
        return Carried(later, {stage.add_token(operation, sign): drop_token(row, NAMES.index(given["slot"]))})
    if kind == "swap":
        one, two = (NAMES.index(name) for name in given["slots"])
        later[one], later[two] = later[two], later[one]
        return Carried(later, {tiles[one]: over(row, one, two, 1), tiles[two]: over(row, two, one, 2)})
    if kind == "rotate":
        return _rotated(stage, tiles, operation)
    if kind == "copy":
        source, slot = NAMES.index(given["source"]), NAMES.index(given["target"])
        gone, new = tiles[slot], stage.add_tile(values[slot])
        later[slot] = new
        shown = {gone: given["lost"]} if "lost" in given else {}
        above = {stage.add_token(operation, SIGNS[kind]): hang(row, row.x(source))}
        return Carried(later, {new: over(row, source, slot, 1), gone: leave(row, slot, 2), **above}, shown)
    slot = NAMES.index(given["slot"])
    if kind == "insert":
        new = stage.add_tile(given["value"])
        later.insert(slot, new)
        opening = shifts(row, tiles, later, 0.2, 0.65)
        return Carried(later, {new: drop(row, slot), **opening}, {new: given["value"]})
    gone = later.pop(slot)
    closing = shifts(row, tiles, later, 0.3, 1.0)
    shown = {gone: given["value"]} if "value" in given else {}
    above = {stage.add_token(operation, SIGNS[kind]): hang(row, row.x(slot))}
    return Carried(later, {gone: leave(row, slot, 1), **closing, **above}, shown)


def _rotated(stage: Stage, tiles: Sequence[int], operation: Operation) -> Carried:
    """An arrow hangs above the middle: one direction looks like the other one backwards."""
    row, direction = stage.row, operation.arguments["direction"]
    later = [*tiles[1:], tiles[0]] if direction == "left" else [tiles[-1], *tiles[:-1]]
    around = tiles[0 if direction == "left" else -1]
    way = over(row, tiles.index(around), later.index(around), 1)
    middle = (row.x(0) + row.x(len(tiles) - 1)) / 2
    above = {stage.add_token(operation, SIGNS[direction]): hang(row, middle)}
    return Carried(later, {**shifts(row, tiles, later, 0.25, 0.75), around: way, **above})


def move(
    tracks: Sequence[Mapping[str, np.ndarray]],
    operation: Operation,
    ways: Mapping[int, Way],
    faces: Mapping[int, int],
) -> None:
    """Write the ways of an operation, each stretch begun and ended gently."""
    start, end = operation.start_frame, operation.end_frame
    share = np.linspace(0, 1, end - start + 1)[1:-1]
    inner = slice(start + 1, end)
    for number, (corners, times) in ways.items():
        path = along(np.array(corners), times, share)
        tracks[number]["x"][inner], tracks[number]["y"][inner] = path.T
        tracks[number]["look"][inner] = faces.get(number, COVER)
