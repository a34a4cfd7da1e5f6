"""From an adapter to a model: what LoRA has learnt, added to the weights that it was learnt for.

Trainers and vLLM start from whole models. So where a run starts from an adapter, such as the one that
fine-tuning with LoRA leaves, the sum is written once, into a folder beside the adapter.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

from synrl.errors import ConfigError, first_line
from synrl.output import locked

_CONFIG, _WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_FROM = "merged_from.json"
"""In the folder of a sum: the digest of the adapter that went into it."""


def whole_model(name: str) -> str:
    """The name or folder of a whole model; where `name` is the folder of an adapter, that of the sum.

    Raises:
        ConfigError: the adapter can't be added to its base.
    """
    folder = Path(name)
    if not (folder / _CONFIG).is_file():
        return name
    out = folder.with_name(f"{folder.name}-merged")
    made_from = json.dumps({"adapter": _digest(folder)})
    with locked(out):  # processes on several machines may come here at once
        if (out / _FROM).is_file() and (out / _FROM).read_text(encoding="utf-8") == made_from:
            return str(out)
        print(f"{name} is an adapter; adding it to its base, in {out}", file=sys.stderr)
        part = out.with_name(f".{out.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        _add(folder, part)
        (part / _FROM).write_text(made_from, encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        part.rename(out)
    return str(out)


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for name in (_CONFIG, _WEIGHTS):
        try:
            found.update((folder / name).read_bytes())
        except OSError as error:
            raise ConfigError(f"the adapter {folder} has no {name}: {error.strerror}") from error
    return found.hexdigest()


def _add(folder: Path, out: Path) -> None:
    from peft import PeftConfig, PeftModel
    from transformers import AutoModelForImageTextToText, AutoProcessor

    try:
        base = PeftConfig.from_pretrained(str(folder)).base_model_name_or_path
        model = AutoModelForImageTextToText.from_pretrained(base, dtype="auto")
        whole = PeftModel.from_pretrained(model, folder).merge_and_unload()
        processor = AutoProcessor.from_pretrained(folder)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ConfigError(f"the adapter {folder} can't be added to its base: {first_line(error)}") from error
    whole.save_pretrained(out)
    processor.save_pretrained(out)
