"""Reinforcement by GRPO: `synrl grpo --config F.yaml`, or `accelerate launch training/grpo.py`.

The second of the paper's two stages (section 2.3), and any further round, which begins with the checkpoint
of the one before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from synrl.training.rewards import accuracy_reward, format_reward, group_log, overlong_penalty
from synrl.training.run import check_model, command, load_processor, record, repository, train
from synrl.training.settings import GRPOArguments, parse


def run(argv: list[str] | None = None) -> Path:
    """Train as the command line says, and return the folder of the model.

    Raises:
        synrl.errors.SynRLError: what a user can mend.
    """
    from trl import GRPOConfig, ModelConfig

    from synrl.budget import VideoBudget

    arguments, budget, args, model = parse(
        (GRPOArguments, VideoBudget, GRPOConfig, ModelConfig), argv, "grpo"
    )
    said = record("grpo", arguments, budget, args, model)  # before the trainer changes its settings
    repo = repository(args)
    return train(trainer(arguments, budget, args, model), said, repo)


def trainer(arguments: GRPOArguments, budget: Any, args: Any, model: Any) -> Any:
    """The trainer of a run."""
    from trl import get_peft_config

    from synrl.training.contrast import ContrastGRPOTrainer, order_bonus
    from synrl.training.data import for_grpo, load_held_out, load_rows
    from synrl.training.merging import whole_model
    from synrl.training.usable import usable
    from synrl.training.video_grpo import VideoGRPOTrainer

    with args.main_process_first(local=False):  # one process generates a recipe and merges an adapter
        name = whole_model(check_model(model))
        rows = load_rows(arguments, budget, arguments.data_split)
        rows = for_grpo(usable(rows, budget, arguments.max_bad_rows))
        evaluated = load_held_out(arguments, budget)
    longest = args.max_completion_length
    rewards: list[Any] = [accuracy_reward]
    rewards += [format_reward] if arguments.format_reward else []
    rewards += [overlong_penalty(longest, longest // 5)] if arguments.overlong_penalty else []
    rewards += [order_bonus] if arguments.order_bonus else []
    rewards += [group_log(longest, pass_at_k=arguments.pass_at_k)]  # rewards nothing
    processor = load_processor(name, model, padding_side="left")
    kind = ContrastGRPOTrainer if arguments.order_bonus else VideoGRPOTrainer
    return kind(
        name,
        rewards,
        args,
        budget=budget,
        generation_chunk_size=arguments.generation_chunk_size,
        processing_class=processor,
        train_dataset=rows,
        eval_dataset=for_grpo(evaluated) if evaluated is not None else None,
        peft_config=get_peft_config(model),
    )


def main(argv: list[str] | None = None) -> int:
    """The command."""
    return command("grpo", run, argv)
