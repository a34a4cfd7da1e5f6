"""The family card_stack: see `family`.

config   knobs and levels
table    where cards lie and how they travel, and which arrangement some positions stand for
clip     what happens in a clip, and how it is shown
asks     the kinds of question
solver   the second implementation: answers and operations from what is seen
"""

from synrl.tasks.card_stack.family import FAMILY

__all__ = ["FAMILY"]
