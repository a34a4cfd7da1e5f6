"""The family chip_container: see `family`.

config    knobs and levels
shelf     where containers stand and chips lie, and how both travel
clip      what happens in a clip, and how it is shown
contents  what else a container might hold: the wrong options of questions about contents
asks      the kinds of question
solver    the second implementation: answers and operations from what is seen
"""

from synrl.tasks.chip_container.family import FAMILY

__all__ = ["FAMILY"]
