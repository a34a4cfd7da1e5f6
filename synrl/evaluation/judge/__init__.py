"""A judge's verdicts on the reasoning of two models, blind and in both orders.

settings  of `synrl judge`
pairs     what two models made of the same items
judging   asking for verdicts: `synrl judge`
verdicts  what they come to
"""
