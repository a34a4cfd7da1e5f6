"""Evaluation with lmms-eval: one way to ask, to read an answer and to score it, on every benchmark.

benchmarks   the table of what is measured, and how
data         rows of benchmarks as items of one form, and their videos
asking       what lmms-eval calls, and `synrl eval`
scoring      what an output is worth, and metrics of items that belong together
results      what runs have left behind, read
report       runs beside each other and beside the paper: `synrl report`
judge        whose reasoning is better: `synrl judge`
metrics      the names of metrics
paper        the numbers of the paper
digests      names for settings, files and commits
write_tasks  the task files of lmms-eval, from the table (`python -m synrl.evaluation.write_tasks`)
overview     the tables of the README, likewise
"""
