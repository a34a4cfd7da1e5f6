"""Dataset cards: the YAML that makes a folder of shards a dataset, and the text that explains it.

The configs live in the YAML alone: one a family, and `all` over all of them without a second copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from huggingface_hub import DatasetCardData

SIZES = ((1000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_dataset_card(folder: Path, request: Mapping[str, Any], counts: Mapping[str, int]) -> None:
    """Write README.md into a folder of shards that a request (see `synrl.generate`) was made into.

    Args:
        counts: the number of rows of each family.
    """
    families, split = list(request["families"]), request["split"]
    configs = [
        {"config_name": family, "data_files": [{"split": split, "path": f"{family}/{split}-*.parquet"}]}
        for family in families
    ]
    everything = {
        "config_name": "all",
        "default": True,
        "data_files": [{"split": split, "path": f"*/{split}-*.parquet"}],
    }
    total = sum(counts.values())
    data = DatasetCardData(
        pretty_name="SynRL",
        license="apache-2.0",
        language=["en"],
        task_categories=["video-text-to-text", "visual-question-answering"],
        tags=["video", "synthetic", "temporal-reasoning", "synrl"],
        size_categories=next((name for limit, name in SIZES if total < limit), "1M<n<10M"),
        configs=[everything, *configs],
    )
    body = Template(files("hub_cards").joinpath("dataset_card.md").read_text(encoding="utf-8")).substitute(
        load_name="DIR_OR_REPO",
        first_config=families[0],
        split=split,
        table="\n".join(f"| {family} | {counts[family]} |" for family in families),
        command=(
            f"synrl generate {' '.join(families)} -n {request['num_rows']} --split {split} "
            f"--seed {request['seed']}{' --twins' if request['twins'] else ''} --out DIR"
        ),
        generator_version=request["generator_version"],
        versions=", ".join(f"{name} {version(name)}" for name in ("av", "matplotlib", "numpy")),
    )
    text = f"---\n{data.to_yaml()}\n---\n\n{body}"
    (folder / "README.md").write_text(text, encoding="utf-8")
