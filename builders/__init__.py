"""The `datasets` builder of a checkout; an installed SynRL has it as `synrl.builders`.

from builders import SynRL

builder = SynRL(config_name="direction_identification", num_rows=64, seed=7)
builder.download_and_prepare()
rows = builder.as_dataset(split="train")
"""

from synrl.builders import SynRL, SynRLConfig

__all__ = ["SynRL", "SynRLConfig"]
