"""What outputs are worth.

item       the score of an output on an item, by the kind of its answer
choice     of those: letters, and rows of SynRL
grounding  spans of seconds
numeric    numbers and open answers
ordering   orders of clips
totals     metrics of items that belong together
"""
