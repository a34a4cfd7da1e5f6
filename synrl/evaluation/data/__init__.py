"""The rows of a benchmark as items of one form, and the videos that they ask about.

items    the form
tables   a benchmark's own tables, from a folder or the Hub
readers  from those to items, a function for each benchmark
videos   where the files of videos are
damage   which of them can't be shown
loading  all of that: the documents of a benchmark
media    what a model is shown of an item
"""
