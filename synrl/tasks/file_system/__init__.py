"""The family file_system: see `family`.

config   knobs and levels
clip     what happens in a clip, and how it is shown
asks     the kinds of question
solver   the second implementation: answers and operations from what is seen
"""

from synrl.tasks.file_system.family import FAMILY

__all__ = ["FAMILY"]
