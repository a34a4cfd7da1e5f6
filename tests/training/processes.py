"""What each of several processes does in the tests of training in many: all ways to share a model out.

    RANK=0 WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=29600 python processes.py WORK WAY...

trains in the folder WORK, which `prepare` has filled, by the settings in `training/accelerate` that each WAY
names, and writes what came out to `WORK/<way>.json`. With WORLD_SIZE=1 and the way `alone` it trains on the
same batches in one process. All is on CPUs, over gloo. Accelerate has no FSDP there, so it is told that a CPU
is a GPU.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

STEPS = 2
ROWS = 4
"""In a batch of all processes together."""
COMMON = {
    "keep_unanswerable": "true",
    "max_frames": "4",
    "max_frame_pixels": "1024",
    "max_steps": str(STEPS),
    "save_steps": "1",
    "bf16": "false",
    "gradient_checkpointing": "false",
    "learning_rate": "1e-3",
    "max_grad_norm": "0",
    "lr_scheduler_type": "constant",
    "report_to": "none",
    "disable_tqdm": "true",
    "logging_steps": "1",
    "seed": "5",
}
STAGES = {
    "sft": {"max_length": "4096", "mix": "pictures.json"},
    "grpo": {"num_generations": "4", "max_completion_length": "6", "generation_chunk_size": "1"},
}


def prepare(work: Path) -> None:
    """A tiny model, four rows with chains, and four of somebody's about images."""
    from PIL import Image

    from synrl.cot.run import add_chains
    from synrl.cot.settings import CotConfig
    from synrl.dataset.generate import generate
    from synrl.dataset.recipes import plain
    from synrl.training.tiny import write_tiny

    generate(plain(("direction_identification",), 4, seed=2), work / "rows", progress=False)
    add_chains(str(work / "rows"), work / "reasoned", CotConfig(), progress=False)
    write_tiny(work / "tiny", seed=3)
    pictures = []
    for number in range(4):
        Image.new("RGB", (64, 64), (60 * number, 0, 90)).save(work / f"{number}.png")
        said = [{"role": "user", "content": "Which?"}, {"role": "assistant", "content": f"{number}"}]
        pictures.append({"messages": said, "images": [f"{number}.png"]})
    (work / "pictures.json").write_text(json.dumps(pictures))


def tells_apart(completion_ids: list[list[int]], **_: Any) -> list[float]:
    """A reward from which random weights have something to learn."""
    return [float(sum(ids) % 97) / 97 for ids in completion_ids]


def environment(way: str) -> dict[str, str]:
    """What `accelerate launch` would set for the settings of that name, without mixed precision."""
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser
    from accelerate.utils.launch import prepare_deepspeed_cmd_env, prepare_multi_gpu_env

    from synrl.resources import shipped

    file = str(shipped("training/accelerate") / f"{way}.yaml")
    said = launch_command_parser().parse_args(["--config_file", file, "--mixed_precision", "no", "script.py"])
    args, defaults, _ = _validate_launch_command(said)
    if not args.use_deepspeed:
        return dict(prepare_multi_gpu_env(args))
    args.deepspeed_fields_from_accelerate_config = ",".join(defaults.deepspeed_config)
    return dict(prepare_deepspeed_cmd_env(args)[1])


def as_gpu() -> None:
    """Let Accelerate take processes over gloo for those of GPUs, which it asks of FSDP."""
    import torch
    from accelerate import PartialState
    from accelerate.utils import DistributedType

    PartialState._prepare_backend = lambda *_: ("gloo", DistributedType.MULTI_GPU)
    PartialState.set_device = lambda self: setattr(self, "device", torch.device("cpu"))


def run(stage: str, way: str, work: Path, processes: int) -> dict[str, Any]:
    """Train a stage in a folder of its own; its losses, and what its last checkpoint holds."""
    from synrl.training import grpo, sft

    each = str(ROWS // processes)
    on_cpu = {"use_cpu": "true"} if way in ("alone", "ddp") else {}
    said = {**COMMON, **STAGES[stage], **on_cpu, "per_device_train_batch_size": each}
    said |= {"model_name_or_path": "tiny", "data": "reasoned", "output_dir": f"{way}-{stage}"}
    said |= {"real_videos": "."} if stage == "sft" else {}
    argv = [word for name, value in said.items() for word in (f"--{name}", value)]
    out = (sft if stage == "sft" else grpo).run(argv)
    state = json.loads((out / f"checkpoint-{STEPS}" / "trainer_state.json").read_text())
    return {"losses": [entry["loss"] for entry in state["log_history"] if "loss" in entry]}


def forget() -> None:
    """What Accelerate and Transformers remember of the way before, but not the group of processes."""
    from accelerate.state import AcceleratorState, GradientState
    from transformers.integrations.deepspeed import unset_hf_deepspeed_config

    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()
    unset_hf_deepspeed_config()
    for name in [name for name in os.environ if name.startswith(("ACCELERATE_", "FSDP_"))]:
        del os.environ[name]


def main() -> None:
    """The command."""
    import torch
    from trl import GRPOTrainer

    from synrl.training import grpo, settings

    work, ways = Path(sys.argv[1]).resolve(), sys.argv[2:]
    rank, processes = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    os.chdir(work)
    torch.set_num_threads(1)
    grpo.accuracy_reward = tells_apart
    settings.check_needs = lambda _: None  # a CPU will do
    sample, counted = GRPOTrainer._generate_single_turn, [0]

    def keyed(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Sampling whose draws depend on the completion's place among those of all processes."""
        local = ROWS // processes
        step, place = divmod(counted[0], local)
        torch.manual_seed(1000 * step + rank * local + place)
        counted[0] += 1
        return sample(self, *args, **kwargs)

    GRPOTrainer._generate_single_turn = keyed
    for way in ways:
        found = {}
        for stage in STAGES:
            forget()
            os.environ.update({} if way == "alone" else environment(way))
            if way == "fsdp2":
                as_gpu()
            counted[0] = 0
            found[stage] = run(stage, way, work, processes)
        if way != "alone":  # go on from the first checkpoint, as if the second had been cut off
            last = work / f"{way}-sft" / f"checkpoint-{STEPS}"
            torch.distributed.barrier()
            if rank == 0:
                shutil.move(work / f"{way}-sft" / "model.safetensors", work / f"{way}-before.safetensors")
                (last / "files.json").unlink()
            torch.distributed.barrier()
            forget()
            os.environ.update(environment(way))
            run("sft", way, work, processes)
        if rank == 0:
            (work / f"{way}.json").write_text(json.dumps(found))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
