"""What both kinds of training have in common: resuming, saving, and ending with advice instead of a stack."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from synrl.budget import VideoBudget
from synrl.errors import ConfigError, HubError, SynRLError, TrainingError, first_line
from synrl.hub.hub import hub_errors
from synrl.hub.models import TRAINING, model_card, push_model
from synrl.output import write_whole
from synrl.training.checkpoints import checked, newest_whole
from synrl.training.data import recipe_of
from synrl.training.estimate import asked_for, estimate
from synrl.training.launching import launch, launched, processes_of, speaks
from synrl.training.plot import Plot
from synrl.training.settings import RunArguments

LIBRARIES = ("accelerate", "synrl", "torch", "transformers", "trl")


def command(name: str, run: Callable[[list[str] | None], Path], argv: list[str] | None = None) -> int:
    """Run a training command and return its exit status: 0, or 2 with one line for a user's mistake."""
    try:
        processes, rest = launched(sys.argv[1:] if argv is None else argv)
        if asked_for(rest):
            print(estimate(name, rest, processes_of(processes) if processes else 1))
            return 0
        if processes is not None:
            return launch(name, processes, rest)
        out = run(rest)
    except SynRLError as error:
        if speaks():
            print(f"synrl {name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        if speaks():
            print(
                f"synrl {name}: interrupted; the same command goes on from the last checkpoint",
                file=sys.stderr,
            )
        return 130
    if _is_main():
        print(out)
        print(
            f"trained: {out}; next: synrl eval --model {out}, or synrl push {out} ORG/NAME", file=sys.stderr
        )
    return 0


def repository(args: Any) -> str | None:
    """The repository that the model is to go to once it is trained, or None (`push_to_hub`, `hub_model_id`).

    It is taken out of TRL's hands, which would upload pickles and checkpoints under a card of its own. It is
    made at once, so that who may not write there learns it before the training and not after it.

    Raises:
        ConfigError: no repository is named, or something is asked of TRL's way to upload.
        HubError: the Hub refuses, or can't be reached.
    """
    from huggingface_hub import HfApi

    if not args.push_to_hub:
        return None
    repo = str(args.hub_model_id or "")
    if repo.count("/") != 1:
        raise ConfigError(f"hub_model_id is {args.hub_model_id!r}; name where to push to as ORG/NAME")
    if args.hub_token:
        raise ConfigError("hub_token is not read: log in with `hf auth login`, or set HF_TOKEN")
    for entry in fields(args):
        asked = entry.name in ("hub_strategy", "hub_always_push", "hub_revision")
        if asked and (value := getattr(args, entry.name)) != entry.default:
            raise ConfigError(f"{entry.name} is {value!r}: models are pushed once, at the end; leave it out")
    if _is_main():
        with hub_errors(repo):
            HfApi().create_repo(repo, private=args.hub_private_repo, exist_ok=True)
    args.push_to_hub = False
    return repo


def train(trainer: Any, record: Mapping[str, Any], repo: str | None = None) -> Path:
    """Train, from the newest whole checkpoint if there is one, and save the model and what it learnt from.

    Args:
        repo: where to publish it then; see `repository`.

    Raises:
        TrainingError: memory ran out, the loss is no number any more, or the checkpoint that
            `resume_from_checkpoint` names is not whole.
        HubError: the model is trained and saved, but not published.
    """
    args = trainer.args
    out = Path(args.output_dir)
    trainer.add_callback(Finite())
    trainer.add_callback(Plot())
    last = _last(out, args.resume_from_checkpoint)
    with _advice():
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    trainer.save_model(str(out))
    if _is_main():
        trainer.processing_class.save_pretrained(out)
        history = [entry for entry in trainer.state.log_history if "loss" in entry or "reward" in entry]
        said = {**record, "steps": trainer.state.global_step, "last": history[-1] if history else {}}
        write_whole(out / TRAINING, json.dumps(said, indent=2, default=str) + "\n")
        write_whole(out / "README.md", model_card(out, out.name))  # in place of TRL's own
        if repo is not None:
            _push(out, repo, private=bool(trainer.args.hub_private_repo))
    return out


def _last(out: Path, named: str | None) -> Path | None:
    """The checkpoint to go on from: the one that is named, or else the newest whole one, if there is any.

    Raises:
        TrainingError: the one that is named is not whole.
    """
    last, passed = (checked(Path(named)), []) if named else newest_whole(out)
    if _is_main():
        for why in passed:
            print(f"passed over: {why}", file=sys.stderr)
        if last:
            print(f"going on from {last}", file=sys.stderr)
        elif passed:
            print("beginning anew: no checkpoint is whole", file=sys.stderr)
    return last


def _push(out: Path, repo: str, *, private: bool) -> None:
    try:
        done = push_model(out, repo, private=private)
    except HubError as error:
        raise HubError(
            f"trained and saved, but not pushed; `synrl push {out} {repo}` does that: {error}"
        ) from error
    print(f"pushed: {done.url}", file=sys.stderr)


def record(stage: str, arguments: RunArguments, budget: VideoBudget, args: Any, model: Any) -> dict[str, Any]:
    """What a run was told, and by which versions of the libraries it is carried out."""
    recipe = recipe_of(arguments.data)
    return {
        "stage": stage,
        "base_model": model.model_name_or_path,
        "base_revision": model.model_revision,
        "lora": bool(model.use_peft),
        **asdict(arguments),
        "recipe": {"name": recipe.name, "digest": recipe.digest()} if recipe is not None else None,
        "budget": asdict(budget),
        "arguments": _changed(args),
        "versions": {name: version(name) for name in LIBRARIES},
        "processes": int(os.environ.get("WORLD_SIZE", "1")),
    }


def _changed(args: Any) -> dict[str, Any]:
    """The settings of a trainer that differ from its defaults, but for those that say where things are."""
    places = ("output_dir", "logging_dir", "run_name", "hub_token", "hub_model_id")
    return {
        entry.name: value
        for entry in fields(args)
        if entry.init and entry.name not in places
        if (value := getattr(args, entry.name)) != entry.default
        and isinstance(value, (str, int, float, bool, type(None)))
    }


class Finite(TrainerCallback):
    """Stops a run whose loss or gradient is no number any more: nothing comes back from there."""

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        for name in ("loss", "grad_norm"):
            value = (logs or {}).get(name)
            if value is not None and not math.isfinite(float(value)):
                raise TrainingError(
                    f"{name} is {value} at step {state.global_step}: go on from an earlier checkpoint with a "
                    "lower learning_rate or max_grad_norm, or with bf16 in place of fp16"
                )


@contextmanager
def _advice() -> Iterator[None]:
    """What runs out in training, in one line."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise TrainingError(
            "the GPU's memory is full: show fewer frames or pixels (max_frames, max_clip_pixels), sample "
            "fewer rows at once (generation_chunk_size), or lower per_device_train_batch_size and raise "
            f"gradient_accumulation_steps ({str(error).splitlines()[0]})"
        ) from error
    except RuntimeError as error:
        if "can't allocate memory" not in str(error):
            raise
        raise TrainingError(
            "the machine's memory is full: show fewer frames or pixels, or fewer rows"
        ) from error


def check_model(model: Any) -> str:
    """The name or folder of the model to train.

    Raises:
        ConfigError: none is given.
    """
    if not model.model_name_or_path:
        raise ConfigError("model_name_or_path is missing; name a checkpoint on the Hub or its folder")
    return str(model.model_name_or_path)


def load_processor(name: str, model: Any, **how: Any) -> Any:
    """The processor of a model.

    Raises:
        ConfigError: there is no such model, or it has none.
    """
    from transformers import AutoProcessor

    try:
        return AutoProcessor.from_pretrained(name, revision=model.model_revision, **how)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name} can't be loaded as a model: {first_line(error)}") from error


def _is_main() -> bool:
    return os.environ.get("RANK", "0") == "0"
