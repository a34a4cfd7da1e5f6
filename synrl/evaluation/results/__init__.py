"""What a run has come to, read back from the files that lmms-eval leaves."""
