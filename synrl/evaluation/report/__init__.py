"""Runs beside each other and beside the paper: estimates, text, picture, a model's card."""
