"""The family attribute_change: see `family`.

config   knobs and levels
clip     the shapes of a clip and how they change
asks     the kinds of question
solver   what is seen of appearances
"""

from synrl.tasks.attribute_change.family import FAMILY

__all__ = ["FAMILY"]
