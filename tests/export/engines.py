"""The gold answer wins and nothing else does, by the trainers' own code: `python tests/export/engines.py`.

Takes the rows of `smoke`, and plans, exports them, and judges right and wrong outputs as each trainer does
that is found: verl and ms-swift where they are installed, NeMo Gym and EasyR1 in the folder of checkouts that
`--checkouts` names (`Gym`, `EasyR1`). EasyR1 calls its package verl, too, so it has to be asked alone. It
prints a line for each.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1]))
from export.cases import right, wrong

from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import get_recipe, plain
from synrl.export.export import export
from synrl.export.formats import FORMATS

Case = tuple[dict[str, Any], str]
Judge = Callable[[list[Case]], list[float]]


def verl(folder: Path) -> Judge:
    """`NaiveRewardManager` with the function that verl loads for these settings."""
    torch = importlib.import_module("torch")
    config = importlib.import_module("omegaconf").OmegaConf
    rewards = importlib.import_module("verl.trainer.ppo.reward")
    managers = importlib.import_module("verl.experimental.reward_loop.reward_manager.naive")
    named = {"path": str(folder / "reward.py"), "name": "compute_score"}
    function = rewards.get_custom_reward_fn(config.create({"reward": {"custom_reward_function": named}}))

    class Tokenizer:
        """Knows one text, whatever the tokens."""

        said = ""

        def decode(self, tokens: Any, skip_special_tokens: bool) -> str:
            return self.said

    class Item(list[Any]):
        """One row of a batch, as the manager looks at it."""

    def judge(cases: list[Case]) -> list[float]:
        tokenizer = Tokenizer()

        async def all_of_them() -> list[float]:
            manager = managers.NaiveRewardManager(config.create({}), tokenizer, function)
            manager.loop = asyncio.get_running_loop()
            scores = []
            for row, said in cases:
                tokenizer.said = said
                batch = {
                    "responses": torch.zeros(1, dtype=torch.long),
                    "attention_mask": torch.ones(1, dtype=torch.long),
                }
                item = SimpleNamespace(batch=batch, non_tensor_batch=dict(row))
                scores.append((await manager.run_single(Item([item])))["reward_score"])
            return scores

        return asyncio.run(all_of_them())

    return judge


def ms_swift(folder: Path) -> Judge:
    """The plugin as ms-swift imports it, out of the table of rewards."""
    importlib.import_module("swift.utils").import_external_file(str(folder / "reward.py"))
    reward = importlib.import_module("swift.rewards").orms["synrl"](args=None)
    return lambda cases: list(reward([said for _, said in cases], **_columns(cases)))


def nemo_gym(folder: Path) -> Judge:
    """The server's own `verify`, with requests as NeMo Gym checks them."""
    sys.path.insert(0, str(folder / "resources_servers" / "synrl"))
    app = importlib.import_module("app")
    server = app.SynRLResourcesServer.model_construct()

    def response(said: str) -> dict[str, Any]:
        content = [{"type": "output_text", "text": said, "annotations": []}]
        message = {"id": "m", "type": "message", "role": "assistant", "status": "completed"}
        return {
            "id": "r", "created_at": 0, "model": "m", "object": "response", "parallel_tool_calls": False,
            "tool_choice": "auto", "tools": [], "output": [message | {"content": content}],
        }  # fmt: skip

    def judge(cases: list[Case]) -> list[float]:
        async def all_of_them() -> list[float]:
            return [
                (await server.verify(app.SynRLVerifyRequest(**row, response=response(said)))).reward
                for row, said in cases
            ]

        return asyncio.run(all_of_them())

    return judge


def easyr1(folder: Path) -> Judge:
    """`AutoRewardManager`, which loads the function, and the function with what that manager gives it."""
    function = importlib.import_module("verl.workers.reward.function")
    config = importlib.import_module("verl.workers.reward.config").RewardConfig
    settings = config(reward_function=f"{folder / 'reward.py'}:compute_score")
    settings.post_init()
    manager = function.AutoRewardManager(settings, None)
    assert manager.reward_type == "batch"
    return lambda cases: [
        score["overall"]
        for score in manager.reward_fn(
            [{"response": said, "response_length": 9, "ground_truth": row["judged"]} for row, said in cases]
        )
    ]


def _columns(cases: list[Case]) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row, _ in cases] for name in cases[0][0]}


ENGINES: dict[str, tuple[Callable[[Path], Judge], str]] = {
    "verl": (verl, ""),
    "ms-swift": (ms_swift, ""),
    "nemo-gym": (nemo_gym, "Gym"),
    "easyr1": (easyr1, "EasyR1"),
}
"""How each is asked, and the name of its checkout, if it isn't on the registry."""


def exported(folder: Path, suffix: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"*.{suffix}")):
        if suffix == "parquet":
            yield from pq.read_table(path).to_pylist()
        elif path.name != "export.json":
            yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def told(name: str, data: Path, rows: dict[str, Any], work: Path) -> str:
    """What comes of the outputs for all rows in one line."""
    export(str(data), name, work / name, progress=False)
    judge = ENGINES[name][0](work / name)
    good: list[Case] = []
    bad: list[Case] = []
    kinds: dict[str, int] = {}
    for row in exported(work / name, FORMATS[name].suffix):
        (source,) = (own for key, own in rows.items() if f"/{key}.mp4" in json.dumps(row, default=str))
        kinds[source["answer_type"]] = kinds.get(source["answer_type"], 0) + 1
        good += [(row, said) for said in right(source)]
        bad += [(row, said) for _, said in wrong(source)]
    rewards = judge(good + bad)
    won, lost = rewards[: len(good)], rewards[len(good) :]
    failed = sum(reward != 1.0 for reward in won) + sum(reward != 0.0 for reward in lost)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return (
        f"{name}: {counts}; right outputs {won.count(1.0)} of {len(won)} won, "
        f"wrong ones {len(lost) - lost.count(0.0)} of {len(lost)}{'; FAILED' if failed else ''}"
    )


def main() -> int:
    """Ask every trainer that is found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("engines", nargs="*", default=list(ENGINES), help="verl, ms-swift, nemo-gym, easyr1")
    parser.add_argument("--checkouts", type=Path, help="folder with checkouts")
    arguments = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        plans = plain(("card_stack", "sliding_puzzle"), 40, modes=("predict_operations",))
        generate(get_recipe("smoke"), work / "smoke", progress=False)
        generate(plans, work / "plans", progress=False)
        data = work / "data"
        data.mkdir()
        for number, path in enumerate(sorted(work.rglob("*.parquet"))):
            path.rename(data / f"{number}.parquet")
        rows = {row["id"]: row for row in Source.open(str(data)).rows()}
        for name in arguments.engines:
            checkout = ENGINES[name][1]
            if checkout and arguments.checkouts is None:
                print(f"{name}: no checkout")
                continue
            if checkout:
                sys.path.insert(0, str(arguments.checkouts / checkout))
            try:
                line = told(name, data, rows, work)
            except ModuleNotFoundError as error:
                line = f"{name}: not tried, for there is no {error.name}"
            bad += line.endswith("FAILED")
            print(line, flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
