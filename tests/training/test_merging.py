"""What an adapter has learnt goes on in the next run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("peft")

import torch
from safetensors.torch import load_file

from synrl.errors import ConfigError
from synrl.training.merging import whole_model

LAYER = "model.language_model.layers.0.self_attn.q_proj"


@pytest.fixture(scope="module")
def adapter(tiny: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter of the tiny model, with random numbers in both of its factors."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForImageTextToText, AutoProcessor

    torch.manual_seed(0)
    base, out = tiny(), tmp_path_factory.mktemp("lora") / "adapter"
    config = LoraConfig(r=2, lora_alpha=6, target_modules=["q_proj"], init_lora_weights=False)
    get_peft_model(AutoModelForImageTextToText.from_pretrained(base), config).save_pretrained(out)
    AutoProcessor.from_pretrained(base).save_pretrained(out)
    return out


def weights(folder: Path, name: str) -> dict[str, Any]:
    return load_file(folder / name)


def test_the_sum_is_the_base_and_the_product_of_the_factors(tiny: Callable[..., Path], adapter: Path) -> None:
    merged = Path(whole_model(str(adapter)))
    before, after = (weights(folder, "model.safetensors")[f"{LAYER}.weight"] for folder in (tiny(), merged))
    learnt = weights(adapter, "adapter_model.safetensors")
    (a,), (b,) = (
        [
            value
            for name, value in learnt.items()
            if "language_model.layers.0." in name and f"lora_{side}" in name
        ]
        for side in "AB"
    )
    torch.testing.assert_close(after, before + 6 / 2 * b @ a)
    assert not torch.equal(after, before)


def test_it_is_made_once_and_anew_from_another_adapter(adapter: Path) -> None:
    merged = Path(whole_model(str(adapter)))
    made = (merged / "model.safetensors").stat().st_mtime_ns
    assert whole_model(str(adapter)) == str(merged)
    assert (merged / "model.safetensors").stat().st_mtime_ns == made
    config = adapter / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "lora_alpha": 8}))
    whole_model(str(adapter))
    assert (merged / "model.safetensors").stat().st_mtime_ns != made


def test_a_whole_model_stays_as_it_is(tiny: Callable[..., Path]) -> None:
    assert whole_model(str(tiny())) == str(tiny())
    assert whole_model("org/name") == "org/name"


def test_an_adapter_without_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"has no adapter_model\.safetensors"):
        whole_model(str(tmp_path))
