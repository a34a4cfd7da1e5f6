"""Scores of single items (`judge`) and of items that belong together (`totals`)."""
