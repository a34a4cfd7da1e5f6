"""The `datasets` builder: `from synrl.builders import SynRL`."""

from synrl.builders.synrl import SynRL, SynRLConfig

__all__ = ["SynRL", "SynRLConfig"]
