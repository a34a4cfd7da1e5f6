"""Chains of thought: written from the event timeline or by a model, and checked against the timeline.

english     small words and forms of words, whatever a chain is about
vocabulary  the words of one family, and a text as tokens
facts       what can be said of a row
trace       a chain written from these, without a model
check       a chain held against them, sentence by sentence
claims      what a sentence says: who, what, when, how often, and whether at all
judging     whether that is so
states      what is said of the state of a long clip
following   what a chain infers: sums, comparisons, the answer
prompting   what models are asked, and their chains read
stages      one row on its way: write, examine, send back, polish
asking      many rows at once
run         from a dataset to one with chains
settings    the flags of `synrl cot`
"""
