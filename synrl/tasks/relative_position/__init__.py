"""The family relative_position: see `family`.

config   knobs and levels
clip     tours, visits to a zone and races
asks     the kinds of question
solver   what is seen of places
"""

from synrl.tasks.relative_position.family import FAMILY

__all__ = ["FAMILY"]
