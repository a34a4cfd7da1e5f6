"""Handing on: datasets and models to the Hugging Face Hub.

publish   a dataset folder, proved, with its card
merging   what a push adds to a repository, and what it replaces
pictures  strips of frames for that card
models    a trained model, with its card
hub       one commit for everything, and errors in one line
"""
