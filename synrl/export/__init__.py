"""Rows for other trainers and readers, each as a folder that is ready to use.

export   the folder: rows, each video once, and what a run needs besides; goes on after an interruption
formats  the trainers: how each wants its rows, and what it can't take
rows     a row as each of them reads it
showing  how much of a clip a model is shown, in numbers that trainers take
writing  tables, and tar files of samples
kit      what lies beside the rows: the reward with its scorer, settings, a launch file and a README
"""
