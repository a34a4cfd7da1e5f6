"""The model of lmms-eval that sees what training shows: `--model synrl --model_args pretrained=DIR_OR_REPO`.

Stock models choose frames and sizes by rules of their own, and the same for all benchmarks. This one reads
clips with the budget of training, each benchmark with its own, and encodes prompts by the same path. It runs
any video model of Transformers, one prompt at a time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from lmms_eval.api.model import lmms
from lmms_eval.models.registry_v2 import ModelManifest
from tqdm import tqdm
from transformers import AutoModelForImageTextToText, AutoProcessor

from evaluation.benchmarks import get_benchmark
from training.budget import token_edge
from training.inputs import encode, token_types

manifest = ModelManifest("synrl", chat_class_path="evaluation.model.VideoModel")
"""How lmms-eval finds the class: by the entry point `lmms_eval.models`."""


class VideoModel(lmms):
    """A checkpoint and its processor.

    Args:
        pretrained: a folder, or a model on the Hub.
        device: where it runs; by default a GPU if there is one.
        dtype: of its weights, as named by torch.
        batch_size: lmms-eval gives one; prompts are encoded singly.
        max_new_tokens: at most so many, whatever a task says.
        seed: of sampling.
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
    ) -> None:
        super().__init__()
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.processor: Any = AutoProcessor.from_pretrained(pretrained)
        model = AutoModelForImageTextToText.from_pretrained(pretrained, dtype=getattr(torch, dtype))
        self.model: Any = model.to(self.device).eval()
        self.most = None if max_new_tokens is None else int(max_new_tokens)
        torch.manual_seed(int(seed))

    def generate_until(self, requests: list[Any]) -> list[str]:
        return [
            self._answer(*request.args) for request in tqdm(requests, desc="answers", disable=self.rank != 0)
        ]

    def _answer(
        self, _: str, doc_to_messages: Any, said: dict[str, Any], doc_id: int, task: str, split: str
    ) -> str:
        doc = self.task_dict[task][split][doc_id]
        budget = get_benchmark(doc["benchmark"]).budget
        turns = doc_to_messages(doc)
        paths = [part["url"] for turn in turns for part in turn["content"] if part["type"] == "video"]
        clips = [budget.read(Path(path).read_bytes(), token_edge(self.processor)) for path in paths]
        prompt = encode(self.processor, turns, clips)
        ids = torch.tensor([prompt.ids])
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), **prompt.visuals}
        inputs["mm_token_type_ids"] = token_types(self.processor, ids)
        inputs = {name: tensor.to(self.device) for name, tensor in inputs.items()}
        with torch.inference_mode():
            written = self.model.generate(**inputs, **self._generation(said))
        answer: str = self.processor.tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True)
        return answer

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
