"""Evaluation with lmms-eval: one way to ask, to read an answer and to score it, on every benchmark.

`synrl.evaluation.benchmarks` is the table of what is measured and how; the task files of lmms-eval in
`tasks/` are written from it (`python -m synrl.evaluation.write_tasks`). Rows of each benchmark become items
of one form (`readers`, `loading`), and `hooks` holds the few functions that lmms-eval calls on any of them.
"""
