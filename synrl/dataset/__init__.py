"""A dataset of rows: which rows it holds, making them, the folder they come in, and reading it back.

rows      from a key to a row
recipes   which rows a dataset holds; the named ones
custom    a recipe from a file of one's own
sources   other people's rows that a recipe mixes in
origin    what the bytes of a dataset come from
files     from a recipe to the bytes of each file
generate  from a recipe to a folder
record    what a folder says of its recipe, and a repository of each
cards     the card that a folder or repository shows
reading   row groups of a folder, or of a dataset on the Hub
layout    what a file must look like before a row of it is read
gate      what each column of a row may hold
values    checks of all values of a column at once
json_texts  checks of JSON before it is decoded
stats     what a dataset holds, in numbers
"""
