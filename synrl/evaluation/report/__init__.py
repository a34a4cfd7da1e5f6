"""Runs beside each other and beside the paper.

cells       a score as the sum of what items add to it
intervals   95 % intervals
comparison  scores of runs and their differences
findings    all that is found
report      from results to that, and into files: `synrl report`
text        as Markdown
picture     as a picture
model_card  the scores that go into a model's card
"""
