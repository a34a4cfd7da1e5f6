"""Asking a model: what lmms-eval calls, the backends it asks, and a run over many tasks.

hooks      the functions that task files name
model      our model of lmms-eval
journal    its answers, kept
backends   what it and stock models are told
run        `synrl eval`
repeating  the command that measures the same again
"""
