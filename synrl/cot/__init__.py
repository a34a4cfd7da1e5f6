"""Chains of thought: written from the event timeline or by a model, and checked against the timeline.

facts      what can be said of a row
trace      a chain written from these, without a model
check      a chain held against them
prompting  what models are asked, and their chains read
stages     one row on its way: write, examine, send back, polish
asking     many rows at once
run        from a dataset to one with chains
settings   the flags of `synrl cot`
"""
