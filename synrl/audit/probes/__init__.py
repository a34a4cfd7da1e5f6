"""What can be looked at without watching: the text, one frame, frames in no order, the facts of the file.

view        what a probe knows of every candidate of every row, as numbers with names
text        the question and its options
frame       one frame, and frames without their order
record      the facts around the clip
"""
