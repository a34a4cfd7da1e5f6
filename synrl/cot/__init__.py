"""Chains of thought: written from the event timeline or by a model, and checked against the timeline.

english     small words and forms of words, whatever a chain is about
vocabulary  the words of one family, and a text as tokens
facts       what can be said of a row
trace       a chain written from these, without a model
openings    how it begins
writing     what all such chains have in common
short       those about short clips
long        those about long clips
check       a chain held against them
reading     the same, sentence by sentence
asked       what is only asked in a sentence
times       the times in it
claims      what a sentence says: who, what, when, how often, and whether at all
judging     whether that is so
ordering    lists of moments, and what comes right before or after
measures    how far something goes
options     what is said of the options
numbering   how operations are numbered
states      what is said of the state of a long clip
following   what a chain infers: sums, comparisons, the answer
prompting   what models are asked, and their chains read
stages      one row on its way: write, examine, send back, polish
asking      many rows at once
run         from a dataset to one with chains
settings    the flags of `synrl cot`
"""
