"""Models behind an OpenAI-compatible server: asking them, and keeping every answer that was paid for."""
