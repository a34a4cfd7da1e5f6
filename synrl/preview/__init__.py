"""Pages to watch rows on."""
