"""Models behind an OpenAI-compatible server: asking them, and keeping every answer that was paid for.

client    one server, asked as often as it takes
journal   every answer on the disk, so that no answer is asked for twice
settings  the server's address and key
"""
