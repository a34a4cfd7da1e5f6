"""The family symbol_operations: see `family`.

config   knobs and levels
row      where slots are, and how tiles and tokens travel
clip     what happens in a clip, and how it is shown
asks     the kinds of question
solver   the second implementation: answers and operations from what is seen
"""

from synrl.tasks.symbol_operations.family import FAMILY

__all__ = ["FAMILY"]
