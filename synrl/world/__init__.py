"""Worlds apart from their looks: motion, collisions, cards, timelines and histories."""
