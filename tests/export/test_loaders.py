"""The loaders of other trainers read what is exported for them. Each test needs that trainer's package:

    pip install --no-deps verl ms-swift llamafactory

and what their loaders import; LLaMA-Factory wants `DISABLE_VERSION_CHECK=1` beside a newer Transformers.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from synrl.cot.run import add_chains
from synrl.cot.settings import CotConfig
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import plain
from synrl.export.export import export
from synrl.prompts import completion_text, prompt_text


def loader(name: str) -> Any:
    return pytest.importorskip(name, exc_type=ImportError)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows with chains of thought, under a name that an address would spell in another way."""
    folder = tmp_path_factory.mktemp("loaders") / "größe 100% & more"
    generate(plain(("motion_counting", "card_stack"), 3, seed=4), folder / "rows", progress=False)
    add_chains(str(folder / "rows"), folder / "cot", CotConfig(), progress=False)
    return folder / "cot"


def by_video(rows: Path, videos: list[Any]) -> list[dict[str, Any]]:
    """The rows that videos belong to, in their order; they are the rows' own."""
    own = {row["id"]: row for row in Source.open(str(rows)).rows()}
    assert all(Path(video).read_bytes() == own[Path(video).stem]["video"]["bytes"] for video in videos)
    return [own[Path(video).stem] for video in videos]


def test_verl_reads_prompts_and_frames(rows: Path, tmp_path: Path) -> None:
    dataset = loader("verl.utils.dataset.rl_dataset").RLHFDataset
    loader("decord")  # the reader of videos that works beside any torchvision
    config = loader("omegaconf").OmegaConf.create(
        {"filter_overlong_prompts": False, "cache_dir": str(tmp_path / "cache")}
    )
    out = rows.parent / "verl"
    export(str(rows), "verl", out, progress=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORCE_QWENVL_VIDEO_READER", "decord")
        # Of tokenizer and processor, only their being there is asked for.
        read = list(dataset(str(out / "train.parquet"), object(), config, SimpleNamespace()))
        (message,) = read[0]["raw_prompt"]
        _, videos, *_ = asyncio.run(dataset.process_vision_info([message], 16, config))
    shown = [one["raw_prompt"][0]["content"][0]["video"] for one in read]
    for one, row in zip(read, by_video(rows, shown), strict=True):
        assert one["raw_prompt"][0]["content"][1] == {"type": "text", "text": prompt_text(row, reasoned=True)}
        assert one["reward_model"]["ground_truth"] == row["answer"]
    frames, about = videos[0]
    assert frames.shape[1:] == (3, 448, 448)
    assert about["total_num_frames"] == by_video(rows, shown[:1])[0]["num_frames"]


def test_ms_swift_reads_messages_videos_and_solutions(rows: Path) -> None:
    load = loader("swift.dataset").load_dataset
    out = rows.parent / "ms-swift"
    export(str(rows), "ms-swift", out, progress=False)
    read, _ = load([str(out / "train.jsonl")], num_proc=1, remove_unused_columns=False)
    assert len(read) == 6
    for one, row in zip(read, by_video(rows, [one["videos"][0] for one in read]), strict=True):
        prompt, response = one["messages"]
        assert prompt["content"] == f"<video>{prompt_text(row, reasoned=True)}"
        assert response["content"] == row["cot"] and one["solution"] == completion_text(row["answer"])


def test_llama_factory_reads_prompts_responses_and_videos(
    rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISABLE_VERSION_CHECK", "1")
    module = loader("llamafactory.data.loader")
    arguments = loader("llamafactory.hparams").DataArguments
    out = rows.parent / "llama-factory"
    export(str(rows), "llama-factory", out, progress=False)
    read = module._get_merged_dataset(
        ["synrl_train"],
        SimpleNamespace(cache_dir=None, hf_hub_token=None),
        arguments(dataset="synrl_train", dataset_dir=str(out), media_dir=str(out)),
        SimpleNamespace(local_process_index=0, should_log=False, seed=0),
        stage="sft",
    )
    assert len(read) == 6
    for one, row in zip(read, by_video(rows, [one["_videos"][0] for one in read]), strict=True):
        assert one["_prompt"][0]["content"] == f"<video>{prompt_text(row, reasoned=True)}"
        assert one["_response"][0]["content"] == row["cot"]
