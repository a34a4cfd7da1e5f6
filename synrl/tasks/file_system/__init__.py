"""The family file_system: see `family`.

config   knobs and levels
play     what happens in a clip
clip     how it is shown
walks    where the working directory goes, if that is asked for
plans    one target for several ends: the options of questions for plans
asks     the kinds of question
solver   the second implementation: answers and operations from what is seen
"""

from synrl.tasks.file_system.family import FAMILY

__all__ = ["FAMILY"]
