"""The family distance_estimation: see `family`.

config   knobs and levels
clip     how distances change in a clip
asks     the kinds of question
solver   what is seen of distances
"""

from synrl.tasks.distance_estimation.family import FAMILY

__all__ = ["FAMILY"]
