"""Keyed streams: stable for ever, independent of each other, and never shared by two rows."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from synrl.errors import ConfigError
from synrl.seeds import Stream, Streams

GOLDEN_DRAWS = [452026261, 2, 0.163401006]


def test_the_first_draws_of_a_key_never_change() -> None:
    scene = Streams("card_stack", "train", 7, 3).scene
    drawn = [scene.integer(0, 10**9), scene.integer(1, 6), round(scene.uniform(), 9)]
    assert drawn == GOLDEN_DRAWS


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    code = (
        "from synrl.seeds import Streams\n"
        "s = Streams('card_stack', 'train', 7, 3).scene\n"
        "print([s.integer(0, 10**9), s.integer(1, 6), round(s.uniform(), 9)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": "99"}, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(GOLDEN_DRAWS)


def test_drawing_from_one_stream_moves_no_other() -> None:
    quiet, busy = (Streams("card_stack", "train", 0, 0) for _ in range(2))
    for _ in range(100):
        busy.style.uniform()
    assert quiet.scene.uniform() == busy.scene.uniform()


def test_every_part_of_the_key_makes_another_stream() -> None:
    keys = [("a", "train", 0, 0), ("b", "train", 0, 0), ("a", "test", 0, 0), ("a", "train", 1, 0)]
    keys += [("a", "train", 0, 1), ("at", "rain", 0, 0), ("a", "train", 10, 0), ("a", "train", 1, 1)]
    streams = [stream for key in keys for stream in (Streams(*key).scene, Streams(*key).wording)]
    assert len({stream.uniform() for stream in streams}) == 2 * len(keys)


def test_no_two_rows_of_twenty_seeds_share_a_stream() -> None:
    draws = {Streams("a", "train", seed, i).scene.uniform() for seed in range(20) for i in range(1000)}
    assert len(draws) == 20_000


def test_integers_are_even_and_include_both_ends() -> None:
    stream = Stream(b"even")
    counts = Counter(stream.integer(3, 8) for _ in range(6000))
    assert set(counts) == set(range(3, 9))
    assert max(abs(count - 1000) for count in counts.values()) < 5 * 1000**0.5


def test_a_sample_has_no_repeats_and_leaves_its_source_alone() -> None:
    items = list(range(10))
    assert sorted(Stream(b"s").shuffled(items)) == items == list(range(10))
    assert len(set(Stream(b"t").sample(items, 6))) == 6
    with pytest.raises(ValueError, match="11 items from 10"):
        Stream(b"u").sample(items, 11)


@pytest.mark.parametrize(
    ("seed", "index", "said"), [(-1, 0, "seed is -1"), (2**63, 0, "seed is"), (0, -1, "index is -1")]
)
def test_numbers_out_of_range_are_named(seed: int, index: int, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Streams("a", "train", seed, index)
