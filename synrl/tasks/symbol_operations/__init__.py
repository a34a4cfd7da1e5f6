"""The family symbol_operations: see `family`.

config   knobs and levels
row      where slots are, and how tiles and tokens travel
motion   how operations are carried out on screen
clip     what happens in a clip, and what it looks like
asks     the kinds of question
terms    values as the solver follows them: unknowns
solver   the second implementation: answers and operations from what is seen
"""

from synrl.tasks.symbol_operations.family import FAMILY

__all__ = ["FAMILY"]
