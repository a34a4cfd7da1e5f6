"""Publishing a trained model: its weights, how they came about, and what they reached.

Training leaves `training.json` in the folder, and `synrl report --model-card` adds `results.json`; the card
is written from these two. Weights go up as safetensors only: other formats can hold code.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

from synrl.errors import DataError, HubError, printable
from synrl.hub.hub import Change, Commit, commit, files_in, hub_errors
from synrl.resources import shipped
from synrl.texts import read_text

TRAINING = "training.json"
RESULTS = "results.json"
_PATTERNS = ("*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "merges.txt", "vocab.txt")
"""Files of a model, its tokenizer and its processor; all that is read without running code."""
_REPO = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_RESULT = {"dataset", "revision", "task", "metric", "value", "interval", "items", "rows", "command"}
"""What is said of each score."""
_LEFT_OUT = ("trainer_state.json",)


def is_model(folder: Path) -> bool:
    """Whether a folder holds a model rather than a dataset."""
    return (folder / "config.json").is_file() or (folder / "adapter_config.json").is_file()


def push_model(folder: Path, repo: str, *, private: bool = False, replace: bool = False) -> Commit:
    """Publish a model that `synrl sft` or `synrl grpo` has trained, in one commit.

    Args:
        replace: whether another model that is there, which is refused otherwise, goes.

    Raises:
        DataError: the folder is none that training has finished, or has no safetensors.
        HubError: the Hub refused, or could not be reached; or the repository holds something else.
    """
    from huggingface_hub import HfApi

    contents: dict[str, Any] = {path.name: path for path in model_files(folder)}
    contents["README.md"] = model_card(folder, repo).encode()
    stage, api = read_json(folder / TRAINING)["stage"], HfApi()  # which the card has needed, too
    with hub_errors(repo):
        return commit(
            api,
            repo,
            "model",
            lambda revision: _change(files_in(api, repo, "model", revision), contents, repo, replace),
            message=f"Add the model of {stage}",
            private=private,
        )


def _change(there: Mapping[str, str], contents: Mapping[str, Any], repo: str, replace: bool) -> Change:
    """What makes of a repository one that holds this model, which may be there with an older card.

    Raises:
        HubError: something else is there.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    ours = {path for path in there if any(PurePosixPath(path).match(pattern) for pattern in _PATTERNS)}
    weights = {path: digest for path, digest in there.items() if path.endswith(".safetensors")}
    is_same = weights == {path: _sha256(contents[path]) for path in weights if path in contents}
    if there.keys() - {".gitattributes"} and not (weights and is_same) and not replace:
        raise HubError(
            f"{repo} holds something else than this model; --replace puts it in that one's place, or choose "
            "another repository"
        )
    gone = sorted(ours - contents.keys())
    operations = [
        *(CommitOperationAdd(path, content) for path, content in contents.items()),
        *(CommitOperationDelete(path) for path in gone),
    ]
    replaced = [] if is_same and weights else sorted(there.keys() & contents.keys())
    return Change(operations, tuple(sorted({*gone, *replaced})))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_files(folder: Path) -> list[Path]:
    """What of a folder is published.

    Raises:
        DataError: there are no weights as safetensors.
    """
    found = sorted(
        {path for pattern in _PATTERNS for path in folder.glob(pattern) if path.name not in _LEFT_OUT}
    )
    if not any(path.suffix == ".safetensors" for path in found):
        raise DataError(f"{folder} has no weights as safetensors; save the model with save_pretrained")
    return found


def model_card(folder: Path, repo: str) -> str:
    """The card: YAML with base model, dataset and results, and the text of `hub_cards/model_card.md`.

    Raises:
        DataError: the folder is none that training has finished, or its results can't be read.
    """
    said, results = read_json(folder / TRAINING), _read_results(folder / RESULTS)
    try:
        return _card(said, results, repo)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise DataError(
            f"{TRAINING} or {RESULTS} of {folder} is not what training and `synrl report` write: "
            f"{type(error).__name__}"
        ) from error


def _card(said: Mapping[str, Any], results: Sequence[Mapping[str, Any]], repo: str) -> str:
    from huggingface_hub import EvalResult, ModelCardData

    evaluated = [
        EvalResult(
            task_type="video-text-to-text",
            dataset_type=result["dataset"],
            dataset_name=result["task"],
            dataset_revision=result["revision"],
            metric_type=result["metric"],
            metric_value=result["value"],
            metric_args={"command": result["command"]},
        )
        for result in results
    ]
    data = ModelCardData(
        base_model=said["base_model"] if _REPO.fullmatch(said["base_model"]) else None,
        datasets=[said["data"]] if _REPO.fullmatch(said["data"]) else None,
        library_name="peft" if said["lora"] else "transformers",
        pipeline_tag="video-text-to-text",
        tags=["video", "temporal-reasoning", "synrl", "trl", said["stage"]],
        model_name=repo,
        eval_results=evaluated or None,
    )
    template = Template((shipped("hub_cards") / "model_card.md").read_text(encoding="utf-8"))
    body = template.substitute(
        name=repo.rpartition("/")[2],
        base=_code(said["base_model"]),
        stages=_stage(said),
        budget=json.dumps(said["budget"], indent=2),
        versions=", ".join(f"{_text(name)} {_text(version)}" for name, version in said["versions"].items()),
        results=_results(results),
    )
    return f"---\n{data.to_yaml()}\n---\n\n{body}"


def _stage(said: Mapping[str, Any]) -> str:
    what = {"sft": "Supervised fine-tuning", "grpo": "GRPO with an accuracy reward"}[said["stage"]]
    several = "es" if said["processes"] > 1 else ""
    lines = [
        f"{what} for {_text(said['steps'])} steps from {_code(said['base_model'])} (revision "
        f"{_code(said['base_revision'])}), on {_code(said['data'])} (config {_code(said['data_config'])}, "
        f"split {_code(said['data_split'])}, revision {_code(said['data_revision'] or 'main')}"
        f"{_recipe(said)}), in {_text(said['processes'])} process{several}.",
        "",
        "| setting | value |",
        "|---|---|",
        *(f"| {_code(name)} | {_code(value)} |" for name, value in said["arguments"].items()),
    ]
    return "\n".join(lines)


def _recipe(said: Mapping[str, Any]) -> str:
    recipe = said["recipe"]
    if not recipe:
        return ""
    return f", recipe {_code(recipe['name'] or 'of its own')} with digest {_code(recipe['digest'])}"


def _results(results: Sequence[Mapping[str, Any]]) -> str:
    if not results:
        return "Not evaluated yet: `synrl eval`, then `synrl report --model-card`."
    lines = ["| task | metric | value | 95 % interval | items | rows |", "|---|---|---|---|---|---|"]
    for one in results:
        interval = "{} to {}".format(*one["interval"]) if one["interval"] else ""
        cells = (one["task"], one["metric"], one["value"], interval, one["items"], one["rows"])
        lines.append(f"| {' | '.join(map(_text, cells))} |")
    commands = dict.fromkeys(printable(one["command"]).replace("`", "'") for one in results)
    return "\n".join([*lines, "", "```", *commands, "```"])


def _text(said: object) -> str:
    """Something as text of a card, in which nothing is HTML or Markdown that should not be."""
    return re.sub(r"([\\`*\[\]|])", r"\\\1", html.escape(printable(str(said)), quote=False))


def _code(said: object) -> str:
    """The same as code, in which only its own end and the bars of a table mean anything."""
    return "`" + printable(str(said)).replace("`", "'").replace("|", r"\|") + "`"


def _read_results(path: Path) -> list[dict[str, Any]]:
    """What `synrl report --model-card` has written; nothing if it hasn't been asked to."""
    if not path.exists():
        return []
    said = read_json(path)
    found = said.get("results") if isinstance(said, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) and set(one) == _RESULT for one in found):
        raise DataError(f"{path} is not what `synrl report --model-card` writes; let it be written again")
    return found


def read_json(path: Path) -> Any:
    """What a file of ours says.

    Raises:
        DataError: it isn't there, or is no JSON.
    """
    try:
        return json.loads(read_text(path))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            f"{path.name} of {path.parent} can't be read: has training finished there?"
        ) from error
