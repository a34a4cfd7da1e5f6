"""Pages to watch rows on.

page     a page, or a folder of pages, from rows; its text, style and script lie beside it
gallery  the page of examples: every family at every level
"""
