"""Proofs over rows: read a dataset, local or on the Hub, and show that what it says is true."""
