"""SynRL: synthetic videos with proved answers, to teach vision-language models temporal primitives."""

__version__ = "0.1.0"
