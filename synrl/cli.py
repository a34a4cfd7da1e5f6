"""The command line: `synrl families | recipes | generate | verify | audit | preview | stats | cot |
export | sft | grpo | eval | report | judge | push`.

Data goes to stdout, messages and progress to stderr. A user's mistake is one line and exit status 2.
Everything heavy is imported by the command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl import __version__
from synrl.errors import ConfigError, SynRLError

if TYPE_CHECKING:
    from synrl.recipes import Recipe

EXAMPLES = """\
examples:
  synrl families
  synrl generate direction_identification card_stack -n 100 --seed 7 --out data
  synrl generate --recipe rl_7k --num-proc 8 --out rl_7k
  synrl verify data
  synrl audit data
  synrl preview data --out page.html
  synrl cot data --out data_cot
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 1 if a proof failed, 2 for a user's mistake."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if argv[:1] == ["sft"] or argv[:1] == ["grpo"]:
        return _train(argv[0], argv[1:])
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except SynRLError as error:
        print(f"synrl {arguments.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"synrl {arguments.command}: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has left
        sys.stderr.close()
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synrl",
        description="Synthetic videos with proved answers, for video reasoning.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"synrl {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    command = commands.add_parser(
        "families",
        help="list the task families",
        description="List the task families, or write a page with one video of each at every level.",
    )
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print as JSON")
    shape.add_argument("--gallery", type=Path, metavar="PAGE", help="write the page of examples (HTML)")
    command.set_defaults(run=_families)

    command = commands.add_parser(
        "recipes",
        help="list the named datasets, or show one",
        description="List the recipes, which are the datasets of the paper by name, or print what one holds.",
    )
    command.add_argument("name", nargs="?", metavar="NAME", help="the recipe to print, as JSON")
    command.set_defaults(run=_recipes)

    command = commands.add_parser(
        "generate",
        help="make rows into a dataset folder",
        description="Make rows of task families, or of a recipe, into a folder that datasets.load_dataset "
        "reads. Row i is the same whatever the number of rows or processes. Interrupted? The same command "
        "goes on.",
    )
    command.add_argument("families", nargs="*", metavar="FAMILY", help="task families; see `synrl families`")
    command.add_argument("--recipe", metavar="NAME", help="instead of families; see `synrl recipes`")
    command.add_argument(
        "-n",
        "--num-rows",
        type=int,
        metavar="N",
        help="rows of each family; with --recipe, rows in all instead of as many as it says",
    )
    command.add_argument("--split", metavar="S", help="name of the split (default: train)")
    command.add_argument("--seed", type=int, default=0, metavar="K", help="root seed (default: 0)")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    command.add_argument(
        "--twins",
        action="store_true",
        help="also write each row's frames in opposite order, where that changes the answer",
    )
    command.add_argument(
        "--encoding",
        default="fast",
        metavar="E",
        help="of the videos: fast, made in the least time, or compact, three fifths as large (default: fast)",
    )
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.add_argument("--push-to-hub", metavar="REPO", help="then publish, as `synrl push` does")
    command.set_defaults(run=_generate)

    command = commands.add_parser(
        "verify",
        help="prove every row of a dataset",
        description="Solve every question again from the stored row, decode every video, find its shapes in "
        "the pixels and compare them with the tracks. Exit status 1 and a list of ids if a row fails.",
    )
    _add_data(command)
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.set_defaults(run=_verify)

    command = commands.add_parser(
        "audit",
        help="try shortcuts on a dataset: none may beat chance",
        description="Answer every question from its text alone, from one frame, always with A and so on, and "
        "test each against chance; count letters and answers; look for scenes that occur twice, within a "
        "split or in two. Exit status 1 if something is found.",
    )
    _add_data(command)
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.set_defaults(run=_audit)

    _add_preview(commands)
    _add_stats(commands)
    _add_push(commands)
    _add_export(commands)
    _add_cot(commands)
    _add_training(commands)
    _add_eval(commands)
    _add_report(commands)
    _add_judge(commands)
    return parser


def _add_preview(commands: Any) -> None:
    command = commands.add_parser(
        "preview",
        help="make a page to watch a dataset",
        description="""\
Write rows as self-contained HTML, to open in any browser, without a network or a server: each video with
a timeline of its events, operations and the stretches in which the state can be seen; its tracks, if asked
for; the question, whose answer shows when an option is clicked; the chain of thought, if there is one,
whose times lead into the video. Rows are filtered by family, mode, level and split; press ? for the keys.""",
        epilog="""\
examples:
  synrl preview data                        60 rows into preview.html
  synrl preview data --out page.html -n 200
  synrl preview data --out pages -n 5000    a folder: pages of 50 rows; open pages/index.html
  synrl preview org/name                    a dataset on the Hub

A page holds its videos, about 0.1 MB each: for more than a few hundred rows, write a folder.
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_data(command)
    command.add_argument(
        "--out",
        type=Path,
        default=Path("preview.html"),
        metavar="PAGE",
        help="file to write (default: preview.html); a name without .html is a folder of pages",
    )
    command.add_argument(
        "-n", "--num-rows", type=int, default=60, metavar="N", help="at most so many rows, spread evenly (60)"
    )
    command.set_defaults(run=_preview)


def _add_training(commands: Any) -> None:
    for name, what in (("sft", "fine-tune a model on chains of thought"), ("grpo", "train a model by GRPO")):
        # Their flags are those of TRL, whose parser `_train` calls.
        commands.add_parser(name, help=f"{what} (needs the extra `train`)", add_help=False)


def _train(name: str, argv: list[str]) -> int:
    from importlib import import_module
    from importlib.util import find_spec

    if find_spec("trl") is None:
        print(f"synrl {name}: training needs more libraries: pip install 'synrl[train]'", file=sys.stderr)
        return 2
    return int(import_module(f"training.{name}").main(argv))


def _add_eval(commands: Any) -> None:
    command = commands.add_parser(
        "eval",
        help="measure a model on video benchmarks (needs the extra `eval`)",
        description="""\
Ask a model the questions of benchmarks through lmms-eval, with frames, pixels, prompts and decoding pinned in
evaluation/benchmarks.py, and score its answers. Rows come from the Hub or from $SYNRL_EVAL_DATA/<benchmark>,
videos from $<BENCHMARK>_VIDEO_DIR; what is missing is said before the model is loaded. Interrupted? The same
command goes on: from the last answer with the backend synrl, else from the last benchmark.""",
        epilog="""\
examples:
  synrl eval --model Qwen/Qwen3-VL-4B-Instruct tvbench charades_sta
  synrl eval --model runs/grpo --variant direct --variant reasoning complex --out results
  synrl eval --model runs/grpo --backend vllm all
  SYNRL_TEST=data synrl eval --model runs/grpo --limit 20 synrl_test
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "names",
        nargs="*",
        metavar="BENCHMARK",
        help="benchmarks, or grounding, complex, general, own, all (default: all)",
    )
    command.add_argument("--model", required=True, metavar="DIR_OR_REPO", help="folder or model on the Hub")
    command.add_argument(
        "--variant",
        action="append",
        metavar="V",
        help="direct, reasoning or pass4; may be said more than once (default: reasoning)",
    )
    command.add_argument(
        "--backend",
        default="synrl",
        metavar="B",
        help="model of lmms-eval: synrl, which sees what training shows; vllm; qwen3_vl (default: synrl)",
    )
    command.add_argument("--model-args", default="", metavar="K=V,…", help="more for the model of lmms-eval")
    command.add_argument("--batch-size", type=int, default=1, metavar="N", help="for backends that batch (1)")
    command.add_argument("--limit", type=int, metavar="N", help="only the first N items of each, to try out")
    command.add_argument("--out", type=Path, default=Path("results"), metavar="DIR", help="folder (results)")
    command.set_defaults(run=_eval)


def _add_report(commands: Any) -> None:
    command = commands.add_parser(
        "report",
        help="put results of eval beside the paper's and beside each other",
        description="""\
Print scores that `synrl eval` has measured, with 95 % intervals, beside the paper's numbers, and how far each
run is from the first, item by item where both were asked the same. What was measured differently is said.
Also written into a folder, as Markdown, JSON and a picture.""",
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
    command.add_argument("--out", type=Path, default=Path("report"), metavar="DIR", help="folder (report)")
    command.add_argument(
        "--model-card", type=Path, metavar="DIR", help="also write the scores of the one run into its model"
    )
    command.set_defaults(run=_report)


def _add_judge(commands: Any) -> None:
    from evaluation.judge_settings import JudgeConfig
    from synrl.config import add_flags

    command = commands.add_parser(
        "judge",
        help="have a model compare the reasoning of two models",
        description="Ask a model on an OpenAI-compatible server whose reasoning about each item is better, "
        "without saying whose it is. Each pair is shown in both orders and is won only if both verdicts "
        "agree. A server's key is taken from SYNRL_API_KEY or OPENAI_API_KEY. Interrupted? The same command "
        "goes on, and pays for nothing twice.",
    )
    for name in ("A", "B"):
        command.add_argument(
            name.lower(),
            type=Path,
            metavar=name,
            help="JSON lines with id, question and completion, or samples of eval",
        )
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="result to write (JSON)")
    command.add_argument(
        "--data",
        metavar="DIR_OR_REPO",
        help="SynRL's dataset of the items: code checks the reasoning as well",
    )
    add_flags(command, JudgeConfig)
    command.set_defaults(run=_judge)


def _add_stats(commands: Any) -> None:
    command = commands.add_parser(
        "stats",
        help="count what a dataset holds",
        description="Print, for each family, rows, levels, kinds of answer, balance, lengths and sampling "
        "rates, and draw them.",
    )
    _add_data(command)
    command.add_argument(
        "--out", type=Path, default=Path("stats.png"), metavar="PNG", help="picture to write (stats.png)"
    )
    command.add_argument("--json", action="store_true", help="print as JSON")
    command.set_defaults(run=_stats)


def _add_push(commands: Any) -> None:
    command = commands.add_parser(
        "push",
        help="publish a dataset or a model on the Hub",
        description="Publish a folder in one commit, with its card. One that `synrl generate` has made is "
        "proved first and becomes a dataset with a tag; recipes may share a repository. One that `synrl sft` "
        "or `synrl grpo` has trained becomes a model, as safetensors. Interrupted? The same command goes on; "
        "if nothing has changed, it changes nothing.",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="folder to publish")
    command.add_argument("repo", metavar="REPO", help="repository on the Hub (org/name); made if need be")
    command.add_argument("--private", action="store_true", help="if it has to be made: for you alone")
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.set_defaults(run=_push)


def _add_export(commands: Any) -> None:
    command = commands.add_parser(
        "export",
        help="write a dataset in the format of another trainer",
        description="Write each video once as an MP4 file, and the rows as verl, EasyR1, ms-swift, "
        "LLaMA-Factory or Video-R1 read them, a file for each split. Interrupted? The same command goes on.",
    )
    _add_data(command)
    command.add_argument(
        "--format",
        required=True,
        metavar="F",
        help="verl, easyr1, ms-swift, llama-factory or video-r1",
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    command.set_defaults(run=_export)


def _add_cot(commands: Any) -> None:
    from synrl.config import add_flags
    from synrl.cot.settings import CotConfig

    command = commands.add_parser(
        "cot",
        help="add a verified chain of thought to each row",
        description="Write a dataset again with its `cot` column filled: from each row's own record, or by "
        "models on an OpenAI-compatible server, which write, judge, correct and polish, while code checks "
        "every chain against the record. A server's key is taken from SYNRL_API_KEY or OPENAI_API_KEY. "
        "Interrupted? The same command goes on, and pays for nothing twice.",
    )
    _add_data(command)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    command.add_argument(
        "--num-proc", type=int, default=1, metavar="P", help="processes, for the writer trace (default: 1)"
    )
    add_flags(command, CotConfig)
    command.set_defaults(run=_cot)


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "data", metavar="DIR_OR_REPO", help="dataset folder, or a dataset on the Hub (org/name)"
    )


def _families(arguments: argparse.Namespace) -> int:
    from synrl.tasks import families

    if arguments.gallery:
        from synrl.gallery import write_gallery

        count = write_gallery(arguments.gallery)
        print(arguments.gallery)
        print(f"{count} examples; open {arguments.gallery} in a browser", file=sys.stderr)
        return 0
    if arguments.json:
        fields = ("name", "horizon", "primitive", "category", "modes", "summary")
        print(
            json.dumps([{name: getattr(f, name) for name in fields} for f in families().values()], indent=2)
        )
        return 0
    for family in families().values():
        print(f"{family.horizon:<6} {family.name:<26} {family.summary}")
    print("\nnext: synrl generate FAMILY -n 20 --out data", file=sys.stderr)
    return 0


def _recipes(arguments: argparse.Namespace) -> int:
    from synrl.recipes import get_recipe, recipes

    if arguments.name:
        recipe = get_recipe(arguments.name)
        print(json.dumps({**asdict(recipe), "digest": recipe.digest()}, indent=2))
        print(f"\nnext: synrl generate --recipe {recipe.name} --out {recipe.name}", file=sys.stderr)
        return 0
    for recipe in recipes().values():
        print(f"{recipe.name:<15} {recipe.num_rows:>6} rows  {recipe.summary}")
    print("\nnext: synrl recipes NAME, or synrl generate --recipe NAME --out DIR", file=sys.stderr)
    return 0


def _generate(arguments: argparse.Namespace) -> int:
    from synrl.generate import generate

    recipe = _requested(arguments)
    out = generate(recipe, arguments.out, num_proc=arguments.num_proc)
    print(out)
    twins = ", and their twins," if recipe.twins else ""
    print(f"{recipe.num_rows} rows{twins} in {out}", file=sys.stderr)
    if arguments.push_to_hub:
        return _publish(out, arguments.push_to_hub, arguments.num_proc)
    print(f"next: synrl verify {out}", file=sys.stderr)
    return 0


def _requested(arguments: argparse.Namespace) -> Recipe:
    """The recipe that a command line names or spells out."""
    from synrl.recipes import get_recipe, plain

    if arguments.recipe is None:
        if not arguments.families or arguments.num_rows is None:
            raise ConfigError("say which FAMILY… and how many rows with -n, or a --recipe")
        split = arguments.split or "train"
        options = dict(seed=arguments.seed, twins=arguments.twins, encoding=arguments.encoding)
        return plain(arguments.families, arguments.num_rows, split, **options)
    for name in ("families", "split", "twins"):
        if getattr(arguments, name):
            raise ConfigError(
                f"{name} and --recipe {arguments.recipe} exclude each other: a recipe says its own"
            )
    recipe = replace(get_recipe(arguments.recipe), seed=arguments.seed, encoding=arguments.encoding)
    return recipe if arguments.num_rows is None else recipe.scaled(arguments.num_rows)


def _verify(arguments: argparse.Namespace) -> int:
    from synrl.audit.verify import verify

    report = verify(arguments.data, num_proc=arguments.num_proc)
    if arguments.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        for row_id, problems in report.problems.items():
            print(f"{row_id}: {'; '.join(problems)}")
        for family, count in report.rows.items():
            print(f"{family}: {count} rows, {report.bad(family)} bad")
    if report.problems:
        print(f"{len(report.problems)} bad rows in {arguments.data}", file=sys.stderr)
        return 1
    print(
        f"all {sum(report.rows.values())} rows are proved; next: synrl preview {arguments.data}",
        file=sys.stderr,
    )
    return 0


def _audit(arguments: argparse.Namespace) -> int:
    from synrl.audit.audit import NOT_JUDGED, audit

    found = audit(arguments.data, num_proc=arguments.num_proc)
    if arguments.json:
        print(json.dumps(found.to_dict(), indent=2))
    else:
        print(
            f"{'family':<26} {'shortcut':<18} {'rows':>6} {'answered':>8} {'right':>7} {'chance':>7} {'p':>9}"
        )
        for row in found.findings:
            verdict = "told only" if row.shortcut in NOT_JUDGED else "ok" if row.ok else "FAIL"
            print(
                f"{row.family:<26} {row.shortcut:<18} {row.rows:>6} {row.answered:>8} {row.accuracy:>7.1%} "
                f"{row.chance:>7.1%} {row.p_value:>9.2g} {verdict}"
            )
        for family, letters in found.letters.items():
            print(f"{family:<26} right letters: {', '.join(f'{k} {n}' for k, n in letters.items())}")
        print(f"duplicate scenes: {len(found.duplicates)}; scenes in two splits: {len(found.overlaps)}")
    for failure in found.failures:
        print(failure, file=sys.stderr)
    if found.failures:
        return 1
    print(f"no shortcut beats chance; next: synrl preview {arguments.data}", file=sys.stderr)
    return 0


def _preview(arguments: argparse.Namespace) -> int:
    from synrl.audit.reading import Source
    from synrl.preview import labelled, write_folder, write_page

    wanted, out = arguments.num_rows, arguments.out
    if wanted < 1:
        raise ConfigError(f"number of rows is {wanted}; allowed: 1 or more")
    source = Source.open(arguments.data)
    is_page = out.suffix.lower() == ".html"
    write = write_page if is_page else write_folder
    count = write(labelled(source, wanted), out, title=f"SynRL: {arguments.data}")
    print(out)
    start = out if is_page else out / "index.html"
    print(f"{count} of {source.num_rows} rows; next: open {start} in a browser", file=sys.stderr)
    return 0


def _push(arguments: argparse.Namespace) -> int:
    from synrl.hub.models import is_model, push_model

    if is_model(arguments.folder):
        done = push_model(arguments.folder, arguments.repo, private=arguments.private)
        print(done.url)
        what = f"published as commit {done.id[:8]}" if done.changed else "nothing has changed"
        print(f"{what}; next: synrl eval --model {arguments.repo}", file=sys.stderr)
        return 0
    return _publish(arguments.folder, arguments.repo, arguments.num_proc, private=arguments.private)


def _publish(folder: Path, repo: str, num_proc: int, *, private: bool = False) -> int:
    from synrl.hub.publish import push

    done = push(folder, repo, private=private, num_proc=num_proc)
    print(done.url)
    what = f"published as commit {done.commit[:8]}" if done.changed else "nothing has changed"
    print(f'{what}, tag {done.tag}\nnext: load_dataset("{repo}", revision="{done.tag}")', file=sys.stderr)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from synrl.hub.export import FORMATS, export

    done = export(arguments.data, arguments.format, arguments.out)
    print(arguments.out)
    for kind, count in done.left_out.items():
        print(
            f"{count} rows left out: {arguments.format} can't score answers of type {kind}", file=sys.stderr
        )
    split = next(iter(done.rows))
    hint = FORMATS[arguments.format].use.format(out=arguments.out.absolute(), split=split)
    print(f"{sum(done.rows.values())} rows in {arguments.out}; next: {hint}", file=sys.stderr)
    return 0


def _eval(arguments: argparse.Namespace) -> int:
    from evaluation.run import Run, evaluate

    run = Run(
        model=arguments.model,
        names=tuple(arguments.names or ["all"]),
        variants=tuple(arguments.variant or ["reasoning"]),
        backend=arguments.backend,
        model_args=arguments.model_args,
        batch_size=arguments.batch_size,
        limit=arguments.limit,
    )
    for task, metrics in evaluate(run, arguments.out).items():
        print(f"{task:<36} " + "  ".join(f"{name} {value:.1f}" for name, value in metrics.items()))
    print(f"every answer is in {arguments.out}; next: synrl report {arguments.out}", file=sys.stderr)
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from evaluation.report import make_report, write_model_card, write_report
    from evaluation.report_text import markdown

    report = make_report(arguments.results)
    write_report(report, arguments.out)
    print(markdown(report), end="")
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    following = f"synrl report {arguments.results[0]} --model-card MODEL"
    if arguments.model_card:
        print(f"scores in {write_model_card(report, arguments.model_card)}", file=sys.stderr)
        following = f"synrl push {arguments.model_card} REPO"
    print(f"written into {arguments.out}; next: {following}", file=sys.stderr)
    return 0


def _judge(arguments: argparse.Namespace) -> int:
    from evaluation.judge import judge
    from evaluation.judge_settings import JudgeConfig
    from synrl.config import read_config

    config = read_config(JudgeConfig, arguments)
    said = judge(arguments.a, arguments.b, config, arguments.out, data=arguments.data)
    bias, share = said["position_bias"]["rate"], said["win_share"]
    print(f"{arguments.a} better {said['wins']}, ties {said['ties']}, {arguments.b} better {said['losses']}")
    if share:
        low, high = share["interval"]
        print(
            f"{arguments.a} wins {share['value']:.1%} of decided ({low:.1%} to {high:.1%}), "
            f"p = {said['p_value']:.2g}"
        )
    if bias is not None:
        print(
            f"of {said['ties']} ties {said['inconsistent']} by verdicts that contradict each other; "
            f"verdicts stick to a place in {bias:.1%} of pairs"
        )
    if said["unjudged"] or said["alone"]:
        print(
            f"without a readable verdict: {said['unjudged']}; items of one file only: {said['alone']}",
            file=sys.stderr,
        )
    if arguments.data:
        agreed, count = said["check"]["agreement"], said["check"]["both_decided"]
        share_said = "none" if agreed is None else f"{agreed:.1%}"
        print(f"code prefers the same in {share_said} of {count} decided pairs")
    print(f"every verdict is in {arguments.out}; next: read the reasons there", file=sys.stderr)
    return 0


def _stats(arguments: argparse.Namespace) -> int:
    from synrl.stats import as_json, plot, stats, table

    found = stats(arguments.data)
    plot(found, arguments.out)
    print(json.dumps(as_json(found), indent=2) if arguments.json else table(found))
    print(f"drawn in {arguments.out}; next: synrl audit {arguments.data}", file=sys.stderr)
    return 0


def _cot(arguments: argparse.Namespace) -> int:
    from synrl.config import read_config
    from synrl.cot.run import add_chains
    from synrl.cot.settings import CotConfig

    config = read_config(CotConfig, arguments)
    said = add_chains(arguments.data, arguments.out, config, num_proc=arguments.num_proc)
    print(arguments.out)
    why = ", ".join(f"{reason} {count}" for reason, count in said["reasons"].items())
    dropped = f"; {said['dropped']} dropped ({why}), listed in dropped.jsonl" if why else ""
    print(f"{said['accepted']} rows with a chain of thought{dropped}", file=sys.stderr)
    print(f"next: synrl verify {arguments.out}", file=sys.stderr)
    return 0


def run() -> None:
    """The `synrl` command."""
    sys.exit(main())


if __name__ == "__main__":
    run()
