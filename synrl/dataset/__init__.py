"""A dataset of rows: its recipe, making it, its folder on disk, and reading it back."""
