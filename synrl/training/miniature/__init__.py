"""Does it learn? Fine-tuning and GRPO with a million weights, in minutes on two cores, on rows of ours.

Nothing is pretrained here, so the tiny model (`synrl.training.tiny`) learns to see, to read and to answer
from these rows alone.
"""
