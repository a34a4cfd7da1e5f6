"""Commands that make, prove and show rows."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synrl.checks import check_range
from synrl.commands import recipes
from synrl.commands.common import add_data
from synrl.commands.sharing import publish
from synrl.errors import ConfigError

if TYPE_CHECKING:
    from synrl.dataset.recipes import Recipe


def add(commands: Any) -> None:
    """Give the command line its part."""
    command = commands.add_parser(
        "families",
        help="list the task families",
        description="List the task families, or write a page with one video of each at every level.",
    )
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print as JSON")
    shape.add_argument("--gallery", type=Path, metavar="PAGE", help="write the page of examples (HTML)")
    command.set_defaults(run=_families)

    recipes.add(commands)

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
    add_data(command)
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
    add_data(command)
    command.add_argument("--num-proc", type=int, default=1, metavar="P", help="processes (default: 1)")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    command.set_defaults(run=_audit)
    _add_preview(commands)
    _add_stats(commands)
    _add_cot(commands)


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
    add_data(command)
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


def _add_stats(commands: Any) -> None:
    command = commands.add_parser(
        "stats",
        help="count what a dataset holds",
        description="Print, for each family, rows, levels, kinds of answer, balance, lengths and sampling "
        "rates, and draw them.",
    )
    add_data(command)
    command.add_argument(
        "--out", type=Path, default=Path("stats.png"), metavar="PNG", help="picture to write (stats.png)"
    )
    command.add_argument("--json", action="store_true", help="print as JSON")
    command.set_defaults(run=_stats)


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
    add_data(command)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    command.add_argument(
        "--num-proc", type=int, default=1, metavar="P", help="processes, for the writer trace (default: 1)"
    )
    add_flags(command, CotConfig)
    command.set_defaults(run=_cot)


def _families(arguments: argparse.Namespace) -> int:
    from synrl.tasks import families

    if arguments.gallery:
        from synrl.preview.gallery import write_gallery

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


def _generate(arguments: argparse.Namespace) -> int:
    from synrl.dataset.generate import generate

    recipe = _requested(arguments)
    out = generate(recipe, arguments.out, num_proc=arguments.num_proc)
    print(out)
    twins = ", and their twins," if recipe.twins else ""
    print(f"{recipe.num_rows} rows{twins} in {out}", file=sys.stderr)
    if arguments.push_to_hub:
        return publish(out, arguments.push_to_hub, arguments.num_proc)
    print(f"next: synrl verify {out}", file=sys.stderr)
    return 0


def _requested(arguments: argparse.Namespace) -> Recipe:
    """The recipe that a command line names or spells out."""
    from synrl.dataset.recipes import get_recipe, plain

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
    from synrl.dataset.reading import Source
    from synrl.preview.page import labelled, write_folder, write_page

    wanted, out = arguments.num_rows, arguments.out
    check_range("number of rows", wanted, 1)
    source = Source.open(arguments.data)
    is_page = out.suffix.lower() == ".html"
    write = write_page if is_page else write_folder
    count = write(labelled(source, wanted), out, title=f"SynRL: {arguments.data}")
    print(out)
    start = out if is_page else out / "index.html"
    print(f"{count} of {source.num_rows} rows; next: open {start} in a browser", file=sys.stderr)
    return 0


def _stats(arguments: argparse.Namespace) -> int:
    from synrl.dataset.stats import as_json, plot, stats, table

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
