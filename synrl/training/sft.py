"""Fine-tuning on chains of thought: `synrl sft --config F.yaml`, or `accelerate launch training/sft.py`.

The first of the paper's two stages (section 2.3): synthetic rows with their chains of thought, and real
videos with their answers alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from synrl.training.run import check_model, command, load_processor, record, repository, train
from synrl.training.settings import SFTArguments, parse


def run(argv: list[str] | None = None) -> Path:
    """Train as the command line says, and return the folder of the model.

    Raises:
        synrl.errors.SynRLError: what a user can mend.
    """
    from trl import ModelConfig, SFTConfig

    from synrl.budget import VideoBudget

    arguments, budget, args, model = parse((SFTArguments, VideoBudget, SFTConfig, ModelConfig), argv, "sft")
    said = record("sft", arguments, budget, args, model)  # before the trainer changes its settings
    repo = repository(args)
    return train(trainer(arguments, budget, args, model), said, repo)


def trainer(arguments: SFTArguments, budget: Any, args: Any, model: Any) -> Any:
    """The trainer of a run."""
    from trl import get_peft_config

    from synrl.dataset.sources import is_source
    from synrl.training.data import for_sft, load_held_out, load_rows, recipe_of, shown_by
    from synrl.training.merging import whole_model
    from synrl.training.mixing import with_mixed_rows
    from synrl.training.usable import usable
    from synrl.training.video_sft import VideoSFTTrainer

    with args.main_process_first(local=False):  # one process generates a recipe and merges an adapter
        name = whole_model(check_model(model))
        ours = None
        if not is_source(arguments.data):
            ours = load_rows(arguments, budget, arguments.data_split, reasoned=True)
        rows = with_mixed_rows(ours, recipe_of(arguments.data), arguments)
        rows = usable(rows, budget, arguments.max_bad_rows)
        evaluated = load_held_out(arguments, budget, reasoned=True)
    shows = {shown_by(video) for video in rows["video"]}
    return VideoSFTTrainer(
        name,
        args,
        media=sorted(shows) if len(shows) > 1 else (),
        processing_class=load_processor(name, model),
        budget=budget,
        train_dataset=for_sft(rows, budget),
        eval_dataset=for_sft(evaluated, budget) if evaluated is not None else None,
        peft_config=get_peft_config(model),
    )


def main(argv: list[str] | None = None) -> int:
    """The command."""
    return command("sft", run, argv)
