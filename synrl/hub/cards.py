"""Dataset cards: the YAML that makes a folder of shards a dataset, and the text that explains it.

The configs live in the YAML alone: one a family, one for the recipe, and `all` over everything; no row is
there twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from huggingface_hub import DatasetCardData

from synrl.recipes import Recipe, get_recipe

SIZES = ((1000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_dataset_card(folder: Path, recipe: Recipe, counts: Mapping[str, int]) -> None:
    """Write README.md into a folder of shards that a recipe was made into.

    Args:
        counts: the number of rows of each family.
    """
    total = sum(counts.values())
    data = DatasetCardData(
        pretty_name="SynRL",
        license="apache-2.0",
        language=["en"],
        task_categories=["video-text-to-text", "visual-question-answering"],
        tags=["video", "synthetic", "temporal-reasoning", "synrl"],
        size_categories=next((name for limit, name in SIZES if total < limit), "1M<n<10M"),
        configs=_configs(recipe),
    )
    body = Template(files("hub_cards").joinpath("dataset_card.md").read_text(encoding="utf-8")).substitute(
        load_name="DIR_OR_REPO",
        first_config=next(iter(counts)),
        split=recipe.parts[0].split,
        table="\n".join(f"| {family} | {count} |" for family, count in counts.items()),
        command=command(recipe),
        recipe=recipe.name or "none",
        digest=recipe.digest(),
        generator_version=recipe.generator_version,
        versions=", ".join(f"{name} {version(name)}" for name in ("av", "matplotlib", "numpy")),
    )
    text = f"---\n{data.to_yaml()}\n---\n\n{body}"
    (folder / "README.md").write_text(text, encoding="utf-8")


def _configs(recipe: Recipe) -> list[dict[str, Any]]:
    """The configs of a dataset: everything, the recipe, and each family."""
    paths: dict[str, dict[str, list[str]]] = {"all": {}, **({recipe.name: {}} if recipe.name else {})}
    unions = list(paths)
    for batch in recipe.batches():
        path = f"{batch.folder}/{batch.split}-*.parquet"
        for config in (*unions, batch.family):
            paths.setdefault(config, {}).setdefault(batch.split, []).append(path)
    return [
        {
            "config_name": name,
            **({"default": True} if name == "all" else {}),
            "data_files": [
                {"split": split, "path": files[0] if len(files) == 1 else files}
                for split, files in splits.items()
            ],
        }
        for name, splits in paths.items()
    ]


def command(recipe: Recipe) -> str:
    """What makes the rows of a recipe again."""
    encoding = "" if recipe.encoding == "fast" else f" --encoding {recipe.encoding}"
    options = f"--seed {recipe.seed}{encoding} --out DIR"
    if not recipe.name:
        (part,) = recipe.parts
        each = part.num_rows // len(part.families)
        twins = " --twins" if recipe.twins else ""
        return f"synrl generate {' '.join(part.families)} -n {each} --split {part.split}{twins} {options}"
    scale = "" if recipe.num_rows == get_recipe(recipe.name).num_rows else f" -n {recipe.num_rows}"
    return f"synrl generate --recipe {recipe.name}{scale} {options}"
