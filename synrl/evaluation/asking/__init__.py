"""Asking a model: what lmms-eval calls, the backends it asks, and a run over many tasks."""
