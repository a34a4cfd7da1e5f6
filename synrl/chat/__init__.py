"""Models behind an OpenAI-compatible server: asking them, and keeping every answer that was paid for.

client    one server, asked as often as it takes
journal   every answer on the disk, so that nothing is asked twice
settings  the server's address and key
"""
