"""Commands that train models and measure them."""

from __future__ import annotations

import argparse
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from synrl.commands.common import examples, new_path, note, quoted, tell
from synrl.errors import ConfigError
from synrl.output import HOLDS_ELSE, locked, staged

_REPORT = ("report.md", "report.json", "report.png")
"""What `synrl report` writes."""


def add(commands: Any) -> None:
    """Give the command line its part."""
    _add_training(commands)
    _add_eval(commands)
    _add_report(commands)
    _add_judge(commands)


def _add_training(commands: Any) -> None:
    for name, what in (("sft", "fine-tune a model on chains of thought"), ("grpo", "train a model by GRPO")):
        # Their flags are those of TRL, whose parser `train` calls.
        commands.add_parser(
            name,
            help=f"{what} (needs the extra `train`)",
            description=f"{what[0].upper()}{what[1:]}, by TRL, whose flags it takes besides those of SynRL; "
            "with the extra `train` installed, this help lists all of them. Settings come from --config, a "
            "file or the name of one that `synrl recipes` lists; flags override them. Interrupted? The same "
            "command goes on from the last checkpoint.",
            **examples(
                f"synrl {name} --config F.yaml",
                f"synrl {name} --config F.yaml --model_name_or_path DIR_OR_REPO --output_dir runs/{name}",
                f"synrl {name} --config F.yaml --accelerate fsdp2",
            ),
        )


def can_train() -> bool:
    """Whether the libraries are there that parse the flags of `synrl sft` and `synrl grpo`."""
    from importlib.util import find_spec

    return find_spec("trl") is not None


def train(name: str, argv: list[str]) -> int:
    """`synrl sft` and `synrl grpo`, whose flags are those of TRL.

    Raises:
        ConfigError: its libraries are not there.
    """
    from importlib import import_module

    from synrl.resources import install

    if not can_train():
        raise ConfigError(f"training needs more libraries: {install('train')}")
    return int(import_module(f"synrl.training.{name}").main(argv))


def _add_eval(commands: Any) -> None:
    from synrl.resources import shipped

    command = commands.add_parser(
        "eval",
        help="measure a model on video benchmarks (needs the extra `eval`)",
        description="""\
Ask a model the questions of benchmarks through lmms-eval, with frames, pixels, prompts and decoding pinned in
synrl/evaluation/benchmarks.py, and score its answers. Rows come from the Hub or from
$SYNRL_EVAL_DATA/<benchmark>, videos from $<BENCHMARK>_VIDEO_DIR; anything missing is reported before the
model is loaded. Interrupted? The same command goes on: from the last answer with the backend synrl, else from
the last benchmark.""",
        epilog=f"""\
all benchmarks, and what is measured of each:
  {shipped("evaluation/README.md")}

examples:
  synrl eval --model Qwen/Qwen3-VL-4B-Instruct --tasks synrl_tvbench synrl_charades_sta
  synrl eval --model runs/grpo --tasks synrl_complex --variant direct --variant reasoning --out results
  synrl eval --model runs/grpo --tasks synrl_all --backend vllm --batch-size 64
  SYNRL_TEST=data synrl eval --model runs/grpo --tasks synrl_test --limit 20
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--model", required=True, metavar="DIR_OR_REPO", help="folder or model on the Hub")
    command.add_argument(
        "--tasks",
        nargs="+",
        default=["synrl_all"],
        metavar="TASK",
        help="benchmarks, such as synrl_tvbench, or groups: synrl_grounding, synrl_complex, synrl_general, "
        "synrl_own, synrl_all (default: synrl_all)",
    )
    command.add_argument(
        "--variant",
        action="append",
        metavar="V",
        help="direct, reasoning or pass4; may be given several times (default: reasoning)",
    )
    command.add_argument(
        "--backend",
        default="synrl",
        metavar="B",
        help="model of lmms-eval: synrl, which sees what training shows; vllm; qwen3_vl (default: synrl)",
    )
    command.add_argument(
        "--model-args", default="", metavar="K=V,…", help="further arguments for the lmms-eval model"
    )
    command.add_argument("--batch-size", type=int, default=1, metavar="N", help="for backends that batch (1)")
    command.add_argument("--limit", type=int, metavar="N", help="only the first N items of each, for a trial")
    command.add_argument(
        "--out", type=new_path, default=Path("results"), metavar="DIR", help="folder (results)"
    )
    command.set_defaults(run=_eval, resumes=True)


def _add_report(commands: Any) -> None:
    command = commands.add_parser(
        "report",
        help="put results of eval beside the paper's and beside each other",
        description="""\
Print scores that `synrl eval` has measured, with 95 % intervals, beside the paper's numbers, and how far each
run is from the first, item by item where both were asked the same. Differences in how runs were measured are
reported. Also written into a folder, as Markdown, JSON and a picture.""",
        epilog="""\
examples:
  synrl report results
  synrl report base=results/base sft=results/sft grpo=results/grpo --out report
  synrl report results --model-card runs/grpo     the scores for the card of `synrl push`
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "results", nargs="+", metavar="[NAME=]PATH", help="a folder that `synrl eval` made, or a file in it"
    )
    command.add_argument(
        "--out", type=new_path, default=Path("report"), metavar="DIR", help="folder (report)"
    )
    command.add_argument(
        "--model-card", type=Path, metavar="DIR", help="also write the scores of the one run into its model"
    )
    command.set_defaults(run=_report)


def _add_judge(commands: Any) -> None:
    from synrl.config import add_flags
    from synrl.evaluation.judge.settings import JudgeConfig

    command = commands.add_parser(
        "judge",
        help="have a model compare the reasoning of two models",
        description="Ask a model on an OpenAI-compatible server whose reasoning about each item is better, "
        "without saying whose it is. Each pair is shown in both orders and is won only if both verdicts "
        "agree. The key is taken from SYNRL_JUDGE_API_KEY or SYNRL_API_KEY; OpenAI's own server gets "
        "OPENAI_API_KEY. Interrupted? The same command goes on; only requests that were under way are paid "
        "for again.",
        **examples(
            "synrl judge a.jsonl b.jsonl --server http://localhost:8000/v1 --model NAME --out judged.json",
            "synrl judge a.jsonl b.jsonl --config judge.yaml --data data --out judged.json",
        ),
    )
    for name in ("A", "B"):
        command.add_argument(
            name.lower(),
            type=Path,
            metavar=name,
            help="JSON lines with id, question and completion, or samples of eval",
        )
    command.add_argument("--out", type=new_path, required=True, metavar="FILE", help="result to write (JSON)")
    command.add_argument(
        "--data",
        metavar="DIR_OR_REPO",
        help="SynRL's dataset of the items: code checks the reasoning as well",
    )
    add_flags(command, JudgeConfig)
    command.set_defaults(run=_judge, resumes=True)


def _eval(arguments: argparse.Namespace) -> int:
    from synrl.evaluation.asking.run import EvalRun, evaluate

    run = EvalRun(
        model=arguments.model,
        names=tuple(name for said in arguments.tasks for name in said.split(",")),
        variants=tuple(arguments.variant or ["reasoning"]),
        backend=arguments.backend,
        model_args=arguments.model_args,
        batch_size=arguments.batch_size,
        limit=arguments.limit,
    )
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with locked(arguments.out):
        measured = evaluate(run, arguments.out)
    for task, metrics in measured.items():
        print(f"{task:<36} " + "  ".join(f"{name} {value:.1f}" for name, value in metrics.items()))
    note(arguments, f"every answer is in {arguments.out}; next: synrl report {quoted(arguments.out)}")
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from synrl.evaluation.report.model_card import write_model_card
    from synrl.evaluation.report.report import make_report, write_report
    from synrl.evaluation.report.text import markdown

    report = make_report(arguments.results, progress=arguments.progress)
    with staged(arguments.out, _no_report, unfinished=_no_part, resume=False) as staging:
        assert staging is not None, "an earlier report is replaced"
        write_report(report, staging)
    print(markdown(report), end="")
    tell(*(f"warning: {warning}" for warning in report.warnings))
    following = f"synrl report {quoted(arguments.results[0])} --model-card MODEL"
    if arguments.model_card:
        note(arguments, f"scores in {write_model_card(report, arguments.model_card)}")
        following = f"synrl push {quoted(arguments.model_card)} REPO"
    note(arguments, f"written into {arguments.out}; next: {following}")
    return 0


def _no_part(folder: Path) -> str:
    """What a folder holds instead of parts of a report."""
    return "" if all(path.name in _REPORT and path.is_file() for path in folder.iterdir()) else HOLDS_ELSE


def _no_report(folder: Path) -> str:
    """What a folder holds instead of an earlier report, which is replaced; nothing if it is one."""
    with suppress(OSError, ValueError, RecursionError):
        if not _no_part(folder):
            said = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            if isinstance(said, dict) and {"runs", "lines", "composites"} <= said.keys():
                return ""
    return HOLDS_ELSE


def _judge(arguments: argparse.Namespace) -> int:
    from synrl.config import read_config
    from synrl.evaluation.judge.judging import judge
    from synrl.evaluation.judge.settings import JudgeConfig

    config = read_config(JudgeConfig, arguments)
    said = judge(
        arguments.a, arguments.b, config, arguments.out, data=arguments.data, progress=arguments.progress
    )
    bias, share = said["position_bias"]["rate"], said["win_share"]
    print(f"{arguments.a} better {said['wins']}, ties {said['ties']}, {arguments.b} better {said['losses']}")
    if share:
        limits = "" if share["interval"] is None else " ({:.1%} to {:.1%})".format(*share["interval"])
        print(
            f"{arguments.a} wins {share['value']:.1%} of decided{limits}, p = {said['p_value']:.2g}, "
            f"by {share['independent']} that are independent"
        )
    if bias is not None:
        print(
            f"of {said['ties']} ties {said['inconsistent']} by verdicts that contradict each other; "
            f"verdicts stick to a place in {bias:.1%} of pairs"
        )
    if said["unjudged"] or said["alone"]:
        tell(f"without a readable verdict: {said['unjudged']}; items of one file only: {said['alone']}")
    if arguments.data:
        agreed, count = said["check"]["agreement"], said["check"]["both_decided"]
        share_said = "none" if agreed is None else f"{agreed:.1%}"
        print(f"code prefers the same in {share_said} of {count} decided pairs")
    note(arguments, f"every verdict is in {arguments.out}; next: read the reasons there")
    return 0
