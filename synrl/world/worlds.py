"""The worlds in which plans are carried out, by the family that asks for plans."""

from __future__ import annotations

from synrl.world import cards, chips, cups, files, sliding, slots
from synrl.world.history import World

WORLDS: dict[str, World] = {
    "card_stack": cards.WORLD,
    "chip_container": chips.WORLD,
    "file_system": files.WORLD,
    "shell_game": cups.WORLD,
    "sliding_puzzle": sliding.WORLD,
    "symbol_operations": slots.WORLD,
}
