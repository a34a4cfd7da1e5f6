"""The `datasets` builder: `from builders import SynRL`."""

from builders.synrl import SynRL, SynRLConfig

__all__ = ["SynRL", "SynRLConfig"]
