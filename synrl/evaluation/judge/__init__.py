"""A judge's verdicts on the reasoning of two models, blind and in both orders."""
