"""What several families build their clips and questions from.

Short clips: `cast` (who is in it), `stage` (where and when), `runners` (shapes at drawn speeds), `actors`
(shapes that do things). Long clips: `moments` (which end can be read, which moment is asked about). All:
`questions` (options, blind guess rates) and `telling` (words for what is seen). Nothing here reads a row.
"""
