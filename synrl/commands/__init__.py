"""The commands of `synrl`: their flags and what they print. The work is done elsewhere."""
