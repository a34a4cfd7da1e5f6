"""Does it learn? Fine-tuning and GRPO with a million weights, in minutes on two cores, on rows of ours.

    python -m training.miniature learn --out DIR     three seeds: accuracy before, between and after
    python -m training.miniature tables --out DIR    what the paper's Tables 5, 7 and 9 ask, in miniature

Nothing is pretrained here, so the tiny model (`training.tiny`) learns to see, to read and to answer from
these rows alone. It is shown a few frames of 32 x 32 pixels: two are enough for which way something goes, and
four, partly, for how a distance develops; both are answered without reasoning. 32 show each of the four
operations of the long family, which asks for the last on one of two containers. The answer alone teaches too
little of that: there the model is taught to write down first what is asked, on which container each
operation is and the last so far, as the row's log has it. Accuracy is that of greedy answers to rows that
were never trained on.
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
from synrl.disk import disk_errors, write_whole
from synrl.errors import OutputError
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
    noted: bool = False
    """Whether what happens is written down before the answer."""
    length: int = 1
    """How many times as many operations as usual."""

    @property
    def name(self) -> str:
        return self.family + (f"_x{self.length}" if self.length > 1 else "")


TASKS = (
    Task("direction_identification", "perception", "path", frames=2, edge=32),
    Task("distance_estimation", "perception", "trend", frames=4, edge=32),
    Task("chip_container", "historical", "last_change", frames=32, edge=32, noted=True),
)
LONGER = replace(TASKS[-1], frames=64, length=2)
SPLITS = {"train": 800, "validation": 64, "test": 200}
"""Rows of each task."""
SEEDS = (0, 1, 2)
SFT_STEPS, GRPO_STEPS = 500, 60
LONGEST = 48
"""Tokens of an output."""
ENOUGH = 0.6
"""Share of right answers to the validation rows at which fine-tuning stops, to leave GRPO something to do."""
STEPS = "steps.txt"
"""How many a stage took: is there when its model is whole."""


# --- rows -------------------------------------------------------------------------------------------


def write_rows(task: Task, folder: Path, num_proc: int) -> None:
    """Write the rows of a task to a Parquet file for each split, unless it is there."""
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
    return {
        "video": {"bytes": shown, "path": None},
        "notes": notes(row) if task.noted else None,
        **{name: row[name] for name in kept},
    }


def notes(row: Mapping[str, Any]) -> str:
    """The container that is asked about; each operation with its container, and the last on that one so far.

    Like `A: 1 B -, 2 A 2, 3 B 2, 4 B 2`.
    """
    asked, last, told = row["config"]["query"]["container"], "-", []
    for number, step in enumerate(row["operations"], 1):
        container = step["arguments"]["container"]
        last = str(number) if container == asked else last
        told.append(f"{number} {container} {last}")
    return f"{asked}: {', '.join(told)}"


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
    """The rows of some tasks, with prompts and completions; those with notes are to reason."""
    from datasets import Value, concatenate_datasets, load_dataset

    from synrl.prompts import completion_text
    from training.data import each_row
    from training.inputs import prompt_messages

    files = [str(folder / f"{name}-{split}.parquet") for name in names]
    parts = [load_dataset("parquet", data_files=file, split="train") for file in files]
    parts = [part.cast_column("notes", Value("string")) for part in parts]

    def asked(row: Mapping[str, Any]) -> dict[str, Any]:
        prompt = prompt_messages(row, reasoned=row["notes"] is not None)
        return {**row, "prompt": prompt, "completion": completion_text(row["answer"], row["notes"])}

    return concatenate_datasets(parts).with_transform(each_row(asked))


# --- one run ----------------------------------------------------------------------------------------


def run_one(
    folder: Path, stages: Sequence[str], seed: int, trained: Sequence[str], tested: Sequence[str]
) -> dict[str, Any]:
    """Train a new tiny model through some stages; accuracy on every tested task at first and after each.

    Stages are `sft`, `grpo`, and `grpo2`: GRPO again, on clips of twice the length. Runs that begin with the
    same stages share these.
    """
    import torch
    from transformers import AutoProcessor

    from synrl.prompts import question_text
    from training.tiny import write_tiny

    torch.set_num_threads(1)
    here = folder / "models" / "-".join([*trained, str(seed)])
    rows, model = read_rows(folder, trained, "train"), here / "before"
    if not (model / STEPS).exists():
        some = [rows[number] for number in range(0, len(rows), 9)]
        write_tiny(
            model, seed, texts=[text for row in some for text in (question_text(row), row["completion"])]
        )
        write_whole(model / STEPS, "0")
    found = [{"stage": "before", **_measured(folder, model, tested)}]
    for number, stage in enumerate(stages, 1):
        before, model = model, here / "-".join(stages[:number])
        if not (model / STEPS).exists():
            used = read_rows(folder, [LONGER.name], "train") if stage == "grpo2" else rows
            valid = read_rows(folder, trained, "validation")
            processor = AutoProcessor.from_pretrained(before, padding_side="left")
            trainer = _trainer(stage, before, processor, used, valid, seed)
            trainer.train()
            trainer.save_model(str(model))
            processor.save_pretrained(model)
            write_whole(model / STEPS, str(trainer.state.global_step))
        steps = int((model / STEPS).read_text())
        found.append({"stage": stage, "steps": steps, **_measured(folder, model, tested)})
    return {"stages": stages, "seed": seed, "trained": trained, "found": found}


def _trainer(stage: str, model: Path, processor: Any, rows: Any, valid: Any, seed: int) -> Any:
    from trl import GRPOConfig, SFTConfig

    from training.rewards import accuracy_reward
    from training.video_grpo import VideoGRPOTrainer
    from training.video_sft import VideoSFTTrainer

    common: dict[str, Any] = dict(
        output_dir=str(model / "runs"),
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
            if state.global_step % 25 == 0:
                right = accuracy(model, processor, rows)
                control.should_training_stop |= right >= ENOUGH * len(rows)

    return Stop()


def accuracy(model: Any, processor: Any, rows: Any, budget: VideoBudget | None = None) -> int:
    """How many greedy answers to some rows are right."""
    import torch

    from synrl.answers import extract, score
    from training.budget import token_edge
    from training.inputs import encode, join, token_types, with_video

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


# --- all of them ------------------------------------------------------------------------------------


def learn(folder: Path, processes: int) -> list[dict[str, Any]]:
    """SFT and then GRPO on each task, for every seed."""
    _write_all(folder, TASKS, processes)
    names = [task.name for task in TASKS]
    # The long family first, which takes longest: the others fill up the end.
    jobs = [(["sft", "grpo"], seed, [name], names) for name in reversed(names) for seed in SEEDS]
    return _runs(folder, jobs, processes)


def tables(folder: Path, processes: int) -> list[dict[str, Any]]:
    """What `learn` leaves out of Table 5 (GRPO without SFT), 9 (two halves) and 7 (longer clips)."""
    done = learn(folder, processes)
    _write_all(folder, [LONGER], processes)
    short, long = ([task.name for task in some] for some in (TASKS[:-1], TASKS[-1:]))
    names, both = [*short, *long], ["sft", "grpo"]
    jobs: list[Job] = [(["grpo"], seed, short[:1], names) for seed in SEEDS]
    jobs += [(both, seed, half, names) for half in (short, names) for seed in SEEDS]
    jobs += [([*both, "grpo2"], seed, long, [*names, LONGER.name]) for seed in SEEDS]
    return done + _runs(folder, jobs, processes)


Job = tuple[Sequence[str], int, Sequence[str], Sequence[str]]
"""Of `run_one`: stages, seed, names of the tasks to train on, and to test on."""


def _write_all(folder: Path, tasks: Sequence[Task], processes: int) -> None:
    for task in tasks:
        write_rows(task, folder, processes)


def _runs(folder: Path, jobs: Sequence[Job], processes: int) -> list[dict[str, Any]]:
    """Carry out runs, each in a process of its own; whoever is killed goes on from the last stage."""

    def one(job: Job) -> dict[str, Any]:
        said = dict(zip(("stages", "seed", "trained", "tested"), job, strict=True))
        command = [sys.executable, "-m", "training.miniature", "one", "--out", str(folder)]
        done = subprocess.run([*command, "--job", json.dumps(said)], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        print(*job[0], *job[2], job[1], file=sys.stderr)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    with ThreadPoolExecutor(processes) as pool:
        return list(pool.map(one, jobs))


def table(runs: Sequence[Mapping[str, Any]]) -> str:
    """Markdown: right answers of all seeds together, with 95 % intervals, after each stage."""
    names = list(dict.fromkeys(task for run in runs for entry in run["found"] for task in entry))
    names = [name for name in names if name not in ("stage", "steps")]
    lines = [f"| trained on | stages | {' | '.join(names)} |", "|---" * (2 + len(names)) + "|"]
    groups: dict[tuple[str, str], dict[int, Mapping[str, Any]]] = {}
    for run in runs:
        for number, entry in enumerate(run["found"]):
            key = ", ".join(run["trained"]), ", ".join(run["stages"][:number]) or "none"
            seeds = groups.setdefault(key, {})
            seeds[run["seed"]] = {**seeds.get(run["seed"], {}), **entry}
    for (trained, stages), seeds in groups.items():
        cells = []
        for name in names:
            tested = [entry[name] for entry in seeds.values() if name in entry]
            low, high = wilson(sum(tested), total := SPLITS["test"] * len(tested))
            cells.append(f"{sum(tested) / total:.1%} ({low:.1%} to {high:.1%})" if tested else "")
        lines.append(f"| {trained} | {stages} | {' | '.join(cells)} |")
    return "\n".join(lines)


def chance(folder: Path, name: str) -> float:
    """The best accuracy on a task's test rows without seeing a video."""
    rates = read_rows(folder, [name], "test")["guess_rate"]
    return float(sum(rates) / len(rates))


def plot(folder: Path, runs: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Accuracy by stage, a line for each seed, a panel for each task, with chance."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.2 * len(TASKS), 3.2), layout="constrained")
    for axes, task in zip(figure.subplots(1, len(TASKS), sharey=True), TASKS, strict=True):
        for run in (run for run in runs if run["trained"] == [task.name]):
            stages = [entry["stage"] for entry in run["found"]]
            axes.plot(stages, [entry[task.name] / SPLITS["test"] for entry in run["found"]], marker="o")
        axes.axhline(chance(folder, task.name), color="0.5", linestyle=":", label="chance")
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
    if arguments.processes < 1:
        parser.error(f"--processes is {arguments.processes}; allowed: 1 or more")
    try:
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OutputError as error:
        parser.error(str(error))
    runs = (learn if arguments.what == "learn" else tables)(folder, arguments.processes)
    text = table(runs)
    write_whole(folder / f"{arguments.what}.md", text + "\n")
    write_whole(folder / f"{arguments.what}.json", json.dumps(runs, indent=1))
    if arguments.what == "learn":
        plot(folder, runs, folder / "learn.png")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
