"""The commands of `synrl`, a module each but for those of `models`: flags, and what they print.

The work is done elsewhere.
"""
