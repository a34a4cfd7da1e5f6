"""The family collision_counting: see `family`.

config   knobs and levels
clip     runs of bouncing shapes, and the stretch of one that is shown
asks     the kinds of question
solver   the second implementation: contacts from what is seen
"""

from synrl.tasks.collision_counting.family import FAMILY

__all__ = ["FAMILY"]
