"""Templates of dataset cards, shipped as package data."""
