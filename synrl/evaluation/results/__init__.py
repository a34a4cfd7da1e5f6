"""What a run has come to, read back from the files that lmms-eval leaves.

outcomes  what is known of a run and its tasks
samples   each item's part in their scores
reading   from a folder to a run
"""
