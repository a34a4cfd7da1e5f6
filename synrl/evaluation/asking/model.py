"""The model of lmms-eval that sees what training shows: `--model synrl --model_args pretrained=DIR_OR_REPO`.

Stock models choose frames and sizes by rules of their own, and the same for all benchmarks. This one reads
clips with the budget of training, each benchmark with its own, and encodes prompts by the same path. It runs
what training trains, Qwen3-VL and Qwen2.5-VL, one prompt at a time.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm
from transformers import AutoModelForImageTextToText, AutoProcessor

from synrl.budget import Clip, VideoBudget, token_edge
from synrl.errors import VideoError, first_line
from synrl.evaluation.asking.journal import AnswerLog, model_digest
from synrl.evaluation.benchmarks import TASKS, VARIANTS
from synrl.evaluation.data.damage import remember
from synrl.evaluation.digests import digest
from synrl.training.inputs import encode, token_types


def manifest() -> Any:
    """How lmms-eval finds the class: by the entry point `lmms_eval.models`.

    lmms-eval calls it while it is being imported, so this stands before that.
    """
    from lmms_eval.models.registry_v2 import ModelManifest

    return ModelManifest("synrl", chat_class_path="synrl.evaluation.asking.model.VideoModel")


from lmms_eval.api.model import lmms  # noqa: E402


class VideoModel(lmms):
    """A checkpoint and its processor.

    Args:
        pretrained: a folder, or a model on the Hub.
        device: where it runs; by default a GPU if there is one, that of its number for each process of
            `accelerate launch`.
        dtype: of its weights, as named by torch.
        batch_size: lmms-eval gives one; prompts are encoded singly.
        max_new_tokens: at most so many, whatever a task says.
        seed: of sampling.
        journal: file that keeps the answers, so that a run can go on.
    """

    is_simple = False

    def __init__(
        self,
        pretrained: str,
        device: str | None = None,
        dtype: str = "bfloat16",
        batch_size: int | str = 1,
        max_batch_size: int | None = None,
        max_new_tokens: int | None = None,
        seed: int = 0,
        journal: str | None = None,
    ) -> None:
        super().__init__()
        rank, local = (int(os.environ.get(name, 0)) for name in ("RANK", "LOCAL_RANK"))
        self.device = torch.device(device or (f"cuda:{local}" if torch.cuda.is_available() else "cpu"))
        self.processor: Any = AutoProcessor.from_pretrained(pretrained)
        model = AutoModelForImageTextToText.from_pretrained(pretrained, dtype=getattr(torch, dtype))
        self.model: Any = model.to(self.device).eval()
        self.most = None if max_new_tokens is None else int(max_new_tokens)
        self.seed = int(seed)
        self.journal = AnswerLog(None if journal is None else Path(journal), rank)
        self.begun = _begun(self.processor)
        self.name = [model_digest(pretrained), getattr(model.config, "_commit_hash", None), dtype, self.most]

    def generate_until(self, requests: list[Any]) -> list[str]:
        asked: Counter[tuple[str, int]] = Counter()
        answers = []
        for request in tqdm(requests, desc="answers", disable=self.rank != 0):
            _, doc_to_messages, said, doc_id, task, split = request.args
            asked[task, doc_id] += 1
            doc = self.task_dict[task][split][doc_id]
            benchmark, variant = TASKS[task]
            budget = benchmark.shown(VARIANTS[variant])
            answers.append(self._answer(doc_to_messages(doc), said, asked[task, doc_id], budget))
        return answers

    def _answer(self, turns: list[Any], said: dict[str, Any], sample: int, budget: VideoBudget) -> str:
        parts = [part for turn in turns for part in turn["content"]]
        paths = [Path(part["url"]) for part in parts if part["type"] == "video"]
        videos = [path.read_bytes() for path in paths]
        texts = [part.get("text") for part in parts]
        seen = [hashlib.sha256(video).hexdigest() for video in videos]
        key = digest(self.name, self.seed, asdict(budget), texts, seen, said, sample)
        answer = self.journal.get(key)
        if answer is None:
            # Each sample has a seed of its own, so that a run that goes on draws what a whole one would.
            torch.manual_seed(int(digest(key), 16) % 2**63)
            edge = token_edge(self.processor)
            clips = [_read(budget, edge, *one) for one in zip(paths, videos, strict=True)]
            answer = self._generate(turns, clips, said)
            self.journal.put(key, answer)
        return answer

    def _generate(self, turns: list[Any], clips: list[Clip], said: dict[str, Any]) -> str:
        prompt = encode(self.processor, turns, clips)
        ids = torch.tensor([prompt.ids])
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), **prompt.visuals}
        inputs["mm_token_type_ids"] = token_types(self.processor, ids)
        inputs = {name: tensor.to(self.device) for name, tensor in inputs.items()}
        with torch.inference_mode():
            written = self.model.generate(**inputs, **self._generation(said))
        answer: str = self.processor.tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True)
        return self.begun + answer

    def _generation(self, said: dict[str, Any]) -> dict[str, Any]:
        most = said["max_new_tokens"] if self.most is None else min(self.most, said["max_new_tokens"])
        if not said["do_sample"]:
            return dict(max_new_tokens=most, do_sample=False, temperature=None, top_p=None, top_k=None)
        sampling = {name: said[name] for name in ("temperature", "top_p")}
        return dict(max_new_tokens=most, do_sample=True, top_k=0, **sampling)

    def loglikelihood(self, requests: list[Any]) -> Any:
        raise NotImplementedError("tasks of this project only generate")

    def generate_until_multi_round(self, requests: list[Any]) -> Any:
        raise NotImplementedError("tasks of this project have one round")


def _begun(processor: Any) -> str:
    """What a chat template begins every answer with: `<think>` for models that always reason.

    It is a part of the answer: without it, reasoning that was cut off could not be told from a conclusion.
    """
    asked = [{"role": "user", "content": [{"type": "text", "text": "?"}]}]
    text = processor.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    return "<think>\n" if text.rstrip().endswith("<think>") else ""


def _read(budget: VideoBudget, edge: int, path: Path, video: bytes) -> Clip:
    try:
        return budget.read(video, edge)
    except VideoError as error:
        remember(path, first_line(error))
        raise VideoError(f"{str(path)!r} can't be shown: {error}; the next run goes on without it") from error
