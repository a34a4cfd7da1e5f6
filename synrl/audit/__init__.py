"""Proofs over rows: read a dataset, local or on the Hub, and show that what it says is true.

verify     every row by itself: its answer, its times, its pixels
pixels     shapes found again in decoded frames
audit      all rows together: no shortcut beats chance, nothing occurs twice
shortcuts  ways to an answer that must not work
"""
