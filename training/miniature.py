"""Does it learn? Fine-tuning and GRPO with a million weights, in minutes on two cores, on rows of ours.

    python -m training.miniature learn --out DIR     three seeds: accuracy before, between and after
    python -m training.miniature tables --out DIR    what the paper's Tables 5, 7 and 9 ask, in miniature

Nothing is pretrained here, so the tiny model (`training.tiny`) learns to see, to read and to answer from
these rows alone. It is shown a few frames of 32 x 32 pixels and answers without reasoning: two are enough
for which way something goes, and four, partly, for how a distance develops. Sixteen show all of the four
operations on two containers; which is the last on one of these is what the long family asks. Accuracy is
that of greedy answers to rows that were never trained on.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from synrl.audit.statistics import wilson
from synrl.disk import write_whole
from synrl.pool import ordered_map
from synrl.rows import make_row
from synrl.seeds import Streams
from synrl.tasks import get_family
from training.budget import Clip, VideoBudget


@dataclass(frozen=True)
class Task:
    """Rows of one kind of question of a family."""

    family: str
    mode: str
    ask: str
    frames: int
    """How many the model is shown."""
    edge: int
    """Their width and height, px."""
    length: int = 1
    """How many times as many operations as usual."""

    @property
    def name(self) -> str:
        return self.family + (f"_x{self.length}" if self.length > 1 else "")


TASKS = (
    Task("direction_identification", "perception", "path", frames=2, edge=32),
    Task("distance_estimation", "perception", "trend", frames=4, edge=32),
    Task("chip_container", "historical", "last_change", frames=16, edge=32),
)
SPLITS = {"train": 1200, "validation": 64, "test": 200}
"""Rows of each task."""
SEEDS = (0, 1, 2)
SFT_STEPS, GRPO_STEPS = 250, 100
ENOUGH = 0.6
"""Share of right answers to the validation rows at which fine-tuning stops, to leave GRPO something to do."""
STAGES = {"neither": (), "SFT": ("sft",), "GRPO": ("grpo",), "SFT, GRPO": ("sft", "grpo")}
"""The rows of the paper's Table 5."""


# --- rows -------------------------------------------------------------------------------------------


def write_rows(task: Task, folder: Path, num_proc: int) -> None:
    """Write the rows of a task to two Parquet files, unless they are there."""
    from datasets import Dataset

    for split, count in SPLITS.items():
        path = folder / f"{task.name}-{split}.parquet"
        if path.exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        with ordered_map(num_proc) as run:
            made = run(partial(_row, task, split), list(_indices(task, split, count)))
            part = path.with_suffix(".part")
            Dataset.from_list(list(made)).to_parquet(str(part))
        part.replace(path)


def _indices(task: Task, split: str, count: int) -> Iterator[int]:
    """The first `count` indices whose rows ask what the task asks."""
    family, found, index = get_family(task.family), 0, 0
    config = family.config(1, task.mode, "open", task.length)
    while found < count:
        if family.simulate(config, Streams(task.family, split, 0, index)).query["ask"] == task.ask:
            found += 1
            yield index
        index += 1


def _row(task: Task, split: str, index: int) -> dict[str, Any]:
    """A row with what is shown of its video in its place: to decode that at each step would cost the most."""
    from training.tiny import TOKEN

    config = get_family(task.family).config(1, task.mode, "open", task.length)
    row = make_row(task.family, split=split, seed=0, index=index, config=config).to_dict()
    budget = VideoBudget(
        fps=row["fps"], min_frames=task.frames, max_frames=task.frames, max_frame_pixels=task.edge**2
    )
    shown = pack(budget.read(row["video"]["bytes"], TOKEN))
    kept = ("id", "family", "level", "question", "options", "answer_type", "answer", "guess_rate")
    return {"video": {"bytes": shown, "path": None}, **{name: row[name] for name in kept}}


def pack(clip: Clip) -> bytes:
    """A clip as a file, which `Packed` reads."""
    file = io.BytesIO()
    np.savez(file, frames=clip.frames, metadata=np.array(json.dumps(clip.metadata)))
    return file.getvalue()


class Packed(VideoBudget):
    """A budget for files that hold no more than what is to be shown."""

    def read(self, data: bytes, multiple: int) -> Clip:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return Clip(file["frames"], json.loads(str(file["metadata"])))


def read_rows(folder: Path, names: Sequence[str], split: str) -> Any:
    """The rows of some tasks, with prompts and completions without reasoning."""
    from datasets import concatenate_datasets, load_dataset

    from synrl.prompts import completion_text
    from training.data import each_row
    from training.inputs import prompt_messages

    files = [str(folder / f"{name}-{split}.parquet") for name in names]
    parts = [load_dataset("parquet", data_files=file, split="train") for file in files]

    def asked(row: Mapping[str, Any]) -> dict[str, Any]:
        prompt = prompt_messages(row, reasoned=False)
        return {**row, "prompt": prompt, "completion": completion_text(row["answer"])}

    return concatenate_datasets(parts).with_transform(each_row(asked))


# --- one run ----------------------------------------------------------------------------------------


def run_one(
    folder: Path, stages: Sequence[str], seed: int, trained: Sequence[str], tested: Sequence[str]
) -> dict[str, Any]:
    """Train a new tiny model through some stages; accuracy on every tested task at first and after each.

    Stages are `sft`, `grpo`, and `grpo2`: GRPO again, on the rows of the last trained task alone.
    """
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor
    from trl import GRPOConfig, SFTConfig

    from synrl.prompts import question_text
    from training.rewards import accuracy_reward
    from training.tiny import write_tiny
    from training.video_grpo import VideoGRPOTrainer
    from training.video_sft import VideoSFTTrainer

    torch.set_num_threads(1)
    first = [name for name in trained if not ("grpo2" in stages and name == trained[-1])]
    rows, test = (read_rows(folder, names, split) for names, split in ((first, "train"), (tested, "test")))
    name = "-".join([*(stages or ["none"]), *trained, str(seed)])
    here = folder / "models" / name
    plain = rows.with_format(None)
    model: Path = write_tiny(here, seed, texts=[question_text(plain[i]) for i in range(0, len(plain), 9)])
    processor = AutoProcessor.from_pretrained(model, padding_side="left")
    common: dict[str, Any] = dict(
        output_dir=str(here / "runs"),
        use_cpu=True,
        bf16=False,
        activation_checkpointing=False,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_steps=20,
        seed=seed,
        adam_beta2=0.98,
        weight_decay=0.0,
        per_device_train_batch_size=32,
    )
    chance = {family: _mean_chance(test, family) for family in set(test["family"])}
    loaded = AutoModelForImageTextToText.from_pretrained(model)
    found = [{"stage": "before", **accuracies(loaded, processor, test)}]
    for stage in stages:
        if stage == "sft":
            args = SFTConfig(
                **common,
                max_steps=SFT_STEPS,
                learning_rate=1e-3,
                warmup_steps=50,
                lr_scheduler_type="constant_with_warmup",
            )
            trainer: Any = VideoSFTTrainer(
                str(model),
                args,
                processing_class=processor,
                budget=Packed(),
                train_dataset=rows,
                callbacks=[stop_when_good(processor, read_rows(folder, first, "validation"))],
            )
        else:
            args = GRPOConfig(
                **common,
                max_steps=GRPO_STEPS,
                learning_rate=1e-4,
                num_generations=8,
                max_completion_length=24,
            )
            used = read_rows(folder, trained[-1:], "train") if stage == "grpo2" else rows
            trainer = VideoGRPOTrainer(
                str(model),
                accuracy_reward,
                args,
                budget=Packed(),
                train_dataset=used,
                processing_class=processor,
            )
        trainer.train()
        model = here / stage
        trainer.save_model(str(model))
        processor.save_pretrained(model)
        steps = trainer.state.global_step
        found.append({"stage": stage, "steps": steps, **accuracies(trainer.model, processor, test)})
    return {"stages": stages, "seed": seed, "trained": trained, "chance": chance, "found": found}


def _mean_chance(rows: Any, family: str) -> float:
    """Of a family's rows, the best accuracy without seeing the video."""
    rates = [rate for name, rate in zip(rows["family"], rows["guess_rate"], strict=True) if name == family]
    return float(sum(rates) / len(rates))


def stop_when_good(processor: Any, rows: Any) -> Any:
    """A callback that ends training as soon as enough rows are answered rightly."""
    from transformers import TrainerCallback

    class Stop(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
            if state.global_step % 25 == 0:
                right = sum(accuracies(model, processor, rows).values())
                control.should_training_stop |= right >= ENOUGH * len(rows)

    return Stop()


def accuracies(model: Any, processor: Any, rows: Any, budget: VideoBudget | None = None) -> dict[str, int]:
    """How many greedy answers to the rows of each family are right."""
    import torch

    from synrl.answers import extract, score
    from training.budget import token_edge
    from training.inputs import encode, join, token_types, with_video

    training, shown = model.training, budget or Packed()
    model.eval()
    edge, pad, right = token_edge(processor), processor.tokenizer.pad_token_id, dict[str, int]()
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
                max_new_tokens=24,
            )
        for row, output in zip(some, given[:, length:], strict=True):
            text = processor.tokenizer.decode(output, skip_special_tokens=True)
            right[row["family"]] = right.get(row["family"], 0) + int(score(extract(text), row))
    model.train(training)
    return right


# --- all of them ------------------------------------------------------------------------------------


def learn(folder: Path, processes: int) -> dict[str, Any]:
    """SFT and then GRPO on each task, for every seed."""
    both = STAGES["SFT, GRPO"]
    jobs = [(both, seed, [task.name], [task.name]) for task in TASKS for seed in SEEDS]
    return _runs(folder, jobs, processes, TASKS)


def tables(folder: Path, processes: int) -> dict[str, Any]:
    """Table 5: which stages. Table 9: which half of the data. Table 7: a second round, on longer clips."""
    names = [task.name for task in TASKS]
    longer = replace(TASKS[-1], length=2)
    both = STAGES["SFT, GRPO"]
    jobs = [(stages, seed, names[:1], names[:1]) for stages in STAGES.values() for seed in SEEDS]
    jobs += [(both, seed, half, names) for half in (names[:2], names[2:], names) for seed in SEEDS]
    jobs += [((*both, "grpo2"), seed, [names[0], longer.name], names) for seed in SEEDS]
    return _runs(folder, jobs, processes, (*TASKS, longer))


def _runs(folder: Path, jobs: Sequence[Any], processes: int, tasks: Sequence[Task]) -> dict[str, Any]:
    """Carry out runs, each in a process of its own and each only once; whoever is killed goes on."""
    for task in tasks:
        write_rows(task, folder, processes)

    def one(job: Any) -> Any:
        stages, seed, trained, tested = job
        path = folder / "results" / ("-".join([*(stages or ["none"]), *trained, str(seed)]) + ".json")
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            command = [sys.executable, "-m", "training.miniature", "one", "--out", str(folder)]
            said = json.dumps({"stages": stages, "seed": seed, "trained": trained, "tested": tested})
            done = subprocess.run([*command, "--job", said], capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(done.stderr)
            write_whole(path, done.stdout.splitlines()[-1])
            print(path.stem, file=sys.stderr)
        return json.loads(path.read_text(encoding="utf-8"))

    with ThreadPoolExecutor(processes) as pool:
        return {"runs": list(pool.map(one, jobs))}


def table(runs: Sequence[Mapping[str, Any]]) -> str:
    """Markdown: right answers of all seeds together, with 95 % intervals, after each stage."""
    families = [task.family for task in TASKS]
    lines = [f"| stages | trained on | after | {' | '.join(families)} |", "|---" * (3 + len(families)) + "|"]
    groups: dict[tuple[str, str, int], list[Mapping[str, Any]]] = {}
    for run in runs:
        for number, entry in enumerate(run["found"]):
            key = (", ".join(run["stages"]) or "none", ", ".join(run["trained"]), number)
            groups.setdefault(key, []).append(entry)
    for (stages, trained, _), entries in groups.items():
        cells = []
        for family in families:
            tested = [entry[family] for entry in entries if family in entry]
            low, high = wilson(sum(tested), total := SPLITS["test"] * len(tested))
            cells.append(f"{sum(tested) / total:.1%} ({low:.1%} to {high:.1%})" if tested else "")
        lines.append(f"| {stages} | {trained} | {entries[0]['stage']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def plot(runs: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Accuracy by stage, a line for each seed, a panel for each task, with chance."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.2 * len(TASKS), 3.2), layout="constrained")
    for axes, task in zip(figure.subplots(1, len(TASKS), sharey=True), TASKS, strict=True):
        for run in (run for run in runs if run["trained"] == [task.name]):
            stages = [entry["stage"] for entry in run["found"]]
            axes.plot(stages, [entry[task.family] / SPLITS["test"] for entry in run["found"]], marker="o")
        chance = next(run["chance"][task.family] for run in runs if task.family in run["chance"])
        axes.axhline(chance, color="0.5", linestyle=":", label="chance")
        axes.set(title=task.family, ylim=(0, 1.02))
        axes.legend(frameon=False)
    figure.savefig(path, dpi=120)


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m training.miniature", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("what", choices=("learn", "tables", "one"))
    parser.add_argument("--out", type=Path, required=True, help="folder for rows, models and results")
    parser.add_argument("--processes", type=int, default=2, help="runs at once (2)")
    parser.add_argument("--job", type=json.loads, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    folder = arguments.out
    if arguments.what == "one":
        print(json.dumps(run_one(folder, **arguments.job)))
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    runs = (learn if arguments.what == "learn" else tables)(folder, arguments.processes)["runs"]
    text = table(runs)
    write_whole(folder / f"{arguments.what}.md", text + "\n")
    write_whole(folder / f"{arguments.what}.json", json.dumps(runs, indent=1))
    if arguments.what == "learn":
        plot(runs, folder / "learn.png")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
