"""The rows of a benchmark as items of one form, and the videos that they ask about."""
