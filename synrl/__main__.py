"""`python -m synrl`, which is the command `synrl`."""

from synrl.cli import run

if __name__ == "__main__":
    run()
