"""Dataset cards: the YAML that makes a folder of shards a dataset, and the text that explains it.

The configs live in the YAML alone: one a family, one a recipe, and `all` over everything; no row is there
twice. The text comes from the template in `hub_cards` and the records of the recipes.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from string import Template
from typing import Any

from huggingface_hub import DatasetCardData

from synrl.dataset.recipes import Recipe, get_recipe, recipes
from synrl.dataset.record import Record, Size
from synrl.leads import leads_table
from synrl.resources import shipped
from synrl.schema import features
from synrl.tasks.config import LEVELS, MODES
from synrl.view import DEFAULT

_MODELS = ("writer_model", "judge_model", "polish_model")
SIZES = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "100M<n<1B"),
    (10**8, "10M<n<100M"),
)


def dataset_card(
    records: Sequence[Record], pictures: Mapping[str, str], load_name: str = "DIR_OR_REPO"
) -> str:
    """The card of a folder or repository.

    Args:
        records: of the recipes in it.
        pictures: for families that have one, the path of a strip of frames.
        load_name: what `load_dataset` finds it under.
    """
    total = sum(record.counts.total() for record in records)
    configs = _configs(records)
    data = DatasetCardData(
        pretty_name="SynRL",
        license="apache-2.0",
        language=["en"],
        task_categories=["video-text-to-text", "visual-question-answering"],
        tags=["video", "synthetic", "temporal-reasoning", "synrl"],
        size_categories=next((name for limit, name in SIZES if total < limit), "1M<n<10M"),
        configs=[
            {
                "config_name": name,
                **({"default": True} if name == "all" else {}),
                "data_files": [
                    {"split": split, "path": [f"{where}-*.parquet" for where in parts]}
                    for split, parts in splits.items()
                ],
            }
            for name, splits in configs.items()
        ],
    )
    _add_infos(data, configs)
    template = Template((shipped("hub_cards") / "dataset_card.md").read_text(encoding="utf-8"))
    body = template.substitute(
        load_name=load_name,
        first_config=(first := list(configs)[-1]),
        split=next(iter(configs[first])),
        rows=_rows_table(records),
        strips=_strips(pictures),
        commands="\n".join(_command(record) for record in records),
        leads=leads_table({family for record in records for family in record.counts}),
        proofs="\n\n".join(map(_proof, records, _titles(records))),
    )
    return f"---\n{data.to_yaml()}\n---\n\n{body}"


_Parts = dict[str, list[Size]]
"""From what the paths of a batch's shards begin with to their sizes."""


def _configs(records: Sequence[Record]) -> dict[str, dict[str, _Parts]]:
    """The splits of everything, of the recipes, and of each family."""
    configs: dict[str, dict[str, _Parts]] = {"all": {}}
    configs |= {record.recipe.name: {} for record in records if record.recipe.name}
    for record in records:
        for batch in record.recipe.batches():
            where = f"{batch.folder}/{batch.split}"
            sizes = [size for path, size in record.shards.items() if path.startswith(f"{where}-")]
            for config in ("all", record.recipe.name, batch.family) if sizes else ():
                if config:
                    configs.setdefault(config, {}).setdefault(batch.split, {})[where] = sizes
    return configs


def _add_infos(data: DatasetCardData, configs: Mapping[str, Mapping[str, _Parts]]) -> None:
    """Add features and sizes of each config, in which `load_dataset` trusts, and which it checks."""
    from datasets import DatasetInfo, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict

    infos = DatasetInfosDict()
    for name, splits in configs.items():
        infos[name] = info = DatasetInfo(config_name=name, features=features(), splits=SplitDict())
        info.download_size = info.dataset_size = 0
        for split, parts in splits.items():
            sizes = [size for part in parts.values() for size in part]
            rows, num_bytes = sum(size.rows for size in sizes), sum(size.num_bytes for size in sizes)
            info.splits.add(SplitInfo(split, num_bytes, rows))
            info.download_size += sum(size.file_size for size in sizes)
            info.dataset_size += num_bytes
    infos.to_dataset_card_data(data)
    for one in data["dataset_info"]:
        one["features"] = data["dataset_info"][0]["features"]  # the same object, which YAML writes once


def _rows_table(records: Sequence[Record]) -> str:
    names = _titles(records)
    lines = [f"| family | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    families = dict.fromkeys(family for record in records for family in record.counts)
    for family in families:
        counts = " | ".join(str(record.counts.get(family, 0)) for record in records)
        lines.append(f"| {family} | {counts} |")
    return "\n".join(lines)


def _titles(records: Sequence[Record]) -> list[str]:
    """What the text calls recipes: by name, and rows without one by their split, if there are several."""
    plain = [record.recipe for record in records if not record.recipe.name]
    splits = Counter(recipe.parts[0].split for recipe in plain)

    def title(recipe: Recipe) -> str:
        if recipe.name or len(plain) == 1:
            return recipe.name or "rows"
        split = recipe.parts[0].split
        return f"rows ({split})" if splits[split] == 1 else f"rows ({split}, {recipe.digest()[:6]})"

    return [title(record.recipe) for record in records]


def _strips(pictures: Mapping[str, str]) -> str:
    if not pictures:
        return ""
    shown = "\n\n".join(f"**{family}**\n\n![{family}]({path})" for family, path in pictures.items())
    return f"\n## What the videos look like\n\n{shown}\n"


def _command(record: Record) -> str:
    origin = ", ".join(f"{name} {version}" for name, version in record.origin.items())
    recipe = record.recipe
    chains = f"\n{cot_command(record.chains)}" if record.chains else ""
    made_by = f"generator version {recipe.generator_version}, digest {recipe.digest()}, {origin}"
    return f"{command(recipe)}{chains}\n# {made_by}"


def command(recipe: Recipe) -> str:
    """What makes the rows of a recipe again."""
    encoding = "" if recipe.encoding == "fast" else f" --encoding {recipe.encoding}"
    usual = DEFAULT if not recipe.name else recipe.view
    if recipe.name in recipes():
        usual = get_recipe(recipe.name).view
    view = "" if recipe.view == usual else f" --view {recipe.view}"
    options = f"--seed {recipe.seed}{encoding}{view} --out DIR"
    if not recipe.name:
        (part,) = recipe.parts
        each = part.num_rows // len(part.families)
        twins = " --twins" if recipe.twins else ""
        levels = "" if part.levels == LEVELS else "".join(f" --level {level}" for level in part.levels)
        modes = "" if part.modes == MODES else "".join(f" --mode {mode}" for mode in part.modes)
        rows = f"-n {each} --split {part.split}{levels}{modes}{twins}"
        return f"synrl generate {' '.join(part.families)} {rows} {options}"
    if recipe.name not in recipes():
        return f"synrl generate --recipe recipes/{recipe.name}.json {options}"
    scale = "" if recipe.num_rows == get_recipe(recipe.name).num_rows else f" -n {recipe.num_rows}"
    return f"synrl generate --recipe {recipe.name}{scale} {options}"


def cot_command(chains: Mapping[str, Any]) -> str:
    """What makes the chains of thought again, or at least as these were made."""
    if chains["writer"] == "trace":
        return "synrl cot DIR --out REASONED"
    models = [f"--{name.replace('_', '-')} {chains['settings'][name]}" for name in _MODELS]
    return f"synrl cot DIR --out REASONED --writer URL {' '.join(models)}"


def _unproved(record: Record) -> str:
    """What the proof does not cover."""
    return "".join(f", without the {what} ({count} rows)" for what, count in record.unproved.items())


def _proof(record: Record, name: str) -> str:
    total = sum(record.counts.values())
    if not record.proved:
        return f"**{name}**: not yet proved; run `synrl verify`."
    said = (
        f"**{name}**: `synrl verify` proved {record.proved} of {total} rows{_unproved(record)}. "
        f"`synrl audit`: {_audited(record)}."
    )
    if record.chains:
        claims, dropped = record.chains["claims"], record.chains["dropped"]
        said += (
            f" Every chain of thought passed a check by code ({claims['checked']} claims held against the "
            f"record, {claims['unchecked']} that code could not read); {dropped} rows without are left out."
        )
    return "\n\n".join(filter(None, (said, _best_shortcuts(record), _findings(record))))


def _audited(record: Record) -> str:
    """What the audit came to."""
    if record.findings:
        return f"{len(record.findings)} findings, listed below"
    return "no shortcut beats chance" if record.audit else "too few rows of each kind of question to test"


def _best_shortcuts(record: Record) -> str:
    """Of each family, what does best against its questions; nothing if nothing was tested."""
    lines = []
    for family in record.counts:
        own = [one for one in record.audit if one["family"] == family and one["answered"] and one["judged"]]
        if own:
            best = max(own, key=lambda one: one["accuracy"] - one["chance"])
            what = f"{best.get('kind', 'all')} | {best['shortcut']}"  # older records have one for each family
            figures = (
                f"{best['answered']} | {best['accuracy']:.1%} | {best['chance']:.1%} | {best['p_value']:.2g}"
            )
            lines.append(f"| {family} | {what} | {figures} |")
    head = [
        "| family | kind of question | best shortcut | questions | right | chance | p |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *lines]) if lines else ""


def _findings(record: Record) -> str:
    return "\n".join(f"- {html.escape(finding)}" for finding in record.findings)
