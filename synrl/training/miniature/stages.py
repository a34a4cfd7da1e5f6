"""One run of the miniature: a new tiny model through some stages, and how much it answers rightly after each.

Whatever a stage makes is kept, so runs that begin alike share it and a run that was killed goes on from it.
Accuracy is that of greedy answers to rows that were never trained on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from synrl.budget import VideoBudget
from synrl.output import write_whole
from synrl.training.miniature.rows import LONGER, Packed, read_rows

SFT_STEPS, GRPO_STEPS = 200, 40
LONGEST = 64
"""Tokens of an output."""
ENOUGH = 0.5
"""Share of right answers to the validation rows at which fine-tuning stops, to leave GRPO something to do."""
STEPS = "steps.txt"
"""How many a stage took: is there when its model is whole."""


class Trial(NamedTuple):
    """What to train, and on what to test it."""

    stages: Sequence[str]
    """Of `sft`, `grpo`, and `grpo2`: GRPO again, on clips of twice the length."""
    seed: int
    trained: Sequence[str]
    """Names of tasks."""
    tested: Sequence[str]


def carry_out(folder: Path, run: Trial) -> dict[str, Any]:
    """Train a new tiny model on one core; right answers to each tested task at first and after each stage."""
    import datasets
    import torch
    from transformers import AutoProcessor, PrinterCallback
    from transformers.utils import logging

    from synrl.prompts import question_text
    from synrl.training.tiny import write_tiny

    datasets.disable_progress_bars()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    here = folder / "models" / "-".join([*run.trained, str(run.seed)])
    rows, model = read_rows(folder, run.trained, "train"), here / "before"
    if not (model / STEPS).exists():
        some = [rows[number] for number in range(0, len(rows), 9)]
        texts = [text for row in some for text in (question_text(row), row["completion"])]
        write_tiny(model, run.seed, texts=texts)
        write_whole(model / STEPS, "0")
    found = [{"stage": "before", **_measured(folder, model, run.tested)}]
    for number, stage in enumerate(run.stages, 1):
        before, model = model, here / "-".join(run.stages[:number])
        if not (model / STEPS).exists():
            used = read_rows(folder, [LONGER.name], "train") if stage == "grpo2" else rows
            valid = read_rows(folder, run.trained, "validation")
            processor = AutoProcessor.from_pretrained(before, padding_side="left")
            trainer = _trainer(stage, before, processor, used, valid, run.seed)
            trainer.remove_callback(PrinterCallback)  # one bar for all runs says enough
            trainer.train()
            trainer.save_model(str(model))
            processor.save_pretrained(model)
            write_whole(model / STEPS, str(trainer.state.global_step))
        steps = int((model / STEPS).read_text())
        found.append({"stage": stage, "steps": steps, **_measured(folder, model, run.tested)})
    return {"stages": run.stages, "seed": run.seed, "trained": run.trained, "found": found}


def _trainer(stage: str, model: Path, processor: Any, rows: Any, valid: Any, seed: int) -> Any:
    from trl import GRPOConfig, SFTConfig

    from synrl.training.rewards import accuracy_reward
    from synrl.training.video_grpo import VideoGRPOTrainer
    from synrl.training.video_sft import VideoSFTTrainer

    common: dict[str, Any] = dict(
        output_dir=str(model / "runs"),
        use_cpu=True,
        bf16=False,
        activation_checkpointing=False,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_strategy="no",
        seed=seed,
        adam_beta2=0.98,
        weight_decay=0.0,
    )
    if stage == "sft":
        args = SFTConfig(
            **common,
            max_steps=SFT_STEPS,
            per_device_train_batch_size=16,
            learning_rate=1e-3,
            warmup_steps=50,
            lr_scheduler_type="constant_with_warmup",
        )
        return VideoSFTTrainer(
            str(model),
            args,
            processing_class=processor,
            budget=Packed(),
            train_dataset=rows,
            callbacks=[stop_when_good(processor, valid)],
        )
    args = GRPOConfig(
        **common,
        max_steps=GRPO_STEPS,
        per_device_train_batch_size=32,
        learning_rate=1e-4,
        num_generations=8,
        max_completion_length=LONGEST,
    )
    return VideoGRPOTrainer(
        str(model),
        accuracy_reward,
        args,
        budget=Packed(),
        train_dataset=rows,
        processing_class=processor,
    )


def _measured(folder: Path, model: Path, tested: Sequence[str]) -> dict[str, int]:
    """How many test rows of each task a model answers rightly; found out once."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    path = model / "right.json"
    right: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    if missing := [name for name in tested if name not in right]:
        processor = AutoProcessor.from_pretrained(model, padding_side="left")
        loaded = AutoModelForImageTextToText.from_pretrained(model)
        right |= {name: accuracy(loaded, processor, read_rows(folder, [name], "test")) for name in missing}
        write_whole(path, json.dumps(right))
    return {name: right[name] for name in tested}


def stop_when_good(processor: Any, rows: Any) -> Any:
    """A callback that ends training as soon as enough rows are answered rightly."""
    from transformers import TrainerCallback

    class Stop(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
            if state.global_step % 10 == 0:
                right = accuracy(model, processor, rows)
                control.should_training_stop |= right >= ENOUGH * len(rows)

    return Stop()


def accuracy(model: Any, processor: Any, rows: Any, budget: VideoBudget | None = None) -> int:
    """How many greedy answers to some rows are right."""
    import torch

    from synrl.answers import extract
    from synrl.budget import token_edge
    from synrl.scoring import score
    from synrl.training.inputs import encode, join, token_types, with_video

    training, shown = model.training, budget or Packed()
    model.eval()
    edge, pad, right = token_edge(processor), processor.tokenizer.pad_token_id, 0
    for start in range(0, len(rows), 50):
        some = [rows[number] for number in range(start, min(start + 50, len(rows)))]
        prompts = [
            encode(processor, with_video(row["prompt"]), [shown.read(row["video"]["bytes"], edge)])
            for row in some
        ]
        length = max(len(prompt.ids) for prompt in prompts)
        ids = torch.tensor([[pad] * (length - len(prompt.ids)) + prompt.ids for prompt in prompts])
        with torch.no_grad():
            given = model.generate(
                input_ids=ids,
                attention_mask=(ids != pad).long(),
                mm_token_type_ids=token_types(processor, ids),
                **join([prompt.visuals for prompt in prompts]),
                do_sample=False,
                max_new_tokens=LONGEST,
            )
        for row, output in zip(some, given[:, length:], strict=True):
            text = processor.tokenizer.decode(output, skip_special_tokens=True)
            right += int(score(extract(text), row))
    model.train(training)
    return right
