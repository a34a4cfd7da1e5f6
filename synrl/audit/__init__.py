"""Proofs over rows: read a dataset, local or on the Hub, and show that what it says is true.

verify     a dataset: every row of it, and that they are the rows that it must hold
row        one row, from its key to its pixels
key        the row that a key makes, and columns that say otherwise
frames     every frame, beside the same frame drawn again
pixels     objects found again in decoded frames
lettering  texts read in decoded frames
container  what an MP4 file may hold beside the pictures
audit      all rows together: nothing gets around the videos, nothing occurs twice
noting     what many machines find out, file by file
exam       what an audit keeps of a row
examine    from one of our rows to that
foreign    from other people's rows to that
tables     the files that other people's rows are in
bags       what all frames together show of an object, in no order
kinds      kinds of question, and the answers to choose from
probes     what can be looked at without watching
rules      the best simple rule on what a probe sees
wording    which words go with right answers
learnt     what can be learnt from what a probe sees
probing    every probe on a kind of question
verdict    exact tests, corrected for their number, and what they can see
"""
