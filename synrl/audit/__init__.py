"""Proofs over rows: read a dataset, local or on the Hub, and show that what it says is true.

verify     a dataset: every row of it, and that they are the rows that it must hold
row        one row, from its key to its pixels
key        the row that a key makes, and columns that say otherwise
frames     every frame, beside the same frame drawn again
pixels     objects found again in decoded frames
lettering  texts read in decoded frames
container  what an MP4 file may hold beside the pictures
audit      all rows together: no shortcut beats chance, nothing occurs twice
shortcuts  ways to an answer that must not work
"""
