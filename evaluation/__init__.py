"""Evaluation with lmms-eval. Task configs are not part of this version yet."""
