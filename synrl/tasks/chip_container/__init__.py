"""The family chip_container: see `family`.

config    knobs and levels
shelf     where containers stand and chips lie, and how both travel
clip      what happens in a clip, and how it is shown
others    what else may have happened in a clip that looks alike: where answers are drawn from
asks      the kinds of question
solver    the second implementation: answers and operations from what is seen
"""

from synrl.tasks.chip_container.family import FAMILY

__all__ = ["FAMILY"]
