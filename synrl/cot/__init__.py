"""Chains of thought: written from the event timeline or by a model, and checked against the timeline."""
